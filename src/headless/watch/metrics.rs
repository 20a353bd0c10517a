//! A watch as metrics: the text that Prometheus and its like scrape.
//!
//! Pure. Two forms of the same figures: `OpenMetrics` 1.0, and the older text format (0.0.4) for those who do not ask for
//! the former. Labels name jobs and nothing secret: no key, no link. Nothing is counted here; it is all in the vigil.

use std::fmt::Write;

use jiff::Timestamp;

use super::job::Job;
use super::vigil::Vigil;
use crate::domain::phase::Phase;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    OpenMetrics,
    /// The text format 0.0.4.
    Plain,
}

impl Form {
    /// For the `Content-Type`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Plain => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// The one that an `Accept` asks for. Prometheus names both, the one that it likes better first and with more
    /// weight; who names none gets the older one, which everybody reads.
    #[must_use]
    pub fn of_accept(accept: &str) -> Self {
        if accept.contains("application/openmetrics-text") { Self::OpenMetrics } else { Self::Plain }
    }
}

/// What kind of figure a family holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gauge,
    Counter,
    StateSet,
}

/// The words of the phases, in the order of a restore.
const UNKNOWN: &str = "unknown";

/// All figures at this local time.
#[must_use]
pub fn exposition(vigil: &Vigil, form: Form, now: Timestamp) -> String {
    let mut text = Text { text: String::new(), form };
    let at = vigil.clock.at(now);
    let jobs: Vec<(&Job, String)> = vigil.jobs.iter().map(|job| (job, labels(job))).collect();

    text.family("atlas_tui_restore_phase", Kind::StateSet, "", "Where the restore stands; one state is 1.");
    for (job, labels) in &jobs {
        let current = job.phase().map(Phase::as_str);
        for state in Phase::NAMED.iter().map(Phase::as_str).chain([UNKNOWN]) {
            let labels = format!("{labels},atlas_tui_restore_phase=\"{state}\"");
            text.sample("atlas_tui_restore_phase", &labels, u8::from(current == Some(state)));
        }
    }
    text.each(
        "atlas_tui_restore_over",
        "",
        "1 once the watch of this restore is over: it has reached what was waited for, or never will.",
        &jobs,
        |job| Some(f64::from(u8::from(job.code(vigil.rules.until).is_some()))),
    );
    text.each(
        "atlas_tui_restore_elapsed_seconds",
        "seconds",
        "Since the creation of the restore, up to its end.",
        &jobs,
        |job| {
            let phase = job.phase()?;
            let ended_at = job.status().and_then(|status| status.ended_at).filter(|end| *end <= at);
            let until = if phase.is_over() { ended_at? } else { at };
            Some(seconds(job.created_at(), until).max(0.0))
        },
    );
    text.each(
        "atlas_tui_restore_link_expires_seconds",
        "seconds",
        "Until the download link ends; negative once it has.",
        &jobs,
        |job| {
            let linked = matches!(job.phase()?, Phase::Ready | Phase::Expired);
            job.restore()?.expires_at.filter(|_| linked).map(|until| seconds(at, until))
        },
    );
    text.each(
        "atlas_tui_restore_progress_ratio",
        "ratio",
        "Part of the documents that is restored, where Atlas counts them.",
        &jobs,
        |job| job.restore()?.progress().map(|permille| f64::from(permille) / 1000.0),
    );
    text.each(
        "atlas_tui_restore_data_age_seconds",
        "seconds",
        "Since the last good answer about this restore.",
        &jobs,
        |job| job.read_at().map(|read_at| seconds(read_at, now).max(0.0)),
    );
    text.each(
        "atlas_tui_restore_failing_seconds",
        "seconds",
        "For how long every read of this restore has failed; 0 while they succeed.",
        &jobs,
        |job| Some(job.failing_since().map_or(0.0, |since| seconds(since, now).max(0.0))),
    );

    text.family("atlas_tui_requests", Kind::Counter, "", "HTTP requests to Atlas.");
    text.sample("atlas_tui_requests_total", "", vigil.tally.requests);
    text.family(
        "atlas_tui_request_errors",
        Kind::Counter,
        "",
        "Questions that Atlas did not answer, by why.",
    );
    for (kind, count) in &vigil.tally.errors {
        text.sample("atlas_tui_request_errors_total", &format!("error=\"{kind}\""), count);
    }
    if let Some(budget) = vigil.tally.budget {
        text.family(
            "atlas_tui_rate_limit_remaining",
            Kind::Gauge,
            "",
            "Requests left in the rate budget, as last told.",
        );
        text.sample("atlas_tui_rate_limit_remaining", "", budget.remaining);
        text.family("atlas_tui_rate_limit", Kind::Gauge, "", "The whole rate budget, as last told.");
        text.sample("atlas_tui_rate_limit", "", budget.limit);
    }
    if form == Form::OpenMetrics {
        text.text.push_str("# EOF\n");
    }
    text.text
}

/// The text so far.
struct Text {
    text: String,
    form: Form,
}

impl Text {
    /// The head of a family. Its samples must follow at once.
    fn family(&mut self, name: &str, kind: Kind, unit: &str, help: &str) {
        let word = match (kind, self.form) {
            (Kind::Gauge, _) | (Kind::StateSet, Form::Plain) => "gauge",
            (Kind::Counter, _) => "counter",
            (Kind::StateSet, Form::OpenMetrics) => "stateset",
        };
        // In the older form a counter is named as its samples are.
        let total = if kind == Kind::Counter && self.form == Form::Plain { "_total" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "# HELP {name}{total} {help}\n# TYPE {name}{total} {word}");
        if self.form == Form::OpenMetrics && !unit.is_empty() {
            let _ = writeln!(self.text, "# UNIT {name} {unit}");
        }
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let (open, close) = if labels.is_empty() { ("", "") } else { ("{", "}") };
        let _ = writeln!(self.text, "{name}{open}{labels}{close} {value}");
    }

    /// A gauge with a sample for each job that has one; no family where none has.
    fn each(
        &mut self,
        name: &str,
        unit: &str,
        help: &str,
        jobs: &[(&Job, String)],
        value: impl Fn(&Job) -> Option<f64>,
    ) {
        let samples: Vec<(&str, f64)> =
            jobs.iter().filter_map(|(job, labels)| Some((labels.as_str(), value(job)?))).collect();
        if samples.is_empty() {
            return;
        }
        self.family(name, Kind::Gauge, unit, help);
        for (labels, value) in samples {
            self.sample(name, labels, value);
        }
    }
}

/// Not `instance` and `job`, which Prometheus gives each target itself: it would rename ours.
fn labels(job: &Job) -> String {
    let target = &job.target;
    format!(
        "project=\"{}\",instance_name=\"{}\",job_id=\"{}\",label=\"{}\",kind=\"{}\"",
        target.project,
        escaped(target.instance.as_str()),
        target.job,
        escaped(&job.label),
        target.kind
    )
}

/// The three characters that a label's value may not hold as they are. All others are clean by now.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// From one moment to another, negative when it lies before.
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}
