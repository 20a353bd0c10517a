//! A job that was read, with all that its description depends on, so that text and JSON cannot disagree.

use jiff::Timestamp;

use crate::api::{Answer, Meta};
use crate::domain::job::RestoreJob;
use crate::domain::phase::{self, Status};
use crate::domain::target::Target;

/// One job at one moment. All its times are the server's.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<'a> {
    pub target: &'a Target,
    /// Of the saved lookup; empty when there is none.
    pub label: &'a str,
    pub job: &'a RestoreJob,
    pub status: Status,
    /// When the answer came, on the server's clock and in whole seconds, as Atlas writes its own times. So
    /// `expiresAt` less `fetchedAt` is `expiresInSeconds`, also where the local clock is wrong.
    pub fetched_at: Timestamp,
    /// What came with it.
    pub meta: &'a Meta,
    /// Whether the answer is an old one, kept because newer reads failed.
    pub stale: bool,
}

impl<'a> Reading<'a> {
    /// A fresh answer; `server_now` is the server's time at which it came.
    #[must_use]
    pub fn new(target: &'a Target, Answer { job, meta }: &'a Answer, server_now: Timestamp) -> Self {
        let status = phase::assess_asked(job, target.job, server_now);
        let fetched_at = Timestamp::from_second(server_now.as_second()).unwrap_or(server_now);
        Self { target, label: "", job, status, fetched_at, meta, stale: false }
    }

    /// The same job under the label of its saved lookup.
    #[must_use]
    pub fn labelled(self, label: &'a str) -> Self {
        Self { label, ..self }
    }

    /// When the job was made, by its id: the only start time that the API tells.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.target.job.created_at()
    }

    /// Up to `finishedAt`, or to the moment of the answer if that is earlier: no job has lasted longer.
    #[must_use]
    pub fn elapsed_until(&self) -> Timestamp {
        self.job.finished_at.unwrap_or(self.fetched_at).min(self.fetched_at).max(self.created_at())
    }
}
