//! How moments are written: RFC 3339, in UTC or in the machine's time zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The zone of times in text and tables. JSON is in UTC whatever this says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Times {
    #[default]
    Utc,
    /// With the distance to UTC of that moment in it: `2026-08-10T05:45:00+02:00`.
    Local(TimeZone),
}

impl Times {
    /// The moment in text, as precise as it is.
    #[must_use]
    pub fn write(&self, at: Timestamp) -> String {
        match self {
            Self::Utc => at.to_string(),
            Self::Local(zone) => at.display_with_offset(zone.to_offset(at)).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_says_how_far_it_is_from_utc() {
        let at: Timestamp = "2026-08-10T03:45:00Z".parse().unwrap();
        assert_eq!(Times::Utc.write(at), "2026-08-10T03:45:00Z");
        let zone = TimeZone::fixed(jiff::tz::offset(-3));
        let local = Times::Local(zone).write(at);
        assert_eq!(local, "2026-08-10T00:45:00-03:00");
        assert_eq!(local.parse::<Timestamp>().unwrap(), at);
    }
}
