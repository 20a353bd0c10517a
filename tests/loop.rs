//! The whole program but terminal, network and clock: keys in, frames out, on a paused clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod stage;

use atlas_tui::api::{ErrorKind, Missing};
use atlas_tui::app::message::Stored;
use atlas_tui::app::screen::Progress;
use atlas_tui::app::{Effect, Message};
use atlas_tui::domain::lookup::Edit;
use atlas_tui::domain::target::Kind;
use atlas_tui::input::Signal;
use stage::{Answer, Stage, lookup};

const RUNNING: &str = include_str!("recordings/dedicated-automated-in-progress.http");
const FINISHED: &str = include_str!("recordings/dedicated-automated-finished.http");
const READY: &str = include_str!("recordings/dedicated-download-ready.http");

#[test]
fn a_job_is_on_screen_after_its_first_answer_and_follows_it_to_the_end() {
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved([lookup("orders", "6a794733c0eb9e7a17740663")]);
    stage.answers(
        "6a794733c0eb9e7a17740663",
        [Answer::body(RUNNING), Answer::body(RUNNING), Answer::body(FINISHED)],
    );
    stage.run("");
    stage.until("RUNNING");
    stage.shows("2 min 07 s");
    stage.shows("cancelled no");
    stage.until("COMPLETED");
    stage.shows("no further refresh");
    assert_eq!(stage.requests("6a794733c0eb9e7a17740663"), 3);
}

#[test]
fn a_first_start_says_what_to_do_and_the_form_leads_to_a_job() {
    let mut stage = Stage::new("2026-08-10T03:44:57Z");
    stage.answers("6a7948342c88faeba59eb866", [Answer::body(READY)]);
    stage.run("");
    stage.until("No lookups yet");
    stage.keys("a");
    stage.until("Add a lookup");
    stage
        .keys("6A793F6B2C88FAEBA59BAE37<tab>backupRestores-305<tab>6a7948342c88faeba59eb866<tab>dump<enter>");
    stage.until("LINK READY");
    stage.shows("00:59:5");
    stage.shows("dump");
    let saved = stage
        .effects()
        .iter()
        .any(|effect| matches!(effect, Effect::Save(Edit::Insert { lookup, .. }) if lookup.label == "dump"));
    assert!(saved, "{:?}", stage.effects());
}

#[test]
fn a_paste_onto_the_board_watches_the_job_at_once() {
    let mut stage = Stage::new("2026-08-10T03:44:57Z");
    stage.answers("6a7948342c88faeba59eb866", [Answer::body(READY)]);
    stage.run("");
    stage.paste(
        "curl --digest -u 'a:b' https://cloud.mongodb.com/api/atlas/v1.0/groups/6a793f6b2c88faeba59bae37/\
         serverless/backupRestores-305/backup/restoreJobs/6a7948342c88faeba59eb866",
    );
    stage.until("LINK READY");
}

#[test]
fn a_failed_refresh_keeps_the_last_answer_and_a_later_one_mends_it() {
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved([lookup("orders", "6a794733c0eb9e7a17740663")]);
    stage.answers(
        "6a794733c0eb9e7a17740663",
        [Answer::body(RUNNING), Answer::error(ErrorKind::ServerError), Answer::body(RUNNING)],
    );
    stage.run("");
    stage.until("RUNNING");
    stage.until("stale");
    stage.shows("RUNNING");
    stage.shows("Atlas cannot answer now: it failed with HTTP status 503");
    stage.shows("next try in");
    stage.until_gone("stale");
    stage.shows("RUNNING");
    stage.shows_not("cannot answer");
}

#[test]
fn a_job_that_was_seen_and_is_not_found_any_more_is_gone() {
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved([lookup("orders", "6a794733c0eb9e7a17740663")]);
    stage.answers(
        "6a794733c0eb9e7a17740663",
        [Answer::body(RUNNING), Answer::error(ErrorKind::NotFound(Missing::Job))],
    );
    stage.run("");
    stage.until("GONE");
}

#[test]
fn with_nothing_timed_on_screen_no_wait_ends_by_itself() {
    let mut stage = Stage::new("2026-08-10T03:38:26Z");
    stage.run("");
    stage.until("No lookups yet");
    let frames = stage.frames();
    assert!(stage.is_asleep_for_good());
    assert_eq!(stage.frames(), frames);
}

#[test]
fn a_countdown_costs_one_frame_a_second_and_no_more() {
    let mut stage = Stage::new("2026-08-10T03:46:00.4Z").saved([lookup("dump", "6a7948342c88faeba59eb866")]);
    stage.answers("6a7948342c88faeba59eb866", [Answer::body(READY)]);
    stage.run("");
    stage.until("LINK READY");
    stage.keys("p");
    stage.seconds(10);
    let (frames, wakes) = (stage.frames(), stage.wakes());
    stage.seconds(30);
    assert_eq!((stage.frames() - frames, stage.wakes() - wakes), (30, 30));
}

#[test]
fn a_burst_of_keys_costs_few_frames() {
    let lookups = (0..40).map(|n| lookup(&format!("job-{n}"), &format!("6a794733c0eb9e7a177{n:05x}")));
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved(lookups);
    stage.run("");
    stage.until("job-0");
    let frames = stage.frames();
    stage.keys(&"j".repeat(30));
    stage.until("job-30");
    assert!(stage.frames() - frames <= 3, "{} frames", stage.frames() - frames);
}

#[test]
fn quitting_leaves_the_loop_and_unsaved_edits_ask_first() {
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved([lookup("orders", "6a794733c0eb9e7a17740663")]);
    stage.run("");
    stage.until("orders");
    stage.keys("<del>");
    stage.tell(Message::Stored(Stored::Failed { why: "the disk is full".into(), read_only: false }));
    stage.until("the disk is full");
    stage.keys("q");
    stage.until("not saved yet");
    stage.keys("<esc>");
    stage.until_gone("not saved yet");
    assert!(!stage.has_left());
    stage.keys("qy");
    assert!(stage.has_left());
}

#[test]
fn what_is_said_of_the_lookups_file_lasts_as_long_as_it_is_true() {
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved([lookup("orders", "6a794733c0eb9e7a17740663")]);
    let lookups = vec![lookup("orders", "6a794733c0eb9e7a17740663")];
    let reloaded = |note: Option<&str>, read_only| Message::Reloaded {
        lookups: lookups.clone(),
        note: note.map(str::to_owned),
        read_only,
    };
    stage.run("");
    stage.until("orders");
    stage.tell(reloaded(Some("the file is of version 2"), true));
    stage.until("lookups read-only");
    stage.shows("the file is of version 2");
    stage.tell(reloaded(None, false));
    stage.until_gone("lookups read-only");
    stage.shows_not("the file is of version 2");

    stage.tell(Message::Stored(Stored::Failed { why: "the file is of version 3".into(), read_only: true }));
    stage.until("lookups read-only");
    stage.shows("the file is of version 3");
    let saved = |note: Option<&str>| {
        let (lookups, note) = (lookups.clone(), note.map(str::to_owned));
        Message::Stored(Stored::Saved { lookups, edits: 0, note })
    };
    stage.tell(saved(Some("the old file is kept aside")));
    stage.until_gone("lookups read-only");
    stage.shows("the old file is kept aside");
    stage.shows_not("the file is of version 3");
    // Still true after the next edit, and until somebody has read it.
    stage.tell(saved(None));
    stage.shows("the old file is kept aside");
    stage.keys("<esc>");
    stage.until_gone("the old file is kept aside");
}

#[test]
fn an_edit_on_its_way_to_the_disk_does_not_keep_anybody_from_leaving() {
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved([lookup("orders", "6a794733c0eb9e7a17740663")]);
    stage.run("");
    stage.until("orders");
    // In one batch: the edit must not be lost behind the key that leaves.
    stage.keys("<del>q");
    assert!(stage.has_left());
    assert!(stage.effects().iter().any(|effect| matches!(effect, Effect::Save(Edit::Remove { .. }))));
}

#[test]
fn an_edit_in_one_batch_with_a_signal_is_not_lost() {
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved([lookup("orders", "6a794733c0eb9e7a17740663")]);
    stage.run("");
    stage.until("orders");
    stage.keys_and_signal("<del>", Signal::Terminate);
    assert!(stage.has_left());
    assert!(stage.effects().iter().any(|effect| matches!(effect, Effect::Save(Edit::Remove { .. }))));
}

#[test]
fn an_answer_about_the_target_of_before_is_not_taken_for_the_new_one() {
    let (old, new) = ("6a794733c0eb9e7a17740663", "6a7948342c88faeba59eb866");
    let mut stage = Stage::new("2026-08-10T03:44:57Z").saved([lookup("orders", old)]);
    stage.answers(old, [Answer::body(FINISHED)]);
    stage.answers(new, [Answer::error(ErrorKind::NotFound(Missing::Job))]);
    stage.run("");
    stage.until("WAITING");
    // The old target's answer is under way while the job is changed.
    stage.keys(&format!("e<backtab><ctrl-u>{new}<ctrl-s>"));
    stage.until("NOT FOUND");
    stage.shows_not("COMPLETED");
    stage.shows_not("GONE");
}

#[test]
fn the_demo_starts_on_its_first_lookup_whatever_the_board_was_like() {
    let lookups = (0..200).map(|n| lookup(&format!("job-{n}"), &format!("6a794733c0eb9e7a177{n:05x}")));
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved(lookups);
    stage.answers("6a794733c0eb9e7a17740663", [Answer::body(RUNNING)]);
    stage.run("");
    stage.keys("G/job<enter>p");
    let demo = vec![lookup("first of the demo", "6a794733c0eb9e7a17740663")];
    stage.tell(Message::DemoStarted { host: "127.0.0.1:1".into(), lookups: demo });
    stage.shows("first of the demo");
    stage.until("RUNNING");
}

#[test]
fn sizes_change_while_it_runs_and_each_shows_what_matters() {
    let mut stage =
        Stage::new("2026-08-10T03:44:57Z").saved([lookup("dump", "6a7948342c88faeba59eb866")]).sized(40, 10);
    stage.answers("6a7948342c88faeba59eb866", [Answer::body(READY)]);
    stage.run("<enter>");
    stage.until("LINK READY");
    stage.shows("00:59:5");
    for (width, height) in [(1, 1), (80, 24), (200, 60), (3, 50), (120, 36)] {
        stage.resize(width, height);
    }
    stage.shows("LINK READY");
    stage.shows("cancelled no");
    assert_eq!(stage.text().lines().count(), 36);
}

#[test]
fn scrolling_stops_at_the_end_and_the_next_key_moves_back_at_once() {
    let mut stage =
        Stage::new("2026-08-10T03:44:57Z").saved([lookup("dump", "6a7948342c88faeba59eb866")]).sized(40, 10);
    stage.answers("6a7948342c88faeba59eb866", [Answer::body(READY)]);
    stage.run("<enter>");
    stage.until("LINK READY");
    stage.keys("p");
    stage.keys("G<pgdn><pgdn>");
    stage.shows("History");
    let end = stage.text();
    stage.keys("k");
    assert_ne!(stage.text(), end);
    stage.keys("g");
    stage.shows("LINK READY");
    // Where all of it fits there is nothing to scroll.
    stage.resize(120, 36);
    stage.keys("G");
    stage.shows("LINK READY");
    stage.keys("<esc>?G");
    let end = stage.text();
    stage.keys("k");
    stage.keys("G");
    assert_eq!(stage.text(), end);
}

#[test]
fn what_cannot_be_read_is_found_by_its_reason() {
    let mut stage = Stage::new("2026-08-10T03:44:57Z")
        .saved([lookup("dump", "6a7948342c88faeba59eb866"), lookup("lost", "6a794733c0eb9e7a17740663")]);
    stage.answers("6a7948342c88faeba59eb866", [Answer::body(READY)]);
    stage.answers("6a794733c0eb9e7a17740663", [Answer::error(ErrorKind::NotFound(Missing::Job))]);
    stage.run("");
    stage.until("not found");
    stage.keys("/not found<enter>");
    stage.shows("1 of 2");
    stage.shows("lost");
}

/// What the person was told so far.
fn told(stage: &Stage) -> Vec<String> {
    let effects = stage.effects().into_iter().filter_map(|effect| match effect {
        Effect::Notify(notification) => Some(notification.text),
        _ => None,
    });
    effects.collect()
}

#[test]
fn the_loop_wakes_to_tell_of_a_link_that_ends_soon_while_another_job_is_on_screen() {
    let mut stage = Stage::new("2026-08-10T04:30:00Z")
        .saved([lookup("orders", "6a794733c0eb9e7a17740663"), lookup("dump", "6a7948342c88faeba59eb866")]);
    stage.answers("6a794733c0eb9e7a17740663", [Answer::body(FINISHED)]);
    stage.answers("6a7948342c88faeba59eb866", [Answer::body(READY)]);
    stage.run("");
    stage.until("link ready");
    // Nothing is read any more: time alone does it.
    stage.keys("p");
    assert_eq!(told(&stage), [""; 0]);
    stage.seconds(4 * 60 + 51);
    assert_eq!(told(&stage), [""; 0]);
    stage.seconds(2);
    assert_eq!(told(&stage), ["dump: the download link ends in 10 min"]);
    stage.seconds(10 * 60);
    assert_eq!(told(&stage)[1..], ["dump: expired"]);
}

#[test]
fn the_progress_is_said_when_it_changes_and_no_oftener() {
    let mut stage = Stage::new("2026-08-10T03:38:26Z").saved([lookup("orders", "6a794733c0eb9e7a17740663")]);
    stage.answers(
        "6a794733c0eb9e7a17740663",
        [Answer::body(RUNNING), Answer::body(RUNNING), Answer::body(RUNNING), Answer::body(FINISHED)],
    );
    stage.run("");
    stage.until("COMPLETED");
    assert_eq!(stage.progress(), [Progress::None, Progress::Running, Progress::None]);
}

#[test]
fn jobs_of_one_cluster_come_to_the_screen_with_one_request() {
    let dedicated = |label, job| {
        let mut lookup = lookup(label, job);
        lookup.target.kind = Kind::Dedicated;
        lookup
    };
    let jobs = ["6a794733c0eb9e7a17740663", "6a7948342c88faeba59eb866"];
    let mut stage =
        Stage::new("2026-08-10T03:45:26Z").saved([dedicated("orders", jobs[0]), dedicated("dump", jobs[1])]);
    stage.answers(jobs[0], [Answer::body(FINISHED)]);
    stage.answers(jobs[1], [Answer::body(READY)]);
    stage.run("");
    stage.until("COMPLETED");
    stage.shows("link ready");
    assert_eq!((stage.requests(jobs[0]), stage.requests(jobs[1])), (1, 0));
    stage.keys("L");
    stage.until("Requests · 1");
    stage.shows("backupRestores-305: 2 jobs");
}
