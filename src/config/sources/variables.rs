//! The environment as the Atlas CLI reads it, and Terraform in part: `MONGODB_ATLAS_…`, or in place of all of them
//! `MCLI_…`.

use std::fmt;

use super::{AuthType, Hidden, Layer, Origin, Property};
use crate::api::base_url::{BaseUrl, BaseUrlError};
use crate::config::sources::atlas_cli;
use crate::config::{ConfigError, Env, Source, Sourced};
use crate::domain::profile::{Profile, ProfileError};
use crate::domain::secret::Secret;

/// How the variables begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    Atlas,
    /// Of mongocli, the CLI's forerunner. One such variable silences all of the other prefix: "either or, not both"
    /// (Atlas CLI documentation, "Atlas CLI Environment Variables").
    Mcli,
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Atlas => "MONGODB_ATLAS_",
            Self::Mcli => "MCLI_",
        })
    }
}

impl Property {
    #[must_use]
    pub const fn variable(self, prefix: Prefix) -> &'static str {
        match (self, prefix) {
            (Self::PublicKey, Prefix::Atlas) => "MONGODB_ATLAS_PUBLIC_API_KEY",
            (Self::PrivateKey, Prefix::Atlas) => "MONGODB_ATLAS_PRIVATE_API_KEY",
            (Self::ClientId, Prefix::Atlas) => "MONGODB_ATLAS_CLIENT_ID",
            (Self::ClientSecret, Prefix::Atlas) => "MONGODB_ATLAS_CLIENT_SECRET",
            (Self::AccessToken, Prefix::Atlas) => "MONGODB_ATLAS_ACCESS_TOKEN",
            (Self::AuthType, Prefix::Atlas) => "MONGODB_ATLAS_AUTH_TYPE",
            (Self::ProjectId, Prefix::Atlas) => "MONGODB_ATLAS_PROJECT_ID",
            (Self::Service, Prefix::Atlas) => "MONGODB_ATLAS_SERVICE",
            (Self::OpsManagerUrl, Prefix::Atlas) => "MONGODB_ATLAS_OPS_MANAGER_URL",
            (Self::BaseUrl, Prefix::Atlas) => "MONGODB_ATLAS_BASE_URL",
            (Self::PublicKey, Prefix::Mcli) => "MCLI_PUBLIC_API_KEY",
            (Self::PrivateKey, Prefix::Mcli) => "MCLI_PRIVATE_API_KEY",
            (Self::ClientId, Prefix::Mcli) => "MCLI_CLIENT_ID",
            (Self::ClientSecret, Prefix::Mcli) => "MCLI_CLIENT_SECRET",
            (Self::AccessToken, Prefix::Mcli) => "MCLI_ACCESS_TOKEN",
            (Self::AuthType, Prefix::Mcli) => "MCLI_AUTH_TYPE",
            (Self::ProjectId, Prefix::Mcli) => "MCLI_PROJECT_ID",
            (Self::Service, Prefix::Mcli) => "MCLI_SERVICE",
            (Self::OpsManagerUrl, Prefix::Mcli) => "MCLI_OPS_MANAGER_URL",
            (Self::BaseUrl, Prefix::Mcli) => "MCLI_BASE_URL",
        }
    }
}

/// Variables of the old prefix that say nothing to us, but that the old prefix is in use.
const ONLY_MCLI: [&str; 8] = [
    "MCLI_ORG_ID",
    "MCLI_OUTPUT",
    "MCLI_REFRESH_TOKEN",
    "MCLI_SKIP_UPDATE_CHECK",
    "MCLI_TELEMETRY_ENABLED",
    "MCLI_SILENCE_STORAGE_WARNING",
    "MCLI_OPS_MANAGER_CA_CERTIFICATE",
    "MCLI_OPS_MANAGER_SKIP_VERIFY",
];

/// What the environment says.
#[derive(Debug, Clone)]
pub struct Variables {
    pub layer: Layer,
    pub profile: Option<Sourced<Profile>>,
    /// Which variables of the other prefix are set and not read, and because of which one.
    pub silenced: Option<String>,
}

impl Variables {
    /// An environment that says nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { layer: Layer::new(Origin::Variables(Prefix::Atlas)), profile: None, silenced: None }
    }
}

/// Reads them. Blank ones are unset.
///
/// # Errors
/// Names the variable that holds something else than it should; never its value where that is a secret.
pub fn read(env: Env<'_>) -> Result<Variables, ConfigError> {
    let sign = Property::ALL.map(|property| property.variable(Prefix::Mcli));
    let sign = sign.into_iter().chain(["MCLI_PROFILE"]).chain(ONLY_MCLI);
    let sign = sign.into_iter().find(|name| env.os(name).is_some());
    let prefix = if sign.is_some() { Prefix::Mcli } else { Prefix::Atlas };
    let name = |property: Property| property.variable(prefix);
    let text = |property| env.text(name(property));
    let secret = |property| Ok::<_, ConfigError>(text(property)?.map(Secret::from));

    let mut layer = Layer::new(Origin::Variables(prefix));
    layer.parts.public_key = text(Property::PublicKey)?;
    layer.parts.private_key = secret(Property::PrivateKey)?.map(Hidden::Here);
    layer.parts.client_id = text(Property::ClientId)?;
    layer.parts.client_secret = secret(Property::ClientSecret)?.map(Hidden::Here);
    layer.parts.token = secret(Property::AccessToken)?;
    layer.says = text(Property::AuthType)?.and_then(|word| AuthType::read(&word));
    let project = name(Property::ProjectId);
    layer.project = env.text(project)?.map(|id| (Source::Env(project), id));
    // All three are read, so that a wrong one is said even where another wins.
    let url = |property| env.read(name(property), base_url).map(|url| url.map(|url| (url, property)));
    let service = env.read(name(Property::Service), atlas_cli::service)?;
    let service = service.flatten().map(|url| (url, Property::Service));
    let (ops_manager, base) = (url(Property::OpsManagerUrl)?, url(Property::BaseUrl)?);
    let place = ops_manager.or(base).or(service);
    layer.place = place.map(|(value, property)| Ok(Sourced { value, source: Source::Env(name(property)) }));

    let profile = match prefix {
        Prefix::Atlas => "MONGODB_ATLAS_PROFILE",
        Prefix::Mcli => "MCLI_PROFILE",
    };
    let value = env.read(profile, |text| text.parse().map_err(|error: ProfileError| error.to_string()))?;
    let profile = value.map(|value| Sourced { value, source: Source::Env(profile) });
    Ok(Variables { layer, profile, silenced: sign.and_then(|sign| silenced(env, sign)) })
}

fn silenced(env: Env<'_>, sign: &str) -> Option<String> {
    let names = Property::ALL.map(|property| property.variable(Prefix::Atlas));
    let names = names.into_iter().chain(["MONGODB_ATLAS_PROFILE"]);
    let set: Vec<_> = names.filter(|name| env.os(name).is_some()).collect();
    let words = format!("{} not read, because {sign} is set: either prefix counts, not both", set.join(", "));
    (!set.is_empty()).then_some(words)
}

/// A base URL, or why a text is none.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn base_url(text: &str) -> Result<BaseUrl, String> {
    text.parse().map_err(|error: BaseUrlError| error.to_string())
}
