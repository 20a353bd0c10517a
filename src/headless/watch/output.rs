//! How a watch is written: sentences, a live view, or JSON. Each gets every piece of news and the end.
//!
//! Standard output is data and standard error is messages. The last line of each job is always a full one: its
//! status object, or the error that is all there is to tell.

use std::io::{self, Write};

use jiff::Timestamp;

use super::job::Job;
use super::panel::{self, Panel, View};
use super::vigil::{News, Vigil};
use super::words::{self, Line};
use crate::api::{ApiError, ErrorKind, Meta};
use crate::headless::style::Role;
use crate::headless::{Look, json};

/// Why it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself: all is said.
    Over,
    /// One bad end was enough; the others go on without us.
    FailedFast,
    TimedOut,
    /// By a signal of this name.
    Signal(&'static str),
}

/// Where everything goes.
pub enum Output<'a> {
    /// One sentence a line, to `out`.
    Sentences { out: &'a mut dyn Write, look: &'a Look },
    /// Objects of schema 1: each change on a line as it comes, or (`at_end`) only the last of each job. Sentences that
    /// are about no job's state go to `err`. `many`: a list at the end, however many there are.
    Objects { out: &'a mut dyn Write, err: &'a mut dyn Write, look: &'a Look, at_end: bool, many: bool },
    /// Rows that change, and lines above them that stay.
    Live { view: &'a mut dyn View, ascii: bool, shown: Option<Panel> },
}

impl Output<'_> {
    /// Writes what has happened.
    ///
    /// # Errors
    /// The writer takes no more.
    pub fn tell(&mut self, news: &News, vigil: &Vigil, now: Timestamp) -> io::Result<()> {
        let ascii = self.is_ascii();
        let line = words::sentence(news, vigil, ascii, now);
        match self {
            Self::Sentences { out, look } => line.map_or(Ok(()), |line| sentence(*out, &line, look)),
            Self::Live { view, .. } => line.map_or(Ok(()), |line| view.line(&line)),
            Self::Objects { out, err, look, at_end, .. } => {
                let of = |job: &usize| vigil.jobs.get(*job);
                match news {
                    News::Back { same: false, .. } | News::Place(_) => {}
                    News::First(job)
                    | News::Phase { job, .. }
                    | News::Facts(job)
                    | News::Back { job, .. } => {
                        if let (Some(job), false) = (of(job), *at_end) {
                            object(*out, job, vigil)?;
                        }
                    }
                    News::Failing(job) | News::GivenUp(job) => {
                        if let (Some(job), false) = (of(job), *at_end) {
                            failure(*out, job)?;
                        }
                    }
                    News::Heartbeat => {
                        let mut open = vigil.jobs.iter().filter(|job| job.code(vigil.rules.until).is_none());
                        if !*at_end {
                            open.try_for_each(|job| object(*out, job, vigil))?;
                        }
                        return Ok(());
                    }
                }
                let spoken =
                    matches!(news, News::Failing(_) | News::GivenUp(_) | News::Back { .. } | News::Place(_));
                if let Some(line) = line.filter(|_| spoken) {
                    // Standard error may be closed; there is nobody left to tell.
                    let _ = sentence(*err, &line, look);
                }
                Ok(())
            }
        }
    }

    /// Shows how things are now, where that is seen; the local time at which it will differ.
    ///
    /// # Errors
    /// As [`Output::tell`].
    pub fn show(&mut self, vigil: &Vigil, now: Timestamp) -> io::Result<Option<Timestamp>> {
        let Self::Live { view, ascii, shown } = self else { return Ok(None) };
        let (panel, next) = panel::panel(vigil, view.room(), *ascii, now);
        if shown.as_ref() != Some(&panel) {
            view.show(&panel)?;
            *shown = Some(panel);
        }
        Ok(next)
    }

    /// The terminal has changed.
    pub fn resized(&mut self) {
        if let Self::Live { view, shown, .. } = self {
            view.resized();
            *shown = None;
        }
    }

    /// A sentence that is about no state: on standard error, or above the rows.
    pub fn say(&mut self, line: &Line) {
        // Where not even this can be written, the exit code is all that is left.
        let _ = match self {
            Self::Sentences { out, look } => sentence(*out, line, look),
            Self::Objects { err, look, .. } => sentence(*err, line, look),
            Self::Live { view, .. } => view.line(line),
        };
    }

    /// The last lines, before it ends so.
    ///
    /// # Errors
    /// As [`Output::tell`].
    pub fn end(&mut self, end: End, vigil: &Vigil, now: Timestamp) -> io::Result<()> {
        let until = vigil.rules.until;
        let at = vigil.clock.at(now);
        let ascii = self.is_ascii();
        let open = vigil.jobs.iter().filter(|job| job.code(until).is_none());
        let mut lines = open.map(|job| {
            let line = words::standing(job, vigil, ascii, at, None);
            Line { text: format!("{}{}", line.text, why(end)), ..line }
        });
        match self {
            Self::Objects { out, at_end: true, many, .. } => all(*out, *many, vigil),
            Self::Objects { out, .. } => {
                // Of all others the last line is one already.
                let untold =
                    |job: &&Job| job.code(until).is_none() || (job.is_given_up() && job.restore().is_some());
                vigil.jobs.iter().filter(untold).try_for_each(|job| object(*out, job, vigil))
            }
            Self::Sentences { out, look } => lines.try_for_each(|line| sentence(*out, &line, look)),
            Self::Live { view, .. } => {
                lines.try_for_each(|line| view.line(&line))?;
                view.show(&Panel::default())
            }
        }
    }

    fn is_ascii(&self) -> bool {
        match self {
            Self::Sentences { look, .. } | Self::Objects { look, .. } => look.style.ascii,
            Self::Live { ascii, .. } => *ascii,
        }
    }
}

fn why(end: End) -> String {
    match end {
        End::Over => String::new(),
        End::FailedFast => " · not waited for any longer: another one has failed".to_owned(),
        End::TimedOut => " · the time is up".to_owned(),
        End::Signal(name) => format!(" · ended by {name}"),
    }
}

fn sentence(out: &mut dyn Write, line: &Line, look: &Look) -> io::Result<()> {
    let style = look.style;
    let time = style.paint(Role::Muted, &look.times.write(line.second()));
    let glyph = if line.glyph.is_empty() { String::new() } else { style.paint(line.role, line.glyph) + " " };
    write(out, &format!("{time} {glyph}{}\n", line.text))
}

/// The status of a job, or why there is none.
fn object(out: &mut dyn Write, job: &Job, vigil: &Vigil) -> io::Result<()> {
    write(out, &(object_text(job, vigil) + "\n"))
}

fn object_text(job: &Job, vigil: &Vigil) -> String {
    job.reading(&vigil.clock).map_or_else(|| failure_text(job), |reading| json::job(&reading))
}

fn failure(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    write(out, &(failure_text(job) + "\n"))
}

fn failure_text(job: &Job) -> String {
    let unanswered = ApiError {
        kind: ErrorKind::Timeout,
        code: None,
        detail: Some("the watch ended before the first answer came".to_owned()),
        retry_after: None,
        meta: Meta::default(),
    };
    json::error(&job.target, job.error().unwrap_or(&unanswered))
}

/// One object, or a list of them.
fn all(out: &mut dyn Write, many: bool, vigil: &Vigil) -> io::Result<()> {
    let objects: Vec<String> = vigil.jobs.iter().map(|job| object_text(job, vigil)).collect();
    match objects.as_slice() {
        [only] if !many => write(out, &format!("{only}\n")),
        several => write(out, &format!("[\n{}\n]\n", several.join(",\n"))),
    }
}

/// All of it at once, so that lines of several programs in one log do not mix.
fn write(to: &mut dyn Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}
