//! The Secret Service of the session's bus: GNOME Keyring and its like.

use std::collections::HashMap;

use secret_service::{EncryptionType, Error, SecretService};
use tokio::runtime::Builder;

use super::KeyringError;
use crate::domain::secret::{Secret, Zeroizing};

/// The runtime is for this one question: what reads from the bus is a task of it, and ends with it.
pub(super) fn secrets(service: &str, users: &[&str]) -> Result<Vec<Option<Secret>>, KeyringError> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build();
    let runtime = runtime.map_err(|error| KeyringError::Other(error.to_string()))?;
    runtime.block_on(async {
        // A session with a key of its own: whoever listens to the bus sees no secret.
        let bus = SecretService::connect(EncryptionType::Dh).await.map_err(|_| KeyringError::Absent)?;
        let mut secrets = Vec::with_capacity(users.len());
        for user in users {
            secrets.push(secret(&bus, service, user).await?);
        }
        Ok(secrets)
    })
}

async fn secret(bus: &SecretService<'_>, service: &str, user: &str) -> Result<Option<Secret>, KeyringError> {
    let attributes = HashMap::from([("service", service), ("username", user)]);
    let found = bus.search_items(attributes).await.map_err(failure)?;
    // The same entry in two collections, or made by two programs: go-keyring takes the first as well.
    let Some(item) = found.unlocked.first().or(found.locked.first()) else { return Ok(None) };
    if found.unlocked.is_empty() {
        // May ask the person for the keyring's password.
        item.unlock().await.map_err(failure)?;
    }
    let bytes = item.get_secret().await.map_err(failure)?;
    super::text(&Zeroizing::new(bytes))
}

fn failure(error: Error) -> KeyringError {
    match error {
        Error::Locked | Error::NoResult | Error::Prompt | Error::PromptDisconnected => KeyringError::Locked,
        Error::Unavailable => KeyringError::Absent,
        other => KeyringError::Other(other.to_string()),
    }
}
