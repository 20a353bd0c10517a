//! A day of a thousand lookups against a token bucket, on tokio's paused clock: the real task and an Atlas of a few
//! lines. Every number is exact, since nothing in it is left to chance.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod atlas;
mod bucket;

use std::time::Duration;

use atlas::{Day, Seen, day};
use atlas_tui::domain::target::Kind;
use bucket::RateLimit;

const HOUR: Duration = Duration::from_secs(3600);
const LARGE: RateLimit =
    RateLimit { capacity: 1200, refill: 20, period: Duration::from_secs(1), at_once: false };
const SMALL: RateLimit =
    RateLimit { capacity: 10, refill: 5, period: Duration::from_secs(60), at_once: false };

/// A thousand dedicated jobs on twenty clusters, all day, one of them on screen.
const INCIDENT: Day = Day {
    jobs: 1000,
    clusters: 20,
    another: None,
    kind: Kind::Dedicated,
    limit: LARGE,
    lasts: Duration::from_secs(24 * 3600),
    ends: |_| None,
    tells: true,
    thieves: 0,
    unsteady: false,
};

/// All jobs run for twenty minutes at least. Then they end one after the other, until six of the selected cluster are
/// left and two of each other one, which run all day: a list costs the same for fifty jobs as for two, and only the
/// test would take longer.
fn ends(n: u64) -> Option<Duration> {
    let (cluster, place) = (n % 20, n / 20);
    let stays = if cluster == 0 { 6 } else { 2 };
    (place >= stays).then(|| HOUR / 3 + Duration::from_secs(60) * u32::try_from(place).unwrap())
}

#[test]
fn a_day_of_a_thousand_jobs_against_the_recorded_bucket() {
    let seen = day(&Day { ends, ..INCIDENT });
    assert_eq!(
        seen,
        Seen {
            requests: 136_884,
            refused: 0,
            least_left: 1199,
            selected: Duration::from_millis(3_426),
            cluster: Duration::from_millis(6_777),
            others: Duration::from_millis(16_662),
            read: 763_233,
            slowed: false,
        }
    );
}

#[test]
fn a_day_of_a_thousand_jobs_against_a_bucket_of_ten() {
    let seen = day(&Day { limit: SMALL, ..INCIDENT });
    assert_eq!(
        seen,
        Seen {
            requests: 7_207,
            refused: 0,
            least_left: 1,
            // Both before the first two minutes are over, in which the bucket shows how fast it fills.
            selected: Duration::from_secs(60),
            cluster: Duration::from_millis(63_245),
            others: Duration::from_millis(468_374),
            read: 360_203,
            slowed: true,
        }
    );
}

/// Requests a minute, over the second half of an hour.
fn a_minute(jobs: u64, kind: Kind) -> u64 {
    let clusters = jobs.div_ceil(5).min(20);
    let requests = |lasts| day(&Day { jobs, clusters, kind, lasts, ..INCIDENT }).requests;
    (requests(HOUR / 6) - requests(HOUR / 12)) / 5
}

#[test]
fn what_watching_costs_with_and_without_lists() {
    let table = [1, 10, 100, 1000]
        .map(|jobs| (jobs, a_minute(jobs, Kind::Dedicated), a_minute(jobs, Kind::ServerlessV2)));
    assert_eq!(table, [(1, 19, 19), (10, 23, 55), (100, 95, 414), (1000, 95, 1200)]);
}

#[test]
fn unkind_buckets_are_learnt_as_well() {
    let hours = Day { jobs: 200, limit: SMALL, lasts: 6 * HOUR, ..INCIDENT };
    let all_at_once = RateLimit { at_once: true, ..SMALL };
    let slow = RateLimit { capacity: 1200, refill: 1, period: Duration::from_secs(1), at_once: false };
    let table = [
        ("five tokens at the end of each minute", Day { limit: all_at_once, ..hours }),
        ("answers that overtake each other", Day { unsteady: true, ..hours }),
        ("somebody else takes two a minute", Day { thieves: 2, ..hours }),
        ("somebody else takes all there is", Day { thieves: 6, ..hours }),
        ("a large one that fills slowly", Day { limit: slow, unsteady: true, lasts: HOUR, ..hours }),
    ];
    let two = RateLimit { refill: 5, ..LARGE };
    let job_by_job = Day { kind: Kind::ServerlessV2, limit: two, lasts: HOUR, ..hours };
    let table = table
        .into_iter()
        .chain([("two projects, one of them busy", Day { another: Some(50), ..job_by_job })]);
    for (name, day_of) in table {
        let seen = day(&day_of);
        assert_eq!(seen.refused, 0, "{name}: {seen:?}");
        assert!(seen.selected <= Duration::from_secs(70), "{name}: {seen:?}");
        assert!(seen.cluster <= Duration::from_secs(120), "{name}: {seen:?}");
    }
}

#[test]
fn a_bucket_that_tells_nothing_shows_itself_by_its_refusals() {
    let seen = day(&Day { jobs: 200, limit: SMALL, lasts: 6 * HOUR, tells: false, ..INCIDENT });
    assert!(seen.refused * 25 < seen.requests, "one in twenty-five: {seen:?}");
    assert!(seen.selected <= Duration::from_secs(120), "{seen:?}");
}
