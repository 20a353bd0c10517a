//! The terminal itself: entering and leaving it, stopping and coming back, and the bytes of a frame.
//!
//! Must not know what is drawn: no `app`, no `ui`. Nothing here asks the terminal a question, because an
//! answer that never comes would stand between the user and the first frame.
//!
//! Modes and sequences are crossterm's. Frames are written by a ratatui backend of our own, [`Tty`], because under
//! `NO_COLOR` crossterm 0.29 wipes bold and reverse, and because its backend writes several times the bytes for a
//! digit that changes; the size comes from the kernel in one call, for which crossterm opens `/dev/tty`.

pub mod emulator;
mod multiplexer;
mod pen;
mod rows;
mod session;
mod tty;

use std::ffi::OsString;
use std::io::{self, IsTerminal};

pub use emulator::Emulator;
pub use multiplexer::Multiplexer;
pub use rows::Rows;
pub use session::{Options, Session, install_panic_hook, restore};
pub(crate) use session::{is_entered, is_own_resume};
pub use tty::{Stdout, Tty};

use ratatui::layout::Size;

/// Columns and rows now, as the kernel has them. One call; no file is opened.
///
/// # Errors
/// Standard output is no terminal, or it is gone.
pub fn size() -> io::Result<Size> {
    let size = rustix::termios::tcgetwinsize(io::stdout())?;
    Ok(known_size(size.ws_col, size.ws_row))
}

/// A serial line or a bare pseudo-terminal says 0 × 0, which is the traditional "I do not know".
pub(crate) fn known_size(columns: u16, rows: u16) -> Size {
    if columns == 0 || rows == 0 { Size::new(80, 24) } else { Size::new(columns, rows) }
}

/// Whether we are in the foreground of the terminal on standard output. One that is nobody's own is ours.
#[must_use]
pub fn is_ours() -> bool {
    rustix::termios::tcgetpgrp(io::stdout()).map_or(true, |group| group == rustix::process::getpgrp())
}

/// Whether the terminal breaks the lines on its screen anew when its width changes. By what terminals do: only xterm,
/// the console and GNU screen are known not to. A multiplexer hides which one is outside.
#[must_use]
pub fn reflows() -> bool {
    reflows_by(&|name| std::env::var_os(name))
}

fn reflows_by(variable: &dyn Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is_console = variable("TERM").is_some_and(|term| term == "linux");
    is_set("TMUX") || is_set("ZELLIJ") || !(is_set("STY") || is_set("XTERM_VERSION") || is_console)
}

/// Whether a dashboard can be shown here at all.
///
/// # Errors
/// One line that says why not, and what to use instead.
pub fn check() -> Result<(), String> {
    let term = std::env::var("TERM").unwrap_or_default();
    match refusal(io::stdin().is_terminal(), io::stdout().is_terminal(), &term) {
        None => Ok(()),
        Some(reason) => {
            Err(format!("{reason}, so there is no place for a dashboard; use `atlas-tui get TARGET` instead"))
        }
    }
}

fn refusal(input: bool, output: bool, term: &str) -> Option<&'static str> {
    match (input, output, term) {
        (false, _, _) => Some("standard input is no terminal"),
        (_, false, _) => Some("standard output is no terminal"),
        (_, _, "dumb") => Some("this terminal cannot move its cursor (TERM=dumb)"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dashboard_needs_both_ends_and_a_cursor() {
        assert_eq!(refusal(true, true, "xterm-256color"), None);
        assert_eq!(refusal(true, true, ""), None);
        assert_eq!(refusal(false, true, "xterm"), Some("standard input is no terminal"));
        assert_eq!(refusal(true, false, "xterm"), Some("standard output is no terminal"));
        assert_eq!(refusal(true, true, "dumb"), Some("this terminal cannot move its cursor (TERM=dumb)"));
    }

    #[test]
    fn the_outermost_that_breaks_lines_decides() {
        let reflows = |set: &[(&str, &str)]| {
            reflows_by(&|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
        };
        assert!(reflows(&[("TERM", "xterm-256color")]));
        assert!(reflows(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/x"), ("XTERM_VERSION", "XTerm(379)")]));
        assert!(!reflows(&[("TERM", "xterm-256color"), ("XTERM_VERSION", "XTerm(379)")]));
        assert!(!reflows(&[("TERM", "screen"), ("STY", "1.tty")]));
        assert!(!reflows(&[("TERM", "linux")]));
    }
}
