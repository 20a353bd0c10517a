//! All jobs of a watch, from the first read to the end: takes in what the worker reports and the time that passes, and
//! answers with what there is to tell and when it ends.
//!
//! Pure, with the time as a parameter. Must not know writers, channels or who asks Atlas.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::job::{Job, Seen};
use super::place::later;
use super::until::{Rules, Until, Verdict};
use crate::api::{ApiError, Budget, ClusterState, Meta};
use crate::domain::lookup::Lookup;
use crate::domain::phase::Phase;
use crate::domain::server_clock::ServerClock;
use crate::domain::target::{Cluster, Target};
use crate::headless::exit;
use crate::worker::{Ended, Read, Report, WatchId};

/// Something to tell. Jobs are named by their place in the watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The first answer about it.
    First(usize),
    /// Another phase counts, after this one.
    Phase { job: usize, from: Phase },
    /// The same phase with other facts.
    Facts(usize),
    /// Its reads fail from now on, and it is asked again.
    Failing(usize),
    /// It was read again after so long. `same`: and says what it said before; otherwise that is told next.
    Back { job: usize, after: SignedDuration, same: bool },
    /// No more is asked about it.
    GivenUp(usize),
    /// The cluster that it went into says something new.
    Place(usize),
    /// Nothing was told for a while, and the watch goes on.
    Heartbeat,
}

/// Why a watch ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Each job has reached what was waited for, or never will.
    Over,
    /// One has not, which is enough.
    FailedFast,
    TimedOut,
}

/// What was asked and what it cost, since the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// HTTP requests, those of the clusters included.
    pub requests: u64,
    /// Failed questions, by the word of their error.
    pub errors: BTreeMap<&'static str, u64>,
    /// The rate budget, as last told.
    pub budget: Option<Budget>,
}

#[derive(Debug)]
pub struct Vigil {
    pub jobs: Vec<Job>,
    pub rules: Rules,
    /// Atlas's, learnt from its answers.
    pub clock: ServerClock,
    pub tally: Tally,
    pub started_at: Timestamp,
    /// When the last line was told.
    told_at: Timestamp,
    news: Vec<News>,
}

impl Vigil {
    #[must_use]
    pub fn new(lookups: Vec<Lookup>, rules: Rules, now: Timestamp) -> Self {
        Self {
            jobs: lookups.into_iter().map(Job::new).collect(),
            rules,
            clock: ServerClock::default(),
            tally: Tally::default(),
            started_at: now,
            told_at: now,
            news: Vec::new(),
        }
    }

    /// What the worker is to watch: the place of each job, and how it is reached.
    #[must_use]
    pub fn watches(&self) -> Vec<(WatchId, Target)> {
        (0u64..).zip(&self.jobs).map(|(id, job)| (WatchId(id), job.target.clone())).collect()
    }

    pub fn take(&mut self, report: Report, now: Timestamp) {
        let Report::Ended(ended) = report else { return };
        let Ended { meta, sent_at, received_at, failure, reads, .. } = *ended;
        self.count(&meta, failure.as_ref());
        if let Some(date) = meta.server_date {
            self.clock.observe(date, sent_at, received_at);
        }
        for read in reads {
            self.take_read(read, &meta, received_at, now);
        }
    }

    fn take_read(&mut self, read: Read, meta: &Meta, received_at: Timestamp, now: Timestamp) {
        let Read { watch, result, next_at, kind } = read;
        let Ok(index) = usize::try_from(watch.0) else { return };
        let (clock, until) = (self.clock, self.rules.until);
        let Some(job) = self.jobs.get_mut(index).filter(|job| !job.is_given_up()) else { return };
        if let Some(kind) = kind {
            job.is_of(kind);
        }
        let failing = job.error().is_some();
        match result {
            Ok(restore) => {
                let since = job.failing_since();
                let seen = job.read(restore, meta.clone(), &clock, received_at, now);
                if let Some(since) = since.filter(|_| failing) {
                    let (after, same) = (received_at.duration_since(since), seen == Seen::Nothing);
                    self.news.push(News::Back { job: index, after, same });
                }
                self.tell(index, seen, until, now);
            }
            Err(error) => match job.failed(error, next_at.is_none(), received_at) {
                Verdict::Wait if failing => {}
                Verdict::Wait => self.news.push(News::Failing(index)),
                Verdict::Gone | Verdict::End(_) => self.news.push(News::GivenUp(index)),
            },
        }
    }

    fn tell(&mut self, index: usize, seen: Seen, until: Until, now: Timestamp) {
        let news = match seen {
            Seen::Nothing => return,
            Seen::First => News::First(index),
            Seen::From(from) => News::Phase { job: index, from },
            Seen::Facts => News::Facts(index),
        };
        self.news.push(news);
        if until == Until::Usable
            && let Some(job) = self.jobs.get_mut(index)
        {
            job.find_place(now);
        }
    }

    /// What time alone has brought.
    pub fn pass(&mut self, now: Timestamp) {
        let (clock, until) = (self.clock, self.rules.until);
        for index in 0..self.jobs.len() {
            let Some(job) = self.jobs.get_mut(index) else { continue };
            if job.status_changes_at().is_some_and(|at| at <= now) {
                let seen = job.look(&clock, now);
                self.tell(index, seen, until, now);
            }
        }
        if let Some(patience) = self.rules.give_up_after {
            for (index, job) in self.jobs.iter_mut().enumerate() {
                let open = job.code(until).is_none();
                let late = job.failing_since().is_some_and(|since| later(since, patience) <= now);
                if open && late {
                    job.give_up();
                    self.news.push(News::GivenUp(index));
                }
            }
        }
        if self.heartbeat_at().is_some_and(|at| at <= now) && self.ending(now).is_none() {
            self.news.push(News::Heartbeat);
            self.told_at = now;
        }
    }

    /// What there is to tell, in the order in which it happened.
    pub fn take_news(&mut self, now: Timestamp) -> Vec<News> {
        if !self.news.is_empty() {
            self.told_at = now;
        }
        std::mem::take(&mut self.news)
    }

    /// Whether it ends now, by itself.
    #[must_use]
    pub fn ending(&self, now: Timestamp) -> Option<Ending> {
        let until = self.rules.until;
        let mut codes = self.jobs.iter().map(|job| job.code(until));
        if codes.clone().all(|code| code.is_some()) {
            Some(Ending::Over)
        } else if self.rules.fail_fast && codes.any(|code| code.is_some_and(|code| code != 0)) {
            Some(Ending::FailedFast)
        } else {
            self.ends_at().is_some_and(|at| at <= now).then_some(Ending::TimedOut)
        }
    }

    /// The exit code of a watch that ends so: the worst of those that are over, or that the time was up.
    #[must_use]
    pub fn code(&self, ending: Ending) -> u8 {
        let codes = self.jobs.iter().map(|job| job.code(self.rules.until));
        match ending {
            Ending::TimedOut => exit::TIMEOUT,
            Ending::Over => exit::worst(codes.map(|code| code.unwrap_or(exit::RUNNING))),
            Ending::FailedFast => exit::worst(codes.flatten()),
        }
    }

    /// When something happens by time alone; a local time.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let open = || self.jobs.iter().filter(|job| job.code(self.rules.until).is_none());
        let give_up = self.rules.give_up_after.and_then(|patience| {
            open().filter_map(Job::failing_since).map(|since| later(since, patience)).min()
        });
        let statuses = self.jobs.iter().filter_map(Job::status_changes_at);
        let places = self.jobs.iter().filter_map(|job| job.place.as_ref()?.due_at());
        let times = [self.ends_at(), self.heartbeat_at(), give_up];
        times.into_iter().flatten().chain(statuses).chain(places).min()
    }

    fn ends_at(&self) -> Option<Timestamp> {
        self.rules.timeout.map(|timeout| later(self.started_at, timeout))
    }

    fn heartbeat_at(&self) -> Option<Timestamp> {
        self.rules.heartbeat.map(|heartbeat| later(self.told_at, heartbeat))
    }

    /// The clusters to ask about now. Each is taken for asked until [`Vigil::take_state`].
    pub fn due_places(&mut self, now: Timestamp) -> Vec<(usize, Cluster)> {
        let mut due = Vec::new();
        for (index, job) in self.jobs.iter_mut().enumerate() {
            if let Some(place) = job.place.as_mut().filter(|place| place.due_at().is_some_and(|at| at <= now))
            {
                place.asked();
                due.push((index, place.cluster.clone()));
            }
        }
        due
    }

    /// Takes in what a cluster said. `interval`: until it is asked again.
    pub fn take_state(
        &mut self,
        index: usize,
        result: Result<ClusterState, ApiError>,
        interval: Duration,
        now: Timestamp,
    ) {
        match &result {
            Ok(state) => self.count(&state.meta, None),
            Err(error) => self.count(&error.meta, Some(error)),
        }
        if let Some(place) = self.jobs.get_mut(index).and_then(|job| job.place.as_mut())
            && place.take(result, interval, now)
        {
            self.news.push(News::Place(index));
        }
    }

    fn count(&mut self, meta: &Meta, failure: Option<&ApiError>) {
        self.tally.requests = self.tally.requests.saturating_add(meta.requests.into());
        if let Some(error) = failure {
            *self.tally.errors.entry(error.kind.as_str()).or_default() += 1;
        }
        self.tally.budget = meta.budget.or(self.tally.budget);
    }
}
