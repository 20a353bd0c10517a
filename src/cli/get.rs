//! Flags of `get`.

use super::shown::Shown;

/// Flags of `get`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Examples:
  atlas-tui get orders-nightly --exit-status
  atlas-tui get flex/5f1b6c7d8e9fa0b1c2d3e4f5/orders/6a79…0663 -o json | jq .
  atlas-tui get 6a794733c0eb9e7a17740663 --clusterName orders --projectId 5f1b…
  atlas-tui list --saved --status failed -o ndjson | atlas-tui get - -o csv

Forms of TARGET, exit codes, environment and files: atlas-tui --help")]
pub struct Get {
    /// Restore jobs: KIND/PROJECT/INSTANCE/JOB, a URL, a quoted curl line, a job id, the label of a saved lookup,
    /// or - to read them from standard input
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<String>,

    #[command(flatten)]
    pub shown: Shown,

    /// Tell the phase by the exit code: 0 done, 3 failed, 4 cancelled, 5 expired, 9 still running
    #[arg(long)]
    pub exit_status: bool,

    /// Print each answer as it came, and nothing else
    #[arg(long, conflicts_with = "output")]
    pub raw: bool,
}
