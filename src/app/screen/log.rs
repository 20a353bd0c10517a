//! The request log: what the last minute comes to, and the requests themselves. Nothing in it is a secret: it is
//! made of what answers said, never of what was sent.

use jiff::Timestamp;

use super::times::{self, Ticker};
use super::view::{Log, Role, Span};
use crate::app::layout;
use crate::app::model::{LOG, LogEntry, Model};
use crate::app::traffic::Traffic;

/// How far the log can be scrolled.
#[must_use]
pub fn log_end(model: &Model, now: Timestamp) -> usize {
    let log = log(model, u16::MAX, &mut Ticker::new(now));
    log.above
}

pub(super) fn log(model: &Model, scroll: u16, ticker: &mut Ticker) -> Log {
    let traffic = Traffic::of(model.log.iter(), model.log.len() >= LOG, ticker.now);
    ticker.wake_at(traffic.changes_at);
    let summary = packed(summary(model, &traffic), usize::from(layout::log_columns(model.setup.size)));
    let rows = layout::overlay_rows(model.setup.size).saturating_sub(summary.len() + 1).max(1);
    let total = model.log.len();
    let above = usize::from(scroll).min(total.saturating_sub(rows));
    let lines = model.log.iter().skip(above).take(rows).map(|entry| line(model, entry));
    Log { title: format!("Requests · {total}"), summary, lines: lines.collect(), above, total }
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
    // The second one answered a challenge.
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

/// A size in three digits or fewer.
fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..10_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        10_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
