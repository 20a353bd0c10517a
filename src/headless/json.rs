//! The JSON that scripts read: schema 1, one object, members in a fixed order, absent fields `null`.
//!
//! Within a schema number nothing is removed or renamed. One object is one line, so that the same text serves
//! `-o json` and `-o ndjson`.

use jiff::Timestamp;
use serde::Serialize;

use super::reading::Reading;
use crate::api::ApiError;
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::job::{Component, DeliveryType};
use crate::domain::target::{Kind, Target};
use crate::domain::text::escape_json;

const SCHEMA: u32 = 1;

/// A job as one line of JSON, without the line's end.
///
/// `raw` is the answer as it came, digit for digit; only blanks between its members may go, and characters that
/// could steer a terminal are written as `\u` escapes, which mean the same.
#[must_use]
pub fn job(reading: &Reading<'_>) -> String {
    let known = known(reading);
    // Put in as text: a detour through `serde_json::Value` would round large numbers and refuse half a
    // surrogate pair, which JSON's grammar allows.
    let mut line = serialized(&known);
    line.pop();
    line.push_str(",\"raw\":");
    line.push_str(reading.job.raw.as_str());
    line.push('}');
    harmless(&line)
}

/// The same members without the answer itself, for whoever puts them in another form.
#[must_use]
pub(super) fn without_raw(reading: &Reading<'_>) -> serde_json::Value {
    // Strings, numbers and lists of them: nothing here can fail.
    serde_json::to_value(known(reading)).unwrap_or_default()
}

fn known<'a>(reading: &Reading<'a>) -> Job<'a> {
    let Reading { job, status, meta, .. } = reading;
    let seconds_between = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs();
    let counts = job.collections.as_deref();
    Job {
        schema: SCHEMA,
        target: reading.target.into(),
        phase: status.phase.as_str(),
        terminal: status.phase.is_terminal(),
        anomalies: status
            .anomalies
            .iter()
            .map(|anomaly| anomaly.as_str())
            .chain(meta.other_version.as_ref().map(|_| "other_version"))
            .collect(),
        stale: reading.stale,
        delivery_type: job.delivery_type.as_ref().map(DeliveryType::as_str),
        flags: Flags { cancelled: job.cancelled, expired: job.expired, failed: job.failed },
        created_at: reading.created_at().to_string(),
        finished_at: job.finished_at.map(|at| at.to_string()),
        expires_at: job.expires_at.map(|at| at.to_string()),
        expires_in_seconds: job.expires_at.map(|at| seconds_between(reading.fetched_at, at)),
        elapsed_seconds: seconds_between(reading.created_at(), reading.elapsed_until()),
        snapshot_id: job.snapshot_id.as_deref(),
        snapshot_taken_at: job.snapshot_taken_at.map(|at| at.to_string()),
        target_project_id: job.target_project_id.as_deref(),
        target_name: job.target_name.as_deref(),
        delivery_urls: job.downloads().iter().filter(|it| it.endpoint.is_none()).map(|it| it.url).collect(),
        components: job.components.iter().map(Into::into).collect(),
        progress: job.progress().map(|permille| f64::from(permille) / 1000.0),
        restored_documents: counts.and_then(|counts| counts.restored_documents),
        total_documents: counts.and_then(|counts| counts.total_documents),
        deprecated_at: meta.deprecated_at.map(|at| at.to_string()),
        sunset_at: meta.sunset_at.map(|at| at.to_string()),
        fetched_at: reading.fetched_at.to_string(),
        label: Some(reading.label).filter(|label| !label.is_empty()),
    }
}

/// A failed read as one line of JSON, without the line's end.
#[must_use]
pub fn error(target: &Target, error: &ApiError) -> String {
    let problem = Problem::of(error, error.explain(target).headline);
    harmless(&serialized(&Failure { schema: SCHEMA, target: Asked::from(target), error: problem }))
}

/// A list that could not be read, as one line of JSON: of a project's clusters, or of a cluster's jobs.
#[must_use]
pub fn list_error(
    kind: Kind,
    project: ObjectId,
    instance: Option<&InstanceName>,
    error: &ApiError,
    message: String,
) -> String {
    let target = Listed {
        kind: kind.as_str(),
        project_id: project.as_str(),
        instance: instance.map(InstanceName::as_str),
        job_id: None,
    };
    harmless(&serialized(&Failure { schema: SCHEMA, target, error: Problem::of(error, message) }))
}

/// A command line that names no job, as one line of JSON: there is no target to tell.
#[must_use]
pub fn usage(message: &str) -> String {
    let error = serde_json::json!({
        "kind": "usage", "httpStatus": null, "errorCode": null, "message": message, "retryable": false
    });
    harmless(&serde_json::json!({ "schema": SCHEMA, "target": null, "error": error }).to_string())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Job<'a> {
    schema: u32,
    target: Asked<'a>,
    phase: &'a str,
    terminal: bool,
    anomalies: Vec<&'a str>,
    stale: bool,
    delivery_type: Option<&'a str>,
    flags: Flags,
    created_at: String,
    finished_at: Option<String>,
    expires_at: Option<String>,
    /// Negative once it is past.
    expires_in_seconds: Option<i64>,
    elapsed_seconds: i64,
    snapshot_id: Option<&'a str>,
    snapshot_taken_at: Option<String>,
    target_project_id: Option<&'a str>,
    target_name: Option<&'a str>,
    delivery_urls: Vec<&'a str>,
    /// One for each shard of a sharded cluster's download.
    components: Vec<Shard<'a>>,
    /// From 0 to 1, where Atlas counts what is restored; never more, also where its estimate is too low.
    progress: Option<f64>,
    restored_documents: Option<i64>,
    /// An estimate.
    total_documents: Option<i64>,
    /// Since when this endpoint is deprecated.
    deprecated_at: Option<String>,
    /// When this endpoint ends, or ended.
    sunset_at: Option<String>,
    fetched_at: String,
    /// Of the saved lookup, where one was read.
    label: Option<&'a str>,
    // `raw` follows.
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shard<'a> {
    replica_set_name: Option<&'a str>,
    download_url: Option<&'a str>,
}

impl<'a> From<&'a Component> for Shard<'a> {
    fn from(component: &'a Component) -> Self {
        Self { replica_set_name: component.replica_set.as_deref(), download_url: component.url.as_deref() }
    }
}

#[derive(Serialize)]
struct Flags {
    cancelled: Option<bool>,
    expired: Option<bool>,
    failed: Option<bool>,
}

/// The target as it was asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'a> {
    kind: &'a str,
    project_id: &'a str,
    instance: &'a str,
    job_id: &'a str,
}

impl<'a> From<&'a Target> for Asked<'a> {
    fn from(target: &'a Target) -> Self {
        Self {
            kind: target.kind.as_str(),
            project_id: target.project.as_str(),
            instance: target.instance.as_str(),
            job_id: target.job.as_str(),
        }
    }
}

/// What a list was asked for. It names no job.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    kind: &'a str,
    project_id: &'a str,
    instance: Option<&'a str>,
    job_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Failure<'a, T> {
    schema: u32,
    target: T,
    error: Problem<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    kind: &'a str,
    http_status: Option<u16>,
    error_code: Option<&'a str>,
    message: String,
    retryable: bool,
}

impl<'a> Problem<'a> {
    fn of(error: &'a ApiError, message: String) -> Self {
        Self {
            kind: error.kind.as_str(),
            http_status: error.meta.http_status,
            error_code: error.code.as_deref(),
            message,
            retryable: error.is_retryable(),
        }
    }
}

fn serialized(value: &impl Serialize) -> String {
    // Strings, numbers and lists of them: nothing here can fail to be written.
    serde_json::to_string(value).unwrap_or_default()
}

/// The same JSON on one line and without a character that a terminal might obey.
fn harmless(json: &str) -> String {
    // These stand between tokens, where they are blanks.
    escape_json(json).replace(['\n', '\r', '\t'], "")
}
