//! Dates as Atlas writes them, and as it might: RFC 3339 with any offset and any fraction.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

/// How many digits of a fraction of a second there is room for.
const FRACTION_DIGITS: usize = 9;

/// Reads a date. One without an offset is in UTC, as all of Atlas's are; one beyond what a timestamp can hold
/// (a year 9999 at its very end) becomes the last or first that it can.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = short_fraction(text.trim());
    if let Ok(timestamp) = text.parse() {
        return Some(timestamp);
    }
    let pieces = Pieces::parse(&*text).ok()?;
    // A date alone is midnight.
    let time = pieces.time().unwrap_or(Time::midnight());
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    let end = if pieces.date().year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
    Some(offset.to_timestamp(pieces.date().to_datetime(time)).unwrap_or(end))
}

/// The text without the digits of a fraction that there is no room for.
fn short_fraction(text: &str) -> Cow<'_, str> {
    let Some((whole, rest)) = text.split_once('.') else { return text.into() };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits <= FRACTION_DIGITS {
        return text.into();
    }
    let (fraction, zone) = rest.split_at(digits);
    format!("{whole}.{}{zone}", fraction.get(..FRACTION_DIGITS).unwrap_or(fraction)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        read(text).map(|timestamp| timestamp.to_string())
    }

    #[test]
    fn offsets_fractions_and_far_years_are_dates() {
        for (text, expected) in [
            ("2026-08-10T03:35:05Z", "2026-08-10T03:35:05Z"),
            ("2026-08-10T05:35:05+02:00", "2026-08-10T03:35:05Z"),
            ("2026-08-09T20:05:05-07:30", "2026-08-10T03:35:05Z"),
            ("2026-08-10T03:35:05.250Z", "2026-08-10T03:35:05.25Z"),
            ("2026-08-10T03:35:05.123456789987Z", "2026-08-10T03:35:05.123456789Z"),
            ("2026-08-10t03:35:05z", "2026-08-10T03:35:05Z"),
            ("2026-08-10T03:35:05", "2026-08-10T03:35:05Z"),
            ("2026-08-10", "2026-08-10T00:00:00Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(read("9999-12-31T23:59:59Z"), Some(Timestamp::MAX));
        assert_eq!(read("9999-12-31T23:59:59"), Some(Timestamp::MAX));
        assert_eq!(read("-009999-01-01T00:00:00+23:00"), Some(Timestamp::MIN));
    }

    #[test]
    fn other_texts_are_not() {
        for text in
            ["", "soon", "1754796905", "2026-13-01T00:00:00Z", "2026-08-10T25:00:00Z", "2026-08-10T03:35:05."]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
