//! The codes that scripts end with. Those of errors are [`ApiError::exit_code`](crate::api::ApiError::exit_code).

use crate::domain::phase::Phase;

/// Our own fault, or an output that could not be written.
pub const INTERNAL: u8 = 1;

/// 0 completed or ready · 3 failed · 4 cancelled · 5 expired · 6 gone · 9 still running, or in a phase that we
/// do not know and so cannot call final.
#[must_use]
pub fn of_phase(phase: &Phase) -> u8 {
    match phase {
        Phase::Ready | Phase::Completed | Phase::CompletedWithWarnings => 0,
        Phase::Failed => 3,
        Phase::Cancelled => 4,
        Phase::Expired => 5,
        Phase::Gone => 6,
        Phase::Pending | Phase::Queued | Phase::Running | Phase::Finalizing | Phase::Unknown(_) => 9,
    }
}
