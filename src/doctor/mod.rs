//! `doctor`.
pub mod check;
pub mod examination;
pub mod network;
pub mod verdict;
