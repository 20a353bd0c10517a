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

#[tokio::test(start_paused = true)]
async fn an_outage_is_waited_out_and_said_once() {
    let scene = Scene::of(|_, second| match second {
        0..30 | 7_200.. => Ok(if second < 30 { running() } else { completed(5_000) }),
        _ => Err(error(ErrorKind::Connect)),
    });
    let played = scene.text().await;
    assert_eq!(played.code, 0);
    let lines = played.lines();
    assert_eq!(lines.len(), 4, "{}", played.out);
    assert!(
        lines[1].contains(
            "job-1: Atlas cannot be reached: no connection. It is asked again for as long as it takes."
        ),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains("job-1: read again, after 1 h 5"), "{}", lines[2]);
    assert!(lines[3].contains("completed"), "{}", lines[3]);
    assert_eq!(played.hooks.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_does_so_from_the_first_failure_on() {
    let down = || Scene::of(|_, _| Err(error(ErrorKind::Connect)));
    let played = down().rules(|rules| rules.give_up_after = Some(seconds(300))).text().await;
    assert_eq!((played.code, played.took.as_secs()), (8, 300), "{}", played.out);
    assert!(played.lines()[1].contains("given up after 5 min 00 s without an answer."), "{}", played.out);

    let later =
        Scene::of(|_, second| if second < 1_000 { Ok(running()) } else { Err(error(ErrorKind::NotJson)) });
    let played = later.rules(|rules| rules.give_up_after = Some(seconds(300))).json(false).await;
    assert_eq!(played.code, 8, "no answer in time, whatever came instead");
    assert!((1_300..1_312).contains(&played.took.as_secs()), "{:?}", played.took);
    let last = played.objects().pop().unwrap();
    assert_eq!(
        (&last["phase"], &last["stale"]),
        (&"running".into(), &true.into()),
        "the last line is a whole one"
    );
    assert!(played.err.contains("given up"), "{}", played.err);
}

/// Nothing that goes wrong ends in a success, and nothing that time cannot mend is waited for.
#[tokio::test(start_paused = true)]
async fn no_error_leads_to_code_0() {
    let shape = ErrorKind::WrongShape { field: "a".into(), expected: "b".into(), found: "c".into() };
    let kinds = [
        (ErrorKind::NoCredentials, 7, 7),
        (ErrorKind::KeyRefused { public_key_hint: "abcd…".into() }, 7, 7),
        (ErrorKind::Forbidden, 7, 7),
        (ErrorKind::AddressBlocked, 7, 7),
        (ErrorKind::NotFound(Missing::Project), 6, 6),
        (ErrorKind::NotFound(Missing::Instance), 6, 6),
        (ErrorKind::NotFound(Missing::Job), 6, 6),
        (ErrorKind::NotFound(Missing::Unsaid), 6, 6),
        (ErrorKind::WrongKind, 2, 2),
        (ErrorKind::Ended, 6, 6),
        (ErrorKind::RateLimited, 8, 8),
        (ErrorKind::ServerError, 8, 8),
        (ErrorKind::UnexpectedStatus, 8, 8),
        (ErrorKind::Redirected { to_host: "example.org".into() }, 8, 8),
        (ErrorKind::Timeout, 8, 8),
        (ErrorKind::Dns, 8, 8),
        (ErrorKind::Connect, 8, 8),
        (ErrorKind::Tls, 8, 8),
        (ErrorKind::Proxy, 8, 8),
        (ErrorKind::Cut, 8, 8),
        (ErrorKind::TooLarge { limit: 1 }, 1, 8),
        (ErrorKind::NotJson, 8, 8),
        (shape, 1, 8),
        (ErrorKind::Internal, 1, 8),
    ];
    for (kind, first, later) in kinds {
        for (from, code) in [(0, first), (60, later)] {
            let kind = kind.clone();
            let scene = Scene::of(
                move |_, second| {
                    if second < from { Ok(running()) } else { Err(error(kind.clone())) }
                },
            );
            let played = scene.rules(|rules| rules.give_up_after = Some(seconds(7_200))).json(false).await;
            assert_eq!(played.code, code, "from second {from}: {}", played.out);
            assert!(!played.err.is_empty(), "and says why");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_the_middle_of_the_night_is_asked_about_again() {
    let refused = || ErrorKind::KeyRefused { public_key_hint: "abcd…".into() };
    let mended = Scene::of(move |_, second| match second {
        3_600..4_000 => Err(error(refused())),
        5_000.. => Ok(completed(4_990)),
        _ => Ok(running()),
    });
    assert_eq!(mended.text().await.code, 0);
    let stays =
        Scene::of(move |_, second| if second < 3_600 { Ok(running()) } else { Err(error(refused())) });
    let played = stays.text().await;
    assert_eq!(played.code, 7);
    assert!(
        played.out.contains("It is asked again; refused 3 times in a row, its watch ends."),
        "{}",
        played.out
    );
    assert!(
        (4_100..4_400).contains(&played.took.as_secs()),
        "three times, five minutes apart: {:?}",
        played.took
    );
}

/// The worker counts failures of any sort, and gives up a job that is not found after them: so must the watch.
#[tokio::test(start_paused = true)]
async fn gone_after_an_outage_is_gone() {
    let scene = Scene::of(|_, second| match second {
        0..30 => Ok(running()),
        30..300 => Err(error(ErrorKind::Timeout)),
        _ => Err(error(ErrorKind::NotFound(Missing::Job))),
    });
    let played = scene.json(false).await;
    assert_eq!(played.code, 6);
    assert_eq!(played.objects().last().unwrap()["phase"], "gone");
}

#[tokio::test(start_paused = true)]
async fn one_miss_is_not_gone_and_one_step_back_is_none() {
    let scene = || {
        Scene::of(|_, second| match second {
            30..41 => Err(error(ErrorKind::NotFound(Missing::Job))),
            0..500 => Ok(running()),
            _ => Ok(completed(500)),
        })
    };
    let played = scene().json(false).await;
    assert_eq!(played.code, 0, "{}", played.out);
    let told = scene().text().await.out;
    assert!(told.contains("It is asked once more."), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_link_that_ends_while_others_run_is_an_expired_one() {
    let scene = Scene::of(|n, second| match n {
        1 => Ok(link(600)),
        _ if second < 1_000 => Ok(running()),
        _ => Ok(completed(1_000)),
    });
    let played = scene.jobs(2).text().await;
    assert_eq!(played.code, 5, "{}", played.out);
    assert!(played.out.contains("job-1: link ready · the link ends at 2026-08-10T03:48:43Z, in 00:10:00 · https://restore.example/a.tar.gz"), "{}", played.out);
    assert!(
        played.out.contains("2026-08-10T03:48:43Z ⌛ job-1: expired (was link ready)"),
        "at that second: {}",
        played.out
    );
}

#[tokio::test(start_paused = true)]
async fn usable_means_that_the_cluster_is_idle() {
    let jobs = |_, second| Ok(if second < 50 { running() } else { completed(50) });
    let played = Scene::of(jobs).states(|asked| Ok(if asked < 4 { "UPDATING" } else { "IDLE" })).text().await;
    assert_eq!(played.code, 0, "{}", played.out);
    let clusters = played.atlas.states.lock().unwrap();
    assert_eq!(clusters.len(), 5);
    assert_eq!(clusters[0].0.instance.as_str(), "recovery");
    assert!(clusters.windows(2).all(|pair| (pair[1].1 - pair[0].1).as_secs() == 10), "{clusters:?}");
    let said = [
        "waiting for cluster recovery to be idle",
        "cluster recovery is UPDATING",
        "cluster recovery is idle",
    ];
    for words in said {
        assert_eq!(played.out.matches(words).count(), 1, "{words} in {}", played.out);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_cannot_be_asked_about_is_no_success() {
    let forbidden: fn(usize) -> State = |_| Err(error(ErrorKind::Forbidden));
    let unknown: fn(usize) -> State = |_| Err(error(ErrorKind::NotFound(Missing::Instance)));
    let leaving: fn(usize) -> State = |_| Ok("DELETING");
    for (state, code, words) in [
        (forbidden, 7, "whether cluster recovery is idle is not known. The key may not read clusters there"),
        (unknown, 6, "Atlas knows no cluster recovery"),
        (leaving, 6, "cluster recovery is DELETING and will not be usable"),
    ] {
        let played = Scene::of(|_, _| Ok(completed(-5))).states(state).text().await;
        assert_eq!(played.code, code, "{}", played.out);
        assert!(played.out.contains("job-1: restored, but "), "{}", played.out);
        assert!(played.out.contains(words), "{words} in {}", played.out);
    }
    // Down for a while, and down for too long.
    let played = Scene::of(|_, _| Ok(completed(-5)))
        .states(|asked| if asked < 3 { Err(error(ErrorKind::Timeout)) } else { Ok("IDLE") })
        .text()
        .await;
    assert_eq!(played.code, 0, "{}", played.out);
    let played = Scene::of(|_, _| Ok(completed(-5)))
        .states(|_| Err(error(ErrorKind::Timeout)))
        .rules(|rules| rules.give_up_after = Some(seconds(120)))
        .text()
        .await;
    assert_eq!(played.code, 8, "{}", played.out);
    // A name that no path can hold.
    let odd = || RestoreJob { target_name: Some("注文".to_owned()), ..completed(-5) };
    let played = Scene::of(move |_, _| Ok(odd())).states(|_| panic!("it has no path")).text().await;
    assert_eq!(played.code, 1, "{}", played.out);
    assert!(played.out.contains("whether 注文 is idle cannot be asked"), "{}", played.out);
    // A download goes into no cluster.
    let played = Scene::of(|_, _| Ok(link(900))).states(|_| panic!("no cluster")).text().await;
    assert_eq!(played.code, 0);
}

/// Fails every write in one way.
struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_leaves_ends_it_quietly_and_a_full_disk_does_not() {
    for (kind, code, words) in [
        (io::ErrorKind::BrokenPipe, 141, ""),
        (io::ErrorKind::StorageFull, 1, "the output could not be written"),
    ] {
        let (mut out, mut err, look) = (Broken(kind), Vec::new(), Look::default());
        let mut output =
            Output::Objects { out: &mut out, err: &mut err, look: &look, at_end: false, many: false };
        let (ended, ..) = Scene::of(|_, _| Ok(completed(-5))).play_to(&mut output).await;
        assert_eq!(ended, code);
        let said = String::from_utf8(err).unwrap();
        assert_eq!(said.is_empty(), words.is_empty(), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

/// Keeps what it is shown.
#[derive(Default)]
struct Seen {
    lines: Vec<String>,
    panels: Vec<Panel>,
    room: usize,
}

impl View for Seen {
    fn line(&mut self, line: &Line) -> io::Result<()> {
        self.lines.push(line.text.clone());
        Ok(())
    }

    fn show(&mut self, panel: &Panel) -> io::Result<()> {
        self.panels.push(panel.clone());
        Ok(())
    }

    fn resized(&mut self) {}

    fn room(&self) -> usize {
        self.room
    }
}

#[tokio::test(start_paused = true)]
async fn rows_are_drawn_once_for_each_text_and_a_line_stays_for_each_job() {
    let scene = Scene::of(|n, second| match n {
        1 if second < 30 => Ok(running()),
        1 => Ok(completed(30)),
        _ if second < 120 => Ok(running()),
        _ => Ok(failed()),
    });
    let mut seen = Seen { room: 5, ..Seen::default() };
    let mut output = Output::Live { view: &mut seen, ascii: false, shown: None };
    let (code, took, ..) = scene.jobs(2).play_to(&mut output).await;
    assert_eq!(code, 3);
    assert!(seen.panels.windows(2).all(|pair| pair[0] != pair[1]), "never twice the same");
    // Seconds are counted, and little else happens.
    let most = usize::try_from(took.as_secs()).unwrap() + 8;
    assert!(seen.panels.len() <= most, "{} in {took:?}", seen.panels.len());
    assert_eq!(seen.panels.iter().map(|panel| panel.rows.len()).max(), Some(2));
    assert_eq!(seen.panels.last(), Some(&Panel::default()), "nothing is left but lines");
    let ends = ["job-1: completed after 30 s (was running)", "job-2: failed after "];
    for end in ends {
        assert_eq!(seen.lines.iter().filter(|line| line.starts_with(end)).count(), 1, "{:?}", seen.lines);
    }
}

#[tokio::test(start_paused = true)]
async fn more_jobs_than_rows_are_counted() {
    let mut seen = Seen { room: 3, ..Seen::default() };
    let mut scene = Scene::of(|n, _| Ok(if n == 1 { completed(-5) } else { running() })).jobs(6);
    scene.options.rules.timeout = Some(seconds(30));
    let mut output = Output::Live { view: &mut seen, ascii: true, shown: None };
    scene.play_to(&mut output).await;
    let panel = seen.panels.iter().rfind(|panel| !panel.rows.is_empty()).unwrap();
    assert_eq!(panel.rows.len(), 2);
    assert_eq!(panel.summary.as_deref(), Some("and 3 more: 3 running; 1 over"));
    assert_eq!(panel.rows[0].glyph, "*");
}

#[tokio::test(start_paused = true)]
async fn hours_without_a_change_wake_nobody_but_for_the_reads() {
    let scene = Scene::of(|_, _| Ok(running())).rules(|rules| rules.timeout = Some(seconds(36_000)));
    let played = scene.json(false).await;
    assert_eq!(played.objects().len(), 2, "the first and the last line");
    assert!(played.out.len() < 4_000);
}

/// A watch that is scraped at one moment: the page, and how long the watch took.
async fn scraped(form: metrics::Form, second: u64) -> (String, Played) {
    let mut scene = Scene::of(|n, second| match n {
        1 => Ok(link(7_200)),
        2 if second < 100 => Ok(running()),
        2 => Ok(failed()),
        _ => Err(error(if second < 50 { ErrorKind::Timeout } else { ErrorKind::NotFound(Missing::Job) })),
    })
    .jobs(3);
    let (answer, page) = oneshot::channel();
    scene.outside = vec![(second, Outside::Metrics { form, answer })];
    scene.options.linger = Some(seconds(90));
    let played = scene.text().await;
    (page.await.unwrap(), played)
}

#[tokio::test(start_paused = true)]
async fn the_metrics_say_where_everything_stands() {
    let (page, _) = scraped(metrics::Form::OpenMetrics, 40).await;
    let job = |n: u64| {
        let Target { project, job, .. } = lookup(n).target;
        format!(
            "project=\"{project}\",instance_name=\"orders-{n}\",job_id=\"{job}\",label=\"job-{n}\",kind=\"serverless\""
        )
    };
    for line in [
        "# TYPE atlas_tui_restore_phase stateset".to_owned(),
        format!("atlas_tui_restore_phase{{{},atlas_tui_restore_phase=\"ready\"}} 1", job(1)),
        format!("atlas_tui_restore_phase{{{},atlas_tui_restore_phase=\"failed\"}} 0", job(1)),
        format!("atlas_tui_restore_phase{{{},atlas_tui_restore_phase=\"running\"}} 1", job(2)),
        format!("atlas_tui_restore_link_expires_seconds{{{}}} 7160", job(1)),
        format!("atlas_tui_restore_elapsed_seconds{{{}}} 40", job(2)),
        format!("atlas_tui_restore_over{{{}}} 0", job(2)),
        // The third leaves a tenth of a second after the others.
        format!("atlas_tui_restore_failing_seconds{{{}}} 39.9", job(3)),
        "# UNIT atlas_tui_restore_elapsed_seconds seconds".to_owned(),
    ] {
        assert!(page.lines().any(|known| known == line), "{line} in\n{page}");
    }
    assert!(page.ends_with("# EOF\n"));
    let total = |name: &str| {
        let line = page.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    assert!((6..=12).contains(&total("atlas_tui_requests_total")), "{page}");
    assert!(total("atlas_tui_request_errors_total{error=\"timeout\"}") >= 2, "{page}");
}

#[tokio::test(start_paused = true)]
async fn a_parser_of_others_reads_the_older_form() {
    let (page, _) = scraped(metrics::Form::Plain, 40).await;
    assert!(!page.contains("# EOF") && !page.contains("stateset") && !page.contains("# UNIT"), "{page}");
    let lines = page.lines().map(|line| Ok(line.to_owned()));
    let scrape = prometheus_parse::Scrape::parse(lines).unwrap();
    let written = page.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(scrape.samples.len(), written, "each line is a sample");
    let ready = scrape.samples.iter().find(|sample| {
        sample.metric == "atlas_tui_restore_phase"
            && sample.labels.get("atlas_tui_restore_phase") == Some("ready")
            && sample.labels.get("label") == Some("job-1")
    });
    assert_eq!(ready.unwrap().value, prometheus_parse::Value::Gauge(1.0));
    let counter = scrape.samples.iter().find(|sample| sample.metric == "atlas_tui_requests_total").unwrap();
    assert!(matches!(counter.value, prometheus_parse::Value::Counter(count) if count > 0.0));
}

#[tokio::test(start_paused = true)]
async fn an_ended_watch_waits_for_one_more_scrape_and_not_for_ever() {
    let (page, played) = scraped(metrics::Form::OpenMetrics, 130).await;
    assert!(page.contains("atlas_tui_restore_phase=\"failed\"} 1"), "the end is seen: {page}");
    assert_eq!(played.took.as_secs(), 130, "and then it leaves");
    assert_eq!(played.code, 3);
    let (_, played) = scraped(metrics::Form::OpenMetrics, 20).await;
    assert!((190..215).contains(&played.took.as_secs()), "nobody asks again: {:?}", played.took);
}

#[tokio::test(start_paused = true)]
async fn what_a_label_holds_is_escaped() {
    let lookups = vec![Lookup { label: "a\"b\\c\n\u{1b}[31md".to_owned(), ..lookup(1) }];
    let clock = TokioClock::starting_at(base());
    let vigil = atlas_tui::headless::watch::Vigil::new(lookups, Rules::default(), clock.now());
    let page = metrics::exposition(&vigil, metrics::Form::OpenMetrics, clock.now());
    assert!(page.contains(r#",label="a\"b\\c [31md","#), "{page}");
    assert!(!page.contains('\u{1b}'));
}
