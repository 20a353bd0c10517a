//! `get`: one question for each job, one answer, no second try. A script that wants patience has `watch`.
//!
//! Finding out the kind is part of the question: it may take two requests.

use std::io::Write;
use std::ops::ControlFlow;

use super::ask::{self, Outcome, Together};
use super::form::Form;
use super::output::{Objects, Output};
use super::reading::Reading;
use super::row::Row;
use super::style::Style;
use super::table::Table;
use super::times::Times;
use super::{csv, exit, json, text};
use crate::api::RestoreApi;
use crate::clock::Clock;
use crate::domain::lookup::Lookup;
use crate::domain::target::Target;
use crate::domain::text::escape_json;

/// How what was read is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    pub form: Form,
    pub style: Style,
    pub times: Times,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GetOptions {
    pub look: Look,
    /// Whether the command line may name several jobs: JSON is a list then, however many there are.
    pub many: bool,
    /// End with the code of the phase instead of 0.
    pub exit_status: bool,
    /// Write the answers as they came in place of all forms.
    pub raw: bool,
}

/// Reads each job and writes it to `out` in the order in which they are named; an error goes to `err` in words, and
/// where the form has a place for it to `out` as well. The exit code is the worst of all: for each job 0 for any
/// answer, or that of its phase when asked for, or that of the error when none came. It is [`exit::INTERNAL`] when
/// `out` cannot be written. A reader of `out` that has left is no error, and what it does not wait for is not asked.
pub async fn get(
    api: &impl RestoreApi,
    clock: &impl Clock,
    jobs: &[Lookup],
    options: &GetOptions,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let targets: Vec<Target> = jobs.iter().map(|lookup| lookup.target.clone()).collect();
    // A list holds the same job in other bytes.
    let together = if options.raw { Together::Never } else { Together::Lists };
    let mut sheet = Sheet::new(options, Output::new(out, err));
    let mut codes = Vec::with_capacity(jobs.len());
    ask::all(api, clock, &targets, together, |outcome| {
        let label = jobs.get(outcome.index).map_or("", |lookup| lookup.label.as_str());
        let (code, more) = sheet.add(&outcome, label);
        codes.push(code);
        more
    })
    .await;
    // What is left to write can fail, which `code` knows.
    let _ = sheet.end();
    sheet.output.code(exit::worst(codes))
}

/// What is written, as it grows.
struct Sheet<'a> {
    options: &'a GetOptions,
    output: Output<'a>,
    objects: Objects,
    table: Table,
    blocks: usize,
}

impl<'a> Sheet<'a> {
    fn new(options: &'a GetOptions, output: Output<'a>) -> Self {
        let objects = Objects::new(options.look.form, options.many);
        Self { options, output, objects, table: Table::default(), blocks: 0 }
    }

    /// Writes what came of one job. Its code, and whether anybody reads on.
    fn add(&mut self, outcome: &Outcome, label: &str) -> (u8, ControlFlow<()>) {
        match &outcome.result {
            Ok(answer) => {
                let reading = Reading::new(&outcome.target, answer, outcome.server_now).labelled(label);
                let code =
                    if self.options.exit_status { exit::of_phase(&reading.status.phase) } else { exit::DONE };
                (code, self.answer(&reading))
            }
            Err(error) => {
                self.output.message(&text::error(&outcome.target, error));
                let Look { form, style, .. } = &self.options.look;
                let more = match form {
                    _ if self.options.raw => ControlFlow::Continue(()),
                    Form::Text => ControlFlow::Continue(()),
                    Form::Json | Form::Ndjson => {
                        self.objects.add(&json::error(&outcome.target, error), &mut self.output)
                    }
                    Form::Markdown => {
                        self.table.push(Row::of_error(&outcome.target, label, error, *style));
                        ControlFlow::Continue(())
                    }
                    Form::Csv => {
                        let line = csv::of_error(&outcome.target, label, error);
                        self.csv(&line)
                    }
                };
                (error.exit_code(), more)
            }
        }
    }

    fn answer(&mut self, reading: &Reading<'_>) -> ControlFlow<()> {
        let Look { form, style, times } = &self.options.look;
        if self.options.raw {
            let raw = escape_json(reading.job.raw.as_str());
            let end = if raw.ends_with('\n') { "" } else { "\n" };
            return self.output.data(&format!("{raw}{end}"));
        }
        match form {
            Form::Text => {
                let gap = if self.blocks > 0 { "\n" } else { "" };
                self.blocks += 1;
                self.output.data(&format!("{gap}{}", text::job(reading, *style, times)))
            }
            Form::Json | Form::Ndjson => self.objects.add(&json::job(reading), &mut self.output),
            Form::Markdown => {
                self.table.push(Row::of(reading, *style, times));
                ControlFlow::Continue(())
            }
            Form::Csv => {
                let line = csv::of_job(reading, times);
                self.csv(&line)
            }
        }
    }

    /// A line, with the head before the first.
    fn csv(&mut self, line: &str) -> ControlFlow<()> {
        let head = if self.blocks > 0 { String::new() } else { csv::head() };
        self.blocks += 1;
        self.output.data(&format!("{head}{line}"))
    }

    fn end(&mut self) -> ControlFlow<()> {
        match self.options.look.form {
            Form::Json if !self.options.raw => self.objects.end(&mut self.output),
            // Only how wide its columns are is known at the end, and a table in the source is for people too.
            Form::Markdown if !self.options.raw => self.output.data(&self.table.markdown()),
            _ => ControlFlow::Continue(()),
        }
    }
}
