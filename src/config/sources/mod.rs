//! Where credentials come from, one file for each source, and what they all come down to: a [`Layer`] for one
//! profile. A layer knows its own halves and pairs; which layer wins is `access`'s to say.

pub mod atlas_cli;
pub mod key_file;
pub mod login;
pub mod options;
pub mod own;
pub mod variables;

use std::fmt;
use std::path::{Path, PathBuf};

use super::Source;
use crate::api::base_url::BaseUrl;
use crate::api::credential::{ApiKey, Credential, ServiceAccount};
use crate::domain::profile::Profile;
use crate::domain::secret::{ExposeSecret, Secret};
use variables::Prefix;

/// One thing that a source can say about a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    PublicKey,
    PrivateKey,
    ClientId,
    ClientSecret,
    AccessToken,
    AuthType,
    ProjectId,
    Service,
    OpsManagerUrl,
    BaseUrl,
}

impl Property {
    pub const ALL: [Self; 10] = [
        Self::PublicKey,
        Self::PrivateKey,
        Self::ClientId,
        Self::ClientSecret,
        Self::AccessToken,
        Self::AuthType,
        Self::ProjectId,
        Self::Service,
        Self::OpsManagerUrl,
        Self::BaseUrl,
    ];

    /// Its name in the Atlas CLI's file and keyring (atlas-cli-core, `config/profile.go`).
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::PublicKey => "public_api_key",
            Self::PrivateKey => "private_api_key",
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
            Self::AccessToken => "access_token",
            Self::AuthType => "auth_type",
            Self::ProjectId => "project_id",
            Self::Service => "service",
            Self::OpsManagerUrl => "ops_manager_url",
            Self::BaseUrl => "base_url",
        }
    }

    /// The setting of ours that gives it: a flag's name without its dashes, and a key of the config file.
    const fn ours(self) -> &'static str {
        match self {
            Self::PublicKey => "public_key",
            Self::PrivateKey => "private_key_file",
            Self::ClientSecret => "client_secret_file",
            other => other.key(),
        }
    }
}

/// How a profile of the Atlas CLI says that it signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthType {
    ApiKeys,
    UserAccount,
    ServiceAccount,
    None,
}

impl AuthType {
    /// `None` for a word that no version of the CLI writes.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "api_keys" => Some(Self::ApiKeys),
            "user_account" => Some(Self::UserAccount),
            "service_account" => Some(Self::ServiceAccount),
            "no_auth" => Some(Self::None),
            _ => None,
        }
    }
}

/// A secret, or the file that it is in.
#[derive(Debug, Clone)]
pub enum Hidden {
    Here(Secret),
    In(PathBuf),
}

/// The halves that one source has of one profile's credentials. `Debug` shows no more of them than their names.
#[derive(Clone, Default)]
pub struct Parts {
    pub public_key: Option<String>,
    pub private_key: Option<Hidden>,
    pub client_id: Option<String>,
    pub client_secret: Option<Hidden>,
    pub token: Option<Secret>,
    pub command: Option<Vec<String>>,
}

/// A whole credential, of which the secret may still be in its file.
#[derive(Clone)]
pub enum Whole {
    Command(Vec<String>),
    Account { client_id: String, client_secret: Hidden },
    Key { public_key: String, private_key: Hidden },
    Token(Secret),
}

impl Parts {
    /// What can be made of it alone. A pair that is there counts, whatever the profile says of itself, and that of a
    /// service account before that of an API key, as in the Atlas CLI. A token is a login only where nothing says
    /// that it is something else: the CLI also keeps the short-lived tokens of service accounts under that name.
    #[must_use]
    pub fn whole(&self, says: Option<AuthType>) -> Option<Whole> {
        if let Some(words) = &self.command {
            return Some(Whole::Command(words.clone()));
        }
        if let (Some(client_id), Some(secret)) = (&self.client_id, &self.client_secret) {
            return Some(Whole::Account { client_id: client_id.clone(), client_secret: secret.clone() });
        }
        if let (Some(public_key), Some(private)) = (&self.public_key, &self.private_key) {
            return Some(Whole::Key { public_key: public_key.clone(), private_key: private.clone() });
        }
        let is_login = matches!(says, None | Some(AuthType::UserAccount));
        self.token.clone().filter(|_| is_login).map(Whole::Token)
    }

    /// The half that is there and the one that is missing.
    #[must_use]
    pub fn half(&self) -> Option<(Property, Property)> {
        let account = (self.client_id.is_some(), self.client_secret.is_some());
        let key = (self.public_key.is_some(), self.private_key.is_some());
        match (account, key) {
            ((true, false), _) => Some((Property::ClientId, Property::ClientSecret)),
            ((false, true), _) => Some((Property::ClientSecret, Property::ClientId)),
            (_, (true, false)) => Some((Property::PublicKey, Property::PrivateKey)),
            (_, (false, true)) => Some((Property::PrivateKey, Property::PublicKey)),
            _ => None,
        }
    }
}

impl Parts {
    /// Sets one half, if there is something to set.
    pub fn set(&mut self, property: Property, secret: Option<Secret>) {
        let Some(secret) = secret else { return };
        let text = |secret: &Secret| Some(secret.expose_secret().to_owned());
        match property {
            Property::PublicKey => self.public_key = text(&secret),
            Property::PrivateKey => self.private_key = Some(Hidden::Here(secret)),
            Property::ClientId => self.client_id = text(&secret),
            Property::ClientSecret => self.client_secret = Some(Hidden::Here(secret)),
            Property::AccessToken => self.token = Some(secret),
            _ => {}
        }
    }
}

impl Whole {
    /// Which one it is, for people.
    #[must_use]
    pub fn name(&self) -> String {
        self.without_secret().name()
    }

    /// All of it that may be shown: the secret may be in a file that nobody has read yet.
    #[must_use]
    pub fn without_secret(&self) -> Credential {
        let unknown = || Secret::from(String::new());
        match self {
            Self::Command(words) => Credential::Command(words.clone()),
            Self::Account { client_id, .. } => Credential::ServiceAccount(ServiceAccount {
                client_id: client_id.clone(),
                client_secret: unknown(),
            }),
            Self::Key { public_key, .. } => {
                Credential::Key(ApiKey { public_key: public_key.clone(), private_key: unknown() })
            }
            Self::Token(_) => Credential::Token(unknown()),
        }
    }

    /// The file that its secret is in, if it is in one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Account { client_secret: Hidden::In(path), .. }
            | Self::Key { private_key: Hidden::In(path), .. } => Some(path),
            _ => None,
        }
    }

    /// The first of the properties that it is made of: the one to name as its source.
    #[must_use]
    pub const fn head(&self) -> Option<Property> {
        match self {
            Self::Command(_) => None,
            Self::Account { .. } => Some(Property::ClientId),
            Self::Key { .. } => Some(Property::PublicKey),
            Self::Token(_) => Some(Property::AccessToken),
        }
    }
}

/// Which source a layer is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Flags, and the variables that stand in for them.
    Options {
        typed: bool,
    },
    Variables(Prefix),
    Keyring(Profile),
    AtlasCli(Profile),
    /// Our config file: its top level, or the table of a profile.
    Own(Option<Profile>),
}

/// What one source says about one profile.
#[derive(Debug, Clone)]
pub struct Layer {
    pub origin: Origin,
    pub parts: Parts,
    /// Where Atlas is, and who says so; or what is wrong with what is said.
    pub place: Option<Result<Placed, String>>,
    /// The default project, unread: it may never be needed.
    pub project: Option<(Source, String)>,
    pub says: Option<AuthType>,
}

/// A base URL with its source.
pub type Placed = super::Sourced<BaseUrl>;

impl Layer {
    #[must_use]
    pub fn new(origin: Origin) -> Self {
        Self { origin, parts: Parts::default(), place: None, project: None, says: None }
    }

    /// Who set a property of it.
    #[must_use]
    pub fn source(&self, property: Option<Property>) -> Source {
        match &self.origin {
            Origin::Options { typed: true } => Source::Flag,
            Origin::Options { typed: false } => Source::Env(options::variable(property)),
            Origin::Variables(prefix) => {
                Source::Env(property.unwrap_or(Property::PublicKey).variable(*prefix))
            }
            Origin::Keyring(_) => Source::Keyring,
            Origin::AtlasCli(_) => Source::AtlasCli,
            Origin::Own(_) => Source::File,
        }
    }

    /// Which half is there and which is not, in words; `None` where there is none or both.
    #[must_use]
    pub fn half(&self) -> Option<String> {
        let (there, missing) = self.parts.half()?;
        let name = |property: Property| match &self.origin {
            Origin::Options { .. } => options::variable(Some(property)),
            Origin::Variables(prefix) => property.variable(*prefix),
            Origin::Keyring(_) | Origin::AtlasCli(_) => property.key(),
            Origin::Own(_) => property.ours(),
        };
        let place = match &self.origin {
            Origin::Options { .. } | Origin::Variables(_) => String::new(),
            other => format!(" of the {other}"),
        };
        let next = match &self.origin {
            Origin::Keyring(profile) | Origin::AtlasCli(profile) => {
                format!("; `atlas auth login --profile {profile}` sets both")
            }
            _ => String::new(),
        };
        Some(format!("{}{place} is set, but {} is not{next}", name(there), name(missing)))
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.whole(None).map(|whole| whole.name());
        write!(
            f,
            "Parts({}{})",
            whole.unwrap_or_default(),
            if self.half().is_some() { " and a half" } else { "" }
        )
    }
}

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Whole({})", self.name())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options { typed: true } => f.write_str("flags"),
            Self::Options { typed: false } => f.write_str("flags and ATLAS_TUI_ variables"),
            Self::Variables(prefix) => write!(f, "{prefix} variables"),
            Self::Keyring(profile) => write!(f, "profile `{profile}` in the keyring"),
            Self::AtlasCli(profile) => write!(f, "profile `{profile}` of the Atlas CLI"),
            Self::Own(None) => f.write_str("config file"),
            Self::Own(Some(profile)) => write!(f, "profile `{profile}` in the config file"),
        }
    }
}
