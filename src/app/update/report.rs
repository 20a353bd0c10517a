//! Takes in what the worker read.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{lookups, sort};
use crate::api::{ApiError, Meta};
use crate::app::message::Effect;
use crate::app::model::{LogEntry, Model};
use crate::app::overlay::Overlay;
use crate::app::traffic::Question;
use crate::app::view::Role;
use crate::app::watch::{Reading, Watch};
use crate::worker::{Ended, Read, Report, Schedule, Subject, WatchId};

pub(super) fn take(model: &mut Model, report: Report, now: Timestamp, effects: &mut Vec<Effect>) {
    match report {
        Report::Started { request, watches, at } => {
            each(model, watches.into_iter().map(|id| (id, ())), |watch, ()| {
                if watch.job.is_current(request) {
                    watch.job.started(request, at);
                }
            });
            model.rows.rescheduled(&model.filter);
        }
        // Only ever said of lookups with nothing under way: what was has given way.
        Report::Scheduled(schedules) => {
            let schedules = schedules.into_iter().map(|schedule| (schedule.watch, schedule));
            each(model, schedules, |watch, Schedule { request, next_at, .. }| {
                if watch.job.is_current(request) {
                    watch.job.next_at = next_at;
                    watch.job.in_flight = None;
                }
            });
            model.rows.rescheduled(&model.filter);
        }
        Report::Pace(pace) => model.pace = pace,
        Report::Ended(ended) => take_in(model, *ended, now, effects),
    }
}

/// Goes through the watches once, however many are meant.
fn each<T>(
    model: &mut Model,
    meant: impl ExactSizeIterator<Item = (WatchId, T)>,
    mut change: impl FnMut(&mut Watch, T),
) {
    if meant.len() == 1 {
        for (id, what) in meant {
            if let Some(watch) = model.watch_mut(id) {
                change(watch, what);
            }
        }
        return;
    }
    let mut meant: BTreeMap<WatchId, T> = meant.collect();
    for watch in &mut model.watches {
        if let Some(what) = meant.remove(&watch.id) {
            change(watch, what);
        }
    }
}

fn take_in(model: &mut Model, ended: Ended, now: Timestamp, effects: &mut Vec<Effect>) {
    let Ended { request, subject, meta, sent_at, received_at, failure, reads } = ended;
    let latency = Duration::try_from(sent_at.duration_until(received_at)).unwrap_or_default();
    let (about, question) = match subject {
        Subject::Job(id) => {
            let about = model.watch(id).map(|watch| (watch.lookup.name(), watch.profile.clone()));
            (about, Question::Single)
        }
        Subject::Jobs { instance, profile, wanted } => {
            (Some((format!("{instance}: {wanted} jobs"), profile)), Question::List)
        }
    };
    // Of a lookup that is gone, perhaps with the Atlas that it was read from. One that comes late counts as a request
    // all the same; what it brings does not.
    let Some((about, profile)) = about else { return };
    let entry = log_entry(failure.as_ref(), &meta, about, latency, received_at);
    model.log(LogEntry { question: Some(question), profile, ..entry });
    if let Some(date) = meta.server_date {
        model.learn_time(date, sent_at, received_at, now);
    }
    if meta.budget.is_some() {
        model.budget = meta.budget;
    }
    let clock = model.clock;
    let mut switched = Vec::new();
    let mut raw = None;
    let mut changes = Vec::new();
    let mut answered = Vec::with_capacity(reads.len());
    let selected = model.selected;
    each(model, reads.into_iter().map(|read| (read.watch, read)), |watch, read| {
        if !watch.job.is_current(request) {
            return;
        }
        let Read { result, next_at, kind, .. } = read;
        if let Some(kind) = kind {
            switched.push((watch.id, kind));
        }
        if selected == Some(watch.id) {
            raw = result.as_ref().ok().map(|job| job.raw.clone());
        }
        let reading = |job| Box::new(Reading { job, latency, meta: meta.clone() });
        watch.job.ended(request, result.map(reading).map_err(Box::new), received_at, next_at);
        changes.extend(watch.assess(&clock, now).map(|change| (watch.id, change)));
        answered.push(watch.id);
    });
    model.changes.append(&mut changes);
    if let (Some(raw), Some(Overlay::Raw(view))) = (raw, &mut model.overlay) {
        view.replace(raw.as_str());
    }
    lookups::switch_kinds(model, &switched, now, effects);
    sort::place(model, &answered);
}

fn log_entry(
    failure: Option<&ApiError>,
    meta: &Meta,
    lookup: String,
    latency: Duration,
    at: Timestamp,
) -> LogEntry {
    let (outcome, role) = match failure {
        None => ("ok".to_owned(), Role::Good),
        Some(error) => {
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
        question: None,
        profile: None,
    }
}
