//! An Atlas with a token bucket, and what a day of watching it was like.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_tui::api::{Answer, ApiError, Batch, Budget, ErrorKind, Listing, Meta, RestoreApi};
use atlas_tui::clock::TokioClock;
use atlas_tui::domain::id::ObjectId;
use atlas_tui::domain::job::{DeliveryType, RestoreJob};
use atlas_tui::domain::target::{Kind, Target};
use atlas_tui::worker::task::{self, Settings};
use atlas_tui::worker::{Command, Pace, Report, WatchId};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::bucket::{Bucket, RateLimit};

/// How long it takes for an answer.
const LATENCY: Duration = Duration::from_millis(80);

/// What is watched, and for how long.
pub struct Day {
    pub jobs: u64,
    pub clusters: u64,
    /// Every so many lookups one is of another project, which has a bucket of its own.
    pub another: Option<u64>,
    pub kind: Kind,
    pub limit: RateLimit,
    pub lasts: Duration,
    /// When a job is over; `None` for one that runs all day.
    pub ends: fn(u64) -> Option<Duration>,
    /// Whether the answers tell what is left.
    pub tells: bool,
    /// Requests a minute that somebody else takes from the same bucket.
    pub thieves: u32,
    /// Whether answers take between a tenth of a second and two seconds, and overtake each other.
    pub unsteady: bool,
}

/// What it was like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    pub requests: u64,
    /// Those that were refused for want of budget.
    pub refused: u64,
    /// The least that was left in the bucket.
    pub least_left: u64,
    /// The oldest that the answer about a running job ever got: the selected one, the others of its cluster, and
    /// those of other clusters.
    pub selected: Duration,
    pub cluster: Duration,
    pub others: Duration,
    pub read: u64,
    pub slowed: bool,
}

struct Atlas {
    start: Instant,
    /// By project.
    buckets: Mutex<BTreeMap<ObjectId, Bucket>>,
    limit: RateLimit,
    ends: fn(u64) -> Option<Duration>,
    tells: bool,
    unsteady: bool,
    random: Mutex<fastrand::Rng>,
    seen: Arc<Mutex<Seen>>,
}

impl Atlas {
    fn take(&self, project: ObjectId) -> Result<u64, u64> {
        let mut buckets = self.buckets.lock().unwrap();
        buckets.entry(project).or_insert_with(|| Bucket::full(self.limit)).take(self.start.elapsed())
    }

    /// Takes a token.
    fn admit(&self, project: ObjectId) -> Result<Meta, ApiError> {
        let taken = self.take(project);
        let mut seen = self.seen.lock().unwrap();
        seen.requests += 1;
        let limit = u64::from(self.limit.capacity);
        let remaining = *taken.as_ref().unwrap_or(&0);
        seen.least_left = seen.least_left.min(remaining);
        let budget = self.tells.then_some(Budget { limit, remaining });
        let meta = Meta { budget, requests: 1, ..Meta::default() };
        taken.map(|_| meta.clone()).map_err(|wait| {
            seen.refused += 1;
            let retry_after = Some(Duration::from_secs(wait));
            ApiError { kind: ErrorKind::RateLimited, code: None, detail: None, retry_after, meta }
        })
    }

    /// There, or back.
    async fn way(&self) {
        let latency = if self.unsteady {
            Duration::from_millis(self.random.lock().unwrap().u64(50..1000))
        } else {
            LATENCY / 2
        };
        tokio::time::sleep(latency).await;
    }

    fn job(&self, id: ObjectId) -> RestoreJob {
        let over = (self.ends)(number(id)).is_some_and(|end| end <= self.start.elapsed());
        RestoreJob {
            delivery_type: Some(DeliveryType::Automated),
            finished_at: over.then_some(BASE),
            cancelled: Some(false),
            ..RestoreJob::default()
        }
    }
}

impl RestoreApi for Atlas {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        self.way().await;
        let meta = self.admit(target.project);
        let job = self.job(target.job);
        self.way().await;
        Ok(Answer { job, meta: meta? })
    }

    async fn restore_jobs(&self, batch: &Batch) -> Result<Listing, ApiError> {
        self.way().await;
        let meta = self.admit(batch.cluster.project);
        let jobs: Vec<_> = batch.wanted.iter().map(|id| (*id, Ok(self.job(*id)))).collect();
        self.way().await;
        Ok(Listing { depth: jobs.len(), jobs, complete: true, meta: meta? })
    }
}

const BASE: Timestamp = Timestamp::constant(1_786_333_123, 0);

fn number(id: ObjectId) -> u64 {
    u64::from_str_radix(id.as_str(), 16).unwrap()
}

const PROJECT: &str = "6a793f6b2c88faeba59bae37";
const ANOTHER: &str = "6a793f6b2c88faeba59bae38";

fn target(n: u64, day: &Day) -> Target {
    let elsewhere = day.another.is_some_and(|every| n % every == every - 1);
    Target {
        kind: day.kind,
        project: if elsewhere { ANOTHER } else { PROJECT }.parse().unwrap(),
        instance: format!("orders-{}", n % day.clusters).parse().unwrap(),
        job: format!("{n:024x}").parse().unwrap(),
        profile: None,
    }
}

/// Watches job 0, and all others beside it.
pub fn day(day: &Day) -> Seen {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let seen = Arc::new(Mutex::new(Seen { least_left: u64::MAX, ..Seen::default() }));
        let atlas = Atlas {
            start: Instant::now(),
            buckets: Mutex::default(),
            limit: day.limit,
            ends: day.ends,
            tells: day.tells,
            unsteady: day.unsteady,
            random: Mutex::new(fastrand::Rng::with_seed(3)),
            seen: Arc::clone(&seen),
        };
        let (commands, inbox) = mpsc::channel(64);
        let sink = Arc::clone(&seen);
        let clusters = day.clusters;
        let mut read_at: BTreeMap<WatchId, Timestamp> = BTreeMap::new();
        let report = move |report: Report| match report {
            Report::Ended(ended) => {
                let mut seen = sink.lock().unwrap();
                for read in &ended.reads {
                    if read.result.is_err() {
                        continue;
                    }
                    seen.read += 1;
                    // What is over is looked at in passing, and grows old without harm.
                    let over = read.result.as_ref().is_ok_and(|job| job.finished_at.is_some());
                    let before = if over {
                        read_at.remove(&read.watch)
                    } else {
                        read_at.insert(read.watch, ended.received_at)
                    };
                    if let Some(before) = before {
                        let age = before.duration_until(ended.received_at).unsigned_abs();
                        let of = match read.watch.0 {
                            0 => &mut seen.selected,
                            n if n % clusters == 0 => &mut seen.cluster,
                            _ => &mut seen.others,
                        };
                        *of = age.max(*of);
                    }
                }
            }
            Report::Pace(Pace::Slowed { .. }) => sink.lock().unwrap().slowed = true,
            _ => {}
        };
        let clock = TokioClock::starting_at(BASE);
        let settings = Settings { interval: Duration::from_secs(3), seed: 7, ..Settings::default() };
        let atlas = Arc::new(atlas);
        if day.thieves > 0 {
            let (atlas, every) = (Arc::clone(&atlas), Duration::from_secs(60) / day.thieves);
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(every).await;
                    let _ = atlas.take(PROJECT.parse().unwrap());
                }
            });
        }
        tokio::spawn(task::run(atlas, clock, inbox, report, settings));
        commands.send(Command::Attend(Some(WatchId(0)))).await.unwrap();
        let all = (0..day.jobs).map(|n| (WatchId(n), target(n, day))).collect();
        commands.send(Command::Watch(all)).await.unwrap();
        tokio::time::sleep(day.lasts).await;
        *seen.lock().unwrap()
    })
}
