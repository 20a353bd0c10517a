//! The Secret Service of the session's bus: GNOME Keyring and its like.

use keyring::{Entry, Error};

use super::KeyringError;
use crate::domain::secret::{Secret, Zeroizing};

/// One entry. The bus is connected to on the first question of the process, and stays so; if that failed, it has
/// failed for good.
pub(super) fn secret(service: &str, user: &str) -> Result<Option<Secret>, KeyringError> {
    if Entry::store_status().is_err() {
        return Err(KeyringError::Absent);
    }
    let entry = Entry::new(service, user).map_err(failure)?;
    let bytes = match entry.get_secret() {
        // The same entry in two collections, or made by two programs: go-keyring takes the first as well.
        Err(Error::Ambiguous(entries)) => match entries.first() {
            Some(entry) => entry.get_secret(),
            None => Err(Error::NoEntry),
        },
        answer => answer,
    };
    match bytes {
        Ok(bytes) => super::text(&Zeroizing::new(bytes)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(failure(error)),
    }
}

/// Names what happened and not what was found: some of these errors carry the bytes of an entry.
fn failure(error: Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(_) => KeyringError::Locked,
        Error::NoDefaultStore => KeyringError::Absent,
        Error::PlatformFailure(cause) => KeyringError::Other(cause.to_string()),
        _ => KeyringError::Other("it answers in a way that makes no sense".to_owned()),
    }
}
