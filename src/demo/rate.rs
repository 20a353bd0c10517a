//! The token bucket behind `RateLimit-Limit`, `RateLimit-Remaining` and `Retry-After`.
//!
//! Fills by arithmetic when somebody asks, never by a timer: an idle server does not wake up.

use std::time::Duration;

/// How many requests are allowed: `capacity` at once, and `refill` more in every `period`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    pub capacity: u32,
    pub refill: u32,
    /// In whole seconds, at least one.
    pub period: Duration,
}

impl Default for RateLimit {
    /// The recorded capacity of the restore-job endpoints. The refill was never recorded.
    fn default() -> Self {
        Self { capacity: 1200, refill: 20, period: Duration::from_secs(1) }
    }
}

/// The bucket of one server. Times are since its start.
#[derive(Debug)]
pub struct Bucket {
    limit: RateLimit,
    tokens: u32,
    /// Up to when the refill has been counted.
    filled_at: Duration,
}

impl Bucket {
    #[must_use]
    pub fn full(limit: RateLimit) -> Self {
        Self { limit, tokens: limit.capacity, filled_at: Duration::ZERO }
    }

    /// Takes one token and says how many are left.
    ///
    /// # Errors
    /// When there is none: the whole seconds until the next one, at least 1.
    pub fn take(&mut self, now: Duration) -> Result<u32, u64> {
        self.fill(now);
        let Some(left) = self.tokens.checked_sub(1) else {
            let wait = (self.filled_at + self.token_every()).saturating_sub(now);
            return Err((wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1));
        };
        self.tokens = left;
        Ok(left)
    }

    /// Adds the whole tokens that time has brought; the rest of the time counts towards the next one.
    fn fill(&mut self, now: Duration) {
        let every = self.token_every().as_nanos();
        let new = now.saturating_sub(self.filled_at).as_nanos() / every;
        let room = self.limit.capacity - self.tokens;
        match u32::try_from(new) {
            Ok(new) if new < room => {
                self.tokens += new;
                self.filled_at += self.token_every() * new;
            }
            _ => {
                self.tokens = self.limit.capacity;
                self.filled_at = self.filled_at.max(now);
            }
        }
    }

    fn token_every(&self) -> Duration {
        (self.limit.period / self.limit.refill.max(1)).max(Duration::from_nanos(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE_A_MINUTE: RateLimit = RateLimit { capacity: 2, refill: 5, period: Duration::from_secs(60) };

    #[test]
    fn an_empty_bucket_says_when_the_next_token_comes() {
        let mut bucket = Bucket::full(FIVE_A_MINUTE);
        assert_eq!(bucket.take(Duration::ZERO), Ok(1));
        assert_eq!(bucket.take(Duration::ZERO), Ok(0));
        assert_eq!(bucket.take(Duration::from_millis(500)), Err(12));
        assert_eq!(bucket.take(Duration::from_millis(11_999)), Err(1));
        assert_eq!(bucket.take(Duration::from_secs(12)), Ok(0));
    }

    #[test]
    fn time_while_full_is_not_saved_up() {
        let mut bucket = Bucket::full(FIVE_A_MINUTE);
        let later = Duration::from_secs(3600);
        assert_eq!(bucket.take(later), Ok(1));
        assert_eq!(bucket.take(later), Ok(0));
        assert_eq!(bucket.take(later), Err(12));
    }

    #[test]
    fn part_of_a_token_is_kept_and_a_clock_set_back_takes_nothing() {
        let mut bucket = Bucket::full(FIVE_A_MINUTE);
        bucket.take(Duration::ZERO).unwrap();
        bucket.take(Duration::ZERO).unwrap();
        bucket.take(Duration::from_secs(7)).unwrap_err();
        assert_eq!(bucket.take(Duration::from_secs(12)), Ok(0));
        bucket.take(Duration::ZERO).unwrap_err();
        assert_eq!(bucket.take(Duration::from_secs(24)), Ok(0));
    }
}
