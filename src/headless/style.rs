//! Colours of text on a terminal, and when there are any. Never the only carrier of what they say.
//!
//! The sixteen colours of the terminal itself, by the rules of the dashboard's theme: words stay readable on black
//! and on white. Whoever writes decides once, here, and nothing else ever writes an escape sequence.

use std::fmt;
use std::str::FromStr;

use crate::domain::countdown::{self, Severity};
use crate::domain::job::RestoreJob;
use crate::domain::phase::Phase;
use jiff::Timestamp;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// On a terminal, unless a variable forbids it.
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// The word on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// The text is none of the three words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownColor;

impl fmt::Display for UnknownColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("colour is auto, always or never")
    }
}

impl std::error::Error for UnknownColor {}

impl FromStr for Color {
    type Err = UnknownColor;

    fn from_str(text: &str) -> Result<Self, UnknownColor> {
        Self::ALL.into_iter().find(|color| color.as_str() == text).ok_or(UnknownColor)
    }
}

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Plain,
    Muted,
    /// Heads of columns.
    Strong,
    Info,
    Active,
    Good,
    Warning,
    Danger,
}

impl Role {
    /// The role of a phase; of a live link by the time that it has left.
    #[must_use]
    pub fn of(phase: &Phase, job: &RestoreJob, server_now: Timestamp) -> Self {
        match (phase, job.expires_at) {
            (Phase::Ready, Some(until)) => Self::of_link(until, server_now),
            _ => Self::of_phase(phase),
        }
    }

    /// The role of a phase alone, as on the dashboard.
    #[must_use]
    pub fn of_phase(phase: &Phase) -> Self {
        match phase {
            Phase::Pending | Phase::Queued => Self::Info,
            Phase::Running | Phase::Finalizing => Self::Active,
            Phase::Ready | Phase::Completed => Self::Good,
            Phase::Failed => Self::Danger,
            Phase::CompletedWithWarnings | Phase::Cancelled | Phase::Expired | Phase::Unknown(_) => {
                Self::Warning
            }
            Phase::Gone => Self::Muted,
        }
    }

    /// The role of a link that ends at that time, as on the dashboard: over, it is no more urgent than what has expired.
    #[must_use]
    pub fn of_link(until: Timestamp, server_now: Timestamp) -> Self {
        match countdown::severity(until, server_now) {
            Severity::Good => Self::Good,
            Severity::Warning | Severity::Over => Self::Warning,
            Severity::Danger => Self::Danger,
        }
    }

    /// Parameters of SGR; none for plain text. Yellow words cannot be read on white, so a warning is bold.
    fn parameters(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Muted => "2",
            Self::Strong | Self::Warning => "1",
            Self::Info => "94",
            Self::Active => "1;94",
            Self::Good => "32",
            Self::Danger => "1;91",
        }
    }
}

/// What the output can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// Signs in ASCII only.
    pub ascii: bool,
    /// Columns of the terminal; `None` where there is none, and then nothing is ever cut short.
    pub width: Option<usize>,
}

impl Style {
    /// The text in that role. The text is clean already.
    #[must_use]
    pub fn paint(self, role: Role, text: &str) -> String {
        let parameters = role.parameters();
        if self.color && !parameters.is_empty() && !text.is_empty() {
            format!("\u{1b}[{parameters}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Whether there is to be colour. `variable` tells the variables of the environment that are not blank.
///
/// A flag wins over all of them; `NO_COLOR` over `CLICOLOR_FORCE`, as its page asks for.
#[must_use]
pub fn is_colored(color: Color, is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let is = |name: &str, value: &str| variable(name).is_some_and(|found| found == value);
            if variable("NO_COLOR").is_some() || is("CLICOLOR", "0") {
                return false;
            }
            let forced = variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
            forced || (is_terminal && !is("TERM", "dumb"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_wins_then_no_color_then_a_terminal() {
        let colored = |color, is_terminal, set: &[(&str, &str)]| {
            is_colored(color, is_terminal, |name| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(colored(Color::Auto, true, &[("TERM", "xterm")]));
        assert!(!colored(Color::Auto, false, &[]));
        for variable in [("NO_COLOR", "1"), ("NO_COLOR", "0"), ("CLICOLOR", "0"), ("TERM", "dumb")] {
            assert!(!colored(Color::Auto, true, &[variable]), "{variable:?}");
            assert!(colored(Color::Always, false, &[variable]), "{variable:?}");
        }
        assert!(colored(Color::Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!colored(Color::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!colored(Color::Auto, true, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
        assert!(!colored(Color::Never, true, &[("CLICOLOR_FORCE", "1")]));
    }

    #[test]
    fn without_colour_there_is_no_escape_sequence_and_with_it_each_one_ends() {
        let (plain, coloured) = (Style::default(), Style { color: true, ..Style::default() });
        assert_eq!(plain.paint(Role::Danger, "failed"), "failed");
        assert_eq!(coloured.paint(Role::Danger, "failed"), "\u{1b}[1;91mfailed\u{1b}[0m");
        assert_eq!(coloured.paint(Role::Plain, "x"), "x");
        assert_eq!(coloured.paint(Role::Danger, ""), "");
    }

    #[test]
    fn a_link_is_as_urgent_as_its_time_left() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let job = RestoreJob { expires_at: Some(at("2026-08-10T04:00:00Z")), ..RestoreJob::default() };
        for (now, role) in [
            ("2026-08-10T02:00:00Z", Role::Good),
            ("2026-08-10T03:30:00Z", Role::Warning),
            ("2026-08-10T03:55:00Z", Role::Danger),
            ("2026-08-10T04:00:01Z", Role::Warning),
        ] {
            assert_eq!(Role::of(&Phase::Ready, &job, at(now)), role, "{now}");
        }
        assert_eq!(Role::of(&Phase::Failed, &job, at("2026-08-10T02:00:00Z")), Role::Danger);
    }
}
