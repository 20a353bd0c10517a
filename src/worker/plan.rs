//! Which lookups are read together: a pure plan for one cluster.
//!
//! A list of a cluster's jobs costs as much of the rate budget as one job, so whatever is nearly due comes along.
//! How far down the list the wanted jobs stand is remembered, because a long list is slow to make and to read. It
//! knows neither the jobs nor the time of day; times are durations since the start of the task.

use std::time::Duration;

use crate::api::ErrorKind;
use crate::api::Missing;

pub use crate::domain::target::PAGE_MAX;

/// A lookup comes along when this share of its wait is over, counted as one part in so many.
pub const EARLY_PART: u32 = 3;

/// The first list: restores are watched while they are new, and a page of five hundred is half a megabyte.
const FIRST: usize = 100;

/// Further down than the last wanted job was: new jobs come in at the top. A share, one part in so many, and some.
const SLACK_PART: usize = 4;
const SLACK: usize = 10;

/// So many lists that did not come in a row, and lists of this cluster are left alone for so long.
const PATIENCE: u8 = 3;
const REST: Duration = Duration::from_secs(10 * 60);

/// What is known of the list of one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct List {
    /// How far down the last wanted job was.
    depth: Option<usize>,
    /// The last one ended before all wanted jobs were found: the next is a whole page.
    cut: bool,
    /// Failures in a row that may be the list's own.
    failures: u8,
    /// Not before this.
    resting_until: Option<Duration>,
}

impl List {
    #[must_use]
    pub fn is_usable(&self, now: Duration) -> bool {
        self.resting_until.is_none_or(|until| until <= now)
    }

    /// How many jobs to ask for. `known`: all of the wanted ones were in the list before.
    #[must_use]
    pub fn items(&self, wanted: usize, known: bool) -> u16 {
        if self.cut {
            return PAGE_MAX;
        }
        let enough = self.depth.map_or(0, |depth| depth + depth / SLACK_PART + SLACK).max(wanted);
        let items = if known { enough } else { enough.max(FIRST) };
        u16::try_from(items).unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX)
    }

    /// The list has come. `depth` as in [`crate::api::Listing`]; `cut`: some wanted jobs may stand further down.
    pub fn came(&mut self, depth: usize, cut: bool) {
        *self = Self { depth: Some(depth), cut, ..Self::default() };
    }

    /// It has not. Whether its jobs are better read one by one, now and for a while.
    pub fn failed(&mut self, error: &ErrorKind, now: Duration) -> bool {
        let at_once = match error {
            // Says something about the list, and nothing about a single job.
            ErrorKind::TooLarge { .. }
            | ErrorKind::WrongShape { .. }
            | ErrorKind::NotJson
            | ErrorKind::UnexpectedStatus
            | ErrorKind::Internal
            | ErrorKind::Ended
            | ErrorKind::NotFound(Missing::Job | Missing::Unsaid) => true,
            // May be too much for Atlas or for the network.
            ErrorKind::Timeout | ErrorKind::Cut | ErrorKind::ServerError => {
                self.failures = self.failures.saturating_add(1);
                self.failures >= PATIENCE
            }
            // Would be the same for each of them.
            _ => false,
        };
        if at_once {
            self.failures = 0;
            self.resting_until = Some(now.saturating_add(REST));
        }
        at_once
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    #[test]
    fn a_list_is_as_long_as_it_had_to_be_and_a_whole_page_after_it_was_too_short() {
        let mut list = List::default();
        assert_eq!(list.items(2, false), 100);
        assert_eq!(list.items(300, false), 300);
        list.came(48, false);
        assert_eq!(list.items(48, true), 70);
        assert_eq!(list.items(49, false), 100, "one may stand further down");
        assert_eq!(list.items(300, true), 300);
        list.came(48, true);
        assert_eq!((list.items(2, true), list.items(2, false)), (500, 500));
        list.came(200, false);
        assert_eq!((list.items(2, true), list.items(2, false)), (260, 260));
        list.came(2, false);
        assert_eq!(list.items(2, true), 12);
        list.came(0, false);
        assert_eq!(list.items(1, true), 10);
        list.came(usize::MAX / 2, false);
        assert_eq!(list.items(1, true), 500);
    }

    #[test]
    fn a_list_that_makes_no_sense_rests_at_once_and_one_that_breaks_off_after_three_times() {
        let mut list = List::default();
        assert!(list.failed(&ErrorKind::TooLarge { limit: 1 }, NOW));
        assert!(!list.is_usable(NOW) && !list.is_usable(REST));
        assert!(list.is_usable(NOW + REST));

        let mut list = List::default();
        assert!(!list.failed(&ErrorKind::Timeout, NOW));
        assert!(!list.failed(&ErrorKind::ServerError, NOW));
        list.came(3, false);
        assert!(!list.failed(&ErrorKind::Timeout, NOW), "in a row");
        assert!(!list.failed(&ErrorKind::Timeout, NOW));
        assert!(list.failed(&ErrorKind::Cut, NOW));
        assert!(!list.is_usable(NOW));
    }

    #[test]
    fn what_ails_every_request_is_no_reason_to_make_more_of_them() {
        let mut list = List::default();
        for kind in [ErrorKind::RateLimited, ErrorKind::Dns, ErrorKind::Forbidden, ErrorKind::WrongKind] {
            for _ in 0..9 {
                assert!(!list.failed(&kind, NOW), "{kind:?}");
            }
        }
        assert!(list.is_usable(NOW));
    }
}
