//! What stands before every endpoint: who may come in, from where and how often; and the books about it.
//!
//! A request passes the faults that strike everybody, the method, the digest or the token, the access list and the rate
//! limit, in this order. Knows headers, and nothing of what is behind.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, Uri};
use jiff::{SignedDuration, Timestamp};

use super::digest::{Gate, Signed};
use super::oauth::{REVOKE_PATH, TOKEN_PATH};
use super::principal::{Access, Principal};
use super::rate::Bucket;
use super::refusal::Refusal;
use super::token::Tokens;
use super::{Fault, Stats};

/// The methods that are counted under their own name; a client may make up others without end.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// What requests change. Held for one step of one request, never across an `await`.
pub struct Books {
    pub gate: Gate,
    pub tokens: Tokens,
    pub bucket: Bucket,
    /// Of those who have another than the one for all.
    pub access: BTreeMap<Principal, Access>,
    pub access_of_all: Access,
    pub fault: Option<Fault>,
    pub clock_ahead: SignedDuration,
    pub stats: Stats,
}

/// A request that may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// To one of the two endpoints that look at id and secret themselves.
    Oauth,
    Api {
        who: Principal,
        /// Requests left in the bucket.
        remaining: u32,
    },
}

/// Why a request does not reach an endpoint.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// Something in between answers, and Atlas never hears of it.
    Portal,
    WrongMethod {
        allowed: &'static str,
    },
    /// With the value of `WWW-Authenticate`.
    Challenged(String),
    /// A token that is not good, or not any more.
    BadToken,
    Refused(Refusal),
    /// The next token of the bucket is so many seconds away.
    Limited {
        wait: u64,
    },
}

/// What of a request counts here.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    method: &'a Method,
    uri: &'a Uri,
    authorization: Option<&'a str>,
}

impl<'a> Caller<'a> {
    #[must_use]
    pub fn of(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        Self { method, uri, authorization }
    }

    fn is_oauth(self) -> bool {
        matches!(self.uri.path(), TOKEN_PATH | REVOKE_PATH)
    }

    /// What follows a scheme, where the request has that one.
    fn with_scheme(self, wanted: &str) -> Option<&'a str> {
        let (scheme, rest) = self.authorization?.split_once(' ')?;
        scheme.eq_ignore_ascii_case(wanted).then(|| rest.trim())
    }
}

impl Books {
    /// Lets a request through or stops it. `elapsed` is since the server's start, by the server's clock, as `now` is.
    ///
    /// # Errors
    /// Why it is stopped.
    pub fn admit(&mut self, caller: Caller<'_>, now: Timestamp, elapsed: Duration) -> Result<Pass, Stop> {
        self.count(caller);
        if self.fault == Some(Fault::CaptivePortal) {
            return Err(Stop::Portal);
        }
        let allowed = if caller.is_oauth() { Method::POST } else { Method::GET };
        if *caller.method != allowed {
            return Err(Stop::WrongMethod { allowed: if caller.is_oauth() { "POST" } else { "GET" } });
        }
        if self.fault == Some(Fault::Unavailable) {
            return Err(Stop::Refused(Refusal::unavailable()));
        }
        if caller.is_oauth() {
            return Ok(Pass::Oauth);
        }
        let who = self.authenticate(caller, now, elapsed)?;
        self.may_come(who).map_err(Stop::Refused)?;
        let remaining = self.bucket.take(elapsed).map_err(|wait| Stop::Limited { wait })?;
        Ok(Pass::Api { who, remaining })
    }

    /// Whose key or token the request carries.
    fn authenticate(
        &mut self,
        caller: Caller<'_>,
        now: Timestamp,
        elapsed: Duration,
    ) -> Result<Principal, Stop> {
        if let Some(token) = caller.with_scheme("Bearer") {
            return self.tokens.holder(token, now).ok_or(Stop::BadToken);
        }
        let signed = Signed {
            method: caller.method.as_str(),
            uri: caller.uri.path_and_query().map_or("/", |path| path.as_str()),
            authorization: caller.authorization,
        };
        self.gate.check(signed, elapsed).map_err(|refused| {
            self.stats.challenges += 1;
            Stop::Challenged(self.gate.challenge(refused, elapsed))
        })
    }

    /// What is looked at once it is clear who asks.
    fn may_come(&self, who: Principal) -> Result<(), Refusal> {
        match self.fault {
            Some(Fault::WrongRole) => return Err(Refusal::wrong_role()),
            Some(Fault::AddressBlocked) => return Err(Refusal::address_blocked()),
            Some(Fault::Unavailable | Fault::CaptivePortal) | None => {}
        }
        match self.access.get(&who).copied().unwrap_or(self.access_of_all) {
            Access::Allowed => Ok(()),
            Access::NotListed => Err(Refusal::address_blocked()),
            Access::ListRequired => Err(Refusal::list_required()),
        }
    }

    fn count(&mut self, caller: Caller<'_>) {
        let stats = &mut self.stats;
        let method = if METHODS.contains(caller.method) { caller.method.as_str() } else { "OTHER" };
        *stats.methods.entry(method.to_owned()).or_default() += 1;
        let is_post = *caller.method == Method::POST;
        if *caller.method != Method::GET && !(is_post && caller.is_oauth()) {
            stats.writes += 1;
        }
        stats.token_requests += u64::from(is_post && caller.uri.path() == TOKEN_PATH);
        stats.revocations += u64::from(is_post && caller.uri.path() == REVOKE_PATH);
        stats.bearer += u64::from(caller.with_scheme("Bearer").is_some());
        stats.digest += u64::from(caller.with_scheme("Digest").is_some());
    }
}
