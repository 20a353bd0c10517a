//! One watched lookup: what it is, what is known of its job, and which phases were seen.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::changed::Changed;
use super::remote::Remote;
use crate::api::{ApiError, ErrorKind, Meta, Missing};
use crate::domain::course::{Course, Step};
use crate::domain::job::{DeliveryType, RestoreJob};
use crate::domain::lookup::Lookup;
use crate::domain::phase::{self, Anomaly, Phase, Status};
use crate::domain::profile::Profile;
use crate::domain::server_clock::ServerClock;
use crate::domain::target::{Kind, Target};
use crate::worker::WatchId;

/// Transitions kept for each lookup; a restore has fewer than ten.
const HISTORY: usize = 32;

/// So long before its end a link is worth a word: the detail turns to danger at the same moment.
const LINK_WARNING: SignedDuration = SignedDuration::from_mins(10);

/// A good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub job: RestoreJob,
    pub latency: Duration,
    /// What came with it.
    pub meta: Meta,
}

/// A phase and the time on the server's clock of its end, where the job tells it, or else of our first sight of
/// it: the same clock as all dates of the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    pub at: Timestamp,
    pub phase: Phase,
    /// Whether `at` is when we saw it, not when it happened.
    pub seen: bool,
}

/// A phase that followed another one while we watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub from: Phase,
    pub to: Phase,
    /// On the server's clock.
    pub at: Timestamp,
    /// Whether `at` is when we saw it, not when it happened.
    pub seen: bool,
}

/// The live link of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link {
    /// On the server's clock.
    ends_at: Timestamp,
    /// Its end has been announced, or was near already when we first saw it.
    announced: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    pub id: WatchId,
    pub lookup: Lookup,
    /// With whose credentials it is read: those of the lookup's profile, or else of the session's.
    pub profile: Option<Profile>,
    /// Boxed, so that going through a thousand of them touches little memory.
    pub job: Remote<Box<Reading>, Box<ApiError>>,
    /// The status as of the last answer or wake-up; `None` before the first answer.
    status: Option<Status>,
    /// The local time at which the clock alone changes the status.
    status_changes_at: Option<Timestamp>,
    pub history: Vec<Transition>,
    /// Boxed as well, and for the same reason.
    course: Box<Course>,
    link: Option<Link>,
    /// It failed while we watched, and nobody has looked at it since.
    pub unseen_failure: bool,
    /// Whether the store has yet to confirm it.
    pub unsaved: bool,
    /// Chosen for what is done to several at once. Not saved.
    pub marked: bool,
    /// The step to another phase that nobody has looked at. Boxed, because it is rare.
    pub changed: Option<Box<Changed>>,
}

impl Watch {
    #[must_use]
    pub fn new(id: WatchId, lookup: Lookup) -> Self {
        Self {
            id,
            profile: lookup.target.profile.clone(),
            lookup,
            job: Remote::default(),
            status: None,
            status_changes_at: None,
            history: Vec::new(),
            course: Box::default(),
            link: None,
            unseen_failure: false,
            unsaved: false,
            marked: false,
            changed: None,
        }
    }

    /// The same under another id, with no request under way, for a worker that knows nothing of it.
    #[must_use]
    pub(super) fn renewed(self, id: WatchId) -> Self {
        Self { id, job: self.job.resumed(), ..self }
    }

    /// What the worker is to read, with the profile that it is read with.
    #[must_use]
    pub fn asked(&self) -> Target {
        Target { profile: self.profile.clone(), ..self.lookup.target.clone() }
    }

    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    #[must_use]
    pub fn phase(&self) -> Option<&Phase> {
        self.status.as_ref().map(|status| &status.phase)
    }

    /// How it stands in a word or two: its phase, or why there is none yet.
    #[must_use]
    pub fn word(&self) -> &str {
        match (self.phase(), &self.job.error) {
            (Some(phase), _) => phase.word(),
            (None, Some((error, _))) => error.kind.short(),
            (None, None) => "waiting",
        }
    }

    /// The last good answer's job.
    #[must_use]
    pub fn restore_job(&self) -> Option<&RestoreJob> {
        self.job.value.as_ref().map(|(reading, _)| &reading.job)
    }

    /// Where the data goes: a cluster's name, or `download`; empty while that is not known.
    #[must_use]
    pub fn destination(&self) -> &str {
        let job = self.restore_job();
        match job.map(|job| (job.target_name.as_deref(), job.delivery_type.as_ref())) {
            Some((Some(name), _)) => name,
            Some((None, Some(DeliveryType::Download))) => "download",
            _ => "",
        }
    }

    /// How much is restored, in thousandths, where Atlas counts it and it goes on.
    #[must_use]
    pub fn progress(&self) -> Option<u16> {
        let goes_on = self.phase().is_some_and(|phase| !phase.is_over());
        self.restore_job().filter(|_| goes_on).and_then(RestoreJob::progress)
    }

    /// Whether its serverless instance seems to be none any more: Atlas has ended that way of reading it, finds
    /// nothing there, or said that it would end before now.
    #[must_use]
    pub fn may_have_migrated(&self, clock: &ServerClock, now: Timestamp) -> bool {
        let serverless = matches!(self.lookup.target.kind, Kind::Serverless | Kind::ServerlessV2);
        let failed = self.job.error.as_ref().map(|(error, _)| &**error);
        // A project that Atlas does not know has no clusters of any kind.
        let missed =
            |kind: &ErrorKind| matches!(kind, ErrorKind::NotFound(missing) if *missing != Missing::Project);
        let refused = failed.is_some_and(|error| error.kind == ErrorKind::Ended || missed(&error.kind));
        serverless && (refused || self.sunset_passed(clock, now).is_some())
    }

    /// When the way of reading it ended, by a `Sunset` that has passed.
    #[must_use]
    pub fn sunset_passed(&self, clock: &ServerClock, now: Timestamp) -> Option<Timestamp> {
        let of_answer = self.job.value.as_ref().and_then(|(reading, _)| reading.meta.sunset_at);
        let of_failure = self.job.error.as_ref().and_then(|(error, _)| error.meta.sunset_at);
        of_failure.or(of_answer).filter(|sunset| *sunset <= clock.at(now))
    }

    /// When the job was created: the first four bytes of its id.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.lookup.target.job.created_at()
    }

    /// When the clock alone changes the phase: a link ends.
    #[must_use]
    pub fn status_changes_at(&self) -> Option<Timestamp> {
        self.status_changes_at
    }

    /// Judges the job again, and notes a transition if the phase is another one: after an answer, and when the
    /// clock alone may have changed it. Answers with what there is to react to, which the first phase ever seen
    /// is not, nor one that takes back an earlier one and has been said only once.
    pub fn assess(&mut self, clock: &ServerClock, now: Timestamp) -> Option<Change> {
        let (reading, _) = self.job.value.as_ref()?;
        let server_now = clock.at(now);
        let mut status = phase::assess_asked(&reading.job, self.lookup.target.job, server_now);
        let gone = self.job.error.as_ref().is_some_and(|(error, _)| {
            matches!(error.kind, ErrorKind::NotFound(Missing::Job | Missing::Unsaid))
        });
        self.status_changes_at =
            phase::changes_at(&reading.job, server_now).map(|server| clock.local(server));
        if gone {
            status = Status { phase: Phase::Gone, ended_at: None, anomalies: Vec::new() };
            self.status_changes_at = None;
        }
        // That it is gone is said by failures, everything else by good answers.
        let answer = if gone { self.job.attempts() } else { self.job.readings() };
        let step = self.course.step(&status, reading.job.finished_at, answer);
        let ends_at = reading.job.expires_at.filter(|_| status.phase == Phase::Ready);
        self.follow_link(ends_at, server_now);
        if self.course.went_back() {
            status.anomalies.push(Anomaly::Regressed);
        }
        // An end that is yet to come, or that lies before what was seen already, is no place in a history.
        let before = self.history.last().map_or(self.created_at(), |last| last.at);
        let ended_at = status
            .ended_at
            .filter(|at| status.phase.is_over() && before.as_second() <= at.as_second() && *at <= server_now);
        let (at, seen) = (ended_at.unwrap_or(server_now), ended_at.is_none());
        let to = status.phase.clone();
        self.status = Some(status);
        if step != Step::None {
            if self.history.len() == HISTORY {
                self.history.remove(0);
            }
            self.history.push(Transition { at, phase: to.clone(), seen });
        }
        match step {
            Step::From(from) => Some(Change { from, to, at, seen }),
            Step::None | Step::First | Step::Refinished => None,
        }
    }

    /// A link that is first seen close to its end was never seen coming close: the board says how long it lasts.
    fn follow_link(&mut self, ends_at: Option<Timestamp>, server_now: Timestamp) {
        if self.link.map(|link| link.ends_at) != ends_at {
            self.link = ends_at.map(|ends_at| Link {
                ends_at,
                announced: ends_at.duration_since(server_now) <= LINK_WARNING,
            });
        }
    }

    /// The local time at which the end of its link is to be announced; `None` once it is, or without a link.
    #[must_use]
    pub fn link_ends_soon_at(&self, clock: &ServerClock) -> Option<Timestamp> {
        let link = self.link.filter(|link| !link.announced)?;
        link.ends_at.checked_sub(LINK_WARNING).ok().map(|at| clock.local(at))
    }

    /// Whether the end of its link is to be announced now. Says so once for each link.
    pub fn announce_link_end(&mut self, clock: &ServerClock, now: Timestamp) -> bool {
        let due = self.link_ends_soon_at(clock).is_some_and(|at| at <= now);
        if let Some(link) = self.link.as_mut().filter(|_| due) {
            link.announced = true;
        }
        due
    }

    /// When its live link ends, on the server's clock.
    #[must_use]
    pub fn link_ends_at(&self) -> Option<Timestamp> {
        self.link.map(|link| link.ends_at)
    }

    /// Whether what is shown may no longer be true: the last attempt failed, or the next one is overdue.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp, interval: Duration) -> bool {
        self.job.value.is_some()
            && self.phase() != Some(&Phase::Gone)
            && (self.job.error.is_some() || self.overdue_at(interval).is_some_and(|at| at <= now))
    }

    /// When the last answer counts as too old: two intervals after the next one was due, or after a request
    /// left that has not come back.
    #[must_use]
    pub fn overdue_at(&self, interval: Duration) -> Option<Timestamp> {
        let expected = self.job.next_at.or(self.job.in_flight.map(|(_, at)| at))?;
        expected.saturating_add(interval.saturating_mul(2)).ok()
    }
}
