//! The token buckets that requests are taken from: one for each project and kind of endpoint.
//!
//! Atlas counts by set of endpoints and by project, organization or address, and does not say by which. What is
//! kept apart here and is one there is seen as somebody else's use of the same bucket, which costs a little pace;
//! what were kept together here and is two there would be learnt wrongly, and cost refusals.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::budget::{Asker, SPACING, Supply, Told, still};
use super::protocol::RequestId;
use crate::domain::id::ObjectId;
use crate::domain::target::{Kind, Target};

/// What one bucket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope {
    project: ObjectId,
    kind: Kind,
}

impl Scope {
    pub(super) fn of(target: &Target) -> Self {
        Self { project: target.project, kind: target.kind }
    }
}

#[derive(Debug, Default)]
pub(super) struct Supplies {
    all: BTreeMap<Scope, Supply>,
    /// Which bucket the requests under way are taken from.
    under_way: BTreeMap<RequestId, Scope>,
    last_start: Option<Duration>,
}

impl Supplies {
    /// How long a request for `asker` must wait. `contended`: others of the same bucket, not on screen, are due and
    /// could leave.
    pub(super) fn wait(&self, scope: Scope, asker: Asker, contended: bool, now: Duration) -> Duration {
        let supply = self.all.get(&scope);
        let wait = supply.map_or(Duration::ZERO, |supply| supply.wait(asker, contended, now));
        wait.max(self.spacing(SPACING, now))
    }

    /// How long until the last request of any kind lies so far back.
    pub(super) fn spacing(&self, distance: Duration, now: Duration) -> Duration {
        still(self.last_start, distance, now)
    }

    /// A request leaves.
    pub(super) fn spend(&mut self, request: RequestId, scope: Scope, asker: Asker, now: Duration) {
        self.last_start = Some(now);
        self.under_way.insert(request, scope);
        self.all.entry(scope).or_default().spend(request, asker, now);
    }

    /// A request will have no answer.
    pub(super) fn give_up(&mut self, request: RequestId, now: Duration) {
        if let Some(supply) = self.leave(request) {
            supply.give_up(request, now);
        }
    }

    /// An answer has come.
    pub(super) fn hear(&mut self, request: RequestId, told: &Told, now: Duration) {
        if let Some(supply) = self.leave(request) {
            supply.hear(request, told, now);
        }
    }

    fn leave(&mut self, request: RequestId) -> Option<&mut Supply> {
        let scope = self.under_way.remove(&request)?;
        self.all.get_mut(&scope)
    }

    /// Whether requests are held back for want of budget. `delayed`: the buckets that something due waits for;
    /// `idle`: nothing is scheduled.
    pub(super) fn is_slowed(&mut self, delayed: &BTreeSet<Scope>, idle: bool, now: Duration) -> bool {
        // All of them: each remembers for itself.
        let slowed =
            self.all.iter_mut().map(|(scope, supply)| supply.is_slowed(delayed.contains(scope), idle, now));
        slowed.fold(false, |any, slowed| any | slowed)
    }
}
