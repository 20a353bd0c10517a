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

/// From the worst: what became of the data, then what was not to be found out, then our own faults, then what goes on.
const WORST_FIRST: [u8; 9] = [3, 4, 5, GONE, REFUSED, UNREACHABLE, INTERNAL, 2, RUNNING];

/// The code of several jobs: the worst of theirs, and 0 for none.
#[must_use]
pub fn worst(codes: impl IntoIterator<Item = u8>) -> u8 {
    // A code that the list lacks is no success.
    let rank = |code: &u8| WORST_FIRST.iter().position(|worse| worse == code).unwrap_or(WORST_FIRST.len());
    codes.into_iter().filter(|code| *code != 0).min_by_key(rank).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_end_among_many_is_the_end_of_all() {
        assert_eq!(worst([]), 0);
        assert_eq!(worst([0, 0]), 0);
        for (at, code) in WORST_FIRST.iter().enumerate() {
            let milder = WORST_FIRST[at..].iter().copied();
            assert_eq!(worst(milder.chain([0])), *code);
        }
        assert_eq!(worst([0, 42]), 42);
    }
}
