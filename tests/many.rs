//! Many lookups at once: order, filter, marks, counts, and what changed, as plain values.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod board;

use std::time::Duration;

use atlas_tui::api::ErrorKind;
use atlas_tui::app::key::parse_keys;
use atlas_tui::app::keymap::Action;
use atlas_tui::app::order::{Column, Order};
use atlas_tui::app::screen::{Body, List, Overlay, Role, Row, Size, project};
use atlas_tui::app::{Effect, Message, Model, update};
use atlas_tui::domain::lookup::{Edit, Lookup};
use atlas_tui::worker::{Command, Report, RequestId, Schedule, Subject};
use board::{Given, at, report};
use jiff::Timestamp;
use proptest::prelude::*;

/// Jobs created one second after the other, from 03:36:19 on.
const A: &str = "6a794733c0eb9e7a17740663";
const B: &str = "6a794734c0eb9e7a17740663";
const C: &str = "6a794735c0eb9e7a17740663";
const D: &str = "6a794736c0eb9e7a17740663";
const E: &str = "6a794737c0eb9e7a17740663";

const FAILED: &str = "HTTP\n\n{\"failed\":true,\"finishedAt\":\"2026-08-10T03:41:00Z\"}";
const RUNNING: &str =
    "HTTP\n\n{\"deliveryType\":\"automated\",\"failed\":false,\"targetClusterName\":\"orders-copy\"}";
const DONE: &str = "HTTP\n\n{\"deliveryType\":\"automated\",\"finishedAt\":\"2026-08-10T03:40:00Z\"}";
/// Until 04:44:52 and until 03:50:00.
const LINK: &str = "HTTP\n\n{\"deliveryType\":\"download\",\"deliveryUrl\":[\"https://x.example/1\"],\
                    \"expiresAt\":\"2026-08-10T04:44:52Z\"}";
const SHORT_LINK: &str = "HTTP\n\n{\"deliveryType\":\"download\",\"deliveryUrl\":[\"https://x.example/2\"],\
                          \"expiresAt\":\"2026-08-10T03:50:00Z\"}";

const NOW: &str = "2026-08-10T03:45:00Z";

/// Five lookups named a to e: running, a link, done, failed, and one that cannot be read.
fn model() -> Model {
    let mut model = board::board([A, B, C, D, E]);
    for (watch, label) in model.watches.iter_mut().zip(["a", "b", "c", "d", "e"]) {
        watch.lookup.label = label.into();
    }
    report(&mut model, A, "2026-08-10T03:44:58Z", Given::Body(RUNNING));
    report(&mut model, B, "2026-08-10T03:44:57Z", Given::Body(LINK));
    report(&mut model, C, "2026-08-10T03:44:56Z", Given::Body(DONE));
    report(&mut model, D, "2026-08-10T03:44:55Z", Given::Body(FAILED));
    report(&mut model, E, "2026-08-10T03:44:54Z", Given::Error(ErrorKind::Timeout));
    model
}

fn press(model: &mut Model, keys: &str, now: &str) -> Vec<Effect> {
    let keys = parse_keys(keys).unwrap().into_iter();
    keys.flat_map(|key| update(model, Message::Key(key), at(now))).collect()
}

fn wake(model: &mut Model, now: &str) {
    update(model, Message::Wake, at(now));
}

fn list_at(model: &Model, now: Timestamp) -> List {
    match project(model, now).screen.body {
        Body::Board(board) => board.list,
        Body::Welcome(welcome) => panic!("{welcome:?}"),
    }
}

fn rows(model: &Model) -> String {
    list_at(model, at(NOW)).rows.iter().map(|row| row.label.as_str()).collect()
}

fn row(model: &Model, label: &str, now: &str) -> Row {
    list_at(model, at(now)).rows.into_iter().find(|row| row.label == label).unwrap()
}

fn selected(model: &Model) -> &str {
    &model.selected_watch().unwrap().lookup.label
}

fn counts(model: &Model, now: &str) -> String {
    let header = project(model, at(now)).screen.header;
    header.counts.iter().map(|span| span.text.as_str()).collect::<Vec<_>>().join(" · ")
}

fn notice(model: &Model, now: &str) -> String {
    project(model, at(now)).screen.notice.map(|notice| notice.text).unwrap_or_default()
}

#[test]
fn each_column_has_its_order_and_the_border_says_which() {
    let mut model = model();
    let mut seen = Vec::new();
    // All but the profile, which they have in common.
    for _ in 1..Column::ALL.len() {
        let title = list_at(&model, at(NOW)).title;
        seen.push(format!("{title}: {}", rows(&model)));
        press(&mut model, "S", NOW);
        let title = list_at(&model, at(NOW)).title;
        seen.push(format!("{title}: {}", rows(&model)));
        press(&mut model, "s", NOW);
        assert_eq!(selected(&model), "a", "the selection stays on its lookup");
    }
    let expected = [
        "Lookups: abcde",
        "Lookups, reversed: edcba",
        "Lookups by label: abcde",
        "Lookups by label, rev.: edcba",
        // All of one kind: they keep the user's order.
        "Lookups by kind: abcde",
        "Lookups by kind, rev.: abcde",
        // Nothing is known to go anywhere, a download, orders-copy.
        "Lookups by from → to: cdeba",
        "Lookups by from → to, rev.: abcde",
        "Lookups by phase: debac",
        "Lookups by phase, rev.: cabed",
        // Nothing is counted.
        "Lookups by progress: abcde",
        "Lookups by progress, rev.: abcde",
        // A link, what runs, what ended last; what has no time stands last in both directions.
        "Lookups by time: badce",
        "Lookups by time, rev.: cdabe",
        "Lookups by data: dcbae",
        "Lookups by data, rev.: abcde",
    ];
    assert_eq!(seen, expected);
    assert_eq!(list_at(&model, at(NOW)).title, "Lookups", "round and round");
}

#[test]
fn counted_work_is_sorted_by_how_much_of_it_is_done() {
    let mut model = model();
    let half = r#"HTTP

{"state":"IN_PROGRESS","restoredDocuments":500,"totalDocuments":1000}"#;
    let quarter = r#"HTTP

{"state":"IN_PROGRESS","restoredDocuments":250,"totalDocuments":1000}"#;
    report(&mut model, B, NOW, Given::Body(half));
    report(&mut model, D, NOW, Given::Body(quarter));
    press(&mut model, "sssss", NOW);
    assert_eq!(rows(&model), "dbace");
    press(&mut model, "S", NOW);
    assert_eq!(rows(&model), "bdace", "what is not counted stands last in both directions");
}

#[test]
fn warnings_come_before_what_runs_by_itself() {
    let mut model = model();
    let flawed = r#"HTTP

{"state":"SUCCESSFUL","indexStatus":{"state":"FAILED"},"finishedAt":"2026-08-10T03:40:00Z"}"#;
    report(&mut model, C, NOW, Given::Body(flawed));
    assert_eq!(row(&model, "c", NOW).word, "warnings");
    press(&mut model, "ssss", NOW);
    assert_eq!(rows(&model), "debca");
    for filter in ["/status:warn<enter>", "/status:completed<enter>"] {
        press(&mut model, filter, NOW);
        assert!(rows(&model).contains('c'), "{filter}: {}", rows(&model));
        press(&mut model, "<esc>", NOW);
    }
}

#[test]
fn lookups_are_moved_in_their_own_order_only() {
    let mut model = model();
    press(&mut model, "s", NOW);
    assert_eq!(press(&mut model, "J", NOW), []);
    assert!(notice(&model, NOW).contains("in your own order only; s and S"), "{}", notice(&model, NOW));
    assert_eq!(rows(&model), "abcde");
    press(&mut model, "sssssssJ", NOW);
    assert_eq!(rows(&model), "bacde");
}

#[test]
fn a_row_moves_when_its_job_does_and_not_under_a_moving_hand() {
    let mut model = model();
    press(&mut model, "ssss", NOW);
    assert_eq!(rows(&model), "debac");
    report(&mut model, C, "2026-08-10T03:45:01Z", Given::Body(SHORT_LINK));
    assert_eq!(rows(&model), "decba");
    for second in 2..50 {
        wake(&mut model, &format!("2026-08-10T03:45:{second:02}Z"));
        assert_eq!(rows(&model), "decba");
    }
    press(&mut model, "j", "2026-08-10T03:46:00Z");
    report(&mut model, A, "2026-08-10T03:46:01Z", Given::Body(FAILED));
    assert_eq!(rows(&model), "decba", "held while the person moves");
    assert_eq!(project(&model, at("2026-08-10T03:46:01Z")).changes_at, Some(at("2026-08-10T03:46:02Z")));
    wake(&mut model, "2026-08-10T03:46:02Z");
    assert_eq!(rows(&model), "adecb");
    assert_eq!(selected(&model), "a");
}

#[test]
fn the_filter_takes_terms_and_tells_what_it_cannot_take() {
    let mut model = model();
    press(&mut model, "/status:failed,link", NOW);
    assert_eq!(rows(&model), "bd");
    let prompt = |model: &Model| project(model, at(NOW)).screen.footer.prompt.unwrap().note;
    assert_eq!(prompt(&model).text, "2 shown · ⏎ keep · Esc clear");
    press(&mut model, " foo:x", NOW);
    assert_eq!(rows(&model), "bd", "the rest still filters");
    assert_eq!(
        (prompt(&model).text.as_str(), prompt(&model).role),
        ("at 20: `foo:` is no key", Role::Warning)
    );
    assert!(notice(&model, NOW).starts_with("the keys are status:"), "{}", notice(&model, NOW));
    press(&mut model, "<enter>", NOW);
    let note = list_at(&model, at(NOW)).note.unwrap();
    assert_eq!(note.text, "1 not understood in /status:failed,link foo:x · 2 of 5");
    press(&mut model, "<esc>", NOW);
    assert_eq!(rows(&model), "abcde");
}

#[test]
fn time_brings_a_row_into_the_list_and_wakes_for_it() {
    let mut model = model();
    // Zoomed out of the detail, which has times of its own.
    press(&mut model, "/left<lt>1h kind:s<enter>", "2026-08-10T03:44:50Z");
    assert_eq!(rows(&model), "");
    let projection = project(&model, at("2026-08-10T03:44:50Z"));
    assert_eq!(projection.changes_at, Some(at("2026-08-10T03:44:52Z")));
    wake(&mut model, "2026-08-10T03:44:51.999Z");
    assert_eq!(rows(&model), "");
    wake(&mut model, "2026-08-10T03:44:52Z");
    assert_eq!(rows(&model), "b");
    wake(&mut model, "2026-08-10T04:44:52Z");
    // The link is over; the selected lookup stays until the person goes on.
    assert_eq!(rows(&model), "b");
    press(&mut model, "<esc>j/left<lt>1h<enter>", "2026-08-10T04:44:53Z");
    assert_eq!(rows(&model), "");
}

#[test]
fn the_selected_job_stays_in_the_list_when_it_no_longer_passes() {
    let mut model = model();
    press(&mut model, "/status:running,failed<enter>", NOW);
    assert_eq!((rows(&model).as_str(), selected(&model)), ("ad", "a"));
    report(&mut model, A, "2026-08-10T03:45:05Z", Given::Body(DONE));
    assert_eq!((rows(&model).as_str(), selected(&model)), ("ad", "a"));
    press(&mut model, "j", "2026-08-10T03:45:06Z");
    assert_eq!((rows(&model).as_str(), selected(&model)), ("ad", "d"));
    wake(&mut model, "2026-08-10T03:45:08Z");
    assert_eq!((rows(&model).as_str(), selected(&model)), ("d", "d"));
}

#[test]
fn a_lookup_that_is_put_off_is_stale_at_another_time() {
    let mut model = model();
    press(&mut model, "/is:stale<enter>", "2026-08-10T03:44:59Z");
    // Due at 03:45:01 and six seconds late by then.
    assert_eq!(rows(&model), "");
    let a = model.watches[0].id;
    let next_at = Some(at("2026-08-10T03:46:00Z"));
    for watch in &model.watches.iter().map(|watch| watch.id).collect::<Vec<_>>() {
        if *watch != a {
            let schedule = Schedule { watch: *watch, request: RequestId(1), next_at };
            update(
                &mut model,
                Message::Report(Report::Scheduled(vec![schedule])),
                at("2026-08-10T03:45:00Z"),
            );
        }
    }
    assert_eq!(project(&model, at("2026-08-10T03:45:00Z")).changes_at, Some(at("2026-08-10T03:45:07Z")));
    wake(&mut model, "2026-08-10T03:45:07Z");
    assert_eq!(rows(&model), "a");
}

#[test]
fn marks_are_set_one_by_one_or_all_at_once_and_esc_takes_them_away_last() {
    let mut model = model();
    press(&mut model, "<space><space>j<space>", NOW);
    let marked: String =
        list_at(&model, at(NOW)).rows.iter().filter(|row| row.marked).map(|row| row.label.as_str()).collect();
    assert_eq!((marked.as_str(), selected(&model)), ("abd", "e"));
    assert_eq!(notice(&model, NOW), "3 marked: r refresh, Del remove, y copy, \\ mark none");
    press(&mut model, "/is:marked<enter>", NOW);
    assert_eq!(rows(&model), "abd");
    press(&mut model, "/<c-u>label:b<enter>".replace("c-u", "ctrl-u").as_str(), NOW);
    assert!(notice(&model, NOW).starts_with("3 marked, 2 of them not shown: "), "{}", notice(&model, NOW));
    press(&mut model, "f<esc>", NOW);
    assert!(notice(&model, NOW).starts_with("3 marked"));
    press(&mut model, "<esc>", NOW);
    assert_eq!(rows(&model), "abcde", "first the filter");
    press(&mut model, "<esc>", NOW);
    assert_eq!(notice(&model, NOW), "");
    press(&mut model, "/label:c<enter>*<esc>", NOW);
    assert!(row(&model, "c", NOW).marked && !row(&model, "a", NOW).marked, "all that are shown");
    press(&mut model, "*", NOW);
    assert!(notice(&model, NOW).starts_with("5 marked"));
    press(&mut model, "\\", NOW);
    assert_eq!(notice(&model, NOW), "");
}

#[test]
fn what_is_done_is_done_to_all_marked_and_one_undo_brings_all_back() {
    let mut model = model();
    let id = |model: &Model, label: &str| model.watches.iter().find(|w| w.lookup.label == label).unwrap().id;
    let (a, c) = (id(&model, "a"), id(&model, "c"));
    let effects = press(&mut model, "<space>j<space>r", NOW);
    let refreshed = |effects: &[Effect]| {
        let asked =
            |effect: &&Effect| matches!(effect, Effect::Work(Command::Refresh(_) | Command::Queue(_)));
        effects.iter().filter(asked).cloned().collect::<Vec<_>>()
    };
    // Several share the rate budget; one alone may take of what is kept for it.
    assert_eq!(refreshed(&effects), [Effect::Work(Command::Queue(vec![a, c]))]);

    let effects = press(&mut model, "yy", NOW);
    let copied = format!("{A}\n{C}");
    assert_eq!(effects, [Effect::Copy { what: "2 job ids".into(), text: copied }]);
    let effects = press(&mut model, "yj", NOW);
    let [Effect::Copy { what, text }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((what.as_str(), text.lines().count()), ("2 JSON", 2));
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }

    let effects = press(&mut model, "<del>", NOW);
    assert_eq!((rows(&model).as_str(), selected(&model)), ("bde", "d"));
    let saved = |effects: &[Effect]| {
        let edits = effects.iter().filter_map(|effect| match effect {
            Effect::Save(edit) => Some(edit.clone()),
            _ => None,
        });
        edits.collect::<Vec<Edit>>()
    };
    assert!(matches!(saved(&effects)[..], [Edit::Remove { .. }, Edit::Remove { .. }]), "{effects:?}");
    assert_eq!(notice(&model, NOW), "removed 2 lookups; u brings them all back");
    let effects = press(&mut model, "u", NOW);
    assert_eq!((rows(&model).as_str(), selected(&model)), ("abcde", "a"));
    assert!(matches!(saved(&effects)[..], [Edit::Insert { at: 0, .. }, Edit::Insert { at: 2, .. }]));
    press(&mut model, "*<del>u", NOW);
    assert_eq!(rows(&model), "abcde", "from an empty board too");
}

#[test]
fn every_phase_is_counted_and_the_most_urgent_last() {
    let mut model = model();
    assert_eq!(counts(&model, NOW), "5 watched · 1 completed · 1 running · 1 ready · 1 error · 1 failed");
    report(&mut model, C, "2026-08-10T03:45:00Z", Given::Body(SHORT_LINK));
    report(&mut model, A, "2026-08-10T03:45:00Z", Given::Error(ErrorKind::Timeout));
    press(&mut model, "p", NOW);
    assert_eq!(
        counts(&model, NOW),
        "5 watched · 1 running · 1 ready · 1 ready <10 min · 2 errors · 1 failed · paused"
    );
    // Where the countdown says 00:09:59 the count does.
    assert!(counts(&model, "2026-08-10T04:34:52Z").contains("1 ready · 1 ready <10 min"));
    assert!(counts(&model, "2026-08-10T04:34:53Z").contains("1 running · 2 ready <10 min"));
}

#[test]
fn a_row_in_another_phase_stands_out_and_keeps_a_quiet_mark_until_it_is_looked_at() {
    let mut model = model();
    let first = row(&model, "b", NOW);
    assert_eq!((first.flash, first.was), (false, None), "a first answer is no change");
    report(&mut model, B, "2026-08-10T03:45:10Z", Given::Body(FAILED));
    let then = row(&model, "b", "2026-08-10T03:45:12.9Z");
    assert_eq!((then.flash, then.was.as_deref()), (true, Some("was link ready")));
    let later = row(&model, "b", "2026-08-10T03:45:13Z");
    assert_eq!((later.flash, later.was.as_deref()), (false, Some("was link ready")));
    // The same phase again is no change, and another clock no second flash.
    report(&mut model, B, "2026-08-10T03:45:20Z", Given::Body(FAILED));
    assert!(!row(&model, "b", "2026-08-10T03:45:20Z").flash);
    assert!(!row(&model, "b", "2026-08-10T03:00:00Z").flash);
    press(&mut model, "j", "2026-08-10T03:45:21Z");
    assert_eq!(row(&model, "b", "2026-08-10T03:45:21Z").was, None);

    model.setup.motion = false;
    report(&mut model, A, "2026-08-10T03:45:30Z", Given::Body(DONE));
    let quiet = row(&model, "a", "2026-08-10T03:45:30Z");
    assert_eq!((quiet.flash, quiet.was.as_deref()), (false, Some("was running")));
}

#[test]
fn a_wide_list_has_all_columns_and_one_row_less() {
    let mut model = model();
    assert_eq!(row(&model, "a", NOW).wide, None);
    press(&mut model, "f", NOW);
    let list = list_at(&model, at(NOW));
    assert!(list.wide);
    let wide = list.rows[0].wide.as_deref().unwrap();
    assert_eq!(
        (wide.kind, wide.source.as_str(), wide.target.as_str(), wide.age.as_str(), wide.progress),
        ("serverless", "backupRestores-305", "orders-copy", "now", None)
    );
    let age = |row: &Row| row.wide.as_ref().unwrap().age.clone();
    let later = list_at(&model, at("2026-08-10T03:45:08Z"));
    assert_eq!(later.rows.iter().map(age).collect::<Vec<_>>(), ["10s", "10s", "10s", "10s", ""]);
    assert_eq!(list.rows[1].wide.as_ref().unwrap().target, "download");
    for (width, height, wide, window) in [(120, 20, true, 15), (64, 16, false, 12), (200, 20, true, 15)] {
        let lookups = (0..30_u32).map(|n| Lookup {
            label: format!("n{n}"),
            target: format!("flex/6a793f6b2c88faeba59bae37/x/6a79{n:04x}c0eb9e7a17740663").parse().unwrap(),
        });
        let mut model = board::board([]);
        model.load(lookups);
        model.zoom = width < 200;
        update(&mut model, Message::Resize(Size { width, height }), at(NOW));
        let list = list_at(&model, at(NOW));
        assert_eq!((list.wide, list.rows.len()), (wide, window), "{width}×{height}");
    }
}

#[test]
fn the_log_sums_up_the_last_minute() {
    let mut model = model();
    press(&mut model, "L", NOW);
    let log = |model: &Model, now: &str| match project(model, at(now)).screen.overlay {
        Some(Overlay::Log(log)) => log,
        other => panic!("{other:?}"),
    };
    let text = |spans: &[atlas_tui::app::screen::Span]| {
        spans.iter().map(|span| span.text.as_str()).collect::<String>()
    };
    let seen = log(&model, NOW);
    let summary: Vec<String> = seen.summary.iter().map(|line| text(line)).collect();
    assert_eq!(
        summary,
        [
            "4 requests in the last minute · 0.80 per watched job · 5 single, 0 lists (0 %) · 1 error · budget not told yet"
        ]
    );
    let narrow = Size { width: 70, height: 24 };
    update(&mut model, Message::Resize(narrow), at(NOW));
    let summary: Vec<String> = log(&model, NOW).summary.iter().map(|line| text(line)).collect();
    assert_eq!(
        summary,
        [
            "4 requests in the last minute · 0.80 per watched job",
            "5 single, 0 lists (0 %) · 1 error · budget not told yet"
        ]
    );
    assert_eq!(text(&seen.lines[1]), "03:44:55 200     62 ms      0 B     d ok");
    assert_eq!((seen.lines.len(), seen.total), (5, 5));
    let seen = log(&model, "2026-08-10T03:45:57Z");
    assert!(text(&seen.summary[0]).starts_with("1 request in the last minute"), "{seen:?}");
    // It scrolls to its last entry, and no further.
    for second in 0..60 {
        report(&mut model, A, &format!("2026-08-10T03:46:{second:02}Z"), Given::Body(RUNNING));
    }
    press(&mut model, "G", "2026-08-10T03:47:00Z");
    let seen = log(&model, "2026-08-10T03:47:00Z");
    assert_eq!((seen.above + seen.lines.len(), seen.total), (65, 65));
    press(&mut model, "k", "2026-08-10T03:47:00Z");
    assert_eq!(log(&model, "2026-08-10T03:47:00Z").above, seen.above - 1);
}

#[test]
fn a_narrow_log_has_job_outcome_and_the_request_id_of_what_failed() {
    let mut model = model();
    let Report::Ended(mut failed) =
        board::ended(&model, E, "2026-08-10T03:44:59Z", Given::Error(ErrorKind::Timeout))
    else {
        panic!()
    };
    failed.meta.request_id = Some("8f3a0c1d2e4b5a69".into());
    if let Some(failure) = &mut failed.failure {
        failure.meta.request_id.clone_from(&failed.meta.request_id);
    }
    update(&mut model, Message::Report(Report::Ended(failed)), at(NOW));
    update(&mut model, Message::Resize(Size { width: 40, height: 10 }), at(NOW));
    press(&mut model, "L", NOW);
    let log = |model: &Model| match project(model, at(NOW)).screen.overlay {
        Some(Overlay::Log(log)) => log,
        other => panic!("{other:?}"),
    };
    let lines = |model: &Model| -> Vec<String> {
        log(model).lines.iter().map(|line| line.iter().map(|span| span.text.as_str()).collect()).collect()
    };
    let seen = log(&model);
    assert_eq!((seen.summary.len(), seen.heading), (1, "job, HTTP, outcome"));
    assert_eq!(
        lines(&model),
        [
            "e                --- timeout",
            "  03:44:59 8f3a0c1d2e4b5a69",
            "e                --- timeout",
            "  03:44:54 ",
        ]
    );
    assert_eq!((seen.above, seen.shown, seen.total), (0, 2, 6));
    press(&mut model, "G", NOW);
    assert_eq!((log(&model).above, log(&model).shown), (2, 4), "each of them can be reached");
}

#[test]
fn the_new_keys_are_in_footer_and_help() {
    let mut model = model();
    let footer = project(&model, at(NOW)).screen.footer;
    for action in [Action::Sort, Action::Mark] {
        assert!(footer.keys.iter().any(|key| key.action == action), "{action:?}");
    }
    press(&mut model, "?", NOW);
    let Some(Overlay::Help(help)) = project(&model, at(NOW)).screen.overlay else { panic!() };
    for key in ["Space", "*", "\\", "s", "S"] {
        assert!(help.sections.iter().any(|(_, rows)| rows.iter().any(|(keys, _)| keys == key)), "{key}");
    }
}

/// Keys and answers in any order.
fn step() -> impl Strategy<Value = (usize, usize, u8)> {
    (0..5_usize, 0..5_usize, 0..14_u8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_list_is_always_the_filtered_lookups_in_their_order(
        steps in proptest::collection::vec(step(), 0..40),
        filter in proptest::sample::select(vec!["", "status:r,f", "-status:failed", "left<1h", "is:stale", "is:marked"]),
    ) {
        let mut model = model();
        let mut now = at(NOW);
        press(&mut model, &format!("/{}<enter>", filter.replace('<', "<lt>")), NOW);
        for (job, answer, what) in steps {
            now += Duration::from_millis(700);
            let time = now.to_string();
            let keys = ["j", "k", "s", "S", "<space>", "<del>", "u", "G"];
            let answers = [RUNNING, LINK, SHORT_LINK, DONE, FAILED];
            let job = [A, B, C, D, E][job];
            if let Some(keys) = keys.get(usize::from(what)) {
                press(&mut model, keys, &time);
            } else if model.watches.iter().any(|watch| watch.lookup.target.job.as_str() == job) {
                let mut report = board::ended(&model, job, &time, Given::Body(answers[answer]));
                // The answer to a list tells of a second one too.
                let other = model.watches.iter().find(|watch| watch.lookup.target.job.as_str() != job);
                if let (Report::Ended(ended), Some(other)) = (&mut report, other.filter(|_| what > 10)) {
                    let other = other.lookup.target.job.to_string();
                    let other = board::ended(&model, &other, &time, Given::Body(answers[(answer + 1) % 5]));
                    let Report::Ended(other) = other else { panic!() };
                    ended.subject = Subject::Jobs { instance: "orders".parse().unwrap(), profile: None, wanted: 2 };
                    ended.reads.extend(other.reads);
                }
                update(&mut model, Message::Report(report), now);
            }
            // Whatever was held back is in place once nobody has touched a key for a while.
            let mut settled = model.clone();
            let later = now + Duration::from_secs(3);
            update(&mut settled, Message::Wake, later);
            let shown: Vec<_> = settled.visible().map(|watch| watch.id).collect();
            let mut expected: Vec<_> = settled.watches.iter().enumerate()
                .filter(|(_, watch)| settled.passes(watch) || Some(watch.id) == settled.selected)
                .collect();
            if settled.order != Order::default() {
                expected.sort_by_key(|(own, watch)| settled.order.key(watch, *own));
            }
            let expected: Vec<_> = expected.into_iter().map(|(_, watch)| watch.id).collect();
            prop_assert_eq!(shown, expected);
            for model in [&model, &settled].into_iter().filter(|model| !model.watches.is_empty()) {
                let list = list_at(model, later);
                prop_assert!(list.rows.is_empty() || list.selected.is_some());
                prop_assert!(model.selected.is_none_or(|id| model.row_of(id).is_some()));
            }
        }
    }
}
