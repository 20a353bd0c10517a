//! How times are written on the screen. Says which; the words are made where they are shown.

use std::str::FromStr;

/// A way to write a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum TimeFormat {
    /// In the machine's time zone.
    Local,
    /// As the API writes them: the same for everybody in an incident.
    #[default]
    Utc,
    /// Distance from now: `6 min ago`.
    Relative,
}

impl TimeFormat {
    /// In the order in which a key press goes through them.
    pub const ALL: [Self; 3] = [Self::Utc, Self::Relative, Self::Local];

    /// The word in the config file and on the screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Utc => "utc",
            Self::Relative => "relative",
        }
    }

    /// The one after this, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
            Self::Relative => Self::Local,
        }
    }
}

/// The text names no time format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownTimeFormat;

impl std::fmt::Display for UnknownTimeFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the time formats are local, utc and relative")
    }
}

impl std::error::Error for UnknownTimeFormat {}

impl FromStr for TimeFormat {
    type Err = UnknownTimeFormat;

    fn from_str(text: &str) -> Result<Self, UnknownTimeFormat> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or(UnknownTimeFormat)
    }
}

#[cfg(test)]
mod tests {
    use super::TimeFormat;

    #[test]
    fn the_key_goes_through_all_in_order_and_words_round_trip() {
        let mut format = TimeFormat::default();
        for expected in TimeFormat::ALL {
            assert_eq!(format, expected);
            assert_eq!(format.as_str().parse(), Ok(format));
            format = format.next();
        }
        assert_eq!(format, TimeFormat::default());
        assert!("UTC+1".parse::<TimeFormat>().is_err());
    }
}
