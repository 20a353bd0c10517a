//! The scenario at chosen moments, by its members and by the phases that they amount to.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::{Question, Scenario};
use crate::domain::countdown::{self, Severity};
use crate::domain::job::{DeliveryType, RestoreJob};
use crate::domain::phase::{self, Anomaly, Phase};
use crate::domain::target::Target;

const START: &str = "2026-11-24T03:41:07.25Z";

/// The body of a recorded exchange.
fn body_of(recording: &str) -> &str {
    recording.split_once("\n\n").unwrap().1
}

fn question(target: &Target) -> Question<'_> {
    Question {
        project: target.project.as_str(),
        instance: target.instance.as_str(),
        job: target.job.as_str(),
    }
}

/// What the scenario says of a lookup so many seconds after the start.
fn scene(scenario: &Scenario, label: &str, second: u64) -> String {
    let target = &scenario.lookups().find(|lookup| lookup.label == label).unwrap().target;
    let job = match scenario.answer(question(target), Duration::from_secs(second)) {
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
    if !job["deliveryUrl"].as_array().unwrap().is_empty() {
        words.push("link".to_owned());
    }
    words.extend(since_start("finishedAt").map(|at| format!("finished {at}")));
    words.extend(since_start("expiresAt").map(|at| format!("until {at}")));
    if words.is_empty() { "running".to_owned() } else { words.join(" ") }
}

#[test]
fn every_lookup_reaches_its_phases_in_time() {
    let scenario = Scenario::new(0, START.parse().unwrap());
    let expected: [(&str, &[(u64, &str)]); 10] = [
        ("orders-restore", &[(0, "running"), (39, "running"), (40, "finished 40"), (9999, "finished 40")]),
        (
            "archive-dump",
            &[
                (11, "running"),
                (12, "link until 3632"),
                (3636, "link until 3632"),
                (3637, "expired until 3632"),
            ],
        ),
        ("customers-dump", &[(0, "link until 625"), (25, "link until 625"), (630, "expired until 625")]),
        (
            "sessions-dump",
            &[
                (0, "link until 75"),
                (79, "link until 75"),
                (80, "expired until 75"),
                (9999, "expired until 75"),
            ],
        ),
        ("eu-nightly", &[(24, "running"), (25, "failed finished 25"), (9999, "failed finished 25")]),
        ("billing-copy", &[(0, "finished -263220"), (9999, "finished -263220")]),
        ("ledger-rehearsal", &[(0, "cancelled finished -2640"), (9999, "cancelled finished -2640")]),
        ("audit-dump", &[(0, "expired until -7200"), (9999, "expired until -7200")]),
        (
            "events-restore",
            &[
                (0, "running"),
                (17, "running"),
                (18, "503"),
                (30, "429 for 12"),
                (41, "429 for 1"),
                (42, "running"),
                (42 + 18, "503"),
                (42 + 35, "429 for 7"),
                (4200, "running"),
            ],
        ),
        ("july-report", &[(0, "404"), (9999, "404")]),
    ];
    for ((label, moments), lookup) in expected.iter().zip(scenario.lookups()) {
        assert_eq!(*label, lookup.label);
        for (second, wanted) in *moments {
            assert_eq!(scene(&scenario, label, *second), *wanted, "{label} at {second} s");
        }
    }
}

/// Lookup, second since the start, and what a person then sees.
type Moment = (&'static str, u64, Phase, Option<Severity>, &'static [Anomaly]);

/// The members that decide on the phase.
fn decoded(job: &Value) -> RestoreJob {
    let date = |name: &str| job.get(name).map(|date| date.as_str().unwrap().parse().unwrap());
    RestoreJob {
        delivery_type: job["deliveryType"].as_str().map(DeliveryType::from_word),
        cancelled: job["cancelled"].as_bool(),
        expired: job["expired"].as_bool(),
        failed: job["failed"].as_bool(),
        finished_at: date("finishedAt"),
        expires_at: date("expiresAt"),
        delivery_urls: job["deliveryUrl"]
            .as_array()
            .unwrap()
            .iter()
            .map(|url| url.as_str().unwrap().to_owned())
            .collect(),
        ..RestoreJob::default()
    }
}

#[test]
fn each_phase_severity_and_overlay_comes_up_while_somebody_watches() {
    let scenario = Scenario::new(0, START.parse().unwrap());
    let moments: [Moment; 14] = [
        ("orders-restore", 39, Phase::Running, None, &[]),
        ("orders-restore", 40, Phase::Completed, None, &[]),
        ("archive-dump", 11, Phase::Running, None, &[]),
        ("archive-dump", 12, Phase::Ready, Some(Severity::Good), &[]),
        ("archive-dump", 33, Phase::Ready, Some(Severity::Warning), &[]),
        ("customers-dump", 0, Phase::Ready, Some(Severity::Warning), &[]),
        ("customers-dump", 26, Phase::Ready, Some(Severity::Danger), &[]),
        ("sessions-dump", 74, Phase::Ready, Some(Severity::Danger), &[]),
        ("sessions-dump", 75, Phase::Expired, Some(Severity::Over), &[Anomaly::ExpiredByClock]),
        ("sessions-dump", 80, Phase::Expired, Some(Severity::Over), &[]),
        ("eu-nightly", 25, Phase::Failed, None, &[]),
        ("billing-copy", 0, Phase::Completed, None, &[]),
        ("ledger-rehearsal", 0, Phase::Cancelled, None, &[]),
        ("audit-dump", 0, Phase::Expired, Some(Severity::Over), &[]),
    ];
    for (label, second, phase, urgency, anomalies) in moments {
        let target = &scenario.lookups().find(|lookup| lookup.label == label).unwrap().target;
        let body = scenario.answer(question(target), Duration::from_secs(second)).unwrap();
        let (job, now) = (decoded(&body), scenario.start() + Duration::from_secs(second));
        let status = phase::assess(&job, now);
        assert_eq!(status.phase, phase, "{label} at {second} s");
        assert_eq!(status.anomalies, anomalies, "{label} at {second} s");
        let found = job.expires_at.map(|until| countdown::severity(until, now));
        assert_eq!(found, urgency, "{label} at {second} s");
    }
}

#[test]
fn bodies_have_the_recorded_members_in_the_recorded_order() {
    let scenario = Scenario::new(0, START.parse().unwrap());
    let recordings = [
        ("orders-restore", 0, include_str!("../../../tests/recordings/dedicated-automated-in-progress.http")),
        ("orders-restore", 40, include_str!("../../../tests/recordings/dedicated-automated-finished.http")),
        ("archive-dump", 0, include_str!("../../../tests/recordings/dedicated-download-in-progress.http")),
        ("archive-dump", 12, include_str!("../../../tests/recordings/dedicated-download-ready.http")),
    ];
    for (label, second, text) in recordings {
        let recorded: Value = serde_json::from_str(body_of(text)).unwrap();
        let target = &scenario.lookups().find(|lookup| lookup.label == label).unwrap().target;
        let ours = scenario.answer(question(target), Duration::from_secs(second)).unwrap();
        let names = |job: &Value| job.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&ours), names(&recorded), "{label} at {second} s");
        let rels = |job: &Value| {
            job["links"].as_array().unwrap().iter().map(|link| link["rel"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(rels(&ours), rels(&recorded));
        for same in ["cancelled", "expired", "failed", "desiredTimestamp", "deliveryType"] {
            assert_eq!(ours[same], recorded[same], "{label}: {same}");
        }
        let length = |job: &Value| job["deliveryUrl"][0].as_str().map(str::len);
        assert_eq!(length(&ours), length(&recorded));
        assert_eq!(ours["id"], target.job.as_str());
    }
}

#[test]
fn a_seed_decides_all_but_the_creation_times() {
    let ids = |seed, start: &str| -> Vec<String> {
        let scenario = Scenario::new(seed, start.parse().unwrap());
        scenario.lookups().map(|lookup| lookup.target.to_string()).collect()
    };
    assert_eq!(ids(7, START), ids(7, START));
    assert_ne!(ids(7, START), ids(8, START));
    let ends = |targets: Vec<String>| -> Vec<String> {
        targets.iter().map(|target| target[target.len() - 16..].to_owned()).collect()
    };
    assert_eq!(ends(ids(7, START)), ends(ids(7, "2031-01-01T00:00:00Z")));

    let scenario = Scenario::new(7, START.parse().unwrap());
    let orders = &scenario.lookups().next().unwrap().target;
    assert_eq!(orders.job.created_at().to_string(), "2026-11-24T03:39:07Z");
    assert!(scenario.lookups().all(|lookup| lookup.target.project == orders.project));
}
