//! What else is answered beside restore jobs: projects, clusters and the rate limits; and which role each asks for.
//!
//! Knows paths, versions and roles, and no bodies. Versions are those of the recordings, roles those of the published
//! description.

use jiff::civil::Date;

use super::endpoint::{Endpoint, Question, Version};
use super::principal::Role;
use super::refusal::Refusal;

/// What a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<'a> {
    Jobs(Question<'a>),
    Projects,
    Project(&'a str),
    /// All of one tenancy, or one of them.
    Clusters {
        project: &'a str,
        tenancy: Clusters,
        instance: Option<&'a str>,
    },
    RateLimits,
}

/// The clusters that one endpoint knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clusters {
    Dedicated,
    Flex,
}

impl<'a> Asked<'a> {
    /// What a path asks for; `None` when there is nothing at it.
    #[must_use]
    pub fn of(path: &'a str) -> Option<Self> {
        if let Some(question) = Question::of(path) {
            return Some(Self::Jobs(question));
        }
        let parts: Vec<&str> = path.strip_prefix("/api/atlas/v2/")?.split('/').collect();
        let (project, kind, instance) = match parts.as_slice() {
            ["groups"] => return Some(Self::Projects),
            ["rateLimits"] => return Some(Self::RateLimits),
            ["groups", project] if !project.is_empty() => return Some(Self::Project(project)),
            ["groups", project, kind] => (*project, *kind, None),
            ["groups", project, kind, instance] => (*project, *kind, Some(*instance)),
            _ => return None,
        };
        let tenancy = match kind {
            "clusters" => Clusters::Dedicated,
            "flexClusters" => Clusters::Flex,
            _ => return None,
        };
        Some(Self::Clusters { project, tenancy, instance })
    }

    /// The path with names for ids, without the slash at its front: as a rate limit names it.
    #[must_use]
    pub fn limited_as(&self) -> String {
        let path = match self {
            Self::Jobs(question) => return question.limited_as(),
            Self::Projects => "groups",
            Self::Project(_) => "groups/{groupId}",
            Self::Clusters { tenancy: Clusters::Dedicated, instance: None, .. } => {
                "groups/{groupId}/clusters"
            }
            Self::Clusters { tenancy: Clusters::Dedicated, .. } => "groups/{groupId}/clusters/{clusterName}",
            Self::Clusters { tenancy: Clusters::Flex, instance: None, .. } => "groups/{groupId}/flexClusters",
            Self::Clusters { tenancy: Clusters::Flex, .. } => "groups/{groupId}/flexClusters/{name}",
            Self::RateLimits => "rateLimits",
        };
        format!("api/atlas/v2/{path}")
    }

    /// The version in which to answer a request with that `Accept`.
    ///
    /// # Errors
    /// v2 wants a version to be named.
    pub fn version(&self, accept: Option<&str>) -> Result<Version, Refusal> {
        let newest = match self {
            Self::Jobs(question) => return question.version(accept),
            Self::Projects | Self::Project(_) => Date::constant(2023, 1, 1),
            Self::Clusters { tenancy: Clusters::Dedicated, .. } => Date::constant(2024, 8, 5),
            Self::Clusters { tenancy: Clusters::Flex, .. } => Date::constant(2024, 11, 13),
            Self::RateLimits => Date::constant(2025, 3, 12),
        };
        Version::negotiated(newest, accept)
    }

    /// The smallest role that may ask; where no project is named, everybody may.
    #[must_use]
    pub fn role(&self) -> Role {
        let Self::Jobs(question) = self else { return Role::ReadOnly };
        match question.endpoint {
            Endpoint::Flex => Role::ReadOnly,
            Endpoint::Dedicated | Endpoint::Collections => Role::BackupManager,
            Endpoint::ServerlessV1 | Endpoint::ServerlessV2 => Role::Owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_by_its_parts() {
        let cluster = |tenancy, instance| Asked::Clusters { project: "p", tenancy, instance };
        for (path, asked, limited_as) in [
            ("groups", Asked::Projects, "groups"),
            ("groups/p", Asked::Project("p"), "groups/{groupId}"),
            ("groups/p/clusters", cluster(Clusters::Dedicated, None), "groups/{groupId}/clusters"),
            (
                "groups/p/clusters/c",
                cluster(Clusters::Dedicated, Some("c")),
                "groups/{groupId}/clusters/{clusterName}",
            ),
            ("groups/p/flexClusters", cluster(Clusters::Flex, None), "groups/{groupId}/flexClusters"),
            (
                "groups/p/flexClusters/c",
                cluster(Clusters::Flex, Some("c")),
                "groups/{groupId}/flexClusters/{name}",
            ),
            ("rateLimits", Asked::RateLimits, "rateLimits"),
        ] {
            let whole = format!("/api/atlas/v2/{path}");
            assert_eq!(Asked::of(&whole), Some(asked));
            assert_eq!(asked.limited_as(), format!("api/atlas/v2/{limited_as}"));
            assert_eq!(asked.role(), Role::ReadOnly);
            assert_eq!(asked.version(None).unwrap_err().status, 406);
        }
        for nothing in [
            "",
            "groups/",
            "groups/p/",
            "groups/p/serverless",
            "groups/p/clusters/c/d",
            "orgs",
            "rateLimits/x",
        ] {
            assert_eq!(Asked::of(&format!("/api/atlas/v2/{nothing}")), None, "{nothing}");
        }
        assert_eq!(Asked::of("/api/atlas/v1.0/groups"), None);
    }

    #[test]
    fn jobs_ask_for_the_published_roles() {
        for (endpoint, role) in [
            (Endpoint::Flex, Role::ReadOnly),
            (Endpoint::Dedicated, Role::BackupManager),
            (Endpoint::Collections, Role::BackupManager),
            (Endpoint::ServerlessV1, Role::Owner),
            (Endpoint::ServerlessV2, Role::Owner),
        ] {
            let jobs = endpoint.jobs("p", "c");
            assert_eq!(Asked::of(&jobs).unwrap().role(), role, "{jobs}");
        }
    }
}
