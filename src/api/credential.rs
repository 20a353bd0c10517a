//! What requests are signed with. Where a credential was found is `config`'s business, and how it signs is `auth`'s.

use std::fmt;

use crate::domain::secret::{ExposeSecret, Secret};
use crate::domain::text::clean;

/// How much of a public key or client id an error may show: enough to know it again.
const HINT_CHARACTERS: usize = 4;

/// The ids of service accounts all begin like this, and are told apart by what follows.
const CLIENT_ID_HEAD: &str = "mdb_sa_id_";

/// One way to sign requests.
#[derive(Debug, Clone)]
pub enum Credential {
    /// HTTP digest.
    Key(ApiKey),
    /// OAuth client credentials: tokens of an hour, asked for as they are needed.
    ServiceAccount(ServiceAccount),
    /// A bearer token that somebody else made and renews, as the official CLI does after `atlas auth login`.
    Token(Secret),
    /// A program and its arguments; it prints a bearer token, and is run again when that is over.
    Command(Vec<String>),
}

/// A programmatic API key. `Debug` shows the start of the public key alone.
#[derive(Clone)]
pub struct ApiKey {
    pub public_key: String,
    pub private_key: Secret,
}

/// A service account. `Debug` shows the start of the client id alone.
#[derive(Clone)]
pub struct ServiceAccount {
    pub client_id: String,
    pub client_secret: Secret,
}

impl Credential {
    /// Whether something of it is empty, as an environment variable set to nothing gives it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let blank = |text: &str| text.trim().is_empty();
        match self {
            Self::Key(key) => blank(&key.public_key) || blank(key.private_key.expose_secret()),
            Self::ServiceAccount(account) => {
                blank(&account.client_id) || blank(account.client_secret.expose_secret())
            }
            Self::Token(token) => blank(token.expose_secret()),
            Self::Command(words) => words.first().is_none_or(|program| blank(program)),
        }
    }

    /// Whether both would sign the same.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let same = |one: &Secret, other: &Secret| one.expose_secret() == other.expose_secret();
        match (self, other) {
            (Self::Key(one), Self::Key(other)) => {
                one.public_key == other.public_key && same(&one.private_key, &other.private_key)
            }
            (Self::ServiceAccount(one), Self::ServiceAccount(other)) => {
                one.client_id == other.client_id && same(&one.client_secret, &other.client_secret)
            }
            (Self::Token(one), Self::Token(other)) => same(one, other),
            (Self::Command(one), Self::Command(other)) => one == other,
            _ => false,
        }
    }

    /// Which one it is, for people: `API key abcd…`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Key(key) => format!("API key {}", key.hint()),
            Self::ServiceAccount(account) => format!("service account {}", account.hint()),
            Self::Token(_) => "bearer token".to_owned(),
            Self::Command(words) => {
                format!("token of `{}`", clean(words.first().map_or("", String::as_str)))
            }
        }
    }
}

impl ApiKey {
    /// The start of the public key, by which a person knows it again: `abcd…`.
    #[must_use]
    pub fn hint(&self) -> String {
        hint(&self.public_key)
    }
}

impl ServiceAccount {
    /// The start of the client id, by which a person knows it again: `mdb_sa_id_65ca…`.
    #[must_use]
    pub fn hint(&self) -> String {
        match self.client_id.strip_prefix(CLIENT_ID_HEAD) {
            Some(rest) => format!("{CLIENT_ID_HEAD}{}", hint(rest)),
            None => hint(&self.client_id),
        }
    }
}

fn hint(text: &str) -> String {
    clean(text).chars().take(HINT_CHARACTERS).chain(['…']).collect()
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({})", self.hint())
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccount({})", self.hint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_start_of_what_is_public_is_shown() {
        let secret = || Secret::from("hunter2".to_owned());
        let key = Credential::Key(ApiKey { public_key: "abcdefgh".into(), private_key: secret() });
        let client_id = "mdb_sa_id_65ca3f3e9a45cd888d59f0d6".to_owned();
        let account = Credential::ServiceAccount(ServiceAccount { client_id, client_secret: secret() });
        let command = Credential::Command(vec!["atlas".into(), "hunter2".into()]);
        assert_eq!(key.name(), "API key abcd…");
        assert_eq!(account.name(), "service account mdb_sa_id_65ca…");
        assert_eq!(command.name(), "token of `atlas`");
        for credential in [key, account, Credential::Token(secret())] {
            let shown = format!("{credential:?} {}", credential.name());
            assert!(!shown.contains("hunter2") && !shown.contains("efgh"), "{shown}");
            assert!(!credential.is_blank());
        }
        let blank = Secret::from(" ".to_owned());
        assert!(Credential::Token(blank.clone()).is_blank());
        assert!(Credential::Command(Vec::new()).is_blank());
        assert!(Credential::Key(ApiKey { public_key: "a".into(), private_key: blank }).is_blank());
    }
}
