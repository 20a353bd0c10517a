//! The polling task: sleeps until something is due, and asks.
//!
//! It owns every watched lookup, the requests under way and the learnt server clock; nobody shares them. When
//! to ask is [`cadence`]'s decision; this file only keeps the order, the slots and the distance between
//! requests. It knows neither HTTP nor the screen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::cadence;
use super::protocol::{Command, Outcome, Report, RequestId, WatchId};
use super::watch::{Demand, Flight, Watch};
use crate::api::{Answer, ApiError, Budget, ErrorKind, Meta, RestoreApi};
use crate::clock::Clock;
use crate::domain::server_clock::ServerClock;

/// Requests under way at once. Few, because HTTP/1 opens a connection for each; one is always left for the
/// lookup on screen, so that seven hung ones cannot hide it.
const SLOTS: usize = 8;
/// The longest sleep. A laptop's sleep stops tokio's clock but not the wall's, which the schedule follows.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// A key refused this often, and never accepted, is taken for wrong.
const REFUSALS_OF_A_WRONG_KEY: u32 = 3;

/// How the task starts out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The refresh interval of the lookup on screen while it runs.
    pub interval: Duration,
    /// Seeds the jitter; the same seed gives the same schedule.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { interval: cadence::DEFAULT_INTERVAL, seed: fastrand::u64(..) }
    }
}

/// Watches lookups until the command channel closes; requests under way are then dropped.
///
/// `report` is called on the task's own thread and may block there: behind a bounded channel of std that makes
/// a loop which is behind slow the polling down instead of filling memory. It cannot deadlock as long as the
/// loop only ever tries to send a command and never waits for room.
pub async fn run<A: RestoreApi, C: Clock>(
    api: Arc<A>,
    clock: C,
    mut commands: mpsc::Receiver<Command>,
    report: impl FnMut(Report),
    settings: Settings,
) {
    let mut task = Task {
        latest: clock.now(),
        api,
        clock,
        report,
        interval: cadence::clamp_interval(settings.interval),
        paused: false,
        attended: None,
        watches: BTreeMap::new(),
        reads: JoinSet::new(),
        last_request: 0,
        last_start: None,
        server_clock: ServerClock::default(),
        budget: None,
        refusals: 0,
        accepted: false,
        random: fastrand::Rng::with_seed(settings.seed),
    };
    loop {
        let wake = task.start_what_is_due();
        tokio::select! {
            biased;
            command = commands.recv() => {
                let Some(command) = command else { return };
                task.obey(command);
                // All that wait, before anything starts: the one attended to may be named after the rest.
                while let Ok(command) = commands.try_recv() {
                    task.obey(command);
                }
            }
            Some(read) = task.reads.join_next_with_id(), if !task.reads.is_empty() => {
                match read {
                    Ok((_, read)) => task.take_in(read),
                    Err(error) => task.take_in_panic(&error),
                }
            }
            () = sleep(wake) => {}
        }
    }
}

/// No timer at all when there is nothing to wait for.
async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration.min(LONGEST_SLEEP)).await,
        None => std::future::pending().await,
    }
}

/// A read that has ended.
struct Read {
    watch: WatchId,
    request: RequestId,
    result: Result<Answer, ApiError>,
    sent_at: Timestamp,
    received_at: Timestamp,
}

/// What to do now: start one, or wait this long (for ever when `None`).
enum Turn {
    Start(WatchId),
    Wait(Option<Duration>),
}

struct Task<A, C, R> {
    api: Arc<A>,
    clock: C,
    report: R,
    interval: Duration,
    paused: bool,
    attended: Option<WatchId>,
    watches: BTreeMap<WatchId, Watch>,
    reads: JoinSet<Read>,
    last_request: u64,
    /// On tokio's clock, which nobody sets back.
    last_start: Option<Instant>,
    server_clock: ServerClock,
    budget: Option<Budget>,
    refusals: u32,
    accepted: bool,
    random: fastrand::Rng,
    /// The latest time that the wall clock has shown.
    latest: Timestamp,
}

impl<A: RestoreApi, C: Clock, R: FnMut(Report)> Task<A, C, R> {
    fn obey(&mut self, command: Command) {
        let now = self.clock.now();
        match command {
            Command::Watch(targets) => {
                let watched: BTreeSet<WatchId> = targets.iter().map(|(id, _)| *id).collect();
                for (id, target) in targets {
                    // Dropping the old one aborts its request: an answer for the old target never comes.
                    let old = self.watches.insert(id, Watch::new(target, now));
                    if let (Some(old), Some(new)) = (old, self.watches.get_mut(&id)) {
                        new.last_request = old.last_request;
                    }
                }
                self.reschedule(|watch| watched.contains(&watch), false);
            }
            Command::Unwatch(id) => drop(self.watches.remove(&id)),
            Command::Attend(id) => {
                let before = std::mem::replace(&mut self.attended, id);
                self.reschedule(|watch| Some(watch) == id || Some(watch) == before, true);
            }
            Command::Refresh(Some(id)) => {
                if let Some(watch) = self.watches.get_mut(&id).filter(|watch| watch.flight.is_none()) {
                    watch.demand = Demand::AtOnce;
                }
            }
            Command::Refresh(None) => {
                for watch in self.watches.values_mut() {
                    if watch.flight.is_none() && watch.demand == Demand::None {
                        watch.demand = Demand::Queued(now);
                    }
                }
            }
            Command::Pause(paused) => {
                self.paused = paused;
                if paused {
                    // Whoever pauses wants silence, not the rest of a long queue.
                    self.watches.values_mut().for_each(|watch| watch.demand = Demand::None);
                }
                self.reschedule(|_| true, true);
            }
            Command::Interval(interval) => {
                self.interval = cadence::clamp_interval(interval);
                self.reschedule(|_| true, true);
            }
        }
    }

    /// Works out the schedule of some lookups afresh, and tells of each that changed while nothing was under
    /// way; the end of a read tells by itself.
    fn reschedule(&mut self, which: impl Fn(WatchId) -> bool, tell: bool) {
        let interval = (!self.paused).then_some(self.interval);
        for (id, watch) in self.watches.iter_mut().filter(|(id, _)| which(**id)) {
            let changed = watch.reschedule(interval, self.attended == Some(*id));
            if tell && changed && watch.flight.is_none() {
                let outcome = Outcome::Scheduled { next_at: watch.due };
                (self.report)(Report { watch: *id, request: watch.last_request, outcome });
            }
        }
    }

    /// Starts what is due and may start; how long to sleep before the next.
    fn start_what_is_due(&mut self) -> Option<Duration> {
        loop {
            let now = self.clock.now();
            if now < self.latest {
                self.watches.values_mut().for_each(|watch| watch.rewind(now));
                self.reschedule(|_| true, true);
            }
            self.latest = now;
            match self.next_turn(now) {
                Turn::Start(id) => self.start(id, now),
                Turn::Wait(wake) => return wake,
            }
        }
    }

    /// The attended lookup first, then those asked for at once, then by the time they became due. What has no
    /// slot waits for an answer, not for the clock, so it sets no timer.
    fn next_turn(&self, now: Timestamp) -> Turn {
        let under_way = self.watches.values().filter(|watch| watch.flight.is_some()).count();
        let attended = self.attended.and_then(|id| self.watches.get(&id));
        let others = under_way - usize::from(attended.is_some_and(|watch| watch.flight.is_some()));
        let wrong_key = !self.accepted && self.refusals >= REFUSALS_OF_A_WRONG_KEY;
        let spacing = cadence::spacing(self.budget, wrong_key);
        let since_start = self.last_start.map_or(Duration::MAX, |start| start.elapsed());

        let mut first = None;
        let mut wake: Option<Duration> = None;
        for (&id, watch) in self.watches.iter().filter(|(_, watch)| watch.flight.is_none()) {
            let (rank, slot_free, spacing) = if self.attended == Some(id) {
                (0, true, cadence::SPACING)
            } else if watch.demand == Demand::AtOnce {
                (1, under_way < SLOTS, cadence::SPACING)
            } else {
                (2, others < SLOTS - 1, spacing)
            };
            let Some(ready_at) = watch.ready_at().filter(|_| slot_free) else { continue };
            let until_ready = Duration::try_from(ready_at.duration_since(now)).unwrap_or_default();
            let wait = until_ready.max(spacing.saturating_sub(since_start));
            if wait.is_zero() {
                let key = (rank, ready_at, id);
                first = Some(first.map_or(key, |other| key.min(other)));
            } else {
                wake = Some(wake.map_or(wait, |other| wait.min(other)));
            }
        }
        first.map_or(Turn::Wait(wake), |(_, _, id)| Turn::Start(id))
    }

    fn start(&mut self, id: WatchId, now: Timestamp) {
        if self.attended == Some(id) {
            self.make_room(now);
        }
        let Some(watch) = self.watches.get_mut(&id) else { return };
        self.last_request += 1;
        let request = RequestId(self.last_request);
        let (api, clock, target) = (Arc::clone(&self.api), self.clock.clone(), watch.target.clone());
        let task = self.reads.spawn(async move {
            let sent_at = clock.now();
            let result = api.restore_job(&target).await;
            Read { watch: id, request, result, sent_at, received_at: clock.now() }
        });
        watch.demand = Demand::None;
        watch.last_request = request;
        watch.flight = Some(Flight { request, task });
        self.last_start = Some(Instant::now());
        (self.report)(Report { watch: id, request, outcome: Outcome::Started { at: now } });
    }

    /// When every slot is taken, as after moving between hung lookups, the oldest request gives way and is
    /// queued again: it has waited longest, so it is the least likely to be answered.
    fn make_room(&mut self, now: Timestamp) {
        let under_way = self.watches.iter_mut().filter(|(_, watch)| watch.flight.is_some());
        let mut under_way: Vec<(&WatchId, &mut Watch)> = under_way.collect();
        under_way.sort_by_key(|(_, watch)| watch.last_request);
        let excess = (under_way.len() + 1).saturating_sub(SLOTS);
        for (id, watch) in under_way.into_iter().take(excess) {
            watch.flight = None;
            watch.demand = Demand::Queued(now);
            // Told at once: a pause may empty the queue before its turn comes again.
            let outcome = Outcome::Scheduled { next_at: watch.due };
            (self.report)(Report { watch: *id, request: watch.last_request, outcome });
        }
    }

    fn take_in(&mut self, read: Read) {
        let Read { watch: id, request, result, sent_at, received_at } = read;
        // It may have ended in the moment in which it was aborted.
        let awaited = |watch: &&mut Watch| watch.flight.as_ref().is_some_and(|f| f.request == request);
        let Some(watch) = self.watches.get_mut(&id).filter(awaited) else { return };
        let meta = match &result {
            Ok(answer) => &answer.meta,
            Err(error) => &error.meta,
        };
        if let Some(date) = meta.server_date {
            self.server_clock.observe(date, sent_at, received_at);
        }
        self.budget = meta.budget.or(self.budget);
        self.accepted |= result.is_ok();
        if let Err(ApiError { kind: ErrorKind::KeyRefused { .. }, .. }) = result {
            self.refusals = self.refusals.saturating_add(1);
        }
        watch.take_in(&result, &self.server_clock, received_at, self.random.f64());
        watch.reschedule((!self.paused).then_some(self.interval), self.attended == Some(id));
        let outcome = Outcome::Ended { result: Box::new(result), sent_at, received_at, next_at: watch.due };
        (self.report)(Report { watch: id, request, outcome });
    }

    /// A read that panicked is a fault of ours, but no reason to show a spinner for ever.
    fn take_in_panic(&mut self, error: &JoinError) {
        let panicked = |watch: &Watch| watch.flight.as_ref().is_some_and(|f| f.task.id() == error.id());
        let Some((id, watch)) = self.watches.iter().find(|(_, watch)| panicked(watch)) else { return };
        let now = self.clock.now();
        let failure = ApiError {
            kind: ErrorKind::Internal,
            code: None,
            detail: Some("the read broke off".to_owned()),
            retry_after: None,
            meta: Meta::default(),
        };
        let (watch, request) = (*id, watch.last_request);
        self.take_in(Read { watch, request, result: Err(failure), sent_at: now, received_at: now });
    }
}
