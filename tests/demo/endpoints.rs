//! All kinds of jobs over HTTP: versions, pages, the ends of endpoints, and what the program's own client makes of it.

use std::time::Duration;

use atlas_tui::api::{ApiKey, Batch, Client, Credential, ErrorKind, Limits, RestoreApi};
use atlas_tui::demo::{Fleet, Options, RateLimit, Running, ServerlessEndpoints};
use atlas_tui::domain::phase::{self, Phase};
use atlas_tui::domain::target::{Cluster, Kind, Target};
use serde_json::json;

use crate::caller::{Caller, body, header, started, url_of};

/// The list that a job is in.
fn list_of(demo: &Running, label: &str) -> String {
    let url = url_of(demo, label);
    url.rsplit_once('/').unwrap().0.to_owned()
}

#[tokio::test]
async fn every_lookup_answers_in_the_version_of_its_resource() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    for (label, status, version) in [
        ("orders-restore", 200, "2023-01-01"),
        ("orders-lines", 200, "2025-03-12"),
        ("orders-shards", 200, "2023-01-01"),
        ("invoices-dump", 200, "2023-01-01"),
        ("staging-refresh", 200, "2024-11-13"),
        ("july-report", 404, ""),
        ("reports-copy", 410, ""),
    ] {
        let answer = caller.get(&url_of(&demo, label)).await;
        assert_eq!(answer.status(), status, "{label}");
        let wanted = if status == 200 {
            format!("application/vnd.atlas.{version}+json;charset=utf-8")
        } else {
            "application/json".to_owned()
        };
        assert_eq!(header(&answer, "content-type"), wanted, "{label}");
        assert_eq!(header(&answer, "ratelimit-limit"), "1200", "{label}");
        if status == 200 {
            assert_eq!((header(&answer, "deprecation"), header(&answer, "sunset")), ("", ""), "{label}");
            assert_eq!(body(answer).await["id"], demo.lookup(label).unwrap().target.job.as_str());
        }
    }
}

#[tokio::test]
async fn an_older_version_is_still_answered_and_none_at_all_is_refused() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "staging-refresh");
    caller.accept = "application/vnd.atlas.2023-02-01+json".to_owned();
    let older = caller.get(&url).await;
    assert_eq!(header(&older, "content-type"), "application/vnd.atlas.2023-02-01+json;charset=utf-8");
    assert_eq!(header(&older, "deprecation"), "Wed, 13 Nov 2024 00:00:00 GMT");
    assert_eq!(header(&older, "sunset"), "Thu, 1 Jul 2027 00:00:00 GMT");
    assert_eq!(body(older).await["status"], "PENDING");
    for accept in ["*/*", "application/json", "application/vnd.atlas.soon+json"] {
        caller.accept = accept.to_owned();
        let refused = caller.get(&url).await;
        assert_eq!(
            (refused.status().as_u16(), header(&refused, "x-error-code")),
            (406, "INVALID_VERSION_DATE")
        );
    }
}

#[tokio::test]
async fn pages_are_walked_by_number_and_their_links_lead_nowhere() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let list = list_of(&demo, "orders-restore");
    let mut ids = Vec::new();
    let mut next = Some("itemsPerPage=250".to_owned());
    while let Some(query) = next {
        let page = body(caller.get(&format!("{list}?{query}")).await).await;
        assert_eq!(page["totalCount"], 602);
        ids.extend(page["results"].as_array().unwrap().iter().map(|job| job["id"].clone()));
        let links = page["links"].as_array().unwrap();
        assert!(
            links.iter().all(|link| link["href"].as_str().unwrap().starts_with("http://localhost:8080/api/"))
        );
        let link = links.iter().find(|link| link["rel"] == "next");
        next = link.map(|link| link["href"].as_str().unwrap().split_once('?').unwrap().1.to_owned());
    }
    assert_eq!(ids.len(), 602);
    assert_eq!(ids[0], demo.lookup("orders-restore").unwrap().target.job.as_str());
    for query in ["itemsPerPage=0", "itemsPerPage=501", "pageNum=0", "pageNum=x", "includeCount=perhaps"] {
        let refused = caller.get(&format!("{list}?{query}")).await;
        let code = "INVALID_QUERY_PARAMETER";
        assert_eq!((refused.status().as_u16(), header(&refused, "x-error-code")), (400, code), "{query}");
        assert_eq!(body(refused).await["parameters"], json!([query.split_once('=').unwrap().0]));
    }
}

#[tokio::test]
async fn a_cluster_of_another_kind_says_so_in_the_header_too() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    for (label, from, to, code) in [
        ("billing-dump", "/clusters/", "/flexClusters/", "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API"),
        ("eu-nightly", "/flexClusters/", "/clusters/", "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
    ] {
        let answer = caller.get(&url_of(&demo, label).replace(from, to)).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "x-error-code")), (400, code));
        assert_eq!(body(answer).await["errorCode"], code);
    }
}

#[tokio::test]
async fn an_ended_endpoint_says_when_it_ended() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "reports-copy");
    for url in [url.clone(), url.replace("/v1.0/", "/v2/"), list_of(&demo, "reports-copy")] {
        let answer = caller.get(&url).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "x-error-code")),
            (410, "VERSION_GONE"),
            "{url}"
        );
        assert_eq!(header(&answer, "sunset"), "Thu, 22 Jan 2026 00:00:00 GMT");
        assert!(!header(&answer, "deprecation").is_empty());
    }
    let list = caller.get(&list_of(&demo, "reports-copy").replace("/v1.0/", "/v2/")).await;
    assert_eq!(header(&list, "sunset"), "Mon, 18 Jan 2027 00:00:00 GMT");
    assert_eq!(body(list).await["results"], json!([]));
    let flex = url.replace("/v1.0/", "/v2/").replace("/serverless/", "/flexClusters/");
    assert_eq!(body(caller.get(&flex).await).await["status"], "COMPLETED");
}

#[tokio::test]
async fn serverless_instances_can_be_kept_alive() {
    let options = Options { serverless: ServerlessEndpoints::Live, ..Options::default() };
    let (demo, _) = started(options).await;
    let mut caller = Caller::new(&demo);
    caller.accept = "*/*".to_owned();
    for lookup in demo.lookups.iter().filter(|lookup| lookup.label != "july-report") {
        let answer = caller.get(&demo.url(lookup)).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (200, "application/json"));
        assert_eq!(header(&answer, "sunset"), "Thu, 22 Jan 2026 00:00:00 GMT");
        let job = body(answer).await;
        assert_eq!(
            (job["id"].as_str(), job["failed"].is_boolean()),
            (Some(lookup.target.job.as_str()), true)
        );
    }
}

#[tokio::test]
async fn a_limit_names_the_endpoint_that_was_asked() {
    let rate = RateLimit { capacity: 1, refill: 1, period: Duration::from_secs(60) };
    let (demo, _) = started(Options { rate, ..Options::default() }).await;
    let mut caller = Caller::new(&demo);
    caller.get(&url_of(&demo, "orders-restore")).await;
    for (label, is_list, path) in [
        ("orders-lines", false, "clusters/{clusterName}/collectionRestoreJobs/{jobId}"),
        ("orders-lines", true, "clusters/{clusterName}/collectionRestoreJobs"),
        ("eu-nightly", false, "flexClusters/{name}/backup/restoreJobs/{restoreJobId}"),
    ] {
        let url = if is_list { list_of(&demo, label) } else { url_of(&demo, label) };
        let limited = caller.get(&url).await;
        assert_eq!((limited.status().as_u16(), header(&limited, "retry-after")), (429, "60"));
        let wanted = json!([format!("api/atlas/v2/groups/{{groupId}}/{path}"), 60, 1, 1, 60]);
        assert_eq!(body(limited).await["parameters"], wanted);
    }
}

fn program(demo: &Running) -> Client {
    let key = Credential::Key(ApiKey {
        public_key: demo.public_key.clone(),
        private_key: demo.private_key.clone(),
    });
    Client::new(&demo.base_url.parse().unwrap(), Some(key), Limits::default(), || unreachable!()).unwrap()
}

#[tokio::test]
async fn the_client_reads_every_kind_alone_and_in_lists() {
    let (demo, clock) = started(Options::default()).await;
    let client = program(&demo);
    clock.wind(115);
    for (label, kind, phase) in [
        ("orders-restore", Kind::Dedicated, Phase::Completed),
        ("orders-lines", Kind::Collection, Phase::CompletedWithWarnings),
        ("orders-shards", Kind::Dedicated, Phase::Ready),
        ("invoices-dump", Kind::Dedicated, Phase::Expired),
        ("events-restore", Kind::Dedicated, Phase::Running),
        ("staging-refresh", Kind::Flex, Phase::Completed),
        ("eu-nightly", Kind::Flex, Phase::Failed),
        ("reports-copy", Kind::Flex, Phase::Completed),
    ] {
        let target = Target { kind, ..demo.lookup(label).unwrap().target.clone() };
        let answer = client.restore_job(&target).await.unwrap();
        assert_eq!(answer.meta.other_version, None, "{label}");
        let unknown: Vec<_> = answer.job.unknown_fields.iter().map(String::as_str).collect();
        assert!(unknown.is_empty() || kind == Kind::Collection, "{label}: {unknown:?}");
        let status = phase::assess_asked(&answer.job, target.job, answer.meta.server_date.unwrap());
        assert_eq!((status.phase, status.anomalies), (phase, Vec::new()), "{label}");

        let batch = Batch { cluster: target.cluster(), items: 10, wanted: vec![target.job] };
        let listing = client.restore_jobs(&batch).await.unwrap();
        assert_eq!(listing.jobs, [(target.job, Ok(answer.job))], "{label}");
    }
    let ended = client.restore_job(&demo.lookup("reports-copy").unwrap().target).await.unwrap_err();
    assert_eq!((ended.kind, ended.meta.http_status), (ErrorKind::Ended, Some(410)));
    assert!(ended.meta.sunset_at.is_some() && ended.meta.deprecated_at.is_some());
}

#[tokio::test]
async fn a_fleet_is_read_with_one_request_for_each_cluster() {
    let fleet = Some(Fleet { clusters: 4, jobs_per_cluster: 250 });
    let (demo, _) = started(Options { fleet, ..Options::default() }).await;
    let client = program(&demo);
    let fleet: Vec<&Target> = demo.lookups.iter().skip(12).map(|lookup| &lookup.target).collect();
    assert_eq!(fleet.len(), 1000);
    let mut clusters: Vec<Cluster> = fleet.iter().map(|target| target.cluster()).collect();
    clusters.dedup();
    assert_eq!(clusters.len(), 4);
    let mut read = 0;
    for cluster in clusters {
        let wanted =
            fleet.iter().filter(|target| target.cluster() == cluster).map(|target| target.job).collect();
        let listing = client.restore_jobs(&Batch { cluster, items: 500, wanted }).await.unwrap();
        assert!(listing.complete);
        read += listing.jobs.iter().filter(|(_, job)| job.is_ok()).count();
    }
    assert_eq!((read, demo.requests()), (1000, 5), "the challenge, and a request for each cluster");
}
