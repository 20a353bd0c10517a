//! The phase table of answers with flags: serverless instances and dedicated clusters.

use jiff::Timestamp;

use super::{Anomaly, Phase, Status};
use crate::domain::job::{DeliveryType, RestoreJob};

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
pub(super) fn assess(job: &RestoreJob, server_now: Timestamp) -> Status {
    let failed = job.failed == Some(true);
    let cancelled = job.cancelled == Some(true);
    let expired = job.expired == Some(true);
    let finished = job.finished_at.is_some();
    let (has_link, time_is_over) = super::link(job, server_now);
    let download = match &job.delivery_type {
        Some(DeliveryType::Download) => true,
        Some(DeliveryType::Automated | DeliveryType::PointInTime | DeliveryType::Restore) => false,
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

    Status { phase, ended_at, anomalies: Vec::from_iter(anomaly) }
}
