//! What can be told about a profile without waiting for anything: for lists, headers and forms.
//!
//! The keyring is not asked, so what is in it is told by what the profile says of itself.

use std::fmt;

use super::access::unreadable;
use super::sources::AuthType;
use super::{Accounts, Source, Sourced};
use crate::api::base_url::BaseUrl;
use crate::api::credential::Credential;
use crate::domain::id::ObjectId;
use crate::domain::profile::Profile;
use crate::domain::text::clean;

/// One profile, or the session by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// `None`: what flags, variables and the top level of the config file say.
    pub profile: Option<Profile>,
    /// Whose file has it: the Atlas CLI's, else ours; `Default` for one that is in neither.
    pub source: Source,
    pub sign_in: SignIn,
    /// Where Atlas is; the public one where something wrong is said, which `sign_in` tells then.
    pub base_url: Sourced<BaseUrl>,
    pub project: Option<ObjectId>,
    /// Whether it is the session's at the start.
    pub active: bool,
}

/// How a profile signs in, as far as is known. `Display` is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// With the API key that begins like this.
    Key {
        hint: String,
    },
    /// With the service account whose client id begins like this.
    ServiceAccount {
        hint: String,
    },
    /// With a token that somebody else renews, `atlas auth login` for one.
    Token,
    /// With a token that this program prints.
    Command {
        program: String,
    },
    /// With what is in the keyring: of which kind, if the profile says so.
    Keyring(Option<AuthType>),
    /// Not: one half of a pair is missing, and which.
    Half(String),
    /// Not: what is said about the place makes no sense, and why.
    Refused(String),
    Missing,
}

impl fmt::Display for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { hint } => write!(f, "API key {hint}"),
            Self::ServiceAccount { hint } => write!(f, "service account {hint}"),
            Self::Token => f.write_str("access token"),
            Self::Command { program } => write!(f, "token of `{program}`"),
            Self::Keyring(kind) => f.write_str(match kind {
                Some(AuthType::ApiKeys) => "API key in the keyring",
                Some(AuthType::ServiceAccount) => "service account in the keyring",
                Some(AuthType::UserAccount) => "login in the keyring",
                Some(AuthType::None) | None => "keyring",
            }),
            Self::Half(why) | Self::Refused(why) => f.write_str(why),
            Self::Missing => f.write_str("nothing to sign in with"),
        }
    }
}

impl Accounts {
    /// All profiles in alphabetical order, that of the session among them even if no file has it.
    #[must_use]
    pub fn profiles(&self) -> Vec<Summary> {
        let mut names = self.names();
        if let Some(active) = self.active()
            && !names.contains(active)
        {
            names.push(active.clone());
            names.sort();
        }
        names.iter().map(|name| self.summary(Some(name))).collect()
    }

    /// What is known about a profile, or about the session by itself. Waits for nothing and reads nothing.
    #[must_use]
    pub fn summary(&self, profile: Option<&Profile>) -> Summary {
        let fixed = self.fixed_access();
        let place = match fixed {
            Some(fixed) => Ok(fixed.base_url.clone()),
            None => self.base_url(profile, self.atlas_cli()),
        };
        let source = match profile {
            Some(profile) if self.atlas_cli().profiles().any(|known| known == *profile) => Source::AtlasCli,
            Some(profile) if self.names().contains(profile) => Source::File,
            _ => Source::Default,
        };
        let (base_url, sign_in) = match place {
            Ok(place) => (place, self.sign_in(profile)),
            Err(why) => {
                (Sourced { value: BaseUrl::default(), source: Source::Default }, SignIn::Refused(why))
            }
        };
        Summary {
            profile: profile.cloned(),
            source,
            sign_in,
            base_url,
            project: self.project(profile).ok().flatten().map(|project| project.value),
            active: profile == self.active(),
        }
    }

    fn sign_in(&self, profile: Option<&Profile>) -> SignIn {
        if let Some(fixed) = self.fixed_access() {
            return fixed.credential.as_ref().map_or(SignIn::Missing, |found| (&found.value).into());
        }
        let survey = self.survey(profile, self.atlas_cli(), None, None);
        if let Some((_, whole)) = survey.found {
            return (&whole.without_secret()).into();
        }
        match profile.and_then(|profile| self.atlas_cli().layer(profile)) {
            Some(layer) if survey.keyring_unasked => SignIn::Keyring(layer.says),
            _ if !survey.halves.is_empty() => SignIn::Half(survey.halves.join("; ")),
            // Nothing is to be found in a file that cannot be read: that is what to mend.
            _ => unreadable(self.atlas_cli()).map_or(SignIn::Missing, SignIn::Refused),
        }
    }
}

impl From<&Credential> for SignIn {
    fn from(credential: &Credential) -> Self {
        match credential {
            Credential::Key(key) => Self::Key { hint: key.hint() },
            Credential::ServiceAccount(account) => Self::ServiceAccount { hint: account.hint() },
            Credential::Token(_) => Self::Token,
            Credential::Command(words) => {
                Self::Command { program: clean(words.first().map_or("", String::as_str)).into_owned() }
            }
        }
    }
}
