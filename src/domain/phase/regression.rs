//! Which answers take back what an earlier one said. Knows two answers and nothing of when they came.

use jiff::Timestamp;

use super::Phase;

/// What an answer says that must not be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub phase: Phase,
    pub finished_at: Option<Timestamp>,
}

impl Standing {
    /// Whether a job that stood here takes something back when it stands at `next`.
    ///
    /// To what is over only three things can still happen: its record or link expires, Atlas forgets it, or a
    /// flaw in it is found. A link lives until something is over. A finish time, once told, stays.
    #[must_use]
    pub fn is_taken_back_by(&self, next: &Self) -> bool {
        let finish_differs = self.finished_at.is_some() && self.finished_at != next.finished_at;
        finish_differs || self.phase != next.phase && !may_follow(&self.phase, &next.phase)
    }
}

/// Whether another phase may follow this one at all.
fn may_follow(phase: &Phase, next: &Phase) -> bool {
    match (phase, next) {
        (Phase::Gone, _) => false,
        (Phase::Completed, Phase::CompletedWithWarnings) => true,
        (phase, next) if phase.is_over() => matches!(next, Phase::Expired | Phase::Gone),
        (Phase::Ready, next) => next.is_over(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(phase: Phase, second: Option<i64>) -> Standing {
        let finished_at = second.map(|second| Timestamp::from_second(second).unwrap());
        Standing { phase, finished_at }
    }

    fn goes_back(from: &Phase, to: &Phase) -> bool {
        standing(from.clone(), None).is_taken_back_by(&standing(to.clone(), None))
    }

    #[test]
    fn what_is_over_never_runs_again_and_what_runs_may_become_anything() {
        let open =
            [Phase::Pending, Phase::Queued, Phase::Running, Phase::Finalizing, Phase::Unknown("X".into())];
        let over = [
            Phase::Completed,
            Phase::CompletedWithWarnings,
            Phase::Failed,
            Phase::Cancelled,
            Phase::Expired,
            Phase::Gone,
        ];
        for running in &open {
            for end in &over {
                assert!(goes_back(end, running), "{end:?} to {running:?}");
                assert!(!goes_back(running, end), "{running:?} to {end:?}");
            }
            assert!(goes_back(&Phase::Ready, running) && !goes_back(running, &Phase::Ready), "{running:?}");
            assert!(!goes_back(running, &Phase::Running), "{running:?}");
        }
        for end in &over {
            assert!(!goes_back(end, end) && !goes_back(&Phase::Ready, end), "{end:?}");
        }
    }

    #[test]
    fn of_what_is_over_the_record_may_expire_vanish_or_prove_flawed() {
        for (from, to, back) in [
            (Phase::Completed, Phase::Expired, false),
            (Phase::Failed, Phase::Gone, false),
            (Phase::Completed, Phase::CompletedWithWarnings, false),
            (Phase::CompletedWithWarnings, Phase::Completed, true),
            (Phase::Failed, Phase::Completed, true),
            (Phase::Expired, Phase::Ready, true),
            (Phase::Completed, Phase::Ready, true),
            (Phase::Gone, Phase::Expired, true),
        ] {
            assert_eq!(goes_back(&from, &to), back, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn a_finish_time_stays_once_it_is_told() {
        let of = |second| standing(Phase::Completed, second);
        assert!(!of(None).is_taken_back_by(&of(Some(1))));
        assert!(!of(Some(1)).is_taken_back_by(&of(Some(1))));
        assert!(of(Some(1)).is_taken_back_by(&of(Some(2))));
        assert!(of(Some(1)).is_taken_back_by(&of(None)));
    }
}
