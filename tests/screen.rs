//! What a person can read, for recorded answers at chosen instants and sizes, as plain values.
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
use atlas_tui::app::screen::{Body, Detail, Layout, Overlay, Role, Size, project};
use atlas_tui::app::{Message, Model, update};
use atlas_tui::domain::phase::Phase;
use atlas_tui::worker::{Report, RequestId};
use board::{Given, at, board, report};
use proptest::prelude::*;

const JOB: &str = "6a794733c0eb9e7a17740663";
const DUMP: &str = "6a7948342c88faeba59eb866";
const CREATED: &str = include_str!("recordings/dedicated-automated-created.http");
const RUNNING: &str = include_str!("recordings/dedicated-automated-in-progress.http");
const FINISHED: &str = include_str!("recordings/dedicated-automated-finished.http");
const DOWNLOADING: &str = include_str!("recordings/dedicated-download-in-progress.http");
const READY: &str = include_str!("recordings/dedicated-download-ready.http");

fn detail(model: &Model, now: &str) -> Detail {
    match project(model, at(now)).screen.body {
        Body::Board(board) => board.detail.expect("a lookup is selected"),
        Body::Welcome(welcome) => panic!("{welcome:?}"),
    }
}

fn lamps(detail: &Detail) -> String {
    detail.lamps.iter().map(|lamp| format!("{} {}", lamp.name, lamp.value)).collect::<Vec<_>>().join(" · ")
}

#[test]
fn a_recorded_restore_from_its_creation_to_its_end() {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:36:20Z", Given::Body(CREATED));
    let seen = detail(&model, "2026-08-10T03:36:20Z");
    assert_eq!((seen.word.as_str(), seen.time.as_str()), ("RUNNING", "1 s"));
    report(&mut model, JOB, "2026-08-10T03:36:26Z", Given::Body(RUNNING));
    let seen = detail(&model, "2026-08-10T03:38:32Z");
    assert_eq!((seen.word.as_str(), seen.time.as_str()), ("RUNNING", "2 min 13 s"));
    assert_eq!(lamps(&seen), "cancelled no · expired no · failed no · finished —");
    assert_eq!(seen.about, "serverless · automated");
    assert_eq!(seen.countdown_note.as_deref(), Some("automated restores have no expiry"));
    report(&mut model, JOB, "2026-08-10T03:40:14Z", Given::Body(FINISHED));
    let seen = detail(&model, "2026-08-10T03:46:14Z");
    assert_eq!((seen.word.as_str(), seen.time.as_str()), ("COMPLETED", "6 min ago, after 3 min 51 s"));
    assert_eq!(lamps(&seen), "cancelled no · expired no · failed no · finished 03:40:10");
    let history: Vec<String> =
        seen.history.iter().map(|entry| entry.iter().map(|span| span.text.as_str()).collect()).collect();
    assert_eq!(history, ["03:36:19 UTC created", "03:36:20 seen running", "03:40:10 completed"]);
}

#[test]
fn a_recorded_link_counts_down_through_the_severities_and_ends_by_the_clock() {
    let mut model = board([DUMP]);
    report(&mut model, DUMP, "2026-08-10T03:40:43Z", Given::Body(DOWNLOADING));
    assert_eq!(detail(&model, "2026-08-10T03:40:43Z").countdown, None);
    report(&mut model, DUMP, "2026-08-10T03:44:52Z", Given::Body(READY));
    let seen = |now: &str, model: &mut Model| {
        update(model, Message::Wake, at(now));
        let seen = detail(model, now);
        let countdown = seen.countdown.expect("a link");
        (seen.word, countdown.label, countdown.text, countdown.role)
    };
    let row = |a: &str, b: &str, c: &str, role| (a.to_owned(), b.to_owned(), c.to_owned(), role);
    for (now, expected) in [
        ("2026-08-10T03:44:52Z", row("LINK READY", "Link expires in", "01:00:00", Role::Good)),
        ("2026-08-10T03:44:53Z", row("LINK READY", "Link expires in", "00:59:59", Role::Warning)),
        ("2026-08-10T04:34:53Z", row("LINK READY", "Link expires in", "00:09:59", Role::Danger)),
        ("2026-08-10T04:44:10Z", row("LINK READY", "Link expires in", "42 s", Role::Danger)),
        ("2026-08-10T04:44:52Z", row("EXPIRED", "Link", "expired now", Role::Warning)),
        ("2026-08-10T04:49:52Z", row("EXPIRED", "Link", "expired 5 min ago", Role::Warning)),
    ] {
        assert_eq!(seen(now, &mut model), expected, "at {now}");
    }
    let badges = detail(&model, "2026-08-10T04:49:52Z").badges;
    assert!(badges.iter().any(|badge| badge.text.starts_with("over by the clock")), "{badges:?}");
}

#[test]
fn the_countdown_follows_the_servers_clock_and_says_how_wrong_ours_is() {
    let mut model = board([DUMP]);
    // This machine is four minutes ahead.
    report(&mut model, DUMP, "2026-08-10T03:48:52Z", Given::Dated(READY, "2026-08-10T03:44:52Z"));
    let seen = detail(&model, "2026-08-10T03:48:52Z");
    let left = seen.countdown.unwrap().text;
    assert!(["01:00:00", "00:59:59"].contains(&left.as_str()), "{left}");
    assert!(seen.badges.iter().any(|badge| badge.text.contains("clock is") && badge.text.contains("ahead")));
    // The history is on the same clock as every date beside it.
    let last: String = seen.history[1].iter().map(|span| span.text.as_str()).collect();
    assert!(["03:44:52 seen link ready", "03:44:53 seen link ready"].contains(&last.as_str()), "{last}");
}

#[test]
fn a_clock_that_is_put_right_by_another_lookup_puts_every_phase_right() {
    let mut model = board([JOB, DUMP]);
    let phase = |model: &Model| model.watches[1].phase().cloned();
    report(&mut model, DUMP, "2026-08-10T04:00:00Z", Given::Dated(READY, "2026-08-10T04:50:00Z"));
    assert_eq!(phase(&model), Some(Phase::Expired), "50 minutes are believed at once");
    report(&mut model, JOB, "2026-08-10T04:00:05Z", Given::Dated(RUNNING, "2026-08-10T04:00:05Z"));
    assert_eq!(phase(&model), Some(Phase::Ready));
    assert!(model.watches[1].status_changes_at().unwrap() >= at("2026-08-10T04:44:51Z"));
    // A date that is years off does not even end it for a moment.
    report(&mut model, JOB, "2026-08-10T04:00:10Z", Given::Dated(RUNNING, "2034-08-10T04:00:10Z"));
    assert_eq!((phase(&model), model.clock.skew()), (Some(Phase::Ready), None));
}

#[test]
fn the_next_wake_up_is_when_something_readable_differs_and_never_before() {
    let mut model = board([JOB, DUMP]);
    report(&mut model, JOB, "2026-08-10T03:44:50Z", Given::Body(RUNNING));
    report(&mut model, DUMP, "2026-08-10T03:44:52Z", Given::Body(READY));
    for keys in ["", "j", "T", "T", "i", "<esc>?"] {
        for key in parse_keys(keys).unwrap() {
            update(&mut model, Message::Key(key), at("2026-08-10T03:45:00.3Z"));
        }
        let mut now = at("2026-08-10T03:45:07.3Z");
        for _ in 0..200 {
            update(&mut model, Message::Wake, now);
            let before = project(&model, now);
            let Some(next) = before.changes_at else { break };
            assert!(next > now);
            let just_before = next - Duration::from_millis(1);
            if just_before > now {
                update(&mut model, Message::Wake, just_before);
                assert_eq!(project(&model, just_before).screen, before.screen, "moved before {next}");
            }
            now = next;
        }
    }
}

#[test]
fn an_error_stands_beside_the_last_answer_and_a_vanished_job_is_gone() {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:36:26Z", Given::Body(RUNNING));
    report(&mut model, JOB, "2026-08-10T03:36:30Z", Given::Error(ErrorKind::Timeout));
    let seen = detail(&model, "2026-08-10T03:36:36Z");
    assert_eq!(seen.word, "RUNNING");
    assert!(seen.badges.iter().any(|badge| badge.text == "stale"));
    let problem = seen.problem.unwrap();
    assert!(problem.retry.contains("last good answer 10 s ago"), "{problem:?}");
    report(&mut model, JOB, "2026-08-10T03:36:40Z", Given::Error(ErrorKind::NotFound(Missing::Job)));
    assert_eq!(detail(&model, "2026-08-10T03:36:41Z").word, "GONE");
}

#[test]
fn one_answer_has_one_age() {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:36:26Z", Given::Body(RUNNING));
    report(&mut model, JOB, "2026-08-10T03:36:30Z", Given::Error(ErrorKind::Timeout));
    let mut now = at("2026-08-10T03:36:31Z");
    for _ in 0..150 {
        let seen = detail(&model, &now.to_string());
        let age = seen.status[0].text.strip_prefix("updated ").unwrap().to_owned();
        let retry = seen.problem.unwrap().retry;
        assert!(retry.starts_with(&format!("last good answer {age} · ")), "{age}: {retry}");
        now += Duration::from_millis(700);
    }
}

#[test]
fn time_does_not_run_backwards_in_the_history() {
    let mut model = board([JOB]);
    let history = |model: &Model, now| -> Vec<String> {
        let history = detail(model, now).history.into_iter();
        history.map(|entry| entry.iter().map(|span| span.text.as_str()).collect()).collect()
    };
    // Seen running after the time at which Atlas says that it finished: 03:40:10.
    report(&mut model, JOB, "2026-08-10T03:40:20Z", Given::Body(RUNNING));
    report(&mut model, JOB, "2026-08-10T03:40:24Z", Given::Body(FINISHED));
    let seen = ["03:36:19 UTC created", "03:40:20 seen running", "03:40:24 seen completed"];
    assert_eq!(history(&model, "2026-08-10T03:40:30Z"), seen);
    assert_eq!(detail(&model, "2026-08-10T03:40:30Z").time, "20 s ago, after 3 min 51 s");
}

#[test]
fn an_end_in_the_future_is_told_by_when_it_was_seen() {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:36:29Z", Given::Body(FINISHED));
    assert_eq!(detail(&model, "2026-08-10T03:36:29Z").time, "seen just now, after 10 s");
    let seen = detail(&model, "2026-08-10T03:36:49Z");
    assert_eq!(seen.time, "seen 20 s ago, after 10 s");
    let last: String = seen.history[1].iter().map(|span| span.text.as_str()).collect();
    assert_eq!(last, "03:36:29 seen completed");
    assert_eq!(detail(&model, "2026-08-10T03:46:10Z").time, "6 min ago, after 3 min 51 s");
}

#[test]
fn a_late_report_of_an_older_request_changes_nothing() {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:40:14Z", Given::Body(FINISHED));
    let before = model.watches.clone();
    let mut late = board::ended(&model, JOB, "2026-08-10T03:40:20Z", Given::Body(RUNNING));
    if let Report::Ended(late) = &mut late {
        late.request = RequestId(0);
    }
    update(&mut model, Message::Report(late), at("2026-08-10T03:40:20Z"));
    assert_eq!(model.watches, before);
}

#[test]
fn an_answer_about_the_target_of_before_is_not_taken_for_the_new_one() {
    let mut model = board([JOB]);
    let late = board::ended(&model, JOB, "2026-08-10T03:40:14Z", Given::Body(FINISHED));
    for key in parse_keys(&format!("e<backtab><ctrl-u>{DUMP}<ctrl-s>")).unwrap() {
        update(&mut model, Message::Key(key), at("2026-08-10T03:40:13Z"));
    }
    update(&mut model, Message::Report(late), at("2026-08-10T03:40:14Z"));
    assert_eq!(model.watches[0].lookup.target.job.as_str(), DUMP);
    assert_eq!(model.watches[0].status(), None);
}

#[test]
fn flags_that_atlas_left_out_differ_from_no() {
    let mut model = board([JOB]);
    report(
        &mut model,
        JOB,
        "2026-08-10T03:36:26Z",
        Given::Body("HTTP\n\n{\"deliveryType\":\"automated\",\"failed\":true}"),
    );
    let seen = detail(&model, "2026-08-10T03:36:26Z");
    assert_eq!(lamps(&seen), "cancelled — · expired — · failed YES · finished —");
    assert_eq!(seen.word, "FAILED");
}

#[test]
fn each_size_gets_its_layout() {
    for (width, height, expected) in [
        (120, 36, "Beside { list_width: 42 }"),
        (80, 24, "Beside { list_width: 30 }"),
        (64, 20, "Single(List)"),
        (40, 10, "Tiny(List)"),
        (1, 1, "Tiny(List)"),
    ] {
        let mut model = board([JOB]);
        update(&mut model, Message::Resize(Size { width, height }), at("2026-08-10T03:36:26Z"));
        let Body::Board(board) = project(&model, at("2026-08-10T03:36:26Z")).screen.body else { panic!() };
        assert_eq!(format!("{:?}", board.layout), expected);
        assert!(matches!(board.layout, Layout::Single(_)) || board.detail.is_some());
    }
}

#[test]
fn the_screen_of_a_ready_link_in_full() {
    let mut model = board([DUMP, JOB]);
    report(&mut model, DUMP, "2026-08-10T03:44:56Z", Given::Body(READY));
    report(&mut model, JOB, "2026-08-10T03:44:57Z", Given::Error(ErrorKind::RateLimited));
    insta::assert_debug_snapshot!(project(&model, at("2026-08-10T03:45:10Z")).screen);
}

#[test]
fn the_form_says_what_is_wrong_and_where() {
    let mut model = board([]);
    for key in parse_keys("a6a793f6b2c88faeba59bae37<tab>backupRestores 305<tab>6a794733c0eb9e7a177<ctrl-s>")
        .unwrap()
    {
        update(&mut model, Message::Key(key), at("2026-08-10T03:45:10Z"));
    }
    let Some(Overlay::Form(form)) = project(&model, at("2026-08-10T03:45:10Z")).screen.overlay else {
        panic!()
    };
    insta::assert_debug_snapshot!(form);
}

/// Anything that can happen to the board.
fn message() -> impl Strategy<Value = Vec<Message>> {
    const KEYS: [&str; 25] = [
        "<tab>abc<enter>",
        "a",
        "e",
        "<del>",
        "u",
        "J",
        "K",
        "/",
        "x<enter>",
        "<esc>",
        "i",
        "<enter>",
        "y",
        "c",
        "L",
        "?",
        "G",
        "g",
        "<pgdn>",
        "T",
        "p",
        "+",
        ":quit",
        "f",
        "<ctrl-g>",
    ];
    prop_oneof![
        proptest::sample::select(&KEYS)
            .prop_map(|keys| { parse_keys(keys).unwrap().into_iter().map(Message::Key).collect::<Vec<_>>() }),
        (0..200_u16, 0..60_u16).prop_map(|(width, height)| vec![Message::Resize(Size { width, height })]),
        ".{0,40}".prop_map(|text| vec![Message::Paste(text)]),
        proptest::sample::select(vec![
            "serverless/6a793f6b2c88faeba59bae37/orders/6a794733c0eb9e7a17740663",
            "flex/6a793f6b2c88faeba59bae37/orders/6a794733c0eb9e7a17740664",
        ])
        .prop_map(|text| vec![Message::Paste(text.into())]),
        Just(vec![Message::Wake]),
        Just(vec![Message::DemoStarted {
            host: "127.0.0.1:1".into(),
            lookups: board(["6b03a95d7ea2294a52227a46"])
                .watches
                .into_iter()
                .map(|watch| watch.lookup)
                .collect(),
        }]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_selection_is_on_screen_and_no_job_is_watched_twice(
        messages in proptest::collection::vec(message(), 0..40),
    ) {
        let mut model = board([JOB, DUMP]);
        let mut now = at("2026-08-10T03:45:10Z");
        report(&mut model, DUMP, "2026-08-10T03:44:56Z", Given::Body(READY));
        for message in messages.into_iter().flatten() {
            now += Duration::from_secs(7);
            update(&mut model, message, now);
            let projection = project(&model, now);
            if let Body::Board(board) = &projection.screen.body {
                let shows_list = !board.list.rows.is_empty();
                prop_assert!(!shows_list || board.list.selected.is_some(), "{board:?}");
            }
            prop_assert!(projection.changes_at.is_none_or(|next| next > now));
            for (index, watch) in model.watches.iter().enumerate() {
                let twin = model.watches[..index].iter().any(|w| w.lookup.target.same_job(&watch.lookup.target));
                prop_assert!(!twin);
            }
        }
    }
}
