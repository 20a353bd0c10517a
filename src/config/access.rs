//! How each profile reaches Atlas: the place, the credential, and where both were found.
//!
//! The first source that has a whole credential wins, and halves of different sources are never put together: a
//! public key of one key and the private key of another make an error that nobody understands at three in the
//! morning. A half that was passed over is a note; where nothing else is found, it is the answer.
//!
//! Cheap to make and to copy. Whatever takes time (the keyring, a key that comes out of a pipe) is asked in
//! [`Accounts::access`] alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::sources::atlas_cli::{self, AtlasCli, State};
use super::sources::key_file::KeyFiles;
use super::sources::own::Own;
use super::sources::variables::{self, Variables};
use super::sources::{Hidden, Layer, Origin, Placed, Whole, options};
use super::survey::{Considered, Survey};
use super::{ConfigError, Env, Source, Sourced};
use crate::api::base_url::BaseUrl;
use crate::api::credential::{ApiKey, Credential, ServiceAccount};
use crate::cli::Common;
use crate::domain::id::ObjectId;
use crate::domain::profile::Profile;
use crate::keyring::{Keyring, KeyringError};

/// How one profile reaches Atlas.
#[derive(Debug, Clone)]
pub struct Access {
    pub base_url: Sourced<BaseUrl>,
    /// `None` when there is none, or only half of it, or it must not be used.
    pub credential: Option<Sourced<Credential>>,
    /// Which half of a pair is missing, in words, when the other one is set and no other source has a whole one.
    pub half_pair: Option<String>,
    /// Why there is no credential, in words and with what to do, where it is for another reason.
    pub refused: Option<String>,
    /// What a person should know though it works: a half that was passed over, a keyring that is locked (once).
    pub notes: Vec<String>,
    /// All the sources in the order of precedence, and what came of each.
    pub considered: Vec<Considered>,
}

/// All the profiles that there are, and the one of the session.
#[derive(Clone)]
pub struct Accounts {
    fixed: Option<Access>,
    options: Layer,
    variables: Variables,
    /// As it was at the start.
    atlas_cli: AtlasCli,
    own: Own,
    active: Option<Sourced<Profile>>,
    keyring: Arc<dyn Keyring>,
    /// Whether a person was told that the keyring could not be asked.
    told: Arc<AtomicBool>,
    key_files: KeyFiles,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts")
            .field("fixed", &self.fixed)
            .field("options", &self.options)
            .field("variables", &self.variables)
            .field("atlas_cli", &self.atlas_cli)
            .field("own", &self.own)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

impl Accounts {
    /// Gathers what can be had without waiting: flags, variables and two files.
    ///
    /// # Errors
    /// Names the flag or variable that is wrong, or the profile that is not there.
    pub fn load(
        common: &Common,
        env: Env<'_>,
        own: Own,
        atlas_cli: AtlasCli,
        keyring: Arc<dyn Keyring>,
    ) -> Result<Self, ConfigError> {
        let mut options = options::read(common, env)?;
        if let Some(text) = common.base_url.as_deref() {
            let value = variables::base_url(text)
                .map_err(|message| ConfigError::Argument { name: "--base-url", message })?;
            options.place = Some(Ok(Sourced { value, source: Source::Flag }));
        }
        let variables = variables::read(env)?;
        let typed = options::profile(common, env)?;
        let mut accounts = Self {
            fixed: None,
            options,
            variables,
            atlas_cli,
            own,
            active: None,
            keyring,
            told: Arc::default(),
            key_files: KeyFiles::default(),
        };
        accounts.active = accounts.choose(typed)?;
        Ok(accounts)
    }

    /// The profile of the session: the one that is named, or the one that must be meant.
    fn choose(&self, typed: Option<Sourced<Profile>>) -> Result<Option<Sourced<Profile>>, ConfigError> {
        let signs_itself = self.signs_itself();
        if let Some(typed) = typed {
            if !signs_itself && let Some(message) = self.unknown(&typed.value) {
                return Err(ConfigError::Argument { name: "--profile", message });
            }
            return Ok(Some(typed));
        }
        if let Some(named) = &self.variables.profile {
            return Ok(Some(named.clone()));
        }
        if let Some(value) = self.own.profile.clone() {
            return Ok(Some(Sourced { value, source: Source::File }));
        }
        if signs_itself {
            return Ok(None);
        }
        let names = self.names();
        let only = match names.as_slice() {
            [only] => Some(only.clone()),
            _ => names.into_iter().find(|name| *name == Profile::default()),
        };
        Ok(only.map(|value| Sourced { value, source: Source::Default }))
    }

    /// Whether flags or environment have a whole credential.
    fn signs_itself(&self) -> bool {
        let mut layers = [&self.options, &self.variables.layer].into_iter();
        self.fixed.is_some() || layers.any(|layer| layer.parts.whole(layer.says).is_some())
    }

    /// The profile that a pasted command line names. One that is not here counts for nothing where flags or
    /// environment sign by themselves, as for the Atlas CLI: the line may be a colleague's.
    ///
    /// # Errors
    /// There is no such profile, and which there are.
    pub(super) fn named(&self, profile: Profile) -> Result<Option<Profile>, String> {
        match self.unknown(&profile) {
            None => Ok(Some(profile)),
            Some(_) if self.signs_itself() => Ok(None),
            Some(why) => Err(why),
        }
    }

    /// One credential for everything, as the demo has it.
    #[must_use]
    pub fn fixed(base_url: BaseUrl, credential: Credential) -> Self {
        let sourced = |value| Sourced { value, source: Source::Default };
        let access = Access {
            base_url: Sourced { value: base_url, source: Source::Default },
            credential: Some(sourced(credential)),
            half_pair: None,
            refused: None,
            notes: Vec::new(),
            considered: Vec::new(),
        };
        Self {
            fixed: Some(access),
            options: Layer::new(Origin::Options { typed: true }),
            variables: Variables::none(),
            atlas_cli: AtlasCli::missing(std::path::Path::new("")),
            own: Own::default(),
            active: None,
            keyring: Arc::new(crate::keyring::None),
            told: Arc::default(),
            key_files: KeyFiles::default(),
        }
    }

    /// The profile of the session; `None` when none was chosen and there is none.
    #[must_use]
    pub fn active(&self) -> Option<&Profile> {
        self.active.as_ref().map(|active| &active.value)
    }

    /// The same, with who chose it; `default` where it is the only one there is, or of that name.
    #[must_use]
    pub fn chosen(&self) -> Option<&Sourced<Profile>> {
        self.active.as_ref()
    }

    /// The Atlas CLI's file, as it was at the start.
    #[must_use]
    pub fn atlas_cli(&self) -> &AtlasCli {
        &self.atlas_cli
    }

    /// How the variables with credentials begin: `MONGODB_ATLAS_`, or what is read in place of that.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        match self.variables.layer.origin {
            Origin::Variables(prefix) => prefix.as_str(),
            _ => variables::Prefix::Atlas.as_str(),
        }
    }

    /// Which variables are set and not read, and why.
    #[must_use]
    pub fn silenced(&self) -> Option<&str> {
        self.variables.silenced.as_deref()
    }

    /// The names of all profiles, in alphabetical order.
    #[must_use]
    pub fn names(&self) -> Vec<Profile> {
        let mut names: Vec<_> = self.atlas_cli.profiles().chain(self.own.profiles.keys().cloned()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Why there is no such profile; `None` if there is, or if the file that may have it could not be read.
    fn unknown(&self, profile: &Profile) -> Option<String> {
        let names = self.names();
        if names.contains(profile) || unreadable(&self.atlas_cli).is_some() {
            return None;
        }
        let names: Vec<_> = names.iter().map(Profile::as_str).collect();
        let known = match names.as_slice() {
            [] => "there are none; `atlas auth login` makes one".to_owned(),
            names => format!("there are {}", names.join(", ")),
        };
        Some(format!("there is no profile `{profile}`; {known}"))
    }

    /// What there is where nothing was looked for.
    pub(super) const fn fixed_access(&self) -> Option<&Access> {
        self.fixed.as_ref()
    }

    /// Whether [`Accounts::access`] may take time for this profile: ask it on a thread that may wait, then.
    #[must_use]
    pub fn may_wait(&self, profile: Option<&Profile>) -> bool {
        if self.fixed.is_some() {
            return false;
        }
        let survey = self.survey(profile, &self.atlas_cli, None, None);
        let pipe = |whole: &Whole| whole.file().is_some_and(|path| self.key_files.may_wait(path));
        survey.keyring_unasked || survey.found.is_some_and(|(_, whole)| pipe(&whole))
    }

    /// How a profile (`None`: the session by itself) reaches Atlas at a given time, which decides whether a login has
    /// ended. Files are read anew, so that what was mended counts. It may wait for the keyring.
    #[must_use]
    pub fn access(&self, profile: Option<&Profile>, now: Timestamp) -> Access {
        if let Some(fixed) = &self.fixed {
            return fixed.clone();
        }
        let atlas_cli = atlas_cli::read(&self.atlas_cli.path);
        let mut survey = self.survey(profile, &atlas_cli, Some(&*self.keyring), Some(now));
        let mut refused = None;
        let base_url = self.base_url(profile, &atlas_cli).unwrap_or_else(|why| {
            refused = Some(why);
            Sourced { value: BaseUrl::default(), source: Source::Default }
        });
        let mut credential = None;
        // Without a place that is meant there is nowhere to send it.
        if refused.is_none()
            && let Some((layer, whole)) = survey.found.take()
        {
            let source = layer.source(whole.head());
            match self.credential(whole) {
                Ok(value) => credential = Some(Sourced { value, source }),
                Err(why) => refused = Some(why),
            }
        }
        let mut notes = Vec::new();
        let mut half_pair = None;
        if credential.is_some() {
            notes.append(&mut survey.halves);
        } else if refused.is_none() {
            half_pair = (!survey.halves.is_empty()).then(|| survey.halves.join("; "));
            refused =
                survey.over.take().or_else(|| self.nothing(profile, &atlas_cli, survey.keyring.as_ref()));
        }
        // Where nothing was found, it is said already. That there is none is no news on a machine without a desktop:
        // the list of what was looked at has it.
        if let Some(why) = &survey.keyring
            && credential.is_some()
            && *why != KeyringError::Absent
            && !self.told.swap(true, Ordering::Relaxed)
        {
            notes.push(format!("{why}; the config file of the Atlas CLI is read in its place"));
        }
        if profile.is_some() {
            notes.extend(atlas_cli.note.map(|note| format!("{}: {note}", shown(&atlas_cli.path))));
        }
        Access { base_url, credential, half_pair, refused, notes, considered: survey.considered }
    }

    /// Why nothing was found, where there is more to say than that.
    fn nothing(
        &self,
        profile: Option<&Profile>,
        atlas_cli: &AtlasCli,
        keyring: Option<&KeyringError>,
    ) -> Option<String> {
        let Some(profile) = profile else {
            return unreadable(atlas_cli).or_else(|| self.none_chosen());
        };
        if let Some(why) = self.unknown(profile).or_else(|| unreadable(atlas_cli)) {
            return Some(why);
        }
        keyring.map(|why| {
            let unlock = if *why == KeyringError::Locked { "; unlock it" } else { "" };
            format!("the file of the Atlas CLI has nothing for profile `{profile}`, and {why}{unlock}")
        })
    }

    /// That there are profiles, and nothing says which one is meant.
    fn none_chosen(&self) -> Option<String> {
        let names = self.names();
        let names: Vec<_> = names.iter().map(Profile::as_str).collect();
        (!names.is_empty())
            .then(|| format!("no profile is chosen, and there are {}; choose one with -P", names.join(", ")))
    }

    /// Looks at the sources in their order. Without a keyring, it is noted that it was to be asked; without a time,
    /// every login counts.
    pub(super) fn survey(
        &self,
        profile: Option<&Profile>,
        atlas_cli: &AtlasCli,
        keyring: Option<&dyn Keyring>,
        now: Option<Timestamp>,
    ) -> Survey {
        let mut survey = Survey::default();
        let in_session = profile.is_none() || profile == self.active();
        let cli = profile.and_then(|profile| atlas_cli.layer(profile));
        let variables = in_session.then_some(&self.variables.layer);
        let says =
            variables.and_then(|layer| layer.says).or_else(|| cli.as_ref().and_then(|layer| layer.says));
        if in_session {
            survey.take(self.options.clone(), None, now);
            survey.take(self.variables.layer.clone(), self.variables.layer.says, now);
        }
        if let Some(profile) = profile {
            survey.ask(profile, keyring, says, now);
        }
        if let Some(cli) = cli {
            survey.take(cli, says, now);
        }
        if let Some(own) = profile.and_then(|profile| self.own.layer(profile)) {
            survey.take(own, None, now);
        }
        if in_session {
            survey.take(self.own.session(), None, now);
        }
        survey
    }

    /// Where Atlas is for a profile: the first source that says so.
    ///
    /// # Errors
    /// What is wrong with what it says.
    pub(super) fn base_url(&self, profile: Option<&Profile>, atlas_cli: &AtlasCli) -> Result<Placed, String> {
        let places = self.layers(profile, atlas_cli).into_iter().filter_map(|layer| layer.place);
        // For everybody who says nothing else.
        let places = places.chain(self.own.session().place);
        places
            .into_iter()
            .next()
            .unwrap_or_else(|| Ok(Sourced { value: BaseUrl::default(), source: Source::Default }))
    }

    /// The sources that need no waiting for, in their order.
    fn layers(&self, profile: Option<&Profile>, atlas_cli: &AtlasCli) -> Vec<Layer> {
        let in_session = profile.is_none() || profile == self.active();
        let session = |layer: &Layer| in_session.then(|| layer.clone());
        [
            session(&self.options),
            session(&self.variables.layer),
            profile.and_then(|profile| atlas_cli.layer(profile)),
            profile.and_then(|profile| self.own.layer(profile)),
            session(&self.own.session()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The project that is meant where none is named, of the session or of a profile.
    ///
    /// # Errors
    /// Names the variable that holds no project id. What a file of the Atlas CLI holds in its place is as good as
    /// nothing.
    pub fn project(&self, profile: Option<&Profile>) -> Result<Option<Sourced<ObjectId>>, ConfigError> {
        for (source, text) in
            self.layers(profile, &self.atlas_cli).into_iter().filter_map(|layer| layer.project)
        {
            match (text.parse(), source) {
                (Ok(value), source) => return Ok(Some(Sourced { value, source })),
                (Err(error), Source::Env(name)) => {
                    let error: crate::domain::id::IdError = error;
                    return Err(ConfigError::Variable { name, message: error.to_string() });
                }
                (Err(_), _) => {}
            }
        }
        Ok(None)
    }

    fn credential(&self, whole: Whole) -> Result<Credential, String> {
        let secret = |hidden| match hidden {
            Hidden::Here(secret) => Ok(secret),
            Hidden::In(path) => self.key_files.read(&path),
        };
        Ok(match whole {
            Whole::Command(words) => Credential::Command(words),
            Whole::Token(token) => Credential::Token(token),
            Whole::Account { client_id, client_secret } => Credential::ServiceAccount(ServiceAccount {
                client_id,
                client_secret: secret(client_secret)?,
            }),
            Whole::Key { public_key, private_key } => {
                Credential::Key(ApiKey { public_key, private_key: secret(private_key)? })
            }
        })
    }
}

/// That the Atlas CLI's file is there, and why it says nothing.
pub(super) fn unreadable(atlas_cli: &AtlasCli) -> Option<String> {
    let readable = matches!(atlas_cli.state, State::Read { .. } | State::Missing);
    (!readable).then(|| format!("{}: {}", shown(&atlas_cli.path), atlas_cli.state))
}

fn shown(path: &std::path::Path) -> String {
    crate::domain::text::clean(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests;
