//! Flags of `get`.

use super::shown::Shown;

/// Flags of `get`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "Forms of TARGET, exit codes, environment and files: atlas-tui --help")]
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
