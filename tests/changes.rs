//! What a transition sets in motion: history, marks, notifications, the hook's call, title and progress. Without a
//! loop; each step is a message at a chosen instant.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod board;

use std::time::Duration;

use atlas_tui::api::{ErrorKind, Missing};
use atlas_tui::app::key::parse_keys;
use atlas_tui::app::model::Source;
use atlas_tui::app::notification::{Notification, Switches};
use atlas_tui::app::screen::{Body, Progress, project};
use atlas_tui::app::{Effect, Message, Model, settle, update};
use atlas_tui::domain::phase::Phase;
use board::{Given, at, board, ended, report};
use jiff::Timestamp;
use proptest::prelude::*;

const JOB: &str = "6a794733c0eb9e7a17740663";
const DUMP: &str = "6a7948342c88faeba59eb866";
const RUNNING: &str = include_str!("recordings/dedicated-automated-in-progress.http");
const FINISHED: &str = include_str!("recordings/dedicated-automated-finished.http");
const DOWNLOADING: &str = include_str!("recordings/dedicated-download-in-progress.http");
const READY: &str = include_str!("recordings/dedicated-download-ready.http");

/// An automated restore that failed. Without an id, so that it can be any job's.
const FAILED: &str = "HTTP/1.1 200 OK\n\n{\"deliveryType\": \"automated\", \"failed\": true}";

/// One batch: these messages, and what becomes of them.
fn batch(model: &mut Model, time: &str, messages: impl IntoIterator<Item = Message>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for message in messages {
        effects.extend(update(model, message, at(time)));
    }
    effects.extend(settle(model, at(time)));
    effects
}

fn answer(model: &mut Model, job: &str, time: &str, given: Given) -> Vec<Effect> {
    let report = ended(model, job, time, given);
    batch(model, time, [Message::Report(report)])
}

fn told(effects: &[Effect]) -> Vec<&str> {
    let texts = effects.iter().filter_map(|effect| match effect {
        Effect::Notify(notification) => Some(notification.text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn history(model: &Model, job: &str) -> Vec<Phase> {
    let watch = model.watches.iter().find(|watch| watch.lookup.target.job.as_str() == job).unwrap();
    watch.history.iter().map(|transition| transition.phase.clone()).collect()
}

fn badges(model: &Model, time: &str) -> Vec<String> {
    let Body::Board(board) = project(model, at(time)).screen.body else { panic!("a board") };
    board.detail.unwrap().badges.into_iter().map(|badge| badge.text).collect()
}

#[test]
fn a_job_that_ends_elsewhere_is_told_with_its_name_its_phase_and_how_long_it_took() {
    let mut model = board([DUMP, JOB]);
    assert_eq!(told(&answer(&mut model, JOB, "2026-08-10T03:38:26Z", Given::Body(RUNNING))), [""; 0]);
    let effects = answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(FINISHED));
    let all = Notification {
        text: "job 0663: completed after 3 min 51 s".into(),
        bell: true,
        terminal: true,
        desktop: true,
    };
    assert_eq!(effects, [Effect::Notify(all)]);
    assert_eq!(history(&model, JOB), [Phase::Running, Phase::Completed]);
    assert_eq!(told(&answer(&mut model, JOB, "2026-08-10T03:42:10Z", Given::Body(FINISHED))), [""; 0]);
}

#[test]
fn the_first_answer_is_nothing_to_tell() {
    let mut model = board([DUMP, JOB]);
    model.setup.hook = true;
    assert_eq!(answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(FINISHED)), []);
    assert_eq!(history(&model, JOB), [Phase::Completed]);
}

#[test]
fn who_looks_at_the_job_is_told_nothing_and_who_looks_away_is() {
    for (focus, told_then) in [(None, 0), (Some(true), 0), (Some(false), 1)] {
        let mut model = board([JOB]);
        answer(&mut model, JOB, "2026-08-10T03:38:26Z", Given::Body(RUNNING));
        let focus = focus.map(Message::Focus);
        batch(&mut model, "2026-08-10T03:38:27Z", focus);
        let effects = answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(FINISHED));
        assert_eq!(told(&effects).len(), told_then);
    }
    // A key is pressed by somebody who looks, whatever the terminal said.
    let mut model = board([JOB]);
    answer(&mut model, JOB, "2026-08-10T03:38:26Z", Given::Body(RUNNING));
    let key = parse_keys("T").unwrap().into_iter().map(Message::Key);
    batch(&mut model, "2026-08-10T03:38:27Z", [Message::Focus(false)].into_iter().chain(key));
    assert_eq!(told(&answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(FINISHED))), [""; 0]);
}

#[test]
fn what_ends_in_one_batch_or_within_two_seconds_is_told_together() {
    let other = "6a794733c0eb9e7a17740664";
    let third = "6a794733c0eb9e7a17740665";
    let mut model = board([DUMP, JOB, other, third]);
    for job in [JOB, other, third] {
        report(&mut model, job, "2026-08-10T03:38:26Z", Given::Body(RUNNING));
    }
    let time = "2026-08-10T03:41:10Z";
    let reports = [(JOB, FINISHED), (other, FAILED)]
        .map(|(job, body)| Message::Report(ended(&model, job, time, Given::Body(body))));
    assert_eq!(told(&batch(&mut model, time, reports)), ["2 restores ended: 1 completed, 1 failed"]);

    let effects = answer(&mut model, third, "2026-08-10T03:41:11Z", Given::Body(FAILED));
    assert_eq!(told(&effects), [""; 0], "no second bell within two seconds");
    let wake = project(&model, at("2026-08-10T03:41:11Z")).changes_at.unwrap();
    assert!(wake <= at("2026-08-10T03:41:12Z"), "the loop wakes for it: {wake}");
    assert_eq!(
        told(&batch(&mut model, "2026-08-10T03:41:12Z", [Message::Wake])),
        ["job 0665: failed after 4 min 52 s"]
    );
}

#[test]
fn each_means_is_left_out_when_it_is_off_and_all_off_is_silence() {
    let silent = Switches { bell: false, terminal: false, desktop: false, ..Switches::default() };
    for (switches, expected) in
        [(Switches { terminal: true, ..silent }, Some((false, true, false))), (silent, None)]
    {
        let mut model = board([DUMP, JOB]);
        model.setup.notify = switches;
        answer(&mut model, JOB, "2026-08-10T03:38:26Z", Given::Body(RUNNING));
        let effects = answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(FINISHED));
        let means = effects.iter().find_map(|effect| match effect {
            Effect::Notify(it) => Some((it.bell, it.terminal, it.desktop)),
            _ => None,
        });
        assert_eq!(means, expected);
    }
}

#[test]
fn a_hostile_label_is_told_clean_and_short() {
    let mut model = board([DUMP, JOB]);
    model.watches[1].lookup.label = format!("a\u{1b}]0;b\u{7}\u{202e}{}", "x".repeat(500));
    answer(&mut model, JOB, "2026-08-10T03:38:26Z", Given::Body(RUNNING));
    let effects = answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(FINISHED));
    let text = told(&effects)[0];
    assert!(text.starts_with("a]0;bxxx") && text.ends_with('…'), "{text}");
    assert_eq!(text.chars().count(), 201);
}

#[test]
fn a_link_is_told_when_it_is_there_ten_minutes_before_it_ends_and_when_it_has_ended() {
    let mut model = board([JOB, DUMP]);
    answer(&mut model, DUMP, "2026-08-10T03:43:00Z", Given::Body(DOWNLOADING));
    let effects = answer(&mut model, DUMP, "2026-08-10T03:45:00Z", Given::Body(READY));
    assert_eq!(told(&effects), ["job b866: link ready after 4 min 24 s"]);
    // It ends at 04:44:52.
    let wake = project(&model, at("2026-08-10T04:34:51.9Z")).changes_at;
    assert_eq!(wake, Some(at("2026-08-10T04:34:52Z")));
    assert_eq!(batch(&mut model, "2026-08-10T04:34:51.9Z", [Message::Wake]), []);
    let effects = batch(&mut model, "2026-08-10T04:34:52.001Z", [Message::Wake]);
    assert_eq!(told(&effects), ["job b866: the download link ends in 10 min"]);
    for time in ["2026-08-10T04:34:58Z", "2026-08-10T04:40:00Z"] {
        assert_eq!(told(&answer(&mut model, DUMP, time, Given::Body(READY))), [""; 0], "once for each link");
    }
    let effects = batch(&mut model, "2026-08-10T04:44:52.001Z", [Message::Wake]);
    assert_eq!(told(&effects), ["job b866: expired"]);
}

#[test]
fn a_link_follows_the_servers_clock_and_one_that_is_seen_late_was_not_seen_coming() {
    // This machine is an hour ahead.
    let mut model = board([JOB, DUMP]);
    answer(&mut model, DUMP, "2026-08-10T04:45:00Z", Given::Dated(READY, "2026-08-10T03:45:00Z"));
    assert_eq!(told(&batch(&mut model, "2026-08-10T05:34:51Z", [Message::Wake])), [""; 0]);
    assert_eq!(told(&batch(&mut model, "2026-08-10T05:34:53.1Z", [Message::Wake])).len(), 1);

    let mut model = board([JOB, DUMP]);
    answer(&mut model, DUMP, "2026-08-10T04:40:00Z", Given::Body(READY));
    assert_eq!(told(&batch(&mut model, "2026-08-10T04:41:00Z", [Message::Wake])), [""; 0]);

    // One that slept through the moment is told what is left.
    let mut model = board([JOB, DUMP]);
    answer(&mut model, DUMP, "2026-08-10T03:45:00Z", Given::Body(READY));
    let effects = batch(&mut model, "2026-08-10T04:42:00Z", [Message::Wake]);
    assert_eq!(told(&effects), ["job b866: the download link ends in 3 min"]);
}

#[test]
fn an_answer_that_goes_back_is_marked_at_once_and_reacted_to_when_it_is_said_again() {
    let mut model = board([JOB, DUMP]);
    model.setup.hook = true;
    answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(FINISHED));
    let effects = answer(&mut model, JOB, "2026-08-10T03:41:13Z", Given::Body(RUNNING));
    assert_eq!(effects, []);
    assert_eq!(badges(&model, "2026-08-10T03:41:13Z"), ["went back on what it said"]);
    assert_eq!(history(&model, JOB), [Phase::Completed]);
    assert_eq!(model.watches[0].phase(), Some(&Phase::Running), "what Atlas says last is what is shown");
    // A failed read says nothing, and a look at the clock is no second answer.
    let effects = answer(&mut model, JOB, "2026-08-10T03:41:16Z", Given::Error(ErrorKind::Timeout));
    assert_eq!(effects, []);

    let effects = answer(&mut model, JOB, "2026-08-10T03:41:19Z", Given::Body(RUNNING));
    assert!(matches!(&effects[..], [Effect::RunHook(it)] if it.from == Phase::Completed), "{effects:?}");
    assert_eq!(history(&model, JOB), [Phase::Completed, Phase::Running]);
    assert_eq!(badges(&model, "2026-08-10T03:41:19Z"), ["went back on what it said"]);

    answer(&mut model, JOB, "2026-08-10T03:41:22Z", Given::Body(FINISHED));
    assert_eq!(badges(&model, "2026-08-10T03:41:22Z"), [""; 0]);
}

#[test]
fn one_odd_answer_leaves_no_trace() {
    let mut model = board([DUMP, JOB]);
    answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(FINISHED));
    for (time, body) in [("2026-08-10T03:41:13Z", RUNNING), ("2026-08-10T03:41:16Z", FINISHED)] {
        assert_eq!(answer(&mut model, JOB, time, Given::Body(body)), []);
    }
    assert_eq!(history(&model, JOB), [Phase::Completed]);
}

#[test]
fn the_hook_is_called_with_the_job_as_it_is_after_each_transition_but_not_in_the_demo() {
    for (source, calls) in [(Source::Saved, 2), (Source::Demo { running: true }, 0)] {
        let mut model = board([JOB]);
        model.source = source;
        model.setup.hook = true;
        answer(&mut model, JOB, "2026-08-10T03:38:26Z", Given::Body(RUNNING));
        let mut effects = answer(&mut model, JOB, "2026-08-10T03:41:10.7Z", Given::Body(FINISHED));
        let gone = || Given::Error(ErrorKind::NotFound(Missing::Job));
        // Once may be a replica's word.
        let once = answer(&mut model, JOB, "2026-08-10T03:50:00Z", gone());
        assert!(!once.iter().any(|effect| matches!(effect, Effect::RunHook(_) | Effect::Notify(_))));
        effects.extend(answer(&mut model, JOB, "2026-08-10T03:51:00Z", gone()));
        let happened: Vec<_> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::RunHook(it) => Some((&it.from, &it.status.phase, it.read_at, it.stale)),
                _ => None,
            })
            .collect();
        let read_at = at("2026-08-10T03:41:10.7Z");
        let all = [
            (&Phase::Running, &Phase::Completed, read_at, false),
            (&Phase::Completed, &Phase::Gone, read_at, false),
        ];
        assert_eq!(happened, all[..calls]);
    }
}

#[test]
fn a_hook_that_failed_is_said_and_stands_in_the_log() {
    let mut model = board([JOB]);
    let failed = Message::HookFailed {
        lookup: "orders".into(),
        why: "ended with status 3: no pager".into(),
        took: Duration::from_millis(40),
    };
    batch(&mut model, "2026-08-10T03:41:10Z", [failed]);
    let notice = project(&model, at("2026-08-10T03:41:11Z")).screen.notice.unwrap();
    assert_eq!(notice.text, "hook for orders: ended with status 3: no pager");
    assert_eq!(model.log[0].outcome, "hook: ended with status 3: no pager");
    assert_eq!(model.log[0].lookup, "orders");
}

/// Title and progress of a screen.
fn outside(model: &Model, time: &str) -> (String, Progress) {
    let screen = project(model, at(time)).screen;
    (screen.window_title, screen.progress)
}

#[test]
fn title_and_progress_follow_the_most_important_job() {
    let other = "6a794733c0eb9e7a17740664";
    let mut model = board([JOB, other, DUMP]);
    let time = "2026-08-10T03:45:00Z";
    assert_eq!(outside(&model, time), ("atlas-tui: job 0663 waiting".into(), Progress::None));
    answer(&mut model, DUMP, time, Given::Body(READY));
    assert_eq!(outside(&model, time), ("atlas-tui: job b866 link ready".into(), Progress::None));
    answer(&mut model, other, time, Given::Body(RUNNING));
    assert_eq!(outside(&model, time), ("atlas-tui: job 0664 running".into(), Progress::Running));
    answer(&mut model, other, time, Given::Body(FAILED));
    answer(&mut model, JOB, time, Given::Body(FINISHED));
    assert_eq!(outside(&model, time), ("atlas-tui: job 0664 failed".into(), Progress::Failed));
    // Looked at, it is known, and the next in importance comes up.
    batch(&mut model, time, parse_keys("j").unwrap().into_iter().map(Message::Key));
    assert_eq!(outside(&model, time), ("atlas-tui: job b866 link ready".into(), Progress::None));
    // A job that runs and is looked at comes before all others.
    answer(&mut model, DUMP, time, Given::Body(RUNNING));
    batch(&mut model, time, parse_keys("j").unwrap().into_iter().map(Message::Key));
    assert_eq!(outside(&model, time).0, "atlas-tui: job b866 running");
    model.setup.notify = Switches { title: false, progress: false, ..Switches::default() };
    assert_eq!(outside(&model, time), (String::new(), Progress::None));
}

#[test]
fn a_failure_while_the_terminal_is_out_of_sight_stays_until_somebody_looks() {
    let mut model = board([JOB]);
    answer(&mut model, JOB, "2026-08-10T03:38:26Z", Given::Body(RUNNING));
    batch(&mut model, "2026-08-10T03:38:27Z", [Message::Focus(false)]);
    answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(FAILED));
    assert_eq!(outside(&model, "2026-08-10T03:41:10Z").1, Progress::Failed);
    batch(&mut model, "2026-08-10T03:41:20Z", [Message::Focus(true)]);
    assert_eq!(outside(&model, "2026-08-10T03:41:20Z").1, Progress::None);
}

#[test]
fn real_progress_is_told_in_hundredths() {
    let counted = |done: u32| {
        format!(
            "HTTP/1.1 200 OK\n\n{{\"state\": \"IN_PROGRESS\", \"restoredDocuments\": {done}, \"totalDocuments\": 1000}}"
        )
    };
    let mut model = board([JOB]);
    for (done, percent) in [(0, 0), (429, 42), (2000, 100)] {
        let body: &'static str = counted(done).leak();
        answer(&mut model, JOB, "2026-08-10T03:41:10Z", Given::Body(body));
        assert_eq!(outside(&model, "2026-08-10T03:41:10Z").1, Progress::Percent(percent));
    }
}

/// Any step of a life: an answer of some kind, a focus, a wake-up; and the milliseconds since the step before.
fn steps() -> impl Strategy<Value = Vec<(u8, u8, u32)>> {
    prop::collection::vec((0..9_u8, 0..3_u8, 0..120_000_u32), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bells_keep_their_distance_and_every_call_of_the_hook_goes_on_from_the_one_before(steps in steps()) {
        let jobs = [JOB, DUMP, "6a794733c0eb9e7a17740664"];
        let mut model = board(jobs);
        model.setup.hook = true;
        let mut now = at("2026-08-10T03:38:26Z");
        let mut last: Option<Timestamp> = None;
        let mut reached: [Option<Phase>; 3] = [None, None, None];
        for (kind, which, millis) in steps {
            now += Duration::from_millis(u64::from(millis));
            let job = jobs[usize::from(which)];
            let time = now.to_string();
            let given = match kind {
                0 => Some(Given::Body(RUNNING)),
                1 => Some(Given::Body(FINISHED)),
                2 => Some(Given::Body(DOWNLOADING)),
                3 => Some(Given::Body(READY)),
                4 => Some(Given::Body(FAILED)),
                5 => Some(Given::Error(ErrorKind::Timeout)),
                6 => Some(Given::Error(ErrorKind::NotFound(Missing::Job))),
                _ => None,
            };
            let effects = match given {
                Some(given) => answer(&mut model, job, &time, given),
                None if kind == 7 => batch(&mut model, &time, [Message::Focus(which == 0)]),
                None => batch(&mut model, &time, [Message::Wake]),
            };
            for effect in effects {
                match effect {
                    Effect::Notify(it) => {
                        prop_assert!(last.is_none_or(|last| now.duration_since(last).as_millis() >= 2000));
                        prop_assert!(!it.text.is_empty());
                        last = Some(now);
                    }
                    Effect::RunHook(it) => {
                        let index = jobs.iter().position(|job| *job == it.lookup.target.job.as_str()).unwrap();
                        prop_assert_ne!(&it.from, &it.status.phase);
                        if let Some(reached) = &reached[index] {
                            prop_assert_eq!(&it.from, reached);
                        }
                        reached[index] = Some(it.status.phase);
                    }
                    _ => {}
                }
            }
            for watch in &model.watches {
                for pair in watch.history.windows(2) {
                    prop_assert!(pair[0] != pair[1]);
                }
            }
        }
    }
}
