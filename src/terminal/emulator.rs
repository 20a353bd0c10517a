//! Which terminal this is, by the environment, and what it can show outside of the screen: notifications (OSC 9,
//! 777 or 99) and a progress in its tab or in the taskbar (OSC 9;4).
//!
//! Pure, and asks the terminal nothing. What is not known to be understood is not sent: to some terminals a
//! progress is the text of a notification, and an unknown sequence may end up on the screen.

use std::fmt::Write as _;

use super::Multiplexer;

/// How a terminal is asked for a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// iTerm2's: a text.
    Osc9,
    /// rxvt-unicode's: a title and a text.
    Osc777,
    /// kitty's: a title and a text, under an id.
    Osc99,
}

/// What a tab or a taskbar can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    #[default]
    None,
    Percent(u8),
    Failed,
    /// Something runs, and how far it is is not known.
    Indeterminate,
}

/// The terminal around us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Emulator {
    name: Option<&'static str>,
    /// `None`: one that we do not know, which has a bell.
    notification: Option<Protocol>,
    progress: bool,
    multiplexer: Option<Multiplexer>,
}

/// From when on a terminal has a progress.
enum Since {
    Never,
    Always,
    /// From this version on: the one beside `TERM_PROGRAM`, or in the row's own variable.
    Version(&'static [u64]),
}

struct Row {
    name: &'static str,
    /// `TERM_PROGRAM`, whatever the case.
    program: Option<&'static str>,
    /// How `TERM` begins.
    term: Option<&'static str>,
    /// A variable that it sets, and its value if that matters.
    variable: Option<(&'static str, Option<&'static str>)>,
    /// Where it writes its version if not beside `TERM_PROGRAM`.
    version: Option<&'static str>,
    notification: Option<Protocol>,
    progress: Since,
}

impl Row {
    const fn new(name: &'static str, notification: Option<Protocol>, progress: Since) -> Self {
        Self { name, program: None, term: None, variable: None, version: None, notification, progress }
    }

    const fn program(mut self, program: &'static str) -> Self {
        self.program = Some(program);
        self
    }

    const fn term(mut self, start: &'static str) -> Self {
        self.term = Some(start);
        self
    }

    const fn sets(mut self, variable: &'static str, value: Option<&'static str>) -> Self {
        self.variable = Some((variable, value));
        self
    }

    const fn version(mut self, variable: &'static str) -> Self {
        self.version = Some(variable);
        self
    }
}

/// By their own documentation and release notes. Ghostty before 1.2 and iTerm2 before 3.6.6 show a progress as a
/// notification. The upstream of VTE ignores OSC 777, Fedora's and its descendants' show it.
const ROWS: &[Row] = &[
    Row::new("kitty", Some(Protocol::Osc99), Since::Never)
        .program("kitty")
        .term("xterm-kitty")
        .sets("KITTY_WINDOW_ID", None),
    Row::new("Ghostty", Some(Protocol::Osc777), Since::Version(&[1, 2]))
        .program("ghostty")
        .term("xterm-ghostty")
        .sets("GHOSTTY_RESOURCES_DIR", None),
    Row::new("WezTerm", Some(Protocol::Osc777), Since::Always)
        .program("WezTerm")
        .term("wezterm")
        .sets("WEZTERM_PANE", None),
    Row::new("iTerm2", Some(Protocol::Osc9), Since::Version(&[3, 6, 6]))
        .program("iTerm.app")
        .sets("LC_TERMINAL", Some("iTerm2"))
        .version("LC_TERMINAL_VERSION"),
    Row::new("foot", Some(Protocol::Osc777), Since::Never).term("foot"),
    Row::new("rxvt-unicode", Some(Protocol::Osc777), Since::Never).term("rxvt-unicode"),
    Row::new("Warp", Some(Protocol::Osc777), Since::Never).program("WarpTerminal"),
    Row::new("mintty", None, Since::Always).program("mintty"),
    Row::new("VS Code", None, Since::Version(&[1, 97])).program("vscode"),
    Row::new("Windows Terminal", None, Since::Always).sets("WT_SESSION", None),
    Row::new("ConEmu", None, Since::Always).sets("ConEmuANSI", Some("ON")),
    Row::new("Konsole", Some(Protocol::Osc777), Since::Always).term("konsole").sets("KONSOLE_VERSION", None),
    // The last, as many terminals are made with it.
    Row::new("VTE (GNOME Terminal and others)", Some(Protocol::Osc777), Since::Version(&[7900]))
        .term("vte")
        .sets("VTE_VERSION", None)
        .version("VTE_VERSION"),
];

impl Emulator {
    /// As the environment says. What a terminal calls itself comes first: a variable may be left over from
    /// the terminal that it was started in.
    #[must_use]
    pub fn find(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let multiplexer = Multiplexer::around(|name| variable(name).is_some());
        let unknown = Self { multiplexer, ..Self::default() };
        let program = variable("TERM_PROGRAM").unwrap_or_default();
        let term = variable("TERM").unwrap_or_default();
        let by_program = || row(|row| row.program.is_some_and(|name| name.eq_ignore_ascii_case(&program)));
        let by_term = || row(|row| row.term.is_some_and(|start| term.starts_with(start)));
        let by_variable = || {
            row(|row| {
                let set = row.variable.and_then(|(name, wanted)| Some((variable(name)?, wanted)));
                set.is_some_and(|(value, wanted)| wanted.is_none_or(|wanted| wanted == value))
            })
        };
        // A multiplexer has a version of its own beside its own name.
        let (found, version) = if let Some(row) = by_program() {
            (row, variable("TERM_PROGRAM_VERSION"))
        } else if let Some(row) = by_term().or_else(by_variable) {
            (row, row.version.and_then(variable))
        } else {
            return unknown;
        };
        let progress = match found.progress {
            Since::Never => false,
            Since::Always => true,
            Since::Version(least) => version.is_some_and(|version| numbers(&version).as_slice() >= least),
        };
        Self { name: Some(found.name), notification: found.notification, progress, ..unknown }
    }

    /// What it is called, where it is known.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.name
    }

    /// How it is asked for a notification; `None` where there is only the bell.
    #[must_use]
    pub fn protocol(self) -> Option<Protocol> {
        self.notification
    }

    /// The sequence for a notification; `None` where there is only the bell.
    #[must_use]
    pub fn notification(self, title: &str, text: &str) -> Option<String> {
        let (title, text) = (harmless(title), harmless(text));
        let end = self.end();
        Some(self.wrapped(&match self.notification? {
            // Never the text first: one that begins with `4;` would be a progress.
            Protocol::Osc9 => format!("\x1b]9;{title}: {text}{end}"),
            Protocol::Osc777 => format!("\x1b]777;notify;{title};{text}{end}"),
            // The id lets a newer one take the place of the last.
            Protocol::Osc99 => {
                format!("\x1b]99;i={title}:d=0;{title}{end}\x1b]99;i={title}:p=body;{text}{end}")
            }
        }))
    }

    /// The sequence for a progress; `None` where there is none.
    #[must_use]
    pub fn progress(self, progress: Progress) -> Option<String> {
        let state = match progress {
            Progress::None => "0".to_owned(),
            Progress::Percent(percent) => format!("1;{}", percent.min(100)),
            // Full, as an error without a value would leave the bar where it was.
            Progress::Failed => "2;100".to_owned(),
            Progress::Indeterminate => "3".to_owned(),
        };
        self.progress.then(|| self.wrapped(&format!("\x1b]9;4;{state}{}", self.end())))
    }

    /// ST, which some terminals insist on; but not inside GNU screen's wrapping, which it would end.
    fn end(self) -> &'static str {
        if self.multiplexer == Some(Multiplexer::Screen) { "\x07" } else { "\x1b\\" }
    }

    fn wrapped(self, sequence: &str) -> String {
        self.multiplexer.map_or_else(|| sequence.to_owned(), |multiplexer| multiplexer.wrap(sequence))
    }
}

fn row(is_wanted: impl Fn(&Row) -> bool) -> Option<&'static Row> {
    ROWS.iter().find(|row| is_wanted(row))
}

/// The numbers that a version begins with: 1, 2, 0 of `1.2.0-dev`.
fn numbers(version: &str) -> Vec<u64> {
    version.trim().split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

/// Without what would end or part a sequence.
fn harmless(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).map(|c| if c == ';' { ',' } else { c }).collect()
}

/// The table for people, in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut table =
        "| terminal | known by | notification | progress |\n| --- | --- | --- | --- |\n".to_owned();
    for row in ROWS {
        let program = row.program.map(|name| format!("`TERM_PROGRAM={name}`"));
        let term = row.term.map(|start| format!("`TERM={start}…`"));
        let variable = row.variable.map(|(name, value)| match value {
            Some(value) => format!("`{name}={value}`"),
            None => format!("`{name}`"),
        });
        let known: Vec<String> = [program, term, variable].into_iter().flatten().collect();
        let notification = match row.notification {
            Some(Protocol::Osc9) => "OSC 9",
            Some(Protocol::Osc777) => "OSC 777",
            Some(Protocol::Osc99) => "OSC 99",
            None => "bell only",
        };
        let progress = match row.progress {
            Since::Never => "no".to_owned(),
            Since::Always => "yes".to_owned(),
            Since::Version(least) => {
                let least: Vec<String> = least.iter().map(u64::to_string).collect();
                format!("from {} on", least.join("."))
            }
        };
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {} | {} | {notification} | {progress} |", row.name, known.join(", "));
    }
    table.push_str("| any other | | bell only | no |\n");
    table
}

#[cfg(test)]
mod tests;
