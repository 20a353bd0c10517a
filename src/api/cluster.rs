//! How a cluster itself is doing: what tells whether data that was restored into it can be used.
//!
//! One word of Atlas's (`stateName`), from the same client as restore jobs. What follows from it is not known here.

use std::future::Future;

use super::{ApiError, Meta, RestoreApi};
use crate::domain::target::Cluster;

/// The word of a cluster that nothing is being done to.
pub const IDLE: &str = "IDLE";

/// What a cluster is doing, and how the answer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterState {
    /// Atlas's own word, cleaned: `IDLE`, `UPDATING`, `REPAIRING`, …
    pub word: String,
    pub meta: Meta,
}

/// Where clusters can be asked about: Atlas, or a test's fake.
pub trait ClusterApi: RestoreApi {
    /// Reads the state of one cluster. Exactly one question, as [`RestoreApi::restore_job`].
    ///
    /// # Errors
    /// Whatever kept it from being read; [`super::ErrorKind::Internal`] where its kind has no such endpoint.
    fn cluster_state(&self, cluster: &Cluster)
    -> impl Future<Output = Result<ClusterState, ApiError>> + Send;
}
