//! The bodies: one job in the words of each endpoint.
//!
//! Member for member as recorded, and in their order, which is the alphabet's; the collection restore and the parts of
//! a sharded cluster, which never were, as published. Dates that are not known yet are left out.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::course::{Delivery, HOUR, Moment, Scene};
use super::plot::Tenancy;
use super::{Cluster, Job};
use crate::demo::endpoint::Endpoint;
use crate::domain::id::ObjectId;

/// What every body needs beside the job.
pub struct Setting<'a> {
    pub start: Timestamp,
    pub project: ObjectId,
    pub target_project: ObjectId,
    pub cluster: &'a Cluster,
    pub endpoint: Endpoint,
}

/// The members of an object, which come out in the order of the alphabet.
type Members = BTreeMap<&'static str, Value>;

impl Setting<'_> {
    /// The job at a moment.
    pub fn body(&self, job: &Job, moment: Moment) -> Value {
        let members = match self.endpoint {
            Endpoint::Flex => self.with_status(job, moment),
            Endpoint::Collections => self.with_state(job, moment),
            Endpoint::ServerlessV1 | Endpoint::ServerlessV2 | Endpoint::Dedicated => {
                self.with_flags(job, moment)
            }
        };
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// A list of jobs with its links. The order of the parameters is the recorded one, which differs.
    pub fn list(&self, results: Vec<Value>, next: Option<&str>, this: &str, total: Option<usize>) -> Value {
        let jobs = format!("http://localhost:8080{}", self.jobs_path());
        let mut links = vec![json!({"href": format!("{jobs}?{this}"), "rel": "self"})];
        links.extend(next.map(|next| json!({"href": format!("{jobs}?{next}"), "rel": "next"})));
        let mut list = serde_json::Map::new();
        list.insert("links".to_owned(), links.into());
        list.insert("results".to_owned(), results.into());
        list.extend(total.map(|total| ("totalCount".to_owned(), total.into())));
        list.into()
    }

    fn jobs_path(&self) -> String {
        self.endpoint.jobs(self.project.as_str(), &self.cluster.name)
    }

    /// Serverless instances and dedicated clusters: there is no status, and what is known must be put together.
    fn with_flags(&self, job: &Job, moment: Moment) -> Members {
        let scene = moment.scene;
        let is_download = job.course.delivery == Delivery::Download;
        let is_cancelled = matches!(scene, Scene::Cancelled);
        let is_dedicated = self.endpoint == Endpoint::Dedicated;
        let urls = if matches!(scene, Scene::Link { .. }) { self.urls(job) } else { Vec::new() };
        let urls: Vec<&str> = urls.iter().map(|(_, url)| url.as_str()).collect();
        let mut members = Members::from([
            ("cancelled", is_cancelled.into()),
            ("deliveryType", if is_download { "download" } else { "automated" }.into()),
            ("deliveryUrl", urls.into()),
            ("expired", matches!(scene, Scene::Expired { .. }).into()),
            ("failed", (matches!(scene, Scene::Failed) || is_cancelled && is_dedicated).into()),
            ("id", job.id.as_str().into()),
            ("snapshotId", job.snapshot.as_str().into()),
            ("timestamp", self.date(job.course.created - job.course.snapshot_age)),
        ]);
        if let Scene::Link { until: end } | Scene::Expired { at: end } = scene {
            members.insert("expiresAt", self.date(end));
        }
        if is_over(scene) {
            members.insert("finishedAt", self.date(moment.since));
        }
        if self.endpoint != Endpoint::ServerlessV1 {
            members.insert("desiredTimestamp", json!({"increment": null, "time": null, "date": null}));
            members.insert("links", self.links(job));
        }
        // Published as required for serverless instances; recorded on restores into a cluster only.
        if !is_download || !is_dedicated {
            members.insert("targetClusterName", self.cluster.target.as_str().into());
            members.insert("targetGroupId", self.target_project.as_str().into());
        }
        if !is_download && self.endpoint != Endpoint::ServerlessV2 {
            members.insert("targetDeploymentItemName", self.cluster.target_item.as_str().into());
        }
        if is_dedicated && self.cluster.shards() > 0 {
            members.insert("components", self.components(job, scene));
        }
        members
    }

    /// A part for each shard, which has its links as soon as there are any.
    fn components(&self, job: &Job, scene: Scene) -> Value {
        let components = self.urls(job).into_iter().map(|(replica_set, url)| {
            if !matches!(scene, Scene::Link { .. }) {
                return json!({"replicaSetName": replica_set});
            }
            let private = json!({
                "deliveryUrl": url.replace(".ljxf1b.", "-pl-0.ljxf1b."),
                "endpointId": self.cluster.private_endpoint,
            });
            json!({
                "downloadUrl": url,
                "privateDownloadDeliveryUrls": [private],
                "replicaSetName": replica_set,
            })
        });
        components.collect()
    }

    /// The replica sets of the cluster, and the link to the data of each. As long as the recorded one.
    fn urls(&self, job: &Job) -> Vec<(String, String)> {
        let Job { id, snapshot, token, .. } = job;
        let item = &self.cluster.item;
        let url = |part: &str| {
            format!(
                "https://restore-{id}.ljxf1b.mongodb-dev.net:27017/{token}/restore-{snapshot}{part}.tar.gz"
            )
        };
        match self.cluster.shards() {
            0 => vec![(format!("{item}-shard-0"), url(""))],
            shards => (0..shards)
                .map(|shard| (format!("{item}-shard-{shard}"), url(&format!("-shard-{shard}"))))
                .collect(),
        }
    }

    /// Links with the wrong host that every recording has: nobody may follow them.
    fn links(&self, job: &Job) -> Value {
        let [cluster, project] = self.endpoint.cluster_and_project(self.project.as_str(), &self.cluster.name);
        let link =
            |path: &str, rel: &str| json!({"href": format!("http://localhost:8080{path}"), "rel": rel});
        json!([
            link(&format!("{}/{}", self.jobs_path(), job.id), "self"),
            link(
                &format!("{cluster}/backup/snapshots/{}", job.snapshot),
                "https://cloud.mongodb.com/snapshot"
            ),
            link(&cluster, "https://cloud.mongodb.com/cluster"),
            link(&project, "https://cloud.mongodb.com/group"),
        ])
    }

    /// Flex clusters say it in a word.
    fn with_status(&self, job: &Job, moment: Moment) -> Members {
        let course = &job.course;
        let is_download = course.delivery == Delivery::Download;
        let status = match moment.scene {
            Scene::Pending => "PENDING",
            Scene::Queued => "QUEUED",
            Scene::Failed | Scene::Cancelled => "FAILED",
            Scene::Completed | Scene::Flawed | Scene::Link { .. } | Scene::Expired { .. } => "COMPLETED",
            _ => "RUNNING",
        };
        let kept_until = match moment.scene {
            Scene::Link { until } => until,
            Scene::Expired { at } => at,
            // Six hours, in every recording.
            _ => course.created + 6 * HOUR,
        };
        let mut members = Members::from([
            ("deliveryType", if is_download { "DOWNLOAD" } else { "RESTORE" }.into()),
            ("expirationDate", self.date(kept_until)),
            ("id", job.id.as_str().into()),
            ("instanceName", self.cluster.name.as_str().into()),
            ("projectId", self.project.as_str().into()),
            ("restoreScheduledDate", self.date(course.created)),
            ("snapshotFinishedDate", self.date(course.created - course.snapshot_age)),
            ("snapshotId", job.snapshot.as_str().into()),
            ("status", status.into()),
        ]);
        if matches!(status, "FAILED" | "COMPLETED") {
            members.insert("restoreFinishedDate", self.date(moment.since));
        }
        if is_download {
            let url = self.urls(job).into_iter().map(|(_, url)| url).next();
            let url = url.filter(|_| matches!(moment.scene, Scene::Link { .. }));
            members.extend(url.map(|url| ("snapshotUrl", url.into())));
        } else {
            members.insert("targetDeploymentItemName", self.cluster.target.as_str().into());
            members.insert("targetProjectId", self.target_project.as_str().into());
        }
        members
    }

    /// Restores of collections count what they have done. The names are published; the words of the two strategies
    /// are ours.
    fn with_state(&self, job: &Job, moment: Moment) -> Members {
        let Delivery::Collections { documents } = job.course.delivery else { return Members::new() };
        let state = match moment.scene {
            Scene::Pending | Scene::Queued => "INITIALIZING",
            Scene::Finalizing => "FINALIZING",
            Scene::Completed | Scene::Flawed | Scene::Link { .. } | Scene::Expired { .. } => "SUCCESSFUL",
            Scene::Failed => "FAILED",
            Scene::Cancelled => "CANCELED",
            _ => "IN_PROGRESS",
        };
        let (index, failed) = match moment.scene {
            Scene::Finalizing => ("IN_PROGRESS", 0),
            Scene::Completed => ("SUCCESSFUL", 0),
            Scene::Flawed => ("FAILED", 1),
            _ => ("NOT_STARTED", 0),
        };
        let (restored, total) = moment.counted(documents);
        let mut members = Members::from([
            ("collections", json!(["shop.order_lines", "shop.refunds", "shop.shipments"])),
            ("createdAt", self.date(job.course.created)),
            ("databases", json!([])),
            ("id", job.id.as_str().into()),
            ("indexStatus", json!({"failedCollectionCount": failed, "state": index})),
            ("indexStrategy", "REBUILD".into()),
            ("restoredDocuments", restored.into()),
            ("snapshotId", job.snapshot.as_str().into()),
            ("state", state.into()),
            ("targetClusterName", self.cluster.target.as_str().into()),
            ("targetProjectId", self.target_project.as_str().into()),
            ("totalDocuments", total.into()),
            ("writeStrategy", "CREATE_AS_NEW".into()),
        ]);
        if is_over(moment.scene) {
            members.insert("finishedAt", self.date(moment.since));
        }
        if matches!(moment.scene, Scene::Failed) {
            members.insert("errorMessage", "The disk of the target cluster is full.".into());
        }
        members
    }

    /// `YYYY-MM-DDThh:mm:ssZ`, the only form of a date that was ever recorded.
    fn date(&self, second: i64) -> Value {
        moment(self.start, second).to_string().into()
    }
}

impl Cluster {
    fn shards(&self) -> usize {
        match self.tenancy {
            Tenancy::Dedicated { shards } => shards,
            Tenancy::Flex => 0,
        }
    }
}

/// Whether a job has ended in this scene. A link has not: it has an end of its own.
fn is_over(scene: Scene) -> bool {
    matches!(scene, Scene::Completed | Scene::Flawed | Scene::Failed | Scene::Cancelled)
}

/// The moment so many seconds after the start.
pub fn moment(start: Timestamp, second: i64) -> Timestamp {
    start.saturating_add(SignedDuration::from_secs(second)).unwrap_or(start)
}
