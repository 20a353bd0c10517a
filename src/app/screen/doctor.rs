//! The checks as lines: what to do first at the top, then each with its finding and its next step.

use unicode_width::UnicodeWidthStr;

use super::view::{Doctor, Role, Span};
use crate::app::diagnosis::Diagnosis;
use crate::app::keymap::Action;
use crate::app::layout;
use crate::app::model::Model;
use crate::doctor::{Check, Name, Verdict, report};

/// Columns of glyph, verdict and name beside which a finding is worth beginning.
const HEAD: usize = 24;

/// Where there are fewer columns, a finding begins on a line of its own.
const BESIDE: usize = 56;

/// How far the checks can be scrolled.
#[must_use]
pub fn diagnosis_end(model: &Model, diagnosis: &Diagnosis) -> usize {
    lines(model, diagnosis).len().saturating_sub(layout::overlay_rows(model.setup.size))
}

pub(super) fn doctor(model: &Model, diagnosis: &Diagnosis) -> Doctor {
    let lines = lines(model, diagnosis);
    let rows = layout::overlay_rows(model.setup.size);
    let total = lines.len();
    let above = diagnosis.above.min(total.saturating_sub(rows));
    let title =
        if diagnosis.name.is_empty() { "Checks".to_owned() } else { format!("Checks · {}", diagnosis.name) };
    let mut keys = vec![("Esc".to_owned(), "close")];
    if diagnosis.done {
        keys.insert(0, (model.key(Action::Doctor), "again"));
        keys.insert(0, (model.key(Action::Copy), "copy"));
        keys.retain(|(key, _)| !key.is_empty());
    }
    Doctor { title, lines: lines.into_iter().skip(above).take(rows).collect(), above, total, keys }
}

fn lines(model: &Model, diagnosis: &Diagnosis) -> Vec<Vec<Span>> {
    let columns = layout::diagnosis_columns(model.setup.size);
    let mut lines = Vec::new();
    let (words, role) = if diagnosis.done {
        let checks = diagnosis.checks();
        let worst = match checks.iter().find(|check| check.is_failure()) {
            Some(_) => Role::Danger,
            None if checks.iter().any(|check| check.verdict == Verdict::Warning) => Role::Warning,
            None => Role::Good,
        };
        (report::summary(checks), worst)
    } else {
        let made = diagnosis.checks().len();
        (format!("checking: {made} of {} are done", Name::ALL.len()), Role::Active)
    };
    put(&mut lines, Vec::new(), 0, &words, role, columns);
    lines.push(Vec::new());
    for (name, check) in diagnosis.all() {
        match check {
            Some(check) => put_check(&mut lines, check, columns, model.setup.ascii),
            None if !diagnosis.done => {
                let waits = if model.setup.ascii { "." } else { "·" };
                lines.push(vec![Span::new(format!("{waits}         {}", name.label()), Role::Muted)]);
            }
            None => {}
        }
    }
    lines
}

fn put_check(lines: &mut Vec<Vec<Span>>, check: &Check, columns: usize, ascii: bool) {
    let role = match check.verdict {
        Verdict::Ok => Role::Good,
        Verdict::Warning => Role::Warning,
        Verdict::Failure(_) => Role::Danger,
        Verdict::Skipped => Role::Muted,
    };
    let sign = format!("{} {:<7} ", check.verdict.glyph(ascii), check.verdict.as_str());
    let head = |label: String| vec![Span::new(sign.clone(), role), Span::new(label, Role::Strong)];
    let plain = if check.verdict == Verdict::Skipped { Role::Muted } else { Role::Plain };
    let indent = if columns < BESIDE {
        lines.push(head(check.name.label().to_owned()));
        put(lines, Vec::new(), 2, &check.finding, plain, columns);
        2
    } else {
        put(lines, head(format!("{:<14}", check.name.label())), HEAD, &check.finding, plain, columns);
        HEAD
    };
    if let Some(next) = &check.next_step {
        put(lines, Vec::new(), indent, &format!("→ {next}"), Role::Info, columns);
    }
    if let Some(evidence) = &check.evidence {
        put(lines, Vec::new(), indent, evidence, Role::Muted, columns);
    }
}

/// Puts words behind `head`, which is `indent` columns wide or empty, broken between them; a word longer than the line
/// is cut.
fn put(lines: &mut Vec<Vec<Span>>, head: Vec<Span>, indent: usize, words: &str, role: Role, columns: usize) {
    let room = columns.saturating_sub(indent).max(8);
    let blank = || vec![Span::new(" ".repeat(indent), Role::Plain)];
    let mut line = if head.is_empty() { blank() } else { head };
    let mut text = String::new();
    for word in words.split(' ') {
        if !text.is_empty() && text.width() + 1 + word.width() > room {
            line.push(Span::new(std::mem::take(&mut text), role));
            lines.push(std::mem::replace(&mut line, blank()));
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    line.push(Span::new(text, role));
    lines.push(line);
}
