//! When to ask again: a pure policy.
//!
//! It owns the numbers (intervals, back-off, patience) and nothing else: no clock, no randomness, no channel.
//! The next time is counted from the last answer and never from the moment of asking, so it can be worked
//! out again after every change of interval or attention without drifting. One lookup at a time: nothing
//! that is known of one lookup ever reaches the schedule of another.

use std::time::Duration;

use jiff::Timestamp;

use crate::api::{ApiError, ErrorKind, Missing, TokenLimit};
use crate::domain::job::RestoreJob;
use crate::domain::phase::{self, Anomaly, Phase};
use crate::domain::server_clock::ServerClock;

pub use crate::domain::interval::DEFAULT as DEFAULT_INTERVAL;
/// Also the longest that a `Retry-After` is obeyed: a server that says a week is wrong.
pub use crate::domain::interval::LONGEST as MAX_INTERVAL;
/// Also the shortest time between two automatic reads of one lookup.
pub use crate::domain::interval::SHORTEST as MIN_INTERVAL;

/// Lookups that nobody looks at are read this many times less often, and at most every `SLOW_LEAST`.
const SLOW_FACTOR: u32 = 5;
const SLOW_LEAST: Duration = Duration::from_secs(15);

/// A live link changes only by ending; this catches one that was revoked or renewed.
const LINK_INTERVAL: Duration = Duration::from_secs(60);
/// A link's end is read a second late, so that the server has seen it pass as well.
const LINK_END_GRACE: Duration = Duration::from_secs(1);
/// After a link ended by the clock, the server is asked for its flag this often, and this long from the first
/// answer on that showed the end: the end itself is a date, and a clock that is wrong would use all patience up.
const CLOSING_INTERVAL: Duration = Duration::from_secs(10);
const CLOSING_PATIENCE: Duration = Duration::from_secs(2 * 60);

/// What is over is read only on demand; a list that is read for others is looked through for it this often.
pub const OVER_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// The first back-off, unless the interval is longer, and the last.
const BACK_OFF_LEAST: Duration = Duration::from_secs(3);
const BACK_OFF_MOST: Duration = Duration::from_secs(60);
/// For what somebody may put right while we wait: a deleted project, an answer that makes no sense.
const STUCK_INTERVAL: Duration = Duration::from_secs(60);
/// For refused keys, accounts, logins and roles. Somebody may be fixing them this minute, but a wrong key that knocks every few
/// seconds looks like an attack and could get the key locked; twelve times an hour is a polite knock.
const REFUSED_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// Between two requests of ordinary lookups while what signs them has only ever been refused.
pub const REFUSED_SPACING: Duration = Duration::from_secs(1);

/// What the last answer, or the lack of one, says about the future of a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Never read.
    New,
    /// Progress is to be expected, or the next answer settles whether the clock is hours off.
    Running,
    /// Atlas uses a word that we do not know.
    Unclear,
    /// A link is live until the given local time, if it has an end.
    Ready { ends_at: Option<Timestamp> },
    /// The link ended by the clock, but the server has not set its flag, in all answers since this local time.
    Closing { since: Timestamp },
    /// Nothing more will happen.
    Over,
    /// The last reads failed.
    Failing {
        setback: Setback,
        /// How many in a row, from 1.
        times: u32,
        /// How long Atlas asked us to wait.
        retry_after: Option<Duration>,
    },
}

/// Failures, by what can end them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setback {
    /// Time alone: an overload, a broken network.
    Passing,
    /// Somebody who changes a key, a role or an access list.
    Refused,
    /// Somebody who changes something else, on either side.
    Stuck,
    /// Nothing while this program runs with these settings.
    Final,
}

impl Setback {
    /// `seen`: whether the job was ever read; `times`: how many reads have failed in a row, this one included.
    fn of(kind: &ErrorKind, seen: bool, times: u32) -> Self {
        match kind {
            ErrorKind::RateLimited
            | ErrorKind::ServerError
            | ErrorKind::UnexpectedStatus
            | ErrorKind::Timeout
            | ErrorKind::Dns
            | ErrorKind::Connect
            | ErrorKind::Tls
            | ErrorKind::Proxy
            | ErrorKind::Cut
            | ErrorKind::NotJson
            | ErrorKind::TokenLimit(TokenLimit::PerMinute)
            | ErrorKind::TokenAnswer => Self::Passing,
            // A keyring may be unlocked and a file be edited; to look again costs no request.
            ErrorKind::NoCredentials
            | ErrorKind::KeyRefused { .. }
            | ErrorKind::AccountRefused { .. }
            | ErrorKind::TokenLimit(TokenLimit::Live)
            | ErrorKind::TokenOver
            | ErrorKind::Forbidden
            | ErrorKind::AddressBlocked => Self::Refused,
            // A job that was there is gone for good; asked once more, because one 404 may be a replica's.
            ErrorKind::NotFound(Missing::Job | Missing::Unsaid) if seen && times > 1 => Self::Final,
            ErrorKind::NotFound(_)
            | ErrorKind::TokenCommand { .. }
            | ErrorKind::Redirected { .. }
            | ErrorKind::TooLarge { .. }
            | ErrorKind::WrongShape { .. }
            | ErrorKind::Internal => Self::Stuck,
            ErrorKind::WrongKind | ErrorKind::Ended => Self::Final,
        }
    }
}

impl Standing {
    /// What a job's answer, received at this local time, says.
    #[must_use]
    pub fn of_job(job: &RestoreJob, server_clock: &ServerClock, received_at: Timestamp) -> Self {
        let status = phase::assess(job, server_clock.at(received_at));
        let link_end = job.expires_at.map(|at| server_clock.local(at));
        let by_clock = status.anomalies.contains(&Anomaly::ExpiredByClock);
        match (status.phase, link_end) {
            (Phase::Ready | Phase::Expired, Some(_)) if server_clock.is_in_doubt() => Self::Running,
            (Phase::Ready, ends_at) => Self::Ready { ends_at },
            (Phase::Expired, _) if by_clock => Self::Closing { since: received_at },
            (Phase::Unknown(_), _) => Self::Unclear,
            (phase, _) if phase.is_over() => Self::Over,
            _ => Self::Running,
        }
    }

    /// The same with what the good answer before it said.
    #[must_use]
    pub fn following(self, former: Self) -> Self {
        match (self, former) {
            // The earlier one, unless the clock was set back meanwhile.
            (Self::Closing { since }, Self::Closing { since: first }) => {
                Self::Closing { since: since.min(first) }
            }
            _ => self,
        }
    }

    /// What a failed read says. `seen`: whether the job was ever read; `times`: how many reads have failed in
    /// a row, this one included.
    #[must_use]
    pub fn of_error(error: &ApiError, seen: bool, times: u32) -> Self {
        let setback = Setback::of(&error.kind, seen, times);
        Self::Failing { setback, times, retry_after: error.retry_after }
    }
}

/// All that decides when one lookup is read next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    pub standing: Standing,
    /// Local time at which the last answer came, or failed to.
    pub answered_at: Timestamp,
    /// Whether it is the one on screen.
    pub attended: bool,
    /// From 0 to 1, drawn once for each answer: lookups that failed together must not return together.
    pub jitter: f64,
}

/// An interval that a person or a config file may ask for, within [`MIN_INTERVAL`] and [`MAX_INTERVAL`].
#[must_use]
pub fn clamp_interval(interval: Duration) -> Duration {
    interval.clamp(MIN_INTERVAL, MAX_INTERVAL)
}

/// The local time at which the lookup is to be read next, `None` when only on demand. It may be past. Never
/// sooner than [`MIN_INTERVAL`] after the last answer, nor than its `Retry-After` (up to [`MAX_INTERVAL`]).
#[must_use]
pub fn next_read(known: &Known, interval: Duration) -> Option<Timestamp> {
    let interval = clamp_interval(interval);
    let slow = (interval * SLOW_FACTOR).max(SLOW_LEAST).min(MAX_INTERVAL);
    let pace = if known.attended { interval } else { slow };
    let after = |delay: Duration| later(known.answered_at, delay.max(MIN_INTERVAL));
    let about = |delay: Duration| after(scaled(delay, 0.9 + 0.2 * known.jitter));
    match known.standing {
        Standing::New => Some(known.answered_at),
        Standing::Running => Some(about(pace)),
        Standing::Unclear => Some(about(slow)),
        Standing::Ready { ends_at } => {
            let check = about(LINK_INTERVAL);
            let end = ends_at.map_or(check, |end| later(end, LINK_END_GRACE).max(after(MIN_INTERVAL)));
            Some(check.min(end))
        }
        Standing::Closing { since } => {
            let patient = known.answered_at < later(since, CLOSING_PATIENCE);
            patient.then(|| about(CLOSING_INTERVAL))
        }
        Standing::Over | Standing::Failing { setback: Setback::Final, .. } => None,
        Standing::Failing { setback, times, retry_after } => {
            let delay = match (setback, retry_after) {
                // What Atlas says of the time is better than a guess by failures that may have had other causes.
                (Setback::Passing, Some(_)) => pace,
                (Setback::Passing, None) => back_off(interval, times).max(pace),
                (Setback::Stuck, _) => STUCK_INTERVAL.max(pace),
                (Setback::Refused | Setback::Final, _) => REFUSED_INTERVAL.max(pace),
            };
            // Spread upwards only: a lookup that comes back early is refused again.
            let asked = retry_after.unwrap_or_default().min(MAX_INTERVAL);
            Some(about(delay).max(after(scaled(asked, 1.0 + 0.1 * known.jitter))))
        }
    }
}

/// From the interval, doubled with each further failure, up to a minute.
fn back_off(interval: Duration, times: u32) -> Duration {
    let doublings = times.saturating_sub(1).min(6);
    (interval.max(BACK_OFF_LEAST) * (1 << doublings)).min(BACK_OFF_MOST)
}

fn scaled(delay: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(delay.as_secs_f64() * factor).unwrap_or(delay)
}

fn later(at: Timestamp, delay: Duration) -> Timestamp {
    at.saturating_add(delay).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
