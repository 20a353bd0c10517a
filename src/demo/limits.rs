//! The published rate limits: which endpoints share a bucket, how big it is and how it fills.
//!
//! The sets and their names are those of the documentation; size and refill are what this server really does, which has
//! one bucket for all; the ids are ours, after the one that is published as an example. Shape: the published description,
//! version 2025-03-12.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::rate::RateLimit;

/// Endpoints that share a bucket.
struct Set {
    name: &'static str,
    id: &'static str,
    scope: &'static str,
    /// Read with GET; below `/api/atlas/v2/`.
    paths: &'static [&'static str],
}

const SETS: [Set; 6] = [
    Set {
        name: "Cloud Backups",
        id: "cloudBackups_group",
        scope: "GROUP",
        paths: &[
            "groups/{groupId}/clusters/{clusterName}/backup/restoreJobs",
            "groups/{groupId}/clusters/{clusterName}/backup/restoreJobs/{restoreJobId}",
        ],
    },
    Set {
        name: "Clusters",
        id: "clusters_group",
        scope: "GROUP",
        paths: &["groups/{groupId}/clusters", "groups/{groupId}/clusters/{clusterName}"],
    },
    Set {
        name: "Flex Clusters",
        id: "flexClusters_group",
        scope: "GROUP",
        paths: &["groups/{groupId}/flexClusters", "groups/{groupId}/flexClusters/{name}"],
    },
    Set {
        name: "Flex Restore Jobs",
        id: "flexRestoreJobs_group",
        scope: "GROUP",
        paths: &[
            "groups/{groupId}/flexClusters/{name}/backup/restoreJobs",
            "groups/{groupId}/flexClusters/{name}/backup/restoreJobs/{restoreJobId}",
        ],
    },
    Set { name: "Projects", id: "projects_group", scope: "GROUP", paths: &["groups/{groupId}"] },
    Set {
        name: "Rate Limits Inspection",
        id: "rateLimitsInspection_user",
        scope: "USER",
        paths: &["rateLimits"],
    },
];

/// Which of the sets are asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of a project, of this one.
    pub project: Option<String>,
    /// Only those with one of these endpoints: paths with names for ids.
    paths: Vec<String>,
    names: Vec<String>,
}

impl Filter {
    /// Reads the query. Parameters that are none of these are nobody's error.
    #[must_use]
    pub fn read(query: Option<&str>) -> Self {
        let mut filter = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "groupId" => filter.project = Some(value.into_owned()),
                "endpointPath" => filter.paths.push(value.into_owned()),
                "name" => filter.names.push(value.into_owned()),
                _ => {}
            }
        }
        filter
    }

    fn takes(&self, set: &Set) -> bool {
        let is_at = |path: &String| {
            let path = path.strip_prefix("/api/atlas/v2/");
            path.is_some_and(|path| set.paths.contains(&path))
        };
        (self.project.is_none() || set.scope == "GROUP")
            && (self.paths.is_empty() || self.paths.iter().any(is_at))
            && (self.names.is_empty() || self.names.iter().any(|name| name == set.name))
    }
}

/// The sets that a filter takes, each with the limit in force.
#[must_use]
pub fn published(limit: RateLimit, filter: &Filter) -> Vec<Value> {
    let sets = SETS.iter().filter(|set| filter.takes(set));
    sets.map(|set| {
        let endpoints = set.paths.iter().map(|path| {
            let path = format!("/api/atlas/v2/{path}");
            json!({"method": "GET", "path": path})
        });
        json!({
            "capacity": {"value": limit.capacity},
            "endpointSetId": set.id,
            "endpointSetName": set.name,
            "endpoints": endpoints.collect::<Vec<_>>(),
            "refillDurationSeconds": {"value": limit.period.as_secs()},
            "refillRate": {"value": limit.refill},
            "scope": set.scope,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::resource::Asked;

    fn names(query: &str) -> Vec<String> {
        let sets = published(RateLimit::default(), &Filter::read(Some(query)));
        sets.iter().map(|set| set["endpointSetName"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn sets_are_found_by_path_by_name_and_by_project() {
        assert_eq!(names("").len(), SETS.len());
        assert_eq!(names("groupId=p").len(), SETS.len() - 1, "not those of a user");
        let path = "%2Fapi%2Fatlas%2Fv2%2Fgroups%2F%7BgroupId%7D%2Fclusters";
        assert_eq!(names(&format!("groupId=p&endpointPath={path}")), ["Clusters"]);
        let jobs = format!("{path}%2F%7BclusterName%7D%2Fbackup%2FrestoreJobs");
        assert_eq!(names(&format!("endpointPath={jobs}&endpointPath={path}")), ["Cloud Backups", "Clusters"]);
        assert_eq!(names("name=Flex%20Restore%20Jobs"), ["Flex Restore Jobs"]);
        assert_eq!(names("endpointPath=groups"), [""; 0]);
    }

    #[test]
    fn every_path_of_a_set_is_one_that_is_answered() {
        for path in SETS.iter().flat_map(|set| set.paths) {
            let asked = Asked::of(&format!("/api/atlas/v2/{path}")).map(|asked| asked.limited_as());
            assert_eq!(asked, Some(format!("api/atlas/v2/{path}")));
        }
    }
}
