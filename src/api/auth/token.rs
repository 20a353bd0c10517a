//! A bearer token: what may be one, how it signs, and until when it is used.
//!
//! Pure: the time is a parameter. Where tokens come from is `mint`'s business, and who shares them `shelf`'s.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::domain::secret::{ExposeSecret, Secret};

/// The longest text that is taken for a token. Those of Atlas have a thousand characters or two.
pub(super) const LONGEST: usize = 16 << 10;

/// A longer life is a mistake of whoever tells it; those of Atlas live an hour.
pub(super) const LIFE_MAX: Duration = Duration::from_secs(24 * 3600);

/// Which part of its life a token is no longer used for, at the least; as much again is drawn by lot, so that many
/// programs that share one do not all renew it at the same moment. Of an hour, three minutes to six.
const EARLY: f64 = 0.05;

/// A token that was never accepted, and is younger than this when it is refused, is not at fault: whoever it is for is
/// refused, and another one would be as well.
const SETTLE: Duration = Duration::from_secs(60);

/// A bearer token in use. No `Debug`.
pub(in crate::api) struct Token {
    text: Secret,
    /// Made once: a refresh takes one more reference to it.
    header: HeaderValue,
    life: Life,
    /// When it was made, by whichever process; `None` if nobody says.
    pub(super) made_at: Option<Timestamp>,
    /// Whether others can find it too.
    pub(super) shared: bool,
    accepted: AtomicBool,
}

/// Local times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Life {
    /// Better not used from here on.
    due: Timestamp,
    /// Of no use from here on.
    pub(super) over: Timestamp,
}

impl Life {
    /// Of a token that says nothing of its end: it is used until it is refused.
    pub(super) const UNTOLD: Self = Self { due: Timestamp::MAX, over: Timestamp::MAX };

    /// From `start` for that long. `lot`: from 0 to 1.
    pub(super) fn new(start: Timestamp, length: Duration, lot: f64) -> Self {
        let length = length.min(LIFE_MAX);
        let early = Duration::try_from_secs_f64(length.as_secs_f64() * EARLY * (1.0 + lot));
        let later = |length| start.saturating_add(length).unwrap_or(Timestamp::MAX);
        Self { due: later(length.saturating_sub(early.unwrap_or_default())), over: later(length) }
    }
}

impl Token {
    /// `None` when the text is none: empty, endless, or with a character that no token has.
    pub(super) fn new(
        text: &Zeroizing<String>,
        life: Life,
        made_at: Option<Timestamp>,
        shared: bool,
    ) -> Option<Self> {
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let mut header = Zeroizing::new(String::with_capacity("Bearer ".len() + text.len()));
        header.push_str("Bearer ");
        header.push_str(text);
        let mut header = HeaderValue::from_str(&header).ok()?;
        header.set_sensitive(true);
        let text = Secret::from(text.as_str());
        Some(Self { text, header, life, made_at, shared, accepted: AtomicBool::new(false) })
    }

    /// The `Authorization` of a request, marked as a secret.
    pub(in crate::api) fn authorization(&self) -> HeaderValue {
        self.header.clone()
    }

    pub(in crate::api) fn text(&self) -> &str {
        self.text.expose_secret()
    }

    pub(super) fn life(&self) -> Life {
        self.life
    }

    /// Whether it is good, and not about to be over.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.life.due
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.life.over <= now
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.text() == other.text()
    }

    /// Atlas has answered a request that it signed.
    pub(in crate::api) fn accept(&self) {
        self.accepted.store(true, Ordering::Relaxed);
    }

    /// Whether another one would fare no better.
    pub(super) fn is_refused_from_birth(&self, now: Timestamp) -> bool {
        let young = |made_at: Timestamp| now < made_at.saturating_add(SETTLE).unwrap_or(Timestamp::MAX);
        !self.accepted.load(Ordering::Relaxed) && self.made_at.is_some_and(young)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_491_667 + second).unwrap()
    }

    fn token(text: &str) -> Option<Token> {
        let life = Life::new(at(0), Duration::from_secs(3600), 0.5);
        Token::new(&Zeroizing::new(text.to_owned()), life, Some(at(0)), false)
    }

    #[test]
    fn a_token_is_one_word_that_a_header_can_carry() {
        for text in ["", " ", "a b", "a\nb", "tök", "a\u{1b}b", &"x".repeat(LONGEST + 1)] {
            assert!(token(text).is_none(), "{text}");
        }
        let token = token("eyJ.a-b_c.~+/=").unwrap();
        assert_eq!(token.authorization(), "Bearer eyJ.a-b_c.~+/=");
        assert_eq!(format!("{:?}", token.authorization()), "Sensitive");
    }

    #[test]
    fn it_is_given_up_a_little_early_and_not_by_all_at_once() {
        let token = token("a").unwrap();
        assert!(token.is_fresh(at(3329)) && !token.is_fresh(at(3330)));
        assert!(!token.is_over(at(3599)) && token.is_over(at(3600)));
        let due = |lot| Life::new(at(0), Duration::from_secs(3600), lot).due;
        assert_eq!((due(0.0), due(1.0)), (at(3420), at(3240)));
        assert_eq!(Life::new(at(0), Duration::MAX, 0.0).over, at(24 * 3600));
        assert_eq!(Life::new(Timestamp::MAX, Duration::MAX, 0.0).over, Timestamp::MAX);
    }

    #[test]
    fn a_new_one_that_was_never_accepted_is_not_at_fault() {
        let young = token("a").unwrap();
        assert!(young.is_refused_from_birth(at(59)) && !young.is_refused_from_birth(at(60)));
        young.accept();
        assert!(!young.is_refused_from_birth(at(1)), "it was ended before its time");
        let given = Token { made_at: None, ..token("a").unwrap() };
        assert!(!given.is_refused_from_birth(at(1)), "it may be as old as it likes");
    }
}
