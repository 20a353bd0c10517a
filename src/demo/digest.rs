//! The server's side of HTTP digest: the challenge as recorded, which nonces and counts are still good, and whose key
//! a request is signed with.
//!
//! Behaves as Jetty's digest authenticator, which writes the recorded challenge: counts may come out of order
//! but never twice, a replayed count is refused with `stale=false`, and a nonce that is not known, too old or
//! used up with `stale=true`. Knows no HTTP beyond the two header values.

use std::collections::VecDeque;
use std::time::Duration;

use digest_auth::{Algorithm, AlgorithmType, AuthContext, AuthorizationHeader, HttpMethod, Qop};
use fastrand::Rng;

use super::principal::Principal;
use crate::domain::secret::ExposeSecret;

/// The realm of every recorded challenge.
pub const REALM: &str = "MMS Public API";

/// How many counts one nonce has, as in Jetty.
const COUNTS: u32 = 1024;

/// How many nonces are kept; the oldest goes first. Each takes under 200 bytes, and a client needs one.
const NONCES: usize = 256;

/// When a nonce dies, apart from its 1024 counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NonceLife {
    /// After so many accepted requests.
    pub requests: Option<u32>,
    /// After so long.
    pub age: Option<Duration>,
}

/// A request as the digest covers it. `uri` is the path with the query.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub method: &'a str,
    pub uri: &'a str,
    /// The value of `Authorization`, in visible ASCII, if the request has one.
    pub authorization: Option<&'a str>,
}

/// Not authorized. `stale`: the key may be right, only the nonce is not good any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    pub stale: bool,
}

struct Nonce {
    text: String,
    issued: Duration,
    accepted: u32,
    /// A bit for each count that was seen.
    seen: [u64; (COUNTS / 64) as usize],
}

/// The nonces given out. Which keys there are is up to [`Principal`].
pub struct Gate {
    life: NonceLife,
    nonces: VecDeque<Nonce>,
    rng: Rng,
}

impl Gate {
    #[must_use]
    pub fn new(life: NonceLife) -> Self {
        Self { life, nonces: VecDeque::new(), rng: Rng::new() }
    }

    /// The value of a new `WWW-Authenticate`, to the letter as recorded. `now` is the time since the start.
    pub fn challenge(&mut self, refused: Refused, now: Duration) -> String {
        const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let text: String =
            (0..32).filter_map(|_| self.rng.choice(BASE64)).map(|byte| char::from(*byte)).collect();
        let challenge = format!(
            "Digest realm=\"{REALM}\", domain=\"\", nonce=\"{text}\", algorithm=MD5, qop=\"auth\", stale={}",
            refused.stale
        );
        if self.nonces.len() == NONCES {
            self.nonces.pop_front();
        }
        self.nonces.push_back(Nonce { text, issued: now, accepted: 0, seen: [0; 16] });
        challenge
    }

    /// Lets a request in when it is signed with a key, on a good nonce, with a count not yet seen, and says whose key.
    ///
    /// # Errors
    /// Whether the nonce or the rest was at fault, for the challenge that must follow. An unknown public key and a wrong
    /// private one are refused alike: no recorded 401 tells them apart.
    pub fn check(&mut self, request: Signed<'_>, now: Duration) -> Result<Principal, Refused> {
        let denied = Refused { stale: false };
        let header = request.authorization.and_then(parse).ok_or(denied)?;
        if header.uri != request.uri || header.realm != REALM {
            return Err(denied);
        }
        let life = self.life;
        let known = self.nonces.iter_mut().find(|nonce| nonce.text == header.nonce);
        let nonce = known.filter(|nonce| nonce.is_alive(life, now)).ok_or(Refused { stale: true })?;
        if nonce.is_replayed(header.nc)? {
            return Err(denied);
        }
        let who = Principal::with_public_key(&header.username);
        let who = who.filter(|who| is_signed_by(*who, &header, request)).ok_or(denied)?;
        nonce.accepted += 1;
        Ok(who)
    }
}

impl Nonce {
    fn is_alive(&self, life: NonceLife, now: Duration) -> bool {
        life.requests.is_none_or(|most| self.accepted < most)
            && life.age.is_none_or(|most| now.saturating_sub(self.issued) < most)
    }

    /// Marks a count as seen, whether the key turns out right or not, and says if it was seen before.
    fn is_replayed(&mut self, count: u32) -> Result<bool, Refused> {
        let word = usize::try_from(count / 64).ok().and_then(|at| self.seen.get_mut(at));
        let word = word.ok_or(Refused { stale: true })?;
        let bit = 1 << (count % 64);
        let replayed = *word & bit != 0;
        *word |= bit;
        Ok(replayed)
    }
}

/// The header, if it is a digest of the only kind that the challenge offers.
fn parse(value: &str) -> Option<AuthorizationHeader> {
    // `digest_auth` counts characters as bytes, so it must never see anything but ASCII.
    let value = Some(value).filter(|value| value.is_ascii())?;
    let (scheme, rest) = value.split_once(' ')?;
    let header = AuthorizationHeader::parse(rest).ok()?;
    let plain_md5 = Algorithm { algo: AlgorithmType::MD5, sess: false };
    let offered = header.qop == Some(Qop::AUTH) && header.algorithm == plain_md5 && !header.userhash;
    (scheme.eq_ignore_ascii_case("Digest") && offered).then_some(header)
}

fn is_signed_by(who: Principal, header: &AuthorizationHeader, request: Signed<'_>) -> bool {
    let method = HttpMethod::from(request.method);
    let (user, password) = (who.public_key(), who.private_key());
    let body = None::<&[u8]>;
    let context = AuthContext::new_with_method(user, password.expose_secret(), request.uri, body, method);
    let mut ours = header.clone();
    ours.digest(&context);
    header.response.eq_ignore_ascii_case(&ours.response)
}
