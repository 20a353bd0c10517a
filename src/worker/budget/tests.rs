//! What is learnt from answers, who may go when little is left, and what no answer can bring about.

use proptest::prelude::*;

use super::*;

const S: Duration = Duration::from_secs(1);

/// So many milliseconds after the start.
fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn told(limit: u64, remaining: u64) -> Told {
    Told { budget: Some(Budget { limit, remaining }), requests: 1, limited: None, reached: true }
}

fn limited(wait: Option<u64>) -> Told {
    Told { budget: None, requests: 1, limited: Some(wait.map(Duration::from_secs)), reached: true }
}

/// One request of the attended lookup and its answer, at the same moment.
fn ask(supply: &mut Supply, n: u64, told: &Told, now: Duration) {
    supply.spend(RequestId(n), Asker::Attended, now);
    supply.hear(RequestId(n), told, now);
}

fn wait(supply: &Supply, asker: Asker, now: Duration) -> Duration {
    supply.wait(asker, true, now)
}

fn about(wait: Duration, seconds: u64) -> bool {
    wait.abs_diff(Duration::from_secs(seconds)) < at(100)
}

#[test]
fn before_anything_is_told_only_the_distance_counts() {
    let mut supply = Supply::default();
    assert_eq!(supply.wait(Asker::Rest, true, S), Duration::ZERO);
    supply.spend(RequestId(1), Asker::Rest, S);
    for asker in [Asker::Hand, Asker::Attended, Asker::Rest] {
        assert_eq!(supply.wait(asker, true, S), SPACING);
        assert_eq!(supply.wait(asker, true, S + SPACING), Duration::ZERO);
    }
}

#[test]
fn the_refill_shows_between_two_answers() {
    let mut supply = Supply::default();
    // Twenty a second come in, forty a second go.
    for n in 0..600_u64 {
        ask(&mut supply, n + 1, &told(1200, 1100 - n / 2), at(n * 25));
    }
    let refill = supply.refill().unwrap();
    assert!((19.5..=20.5).contains(&refill), "{refill}");
}

#[test]
fn five_a_minute_are_learnt_from_two_minutes() {
    let mut supply = Supply::default();
    ask(&mut supply, 1, &told(10, 5), at(0));
    assert!((supply.refill().unwrap() * 60.0 - 1.0).abs() < 0.01, "little is believed at first");
    for n in 2..=13 {
        ask(&mut supply, n, &told(10, 4 + n % 2), at((n - 1) * 12_000));
    }
    let a_minute = supply.refill().unwrap() * 60.0;
    assert!((4.5..=5.5).contains(&a_minute), "{a_minute}");
}

#[test]
fn a_full_bucket_tells_only_that_it_fills_at_least_so_fast() {
    let mut supply = Supply::default();
    for n in 0..100 {
        ask(&mut supply, n + 1, &told(1200, 1199), at(n * 3_000));
    }
    let refill = supply.refill().unwrap();
    assert!((1.9..=2.1).contains(&refill), "as at first: {refill}");
    for n in 100..300 {
        ask(&mut supply, n + 1, &told(1200, 1199), at(300_000 + n * 100));
    }
    assert!(supply.refill().unwrap() > 5.0, "ten a second went and it stayed full: {:?}", supply.refill());
}

#[test]
fn below_the_reserve_the_two_sides_take_turns_down_to_half_of_it() {
    let mut supply = Supply::default();
    // The reserve is 120.
    supply.spend(RequestId(1), Asker::Attended, at(0));
    supply.hear(RequestId(1), &told(1200, 200), at(0));
    assert_eq!(wait(&supply, Asker::Rest, at(1000)), Duration::ZERO);
    assert_eq!(wait(&supply, Asker::Attended, at(1000)), Duration::ZERO);

    supply.spend(RequestId(2), Asker::Attended, at(1000));
    supply.hear(RequestId(2), &told(1200, 100), at(1000));
    assert!(wait(&supply, Asker::Attended, at(1100)) > S, "the rest is next");
    assert_eq!(supply.wait(Asker::Attended, false, at(1100)), Duration::ZERO, "unless nothing of it is due");
    assert_eq!(wait(&supply, Asker::Rest, at(1100)), Duration::ZERO);
    supply.spend(RequestId(3), Asker::Rest, at(1100));
    supply.hear(RequestId(3), &told(1200, 99), at(1100));
    assert_eq!(wait(&supply, Asker::Attended, at(1200)), Duration::ZERO);
    assert!(wait(&supply, Asker::Rest, at(1200)) > S);

    supply.spend(RequestId(4), Asker::Attended, at(1200));
    supply.hear(RequestId(4), &told(1200, 40), at(1200));
    assert!(wait(&supply, Asker::Rest, at(1300)) > S, "half of the reserve is left alone");
    assert_eq!(wait(&supply, Asker::Hand, at(1300)), Duration::ZERO, "but for a person");
}

#[test]
fn an_empty_bucket_is_waited_for_but_not_for_ever() {
    let mut supply = Supply::default();
    ask(&mut supply, 1, &told(10, 0), at(0));
    // One a minute is believed.
    assert!(about(wait(&supply, Asker::Hand, at(1000)), 9), "a person has it tried after ten seconds");
    assert!(wait(&supply, Asker::Rest, at(1000)) > S * 100);
    assert!(about(wait(&supply, Asker::Attended, at(1000)), 59), "a look a minute at least");
}

#[test]
fn a_refusal_holds_everything_as_long_as_was_asked_and_halves_what_is_believed() {
    let mut supply = Supply::default();
    ask(&mut supply, 1, &told(1200, 600), at(0));
    let before = supply.refill().unwrap();
    ask(&mut supply, 2, &limited(Some(42)), at(10000));
    assert_eq!(wait(&supply, Asker::Rest, at(11000)), S * 41);
    assert_eq!(wait(&supply, Asker::Attended, at(51000)), S);
    assert!((supply.refill().unwrap() - before / 2.0).abs() < 0.05);
    assert_eq!(wait(&supply, Asker::Rest, at(52000)), Duration::ZERO, "as was promised");
    supply.spend(RequestId(3), Asker::Rest, at(52000));
    assert!(wait(&supply, Asker::Rest, at(52100)) > S, "for one");
}

#[test]
fn without_any_numbers_a_refusal_makes_careful_and_answers_bold_again() {
    let mut supply = Supply::default();
    let plain = Told { budget: None, requests: 1, limited: None, reached: true };
    for n in 0..50 {
        ask(&mut supply, n + 1, &plain, at(n * 1_000));
    }
    assert_eq!(supply.refill(), None);
    ask(&mut supply, 51, &limited(None), at(50000));
    assert_eq!(wait(&supply, Asker::Rest, at(50000)), S * 10);
    let careful = supply.refill().unwrap();
    for n in 0..500 {
        ask(&mut supply, n + 52, &plain, at(60_000 + n * 1_000));
    }
    assert!(supply.refill().unwrap() > careful * 50.0);
    assert!(supply.refill().unwrap() <= FASTEST);
}

#[test]
fn a_network_that_is_down_teaches_nothing() {
    let mut supply = Supply::default();
    // Ten, of which five come back in a minute: learnt from two answers far apart.
    for (n, (second, left)) in [(0, 9), (20, 7), (60, 4), (150, 5), (300, 5)].into_iter().enumerate() {
        ask(&mut supply, n as u64 + 1, &told(10, left), at(second * 1_000));
    }
    let learnt = supply.refill().unwrap();
    let silent = Told { budget: None, requests: 1, limited: None, reached: false };
    let overloaded = Told { reached: true, ..silent };
    for n in 0..400 {
        let told = if n % 2 == 0 { silent } else { overloaded };
        ask(&mut supply, n + 10, &told, at(400_000 + n * 10_000));
    }
    assert!(supply.refill().unwrap() <= learnt, "{:?} after {learnt}", supply.refill());
}

#[test]
fn an_answer_that_was_overtaken_gives_nothing_back() {
    let mut supply = Supply::default();
    supply.spend(RequestId(1), Asker::Rest, at(0));
    supply.spend(RequestId(2), Asker::Rest, at(100));
    supply.hear(RequestId(2), &told(10, 2), at(1000));
    supply.hear(RequestId(1), &told(10, 3), at(1000));
    assert!(wait(&supply, Asker::Rest, at(1100)) > S, "two are left, not three");
}

#[test]
fn the_pace_is_slow_while_something_waits_and_until_there_is_plenty() {
    let mut supply = Supply::default();
    ask(&mut supply, 1, &told(100, 9), at(0));
    assert!(!supply.is_slowed(false, false, at(0)), "nothing waits");
    assert!(supply.is_slowed(true, false, at(0)));
    assert!(supply.is_slowed(false, false, at(1000)), "it will wait again");
    assert!(!supply.is_slowed(false, true, at(1000)), "nothing is scheduled any more");
    supply.is_slowed(true, false, at(1000));
    ask(&mut supply, 2, &told(100, 19), at(2000));
    assert!(supply.is_slowed(false, false, at(2000)));
    ask(&mut supply, 3, &told(100, 20), at(3000));
    assert!(!supply.is_slowed(false, false, at(3000)));
}

#[derive(Debug, Clone)]
enum Step {
    Spend(u8),
    Hear(u64, Told),
    GiveUp(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let budget = (any::<u64>(), any::<u64>()).prop_map(|(limit, remaining)| Budget { limit, remaining });
    let small = (0_u64..20, 0_u64..30).prop_map(|(limit, remaining)| Budget { limit, remaining });
    let budget = proptest::option::of(prop_oneof![budget, small]);
    let wait = proptest::option::of(any::<u64>().prop_map(Duration::from_secs));
    let told = (budget, any::<u32>(), proptest::option::of(wait));
    let told = told.prop_map(|(budget, requests, limited)| Told { budget, requests, limited, reached: true });
    prop_oneof![
        (0_u8..3).prop_map(Step::Spend),
        (0_u64..40, told).prop_map(|(n, told)| Step::Hear(n, told)),
        (0_u64..40).prop_map(Step::GiveUp),
    ]
}

proptest! {
    #[test]
    fn whatever_a_server_tells_the_lookup_on_screen_is_asked_for_again(
        steps in proptest::collection::vec((any_step(), 0_u64..200_000), 0..40),
    ) {
        let mut supply = Supply::default();
        let (mut now, mut n) = (Duration::ZERO, 0);
        for (step, ms) in steps {
            now += Duration::from_millis(ms);
            match step {
                Step::Spend(who) => {
                    let asker = [Asker::Hand, Asker::Attended, Asker::Rest][usize::from(who)];
                    supply.spend(RequestId(n), asker, now);
                    n += 1;
                }
                Step::Hear(n, told) => supply.hear(RequestId(n), &told, now),
                Step::GiveUp(n) => supply.give_up(RequestId(n), now),
            }
        }
        let longest = supply.wait(Asker::Attended, true, now);
        prop_assert!(longest <= HOLD_MOST.max(ATTENDED_MOST), "{longest:?}");
        prop_assert!(supply.wait(Asker::Hand, true, now) <= HAND_MOST, "{supply:?}");
        prop_assert!(supply.refill().is_none_or(|refill| refill > 0.0 && refill.is_finite()));
    }
}
