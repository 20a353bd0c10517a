//! What Atlas would answer about each job of the demonstration at any moment: the ids, and the bodies.
//!
//! Must not know HTTP, sockets or any clock: the time since the start is a parameter, so a test can ask for any moment.
//! There is one model for all kinds of jobs: the clusters and their jobs are a table in `plot`, more of them come out
//! of `filler`, a `course` says what becomes of each, and `body` puts that in the words of the endpoint that is asked.

mod body;
mod course;
mod filler;
mod place;
mod plot;
#[cfg(test)]
mod tests;

use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;

use super::endpoint::{Endpoint, Question};
use super::page::Page;
use super::rate::RateLimit;
use super::refusal::Refusal;
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::lookup::Lookup;
use crate::domain::target::{Kind, Target};
use body::{Setting, moment};
use course::{Course, Scene};
pub use filler::Fleet;
use plot::{CLUSTERS, PARTS, Tenancy};

/// The project of every lookup was made on 2024-02-12, whenever the demonstration runs.
const PROJECT_CREATED: i64 = 1_707_753_278;

/// The project that restores write to.
const TARGET_PROJECT_CREATED: i64 = 1_731_405_907;

/// What the endpoints of serverless instances answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerlessEndpoints {
    /// 410, as since January 2026; of v2 an empty list is left. The instances live on as Flex clusters with the same
    /// ids.
    #[default]
    Ended,
    /// As before: every cluster is answered for as if it were an instance, and all lookups are serverless ones.
    Live,
}

/// A cluster with the names that the seed gave it.
struct Cluster {
    name: String,
    tenancy: Tenancy,
    /// What its replica sets are named after.
    item: String,
    /// Where its restores go, and what that is named inside.
    target: String,
    target_item: String,
    private_endpoint: String,
    /// The newest first.
    jobs: Vec<Job>,
}

/// A job with the ids and tokens that the seed gave it.
struct Job {
    id: ObjectId,
    snapshot: ObjectId,
    /// The unguessable part of a delivery URL.
    token: String,
    course: Course,
}

/// The clusters and lookups of one run, and what becomes of them.
pub struct Scenario {
    /// In whole seconds, as every date of the API is.
    start: Timestamp,
    project: ObjectId,
    target_project: ObjectId,
    serverless: ServerlessEndpoints,
    clusters: Vec<Cluster>,
    lookups: Vec<Lookup>,
}

impl Scenario {
    /// The scenario that starts at `start`, cut to its second. The same seed gives the same tokens and the same
    /// ids, apart from the creation time that each id begins with.
    #[must_use]
    pub fn new(seed: u64, serverless: ServerlessEndpoints, fleet: Option<Fleet>, start: Timestamp) -> Self {
        let start = Timestamp::from_second(start.as_second()).unwrap_or(start);
        let mut rng = Rng::with_seed(seed);
        let project = object_id(PROJECT_CREATED, &mut rng);
        let target_project = object_id(TARGET_PROJECT_CREATED, &mut rng);
        let clusters: Vec<_> = CLUSTERS
            .iter()
            .map(|cluster| Cluster::new(cluster.name.to_owned(), cluster.tenancy, cluster.target, &mut rng))
            .collect();
        let mut scenario = Self { start, project, target_project, serverless, clusters, lookups: Vec::new() };
        for part in &PARTS {
            let at = CLUSTERS.iter().position(|cluster| cluster.name == part.cluster).unwrap_or_default();
            scenario.watch(at, part.label.to_owned(), part.kind, part.course.clone(), &mut rng);
        }
        for (cluster, plot) in scenario.clusters.iter_mut().zip(&CLUSTERS) {
            let past = (0..plot.past).map(|number| {
                let course = filler::past(number, plot.tenancy, &mut rng);
                Job::new(course, start, &mut rng)
            });
            cluster.jobs.extend(past);
        }
        if let Some(fleet) = fleet {
            scenario.add(fleet, &mut rng);
        }
        for cluster in &mut scenario.clusters {
            cluster.jobs.sort_by_key(|job| std::cmp::Reverse((job.course.created, job.id)));
        }
        scenario
    }

    /// Adds the clusters of a fleet, and a lookup for each of their jobs.
    fn add(&mut self, fleet: Fleet, rng: &mut Rng) {
        let mut number = 0;
        for cluster in 1..=fleet.clusters {
            let tenancy = Fleet::tenancy(cluster);
            let kind = if tenancy == Tenancy::Flex { Kind::Flex } else { Kind::Dedicated };
            self.clusters.push(Cluster::new(format!("fleet-{cluster:02}"), tenancy, "fleet-recovery", rng));
            for _ in 0..fleet.jobs_per_cluster {
                number += 1;
                let course = filler::of_fleet(number, tenancy);
                self.watch(self.clusters.len() - 1, format!("job-{number:04}"), kind, course, rng);
            }
        }
    }

    /// Adds a job to the cluster of that place, and its lookup.
    fn watch(&mut self, at: usize, label: String, kind: Kind, course: Course, rng: &mut Rng) {
        let Some(cluster) = self.clusters.get_mut(at) else { return };
        let kind = match self.serverless {
            ServerlessEndpoints::Ended => kind,
            ServerlessEndpoints::Live => Kind::Serverless,
        };
        let job = Job::new(course, self.start, rng);
        let instance = instance_name(&cluster.name);
        self.lookups.push(Lookup {
            label,
            target: Target { kind, project: self.project, instance, job: job.id, profile: None },
        });
        cluster.jobs.push(job);
    }

    /// When it began, by the server's clock, in whole seconds.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// Whether the endpoint has ended, whoever asks and for what.
    #[must_use]
    pub fn has_ended(&self, endpoint: Endpoint) -> bool {
        endpoint.is_serverless() && self.serverless == ServerlessEndpoints::Ended
    }

    /// The lookups in the order in which they are shown.
    pub fn lookups(&self) -> impl Iterator<Item = &Lookup> {
        self.lookups.iter()
    }

    /// The kind that a lookup with `auto` turns out to be.
    #[must_use]
    pub fn kind(&self, target: &Target) -> Kind {
        let cluster = self.clusters.iter().find(|cluster| cluster.name == target.instance.as_str());
        match (target.kind, cluster.map(|cluster| cluster.tenancy)) {
            (Kind::Auto, Some(Tenancy::Flex)) => Kind::Flex,
            (Kind::Auto, _) => Kind::Dedicated,
            (kind, _) => kind,
        }
    }

    /// The job `id` as it is `elapsed` after the start.
    ///
    /// # Errors
    /// The refusal that Atlas would send: unknown ids, another kind of cluster, or a scene that is no job.
    pub fn job(&self, question: &Question<'_>, id: &str, elapsed: Duration) -> Result<Value, Refusal> {
        let setting = self.setting(question)?;
        let not_found = || Refusal::resource_not_found(&format!("{}/{id}", question.jobs()));
        let job = setting.jobs().find(|job| job.id.as_str() == id).ok_or_else(not_found)?;
        let now = job.course.at(elapsed);
        match now.scene {
            Scene::Unknown => Err(not_found()),
            Scene::Unavailable | Scene::Limited => Err(outage(question, &now)),
            _ => Ok(setting.body(job, now)),
        }
    }

    /// A page of the cluster's jobs as they are `elapsed` after the start, the newest first.
    ///
    /// # Errors
    /// As [`Scenario::job`]; the list fails together with any of its jobs.
    pub fn jobs(&self, question: &Question<'_>, page: Page, elapsed: Duration) -> Result<Value, Refusal> {
        if self.serverless == ServerlessEndpoints::Ended && question.endpoint == Endpoint::ServerlessV2 {
            return Ok(serde_json::json!({"links": [], "results": [], "totalCount": 0}));
        }
        let setting = self.setting(question)?;
        let mut jobs = Vec::new();
        for job in setting.jobs() {
            let now = job.course.at(elapsed);
            match now.scene {
                Scene::Unknown => {}
                Scene::Unavailable | Scene::Limited => return Err(outage(question, &now)),
                _ => jobs.push((job, now)),
            }
        }
        let (part, more) = page.cut(&jobs);
        let results = part.iter().map(|(job, now)| setting.body(job, *now)).collect();
        // The list of collection restores knows no `includeCount`, and counts.
        let knows_count = question.endpoint != Endpoint::Collections;
        let count = if knows_count { format!("includeCount={}&", page.count) } else { String::new() };
        let Page { items, number, .. } = page;
        let this = format!("{count}pageNum={number}&itemsPerPage={items}");
        let next = more.then(|| format!("{count}itemsPerPage={items}&pageNum={}", number + 1));
        let total = (page.count || !knows_count).then_some(jobs.len());
        Ok(setting.list(results, next.as_deref(), &this, total))
    }

    /// The cluster that is asked for, where the endpoint knows it.
    fn setting(&self, question: &Question<'_>) -> Result<Setting<'_>, Refusal> {
        let Question { endpoint, project, instance, .. } = *question;
        if self.has_ended(endpoint) {
            return Err(Refusal::gone());
        }
        if project != self.project.as_str() {
            return Err(Refusal::group_not_found(project));
        }
        let cluster = self.clusters.iter().find(|cluster| cluster.name == instance);
        let cluster = cluster.ok_or_else(|| Refusal::cluster_not_found(instance, project))?;
        match (endpoint, cluster.tenancy) {
            (Endpoint::Flex, Tenancy::Dedicated { .. }) => return Err(Refusal::not_flex(instance)),
            (Endpoint::Dedicated | Endpoint::Collections, Tenancy::Flex) => {
                return Err(Refusal::is_flex(instance));
            }
            _ => {}
        }
        let Self { start, project, target_project, .. } = *self;
        Ok(Setting { start, project, target_project, cluster, endpoint })
    }
}

impl Setting<'_> {
    /// The jobs that the endpoint knows. That of serverless instances, when it is live, makes no difference.
    fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.cluster.jobs.iter().filter(|job| match self.endpoint {
            Endpoint::Collections => job.course.is_of_collections(),
            Endpoint::Dedicated | Endpoint::Flex => !job.course.is_of_collections(),
            Endpoint::ServerlessV1 | Endpoint::ServerlessV2 => true,
        })
    }
}

impl Cluster {
    fn new(name: String, tenancy: Tenancy, target: &str, rng: &mut Rng) -> Self {
        let mut item = || format!("atlas-{:06x}", rng.u32(..0x0100_0000));
        let (item, target_item) = (item(), item());
        Self {
            name,
            tenancy,
            item,
            target: target.to_owned(),
            target_item,
            private_endpoint: format!("vpce-{:017x}", rng.u64(..)),
            jobs: Vec::new(),
        }
    }
}

impl Job {
    fn new(course: Course, start: Timestamp, rng: &mut Rng) -> Self {
        let created = moment(start, course.created).as_second();
        Self {
            id: object_id(created, rng),
            // A snapshot gets its id a minute or two before it is taken.
            snapshot: object_id(created - course.snapshot_age - 95, rng),
            token: std::iter::repeat_with(|| rng.alphanumeric()).take(24).collect(),
            course,
        }
    }
}

/// What a cluster answers that does not.
fn outage(question: &Question<'_>, now: &course::Moment) -> Refusal {
    match now.scene {
        Scene::Limited => {
            Refusal::limited(now.left.unwrap_or(1), RateLimit::default(), &question.limited_as())
        }
        _ => Refusal::unavailable(),
    }
}

#[expect(clippy::expect_used, reason = "eight and sixteen hex digits are always an id")]
fn object_id(created: i64, rng: &mut Rng) -> ObjectId {
    let created = u32::try_from(created).unwrap_or(0);
    format!("{created:08x}{:016x}", rng.u64(..)).parse().expect("24 hex digits")
}

#[expect(
    clippy::expect_used,
    reason = "the names are those of the plot and of fleets, and a test reads them all"
)]
fn instance_name(name: &str) -> InstanceName {
    name.parse().expect("a name of the table")
}
