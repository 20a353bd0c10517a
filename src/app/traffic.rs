//! What the requests of the log come to: how many a minute, how many of them were shared, how many went wrong.

use jiff::{SignedDuration, Timestamp};

use super::model::LogEntry;
use super::view::Role;

/// The stretch of time that is counted.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// How many lookups a request was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Question {
    #[default]
    Single,
    /// The jobs of one cluster together.
    List,
}

/// The last minute of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// HTTP requests; an answered challenge and a request for a token count as one of their own.
    pub requests: u64,
    /// Questions about one job, and about a list.
    pub single: u64,
    pub list: u64,
    /// Questions that brought an error.
    pub errors: u64,
    /// Whether the log holds less than the minute, so that there were more.
    pub at_least: bool,
    /// When the oldest of them falls out of the minute.
    pub changes_at: Option<Timestamp>,
}

impl Traffic {
    /// Counts the last minute of a log. `is_full`: it has dropped its oldest entries.
    #[must_use]
    pub fn of<'a>(log: impl Iterator<Item = &'a LogEntry>, is_full: bool, now: Timestamp) -> Self {
        let mut traffic = Self { at_least: is_full, ..Self::default() };
        for entry in log {
            if entry.at.duration_until(now) >= MINUTE {
                traffic.at_least = false;
                continue;
            }
            traffic.requests = traffic.requests.saturating_add(u64::from(entry.requests));
            match entry.question {
                Some(Question::Single) => traffic.single += 1,
                Some(Question::List) => traffic.list += 1,
                None => continue,
            }
            traffic.errors += u64::from(entry.role != Role::Good);
            let leaves_at = entry.at.checked_add(MINUTE).ok();
            traffic.changes_at = [traffic.changes_at, leaves_at].into_iter().flatten().min();
        }
        traffic
    }

    /// Requests per watched lookup, in hundredths; `None` without any.
    #[must_use]
    pub fn per_watch_hundredths(&self, watched: usize) -> Option<u64> {
        let watched = u64::try_from(watched).ok().filter(|watched| *watched > 0)?;
        // Rounded, so that little traffic on many lookups is not nothing.
        Some((self.requests.saturating_mul(200) / watched).div_ceil(2))
    }

    /// The part of the questions that asked for a list, in hundredths.
    #[must_use]
    pub fn list_percent(&self) -> Option<u64> {
        (self.list * 100).checked_div(self.single + self.list)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn entry(at: &str, requests: u32, question: Question, role: Role) -> LogEntry {
        LogEntry {
            at: at.parse().unwrap(),
            lookup: "orders".into(),
            http_status: Some(200),
            outcome: "ok".into(),
            role,
            latency: Duration::ZERO,
            body_bytes: 0,
            requests,
            request_id: None,
            question: Some(question),
        }
    }

    #[test]
    fn the_last_minute_is_counted_and_no_more() {
        let log = [
            entry("2026-08-10T03:41:00Z", 1, Question::List, Role::Good),
            // What was no request is not counted.
            LogEntry {
                question: None,
                requests: 0,
                ..entry("2026-08-10T03:40:50Z", 0, Question::Single, Role::Danger)
            },
            entry("2026-08-10T03:40:30Z", 2, Question::Single, Role::Good),
            entry("2026-08-10T03:40:10Z", 1, Question::Single, Role::Warning),
            entry("2026-08-10T03:40:00Z", 1, Question::Single, Role::Danger),
        ];
        let traffic = |now: &str, is_full| Traffic::of(log.iter(), is_full, now.parse().unwrap());
        let seen = traffic("2026-08-10T03:41:00Z", true);
        assert_eq!((seen.requests, seen.single, seen.list, seen.errors), (4, 2, 1, 1));
        assert!(!seen.at_least, "the log reaches beyond the minute");
        assert_eq!(seen.changes_at, Some("2026-08-10T03:41:10Z".parse().unwrap()));
        assert_eq!((seen.list_percent(), seen.per_watch_hundredths(3)), (Some(33), Some(133)));
        assert_eq!(seen.per_watch_hundredths(0), None);
        assert_eq!(seen.per_watch_hundredths(1000), Some(0));
        let full = traffic("2026-08-10T03:40:59.9Z", true);
        assert_eq!((full.requests, full.errors, full.at_least), (5, 2, true));
        assert!(!traffic("2026-08-10T03:40:59.9Z", false).at_least);
        let quiet = traffic("2026-08-10T04:00:00Z", true);
        assert_eq!((quiet.requests, quiet.list_percent(), quiet.changes_at), (0, None, None));
        // A clock that was set back: they are all of the last minute, and not of the future.
        assert_eq!(traffic("2026-08-10T03:00:00Z", false).requests, 5);
    }
}
