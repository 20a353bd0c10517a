//! The JSON of scripts against its published schema: every recorded answer, every kind of error, whatever fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/schema.rs"]
mod schema;

use std::fs;

use atlas_tui::api::{Answer, ApiError, ErrorKind, Meta, Missing, wire};
use atlas_tui::domain::phase::Phase;
use atlas_tui::domain::target::{Kind, Target};
use atlas_tui::headless::{Reading, json};
use schema::{assert_valid, is_valid};
use serde_json::Value;

fn target(kind: Kind) -> Target {
    let text = format!("{kind}/6a793f6b2c88faeba59bae37/backupRestores-305/6a794733c0eb9e7a17740663");
    text.parse().unwrap()
}

/// Bodies of all restore jobs that were recorded or documented, those in lists among them.
fn bodies() -> Vec<(String, String)> {
    let mut bodies = Vec::new();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let body = text.split_once("\n\n").map_or(text.as_str(), |(_, body)| body);
        let is_job = name.contains("-job") || name.contains("-automated-") || name.contains("-download-");
        if is_job && name != "index.json" {
            bodies.push((name, body.to_owned()));
        } else if name == "dedicated-list.http" || name == "flex-list-page1.http" {
            let list: Value = serde_json::from_str(body).unwrap();
            let jobs = list["results"].as_array().unwrap();
            bodies.extend(jobs.iter().map(|job| (name.clone(), job.to_string())));
        }
    }
    bodies
}

fn object(body: &str, meta: Meta, label: &str) -> Value {
    let answer = Answer { job: wire::restore_job(body.as_bytes()).unwrap(), meta };
    let target = target(Kind::Dedicated);
    let now = "2026-08-10T03:45:00Z".parse().unwrap();
    serde_json::from_str(&json::job(&Reading::new(&target, &answer, now).labelled(label))).unwrap()
}

#[test]
fn every_recorded_job_is_as_the_schema_says() {
    let bodies = bodies();
    assert!(bodies.len() > 20, "{}", bodies.len());
    for (name, body) in bodies {
        let meta = Meta {
            deprecated_at: Some("2024-08-05T00:00:00Z".parse().unwrap()),
            other_version: Some("2030-01-01".to_owned()),
            ..Meta::default()
        };
        assert_valid(&name, &object(&body, Meta::default(), ""));
        assert_valid(&name, &object(&body, meta, "a label"));
    }
    for odd in [
        r#"{"failed":true,"cancelled":true,"expired":true,"id":"6a794733c0eb9e7a17740664"}"#,
        r#"{"status":"TELEPORTING","deliveryType":"CARRIER_PIGEON"}"#,
        r#"{"state":"IN_PROGRESS","restoredDocuments":7,"totalDocuments":3}"#,
        r#"{"components":[{"replicaSetName":"rs0","downloadUrl":"https://a"},{}],"deliveryType":"download"}"#,
        r#"{"finishedAt":"9999-12-30T00:00:00Z","expiresAt":"0001-01-01T00:00:00Z"}"#,
    ] {
        assert_valid(odd, &object(odd, Meta::default(), "x"));
    }
}

#[test]
fn every_error_is_as_the_schema_says() {
    let text = || "x".to_owned();
    let kinds = [
        ErrorKind::NoCredentials,
        ErrorKind::KeyRefused { public_key_hint: text() },
        ErrorKind::Forbidden,
        ErrorKind::AddressBlocked,
        ErrorKind::NotFound(Missing::Project),
        ErrorKind::NotFound(Missing::Instance),
        ErrorKind::NotFound(Missing::Job),
        ErrorKind::NotFound(Missing::Unsaid),
        ErrorKind::WrongKind,
        ErrorKind::Ended,
        ErrorKind::RateLimited,
        ErrorKind::ServerError,
        ErrorKind::UnexpectedStatus,
        ErrorKind::Redirected { to_host: text() },
        ErrorKind::Timeout,
        ErrorKind::Dns,
        ErrorKind::Connect,
        ErrorKind::Tls,
        ErrorKind::Proxy,
        ErrorKind::Cut,
        ErrorKind::TooLarge { limit: 8 },
        ErrorKind::NotJson,
        ErrorKind::WrongShape { field: text(), expected: text(), found: text() },
        ErrorKind::Internal,
    ];
    for kind in kinds {
        for http_status in [None, Some(503)] {
            let meta = Meta { http_status, ..Meta::default() };
            let code = http_status.map(|_| "CODE".to_owned());
            let error = ApiError { kind: kind.clone(), code, detail: None, retry_after: None, meta };
            for of in Kind::ALL {
                let target = target(of);
                let line = json::error(&target, &error);
                assert_valid(&line, &serde_json::from_str(&line).unwrap());
                for instance in [None, Some(&target.instance)] {
                    let line = json::list_error(of, target.project, instance, &error, "words".to_owned());
                    assert_valid(&line, &serde_json::from_str(&line).unwrap());
                }
            }
        }
    }
    let usage: Value = serde_json::from_str(&json::usage("wrong \"words\"\u{1b}")).unwrap();
    assert_valid("usage", &usage);
}

#[test]
fn the_schema_asks_for_every_member_and_knows_every_phase() {
    let ready = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/recordings/dedicated-download-ready.http"
    ));
    let ready = object(ready.unwrap().split_once("\n\n").unwrap().1, Meta::default(), "");
    let members: Vec<String> = ready.as_object().unwrap().keys().cloned().collect();
    for member in &members {
        let mut less = ready.clone();
        less.as_object_mut().unwrap().remove(member);
        assert!(!is_valid(&less), "{member} is promised");
        let mut wrong = ready.clone();
        wrong[member] = Value::from(vec![Value::from(vec![Value::Null])]);
        assert!(!is_valid(&wrong), "{member} has a type");
    }
    for phase in Phase::NAMED.iter().chain([&Phase::Unknown("x".to_owned())]) {
        let mut other = ready.clone();
        other["phase"] = phase.as_str().into();
        assert!(is_valid(&other), "{phase:?}");
    }
    for member in ready["target"].as_object().unwrap().keys() {
        let mut wrong = ready.clone();
        wrong["target"][member] = Value::from(vec![Value::Null]);
        assert!(!is_valid(&wrong), "target.{member} has a type");
    }
    let mut both = ready.clone();
    both["error"] = serde_json::from_str::<Value>(&json::usage("x")).unwrap()["error"].clone();
    assert!(!is_valid(&both), "a job or an error");
    let mut more = ready;
    more["later"] = 1.into();
    assert!(is_valid(&more), "members may be added");
}
