//! Flags of `list`.

use super::shown::Shown;
use crate::headless::list::{Order, Since, Statuses};

/// How many jobs are listed when nobody says: what a person looks through.
pub const LIMIT: usize = 100;

/// Flags of `list`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Examples:
  atlas-tui list --project-id 5f1b6c7d8e9fa0b1c2d3e4f5 --since 12h
  atlas-tui list --project-id 5f1b… --cluster-name orders --status failed
  atlas-tui list --saved --sort expires --local
  atlas-tui list --project-id 5f1b… --limit 0 -o csv > restores.csv

Exit codes, environment and files: atlas-tui --help")]
pub struct List {
    /// Cluster whose jobs are listed, as --cluster-name
    #[arg(value_name = "CLUSTER")]
    pub cluster: Option<String>,

    /// The saved lookups, read anew, instead of what Atlas lists
    #[arg(long)]
    pub saved: bool,

    /// At most so many jobs, the newest that match; 0 for all [default: 100]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,

    /// Only jobs in one of these phases, by the beginning of their word: running,failed
    #[arg(long, value_name = "WORDS")]
    pub status: Option<Statuses>,

    /// Only jobs created within a time (90m, 12h, 3d) or since a date (2026-08-10, 2026-08-10T03:00:00Z)
    #[arg(long, value_name = "WHEN")]
    pub since: Option<Since>,

    /// Order: created (newest first), phase, cluster or expires (soonest first) [default: created]
    #[arg(long, value_name = "COLUMN")]
    pub sort: Option<Order>,

    /// The other way round
    #[arg(long)]
    pub reverse: bool,

    #[command(flatten)]
    pub shown: Shown,
}
