//! Who may ask: the people of the demonstration, what their roles open, and from where they may come.
//!
//! Each has an API key and a service account with the same rights, so that a test can sign in either way. Knows no HTTP
//! and no digest. Roles and what they open are those of the published description (`x-rolesRequirements`).

use crate::domain::secret::{ExposeSecret, Secret};

/// The holder of one API key and one service account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// Project Owner of the project that `--demo` shows.
    Owner,
    /// Project Backup Manager of it.
    BackupManager,
    /// Project Read Only of it.
    ReadOnly,
    /// A member of its organization with no role in the project.
    Member,
    /// Project Owner of the one project of another organization, which is there with
    /// [`Options::second_organization`](super::Options::second_organization).
    Partner,
}

/// Whose project it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Organization {
    First,
    Second,
}

/// A role in a project. A greater one may what a smaller one may; that backup managers may read the rest too is our
/// reading of the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    ReadOnly,
    BackupManager,
    Owner,
}

/// Whether the address 127.0.0.1 is on a principal's access list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// It is, or there is no list.
    #[default]
    Allowed,
    /// There is a list without it.
    NotListed,
    /// There is no list, and the organization asks for one.
    ListRequired,
}

impl Organization {
    /// Begins with the time of its making, as every id does.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::First => "5e4a1c7ade30000000000001",
            Self::Second => "60b5f2e1de30000000000002",
        }
    }

    /// The name of its project.
    #[must_use]
    pub fn project_name(self) -> &'static str {
        match self {
            Self::First => "shop-production",
            Self::Second => "warehouse-production",
        }
    }
}

impl Principal {
    pub const ALL: [Self; 5] =
        [Self::Owner, Self::BackupManager, Self::ReadOnly, Self::Member, Self::Partner];

    /// Eight letters, as a real one has.
    #[must_use]
    pub fn public_key(self) -> &'static str {
        match self {
            Self::Owner => "demopubl",
            Self::BackupManager => "demoback",
            Self::ReadOnly => "demoread",
            Self::Member => "demomemb",
            Self::Partner => "demopart",
        }
    }

    /// The form of a real private key, and visibly none.
    #[must_use]
    pub fn private_key(self) -> Secret {
        format!("00000000-de30-4000-8000-{:012}", self.number()).into()
    }

    /// The form of a real client id, `mdb_sa_id_` and 24 hex digits.
    #[must_use]
    pub fn client_id(self) -> String {
        format!("mdb_sa_id_de30{:020}", self.number())
    }

    /// The form of a real client secret, `mdb_sa_sk_` and 40 characters, and visibly none.
    #[must_use]
    pub fn client_secret(self) -> Secret {
        format!("mdb_sa_sk_demo_{:035}", self.number()).into()
    }

    /// The role in a project of that organization.
    #[must_use]
    pub fn role_in(self, organization: Organization) -> Option<Role> {
        match (self, organization) {
            (Self::Owner, Organization::First) | (Self::Partner, Organization::Second) => Some(Role::Owner),
            (Self::BackupManager, Organization::First) => Some(Role::BackupManager),
            (Self::ReadOnly, Organization::First) => Some(Role::ReadOnly),
            _ => None,
        }
    }

    /// Whose public key that is.
    #[must_use]
    pub fn with_public_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|who| who.public_key() == key)
    }

    /// Whose client id that is.
    #[must_use]
    pub fn with_client_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|who| who.client_id() == id)
    }

    /// Whether that is the secret of the service account.
    #[must_use]
    pub fn has_client_secret(self, secret: &str) -> bool {
        self.client_secret().expose_secret() == secret
    }

    fn number(self) -> usize {
        Self::ALL.iter().position(|who| *who == self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn credentials_have_the_form_of_real_ones_and_nobody_shares_them() {
        let mut seen = BTreeSet::new();
        for who in Principal::ALL {
            assert!(who.public_key().len() == 8 && who.public_key().bytes().all(|b| b.is_ascii_lowercase()));
            let groups: Vec<usize> = who.private_key().expose_secret().split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12]);
            let id = who.client_id();
            let hex = id.strip_prefix("mdb_sa_id_").unwrap();
            assert!(hex.len() == 24 && hex.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
            let secret = who.client_secret();
            assert_eq!(secret.expose_secret().strip_prefix("mdb_sa_sk_").unwrap().len(), 40);
            seen.extend([
                who.public_key().to_owned(),
                who.private_key().expose_secret().to_owned(),
                id,
                secret.expose_secret().to_owned(),
            ]);
        }
        assert_eq!(seen.len(), 4 * Principal::ALL.len());
    }

    #[test]
    fn a_principal_is_found_by_its_own_credentials() {
        for who in Principal::ALL {
            assert_eq!(Principal::with_public_key(who.public_key()), Some(who));
            assert_eq!(Principal::with_client_id(&who.client_id()), Some(who));
            for other in Principal::ALL {
                let secret = other.client_secret();
                assert_eq!(who.has_client_secret(secret.expose_secret()), who == other);
            }
        }
        assert_eq!(Principal::with_public_key("abcdefgh"), None);
        assert_eq!(Principal::with_client_id("mdb_sa_id_"), None);
    }
}
