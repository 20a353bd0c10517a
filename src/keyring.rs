//! The system's keyring: secrets by service and user. Whose they are and what they mean is `config`'s.
//!
//! Asking it may take long: a bus that hangs, a person who is to type a password. So it is asked off the loop's
//! thread, and with an end.

use std::fmt;

use crate::domain::secret::Secret;

/// Why a keyring did not answer. Not for an entry that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyringError {
    /// There is none that we could ask: no bus, no service on it.
    Absent,
    /// It is locked, or a person did not let us in.
    Locked,
    /// It did not answer in time.
    Silent,
    Other(String),
}

impl fmt::Display for KeyringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("there is no keyring here"),
            Self::Locked => f.write_str("the keyring is locked"),
            Self::Silent => f.write_str("the keyring does not answer"),
            Self::Other(why) => write!(f, "the keyring cannot be read: {}", crate::domain::text::clean(why)),
        }
    }
}

impl std::error::Error for KeyringError {}

/// Whatever keeps secrets under the name of a service and a user.
pub trait Keyring: Send + Sync {
    /// The secrets of one service, one for each user in the order given; `None` for one that is not there or blank.
    ///
    /// # Errors
    /// The keyring as a whole could not be asked.
    fn secrets(&self, service: &str, users: &[&'static str]) -> Result<Vec<Option<Secret>>, KeyringError>;
}

/// No keyring at all.
#[derive(Debug, Clone, Copy)]
pub struct None;

impl Keyring for None {
    fn secrets(&self, _: &str, _: &[&'static str]) -> Result<Vec<Option<Secret>>, KeyringError> {
        Err(KeyringError::Absent)
    }
}
