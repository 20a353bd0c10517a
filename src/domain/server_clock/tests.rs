//! A simulated server whose clock is off by a known amount, and clocks that are set meanwhile.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn millis(millis: i64) -> SignedDuration {
    SignedDuration::from_millis(millis)
}

/// Has one answer observed: sent at `sent` ms after noon, written and received so many ms later, by a server
/// whose clock is `skew` ms ahead.
fn answer(clock: &mut ServerClock, skew: i64, sent: i64, written: i64, received: i64) {
    let server_time = noon() + millis(sent + written + skew);
    let date =
        Timestamp::from_second(server_time.as_nanosecond().div_euclid(1_000_000_000).try_into().unwrap());
    clock.observe(date.unwrap(), noon() + millis(sent), noon() + millis(sent + received));
}

#[test]
fn a_fresh_clock_is_the_local_one() {
    let clock = ServerClock::default();
    assert_eq!((clock.at(noon()), clock.local(noon()), clock.skew()), (noon(), noon(), None));
}

#[test]
fn four_minutes_off_are_learnt_and_refined() {
    let skew = 240_300;
    let mut clock = ServerClock::default();
    answer(&mut clock, skew, 0, 30, 60);
    let error = |clock: &ServerClock| (clock.offset() - millis(skew)).abs();
    assert!(error(&clock) <= millis(530), "{:?}", clock.offset());
    assert_eq!(clock.skew(), Some(clock.offset()));
    for turn in 1..40 {
        answer(&mut clock, skew, turn * 3170, 30, 60);
    }
    assert!(error(&clock) <= millis(100), "{:?}", clock.offset());
    assert_eq!(clock.local(clock.at(noon())), noon());
}

#[test]
fn a_clock_that_is_put_right_is_believed_again() {
    let mut clock = ServerClock::default();
    answer(&mut clock, -240_000, 0, 20, 40);
    assert!(clock.skew().is_some_and(|skew| skew.is_negative()));
    answer(&mut clock, 0, 3000, 20, 40);
    assert_eq!(clock.offset(), SignedDuration::ZERO);
    answer(&mut clock, 1_200_000, 6000, 20, 40);
    assert!((clock.offset() - millis(1_200_000)).abs() <= millis(520), "jumps start afresh");
}

#[test]
fn a_date_that_is_hours_away_needs_a_second_one_that_agrees() {
    let hours = 86_400_000 * 3000;
    for known in [false, true] {
        let mut clock = ServerClock::default();
        if known {
            answer(&mut clock, 0, -9000, 20, 40);
        }
        answer(&mut clock, hours, 0, 20, 40);
        assert_eq!((clock.offset(), clock.skew(), clock.is_in_doubt()), (SignedDuration::ZERO, None, true));
        answer(&mut clock, 0, 3000, 20, 40);
        assert_eq!((clock.offset(), clock.is_in_doubt()), (SignedDuration::ZERO, false));
        // What was refuted does not count towards a second time, and two that differ confirm nothing.
        answer(&mut clock, hours, 6000, 20, 40);
        answer(&mut clock, -hours, 9000, 20, 40);
        assert_eq!((clock.offset(), clock.is_in_doubt()), (SignedDuration::ZERO, true));
        answer(&mut clock, -hours, 12_000, 20, 40);
        assert!((clock.offset() + millis(hours)).abs() <= millis(520), "{:?}", clock.offset());
        assert!(!clock.is_in_doubt());
    }
}

#[test]
fn of_two_clocks_that_are_hours_apart_the_one_behind_counts_until_one_is_confirmed() {
    for (skew, until_then) in [(7_200_000, 0), (-7_200_000, -7_200_000)] {
        let mut clock = ServerClock::default();
        answer(&mut clock, skew, 0, 20, 40);
        assert!((clock.offset() - millis(until_then)).abs() <= millis(520), "{:?}", clock.offset());
        assert_eq!((clock.skew(), clock.is_in_doubt()), (None, true));
        let mut confirmed = clock;
        answer(&mut confirmed, skew, 3000, 20, 40);
        assert!((confirmed.offset() - millis(skew)).abs() <= millis(520));
        assert_eq!(confirmed.skew(), Some(confirmed.offset()));
        answer(&mut clock, 0, 3000, 20, 40);
        assert_eq!((clock.offset(), clock.is_in_doubt()), (SignedDuration::ZERO, false));
    }
}

#[test]
fn who_gets_one_answer_goes_by_it() {
    for skew in [0, 240_000, -7_200_000, 86_400_000 * 3000] {
        let date = noon() + millis(skew);
        let clock = ServerClock::of_one_answer(date, noon(), noon());
        assert!((clock.offset() - millis(skew)).abs() <= millis(500), "{skew}: {:?}", clock.offset());
    }
}

#[test]
fn a_slow_answer_takes_nothing_away() {
    let mut clock = ServerClock::default();
    answer(&mut clock, 90_000, 0, 20, 40);
    answer(&mut clock, 90_000, 3000, 20, 40);
    let known = clock;
    answer(&mut clock, 90_000, 6000, 15_000, 19_000);
    assert_eq!(clock, known);
}

#[test]
fn a_clock_set_back_during_an_answer_is_settled_by_the_next() {
    let mut clock = ServerClock::default();
    answer(&mut clock, 0, 0, 20, 40);
    // Set back by four minutes while the answer was under way.
    clock.observe(noon() + millis(3000), noon() + millis(3000), noon() + millis(3040 - 240_000));
    assert_eq!(clock.offset(), SignedDuration::ZERO);
    answer(&mut clock, 240_000, 6000 - 240_000, 20, 40);
    assert!((clock.offset() - millis(240_000)).abs() <= millis(520));
}

#[test]
fn skew_begins_at_half_a_minute() {
    for (skew, told) in [(31_000, true), (-31_000, true), (28_000, false), (-28_000, false)] {
        let mut clock = ServerClock::default();
        answer(&mut clock, skew, 0, 20, 40);
        assert_eq!(clock.skew().is_some(), told, "{skew}");
    }
}

prop_compose! {
    /// When it was sent, and after how long it was written and received.
    fn exchange()(sent in -9_000_000_i64..9_000_000, received in 0_i64..20_000, part in 0_i64..=100)
        -> (i64, i64, i64) {
        (sent, received * part / 100, received)
    }
}

fn extreme() -> impl Strategy<Value = Timestamp> {
    let (first, last) = (Timestamp::MIN.as_nanosecond(), Timestamp::MAX.as_nanosecond());
    prop_oneof![
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        (first..=last).prop_map(|nanos| Timestamp::from_nanosecond(nanos).unwrap()),
    ]
}

proptest! {
    #[test]
    fn a_right_clock_is_never_corrected(exchanges in proptest::collection::vec(exchange(), 1..30)) {
        let mut clock = ServerClock::default();
        for (sent, written, received) in exchanges {
            answer(&mut clock, 0, sent, written, received);
            prop_assert_eq!(clock.offset(), SignedDuration::ZERO);
        }
    }

    /// Honest answers never contradict: the estimate is no worse than the narrowest of them allows, and it
    /// moves only when it was wrong.
    #[test]
    fn a_steady_skew_is_approached(
        skew in -10_000_000_i64..10_000_000,
        exchanges in proptest::collection::vec(exchange(), 1..30),
    ) {
        let mut clock = ServerClock::default();
        let mut narrowest = i64::MAX;
        let mut first = true;
        for (sent, written, received) in exchanges {
            answer(&mut clock, skew, sent, written, received);
            narrowest = narrowest.min(received + 1000);
            if clock.is_in_doubt() {
                // Only ever the first one: the second confirms it. Nothing is ended too early meanwhile.
                prop_assert_eq!((clock.bounds, clock.skew()), (None, None));
                prop_assert!(clock.offset() <= SignedDuration::ZERO.max(millis(skew)));
                prop_assert!(std::mem::replace(&mut first, false));
                continue;
            }
            first = false;
            prop_assert!((clock.offset() - millis(skew)).abs() <= millis(narrowest));
            let (low, high) = clock.bounds.unwrap();
            prop_assert!(low <= millis(skew) && millis(skew) <= high);
            prop_assert!(low <= clock.offset() && clock.offset() <= high);
        }
    }

    /// One answer with any date at all between good ones moves nothing by more than an hour.
    #[test]
    fn a_single_liar_is_not_believed(
        skew in -1_800_000_i64..1_800_000,
        lie: i32,
        before in proptest::collection::vec(exchange(), 1..6),
    ) {
        let mut clock = ServerClock::default();
        for (sent, written, received) in before {
            answer(&mut clock, skew, sent, written, received);
        }
        let known = clock.offset();
        answer(&mut clock, i64::from(lie) * 1000, 9_000_000, 20, 40);
        prop_assert!((clock.offset() - known).abs() <= millis(3_600_000 + 1020));
        answer(&mut clock, skew, 9_003_000, 20, 40);
        prop_assert!((clock.offset() - millis(skew)).abs() <= millis(1020));
    }

    #[test]
    fn no_times_are_too_strange(times in proptest::collection::vec((extreme(), extreme(), extreme()), 1..6)) {
        let mut clock = ServerClock::default();
        for (date, sent_at, received_at) in times {
            clock.observe(date, sent_at, received_at);
            let _ = (clock.at(date), clock.at(sent_at), clock.local(received_at), clock.skew());
        }
    }
}
