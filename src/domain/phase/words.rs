//! Answers that say in a word where they stand: `status` of Flex clusters, `state` of collection restores.

use jiff::Timestamp;

use super::{Anomaly, Phase, Status};
use crate::domain::job::{DeliveryType, RestoreJob};

/// The status of a Flex job. Its `expirationDate` ends a download's link and nothing else: 99 of 100 recorded
/// restores that are `COMPLETED` lie past it.
///
/// | status | phase |
/// |---|---|
/// | PENDING, QUEUED, RUNNING, FAILED | of that name |
/// | COMPLETED, or CLOSED, which only the prose of the API description has | a download with a link: ready or expired, by the clock; else completed |
/// | any other | unknown, by its own word |
pub(super) fn assess_status(job: &RestoreJob, server_now: Timestamp) -> Status {
    let word = job.status.as_deref().unwrap_or_default();
    let (has_link, time_is_over) = super::link(job, server_now);
    let is_link =
        has_link && !matches!(job.delivery_type, Some(DeliveryType::Restore | DeliveryType::Automated));
    let phase = match word {
        "PENDING" => Phase::Pending,
        "QUEUED" => Phase::Queued,
        "RUNNING" => Phase::Running,
        "FAILED" => Phase::Failed,
        "COMPLETED" | "CLOSED" if is_link && time_is_over => Phase::Expired,
        "COMPLETED" | "CLOSED" if is_link => Phase::Ready,
        "COMPLETED" | "CLOSED" => Phase::Completed,
        other => Phase::Unknown(other.to_owned()),
    };
    ended(phase, job)
}

/// The status of a collection restore.
///
/// | state | phase |
/// |---|---|
/// | INITIALIZING | pending |
/// | IN_PROGRESS | running |
/// | FINALIZING | finalizing |
/// | SUCCESSFUL | completed, with warnings where an index or a collection failed |
/// | CANCELED, FAILED | cancelled, failed |
/// | any other | unknown, by its own word |
pub(super) fn assess_state(job: &RestoreJob) -> Status {
    let restore = job.collections.as_deref();
    let word = restore.and_then(|restore| restore.state.as_deref()).unwrap_or_default();
    let is_flawed = restore.is_some_and(|restore| {
        restore.index_state.as_deref() == Some("FAILED")
            || restore.failed_collection_count.is_some_and(|count| count > 0)
    });
    let phase = match word {
        "INITIALIZING" => Phase::Pending,
        "IN_PROGRESS" => Phase::Running,
        "FINALIZING" => Phase::Finalizing,
        "SUCCESSFUL" if is_flawed => Phase::CompletedWithWarnings,
        "SUCCESSFUL" => Phase::Completed,
        "CANCELED" | "CANCELLED" => Phase::Cancelled,
        "FAILED" => Phase::Failed,
        other => Phase::Unknown(other.to_owned()),
    };
    ended(phase, job)
}

/// The word is believed; a finish time that does not fit it is an anomaly.
fn ended(phase: Phase, job: &RestoreJob) -> Status {
    let completed = matches!(phase, Phase::Completed | Phase::CompletedWithWarnings);
    let anomaly = match job.finished_at {
        Some(_) if !phase.is_terminal() => Some(Anomaly::FinishedButOpen),
        None if completed => Some(Anomaly::CompletedWithoutFinish),
        _ => None,
    };
    let ended_at = match phase {
        Phase::Expired => job.expires_at,
        _ if phase.is_terminal() => job.finished_at,
        _ => None,
    };
    Status { phase, ended_at, anomalies: Vec::from_iter(anomaly) }
}
