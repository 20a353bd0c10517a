//! The request log: what the last minute comes to, and the requests themselves. Nothing in it is a secret: it is
//! made of what answers said, never of what was sent.

use jiff::Timestamp;

use super::times::{self, Ticker};
use super::view::{Log, Role, Span};
use crate::app::layout;
use crate::app::model::{LOG, LogEntry, Model};
use crate::app::traffic::Traffic;
use crate::domain::text::shortened;

/// Characters of a job's name in a narrow log.
const NARROW_JOB: usize = 15;

/// How far the log can be scrolled.
#[must_use]
pub fn log_end(model: &Model, now: Timestamp) -> usize {
    let log = log(model, u16::MAX, &mut Ticker::new(now));
    log.above
}

pub(super) fn log(model: &Model, scroll: u16, ticker: &mut Ticker) -> Log {
    let traffic = Traffic::of(model.log.iter(), model.log.len() >= LOG, ticker.now);
    ticker.wake_at(traffic.changes_at);
    let narrow = layout::is_narrow_log(model.setup.size);
    let mut summary = packed(summary(model, &traffic), usize::from(layout::log_columns(model.setup.size)));
    if narrow {
        // What is wrong needs the lines more.
        summary.truncate(1);
    }
    let rows = layout::overlay_rows(model.setup.size).saturating_sub(summary.len() + 1).max(1);
    let total = model.log.len();
    let height = |entry: &LogEntry| 1 + usize::from(narrow && is_odd(entry));
    let mut left = rows;
    let at_end =
        model.log.iter().rev().map_while(|entry| left.checked_sub(height(entry)).map(|rest| left = rest));
    let above = usize::from(scroll).min(total.saturating_sub(at_end.count().max(1)));
    let mut left = rows;
    let shown = model.log.iter().skip(above).take_while(|entry| {
        let fits = left > 0;
        left = left.saturating_sub(height(entry));
        fits
    });
    let shown: Vec<&LogEntry> = shown.collect();
    let lines: Vec<_> = if narrow {
        shown.iter().flat_map(|entry| narrow_lines(model, entry)).collect()
    } else {
        shown.iter().map(|entry| line(model, entry)).collect()
    };
    let heading = if narrow {
        "job, HTTP, outcome"
    } else {
        "time     HTTP  latency     size req job, request id, outcome"
    };
    Log { title: format!("Requests · {total}"), heading, summary, lines, above, shown: shown.len(), total }
}

/// What somebody may have to report: its request id is shown however narrow the log is.
fn is_odd(entry: &LogEntry) -> bool {
    entry.role != Role::Good
}

/// What a person asks of it: how much, how well shared, how much is left.
fn summary(model: &Model, traffic: &Traffic) -> Vec<Vec<Span>> {
    let at_least = if traffic.at_least { "at least " } else { "" };
    let count =
        |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let requests = count(traffic.requests, "request", "requests");
    let mut parts = vec![vec![Span::new(format!("{at_least}{requests} in the last minute"), Role::Strong)]];
    let mut add = |text: String, role| parts.push(vec![Span::new(text, role)]);
    let watched = model.watches.len();
    if let Some(hundredths) = traffic.per_watch_hundredths(watched) {
        add(format!("{}.{:02} per watched job", hundredths / 100, hundredths % 100), Role::Plain);
    }
    if let Some(percent) = traffic.list_percent() {
        let (single, list) = (traffic.single, count(traffic.list, "list", "lists"));
        add(format!("{single} single, {list} ({percent} %)"), Role::Plain);
    }
    let role = if traffic.errors > 0 { Role::Warning } else { Role::Muted };
    add(count(traffic.errors, "error", "errors"), role);
    match model.budget {
        Some(budget) => {
            let role = if budget.is_scarce() { Role::Warning } else { Role::Plain };
            add(format!("budget {} of {} left", budget.remaining, budget.limit), role);
        }
        None => add("budget not told yet".into(), Role::Muted),
    }
    parts
}

/// The parts on as few lines as they fit on, with a separator between each two.
fn packed(parts: Vec<Vec<Span>>, columns: usize) -> Vec<Vec<Span>> {
    const SEPARATOR: &str = " · ";
    // ASCII but for the separator, which takes three columns: characters are columns.
    let wide = |spans: &[Span]| spans.iter().map(|span| span.text.chars().count()).sum::<usize>();
    let mut lines: Vec<Vec<Span>> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if wide(line) + 3 + wide(&part) <= columns => {
                line.push(Span::new(SEPARATOR, Role::Muted));
                line.extend(part);
            }
            _ => lines.push(part),
        }
    }
    lines
}

fn line(model: &Model, entry: &LogEntry) -> Vec<Span> {
    let status = entry.http_status.map_or_else(|| "---".into(), |status| status.to_string());
    let mut spans = vec![
        Span::new(times::time_of_day(model, entry.at), Role::Muted),
        Span::new(format!(" {status} "), entry.role),
        Span::new(format!("{:>6} ms", entry.latency.as_millis()), Role::Muted),
        Span::new(format!("{:>9} ", bytes(entry.body_bytes)), Role::Muted),
    ];
    // The second one answered a challenge, or the first one was for a token.
    let requests = if entry.requests > 1 { format!("{}x", entry.requests) } else { String::new() };
    spans.push(Span::new(format!("{requests:<4}"), Role::Info));
    spans.push(Span::new(entry.lookup.clone(), Role::Plain));
    // Before the outcome, which may be long: a support case needs the id whole.
    if let Some(id) = &entry.request_id {
        spans.push(Span::new(format!(" {id}"), Role::Muted));
    }
    spans.push(Span::new(format!(" {}", entry.outcome), entry.role));
    spans
}

/// Job and outcome; under what went wrong its time and its request id.
fn narrow_lines(model: &Model, entry: &LogEntry) -> Vec<Vec<Span>> {
    let status = entry.http_status.map_or_else(|| "---".into(), |status| status.to_string());
    let job = shortened(&entry.lookup, NARROW_JOB);
    let mut first = vec![
        Span::new(format!("{job:<width$} ", width = NARROW_JOB + 1), Role::Plain),
        Span::new(format!("{status} {}", entry.outcome), entry.role),
    ];
    let time = times::time_of_day(model, entry.at);
    if !is_odd(entry) {
        first.push(Span::new(format!(" {time}"), Role::Muted));
        return vec![first];
    }
    let id = entry.request_id.as_deref().unwrap_or_default();
    vec![first, vec![Span::new(format!("  {time} {id}"), Role::Muted)]]
}

/// A size in three digits or fewer.
fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..10_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        10_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
