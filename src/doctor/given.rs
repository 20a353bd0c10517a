//! What Atlas is to be asked with: the credential, where it was found, and whether it has the form of one.
//!
//! Looks at forms only: whether Atlas knows it, Atlas says. No secret leaves this file.

use super::check::{Blame, Check, Name};
use super::verdict;
use crate::api::Credential;
use crate::config::Access;
use crate::config::sources::Origin;
use crate::config::survey::Outcome;
use crate::domain::secret::ExposeSecret;
use crate::domain::text::clean;

const PUBLIC_KEY_LETTERS: usize = 8;

/// The groups of a private key: that of a UUID.
const PRIVATE_KEY_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// How credentials can be given, in one line.
const WAYS: &str = "Run atlas auth login, or set MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY; \
                    README, “Credentials”, has the other ways.";

/// The credential in words, and what is odd about its form.
#[must_use]
pub fn known(access: &Access) -> verdict::Credential {
    let Some(found) = &access.credential else { return verdict::Credential::default() };
    verdict::Credential {
        name: found.value.name(),
        oddity: oddity(&found.value),
        is_key: matches!(found.value, Credential::Key(_)),
    }
}

#[must_use]
pub fn credentials(access: &Access) -> Check {
    if let Some(why) = &access.half_pair {
        return Name::Credentials.failure(
            Blame::Access,
            format!("only half of a pair: {}", clean(why)),
            "Set the other half beside it, or take this one away. What was looked at: atlas-tui config",
        );
    }
    if let Some(why) = &access.refused {
        return Name::Credentials.failure(
            Blame::Access,
            clean(why),
            "What was looked at, and what came of it: atlas-tui config",
        );
    }
    let Some(found) = &access.credential else {
        return Name::Credentials.failure(Blame::Access, "none was found", WAYS);
    };
    let passed = access.considered.iter().filter_map(|considered| match &considered.outcome {
        Outcome::Passed(name) => Some(format!("{name} of {} is not used", origin(&considered.origin))),
        _ => None,
    });
    let mut parts = vec![format!("{} (from {})", found.value.name(), found.source)];
    parts.extend(passed);
    let finding = clean(&parts.join("; ")).into_owned();
    if let Some((oddity, next)) = oddity(&found.value) {
        return Name::Credentials.warning(format!("{finding}, but {oddity}"), next);
    }
    let halves = access.considered.iter().filter_map(|considered| match &considered.outcome {
        Outcome::Half(why) => Some(why.as_str()),
        _ => None,
    });
    let halves: Vec<&str> = halves.collect();
    if !halves.is_empty() {
        return Name::Credentials.warning(
            clean(&format!("{finding}; passed over: {}", halves.join("; "))),
            "Set the other half too, or take this one away. What was looked at: atlas-tui config",
        );
    }
    Name::Credentials.ok(finding)
}

fn origin(origin: &Origin) -> String {
    origin.to_string()
}

#[must_use]
pub fn base_url(access: &Access) -> Check {
    let base = &access.base_url;
    let government = if base.value.place() == "cloud.mongodbgov.com" { ", Atlas for Government" } else { "" };
    Name::BaseUrl.ok(format!("{} (from {}){government}", base.value, base.source))
}

/// Whether the keyring was asked, and what it said.
#[must_use]
pub fn keyring(access: &Access) -> Check {
    let asked =
        access.considered.iter().find(|considered| matches!(considered.origin, Origin::Keyring { .. }));
    let Some(asked) = asked else {
        return Name::Keyring.skipped("not asked: there is no profile to ask it for");
    };
    match &asked.outcome {
        Outcome::Used(name) | Outcome::Passed(name) => Name::Keyring.ok(format!("has the {}", clean(name))),
        Outcome::NotAsked => Name::Keyring.skipped("not asked: flags or environment have the credential"),
        Outcome::Half(why) | Outcome::Over(why) => {
            Name::Keyring.warning(clean(why), "Sign in anew: atlas auth login")
        }
        // A server or a container has none, and wants none.
        Outcome::Failed(why) if access.credential.is_some() => {
            Name::Keyring.ok(format!("{}, and another source has the credential", clean(why)))
        }
        Outcome::Failed(why) => Name::Keyring.warning(
            clean(why),
            "Unlock it, or give the credential another way. What was looked at: atlas-tui config",
        ),
        Outcome::Nothing => Name::Keyring.ok("answers, and has nothing for this profile"),
    }
}

/// What is wrong with the form of a credential, and what to do. Atlas answers the same to all of these, so this is the
/// only place where they can be told apart.
fn oddity(credential: &Credential) -> Option<(String, String)> {
    match credential {
        Credential::Key(key) => {
            let private = key.private_key.expose_secret();
            if is_private_key(&key.public_key) && is_public_key(private) {
                return Some((
                    "public and private key are the wrong way round".to_owned(),
                    "Exchange the two: the public key is the short one.".to_owned(),
                ));
            }
            if !is_private_key(private) {
                return Some((
                    "the private key has not the form of one (8-4-4-4-12 hex digits)".to_owned(),
                    "Copy the private key again, whole and without quotes; if it is lost, make a new key."
                        .to_owned(),
                ));
            }
            (!is_public_key(&key.public_key)).then(|| {
                (
                    "the public key has not the form of one (8 small letters)".to_owned(),
                    "Copy the public key again from Organization > Access Manager > API Keys in Atlas."
                        .to_owned(),
                )
            })
        }
        Credential::ServiceAccount(account) => {
            let secret = account.client_secret.expose_secret();
            if account.client_id.starts_with("mdb_sa_sk_") && secret.starts_with("mdb_sa_id_") {
                return Some((
                    "client id and client secret are the wrong way round".to_owned(),
                    "Exchange the two: the id begins with mdb_sa_id_.".to_owned(),
                ));
            }
            let odd = !account.client_id.starts_with("mdb_sa_id_") || !secret.starts_with("mdb_sa_sk_");
            odd.then(|| {
                (
                    "id or secret has not the form of a service account's (mdb_sa_id_…, mdb_sa_sk_…)"
                        .to_owned(),
                    "Copy both again; a secret is shown once, when it is made.".to_owned(),
                )
            })
        }
        Credential::Token(_) | Credential::Command(_) => None,
    }
}

fn is_public_key(text: &str) -> bool {
    text.len() == PUBLIC_KEY_LETTERS && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_private_key(text: &str) -> bool {
    let groups = text.split('-').map(str::len);
    groups.eq(PRIVATE_KEY_GROUPS) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ApiKey, BaseUrl};
    use crate::config::survey::Considered;
    use crate::config::{Source, Sourced};
    use crate::doctor::check::Verdict;
    use crate::domain::profile::Profile;

    const PRIVATE: &str = "12345678-de30-4000-8000-0123456789ab";

    fn access(public_key: &str, private_key: &str) -> Access {
        let key = ApiKey { public_key: public_key.into(), private_key: private_key.to_owned().into() };
        Access {
            base_url: Sourced { value: BaseUrl::default(), source: Source::Default },
            credential: Some(Sourced {
                value: Credential::Key(key),
                source: Source::Env("MONGODB_ATLAS_PUBLIC_API_KEY"),
            }),
            half_pair: None,
            refused: None,
            notes: Vec::new(),
            considered: Vec::new(),
        }
    }

    #[test]
    fn a_pair_is_named_with_its_source() {
        let check = credentials(&access("abcdefgh", PRIVATE));
        assert_eq!(check, Name::Credentials.ok("API key abcd… (from MONGODB_ATLAS_PUBLIC_API_KEY)"));
    }

    #[test]
    fn keys_of_a_wrong_form_are_told_apart_and_never_shown() {
        for (public_key, private_key, word) in [
            (PRIVATE, "abcdefgh", "wrong way round"),
            ("abcdefgh", "12345678-de30", "private key has not"),
            ("abcdefgh", "\"12345678-de30-4000-8000-0123456789ab\"", "private key has not"),
            ("Abcdefgh", PRIVATE, "public key has not"),
        ] {
            let check = credentials(&access(public_key, private_key));
            assert_eq!(check.verdict, Verdict::Warning, "{word}");
            assert!(check.finding.contains(word), "{check:?}");
            assert!(!format!("{check:?}").contains(private_key.trim_matches('"')), "{check:?}");
        }
    }

    #[test]
    fn a_keyring_that_fails_matters_only_where_nothing_else_signs() {
        let failed = Considered {
            origin: Origin::Keyring(Profile::default()),
            outcome: Outcome::Failed("there is no keyring here".into()),
        };
        let signed = Access { considered: vec![failed], ..access("abcdefgh", PRIVATE) };
        assert_eq!(keyring(&signed).verdict, Verdict::Ok);
        assert!(keyring(&signed).finding.starts_with("there is no keyring here"));
        let unsigned = Access { credential: None, ..signed };
        assert_eq!(keyring(&unsigned).verdict, Verdict::Warning);
    }

    #[test]
    fn none_and_half_are_failures_of_access() {
        let none = Access { credential: None, ..access("a", "b") };
        assert_eq!(credentials(&none).verdict, Verdict::Failure(Blame::Access));
        let half = Access { half_pair: Some("X is set, but Y is not".into()), ..none };
        assert!(credentials(&half).finding.contains("X is set, but Y is not"));
    }
}
