//! What the loop tells the worker, and what the worker tells the loop.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::api::{ApiError, Meta};
use crate::domain::id::InstanceName;
use crate::domain::job::RestoreJob;
use crate::domain::profile::Profile;
use crate::domain::target::{Kind, Target};

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
    /// Read these when their turn comes, within what the rate budget allows, even while paused.
    Queue(Vec<WatchId>),
    /// Read it now, whatever its schedule says, even while paused; one that is being read is not doubled.
    /// `None`: all of them, each when its turn comes.
    Refresh(Option<WatchId>),
    /// Nothing more is read but on demand; what is queued is taken back, what is under way ends.
    Pause(bool),
    /// The refresh interval while running, between one second and one hour.
    Interval(Duration),
}

/// One report tells of one request, however many lookups it is for: a thousand of them must not fill the way to
/// the loop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// A request has left for these lookups. It ends with [`Report::Ended`]; whichever of them is not in there, as
    /// when the request gave way, is told of with [`Report::Scheduled`].
    Started {
        request: RequestId,
        watches: Vec<WatchId>,
        at: Timestamp,
    },
    Ended(Box<Ended>),
    /// Of these nothing is under way, and this is when they will be read next: paused, resumed, another interval,
    /// attended to or no longer, or a request that has not answered for them.
    Scheduled(Vec<Schedule>),
    /// Whether the rate budget slows the schedule down. Full until it is told otherwise.
    Pace(Pace),
}

/// A request has ended, well or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub request: RequestId,
    pub subject: Subject,
    /// Of the whole request, both questions of it when the kind had to be found out.
    pub meta: Meta,
    /// Local times.
    pub sent_at: Timestamp,
    pub received_at: Timestamp,
    /// Why the request failed as a whole, for all that it was to read.
    pub failure: Option<ApiError>,
    pub reads: Vec<Read>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Job(WatchId),
    /// The newest jobs of an instance, for so many lookups.
    Jobs {
        instance: InstanceName,
        /// Who asked.
        profile: Option<Profile>,
        wanted: usize,
    },
}

/// What a request brought for one lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub watch: WatchId,
    pub result: Result<RestoreJob, ApiError>,
    /// When it will be read next; `None` until somebody asks.
    pub next_at: Option<Timestamp>,
    /// What the instance turned out to be, where that is another kind than the lookup names and the job was read
    /// there: it is read as that from now on.
    pub kind: Option<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    pub watch: WatchId,
    /// The last request that left for it, 0 when none has.
    pub request: RequestId,
    pub next_at: Option<Timestamp>,
}

/// How refreshing goes by the rate budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// As the schedule has it.
    #[default]
    Full,
    /// What is due waits for the budget: the lookup on screen for half of it, all others for the rest.
    Slowed {
        /// The lookup on screen, while it waits so.
        waiting: Option<Waiting>,
    },
}

/// A lookup that is due and held back by the budget, or by a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub watch: WatchId,
    /// When its request may leave at the soonest, as far as is known; a local time, in whole seconds.
    pub until: Timestamp,
}

impl Pace {
    /// Whether it says what the other one said already: estimates move a little with every answer.
    #[must_use]
    pub fn is_about(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Slowed { waiting: Some(one) }, Self::Slowed { waiting: Some(other) }) => {
                one.watch == other.watch && one.until.duration_until(other.until).abs() <= ESTIMATES_MOVE
            }
            _ => self == other,
        }
    }
}

/// Estimates that lie no further apart are the same to whoever waits.
const ESTIMATES_MOVE: SignedDuration = SignedDuration::from_secs(2);
