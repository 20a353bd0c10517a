//! The keychain of macOS through the program that the Atlas CLI's library uses as well.
//!
//! The keychain lets an entry be read by the program that made it, and asks the person for any other. It was
//! `/usr/bin/security` that made it, so that is asked, and nobody sees a window.

use std::process::{Command, Stdio};

use super::{KeyringError, wrapped};
use crate::domain::secret::{Secret, Zeroizing};

const PROGRAM: &str = "/usr/bin/security";
/// `errSecItemNotFound`, as the program's exit code tells it.
const NOT_FOUND: i32 = 44;
/// `errSecInteractionNotAllowed`, likewise: locked, and nobody at the screen.
const NOT_ALLOWED: i32 = 36;

pub(super) fn secrets(service: &str, users: &[&str]) -> Result<Vec<Option<Secret>>, KeyringError> {
    users.iter().map(|user| secret(service, user)).collect()
}

fn secret(service: &str, user: &str) -> Result<Option<Secret>, KeyringError> {
    let output = Command::new(PROGRAM)
        .args(["find-generic-password", "-s", service, "-wa", user])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .map_err(|error| KeyringError::Other(format!("{PROGRAM}: {error}")))?;
    let bytes = Zeroizing::new(output.stdout);
    match output.status.code() {
        Some(0) => super::text(&wrapped::unwrapped(&bytes)?),
        Some(NOT_FOUND) => Ok(None),
        Some(NOT_ALLOWED) => Err(KeyringError::Locked),
        _ => Err(KeyringError::Other(format!("{PROGRAM} ended with {}", output.status))),
    }
}
