//! Reading many jobs once: with as few requests as their number allows, and the answers in the order asked for.
//!
//! Jobs of one cluster are read with one list where there are two or more of them; what a list does not hold is read
//! by itself. The first question of each profile goes alone, so that its digest challenge serves the others. Who is
//! refused for want of rate budget is not asked again, nor is anybody else of the same project and kind: their
//! answers would be the same, and cost what others need. Knows nothing of output.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;

use crate::api::{Answer, ApiError, Batch, ErrorKind, Listing, Meta, RestoreApi};
use crate::clock::Clock;
use crate::domain::id::ObjectId;
use crate::domain::profile::Profile;
use crate::domain::server_clock::ServerClock;
use crate::domain::target::{Cluster, Kind, PAGE_MAX, Target};
use crate::worker::kind::{self, Found};
use crate::worker::plan;

/// Questions under way at once, as many as the dashboard has.
const UNDER_WAY: usize = 8;

/// From so many jobs of one cluster on a list is worth it: it is one request, whatever it holds.
const LIST_FROM: usize = 2;

/// One job as it was read.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its place among those that were asked for.
    pub index: usize,
    /// With the kind that was found out.
    pub target: Target,
    pub result: Result<Answer, ApiError>,
    /// The server's time at which the answer came.
    pub server_now: Timestamp,
}

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// Lists where they save requests.
    Lists,
    /// Each job's own answer, byte for byte.
    Never,
}

/// Reads each job once, and hands what came to `each` in the order of the targets, as soon as that order allows.
/// `each` may end it early.
pub async fn all(
    api: &impl RestoreApi,
    clock: &impl Clock,
    targets: &[Target],
    together: Together,
    mut each: impl FnMut(Outcome) -> ControlFlow<()>,
) {
    let limited = RefCell::new(Vec::new());
    let asker = Asker { api, clock, targets, limited: &limited };
    let (first, rest) = waves(targets, together);
    let mut waiting: Vec<Option<Outcome>> = Vec::new();
    waiting.resize_with(targets.len(), || None);
    let mut next = 0;
    for wave in [first, rest] {
        let mut answers =
            stream::iter(wave.into_iter().map(|unit| asker.ask(unit))).buffer_unordered(UNDER_WAY);
        while let Some(outcomes) = answers.next().await {
            for outcome in outcomes {
                let index = outcome.index;
                if let Some(slot) = waiting.get_mut(index) {
                    *slot = Some(outcome);
                }
            }
            while let Some(outcome) = waiting.get_mut(next).and_then(Option::take) {
                next += 1;
                if each(outcome).is_break() {
                    return;
                }
            }
        }
    }
}

/// Jobs that are read with one question, by their places.
type Unit = Vec<usize>;

/// The first question for each profile, and all others; each in the order in which its first job was named.
fn waves(targets: &[Target], together: Together) -> (Vec<Unit>, Vec<Unit>) {
    let mut units: Vec<Unit> = Vec::new();
    match together {
        Together::Never => units.extend((0..targets.len()).map(|index| vec![index])),
        Together::Lists => {
            let mut clusters: std::collections::HashMap<Cluster, usize> = std::collections::HashMap::new();
            for (index, target) in targets.iter().enumerate() {
                let cluster = target.cluster();
                let listed = cluster.has_list() || cluster.kind == Kind::Auto;
                let unit = clusters.get(&cluster).copied().and_then(|at| units.get_mut(at));
                if let Some(unit) = unit.filter(|_| listed) {
                    unit.push(index);
                } else {
                    clusters.insert(cluster, units.len());
                    units.push(vec![index]);
                }
            }
        }
    }
    let mut profiles: BTreeSet<Option<&Profile>> = BTreeSet::new();
    units.into_iter().partition(|unit| {
        let target = unit.first().and_then(|index| targets.get(*index));
        target.is_some_and(|target| profiles.insert(target.profile.as_ref()))
    })
}

/// What a rate limit is believed to be for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scope {
    profile: Option<Profile>,
    project: ObjectId,
    kind: Kind,
}

impl Scope {
    fn of(target: &Target) -> Self {
        Self { profile: target.profile.clone(), project: target.project, kind: target.kind }
    }
}

struct Asker<'a, A, C> {
    api: &'a A,
    clock: &'a C,
    targets: &'a [Target],
    /// Where a request was refused for want of budget, and how.
    limited: &'a RefCell<Vec<(Scope, ApiError)>>,
}

impl<A: RestoreApi, C: Clock> Asker<'_, A, C> {
    /// Asks for the jobs of a unit.
    async fn ask(&self, unit: Unit) -> Vec<Outcome> {
        if unit.len() < LIST_FROM {
            let mut outcomes = Vec::with_capacity(unit.len());
            for index in unit {
                outcomes.extend(self.one(index, None).await);
            }
            return outcomes;
        }
        self.list(&unit).await
    }

    /// One job by itself. `kind` where it has been found out.
    async fn one(&self, index: usize, kind: Option<Kind>) -> Option<Outcome> {
        let named = self.targets.get(index)?;
        let target = Target { kind: kind.unwrap_or(named.kind), ..named.clone() };
        if let Some(error) = self.refused(&target) {
            return Some(self.unasked(index, target, error));
        }
        let sent_at = self.clock.now();
        // A kind that was given is taken at its word; a script is not answered about another cluster.
        let (result, kind) = if target.kind == Kind::Auto {
            let Found { result, kind } = kind::read(self.api, &target).await;
            (result, kind.unwrap_or_default())
        } else {
            (self.api.restore_job(&target).await, target.kind)
        };
        self.remember(&target, result.as_ref().err());
        let received_at = self.clock.now();
        let date = match &result {
            Ok(answer) => answer.meta.server_date,
            Err(error) => error.meta.server_date,
        };
        let server_now = server_time(date, sent_at, received_at);
        Some(Outcome { index, target: Target { kind, ..target }, result, server_now })
    }

    /// Many jobs of one cluster.
    async fn list(&self, unit: &[usize]) -> Vec<Outcome> {
        let named: Vec<_> =
            unit.iter().filter_map(|index| Some((*index, self.targets.get(*index)?))).collect();
        let Some((_, first)) = named.first() else { return Vec::new() };
        if let Some(error) = self.refused(first) {
            let unasked =
                |(index, target): &(usize, &Target)| self.unasked(*index, (*target).clone(), error.clone());
            return named.iter().map(unasked).collect();
        }
        let wanted: Vec<_> = named.iter().map(|(_, target)| target.job).collect();
        let items = plan::List::default().items(wanted.len(), false).min(PAGE_MAX);
        let batch = Batch { cluster: first.cluster(), items, wanted };
        let sent_at = self.clock.now();
        let (result, kind) = if first.kind == Kind::Auto {
            let Found { result, kind } = kind::list(self.api, &batch).await;
            (result, kind)
        } else {
            (self.api.restore_jobs(&batch).await, Some(first.kind))
        };
        self.remember(first, result.as_ref().err());
        let received_at = self.clock.now();
        let listing = match result {
            Ok(listing) => listing,
            // The same would be said of each of them, unless it is the list itself that ails.
            Err(error) if !plan::List::default().failed(&error.kind, Duration::ZERO) => {
                let kind = kind.unwrap_or_default();
                let server_now = server_time(error.meta.server_date, sent_at, received_at);
                let failed = |(index, target): &(usize, &Target)| Outcome {
                    index: *index,
                    target: Target { kind, ..(*target).clone() },
                    result: Err(error.clone()),
                    server_now,
                };
                return named.iter().map(failed).collect();
            }
            Err(_) => Listing { jobs: Vec::new(), depth: 0, complete: false, meta: Meta::default() },
        };
        let server_now = server_time(listing.meta.server_date, sent_at, received_at);
        let mut outcomes = Vec::with_capacity(named.len());
        for (index, target) in named {
            let found = listing.jobs.iter().find(|(id, _)| *id == target.job);
            // Further down, or missing because lists lag; or one that cannot be read, whose own answer says why.
            let Some((_, Ok(job))) = found else {
                outcomes.extend(self.one(index, kind).await);
                continue;
            };
            let answer = Answer { job: job.clone(), meta: listing.meta.clone() };
            let target = Target { kind: kind.unwrap_or(target.kind), ..target.clone() };
            outcomes.push(Outcome { index, target, result: Ok(answer), server_now });
        }
        outcomes
    }

    /// The refusal that this target would get too.
    fn refused(&self, target: &Target) -> Option<ApiError> {
        let scope = Scope::of(target);
        self.limited.borrow().iter().find(|(limited, _)| *limited == scope).map(|(_, error)| error.clone())
    }

    fn remember(&self, target: &Target, error: Option<&ApiError>) {
        if let Some(error) = error.filter(|error| error.kind == ErrorKind::RateLimited) {
            let error = ApiError { meta: Meta { requests: 0, ..error.meta.clone() }, ..error.clone() };
            self.limited.borrow_mut().push((Scope::of(target), error));
        }
    }

    fn unasked(&self, index: usize, target: Target, error: ApiError) -> Outcome {
        Outcome { index, target, result: Err(error), server_now: self.clock.now() }
    }
}

/// By one answer, for there will be no second one.
#[must_use]
pub fn server_time(date: Option<Timestamp>, sent_at: Timestamp, received_at: Timestamp) -> Timestamp {
    let clock = date.map(|date| ServerClock::of_one_answer(date, sent_at, received_at));
    clock.unwrap_or_default().at(received_at)
}
