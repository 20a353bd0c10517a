//! Into the demo and back with nothing lost, and a duplicate that keeps what was typed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod board;

use atlas_tui::app::key::parse_keys;
use atlas_tui::app::keymap::Action;
use atlas_tui::app::message::Stored;
use atlas_tui::app::model::Source;
use atlas_tui::app::screen::{Body, Overlay, project};
use atlas_tui::app::{Effect, Message, Model, update};
use atlas_tui::domain::lookup::{Edit, Lookup};
use atlas_tui::worker::Command;
use board::{Given, at, board, report};

const JOB: &str = "6a794733c0eb9e7a17740663";
const DUMP: &str = "6a7948342c88faeba59eb866";
const NOW: &str = "2026-08-10T03:45:10Z";
const READY: &str = include_str!("recordings/dedicated-download-ready.http");

fn keys(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = parse_keys(keys).unwrap().into_iter();
    keys.flat_map(|key| update(model, Message::Key(key), at(NOW))).collect()
}

fn notice(model: &Model) -> String {
    project(model, at(NOW)).screen.notice.map(|notice| notice.text).unwrap_or_default()
}

fn lookup(label: &str, job: &str) -> Lookup {
    let mut lookup = board([JOB]).watches[0].lookup.clone();
    lookup.target.job = job.parse().unwrap();
    Lookup { label: label.into(), ..lookup }
}

/// The demo's two jobs, with another job's id each.
fn enter_demo(model: &mut Model) {
    assert_eq!(keys(model, "<ctrl-g>"), [Effect::StartDemo]);
    let lookups = ["6b03a95d7ea2294a52227a46", "6b03a95d7ea2294a52227a47"].map(|job| lookup("made up", job));
    let started = Message::DemoStarted { host: "127.0.0.1:1".into(), lookups: lookups.into() };
    update(model, started, at(NOW));
}

fn labels(model: &Model) -> Vec<&str> {
    model.watches.iter().map(|watch| watch.lookup.label.as_str()).collect()
}

#[test]
fn the_key_of_the_demo_leads_back_to_what_was_there() {
    let mut model = board([JOB, DUMP]);
    report(&mut model, DUMP, "2026-08-10T03:44:56Z", Given::Body(READY));
    keys(&mut model, "j/job<enter>");
    enter_demo(&mut model);
    assert_eq!(labels(&model), ["made up", "made up"]);
    assert_eq!(model.setup.session.host, "127.0.0.1:1");
    assert_eq!(notice(&model), "this is the demo; Ctrl-g goes back to your lookups");
    let footer = project(&model, at(NOW)).screen.footer;
    assert!(footer.keys.iter().any(|key| (key.action, key.word) == (Action::Demo, "leave demo")));

    keys(&mut model, "<esc><esc><esc><esc><backspace>");
    assert_eq!(labels(&model), ["made up", "made up"], "Esc is not the way back");

    let effects = keys(&mut model, "<ctrl-g>");
    assert_eq!(effects.first(), Some(&Effect::LeaveDemo), "before the worker hears of anything");
    assert_eq!(effects.last(), Some(&Effect::Reload));
    let watched = effects.iter().find_map(|effect| match effect {
        Effect::Work(Command::Watch(targets)) => Some(targets.clone()),
        _ => None,
    });
    let targets: Vec<_> = watched.unwrap().into_iter().map(|(_, target)| target.job.to_string()).collect();
    assert_eq!(targets, [JOB, DUMP]);
    assert_eq!((model.source, labels(&model)), (Source::Saved, vec!["job 0663", "job b866"]));
    assert_eq!(model.setup.session.host, "cloud.mongodb.com");
    assert_eq!(model.setup.session.base_url, "https://cloud.mongodb.com");
    assert_eq!(model.filter.text(), "job");
    assert_eq!(model.selected_watch().unwrap().lookup.target.job.as_str(), DUMP);
    assert_eq!(model.selected_watch().unwrap().word(), "link ready", "the last answer stands");
    // The new worker numbers its requests from the start.
    report(&mut model, JOB, "2026-08-10T03:45:20Z", Given::Body(READY));
    assert!(model.watches[0].status().is_some());
    enter_demo(&mut model);
    keys(&mut model, "<ctrl-g>");
    assert_eq!(labels(&model), ["job 0663", "job b866"]);
}

#[test]
fn edits_that_are_not_saved_are_told_and_asked_about_in_the_demo_too() {
    let mut model = board([JOB, DUMP]);
    keys(&mut model, "<del>");
    update(
        &mut model,
        Message::Stored(Stored::Failed { why: "the disk is full".into(), read_only: false }),
        at(NOW),
    );
    enter_demo(&mut model);
    model.notice = None;
    assert_eq!(notice(&model), "not saved: the disk is full");
    assert_eq!(keys(&mut model, "q"), []);
    let overlay = project(&model, at(NOW)).screen.overlay;
    assert!(matches!(&overlay, Some(Overlay::Confirm(confirm)) if confirm.question.starts_with("1 edit is")));
    keys(&mut model, "<esc><ctrl-g>");
    model.notice = None;
    assert_eq!((labels(&model), notice(&model).as_str()), (vec!["job b866"], "not saved: the disk is full"));
    assert_eq!(
        keys(&mut model, "u").len(),
        3,
        "what was removed before the demo can be brought back after it"
    );
    assert_eq!(labels(&model), ["job 0663", "job b866"]);
}

#[test]
fn the_question_whether_to_leave_without_edits_goes_when_they_are_saved() {
    let mut model = board([JOB, DUMP]);
    keys(&mut model, "<del>");
    let failed = Stored::Failed { why: "the disk is full".into(), read_only: false };
    update(&mut model, Message::Stored(failed), at(NOW));
    keys(&mut model, "q");
    assert!(project(&model, at(NOW)).screen.overlay.is_some());
    let lookups = model.watches.iter().map(|watch| watch.lookup.clone()).collect();
    update(&mut model, Message::Stored(Stored::Saved { lookups, edits: 1, note: None }), at(NOW));
    assert_eq!(project(&model, at(NOW)).screen.overlay, None);
}

#[test]
fn an_added_lookup_that_is_not_saved_is_still_there_and_marked_after_the_demo() {
    let mut model = board([JOB]);
    let target = lookup("", DUMP).target;
    update(&mut model, Message::Paste(target.to_string()), at(NOW));
    update(
        &mut model,
        Message::Stored(Stored::Failed { why: "the disk is full".into(), read_only: false }),
        at(NOW),
    );
    enter_demo(&mut model);
    keys(&mut model, "<ctrl-g>");
    let Body::Board(board) = project(&model, at(NOW)).screen.body else { panic!() };
    let marks: Vec<_> = board.list.rows.iter().map(|row| row.marks.len()).collect();
    assert_eq!(marks, [0, 1]);
}

#[test]
fn what_the_file_came_to_hold_during_the_demo_is_on_the_board_after_it() {
    let mut model = board([JOB]);
    keys(&mut model, "<del>");
    enter_demo(&mut model);
    let lookups = vec![lookup("of another instance", DUMP)];
    update(&mut model, Message::Stored(Stored::Saved { lookups, edits: 1, note: None }), at(NOW));
    assert_eq!(labels(&model), ["made up", "made up"]);
    let effects = keys(&mut model, "<ctrl-g>");
    assert_eq!(labels(&model), ["of another instance"]);
    let watches = effects.iter().filter(|effect| matches!(effect, Effect::Work(Command::Watch(_)))).count();
    assert_eq!(watches, 1);
    enter_demo(&mut model);
    let lookups = vec![lookup("renamed", DUMP)];
    let note = Some("it is newer".to_owned());
    update(&mut model, Message::Reloaded { lookups, note, read_only: true }, at(NOW));
    assert!(!model.read_only && model.file_note.is_none(), "not of the demo");
    keys(&mut model, "<ctrl-g>");
    assert_eq!(labels(&model), ["renamed"]);
    assert!(model.read_only && model.file_note.is_some());
}

#[test]
fn a_demo_that_was_all_there_was_has_no_way_back() {
    let mut model = board([]);
    model.source = Source::Demo { running: false };
    let lookups = vec![lookup("made up", JOB)];
    update(&mut model, Message::DemoStarted { host: "127.0.0.1:1".into(), lookups }, at(NOW));
    assert_eq!(notice(&model), "");
    assert_eq!(keys(&mut model, "<ctrl-g>"), []);
    assert_eq!(notice(&model), "this is the demo; start without --demo for lookups of your own");
    assert_eq!(labels(&model), ["made up"]);
    keys(&mut model, "<del>");
    let footer = project(&model, at(NOW)).screen.footer;
    assert!(footer.keys.iter().all(|key| key.action != Action::Demo));
}

#[test]
fn a_label_typed_for_a_job_that_is_watched_already_is_given_to_it() {
    let mut model = board([JOB, DUMP]);
    let form = |job: &str, label: &str| format!("a{job}<tab>{label}<enter>");
    let effects = keys(&mut model, &form(DUMP, "the dump"));
    let saved: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Save(Edit::Replace { old, lookup }) => Some((old.job.to_string(), lookup.label.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(saved, [(DUMP.to_owned(), "the dump".to_owned())]);
    assert_eq!(labels(&model), ["job 0663", "the dump"]);
    assert_eq!(model.selected_watch().unwrap().lookup.label, "the dump");
    assert_eq!(notice(&model), "this job is watched already; it is called the dump now");
    for label in ["", "the dump"] {
        let effects = keys(&mut model, &form(DUMP, label));
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Save(_))), "{effects:?}");
        assert_eq!(notice(&model), "this job is watched already: here it is");
        assert_eq!(labels(&model), ["job 0663", "the dump"]);
    }
}
