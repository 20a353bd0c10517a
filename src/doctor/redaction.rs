//! Takes out of a report what must not leave the machine.
//!
//! No check puts a secret into its words; this is the second lock, for sentences that came from elsewhere. In a bundle,
//! which goes to strangers, ids are shortened as well: both ends are enough to know one again. Host names, names of
//! clusters and request ids stay, as nobody could help without them.

use crate::api::Credential;
use crate::config::Access;
use crate::domain::secret::{ExposeSecret, Secret};

use super::check::Check;

/// Anything shorter is in half the words of a report, and no secret.
const SECRET_LEAST: usize = 4;

const TAKEN_OUT: &str = "[secret]";

/// Variables that hold secrets, whichever of them is used.
const VARIABLES: [&str; 8] = [
    "MONGODB_ATLAS_PRIVATE_API_KEY",
    "MONGODB_ATLAS_CLIENT_SECRET",
    "MONGODB_ATLAS_ACCESS_TOKEN",
    "MONGODB_ATLAS_REFRESH_TOKEN",
    "MCLI_PRIVATE_API_KEY",
    "MCLI_CLIENT_SECRET",
    "MCLI_ACCESS_TOKEN",
    "MCLI_REFRESH_TOKEN",
];

/// Variables that hold a URL with, perhaps, a password.
const URLS: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];

/// What to take out.
#[derive(Debug, Clone, Default)]
pub struct Redaction {
    secrets: Vec<Secret>,
}

impl Redaction {
    /// Of everything secret that this process was given, as far as it is known here.
    #[must_use]
    pub fn of(access: &Access, variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut secrets: Vec<Secret> =
            VARIABLES.into_iter().filter_map(&variable).map(|value| value.trim().to_owned().into()).collect();
        let proxies = URLS.into_iter().filter_map(&variable);
        secrets.extend(proxies.filter_map(|url| Some(password(&url)?.to_owned().into())));
        match access.credential.as_ref().map(|found| &found.value) {
            Some(Credential::Key(key)) => secrets.push(key.private_key.clone()),
            Some(Credential::ServiceAccount(account)) => secrets.push(account.client_secret.clone()),
            Some(Credential::Token(token)) => secrets.push(token.clone()),
            Some(Credential::Command(_)) | None => {}
        }
        secrets.retain(|secret| secret.expose_secret().len() >= SECRET_LEAST);
        Self { secrets }
    }

    /// The text without any of the secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let replace = |text: String, secret: &Secret| text.replace(secret.expose_secret(), TAKEN_OUT);
        self.secrets.iter().fold(text.to_owned(), replace)
    }

    /// The check without any of the secrets.
    #[must_use]
    pub fn check(&self, check: Check) -> Check {
        Check {
            finding: self.text(&check.finding),
            next_step: check.next_step.map(|text| self.text(&text)),
            evidence: check.evidence.map(|text| self.text(&text)),
            ..check
        }
    }
}

/// The password of a URL.
fn password(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let (userinfo, _) = authority.rsplit_once('@')?;
    Some(userinfo.split_once(':').map_or(userinfo, |(_, password)| password))
}

/// The text with each id of 24 hex digits as `6a79…ae37`.
#[must_use]
pub fn ids(text: &str) -> String {
    const DIGITS: usize = 24;
    const END: usize = 4;
    let mut short = String::with_capacity(text.len());
    let mut word = String::new();
    // A blank at the end closes the last word.
    for c in text.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        let is_id = word.len() == DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        match (word.get(..END), word.get(DIGITS - END..)) {
            (Some(head), Some(tail)) if is_id => {
                short.push_str(head);
                short.push('…');
                short.push_str(tail);
            }
            _ => short.push_str(&word),
        }
        word.clear();
        short.push(c);
    }
    short.pop();
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ApiKey, BaseUrl};
    use crate::config::{Source, Sourced};

    #[test]
    fn whatever_is_secret_is_taken_out_wherever_it_comes_from() {
        let key = ApiKey { public_key: "abcdefgh".into(), private_key: "key-secret".to_owned().into() };
        let access = Access {
            base_url: Sourced { value: BaseUrl::default(), source: Source::Default },
            credential: Some(Sourced { value: Credential::Key(key), source: Source::Default }),
            half_pair: None,
            refused: None,
            notes: Vec::new(),
            considered: Vec::new(),
        };
        let variable = |name: &str| match name {
            "MCLI_CLIENT_SECRET" => Some(" env-secret ".to_owned()),
            "https_proxy" => Some("http://me:proxy-secret@proxy:3128/".to_owned()),
            "HTTP_PROXY" => Some("me:x@proxy".to_owned()),
            _ => None,
        };
        let redaction = Redaction::of(&access, variable);
        let text = redaction.text("a key-secret, an env-secret, a proxy-secret, an x and abcdefgh");
        assert_eq!(text, "a [secret], an [secret], a [secret], an x and abcdefgh");
        assert!(!format!("{redaction:?}").contains("key-secret"));
    }

    #[test]
    fn ids_keep_both_ends_and_nothing_else_changes() {
        for (text, short) in [
            ("/groups/6a793f6b2c88faeba59bae37/clusters", "/groups/6a79…ae37/clusters"),
            ("6a793f6b2c88faeba59bae37", "6a79…ae37"),
            (
                "6a793f6b2c88faeba59bae377 zzz93f6b2c88faeba59bae37",
                "6a793f6b2c88faeba59bae377 zzz93f6b2c88faeba59bae37",
            ),
            ("µ 6a793f6b2c88faeba59bae37µ", "µ 6a79…ae37µ"),
            ("", ""),
        ] {
            assert_eq!(ids(text), short);
        }
    }
}
