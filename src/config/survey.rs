//! One look at all the sources of a profile, in the order of precedence: what each has, and which one wins.

use jiff::Timestamp;

use super::sources::{AuthType, Layer, Origin, Property, Whole, login};
use crate::domain::profile::Profile;
use crate::keyring::{Keyring, KeyringError};

/// One source, as it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Considered {
    pub origin: Origin,
    pub outcome: Outcome,
}

/// What came of looking at a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its credential is the one, by its name.
    Used(String),
    /// It has a whole one too, but an earlier source won.
    Passed(String),
    /// Nobody needed to know.
    NotAsked,
    Half(String),
    /// A login that has ended.
    Over(String),
    /// It could not be asked.
    Failed(String),
    Nothing,
}

/// What one look at the sources of a profile brings.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) found: Option<(Layer, Whole)>,
    pub(super) halves: Vec<String>,
    pub(super) over: Option<String>,
    pub(super) keyring: Option<KeyringError>,
    pub(super) keyring_unasked: bool,
    pub(super) considered: Vec<Considered>,
}

impl Survey {
    pub(super) fn take(&mut self, layer: Layer, says: Option<AuthType>, now: Option<Timestamp>) {
        let half = layer.half();
        let whole = layer.parts.whole(says);
        let over = whole.as_ref().zip(now).and_then(|(whole, now)| over(whole, &layer.origin, now));
        let outcome = match (&whole, over, &half) {
            (Some(_), Some(over), _) => {
                self.over.get_or_insert_with(|| over.clone());
                Outcome::Over(over)
            }
            (Some(whole), None, _) if self.found.is_some() => Outcome::Passed(whole.name()),
            (Some(whole), None, _) => Outcome::Used(whole.name()),
            (None, _, Some(half)) => Outcome::Half(half.clone()),
            (None, _, None) => Outcome::Nothing,
        };
        if self.found.is_none() {
            self.halves.extend(half);
        }
        self.considered.push(Considered { origin: layer.origin.clone(), outcome: outcome.clone() });
        if let (Outcome::Used(_), Some(whole)) = (outcome, whole) {
            self.found = Some((layer, whole));
        }
    }

    pub(super) fn ask(
        &mut self,
        profile: &Profile,
        keyring: Option<&dyn Keyring>,
        says: Option<AuthType>,
        now: Option<Timestamp>,
    ) {
        let origin = Origin::Keyring(profile.clone());
        let Some(keyring) = keyring.filter(|_| self.found.is_none()) else {
            self.keyring_unasked = self.found.is_none();
            self.considered.push(Considered { origin, outcome: Outcome::NotAsked });
            return;
        };
        match from_keyring(profile, keyring) {
            Ok(layer) => self.take(layer, says, now),
            Err(error) => {
                self.considered.push(Considered { origin, outcome: Outcome::Failed(error.to_string()) });
                self.keyring = Some(error);
            }
        }
    }
}

/// The entries that the Atlas CLI has made for a profile.
fn from_keyring(profile: &Profile, keyring: &dyn Keyring) -> Result<Layer, KeyringError> {
    const ASKED: [Property; 5] = [
        Property::PublicKey,
        Property::PrivateKey,
        Property::ClientId,
        Property::ClientSecret,
        Property::AccessToken,
    ];
    let secrets = keyring.secrets(&format!("atlascli_{profile}"), &ASKED.map(Property::key))?;
    let mut layer = Layer::new(Origin::Keyring(profile.clone()));
    for (property, secret) in ASKED.into_iter().zip(secrets) {
        layer.parts.set(property, secret);
    }
    Ok(layer)
}

/// That a login has ended, and what to do.
fn over(whole: &Whole, origin: &Origin, now: Timestamp) -> Option<String> {
    let Whole::Token(token) = whole else { return None };
    let end = login::end(token).filter(|end| *end <= now)?;
    Some(match origin {
        Origin::Keyring(profile) | Origin::AtlasCli(profile) => {
            format!(
                "the login of profile `{profile}` ended at {end:.0}; run `atlas auth login --profile {profile}`"
            )
        }
        other => format!("the access token in the {other} ended at {end:.0}; set a new one"),
    })
}
