//! The server's clock, learnt from its `Date` headers.
//!
//! A `Date` is cut to whole seconds and was written at some moment between sending and receiving, so one
//! answer only bounds the offset. Each further answer narrows the bounds; one that contradicts them (a clock
//! was set) starts afresh. While zero lies within the bounds the local clock is taken as right, so that a
//! countdown does not hop by a second with every answer.
//!
//! A date that is hours away from what we go by may be the date of a cached page, or of one machine of many that
//! is wrong, and to believe it would end every link on the screen. So it waits for a second one that agrees. Until then
//! what was known stands; and where nothing was, the clock that is behind: it ends nothing too early.

use jiff::{SignedDuration, Timestamp};

/// The least and the most that the server is ahead of us.
type Bounds = (SignedDuration, SignedDuration);

/// What is known of the difference between the server's clock and ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServerClock {
    bounds: Option<Bounds>,
    /// Our estimate, always within the bounds.
    offset: SignedDuration,
    /// The bounds by an answer that is hours away from the estimate, until the next one confirms or refutes it.
    doubted: Option<Bounds>,
}

/// A difference that one answer alone does not prove. Time zones that were mixed up differ by as much.
const LEAP: SignedDuration = SignedDuration::from_hours(1);

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
        let told = (date.duration_since(later), date.duration_since(earlier).saturating_add(DATE_CUT));
        let doubted = self.doubted.take();
        if self.bounds.is_none() {
            self.offset = SignedDuration::ZERO;
        }
        if let Some(narrower) = self.bounds.and_then(|known| common(known, told)) {
            self.believe(narrower);
        } else if !self.is_leap(told) {
            self.believe(told);
        } else if let Some(confirmed) = doubted.and_then(|doubted| common(doubted, told)) {
            self.believe(confirmed);
        } else {
            self.doubted = Some(told);
            if self.bounds.is_none() && told.1.is_negative() {
                self.offset = estimate(self.offset, told.0, told.1);
            }
        }
    }

    /// The clock by a single answer, for whoever will get no second one: its date is then the best there is.
    #[must_use]
    pub fn of_one_answer(date: Timestamp, sent_at: Timestamp, received_at: Timestamp) -> Self {
        let mut clock = Self::default();
        clock.observe(date, sent_at, received_at);
        if let Some(told) = clock.doubted.take() {
            clock.believe(told);
        }
        clock
    }

    /// Whether the last answer was hours away from what was known. The next one settles it: ask soon.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.doubted.is_some()
    }

    fn believe(&mut self, bounds: Bounds) {
        self.bounds = Some(bounds);
        self.offset = estimate(self.offset, bounds.0, bounds.1);
    }

    fn is_leap(&self, (low, high): Bounds) -> bool {
        low.saturating_sub(self.offset) > LEAP || self.offset.saturating_sub(high) > LEAP
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

    /// The offset when it is known, and large enough (30 s or more) that a person should know.
    #[must_use]
    pub fn skew(&self) -> Option<SignedDuration> {
        let known = self.bounds.is_some() && self.offset.unsigned_abs() >= SKEW.unsigned_abs();
        known.then_some(self.offset)
    }
}

/// The bounds that hold when both hold; `None` when they contradict each other.
fn common(one: Bounds, other: Bounds) -> Option<Bounds> {
    let (low, high) = (one.0.max(other.0), one.1.min(other.1));
    (low <= high).then_some((low, high))
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
