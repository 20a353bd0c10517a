//! The cluster that a restore went into, from its completion until it is idle: when to ask, and what an answer means.
//!
//! Pure. The worker knows restore jobs alone, so the watch asks about the cluster itself, at the same interval.

use std::time::Duration;

use jiff::Timestamp;

use super::until::{Verdict, given_up, verdict};
use crate::api::cluster::IDLE;
use crate::api::{ApiError, ClusterState};
use crate::domain::id::InstanceName;
use crate::domain::job::RestoreJob;
use crate::domain::phase::Phase;
use crate::domain::target::{Cluster, Kind, Target};
use crate::headless::exit;

/// Failures double the wait up to this.
const SLOWEST: Duration = Duration::from_secs(60);

/// Words of a cluster that is on its way out.
const LEAVING: [&str; 2] = ["DELETING", "DELETED"];

/// The cluster of one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub cluster: Cluster,
    /// Atlas's own word as of the last answer.
    pub word: Option<String>,
    /// Why the last question had no answer.
    pub error: Option<ApiError>,
    /// When the first of the failures in a row came; a local time.
    pub failing_since: Option<Timestamp>,
    /// When to ask next, a local time; `None` while a question is under way and once all is known.
    next_at: Option<Timestamp>,
    failures: u32,
    /// Of these, the last ones with one exit code.
    alike: u32,
    /// The exit code, once it is known.
    code: Option<u8>,
}

/// Where a restore went, as far as its job tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Nothing was restored into a cluster: a download, or no success.
    Nowhere,
    Cluster(Cluster),
    /// A name that the API has no place for, or a project that is none; clean.
    Unnamed(String),
}

impl Destination {
    /// Of a job in this phase. A job that names no cluster was restored into the one that it was taken from.
    #[must_use]
    pub fn of(job: &RestoreJob, phase: &Phase, target: &Target) -> Self {
        let restored = matches!(phase, Phase::Completed | Phase::CompletedWithWarnings);
        if !restored || is_download(job) {
            return Self::Nowhere;
        }
        let project = job.target_project_id.as_deref().map_or(Ok(target.project), str::parse);
        let instance = job.target_name.as_deref();
        let instance = instance.map_or(Ok(target.instance.clone()), str::parse::<InstanceName>);
        let (Ok(project), Ok(instance)) = (project, instance) else {
            let name = job.target_name.clone().unwrap_or_else(|| target.instance.to_string());
            return Self::Unnamed(name);
        };
        let kind = match target.kind {
            Kind::Flex => Kind::Flex,
            Kind::Dedicated | Kind::Collection => Kind::Dedicated,
            Kind::Auto | Kind::Serverless | Kind::ServerlessV2 => Kind::Auto,
        };
        Self::Cluster(Cluster { kind, project, instance, profile: target.profile.clone() })
    }
}

/// Whether the data is handed over as a link.
pub(super) fn is_download(job: &RestoreJob) -> bool {
    use crate::domain::job::DeliveryType;
    job.delivery_type == Some(DeliveryType::Download)
}

impl Place {
    /// To be asked about at once.
    #[must_use]
    pub fn new(cluster: Cluster, now: Timestamp) -> Self {
        Self {
            cluster,
            word: None,
            error: None,
            failing_since: None,
            next_at: Some(now),
            failures: 0,
            alike: 0,
            code: None,
        }
    }

    /// 0 once it is idle; another one when that will not be known, or never be so.
    #[must_use]
    pub fn code(&self) -> Option<u8> {
        self.code
    }

    /// When it is to be asked about next; a local time.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        self.next_at.filter(|_| self.code.is_none())
    }

    /// A question is under way.
    pub fn asked(&mut self) {
        self.next_at = None;
    }

    /// Takes in an answer; whether it says something new.
    pub fn take(
        &mut self,
        result: Result<ClusterState, ApiError>,
        interval: Duration,
        now: Timestamp,
    ) -> bool {
        match result {
            Ok(state) => {
                let recovered = self.error.take().is_some();
                (self.failures, self.alike, self.failing_since) = (0, 0, None);
                self.next_at = Some(later(now, interval));
                if state.word == IDLE {
                    self.code = Some(0);
                } else if LEAVING.contains(&state.word.as_str()) {
                    self.code = Some(exit::GONE);
                }
                let news = self.word.as_ref() != Some(&state.word);
                self.word = Some(state.word);
                news || recovered
            }
            Err(error) => {
                let first = self.error.is_none();
                let same = self.error.as_ref().is_some_and(|last| last.exit_code() == error.exit_code());
                self.alike = if same { self.alike.saturating_add(1) } else { 1 };
                self.failures = self.failures.saturating_add(1);
                self.failing_since.get_or_insert(now);
                match verdict(&error, self.word.is_some(), self.alike) {
                    Verdict::Wait => {}
                    Verdict::Gone => self.code = Some(exit::GONE),
                    Verdict::End(code) => self.code = Some(code),
                }
                let doubled = interval.saturating_mul(1 << self.failures.min(6).saturating_sub(1));
                let wait = doubled.min(SLOWEST.max(interval)).max(error.retry_after.unwrap_or_default());
                self.next_at = Some(later(now, wait));
                self.error = Some(error);
                first || self.code.is_some()
            }
        }
    }

    /// No more is asked: it has failed for as long as it may.
    pub fn give_up(&mut self) {
        if let (None, Some(error)) = (self.code, &self.error) {
            self.code = Some(given_up(error));
        }
    }
}

/// That moment after that wait, or the last one that there is.
pub(super) fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
