//! What is so on this side: files and their modes, the terminal, the version.

use std::path::PathBuf;

use super::check::{Blame, Check, Name};
use crate::domain::text::clean;
use crate::private::{self, Trust};
use crate::terminal::{Emulator, Multiplexer, emulator::Protocol};

/// A file or directory of ours, and how far it must be out of others' reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    pub path: PathBuf,
    pub trust: Trust,
}

/// Files that are there, and what is wrong with the first that others could change. `broken` is why the config file was
/// not taken, if it was not.
#[must_use]
pub fn files(belongings: &[Belonging], broken: Option<&str>) -> Check {
    if let Some(broken) = broken {
        return Name::Files.failure(
            Blame::Usage,
            format!("the settings are not used: {broken}"),
            "Correct that, or go without the file: --no-config",
        );
    }
    let mut there = Vec::new();
    for Belonging { path, trust } in belongings {
        if let Err(refusal) = private::check(path, *trust) {
            let shown = clean(&path.to_string_lossy()).into_owned();
            return Name::Files.failure(
                Blame::Usage,
                format!("{shown} is not trusted: {}", refusal.reason()),
                refusal.remedy(),
            );
        }
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                there.push(clean(&name).into_owned());
            }
            Err(_) => {}
        }
    }
    if there.is_empty() {
        Name::Files.ok("none of ours is there yet")
    } else {
        Name::Files.ok(format!("{}: in nobody else's reach", there.join(", ")))
    }
}

/// What the terminal is and can do, as the environment says. `size` in columns and rows; `None` when the output goes
/// elsewhere. `ascii` and `mono` as the settings have decided.
#[must_use]
pub fn terminal(
    variable: impl Fn(&str) -> Option<String>,
    size: Option<(u16, u16)>,
    ascii: bool,
    mono: bool,
) -> Check {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let term = set("TERM").map(|term| clean(&term).into_owned());
    let emulator = Emulator::find(&variable);
    let multiplexer = Multiplexer::around(|name| set(name).is_some());
    let colours = match set("COLORTERM").as_deref() {
        _ if mono => "no colours",
        Some("truecolor" | "24bit") => "24-bit colours",
        _ if term.as_deref().is_some_and(|term| term.contains("256color")) => "256 colours",
        _ => "16 colours",
    };
    let Some(term) = term.filter(|term| term != "dumb") else {
        return Name::Terminal.warning(
            "TERM is not set, or is dumb: the dashboard does not start here",
            "Use atlas-tui get and doctor here, or set TERM to what the terminal is (often xterm-256color).",
        );
    };
    let mut parts = vec![match emulator.name() {
        Some(name) => format!("{name} ({term})"),
        None => term,
    }];
    parts.extend(size.map(|(columns, rows)| format!("{columns}x{rows}")));
    parts.push(colours.to_owned());
    parts.push(if ascii { "ASCII" } else { "Unicode" }.to_owned());
    parts.push(match emulator.protocol() {
        Some(Protocol::Osc9) => "notifications by OSC 9".to_owned(),
        Some(Protocol::Osc777) => "notifications by OSC 777".to_owned(),
        Some(Protocol::Osc99) => "notifications by OSC 99".to_owned(),
        None => "only a bell".to_owned(),
    });
    parts.push("copies by OSC 52".to_owned());
    let finding = parts.join(", ");
    if let Some((columns, rows)) = size.filter(|(columns, rows)| *columns < 40 || *rows < 10) {
        return Name::Terminal.warning(
            format!("{finding}: {columns}x{rows} is less than the 40x10 that the dashboard needs"),
            "Make the window larger.",
        );
    }
    match multiplexer {
        Some(Multiplexer::Tmux) => {
            let inside = format!("{finding}; in tmux, which passes them on with allow-passthrough alone");
            Check {
                next_step: Some("tmux set -g allow-passthrough all".to_owned()),
                ..Name::Terminal.ok(inside)
            }
        }
        Some(Multiplexer::Screen) => Name::Terminal.ok(format!("{finding}; in GNU screen")),
        None => Name::Terminal.ok(finding),
    }
}

/// `linux x86_64`.
#[must_use]
pub fn platform() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

#[must_use]
pub fn version() -> Check {
    Name::Version.ok(format!("atlas-tui {} on {}", env!("CARGO_PKG_VERSION"), platform()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Verdict;

    fn seen(variables: &[(&str, &str)], size: Option<(u16, u16)>) -> Check {
        let value = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        terminal(value, size, false, false)
    }

    #[test]
    fn a_terminal_is_told_with_what_it_can_do() {
        let check = seen(&[("TERM", "xterm-kitty"), ("COLORTERM", "truecolor")], Some((120, 36)));
        assert_eq!(
            check,
            Name::Terminal.ok(
                "kitty (xterm-kitty), 120x36, 24-bit colours, Unicode, notifications by OSC 99, copies by OSC 52"
            )
        );
        let tmux = seen(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux-0/default,1,0")], None);
        assert!(tmux.finding.contains("256 colours") && tmux.finding.contains("in tmux"), "{tmux:?}");
        assert_eq!(tmux.next_step.as_deref(), Some("tmux set -g allow-passthrough all"));
    }

    #[test]
    fn a_terminal_that_cannot_show_the_dashboard_is_a_warning() {
        for check in [seen(&[], None), seen(&[("TERM", "dumb")], None)] {
            assert_eq!(check.verdict, Verdict::Warning, "{check:?}");
        }
        assert_eq!(seen(&[("TERM", "xterm")], Some((30, 8))).verdict, Verdict::Warning);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_write_to_is_a_failure_with_the_command_that_mends_it() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        std::fs::write(&path, "").unwrap();
        let belongings = [Belonging { path: path.clone(), trust: Trust::Settings }];
        let set = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o600);
        assert_eq!(files(&belongings, None), Name::Files.ok("config.toml: in nobody else's reach"));
        set(0o666);
        let check = files(&belongings, None);
        assert_eq!(check.verdict, Verdict::Failure(Blame::Usage));
        assert!(check.next_step.unwrap().starts_with("chmod go-w "));
        assert!(files(&[], Some("line 3: unknown key")).finding.contains("line 3"));
    }
}
