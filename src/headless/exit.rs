//! The codes that scripts end with. Those of errors are [`ApiError::exit_code`](crate::api::ApiError::exit_code).

use crate::domain::phase::Phase;

/// Our own fault, or an output that could not be written.
pub const INTERNAL: u8 = 1;
/// Not found, or gone.
pub const GONE: u8 = 6;
/// The key is missing, refused, or may not read this.
pub const REFUSED: u8 = 7;
/// No answer, or limited beyond what was waited for.
pub const UNREACHABLE: u8 = 8;
/// Neither over nor ready.
pub const RUNNING: u8 = 9;
/// The time for a watch is up: as `timeout(1)` has it.
pub const TIMEOUT: u8 = 124;
/// Whoever read our output has left before the end: 128 and SIGPIPE, as shells report it of other programs.
pub const CLOSED: u8 = 141;

/// Nothing to complain of.
pub const DONE: u8 = 0;

/// From the worst to the best, for several jobs that end in several ways: what became of the data, then what is not
/// there, what may not be read, what cannot be reached; then answers that make no sense and questions that were
/// wrong; and last what is not over.
const ORDER: [u8; 9] = [3, 4, 5, GONE, REFUSED, UNREACHABLE, INTERNAL, 2, RUNNING];

/// The code of several: the worst of them, and [`DONE`] of none. A code that is not in the order is worse than all.
#[must_use]
pub fn worst(codes: impl IntoIterator<Item = u8>) -> u8 {
    let place = |code: &u8| match ORDER.iter().position(|known| known == code) {
        Some(at) => at + 1,
        None if *code == DONE => ORDER.len() + 1,
        None => 0,
    };
    codes.into_iter().min_by_key(place).unwrap_or(DONE)
}

/// 0 completed or ready · 3 failed · 4 cancelled · 5 expired · 6 gone · 9 still running, or in a phase that we
/// do not know and so cannot call final.
#[must_use]
pub fn of_phase(phase: &Phase) -> u8 {
    match phase {
        Phase::Ready | Phase::Completed | Phase::CompletedWithWarnings => 0,
        Phase::Failed => 3,
        Phase::Cancelled => 4,
        Phase::Expired => 5,
        Phase::Gone => GONE,
        Phase::Pending | Phase::Queued | Phase::Running | Phase::Finalizing | Phase::Unknown(_) => RUNNING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_is_told_whatever_their_order() {
        let worse_first = [124, 3, 4, 5, 6, 7, 8, 1, 2, 9, 0];
        for (at, worse) in worse_first.iter().enumerate() {
            for better in worse_first.iter().skip(at) {
                assert_eq!(worst([*worse, *better]), *worse, "{worse} before {better}");
                assert_eq!(worst([*better, *worse]), *worse, "{worse} before {better}");
            }
        }
        assert_eq!(worst([]), 0);
    }
}
