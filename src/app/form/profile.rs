//! The profile that a form's lookup is read with: the one of the session for a new lookup, its own for one that has
//! one, and any other that a person chooses. A new lookup begins in the project of its profile.

use super::Form;
use crate::app::account::{Access, Account};
use crate::domain::profile::Profile;

/// The accounts to choose from, and the chosen one.
#[derive(Debug, Clone)]
pub(super) struct Profiles {
    accounts: Vec<Account>,
    chosen: usize,
    /// What the session goes on with.
    session: Option<Profile>,
    /// The lookup's own is not there any more.
    is_gone: bool,
}

impl Profiles {
    /// For a lookup with this profile. One that is not there any more can be kept all the same, and so can having none.
    pub fn new(own: Option<&Profile>, session: &Account, accounts: &[Account]) -> Self {
        let mut accounts = accounts.to_vec();
        let is_there = |account: &Account| account.profile.as_ref() == own;
        let is_gone = own.is_some() && !accounts.iter().chain([session]).any(is_there);
        if !accounts.iter().any(is_there) {
            accounts.insert(
                0,
                match own {
                    own if own == session.profile.as_ref() => session.clone(),
                    None => Account { profile: None, ..session.clone() },
                    Some(gone) => Account {
                        profile: Some(gone.clone()),
                        host: String::new(),
                        base_url: String::new(),
                        access: Access::Missing,
                        project: None,
                    },
                },
            );
        }
        let chosen = accounts.iter().position(is_there);
        Self { accounts, chosen: chosen.unwrap_or_default(), session: session.profile.clone(), is_gone }
    }

    fn account(&self) -> Option<&Account> {
        self.accounts.get(self.chosen)
    }

    pub fn is_gone(&self) -> bool {
        self.is_gone
    }

    pub fn chosen(&self) -> Option<&Profile> {
        self.account().and_then(|account| account.profile.as_ref())
    }
}

impl Form {
    /// Whether there is anything to choose.
    #[must_use]
    pub fn offers_profiles(&self) -> bool {
        self.profiles.accounts.len() > 1
    }

    /// What can be chosen, and which of it is.
    #[must_use]
    pub fn profiles(&self) -> (Vec<String>, usize) {
        let Profiles { accounts, chosen, session, .. } = &self.profiles;
        let name = |account: &Account| match (&account.profile, session) {
            (None, Some(_)) => "the session's".to_owned(),
            _ => account.name(),
        };
        (accounts.iter().map(name).collect(), *chosen)
    }

    /// Goes on to another profile. A project that nobody typed or pasted follows it.
    pub fn step_profile(&mut self, by: isize) {
        let count = self.profiles.accounts.len().cast_signed().max(1);
        self.choose((self.profiles.chosen.cast_signed() + by).rem_euclid(count).cast_unsigned());
    }

    /// Goes on to the profile of that name; whether there is one.
    pub(super) fn choose_named(&mut self, name: &Profile) -> bool {
        let found = self.profiles.accounts.iter().position(|account| account.profile.as_ref() == Some(name));
        if let Some(index) = found {
            self.choose(index);
        }
        found.is_some()
    }

    fn choose(&mut self, index: usize) {
        self.profiles.chosen = index;
        self.profile_was_chosen = true;
        let typed = self.project.value();
        if self.editing.is_none() && (typed.is_empty() || self.prefilled.as_deref() == Some(typed)) {
            self.prefill();
        }
    }

    /// Begins in the project of the chosen profile.
    pub(super) fn prefill(&mut self) {
        let project = self.profiles.account().and_then(|account| account.project);
        let project = project.map(|project| project.to_string());
        self.project = project.clone().unwrap_or_default().into();
        self.prefilled = project;
    }

    /// The host of the Atlas that is asked.
    pub(super) fn place(&self) -> &str {
        self.profiles.account().map_or("", |account| account.host.as_str())
    }
}
