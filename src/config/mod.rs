//! Settings and credentials, and where each value came from: flags, then environment, then the config file,
//! then the default.
//!
//! Runs before the first frame, so it reads a few variables and at most one file. Knows nothing of terminals,
//! the network or the saved lookups.

pub mod access;
pub mod duration;
pub mod env;
pub mod error;
pub mod file;
pub mod flags;
pub mod fleet;
pub mod interval;
pub mod listing;
pub mod outline;
pub mod paths;
mod reactions;
pub mod settings;
pub mod sources;
pub mod summary;
pub mod survey;
pub mod target;
pub mod targets;
mod words;

pub use access::{Access, Accounts};
pub use env::Env;
pub use error::ConfigError;
pub use paths::Paths;
pub use settings::{Settings, Source, Sourced};
pub use summary::{SignIn, Summary};

#[cfg(test)]
mod tests;
