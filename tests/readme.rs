//! The parts of README.md that the program itself can write: keys, exit codes, terminals, and the output of `get`.
//!
//! `UPDATE_README=1 cargo test --test readme` writes them anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

use std::fmt::Write as _;
use std::fs;

use atlas_tui::api::{ApiKey, Client, Credential, Limits};
use atlas_tui::app::keymap::{self, Action};
use atlas_tui::cli::Args;
use atlas_tui::clock::Clock;
use atlas_tui::config::{Env, Settings, Source};
use atlas_tui::demo::{self, Options};
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::domain::target::Kind;
use atlas_tui::headless::list::{ListOptions, Scope, list};
use atlas_tui::headless::{GetOptions, get};
use atlas_tui::terminal::emulator;
use jiff::Timestamp;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// The moment of the example.
#[derive(Clone)]
struct Then;

impl Clock for Then {
    fn now(&self) -> Timestamp {
        "2026-11-23T03:41:07Z".parse().unwrap()
    }
}

/// `text` with `content` between the comments of that name.
fn with_block(text: &str, name: &str, content: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let start = text.find(&open).unwrap_or_else(|| panic!("README.md has no {open}")) + open.len();
    let end = start + text[start..].find(&close).unwrap_or_else(|| panic!("README.md has no {close}"));
    format!("{}{content}{}", &text[..start], &text[end..])
}

/// What `atlas-tui get` prints of the demonstration's first live link.
async fn example() -> String {
    let atlas = demo::start_with(Options::default(), Then).await.unwrap();
    let lookup = atlas.lookup("billing-dump").unwrap();
    let jobs = [Lookup { label: String::new(), target: lookup.target.clone() }];
    let base = atlas.base_url.parse().unwrap();
    let key = Credential::Key(ApiKey {
        public_key: atlas.public_key.clone(),
        private_key: atlas.private_key.clone(),
    });
    let client = Client::new(&base, Some(key), Limits::default(), || Then.now()).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = get(&client, &Then, &jobs, &GetOptions::default(), &mut out, &mut err).await;
    assert_eq!((code, err.as_slice()), (0, &b""[..]));
    format!("```console\n$ atlas-tui get {}\n{}```\n", lookup.target, String::from_utf8(out).unwrap())
}

/// What `atlas-tui list` prints of the demonstration's newest jobs.
async fn list_example() -> String {
    let atlas = demo::start_with(Options::default(), Then).await.unwrap();
    let base = atlas.base_url.parse().unwrap();
    let key = Credential::Key(ApiKey {
        public_key: atlas.public_key.clone(),
        private_key: atlas.private_key.clone(),
    });
    let client = Client::new(&base, Some(key), Limits::default(), || Then.now()).unwrap();
    let project = atlas.lookup("billing-dump").unwrap().target.project;
    let scope = Scope::Project { project, profile: None, kind: Kind::Auto };
    let statuses = Some("running,ready,failed".parse().unwrap());
    let since = Some("1d".parse().unwrap());
    let options = ListOptions { statuses, since, ..ListOptions::default() };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = list(&client, &Then, &scope, &options, &mut out, &mut err).await;
    assert_eq!((code, err.as_slice()), (0, &b""[..]));
    format!(
        "```console\n$ atlas-tui list --project-id {project} --status running,ready,failed --since 1d\n{}```\n",
        String::from_utf8(out).unwrap()
    )
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
        ("example", example().await),
        ("list", list_example().await),
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
