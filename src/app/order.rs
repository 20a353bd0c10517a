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
    Kind,
    /// The most urgent first.
    Phase,
    /// Links that end soonest, then what has run longest, then what ended last.
    Time,
    /// The oldest answer first.
    Age,
}

impl Column {
    /// In the order in which a key press goes through them.
    pub const ALL: [Self; 6] = [Self::Own, Self::Label, Self::Kind, Self::Phase, Self::Time, Self::Age];

    /// The one after this, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        let mut after = Self::ALL.into_iter().skip_while(|column| *column != self).skip(1);
        after.next().unwrap_or_default()
    }

    /// A word for the border.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own order",
            Self::Label => "label",
            Self::Kind => "kind",
            Self::Phase => "phase",
            Self::Time => "time",
            Self::Age => "age",
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
            (Self::Kind, false) => "sorted by kind",
            (Self::Kind, true) => "sorted by kind, the other way round",
            (Self::Phase, false) => "sorted by phase, the most urgent first",
            (Self::Phase, true) => "sorted by phase, the least urgent first",
            (Self::Time, false) => "sorted by time: links that end soon, what runs longest, what ended last",
            (Self::Time, true) => "sorted by time, the other way round",
            (Self::Age, false) => "sorted by the age of the data, the oldest first",
            (Self::Age, true) => "sorted by the age of the data, the newest first",
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
            Column::Kind => {
                let place = Kind::ALL.iter().position(|kind| *kind == watch.lookup.target.kind);
                rank.group = place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX);
            }
            Column::Phase => {
                rank.group = urgency(watch);
                if watch.phase() == Some(&Phase::Ready) {
                    rank.nanoseconds = until().unwrap_or(Timestamp::MAX).as_nanosecond();
                }
            }
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
            Column::Age => match &watch.job.value {
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
        (Some(Phase::Finalizing), _) => 4,
        (Some(Phase::Running), _) => 5,
        (Some(Phase::Queued), _) => 6,
        (Some(Phase::Pending), _) => 7,
        (None, None) => 8,
        (Some(Phase::CompletedWithWarnings), _) => 9,
        (Some(Phase::Expired), _) => 10,
        (Some(Phase::Cancelled), _) => 11,
        (Some(Phase::Completed), _) => 12,
        (Some(Phase::Gone), _) => 13,
    }
}
