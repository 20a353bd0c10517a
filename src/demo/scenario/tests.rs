//! The scenario at chosen moments, by its members and by the phases that they amount to.

mod bodies;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use super::{Fleet, Scenario, ServerlessEndpoints};
use crate::demo::endpoint::{Endpoint, Question};
use crate::demo::page::Page;
use crate::demo::refusal::Refusal;
use crate::domain::countdown::{self, Severity};
use crate::domain::job::{CollectionRestore, DeliveryType, RestoreJob};
use crate::domain::phase::{self, Anomaly, Phase};
use crate::domain::target::{Kind, Target};

const START: &str = "2026-11-24T03:41:07.25Z";

fn scenario() -> Scenario {
    Scenario::new(0, ServerlessEndpoints::Ended, None, START.parse().unwrap())
}

fn before_the_end() -> Scenario {
    Scenario::new(0, ServerlessEndpoints::Live, None, START.parse().unwrap())
}

fn target<'a>(scenario: &'a Scenario, label: &str) -> &'a Target {
    &scenario.lookups().find(|lookup| lookup.label == label).unwrap_or_else(|| panic!("{label}")).target
}

fn endpoint(kind: Kind) -> Endpoint {
    match kind {
        Kind::Auto => panic!("the kind of a question is known"),
        Kind::Serverless => Endpoint::ServerlessV1,
        Kind::ServerlessV2 => Endpoint::ServerlessV2,
        Kind::Flex => Endpoint::Flex,
        Kind::Dedicated => Endpoint::Dedicated,
        Kind::Collection => Endpoint::Collections,
    }
}

/// The question about a target, at another endpoint than its own when one is given.
fn question(target: &Target, endpoint: Endpoint) -> Question<'_> {
    Question {
        endpoint,
        project: target.project.as_str(),
        instance: target.instance.as_str(),
        job: Some(target.job.as_str()),
    }
}

fn ask_at(scenario: &Scenario, label: &str, endpoint: Endpoint, second: u64) -> Result<Value, Refusal> {
    let target = target(scenario, label);
    scenario.job(&question(target, endpoint), target.job.as_str(), Duration::from_secs(second))
}

/// The answer about a lookup at the endpoint of its kind.
fn ask(scenario: &Scenario, label: &str, second: u64) -> Result<Value, Refusal> {
    ask_at(scenario, label, endpoint(scenario.kind(target(scenario, label))), second)
}

/// The first page of a cluster's jobs.
fn list(
    scenario: &Scenario,
    label: &str,
    endpoint: Endpoint,
    page: Page,
    second: u64,
) -> Result<Value, Refusal> {
    let question = Question { job: None, ..question(target(scenario, label), endpoint) };
    scenario.jobs(&question, page, Duration::from_secs(second))
}

/// What the scenario says of a lookup so many seconds after the start.
fn scene(scenario: &Scenario, label: &str, second: u64) -> String {
    let job = match ask(scenario, label, second) {
        Ok(job) => job,
        Err(refusal) => {
            let wait = refusal.retry_after.map_or(String::new(), |seconds| format!(" for {seconds}"));
            return format!("{}{wait}", refusal.status);
        }
    };
    let since_start = |name: &str| {
        let date: Timestamp = job.get(name)?.as_str()?.parse().unwrap();
        Some(date.as_second() - scenario.start().as_second())
    };
    let flags = ["cancelled", "expired", "failed"].into_iter().filter(|flag| job[*flag] == true);
    let mut words: Vec<String> = flags.map(str::to_owned).collect();
    words.extend(["status", "state"].iter().filter_map(|name| job[*name].as_str().map(str::to_owned)));
    if job["deliveryUrl"].as_array().is_some_and(|urls| !urls.is_empty()) {
        words.push("link".to_owned());
    }
    if let Some(restored) = job["restoredDocuments"].as_u64() {
        words.push(format!("{restored}/{}", job["totalDocuments"]));
    }
    let finished = since_start("finishedAt").or_else(|| since_start("restoreFinishedDate"));
    words.extend(finished.map(|at| format!("finished {at}")));
    words.extend(since_start("expiresAt").map(|at| format!("until {at}")));
    if words.is_empty() { "running".to_owned() } else { words.join(" ") }
}

#[test]
fn every_lookup_reaches_its_phases_in_time() {
    let scenario = scenario();
    let expected: [(&str, &[(u64, &str)]); 12] = [
        ("orders-restore", &[(0, "running"), (39, "running"), (40, "finished 40"), (9999, "finished 40")]),
        (
            "orders-lines",
            &[
                (0, "INITIALIZING 0/0"),
                (5, "IN_PROGRESS 0/1284000"),
                (46, "IN_PROGRESS 578505/1284000"),
                (47, "IN_PROGRESS 605327/1311542"),
                (95, "IN_PROGRESS 1297129/1311542"),
                (96, "FINALIZING 1311542/1311542"),
                (110, "SUCCESSFUL 1311542/1311542 finished 110"),
                (9999, "SUCCESSFUL 1311542/1311542 finished 110"),
            ],
        ),
        (
            "orders-shards",
            &[
                (11, "running"),
                (12, "link until 3632"),
                (3636, "link until 3632"),
                (3637, "expired until 3632"),
            ],
        ),
        ("billing-dump", &[(0, "link until 625"), (25, "link until 625"), (630, "expired until 625")]),
        (
            "invoices-dump",
            &[
                (0, "link until 75"),
                (79, "link until 75"),
                (80, "expired until 75"),
                (9999, "expired until 75"),
            ],
        ),
        (
            "ledger-rehearsal",
            &[(0, "cancelled failed finished -1200"), (9999, "cancelled failed finished -1200")],
        ),
        ("audit-dump", &[(0, "expired until -7200"), (9999, "expired until -7200")]),
        ("july-report", &[(0, "404"), (9999, "404")]),
        (
            "events-restore",
            &[
                (0, "running"),
                (17, "running"),
                (18, "503"),
                (30, "429 for 12"),
                (41, "429 for 1"),
                (42, "running"),
                (52, "503"),
                (66, "429 for 7"),
                (73, "running"),
                (121, "finished 121"),
                (9999, "finished 121"),
            ],
        ),
        (
            "staging-refresh",
            &[
                (0, "PENDING"),
                (3, "QUEUED"),
                (8, "RUNNING"),
                (58, "RUNNING"),
                (59, "COMPLETED finished 59"),
                (9999, "COMPLETED finished 59"),
            ],
        ),
        ("eu-nightly", &[(21, "RUNNING"), (22, "FAILED finished 22"), (9999, "FAILED finished 22")]),
        ("reports-copy", &[(0, "410"), (9999, "410")]),
    ];
    assert_eq!(scenario.lookups().count(), expected.len());
    for ((label, moments), lookup) in expected.iter().zip(scenario.lookups()) {
        assert_eq!(*label, lookup.label);
        for (second, wanted) in *moments {
            assert_eq!(scene(&scenario, label, *second), *wanted, "{label} at {second} s");
        }
    }
}

#[test]
fn something_happens_every_few_seconds_and_then_it_holds() {
    let scenario = scenario();
    let labels: Vec<_> = scenario.lookups().map(|lookup| lookup.label.clone()).collect();
    // What a person could tell apart without counting documents.
    let words = |second| -> Vec<String> {
        let plain = |label: &String| {
            let scene = scene(&scenario, label, second);
            scene.split(' ').filter(|word| !word.contains('/') && word.parse::<u64>().is_err()).collect()
        };
        labels.iter().map(plain).collect()
    };
    let changes: Vec<u64> = (1..600).filter(|second| words(*second) != words(second - 1)).collect();
    assert_eq!(changes.last(), Some(&121), "{changes:?}");
    let gaps = changes.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(changes[0] <= 5 && gaps <= 10, "{changes:?}");
    assert!(changes.len() >= 20, "{changes:?}");
    let counted = |second| ask(&scenario, "orders-lines", second).unwrap()["restoredDocuments"].as_u64();
    assert!((6..96).all(|second| counted(second) > counted(second - 1)), "in between, documents are counted");
}

/// Lookup, second since the start, and what a person then sees.
type Sight = (&'static str, u64, Phase, Option<Severity>, &'static [Anomaly]);

/// The members that decide on the phase.
fn decoded(job: &Value) -> RestoreJob {
    let date = |name: &str| job.get(name).map(|date| date.as_str().unwrap().parse().unwrap());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let collections = job.get("state").map(|state| {
        Box::new(CollectionRestore {
            state: text(state),
            index_state: text(&job["indexStatus"]["state"]),
            failed_collection_count: job["indexStatus"]["failedCollectionCount"].as_i64(),
            ..CollectionRestore::default()
        })
    });
    let urls = job["deliveryUrl"].as_array().into_iter().flatten();
    RestoreJob {
        delivery_type: job["deliveryType"].as_str().map(DeliveryType::from_word),
        cancelled: job["cancelled"].as_bool(),
        expired: job["expired"].as_bool(),
        failed: job["failed"].as_bool(),
        status: text(&job["status"]),
        collections,
        finished_at: date("finishedAt").or(date("restoreFinishedDate")),
        expires_at: date("expiresAt"),
        delivery_urls: urls.map(|url| url.as_str().unwrap().to_owned()).collect(),
        ..RestoreJob::default()
    }
}

#[test]
fn each_phase_severity_and_overlay_comes_up_while_somebody_watches() {
    let scenario = scenario();
    let sights: [Sight; 22] = [
        ("orders-restore", 39, Phase::Running, None, &[]),
        ("orders-restore", 40, Phase::Completed, None, &[]),
        ("orders-lines", 4, Phase::Pending, None, &[]),
        ("orders-lines", 50, Phase::Running, None, &[]),
        ("orders-lines", 96, Phase::Finalizing, None, &[]),
        ("orders-lines", 110, Phase::CompletedWithWarnings, None, &[]),
        ("orders-shards", 11, Phase::Running, None, &[]),
        ("orders-shards", 12, Phase::Ready, Some(Severity::Good), &[]),
        ("orders-shards", 33, Phase::Ready, Some(Severity::Warning), &[]),
        ("billing-dump", 0, Phase::Ready, Some(Severity::Warning), &[]),
        ("billing-dump", 26, Phase::Ready, Some(Severity::Danger), &[]),
        ("invoices-dump", 74, Phase::Ready, Some(Severity::Danger), &[]),
        ("invoices-dump", 75, Phase::Expired, Some(Severity::Over), &[Anomaly::ExpiredByClock]),
        ("invoices-dump", 80, Phase::Expired, Some(Severity::Over), &[]),
        ("ledger-rehearsal", 0, Phase::Failed, None, &[Anomaly::FailedWithOtherFlags]),
        ("audit-dump", 0, Phase::Expired, Some(Severity::Over), &[]),
        ("events-restore", 50, Phase::Running, None, &[]),
        ("staging-refresh", 0, Phase::Pending, None, &[]),
        ("staging-refresh", 5, Phase::Queued, None, &[]),
        ("staging-refresh", 9, Phase::Running, None, &[]),
        ("staging-refresh", 59, Phase::Completed, None, &[]),
        ("eu-nightly", 22, Phase::Failed, None, &[]),
    ];
    for (label, second, phase, urgency, anomalies) in sights {
        let body = ask(&scenario, label, second).unwrap();
        let (job, now) = (decoded(&body), scenario.start() + Duration::from_secs(second));
        let status = phase::assess(&job, now);
        assert_eq!(status.phase, phase, "{label} at {second} s");
        assert_eq!(status.anomalies, anomalies, "{label} at {second} s");
        let found = job.expires_at.map(|until| countdown::severity(until, now));
        assert_eq!(found, urgency, "{label} at {second} s");
    }
}

#[test]
fn a_seed_decides_all_but_the_creation_times() {
    let ids = |seed, start: &str| -> Vec<String> {
        let scenario = Scenario::new(seed, ServerlessEndpoints::Ended, None, start.parse().unwrap());
        scenario.lookups().map(|lookup| lookup.target.to_string()).collect()
    };
    assert_eq!(ids(7, START), ids(7, START));
    assert_ne!(ids(7, START), ids(8, START));
    let ends = |targets: Vec<String>| -> Vec<String> {
        targets.iter().map(|target| target[target.len() - 16..].to_owned()).collect()
    };
    assert_eq!(ends(ids(7, START)), ends(ids(7, "2031-01-01T00:00:00Z")));

    let scenario = scenario();
    let orders = &scenario.lookups().next().unwrap().target;
    assert_eq!(orders.job.created_at().to_string(), "2026-11-24T03:39:07Z");
    assert!(scenario.lookups().all(|lookup| lookup.target.project == orders.project));
    let kinds: BTreeSet<_> = scenario.lookups().map(|lookup| lookup.target.kind).collect();
    assert_eq!(kinds.len(), 5, "all but serverless by v2: {kinds:?}");
    let clusters: BTreeSet<_> = scenario.lookups().map(|lookup| lookup.target.instance.clone()).collect();
    assert_eq!(clusters.len(), 5);
}

#[test]
fn a_fleet_adds_to_the_plot_and_every_job_of_it_is_found() {
    let fleet = Fleet { clusters: 20, jobs_per_cluster: 50 };
    let scenario = Scenario::new(0, ServerlessEndpoints::Ended, Some(fleet), START.parse().unwrap());
    let lookups: Vec<_> = scenario.lookups().skip(12).collect();
    assert_eq!(lookups.len(), 1000);
    assert_eq!((lookups[0].label.as_str(), lookups[999].label.as_str()), ("job-0001", "job-1000"));
    assert_eq!(lookups.iter().map(|lookup| lookup.target.job).collect::<BTreeSet<_>>().len(), 1000);
    let over = |second| {
        let is_over = |label: &str| {
            let scene = scene(&scenario, label, second);
            assert!(!scene.starts_with('4'), "{label}: {scene}");
            scene != "running" && scene != "RUNNING"
        };
        lookups.iter().filter(|lookup| is_over(&lookup.label)).count()
    };
    let [before, after] = [over(0), over(3600)];
    assert!((200..500).contains(&before), "{before}");
    assert_eq!(after, 1000);
    let plain = self::scenario();
    let plot: Vec<_> = scenario.lookups().take(12).collect();
    assert_eq!(plot, plain.lookups().collect::<Vec<_>>(), "the plot is the same with and without");
}

proptest! {
    #[test]
    fn there_is_an_answer_about_every_job_at_any_time(at in 0_usize..12, second in prop_oneof![0_u64..4000, any::<u64>()]) {
        let scenario = scenario();
        let lookup = scenario.lookups().nth(at).unwrap().clone();
        match ask(&scenario, &lookup.label, second) {
            Ok(job) => prop_assert_eq!(job["id"].as_str(), Some(lookup.target.job.as_str())),
            Err(refusal) => prop_assert!([404, 410, 429, 503].contains(&refusal.status)),
        }
    }
}
