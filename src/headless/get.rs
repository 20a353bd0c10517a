//! `get`: one question, one answer, no second try. A script that wants patience has `watch`.
//!
//! Finding out the kind is part of the question: it may take two requests.

use std::io::{self, ErrorKind, Write};

use super::reading::Reading;
use super::{exit, json, text};
use crate::api::{ApiError, RestoreApi};
use crate::clock::Clock;
use crate::domain::server_clock::ServerClock;
use crate::domain::target::{Kind, Target};
use crate::worker::kind::{self, Found};

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// Aligned lines for people.
    #[default]
    Text,
    /// One JSON object of schema 1 on one line.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GetOptions {
    pub output: Output,
    /// End with the code of the phase instead of 0.
    pub exit_status: bool,
}

/// Reads one job and writes it to `out`; an error goes to `err` in words, and with JSON to `out` as an object.
/// The exit code: 0 for any answer, or that of its phase when asked for; that of the error when none came; and
/// [`exit::INTERNAL`] when `out` cannot be written. A reader of `out` that has left is no error.
pub async fn get(
    api: &impl RestoreApi,
    clock: &impl Clock,
    target: &Target,
    options: GetOptions,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let sent_at = clock.now();
    // A kind that was given is taken at its word; a script is not answered about another cluster.
    let (result, kind) = if target.kind == Kind::Auto {
        let Found { result, kind } = kind::read(api, target).await;
        (result, kind.unwrap_or_default())
    } else {
        (api.restore_job(target).await, target.kind)
    };
    let target = &Target { kind, ..target.clone() };
    let received_at = clock.now();
    let (code, written) = match result {
        Ok(answer) => {
            let date = answer.meta.server_date;
            let server_clock = date.map(|date| ServerClock::of_one_answer(date, sent_at, received_at));
            let server_clock = server_clock.unwrap_or_default();
            let reading = Reading::new(target, &answer, server_clock.at(received_at));
            let code = if options.exit_status { exit::of_phase(&reading.status.phase) } else { 0 };
            let written = match options.output {
                Output::Text => write(out, &text::job(&reading)),
                Output::Json => write(out, &(json::job(&reading) + "\n")),
            };
            (code, written)
        }
        Err(error) => return refuse(&error, target, options, out, err),
    };
    ended(code, written, err)
}

/// Writes why there is no answer: to `err` in words, and with JSON to `out` as an object. The exit code is that
/// of the error.
pub fn refuse(
    error: &ApiError,
    target: &Target,
    options: GetOptions,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    // Standard error may be closed; there is nobody left to tell.
    let _ = write(err, &text::error(target, error));
    let written = match options.output {
        Output::Text => Ok(()),
        Output::Json => write(out, &(json::error(target, error) + "\n")),
    };
    ended(error.exit_code(), written, err)
}

fn ended(code: u8, written: io::Result<()>, err: &mut dyn Write) -> u8 {
    match written {
        Ok(()) => code,
        Err(error) => {
            let _ = write(err, &format!("The answer could not be written: {error}.\n"));
            exit::INTERNAL
        }
    }
}

/// Writes all of it. Whoever closed the pipe, as `head` does, has what they wanted.
fn write(to: &mut dyn Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
