//! Lengths of time as people write them, where zero means none.

use std::time::Duration;

use jiff::SignedDuration;

/// Longer than any restore, and short enough to be added to every date.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Reads `90m`, `1h 30m`, `500ms` or a bare number of seconds, as the Atlas CLI takes it.
///
/// # Errors
/// In words, when it is no duration, below zero, or longer than a year.
pub fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let seconds = text.parse::<i64>().ok().map(SignedDuration::from_secs);
    let duration = seconds.or_else(|| text.parse().ok());
    let duration = duration.and_then(|duration| Duration::try_from(duration).ok());
    duration.filter(|duration| *duration <= LONGEST).ok_or_else(|| {
        "this is a duration such as `90m` or `1h 30m`, or a number of seconds, up to a year".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_seconds_are_read() {
        for (text, seconds) in [("0", 0), ("90", 90), ("90m", 5_400), ("1h 30m", 5_400), ("PT2H", 7_200)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        for text in ["", "-1", "-1s", "soon", "9000h", "9223372036854775807"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
