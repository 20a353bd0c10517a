//! One object of schema 1. Members are added to it and never taken away.

use serde_json::{Value, json};

use super::super::check::{Check, exit_code, first_step};
use super::super::{Report, machine};

/// The report as a value.
#[must_use]
pub fn json(report: &Report) -> Value {
    let first = first_step(&report.checks);
    json!({
        "schema": 1,
        "checks": report.checks.iter().map(check).collect::<Vec<_>>(),
        "first": first.map(|first| json!({"name": first.name.as_str(), "nextStep": first.next_step})),
        "exitCode": exit_code(&report.checks),
        "requests": report.requests,
        "version": env!("CARGO_PKG_VERSION"),
        "platform": machine::platform(),
    })
}

fn check(check: &Check) -> Value {
    json!({
        "name": check.name.as_str(),
        "verdict": check.verdict.as_str(),
        "finding": check.finding,
        "nextStep": check.next_step,
        "evidence": check.evidence,
    })
}
