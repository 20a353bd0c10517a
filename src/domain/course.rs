//! Which of the phases that a job is seen in count: one that takes back an earlier one, and that Atlas knows no such
//! job any more, count from the second answer in a row that says so. Must not know what reacts to a change.

use jiff::Timestamp;

use super::phase::{Anomaly, Phase, Standing, Status};

/// What has been seen of one job so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    /// What counts.
    settled: Option<Standing>,
    /// What contradicts it so far, and the number of the answer that said it first.
    doubted: Option<(Standing, u64)>,
    /// What counts has taken back what counted before it.
    went_back: bool,
}

/// What a look at a job means for its course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing that counts is new.
    None,
    /// The first that is known of it.
    First,
    /// Another phase, after this one.
    From(Phase),
    /// The same phase with another finish time, said twice.
    Refinished,
}

impl Course {
    /// The phase that counts; `None` before the first.
    #[must_use]
    pub fn phase(&self) -> Option<&Phase> {
        self.settled.as_ref().map(|settled| &settled.phase)
    }

    /// Takes in a status that is read off answer number `reading` (of good ones; of all where it is gone). One and the
    /// same answer may be looked at more than once, as time alone changes what it means, and does not confirm itself
    /// by that.
    pub fn step(&mut self, status: &Status, finished_at: Option<Timestamp>, reading: u64) -> Step {
        let standing = Standing { phase: status.phase.clone(), finished_at };
        let Some(settled) = &self.settled else {
            self.settled = Some(standing);
            return Step::First;
        };
        let taken_back = settled.is_taken_back_by(&standing);
        let another_job = settled.phase != standing.phase && status.anomalies.contains(&Anomaly::IdMismatch);
        // One refusal may be a replica's that is behind.
        let vanished = settled.phase != standing.phase && standing.phase == Phase::Gone;
        if taken_back || another_job || vanished {
            let first = match self.doubted.take() {
                Some((doubted, first)) if doubted == standing => first,
                _ => reading,
            };
            if first >= reading {
                self.doubted = Some((standing, first));
                return Step::None;
            }
        }
        self.doubted = None;
        let from = self.settled.replace(standing).map(|settled| settled.phase);
        match from.filter(|from| *from != status.phase) {
            Some(from) => {
                self.went_back = taken_back;
                Step::From(from)
            }
            None if taken_back => {
                self.went_back = true;
                Step::Refinished
            }
            None => Step::None,
        }
    }

    /// Whether what is shown takes back what was shown before: from the first answer that does so, until one
    /// comes that goes on from there.
    #[must_use]
    pub fn went_back(&self) -> bool {
        let in_doubt = match (&self.settled, &self.doubted) {
            (Some(settled), Some((doubted, _))) => settled.is_taken_back_by(doubted),
            _ => false,
        };
        self.went_back || in_doubt
    }
}

#[cfg(test)]
mod tests;
