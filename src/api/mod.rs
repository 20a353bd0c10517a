//! Reading restore jobs from Atlas: the trait that the worker polls, and what can go wrong.
//!
//! Knows HTTP; knows nothing of lookups, screens or schedules.

pub mod answer;
pub mod auth;
pub mod base_url;
pub mod client;
pub mod error;
pub mod explanation;
mod transport;
pub mod wire;

use std::future::Future;

use jiff::Timestamp;

pub use auth::Credentials;
pub use base_url::BaseUrl;
pub use client::{Client, Limits};
pub use error::{ApiError, ErrorKind, Missing};
pub use explanation::Explanation;

use crate::domain::job::RestoreJob;
use crate::domain::target::Target;

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
    /// Bytes of the body, after decompression.
    pub body_bytes: u64,
    /// HTTP requests that this one question took: 1 in steady state, 2 with a new digest challenge.
    pub requests: u32,
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

/// Where restore jobs come from: Atlas, or a test's fake.
pub trait RestoreApi: Send + Sync + 'static {
    /// Reads one restore job. Exactly one question; the caller decides when to ask again.
    ///
    /// # Errors
    /// Whatever kept a job from being read, as [`ApiError`]; never panics on any answer.
    fn restore_job(&self, target: &Target) -> impl Future<Output = Result<Answer, ApiError>> + Send;
}
