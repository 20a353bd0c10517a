//! What the endpoints answer, held against the recordings: bodies, lists and refusals.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ask, ask_at, before_the_end, list, question, scenario, scene, target};
use crate::demo::endpoint::{Endpoint, Question};
use crate::demo::page::Page;
use crate::domain::target::Kind;

/// The body of a recorded exchange.
fn body_of(recording: &str) -> Value {
    serde_json::from_str(recording.split_once("\n\n").unwrap().1).unwrap()
}

fn names(object: &Value) -> Vec<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn bodies_have_the_recorded_members_in_the_recorded_order() {
    let scenario = scenario();
    let recordings = [
        // A sharded cluster's jobs have `components`, which were never recorded: these are of a replica set.
        (
            "events-restore",
            0,
            include_str!("../../../../tests/recordings/dedicated-automated-in-progress.http"),
        ),
        (
            "events-restore",
            121,
            include_str!("../../../../tests/recordings/dedicated-automated-finished.http"),
        ),
        ("billing-dump", 0, include_str!("../../../../tests/recordings/dedicated-download-ready.http")),
        ("staging-refresh", 0, include_str!("../../../../tests/recordings/flex-job-pending.http")),
        ("staging-refresh", 8, include_str!("../../../../tests/recordings/flex-job-running.http")),
        ("staging-refresh", 59, include_str!("../../../../tests/recordings/flex-job-completed.http")),
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
    let recorded = body_of(include_str!("../../../../tests/recordings/flex-list-page1.http"));
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
            include_str!("../../../../tests/recordings/error-400-not-a-flex-cluster.http"),
            "backupRestores-305",
        ),
        (
            "staging-refresh",
            Endpoint::Dedicated,
            include_str!("../../../../tests/recordings/error-400-flex-in-cluster-api.http"),
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
    let documented = include_str!("../../../../tests/recordings/error-410-version-gone.json");
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
    let documented = include_str!("../../../../tests/recordings/serverless-restore-job.json");
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
