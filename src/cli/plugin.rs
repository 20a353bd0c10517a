//! The command line as the Atlas CLI hands it to a plugin: the name of the plugin's command first, then all that
//! was typed behind `atlas` but that name, flags and `--help` included (mongodb-atlas-cli, `internal/plugin/plugin.go`:
//! `Plugin.Run` and `DisableFlagParsing`). `atlas restores watch …` is our `watch …`.
//!
//! It is looked for before the words are read, and not among the subcommands: flags may stand on both sides of it,
//! and nothing of ours may be called so.

use std::ffi::OsString;

/// Our command of the Atlas CLI, as `assets/plugin/manifest.yml` names it.
pub const COMMAND: &str = "restores";

/// Takes the plugin's command out of the words, program name first; whether it was there.
pub fn take_command(words: &mut Vec<OsString>) -> bool {
    let ours = words.get(1).is_some_and(|word| word == COMMAND);
    if ours {
        words.remove(1);
    }
    ours
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Args, Command};

    fn read(words: &[&str]) -> Args {
        Args::read(["atlas-tui"].iter().chain(words)).unwrap()
    }

    #[test]
    fn what_the_atlas_cli_hands_over_is_read_as_if_it_were_typed() {
        for words in
            [&["get", "j", "-P", "eu"][..], &["-P", "eu", "get", "j"], &["--demo"], &["flex/a/b/c"], &[]]
        {
            let handed: Vec<_> = [COMMAND].iter().chain(words).copied().collect();
            assert_eq!(read(&handed), read(words), "{words:?}");
        }
    }

    #[test]
    fn it_is_one_word_at_one_place() {
        let Some(Command::Get(get)) = read(&["get", COMMAND]).command else { panic!("get") };
        assert_eq!(get.targets, [COMMAND], "a label may be called so");
        assert_eq!(read(&[COMMAND, COMMAND]).target.as_deref(), Some(COMMAND), "and is taken off once");
    }
}
