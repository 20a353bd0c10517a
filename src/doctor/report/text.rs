//! Aligned lines for people: glyph and word, name, finding, and under it what to do.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::super::check::{Check, Verdict};
use super::super::{Report, redaction};
use super::summary;

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    pub ascii: bool,
    /// With colours; only for a terminal.
    pub colour: bool,
    /// Columns to break lines at. `None` keeps each on one line, for a pipe.
    pub columns: Option<u16>,
}

/// Columns of glyph, verdict and name.
const HEAD: usize = 24;

/// Fewer columns for a finding than this are not worth keeping.
const FINDING_LEAST: usize = 16;

/// What stands under the checks: what to do first.
#[must_use]
pub fn ending(report: &Report, style: Style) -> String {
    let requests = match report.requests {
        1 => "1 request to Atlas".to_owned(),
        requests => format!("{requests} requests to Atlas"),
    };
    let mut text = "\n".to_owned();
    put(&mut text, 0, &format!("{} ({requests})", summary(&report.checks)), style);
    plain_signs(text, style)
}

/// One check, with its next step on a line below.
#[must_use]
pub fn line(check: &Check, style: Style) -> String {
    let mut text = String::new();
    write_check(&mut text, check, style);
    plain_signs(text, style)
}

/// The checks for a ticket: without colours, and with ids shortened as in a bundle.
#[must_use]
pub fn plain(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        write_check(&mut text, check, Style::default());
    }
    text.push('\n');
    put(&mut text, 0, &summary(checks), Style::default());
    redaction::ids(&text)
}

fn write_check(text: &mut String, check: &Check, style: Style) {
    let (on, off) = match (style.colour, check.verdict) {
        (false, _) => ("", ""),
        (true, Verdict::Ok) => ("\x1b[32m", "\x1b[m"),
        (true, Verdict::Warning) => ("\x1b[33m", "\x1b[m"),
        (true, Verdict::Failure(_)) => ("\x1b[1;31m", "\x1b[m"),
        (true, Verdict::Skipped) => ("\x1b[2m", "\x1b[m"),
    };
    let (glyph, word) = (check.verdict.glyph(style.ascii), check.verdict.as_str());
    // Writing to a string cannot fail.
    let _ = write!(text, "{on}{glyph} {word:<7}{off} {:<14}", check.name.label());
    put(text, HEAD, &check.finding, style);
    if let Some(evidence) = &check.evidence {
        indented(text, &format!("({evidence})"), style);
    }
    if let Some(next) = &check.next_step {
        indented(text, &format!("→ {next}"), style);
    }
}

fn indented(text: &mut String, words: &str, style: Style) {
    text.push_str(&" ".repeat(HEAD));
    put(text, HEAD, words, style);
}

/// Writes words behind `indent` columns, broken between them where they would not fit.
fn put(text: &mut String, indent: usize, words: &str, style: Style) {
    let room = style
        .columns
        .map_or(usize::MAX, |columns| usize::from(columns).saturating_sub(indent).max(FINDING_LEAST));
    let mut used = 0;
    for word in words.split(' ') {
        let width = word.width();
        if used > 0 && used + 1 + width > room {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            used = 0;
        } else if used > 0 {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += width;
    }
    text.push('\n');
}

/// Our own signs as ASCII; what others sent stays as it is.
fn plain_signs(text: String, style: Style) -> String {
    if !style.ascii {
        return text;
    }
    let plain = |c| match c {
        '→' | '›' => '>',
        '·' | '—' => '-',
        '…' => '~',
        '“' | '”' => '"',
        c => c,
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::{Blame, Name};
    use super::*;

    fn text(report: &Report, style: Style) -> String {
        let lines = report.checks.iter().map(|check| line(check, style));
        lines.chain([ending(report, style)]).collect()
    }

    fn report() -> Report {
        let evidence = Some("HTTP status 403 · request demo-000012".to_owned());
        Report {
            checks: vec![
                Name::Dns.ok("cloud.mongodb.com is 1.2.3.4, in 3 ms"),
                Name::Clock.warning("a bit off", "set it"),
                Name::Role
                    .failure(
                        Blame::Access,
                        "too small for 6a793f6b2c88faeba59bae37",
                        "ask the owner for a larger one",
                    )
                    .with_evidence(evidence),
                Name::Job.skipped("not known"),
            ],
            requests: 4,
        }
    }

    #[test]
    fn lines_are_aligned_and_the_first_step_stands_at_the_end() {
        insta::assert_snapshot!(text(&report(), Style::default()), @r"
        ✔ ok      DNS           cloud.mongodb.com is 1.2.3.4, in 3 ms
        ▲ warning Clock         a bit off
                                → set it
        ✖ failure Role          too small for 6a793f6b2c88faeba59bae37
                                (HTTP status 403 · request demo-000012)
                                → ask the owner for a larger one
        · skipped Restore job   not known

        First: Role: ask the owner for a larger one (4 requests to Atlas)
        ");
    }

    #[test]
    fn narrow_lines_are_broken_and_ascii_is_ascii() {
        let style = Style { ascii: true, colour: false, columns: Some(48) };
        let text = text(&report(), style);
        assert!(text.lines().all(|line| line.width() <= 48), "{text}");
        assert!(text.is_ascii(), "{text}");
    }

    #[test]
    fn colours_are_for_terminals_and_ids_are_short_in_a_ticket() {
        let coloured = text(&report(), Style { colour: true, ..Style::default() });
        assert!(coloured.contains("\u{1b}[1;31m✖ failure\u{1b}[m"), "{coloured}");
        assert!(!text(&report(), Style::default()).contains('\u{1b}'));
        let ticket = plain(&report().checks);
        assert!(ticket.contains("too small for 6a79…ae37") && !ticket.contains('\u{1b}'), "{ticket}");
    }
}
