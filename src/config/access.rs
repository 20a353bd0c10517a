//! How each profile reaches Atlas: the place, the credential, and where both were found.
//!
//! Cheap to make and to copy. Whatever takes time (the keyring) is asked in [`Accounts::access`] alone.

use super::{ConfigError, Env, Source, Sourced};
use crate::api::base_url::BaseUrl;
use crate::api::credential::{ApiKey, Credential};
use crate::domain::id::ObjectId;
use crate::domain::profile::Profile;
use crate::domain::secret::Secret;

const VARIABLES: &str = "MONGODB_ATLAS_";
const PUBLIC_KEY: &str = "MONGODB_ATLAS_PUBLIC_API_KEY";
const PRIVATE_KEY: &str = "MONGODB_ATLAS_PRIVATE_API_KEY";

/// How one profile reaches Atlas.
#[derive(Debug, Clone)]
pub struct Access {
    pub base_url: Sourced<BaseUrl>,
    /// `None` when there is none, or only half of it.
    pub credential: Option<Sourced<Credential>>,
    /// Which half of a pair is missing, in words, when the other one is set.
    pub half_pair: Option<String>,
}

/// What is known of a profile without asking anybody who may take time.
#[derive(Debug, Clone)]
pub struct Known {
    pub profile: Option<Profile>,
    pub access: Access,
    /// The project that it is used in.
    pub project: Option<ObjectId>,
    /// Whether the keyring has yet to be asked for its credential, which [`Accounts::access`] does.
    pub may_wait: bool,
}

/// All the profiles that there are, and the one of the session.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Of the session, whatever its profile.
    own: Access,
}

impl Accounts {
    /// Gathers what flags and variables say.
    ///
    /// # Errors
    /// Names the variable that holds no text.
    pub fn load(base_url: Sourced<BaseUrl>, env: Env<'_>) -> Result<Self, ConfigError> {
        let private_key = env.text(PRIVATE_KEY)?.map(Secret::from);
        let (credential, half_pair) = match (env.text(PUBLIC_KEY)?, private_key) {
            (Some(public_key), Some(private_key)) => {
                let value = Credential::Key(ApiKey { public_key, private_key });
                (Some(Sourced { value, source: Source::Env(PUBLIC_KEY) }), None)
            }
            (Some(_), None) => (None, Some(format!("{PUBLIC_KEY} is set, but {PRIVATE_KEY} is not"))),
            (None, Some(_)) => (None, Some(format!("{PRIVATE_KEY} is set, but {PUBLIC_KEY} is not"))),
            (None, None) => (None, None),
        };
        Ok(Self { own: Access { base_url, credential, half_pair } })
    }

    /// One credential for everything, as the demo has it.
    #[must_use]
    pub fn fixed(base_url: BaseUrl, credential: Credential) -> Self {
        let sourced = |value| Sourced { value, source: Source::Default };
        let base_url = Sourced { value: base_url, source: Source::Default };
        Self { own: Access { base_url, credential: Some(sourced(credential)), half_pair: None } }
    }

    /// Every profile that there is, without asking the keyring; with what the session signs in with where that has
    /// no profile.
    #[must_use]
    pub fn profiles(&self) -> Vec<Known> {
        vec![self.known(None)]
    }

    /// What is known of a profile without asking the keyring.
    #[must_use]
    pub fn known(&self, profile: Option<&Profile>) -> Known {
        Known { profile: profile.cloned(), access: self.own.clone(), project: None, may_wait: false }
    }

    /// What the names of variables begin with: `MONGODB_ATLAS_`, or what is in force in its place.
    #[must_use]
    pub fn variables(&self) -> &'static str {
        VARIABLES
    }

    /// The profile of the session; `None` when none was chosen and there is none.
    #[must_use]
    pub fn active(&self) -> Option<&Profile> {
        None
    }

    /// How a profile (`None`: the session) reaches Atlas. It may wait for the keyring.
    #[must_use]
    pub fn access(&self, _profile: Option<&Profile>) -> Access {
        self.own.clone()
    }
}
