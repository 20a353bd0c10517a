//! Flags, and the variables that stand in for them. No secret among them: flags are seen in process lists and shell
//! histories.

use std::path::PathBuf;

use super::{Hidden, Layer, Origin, Parts, Property};
use crate::cli::Common;
use crate::config::{ConfigError, Env, Source, Sourced, words};
use crate::domain::profile::{Profile, ProfileError};

const PUBLIC_KEY: &str = "ATLAS_TUI_PUBLIC_KEY";
const PRIVATE_KEY: &str = "ATLAS_TUI_PRIVATE_KEY_FILE";
const CLIENT_ID: &str = "ATLAS_TUI_CLIENT_ID";
const CLIENT_SECRET: &str = "ATLAS_TUI_CLIENT_SECRET_FILE";
const COMMAND: &str = "ATLAS_TUI_CREDENTIAL_COMMAND";

/// The variable that stands in for the flag of a property.
pub(super) const fn variable(property: Option<Property>) -> &'static str {
    match property {
        Some(Property::PublicKey) => PUBLIC_KEY,
        Some(Property::PrivateKey) => PRIVATE_KEY,
        Some(Property::ClientId) => CLIENT_ID,
        Some(Property::ClientSecret) => CLIENT_SECRET,
        _ => COMMAND,
    }
}

/// Reads both. What was typed counts alone where it is whole, else each variable fills the place of its flag.
///
/// # Errors
/// A half was typed and its other half is nowhere: whoever typed it would not want another key to be used.
pub fn read(common: &Common, env: Env<'_>) -> Result<Layer, ConfigError> {
    let home = env.os("HOME").map(PathBuf::from);
    let file = |path: PathBuf| Hidden::In(super::key_file::at_home(path, home.as_deref()));
    let typed = Parts {
        public_key: text(common.public_key.as_deref()),
        private_key: common.private_key_file.clone().map(file),
        client_id: text(common.client_id.as_deref()),
        client_secret: common.client_secret_file.clone().map(file),
        token: None,
        command: match common.credential_command.as_deref() {
            None => None,
            Some(line) => words::split(line)
                .map_err(|message| ConfigError::Argument { name: "--credential-command", message })?,
        },
    };
    let mut layer = Layer::new(Origin::Options { typed: true });
    if typed.whole(None).is_some() {
        layer.parts = typed;
        return Ok(layer);
    }
    let half = typed.half();
    layer.origin = Origin::Options { typed: half.is_some() };
    layer.parts = Parts {
        public_key: typed.public_key.or(env.text(PUBLIC_KEY)?),
        private_key: typed.private_key.or(env.os(PRIVATE_KEY).map(PathBuf::from).map(file)),
        client_id: typed.client_id.or(env.text(CLIENT_ID)?),
        client_secret: typed.client_secret.or(env.os(CLIENT_SECRET).map(PathBuf::from).map(file)),
        token: None,
        // A half that was typed is to be filled up, not to be passed over for a command.
        command: if half.is_some() { None } else { env.read(COMMAND, words::split)?.flatten() },
    };
    match half {
        Some((there, missing)) if layer.parts.whole(None).is_none() => Err(ConfigError::Argument {
            name: flag(there),
            message: format!("needs {} beside it", flag(missing)),
        }),
        _ => Ok(layer),
    }
}

/// The profile that is named.
///
/// # Errors
/// It is no name of one.
pub fn profile(common: &Common, env: Env<'_>) -> Result<Option<Sourced<Profile>>, ConfigError> {
    const PROFILE: &str = "ATLAS_TUI_PROFILE";
    let read = |text: &str| text.parse().map_err(|error: ProfileError| error.to_string());
    if let Some(text) = text(common.profile.as_deref()) {
        let value = read(&text).map_err(|message| ConfigError::Argument { name: "--profile", message })?;
        return Ok(Some(Sourced { value, source: Source::Flag }));
    }
    let value = env.read(PROFILE, read)?;
    Ok(value.map(|value| Sourced { value, source: Source::Env(PROFILE) }))
}

const fn flag(property: Property) -> &'static str {
    match property {
        Property::PublicKey => "--public-key",
        Property::PrivateKey => "--private-key-file",
        Property::ClientId => "--client-id",
        _ => "--client-secret-file",
    }
}

fn text(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}
