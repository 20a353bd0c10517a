//! One status from the flags of a restore job: the phase table, and what contradicts it.

use jiff::{SignedDuration, Timestamp};

use super::id::ObjectId;
use super::job::{DeliveryType, RestoreJob};

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

/// Something in the answer that does not fit the phase; shown beside it, never instead of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Anomaly {
    /// Failed, and flagged cancelled, expired or holding a link as well.
    FailedWithOtherFlags,
    /// Cancelled, and flagged expired as well.
    CancelledAndExpired,
    /// The record expired after the restore had finished: the data is restored.
    ExpiredAfterSuccess,
    /// The link's time is over, but the server has not set its flag.
    ExpiredByClock,
    /// A finished download without a link.
    FinishedWithoutLink,
    /// `finishedAt` is more than a minute ahead of the server's clock.
    FinishedInFuture,
    /// Not finished although `expiresAt` is past.
    PastExpiryStillOpen,
    /// A delivery type that the published list does not have.
    UnknownDeliveryType,
    /// The answer carries another job's id.
    IdMismatch,
}

impl Anomaly {
    /// The words beside the phase.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::FailedWithOtherFlags => "other flags set too",
            Self::CancelledAndExpired => "flagged expired too",
            Self::ExpiredAfterSuccess => "record expired after success",
            Self::ExpiredByClock => "over by the clock, Atlas has not said so yet",
            Self::FinishedWithoutLink => "finished without link",
            Self::FinishedInFuture => "finish time in the future",
            Self::PastExpiryStillOpen => "past expiry, still open",
            Self::UnknownDeliveryType => "unknown delivery type",
            Self::IdMismatch => "answer names another job",
        }
    }

    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FailedWithOtherFlags => "failed_with_other_flags",
            Self::CancelledAndExpired => "cancelled_and_expired",
            Self::ExpiredAfterSuccess => "expired_after_success",
            Self::ExpiredByClock => "expired_by_clock",
            Self::FinishedWithoutLink => "finished_without_link",
            Self::FinishedInFuture => "finished_in_future",
            Self::PastExpiryStillOpen => "past_expiry_still_open",
            Self::UnknownDeliveryType => "unknown_delivery_type",
            Self::IdMismatch => "id_mismatch",
        }
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

/// The status of a job with flags. `server_now` is the local clock corrected by the server's `Date`.
///
/// The first row of this table that matches names the phase. A flag that is null or absent is not set.
///
/// | # | condition | phase |
/// |---|---|---|
/// | 1 | failed | failed |
/// | 2 | cancelled | cancelled |
/// | 3 | expired, and a download or not finished | expired |
/// | 4 | expired, finished | completed: the data *is* restored, only its record expired |
/// | 5 | a download with a link whose time is not over | ready |
/// | 6 | a download with a link whose time is over | expired, before the server says so |
/// | 7 | a finished download without a link | completed |
/// | 8 | finished | completed |
/// | 9 | not finished, `expiresAt` past | running; a download: expired |
/// | 10 | otherwise | running: the API tells neither pending nor queued from it |
///
/// A delivery type that is absent or unknown is judged by what is there (row 11): with a link it is a download.
#[must_use]
pub fn assess(job: &RestoreJob, server_now: Timestamp) -> Status {
    let failed = job.failed == Some(true);
    let cancelled = job.cancelled == Some(true);
    let expired = job.expired == Some(true);
    let finished = job.finished_at.is_some();
    let has_link = job.delivery_urls.iter().any(|url| !url.trim().is_empty());
    let time_is_over = job.expires_at.is_some_and(|expires_at| expires_at <= server_now);
    let download = match &job.delivery_type {
        Some(DeliveryType::Download) => true,
        Some(DeliveryType::Automated | DeliveryType::PointInTime) => false,
        Some(DeliveryType::Other(_)) | None => has_link,
    };

    let (phase, ended_at, anomaly) = if failed {
        let others = cancelled || expired || has_link;
        (Phase::Failed, job.finished_at, others.then_some(Anomaly::FailedWithOtherFlags))
    } else if cancelled {
        (Phase::Cancelled, job.finished_at, expired.then_some(Anomaly::CancelledAndExpired))
    } else if expired && (download || !finished) {
        (Phase::Expired, job.expires_at, None)
    } else if expired {
        (Phase::Completed, job.finished_at, Some(Anomaly::ExpiredAfterSuccess))
    } else if download && has_link && !time_is_over {
        (Phase::Ready, job.finished_at, None)
    } else if download && has_link {
        (Phase::Expired, job.expires_at, Some(Anomaly::ExpiredByClock))
    } else if finished {
        (Phase::Completed, job.finished_at, download.then_some(Anomaly::FinishedWithoutLink))
    } else if time_is_over && download {
        (Phase::Expired, job.expires_at, Some(Anomaly::ExpiredByClock))
    } else {
        (Phase::Running, None, time_is_over.then_some(Anomaly::PastExpiryStillOpen))
    };

    let in_future = job.finished_at.is_some_and(|at| at.duration_since(server_now) > FINISH_AHEAD);
    let unknown_type = matches!(job.delivery_type, Some(DeliveryType::Other(_)));
    let in_future = in_future.then_some(Anomaly::FinishedInFuture);
    let unknown_type = unknown_type.then_some(Anomaly::UnknownDeliveryType);
    let mut anomalies: Vec<_> = [anomaly, in_future, unknown_type].into_iter().flatten().collect();
    anomalies.sort_unstable();
    Status { phase, ended_at, anomalies }
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
