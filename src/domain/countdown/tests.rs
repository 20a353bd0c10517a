//! The texts at their edges, and that each one lasts exactly until it says.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn millis(millis: i64) -> SignedDuration {
    SignedDuration::from_millis(millis)
}

/// The text and how many milliseconds from noon it lasts.
fn told(timed: &Timed) -> (&str, Option<i128>) {
    (&timed.text, timed.changes_at.map(|at| at.duration_since(noon()).as_millis()))
}

const S: i64 = 1000;
const H: i64 = 3600 * S;
const D: i64 = 24 * H;

#[test]
fn time_left_at_its_edges() {
    for (left, text, lasts) in [
        (3 * D + 4 * H + 12 * 60 * S, "3 d 04:12", S),
        (3 * D + 4 * H + 12 * 60 * S + 59 * S, "3 d 04:12", 60 * S),
        (D, "1 d 00:00", S),
        (D - 1, "1 d 00:00", S - 1),
        (D - S, "23:59:59", S),
        (3 * H + 12 * 60 * S + 9 * S, "03:12:09", S),
        (60 * S, "00:01:00", S),
        (59 * S, "59 s", S),
        (42 * S, "42 s", S),
        (41 * S + 1, "42 s", 1),
        (1, "1 s", 1),
        (0, "expired now", S),
        (-999, "expired now", 1),
        (-S, "expired 1 s ago", S),
        (-59 * S, "expired 59 s ago", S),
        (-5 * 60 * S, "expired 5 min ago", 60 * S),
        (-5 * 60 * S - 1, "expired 5 min ago", 60 * S - 1),
        (-H, "expired 1 h ago", H),
        (-3 * D - H, "expired 3 d ago", D - H),
    ] {
        let timed = time_left(noon() + millis(left), noon());
        assert_eq!(told(&timed), (text, Some(i128::from(lasts))), "{left} ms left");
    }
}

#[test]
fn time_left_for_a_narrow_column() {
    for (left, text, lasts) in [
        (3 * D + 4 * H, "3d4h", Some(S)),
        (3 * H + 12 * 60 * S, "3h12m", Some(S)),
        (3 * H + 4 * 60 * S + 30 * S, "3h04m", Some(31 * S)),
        (12 * 60 * S + 59 * S, "12m", Some(60 * S)),
        (60 * S, "1m", Some(S)),
        (42 * S, "42s", Some(S)),
        (1, "1s", Some(1)),
        (0, "0s", None),
        (-D, "0s", None),
    ] {
        let timed = time_left_short(noon() + millis(left), noon());
        assert_eq!(told(&timed), (text, lasts.map(i128::from)), "{left} ms left");
    }
}

#[test]
fn elapsed_and_age_at_their_edges() {
    for (gone, long, short, age_text, age_narrow) in [
        (-5 * D, "0 s", "0s", "now", "now"),
        (0, "0 s", "0s", "now", "now"),
        (999, "0 s", "0s", "now", "now"),
        (7 * S, "7 s", "7s", "7 s", "7s"),
        (59_999, "59 s", "59s", "59 s", "59s"),
        (60 * S, "1 min 00 s", "1m00s", "1 min", "1m"),
        (133 * S, "2 min 13 s", "2m13s", "2 min", "2m"),
        (H - 1, "59 min 59 s", "59m59s", "59 min", "59m"),
        (H + 4 * 60 * S, "1 h 04 min", "1h04m", "1 h", "1h"),
        (D - 1, "23 h 59 min", "23h59m", "23 h", "23h"),
        (3 * D + 4 * H, "3 d 4 h", "3d4h", "3 d", "3d"),
        (1000 * D, "1000 d 0 h", "1000d0h", "1000 d", "1000d"),
    ] {
        let since = noon() - millis(gone);
        let texts = [elapsed, elapsed_short, age, age_short].map(|words| words(since, noon()).text);
        assert_eq!(texts, [long, short, age_text, age_narrow], "{gone} ms gone");
    }
    let ahead = age(noon() + millis(5 * S), noon());
    assert_eq!(told(&ahead), ("now", Some(i128::from(6 * S))), "until it is a second old");
}

#[test]
fn severity_at_its_edges() {
    for (left, urgency) in [
        (H, Severity::Good),
        (H - S, Severity::Warning),
        (600 * S, Severity::Warning),
        (599 * S, Severity::Danger),
        (1, Severity::Danger),
        (0, Severity::Over),
        (-D, Severity::Over),
    ] {
        assert_eq!(severity(noon() + millis(left), noon()), urgency, "{left} ms left");
    }
}

#[test]
fn the_bar_empties() {
    let part =
        |from, until, now| permille_left(noon() + millis(from), noon() + millis(until), noon() + millis(now));
    assert_eq!(part(0, H, 0), 1000);
    assert_eq!(part(0, H, H / 4), 750);
    assert_eq!(part(0, H, H - 1), 1, "not empty while anything is left");
    assert_eq!(part(0, H, H), 0);
    assert_eq!(part(0, H, D), 0);
    assert_eq!(part(0, H, -D), 1000, "before it began");
    assert_eq!(part(H, H, 0), 1000);
    assert_eq!(part(H, 0, 0), 0, "ends before it begins");
    assert_eq!(permille_left(Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH), 402);
}

/// Any time there is, most of them near each other.
fn moment() -> impl Strategy<Value = Timestamp> {
    let around = |span: i64| (-span..span).prop_map(|millis| noon() + SignedDuration::from_millis(millis));
    let (first, last) = (Timestamp::MIN.as_nanosecond(), Timestamp::MAX.as_nanosecond());
    prop_oneof![
        around(200 * S),
        around(3 * H),
        around(5 * D),
        (first..=last).prop_map(|nanos| Timestamp::from_nanosecond(nanos).unwrap()),
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
    ]
}

type Words = fn(Timestamp, Timestamp) -> Timed;

const ALL: [(&str, Words); 6] = [
    ("time_left", time_left),
    ("time_left_short", time_left_short),
    ("elapsed", elapsed),
    ("elapsed_short", elapsed_short),
    ("age", age),
    ("age_short", age_short),
];

proptest! {
    #[test]
    fn a_text_lasts_exactly_until_it_says(point in moment(), now in moment(), later in moment()) {
        for (name, words) in ALL {
            let timed = words(point, now);
            match timed.changes_at {
                Some(change) => {
                    prop_assert!(change > now, "{}", name);
                    prop_assert_ne!(&words(point, change).text, &timed.text, "{}", name);
                    let last = now.max(change - SignedDuration::from_nanos(1));
                    prop_assert_eq!(&words(point, last).text, &timed.text, "{}", name);
                    if (now..change).contains(&later) {
                        prop_assert_eq!(&words(point, later).text, &timed.text, "{}", name);
                    }
                }
                None if later > now => prop_assert_eq!(&words(point, later).text, &timed.text, "{}", name),
                None => {}
            }
        }
    }

    #[test]
    fn severity_needs_no_wake_up_of_its_own(until in moment(), now in moment(), later in moment()) {
        for words in [time_left, time_left_short] {
            let until_change = words(until, now).changes_at.unwrap_or(Timestamp::MAX);
            if (now..until_change).contains(&later) {
                prop_assert_eq!(severity(until, later), severity(until, now));
            }
        }
        prop_assert!(later < now || severity(until, later) >= severity(until, now));
    }

    #[test]
    fn the_bar_never_grows(from in moment(), until in moment(), now in moment(), later in moment()) {
        let (now, later) = (now.min(later), now.max(later));
        prop_assert!(permille_left(from, until, now) <= 1000);
        prop_assert!(permille_left(from, until, later) <= permille_left(from, until, now));
        prop_assert_eq!(permille_left(from, until, now) == 0, severity(until, now) == Severity::Over);
    }
}
