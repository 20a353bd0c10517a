//! Every row of the phase table, the recorded jobs, and random flags.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::domain::job::CollectionRestore;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The clock of the tests: on the day of the recordings.
const NOON: Timestamp = Timestamp::constant(1_786_363_200, 0);
const LONG_BEFORE: Timestamp = Timestamp::constant(1_786_363_200 - 7200, 0);
const BEFORE: Timestamp = Timestamp::constant(1_786_363_200 - 3600, 0);
const AFTER: Timestamp = Timestamp::constant(1_786_363_200 + 3600, 0);

fn automated() -> RestoreJob {
    RestoreJob { delivery_type: Some(DeliveryType::Automated), ..RestoreJob::default() }
}

fn download() -> RestoreJob {
    RestoreJob { delivery_type: Some(DeliveryType::Download), ..RestoreJob::default() }
}

fn odd() -> RestoreJob {
    RestoreJob { delivery_type: Some(DeliveryType::Other("carrier pigeon".into())), ..RestoreJob::default() }
}

fn link() -> Vec<String> {
    vec!["https://restore.example.net:27017/restore.tar.gz".to_owned()]
}

/// Asserts the status of a job at noon.
#[track_caller]
fn is(job: &RestoreJob, phase: Phase, ended_at: Option<Timestamp>, anomalies: &[Anomaly]) {
    assert_eq!(assess(job, NOON), Status { phase, ended_at, anomalies: anomalies.to_vec() }, "{job:?}");
}

#[test]
fn rows_1_and_2_failed_or_cancelled() {
    let failed = |job| RestoreJob { failed: Some(true), ..job };
    is(&failed(automated()), Phase::Failed, None, &[]);
    let job = RestoreJob { finished_at: Some(BEFORE), ..failed(automated()) };
    is(&job, Phase::Failed, Some(BEFORE), &[]);

    let others = &[Anomaly::FailedWithOtherFlags];
    is(&RestoreJob { delivery_urls: link(), ..failed(download()) }, Phase::Failed, None, others);
    is(&RestoreJob { expired: Some(true), ..failed(download()) }, Phase::Failed, None, others);
    is(&RestoreJob { cancelled: Some(true), ..failed(download()) }, Phase::Failed, None, others);

    let cancelled = RestoreJob { cancelled: Some(true), ..automated() };
    is(&cancelled, Phase::Cancelled, None, &[]);
    let job = RestoreJob { finished_at: Some(BEFORE), expired: Some(true), ..cancelled };
    is(&job, Phase::Cancelled, Some(BEFORE), &[Anomaly::CancelledAndExpired]);
}

#[test]
fn rows_3_and_4_flagged_expired() {
    let expired = |job| RestoreJob { expired: Some(true), expires_at: Some(BEFORE), ..job };
    is(&expired(download()), Phase::Expired, Some(BEFORE), &[]);
    let job = RestoreJob { delivery_urls: link(), ..expired(download()) };
    is(&job, Phase::Expired, Some(BEFORE), &[]);
    let job = RestoreJob { finished_at: Some(LONG_BEFORE), ..expired(download()) };
    is(&job, Phase::Expired, Some(BEFORE), &[]);
    is(&expired(automated()), Phase::Expired, Some(BEFORE), &[]);
    is(&RestoreJob { expires_at: None, ..expired(automated()) }, Phase::Expired, None, &[]);

    let job = RestoreJob { finished_at: Some(LONG_BEFORE), ..expired(automated()) };
    is(&job, Phase::Completed, Some(LONG_BEFORE), &[Anomaly::ExpiredAfterSuccess]);
}

#[test]
fn rows_5_and_6_a_link() {
    let until = |expires_at| RestoreJob { delivery_urls: link(), expires_at, ..download() };
    is(&until(Some(AFTER)), Phase::Ready, None, &[]);
    is(&until(None), Phase::Ready, None, &[]);

    let by_clock = &[Anomaly::ExpiredByClock];
    is(&until(Some(BEFORE)), Phase::Expired, Some(BEFORE), by_clock);
    is(&until(Some(NOON)), Phase::Expired, Some(NOON), by_clock);
    is(
        &RestoreJob { finished_at: Some(LONG_BEFORE), ..until(Some(BEFORE)) },
        Phase::Expired,
        Some(BEFORE),
        by_clock,
    );
}

#[test]
fn rows_7_and_8_finished() {
    let finished = |job, at| RestoreJob { finished_at: Some(at), ..job };
    let no_link = &[Anomaly::FinishedWithoutLink];
    is(&finished(download(), BEFORE), Phase::Completed, Some(BEFORE), no_link);
    let job = RestoreJob { delivery_urls: vec![" ".into()], ..finished(download(), BEFORE) };
    is(&job, Phase::Completed, Some(BEFORE), no_link);

    is(&finished(automated(), BEFORE), Phase::Completed, Some(BEFORE), &[]);
    let job = RestoreJob { expires_at: Some(BEFORE), ..finished(automated(), LONG_BEFORE) };
    is(&job, Phase::Completed, Some(LONG_BEFORE), &[]);
    let a_minute_ahead = NOON + SignedDuration::from_secs(60);
    is(&finished(automated(), a_minute_ahead), Phase::Completed, Some(a_minute_ahead), &[]);
    is(&finished(automated(), AFTER), Phase::Completed, Some(AFTER), &[Anomaly::FinishedInFuture]);
}

#[test]
fn rows_9_and_10_open() {
    let over = |job| RestoreJob { expires_at: Some(BEFORE), ..job };
    is(&over(automated()), Phase::Running, None, &[Anomaly::PastExpiryStillOpen]);
    is(&over(download()), Phase::Expired, Some(BEFORE), &[Anomaly::ExpiredByClock]);

    is(&RestoreJob::default(), Phase::Running, None, &[]);
    let no = Some(false);
    is(&RestoreJob { failed: no, cancelled: no, expired: no, ..download() }, Phase::Running, None, &[]);
    is(&RestoreJob { expires_at: Some(AFTER), ..automated() }, Phase::Running, None, &[]);
}

#[test]
fn row_11_an_unknown_delivery_type() {
    use Anomaly::{ExpiredByClock, FinishedInFuture, UnknownDeliveryType};
    is(&odd(), Phase::Running, None, &[UnknownDeliveryType]);
    let finished = RestoreJob { finished_at: Some(AFTER), ..odd() };
    is(&finished, Phase::Completed, Some(AFTER), &[FinishedInFuture, UnknownDeliveryType]);
    let linked = |expires_at| RestoreJob { delivery_urls: link(), expires_at: Some(expires_at), ..odd() };
    is(&linked(AFTER), Phase::Ready, None, &[UnknownDeliveryType]);
    is(&linked(BEFORE), Phase::Expired, Some(BEFORE), &[ExpiredByClock, UnknownDeliveryType]);
    is(&RestoreJob { delivery_type: None, ..linked(AFTER) }, Phase::Ready, None, &[]);
}

/// The jobs of the recordings and of the documented example, as they were answered.
#[test]
fn recorded_jobs() {
    let no = Some(false);
    let open = |job| RestoreJob { failed: no, cancelled: no, expired: no, ..job };

    let in_progress = open(automated());
    assert_eq!(assess(&in_progress, NOON).phase, Phase::Running);

    let finished = RestoreJob { finished_at: Some(at("2026-08-10T03:40:10Z")), ..open(automated()) };
    let status = assess(&finished, NOON);
    assert_eq!((status.phase, status.ended_at), (Phase::Completed, finished.finished_at));

    let ready = RestoreJob {
        delivery_urls: link(),
        expires_at: Some(at("2026-08-10T04:44:52Z")),
        ..open(download())
    };
    let status = assess(&ready, at("2026-08-10T03:44:53Z"));
    assert_eq!(status, Status { phase: Phase::Ready, ended_at: None, anomalies: vec![] });
    assert_eq!(assess(&ready, at("2026-08-10T04:44:52Z")).phase, Phase::Expired);

    // Set so by the server itself, on a job that nobody cancelled.
    let broken = RestoreJob {
        failed: Some(true),
        cancelled: Some(true),
        finished_at: Some(at("2026-08-10T04:05:00Z")),
        ..open(download())
    };
    let status = assess(&broken, NOON);
    assert_eq!((status.phase, status.ended_at), (Phase::Failed, broken.finished_at));
    assert_eq!(status.anomalies, [Anomaly::FailedWithOtherFlags]);

    let documented = RestoreJob { expires_at: Some(at("2021-04-20T00:00:00Z")), ..open(automated()) };
    let status = assess(&documented, NOON);
    assert_eq!(status.phase, Phase::Running);
    assert_eq!(status.anomalies, [Anomaly::PastExpiryStillOpen]);
}

#[test]
fn the_next_change_is_foreseen() {
    let ready = RestoreJob { delivery_urls: link(), expires_at: Some(AFTER), ..download() };
    assert_eq!(changes_at(&ready, NOON), Some(AFTER));
    assert_eq!(changes_at(&ready, AFTER), None, "once over, it stays so");

    let open = RestoreJob { expires_at: Some(AFTER), ..automated() };
    assert_eq!(changes_at(&open, NOON), Some(AFTER));

    let finished = RestoreJob { finished_at: Some(BEFORE), expires_at: Some(AFTER), ..automated() };
    assert_eq!(changes_at(&finished, NOON), None, "a finished restore has nothing to lose");

    let ahead = RestoreJob { finished_at: Some(AFTER), ..automated() };
    assert_eq!(changes_at(&ahead, NOON), Some(at("2026-08-10T12:59:00Z")));
    assert_eq!(changes_at(&RestoreJob { finished_at: Some(Timestamp::MIN), ..automated() }, NOON), None);
}

/// Moments around the clock's, and the ends of all time.
fn moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        8 => (-200_i64..200).prop_map(|seconds| NOON + SignedDuration::from_secs(seconds)),
        1 => Just(Timestamp::MIN),
        1 => Just(Timestamp::MAX),
    ]
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![2 => Just(None), 3 => Just(Some(false)), 1 => Just(Some(true))]
}

prop_compose! {
    fn any_job()(
        delivery_type in prop_oneof![
            Just(None),
            Just(Some(DeliveryType::Automated)),
            Just(Some(DeliveryType::Download)),
            Just(Some(DeliveryType::PointInTime)),
            Just(Some(DeliveryType::Restore)),
            Just(Some(DeliveryType::Other("x".into()))),
        ],
        failed in flag(),
        cancelled in flag(),
        expired in flag(),
        finished_at in proptest::option::of(moment()),
        expires_at in proptest::option::of(moment()),
        has_link in any::<bool>(),
    ) -> RestoreJob {
        let delivery_urls = if has_link { link() } else { vec![] };
        RestoreJob {
            delivery_type, cancelled, expired, failed, finished_at, expires_at, delivery_urls,
            ..RestoreJob::default()
        }
    }
}

const STATUSES: [&str; 8] =
    ["PENDING", "QUEUED", "RUNNING", "FAILED", "COMPLETED", "CLOSED", "completed", "RESUMING"];
const STATES: [&str; 7] =
    ["INITIALIZING", "IN_PROGRESS", "FINALIZING", "SUCCESSFUL", "CANCELED", "FAILED", "ROLLBACK"];

/// A job with a word in place of flags.
fn worded_job() -> impl Strategy<Value = RestoreJob> {
    let status = proptest::sample::select(&STATUSES[..]);
    let state = proptest::sample::select(&STATES[..]);
    let index = proptest::option::of(proptest::sample::select(&["FAILED", "COMPLETED"][..]));
    let failed = proptest::option::of(-1_i64..3);
    let word = prop_oneof![
        status.prop_map(|status| (Some(status.to_owned()), None)),
        (state, index, failed).prop_map(|(state, index, failed)| {
            let restore = CollectionRestore {
                state: Some(state.to_owned()),
                index_state: index.map(str::to_owned),
                failed_collection_count: failed,
                ..CollectionRestore::default()
            };
            (None, Some(Box::new(restore)))
        }),
    ];
    (any_job(), word).prop_map(|(job, (status, collections))| RestoreJob {
        cancelled: None,
        expired: None,
        failed: None,
        status,
        collections,
        ..job
    })
}

proptest! {
    #[test]
    fn any_word_has_one_status_and_is_believed(job in worded_job(), now in moment()) {
        let status = assess(&job, now);
        prop_assert_eq!(&status, &assess(&job, now));
        prop_assert!(status.anomalies.is_sorted());
        // The clock decides about links alone: never about a restore into a cluster.
        let into_cluster = matches!(
            job.delivery_type,
            Some(DeliveryType::Automated | DeliveryType::Restore)
        );
        if into_cluster || job.delivery_urls.is_empty() || job.collections.is_some() {
            prop_assert!(!matches!(status.phase, Phase::Ready | Phase::Expired), "{:?}", status);
        }
        prop_assert_eq!(status.ended_at.is_some() && !status.phase.is_terminal(), false);
        prop_assert_eq!(
            status.anomalies.contains(&Anomaly::FinishedButOpen),
            job.finished_at.is_some() && !status.phase.is_terminal()
        );
        let word = job.status.clone().or_else(|| job.collections.clone()?.state);
        let known = word.as_deref().is_some_and(|word| {
            !matches!(word, "completed" | "RESUMING" | "ROLLBACK")
        });
        prop_assert_eq!(matches!(status.phase, Phase::Unknown(_)), !known);
    }

    #[test]
    fn a_worded_status_holds_until_its_next_change(job in worded_job(), now in moment(), later in moment()) {
        let status = assess(&job, now);
        match changes_at(&job, now) {
            Some(change) => {
                prop_assert!(change > now);
                prop_assert_ne!(&assess(&job, change), &status);
            }
            None => prop_assert!(later < now || assess(&job, later) == status),
        }
    }

    #[test]
    fn any_flags_have_one_status(job in any_job(), now in moment()) {
        let status = assess(&job, now);
        prop_assert_eq!(&status, &assess(&job, now));
        prop_assert!(status.anomalies.is_sorted());
        let distinct: BTreeSet<_> = status.anomalies.iter().collect();
        prop_assert_eq!(distinct.len(), status.anomalies.len());
        prop_assert_eq!(status.phase == Phase::Failed, job.failed == Some(true));
        if job.failed != Some(true) && job.cancelled == Some(true) {
            prop_assert_eq!(&status.phase, &Phase::Cancelled);
        }
        if status.phase == Phase::Running {
            prop_assert!(job.finished_at.is_none() && status.ended_at.is_none());
        }
        if status.phase == Phase::Ready {
            prop_assert!(!job.delivery_urls.is_empty() && job.expires_at.is_none_or(|at| at > now));
        }
    }

    #[test]
    fn a_flag_left_out_is_a_flag_not_set(job in any_job(), now in moment()) {
        let said = |flag: Option<bool>| Some(flag == Some(true));
        let whole = RestoreJob {
            failed: said(job.failed),
            cancelled: said(job.cancelled),
            expired: said(job.expired),
            ..job.clone()
        };
        prop_assert_eq!(assess(&job, now), assess(&whole, now));
    }

    #[test]
    fn the_status_holds_until_its_next_change(job in any_job(), now in moment(), later in moment()) {
        let status = assess(&job, now);
        match changes_at(&job, now) {
            Some(change) => {
                prop_assert!(change > now);
                prop_assert_ne!(&assess(&job, change), &status);
                if (now..change).contains(&later) {
                    prop_assert_eq!(&assess(&job, later), &status);
                }
            }
            None => prop_assert!(later < now || assess(&job, later) == status),
        }
    }
}

#[test]
fn words_are_distinct() {
    let unknown = Phase::Unknown("CLOSING".into());
    let phases: Vec<_> = Phase::NAMED.iter().chain([&unknown]).collect();
    let words: BTreeSet<_> = phases.iter().map(|phase| phase.word()).collect();
    let codes: BTreeSet<_> = phases.iter().map(|phase| phase.as_str()).collect();
    assert_eq!((words.len(), codes.len()), (phases.len(), phases.len()));
    assert!(phases.iter().all(|phase| phase.glyph(true).is_ascii()));
    assert!(Phase::Ready.is_terminal() && !Phase::Ready.is_over());
    assert!(!Phase::Unknown("CLOSING".into()).is_terminal(), "keep asking about what is not understood");
}
