//! The parts of README.md that the program itself can write: keys, exit codes, terminals, and the
//! transcript, whose commands are run anew.
//!
//! `UPDATE_README=1 cargo test --test readme` writes them anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

#[path = "readme/transcript.rs"]
mod transcript;

use std::fmt::Write as _;
use std::fs;

use atlas_tui::app::keymap::{self, Action};
use atlas_tui::cli::Args;
use atlas_tui::config::{Env, Settings, Source};
use atlas_tui::terminal::emulator;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// What stands between the comments of that name.
fn block<'a>(text: &'a str, name: &str) -> &'a str {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (_, rest) = text.split_once(&open).unwrap_or_else(|| panic!("README.md has no {open}"));
    rest.split_once(&close).unwrap_or_else(|| panic!("README.md has no {close}")).0
}

/// `text` with `content` there.
fn with_block(text: &str, name: &str, content: &str) -> String {
    let old = block(text, name);
    let start = old.as_ptr() as usize - text.as_ptr() as usize;
    format!("{}{content}{}", &text[..start], &text[start + old.len()..])
}

/// The list in `--help` as a table.
fn exit_codes() -> String {
    let help = Args::read(["atlas-tui", "--help"]).unwrap_err().to_string();
    let (_, list) =
        help.split_once("Exit codes of get").and_then(|(_, list)| list.split_once(":\n")).unwrap();
    let mut table = "| code | meaning |\n| --- | --- |\n".to_owned();
    for line in list.lines().take_while(|line| !line.trim().is_empty()) {
        let (code, meaning) = line.trim().split_once("  ").unwrap();
        writeln!(table, "| {code} | {} |", meaning.trim()).unwrap();
    }
    table
}

#[tokio::test]
async fn what_the_program_can_write_of_the_readme_is_what_it_would_write() {
    let text = fs::read_to_string(PATH).unwrap();
    let blocks = [
        ("keys", keymap::markdown()),
        ("exit codes", exit_codes()),
        ("terminals", emulator::markdown()),
        ("transcript", transcript::replayed(block(&text, "transcript")).await),
        ("watch", transcript::replayed(block(&text, "watch")).await),
    ];
    let mut wanted = text.clone();
    for (name, content) in &blocks {
        wanted = with_block(&wanted, name, content);
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(PATH, wanted).unwrap();
        return;
    }
    for (name, content) in blocks {
        assert!(
            with_block(&text, name, &content) == text,
            "README.md is out of date; UPDATE_README=1 cargo test --test readme writes it anew.\n\
             Between the comments of `{name}` there should be:\n\n{content}"
        );
    }
}

#[test]
fn the_first_two_commands_are_the_demonstration_and_the_tests() {
    let text = fs::read_to_string(PATH).unwrap();
    let commands: Vec<_> =
        text.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert_eq!(commands[..2], ["cargo run --release -- --demo", "cargo test --locked"]);
    let first_fence = text.find("```").unwrap();
    assert!(text[first_fence..].starts_with("```sh\n"), "no other block comes first");
}

#[test]
fn the_example_of_a_config_file_is_one() {
    let text = fs::read_to_string(PATH).unwrap();
    let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("config")).unwrap();
    fs::write(home.path().join("config/config.toml"), example).unwrap();
    let variable = |name: &str| (name == "ATLAS_TUI_HOME").then(|| home.path().as_os_str().to_owned());
    let args = Args::read(["atlas-tui"]).unwrap();
    let settings = Settings::load(&args, Env::new(&variable)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(settings.interval.source, Source::File);
    assert_eq!(settings.keymap.label(Action::CopyUrl, false), "U");
}

#[test]
fn every_variable_of_the_help_is_in_the_readme() {
    let text = fs::read_to_string(PATH).unwrap();
    let help = Args::read(["atlas-tui", "--help"]).unwrap_err().to_string();
    let words = help.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    let variables = words.filter(|word| word.starts_with("ATLAS_TUI_") || word.starts_with("MONGODB_"));
    for variable in variables {
        assert!(text.contains(variable), "{variable}");
    }
}
