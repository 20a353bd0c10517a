//! Flags of `watch`.

use std::net::SocketAddr;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::shown::Shown;
use crate::config::{duration, interval};
use crate::headless::watch::Until;

/// What follows the flags in `watch --help`.
const AFTER_HELP: &str = "\
On a terminal it shows a row for each job. Elsewhere, and with -o text, it
prints a sentence a change; with -o ndjson an object a change, and with -o json
the last object of each job at the end. There are no tables of what goes on.
Errors of the network are waited out.
Forms of TARGET, exit codes, environment and files: atlas-tui --help

Examples:
  atlas-tui watch flex/5f1b6c7d8e9fa0b1c2d3e4f5/orders/6a79…0663 --timeout 2h \\
      && ./after-restore
  atlas-tui watch nightly-orders nightly-billing --until usable --fail-fast
  atlas-tui watch - -o ndjson < jobs.txt
  atlas-tui watch nightly-orders --on-change ./page-somebody --urgent";

#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Watch {
    /// Restore jobs: KIND/PROJECT/INSTANCE/JOB, a URL, a quoted curl line, a job id, the label of a saved lookup, or `-`
    /// for those on standard input
    #[arg(value_name = "TARGET", required = true)]
    pub targets: Vec<String>,

    #[command(flatten)]
    pub shown: Shown,

    /// Wait until it is final (over, or its link ready), ready (the same, and a download without a link is code 1), or
    /// usable (and the cluster that it was restored into is idle) [default: final]
    #[arg(long, value_name = "STATE", hide_possible_values = true, value_parser = until())]
    pub until: Option<Until>,

    /// End after this time with code 124: 90m, 2h, or seconds [default: none]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, aliases = ["watchTimeout", "watch-timeout"])]
    pub timeout: Option<Duration>,

    /// Time between two reads of a job, from 1s to 1h [default: 3s for one job, 15s for several]
    #[arg(long, value_name = "DURATION", value_parser = interval::parse)]
    pub interval: Option<Duration>,

    /// Say that the watch goes on after this time without a line; 0 for never [default: 5m for text, else 0]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub heartbeat: Option<Duration>,

    /// End with the first job that fails, is cancelled, expires or cannot be read
    #[arg(long, alias = "failFast")]
    pub fail_fast: bool,

    /// End the watch of a job that could not be read for this long, with code 8 [default: never]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, alias = "giveUpAfter")]
    pub give_up_after: Option<Duration>,

    /// Run this command on each change, with the job as JSON on its standard input: one argument, parted into words
    /// without a shell, or several, up to a `;`
    #[arg(long, value_name = "CMD", num_args = 1.., allow_hyphen_values = true, value_terminator = ";", alias = "onChange")]
    pub on_change: Option<Vec<String>>,

    /// Serve metrics of the watch for Prometheus, at /metrics of this address: 127.0.0.1:9464
    #[arg(long, value_name = "ADDRESS", alias = "metricsListen")]
    pub metrics_listen: Option<SocketAddr>,

    /// Let other machines read the metrics: names of projects, instances and jobs, no secret
    #[arg(long, alias = "metricsAllowRemote")]
    pub metrics_allow_remote: bool,

    /// With --metrics-listen: wait so long at the end for the last state to be scraped; 0 for not at all [default: 90s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, alias = "metricsLinger")]
    pub metrics_linger: Option<Duration>,
}

fn until() -> impl TypedValueParser<Value = Until> {
    PossibleValuesParser::new(Until::ALL.map(Until::as_str)).try_map(|word| word.parse::<Until>())
}
