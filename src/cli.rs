//! The command line: clap types, and nothing that acts on them.
//!
//! Flags only. The environment is read by `config`, which knows that a blank variable is an unset one; no
//! flag ever takes a secret.

mod completions;
mod get;
mod list;
mod man;
pub mod plugin;
mod shown;
pub mod watch;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::config::{fleet, interval};
use crate::domain::target::Kind;
pub use completions::{Complete, Completions, Shell};
pub use get::Get;
pub use list::{LIMIT as LIST_LIMIT, List};
pub use man::Man;
pub use shown::Shown;

const AFTER_HELP: &str = "\
TARGET is one argument, so quote a whole command line. It may be:
  KIND/PROJECT/INSTANCE/JOB, with the kind auto, flex, dedicated, collection,
      serverless or serverless-v2
  a URL or path of a restore job in the Atlas Administration API
  a curl line with such a URL, or an `atlas backups restores` line
  a JSON object of a restore job
  a restore job id, beside --project-id and --cluster-name
  for get, watch and doctor the label of a saved lookup
  for get and watch - for standard input: a TARGET a line, or JSON

Examples:
  atlas-tui --demo
  atlas-tui dedicated/5f1b6c7d8e9fa0b1c2d3e4f5/orders/6a794733c0eb9e7a17740663
  atlas-tui get 6a794733c0eb9e7a17740663 --kind flex \\
      --project-id 5f1b6c7d8e9fa0b1c2d3e4f5 --cluster-name orders
  atlas-tui get 'curl --digest https://cloud.mongodb.com/api/atlas/v2/…'
  atlas-tui watch orders-nightly --until usable --timeout 2h && ./after-restore
  atlas-tui list --project-id 5f1b6c7d8e9fa0b1c2d3e4f5 --since 12h
  atlas-tui list --saved --status ready -o ndjson | atlas-tui get - -o csv
  atlas-tui doctor --project-id 5f1b6c7d8e9fa0b1c2d3e4f5 --cluster-name orders
  atlas restores list --saved    as a plugin of the Atlas CLI: see README.md

Exit codes of get, watch, list (several jobs: the worst, 3 4 5 6 7 8 1 2 9 0):
  0  an answer came; watch and get --exit-status: completed, or a link is ready
  1  an answer that makes no sense, or a fault of atlas-tui itself
  2  wrong usage: arguments, environment, config file, kind; no terminal
  3  failed (watch, or get with --exit-status)
  4  cancelled (likewise)
  5  expired (likewise)
  6  not found, or gone
  7  what signs in is missing, refused, or may not read this
  8  Atlas cannot be reached, or limits the rate (watch: past --give-up-after)
  9  still running (get with --exit-status)
  124  the --timeout of watch is over
  129, 130, 143  ended by SIGHUP, SIGINT, SIGTERM
  141  whoever read the output of watch left before its end

Environment (blank is unset; flags win over it, and it wins over the files):
  MONGODB_ATLAS_PUBLIC_API_KEY, MONGODB_ATLAS_PRIVATE_API_KEY
                           an Atlas API key; secrets are never flags
  MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET
                           an Atlas service account; it wins over a key
  MONGODB_ATLAS_ACCESS_TOKEN
                           a bearer token; both of the above win over it
  MONGODB_ATLAS_PROFILE    as --profile
  MONGODB_ATLAS_PROJECT_ID
                           as --project-id, where neither TARGET nor
                           ATLAS_TUI_PROJECT_ID has one
  MONGODB_ATLAS_OPS_MANAGER_URL, MONGODB_ATLAS_BASE_URL
                           as --base-url; the first wins
  MONGODB_ATLAS_SERVICE    cloud, or cloudgov for https://cloud.mongodbgov.com
  MONGODB_ATLAS_AUTH_TYPE  user_account, where an access token is one of
                           `atlas auth login`
  MCLI_...                 the same, of all of these; one that is set silences
                           all MONGODB_ATLAS_...
  ATLAS_TUI_HOME           directory for all that atlas-tui reads and writes
  ATLAS_TUI_PROFILE, ATLAS_TUI_PUBLIC_KEY, ATLAS_TUI_PRIVATE_KEY_FILE,
  ATLAS_TUI_CLIENT_ID, ATLAS_TUI_CLIENT_SECRET_FILE,
  ATLAS_TUI_CREDENTIAL_COMMAND, ATLAS_TUI_NO_CONFIG, ATLAS_TUI_PROJECT_ID,
  ATLAS_TUI_CLUSTER_NAME, ATLAS_TUI_KIND, ATLAS_TUI_INTERVAL, ATLAS_TUI_ASCII,
  ATLAS_TUI_NO_MOTION, ATLAS_TUI_DEMO, ATLAS_TUI_OUTPUT, ATLAS_TUI_COLOR,
  ATLAS_TUI_LOCAL, ATLAS_TUI_RAW, ATLAS_TUI_EXIT_STATUS, ATLAS_TUI_SAVED,
  ATLAS_TUI_LIMIT, ATLAS_TUI_STATUS, ATLAS_TUI_SINCE, ATLAS_TUI_SORT,
  ATLAS_TUI_REVERSE, ATLAS_TUI_UNTIL, ATLAS_TUI_TIMEOUT, ATLAS_TUI_HEARTBEAT,
  ATLAS_TUI_FAIL_FAST, ATLAS_TUI_GIVE_UP_AFTER, ATLAS_TUI_ON_CHANGE,
  ATLAS_TUI_METRICS_LISTEN, ATLAS_TUI_METRICS_ALLOW_REMOTE,
  ATLAS_TUI_METRICS_LINGER, ATLAS_TUI_BUNDLE, ATLAS_TUI_PORT, ATLAS_TUI_SEED,
  ATLAS_TUI_FLEET
                           as the flag of that name
  NO_COLOR, CLICOLOR=0     no colours; CLICOLOR_FORCE=1: colours without a
                           terminal too
  LC_ALL, LC_CTYPE, LANG   a locale other than UTF-8 means --ascii

Files (native directories on macOS):
  $XDG_CONFIG_HOME/atlas-tui/config.toml
                           settings and keys, else in ~/.config
  $XDG_CONFIG_HOME/atlascli/config.toml
                           profiles of the Atlas CLI, read only, likewise
  $XDG_DATA_HOME/atlas-tui/lookups.json
                           saved lookups, else in ~/.local/share

Hook (a command in the config file or after --on-change, run on each transition
with the job as JSON on standard input) gets:
  ATLAS_TUI_LABEL, ATLAS_TUI_PHASE, ATLAS_TUI_PREVIOUS_PHASE,
  ATLAS_TUI_PROJECT_ID, ATLAS_TUI_INSTANCE, ATLAS_TUI_JOB_ID, ATLAS_TUI_KIND,
  ATLAS_TUI_PROFILE";

/// The whole command line.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(
    name = "atlas-tui",
    bin_name = "atlas-tui",
    version,
    about = "A terminal dashboard for MongoDB Atlas restore jobs",
    after_help = "`--help` tells more: forms of TARGET, exit codes, environment and files.",
    after_long_help = AFTER_HELP,
    disable_help_subcommand = true,
    max_term_width = 100
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Args {
    /// A restore job to open and watch: KIND/PROJECT/INSTANCE/JOB, a URL, a quoted curl line, or a job id
    pub target: Option<String>,

    /// Open the dashboard on an embedded Atlas with made-up jobs: no network, no key, nothing saved
    #[arg(long)]
    pub demo: bool,

    /// Draw in ASCII only
    #[arg(long)]
    pub ascii: bool,

    /// Nothing on the screen stands out for a moment and then no longer does
    #[arg(long)]
    pub no_motion: bool,

    /// Time between two reads of a running job: 3s, 1m 30s, or seconds; from 1s to 1h
    #[arg(long, value_name = "DURATION", value_parser = interval::parse)]
    pub interval: Option<Duration>,

    /// Panic once the screen is up, to test that the terminal is restored
    #[arg(long, hide = true)]
    pub crash: bool,

    #[command(flatten)]
    pub common: Common,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that mean the same before and after a subcommand.
/// They have a heading of their own, so that a command's own flags stand together, and first.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
#[command(next_help_heading = "Sign-in and job")]
pub struct Common {
    /// Profile of the Atlas CLI or of the config file to sign in with
    #[arg(short = 'P', long, value_name = "NAME", global = true)]
    pub profile: Option<String>,

    /// Where the Atlas Administration API is: https, or http on this machine
    #[arg(long, value_name = "URL", global = true)]
    pub base_url: Option<String>,

    /// Public key of an Atlas API key, beside --private-key-file
    #[arg(long, value_name = "KEY", global = true)]
    pub public_key: Option<String>,

    /// File with its private key; `<(command)` of the shell will do
    #[arg(long, value_name = "FILE", global = true)]
    pub private_key_file: Option<PathBuf>,

    /// Client id of an Atlas service account, beside --client-secret-file
    #[arg(long, value_name = "ID", global = true)]
    pub client_id: Option<String>,

    /// File with its client secret; `<(command)` of the shell will do
    #[arg(long, value_name = "FILE", global = true)]
    pub client_secret_file: Option<PathBuf>,

    /// Command that prints a bearer token: one argument, parted into words, without a shell
    #[arg(long, value_name = "COMMAND", global = true)]
    pub credential_command: Option<String>,

    /// Do not read the config file
    #[arg(long, global = true)]
    pub no_config: bool,

    /// Project of the restore job; wins over the one in TARGET
    #[arg(long, value_name = "ID", global = true, aliases = ["projectId", "group-id"])]
    pub project_id: Option<String>,

    /// Serverless instance or cluster of the restore job; wins over the one in TARGET
    #[arg(long, value_name = "NAME", global = true, aliases = ["clusterName", "instance"])]
    pub cluster_name: Option<String>,

    /// Kind of the instance: auto, flex, dedicated, collection, serverless or serverless-v2; wins over the one in TARGET
    #[arg(long, value_name = "KIND", global = true)]
    pub kind: Option<Kind>,
}

/// What to do in place of the dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Read restore jobs once and print them
    Get(Get),
    /// Wait until restore jobs are over, and tell what becomes of them
    Watch(Box<watch::Watch>),
    /// Find out why it does not work: each step to a restore job is checked, with what to do next
    Doctor(Doctor),
    /// Print every setting, credential and profile, and who gave it; no secrets
    Config(Config),
    /// List the restore jobs of a project or a cluster, or the saved lookups
    List(List),
    /// Run the embedded Atlas of --demo alone, and print its URL and keys
    DemoServer(DemoServer),
    /// Print the script that completes atlas-tui's command lines in a shell
    Completions(Completions),
    /// Print a page of the manual, or write all of them
    Man(Man),
    /// Complete a command line for a script of `completions`
    #[command(name = "__complete", hide = true)]
    Complete(Complete),
}

/// Flags of `doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
#[command(after_help = "\
Examples:
  atlas-tui doctor
  atlas-tui doctor orders-nightly
  atlas-tui doctor --project-id 5f1b6c7d8e9fa0b1c2d3e4f5 --bundle report.json

Exit code: 0 when nothing failed, else that of the first failure, as for get.
It reads only, and asks Atlas eight times at most.
Forms of TARGET, exit codes, environment and files: atlas-tui --help")]
pub struct Doctor {
    /// The restore job that cannot be read; without one only the way to Atlas and the sign-in are checked
    pub target: Option<String>,

    /// Form of the report [default: text]
    #[arg(short, long, value_name = "FORM")]
    pub output: Option<Output>,

    /// Write a report without secrets to a new file, for whoever is asked for help
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
}

/// Flags of `config`.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
#[command(after_help = "\
Examples:
  atlas-tui config
  atlas-tui config -P prod -o json | jq .

Environment and files: atlas-tui --help")]
pub struct Config {
    /// Form of the listing [default: text]
    #[arg(short, long, value_name = "FORM")]
    pub output: Option<Output>,
}

/// The forms in which a report of ours is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Output {
    /// For people
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// The whole command line as clap has it, for completions and the manual.
#[must_use]
pub fn tree() -> clap::Command {
    <Args as clap::CommandFactory>::command()
}

/// Flags of `demo-server`.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
#[command(after_help = "\
Examples:
  atlas-tui demo-server --port 8080
  atlas-tui demo-server --port 8080 --fleet 20x50

It serves until a signal ends it. Exit codes and environment: atlas-tui --help")]
pub struct DemoServer {
    /// Port on 127.0.0.1 [default: a free one]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,

    /// Seed of the names and tokens; ids begin with the time of the start, as Atlas makes them
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Add clusters and jobs of each, for tests under load: 20x50 makes a thousand jobs more
    #[arg(long, value_name = "CxJ", value_parser = fleet::parse)]
    pub fleet: Option<(u16, u16)>,
}

impl Args {
    /// Reads the command line, program name first, also as a plugin of the Atlas CLI gets it.
    ///
    /// # Errors
    /// What clap has to say: wrong usage (exit code 2), or the text of `--help` and `--version` (0).
    pub fn read<I, T>(words: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString>,
    {
        let mut words: Vec<OsString> = words.into_iter().map(Into::into).collect();
        let mut tree = tree();
        if plugin::take_command(&mut words) {
            tree = tree.bin_name(format!("atlas {}", plugin::COMMAND));
        }
        let matches = tree.try_get_matches_from_mut(words)?;
        let args = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut tree))?;
        args.check(&mut tree)?;
        Ok(args)
    }

    /// Clap cannot say that what belongs to the dashboard does not go with a subcommand.
    fn check(&self, tree: &mut clap::Command) -> Result<(), clap::Error> {
        if self.command.is_none() {
            return Ok(());
        }
        let dashboard = [
            (self.target.is_some(), "TARGET before a subcommand"),
            (self.demo, "--demo"),
            (self.ascii, "--ascii"),
            (self.no_motion, "--no-motion"),
            (self.interval.is_some(), "--interval"),
            (self.crash, "--crash"),
        ];
        let Some((_, what)) = dashboard.into_iter().find(|(given, _)| *given) else { return Ok(()) };
        let message = format!("{what} belongs to the dashboard and does not go with a subcommand");
        Err(tree.error(clap::error::ErrorKind::ArgumentConflict, message))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn read(words: &[&str]) -> Result<Args, ErrorKind> {
        Args::read(["atlas-tui"].iter().chain(words)).map_err(|error| error.kind())
    }

    fn help() -> String {
        Args::read(["atlas-tui", "--help"]).unwrap_err().to_string()
    }

    #[test]
    fn the_tree_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_quoted_command_line_is_one_target() {
        let line = "curl --digest -u a:b 'https://cloud.mongodb.com/api/atlas/v1.0/groups/x'";
        assert_eq!(read(&[line]).unwrap().target.as_deref(), Some(line));
        assert_eq!(read(&["curl", "--digest"]), Err(ErrorKind::UnknownArgument));
    }

    #[test]
    fn flags_are_taken_before_and_after_a_subcommand() {
        let before = read(&["--base-url", "http://x", "--projectId", "p", "get", "j"]).unwrap();
        let after = read(&["get", "j", "--project-id", "p", "--base-url", "http://x"]).unwrap();
        assert_eq!(before, after);
        assert_eq!(after.common.project_id.as_deref(), Some("p"));
        for alias in ["--cluster-name", "--clusterName", "--instance"] {
            assert_eq!(read(&[alias, "c"]).unwrap().common.cluster_name.as_deref(), Some("c"), "{alias}");
        }
    }

    #[test]
    fn what_belongs_to_the_dashboard_does_not_go_with_a_subcommand() {
        for words in [
            &["--demo", "get", "j"][..],
            &["--interval", "3s", "get", "j"],
            &["--ascii", "demo-server"],
            &["a/b/c/d", "get", "j"],
        ] {
            assert_eq!(read(words), Err(ErrorKind::ArgumentConflict), "{words:?}");
        }
        assert_eq!(
            read(&["--demo", "--ascii", "--interval", "5"]).unwrap().interval,
            Some(Duration::from_secs(5))
        );
    }

    #[test]
    fn wrong_values_are_usage_errors() {
        for words in [
            &["--interval", "0s"][..],
            &["--kind", "shared"],
            &["get"],
            &["get", "j", "-o", "yaml"],
            &["demo-server", "--port", "65536"],
            &["demo-server", "--fleet", "20"],
            &["demo-server", "--fleet", "0x50"],
            &["demo-server", "--fleet", "65535x65535"],
            &["--private-key", "x"],
        ] {
            let error = Args::read(["atlas-tui"].iter().chain(words)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{words:?}");
        }
    }

    #[test]
    fn help_tells_exit_codes_environment_and_files_but_not_the_crash_flag() {
        let help = help();
        for word in
            ["  9  still running", "MONGODB_ATLAS_PRIVATE_API_KEY", "config.toml", "lookups.json", "NO_COLOR"]
        {
            assert!(help.contains(word), "{word} in {help}");
        }
        assert!(!help.contains("crash") && !help.contains("clusterName"), "{help}");
    }

    /// Of the program and of each command that `--help` lists, on a terminal of 79 columns: the manual indents it by one.
    fn all_help() -> Vec<(String, String)> {
        let mut tree = tree().term_width(79);
        tree.build();
        let mut all = vec![("atlas-tui".to_owned(), tree.render_long_help().to_string())];
        for command in tree.get_subcommands_mut().filter(|command| !command.is_hide_set()) {
            all.push((command.get_name().to_owned(), command.render_long_help().to_string()));
        }
        all
    }

    #[test]
    fn help_fits_a_terminal_of_80_columns_and_has_examples() {
        for (name, help) in all_help() {
            let wide: Vec<_> = help.lines().filter(|line| line.chars().count() > 79).collect();
            assert!(wide.is_empty(), "{name}: {wide:#?}");
            let example = if name == "atlas-tui" { "--demo" } else { &name };
            assert!(help.contains(&format!("\n  atlas-tui {example}")), "{name}: {help}");
        }
    }

    #[test]
    fn the_flags_of_a_command_stand_together_before_those_of_all() {
        for (name, help) in all_help() {
            let (own, common) =
                help.split_once("\nSign-in and job:\n").unwrap_or_else(|| panic!("{name}: {help}"));
            assert!(!own.contains("--base-url") && common.contains("--base-url"), "{name}: {help}");
            for flag in ["--sort", "--reverse", "--until", "--metrics-linger", "--raw", "--bundle"] {
                assert!(!common.contains(&format!("      {flag} <")), "{name} {flag}: {help}");
            }
        }
    }

    #[test]
    fn every_flag_has_its_variable_in_the_help() {
        let help = help();
        let command = Args::command();
        let all =
            command.get_arguments().chain(command.get_subcommands().flat_map(clap::Command::get_arguments));
        for flag in all.filter(|arg| !arg.is_hide_set()).filter_map(clap::Arg::get_long) {
            let variable = match flag {
                // A variable that makes `man` write files would be a trap.
                "help" | "version" | "dir" => continue,
                "base-url" => "MONGODB_ATLAS_BASE_URL".to_owned(),
                flag => format!("ATLAS_TUI_{}", flag.replace('-', "_").to_uppercase()),
            };
            assert!(help.contains(&variable), "{variable}");
        }
    }
}
