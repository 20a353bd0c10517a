//! Which kind of cluster an instance is, found out by asking for what is wanted anyway.
//!
//! As the official CLI does: Flex first, and dedicated when Atlas says that it is no Flex cluster, or knows no such
//! one. The two kinds have endpoints of their own, and each refuses the other's clusters with a code of its own
//! (`CANNOT_USE_…`, `FEATURE_UNSUPPORTED`). Any other failure says nothing about the kind. It knows nothing of
//! lookups and of when to ask.

use std::future::Future;

use crate::api::{
    Answer, ApiError, Batch, ClusterApi, ClusterState, ErrorKind, ListApi, Listing, Meta, Missing, Page,
    RestoreApi,
};
use crate::domain::job::RestoreJob;
use crate::domain::target::{Cluster, Kind, Target};

/// An answer, and what it proves about the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// Its `meta` counts the requests and bytes of both questions.
    pub result: Result<T, ApiError>,
    /// What the instance is; `None` when nothing proves it.
    pub kind: Option<Kind>,
}

/// Reads one job, of whichever kind its cluster is.
pub async fn read(api: &impl RestoreApi, target: &Target) -> Found<Answer> {
    let ask = |kind| {
        let target = Target { kind, ..target.clone() };
        async move { api.restore_job(&target).await }
    };
    find(target.kind, ask, |answer| &mut answer.meta).await
}

/// Reads many jobs of one cluster, of whichever kind it is.
pub async fn list(api: &impl RestoreApi, batch: &Batch) -> Found<Listing> {
    let ask = |kind| {
        let batch = Batch { cluster: Cluster { kind, ..batch.cluster.clone() }, ..batch.clone() };
        async move { api.restore_jobs(&batch).await }
    };
    find(batch.cluster.kind, ask, |listing| &mut listing.meta).await
}

/// Reads what a cluster is doing, of whichever kind it is.
pub async fn state(api: &impl ClusterApi, cluster: &Cluster) -> Found<ClusterState> {
    let ask = |kind| {
        let cluster = Cluster { kind, ..cluster.clone() };
        async move { api.cluster_state(&cluster).await }
    };
    find(cluster.kind, ask, |state| &mut state.meta).await
}

/// Reads the first page of a cluster's jobs, of whichever kind it is.
pub async fn page(api: &impl ListApi, cluster: &Cluster, items: u16) -> Found<Page<RestoreJob>> {
    let ask = |kind| {
        let cluster = Cluster { kind, ..cluster.clone() };
        async move { api.jobs(&cluster, items, 1).await }
    };
    find(cluster.kind, ask, |page| &mut page.meta).await
}

/// Asks once, and a second time where the first answer says that the other kind is the right one.
async fn find<T, F>(kind: Kind, ask: impl Fn(Kind) -> F, meta: fn(&mut T) -> &mut Meta) -> Found<T>
where
    F: Future<Output = Result<T, ApiError>>,
{
    let first = if kind == Kind::Auto { Kind::Flex } else { kind };
    let refusal = match ask(first).await {
        Ok(answer) => return Found { result: Ok(answer), kind: Some(first) },
        Err(error) => error,
    };
    let Some(second) = leads_to(kind, &refusal.kind) else {
        return Found { result: Err(refusal), kind: None };
    };
    let mut result = ask(second).await;
    let told = match &mut result {
        Ok(answer) => meta(answer),
        Err(error) => &mut error.meta,
    };
    told.requests = told.requests.saturating_add(refusal.meta.requests);
    told.body_bytes = told.body_bytes.saturating_add(refusal.meta.body_bytes);
    let proved = match &result {
        Ok(_) => true,
        // Either endpoint refuses it, or the second knows no such cluster: then the first code proves nothing.
        Err(error) => {
            let denied = matches!(error.kind, ErrorKind::WrongKind | ErrorKind::NotFound(Missing::Instance));
            refusal.kind == ErrorKind::WrongKind && !denied
        }
    };
    Found { result, kind: proved.then_some(second) }
}

/// The kind to ask for next after a failure, for a lookup of this kind.
fn leads_to(kind: Kind, failure: &ErrorKind) -> Option<Kind> {
    match (kind, failure) {
        (Kind::Auto, ErrorKind::WrongKind | ErrorKind::NotFound(Missing::Instance))
        | (Kind::Flex, ErrorKind::WrongKind) => Some(Kind::Dedicated),
        (Kind::Dedicated, ErrorKind::WrongKind) => Some(Kind::Flex),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
