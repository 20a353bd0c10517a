//! HTTP digest on a kept challenge: one request per refresh, and never more than one new challenge.
//!
//! A request carries an answer to the kept challenge. Accepted, that was one request; refused, the challenge in
//! the refusal is kept, answered, and the question asked once more. There is no third time, so wrong keys cannot
//! loop.
//!
//! diqwest would carry this exchange, but it answers the first `WWW-Authenticate` whatever scheme it names, and its
//! ways to keep a challenge will not do: its session restarts the nonce count after the first use and forgets the
//! algorithm, so that a strict server (Jetty's authenticator keeps the set of counts it has seen) refuses the second
//! request; and its flow for a kept challenge throws away the new one that comes with a refusal and asks for a
//! third. So the exchange is ours (`client`), and the sums are `digest_auth`'s.
//!
//! A client has one origin, and so one challenge.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use digest_auth::{AuthContext, WwwAuthenticateHeader};
use reqwest::header::HeaderValue;

use crate::domain::secret::{ExposeSecret, Secret};
use crate::domain::text::clean;

/// How much of the public key an error may show.
const HINT_CHARACTERS: usize = 4;

/// A programmatic API key. `Debug` shows the start of the public key alone.
#[derive(Clone)]
pub struct Credentials {
    pub public_key: String,
    pub private_key: Secret,
}

impl Credentials {
    /// The start of the public key, by which a person knows it again: `abcd…`.
    #[must_use]
    pub fn hint(&self) -> String {
        clean(&self.public_key).chars().take(HINT_CHARACTERS).chain(['…']).collect()
    }

    /// Whether one of the two is empty, as an environment variable set to nothing gives it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.public_key.trim().is_empty() || self.private_key.expose_secret().trim().is_empty()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({})", self.hint())
    }
}

/// A key and the challenge that it last answered, for one origin.
pub(super) struct Digest {
    credentials: Credentials,
    /// Its `nc` is the count used last. Held for no longer than a hash takes.
    challenge: Mutex<Option<WwwAuthenticateHeader>>,
}

impl Digest {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self { credentials, challenge: Mutex::new(None) }
    }

    /// The start of the public key.
    pub(super) fn hint(&self) -> String {
        self.credentials.hint()
    }

    /// The `Authorization` of a GET of `path` from the kept challenge and a count nobody has used yet; `None`
    /// before the first challenge. Requests in flight at once get different counts, and may arrive in any
    /// order: a server has to refuse counts seen before, not counts lower than another.
    pub(super) fn authorization(&self, path: &str) -> Option<HeaderValue> {
        let mut kept = self.kept();
        let challenge = kept.as_mut()?;
        if challenge.nc == u32::MAX {
            return None;
        }
        let private_key = self.credentials.private_key.expose_secret();
        let context = AuthContext::new(self.credentials.public_key.as_str(), private_key, path);
        let answer = challenge.respond(&context).ok()?;
        let mut value: HeaderValue = answer.to_header_string().parse().ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Drops the kept challenge, after an answer to it was refused with another one.
    pub(super) fn forget(&self) {
        *self.kept() = None;
    }

    /// Keeps a challenge. A server that repeats its nonce has seen the counts that were used with it.
    pub(super) fn keep(&self, mut challenge: WwwAuthenticateHeader) {
        let mut kept = self.kept();
        challenge.nc = kept.as_ref().filter(|kept| kept.nonce == challenge.nonce).map_or(0, |kept| kept.nc);
        *kept = Some(challenge);
    }

    fn kept(&self) -> MutexGuard<'_, Option<WwwAuthenticateHeader>> {
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = r#"Digest realm="MMS Public API", domain="", nonce="SlgYP7Tv3FS/BuCj/x4WQRIV1bNKdpJg", algorithm=MD5, qop="auth", stale=false"#;

    fn digest() -> Digest {
        Digest::new(Credentials { public_key: "abcdefgh".into(), private_key: "hunter2".to_owned().into() })
    }

    fn count(digest: &Digest) -> Option<u32> {
        let header = digest.authorization("/x")?;
        Some(digest_auth::AuthorizationHeader::parse(header.to_str().unwrap()).unwrap().nc)
    }

    fn keep(digest: &Digest, challenge: &str) {
        digest.keep(digest_auth::parse(challenge).unwrap());
    }

    #[test]
    fn each_nonce_is_counted_by_itself() {
        let digest = digest();
        assert_eq!(count(&digest), None);
        keep(&digest, CHALLENGE);
        assert_eq!((count(&digest), count(&digest)), (Some(1), Some(2)));
        keep(&digest, CHALLENGE);
        assert_eq!(count(&digest), Some(3), "the same nonce again does not restart the count");
        keep(&digest, &CHALLENGE.replace("Slg", "Tlg"));
        assert_eq!(count(&digest), Some(1));
        digest.forget();
        assert_eq!(count(&digest), None);
    }

    #[test]
    fn the_algorithm_of_the_challenge_is_kept() {
        let digest = digest();
        keep(&digest, &CHALLENGE.replace("MD5", "SHA-256"));
        let header = digest.authorization("/x").unwrap();
        assert!(header.to_str().unwrap().contains("algorithm=SHA-256"));
        assert!(header.is_sensitive());
    }

    #[test]
    fn debug_shows_four_characters_of_the_public_key() {
        assert_eq!(format!("{:?}", digest().credentials), "Credentials(abcd…)");
    }
}
