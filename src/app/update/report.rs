//! Takes in what the worker read.

use std::time::Duration;

use jiff::Timestamp;

use crate::api::{Answer, ApiError, Meta};
use crate::app::model::{LogEntry, Model};
use crate::app::overlay::Overlay;
use crate::app::view::Role;
use crate::app::watch::Reading;
use crate::worker::{Outcome, Report};

pub(super) fn take(model: &mut Model, report: Report, now: Timestamp) {
    let Report { watch: id, request, outcome } = report;
    let Some(watch) = model.watch_mut(id) else { return };
    if !watch.job.is_current(request) {
        return;
    }
    match outcome {
        Outcome::Started { at } => watch.job.started(request, at),
        // Only ever said of a lookup with nothing under way: what was has given way.
        Outcome::Scheduled { next_at } => {
            watch.job.next_at = next_at;
            watch.job.in_flight = None;
        }
        Outcome::Ended { result, sent_at, received_at, next_at } => {
            let latency = Duration::try_from(sent_at.duration_until(received_at)).unwrap_or_default();
            let name = watch.lookup.name();
            let meta = meta_of(&result).clone();
            let entry = log_entry(&result, &meta, name, latency, received_at);
            let result =
                result.map(|Answer { job, meta }| Box::new(Reading { job, latency, meta })).map_err(Box::new);
            let raw = result.as_ref().ok().map(|reading| reading.job.raw.clone());
            watch.job.ended(request, result, received_at, next_at);
            model.log(entry);
            if let Some(date) = meta.server_date {
                model.clock.observe(date, sent_at, received_at);
            }
            if meta.budget.is_some() {
                model.budget = meta.budget;
            }
            let clock = model.clock;
            let change = model.watch_mut(id).and_then(|watch| watch.assess(&clock, now));
            model.changes.extend(change.map(|change| (id, change)));
            if let (Some(raw), Some(Overlay::Raw(view))) = (raw, &mut model.overlay)
                && model.selected == Some(id)
            {
                view.replace(raw.as_str());
            }
        }
    }
}

fn meta_of(result: &Result<Answer, ApiError>) -> &Meta {
    match result {
        Ok(answer) => &answer.meta,
        Err(error) => &error.meta,
    }
}

fn log_entry(
    result: &Result<Answer, ApiError>,
    meta: &Meta,
    lookup: String,
    latency: Duration,
    at: Timestamp,
) -> LogEntry {
    let (outcome, role) = match result {
        Ok(_) => ("ok".to_owned(), Role::Good),
        Err(error) => {
            let kind = error.kind.as_str();
            let code = error.code.as_deref().unwrap_or_default();
            let detail = error.detail.as_deref().unwrap_or_default();
            let role = if error.is_retryable() { Role::Warning } else { Role::Danger };
            (format!("{kind} {code} {detail}").split_whitespace().collect::<Vec<_>>().join(" "), role)
        }
    };
    LogEntry {
        at,
        lookup,
        http_status: meta.http_status,
        outcome,
        role,
        latency,
        body_bytes: meta.body_bytes,
        requests: meta.requests,
        request_id: meta.request_id.clone(),
    }
}
