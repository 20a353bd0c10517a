//! The system's keyring: secrets by service and user. Whose they are and what they mean is `config`'s.
//!
//! Asking it may take long: a bus that hangs, a person who is to type a password. So it is asked off the loop's
//! thread, and with an end.
//!
//! Entries are found as zalando/go-keyring, which the Atlas CLI writes them with, finds them: in the Secret Service by
//! the attributes `service` and `username`, on macOS through `/usr/bin/security`, whose entries another program cannot
//! read without a question to the person, and on Windows under `SERVICE:USER`.

#[cfg(windows)]
mod credential_manager;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;
#[cfg(target_os = "macos")]
mod security;
#[cfg(any(test, target_os = "macos"))]
mod wrapped;

use std::fmt;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use crate::domain::secret::Secret;
#[cfg(windows)]
use credential_manager as native;
#[cfg(all(unix, not(target_os = "macos")))]
use secret_service as native;
#[cfg(target_os = "macos")]
use security as native;

/// How long a keyring may take: enough for a person to type a password into its window.
const PATIENCE: Duration = Duration::from_secs(30);

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

/// The one of this system. Nothing is connected to before the first question.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Keyring for System {
    fn secrets(&self, service: &str, users: &[&'static str]) -> Result<Vec<Option<Secret>>, KeyringError> {
        let (service, users) = (service.to_owned(), users.to_vec());
        in_time(PATIENCE, move || native::secrets(&service, &users))
    }
}

/// What `ask` answers, unless it takes too long: then its thread stays behind, since nothing can call it back.
fn in_time<T: Send + 'static>(
    patience: Duration,
    ask: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let (sender, answer) = sync_channel(1);
    let ask = move || {
        // Nobody may be waiting any more.
        let _ = sender.send(ask());
    };
    let spawned = thread::Builder::new().name("keyring".to_owned()).spawn(ask);
    spawned.map_err(|error| KeyringError::Other(error.to_string()))?;
    answer.recv_timeout(patience).unwrap_or(Err(KeyringError::Silent))
}

/// A blank entry is none: the CLI leaves such ones behind.
fn text(bytes: &[u8]) -> Result<Option<Secret>, KeyringError> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| KeyringError::Other("an entry is no text".to_owned()))?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| Secret::from(text)))
}

/// No keyring at all.
#[derive(Debug, Clone, Copy)]
pub struct None;

impl Keyring for None {
    fn secrets(&self, _: &str, _: &[&'static str]) -> Result<Vec<Option<Secret>>, KeyringError> {
        Err(KeyringError::Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::ExposeSecret;

    #[test]
    fn a_keyring_that_hangs_is_left_behind() {
        let (end, hang) = std::sync::mpsc::channel::<()>();
        let answer = in_time(Duration::from_millis(1), move || {
            let _ = hang.recv();
            Ok(())
        });
        assert_eq!(answer, Err(KeyringError::Silent));
        drop(end);
    }

    #[test]
    fn what_answers_in_time_is_taken_and_a_blank_is_nothing() {
        let secrets = in_time(PATIENCE, || Ok(vec![text(b" key\n")?, text(b" \n")?])).unwrap();
        assert_eq!(secrets[0].as_ref().unwrap().expose_secret(), "key");
        assert!(secrets[1].is_none());
        assert!(matches!(text(b"\xff"), Err(KeyringError::Other(_))));
    }
}
