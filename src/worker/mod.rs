//! Polling: one task that watches many lookups and reports what it reads. The dashboard and the headless
//! commands share it.

pub mod budget;
pub mod cadence;
pub mod kind;
pub mod plan;
pub mod protocol;
mod supplies;
pub mod task;
mod watch;
mod watches;

pub use protocol::{Command, Ended, Pace, Read, Report, RequestId, Schedule, Subject, Waiting, WatchId};
