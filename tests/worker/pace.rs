//! Waits that Atlas asks for, and what is told while they last, against a scripted Atlas.

use atlas_tui::api::ErrorKind;
use atlas_tui::worker::{Pace, Report, Waiting, WatchId};

use crate::world::{HOUR, MS, SECOND, World, base, failure, pass, running, seconds};

fn paces(world: &World) -> Vec<Pace> {
    let pace = |report| if let Report::Pace(pace) = report { Some(pace) } else { None };
    world.reports().into_iter().filter_map(pace).collect()
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_atlas_asks_for_is_not_lengthened_by_failures_of_another_sort() {
    let script = |_, before| match before {
        1..=4 => (MS, failure(ErrorKind::ServerError, None)),
        5 => (MS, failure(ErrorKind::RateLimited, Some(seconds(3)))),
        _ => (MS, running()),
    };
    let world = World::new(script);
    world.attend(1).await;
    world.watch(1..=1).await;
    pass(HOUR).await;
    let calls = world.calls(1);
    let wait = calls[6] - calls[5];
    assert!((seconds(3)..seconds(4)).contains(&wait), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_a_429_of_another_one_holds_back_is_told_to_wait_when_it_is_due() {
    let script = |n, _| match n {
        2 => (MS, failure(ErrorKind::RateLimited, Some(seconds(20)))),
        _ => (MS, running()),
    };
    let world = World::new(script);
    world.attend(1).await;
    world.watch(1..=2).await;
    pass(2 * SECOND).await;
    assert_eq!(paces(&world), [], "nothing is due");
    pass(2 * SECOND).await;
    assert_eq!(world.calls(1).len(), 1);
    let told = paces(&world);
    let [Pace::Slowed { waiting: Some(Waiting { watch, until }) }] = told.as_slice() else {
        panic!("{told:?}")
    };
    let after = until.duration_since(base());
    assert_eq!(*watch, WatchId(1));
    assert!((20..=21).contains(&after.as_secs()), "{after}");
    pass(15 * SECOND).await;
    assert_eq!(paces(&world).len(), 1, "once");
    pass(3 * SECOND).await;
    assert_eq!(world.calls(1).len(), 2);
    assert!(!matches!(paces(&world).last(), Some(Pace::Slowed { waiting: Some(_) })), "it has left");
}
