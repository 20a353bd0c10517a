//! Profiles as the dashboard knows them: who signs, at which Atlas, and in which project work is usually done.
//!
//! Holds no secret and cannot reach one: all of it may be shown, copied and compared.

use super::model::{Model, Source};
use super::watch::Watch;
use crate::domain::id::ObjectId;
use crate::domain::profile::Profile;

/// One profile, or the session's own sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `None` for what flags and environment alone sign in with.
    pub profile: Option<Profile>,
    /// Host of the base URL, and its port where that is not the usual one.
    pub host: String,
    /// The origin to build a curl line with.
    pub base_url: String,
    pub access: Access,
    /// Where new lookups begin.
    pub project: Option<ObjectId>,
}

/// Whether requests can be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// The keyring may have to be asked, which the first request does.
    Unasked {
        /// What the profile is said to sign in with; empty when nothing says so.
        by: String,
        method: Method,
    },
    Signed {
        /// Which credential, by the part of it that is no secret: `API key abcd…`.
        by: String,
        method: Method,
    },
    Missing,
    /// One half of a pair is set; says which one is not.
    Half {
        why: String,
    },
    /// What is said of the profile makes no sense, and why.
    Refused {
        why: String,
    },
}

/// What a signature is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Both halves of an API key.
    Digest,
    /// A token.
    Bearer,
}

impl Access {
    /// In two or three words, for a list.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Signed { by, .. } => by,
            Self::Unasked { by, .. } if !by.is_empty() => by,
            Self::Unasked { .. } => "not asked yet",
            Self::Missing => "no credentials",
            Self::Half { .. } => "half a credential",
            Self::Refused { .. } => "cannot sign in",
        }
    }

    /// As far as it is known; most sign with a key.
    #[must_use]
    pub fn method(&self) -> Method {
        match self {
            Self::Signed { method, .. } | Self::Unasked { method, .. } => *method,
            Self::Missing | Self::Half { .. } | Self::Refused { .. } => Method::Digest,
        }
    }

    /// Whether nothing can be signed with it.
    #[must_use]
    pub fn is_lacking(&self) -> bool {
        matches!(self, Self::Missing | Self::Half { .. } | Self::Refused { .. })
    }
}

impl Account {
    /// What to call it: the profile's name, or that it is the one given at the start.
    #[must_use]
    pub fn name(&self) -> String {
        name(self.profile.as_ref())
    }
}

/// What to call a profile, or the sign-in without one.
#[must_use]
pub fn name(profile: Option<&Profile>) -> String {
    profile.map_or_else(|| OWN.to_owned(), ToString::to_string)
}

/// Flags and environment have no name. The parentheses are none that a profile is likely to have.
const OWN: &str = "(environment)";

impl Model {
    /// The account of that profile; `None` when there is none any more.
    #[must_use]
    pub fn account(&self, profile: Option<&Profile>) -> Option<&Account> {
        let session = &self.setup.session;
        if session.profile.as_ref() == profile {
            return Some(session);
        }
        self.accounts_here().iter().find(|account| account.profile.as_ref() == profile)
    }

    /// What there is to choose from; nothing in the demo, which has an account of its own.
    #[must_use]
    pub fn accounts_here(&self) -> &[Account] {
        if matches!(self.source, Source::Demo { .. }) { &[] } else { &self.setup.accounts }
    }

    /// Whether a lookup was made with a profile that is not there. It is never read with another one instead.
    #[must_use]
    pub fn lacks_account(&self, watch: &Watch) -> bool {
        watch.profile.is_some() && self.account(watch.profile.as_ref()).is_none()
    }

    /// Whether there is another profile to go to than the session's.
    #[must_use]
    pub fn has_choice_of_accounts(&self) -> bool {
        self.accounts_here().iter().any(|account| account.profile != self.setup.session.profile)
    }

    /// Whether the lookups on the board are read with more than one profile.
    #[must_use]
    pub fn has_several_profiles(&self) -> bool {
        let mut profiles = self.watches.iter().map(|watch| &watch.profile);
        profiles.next().is_some_and(|first| profiles.any(|other| other != first))
    }

    /// How a profile signs in has become known, wherever its board is now. One that was made since the start comes
    /// to be there by this.
    pub(super) fn learn_account(&mut self, told: Account) {
        let session = self.aside.as_mut().map_or(&mut self.setup.session, |aside| aside.session_mut());
        let accounts = self.setup.accounts.iter_mut().chain([session]);
        let mut is_known = false;
        for known in accounts.filter(|known| known.profile == told.profile) {
            is_known = true;
            // Which half is missing, or what is wrong, says more than that there is nothing.
            if !(told.access == Access::Missing && known.access.is_lacking()) {
                known.access = told.access.clone();
            }
            known.host.clone_from(&told.host);
            known.base_url.clone_from(&told.base_url);
        }
        if !is_known && !told.access.is_lacking() {
            self.setup.accounts.push(told);
        }
    }
}
