//! What Atlas would answer about each lookup of the demonstration at any moment: the ids, and the bodies.
//!
//! Must not know HTTP, sockets or any clock: the time since the start is a parameter, so a test can ask for
//! any moment. The plot is the table in `script`. Bodies have the shape of the recorded dedicated jobs, member
//! for member and in their order.

mod script;
#[cfg(test)]
mod tests;

use std::time::Duration;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::rate::RateLimit;
use super::refusal::Refusal;
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::lookup::Lookup;
use crate::domain::target::{Kind, Target};
use script::{AUTOMATED, SCRIPTS, Scene, Script};

/// The project of every lookup was made on 2024-02-12, whenever the demonstration runs.
const PROJECT_CREATED: i64 = 1_707_753_278;

/// The project that automated restores write to.
const TARGET_PROJECT_CREATED: i64 = 1_731_405_907;

/// A lookup with the ids and tokens that the seed gave it.
struct Part {
    script: &'static Script,
    lookup: Lookup,
    snapshot: ObjectId,
    /// The unguessable part of a delivery URL.
    token: String,
    deployment: String,
}

/// What is asked of the scenario: a job, by the ids as they stand in the path.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub project: &'a str,
    pub instance: &'a str,
    pub job: &'a str,
}

/// The lookups of one run, and what becomes of them.
pub struct Scenario {
    /// In whole seconds, as every date of the API is.
    start: Timestamp,
    project: ObjectId,
    target_project: ObjectId,
    parts: Vec<Part>,
}

impl Scenario {
    /// The scenario that starts at `start`, cut to its second. The same seed gives the same tokens and the same
    /// ids, apart from the creation time that each id begins with.
    #[must_use]
    pub fn new(seed: u64, start: Timestamp) -> Self {
        let start = Timestamp::from_second(start.as_second()).unwrap_or(start);
        let mut rng = Rng::with_seed(seed);
        let project = object_id(PROJECT_CREATED, &mut rng);
        let target_project = object_id(TARGET_PROJECT_CREATED, &mut rng);
        let parts = SCRIPTS.iter().map(|script| Part::new(script, project, start, &mut rng)).collect();
        Self { start, project, target_project, parts }
    }

    /// When it began, by the server's clock, in whole seconds.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The lookups in the order in which they are shown.
    pub fn lookups(&self) -> impl Iterator<Item = &Lookup> {
        self.parts.iter().map(|part| &part.lookup)
    }

    /// The job as it is `elapsed` after the start.
    ///
    /// # Errors
    /// The refusal that Atlas would send: unknown ids, or a scene that is no job.
    pub fn answer(&self, question: Question<'_>, elapsed: Duration) -> Result<Value, Refusal> {
        let Question { project, instance, job } = question;
        if project != self.project.as_str() {
            return Err(Refusal::group_not_found(project));
        }
        let mut here = self.parts.iter().filter(|part| part.script.instance == instance).peekable();
        if here.peek().is_none() {
            return Err(Refusal::cluster_not_found(instance, project));
        }
        let Some(part) = here.find(|part| part.lookup.target.job.as_str() == job) else {
            return Err(self.job_not_found(question));
        };
        let (since, scene, left) = part.script.scene(elapsed);
        match scene {
            Scene::Unknown => Err(self.job_not_found(question)),
            Scene::Unavailable => Err(Refusal::unavailable()),
            Scene::Limited => Err(Refusal::limited(left.unwrap_or(1), RateLimit::default())),
            _ => Ok(self.job(part, since, scene)),
        }
    }

    fn job_not_found(&self, question: Question<'_>) -> Refusal {
        let Question { instance, job, .. } = question;
        Refusal::resource_not_found(&format!("{}/backup/restoreJobs/{job}", self.instance_path(instance)))
    }

    fn instance_path(&self, instance: &str) -> String {
        format!("/api/atlas/v1.0/groups/{}/serverless/{instance}", self.project)
    }

    /// The body. Dates that are not known yet are left out, as recorded; only `desiredTimestamp` has nulls.
    fn job(&self, part: &Part, since: i64, scene: Scene) -> Value {
        let Part { script, snapshot, token, .. } = part;
        let id = part.lookup.target.job;
        let link = matches!(scene, Scene::Link { .. }).then(|| {
            format!("https://restore-{id}.ljxf1b.mongodb-dev.net:27017/{token}/restore-{snapshot}.tar.gz")
        });
        let expires_at = match scene {
            Scene::Link { until } => Some(until),
            Scene::Expired { at } => Some(at),
            _ => None,
        };
        let finished = matches!(scene, Scene::Completed | Scene::Failed | Scene::Cancelled);

        let mut body = serde_json::Map::new();
        let mut put = |name: &str, value: Value| {
            body.insert(name.to_owned(), value);
        };
        put("cancelled", matches!(scene, Scene::Cancelled).into());
        put("deliveryType", script.delivery.into());
        put("deliveryUrl", Vec::from_iter(link).into());
        put("desiredTimestamp", json!({"increment": null, "time": null, "date": null}));
        put("expired", matches!(scene, Scene::Expired { .. }).into());
        if let Some(at) = expires_at {
            put("expiresAt", self.date(at));
        }
        put("failed", matches!(scene, Scene::Failed).into());
        if finished {
            put("finishedAt", self.date(since));
        }
        put("id", id.as_str().into());
        put("links", self.links(part));
        put("snapshotId", snapshot.as_str().into());
        if script.delivery == AUTOMATED {
            put("targetClusterName", format!("{}-restored", script.instance).into());
            put("targetDeploymentItemName", part.deployment.as_str().into());
            put("targetGroupId", self.target_project.as_str().into());
        }
        put("timestamp", self.date(script.created - script.snapshot_age));
        Value::Object(body)
    }

    /// Links with the wrong host that every recording has: nobody may follow them.
    fn links(&self, part: &Part) -> Value {
        let instance = format!("http://localhost:8080{}", self.instance_path(part.script.instance));
        json!([
            {"href": format!("{instance}/backup/restoreJobs/{}", part.lookup.target.job), "rel": "self"},
            {"href": format!("{instance}/backup/snapshots/{}", part.snapshot),
             "rel": "https://cloud.mongodb.com/snapshot"},
            {"href": instance, "rel": "https://cloud.mongodb.com/cluster"},
            {"href": format!("http://localhost:8080/api/atlas/v1.0/groups/{}", self.project),
             "rel": "https://cloud.mongodb.com/group"},
        ])
    }

    /// `YYYY-MM-DDThh:mm:ssZ`, the only form of a date that was ever recorded.
    fn date(&self, second: i64) -> Value {
        moment(self.start, second).to_string().into()
    }
}

impl Part {
    fn new(script: &'static Script, project: ObjectId, start: Timestamp, rng: &mut Rng) -> Self {
        let created = moment(start, script.created).as_second();
        let target = Target {
            kind: Kind::Serverless,
            project,
            instance: instance_name(script.instance),
            job: object_id(created, rng),
        };
        Self {
            script,
            lookup: Lookup { label: script.label.to_owned(), target },
            // A snapshot gets its id a minute or two before it is taken.
            snapshot: object_id(created - script.snapshot_age - 95, rng),
            token: std::iter::repeat_with(|| rng.alphanumeric()).take(24).collect(),
            deployment: format!("atlas-{:06x}", rng.u32(..0x0100_0000)),
        }
    }
}

fn moment(start: Timestamp, second: i64) -> Timestamp {
    start.saturating_add(SignedDuration::from_secs(second)).unwrap_or(start)
}

#[expect(clippy::expect_used, reason = "eight and sixteen hex digits are always an id")]
fn object_id(created: i64, rng: &mut Rng) -> ObjectId {
    let created = u32::try_from(created).unwrap_or(0);
    format!("{created:08x}{:016x}", rng.u64(..)).parse().expect("24 hex digits")
}

#[expect(clippy::expect_used, reason = "the names are those of the table above, and a test reads them all")]
fn instance_name(name: &str) -> InstanceName {
    name.parse().expect("a name of the table")
}
