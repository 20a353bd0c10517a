//! Durations in words, each saying when its text next differs, so that nothing is redrawn for nothing.
//!
//! Time left is rounded up to whole seconds and time gone by is rounded down: `1 s` is left until the very end, and
//! nothing is a second old before it is. All arithmetic is in nanoseconds as `i128`, where the whole range of
//! [`Timestamp`] fits with room to spare; a change beyond that range is no change.

use jiff::Timestamp;

/// A text that depends on the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    pub text: String,
    /// The first later moment at which the text is another one; `None` when it never changes again.
    pub changes_at: Option<Timestamp>,
}

/// How urgent the time left on a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// An hour or more.
    Good,
    /// Under an hour.
    Warning,
    /// Under ten minutes.
    Danger,
    /// Over.
    Over,
}

const NANOS: i128 = 1_000_000_000;
const MINUTE: i128 = 60;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;

/// How urgent the time from `now` to `until` is.
///
/// Judged on the same whole seconds as [`time_left`] and [`time_left_short`] print, so that it changes only when
/// their text does and needs no wake-up of its own.
#[must_use]
pub fn severity(until: Timestamp, now: Timestamp) -> Severity {
    match seconds_left(until, now) {
        ..=0 => Severity::Over,
        left if left < 10 * MINUTE => Severity::Danger,
        left if left < HOUR => Severity::Warning,
        _ => Severity::Good,
    }
}

/// The time left: `3 d 04:12` above a day, `03:12:09` above a minute, `42 s` below, then `expired 5 min ago`.
#[must_use]
pub fn time_left(until: Timestamp, now: Timestamp) -> Timed {
    let left = seconds_left(until, now);
    let (days, hours, minutes, seconds) = parts(left);
    let (text, step) = match left {
        ..=0 => return expired(until, now),
        1..MINUTE => (format!("{left} s"), 1),
        MINUTE..DAY => (format!("{hours:02}:{minutes:02}:{seconds:02}"), 1),
        _ => (format!("{days} d {hours:02}:{minutes:02}"), MINUTE),
    };
    Timed { text, changes_at: falls_below(until, left, step) }
}

/// Time left for a narrow column: `3d4h`, `3h12m`, `12m`, `42s`, `0s` once over.
#[must_use]
pub fn time_left_short(until: Timestamp, now: Timestamp) -> Timed {
    let left = seconds_left(until, now);
    let (days, hours, minutes, _) = parts(left);
    let (text, step) = match left {
        ..=0 => return Timed { text: "0s".to_owned(), changes_at: None },
        1..MINUTE => (format!("{left}s"), 1),
        MINUTE..HOUR => (format!("{minutes}m"), MINUTE),
        HOUR..DAY => (format!("{hours}h{minutes:02}m"), MINUTE),
        _ => (format!("{days}d{hours}h"), HOUR),
    };
    Timed { text, changes_at: falls_below(until, left, step) }
}

/// The part of the time from `from` to `until` that is left at `now`, in thousandths.
///
/// Rounded up: zero means over, as in the text beside the bar.
#[must_use]
pub fn permille_left(from: Timestamp, until: Timestamp, now: Timestamp) -> u16 {
    let left = until.as_nanosecond() - now.as_nanosecond();
    let whole = until.as_nanosecond() - from.as_nanosecond();
    if left <= 0 {
        0
    } else if left >= whole {
        1000
    } else {
        u16::try_from(ceiling(left * 1000, whole)).unwrap_or(1000)
    }
}

/// Elapsed time in a sentence: `42 s`, `2 min 13 s`, `1 h 04 min`, `3 d 4 h`. Seconds end at an hour.
///
/// A start in the future (clocks differ) has lasted `0 s`.
#[must_use]
pub fn elapsed(since: Timestamp, now: Timestamp) -> Timed {
    let gone = seconds_gone(since, now);
    let (days, hours, minutes, seconds) = parts(gone);
    let (text, step) = match gone {
        ..MINUTE => (format!("{seconds} s"), 1),
        MINUTE..HOUR => (format!("{minutes} min {seconds:02} s"), 1),
        HOUR..DAY => (format!("{hours} h {minutes:02} min"), MINUTE),
        _ => (format!("{days} d {hours} h"), HOUR),
    };
    Timed { text, changes_at: reaches(since, gone, step) }
}

/// Elapsed time for a narrow column: `42s`, `2m13s`, `1h04m`, `3d4h`.
#[must_use]
pub fn elapsed_short(since: Timestamp, now: Timestamp) -> Timed {
    let gone = seconds_gone(since, now);
    let (days, hours, minutes, seconds) = parts(gone);
    let (text, step) = match gone {
        ..MINUTE => (format!("{seconds}s"), 1),
        MINUTE..HOUR => (format!("{minutes}m{seconds:02}s"), 1),
        HOUR..DAY => (format!("{hours}h{minutes:02}m"), MINUTE),
        _ => (format!("{days}d{hours}h"), HOUR),
    };
    Timed { text, changes_at: reaches(since, gone, step) }
}

/// How long ago, coarsely, so that it seldom changes: `now` below 1 s, `7 s`, `6 min`, `1 h`, `3 d`.
///
/// A moment in the future (clocks differ) is `now`.
#[must_use]
pub fn age(since: Timestamp, now: Timestamp) -> Timed {
    coarse(since, now, [" s", " min", " h", " d"])
}

/// [`age`] for a narrow column: `7s`, `6m`, `1h`, `3d`.
#[must_use]
pub fn age_short(since: Timestamp, now: Timestamp) -> Timed {
    coarse(since, now, ["s", "m", "h", "d"])
}

fn expired(until: Timestamp, now: Timestamp) -> Timed {
    let Timed { text, changes_at } = age(until, now);
    let text = if text == "now" { "expired now".to_owned() } else { format!("expired {text} ago") };
    Timed { text, changes_at }
}

/// One number and one of the units for seconds, minutes, hours and days.
fn coarse(since: Timestamp, now: Timestamp, [second, minute, hour, day]: [&str; 4]) -> Timed {
    let gone = seconds_gone(since, now);
    let (step, unit) = match gone {
        ..MINUTE => (1, second),
        MINUTE..HOUR => (MINUTE, minute),
        HOUR..DAY => (HOUR, hour),
        _ => (DAY, day),
    };
    let text = if gone == 0 { "now".to_owned() } else { format!("{}{unit}", gone / step) };
    Timed { text, changes_at: reaches(since, gone, step) }
}

/// Whole seconds until `until`, rounded up; zero or less once it has come.
fn seconds_left(until: Timestamp, now: Timestamp) -> i128 {
    ceiling(until.as_nanosecond() - now.as_nanosecond(), NANOS)
}

/// Whole seconds since `since`, rounded down; zero while it is yet to come.
fn seconds_gone(since: Timestamp, now: Timestamp) -> i128 {
    (now.as_nanosecond() - since.as_nanosecond()).max(0) / NANOS
}

/// When fewer than `left` seconds, cut to a multiple of `step`, will be left until `until`.
fn falls_below(until: Timestamp, left: i128, step: i128) -> Option<Timestamp> {
    let next = left - left % step - 1;
    Timestamp::from_nanosecond(until.as_nanosecond() - next * NANOS).ok()
}

/// When the next multiple of `step` after `gone` seconds will have gone by since `since`.
fn reaches(since: Timestamp, gone: i128, step: i128) -> Option<Timestamp> {
    let next = gone - gone % step + step;
    Timestamp::from_nanosecond(since.as_nanosecond() + next * NANOS).ok()
}

/// Days, hours, minutes and seconds.
fn parts(seconds: i128) -> (i128, i128, i128, i128) {
    (seconds / DAY, seconds % DAY / HOUR, seconds % HOUR / MINUTE, seconds % MINUTE)
}

/// `number / divisor`, rounded up; the divisor is positive.
fn ceiling(number: i128, divisor: i128) -> i128 {
    -(-number).div_euclid(divisor)
}

#[cfg(test)]
mod tests;
