//! Answers about jobs of every kind, recorded and documented: the right phase and fields, alone and in lists.

// The helpers below are no tests by themselves, but fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/recorded.rs"]
mod recorded;

use atlas_tui::api::{Batch, ErrorKind};
use atlas_tui::domain::id::ObjectId;
use atlas_tui::domain::job::{DeliveryType, Download, RestoreJob};
use atlas_tui::domain::phase::{self, Anomaly, Phase, Status};
use atlas_tui::domain::target::{Cluster, Kind};
use jiff::Timestamp;
use recorded::{date, file, kind, made, read, read_list, recorded};

fn job(body: &str) -> RestoreJob {
    made(200, &[], body).unwrap().job
}

/// The status of a recorded job at the moment at which Atlas answered.
fn status(name: &str) -> Status {
    let answer = read(name).unwrap();
    phase::assess(&answer.job, answer.meta.server_date.unwrap())
}

fn cluster(kind: Kind, instance: &str) -> Cluster {
    Cluster {
        kind,
        project: "6a793f6b2c88faeba59bae37".parse().unwrap(),
        instance: instance.parse().unwrap(),
        profile: None,
    }
}

#[test]
fn every_recorded_job_gets_its_phase() {
    for (name, phase, ended_at) in [
        ("flex-job-pending.http", Phase::Pending, None),
        ("flex-job-running.http", Phase::Running, None),
        ("flex-job-completed.http", Phase::Completed, Some("2026-08-10T03:04:32Z")),
        ("flex-download-running.http", Phase::Running, None),
        ("flex-download-completed.http", Phase::Completed, Some("2026-08-10T03:05:54Z")),
        ("dedicated-automated-created.http", Phase::Running, None),
        ("dedicated-automated-in-progress.http", Phase::Running, None),
        ("dedicated-automated-finished.http", Phase::Completed, Some("2026-08-10T03:40:10Z")),
        ("dedicated-download-in-progress.http", Phase::Running, None),
        ("dedicated-download-ready.http", Phase::Ready, None),
    ] {
        let expected = Status { phase, ended_at: ended_at.map(date), anomalies: Vec::new() };
        assert_eq!(status(name), expected, "{name}");
    }
}

#[test]
fn every_job_of_the_recorded_lists_gets_its_phase() {
    for (name, kind, instance) in [
        ("flex-list-page1.http", Kind::Flex, "snapshotCluster0"),
        ("dedicated-list.http", Kind::Dedicated, "backupRestores-305"),
    ] {
        let page: serde_json::Value = serde_json::from_str(&recorded(name).2).unwrap();
        let results = page["results"].as_array().unwrap();
        let ids: Vec<ObjectId> =
            results.iter().map(|job| job["id"].as_str().unwrap().parse().unwrap()).collect();
        let batch = Batch { cluster: cluster(kind, instance), items: 500, wanted: ids.clone() };
        let list = read_list(name, &batch).unwrap();
        assert_eq!(list.jobs.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids, "{name}");
        for ((_, job), result) in list.jobs.iter().zip(results) {
            let status = phase::assess(job.as_ref().unwrap(), list.meta.server_date.unwrap());
            let finish = result.get("restoreFinishedDate").or(result.get("finishedAt"));
            let ended_at = finish.map(|at| date(at.as_str().unwrap()));
            let expected = match result.get("status").and_then(|status| status.as_str()) {
                Some("FAILED") => Phase::Failed,
                Some("COMPLETED") | None => Phase::Completed,
                other => panic!("{other:?}"),
            };
            assert_eq!(status, Status { phase: expected, ended_at, anomalies: vec![] }, "{result}");
        }
    }
}

#[test]
fn a_flex_job_decodes_whole() {
    let answer = read("flex-job-completed.http").unwrap();
    let job = answer.job;
    assert_eq!(job.id.as_deref(), Some("6a793f812c88faeba59bc399"));
    assert_eq!(job.status.as_deref(), Some("COMPLETED"));
    assert_eq!(job.delivery_type, Some(DeliveryType::Restore));
    assert_eq!(job.created_at, Some(date("2026-08-10T03:03:29Z")));
    assert_eq!(job.finished_at, Some(date("2026-08-10T03:04:32Z")));
    assert_eq!(job.snapshot_taken_at, Some(date("2026-08-02T17:06:56Z")));
    assert_eq!(job.snapshot_id.as_deref(), Some("6a6f78e0cab84da5c4476b25"));
    assert_eq!(
        (job.target_name.as_deref(), job.target_deployment_item.as_deref()),
        (Some("cluster-833"), None)
    );
    assert_eq!(job.target_project_id.as_deref(), Some("b0123456789abcdef012345b"));
    assert_eq!((job.cancelled, job.expired, job.failed), (None, None, None));
    assert_eq!(job.unknown_fields, [""; 0]);
    assert_eq!(answer.meta.other_version, None, "this version was asked for");
    // What Atlas keeps for six hours is the record of it.
    assert_eq!((job.expires_at, job.record_kept_until), (None, Some(date("2026-08-10T09:03:29Z"))));
}

#[test]
fn a_flex_restore_whose_record_is_over_has_not_expired() {
    let job = read("flex-job-completed.http").unwrap().job;
    for later in ["2026-08-10T09:03:30Z", "2027-01-01T00:00:00Z", "9999-12-30T00:00:00Z"] {
        assert_eq!(phase::assess(&job, date(later)).phase, Phase::Completed, "{later}");
    }
    assert_eq!(phase::changes_at(&job, date("2026-08-10T03:05:00Z")), None);
}

#[test]
fn a_flex_download_is_ready_until_its_link_ends() {
    let body = r#"{"deliveryType":"DOWNLOAD","expirationDate":"2026-08-10T09:03:29Z","status":"COMPLETED",
        "id":"6a793f812c88faeba59bc399","restoreFinishedDate":"2026-08-10T03:04:32Z",
        "snapshotUrl":"https://restore.example.net:27017/x.tar.gz"}"#;
    let job = job(body);
    let end = date("2026-08-10T09:03:29Z");
    assert_eq!((job.expires_at, job.record_kept_until), (Some(end), None));
    let before = date("2026-08-10T04:00:00Z");
    assert_eq!(phase::assess(&job, before).phase, Phase::Ready);
    assert_eq!(phase::changes_at(&job, before), Some(end));
    assert_eq!(
        phase::assess(&job, end),
        Status { phase: Phase::Expired, ended_at: Some(end), anomalies: vec![] }
    );
    // `CLOSED` stands in the prose of the API description alone.
    let closed = body.replace("COMPLETED", "CLOSED");
    assert_eq!(phase::assess(&made(200, &[], &closed).unwrap().job, before).phase, Phase::Ready);
}

#[test]
fn the_word_of_a_flex_job_is_believed_and_what_contradicts_it_is_shown() {
    let at = |body: &str| phase::assess(&job(body), date("2026-08-10T04:00:00Z"));
    let finished = r#""restoreFinishedDate":"2026-08-10T03:04:32Z""#;
    for (status, phase) in
        [("PENDING", Phase::Pending), ("QUEUED", Phase::Queued), ("RUNNING", Phase::Running)]
    {
        let status_of = at(&format!(r#"{{"status":"{status}",{finished}}}"#));
        assert_eq!((status_of.phase, status_of.ended_at), (phase, None), "{status}");
        assert_eq!(status_of.anomalies, [Anomaly::FinishedButOpen], "{status}");
    }
    assert_eq!(at(r#"{"status":"COMPLETED"}"#).anomalies, [Anomaly::CompletedWithoutFinish]);
    assert_eq!(at(&format!(r#"{{"status":"FAILED",{finished}}}"#)).phase, Phase::Failed);
    assert_eq!(at(r#"{"status":"FAILED"}"#).anomalies, []);
    let odd = at(r#"{"status":"PAUSED\u001b[31m"}"#);
    assert_eq!(odd.phase, Phase::Unknown("PAUSED[31m".into()));
    assert!(!odd.phase.is_terminal());
    // A flag decides over a status: only answers with flags leave none of them out.
    assert_eq!(at(r#"{"status":"RUNNING","cancelled":false,"failed":true}"#).phase, Phase::Failed);
}

/// A collection restore, which was documented and never recorded.
fn collections(state: &str, more: &str) -> RestoreJob {
    job(&format!(
        r#"{{"id":"6a793f812c88faeba59bc399","state":"{state}","createdAt":"2026-08-10T03:00:00Z",
            "restoredDocuments":250,"totalDocuments":1000,"databases":["sales"],"collections":[],
            "writeStrategy":"OVERWRITE","indexStrategy":"BUILD"{more}}}"#
    ))
}

#[test]
fn every_state_of_a_collection_restore_has_its_phase() {
    let now = date("2026-08-10T04:00:00Z");
    let ended = r#","finishedAt":"2026-08-10T03:30:00Z""#;
    for (state, phase) in [
        ("INITIALIZING", Phase::Pending),
        ("IN_PROGRESS", Phase::Running),
        ("FINALIZING", Phase::Finalizing),
        ("REWINDING", Phase::Unknown("REWINDING".into())),
    ] {
        let status = phase::assess(&collections(state, ""), now);
        assert_eq!(status, Status { phase, ended_at: None, anomalies: vec![] }, "{state}");
    }
    for (state, index, phase) in [
        ("SUCCESSFUL", "", Phase::Completed),
        ("SUCCESSFUL", r#","indexStatus":{"state":"COMPLETED","failedCollectionCount":0}"#, Phase::Completed),
        ("SUCCESSFUL", r#","indexStatus":{"state":"FAILED"}"#, Phase::CompletedWithWarnings),
        ("SUCCESSFUL", r#","indexStatus":{"failedCollectionCount":2}"#, Phase::CompletedWithWarnings),
        ("CANCELED", "", Phase::Cancelled),
        ("FAILED", r#","errorMessage":"disk full""#, Phase::Failed),
    ] {
        let status = phase::assess(&collections(state, &format!("{ended}{index}")), now);
        let ended_at = Some(date("2026-08-10T03:30:00Z"));
        assert_eq!(status, Status { phase, ended_at, anomalies: vec![] }, "{state} {index}");
    }
}

#[test]
fn progress_is_by_documents_and_never_beyond_the_whole() {
    assert_eq!(collections("IN_PROGRESS", "").progress(), Some(250));
    for (restored, total, progress) in [
        ("0", "10", Some(0)),
        ("11", "10", Some(1000)),
        ("9223372036854775807", "1", Some(1000)),
        ("5", "0", None),
        ("5", "-1", None),
        ("-5", "10", None),
        ("null", "10", None),
    ] {
        let body =
            format!(r#"{{"state":"IN_PROGRESS","restoredDocuments":{restored},"totalDocuments":{total}}}"#);
        assert_eq!(job(&body).progress(), progress, "{restored} of {total}");
    }
    assert_eq!(read("flex-job-running.http").unwrap().job.progress(), None, "Flex tells none");
}

#[test]
fn a_sharded_download_tells_which_url_is_which_shard() {
    let job = job(r#"{"id":"6a793f812c88faeba59bc399","cancelled":false,"expired":false,"failed":false,
        "deliveryType":"download","deliveryUrl":["https://a/0","https://a/1"],
        "components":[{"replicaSetName":"shard-0","downloadUrl":"https://a/0"},
            {"replicaSetName":"shard-1","downloadUrl":"https://a/1",
             "privateDownloadDeliveryUrls":[{"deliveryUrl":"https://p/1","endpointId":"vpce-1"}]},
            {"replicaSetName":"config","downloadUrl":"https://a/c"}],
        "privateDownloadDeliveryUrls":[{"deliveryUrl":"https://p/0","endpointId":null},{}]}"#);
    let download = |url, shard, endpoint| Download { url, shard, endpoint };
    assert_eq!(
        job.downloads(),
        [
            download("https://a/0", Some("shard-0"), None),
            download("https://a/1", Some("shard-1"), None),
            download("https://a/c", Some("config"), None),
            download("https://p/0", None, Some("private endpoint")),
            download("https://p/1", Some("shard-1"), Some("vpce-1")),
        ]
    );
    // With links in the components alone it is ready all the same.
    let body = r#"{"failed":false,"deliveryType":"download","components":[{"downloadUrl":"https://a/0"}]}"#;
    assert_eq!(phase::assess(&made(200, &[], body).unwrap().job, Timestamp::UNIX_EPOCH).phase, Phase::Ready);
}

#[test]
fn a_list_gives_the_wanted_jobs_and_how_deep_they_stand() {
    let (_, _, body) = recorded("flex-list-page1.http");
    let page: serde_json::Value = serde_json::from_str(&body).unwrap();
    let ids: Vec<ObjectId> = page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["id"].as_str().unwrap().parse().unwrap())
        .collect();
    let stranger: ObjectId = "0123456789abcdef01234567".parse().unwrap();
    let batch = |items, wanted| Batch { cluster: cluster(Kind::Flex, "snapshotCluster0"), items, wanted };
    let list = read_list("flex-list-page1.http", &batch(10, vec![ids[6], stranger, ids[0]])).unwrap();
    assert_eq!(list.jobs.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [ids[0], ids[6]]);
    assert_eq!((list.depth, list.complete), (7, false), "a full page may have another behind it");
    assert_eq!(list.meta.budget.unwrap().remaining, 1198);
    for (id, job) in &list.jobs {
        let job = job.as_ref().unwrap();
        assert_eq!(job.id.as_deref(), Some(id.as_str()));
        // Its own text alone, for the raw view.
        assert!(job.raw.as_str().starts_with('{') && job.raw.as_str().matches("\"id\"").count() == 1);
        assert_eq!(phase::assess(job, list.meta.server_date.unwrap()).phase, Phase::Completed);
    }
    let list = read_list("flex-list-page1.http", &batch(11, vec![stranger])).unwrap();
    assert_eq!((list.jobs.len(), list.depth, list.complete), (0, 0, true));

    let batch = Batch {
        cluster: cluster(Kind::Dedicated, "backupRestores-305"),
        items: 500,
        wanted: vec!["6a794733c0eb9e7a17740663".parse().unwrap()],
    };
    let list = read_list("dedicated-list.http", &batch).unwrap();
    assert_eq!((list.jobs.len(), list.depth, list.complete), (1, 1, true));
}

#[test]
fn one_broken_job_of_a_list_spoils_no_other_and_a_broken_list_is_one_error() {
    let wanted: Vec<ObjectId> = (1..=3).map(|n| format!("{n:024x}").parse().unwrap()).collect();
    let batch = Batch { cluster: cluster(Kind::Dedicated, "c"), items: 100, wanted: wanted.clone() };
    let list = |body: &str| recorded::list(200, body, &batch).map(|list| list.jobs);
    let body = format!(
        r#"{{"links":[],"results":[{{"id":"{}","failed":false}},7,null,{{"id":["x"]}},{{"id":"{}","expiresAt":17}}]}}"#,
        wanted[0], wanted[1]
    );
    let jobs = list(&body).unwrap();
    assert_eq!(jobs.len(), 2);
    assert!(jobs[0].1.is_ok());
    let error = jobs[1].1.as_ref().unwrap_err();
    assert!(matches!(&error.kind, ErrorKind::WrongShape { field, .. } if field == "expiresAt"), "{error:?}");
    for (body, field) in
        [("{}", "results"), (r#"{"results":null}"#, "results"), (r#"{"results":3}"#, "results"), ("[]", "")]
    {
        let error = list(body).unwrap_err();
        assert!(
            matches!(&error.kind, ErrorKind::WrongShape { field: named, .. } if named == field),
            "{body}: {error:?}"
        );
    }
    assert_eq!(list("<html>").unwrap_err().kind, ErrorKind::NotJson);
    assert_eq!(list(&body[..60]).unwrap_err().kind, ErrorKind::Cut);
    // A million elements are looked through, and no more than the first thousand are kept.
    let long = format!(r#"{{"results":[{}1]}}"#, "1,".repeat(1_000_000));
    assert_eq!(list(&long).unwrap(), []);
}

#[test]
fn sunset_deprecation_and_another_version_are_told() {
    let body = r#"{"id":"x"}"#;
    let headers =
        [("Deprecation", "Mon, 5 Aug 2024 00:00:00 GMT"), ("sunset", "Thu, 1 Jul 2027 00:00:00 GMT")];
    let meta = made(200, &headers, body).unwrap().meta;
    assert_eq!(meta.deprecated_at, Some(date("2024-08-05T00:00:00Z")));
    assert_eq!(meta.sunset_at, Some(date("2027-07-01T00:00:00Z")));
    let error = read("error-400-flex-in-cluster-api.http").unwrap_err();
    assert_eq!(error.meta.sunset_at, Some(date("2027-07-01T00:00:00Z")));
    let since = made(200, &[("Deprecation", "@1722816000")], body).unwrap().meta.deprecated_at;
    assert_eq!(since, Some(date("2024-08-05T00:00:00Z")));
    let broken = made(200, &[("Sunset", "soon"), ("Deprecation", "true")], body).unwrap().meta;
    assert_eq!((broken.sunset_at, broken.deprecated_at), (None, None));

    let (_, headers, _) = recorded("flex-job-completed.http");
    let other = |accept| atlas_tui::api::answer::other_version(&headers, accept);
    assert_eq!(other("application/vnd.atlas.2024-11-13+json"), None);
    assert_eq!(other("application/vnd.atlas.2023-01-01+json").as_deref(), Some("2024-11-13"));
    assert_eq!(other("application/json"), None, "no version was asked for");
}

#[test]
fn another_kind_of_cluster_is_told_by_its_code_alone() {
    assert_eq!(kind(404, "FEATURE_UNSUPPORTED"), ErrorKind::WrongKind);
    assert_eq!(kind(405, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"), ErrorKind::WrongKind);
    assert_eq!(kind(500, "FEATURE_UNSUPPORTED"), ErrorKind::ServerError);
    // Nothing of the documented errors is mistaken for it.
    let gone = made(410, &[], &file("error-410-version-gone.json")).unwrap_err();
    assert_eq!(gone.kind, ErrorKind::Ended);
}
