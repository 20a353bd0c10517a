//! The Credential Manager of Windows. go-keyring names an entry `SERVICE:USER` and writes it in UTF-8, where the
//! `keyring` crate would look for `USER.SERVICE`.

use std::collections::HashMap;

use keyring::Error;

use super::KeyringError;
use crate::domain::secret::{Secret, Zeroizing};

pub(super) fn secrets(service: &str, users: &[&str]) -> Result<Vec<Option<Secret>>, KeyringError> {
    users.iter().map(|user| secret(service, user)).collect()
}

fn secret(service: &str, user: &str) -> Result<Option<Secret>, KeyringError> {
    // Sets the store that the entry below is looked up in.
    if keyring::Entry::store_status().is_err() {
        return Err(KeyringError::Absent);
    }
    let target = format!("{service}:{user}");
    let modifiers = HashMap::from([("target", target.as_str())]);
    let entry = keyring_core::Entry::new_with_modifiers(service, user, &modifiers);
    match entry.and_then(|entry| entry.get_secret()) {
        Ok(bytes) => super::text(&Zeroizing::new(bytes)),
        Err(Error::NoEntry) => Ok(None),
        Err(Error::NoStorageAccess(_)) => Err(KeyringError::Locked),
        Err(_) => Err(KeyringError::Other("the Credential Manager refuses".to_owned())),
    }
}
