//! One watched lookup as the polling task sees it: what its last answer said, what was asked for by hand, and
//! the request that is under way.
//!
//! It knows nothing of other lookups, of slots or of channels.

use std::time::Duration;

use jiff::Timestamp;
use tokio::task::AbortHandle;

use super::cadence::{self, Known, Standing};
use super::protocol::RequestId;
use crate::api::{Answer, ApiError};
use crate::domain::server_clock::ServerClock;
use crate::domain::target::Target;

/// What somebody asked for, beside the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    None,
    /// To be read when its turn comes, since this local time.
    Queued(Timestamp),
    /// To be read before all that is queued.
    AtOnce,
}

/// A request under way. Its task is aborted when this is dropped, and its answer then never arrives.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) request: RequestId,
    pub(super) task: AbortHandle,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug)]
pub(super) struct Watch {
    pub(super) target: Target,
    pub(super) demand: Demand,
    pub(super) flight: Option<Flight>,
    /// The last request that left; 0 while none has.
    pub(super) last_request: RequestId,
    /// By the schedule alone; `None` while paused, and when nothing more is expected.
    pub(super) due: Option<Timestamp>,
    standing: Standing,
    /// What the last good answer said; failures leave it.
    answered: Standing,
    /// Local time of the last answer; before the first one, of the command to watch.
    answered_at: Timestamp,
    jitter: f64,
    /// Whether the job was ever read.
    seen: bool,
    /// Failed reads in a row.
    failures: u32,
}

impl Watch {
    /// To be read as soon as it is its turn, even while paused: a lookup just added shows something.
    pub(super) fn new(target: Target, now: Timestamp) -> Self {
        Self {
            target,
            demand: Demand::Queued(now),
            flight: None,
            last_request: RequestId(0),
            due: None,
            standing: Standing::New,
            answered: Standing::New,
            answered_at: now,
            jitter: 0.0,
            seen: false,
            failures: 0,
        }
    }

    /// Since when, or from when on, it is to be read: by demand or by schedule. May be in the future.
    pub(super) fn ready_at(&self) -> Option<Timestamp> {
        match self.demand {
            Demand::None => self.due,
            Demand::Queued(since) => Some(self.due.map_or(since, |due| due.min(since))),
            Demand::AtOnce => Some(Timestamp::MIN),
        }
    }

    /// Takes in the end of a read. `jitter` from 0 to 1 is kept until the next one.
    pub(super) fn take_in(
        &mut self,
        result: &Result<Answer, ApiError>,
        server_clock: &ServerClock,
        received_at: Timestamp,
        jitter: f64,
    ) {
        self.flight = None;
        self.answered_at = received_at;
        self.jitter = jitter;
        match result {
            Ok(answer) => {
                self.seen = true;
                self.failures = 0;
                let said = Standing::of_job(&answer.job, server_clock, received_at);
                self.answered = said.following(self.answered);
                self.standing = self.answered;
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.standing = Standing::of_error(error, self.seen, self.failures);
            }
        }
    }

    /// Works out the schedule afresh; whether it changed. No interval: paused.
    pub(super) fn reschedule(&mut self, interval: Option<Duration>, attended: bool) -> bool {
        let known =
            Known { standing: self.standing, answered_at: self.answered_at, attended, jitter: self.jitter };
        let due = interval.and_then(|interval| cadence::next_read(&known, interval));
        std::mem::replace(&mut self.due, due) != due
    }

    /// The wall clock was set back to `now`: no answer is younger than that, or the next read would wait for
    /// the clock to catch up.
    pub(super) fn rewind(&mut self, now: Timestamp) {
        self.answered_at = self.answered_at.min(now);
        if let Demand::Queued(since) = &mut self.demand {
            *since = now.min(*since);
        }
    }
}
