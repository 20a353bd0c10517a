//! Runs the commands of a transcript again, on the demonstration's Atlas at one moment, with its lookups saved.
//!
//! Each line that begins with `$ ` is read as the program reads its command line, and answered by the functions behind
//! the commands, because their clock can be told the time. `echo $?` tells the exit code of the one before.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use atlas_tui::api::{ApiKey, Credential};
use atlas_tui::atlas::Atlas;
use atlas_tui::cli::{Args, Command, Get, LIST_LIMIT, List};
use atlas_tui::clock::Clock;
use atlas_tui::config::targets::{self, Sources, targets};
use atlas_tui::config::{Accounts, ConfigError, Env};
use atlas_tui::demo;
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::domain::target::Kind;
use atlas_tui::headless::list::{ListOptions, Scope, list};
use atlas_tui::headless::watch::{Options, Output, Rules, watch};
use atlas_tui::headless::{GetOptions, Look, get};
use atlas_tui::worker::task;
use jiff::Timestamp;
use tokio::sync::mpsc;

/// The moment of the transcript.
#[derive(Clone)]
struct Then;

impl Clock for Then {
    fn now(&self) -> Timestamp {
        "2026-11-23T03:41:07Z".parse().unwrap()
    }
}

/// Standard output and standard error as a terminal shows them: one text.
#[derive(Default)]
struct Shown(RefCell<Vec<u8>>);

impl io::Write for &Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The transcript with what its commands print today.
pub async fn replayed(transcript: &str) -> String {
    let atlas = demo::start_with(demo::Options::default(), Then).await.unwrap();
    let saved: Vec<Lookup> = atlas.lookups.clone();
    let key = Credential::Key(ApiKey {
        public_key: atlas.public_key.clone(),
        private_key: atlas.private_key.clone(),
    });
    let accounts = Accounts::fixed(atlas.base_url.parse().unwrap(), key);
    let (mut text, mut code) = ("```console\n".to_owned(), 0);
    let mut commands = 0;
    for line in transcript.lines().filter_map(|line| line.strip_prefix("$ ")) {
        writeln!(text, "$ {line}").unwrap();
        if line == "echo $?" {
            writeln!(text, "{code}").unwrap();
            continue;
        }
        let shown = Shown::default();
        code = run(line, &accounts, &saved, &shown).await;
        text.push_str(std::str::from_utf8(&shown.0.borrow()).unwrap());
        commands += 1;
    }
    assert!(commands > 0, "the transcript was found");
    text.push_str("```\n");
    text
}

async fn run(line: &str, accounts: &Accounts, saved: &[Lookup], shown: &Shown) -> u8 {
    let mut args = Args::read(shlex::split(line).unwrap()).unwrap_or_else(|error| panic!("{line}: {error}"));
    let atlas = Atlas::new(accounts.clone(), || Then.now());
    let (mut out, mut err) = (shown, shown);
    match args.command.take() {
        Some(Command::Get(command)) => {
            let options = get_options(&command);
            let jobs = jobs(&command.targets, &args, accounts, saved);
            let jobs = jobs.unwrap_or_else(|error| panic!("{line}: {error}"));
            get(&atlas, &Then, &jobs, &options, &mut out, &mut err).await
        }
        Some(Command::List(command)) => {
            let scope = match args.common.project_id.as_deref() {
                Some(project) => {
                    assert!(args.common.cluster_name.is_none() && args.common.kind.is_none(), "{line}");
                    Scope::Project { project: project.parse().unwrap(), profile: None, kind: Kind::Auto }
                }
                None => Scope::Saved(saved.to_vec()),
            };
            assert_ne!(command.saved, matches!(scope, Scope::Project { .. }), "{line}: one of the two");
            list(&atlas, &Then, &scope, &list_options(&command), &mut out, &mut err).await
        }
        Some(Command::Watch(command)) => {
            let jobs = jobs(&command.targets, &args, accounts, saved);
            let jobs = jobs.unwrap_or_else(|error| panic!("{line}: {error}"));
            let look = Look { form: command.shown.output.unwrap_or_default(), ..Look::default() };
            let rules = Rules { until: command.until.unwrap_or_default(), ..Rules::default() };
            let options = Options { rules, worker: task::Settings::default(), linger: None };
            let (_nobody, outside) = mpsc::channel(1);
            let mut output = Output::Sentences { out: &mut out, look: &look };
            watch(Arc::new(atlas), Then, jobs, options, outside, &mut output, &mut |_| {}).await
        }
        other => panic!("{line}: no transcript of {other:?}"),
    }
}

/// What the words of a command name, with nothing in the environment and nothing to read from.
fn jobs(
    words: &[String],
    args: &Args,
    accounts: &Accounts,
    saved: &[Lookup],
) -> Result<Vec<Lookup>, ConfigError> {
    let sources = Sources {
        common: &args.common,
        env: Env::new(&|_| None),
        profile: None,
        accounts,
        saved: &|| Ok(saved.to_vec()),
        input: &mut io::empty(),
    };
    targets(words, sources)
}

fn get_options(command: &Get) -> GetOptions {
    GetOptions {
        look: Look { form: command.shown.output.unwrap_or_default(), ..Look::default() },
        many: targets::are_many(&command.targets),
        exit_status: command.exit_status,
        raw: command.raw,
    }
}

fn list_options(command: &List) -> ListOptions {
    ListOptions {
        look: Look { form: command.shown.output.unwrap_or_default(), ..Look::default() },
        limit: command.limit.unwrap_or(LIST_LIMIT),
        limit_was_given: command.limit.is_some(),
        statuses: command.status.clone(),
        since: command.since,
        order: command.sort.unwrap_or_default(),
        reverse: command.reverse,
    }
}
