//! What does not fit in an answer, in words for people and for programs.

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
    /// A finish time on a job that is still open.
    FinishedButOpen,
    /// Completed, and no finish time.
    CompletedWithoutFinish,
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
    /// Takes back what an earlier answer said: runs again, or finished at another time. Only who has seen the
    /// earlier one can tell.
    Regressed,
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
            Self::FinishedButOpen => "has a finish time, still open",
            Self::CompletedWithoutFinish => "completed without a finish time",
            Self::FinishedWithoutLink => "finished without link",
            Self::FinishedInFuture => "finish time in the future",
            Self::PastExpiryStillOpen => "past expiry, still open",
            Self::UnknownDeliveryType => "unknown delivery type",
            Self::IdMismatch => "answer names another job",
            Self::Regressed => "went back on what it said",
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
            Self::FinishedButOpen => "finished_but_open",
            Self::CompletedWithoutFinish => "completed_without_finish",
            Self::FinishedWithoutLink => "finished_without_link",
            Self::FinishedInFuture => "finished_in_future",
            Self::PastExpiryStillOpen => "past_expiry_still_open",
            Self::UnknownDeliveryType => "unknown_delivery_type",
            Self::IdMismatch => "id_mismatch",
            Self::Regressed => "regressed",
        }
    }
}
