//! HTTP digest on a kept challenge: one request per refresh, and never more than one new challenge.
//!
//! A request carries an answer to the kept challenge. Accepted, that was one request; refused, the challenge in
//! the refusal is kept, answered, and the question asked once more. Then it is at an end, so wrong keys cannot loop.
//!
//! diqwest carries the exchange, but neither of its own ways to keep a challenge will do. Its session restarts the
//! nonce count after the first use and forgets the algorithm, so that a strict server (Jetty's authenticator keeps
//! the set of counts it has seen) refuses the second request. And its flow for a kept challenge throws away the new
//! one that comes with a refusal and asks for a third. So diqwest is told that nothing is kept (`cached_context` is
//! `None`), and the request that it is handed already carries an answer. `store_context` is where we see the new
//! challenge and keep it.
//!
//! It also answers the first `WWW-Authenticate` alone, whatever scheme that names. Once a server (or a proxy before
//! it) has been seen to put another one first, `client` carries the exchange itself (`Digest::is_alone`).
//!
//! diqwest names a challenge by host. Here the name is not used: a client has one origin, and so one challenge.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use digest_auth::{AuthContext, WwwAuthenticateHeader};
use diqwest::DigestAuthCredentials;
use diqwest::session::CachedContextGuard;
use reqwest::header::HeaderValue;

use crate::api::credential::ApiKey;
use crate::domain::secret::ExposeSecret;

/// A key and the challenge that it last answered, for one origin.
pub(in crate::api) struct Digest {
    key: ApiKey,
    /// Its `nc` is the count used last. Held for no longer than a hash takes.
    challenge: Mutex<Option<WwwAuthenticateHeader>>,
    /// No challenge of another kind has been seen beside it.
    alone: AtomicBool,
}

impl Digest {
    pub(in crate::api) fn new(key: ApiKey) -> Self {
        Self { key, challenge: Mutex::new(None), alone: AtomicBool::new(true) }
    }

    /// The start of the public key.
    pub(in crate::api) fn hint(&self) -> String {
        self.key.hint()
    }

    /// The `Authorization` of a GET of `path` from the kept challenge and a count nobody has used yet; `None`
    /// before the first challenge. Requests in flight at once get different counts, and may arrive in any
    /// order: a server has to refuse counts seen before, not counts lower than another.
    pub(in crate::api) fn authorization(&self, path: &str) -> Option<HeaderValue> {
        let mut kept = self.kept();
        let challenge = kept.as_mut()?;
        if challenge.nc == u32::MAX {
            return None;
        }
        let private_key = self.key.private_key.expose_secret();
        let context = AuthContext::new(self.key.public_key.as_str(), private_key, path);
        let answer = challenge.respond(&context).ok()?;
        let mut value: HeaderValue = answer.to_header_string().parse().ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// What no answer may be read with. A public key is of eight letters; what is not may be the private one, given in
    /// its place.
    pub(in crate::api) fn secrets(&self) -> Vec<&str> {
        const PUBLIC_KEY_LETTERS: usize = 8;
        let public = Some(self.key.public_key.as_str()).filter(|key| key.len() != PUBLIC_KEY_LETTERS);
        public.into_iter().chain([self.key.private_key.expose_secret()]).collect()
    }

    /// Drops the kept challenge, after an answer to it was refused with another one.
    pub(in crate::api) fn forget(&self) {
        *self.kept() = None;
    }

    /// Keeps a challenge of which this many counts are taken. A server that repeats its nonce has seen the counts that
    /// were used with it.
    pub(in crate::api) fn keep(&self, mut challenge: WwwAuthenticateHeader, taken: u32) {
        let mut kept = self.kept();
        let used = kept.as_ref().filter(|kept| kept.nonce == challenge.nonce).map_or(0, |kept| kept.nc);
        challenge.nc = used.max(taken);
        *kept = Some(challenge);
    }

    /// Whether the server challenges to digest and to nothing else, as far as it has been seen.
    pub(in crate::api) fn is_alone(&self) -> bool {
        self.alone.load(Ordering::Relaxed)
    }

    pub(in crate::api) fn is_among_others(&self) {
        self.alone.store(false, Ordering::Relaxed);
    }

    fn kept(&self) -> MutexGuard<'_, Option<WwwAuthenticateHeader>> {
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One question in diqwest's hands, counting the requests that it sends.
pub(in crate::api) struct Exchange<'a> {
    pub(in crate::api) digest: &'a Digest,
    pub(in crate::api) requests: &'a AtomicU32,
}

impl DigestAuthCredentials for &Exchange<'_> {
    fn username(&self) -> &str {
        &self.digest.key.public_key
    }

    fn password(&self) -> &str {
        self.digest.key.private_key.expose_secret()
    }

    fn cached_context<'h>(
        &self,
        _host: &'h str,
    ) -> diqwest::error::Result<Option<CachedContextGuard<'_, 'h>>> {
        Ok(None)
    }

    fn store_context(&self, _host: &str, www_authenticate: &str) -> diqwest::error::Result<()> {
        if let Ok(challenge) = digest_auth::parse(www_authenticate) {
            // diqwest is about to answer it with count 1.
            self.digest.keep(challenge, 1);
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
        Digest::new(ApiKey { public_key: "abcdefgh".into(), private_key: "hunter2".to_owned().into() })
    }

    fn count(digest: &Digest) -> Option<u32> {
        let header = digest.authorization("/x")?;
        Some(digest_auth::AuthorizationHeader::parse(header.to_str().unwrap()).unwrap().nc)
    }

    fn keep(digest: &Digest, challenge: &str) {
        digest.keep(digest_auth::parse(challenge).unwrap(), 0);
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
        let (digest, requests) = (self::digest(), AtomicU32::new(1));
        (&Exchange { digest: &digest, requests: &requests }).store_context("h", CHALLENGE).unwrap();
        assert_eq!(count(&digest), Some(2), "diqwest has used the first");
        assert_eq!(requests.into_inner(), 2);
    }

    #[test]
    fn the_algorithm_of_the_challenge_is_kept() {
        let digest = digest();
        keep(&digest, &CHALLENGE.replace("MD5", "SHA-256"));
        let header = digest.authorization("/x").unwrap();
        assert!(header.to_str().unwrap().contains("algorithm=SHA-256"));
        assert!(header.is_sensitive());
    }
}
