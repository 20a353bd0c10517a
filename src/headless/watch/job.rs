//! One job of a watch: what was read of it last, which of its phases counts, and whether its watch is over.
//!
//! Pure; the times are local unless they say otherwise. Must not know other jobs, nor how anything is written.

use jiff::Timestamp;

use super::place::{Destination, Place, is_download};
use super::until::{Until, Verdict, given_up, verdict};
use crate::api::{Answer, ApiError, Meta};
use crate::domain::course::{Course, Step};
use crate::domain::job::RestoreJob;
use crate::domain::lookup::Lookup;
use crate::domain::phase::{self, Anomaly, Phase, Status};
use crate::domain::server_clock::ServerClock;
use crate::domain::target::{Kind, Target};
use crate::domain::text::clean;
use crate::headless::{Reading, exit};

/// What a look at a job brought that is worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Nothing,
    /// Its first answer.
    First,
    /// Another phase counts, after this one.
    From(Phase),
    /// The same phase with other facts: flags, dates, links, contradictions.
    Facts,
}

#[derive(Debug)]
pub struct Job {
    pub target: Target,
    /// Its label, or what stands for one; clean.
    pub name: String,
    /// As saved; empty when there is none. Clean.
    pub label: String,
    /// The last good answer, and when it came.
    answer: Option<(Answer, Timestamp)>,
    status: Option<Status>,
    /// When the clock alone changes the status.
    status_changes_at: Option<Timestamp>,
    course: Course,
    /// Good answers, which the course counts by.
    readings: u64,
    /// Why the last read failed.
    error: Option<ApiError>,
    failing_since: Option<Timestamp>,
    /// Failures in a row with the exit code of the last one.
    alike: u32,
    /// No more is asked about it; with which exit code.
    given_up: Option<u8>,
    /// After a completed restore into it, while somebody waits for it to be usable.
    pub place: Option<Place>,
    /// What it was restored into has no name that could be asked for.
    pub unnamed: Option<String>,
    /// As of the last look.
    facts: Option<Facts>,
}

/// What makes a line of JSON another one, apart from counts and from the time of reading.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    anomalies: Vec<Anomaly>,
    flags: [Option<bool>; 3],
    dates: [Option<Timestamp>; 2],
    links: usize,
}

impl Job {
    #[must_use]
    pub fn new(lookup: Lookup) -> Self {
        Self {
            name: clean(&lookup.name()).into_owned(),
            label: clean(&lookup.label).into_owned(),
            target: lookup.target,
            answer: None,
            status: None,
            status_changes_at: None,
            course: Course::default(),
            readings: 0,
            error: None,
            failing_since: None,
            alike: 0,
            given_up: None,
            place: None,
            unnamed: None,
            facts: None,
        }
    }

    /// Takes in a good answer.
    pub fn read(
        &mut self,
        job: RestoreJob,
        meta: Meta,
        clock: &ServerClock,
        received_at: Timestamp,
        now: Timestamp,
    ) -> Seen {
        self.answer = Some((Answer { job, meta }, received_at));
        self.readings += 1;
        self.error = None;
        self.failing_since = None;
        self.alike = 0;
        self.look(clock, now)
    }

    /// Judges the last answer by the clock: after it came, and when time alone may have changed what it means.
    pub fn look(&mut self, clock: &ServerClock, now: Timestamp) -> Seen {
        let Some((answer, _)) = &self.answer else { return Seen::Nothing };
        if self.given_up.is_some() {
            return Seen::Nothing;
        }
        let (job, server_now) = (&answer.job, clock.at(now));
        let mut status = phase::assess_asked(job, self.target.job, server_now);
        let step = self.course.step(&status, job.finished_at, self.readings);
        if self.course.went_back() {
            status.anomalies.push(Anomaly::Regressed);
        }
        self.status_changes_at = phase::changes_at(job, server_now).map(|at| clock.local(at));
        let facts = Facts {
            anomalies: status.anomalies.clone(),
            flags: [job.cancelled, job.expired, job.failed],
            dates: [job.finished_at, job.expires_at],
            links: job.downloads().len(),
        };
        self.status = Some(status);
        let before = self.facts.replace(facts);
        match step {
            Step::First => Seen::First,
            Step::From(from) => Seen::From(from),
            Step::None | Step::Refinished if before != self.facts => Seen::Facts,
            Step::None | Step::Refinished => Seen::Nothing,
        }
    }

    /// Takes in a failure; what it means. `last`: the worker asks no more by itself, so there is nothing to wait for.
    pub fn failed(&mut self, error: ApiError, last: bool, received_at: Timestamp) -> Verdict {
        let same = self.error.as_ref().is_some_and(|before| before.exit_code() == error.exit_code());
        self.alike = if same { self.alike.saturating_add(1) } else { 1 };
        self.failing_since.get_or_insert(received_at);
        let verdict = match verdict(&error, self.answer.is_some(), self.alike) {
            Verdict::Wait if last && error.exit_code() == exit::GONE => Verdict::Gone,
            Verdict::Wait if last => Verdict::End(given_up(&error)),
            verdict => verdict,
        };
        match verdict {
            Verdict::Wait => {}
            Verdict::Gone => {
                self.given_up = Some(exit::GONE);
                self.status = Some(Status { phase: Phase::Gone, ended_at: None, anomalies: Vec::new() });
            }
            Verdict::End(code) => self.given_up = Some(code),
        }
        self.error = Some(error);
        verdict
    }

    /// No more is asked: it has failed for as long as it may.
    pub fn give_up(&mut self) {
        if let (None, Some(error)) = (self.given_up, &self.error) {
            self.given_up = Some(given_up(error));
        }
        if let Some(place) = &mut self.place {
            place.give_up();
        }
    }

    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.given_up.is_some()
    }

    /// It is read as this kind from now on.
    pub fn is_of(&mut self, kind: Kind) {
        self.target.kind = kind;
    }

    /// The exit code of its watch, once that is over.
    #[must_use]
    pub fn code(&self, until: Until) -> Option<u8> {
        if self.given_up.is_some() {
            return self.given_up;
        }
        let phase = self.phase().filter(|phase| phase.is_terminal())?;
        let (answer, _) = self.answer.as_ref()?;
        let code = exit::of_phase(phase);
        let another = |status: &Status| status.anomalies.contains(&Anomaly::IdMismatch);
        if self.status.as_ref().is_some_and(another) {
            // An answer about another job proves nothing of this one.
            return Some(exit::INTERNAL);
        }
        match until {
            Until::Ready if code == 0 && *phase != Phase::Ready && is_download(&answer.job) => {
                Some(exit::INTERNAL)
            }
            Until::Usable if code == 0 => match (&self.place, &self.unnamed) {
                (Some(place), _) => place.code(),
                (None, Some(_)) => Some(exit::INTERNAL),
                (None, None) => Some(code),
            },
            _ => Some(code),
        }
    }

    /// Once it is completed: looks for the cluster that it went into. Whether there is something to say about it.
    pub fn find_place(&mut self, now: Timestamp) {
        if self.place.is_some() || self.unnamed.is_some() {
            return;
        }
        let (Some(phase), Some((answer, _))) = (self.course.phase(), &self.answer) else { return };
        match Destination::of(&answer.job, phase, &self.target) {
            Destination::Nowhere => {}
            Destination::Cluster(cluster) => self.place = Some(Place::new(cluster, now)),
            Destination::Unnamed(name) => self.unnamed = Some(name),
        }
    }

    /// The phase that counts: another one that contradicts it has been said once at the most.
    #[must_use]
    pub fn phase(&self) -> Option<&Phase> {
        let gone = self.status.as_ref().map(|status| &status.phase).filter(|phase| **phase == Phase::Gone);
        gone.or(self.course.phase())
    }

    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    #[must_use]
    pub fn error(&self) -> Option<&ApiError> {
        self.error.as_ref()
    }

    #[must_use]
    pub fn restore(&self) -> Option<&RestoreJob> {
        self.answer.as_ref().map(|(answer, _)| &answer.job)
    }

    /// When the last good answer came.
    #[must_use]
    pub fn read_at(&self) -> Option<Timestamp> {
        self.answer.as_ref().map(|(_, at)| *at)
    }

    /// Since when every read has failed.
    #[must_use]
    pub fn failing_since(&self) -> Option<Timestamp> {
        let place = self.place.as_ref().filter(|place| place.code().is_none());
        self.failing_since.or(place.and_then(|place| place.failing_since))
    }

    /// When the clock alone changes its phase.
    #[must_use]
    pub fn status_changes_at(&self) -> Option<Timestamp> {
        self.status_changes_at.filter(|_| self.given_up.is_none())
    }

    /// By its id; the server's time.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.target.job.created_at()
    }

    /// The last good answer with the phase that counts, as of when it came.
    #[must_use]
    pub fn reading(&self, clock: &ServerClock) -> Option<Reading<'_>> {
        let ((answer, read_at), status) = (self.answer.as_ref()?, self.status.as_ref()?);
        let mut reading = Reading::new(&self.target, answer, clock.at(*read_at)).labelled(&self.label);
        let phase = self.phase().unwrap_or(&status.phase).clone();
        reading.status = Status { phase, ..status.clone() };
        reading.stale = self.error.is_some() && status.phase != Phase::Gone;
        Some(reading)
    }
}
