//! Polling: one task that watches many lookups and reports what it reads. The dashboard and the headless
//! commands share it.

pub mod cadence;
pub mod protocol;
pub mod task;
mod watch;

pub use protocol::{Command, Outcome, Report, RequestId, WatchId};
