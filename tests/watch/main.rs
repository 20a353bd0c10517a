//! `watch` against a scripted Atlas on tokio's paused clock: hours pass in microseconds, and what is said, asked and
//! ended with is known to the second.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::result_large_err,
    clippy::unchecked_time_subtraction,
    reason = "a test that cannot go on has failed"
)]

mod outlets;
mod trouble;

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_tui::api::{
    Answer, ApiError, Batch, ClusterApi, ClusterState, ErrorKind, Listing, Meta, Missing, RestoreApi,
};
use atlas_tui::clock::{Clock, TokioClock};
use atlas_tui::domain::job::{DeliveryType, RestoreJob};
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::domain::target::{Cluster, Kind, Target};
use atlas_tui::headless::watch::{Line, watch};
use atlas_tui::headless::watch::{Options, Output, Outside, Panel, Rules, Until, View, metrics};
use atlas_tui::headless::{Look, Transition};
use atlas_tui::worker::task::Settings;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

type Read = Result<RestoreJob, ApiError>;
type State = Result<&'static str, ApiError>;

fn base() -> Timestamp {
    "2026-08-10T03:38:43Z".parse().unwrap()
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(base().as_second() + second).unwrap()
}

/// The number of a job is the end of its id, which begins with the time of the start. A serverless instance for each,
/// so that no list is asked for.
fn lookup(n: u64) -> Lookup {
    let target = Target {
        kind: Kind::Serverless,
        project: "6a793f6b2c88faeba59bae37".parse().unwrap(),
        instance: format!("orders-{n}").parse().unwrap(),
        job: format!("{:08x}{n:016x}", base().as_second()).parse().unwrap(),
        profile: None,
    };
    Lookup { label: format!("job-{n}"), target }
}

struct Atlas {
    start: Instant,
    /// From the number of the job and the seconds since the start.
    jobs: Box<dyn Fn(u64, u64) -> Read + Send + Sync>,
    /// From how often it was asked before.
    state: Box<dyn Fn(usize) -> State + Send + Sync>,
    asked: Mutex<HashMap<u64, Vec<Duration>>>,
    states: Mutex<Vec<(Cluster, Duration)>>,
}

impl RestoreApi for Atlas {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        let n = u64::from_str_radix(&target.job.as_str()[8..], 16).unwrap();
        let elapsed = self.start.elapsed();
        self.asked.lock().unwrap().entry(n).or_default().push(elapsed);
        let meta = Meta { requests: 1, http_status: Some(200), ..Meta::default() };
        (self.jobs)(n, elapsed.as_secs()).map(|job| Answer { job, meta })
    }

    async fn restore_jobs(&self, _: &Batch) -> Result<Listing, ApiError> {
        panic!("serverless instances have no list")
    }
}

impl ClusterApi for Atlas {
    async fn cluster_state(&self, cluster: &Cluster) -> Result<ClusterState, ApiError> {
        let mut states = self.states.lock().unwrap();
        states.push((cluster.clone(), self.start.elapsed()));
        let meta = Meta { requests: 1, ..Meta::default() };
        (self.state)(states.len() - 1).map(|word| ClusterState { word: word.to_owned(), meta })
    }
}

fn error(kind: ErrorKind) -> ApiError {
    let meta = Meta { requests: 1, ..Meta::default() };
    ApiError { kind, code: None, detail: None, retry_after: None, meta }
}

fn running() -> RestoreJob {
    RestoreJob {
        delivery_type: Some(DeliveryType::Automated),
        failed: Some(false),
        target_name: Some("recovery".to_owned()),
        ..RestoreJob::default()
    }
}

fn completed(second: i64) -> RestoreJob {
    RestoreJob { finished_at: Some(at(second)), ..running() }
}

fn failed() -> RestoreJob {
    RestoreJob { failed: Some(true), ..running() }
}

fn link(ends: i64) -> RestoreJob {
    RestoreJob {
        delivery_type: Some(DeliveryType::Download),
        delivery_urls: vec!["https://restore.example/a.tar.gz".to_owned()],
        expires_at: Some(at(ends)),
        ..running()
    }
}

/// A watch that has not begun.
struct Scene {
    jobs: Box<dyn Fn(u64, u64) -> Read + Send + Sync>,
    state: Box<dyn Fn(usize) -> State + Send + Sync>,
    count: u64,
    options: Options,
    /// What comes from outside, and after how many seconds.
    outside: Vec<(u64, Outside)>,
}

/// How it went.
struct Played {
    code: u8,
    took: Duration,
    out: String,
    err: String,
    hooks: Vec<Transition>,
    atlas: Arc<Atlas>,
}

impl Scene {
    fn of(jobs: impl Fn(u64, u64) -> Read + Send + Sync + 'static) -> Self {
        let worker = Settings { interval: seconds(10), evenly: true, seed: 7 };
        Self {
            jobs: Box::new(jobs),
            state: Box::new(|_| panic!("no cluster is asked about")),
            count: 1,
            options: Options { worker, ..Options::default() },
            outside: Vec::new(),
        }
    }

    fn states(mut self, state: impl Fn(usize) -> State + Send + Sync + 'static) -> Self {
        self.state = Box::new(state);
        self.rules(|rules| rules.until = Until::Usable)
    }

    fn rules(mut self, change: impl Fn(&mut Rules)) -> Self {
        change(&mut self.options.rules);
        self
    }

    fn jobs(self, count: u64) -> Self {
        Self { count, ..self }
    }

    async fn text(self) -> Played {
        self.play(None).await
    }

    async fn json(self, at_end: bool) -> Played {
        self.play(Some(at_end)).await
    }

    /// As text, or as objects.
    async fn play(self, json: Option<bool>) -> Played {
        let (mut out, mut err, look) = (Vec::new(), Vec::new(), Look::default());
        let many = self.count > 1;
        let mut output = match json {
            None => Output::Sentences { out: &mut out, look: &look },
            Some(at_end) => Output::Objects { out: &mut out, err: &mut err, look: &look, at_end, many },
        };
        let (code, took, hooks, atlas) = self.play_to(&mut output).await;
        let [out, err] = [out, err].map(|bytes| String::from_utf8(bytes).unwrap());
        Played { code, took, out, err, hooks, atlas }
    }

    async fn play_to(self, output: &mut Output<'_>) -> (u8, Duration, Vec<Transition>, Arc<Atlas>) {
        let Self { jobs, state, count, options, outside } = self;
        let start = Instant::now();
        let atlas = Arc::new(Atlas { start, jobs, state, asked: Mutex::default(), states: Mutex::default() });
        let (sender, inbox) = mpsc::channel(4);
        tokio::spawn(async move {
            for (second, what) in outside {
                tokio::time::sleep_until(start + seconds(second)).await;
                drop(sender.send(what).await);
            }
            std::future::pending::<()>().await;
        });
        let mut hooks = Vec::new();
        let mut hook = |transition| hooks.push(transition);
        let clock = TokioClock::starting_at(base());
        let lookups = (1..=count).map(lookup).collect();
        let code = watch(Arc::clone(&atlas), clock, lookups, options, inbox, output, &mut hook).await;
        (code, start.elapsed(), hooks, atlas)
    }
}

impl Played {
    fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }

    fn objects(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn asked(&self, n: u64) -> usize {
        self.atlas.asked.lock().unwrap().get(&n).map_or(0, Vec::len)
    }
}

#[tokio::test(start_paused = true)]
async fn a_restore_is_told_sentence_by_sentence() {
    let scene = Scene::of(|_, second| Ok(if second < 95 { running() } else { completed(95) }));
    let played = scene.rules(|rules| rules.heartbeat = Some(seconds(60))).text().await;
    assert_eq!(played.code, 0);
    let lines = played.lines();
    assert_eq!(lines.len(), 3, "{}", played.out);
    assert_eq!(lines[0], "2026-08-10T03:38:43Z ● job-1: running for 0 s");
    assert!(
        lines[1].starts_with(
            "2026-08-10T03:39:43Z still waiting for 1 of 1: job-1 running for 1 min 00 s; last answer "
        ),
        "{}",
        lines[1]
    );
    assert!(lines[2].ends_with("✔ job-1: completed after 1 min 35 s (was running)"), "{}", lines[2]);
    assert_eq!(played.hooks.len(), 1, "the first sight of a job is no change");
    let told: HashMap<_, _> = played.hooks[0].variables.iter().cloned().collect();
    assert_eq!(
        (told["ATLAS_TUI_PREVIOUS_PHASE"].as_str(), told["ATLAS_TUI_PHASE"].as_str()),
        ("running", "completed")
    );
    assert_eq!(serde_json::from_str::<Value>(&played.hooks[0].input).unwrap()["phase"], "completed");
}

#[tokio::test(start_paused = true)]
async fn one_request_a_refresh_and_nothing_after_the_end() {
    let scene = Scene::of(|_, second| Ok(if second < 3_600 { running() } else { completed(3_600) }));
    let played = scene.text().await;
    // Ten seconds apart, with jitter.
    assert!((355..=366).contains(&played.asked(1)), "{}", played.asked(1));
    assert!(played.took < seconds(3_612), "{:?}", played.took);
}

#[tokio::test(start_paused = true)]
async fn a_code_for_each_end() {
    type Case = (fn() -> Read, Until, u8);
    let cancelled: fn() -> Read = || Ok(RestoreJob { cancelled: Some(true), ..running() });
    let without_link: fn() -> Read =
        || Ok(RestoreJob { delivery_urls: Vec::new(), finished_at: Some(at(-5)), ..link(900) });
    let cases: [Case; 10] = [
        (|| Ok(completed(-5)), Until::Final, 0),
        (|| Ok(link(900)), Until::Final, 0),
        (|| Ok(link(900)), Until::Ready, 0),
        (|| Ok(completed(-5)), Until::Ready, 0),
        (without_link, Until::Final, 0),
        (without_link, Until::Ready, 1),
        (|| Ok(failed()), Until::Final, 3),
        (cancelled, Until::Final, 4),
        (|| Ok(RestoreJob { expired: Some(true), ..link(-900) }), Until::Final, 5),
        // An answer about another job proves nothing.
        (|| Ok(RestoreJob { id: Some("0".repeat(24)), ..completed(-5) }), Until::Final, 1),
    ];
    for (job, until, code) in cases {
        for at_end in [false, true] {
            let played = Scene::of(move |_, _| job()).rules(|rules| rules.until = until).json(at_end).await;
            assert_eq!(played.code, code, "{until}: {}", played.out);
            assert_eq!(played.asked(1), 1);
            assert_eq!(played.objects().len(), 1, "{}", played.out);
            assert_eq!(played.objects()[0]["schema"], 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_several_the_worst_counts_and_none_is_waited_for_in_vain() {
    let scene = || {
        Scene::of(|n, second| match n {
            1 => Ok(completed(-5)),
            2 if second < 40 => Ok(running()),
            2 => Ok(RestoreJob { cancelled: Some(true), ..running() }),
            3 => Err(error(ErrorKind::NotFound(Missing::Job))),
            _ if second < 300 => Ok(running()),
            _ => Ok(failed()),
        })
        .jobs(4)
    };
    let played = scene().json(false).await;
    assert_eq!(played.code, 3);
    assert_eq!(played.asked(3), 1, "not found at the first read is not found");
    for n in 1..=4 {
        let objects = played.objects();
        let last = objects
            .iter()
            .rfind(|object| object["target"]["jobId"] == lookup(n).target.job.as_str())
            .unwrap();
        let phase = ["completed", "cancelled", "", "failed"][usize::try_from(n).unwrap() - 1];
        assert_eq!(last["phase"].as_str().unwrap_or_default(), phase, "{}", played.out);
        assert!(n == 3 || last["label"] == format!("job-{n}"), "{last}");
    }

    let fast = scene().rules(|rules| rules.fail_fast = true).json(true).await;
    assert_eq!(fast.code, 6, "the first bad end is enough");
    assert!(fast.took < seconds(1), "{:?}", fast.took);
    let all: Value = serde_json::from_str(&fast.out).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 4, "each is told of all the same: {all}");
    assert_eq!(all[2]["error"]["kind"], "not_found");
}

#[tokio::test(start_paused = true)]
async fn the_time_being_up_is_code_124_with_the_last_known_state() {
    let scene = || Scene::of(|_, _| Ok(running())).rules(|rules| rules.timeout = Some(seconds(600)));
    let played = scene().text().await;
    assert_eq!((played.code, played.took.as_secs()), (124, 600));
    assert_eq!(
        played.lines().last().unwrap(),
        &"2026-08-10T03:48:43Z ● job-1: running for 10 min 00 s · the time is up"
    );
    let played = scene().json(false).await;
    let objects = played.objects();
    assert_eq!(objects.len(), 2);
    assert_eq!((&objects[1]["phase"], &objects[1]["terminal"]), (&"running".into(), &false.into()));
    assert_ne!(objects[1]["fetchedAt"], objects[0]["fetchedAt"], "as last read, not as first");

    let never =
        || Scene::of(|_, _| Err(error(ErrorKind::Dns))).rules(|rules| rules.timeout = Some(seconds(60)));
    let played = never().json(true).await;
    assert_eq!(played.code, 124);
    assert_eq!(played.objects()[0]["error"]["kind"], "dns", "never `null`");
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_it_with_the_last_known_state() {
    for (name, code) in [("SIGINT", 130), ("SIGTERM", 143)] {
        let mut scene = Scene::of(|_, _| Ok(running()));
        scene.outside = vec![(100, Outside::Signal { name, code })];
        let played = scene.text().await;
        assert_eq!((played.code, played.took.as_secs()), (code, 100));
        let last = format!("2026-08-10T03:40:23Z ● job-1: running for 1 min 40 s · ended by {name}");
        assert_eq!(played.lines().last().unwrap(), &last);
    }
}
