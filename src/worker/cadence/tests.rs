//! The policy as a table, and what holds for every input.

use proptest::prelude::*;

use super::*;
use crate::api::CommandFault;
use crate::api::Meta;

const S: Duration = Duration::from_secs(1);

fn start() -> Timestamp {
    "2026-08-10T03:38:43Z".parse().unwrap()
}

fn known(standing: Standing, attended: bool) -> Known {
    Known { standing, answered_at: start(), attended, jitter: 0.5 }
}

/// The delay at the middle of the jitter, in milliseconds.
fn delay(standing: Standing, attended: bool, interval: Duration) -> Option<i128> {
    next_read(&known(standing, attended), interval).map(|at| at.duration_since(start()).as_millis())
}

fn failing(setback: Setback, times: u32, retry_after: Option<u64>) -> Standing {
    Standing::Failing { setback, times, retry_after: retry_after.map(Duration::from_secs) }
}

#[test]
fn each_standing_has_its_delay() {
    let ready = |seconds| Standing::Ready { ends_at: Some(later(start(), S * seconds)) };
    let closing =
        |ago: i64| Standing::Closing { since: Timestamp::from_second(start().as_second() - ago).unwrap() };
    let table = [
        // standing, seconds of the interval, attended, unattended
        (Standing::New, 3, Some(0), Some(0)),
        (Standing::Running, 3, Some(3_000), Some(15_000)),
        (Standing::Running, 1, Some(1_000), Some(15_000)),
        (Standing::Running, 10, Some(10_000), Some(50_000)),
        (Standing::Running, 3_600, Some(3_600_000), Some(3_600_000)),
        (Standing::Unclear, 3, Some(15_000), Some(15_000)),
        (Standing::Ready { ends_at: None }, 3, Some(60_000), Some(60_000)),
        (ready(3_600), 3, Some(60_000), Some(60_000)),
        (ready(30), 3, Some(31_000), Some(31_000)),
        (ready(0), 3, Some(1_000), Some(1_000)),
        (closing(1), 3, Some(10_000), Some(10_000)),
        (closing(119), 3, Some(10_000), Some(10_000)),
        (closing(120), 3, None, None),
        (Standing::Over, 3, None, None),
        (failing(Setback::Passing, 1, None), 3, Some(3_000), Some(15_000)),
        (failing(Setback::Passing, 1, None), 1, Some(3_000), Some(15_000)),
        (failing(Setback::Passing, 2, None), 3, Some(6_000), Some(15_000)),
        (failing(Setback::Passing, 4, None), 3, Some(24_000), Some(24_000)),
        (failing(Setback::Passing, 6, None), 3, Some(60_000), Some(60_000)),
        (failing(Setback::Passing, u32::MAX, None), 3, Some(60_000), Some(60_000)),
        (failing(Setback::Passing, 9, None), 300, Some(300_000), Some(1_500_000)),
        (failing(Setback::Passing, 1, Some(42)), 3, Some(44_100), Some(44_100)),
        (failing(Setback::Passing, 1, Some(1)), 3, Some(3_000), Some(15_000)),
        (failing(Setback::Passing, 5, Some(3)), 3, Some(3_150), Some(15_000)),
        (failing(Setback::Passing, 9, Some(3)), 300, Some(300_000), Some(1_500_000)),
        (failing(Setback::Passing, 1, Some(1_000_000)), 3, Some(3_780_000), Some(3_780_000)),
        (failing(Setback::Refused, 1, None), 3, Some(300_000), Some(300_000)),
        (failing(Setback::Stuck, 7, None), 3, Some(60_000), Some(60_000)),
        (failing(Setback::Final, 1, Some(5)), 3, None, None),
    ];
    for (standing, interval, attended, unattended) in table {
        assert_eq!(delay(standing, true, S * interval), attended, "{standing:?}, {interval} s, attended");
        assert_eq!(
            delay(standing, false, S * interval),
            unattended,
            "{standing:?}, {interval} s, not attended"
        );
    }
}

fn job_with_a_link(ends_at: Timestamp) -> RestoreJob {
    RestoreJob {
        expires_at: Some(ends_at),
        delivery_type: Some(crate::domain::job::DeliveryType::Download),
        delivery_urls: vec!["https://example.net/a".into()],
        ..RestoreJob::default()
    }
}

#[test]
fn patience_with_an_ended_link_counts_from_the_first_answer_that_showed_it() {
    let after = |seconds| later(start(), S * seconds);
    let ended_years_ago = job_with_a_link("2020-01-01T00:00:00Z".parse().unwrap());
    let clock = ServerClock::default();
    let mut standing = Standing::New;
    for (seconds, goes_on) in [(0, true), (10, true), (119, true), (120, false), (130, false)] {
        standing = Standing::of_job(&ended_years_ago, &clock, after(seconds)).following(standing);
        assert_eq!(standing, Standing::Closing { since: start() });
        let known = Known { standing, answered_at: after(seconds), attended: true, jitter: 0.5 };
        assert_eq!(next_read(&known, S * 3).is_some(), goes_on, "{seconds} s");
    }
    let live = Standing::of_job(&job_with_a_link(after(500)), &clock, after(140)).following(standing);
    assert_eq!(live, Standing::Ready { ends_at: Some(after(500)) });
    let again = Standing::of_job(&ended_years_ago, &clock, after(150)).following(live);
    assert_eq!(again, Standing::Closing { since: after(150) });
    let set_back = Standing::of_job(&ended_years_ago, &clock, start()).following(again);
    assert_eq!(set_back, Standing::Closing { since: start() }, "the clock was set back");
}

#[test]
fn a_link_is_read_again_soon_while_the_clock_is_in_doubt() {
    let mut clock = ServerClock::default();
    clock.observe("2034-01-01T00:00:00Z".parse().unwrap(), start(), start());
    for ends_at in [later(start(), S * 3600), start()] {
        assert_eq!(Standing::of_job(&job_with_a_link(ends_at), &clock, start()), Standing::Running);
    }
}

#[test]
fn each_error_has_its_setback() {
    use ErrorKind as K;
    let hint = || K::KeyRefused { public_key_hint: "abcd".into() };
    let table = [
        (K::RateLimited, Setback::Passing),
        (K::ServerError, Setback::Passing),
        (K::Timeout, Setback::Passing),
        (K::NotJson, Setback::Passing),
        (hint(), Setback::Refused),
        (K::Forbidden, Setback::Refused),
        (K::AddressBlocked, Setback::Refused),
        (K::NotFound(Missing::Job), Setback::Stuck),
        (K::TooLarge { limit: 1 }, Setback::Stuck),
        (K::NoCredentials, Setback::Refused),
        (K::Ended, Setback::Final),
        (K::TokenAnswer, Setback::Passing),
        (K::TokenLimit(TokenLimit::PerMinute), Setback::Passing),
        (K::TokenOver, Setback::Refused),
        (K::AccountRefused { client_id_hint: "mdb".into() }, Setback::Refused),
        (K::TokenCommand { program: "vault".into(), fault: CommandFault::Silent }, Setback::Stuck),
    ];
    for (kind, setback) in table {
        assert_eq!(Setback::of(&kind, true, 1), setback, "{kind:?}");
        let error = ApiError { kind, code: None, detail: None, retry_after: None, meta: Meta::default() };
        assert_eq!(error.is_retryable(), setback == Setback::Passing, "{:?}", error.kind);
    }
}

#[test]
fn a_job_that_was_there_is_asked_for_once_more_and_then_left() {
    let gone = ErrorKind::NotFound(Missing::Job);
    assert_eq!(Setback::of(&gone, true, 1), Setback::Stuck);
    assert_eq!(Setback::of(&gone, true, 2), Setback::Final);
    assert_eq!(Setback::of(&gone, false, 9), Setback::Stuck, "one that was never seen may be yet to come");
    assert_eq!(Setback::of(&ErrorKind::NotFound(Missing::Project), true, 9), Setback::Stuck);
}

fn any_standing() -> impl Strategy<Value = Standing> {
    let offset = -200_000_i64..200_000;
    let moment = offset.prop_map(|ms| Timestamp::from_millisecond(start().as_millisecond() + ms).unwrap());
    let setback = prop_oneof![Just(Setback::Passing), Just(Setback::Refused), Just(Setback::Stuck)];
    prop_oneof![
        Just(Standing::Running),
        Just(Standing::Unclear),
        Just(Standing::Over),
        proptest::option::of(moment.clone()).prop_map(|ends_at| Standing::Ready { ends_at }),
        moment.prop_map(|since| Standing::Closing { since }),
        (setback, 1_u32.., proptest::option::of(any::<u64>())).prop_map(|(setback, times, seconds)| {
            Standing::Failing { setback, times, retry_after: seconds.map(Duration::from_secs) }
        }),
    ]
}

fn any_interval() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(S * 3), any::<u64>().prop_map(Duration::from_millis), Just(Duration::MAX)]
}

proptest! {
    #[test]
    fn never_sooner_than_a_second(
        standing in any_standing(), attended: bool, jitter in 0.0..=1.0, interval in any_interval(),
    ) {
        let known = Known { standing, answered_at: start(), attended, jitter };
        if let Some(at) = next_read(&known, interval) {
            prop_assert!(at >= later(start(), MIN_INTERVAL), "{at}");
        }
    }

    #[test]
    fn retry_after_is_never_undercut(
        seconds in 0_u64..10_000, times in 1_u32..40, attended: bool, jitter in 0.0..=1.0, interval in any_interval(),
    ) {
        let standing = failing(Setback::Passing, times, Some(seconds));
        let known = Known { standing, answered_at: start(), attended, jitter };
        let at = next_read(&known, interval).unwrap();
        prop_assert!(at >= later(start(), (S * u32::try_from(seconds).unwrap()).min(MAX_INTERVAL)));
    }

    #[test]
    fn back_off_never_shrinks_and_never_passes_a_minute_for_short_intervals(
        times in 1_u32.., attended: bool, jitter in 0.0..=1.0, seconds in 1_u32..12,
    ) {
        let at = |times| {
            let standing = failing(Setback::Passing, times, None);
            next_read(&Known { standing, answered_at: start(), attended, jitter }, S * seconds).unwrap()
        };
        prop_assert!(at(times) <= at(times.saturating_add(1)));
        prop_assert!(at(times) <= later(start(), S * 66));
    }

    #[test]
    fn jitter_moves_a_delay_by_a_tenth_at_most(jitter in 0.0..=1.0, milliseconds in 2_000_u32..3_600_000) {
        let interval = Duration::from_millis(milliseconds.into());
        let known = Known { standing: Standing::Running, answered_at: start(), attended: true, jitter };
        let delay = next_read(&known, interval).unwrap().duration_since(start()).as_secs_f64();
        let ratio = delay / interval.as_secs_f64();
        prop_assert!((0.899..=1.101).contains(&ratio), "{ratio}");
    }

    #[test]
    fn attention_never_makes_a_lookup_wait_longer(standing in any_standing(), jitter in 0.0..=1.0, interval in any_interval()) {
        let at = |attended| next_read(&Known { standing, answered_at: start(), attended, jitter }, interval);
        match (at(true), at(false)) {
            (Some(attended), Some(other)) => prop_assert!(attended <= other),
            (attended, other) => prop_assert_eq!(attended, other),
        }
    }

    #[test]
    fn no_moment_and_no_jitter_is_too_far(seconds: i64, jitter: f64, standing in any_standing()) {
        let answered_at = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        let _ = next_read(&Known { standing, answered_at, attended: true, jitter }, S);
    }
}
