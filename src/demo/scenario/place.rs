//! The project and its clusters, in the words of their own endpoints.
//!
//! Member for member as recorded, in the order of the alphabet; of a dedicated cluster the published slice, since the
//! rest is about machines. Knows no HTTP.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use super::plot::Tenancy;
use super::{Cluster, Scenario, object_id};
use crate::demo::page::Page;
use crate::demo::principal::Organization;
use crate::demo::refusal::Refusal;
use crate::demo::resource::Clusters;
use crate::domain::id::ObjectId;

/// When the clusters were made: a day after the project.
const CREATED: i64 = super::PROJECT_CREATED + 86_400;

impl Scenario {
    #[must_use]
    pub fn project(&self) -> ObjectId {
        self.project
    }

    /// The project, as a project of that organization.
    #[must_use]
    pub fn project_body(&self, organization: Organization) -> Value {
        json!({
            "clusterCount": self.clusters.len(),
            "created": date(super::PROJECT_CREATED),
            "id": self.project.as_str(),
            "links": self_link(&format!("groups/{}", self.project)),
            "name": organization.project_name(),
            "orgId": organization.id(),
            "tags": [],
            "withDefaultAlertsSettings": true,
        })
    }

    /// A page of the clusters of one tenancy.
    #[must_use]
    pub fn clusters(&self, tenancy: Clusters, page: Page) -> Value {
        let clusters = self.clusters.iter().filter(|cluster| cluster.tenancy.is_in(tenancy));
        let all: Vec<Value> = clusters.map(|cluster| self.cluster_body(cluster)).collect();
        let kind = match tenancy {
            Clusters::Dedicated => "clusters",
            Clusters::Flex => "flexClusters",
        };
        page.list(&format!("/api/atlas/v2/groups/{}/{kind}", self.project), &all)
    }

    /// One cluster.
    ///
    /// # Errors
    /// There is none of that name, or it is asked for as what it is not.
    pub fn cluster(&self, tenancy: Clusters, instance: &str) -> Result<Value, Refusal> {
        let cluster = self.clusters.iter().find(|cluster| cluster.name == instance);
        let cluster = cluster.ok_or_else(|| Refusal::cluster_not_found(instance, self.project.as_str()))?;
        match tenancy {
            _ if cluster.tenancy.is_in(tenancy) => Ok(self.cluster_body(cluster)),
            Clusters::Dedicated => Err(Refusal::is_flex(instance)),
            Clusters::Flex => Err(Refusal::not_flex(instance)),
        }
    }

    /// The project that restores write to.
    #[must_use]
    pub fn target_project(&self) -> ObjectId {
        self.target_project
    }

    /// A cluster that is restored into. It is busy while a restore into it runs, and for a while after it.
    ///
    /// # Errors
    /// As [`Scenario::cluster`].
    pub fn target(&self, tenancy: Clusters, instance: &str, elapsed: Duration) -> Result<Value, Refusal> {
        let sources = || self.clusters.iter().filter(|cluster| cluster.target == instance);
        let Some(source) = sources().next() else {
            return Err(Refusal::cluster_not_found(instance, self.target_project.as_str()));
        };
        if !source.tenancy.is_in(tenancy) {
            return Err(match tenancy {
                Clusters::Dedicated => Refusal::is_flex(instance),
                Clusters::Flex => Refusal::not_flex(instance),
            });
        }
        let mut restores = sources().flat_map(|cluster| &cluster.jobs).filter(|job| job.course.is_restore());
        let busy = restores.any(|job| job.course.at(elapsed).keeps_busy());
        let mut body = self.cluster_body(source);
        if let Some(members) = body.as_object_mut() {
            let id = self.target_project.as_str();
            members.insert("name".to_owned(), instance.into());
            members.insert("groupId".to_owned(), id.into());
            members.insert("stateName".to_owned(), if busy { "UPDATING" } else { "IDLE" }.into());
            if members.contains_key("links") {
                members.insert("links".to_owned(), self_link(&format!("groups/{id}/clusters/{instance}")));
            }
        }
        Ok(body)
    }

    fn cluster_body(&self, cluster: &Cluster) -> Value {
        let project = self.project;
        // Of the name, and of nothing that the scenario draws: else every id of a seed would be another.
        let seed = cluster.name.bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
        let id = object_id(CREATED, &mut Rng::with_seed(seed));
        match cluster.tenancy {
            Tenancy::Flex => json!({
                "backupSettings": {"enabled": true},
                "clusterType": "REPLICASET",
                "createDate": date(CREATED),
                "groupId": project.as_str(),
                "id": id.as_str(),
                "mongoDBVersion": "8.0.29",
                "name": cluster.name,
                "providerSettings": {
                    "backingProviderName": "AWS",
                    "diskSizeGB": 5.0,
                    "providerName": "FLEX",
                    "regionName": "EU_CENTRAL_1",
                },
                "stateName": "IDLE",
                "tags": [],
                "terminationProtectionEnabled": true,
                "versionReleaseSystem": "LTS",
            }),
            Tenancy::Dedicated { shards } => json!({
                "backupEnabled": true,
                "clusterType": if shards > 0 { "SHARDED" } else { "REPLICASET" },
                "createDate": date(CREATED),
                "diskWarmingMode": "FULLY_WARMED",
                "groupId": project.as_str(),
                "id": id.as_str(),
                "links": self_link(&format!("groups/{project}/clusters/{}", cluster.name)),
                "mongoDBMajorVersion": "8.0",
                "mongoDBVersion": "8.0.29",
                "name": cluster.name,
                "paused": false,
                "pitEnabled": true,
                "stateName": "IDLE",
                "tags": [],
                "terminationProtectionEnabled": true,
                "versionReleaseSystem": "LTS",
            }),
        }
    }
}

impl Tenancy {
    fn is_in(self, clusters: Clusters) -> bool {
        (clusters == Clusters::Flex) == (self == Self::Flex)
    }
}

/// As every date of the API: UTC, in whole seconds.
fn date(second: i64) -> String {
    jiff::Timestamp::from_second(second).unwrap_or_default().to_string()
}

/// The recorded links lead to a host that nobody should follow.
fn self_link(path: &str) -> Value {
    json!([{"href": format!("http://localhost:8080/api/atlas/v2/{path}"), "rel": "self"}])
}
