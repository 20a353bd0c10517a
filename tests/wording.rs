//! What the screen says, and does not say, where a tired person would take it wrongly.
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
use atlas_tui::app::account::Access;
use atlas_tui::app::key::parse_keys;
use atlas_tui::app::keymap::Action;
use atlas_tui::app::model::Zone;
use atlas_tui::app::screen::{Body, Detail, Ends, Footer, Role, Size, project};
use atlas_tui::app::time_format::TimeFormat;
use atlas_tui::app::{Effect, Message, Model, update};
use atlas_tui::ui;
use atlas_tui::worker::{Report, RequestId};
use board::{Given, at, board, report};
use jiff::tz::{Offset, TimeZone};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const JOB: &str = "6a794733c0eb9e7a17740663";
const DUMP: &str = "6a7948342c88faeba59eb866";
const RUNNING: &str = include_str!("recordings/dedicated-automated-in-progress.http");
const FINISHED: &str = include_str!("recordings/dedicated-automated-finished.http");
const READY: &str = include_str!("recordings/dedicated-download-ready.http");

fn detail(model: &Model, now: &str) -> Detail {
    match project(model, at(now)).screen.body {
        Body::Board(board) => board.detail.expect("a lookup is selected"),
        Body::Welcome(welcome) => panic!("{welcome:?}"),
    }
}

fn keys(model: &mut Model, keys: &str, now: &str) -> Vec<Effect> {
    let keys = parse_keys(keys).unwrap().into_iter();
    keys.flat_map(|key| update(model, Message::Key(key), at(now))).collect()
}

fn resize(model: &mut Model, width: u16, height: u16) {
    update(model, Message::Resize(Size { width, height }), at("2026-08-10T03:36:26Z"));
}

/// The terminal's rows. Tells the model what the drawing told, as the loop does.
fn rows(model: &mut Model, now: &str) -> Vec<String> {
    let screen = project(model, at(now)).screen;
    let mut terminal = Terminal::new(TestBackend::new(screen.size.width, screen.size.height)).unwrap();
    let mut ends = Ends::default();
    terminal.draw(|frame| ends = ui::draw(frame, &screen)).unwrap();
    model.drawn(ends);
    let buffer = terminal.backend().buffer();
    let cells = buffer.content().chunks(usize::from(buffer.area.width.max(1)));
    cells.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
}

fn started(model: &mut Model, request: u64, now: &str) {
    let watches = vec![model.watches[0].id];
    let report = Report::Started { request: RequestId(request), watches, at: at(now) };
    update(model, Message::Report(report), at(now));
}

fn steps(model: &Model, now: &str) -> Vec<String> {
    let spans = detail(model, now).history;
    spans.iter().map(|step| step.iter().map(|span| span.text.as_str()).collect()).collect()
}

#[test]
fn the_history_has_a_date_where_the_day_is_not_plain_and_the_zone_once() {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:36:20Z", Given::Body(RUNNING));
    report(&mut model, JOB, "2026-08-10T03:40:14Z", Given::Body(FINISHED));
    let today = ["03:36:19 UTC created", "03:36:20 seen running", "03:40:10 completed"];
    assert_eq!(steps(&model, "2026-08-10T23:59:59Z"), today);
    assert!(project(&model, at("2026-08-10T23:59:30Z")).changes_at <= Some(at("2026-08-11T00:00:00Z")));
    let later = ["2026-08-10 03:36:19 UTC created", "03:36:20 seen running", "03:40:10 completed"];
    assert_eq!(steps(&model, "2026-08-11T00:00:00Z"), later);
    // Where midnight falls into the restore.
    model.setup.time = TimeFormat::Local;
    model.setup.zone = Zone::new(|| TimeZone::fixed(Offset::from_seconds(-(3 * 3600 + 38 * 60)).unwrap()));
    let across =
        ["2026-08-09 23:58:19 -03:38 created", "23:58:20 seen running", "2026-08-10 00:02:10 completed"];
    assert_eq!(steps(&model, "2026-08-10T04:00:00Z"), across);
    model.setup.time = TimeFormat::Relative;
    assert_eq!(
        steps(&model, "2026-08-10T03:46:30Z"),
        ["10 min ago created", "10 min ago seen running", "6 min ago completed"]
    );
}

#[test]
fn a_job_that_atlas_has_not_confirmed_is_created_by_its_id_only() {
    let mut model = board([JOB]);
    let note = |model: &Model| detail(model, "2026-08-10T03:36:26Z").fields[0].note.clone();
    assert_eq!(note(&model), "by its id, created 2026-08-10 03:36:19 UTC");
    report(&mut model, JOB, "2026-08-10T03:36:25Z", Given::Error(ErrorKind::Timeout));
    assert_eq!(note(&model), "by its id, created 2026-08-10 03:36:19 UTC");
    report(&mut model, JOB, "2026-08-10T03:36:26Z", Given::Body(RUNNING));
    assert_eq!(note(&model), "created 2026-08-10 03:36:19 UTC");
}

#[test]
fn why_there_is_no_countdown_follows_the_delivery_type() {
    for (body, note) in [
        (r#"{"deliveryType":"automated","failed":false}"#, "automated restores have no expiry"),
        (r#"{"deliveryType":"pointInTime","failed":false}"#, "point-in-time restores have no expiry"),
        (r#"{"deliveryType":"RESTORE","status":"RUNNING"}"#, "a restore into a Flex cluster has no expiry"),
        (r#"{"state":"IN_PROGRESS"}"#, "a restore of collections has no expiry"),
        (r#"{"deliveryType":"teleport","failed":false}"#, "Atlas gave no expiry"),
        (r#"{"failed":false}"#, "Atlas gave no expiry"),
    ] {
        let mut model = board([JOB]);
        let recording: &'static str = Box::leak(format!("HTTP\n\n{body}").into_boxed_str());
        report(&mut model, JOB, "2026-08-10T03:36:26Z", Given::Body(recording));
        let seen = detail(&model, "2026-08-10T03:36:26Z");
        assert_eq!(seen.countdown_note.as_deref(), Some(note), "{body}");
        report(&mut model, JOB, "2026-08-10T03:36:29Z", Given::Error(ErrorKind::Timeout));
        assert_eq!(detail(&model, "2026-08-10T03:36:29Z").countdown_note, None, "an error needs the room");
    }
}

#[test]
fn a_try_that_is_under_way_is_not_called_the_next_one() {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:36:20Z", Given::Body(RUNNING));
    report(&mut model, JOB, "2026-08-10T03:36:23Z", Given::Error(ErrorKind::Timeout));
    let retry = |model: &Model, now: &str| detail(model, now).problem.unwrap().retry;
    let parts = |model: &Model, now: &str| {
        detail(model, now).status.into_iter().map(|part| part.text).collect::<Vec<_>>()
    };
    assert!(
        retry(&model, "2026-08-10T03:36:24Z").ends_with("next try in 3 s"),
        "{}",
        retry(&model, "2026-08-10T03:36:24Z")
    );
    started(&mut model, 2, "2026-08-10T03:36:26Z");
    assert!(retry(&model, "2026-08-10T03:36:26.5Z").ends_with("next try in 1 s"));
    for now in ["2026-08-10T03:36:27.5Z", "2026-08-10T03:36:31Z"] {
        assert!(retry(&model, now).ends_with("trying now"), "{}", retry(&model, now));
        assert!(!parts(&model, now).concat().contains("next"), "{:?}", parts(&model, now));
    }
    assert_eq!(parts(&model, "2026-08-10T03:36:31Z"), ["updated 10 s ago", "waiting for Atlas 5 s", "60 ms"]);
    // Asked for by hand, long before it is due.
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:36:23Z", Given::Error(ErrorKind::Timeout));
    model.watches[0].job.next_at = Some(at("2026-08-10T03:40:00Z"));
    started(&mut model, 2, "2026-08-10T03:36:26Z");
    assert!(retry(&model, "2026-08-10T03:36:27Z").contains("next try at 03:40:00"));
    assert!(retry(&model, "2026-08-10T03:36:28Z").ends_with("trying now"));
}

fn actions(footer: &Footer) -> Vec<Action> {
    footer.keys.iter().map(|key| key.action).collect()
}

#[test]
fn the_footer_offers_what_works_and_never_drops_quit() {
    let mut model = board([DUMP, JOB]);
    let footer = |model: &Model| project(model, at("2026-08-10T03:45:10Z")).screen.footer;
    assert!(!actions(&footer(&model)).contains(&Action::Raw), "no answer yet");
    report(&mut model, DUMP, "2026-08-10T03:44:56Z", Given::Body(READY));
    report(&mut model, JOB, "2026-08-10T03:44:57Z", Given::Body(RUNNING));
    assert!(actions(&footer(&model)).contains(&Action::OpenLink));
    keys(&mut model, "j", "2026-08-10T03:45:10Z");
    assert!(!actions(&footer(&model)).contains(&Action::OpenLink), "a restore into a cluster has no link");
    resize(&mut model, 80, 24);
    for typed in ["", "<enter>", "<esc>k"] {
        keys(&mut model, typed, "2026-08-10T03:45:10Z");
        let last = rows(&mut model, "2026-08-10T03:45:10Z").pop().unwrap();
        assert!(last.contains("q quit"), "{last}");
    }
    keys(&mut model, "/nothing at all<enter>", "2026-08-10T03:45:10Z");
    assert_eq!(
        actions(&footer(&model)),
        [Action::Add, Action::Help, Action::Quit, Action::Filter, Action::Pause],
        "nothing is selected"
    );
}

#[test]
fn asking_again_for_what_cannot_be_read_is_answered() {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:44:57Z", Given::Error(ErrorKind::NoCredentials));
    keys(&mut model, "r", "2026-08-10T03:45:10Z");
    let notice = |model: &Model| project(model, at("2026-08-10T03:45:10Z")).screen.notice.map(|n| n.text);
    assert_eq!(notice(&model).as_deref(), Some("job 0663: trying again"));
    started(&mut model, 2, "2026-08-10T03:45:10Z");
    keys(&mut model, "r", "2026-08-10T03:45:10Z");
    assert_eq!(notice(&model).as_deref(), Some("job 0663: a try is under way"));
}

#[test]
fn a_tiny_list_says_that_there_is_more_and_what_is_wrong() {
    let jobs: [String; 10] = std::array::from_fn(|n| format!("6a794733c0eb9e7a177406{n:02}"));
    let mut model = board(jobs.each_ref().map(String::as_str));
    report(&mut model, &jobs[3], "2026-08-10T03:36:26Z", Given::Body("HTTP\n\n{\"failed\":true}"));
    resize(&mut model, 40, 10);
    let seen = rows(&mut model, "2026-08-10T03:36:26Z");
    assert!(seen[0].contains("1 failed"), "{}", seen[0]);
    assert!(!seen[1].ends_with('▲') && seen[8].ends_with('▼'), "{seen:#?}");
    keys(&mut model, "G", "2026-08-10T03:36:26Z");
    let seen = rows(&mut model, "2026-08-10T03:36:26Z");
    assert!(seen[1].ends_with('▲') && !seen[8].ends_with('▼'), "{seen:#?}");
}

#[test]
fn a_tiny_error_shows_the_next_try_without_scrolling() {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:36:26Z", Given::Body(RUNNING));
    resize(&mut model, 40, 10);
    keys(&mut model, "<enter>", "2026-08-10T03:36:27Z");
    for kind in
        [ErrorKind::Timeout, ErrorKind::ServerError, ErrorKind::RateLimited, ErrorKind::AddressBlocked]
    {
        report(&mut model, JOB, "2026-08-10T03:36:30Z", Given::Error(kind));
        let seen = rows(&mut model, "2026-08-10T03:36:31Z").join("\n");
        for words in ["RUNNING", "next try", "in 3 s"] {
            assert!(seen.contains(words), "{words}:\n{seen}");
        }
    }
}

#[test]
fn a_tiny_first_screen_scrolls_to_its_end() {
    let mut model = board([]);
    model.setup.session.access = Access::Missing;
    resize(&mut model, 40, 10);
    let top = rows(&mut model, "2026-08-10T03:36:26Z");
    let text = top.join("\n");
    for words in [
        "restore jobs",
        "It only reads",
        "No credentials were found",
        "MONGODB_ATLAS_PRIVATE_API_KEY",
        "q quit",
    ] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    assert!(top[8].ends_with('▼'), "{text}");
    keys(&mut model, "j", "2026-08-10T03:36:26Z");
    assert_ne!(rows(&mut model, "2026-08-10T03:36:26Z"), top);
    keys(&mut model, "G", "2026-08-10T03:36:26Z");
    let end = rows(&mut model, "2026-08-10T03:36:26Z");
    assert!(end[1].ends_with('▲') && !end[8].ends_with('▼'), "{}", end.join("\n"));
    assert!(end.join("\n").contains("try it on the embedded demo"), "{}", end.join("\n"));
    keys(&mut model, "g", "2026-08-10T03:36:26Z");
    assert_eq!(rows(&mut model, "2026-08-10T03:36:26Z"), top);
}

#[test]
fn a_lasting_note_is_read_whole_where_there_is_room_and_its_next_step_anywhere() {
    let path = "/home/somebody/with/a/long/name/.local/share/atlas-tui/lookups.json";
    let note = format!("update atlas-tui to edit: the lookups file is newer (version 7), read-only: {path}");
    let mut model = board([JOB]);
    model.file_note = Some(note.clone());
    for (width, height, whole) in [(120, 36, true), (80, 24, true), (60, 20, false), (40, 10, false)] {
        resize(&mut model, width, height);
        let seen = rows(&mut model, "2026-08-10T03:36:26Z");
        let text = seen.iter().map(|row| row.trim()).collect::<Vec<_>>().join(" ");
        assert!(text.contains("update atlas-tui to edit"), "{text}");
        assert_eq!(text.contains(&note), whole, "{width}×{height}: {}", seen.join("\n"));
        assert!(seen.last().unwrap().contains("a add"), "the keys keep their line");
    }
    // One that fits but for its path loses the middle of the path alone.
    resize(&mut model, 60, 20);
    let text = rows(&mut model, "2026-08-10T03:36:26Z").join(" ");
    assert!(text.contains("read-only:") && text.contains("lookups.json"), "{text}");
}

#[test]
fn a_page_of_the_list_skips_nothing_that_a_notice_hides() {
    let jobs: [String; 60] = std::array::from_fn(|n| format!("6a794733c0eb9e7a177406{n:02}"));
    let mut model = board(jobs.each_ref().map(String::as_str));
    resize(&mut model, 80, 24);
    model.file_note = Some("long words ".repeat(30));
    let shown = |model: &mut Model| {
        let rows = rows(model, "2026-08-10T03:36:26Z");
        rows.iter()
            .filter(|row| row.starts_with('│'))
            .filter_map(|row| row.split("job 06").nth(1)?.get(..2)?.parse().ok())
            .collect::<Vec<usize>>()
    };
    let first = shown(&mut model);
    assert_eq!(first.len(), 17);
    keys(&mut model, "<pgdn>", "2026-08-10T03:36:26Z");
    let second = shown(&mut model);
    assert!(second.contains(&17) && second.first() <= Some(&17), "{first:?} {second:?}");
}

#[test]
fn a_paste_from_another_atlas_is_watched_and_told() {
    let mut model = board([]);
    let url = format!(
        "https://cloud.mongodbgov.com/api/atlas/v2/groups/6a793f6b2c88faeba59bae37/clusters/orders/backup/restoreJobs/{JOB}"
    );
    update(&mut model, Message::Paste(url), at("2026-08-10T03:36:26Z"));
    assert_eq!(model.watches.len(), 1);
    let notice = project(&model, at("2026-08-10T03:36:26Z") + Duration::from_secs(1)).screen.notice.unwrap();
    assert_eq!(notice.role, Role::Warning);
    assert_eq!(notice.text, "the address names cloud.mongodbgov.com; this Atlas is cloud.mongodb.com");
}
