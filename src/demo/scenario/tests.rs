//! The scenario at chosen moments, by its members and by the phases that they amount to.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

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

/// The body of a recorded exchange.
fn body_of(recording: &str) -> Value {
    serde_json::from_str(recording.split_once("\n\n").unwrap().1).unwrap()
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

fn names(object: &Value) -> Vec<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn bodies_have_the_recorded_members_in_the_recorded_order() {
    let scenario = scenario();
    let recordings = [
        // A sharded cluster's jobs have `components`, which were never recorded: these are of a replica set.
        ("events-restore", 0, include_str!("../../../tests/recordings/dedicated-automated-in-progress.http")),
        ("events-restore", 121, include_str!("../../../tests/recordings/dedicated-automated-finished.http")),
        ("billing-dump", 0, include_str!("../../../tests/recordings/dedicated-download-ready.http")),
        ("staging-refresh", 0, include_str!("../../../tests/recordings/flex-job-pending.http")),
        ("staging-refresh", 8, include_str!("../../../tests/recordings/flex-job-running.http")),
        ("staging-refresh", 59, include_str!("../../../tests/recordings/flex-job-completed.http")),
    ];
    for (label, second, text) in recordings {
        let recorded = body_of(text);
        let ours = ask(&scenario, label, second).unwrap();
        assert_eq!(names(&ours), names(&recorded), "{label} at {second} s");
        let rels = |job: &Value| -> Vec<Value> {
            job["links"].as_array().into_iter().flatten().map(|link| link["rel"].clone()).collect()
        };
        assert_eq!(rels(&ours), rels(&recorded));
        for same in ["cancelled", "expired", "failed", "desiredTimestamp", "deliveryType", "status"] {
            assert_eq!(ours[same], recorded[same], "{label}: {same}");
        }
        let length = |job: &Value| job["deliveryUrl"][0].as_str().map(str::len);
        assert_eq!(length(&ours), length(&recorded));
        assert_eq!(ours["id"], target(&scenario, label).job.as_str());
    }
    let flex = ask(&scenario, "staging-refresh", 59).unwrap();
    let date = |name: &str| flex[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(date("expirationDate"), date("restoreScheduledDate") + Duration::from_secs(6 * 3600));
    assert_eq!(date("restoreScheduledDate"), target(&scenario, "staging-refresh").job.created_at());
}

#[test]
fn the_parts_of_a_sharded_cluster_are_told_apart() {
    let scenario = scenario();
    let sets = |job: &Value| -> Vec<Value> {
        job["components"].as_array().unwrap().iter().map(|part| part["replicaSetName"].clone()).collect()
    };
    let before = ask(&scenario, "orders-shards", 0).unwrap();
    let ready = ask(&scenario, "orders-shards", 12).unwrap();
    assert_eq!(sets(&before), sets(&ready));
    assert_eq!(sets(&ready).into_iter().map(|name| name.to_string()).collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(before["components"][0].get("downloadUrl"), None);
    for (part, url) in
        ready["components"].as_array().unwrap().iter().zip(ready["deliveryUrl"].as_array().unwrap())
    {
        assert_eq!(&part["downloadUrl"], url, "the shards in the order of the links");
        let private = &part["privateDownloadDeliveryUrls"][0];
        assert_ne!(&private["deliveryUrl"], url);
        let endpoint = private["endpointId"].as_str().unwrap();
        let digits = endpoint.strip_prefix("vpce-").unwrap();
        assert!(digits.len() == 17 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{endpoint}");
    }
    assert_eq!(ask(&scenario, "billing-dump", 0).unwrap().get("components"), None);
}

#[test]
fn a_list_has_every_job_once_the_newest_first() {
    let scenario = scenario();
    for (label, endpoint, items, total) in [
        ("orders-restore", Endpoint::Dedicated, 100, 602),
        ("orders-lines", Endpoint::Collections, 100, 1),
        ("billing-dump", Endpoint::Dedicated, 500, 46),
        ("staging-refresh", Endpoint::Flex, 500, 2160),
        ("reports-copy", Endpoint::Flex, 7, 10),
    ] {
        let mut ids = Vec::new();
        for number in 1.. {
            let page = Page { items, number, count: true };
            let list = list(&scenario, label, endpoint, page, 0).unwrap();
            assert_eq!(list["totalCount"], total, "{label}");
            let results = list["results"].as_array().unwrap();
            ids.extend(results.iter().map(|job| job["id"].as_str().unwrap().to_owned()));
            if list["links"].as_array().unwrap().iter().all(|link| link["rel"] != "next") {
                break;
            }
            assert_eq!(results.len(), items, "{label}");
        }
        assert_eq!(ids.len(), total, "{label}");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), total, "{label}");
        assert!(ids.windows(2).all(|pair| pair[0][..8] >= pair[1][..8]), "{label}: the newest first");
    }
}

#[test]
fn a_list_has_the_recorded_links_and_the_jobs_themselves() {
    let scenario = scenario();
    let recorded = body_of(include_str!("../../../tests/recordings/flex-list-page1.http"));
    let first = list(&scenario, "staging-refresh", Endpoint::Flex, Page::default(), 0).unwrap();
    assert_eq!(names(&first), names(&recorded));
    let project = target(&scenario, "staging-refresh").project;
    for (ours, theirs) in first["links"].as_array().unwrap().iter().zip(recorded["links"].as_array().unwrap())
    {
        let wanted = theirs["href"].as_str().unwrap();
        let wanted = wanted.replace("b0123456789abcdef012345b", project.as_str());
        assert_eq!(ours["href"], wanted.replace("snapshotCluster0", "staging"));
        assert_eq!(ours["rel"], theirs["rel"]);
    }
    assert_eq!(first["results"][0], ask(&scenario, "staging-refresh", 0).unwrap());
    assert_eq!(first["results"][1], ask(&scenario, "eu-nightly", 0).unwrap());
    let past = &first["results"][2];
    let question = Question {
        job: past["id"].as_str(),
        ..question(target(&scenario, "staging-refresh"), Endpoint::Flex)
    };
    assert_eq!(&scenario.job(&question, question.job.unwrap(), Duration::ZERO).unwrap(), past);

    let page = Page { items: 2, number: 3, count: false };
    let third = list(&scenario, "staging-refresh", Endpoint::Flex, page, 0).unwrap();
    assert_eq!(third.get("totalCount"), None, "nobody asked for it");
    assert_eq!(third["results"], json!([first["results"][4], first["results"][5]]));
    let collections = list(&scenario, "orders-lines", Endpoint::Collections, Page::default(), 0).unwrap();
    let this = collections["links"][0]["href"].as_str().unwrap();
    assert!(this.ends_with("/collectionRestoreJobs?pageNum=1&itemsPerPage=100"), "{this}");
    let empty = Page { number: 9, ..Page::default() };
    assert_eq!(list(&scenario, "billing-dump", Endpoint::Dedicated, empty, 0).unwrap()["results"], json!([]));
}

#[test]
fn an_outage_takes_the_list_along() {
    let scenario = scenario();
    let status = |second| {
        let list = list(&scenario, "events-restore", Endpoint::Dedicated, Page::default(), second);
        list.map_or_else(|refusal| (refusal.status, refusal.retry_after), |_| (200, None))
    };
    assert_eq!(
        [status(0), status(18), status(33), status(42)],
        [(200, None), (503, None), (429, Some(9)), (200, None)]
    );
    let limited = ask(&scenario, "events-restore", 33).unwrap_err().parameters.unwrap();
    let path = "api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/restoreJobs/{restoreJobId}";
    assert_eq!(limited, [json!(path), json!(9), json!(1200), json!(20), json!(1)]);
    let unknown = list(&scenario, "july-report", Endpoint::Dedicated, Page::default(), 0).unwrap();
    let id = target(&scenario, "july-report").job;
    assert!(unknown["results"].as_array().unwrap().iter().all(|job| job["id"] != id.as_str()));
}

#[test]
fn a_cluster_of_another_kind_is_refused_in_the_recorded_words() {
    let scenario = scenario();
    for (label, endpoint, recording, name) in [
        (
            "billing-dump",
            Endpoint::Flex,
            include_str!("../../../tests/recordings/error-400-not-a-flex-cluster.http"),
            "backupRestores-305",
        ),
        (
            "staging-refresh",
            Endpoint::Dedicated,
            include_str!("../../../tests/recordings/error-400-flex-in-cluster-api.http"),
            "cluster-83",
        ),
    ] {
        let recorded = body_of(recording).to_string();
        let wanted = recorded.replace(name, target(&scenario, label).instance.as_str());
        let one = ask_at(&scenario, label, endpoint, 0).unwrap_err();
        assert_eq!(one.body().to_string(), wanted);
        assert_eq!(list(&scenario, label, endpoint, Page::default(), 0), Err(one));
    }
    let collections = ask_at(&scenario, "staging-refresh", Endpoint::Collections, 0).unwrap_err();
    assert_eq!(collections.code, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API");
    let mixed = ask_at(&scenario, "orders-lines", Endpoint::Dedicated, 0).unwrap_err();
    assert_eq!(
        mixed.status, 404,
        "collection restores are no restore jobs of the cluster, nor the other way about"
    );
    assert_eq!(ask_at(&scenario, "orders-restore", Endpoint::Collections, 0).unwrap_err().status, 404);
}

#[test]
fn serverless_instances_have_ended_and_live_on_as_flex_clusters() {
    let scenario = scenario();
    let documented = include_str!("../../../tests/recordings/error-410-version-gone.json");
    let gone: Value = serde_json::from_str(documented).unwrap();
    for endpoint in [Endpoint::ServerlessV1, Endpoint::ServerlessV2] {
        let refusal = ask_at(&scenario, "reports-copy", endpoint, 0).unwrap_err();
        assert_eq!(refusal.body(), gone);
        assert_eq!(names(&refusal.body()), names(&gone));
    }
    assert_eq!(
        list(&scenario, "reports-copy", Endpoint::ServerlessV1, Page::default(), 0).unwrap_err().status,
        410
    );
    let list = list(&scenario, "reports-copy", Endpoint::ServerlessV2, Page::default(), 0).unwrap();
    assert_eq!((&list["results"], &list["totalCount"]), (&json!([]), &json!(0)));
    let flex = ask_at(&scenario, "reports-copy", Endpoint::Flex, 0).unwrap();
    assert_eq!(
        (&flex["status"], &flex["id"]),
        (&json!("COMPLETED"), &json!(target(&scenario, "reports-copy").job.as_str()))
    );
}

#[test]
fn before_that_every_lookup_was_a_serverless_one() {
    let scenario = before_the_end();
    assert!(scenario.lookups().all(|lookup| lookup.target.kind == Kind::Serverless));
    let documented = include_str!("../../../tests/recordings/serverless-restore-job.json");
    let documented: Value = serde_json::from_str(documented).unwrap();
    let mut wanted = names(&documented);
    // The documentation has it on a restore into a cluster, no recording does.
    wanted.retain(|name| name != "expiresAt");
    assert_eq!(names(&ask(&scenario, "orders-restore", 0).unwrap()), wanted);
    assert_eq!(scene(&scenario, "eu-nightly", 22), "failed finished 22");
    assert_eq!(scene(&scenario, "ledger-rehearsal", 0), "cancelled finished -1200");
    assert_eq!(scene(&scenario, "orders-lines", 50), "running");
    let v2 = ask_at(&scenario, "billing-dump", Endpoint::ServerlessV2, 0).unwrap();
    assert_eq!(v2["links"].as_array().unwrap().len(), 4);
    let list = list(&scenario, "orders-lines", Endpoint::ServerlessV2, Page::default(), 0).unwrap();
    assert_eq!(list["totalCount"], 603);
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
