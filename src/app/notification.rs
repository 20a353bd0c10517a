//! What is worth telling a person who looks elsewhere, when, and in which words.
//!
//! Must not know how a terminal or a desktop shows it.

use jiff::{SignedDuration, Timestamp};

use crate::domain::phase::Phase;
use crate::worker::WatchId;

/// Between two bells. What happens in between is told together.
const PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// What the outside may be told, and by which means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a person turns each on and off by itself")]
pub struct Switches {
    /// The terminal's bell.
    pub bell: bool,
    /// A notification by the terminal.
    pub terminal: bool,
    /// One by the desktop, where the terminal shows none.
    pub desktop: bool,
    /// The terminal's title.
    pub title: bool,
    /// The progress in the terminal's tab or in the taskbar.
    pub progress: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self { bell: true, terminal: true, desktop: true, title: true, progress: true }
    }
}

/// One sentence for a person who looks elsewhere, clean, and the means that are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    pub text: String,
    pub bell: bool,
    pub terminal: bool,
    pub desktop: bool,
}

/// What there is to tell of one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// It is over, or its link is ready; and how long it took, in words.
    Ended { phase: Phase, took: Option<String> },
    /// Its link ends soon: in so many minutes, begun ones counted.
    LinkEnds { minutes: i64 },
}

/// What is to be told, until it may be.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// At most one item for each job, the newest.
    waiting: Vec<(WatchId, Item)>,
    last_told: Option<Timestamp>,
}

impl News {
    pub fn add(&mut self, watch: WatchId, item: Item) {
        self.waiting.retain(|(waiting, _)| *waiting != watch);
        self.waiting.push((watch, item));
    }

    /// When what waits may be told; `None` when nothing waits.
    #[must_use]
    pub fn due_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.waiting.is_empty() {
            return None;
        }
        // A last time in the future comes from before the clock was set back.
        let last = self.last_told.filter(|last| *last <= now);
        Some(last.and_then(|last| last.checked_add(PAUSE).ok()).unwrap_or(now))
    }

    /// What waits, if it may be told now.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<(WatchId, Item)> {
        match self.due_at(now) {
            Some(at) if at <= now => std::mem::take(&mut self.waiting),
            _ => Vec::new(),
        }
    }

    /// Something was told at `now`: the next pause begins.
    pub fn told(&mut self, now: Timestamp) {
        self.last_told = Some(now);
    }
}

/// The sentence for these jobs: whole for one, by counts for several. Empty for none.
#[must_use]
pub fn sentence(items: &[(String, Item)]) -> String {
    if let [(name, item)] = items {
        return match item {
            Item::Ended { phase, took: Some(took) } => format!("{name}: {} after {took}", phase.word()),
            Item::Ended { phase, took: None } => format!("{name}: {}", phase.word()),
            Item::LinkEnds { minutes } => format!("{name}: the download link ends in {minutes} min"),
        };
    }
    let mut parts = Vec::new();
    let ended: Vec<&Phase> = items
        .iter()
        .filter_map(|(_, item)| match item {
            Item::Ended { phase, .. } => Some(phase),
            Item::LinkEnds { .. } => None,
        })
        .collect();
    if !ended.is_empty() {
        let ends = Phase::NAMED.iter().filter(|phase| phase.is_terminal());
        let counts = ends.filter_map(|end| {
            let count = ended.iter().filter(|phase| **phase == end).count();
            (count > 0).then(|| format!("{count} {}", end.word()))
        });
        let noun = if ended.len() == 1 { "restore" } else { "restores" };
        parts.push(format!("{} {noun} ended: {}", ended.len(), counts.collect::<Vec<_>>().join(", ")));
    }
    match items.len() - ended.len() {
        0 => {}
        1 => parts.push("1 download link ends soon".to_owned()),
        count => parts.push(format!("{count} download links end soon")),
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(name: &str, phase: Phase, took: Option<&str>) -> (String, Item) {
        (name.to_owned(), Item::Ended { phase, took: took.map(str::to_owned) })
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn one_job_is_told_by_name_and_several_by_counts() {
        let link = || ("dump".to_owned(), Item::LinkEnds { minutes: 10 });
        for (items, text) in [
            (vec![], ""),
            (
                vec![ended("orders", Phase::Completed, Some("4 min 12 s"))],
                "orders: completed after 4 min 12 s",
            ),
            (vec![ended("dump", Phase::Ready, Some("3 min 00 s"))], "dump: link ready after 3 min 00 s"),
            (vec![ended("old", Phase::Gone, None)], "old: gone"),
            (vec![link()], "dump: the download link ends in 10 min"),
            (
                vec![
                    ended("a", Phase::Failed, Some("1 s")),
                    ended("b", Phase::Completed, Some("1 s")),
                    ended("c", Phase::Completed, Some("1 s")),
                ],
                "3 restores ended: 2 completed, 1 failed",
            ),
            (
                vec![link(), ended("a", Phase::Failed, None)],
                "1 restore ended: 1 failed; 1 download link ends soon",
            ),
            (vec![link(), link()], "2 download links end soon"),
        ] {
            assert_eq!(sentence(&items), text);
        }
    }

    #[test]
    fn the_first_is_told_at_once_and_what_follows_waits_for_the_pause() {
        let item = || Item::LinkEnds { minutes: 10 };
        let mut news = News::default();
        assert_eq!(news.due_at(at(0)), None);
        news.add(WatchId(1), item());
        assert_eq!(news.take_due(at(0)).len(), 1);
        news.told(at(0));
        news.add(WatchId(1), item());
        news.add(WatchId(2), item());
        news.add(WatchId(1), item());
        assert_eq!(news.due_at(at(1)), Some(at(2)));
        assert!(news.take_due(at(1)).is_empty());
        assert_eq!(news.take_due(at(2)).len(), 2, "one item for each job");
        assert_eq!(news.due_at(at(2)), None);
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nothing_waiting() {
        let mut news = News::default();
        news.told(at(10_000));
        news.add(WatchId(1), Item::LinkEnds { minutes: 10 });
        assert_eq!(news.due_at(at(0)), Some(at(0)));
    }
}
