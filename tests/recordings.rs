//! Recorded and documented answers of Atlas, read by the same code as live ones.

// The helpers below are no tests by themselves, but fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/recorded.rs"]
mod recorded;

use std::time::Duration;

use atlas_tui::api::answer::RETRY_AFTER_MAX;
use atlas_tui::api::{Answer, Budget, ErrorKind, Missing};
use atlas_tui::domain::job::{DeliveryType, RestoreJob};
use recorded::{date, file, kind, made, read, recorded};

/// What all recorded dedicated jobs have in common.
fn assert_common(name: &str, job: &RestoreJob) {
    assert_eq!(job.snapshot_id.as_deref(), Some("6a79468a2c88faeba59de489"), "{name}");
    assert_eq!(job.snapshot_taken_at, Some(date("2026-08-10T03:35:05Z")), "{name}");
    assert_eq!((job.cancelled, job.expired, job.failed), (Some(false), Some(false), Some(false)), "{name}");
    assert_eq!(job.links.len(), 4, "{name}");
    assert_eq!(job.links[0].rel, "self", "{name}");
    let desired = job.desired_timestamp.as_ref().unwrap_or_else(|| panic!("{name}"));
    assert_eq!((desired.date, desired.increment, desired.time), (None, None, None), "{name}");
    assert_eq!(job.unknown_fields, [""; 0], "{name}");
}

#[test]
fn automated_jobs_decode() {
    for (name, finished_at) in [
        ("dedicated-automated-created.http", None),
        ("dedicated-automated-in-progress.http", None),
        ("dedicated-automated-finished.http", Some("2026-08-10T03:40:10Z")),
    ] {
        let Answer { job, meta } = read(name).unwrap();
        assert_common(name, &job);
        assert_eq!(job.id.as_deref(), Some("6a794733c0eb9e7a17740663"), "{name}");
        assert_eq!(job.delivery_type, Some(DeliveryType::Automated), "{name}");
        assert_eq!(job.finished_at, finished_at.map(date), "{name}");
        assert_eq!((job.expires_at, job.delivery_urls.len()), (None, 0), "{name}");
        assert_eq!(job.target_name.as_deref(), Some("backupRestores2-895"), "{name}");
        assert_eq!(job.target_deployment_item.as_deref(), Some("atlas-72ck1q"), "{name}");
        assert_eq!(job.target_project_id.as_deref(), Some("6a794320c0eb9e7a17728a63"), "{name}");
        assert_eq!(meta.http_status, Some(200), "{name}");
        assert_eq!(meta.budget.unwrap().limit, 1200, "{name}");
    }
}

#[test]
fn download_jobs_decode() {
    let Answer { job, .. } = read("dedicated-download-in-progress.http").unwrap();
    assert_common("in progress", &job);
    assert_eq!((job.delivery_urls.len(), job.expires_at), (0, None));

    let Answer { job, meta } = read("dedicated-download-ready.http").unwrap();
    assert_common("ready", &job);
    assert_eq!(job.delivery_type, Some(DeliveryType::Download));
    assert_eq!(job.expires_at, Some(date("2026-08-10T04:44:52Z")));
    assert_eq!(job.finished_at, None);
    assert_eq!(
        job.delivery_urls,
        [
            "https://restore-6a7948342c88faeba59eb866.ljxf1b.mongodb-dev.net:27017/aB12up63eFh16ZmBiQ9cUO5Q/restore-6a79468a2c88faeba59de489.tar.gz"
        ]
    );
    assert_eq!(meta.server_date, Some(date("2026-08-10T03:44:56Z")));
    assert_eq!(meta.budget, Some(Budget { limit: 1200, remaining: 1196 }));
    assert!(job.raw.as_str().contains("\"expiresAt\":\"2026-08-10T04:44:52Z\""));
}

#[test]
fn the_documented_serverless_job_decodes() {
    let Answer { job, meta } = made(200, &[], &file("serverless-restore-job.json")).unwrap();
    assert_eq!(job.id.as_deref(), Some("{snapshotId}"));
    assert_eq!(job.expires_at, Some(date("2021-04-20T00:00:00Z")));
    assert_eq!(job.snapshot_taken_at, Some(date("2020-12-21T00:00:00Z")));
    assert_eq!((job.links.len(), job.desired_timestamp), (0, None));
    assert_eq!((meta.server_date, meta.budget, meta.request_id), (None, None, None));
}

#[test]
fn jobs_of_a_list_decode() {
    let (_, _, body) = recorded("dedicated-list.http");
    let list: serde_json::Value = serde_json::from_str(&body).unwrap();
    let jobs = list["results"].as_array().unwrap();
    assert!(!jobs.is_empty());
    for job in jobs {
        let Answer { job: read, .. } = made(200, &[], &job.to_string()).unwrap();
        assert_common("list", &read);
        assert_eq!(read.id.as_deref(), job["id"].as_str());
    }
    // The list itself is no job, although it has links.
    let error = made(200, &[], &body).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::WrongShape { .. }), "{error:?}");
}

#[test]
fn recorded_errors_are_of_the_right_kind() {
    let key = ErrorKind::KeyRefused { public_key_hint: "abcd…".to_owned() };
    for (name, expected, code) in [
        ("error-401-digest-challenge.http", key, "UNEXPECTED_ERROR"),
        ("error-404-cluster-not-found.http", ErrorKind::NotFound(Missing::Instance), "CLUSTER_NOT_FOUND"),
        ("error-404-group-not-found.http", ErrorKind::NotFound(Missing::Project), "GROUP_NOT_FOUND"),
        (
            "error-400-flex-in-cluster-api.http",
            ErrorKind::WrongKind,
            "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API",
        ),
        (
            "error-400-not-a-flex-cluster.http",
            ErrorKind::WrongKind,
            "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API",
        ),
    ] {
        let error = read(name).unwrap_err();
        assert_eq!((error.kind, error.code.as_deref()), (expected, Some(code)), "{name}");
        assert!(error.detail.is_some() && error.meta.server_date.is_some(), "{name}");
    }
    let error = read("error-404-cluster-not-found.http").unwrap_err();
    let detail = "No cluster named backupRestores-305 exists in group 6a793f6b2c88faeba59bae37.";
    assert_eq!(error.detail.as_deref(), Some(detail));
    assert_eq!(error.meta.budget, Some(Budget { limit: 10_000, remaining: 9_993 }));
}

#[test]
fn documented_errors_are_of_the_right_kind() {
    let error = made(410, &[], &file("error-410-version-gone.json")).unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Ended, Some("VERSION_GONE")));
    let error = made(429, &[], &file("error-429-rate-limited.json")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    // Without the header, the documented body says how long.
    assert_eq!(error.retry_after, Some(Duration::from_secs(55)));
}

#[test]
fn codes_tell_the_role_from_the_address_and_the_key() {
    let key = ErrorKind::KeyRefused { public_key_hint: "abcd…".to_owned() };
    for (status, code, expected) in [
        (401, "", key.clone()),
        (401, "USER_UNAUTHORIZED", ErrorKind::Forbidden),
        (401, "USER_CANNOT_ACCESS_GROUP", ErrorKind::Forbidden),
        (403, "USER_UNAUTHORIZED", ErrorKind::Forbidden),
        (403, "", ErrorKind::Forbidden),
        (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", ErrorKind::AddressBlocked),
        (403, "ORG_REQUIRES_ACCESS_LIST", ErrorKind::AddressBlocked),
        (403, "IP_ADDRESS_NOT_ON_WHITELIST", ErrorKind::AddressBlocked),
        (401, "GLOBAL_USER_OUTSIDE_SUBNET", ErrorKind::AddressBlocked),
        (404, "SERVERLESS_INSTANCE_NOT_FOUND", ErrorKind::NotFound(Missing::Instance)),
        (404, "CLUSTER_RESTORE_JOB_NOT_FOUND", ErrorKind::NotFound(Missing::Job)),
        (404, "RESOURCE_NOT_FOUND", ErrorKind::NotFound(Missing::Job)),
        (404, "", ErrorKind::NotFound(Missing::Unsaid)),
        (400, "FEATURE_UNSUPPORTED", ErrorKind::WrongKind),
        (400, "INVALID_ATTRIBUTE", ErrorKind::UnexpectedStatus),
        (405, "", ErrorKind::UnexpectedStatus),
        (407, "", ErrorKind::Proxy),
        (500, "UNEXPECTED_ERROR", ErrorKind::ServerError),
        (503, "SERVICE_UNAVAILABLE", ErrorKind::ServerError),
    ] {
        assert_eq!(kind(status, code), expected, "{status} {code}");
    }
}

#[test]
fn the_code_of_the_header_stands_in_for_a_body_that_is_a_page() {
    let error = made(502, &[("X-Error-Code", "BAD_GATEWAY")], "<html>Bad gateway</html>").unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::ServerError, Some("BAD_GATEWAY")));
    let error = made(404, &[("x-error-code", "CLUSTER_NOT_FOUND")], "").unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound(Missing::Instance));
}

#[test]
fn retry_after_is_seconds_or_a_date_on_the_servers_clock() {
    let wait = |headers: &[(&str, &str)]| made(503, headers, "").unwrap_err().retry_after;
    let seconds = |n| Some(Duration::from_secs(n));
    let (date, later) = (("Date", "Mon, 10 Aug 2026 03:00:00 GMT"), "Mon, 10 Aug 2026 03:00:42 GMT");
    assert_eq!(wait(&[("Retry-After", "42")]), seconds(42));
    assert_eq!(wait(&[("Retry-After", "0")]), seconds(0));
    assert_eq!(wait(&[date, ("Retry-After", later)]), seconds(42));
    // Without a `Date` our own clock measures it: noon of 2026-11-23.
    assert_eq!(wait(&[("Retry-After", "Mon, 23 Nov 2026 12:01:00 GMT")]), seconds(60));
    assert_eq!(wait(&[date, ("Retry-After", "Sun, 09 Aug 2026 03:00:00 GMT")]), seconds(0));
    assert_eq!(wait(&[date, ("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")]), Some(RETRY_AFTER_MAX));
    assert_eq!(wait(&[("Retry-After", "99999999999999999999999")]), Some(RETRY_AFTER_MAX));
    for broken in ["", "soon", "-1", "1.5"] {
        assert_eq!(wait(&[date, ("Retry-After", broken)]), None, "{broken}");
    }
}

#[test]
fn rate_headers_count_only_as_a_pair() {
    let body = r#"{"id":"x"}"#;
    let budget = |headers: &[(&str, &str)]| made(200, headers, body).unwrap().meta.budget;
    let (limit, remaining) = (("RateLimit-Limit", "1200"), ("ratelimit-remaining", "7"));
    assert_eq!(budget(&[limit, remaining]), Some(Budget { limit: 1200, remaining: 7 }));
    assert_eq!(budget(&[limit]), None);
    assert_eq!(budget(&[limit, ("RateLimit-Remaining", "-1")]), None);
}

#[test]
fn hostile_text_in_an_error_is_cleaned_and_cut() {
    let detail = "\\u001b]0;owned\\u0007\\u202e".to_owned() + &"x".repeat(10_000);
    let body = format!(r#"{{"error":500,"errorCode":"A\u001b[31mB","detail":"{detail}"}}"#);
    let headers = [("X-Request-Id", " abc-1 ")];
    let error = made(500, &headers, &body).unwrap_err();
    assert_eq!(error.code.as_deref(), Some("A[31mB"));
    let detail = error.detail.unwrap();
    assert!(detail.starts_with("]0;ownedx") && detail.len() < 1_000, "{detail}");
    assert_eq!(error.meta.request_id.as_deref(), Some("abc-1"));
}

#[test]
fn a_redirect_names_the_host_alone() {
    for (location, host) in [
        ("https://user:secret@evil.example:81/x?y", "evil.example"),
        ("//evil.example/x", "evil.example"),
        ("/login", ""),
        ("https://cloud.mongodb.com/login", ""),
        ("//Cloud.MongoDB.com:443/login", ""),
        ("http://user:secret@cloud.mongodb.com/x", "http://cloud.mongodb.com"),
        ("https://cloud.mongodb.com:8443/x", "https://cloud.mongodb.com:8443"),
    ] {
        let error = made(302, &[("Location", location)], "").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Redirected { to_host: host.to_owned() }, "{location}");
    }
    assert_eq!(made(304, &[], "").unwrap_err().kind, ErrorKind::UnexpectedStatus);
}

#[test]
fn a_success_without_a_job_is_no_success() {
    assert_eq!(made(200, &[], "<!doctype html>").unwrap_err().kind, ErrorKind::NotJson);
    assert_eq!(made(204, &[], "").unwrap_err().kind, ErrorKind::NotJson);
    assert_eq!(made(200, &[], r#"{"id":"x","exp"#).unwrap_err().kind, ErrorKind::Cut);
    let error = made(200, &[], r#"{"error":500,"errorCode":"X","detail":"d"}"#).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::WrongShape { .. }));
    assert_eq!((error.code.as_deref(), error.detail.as_deref()), (Some("X"), Some("d")));
}
