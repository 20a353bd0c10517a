//! Courses by hand, and random ones against what must hold of all of them.

use proptest::prelude::*;

use super::*;

fn status(phase: Phase) -> Status {
    Status { phase, ended_at: None, anomalies: Vec::new() }
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The steps of answers with these phases and finish times, each a new one.
fn steps<const N: usize>(course: &mut Course, answers: [(Phase, Option<i64>); N]) -> [Step; N] {
    let mut reading = 0;
    answers.map(|(phase, finished)| {
        reading += 1;
        course.step(&status(phase), finished.map(second), reading)
    })
}

#[test]
fn a_job_that_runs_and_completes_is_followed_at_once() {
    let mut course = Course::default();
    let steps = steps(
        &mut course,
        [
            (Phase::Running, None),
            (Phase::Running, None),
            (Phase::Completed, Some(5)),
            (Phase::Expired, Some(5)),
        ],
    );
    assert_eq!(steps, [Step::First, Step::None, Step::From(Phase::Running), Step::From(Phase::Completed)]);
    assert!(!course.went_back());
}

#[test]
fn one_answer_that_goes_back_is_marked_and_changes_nothing() {
    let mut course = Course::default();
    let back = (Phase::Running, None);
    let [_, step] = steps(&mut course, [(Phase::Completed, Some(5)), back]);
    assert_eq!(step, Step::None);
    assert!(course.went_back());
    // Looked at again it is still one answer.
    assert_eq!(course.step(&status(Phase::Running), None, 2), Step::None);
    assert_eq!(course.step(&status(Phase::Completed), Some(second(5)), 3), Step::None);
    assert!(!course.went_back());
}

#[test]
fn a_second_answer_in_a_row_makes_it_count_and_the_mark_stays_until_it_goes_on() {
    let mut course = Course::default();
    let steps = steps(
        &mut course,
        [(Phase::Completed, Some(5)), (Phase::Running, None), (Phase::Running, None), (Phase::Running, None)],
    );
    assert_eq!(steps[1..], [Step::None, Step::From(Phase::Completed), Step::None]);
    assert!(course.went_back());
    assert_eq!(course.step(&status(Phase::Failed), None, 5), Step::From(Phase::Running));
    assert!(!course.went_back());
}

#[test]
fn two_that_go_back_differently_do_not_confirm_each_other() {
    let mut course = Course::default();
    let steps = steps(
        &mut course,
        [
            (Phase::Completed, Some(5)),
            (Phase::Running, None),
            (Phase::Failed, Some(5)),
            (Phase::Running, None),
        ],
    );
    assert_eq!(steps[1..], [Step::None, Step::None, Step::None]);
}

#[test]
fn a_finish_time_that_moves_twice_alike_is_another_end_of_the_same_phase() {
    let mut course = Course::default();
    let steps = steps(
        &mut course,
        [(Phase::Completed, Some(5)), (Phase::Completed, Some(6)), (Phase::Completed, Some(6))],
    );
    assert_eq!(steps, [Step::First, Step::None, Step::Refinished]);
    assert!(course.went_back());
}

#[test]
fn the_end_of_another_job_counts_only_when_it_is_said_twice() {
    let mut course = Course::default();
    let other = Status { anomalies: vec![Anomaly::IdMismatch], ..status(Phase::Failed) };
    assert_eq!(course.step(&status(Phase::Running), None, 1), Step::First);
    assert_eq!(course.step(&other, None, 2), Step::None);
    assert!(!course.went_back(), "its own mark says what is odd");
    assert_eq!(course.step(&other, None, 3), Step::From(Phase::Running));
}

fn phases() -> impl Strategy<Value = Phase> {
    prop::sample::select(vec![
        Phase::Pending,
        Phase::Running,
        Phase::Ready,
        Phase::Completed,
        Phase::Failed,
        Phase::Cancelled,
        Phase::Expired,
        Phase::Gone,
        Phase::Unknown("NEW".into()),
    ])
}

fn looks() -> impl Strategy<Value = Vec<(Phase, Option<i64>, bool, bool)>> {
    // A phase, a finish time, whether it is a new answer, and whether it names another job.
    prop::collection::vec(
        (phases(), prop::option::of(1..3_i64), any::<bool>(), prop::bool::weighted(0.1)),
        1..40,
    )
}

proptest! {
    #[test]
    fn every_change_follows_the_one_before_and_a_doubtful_one_was_said_twice(looks in looks()) {
        let mut course = Course::default();
        let mut reading = 0;
        let mut settled: Option<Standing> = None;
        // What the answers in a row before this look said.
        let mut said: Vec<(u64, Standing)> = Vec::new();
        for (phase, finished, is_new, another) in looks {
            reading += u64::from(is_new || reading == 0);
            let mut status = status(phase);
            if another {
                status.anomalies.push(Anomaly::IdMismatch);
            }
            let finished_at = finished.map(second);
            let standing = Standing { phase: status.phase.clone(), finished_at };
            let step = course.step(&status, finished_at, reading);
            match (&step, &settled) {
                (Step::First, before) => prop_assert!(before.is_none()),
                (_, None) => prop_assert!(false, "the first look is the first step"),
                (Step::From(from), Some(before)) => {
                    prop_assert_eq!(from, &before.phase);
                    prop_assert_ne!(from, &standing.phase);
                }
                (Step::Refinished, Some(before)) => prop_assert_eq!(&before.phase, &standing.phase),
                (Step::None, Some(_)) => {}
            }
            if let (Step::From(_) | Step::Refinished, Some(before)) = (&step, &settled)
                && (another || before.is_taken_back_by(&standing))
            {
                let twice = said.last().is_some_and(|(at, last)| *at <= reading && *last == standing);
                prop_assert!(twice && said.iter().any(|(at, last)| *at < reading && *last == standing));
            }
            if step != Step::None
                || settled.as_ref().is_some_and(|before| before.phase == standing.phase && !before.is_taken_back_by(&standing))
            {
                settled = Some(standing.clone());
            }
            said.push((reading, standing));
        }
    }

    #[test]
    fn one_odd_answer_between_two_equal_ones_leaves_no_trace(phase in phases(), odd in phases(), finish in 1..3_i64) {
        let mut course = Course::default();
        let settled = Standing { phase: phase.clone(), finished_at: Some(second(finish)) };
        prop_assume!(settled.is_taken_back_by(&Standing { phase: odd.clone(), finished_at: None }));
        course.step(&status(phase.clone()), Some(second(finish)), 1);
        let before = course.clone();
        prop_assert_eq!(course.step(&status(odd), None, 2), Step::None);
        prop_assert!(course.went_back());
        prop_assert_eq!(course.step(&status(phase), Some(second(finish)), 3), Step::None);
        prop_assert_eq!(course, before);
    }
}
