//! The polling task against a scripted Atlas, on tokio's paused clock: hours pass in microseconds, and the
//! number and the moment of every request are known.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![allow(
    clippy::result_large_err,
    clippy::unnecessary_wraps,
    clippy::unchecked_time_subtraction,
    clippy::wildcard_imports,
    reason = "scripts answer in the API's own results, and a gap below zero is a failed test"
)]

mod lists;
mod pace;
mod world;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_tui::api::{self, Answer, Budget, ErrorKind, Meta, Missing, RestoreApi};
use atlas_tui::clock::{Clock, TokioClock};
use atlas_tui::domain::target::Target;
use atlas_tui::worker::task::{self, Settings};
use atlas_tui::worker::{Command, Ended, Report, RequestId, WatchId};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use world::*;

#[tokio::test(start_paused = true)]
async fn two_hours_of_a_running_job_on_screen() {
    let world = World::new(|_, _| (62 * MS, running()));
    world.attend(1).await;
    world.watch(1..=1).await;
    pass(2 * HOUR).await;
    let calls = world.calls(1);
    assert!(gaps(&calls).iter().all(|gap| about(*gap, seconds(3) + 62 * MS)), "{calls:?}");
    // 7200 s at 3.062 s each; jitter averages out.
    assert!((2300..=2400).contains(&calls.len()), "{}", calls.len());
    let starts = world.reports().iter().filter(|r| matches!(r, Report::Started { .. })).count();
    assert_eq!(starts, calls.len());
}

#[tokio::test(start_paused = true)]
async fn lookups_off_screen_refresh_more_slowly_and_finished_ones_not_at_all() {
    let world = World::new(|n, _| (10 * MS, if n == 3 { completed() } else { running() }));
    world.attend(1).await;
    world.watch(1..=3).await;
    pass(HOUR).await;
    assert!(gaps(&world.calls(1)).iter().all(|gap| about(*gap, seconds(3))));
    assert!(gaps(&world.calls(2)).iter().all(|gap| about(*gap, seconds(15))));
    assert_eq!(world.calls(3).len(), 1);
    assert_eq!(world.next(3), None);

    world.send(Command::Refresh(Some(WatchId(3)))).await;
    pass(HOUR).await;
    assert_eq!(world.calls(3).len(), 2, "on demand, once");
}

#[tokio::test(start_paused = true)]
async fn attention_brings_the_next_read_forward_and_its_loss_defers_it() {
    let world = World::new(|_, _| (MS, running()));
    world.watch(1..=2).await;
    pass(10 * SECOND).await;
    assert_eq!((world.calls(1).len(), world.calls(2).len()), (1, 1));
    world.attend(2).await;
    pass(200 * MS).await;
    assert_eq!(world.calls(2).len(), 2, "its last answer is older than the interval");
    assert!(world.next(2).unwrap() < seconds(4));
    world.attend(1).await;
    pass(200 * MS).await;
    assert_eq!(world.calls(1).len(), 2);
    assert!(world.next(2).unwrap() > seconds(12));
    assert!(matches!(world.reports().last().unwrap(), Report::Ended(_)));
}

#[tokio::test(start_paused = true)]
async fn a_failing_lookup_backs_off_alone() {
    let script = |n, before| match (n, before) {
        (1, 1..=9) => (MS, failure(ErrorKind::ServerError, None)),
        _ => (MS, running()),
    };
    let world = World::new(script);
    world.attend(1).await;
    world.watch(1..=2).await;
    pass(HOUR).await;
    let gaps_of_failing = gaps(&world.calls(1));
    for (gap, wanted) in gaps_of_failing.iter().zip([3, 3, 6, 12, 24, 48, 60, 60, 60, 60, 3, 3]) {
        assert!(about(*gap, seconds(wanted)), "{gap:?} for {wanted} s");
    }
    assert!(gaps(&world.calls(2)).iter().all(|gap| about(*gap, seconds(15))));

    let calls = world.calls(2).len();
    drop(world);

    let alone = World::new(|_, _| (MS, running()));
    alone.watch(2..=2).await;
    pass(HOUR).await;
    assert!(calls.abs_diff(alone.calls(2).len()) <= 5, "as often as without the failing one");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_whatever_else_changes() {
    let script = |_, before| match before {
        0 => (MS, failure(ErrorKind::RateLimited, Some(seconds(42)))),
        _ => (MS, running()),
    };
    let world = World::new(script);
    world.watch(1..=1).await;
    pass(SECOND).await;
    world.attend(1).await;
    world.send(Command::Interval(SECOND)).await;
    world.send(Command::Pause(true)).await;
    world.send(Command::Pause(false)).await;
    pass(41 * SECOND).await;
    assert_eq!(world.calls(1).len(), 1);
    pass(6 * SECOND).await;
    assert!(world.calls(1).len() > 1);
    assert!(world.calls(1)[1] >= seconds(42));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_not_hammered() {
    let refused = || failure(ErrorKind::KeyRefused { public_key_hint: "abcd".into() }, None);
    let world = World::new(move |_, _| (MS, refused()));
    world.attend(1).await;
    world.watch(1..=200).await;
    pass(10 * SECOND).await;
    let early = world.all_calls().len();
    assert!((5..=15).contains(&early), "a wrong key is wrong for all of them: {early} attempts");
    pass(HOUR).await;
    assert!(world.calls(1).len() <= 14, "{}", world.calls(1).len());
    let busiest = world.all_calls().windows(2).skip(3).map(|pair| pair[1].1 - pair[0].1).min().unwrap();
    assert!(busiest >= 50 * MS);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_change_is_not_asked_again() {
    let script = |n, before| match (n, before) {
        (1, _) => (MS, failure(ErrorKind::WrongKind, None)),
        (2, _) => (MS, failure(ErrorKind::Ended, None)),
        (3, 0) => (MS, running()),
        _ => (MS, failure(ErrorKind::NotFound(Missing::Job), None)),
    };
    let world = World::new(script);
    world.watch(1..=4).await;
    pass(HOUR).await;
    assert_eq!((world.calls(1).len(), world.calls(2).len()), (1, 1));
    assert_eq!(world.calls(3).len(), 3, "gone: seen once, missed twice");
    assert!((50..=67).contains(&world.calls(4).len()), "never seen: it may be yet to come");
}

#[tokio::test(start_paused = true)]
async fn a_link_is_read_at_its_end_and_two_minutes_on() {
    let end = seconds(600);
    let script = move |_, _| (MS, answer(link(end, false)));
    let world = World::new(script);
    world.watch(1..=1).await;
    pass(HOUR).await;
    let calls = world.calls(1);
    let at_end = calls.iter().position(|at| *at >= end).unwrap();
    assert!(gaps(&calls[..at_end]).iter().all(|gap| about(*gap, seconds(60))), "{calls:?}");
    assert!((end + SECOND..end + SECOND + 100 * MS).contains(&calls[at_end]), "{:?}", calls[at_end]);
    let closing = &calls[at_end..];
    assert!(gaps(closing).iter().all(|gap| about(*gap, seconds(10))), "{closing:?}");
    assert!(*closing.last().unwrap() <= end + seconds(132), "two minutes of patience, then silence");
    assert_eq!(world.next(1), None);
}

#[tokio::test(start_paused = true)]
async fn a_flag_set_late_ends_the_polling() {
    let start = Instant::now();
    let script = move |_, _| (MS, answer(link(seconds(5), start.elapsed() > seconds(30))));
    let world = World::new(script);
    world.watch(1..=1).await;
    pass(HOUR).await;
    // At 0 s, just after 5 s, about 16, 26 and 36 s.
    assert_eq!(world.calls(1).len(), 5, "{:?}", world.calls(1));
}

#[tokio::test(start_paused = true)]
async fn a_links_end_follows_the_servers_clock() {
    // The server is 400 s ahead of us, so a link that ends at 600 s on its clock ends at 200 s on ours.
    let start = Instant::now();
    let script = move |_, _| {
        let server_date = base().saturating_add(start.elapsed() + seconds(400)).unwrap();
        let server_date = Some(Timestamp::from_second(server_date.as_second()).unwrap());
        (MS, Ok(Answer { job: link(seconds(600), false), meta: Meta { server_date, ..Meta::default() } }))
    };
    let world = World::new(script);
    world.watch(1..=1).await;
    pass(HOUR).await;
    let calls = world.calls(1);
    assert!(calls.iter().any(|at| (seconds(200)..seconds(203)).contains(at)), "{calls:?}");
    assert!(*calls.last().unwrap() < seconds(340), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn one_wrong_date_ends_no_link() {
    // Believed at once, and beyond belief.
    for ahead in [seconds(50 * 60), HOUR * 24 * 3000] {
        let start = Instant::now();
        let script = move |_, call: usize| {
            let lie = if call == 0 { ahead } else { Duration::ZERO };
            let server_date = base().saturating_add(start.elapsed() + lie).unwrap();
            let server_date = Some(Timestamp::from_second(server_date.as_second()).unwrap());
            (
                MS,
                Ok(Answer {
                    job: link(seconds(40 * 60), false),
                    meta: Meta { server_date, ..Meta::default() },
                }),
            )
        };
        let world = World::new(script);
        world.watch(1..=1).await;
        pass(HOUR).await;
        let calls = world.calls(1);
        assert!(calls[1] < seconds(17), "the second opinion comes soon: {calls:?}");
        let end = seconds(40 * 60);
        assert!(gaps(&calls[1..30]).iter().all(|gap| about(*gap, seconds(60))), "{calls:?}");
        assert!(calls.iter().any(|at| (end + SECOND..end + seconds(3)).contains(at)), "{calls:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pause_is_silence_and_refresh_still_works() {
    let world = World::new(|_, _| (MS, running()));
    world.attend(1).await;
    world.watch(1..=100).await;
    pass(SECOND).await;
    world.send(Command::Pause(true)).await;
    pass(10 * MS).await;
    let before = world.all_calls().len();
    assert!(before < 30, "the queue of first reads had not ended");
    assert_eq!(world.next(1), None);
    pass(HOUR).await;
    assert_eq!(world.all_calls().len(), before);

    world.send(Command::Refresh(Some(WatchId(1)))).await;
    pass(HOUR).await;
    assert_eq!(world.all_calls().len(), before + 1);

    world.watch(101..=101).await;
    pass(HOUR).await;
    assert_eq!(world.calls(101).len(), 1, "a lookup just added is read once");

    world.send(Command::Pause(false)).await;
    pass(6 * SECOND).await;
    assert!((1..=100).all(|n| !world.calls(n).is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_read_under_way_is_not_doubled() {
    let world = World::new(|_, _| (5 * SECOND, running()));
    world.watch(1..=1).await;
    pass(SECOND).await;
    for _ in 0..10 {
        world.send(Command::Refresh(Some(WatchId(1)))).await;
        world.send(Command::Refresh(None)).await;
    }
    pass(10 * SECOND).await;
    assert_eq!(world.calls(1).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unwatched_lookup_is_never_heard_of_again() {
    let world = World::new(|_, _| (5 * SECOND, running()));
    world.watch(1..=1).await;
    pass(SECOND).await;
    world.send(Command::Unwatch(WatchId(1))).await;
    pass(HOUR).await;
    assert_eq!(world.calls(1).len(), 1);
    let reports = world.reports();
    assert!(matches!(reports.as_slice(), [Report::Started { .. }]), "{reports:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_for_the_old_target_never_comes() {
    let world = World::new(|_, _| (5 * SECOND, completed()));
    world.watch(1..=1).await;
    pass(SECOND).await;
    world.send(Command::Watch(vec![(WatchId(1), target(2))])).await;
    pass(HOUR).await;
    assert_eq!((world.calls(1).len(), world.calls(2).len()), (1, 1));
    let ended: Vec<RequestId> = world
        .reports()
        .iter()
        .filter_map(|report| match report {
            Report::Ended(ended) => Some(ended.request),
            _ => None,
        })
        .collect();
    assert_eq!(ended, [RequestId(2)]);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_lookups_start_without_a_burst() {
    let world = World::new(|n, _| (80 * MS, if n % 10 == 0 { running() } else { completed() }));
    world.watch(1..=1000).await;
    world.attend(777).await;
    pass(2 * SECOND).await;
    assert_eq!(world.all_calls()[0].0, 777, "the one on screen comes first");
    pass(58 * SECOND).await;
    assert!((1..=1000).all(|n| !world.calls(n).is_empty()), "all were read within a minute");
    pass(600 * SECOND).await;
    let calls = world.all_calls();
    for window in calls.windows(21) {
        assert!(window[20].1 - window[0].1 >= SECOND, "over 20 within a second at {:?}", window[0].1);
    }
    assert_eq!(world.calls(999).len(), 1);
    assert!(gaps(&world.calls(500)).iter().skip(4).all(|gap| *gap < seconds(25)));
}

#[tokio::test(start_paused = true)]
async fn a_nearly_used_budget_is_left_to_the_one_on_screen() {
    let budget = Some(Budget { limit: 1200, remaining: 100 });
    let script = move |_, _| (MS, running().map(|a| Answer { meta: Meta { budget, ..a.meta }, ..a }));
    let world = World::new(script);
    world.attend(1).await;
    world.watch(1..=500).await;
    pass(60 * SECOND).await;
    assert!((18..=22).contains(&world.calls(1).len()));
    assert!(world.all_calls().len() < 90, "{}", world.all_calls().len());
}

#[tokio::test(start_paused = true)]
async fn hung_lookups_do_not_delay_the_one_on_screen() {
    let hang = |n| if n <= 20 { (20 * SECOND, failure(ErrorKind::Timeout, None)) } else { (MS, running()) };
    let world = World::new(move |n, _| hang(n));
    world.attend(21).await;
    world.watch(1..=21).await;
    pass(60 * SECOND).await;
    let calls = world.calls(21);
    assert!(gaps(&calls).iter().all(|gap| about(*gap, seconds(3))), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn hung_lookups_do_not_delay_those_that_answer() {
    let hang = |n| if n <= 14 { (20 * SECOND, failure(ErrorKind::Timeout, None)) } else { (MS, running()) };
    let world = World::new(move |n, _| hang(n));
    world.attend(16).await;
    world.watch(1..=16).await;
    pass(60 * SECOND).await;
    let calls = world.calls(15);
    assert!(calls[0] < 7 * SECOND, "two rounds of hung ones stand before it: {calls:?}");
    assert!(gaps(&calls).iter().all(|gap| *gap < 20 * SECOND), "at its own pace: {calls:?}");
    // The hung ones are heard out, and not asked again meanwhile.
    assert!((1..=14).all(|n| world.calls(n).len() <= 3), "{:?}", world.all_calls());
}

/// How many requests are under way, and how many there were at most; dropped with its request.
struct Count(Arc<Mutex<(usize, usize)>>);

impl Drop for Count {
    fn drop(&mut self) {
        self.0.lock().unwrap().0 -= 1;
    }
}

/// An Atlas that never answers.
struct Hung(Arc<Mutex<(usize, usize)>>);

impl RestoreApi for Hung {
    async fn restore_job(&self, _: &Target) -> Result {
        {
            let mut count = self.0.lock().unwrap();
            count.0 += 1;
            count.1 = count.1.max(count.0);
        }
        let _count = Count(Arc::clone(&self.0));
        std::future::pending().await
    }

    async fn restore_jobs(&self, _: &api::Batch) -> Result<api::Listing> {
        panic!("no test of this file asks for a list")
    }
}

#[tokio::test(start_paused = true)]
async fn moving_among_hung_lookups_reads_each_at_once_with_a_limit() {
    let under_way = Arc::new(Mutex::new((0_usize, 0_usize)));
    let (commands, inbox) = mpsc::channel(64);
    let started = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&started);
    let reports = Arc::new(Mutex::new(Vec::new()));
    let all_reports = Arc::clone(&reports);
    let report = move |report: Report| {
        if let Report::Started { watches, .. } = &report {
            sink.lock().unwrap().extend(watches.iter().map(|watch| watch.0));
        }
        all_reports.lock().unwrap().push(report);
    };
    let api = Arc::new(Hung(Arc::clone(&under_way)));
    let clock = TokioClock::starting_at(base());
    tokio::spawn(task::run(api, clock, inbox, report, Settings::default()));
    let all = (1..=40).map(|n| (WatchId(n), target(n))).collect();
    commands.send(Command::Watch(all)).await.unwrap();
    pass(2 * SECOND).await;
    assert!(under_way.lock().unwrap().1 <= 8, "before any is known to hang");
    pass(8 * SECOND).await;
    for n in 21..=40 {
        commands.send(Command::Attend(Some(WatchId(n)))).await.unwrap();
        pass(60 * MS).await;
        assert!(started.lock().unwrap().contains(&n), "{n} waits");
    }
    pass(SECOND).await;
    assert!(under_way.lock().unwrap().1 <= 32, "{:?}", under_way.lock().unwrap());

    // What gave way is told of, so that it is not taken to be under way once a pause has emptied the queue.
    commands.send(Command::Pause(true)).await.unwrap();
    pass(SECOND).await;
    let mut pending = std::collections::BTreeSet::new();
    for report in reports.lock().unwrap().iter() {
        match report {
            Report::Started { watches, .. } => pending.extend(watches.iter().copied()),
            Report::Ended(ended) => pending.retain(|id| ended.reads.iter().all(|read| read.watch != *id)),
            Report::Scheduled(all) => pending.retain(|id| all.iter().all(|one| one.watch != *id)),
            Report::Pace(_) => {}
        }
    }
    assert_eq!(pending.len(), under_way.lock().unwrap().0, "{pending:?}");
}

#[tokio::test(start_paused = true)]
async fn the_interval_can_be_changed_and_is_kept_within_reason() {
    let world = World::new(|_, _| (MS, running()));
    world.attend(1).await;
    world.watch(1..=1).await;
    pass(SECOND).await;
    world.send(Command::Interval(seconds(30))).await;
    pass(HOUR).await;
    let slow = world.calls(1);
    assert!(gaps(&slow).iter().all(|gap| about(*gap, seconds(30))), "{slow:?}");
    world.send(Command::Interval(Duration::ZERO)).await;
    pass(60 * SECOND).await;
    let fast = world.calls(1).len() - slow.len();
    assert!((50..=61).contains(&fast), "a second at least: {fast}");
}

/// Tokio's clock with a wall that somebody sets.
#[derive(Clone)]
struct SetClock(TokioClock, Arc<Mutex<i64>>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.now().as_millisecond() + *self.1.lock().unwrap() * 1000).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_set_back_or_forth_stops_nothing() {
    let clock = TokioClock::starting_at(base());
    let offset = Arc::new(Mutex::new(0));
    let set = SetClock(clock, Arc::clone(&offset));
    let world = World::on_clock(set, clock, |_, _| (MS, running()));
    world.attend(1).await;
    world.watch(1..=1).await;
    pass(60 * SECOND).await;
    for jump in [-7200, 7200, -1, 86_400] {
        *offset.lock().unwrap() = jump;
        let before = world.calls(1).len();
        pass(60 * SECOND).await;
        let calls = world.calls(1).len() - before;
        assert!((18..=23).contains(&calls), "{calls} after a jump to {jump} s");
    }
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_nobody_can_command_it() {
    let world = World::new(|_, _| (HOUR, running()));
    world.watch(1..=3).await;
    pass(SECOND).await;
    drop(world.commands);
    world.task.await.unwrap();
    assert!(world.atlas.start.elapsed() < 2 * SECOND, "without waiting for the requests under way");
}

#[tokio::test(start_paused = true)]
async fn a_read_that_panics_is_an_error_like_any_other() {
    let world = World::new(|_, before| if before == 0 { panic!("a fault") } else { (MS, running()) });
    world.watch(1..=1).await;
    pass(2 * 60 * SECOND).await;
    let reports = world.reports();
    let Report::Ended(ended) = &reports[1] else { panic!("{reports:?}") };
    let Ended { reads, failure, .. } = &**ended;
    assert_eq!(reads[0].result.as_ref().unwrap_err().kind, ErrorKind::Internal);
    assert_eq!(failure.as_ref().unwrap().kind, ErrorKind::Internal);
    assert!(world.calls(1).len() > 1);
}
