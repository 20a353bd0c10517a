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

/// By their own documentation and release notes. Ghostty before 1.2 and iTerm2 before 3.6.6 show a progress as a
/// notification. The upstream of VTE ignores OSC 777, Fedora's and its descendants' show it.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "kitty", program: Some("kitty"), term: Some("xterm-kitty"), variable: Some(("KITTY_WINDOW_ID", None)), version: None, notification: Some(Protocol::Osc99), progress: Since::Never },
    Row { name: "Ghostty", program: Some("ghostty"), term: Some("xterm-ghostty"), variable: Some(("GHOSTTY_RESOURCES_DIR", None)), version: None, notification: Some(Protocol::Osc777), progress: Since::Version(&[1, 2]) },
    Row { name: "WezTerm", program: Some("WezTerm"), term: Some("wezterm"), variable: Some(("WEZTERM_PANE", None)), version: None, notification: Some(Protocol::Osc777), progress: Since::Always },
    Row { name: "iTerm2", program: Some("iTerm.app"), term: None, variable: Some(("LC_TERMINAL", Some("iTerm2"))), version: Some("LC_TERMINAL_VERSION"), notification: Some(Protocol::Osc9), progress: Since::Version(&[3, 6, 6]) },
    Row { name: "foot", program: None, term: Some("foot"), variable: None, version: None, notification: Some(Protocol::Osc777), progress: Since::Never },
    Row { name: "rxvt-unicode", program: None, term: Some("rxvt-unicode"), variable: None, version: None, notification: Some(Protocol::Osc777), progress: Since::Never },
    Row { name: "Warp", program: Some("WarpTerminal"), term: None, variable: None, version: None, notification: Some(Protocol::Osc777), progress: Since::Never },
    Row { name: "mintty", program: Some("mintty"), term: None, variable: None, version: None, notification: None, progress: Since::Always },
    Row { name: "VS Code", program: Some("vscode"), term: None, variable: None, version: None, notification: None, progress: Since::Version(&[1, 97]) },
    Row { name: "Windows Terminal", program: None, term: None, variable: Some(("WT_SESSION", None)), version: None, notification: None, progress: Since::Always },
    Row { name: "ConEmu", program: None, term: None, variable: Some(("ConEmuANSI", Some("ON"))), version: None, notification: None, progress: Since::Always },
    Row { name: "Konsole", program: None, term: Some("konsole"), variable: Some(("KONSOLE_VERSION", None)), version: None, notification: Some(Protocol::Osc777), progress: Since::Always },
    // The last, as many terminals are made with it.
    Row { name: "VTE (GNOME Terminal and others)", program: None, term: Some("vte"), variable: Some(("VTE_VERSION", None)), version: Some("VTE_VERSION"), notification: Some(Protocol::Osc777), progress: Since::Version(&[7900]) },
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
        Self { notification: found.notification, progress, ..unknown }
    }

    /// Whether it shows notifications itself.
    #[must_use]
    pub fn shows_notifications(self) -> bool {
        self.notification.is_some()
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
mod tests {
    use super::*;

    fn emulator(variables: &[(&str, &str)]) -> Emulator {
        let of = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Emulator::find(|name| of(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn each_terminal_is_known_and_gets_what_it_understands() {
        for (variables, notification, progress) in [
            (&[][..], None, false),
            (&[("TERM", "xterm-256color")], None, false),
            (&[("TERM", "linux")], None, false),
            (&[("TERM", "alacritty")], None, false),
            (&[("TERM_PROGRAM", "Apple_Terminal")], None, false),
            (&[("TERM", "xterm-kitty")], Some(Protocol::Osc99), false),
            (&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")], Some(Protocol::Osc99), false),
            (&[("KITTY_WINDOW_ID", " ")], None, false),
            (
                &[("TERM_PROGRAM", "iTerm.app"), ("TERM_PROGRAM_VERSION", "3.6.5")],
                Some(Protocol::Osc9),
                false,
            ),
            (&[("TERM_PROGRAM", "iTerm.app"), ("TERM_PROGRAM_VERSION", "3.6.6")], Some(Protocol::Osc9), true),
            (&[("TERM_PROGRAM", "iTerm.app"), ("TERM_PROGRAM_VERSION", "3.10")], Some(Protocol::Osc9), true),
            (&[("LC_TERMINAL", "iTerm2"), ("LC_TERMINAL_VERSION", "4.0")], Some(Protocol::Osc9), true),
            (&[("LC_TERMINAL", "Another")], None, false),
            (
                &[("TERM_PROGRAM", "ghostty"), ("TERM_PROGRAM_VERSION", "1.1.3")],
                Some(Protocol::Osc777),
                false,
            ),
            (
                &[("TERM_PROGRAM", "ghostty"), ("TERM_PROGRAM_VERSION", "1.2.0-dev+x")],
                Some(Protocol::Osc777),
                true,
            ),
            (&[("TERM", "xterm-ghostty")], Some(Protocol::Osc777), false),
            (&[("TERM_PROGRAM", "WezTerm")], Some(Protocol::Osc777), true),
            (&[("TERM", "foot-extra")], Some(Protocol::Osc777), false),
            (&[("TERM", "rxvt-unicode-256color")], Some(Protocol::Osc777), false),
            (&[("TERM_PROGRAM", "WarpTerminal")], Some(Protocol::Osc777), false),
            (&[("TERM_PROGRAM", "mintty"), ("TERM_PROGRAM_VERSION", "3.7.8")], None, true),
            (&[("TERM_PROGRAM", "vscode"), ("TERM_PROGRAM_VERSION", "1.106.0")], None, true),
            (&[("TERM_PROGRAM", "vscode"), ("TERM_PROGRAM_VERSION", "nonsense")], None, false),
            (&[("WT_SESSION", "a-guid")], None, true),
            (&[("ConEmuANSI", "ON")], None, true),
            (&[("ConEmuANSI", "OFF")], None, false),
            (&[("KONSOLE_VERSION", "250400")], Some(Protocol::Osc777), true),
            (&[("VTE_VERSION", "7802")], Some(Protocol::Osc777), false),
            (&[("VTE_VERSION", "8003")], Some(Protocol::Osc777), true),
            // One that was started from another: its own name wins over what it inherited.
            (&[("TERM_PROGRAM", "mintty"), ("KITTY_WINDOW_ID", "1")], None, true),
        ] {
            let known = emulator(variables);
            assert_eq!((known.notification, known.progress), (notification, progress), "{variables:?}");
            assert_eq!(known.multiplexer, None);
        }
    }

    #[test]
    fn inside_a_multiplexer_what_is_left_of_the_terminal_counts() {
        let tmux = [("TMUX", "/tmp/x"), ("TERM", "tmux-256color"), ("TERM_PROGRAM", "tmux")];
        let inside = |more: &[(&str, &str)]| emulator(&[&tmux[..], more].concat());
        assert_eq!(inside(&[]).notification, None);
        let kitty = inside(&[("KITTY_WINDOW_ID", "1")]);
        assert_eq!((kitty.notification, kitty.multiplexer), (Some(Protocol::Osc99), Some(Multiplexer::Tmux)));
        // Its version is not the terminal's.
        assert!(!inside(&[("TERM_PROGRAM_VERSION", "3.7"), ("GHOSTTY_RESOURCES_DIR", "/x")]).progress);
    }

    fn shown(sequence: Option<String>) -> String {
        sequence.unwrap_or_default().replace('\x1b', "ESC").replace('\x07', "BEL")
    }

    #[test]
    fn a_notification_is_written_as_the_terminal_reads_it() {
        let of =
            |variables: &[(&str, &str)], text| shown(emulator(variables).notification("atlas-tui", text));
        assert_eq!(of(&[], "x: failed"), "");
        assert_eq!(of(&[("LC_TERMINAL", "iTerm2")], "4;1;50 failed"), "ESC]9;atlas-tui: 4,1,50 failedESC\\");
        assert_eq!(of(&[("TERM", "foot")], "a;b\x1b]0;c\x07"), "ESC]777;notify;atlas-tui;a,b]0,cESC\\");
        assert_eq!(
            of(&[("TERM", "xterm-kitty")], "x"),
            "ESC]99;i=atlas-tui:d=0;atlas-tuiESC\\ESC]99;i=atlas-tui:p=body;xESC\\"
        );
        assert_eq!(
            of(&[("TMUX", "1"), ("VTE_VERSION", "8000")], "x"),
            "ESCPtmux;ESCESC]777;notify;atlas-tui;xESCESC\\ESC\\"
        );
        assert_eq!(
            of(&[("STY", "1"), ("VTE_VERSION", "8000")], "x"),
            "ESCPESC]777;notify;atlas-tui;xBELESC\\"
        );
    }

    #[test]
    fn a_progress_is_written_only_where_it_is_one() {
        let of = |variables: &[(&str, &str)], progress| shown(emulator(variables).progress(progress));
        for (progress, written) in [
            (Progress::None, "ESC]9;4;0ESC\\"),
            (Progress::Percent(0), "ESC]9;4;1;0ESC\\"),
            (Progress::Percent(255), "ESC]9;4;1;100ESC\\"),
            (Progress::Failed, "ESC]9;4;2;100ESC\\"),
            (Progress::Indeterminate, "ESC]9;4;3ESC\\"),
        ] {
            assert_eq!(of(&[("WT_SESSION", "1")], progress), written);
            assert_eq!(of(&[("TERM", "xterm-kitty")], progress), "");
        }
        assert_eq!(
            of(&[("TMUX", "1"), ("WT_SESSION", "1")], Progress::None),
            "ESCPtmux;ESCESC]9;4;0ESCESC\\ESC\\"
        );
    }

    #[test]
    fn every_row_is_known_by_something_and_stands_in_the_table() {
        let table = markdown();
        for row in ROWS {
            assert!(row.program.is_some() || row.term.is_some() || row.variable.is_some(), "{}", row.name);
            assert!(table.contains(row.name));
        }
        assert_eq!(table.lines().count(), ROWS.len() + 3);
    }
}
