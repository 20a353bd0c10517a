//! In which order the list stands. A lookup's place follows from what Atlas said of it and never from the time of
//! day: two lookups change places when an answer comes, not with each second.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::watch::Watch;
use crate::domain::phase::Phase;
use crate::domain::target::Kind;

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Column {
    /// The order that the user gave the lookups.
    #[default]
    Own,
    Label,
    /// Only where there is more than one.
    Profile,
    Kind,
    /// By the names of the source, then of the target.
    Route,
    /// The most urgent first.
    Phase,
    /// The least done first, where Atlas counts it.
    Progress,
    /// Links that end soonest, then what has run longest, then what ended last.
    Time,
    /// The oldest answer first. Not the age of the job, which the filter's `age<` means.
    Data,
}

impl Column {
    /// In the order in which a key press goes through them: that of the wide list's columns.
    pub const ALL: [Self; 9] = [
        Self::Own,
        Self::Label,
        Self::Profile,
        Self::Kind,
        Self::Route,
        Self::Phase,
        Self::Progress,
        Self::Time,
        Self::Data,
    ];

    /// The one after this, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        let mut after = Self::ALL.into_iter().skip_while(|column| *column != self).skip(1);
        after.next().unwrap_or_default()
    }

    /// A word for the border: the one over the column, where it has one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own order",
            Self::Label => "label",
            Self::Profile => "profile",
            Self::Kind => "kind",
            Self::Route => "from → to",
            Self::Phase => "phase",
            Self::Progress => "progress",
            Self::Time => "time",
            Self::Data => "data",
        }
    }

    /// What comes first, in words.
    #[must_use]
    pub fn first(self, reversed: bool) -> &'static str {
        match (self, reversed) {
            (Self::Own, false) => "your own order",
            (Self::Own, true) => "your own order, the last one first",
            (Self::Label, false) => "sorted by label, A to Z",
            (Self::Label, true) => "sorted by label, Z to A",
            (Self::Profile, false) => "sorted by profile, A to Z",
            (Self::Profile, true) => "sorted by profile, Z to A",
            (Self::Kind, false) => "sorted by kind",
            (Self::Kind, true) => "sorted by kind, the other way round",
            (Self::Route, false) => "sorted by from → to, A to Z",
            (Self::Route, true) => "sorted by from → to, Z to A",
            (Self::Phase, false) => "sorted by phase, the most urgent first",
            (Self::Phase, true) => "sorted by phase, the least urgent first",
            (Self::Progress, false) => "sorted by progress, the least done first",
            (Self::Progress, true) => "sorted by progress, the most done first",
            (Self::Time, false) => "sorted by time: links that end soon, what runs longest, what ended last",
            (Self::Time, true) => "sorted by time, the other way round",
            (Self::Data, false) => "sorted by the age of the data, the oldest first",
            (Self::Data, true) => "sorted by the age of the data, the newest first",
        }
    }
}

/// A column, and whether its end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Order {
    pub by: Column,
    pub reversed: bool,
}

/// Where a watch belongs. What has no value of the column stands at the end, whichever end comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    is_absent: bool,
    rank: Rank,
    /// Place in the user's own order: no two watches are equal, and those alike in the column keep it.
    own: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rank {
    group: u8,
    nanoseconds: i128,
    text: String,
    reversed: bool,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let ordering =
            (self.group, self.nanoseconds, &self.text).cmp(&(other.group, other.nanoseconds, &other.text));
        if self.reversed { ordering.reverse() } else { ordering }
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Order {
    /// Where a watch belongs that stands at `own` in the user's order.
    #[must_use]
    pub fn key(self, watch: &Watch, own: usize) -> Key {
        let mut rank = Rank { group: 0, nanoseconds: 0, text: String::new(), reversed: self.reversed };
        let mut is_absent = false;
        let until = || watch.restore_job().and_then(|job| job.expires_at);
        match self.by {
            Column::Own => rank.nanoseconds = i128::try_from(own).unwrap_or(i128::MAX),
            Column::Label => rank.text = watch.lookup.name().to_lowercase(),
            Column::Profile => match &watch.profile {
                Some(profile) => rank.text = profile.to_string(),
                None => is_absent = true,
            },
            Column::Kind => {
                let place = Kind::ALL.iter().position(|kind| *kind == watch.lookup.target.kind);
                rank.group = place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX);
            }
            Column::Route => {
                // A character that no name has keeps the two apart.
                rank.text =
                    format!("{}\0{}", watch.lookup.target.instance, watch.destination()).to_lowercase();
            }
            Column::Phase => {
                rank.group = urgency(watch);
                if watch.phase() == Some(&Phase::Ready) {
                    rank.nanoseconds = until().unwrap_or(Timestamp::MAX).as_nanosecond();
                }
            }
            Column::Progress => match watch.progress() {
                Some(permille) => rank.nanoseconds = permille.into(),
                None => is_absent = true,
            },
            Column::Time => {
                let ended = watch.status().and_then(|status| status.ended_at);
                match (watch.phase(), until(), ended) {
                    (Some(Phase::Ready), Some(until), _) => rank.nanoseconds = until.as_nanosecond(),
                    (Some(phase), _, Some(end)) if phase.is_over() => {
                        rank.group = 2;
                        rank.nanoseconds = -end.as_nanosecond();
                    }
                    (Some(phase), ..) if !phase.is_over() => {
                        rank.group = 1;
                        rank.nanoseconds = watch.created_at().as_nanosecond();
                    }
                    _ => is_absent = true,
                }
            }
            Column::Data => match &watch.job.value {
                Some((_, at)) => rank.nanoseconds = at.as_nanosecond(),
                None => is_absent = true,
            },
        }
        Key { is_absent, rank, own }
    }
}

/// How soon somebody should look at it: 0 at once. What needs a person comes before what runs by itself, and
/// that before what is over.
#[must_use]
pub fn urgency(watch: &Watch) -> u8 {
    match (watch.phase(), &watch.job.error) {
        (Some(Phase::Failed), _) => 0,
        (None, Some(_)) => 1,
        (Some(Phase::Ready), _) => 2,
        (Some(Phase::Unknown(_)), _) => 3,
        (Some(Phase::CompletedWithWarnings), _) => 4,
        (Some(Phase::Finalizing), _) => 5,
        (Some(Phase::Running), _) => 6,
        (Some(Phase::Queued), _) => 7,
        (Some(Phase::Pending), _) => 8,
        (None, None) => 9,
        (Some(Phase::Expired), _) => 10,
        (Some(Phase::Cancelled), _) => 11,
        (Some(Phase::Completed), _) => 12,
        (Some(Phase::Gone), _) => 13,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::api::{ApiError, ErrorKind, Meta};
    use crate::app::watch::Reading;
    use crate::domain::job::{DeliveryType, RestoreJob};
    use crate::domain::lookup::Lookup;
    use crate::domain::server_clock::ServerClock;
    use crate::worker::{RequestId, WatchId};

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_786_000_000 + second).unwrap()
    }

    /// A lookup with few different values of everything, so that many are alike.
    fn watch((label, kind, what, time): (u8, usize, u8, i64)) -> Watch {
        let kind = Kind::ALL[kind % Kind::ALL.len()];
        let job = format!("6a7947{time:02x}c0eb9e7a17740663");
        let target = format!("{kind}/6a793f6b2c88faeba59bae37/orders/{job}").parse().unwrap();
        let mut watch =
            Watch::new(WatchId(1), Lookup { label: ["B", "a", ""][usize::from(label)].into(), target });
        let job = match what {
            0 => return watch,
            1 => RestoreJob { failed: Some(true), ..RestoreJob::default() },
            2 => RestoreJob { finished_at: Some(second(time)), ..RestoreJob::default() },
            3 => RestoreJob {
                delivery_type: Some(DeliveryType::Download),
                delivery_urls: vec!["https://x.example".into()],
                expires_at: Some(second(1_000 + time)),
                ..RestoreJob::default()
            },
            _ => RestoreJob::default(),
        };
        let error = || ApiError {
            kind: ErrorKind::Timeout,
            code: None,
            detail: None,
            retry_after: None,
            meta: Meta::default(),
        };
        let reading = Box::new(Reading { job, latency: Duration::ZERO, meta: Meta::default() });
        let result = if what == 5 { Err(Box::new(error())) } else { Ok(reading) };
        watch.job.ended(RequestId(1), result, second(time), None);
        watch.assess(&ServerClock::default(), second(500));
        watch
    }

    fn watches() -> impl Strategy<Value = Vec<Watch>> {
        proptest::collection::vec((0..3_u8, 0..6_usize, 0..6_u8, 0..4_i64).prop_map(watch), 0..12)
    }

    proptest! {
        #[test]
        fn one_order_of_all_whatever_order_they_come_in(
            watches in watches(), by in proptest::sample::select(&Column::ALL), reversed: bool, turn in 0..12_usize,
        ) {
            let order = Order { by, reversed };
            let mut sorted: Vec<(usize, &Watch)> = watches.iter().enumerate().collect();
            let mut shuffled = sorted.clone();
            sorted.sort_by_key(|(own, watch)| order.key(watch, *own));
            let half = turn.min(shuffled.len());
            shuffled.rotate_left(half);
            shuffled.sort_by_key(|(own, watch)| order.key(watch, *own));
            prop_assert_eq!(&sorted, &shuffled);
            for pair in sorted.windows(2) {
                let [(first, a), (second, b)] = pair else { continue };
                let (a, b) = (order.key(a, *first), order.key(b, *second));
                prop_assert!(a < b && a.is_absent <= b.is_absent);
                // Those alike keep the user's order, whichever end comes first.
                prop_assert!(a.is_absent != b.is_absent || a.rank != b.rank || first < second);
            }
            // Turned round, what has a value stands the other way, group by group.
            let turned = Order { by, reversed: !reversed };
            let mut other: Vec<(usize, &Watch)> = watches.iter().enumerate().collect();
            other.sort_by_key(|(own, watch)| turned.key(watch, *own));
            let ranks = |all: &[(usize, &Watch)]| -> Vec<(u8, i128, String)> {
                let keys = all.iter().map(|(own, watch)| order.key(watch, *own));
                let present = keys.filter(|key| !key.is_absent);
                present.map(|key| (key.rank.group, key.rank.nanoseconds, key.rank.text)).collect()
            };
            let mut backwards = ranks(&other);
            backwards.reverse();
            prop_assert_eq!(ranks(&sorted), backwards);
        }

        #[test]
        fn no_second_that_passes_moves_a_row(watches in watches(), by in proptest::sample::select(&Column::ALL)) {
            let order = Order { by, reversed: false };
            for watch in watches {
                let key = order.key(&watch, 0);
                let mut later = watch;
                later.assess(&ServerClock::default(), second(900));
                prop_assert_eq!(order.key(&later, 0), key);
            }
        }
    }
}
