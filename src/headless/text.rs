//! A job as aligned text for people: nothing cut short, and colour only where the style has it. `—` is what Atlas left
//! out, which differs from `no`.

use std::fmt::Write;

use jiff::Timestamp;

use super::reading::Reading;
use super::style::{Role, Style};
use super::times::Times;
use crate::api::{ApiError, ErrorKind};
use crate::domain::countdown;
use crate::domain::job::{CollectionRestore, DeliveryType, Download, RestoreJob, Shape};
use crate::domain::phase::Phase;
use crate::domain::target::Target;
use crate::domain::text::clean;

const ABSENT: &str = "—";

const PHASE: &str = "Phase";

/// A job in lines, the last one ended too.
#[must_use]
pub fn job(reading: &Reading<'_>, style: Style, times: &Times) -> String {
    let Reading { target, job, status, .. } = reading;
    let time = |at: Option<Timestamp>| at.map_or_else(|| ABSENT.to_owned(), |at| times.write(at));
    let text = |text: &Option<String>| text.as_deref().unwrap_or(ABSENT).to_owned();
    let mut rows = Vec::new();
    if !reading.label.is_empty() {
        rows.push(("Label", reading.label.to_owned()));
    }
    rows.extend([
        ("Job", target.job.to_string()),
        ("Instance", format!("{} ({})", target.instance, target.kind)),
        ("Project", target.project.to_string()),
        (PHASE, status.phase.word().to_owned()),
    ]);
    rows.extend(progress(job).map(|progress| ("Progress", progress)));
    rows.extend(status.anomalies.iter().map(|anomaly| ("Note", anomaly.word().to_owned())));
    if let Some(version) = &reading.meta.other_version {
        rows.push(("Note", format!("answered in version {version}, read as far as it goes")));
    }
    if let Some(sunset) = reading.meta.sunset_at {
        let ends = if sunset <= reading.fetched_at { "ended" } else { "ends" };
        rows.push(("Note", format!("Atlas {ends} this endpoint: {}", times.write(sunset))));
    }
    if let Some(since) = reading.meta.deprecated_at {
        rows.push(("Note", format!("Atlas calls this endpoint deprecated: {}", times.write(since))));
    }
    if let Some(message) = job.collections.as_ref().and_then(|restore| restore.error_message.as_ref()) {
        rows.push(("Error", message.clone()));
    }
    if reading.stale {
        rows.push(("Note", format!("stale, read at {}", times.write(reading.fetched_at))));
    }
    rows.extend([
        told(job),
        ("Delivery", job.delivery_type.as_ref().map_or(ABSENT, DeliveryType::as_str).to_owned()),
        ("Created", times.write(reading.created_at())),
        ("Finished", time(job.finished_at)),
        ("Elapsed", countdown::elapsed(reading.created_at(), reading.elapsed_until()).text),
        ("Expires", expiry(reading, times)),
        ("Snapshot", text(&job.snapshot_id)),
        ("Taken", time(job.snapshot_taken_at)),
        ("To", text(&job.target_name)),
        ("To project", text(&job.target_project_id)),
    ]);
    if let Some(seconds) = job.point_in_time_utc_seconds {
        let at = Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |at| times.write(at));
        rows.push(("Restore to", at));
    }
    let downloads = job.downloads();
    if downloads.is_empty() {
        rows.push(("Download", ABSENT.to_owned()));
    }
    rows.extend(downloads.iter().map(|Download { url, shard, endpoint }| {
        let notes: Vec<&str> = [*shard, *endpoint].into_iter().flatten().collect();
        let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
        ("Download", format!("{url}{notes}"))
    }));
    let mut lines = String::new();
    for (name, value) in rows {
        // Writing to a String cannot fail.
        let value = clean(&value);
        let role = if name == PHASE { Role::of(&status.phase, job, reading.fetched_at) } else { Role::Plain };
        let _ = writeln!(lines, "{name:<12}{}", style.paint(role, &value));
    }
    lines
}

/// A failed read in words for standard error: what failed and what to do next, then the codes in a second line.
#[must_use]
pub fn error(target: &Target, error: &ApiError) -> String {
    let words = error.explain_to_script(target);
    let mut lines = format!("{} {}\n", clean(&words.headline), clean(&words.next_step));
    lines.push_str(&codes(error));
    lines
}

/// What a support case needs, as a line; empty when there is nothing.
#[must_use]
pub fn codes(error: &ApiError) -> String {
    let codes: Vec<String> = [
        error.meta.http_status.map(|status| format!("HTTP {status}")),
        error.code.clone(),
        error.meta.request_id.as_ref().map(|id| format!("request {id}")),
        error.retry_after.map(|wait| format!("Atlas asked to wait {} s", wait.as_secs())),
        // Of a missing credential the sentence above has said it.
        error.detail.clone().filter(|_| error.kind != ErrorKind::NoCredentials),
    ]
    .into_iter()
    .flatten()
    .collect();
    if codes.is_empty() { String::new() } else { format!("({})\n", clean(&codes.join(" · "))) }
}

/// What Atlas counts. The total is an estimate, and a share of one that is too low says nothing.
fn progress(job: &RestoreJob) -> Option<String> {
    let CollectionRestore { restored_documents, total_documents, .. } = job.collections.as_deref()?;
    let restored = (*restored_documents)?;
    let Some(total) = *total_documents else { return Some(format!("{restored} documents")) };
    let counts = format!("{restored} of about {total} documents");
    let share = job.progress().filter(|_| restored <= total);
    Some(match share {
        Some(permille) => format!("{}.{} %, {counts}", permille / 10, permille % 10),
        None => counts,
    })
}

/// Atlas's own word where it has one, else the flags.
fn told(job: &RestoreJob) -> (&'static str, String) {
    let word = |word: Option<&String>| word.map_or(ABSENT, String::as_str).to_owned();
    match job.shape() {
        Shape::Status => ("Status", word(job.status.as_ref())),
        Shape::State => ("State", word(job.collections.as_ref().and_then(|restore| restore.state.as_ref()))),
        Shape::Flags => {
            let [cancelled, expired, failed] = [job.cancelled, job.expired, job.failed].map(flag);
            ("Flags", format!("cancelled {cancelled} · expired {expired} · failed {failed}"))
        }
    }
}

fn flag(flag: Option<bool>) -> &'static str {
    match flag {
        Some(true) => "YES",
        Some(false) => "no",
        None => ABSENT,
    }
}

/// Only a link counts down: the record of an automated restore may expire without anything being lost.
fn expiry(reading: &Reading<'_>, times: &Times) -> String {
    let Some(at) = reading.job.expires_at else { return ABSENT.to_owned() };
    let left = countdown::time_left(at, reading.fetched_at).text;
    let at = times.write(at);
    match reading.status.phase {
        Phase::Ready => format!("{at} (in {left})"),
        Phase::Expired => format!("{at} ({left})"),
        _ => at,
    }
}
