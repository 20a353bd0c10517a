//! One status from any answer about a restore job: the phase, and what contradicts it.
//!
//! One pure function for each shape of answer: `flags`, and `words` for the two that have a word of their own.

mod anomaly;
mod flags;
mod regression;
mod words;

use jiff::{SignedDuration, Timestamp};

use super::id::ObjectId;
use super::job::{DeliveryType, RestoreJob, Shape};
pub use anomaly::Anomaly;
pub use regression::Standing;

/// Where a restore stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Phase {
    Pending,
    Queued,
    Running,
    Finalizing,
    /// The download link is live.
    Ready,
    Completed,
    CompletedWithWarnings,
    Failed,
    Cancelled,
    Expired,
    /// Seen before, and now Atlas says it does not exist.
    Gone,
    /// A word we do not know, cleaned for display. Not final.
    Unknown(String),
}

impl Phase {
    /// All that have a name of ours, from the beginning of a restore to its end.
    pub const NAMED: [Self; 11] = [
        Self::Pending,
        Self::Queued,
        Self::Running,
        Self::Finalizing,
        Self::Ready,
        Self::Completed,
        Self::CompletedWithWarnings,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
        Self::Gone,
    ];

    /// Whether nothing more will happen to the data. `Ready` is not over: its link still counts down.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Completed
                | Self::CompletedWithWarnings
                | Self::Failed
                | Self::Cancelled
                | Self::Expired
                | Self::Gone
        )
    }

    /// Whether a script that waits for the end may stop: over, or a link is ready.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.is_over() || *self == Self::Ready
    }

    /// The word for people.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Finalizing => "finalizing",
            Self::Ready => "link ready",
            Self::Completed => "completed",
            Self::CompletedWithWarnings => "completed, with warnings",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Gone => "gone",
            Self::Unknown(word) => word,
        }
    }

    /// The word for people where there is little room: a column of a list.
    #[must_use]
    pub fn short_word(&self) -> &str {
        match self {
            Self::CompletedWithWarnings => "warnings",
            other => other.word(),
        }
    }

    /// The word for programs: the `phase` of the JSON output, stable within a schema number.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Finalizing => "finalizing",
            Self::Ready => "ready",
            Self::Completed => "completed",
            Self::CompletedWithWarnings => "completed_with_warnings",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Gone => "gone",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Whether a word, in lower case, begins one of its words: that for programs, or those for people.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        let words = [self.as_str(), self.word(), self.short_word()];
        words.iter().any(|known| known.to_lowercase().starts_with(word))
    }

    /// Whether a word, in lower case, begins a word of any phase that has a name.
    #[must_use]
    pub fn is_any_called(word: &str) -> bool {
        Self::NAMED.iter().any(|phase| phase.is_called(word)) || "unknown".starts_with(word)
    }

    /// The sign before the word, or its ASCII stand-in. `⌛` is two cells wide and the others are one: pad by
    /// display width.
    #[must_use]
    pub fn glyph(&self, ascii: bool) -> &'static str {
        let (rich, plain) = match self {
            Self::Pending => ("○", "o"),
            Self::Queued => ("◌", "o"),
            Self::Running => ("●", "*"),
            Self::Finalizing => ("◐", "*"),
            Self::Ready => ("◆", ">"),
            Self::Completed | Self::CompletedWithWarnings => ("✔", "+"),
            Self::Failed => ("✖", "x"),
            Self::Cancelled => ("⊘", "-"),
            Self::Expired => ("⌛", "!"),
            Self::Gone | Self::Unknown(_) => ("?", "?"),
        };
        if ascii { plain } else { rich }
    }
}

/// A phase, its end where there is one, and what contradicts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub phase: Phase,
    /// When it ended: `finishedAt`, or `expiresAt` for what expired.
    pub ended_at: Option<Timestamp>,
    pub anomalies: Vec<Anomaly>,
}

/// How far ahead of the server's clock `finishedAt` may lie before it is odd.
const FINISH_AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// The status of a job, by the shape of its answer. `server_now` is the local clock corrected by the server's
/// `Date`; it decides about links alone.
#[must_use]
pub fn assess(job: &RestoreJob, server_now: Timestamp) -> Status {
    let mut status = match job.shape() {
        Shape::Flags => flags::assess(job, server_now),
        Shape::Status => words::assess_status(job, server_now),
        Shape::State => words::assess_state(job),
    };
    if job.finished_at.is_some_and(|at| at.duration_since(server_now) > FINISH_AHEAD) {
        status.anomalies.push(Anomaly::FinishedInFuture);
    }
    if matches!(job.delivery_type, Some(DeliveryType::Other(_))) {
        status.anomalies.push(Anomaly::UnknownDeliveryType);
    }
    status.anomalies.sort_unstable();
    status
}

/// Whether there is anything to download, and whether it is over: a link without an end lasts.
fn link(job: &RestoreJob, server_now: Timestamp) -> (bool, bool) {
    let is_over = job.expires_at.is_some_and(|expires_at| expires_at <= server_now);
    (!job.downloads().is_empty(), is_over)
}

/// [`assess`], and whether the answer is about the job that was asked for at all. An id that is none (the
/// documentation's example has `{snapshotId}`) names nothing.
#[must_use]
pub fn assess_asked(job: &RestoreJob, asked: ObjectId, server_now: Timestamp) -> Status {
    let mut status = assess(job, server_now);
    let named = job.id.as_deref().and_then(|id| id.parse::<ObjectId>().ok());
    if named.is_some_and(|named| named != asked) {
        status.anomalies.push(Anomaly::IdMismatch);
    }
    status
}

/// The next time on the server's clock at which [`assess`] answers differently about the same job: a link or an
/// open job whose `expiresAt` comes, a finish in the future that draws near. `None` when it never will.
#[must_use]
pub fn changes_at(job: &RestoreJob, server_now: Timestamp) -> Option<Timestamp> {
    // `assess` compares the clock with these two moments only, and so can change at no other.
    let expiry = job.expires_at;
    let finish_is_near = job.finished_at.and_then(|at| at.checked_sub(FINISH_AHEAD).ok());
    let status = assess(job, server_now);
    [expiry, finish_is_near]
        .into_iter()
        .flatten()
        .filter(|at| *at > server_now && assess(job, *at) != status)
        .min()
}

#[cfg(test)]
mod tests;
