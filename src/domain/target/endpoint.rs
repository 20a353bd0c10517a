//! Where jobs are read: paths below the base URL and the media types that name the version of the API.
//!
//! Sources: the published description of the Administration API v2 (August 2026), the recordings, and for v1.0 its
//! documented example.

use super::{Kind, Target};
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::profile::Profile;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Path and query below the base URL. Ids and instance names hold nothing that would need escaping.
    pub path: String,
    /// The media type to ask for, which names the version of the API.
    pub accept: &'static str,
}

/// A cluster or instance by the endpoint that its jobs are read from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cluster {
    pub kind: Kind,
    pub project: ObjectId,
    pub instance: InstanceName,
    /// As [`Target::profile`].
    pub profile: Option<Profile>,
}

/// The most jobs that one page of a list has.
pub const PAGE_MAX: u16 = 500;

impl Cluster {
    /// The path of its list of restore jobs; `None` while the kind is to be found out.
    fn path(&self) -> Option<String> {
        let Self { kind, project, instance, profile: _ } = self;
        let (version, clusters, jobs) = match kind {
            Kind::Auto => return None,
            Kind::Serverless => ("v1.0", "serverless", "backup/restoreJobs"),
            Kind::ServerlessV2 => ("v2", "serverless", "backup/restoreJobs"),
            Kind::Flex => ("v2", "flexClusters", "backup/restoreJobs"),
            Kind::Dedicated => ("v2", "clusters", "backup/restoreJobs"),
            Kind::Collection => ("v2", "clusters", "collectionRestoreJobs"),
        };
        Some(format!("/api/atlas/{version}/groups/{project}/{clusters}/{instance}/{jobs}"))
    }

    /// Whether one list answers for many of its jobs. Those of serverless instances have been empty since
    /// 2026-01-15, and the kind that is still to be found out has none.
    #[must_use]
    pub fn has_list(&self) -> bool {
        matches!(self.kind, Kind::Flex | Kind::Dedicated | Kind::Collection)
    }

    /// Where it is read itself; `None` for what is no cluster any more, and while the kind is to be found out.
    #[must_use]
    pub fn itself(&self) -> Option<Endpoint> {
        let tenancy = match self.kind {
            Kind::Auto | Kind::Serverless | Kind::ServerlessV2 => return None,
            Kind::Flex => Tenancy::Flex,
            Kind::Dedicated | Kind::Collection => Tenancy::Dedicated,
        };
        let Endpoint { path, accept } = tenancy.all(self.project);
        Some(Endpoint { path: format!("{path}/{}", self.instance), accept })
    }

    /// Its newest `items` restore jobs (1 to [`PAGE_MAX`]); `None` where there is no list. The total is not asked
    /// for: Atlas counts for it, and nobody needs it.
    #[must_use]
    pub fn list(&self, items: u16) -> Option<Endpoint> {
        self.page(items, 1)
    }

    /// The page of that number, from 1, of its restore jobs, the newest first; else as [`Cluster::list`].
    #[must_use]
    pub fn page(&self, items: u16, number: u32) -> Option<Endpoint> {
        let path = self.path().filter(|_| self.has_list())?;
        let items = items.clamp(1, PAGE_MAX);
        // The list of collection restores knows no `includeCount`.
        let count = if self.kind == Kind::Collection { "" } else { "&includeCount=false" };
        Some(Endpoint {
            path: format!("{path}?itemsPerPage={items}&pageNum={number}{count}"),
            accept: accept(self.kind),
        })
    }
}

/// Which of a project's clusters are listed: each of these has an endpoint of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    Flex,
    Dedicated,
}

impl Tenancy {
    /// The page of that number, from 1, of the project's clusters.
    #[must_use]
    pub fn clusters(self, project: ObjectId, number: u32) -> Endpoint {
        let Endpoint { path, accept } = self.all(project);
        let path = format!("{path}?itemsPerPage={PAGE_MAX}&pageNum={number}&includeCount=false");
        Endpoint { path, accept }
    }

    /// All clusters of the project; below it each has its own. Versions as recorded.
    fn all(self, project: ObjectId) -> Endpoint {
        let (clusters, accept) = match self {
            Self::Flex => ("flexClusters", "application/vnd.atlas.2024-11-13+json"),
            Self::Dedicated => ("clusters", "application/vnd.atlas.2024-08-05+json"),
        };
        Endpoint { path: format!("/api/atlas/v2/groups/{project}/{clusters}"), accept }
    }
}

impl Target {
    /// The cluster or instance whose job it is.
    #[must_use]
    pub fn cluster(&self) -> Cluster {
        Cluster {
            kind: self.kind,
            project: self.project,
            instance: self.instance.clone(),
            profile: self.profile.clone(),
        }
    }

    /// Where this job is read; `None` while its kind is to be found out.
    #[must_use]
    pub fn endpoint(&self) -> Option<Endpoint> {
        let path = self.cluster().path()?;
        Some(Endpoint { path: format!("{path}/{}", self.job), accept: accept(self.kind) })
    }
}

/// The newest version of each resource that this program was written for.
fn accept(kind: Kind) -> &'static str {
    match kind {
        Kind::Auto | Kind::Serverless => "application/json",
        Kind::ServerlessV2 | Kind::Dedicated => "application/vnd.atlas.2023-01-01+json",
        Kind::Flex => "application/vnd.atlas.2024-11-13+json",
        Kind::Collection => "application/vnd.atlas.2025-03-12+json",
    }
}
