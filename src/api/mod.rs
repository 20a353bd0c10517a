//! Reading restore jobs from Atlas: the trait that the worker polls, and what can go wrong.
//!
//! Knows HTTP; knows nothing of lookups, screens or schedules.

pub mod answer;
pub mod auth;
pub mod base_url;
mod challenge;
pub mod client;
pub mod cluster;
pub mod credential;
mod echo;
pub mod error;
mod exchange;
pub mod explanation;
pub mod probe;
mod transport;
pub mod wire;

use std::future::Future;

use jiff::Timestamp;

pub use base_url::BaseUrl;
pub use client::{Client, Limits};
pub use cluster::{ClusterApi, ClusterState};
pub use credential::{ApiKey, Credential, ServiceAccount};
pub use error::{ApiError, CommandFault, ErrorKind, Missing, TokenLimit};
pub use explanation::Explanation;

use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::job::RestoreJob;
use crate::domain::profile::Profile;
use crate::domain::target::{Cluster, Target, Tenancy};

/// What an HTTP exchange told beside its body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// Status of the last answer; `None` when none came.
    pub http_status: Option<u16>,
    /// `X-Request-Id` or its like, cleaned, for a support case.
    pub request_id: Option<String>,
    /// The `Date` header.
    pub server_date: Option<Timestamp>,
    pub budget: Option<Budget>,
    /// `Deprecation`: since when this version of the endpoint is deprecated.
    pub deprecated_at: Option<Timestamp>,
    /// `Sunset`: when this version of the endpoint ends, or ended.
    pub sunset_at: Option<Timestamp>,
    /// The version in the answer's media type, cleaned, where it is not the one that was asked for.
    pub other_version: Option<String>,
    /// Bytes of the body, after decompression.
    pub body_bytes: u64,
    /// HTTP requests that this one question took: 1 in steady state, 2 with a new digest challenge or a new token.
    pub requests: u32,
    /// Of an error: what the question was signed with, for its words.
    pub signed_by: SignedBy,
}

/// With what a request is signed, as far as the words of an error need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignedBy {
    #[default]
    Key,
    /// A service account.
    Account,
    /// A token that somebody else renews, as the Atlas CLI does after a login.
    Login,
    /// The token that a command printed.
    Command,
}

/// The rate budget, from `RateLimit-Limit` and `RateLimit-Remaining`. Atlas leaves them out at times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    pub limit: u64,
    pub remaining: u64,
}

impl Budget {
    /// Whether less than a tenth is left: time to slow down, and to say so.
    #[must_use]
    pub fn is_scarce(self) -> bool {
        self.remaining < self.limit / 10
    }
}

/// A job, and how it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub job: RestoreJob,
    pub meta: Meta,
}

/// The newest jobs of one cluster, asked for together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub cluster: Cluster,
    /// How many of its newest jobs to look through, from 1 to 500.
    pub items: u16,
    /// The jobs that are wanted of them.
    pub wanted: Vec<ObjectId>,
}

/// What a list of jobs held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The wanted ones that are in the list. One that cannot be read does not spoil the rest.
    pub jobs: Vec<(ObjectId, Result<RestoreJob, ApiError>)>,
    /// How far down the last wanted one stands, from 1; 0 when none is there.
    pub depth: usize,
    /// Whether the list came to its end. A wanted job that is not in it may exist all the same: lists lag.
    pub complete: bool,
    pub meta: Meta,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// In Atlas's order. One that cannot be read does not spoil the rest.
    pub items: Vec<Result<T, ApiError>>,
    /// Whether there is another page.
    pub more: bool,
    pub meta: Meta,
}

/// What there is: Atlas's own lists, page by page, from number 1 on.
pub trait ListApi: Send + Sync + 'static {
    /// Restore jobs of a cluster with [`Cluster::has_list`], the newest first, `items` (1 to 500) on each page.
    ///
    /// # Errors
    /// Whatever kept the page from being read.
    fn jobs(
        &self,
        cluster: &Cluster,
        items: u16,
        number: u32,
    ) -> impl Future<Output = Result<Page<RestoreJob>, ApiError>> + Send;

    /// Clusters of a project, by their names.
    ///
    /// # Errors
    /// Whatever kept the page from being read.
    fn clusters(
        &self,
        project: ObjectId,
        profile: Option<&Profile>,
        tenancy: Tenancy,
        number: u32,
    ) -> impl Future<Output = Result<Page<InstanceName>, ApiError>> + Send;
}

/// Where restore jobs come from: Atlas, or a test's fake.
pub trait RestoreApi: Send + Sync + 'static {
    /// Reads one restore job. Exactly one question; the caller decides when to ask again.
    ///
    /// # Errors
    /// Whatever kept a job from being read, as [`ApiError`]; never panics on any answer.
    fn restore_job(&self, target: &Target) -> impl Future<Output = Result<Answer, ApiError>> + Send;

    /// Reads many jobs of one cluster with one question. For clusters with [`Cluster::has_list`].
    ///
    /// # Errors
    /// Whatever kept the list from being read; one job of it that cannot be read is no such error.
    fn restore_jobs(&self, batch: &Batch) -> impl Future<Output = Result<Listing, ApiError>> + Send;
}
