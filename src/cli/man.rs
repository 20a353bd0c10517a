//! Flags of `man`.

use std::path::PathBuf;

/// Flags of `man`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Examples:
  atlas-tui man get | man -l -
  atlas-tui man --dir ~/.local/share/man/man1")]
pub struct Man {
    /// Command that the page is about [default: atlas-tui itself]
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,

    /// Write the pages of all commands into this directory, which is made where it is missing
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub dir: Option<PathBuf>,
}
