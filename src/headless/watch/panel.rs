//! What is seen of a watch at one moment, as plain values: a row for each job that goes on, and one for the rest.
//!
//! It says by itself when it will next differ, so that nothing is drawn for nothing. Colours, widths and the terminal
//! are another room's.

use std::io;

use jiff::Timestamp;

use super::job::Job;
use super::vigil::Vigil;
use super::words::Line;
use crate::domain::countdown::{self, Timed};
use crate::domain::job::RestoreJob;
use crate::domain::phase::Phase;
use crate::headless::style::Role;

/// Rows at the most; one of them counts the jobs that find no place.
pub const MOST_ROWS: usize = 12;

/// A job that goes on, or whose link counts down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub glyph: &'static str,
    pub role: Role,
    pub name: String,
    /// The phase in a word or two.
    pub word: String,
    /// Since its creation; empty before the first answer.
    pub elapsed: String,
    /// Of a link.
    pub countdown: Option<(String, Role)>,
    /// In thousandths, where Atlas counts.
    pub progress: Option<u16>,
    /// What else there is to say, such as that answers fail.
    pub note: Option<(String, Role)>,
}

/// All that is seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Panel {
    pub rows: Vec<Row>,
    /// Of the jobs that have no row, and of those that are over.
    pub summary: Option<String>,
}

/// Where a watch is seen live, under lines that stay.
pub trait View {
    /// Puts a line above, for good.
    ///
    /// # Errors
    /// The terminal takes no more.
    fn line(&mut self, line: &Line) -> io::Result<()>;

    /// Shows this from now on. Called only with another panel than the last one, or after [`View::resized`].
    ///
    /// # Errors
    /// As [`View::line`].
    fn show(&mut self, panel: &Panel) -> io::Result<()>;

    /// The terminal has another size, or was somebody else's for a while.
    fn resized(&mut self);

    /// How many rows there is room for; at least 1.
    fn room(&self) -> usize;
}

/// What is seen at this local time, and the local time at which it will next differ. `room`: rows, from 1.
#[must_use]
pub fn panel(vigil: &Vigil, room: usize, ascii: bool, now: Timestamp) -> (Panel, Option<Timestamp>) {
    let mut next = None;
    let mut keep = |timed: Timed| {
        if let Some(at) = timed.changes_at.map(|at| vigil.clock.local(at)).filter(|at| *at > now) {
            next = Some(next.map_or(at, |next: Timestamp| next.min(at)));
        }
        timed.text
    };
    let shown: Vec<&Job> = vigil.jobs.iter().filter(|job| goes_on(job, vigil)).collect();
    let over = vigil.jobs.len() - shown.len();
    let room = room.clamp(1, MOST_ROWS);
    let rest = if shown.len() > room { shown.get(room - 1..).unwrap_or_default() } else { &[] };
    let rows = shown.iter().take(shown.len() - rest.len());
    let rows = rows.map(|job| row(job, vigil, ascii, now, &mut keep)).collect();
    let summary = (!rest.is_empty()).then(|| summary(rest, over));
    (Panel { rows, summary }, next)
}

/// Whether it has a row: it is waited for, or its link counts down.
fn goes_on(job: &Job, vigil: &Vigil) -> bool {
    job.code(vigil.rules.until).is_none() || (job.phase() == Some(&Phase::Ready) && !job.is_given_up())
}

fn row(job: &Job, vigil: &Vigil, ascii: bool, now: Timestamp, keep: &mut impl FnMut(Timed) -> String) -> Row {
    let server_now = vigil.clock.at(now);
    let failing = job.failing_since().map(|since| {
        let age = countdown::age(vigil.clock.at(since), server_now);
        (format!("no answer for {}", keep(age)), Role::Warning)
    });
    let Some(phase) = job.phase() else {
        let word = job.error().map_or("waiting", |error| error.kind.short()).to_owned();
        let (glyph, name) = (if ascii { "." } else { "·" }, job.name.clone());
        let role = if job.error().is_some() { Role::Warning } else { Role::Muted };
        return Row {
            glyph,
            role,
            name,
            word,
            elapsed: String::new(),
            countdown: None,
            progress: None,
            note: failing,
        };
    };
    let expires_at = job.restore().and_then(|restore| restore.expires_at).filter(|_| *phase == Phase::Ready);
    let countdown = expires_at
        .map(|until| (keep(countdown::time_left(until, server_now)), Role::of_link(until, server_now)));
    let place = job.place.as_ref().filter(|place| place.code().is_none()).map(|place| {
        let word = place.word.as_deref().unwrap_or("not known yet");
        (format!("cluster {}: {word}", place.cluster.instance), Role::Active)
    });
    let lasts = !phase.is_terminal() || place.is_some();
    let elapsed = if lasts { keep(countdown::elapsed(job.created_at(), server_now)) } else { String::new() };
    let odd = job.status().and_then(|status| status.anomalies.first());
    let odd = odd.map(|anomaly| (anomaly.word().to_owned(), Role::Warning));
    Row {
        glyph: phase.glyph(ascii),
        role: Role::of_phase(phase),
        name: job.name.clone(),
        word: phase.short_word().to_owned(),
        elapsed,
        countdown,
        progress: job.restore().filter(|_| !phase.is_terminal()).and_then(RestoreJob::progress),
        note: failing.or(place).or(odd),
    }
}

/// Those without a row, by phase.
fn summary(rest: &[&Job], over: usize) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for job in rest {
        let word = job.phase().map_or("waiting", Phase::short_word);
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let counts: Vec<String> = counts.into_iter().map(|(word, count)| format!("{count} {word}")).collect();
    let over = if over > 0 { format!("; {over} over") } else { String::new() };
    format!("and {} more: {}{over}", rest.len(), counts.join(", "))
}
