//! A scripted Atlas and the task that polls it, with every request and report kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_tui::api::{Answer, ApiError, Batch, ErrorKind, Listing, Meta, RestoreApi};
use atlas_tui::clock::{Clock, TokioClock};
use atlas_tui::domain::job::{DeliveryType, RestoreJob};
use atlas_tui::domain::target::{Kind, Target};
use atlas_tui::worker::task::{self, Settings};
use atlas_tui::worker::{Command, Report, WatchId};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub const MS: Duration = Duration::from_millis(1);
pub const SECOND: Duration = Duration::from_secs(1);
pub const HOUR: Duration = Duration::from_secs(3600);

pub fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub fn base() -> Timestamp {
    "2026-08-10T03:38:43Z".parse().unwrap()
}

/// The target that watch `n` looks up; the number is in the job's id.
pub fn target(n: u64) -> Target {
    Target {
        kind: Kind::Serverless,
        project: "6a793f6b2c88faeba59bae37".parse().unwrap(),
        instance: "orders".parse().unwrap(),
        job: format!("{n:024x}").parse().unwrap(),
        profile: None,
    }
}

pub fn number(target: &Target) -> u64 {
    u64::from_str_radix(&target.job.to_string(), 16).unwrap()
}

pub type Result<T = Answer> = std::result::Result<T, ApiError>;
/// From the watch's number and how often it was asked before: the latency and the answer.
pub type Script = Box<dyn Fn(u64, usize) -> (Duration, Result) + Send + Sync>;

pub struct Atlas {
    pub start: Instant,
    script: Script,
    calls: Mutex<Vec<(u64, Duration)>>,
    asked: Mutex<HashMap<u64, usize>>,
}

impl RestoreApi for Atlas {
    async fn restore_job(&self, target: &Target) -> Result {
        let n = number(target);
        self.calls.lock().unwrap().push((n, self.start.elapsed()));
        let before = {
            let mut asked = self.asked.lock().unwrap();
            let asked = asked.entry(n).or_default();
            *asked += 1;
            *asked - 1
        };
        let (latency, result) = (self.script)(n, before);
        tokio::time::sleep(latency).await;
        result
    }

    async fn restore_jobs(&self, _: &Batch) -> Result<Listing> {
        panic!("no test of this file asks for a list")
    }
}

/// The task with its commands, reports and requests.
pub struct World {
    pub atlas: Arc<Atlas>,
    pub commands: mpsc::Sender<Command>,
    pub reports: Arc<Mutex<Vec<Report>>>,
    pub task: JoinHandle<()>,
    pub clock: TokioClock,
}

impl World {
    pub fn new(script: impl Fn(u64, usize) -> (Duration, Result) + Send + Sync + 'static) -> Self {
        let clock = TokioClock::starting_at(base());
        Self::on_clock(clock, clock, script)
    }

    pub fn on_clock<C: Clock>(
        task_clock: C,
        clock: TokioClock,
        script: impl Fn(u64, usize) -> (Duration, Result) + Send + Sync + 'static,
    ) -> Self {
        let atlas = Arc::new(Atlas {
            start: Instant::now(),
            script: Box::new(script),
            calls: Mutex::default(),
            asked: Mutex::default(),
        });
        let (commands, inbox) = mpsc::channel(64);
        let reports = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&reports);
        let settings = Settings { interval: seconds(3), seed: 7, ..Settings::default() };
        let report = move |report| sink.lock().unwrap().push(report);
        let task = tokio::spawn(task::run(Arc::clone(&atlas), task_clock, inbox, report, settings));
        Self { atlas, commands, reports, task, clock }
    }

    pub async fn send(&self, command: Command) {
        self.commands.send(command).await.unwrap();
    }

    pub async fn watch(&self, numbers: std::ops::RangeInclusive<u64>) {
        self.send(Command::Watch(numbers.map(|n| (WatchId(n), target(n))).collect())).await;
    }

    pub async fn attend(&self, n: u64) {
        self.send(Command::Attend(Some(WatchId(n)))).await;
    }

    /// The moments at which a watch's job was asked for, since the start.
    pub fn calls(&self, n: u64) -> Vec<Duration> {
        let calls = self.atlas.calls.lock().unwrap();
        calls.iter().filter(|(other, _)| *other == n).map(|(_, at)| *at).collect()
    }

    pub fn all_calls(&self) -> Vec<(u64, Duration)> {
        self.atlas.calls.lock().unwrap().clone()
    }

    pub fn reports(&self) -> Vec<Report> {
        self.reports.lock().unwrap().clone()
    }

    /// When the watch is to be read next, as last reported, counted from now.
    pub fn next(&self, n: u64) -> Option<Duration> {
        let of_watch = |report: &Report| match report {
            Report::Ended(ended) => {
                ended.reads.iter().find(|read| read.watch == WatchId(n)).map(|read| read.next_at)
            }
            Report::Scheduled(schedules) => schedules
                .iter()
                .find(|schedule| schedule.watch == WatchId(n))
                .map(|schedule| schedule.next_at),
            Report::Started { .. } | Report::Pace(_) => None,
        };
        let next_at = self.reports().iter().rev().find_map(of_watch);
        Some(Duration::try_from(next_at??.duration_since(self.clock.now())).unwrap_or_default())
    }
}

/// Lets virtual time pass.
pub async fn pass(duration: Duration) {
    tokio::time::sleep(duration).await;
}

pub fn answer(job: RestoreJob) -> Result {
    Ok(Answer { job, meta: Meta::default() })
}

pub fn running() -> Result {
    answer(RestoreJob { delivery_type: Some(DeliveryType::Automated), ..RestoreJob::default() })
}

pub fn completed() -> Result {
    answer(RestoreJob {
        delivery_type: Some(DeliveryType::Automated),
        finished_at: Some(base()),
        ..RestoreJob::default()
    })
}

/// A download whose link ends the given time after the start.
pub fn link(ends: Duration, expired: bool) -> RestoreJob {
    RestoreJob {
        delivery_type: Some(DeliveryType::Download),
        delivery_urls: vec!["https://restore.example/a.tar.gz".to_owned()],
        expires_at: Some(base().saturating_add(ends).unwrap()),
        expired: Some(expired),
        ..RestoreJob::default()
    }
}

pub fn failure(kind: ErrorKind, retry_after: Option<Duration>) -> Result {
    Err(ApiError { kind, code: None, detail: None, retry_after, meta: Meta::default() })
}

/// The time between each call and the one before.
pub fn gaps(calls: &[Duration]) -> Vec<Duration> {
    calls.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

pub fn about(actual: Duration, wanted: Duration) -> bool {
    let (least, most) = (wanted.mul_f64(0.9), wanted.mul_f64(1.1) + 60 * MS);
    (least..=most).contains(&actual)
}
