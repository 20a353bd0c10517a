//! A token bucket as Atlas describes its own.

use std::time::Duration;

/// `capacity` at once, and `refill` more in every `period`.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    pub capacity: u32,
    pub refill: u32,
    pub period: Duration,
    /// Whether all of it comes at the end of the period, and not bit by bit.
    pub at_once: bool,
}

/// In microseconds of refill, so that nothing is rounded away.
pub struct Bucket {
    limit: RateLimit,
    filled: u64,
    at: Duration,
}

impl Bucket {
    pub fn full(limit: RateLimit) -> Self {
        Self { limit, filled: Self::token(limit) * u64::from(limit.capacity), at: Duration::ZERO }
    }

    fn token(limit: RateLimit) -> u64 {
        u64::try_from((limit.period / limit.refill).as_micros()).unwrap()
    }

    /// Takes a token and tells how many are left; the whole seconds to wait where there is none.
    pub fn take(&mut self, now: Duration) -> Result<u64, u64> {
        let token = Self::token(self.limit);
        let now = if self.limit.at_once {
            self.limit.period * u32::try_from(now.as_micros() / self.limit.period.as_micros()).unwrap()
        } else {
            now
        };
        let passed = u64::try_from(now.saturating_sub(self.at).as_micros()).unwrap();
        self.filled = (self.filled + passed).min(token * u64::from(self.limit.capacity));
        self.at = now;
        match self.filled.checked_sub(token) {
            Some(rest) => {
                self.filled = rest;
                Ok(rest / token)
            }
            None => Err((token - self.filled).div_ceil(1_000_000)),
        }
    }
}
