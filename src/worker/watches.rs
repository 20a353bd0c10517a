//! All watched lookups, found by their number, by when they are due and by their cluster.
//!
//! A turn of the task looks at the first few that are due and never at all of them, so that ten thousand lookups
//! cost no more than ten while nothing happens. Whoever changes a watch does so through [`Watches::change`], which
//! keeps the order up to date.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::protocol::WatchId;
use super::supplies::Scope;
use super::watch::Watch;
use crate::domain::target::Cluster;

#[derive(Debug, Default)]
pub(super) struct Watches {
    all: BTreeMap<WatchId, Watch>,
    /// Those with nothing under way that are to be read, by the bucket that they take from, and by when. None is
    /// empty.
    due: BTreeMap<Scope, BTreeSet<(Timestamp, WatchId)>>,
    /// All of them, also those whose jobs are over.
    clusters: BTreeMap<Cluster, BTreeSet<WatchId>>,
}

/// Its place in the order of a bucket.
fn place(id: WatchId, watch: &Watch) -> Option<(Scope, (Timestamp, WatchId))> {
    let ready_at = watch.ready_at().filter(|_| watch.flight.is_none())?;
    Some((Scope::of(&watch.target), (ready_at, id)))
}

impl Watches {
    pub(super) fn get(&self, id: WatchId) -> Option<&Watch> {
        self.all.get(&id)
    }

    pub(super) fn ids(&self) -> Vec<WatchId> {
        self.all.keys().copied().collect()
    }

    /// Those that are to be read: for each bucket the earliest first.
    pub(super) fn by_time(&self) -> impl Iterator<Item = (Scope, &BTreeSet<(Timestamp, WatchId)>)> {
        self.due.iter().map(|(scope, due)| (*scope, due))
    }

    /// Whether none is to be read.
    pub(super) fn is_idle(&self) -> bool {
        self.due.is_empty()
    }

    fn put(&mut self, place: Option<(Scope, (Timestamp, WatchId))>) {
        if let Some((scope, place)) = place {
            self.due.entry(scope).or_default().insert(place);
        }
    }

    fn take(&mut self, place: Option<(Scope, (Timestamp, WatchId))>) {
        if let Some((scope, place)) = place
            && let Some(due) = self.due.get_mut(&scope)
        {
            due.remove(&place);
            if due.is_empty() {
                self.due.remove(&scope);
            }
        }
    }

    /// Those of a cluster.
    pub(super) fn of_cluster(&self, cluster: &Cluster) -> impl Iterator<Item = (WatchId, &Watch)> {
        let ids = self.clusters.get(cluster).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.all.get(id)?)))
    }

    /// Adds one; gives back the one that had its number.
    pub(super) fn insert(&mut self, id: WatchId, watch: Watch) -> Option<Watch> {
        let old = self.remove(id);
        self.put(place(id, &watch));
        self.clusters.entry(watch.target.cluster()).or_default().insert(id);
        self.all.insert(id, watch);
        old
    }

    pub(super) fn remove(&mut self, id: WatchId) -> Option<Watch> {
        let watch = self.all.remove(&id)?;
        self.take(place(id, &watch));
        self.leave(id, &watch.target.cluster());
        Some(watch)
    }

    fn leave(&mut self, id: WatchId, cluster: &Cluster) {
        if let Some(ids) = self.clusters.get_mut(cluster) {
            ids.remove(&id);
            if ids.is_empty() {
                self.clusters.remove(cluster);
            }
        }
    }

    /// Changes one, but for its project and instance. `None` when it is not watched.
    pub(super) fn change<T>(&mut self, id: WatchId, change: impl FnOnce(&mut Watch) -> T) -> Option<T> {
        let watch = self.all.get_mut(&id)?;
        let (before, kind) = (place(id, watch), watch.target.kind);
        let changed = change(watch);
        let after = place(id, watch);
        let cluster = (watch.target.kind != kind).then(|| watch.target.cluster());
        if before != after {
            self.take(before);
            self.put(after);
        }
        if let Some(cluster) = cluster {
            self.leave(id, &Cluster { kind, ..cluster.clone() });
            self.clusters.entry(cluster).or_default().insert(id);
        }
        Some(changed)
    }
}

#[cfg(test)]
mod tests;
