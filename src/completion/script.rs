//! The scripts, one file for each shell. Each asks `atlas-tui __complete SHELL` and hands its answer to the shell.
//!
//! They ask the program that is found on the PATH, never the one that was typed: `./atlas-tui` is not run because
//! somebody pressed Tab.

use crate::cli::Shell;

/// The script to give to a shell.
#[must_use]
pub const fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("scripts/atlas-tui.bash"),
        Shell::Zsh => include_str!("scripts/_atlas-tui"),
        Shell::Fish => include_str!("scripts/atlas-tui.fish"),
        Shell::Powershell => include_str!("scripts/atlas-tui.ps1"),
        Shell::Elvish => include_str!("scripts/atlas-tui.elv"),
    }
}
