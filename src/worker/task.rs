//! The polling task: sleeps until something is due, and asks.
//!
//! It owns every watched lookup, the requests under way, the learnt server clock, rate budget and kinds; nobody
//! shares them. When to ask is decided by [`cadence`], how much the budget allows by [`super::budget`], what is asked
//! together by [`super::plan`]; this file only keeps the order and the slots. It knows neither HTTP nor the screen.

mod exchange;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::budget::Asker;
use super::cadence;
use super::plan::List;
use super::protocol::{Command, Pace, Report, RequestId, Schedule, Waiting, WatchId};
use super::supplies::{Scope, Supplies};
use super::watch::{Demand, Watch};
use super::watches::Watches;
use crate::api::RestoreApi;
use crate::clock::Clock;
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::server_clock::ServerClock;
use crate::domain::target::{Cluster, Kind};
use exchange::{Done, Flight};

/// Requests under way at once. Few, because HTTP/1 opens a connection for each; one is always left for the
/// lookup on screen, so that seven hung ones cannot hide it.
const SLOTS: usize = 8;
/// A request that has waited this long takes no slot any more: those that hang must not keep the others waiting for
/// as long as they may.
const PROMPT: Duration = Duration::from_secs(3);
/// Requests under way at once, the hung ones with them.
const MOST: usize = 32;
/// The longest sleep. A laptop's sleep stops tokio's clock but not the wall's, which the schedule follows.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// A key refused this often, and never accepted, is taken for wrong.
const REFUSALS_OF_A_WRONG_KEY: u32 = 3;

/// How the task starts out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The refresh interval of the lookup on screen while it runs.
    pub interval: Duration,
    /// Whether all lookups are refreshed as often as the one on screen: nobody looks at a script's.
    pub evenly: bool,
    /// Seeds the jitter; the same seed gives the same schedule.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { interval: cadence::DEFAULT_INTERVAL, evenly: false, seed: fastrand::u64(..) }
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
        start: Instant::now(),
        api,
        clock,
        report,
        interval: cadence::clamp_interval(settings.interval),
        paused: false,
        attended: None,
        evenly: settings.evenly,
        watches: Watches::default(),
        flights: BTreeMap::new(),
        exchanges: JoinSet::new(),
        last_request: 0,
        supplies: Supplies::default(),
        pace: Pace::default(),
        lists: BTreeMap::new(),
        kinds: BTreeMap::new(),
        server_clock: ServerClock::default(),
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
            Some(done) = task.exchanges.join_next_with_id(), if !task.exchanges.is_empty() => {
                match done {
                    Ok((_, done)) => task.take_in(done),
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

fn whole_second_after(now: Timestamp, wait: Duration) -> Timestamp {
    let at = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
    Timestamp::from_second(at.as_second() + 1).unwrap_or(Timestamp::MAX)
}

/// What to do now: start one, or wait this long (for ever when `None`).
enum Turn {
    Start(WatchId, Asker),
    Wait(Option<Duration>),
}

struct Task<A, C, R> {
    api: Arc<A>,
    clock: C,
    report: R,
    interval: Duration,
    paused: bool,
    attended: Option<WatchId>,
    evenly: bool,
    watches: Watches,
    flights: BTreeMap<RequestId, Flight>,
    exchanges: JoinSet<Done>,
    last_request: u64,
    /// On tokio's clock, which nobody sets back: what the budget counts from.
    start: Instant,
    supplies: Supplies,
    /// As last told.
    pace: Pace,
    lists: BTreeMap<Cluster, List>,
    /// What instances were found to be: Flex or dedicated.
    kinds: BTreeMap<(ObjectId, InstanceName), Kind>,
    server_clock: ServerClock,
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
                let mut watched = Vec::with_capacity(targets.len());
                for (id, target) in targets {
                    let mut watch = Watch::new(target, now);
                    if let Some(kind) = self.known_kind(&watch.target) {
                        watch.target.kind = kind;
                    }
                    if let Some(old) = self.watches.get(id) {
                        watch.last_request = old.last_request;
                        // Its request goes on without it: an answer for the old target never comes.
                        self.leave_flight(id);
                    }
                    self.watches.insert(id, watch);
                    watched.push(id);
                }
                self.reschedule(watched, false);
            }
            Command::Unwatch(id) => {
                self.leave_flight(id);
                self.watches.remove(id);
            }
            Command::Attend(id) => {
                let before = std::mem::replace(&mut self.attended, id);
                let both = if before == id { [id, None] } else { [before, id] };
                self.reschedule(both.into_iter().flatten(), true);
            }
            Command::Refresh(Some(id)) => {
                self.watches.change(id, |watch| {
                    if watch.flight.is_none() {
                        watch.demand = Demand::AtOnce;
                    }
                });
            }
            Command::Refresh(None) => self.queue(&self.watches.ids(), now),
            Command::Queue(ids) => self.queue(&ids, now),
            Command::Pause(paused) => {
                self.paused = paused;
                if paused {
                    // Whoever pauses wants silence, not the rest of a long queue.
                    for id in self.watches.ids() {
                        self.watches.change(id, |watch| watch.demand = Demand::None);
                    }
                }
                self.reschedule(self.watches.ids(), true);
            }
            Command::Interval(interval) => {
                self.interval = cadence::clamp_interval(interval);
                self.reschedule(self.watches.ids(), true);
            }
        }
    }

    fn queue(&mut self, ids: &[WatchId], now: Timestamp) {
        for id in ids {
            self.watches.change(*id, |watch| {
                if watch.flight.is_none() && watch.demand == Demand::None {
                    watch.demand = Demand::Queued(now);
                }
            });
        }
    }

    /// Works out the schedule of these lookups afresh, and tells of those that changed while nothing was under way;
    /// the end of a read tells by itself.
    fn reschedule(&mut self, ids: impl IntoIterator<Item = WatchId>, tell: bool) {
        let interval = self.running_interval();
        let mut changed = Vec::new();
        for id in ids {
            let attended = self.evenly || self.attended == Some(id);
            let schedule = self.watches.change(id, |watch| {
                let moved = watch.reschedule(interval, attended);
                (moved && watch.flight.is_none()).then(|| watch.schedule(id))
            });
            changed.extend(schedule.flatten());
        }
        if tell {
            self.tell_scheduled(changed);
        }
    }

    fn tell_scheduled(&mut self, schedules: Vec<Schedule>) {
        if !schedules.is_empty() {
            (self.report)(Report::Scheduled(schedules));
        }
    }

    /// `None` while paused.
    fn running_interval(&self) -> Option<Duration> {
        (!self.paused).then_some(self.interval)
    }

    /// On the clock of the budget.
    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Starts what is due and may start; how long to sleep before the next.
    fn start_what_is_due(&mut self) -> Option<Duration> {
        loop {
            let now = self.clock.now();
            if now < self.latest {
                for id in self.watches.ids() {
                    self.watches.change(id, |watch| watch.rewind(now));
                }
                self.reschedule(self.watches.ids(), true);
            }
            self.latest = now;
            match self.next_turn(now) {
                Turn::Start(id, asker) => self.start(id, asker, now),
                Turn::Wait(wake) => return wake,
            }
        }
    }

    /// How many slots are taken, and when the next one is free if no answer comes; never while there are too many
    /// requests under way.
    fn slots_taken(&self) -> (usize, Option<Duration>) {
        let elapsed = self.elapsed();
        if self.flights.len() >= MOST {
            return (SLOTS, None);
        }
        let prompt = self.flights.values().filter(|flight| flight.is_prompt(elapsed));
        let freed_in = prompt.clone().map(|flight| flight.prompt_for(elapsed)).min();
        (prompt.count(), freed_in)
    }

    /// The attended lookup first, then those asked for at once, then by the time they became due.
    fn next_turn(&mut self, now: Timestamp) -> Turn {
        let elapsed = self.elapsed();
        let attended = self.attended.and_then(|id| self.watches.get(id));
        let (taken, freed_in) = self.slots_taken();
        let prompt = |request| self.flights.get(&request).is_some_and(|flight| flight.is_prompt(elapsed));
        let own = attended.is_some_and(|watch| watch.flight.is_some_and(prompt));
        let others = taken.saturating_sub(usize::from(own));
        let until =
            |ready_at: Timestamp| Duration::try_from(now.duration_until(ready_at)).unwrap_or_default();

        // Of each bucket the first of each sort; those behind it have no shorter wait.
        let by_hand = |&(at, _): &(Timestamp, WatchId)| at == Timestamp::MIN;
        let mut candidates: Vec<(Scope, Asker, Timestamp, WatchId)> = Vec::new();
        let mut stuck = false;
        for (scope, due) in self.watches.by_time() {
            let others_due = || due.iter().copied().filter(|(_, id)| Some(*id) != self.attended);
            let at_once = others_due().next().filter(by_hand);
            let rest = others_due().find(|first| !by_hand(first));
            stuck |= at_once.is_some() && taken >= SLOTS || rest.is_some() && others >= SLOTS - 1;
            let at_once = at_once.filter(|_| taken < SLOTS).map(|first| (Asker::Hand, first));
            let rest = rest.filter(|_| others < SLOTS - 1).map(|first| (Asker::Rest, first));
            candidates.extend(
                [at_once, rest].into_iter().flatten().map(|(asker, (at, id))| (scope, asker, at, id)),
            );
        }
        let contended = |scope: Scope| {
            candidates.iter().any(|(of, asker, at, _)| *of == scope && *asker == Asker::Rest && *at <= now)
        };

        // Attended, then by hand, then by time.
        let mut turn: Option<(u8, Timestamp, WatchId, Asker)> = None;
        // What is stuck waits for an answer, or for a request that is taken for hung.
        let mut wake: Option<Duration> = freed_in.filter(|_| stuck);
        let mut delayed = BTreeSet::new();
        let mut waiting = None;
        let mut consider = |rank, scope, asker, ready_at, id, slow: Duration| {
            let ready = until(ready_at);
            let budget = self.supplies.wait(scope, asker, contended(scope), elapsed);
            let wait = ready.max(budget).max(slow);
            let held_back = budget > ready + super::budget::SPACING;
            if held_back && ready.is_zero() {
                delayed.insert(scope);
                if Some(id) == self.attended {
                    waiting = Some(Waiting { watch: id, until: whole_second_after(now, wait) });
                }
            }
            // Once more when it becomes due, to tell that it waits.
            let wait = if held_back && !ready.is_zero() { ready } else { wait };
            if wait.is_zero() {
                if turn.is_none_or(|(other, at, _, _)| (rank, ready_at) < (other, at)) {
                    turn = Some((rank, ready_at, id, asker));
                }
            } else {
                wake = Some(wake.map_or(wait, |other| wait.min(other)));
            }
        };
        if let (Some(id), Some(watch)) = (self.attended, attended)
            && let Some(ready_at) = watch.ready_at().filter(|_| watch.flight.is_none())
        {
            let asker = if watch.demand == Demand::AtOnce { Asker::Hand } else { Asker::Attended };
            consider(0, Scope::of(&watch.target), asker, ready_at, id, Duration::ZERO);
        }
        let wrong_key = !self.accepted && self.refusals >= REFUSALS_OF_A_WRONG_KEY;
        let slow =
            if wrong_key { self.supplies.spacing(cadence::REFUSED_SPACING, elapsed) } else { Duration::ZERO };
        for &(scope, asker, ready_at, id) in &candidates {
            match asker {
                Asker::Rest => consider(2, scope, asker, ready_at, id, slow),
                Asker::Hand | Asker::Attended => consider(1, scope, asker, ready_at, id, Duration::ZERO),
            }
        }
        let idle = self.flights.is_empty() && self.watches.is_idle();
        let slowed = self.supplies.is_slowed(&delayed, idle, elapsed);
        let pace = if slowed { Pace::Slowed { waiting } } else { Pace::Full };
        if !pace.is_about(&self.pace) {
            self.pace = pace;
            (self.report)(Report::Pace(pace));
        }
        turn.map_or(Turn::Wait(wake), |(_, _, id, asker)| Turn::Start(id, asker))
    }
}
