//! Questions of whoever looks for a fault: they are asked to learn how Atlas answers, not what a job is doing.
//!
//! Reads only, as everything in this room does. What an answer proves is the doctor's business.

use std::future::Future;

use super::wire::{self, Refill};
use super::{ApiError, Meta, RestoreApi};
use crate::domain::id::ObjectId;
use crate::domain::profile::Profile;
use crate::domain::target::Endpoint;

/// What to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// Any project that the credential can see: the least that a good one may.
    Projects,
    Project(ObjectId),
    /// How the bucket fills that restore jobs of a project are counted against.
    RateLimit(ObjectId),
}

/// What an answer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Whether there is any.
    Projects(bool),
    /// Its name, cleaned; may be empty.
    Project(String),
    /// `None` where the answer has no limit that we can read.
    RateLimit(Option<Refill>),
}

/// An answer, and how it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub finding: Finding,
    pub meta: Meta,
}

/// Where a fault can be looked for: Atlas, or a test's fake.
pub trait ProbeApi: RestoreApi {
    /// Asks one question, with the credential of that profile.
    ///
    /// # Errors
    /// Whatever kept it from being answered.
    fn probe(
        &self,
        profile: Option<&Profile>,
        probe: &Probe,
    ) -> impl Future<Output = Result<Seen, ApiError>> + Send;
}

impl Probe {
    pub(super) fn endpoint(&self) -> Endpoint {
        match self {
            Self::Projects => Endpoint {
                path: "/api/atlas/v2/groups?itemsPerPage=1&pageNum=1&includeCount=false".to_owned(),
                accept: "application/vnd.atlas.2023-01-01+json",
            },
            Self::Project(project) => Endpoint {
                path: format!("/api/atlas/v2/groups/{project}"),
                accept: "application/vnd.atlas.2023-01-01+json",
            },
            // The template of the published description, with its braces and slashes escaped.
            Self::RateLimit(project) => Endpoint {
                path: format!(
                    "/api/atlas/v2/rateLimits?groupId={project}&endpointPath=%2Fapi%2Fatlas%2Fv2%2Fgroups%2F\
                     %7BgroupId%7D%2Fclusters%2F%7BclusterName%7D%2Fbackup%2FrestoreJobs"
                ),
                accept: "application/vnd.atlas.2025-03-12+json",
            },
        }
    }

    pub(super) fn read(&self, body: &[u8]) -> Result<Finding, wire::Malformed> {
        match self {
            Self::Projects => wire::any_project(body).map(Finding::Projects),
            Self::Project(_) => wire::project(body).map(Finding::Project),
            Self::RateLimit(_) => wire::refill(body).map(Finding::RateLimit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_needs_more_escaping() {
        let project: ObjectId = "6a793f6b2c88faeba59bae37".parse().unwrap();
        for probe in [Probe::Projects, Probe::Project(project), Probe::RateLimit(project)] {
            let url = format!("https://cloud.mongodb.com{}", probe.endpoint().path);
            assert_eq!(url::Url::parse(&url).unwrap().as_str(), url);
        }
    }
}
