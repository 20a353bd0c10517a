//! The refresh interval as people write it.

use std::time::Duration;

use jiff::SignedDuration;

pub use crate::domain::interval::{DEFAULT, LONGEST, SHORTEST};

/// Reads `3s`, `1m 30s`, `500ms` or a bare number of seconds.
///
/// # Errors
/// In words, when it is no duration or not from one second to one hour.
pub fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let seconds = text.parse::<i64>().ok().map(SignedDuration::from_secs);
    let duration = seconds.or_else(|| text.parse().ok());
    duration.and_then(|duration| Duration::try_from(duration).ok()).and_then(within).ok_or_else(wrong)
}

/// A whole number of seconds.
///
/// # Errors
/// As [`parse`].
pub fn from_seconds(seconds: i64) -> Result<Duration, String> {
    u64::try_from(seconds).ok().map(Duration::from_secs).and_then(within).ok_or_else(wrong)
}

fn within(duration: Duration) -> Option<Duration> {
    (SHORTEST..=LONGEST).contains(&duration).then_some(duration)
}

fn wrong() -> String {
    "an interval is a duration such as `3s` or `1m 30s`, or seconds, from 1s to 1h".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_seconds_are_read_and_bounded() {
        for (text, millis) in [
            ("3s", 3_000),
            ("3", 3_000),
            (" 10 ", 10_000),
            ("1m 30s", 90_000),
            ("1500ms", 1_500),
            ("1h", 3_600_000),
            ("3600", 3_600_000),
            ("PT5S", 5_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "0", "-3", "-3s", "500ms", "3601", "2h", "three", "3 s s", "9223372036854775807"] {
            assert!(parse(text).is_err_and(|message| message.contains("from 1s to 1h")), "{text}");
        }
        assert_eq!(from_seconds(1), Ok(SHORTEST));
        assert!(from_seconds(0).is_err() && from_seconds(-1).is_err() && from_seconds(i64::MAX).is_err());
    }
}
