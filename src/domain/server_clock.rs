//! The server's clock, learnt from its `Date` headers.
//!
//! A `Date` is cut to whole seconds and was written at some moment between sending and receiving, so one
//! answer only bounds the offset. Each further answer narrows the bounds; one that contradicts them (a clock
//! was set) starts afresh. While zero lies within the bounds the local clock is taken as right, so that a
//! countdown does not hop by a second with every answer.

use jiff::{SignedDuration, Timestamp};

/// What is known of the difference between the server's clock and ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServerClock {
    /// Server minus local time: the least and the most it can be.
    bounds: Option<(SignedDuration, SignedDuration)>,
    /// Our estimate, always within the bounds.
    offset: SignedDuration,
}

/// An offset that a person should know of.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// What a `Date` may be behind the moment at which it was written.
const DATE_CUT: SignedDuration = SignedDuration::from_secs(1);

impl ServerClock {
    /// Takes in one answer: its `Date`, and the local times at which the request left and the answer came.
    pub fn observe(&mut self, date: Timestamp, sent_at: Timestamp, received_at: Timestamp) {
        // A local clock that was set back meanwhile gives an interval that spans both settings: it proves
        // little, and the next answer settles the matter.
        let (earlier, later) = (sent_at.min(received_at), sent_at.max(received_at));
        let low = date.duration_since(later);
        let high = date.duration_since(earlier).saturating_add(DATE_CUT);
        let (low, high) = match self.bounds {
            Some((least, most)) if least <= high && low <= most => (least.max(low), most.min(high)),
            _ => (low, high),
        };
        self.bounds = Some((low, high));
        self.offset = estimate(self.offset, low, high);
    }

    /// Server minus local time; zero while the two may agree.
    #[must_use]
    pub fn offset(&self) -> SignedDuration {
        self.offset
    }

    /// The server's time at the local time `now`.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Timestamp {
        shifted(now, self.offset)
    }

    /// The local time at which the server's clock will read `server`.
    #[must_use]
    pub fn local(&self, server: Timestamp) -> Timestamp {
        shifted(server, SignedDuration::ZERO.saturating_sub(self.offset))
    }

    /// The offset when it is large enough (30 s or more) that a person should know.
    #[must_use]
    pub fn skew(&self) -> Option<SignedDuration> {
        (self.offset.unsigned_abs() >= SKEW.unsigned_abs()).then_some(self.offset)
    }
}

/// The offset to go by within new bounds.
///
/// Zero wherever it is possible; else the former estimate while nothing disproves it, for a countdown that hops
/// is worse than one a fraction of a second off; else the middle, which is wrong by half the width at most (the
/// bound nearest to zero could be wrong by all of it), so that each correction at least halves the error.
fn estimate(former: SignedDuration, low: SignedDuration, high: SignedDuration) -> SignedDuration {
    let within = |offset: &SignedDuration| (low..=high).contains(offset);
    let middle = || low.saturating_add(high.saturating_sub(low) / 2);
    [SignedDuration::ZERO, former].into_iter().find(within).unwrap_or_else(middle)
}

fn shifted(time: Timestamp, offset: SignedDuration) -> Timestamp {
    let end = if offset.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    time.checked_add(offset).unwrap_or(end)
}

#[cfg(test)]
mod tests;
