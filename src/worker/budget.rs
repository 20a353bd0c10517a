//! How many requests Atlas will still take: what its token bucket is believed to hold, learnt from the answers.
//!
//! Atlas tells the size of the bucket and what was left in it, but not how fast it fills; that shows in how what
//! is left moves between two answers while the bucket is not full. Until it has shown itself, little is believed.
//! Pure: times are durations since the start of the task. It counts requests, and knows nothing of lookups.
//!
//! While more than a reserve is left, everything may be asked at full pace. Below it the lookup on screen and the
//! others take turns, so that neither starves and each gets half of what comes in; half the reserve is kept back
//! for what somebody asks for by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use super::protocol::RequestId;
use crate::api::Budget;

/// Between two requests of any kind: 20 a second.
pub const SPACING: Duration = Duration::from_millis(50);

/// Until it has shown how fast it fills, a bucket is believed to take this many seconds.
const FILLS_IN: f64 = 600.0;
/// However slow it seems, it is never believed to take more than this: one look now and then must be possible.
const FILLS_AT_LAST_IN: f64 = 3600.0;
/// A share of the bucket that is not spent at full pace, and how many requests that is at least in a small one.
const RESERVE_SHARE: f64 = 0.1;
const RESERVE_LEAST: f64 = 4.0;

/// How long, and how many requests, two answers must lie apart to tell how fast the bucket fills between them:
/// either this long with that much coming in, or this long in any case.
const WINDOW_SHORT: Duration = Duration::from_secs(10);
const WINDOW_GAIN: f64 = 20.0;
const WINDOW_LONG: Duration = Duration::from_secs(120);

/// Of a bucket that is found full where it was believed not to be.
const FULLER_THAN_BELIEVED: f64 = 1.5;

/// The longest that somebody waits who pressed a key, counted from the last request: then it is tried.
const HAND_MOST: Duration = Duration::from_secs(10);

/// The lookup on screen is asked for this often whatever is left, where no 429 forbids it: somebody else may empty
/// the bucket for good.
const ATTENDED_MOST: Duration = Duration::from_secs(60);

/// After a 429 that says no time, the shortest wait that the documentation names.
const HOLD: Duration = Duration::from_secs(10);
/// The longest that one is obeyed for all lookups.
const HOLD_MOST: Duration = super::cadence::MAX_INTERVAL;
/// The size to go by when there was a 429 and no answer tells one, and how fast belief grows then with each
/// answer, up to the fastest that we ask.
const UNTOLD_LIMIT: f64 = 60.0;
const UNTOLD_GROWTH: f64 = 1.02;
const FASTEST: f64 = 20.0;

/// On whose behalf a request is to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who pressed a key for it.
    Hand,
    /// The schedule of the lookup on screen.
    Attended,
    /// The schedule of the others.
    Rest,
}

/// What an answer told of the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    pub budget: Option<Budget>,
    /// HTTP requests that the question took.
    pub requests: u32,
    /// Whether an answer came at all: a network that is down says nothing of the bucket.
    pub reached: bool,
    /// Refused for want of budget, with the wait that was asked for if one was.
    pub limited: Option<Option<Duration>>,
}

/// The bucket as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Supply {
    level: Option<Level>,
    /// Requests without an answer, each with the number of requests that had left with it.
    under_way: BTreeMap<RequestId, u64>,
    sent: u64,
    /// Who was served last while it was short; requests by hand do not count.
    last: Option<Asker>,
    last_start: Option<Duration>,
    last_attended: Option<Duration>,
    /// Nothing is due before this, by a 429; the first one after it is promised to get through.
    hold: Option<Duration>,
    slowed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    limit: f64,
    /// What was left at `at`, the requests under way not taken off.
    left: f64,
    at: Duration,
    /// The newest request whose answer is in it.
    newest: RequestId,
    /// Requests a second.
    refill: f64,
    /// Whether `refill` was seen and not only believed.
    learnt: bool,
    /// The answer to measure from.
    anchor: Option<Anchor>,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    at: Duration,
    left: f64,
    sent: u64,
}

impl Level {
    fn new(limit: f64, left: f64, at: Duration, newest: RequestId) -> Self {
        let refill = limit / FILLS_IN;
        Self { limit, left, at, newest, refill, learnt: false, anchor: None }
    }

    fn reserve(&self) -> f64 {
        (self.limit * RESERVE_SHARE).max(RESERVE_LEAST.min(self.limit / 2.0))
    }

    fn believe(&mut self, refill: f64) {
        self.refill = refill.max(self.limit / FILLS_AT_LAST_IN);
    }

    /// Takes the time up to `now` into account.
    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.left = (self.left + passed * self.refill).min(self.limit);
        self.at = self.at.max(now);
    }

    /// Measures how fast it fills by an answer that left this much, `sent` requests after the start, with
    /// `under_way` ones that it may or may not have counted.
    fn measure(&mut self, left: f64, sent: u64, under_way: u64, now: Duration) {
        self.fill(now);
        let believed = self.left - 1.0;
        let here = Anchor { at: now, left, sent };
        // It may have been full until this request took one: some of what came in ran over.
        let was_full = left + 1.0 + as_f64(under_way) >= self.limit;
        let Some(anchor) = self.anchor else {
            self.anchor = Some(here);
            return;
        };
        let window = now.saturating_sub(anchor.at);
        let gain = left - anchor.left + as_f64(sent.saturating_sub(anchor.sent));
        let seen = gain.max(0.0) / window.as_secs_f64().max(1.0);
        let telling = window >= WINDOW_LONG || (window >= WINDOW_SHORT && gain >= WINDOW_GAIN);
        if was_full {
            if under_way == 0 && believed + 0.5 < left {
                self.believe(self.refill * FULLER_THAN_BELIEVED);
            }
            self.anchor = Some(here);
        } else if telling {
            // One that was believed only, and not seen, has no weight.
            let refill = if self.learnt { f64::midpoint(self.refill, seen) } else { seen };
            self.believe(refill);
            self.learnt = true;
            self.anchor = Some(here);
        }
    }
}

impl Supply {
    /// How long a request for `asker` must wait. `contended`: others, not on screen, are due and could leave.
    #[must_use]
    pub fn wait(&self, asker: Asker, contended: bool, now: Duration) -> Duration {
        self.spacing(SPACING, now).max(self.wait_for_budget(asker, contended, now))
    }

    /// How long until the last request lies so far back.
    #[must_use]
    pub fn spacing(&self, distance: Duration, now: Duration) -> Duration {
        still(self.last_start, distance, now)
    }

    fn wait_for_budget(&self, asker: Asker, contended: bool, now: Duration) -> Duration {
        let Some(level) = &self.level else { return Duration::ZERO };
        let held = self.hold.map(|hold| hold.saturating_sub(now));
        if held.is_some_and(|held| held.is_zero()) {
            return Duration::ZERO;
        }
        let reserve = level.reserve();
        let turn = match asker {
            Asker::Hand => true,
            Asker::Attended => !contended || self.last == Some(Asker::Rest),
            Asker::Rest => self.last == Some(Asker::Attended),
        };
        let kept = match (asker, turn) {
            (Asker::Hand, _) => 0.0,
            (_, true) => reserve / 2.0,
            (_, false) => reserve,
        };
        let needed = (kept + 1.0).min(level.limit);
        let missing = needed - self.left(level, now);
        let until = if missing > 0.0 { seconds(missing / level.refill) } else { Duration::ZERO };
        match (held, asker) {
            (_, Asker::Hand) => until.min(self.spacing(HAND_MOST, now)),
            // What the server says is better than what is believed.
            (Some(held), _) => held,
            (None, Asker::Attended) => until.min(still(self.last_attended, ATTENDED_MOST, now)),
            (None, Asker::Rest) => until,
        }
    }

    fn under_way_count(&self) -> u64 {
        u64::try_from(self.under_way.len()).unwrap_or(u64::MAX)
    }

    /// What is left for further requests.
    fn left(&self, level: &Level, now: Duration) -> f64 {
        let mut level = *level;
        level.fill(now);
        level.left - as_f64(self.under_way_count())
    }

    /// A request leaves.
    pub fn spend(&mut self, request: RequestId, asker: Asker, now: Duration) {
        self.sent += 1;
        self.under_way.insert(request, self.sent);
        self.last_start = Some(now);
        if asker != Asker::Hand {
            self.last = Some(asker);
        }
        if asker == Asker::Attended {
            self.last_attended = Some(now);
        }
        if self.hold.is_some_and(|hold| hold <= now) {
            self.hold = None;
        }
    }

    /// A request will have no answer. Atlas may have counted it all the same.
    pub fn give_up(&mut self, request: RequestId, now: Duration) {
        if self.under_way.remove(&request).is_some()
            && let Some(level) = &mut self.level
        {
            level.fill(now);
            level.left = (level.left - 1.0).max(0.0);
        }
    }

    /// An answer has come.
    pub fn hear(&mut self, request: RequestId, told: &Told, now: Duration) {
        let Some(sent) = self.under_way.remove(&request) else { return };
        // Two for a new digest challenge, or where the kind had to be found out.
        let more = u64::from(told.requests.saturating_sub(1));
        self.sent += more;
        let sent = sent + more;
        let expected = self.level.as_ref().map_or(f64::MAX, |level| self.left(level, now));
        // A bucket without any room is a mistake of somebody's.
        match told.budget.filter(|budget| budget.limit > 0) {
            Some(budget) => self.observe(request, budget, sent, now),
            None => {
                if let Some(level) = &mut self.level {
                    level.fill(now);
                    level.left = (level.left - as_f64(more + 1)).max(0.0);
                    if told.reached && !level.learnt {
                        level.refill = (level.refill * UNTOLD_GROWTH).min(FASTEST.max(level.refill));
                    }
                }
            }
        }
        if let Some(wait) = told.limited {
            let level = self.level.get_or_insert_with(|| Level::new(UNTOLD_LIMIT, 0.0, now, request));
            level.left = 0.0;
            level.at = now;
            level.anchor = None;
            if expected >= 1.0 {
                level.believe(level.refill / 2.0);
            }
            let hold = now.saturating_add(wait.unwrap_or(HOLD).min(HOLD_MOST));
            self.hold = Some(self.hold.map_or(hold, |other| other.max(hold)));
        }
    }

    fn observe(&mut self, request: RequestId, budget: Budget, sent: u64, now: Duration) {
        let (limit, left) = (as_f64(budget.limit), as_f64(budget.remaining.min(budget.limit)));
        let under_way = self.under_way_count();
        // Of another size: it is another bucket, of which nothing is known.
        let level = self.level.take().filter(|level| (level.limit - limit).abs() < 0.5);
        let mut level = level.unwrap_or_else(|| Level::new(limit, left, now, RequestId(0)));
        level.fill(now);
        if request > level.newest {
            level.newest = request;
            level.measure(left, sent, under_way, now);
            level.left = left;
        } else {
            // Overtaken by a newer one, whose request it may not have counted.
            level.left = level.left.min(left);
        }
        self.level = Some(level);
    }

    /// Whether requests are held back from now on. `delayed`: something that is due waits for the budget; `idle`:
    /// nothing is scheduled.
    pub fn is_slowed(&mut self, delayed: bool, idle: bool, now: Duration) -> bool {
        let plenty = |level: &Level| {
            let reserve = level.reserve();
            // Well above the reserve, so that it does not change with every request.
            self.left(level, now) >= (2.0 * reserve).min(f64::midpoint(reserve, level.limit))
        };
        let plenty = self.hold.is_none() && self.level.as_ref().is_none_or(plenty);
        self.slowed = delayed || (self.slowed && !plenty && !idle);
        self.slowed
    }

    /// How fast the bucket is believed to fill, in requests a second; `None` while nothing is known of one.
    #[cfg(test)]
    fn refill(&self) -> Option<f64> {
        self.level.map(|level| level.refill)
    }
}

/// How long until `last` lies `distance` back; no time when there was none.
pub(super) fn still(last: Option<Duration>, distance: Duration, now: Duration) -> Duration {
    last.map_or(Duration::ZERO, |last| distance.saturating_sub(now.saturating_sub(last)))
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "beyond 2^53 nobody counts requests one by one")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
