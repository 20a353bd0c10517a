//! The bearer tokens of the service accounts: who got which, until when, and how many may be had.
//!
//! A token looks like the JWT that Atlas sends, so that a client can read when it is over; who holds it is looked up
//! here, never read out of it. Knows no HTTP; the time is a parameter, and nothing runs out by a timer.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::principal::Principal;
use crate::domain::secret::{ExposeSecret, Secret};

const MINUTE: Duration = Duration::from_secs(60);

/// How tokens are given out. The default is what Atlas documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLimits {
    /// How long a token is good, in whole seconds.
    pub life: Duration,
    /// How many requests for a token an account has in any minute.
    pub per_minute: u32,
    /// How many tokens of an account may be good at once.
    pub live: usize,
}

impl Default for TokenLimits {
    fn default() -> Self {
        Self { life: Duration::from_secs(3600), per_minute: 10, live: 100 }
    }
}

struct Token {
    text: Secret,
    holder: Principal,
    /// Good before this second, which the token names too.
    over: Timestamp,
}

/// All tokens that are good, and who has asked for some lately.
pub struct Tokens {
    limits: TokenLimits,
    live: Vec<Token>,
    /// When each account has asked in the last minute, the oldest first; those that were turned away not counted.
    asked: BTreeMap<Principal, VecDeque<Duration>>,
    minted: u64,
    rng: Rng,
}

impl Tokens {
    #[must_use]
    pub fn new(limits: TokenLimits) -> Self {
        Self { limits, live: Vec::new(), asked: BTreeMap::new(), minted: 0, rng: Rng::new() }
    }

    #[must_use]
    pub fn limits(&self) -> TokenLimits {
        self.limits
    }

    /// Counts a request for a token, whether it gets one or not. `elapsed` is since the server's start.
    ///
    /// # Errors
    /// Too many of them in this minute: the whole seconds until the next one may come.
    pub fn ask(&mut self, who: Principal, elapsed: Duration) -> Result<(), u64> {
        let asked = self.asked.entry(who).or_default();
        // One that lies ahead is of before the clock was set back.
        asked.retain(|at| elapsed.checked_sub(*at).is_some_and(|age| age < MINUTE));
        let most = usize::try_from(self.limits.per_minute).unwrap_or(usize::MAX);
        if asked.len() >= most {
            let oldest = asked.front().copied().unwrap_or(elapsed);
            let wait = (oldest + MINUTE).saturating_sub(elapsed);
            return Err(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        }
        asked.push_back(elapsed);
        Ok(())
    }

    /// A new token, or none when the account has as many as it may have.
    pub fn mint(&mut self, who: Principal, now: Timestamp) -> Option<Secret> {
        self.live.retain(|token| now < token.over);
        if self.live.iter().filter(|token| token.holder == who).count() >= self.limits.live {
            return None;
        }
        self.minted += 1;
        let issued = now.as_second();
        let life = i64::try_from(self.limits.life.as_secs()).unwrap_or(i64::MAX);
        let over = Timestamp::from_second(issued)
            .and_then(|issued| issued.checked_add(SignedDuration::from_secs(life)))
            .unwrap_or(Timestamp::MAX);
        let header = json!({"alg": "RS256", "kid": "demo", "typ": "JWT"});
        let claims = json!({
            "iss": "atlas-tui demo",
            "sub": who.client_id(),
            "jti": format!("demo-{}-{:016x}", self.minted, self.rng.u64(..)),
            "iat": issued,
            "exp": over.as_second(),
        });
        let parts = [encoded(&header), encoded(&claims), BASE64_URL_SAFE_NO_PAD.encode("signed by nobody")];
        let text = Secret::from(parts.join("."));
        self.live.push(Token { text: text.clone(), holder: who, over });
        Some(text)
    }

    /// Whose token that is, while it is good.
    #[must_use]
    pub fn holder(&self, text: &str, now: Timestamp) -> Option<Principal> {
        let good = self.live.iter().filter(|token| now < token.over);
        good.into_iter().find(|token| token.text.expose_secret() == text).map(|token| token.holder)
    }

    /// Ends a token of that account. One that it does not have is none, which is no error.
    pub fn revoke(&mut self, who: Principal, text: &str) {
        self.live.retain(|token| token.holder != who || token.text.expose_secret() != text);
    }

    /// Ends them all at once.
    pub fn revoke_all(&mut self) {
        self.live.clear();
    }

    /// How many are good.
    #[must_use]
    pub fn live(&self, now: Timestamp) -> usize {
        self.live.iter().filter(|token| now < token.over).count()
    }
}

fn encoded(part: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(part.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_491_667 + second).unwrap()
    }

    fn minted(tokens: &mut Tokens, who: Principal, second: i64) -> String {
        tokens.mint(who, at(second)).unwrap().expose_secret().to_owned()
    }

    #[test]
    fn a_token_names_the_second_at_which_it_is_over() {
        let mut tokens = Tokens::new(TokenLimits { life: Duration::from_secs(90), ..TokenLimits::default() });
        let text = minted(&mut tokens, Principal::Owner, 0);
        let claims = BASE64_URL_SAFE_NO_PAD.decode(text.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["exp"], at(90).as_second());
        assert_eq!(claims["sub"], Principal::Owner.client_id());
        assert_eq!(tokens.holder(&text, at(89)), Some(Principal::Owner));
        assert_eq!(tokens.holder(&text, at(90)), None);
        assert_eq!((tokens.live(at(89)), tokens.live(at(90))), (1, 0));
        assert_ne!(minted(&mut tokens, Principal::Owner, 0), text);
    }

    #[test]
    fn an_account_revokes_its_own_tokens_only() {
        let mut tokens = Tokens::new(TokenLimits::default());
        let (one, two) =
            (minted(&mut tokens, Principal::Owner, 0), minted(&mut tokens, Principal::ReadOnly, 0));
        tokens.revoke(Principal::ReadOnly, &one);
        tokens.revoke(Principal::ReadOnly, "nobody's");
        assert_eq!(tokens.holder(&one, at(0)), Some(Principal::Owner));
        tokens.revoke(Principal::ReadOnly, &two);
        assert_eq!(tokens.holder(&two, at(0)), None);
        tokens.revoke_all();
        assert_eq!(tokens.holder(&one, at(0)), None);
    }

    #[test]
    fn an_account_has_so_many_at_once_and_another_has_its_own() {
        let mut tokens = Tokens::new(TokenLimits { live: 2, ..TokenLimits::default() });
        let first = minted(&mut tokens, Principal::Owner, 0);
        minted(&mut tokens, Principal::Owner, 10);
        assert!(tokens.mint(Principal::Owner, at(11)).is_none());
        minted(&mut tokens, Principal::Member, 11);
        tokens.revoke(Principal::Owner, &first);
        minted(&mut tokens, Principal::Owner, 12);
        assert!(tokens.mint(Principal::Owner, at(3609)).is_none());
        minted(&mut tokens, Principal::Owner, 3610);
    }

    #[test]
    fn requests_are_limited_for_each_account_alone() {
        let mut tokens = Tokens::new(TokenLimits { per_minute: 2, ..TokenLimits::default() });
        let at = Duration::from_secs;
        assert_eq!(tokens.ask(Principal::Owner, at(0)), Ok(()));
        assert_eq!(tokens.ask(Principal::Owner, at(20)), Ok(()));
        assert_eq!(tokens.ask(Principal::Owner, Duration::from_millis(20_500)), Err(40));
        assert_eq!(tokens.ask(Principal::Member, at(21)), Ok(()));
        assert_eq!(tokens.ask(Principal::Owner, at(60)), Ok(()));
        assert_eq!(tokens.ask(Principal::Owner, at(61)), Err(19));
        assert_eq!(tokens.ask(Principal::Owner, at(0)), Ok(()), "a clock set back knows nothing of later");
    }
}
