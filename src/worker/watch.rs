//! One watched lookup as the polling task sees it: what its last answer said, what was asked for by hand, and
//! which request is under way for it.
//!
//! It knows nothing of other lookups, of slots or of channels.

use std::time::Duration;

use jiff::Timestamp;

use super::cadence::{self, Known, Standing};
use super::plan::EARLY_PART;
use super::protocol::{RequestId, Schedule, WatchId};
use crate::api::ApiError;
use crate::domain::job::RestoreJob;
use crate::domain::server_clock::ServerClock;
use crate::domain::target::{Kind, Target};

/// What somebody asked for, beside the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    None,
    /// To be read when its turn comes, since this local time.
    Queued(Timestamp),
    /// To be read before all that is queued.
    AtOnce,
}

#[derive(Debug)]
pub(super) struct Watch {
    /// Where it is read: its kind is the one that was found out.
    pub(super) target: Target,
    /// The kind that the lookup names, as far as the loop has been told.
    pub(super) named: Kind,
    pub(super) demand: Demand,
    /// The request under way.
    pub(super) flight: Option<RequestId>,
    /// The last request that left; 0 while none has.
    pub(super) last_request: RequestId,
    /// By the schedule alone; `None` while paused, and when nothing more is expected.
    pub(super) due: Option<Timestamp>,
    /// Whether its job was in the cluster's list.
    pub(super) listed: bool,
    /// Whether its job is further down than a list goes: it is read by itself from then on.
    pub(super) alone: bool,
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
            named: target.kind,
            target,
            demand: Demand::Queued(now),
            flight: None,
            last_request: RequestId(0),
            due: None,
            listed: false,
            alone: false,
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

    /// Whether it is read along when others of its cluster are: it is due, or a part of its wait is over. One
    /// that has failed waits to the end, because that may be what Atlas asked for.
    pub(super) fn comes_along(&self, now: Timestamp) -> bool {
        let Some(ready_at) = self.ready_at().filter(|_| self.flight.is_none() && !self.alone) else {
            return false;
        };
        let whole = self.answered_at.duration_until(ready_at);
        let over = self.answered_at.duration_until(now);
        let early = self.failures == 0
            && over.unsigned_abs() >= cadence::MIN_INTERVAL
            && over.saturating_mul(i32::try_from(EARLY_PART).unwrap_or(i32::MAX)) >= whole;
        ready_at <= now || (early && over.is_positive())
    }

    /// Takes in the end of a read. `jitter` from 0 to 1 is kept until the next one.
    pub(super) fn take_in(
        &mut self,
        result: Result<&RestoreJob, &ApiError>,
        server_clock: &ServerClock,
        received_at: Timestamp,
        jitter: f64,
    ) {
        self.flight = None;
        self.answered_at = received_at;
        self.jitter = jitter;
        match result {
            Ok(job) => {
                self.seen = true;
                self.failures = 0;
                let said = Standing::of_job(job, server_clock, received_at);
                self.answered = said.following(self.answered);
                self.standing = self.answered;
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.standing = Standing::of_error(error, self.seen, self.failures);
            }
        }
    }

    /// Its request has given way, or has not answered for it: it is queued again. While `paused`, only what was asked
    /// for by hand or was never read.
    pub(super) fn requeue(&mut self, demand: Demand, paused: bool) {
        self.flight = None;
        let silent = paused && self.seen && demand != Demand::AtOnce;
        self.demand = if silent { Demand::None } else { demand };
    }

    /// Whether it is over and has not been looked at for a while: a list that is read for others tells of it too.
    pub(super) fn rides_along(&self, now: Timestamp) -> bool {
        let idle = self.flight.is_none() && self.demand == Demand::None && !self.alone;
        idle && self.standing == Standing::Over
            && self.answered_at.duration_until(now).unsigned_abs() >= cadence::OVER_INTERVAL
    }

    /// Works out the schedule afresh; whether it changed. No interval: paused.
    pub(super) fn reschedule(&mut self, interval: Option<Duration>, attended: bool) -> bool {
        let known =
            Known { standing: self.standing, answered_at: self.answered_at, attended, jitter: self.jitter };
        let due = interval.and_then(|interval| cadence::next_read(&known, interval));
        std::mem::replace(&mut self.due, due) != due
    }

    pub(super) fn schedule(&self, watch: WatchId) -> Schedule {
        Schedule { watch, request: self.last_request, next_at: self.due }
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
