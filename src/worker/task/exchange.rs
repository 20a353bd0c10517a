//! One request from its start to its end: who is in it, what it brought for each, and who gave way to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::{AbortHandle, JoinError};

use super::{MOST, PROMPT, SLOTS, Task};
use crate::api::{Answer, ApiError, Batch, ErrorKind, Listing, Meta, Missing, RestoreApi};
use crate::clock::Clock;
use crate::domain::job::RestoreJob;
use crate::domain::target::{Cluster, Kind, PAGE_MAX, Target};
use crate::worker::budget::{Asker, Told};
use crate::worker::kind::{self, Found};
use crate::worker::protocol::{Ended, Read, Report, RequestId, Subject, WatchId};
use crate::worker::supplies::Scope;
use crate::worker::watch::Demand;

/// A request under way. Its task is aborted when this is dropped, and its answer then never arrives.
#[derive(Debug)]
pub(super) struct Flight {
    task: AbortHandle,
    /// For which lookups; the first one had it started.
    watches: Vec<WatchId>,
    /// The list that was asked for; `None` for a single job.
    list: Option<Cluster>,
    items: u16,
    /// On the clock of the budget.
    started: Duration,
    /// Somebody pressed a key for it.
    by_hand: bool,
    /// Jobs that are over, which the list is looked through for as well: it costs nothing, and tells of one that
    /// goes back on what it said.
    along: Vec<WatchId>,
}

impl Flight {
    /// Whether it still takes a slot.
    pub(super) fn is_prompt(&self, elapsed: Duration) -> bool {
        !self.prompt_for(elapsed).is_zero()
    }

    /// How long it will take a slot yet.
    pub(super) fn prompt_for(&self, elapsed: Duration) -> Duration {
        (self.started + PROMPT).saturating_sub(elapsed)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request that has ended.
pub(super) struct Done {
    request: RequestId,
    brought: Brought,
    sent_at: Timestamp,
    received_at: Timestamp,
}

enum Brought {
    Job(Box<Found<Answer>>),
    Jobs(Box<Found<Listing>>),
}

/// What a request means for its lookups.
struct Outcome {
    meta: Meta,
    failure: Option<ApiError>,
    /// What the instance is, if that is proved.
    kind: Option<Kind>,
    subject: Subject,
    /// By lookup; `None` for one that is to be read by itself.
    results: Vec<(WatchId, Option<Result<RestoreJob, ApiError>>)>,
}

impl<A: RestoreApi, C: Clock, R: FnMut(Report)> Task<A, C, R> {
    /// Asks for this lookup, together with what is nearly due on its cluster.
    pub(super) fn start(&mut self, id: WatchId, asker: Asker, now: Timestamp) {
        if self.attended == Some(id) {
            self.make_room(now);
        }
        let Some(target) = self.watches.get(id).map(|watch| watch.target.clone()) else { return };
        let (cluster, scope) = (target.cluster(), Scope::of(&target));
        let watches = self.company(id, &cluster, now);
        let along = if watches.len() > 1 { self.riders(&watches, &cluster, now) } else { Vec::new() };
        self.last_request += 1;
        let request = RequestId(self.last_request);
        let (api, clock) = (Arc::clone(&self.api), self.clock.clone());
        let (task, list, items) = if watches.len() > 1 {
            let known = watches.iter().all(|id| self.watches.get(*id).is_some_and(|watch| watch.listed));
            let items = self.lists.entry(cluster.clone()).or_default().items(watches.len(), known);
            let wanted = watches.iter().chain(&along);
            let wanted = wanted.filter_map(|id| Some(self.watches.get(*id)?.target.job)).collect();
            let batch = Batch { cluster: cluster.clone(), items, wanted };
            let task = self.exchanges.spawn(async move {
                let sent_at = clock.now();
                let brought = Brought::Jobs(Box::new(kind::list(&*api, &batch).await));
                Done { request, brought, sent_at, received_at: clock.now() }
            });
            (task, Some(cluster), items)
        } else {
            let task = self.exchanges.spawn(async move {
                let sent_at = clock.now();
                let brought = Brought::Job(Box::new(kind::read(&*api, &target).await));
                Done { request, brought, sent_at, received_at: clock.now() }
            });
            (task, None, 0)
        };
        for id in &watches {
            self.watches.change(*id, |watch| {
                watch.demand = Demand::None;
                watch.last_request = request;
                watch.flight = Some(request);
            });
        }
        self.supplies.spend(request, scope, asker, self.elapsed());
        let by_hand = asker == Asker::Hand;
        let started = self.elapsed();
        let flight = Flight { task, watches: watches.clone(), list, items, started, by_hand, along };
        self.flights.insert(request, flight);
        (self.report)(Report::Started { request, watches, at: now });
    }

    /// The lookup, and those that are read along with it: none, unless one list answers for all of them.
    fn company(&self, id: WatchId, cluster: &Cluster, now: Timestamp) -> Vec<WatchId> {
        let usable = self.lists.get(cluster).is_none_or(|list| list.is_usable(self.elapsed()));
        // While the kind is to be found out, either list tells it as well as a job does.
        let has_list = cluster.has_list() || cluster.kind == Kind::Auto;
        let alone = self.watches.get(id).is_none_or(|watch| watch.alone);
        if !usable || !has_list || alone {
            return vec![id];
        }
        let others = self.watches.of_cluster(cluster);
        let others = others.filter(|(other, watch)| *other != id && watch.comes_along(now));
        let mut others: Vec<_> = others.map(|(other, watch)| (watch.ready_at(), other)).collect();
        // The most urgent, where they are more than a list has.
        others.sort_unstable();
        others.truncate(usize::from(PAGE_MAX) - 1);
        std::iter::once(id).chain(others.into_iter().map(|(_, other)| other)).collect()
    }

    /// The jobs of the cluster that are over and were not looked at for a while, as far down as the list is asked for
    /// anyway: ids begin with the time, and the newest come first.
    fn riders(&self, watches: &[WatchId], cluster: &Cluster, now: Timestamp) -> Vec<WatchId> {
        let job = |id: &WatchId| self.watches.get(*id).map(|watch| watch.target.job);
        let Some(last) = watches.iter().filter_map(job).min() else { return Vec::new() };
        let riders = self.watches.of_cluster(cluster);
        let riders = riders.filter(|(_, watch)| watch.target.job >= last && watch.rides_along(now));
        riders.map(|(id, _)| id).take(usize::from(PAGE_MAX)).collect()
    }

    /// When every slot is taken, as after moving between hung lookups, the oldest request gives way and its lookups
    /// are queued again: it has waited longest, so it is the least likely to be answered.
    fn make_room(&mut self, now: Timestamp) {
        loop {
            let elapsed = self.elapsed();
            let mut prompt = self.flights.iter().filter(|(_, flight)| flight.is_prompt(elapsed));
            let oldest = if prompt.clone().count() >= SLOTS {
                prompt.next().map(|(request, _)| *request)
            } else if self.flights.len() >= MOST {
                self.flights.keys().next().copied()
            } else {
                None
            };
            let Some((request, mut flight)) = oldest.and_then(|oldest| self.flights.remove_entry(&oldest))
            else {
                return;
            };
            self.supplies.give_up(request, self.elapsed());
            // Told at once: a pause may empty the queue before its turn comes again.
            self.requeue(&std::mem::take(&mut flight.watches), flight.by_hand, now);
        }
    }

    /// These are read after all, each as it was asked for. A pause takes back what nobody asked for by hand.
    fn requeue(&mut self, watches: &[WatchId], by_hand: bool, now: Timestamp) {
        let paused = self.paused;
        let requeued = watches.iter().filter_map(|id| {
            self.watches.change(*id, |watch| {
                watch.requeue(if by_hand { Demand::AtOnce } else { Demand::Queued(now) }, paused);
                watch.schedule(*id)
            })
        });
        let requeued = requeued.collect();
        self.tell_scheduled(requeued);
    }

    /// The request of this lookup, if one is under way, goes on without it; for nobody it does not go on.
    pub(super) fn leave_flight(&mut self, id: WatchId) {
        let Some(request) = self.watches.get(id).and_then(|watch| watch.flight) else { return };
        let Some(flight) = self.flights.get_mut(&request) else { return };
        flight.watches.retain(|other| *other != id);
        if flight.watches.is_empty() {
            self.flights.remove(&request);
            self.supplies.give_up(request, self.elapsed());
        }
    }

    pub(super) fn take_in(&mut self, done: Done) {
        let Done { request, brought, sent_at, received_at } = done;
        // It may have ended in the moment in which it was aborted.
        let Some(mut flight) = self.flights.remove(&request) else { return };
        let watches = std::mem::take(&mut flight.watches);
        let outcome = match brought {
            Brought::Job(found) => outcome_of_job(&watches, *found),
            Brought::Jobs(found) => self.outcome_of_list(&flight, &watches, *found),
        };
        self.learn(request, &outcome, sent_at, received_at);
        if let (Some(kind), Some(id)) = (outcome.kind, watches.first()) {
            self.learn_kind(*id, kind);
        }
        let no_instance = ErrorKind::NotFound(Missing::Instance);
        if let (Some(id), true) =
            (watches.first(), outcome.failure.as_ref().is_some_and(|error| error.kind == no_instance))
        {
            self.forget_kind(*id);
        }
        // One for all of them: lookups that were read together are due together again.
        let jitter = self.random.f64();
        let (mut reads, mut left) = (Vec::with_capacity(outcome.results.len()), Vec::new());
        let interval = self.running_interval();
        for (id, result) in outcome.results {
            let Some(result) = result else {
                left.push(id);
                continue;
            };
            let attended = self.evenly || self.attended == Some(id);
            let server_clock = &self.server_clock;
            let read = self.watches.change(id, |watch| {
                watch.take_in(result.as_ref(), server_clock, received_at, jitter);
                watch.reschedule(interval, attended);
                // Without its job the instance may still be the wrong one, or the job one of collections.
                let kind = outcome.kind.filter(|kind| result.is_ok() && *kind != watch.named);
                watch.named = kind.unwrap_or(watch.named);
                Read { watch: id, result, next_at: watch.due, kind }
            });
            reads.extend(read);
        }
        let Outcome { meta, failure, subject, .. } = outcome;
        let ended = Ended { request, subject, meta, sent_at, received_at, failure, reads };
        (self.report)(Report::Ended(Box::new(ended)));
        self.requeue(&left, flight.by_hand, received_at);
    }

    fn outcome_of_list(&mut self, flight: &Flight, watches: &[WatchId], found: Found<Listing>) -> Outcome {
        let Found { result, kind } = found;
        let elapsed = self.elapsed();
        let targets = watches.iter().filter_map(|id| Some((*id, self.watches.get(*id)?.target.clone())));
        let targets: Vec<(WatchId, Target)> = targets.collect();
        let mut cluster = flight.list.clone();
        if let (Some(cluster), Some(kind)) = (&mut cluster, kind) {
            cluster.kind = kind;
        }
        let list = cluster.map(|cluster| self.lists.entry(cluster).or_default());
        let first = targets.first().map(|(_, target)| (target.instance.clone(), target.profile.clone()));
        let wanted = targets.len();
        let subject = match first {
            Some((instance, profile)) => Subject::Jobs { instance, profile, wanted },
            None => Subject::Job(WatchId(0)),
        };
        let listing = match result {
            Ok(listing) => listing,
            Err(error) => {
                let one_by_one = list.is_some_and(|list| list.failed(&error.kind, elapsed));
                let result = (!one_by_one).then(|| Err(error.clone()));
                let results = targets.into_iter().map(|(id, _)| (id, result.clone())).collect();
                return Outcome { meta: error.meta.clone(), failure: Some(error), kind, subject, results };
            }
        };
        let Listing { jobs, depth, complete, meta } = listing;
        let jobs: BTreeMap<_, _> = jobs.into_iter().collect();
        let whole_page = flight.items >= PAGE_MAX;
        let all_found = targets.iter().all(|(_, target)| jobs.contains_key(&target.job));
        if let Some(list) = list {
            list.came(depth, !(all_found || complete || whole_page));
        }
        let results = targets.into_iter().map(|(id, target)| {
            // Two lookups may name the same job.
            let result = jobs.get(&target.job).cloned();
            let listed = result.is_some();
            self.watches.change(id, |watch| {
                watch.listed = listed;
                // One that was to be found further up is looked for in a whole page first. That a list is without
                // it proves nothing: lists lag, and its own endpoint tells.
                watch.alone |= !listed && (complete || whole_page);
            });
            (id, result)
        });
        let mut results: Vec<_> = results.collect();
        let found = |id: &WatchId| Some((*id, jobs.get(&self.watches.get(*id)?.target.job)?.clone()));
        let riders = flight.along.iter().filter_map(found).filter(|(_, job)| job.is_ok());
        results.extend(riders.map(|(id, job)| (id, Some(job))));
        Outcome { meta, failure: None, kind, subject, results }
    }

    /// What an exchange tells of clock, budget and key.
    fn learn(&mut self, request: RequestId, outcome: &Outcome, sent_at: Timestamp, received_at: Timestamp) {
        if let Some(date) = outcome.meta.server_date {
            self.server_clock.observe(date, sent_at, received_at);
        }
        let failure = outcome.failure.as_ref();
        let limited = failure.filter(|error| error.kind == ErrorKind::RateLimited);
        let told = Told {
            budget: outcome.meta.budget,
            requests: outcome.meta.requests,
            reached: outcome.meta.http_status.is_some(),
            limited: limited.map(|error| error.retry_after),
        };
        self.supplies.hear(request, &told, self.elapsed());
        self.accepted |= failure.is_none();
        if failure.is_some_and(|error| error.kind.is_refusal_of_the_credential()) {
            self.refusals = self.refusals.saturating_add(1);
        }
    }

    /// What an instance is found to be holds for all lookups of its jobs, save those of collections, which have a
    /// kind of their own on the same clusters.
    fn learn_kind(&mut self, id: WatchId, kind: Kind) {
        let Some(Target { project, instance, .. }) = self.watches.get(id).map(|watch| &watch.target) else {
            return;
        };
        let place = (*project, instance.clone());
        if !matches!(kind, Kind::Flex | Kind::Dedicated) || self.kinds.get(&place) == Some(&kind) {
            return;
        }
        self.kinds.insert(place, kind);
        for id in self.watches.ids() {
            let Some(target) = self.watches.get(id).map(|watch| &watch.target) else { continue };
            if let Some(kind) = self.known_kind(target) {
                self.watches.change(id, |watch| watch.target.kind = kind);
            }
        }
    }

    /// Atlas knows no such instance: what it was does not count when one of that name is made again.
    fn forget_kind(&mut self, id: WatchId) {
        let Some(Target { project, instance, .. }) = self.watches.get(id).map(|watch| &watch.target) else {
            return;
        };
        let place = (*project, instance.clone());
        if self.kinds.remove(&place).is_none() {
            return;
        }
        for id in self.watches.ids() {
            self.watches.change(id, |watch| {
                let there = watch.target.project == place.0 && watch.target.instance == place.1;
                if there && watch.named == Kind::Auto {
                    watch.target.kind = Kind::Auto;
                }
            });
        }
    }

    /// What this target's instance is known to be.
    pub(super) fn known_kind(&self, target: &Target) -> Option<Kind> {
        if !matches!(target.kind, Kind::Auto | Kind::Flex | Kind::Dedicated) || self.kinds.is_empty() {
            return None;
        }
        self.kinds.get(&(target.project, target.instance.clone())).copied()
    }

    /// A read that panicked is a fault of ours, but no reason to show a spinner for ever.
    pub(super) fn take_in_panic(&mut self, error: &JoinError) {
        let panicked = self.flights.iter().find(|(_, flight)| flight.task.id() == error.id());
        let Some((request, flight)) = panicked else { return };
        let now = self.clock.now();
        let failure = ApiError {
            kind: ErrorKind::Internal,
            code: None,
            detail: Some("the read broke off".to_owned()),
            retry_after: None,
            meta: Meta::default(),
        };
        let brought = match flight.list {
            None => Brought::Job(Box::new(Found { result: Err(failure), kind: None })),
            Some(_) => Brought::Jobs(Box::new(Found { result: Err(failure), kind: None })),
        };
        self.take_in(Done { request: *request, brought, sent_at: now, received_at: now });
    }
}

fn outcome_of_job(watches: &[WatchId], found: Found<Answer>) -> Outcome {
    let Found { result, kind } = found;
    let (meta, failure, result) = match result {
        Ok(Answer { job, meta }) => (meta, None, Ok(job)),
        Err(error) => (error.meta.clone(), Some(error.clone()), Err(error)),
    };
    // Always one: whoever asks for a single job asks for one lookup.
    let id = watches.first().copied().unwrap_or(WatchId(0));
    Outcome { meta, failure, kind, subject: Subject::Job(id), results: vec![(id, Some(result))] }
}
