//! HTTP digest on a kept challenge: one request per refresh, and never more than one new challenge.
//!
//! diqwest carries the exchange, but neither of its own ways to keep a challenge will do. Its session restarts
//! the nonce count after the first use and forgets the algorithm, so that a strict server (Jetty's
//! authenticator keeps the set of counts it has seen) refuses the second request. And its flow for a kept
//! challenge throws away the new one that comes with a refusal and asks for a third: three requests where two
//! suffice, whenever a nonce has died.
//!
//! So diqwest is told that nothing is kept (`cached_context` is `None`), and the request that it is handed
//! already carries an answer to the kept challenge. Accepted, that was one request; refused, diqwest answers
//! the challenge in the refusal, replaces the header and asks once more. It never asks a third time, so wrong
//! keys cannot loop. `store_context` is where we see the new challenge and keep it.
//!
//! diqwest names a challenge by host alone, without scheme and port. Here the name is not used: a client has
//! one origin, and so one challenge.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use digest_auth::{AuthContext, WwwAuthenticateHeader};
use diqwest::DigestAuthCredentials;
use diqwest::session::CachedContextGuard;
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

    /// Drops the kept challenge, after an answer to it was refused for good.
    pub(super) fn forget(&self) {
        *self.kept() = None;
    }

    /// Keeps a challenge; whether it is one that can be answered.
    fn keep(&self, www_authenticate: &str) -> bool {
        let Ok(mut challenge) = digest_auth::parse(www_authenticate) else { return false };
        let mut kept = self.kept();
        // diqwest is about to answer it with count 1. A server that repeats its nonce has seen more.
        let used = kept.as_ref().filter(|kept| kept.nonce == challenge.nonce).map_or(0, |kept| kept.nc);
        challenge.nc = used.max(1);
        *kept = Some(challenge);
        true
    }

    fn kept(&self) -> MutexGuard<'_, Option<WwwAuthenticateHeader>> {
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One question: the credentials as diqwest wants them, counting the requests that it sends.
pub(super) struct Exchange<'a> {
    digest: &'a Digest,
    requests: AtomicU32,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(digest: &'a Digest) -> Self {
        Self { digest, requests: AtomicU32::new(1) }
    }

    /// Requests sent so far: 1, or 2 once a challenge had to be answered.
    pub(super) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }
}

impl DigestAuthCredentials for &Exchange<'_> {
    fn username(&self) -> &str {
        &self.digest.credentials.public_key
    }

    fn password(&self) -> &str {
        self.digest.credentials.private_key.expose_secret()
    }

    fn cached_context<'h>(
        &self,
        _host: &'h str,
    ) -> diqwest::error::Result<Option<CachedContextGuard<'_, 'h>>> {
        Ok(None)
    }

    fn store_context(&self, _host: &str, www_authenticate: &str) -> diqwest::error::Result<()> {
        if self.digest.keep(www_authenticate) {
            self.requests.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn clear_context(&self, _host: &str) -> diqwest::error::Result<()> {
        self.digest.forget();
        Ok(())
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

    #[test]
    fn the_count_rises_from_the_one_that_diqwest_used() {
        let digest = digest();
        assert_eq!(count(&digest), None);
        assert!(digest.keep(CHALLENGE));
        assert_eq!((count(&digest), count(&digest)), (Some(2), Some(3)));
        assert!(digest.keep(CHALLENGE));
        assert_eq!(count(&digest), Some(4), "the same nonce again does not restart the count");
        assert!(digest.keep(&CHALLENGE.replace("Slg", "Tlg")));
        assert_eq!(count(&digest), Some(2));
    }

    #[test]
    fn the_algorithm_of_the_challenge_is_kept() {
        let digest = digest();
        digest.keep(&CHALLENGE.replace("MD5", "SHA-256"));
        let header = digest.authorization("/x").unwrap();
        assert!(header.to_str().unwrap().contains("algorithm=SHA-256"));
        assert!(header.is_sensitive());
    }

    #[test]
    fn a_challenge_of_another_scheme_is_not_kept() {
        let digest = digest();
        assert!(!digest.keep("Basic realm=\"x\""));
        assert!(!digest.keep(""));
        assert_eq!(count(&digest), None);
    }

    #[test]
    fn debug_shows_four_characters_of_the_public_key() {
        assert_eq!(format!("{:?}", digest().credentials), "Credentials(abcd…)");
    }
}
