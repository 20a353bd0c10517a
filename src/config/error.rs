//! What is wrong with a flag, a variable or the config file, and the next step. Never a secret's value.

use std::fmt;
use std::path::{Path, PathBuf};

use super::targets::Place;
use crate::domain::text::clean;
use crate::private::Refusal;

/// Wrong usage: the program says it and ends with exit code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// A flag or TARGET.
    Argument { name: &'static str, message: String },
    /// An environment variable.
    Variable { name: &'static str, message: String },
    /// A place in the config file; line and column count from 1, columns in characters.
    File { path: PathBuf, line: usize, column: usize, message: String },
    /// The config file cannot be read at all.
    Unreadable { path: PathBuf, message: String },
    /// TARGETs, each with its place, and how many more there are.
    Targets { faults: Vec<(Place, String)>, left_out: usize },
    /// A file that must be trusted is somebody else's, or others may write to it.
    Refused(Refusal),
    /// No home directory, so no place for any file.
    NoHome,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument { name, message } | Self::Variable { name, message } => {
                write!(f, "{name}: {}", clean(message))
            }
            Self::File { path, line, column, message } => {
                write!(
                    f,
                    "{}:{line}:{column}: {}\nCorrect it, or start with --no-config to go on without it.",
                    shown(path),
                    clean(message)
                )
            }
            Self::Unreadable { path, message } => {
                write!(
                    f,
                    "{} cannot be read: {}\nStart with --no-config to go on without it.",
                    shown(path),
                    clean(message)
                )
            }
            Self::Targets { faults, left_out } => {
                for (index, (place, message)) in faults.iter().enumerate() {
                    let end = if index == 0 { "" } else { "\n" };
                    write!(f, "{end}{place}: {}", clean(message))?;
                }
                if *left_out > 0 { write!(f, "\nand {left_out} more") } else { Ok(()) }
            }
            Self::Refused(refusal) => {
                write!(f, "{refusal}\nMend it, or start with --no-config to go on without it.")
            }
            Self::NoHome => f.write_str(
                "no home directory is known to keep files in; set ATLAS_TUI_HOME to a directory of your own",
            ),
        }
    }
}

impl std::error::Error for ConfigError {}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy()).into_owned()
}
