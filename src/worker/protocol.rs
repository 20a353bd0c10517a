//! What the loop tells the worker, and what the worker tells the loop.

use std::time::Duration;

use jiff::Timestamp;

use crate::api::{Answer, ApiError};
use crate::domain::target::Target;

/// Names a watched lookup within one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WatchId(pub u64);

/// Numbers a request within one session; a late report is known by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Watch these too; one that is known already is replaced and read anew.
    Watch(Vec<(WatchId, Target)>),
    Unwatch(WatchId),
    /// The one on screen: it is refreshed first and most often. It may be named before it is watched.
    Attend(Option<WatchId>),
    /// Read it now, whatever its schedule says, even while paused; one that is being read is not doubled.
    /// `None`: all of them, each when its turn comes.
    Refresh(Option<WatchId>),
    /// Nothing more is read but on demand; what is queued is taken back, what is under way ends.
    Pause(bool),
    /// The refresh interval while running, between one second and one hour.
    Interval(Duration),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub watch: WatchId,
    /// The request that this is about; for [`Outcome::Scheduled`] the last one that left, 0 when none has.
    pub request: RequestId,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A request has left. It ends with [`Outcome::Ended`], or gives way with [`Outcome::Scheduled`].
    Started { at: Timestamp },
    /// A request has ended, well or not. `sent_at` and `received_at` are local times.
    Ended {
        result: Box<Result<Answer, ApiError>>,
        sent_at: Timestamp,
        received_at: Timestamp,
        /// When it will be read next; `None` until somebody asks.
        next_at: Option<Timestamp>,
    },
    /// Nothing is under way, and this is when it will be read next: paused, resumed, another interval, attended
    /// to or no longer, or a request gave way.
    Scheduled { next_at: Option<Timestamp> },
}
