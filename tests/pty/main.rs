//! The program in a real pseudo-terminal: what it shows, what it leaves behind, and how it ends.
//!
//! `ATLAS_TUI_BIN=target/release/atlas-tui` proves another build the same way.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

mod emulator;
mod outside;
mod profiles;
mod watch;

use std::process::{Command, Stdio};
use std::time::Duration;

use emulator::{Emulator, Launch, program};
use rustix::process::Signal;

const PROJECT: &str = "5f1b6c7d8e9fa0b1c2d3e4f5";
const JOB: &str = "6a794733c0eb9e7a17740663";

/// The first line of the help.
const HELP: &str = "One line up";

/// What leaving writes, in order. The mouse is off by default and needs none.
const LEAVE: &str = "ESC[?25hESC[<1uESC[?1004lESC[?2004lESC[?1049lESC[23;0t";

fn demo() -> Emulator {
    let emulator = Launch::new(&["--demo"]).start().attach();
    emulator.wait_for("running");
    emulator
}

/// The dashboard without the demonstration: an Atlas that nobody answers for, and keys that must stay secret.
fn dashboard() -> Launch {
    Launch::new(&["--base-url", "http://127.0.0.1:9", "--no-config"])
        .variable("MONGODB_ATLAS_PUBLIC_API_KEY", "abcdefgh")
        .variable("MONGODB_ATLAS_PRIVATE_API_KEY", "5ec2e700-0000-4000-8000-5ec2e75ec2e7")
}

/// The terminal is as it was before: modes, cursor, title, line settings.
fn assert_restored(emulator: &Emulator) {
    let log = emulator.log();
    assert_eq!(log.matches("ESC[?1049h").count(), log.matches("ESC[?1049l").count(), "{log}");
    assert!(log.contains(LEAVE), "{log}");
    assert_eq!(log.matches("ESC[?1000h").count() > 0, log.contains("ESC[?1000lESC[?2026l"), "mouse: {log}");
    emulator.with_screen(|screen| {
        assert!(!screen.alternate_screen());
        assert!(!screen.bracketed_paste());
        assert!(!screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    });
    assert_eq!(emulator.line_settings(), emulator.line_settings_before());
}

/// Ends a demonstration by `end`, and looks at what is left.
fn ends_restored(end: impl FnOnce(&mut Emulator)) -> portable_pty::ExitStatus {
    let mut emulator = demo();
    assert_ne!(emulator.line_settings(), emulator.line_settings_before(), "raw while it runs");
    end(&mut emulator);
    let status = emulator.wait_exit();
    assert_restored(&emulator);
    status
}

#[test]
fn the_checks_run_on_a_thread_of_their_own_and_can_be_left() {
    let mut emulator = demo();
    emulator.send("!");
    emulator.wait_for("Atlas accepts the API key demo…");
    emulator.wait_for("of 1200 requests left");
    emulator.wait_for("again");
    emulator.send("!");
    emulator.wait_for("again");
    emulator.send("\x1b");
    emulator.wait_for_absence("Checks ·");
    emulator.send("q");
    assert!(emulator.wait_exit().success());
}

#[test]
fn the_demonstration_shows_a_job_and_quits_by_q() {
    assert_eq!(ends_restored(|emulator| emulator.send("q")).exit_code(), 0);
}

#[test]
fn ctrl_c_quits() {
    assert_eq!(ends_restored(|emulator| emulator.send("\x03")).exit_code(), 0);
}

#[test]
fn the_mouse_is_turned_off_again() {
    let status = ends_restored(|emulator| {
        emulator.send("M");
        emulator.wait_for_bytes("\x1b[?1000h", 1);
        emulator.send("q");
    });
    assert_eq!(status.exit_code(), 0);
}

#[test]
fn signals_restore_the_terminal_and_say_so_by_the_exit_code() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let status = ends_restored(|emulator| emulator.signal(signal));
        assert_eq!(status.exit_code(), code, "{signal:?}");
    }
}

#[test]
fn a_panic_restores_the_terminal_before_its_report() {
    let emulator = Launch::new(&["--demo", "--crash"]).start().attach();
    let status = emulator.wait_exit();
    assert!(!status.success(), "{status:?}");
    assert_restored(&emulator);
    let log = emulator.log();
    let report = log.find("panicked").unwrap_or_else(|| panic!("no report: {log}"));
    assert!(log.find("ESC[?1049l").unwrap() < report, "{log}");
    assert!(log.contains("src/"), "the report names the place: {log}");
}

#[test]
fn a_terminal_that_goes_away_ends_the_program() {
    for launch in [Launch::new(&["--demo"]), Launch::new(&["--demo"]).without_controlling_terminal()] {
        let mut emulator = launch.start();
        emulator.read_until("running");
        emulator.close();
        // The limit is for a loaded machine; what it proves is that the program does not stay behind.
        assert!(emulator.wait_exit_unread() < Duration::from_secs(10));
    }
}

#[test]
fn a_terminal_that_takes_no_more_does_not_keep_the_program() {
    let emulator = Launch::new(&["--demo"]).start();
    emulator.read_until("running");
    // Nobody reads from here on.
    emulator.fill();
    // Takes a new frame, which finds no room.
    emulator.resize(200, 60);
    emulator.wait_until_stuck_in_a_write();
    emulator.signal(Signal::TERM);
    emulator.wait_exit_unread();
    assert_eq!(emulator.line_settings(), emulator.line_settings_before());
}

#[test]
fn a_second_signal_is_not_waited_with() {
    let emulator = Launch::new(&["--demo"]).start();
    emulator.read_until("running");
    emulator.fill();
    emulator.resize(200, 60);
    emulator.wait_until_stuck_in_a_write();
    // Unlike two of a kind, these never count as one.
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        emulator.signal(signal);
    }
    emulator.wait_exit_unread();
    assert_eq!(emulator.line_settings(), emulator.line_settings_before());
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_the_screen_back() {
    let script = r#"
        set -m
        "$PROGRAM" --demo
        echo "left with $?: $(stty -a | grep -o -e '-*icanon')"
        jobs -p > job
        sed 's/.*) //' "/proc/$(cat job)/stat" | cut -c1
        read line
        fg
        echo "ended with $?"
    "#;
    let mut emulator = Launch::script(script).start().attach();
    emulator.wait_for("running");
    emulator.send("\x1a");
    // 128 + SIGSTOP, and line editing is on again.
    emulator.wait_for("left with 147: icanon\nT");
    emulator.send("\r");
    emulator.wait_for_bytes("\x1b[?1049h", 2);
    emulator.wait_for("running");
    emulator.send("q");
    emulator.wait_for("ended with 0");
    emulator.wait_exit();
}

#[test]
fn ctrl_z_without_a_shell_above_changes_nothing() {
    let mut emulator = demo();
    emulator.send("\x1aq");
    assert_eq!(emulator.wait_exit().exit_code(), 0);
    assert_eq!(emulator.log().matches("ESC[?1049h").count(), 1);
}

#[test]
fn a_stop_from_outside_is_followed_by_a_whole_new_screen() {
    let mut emulator = demo();
    emulator.signal(Signal::STOP);
    emulator.signal(Signal::CONT);
    emulator.wait_for_bytes("\x1b[?1049h", 2);
    emulator.wait_for("running");
    emulator.send("q");
    assert_eq!(emulator.wait_exit().exit_code(), 0);
}

#[test]
fn a_storm_of_sizes_ends_in_a_whole_screen() {
    let mut emulator = demo();
    for step in 0..40 {
        emulator.resize(100 - step, 30 - step / 2);
    }
    for size in [(1, 1), (40, 10), (200, 60), (80, 24)] {
        emulator.resize(size.0, size.1);
    }
    emulator.wait_for("running");
    // Asked for by a person after the storm, so that the last frame is known to be drawn.
    emulator.send("?");
    emulator.wait_for(HELP);
    emulator.send("\x1b[27u");
    emulator.wait_for_absence(HELP);
    emulator.wait_for("running");
    emulator.wait_for_at_bottom("? help");
    emulator.send("q");
    assert_eq!(emulator.wait_exit().exit_code(), 0);
}

/// Quits while the edit may still be on its way to the disk, in which case there is a question first.
fn quit_after_an_edit(emulator: &mut Emulator) -> portable_pty::ExitStatus {
    emulator.send("\x03");
    if emulator.ends_or_shows("Quit all the same?") {
        emulator.send("y");
    }
    emulator.wait_exit()
}

fn saved(emulator: &Emulator) -> String {
    std::fs::read_to_string(emulator.home().join("data/lookups.json")).unwrap()
}

#[test]
fn a_lookup_typed_into_the_form_is_saved_and_watched() {
    let mut emulator = dashboard().start().attach();
    emulator.wait_for("add");
    emulator.send("a");
    emulator.wait_for("Add a lookup");
    emulator.send(&format!("{PROJECT}\torders\t{JOB}\tnightly-orders\x13"));
    emulator.wait_for_absence("Add a lookup");
    emulator.wait_for("nightly-orders");
    assert_eq!(quit_after_an_edit(&mut emulator).exit_code(), 0);
    let file = saved(&emulator);
    for text in [PROJECT, "orders", JOB, "nightly-orders"] {
        assert!(file.contains(text), "{text} in {file}");
    }
}

#[test]
fn lookups_that_others_may_change_are_shown_and_the_command_that_mends_it_is_named() {
    let file = format!(
        r#"{{"version":1,"lookups":[{{"label":"nightly-orders","kind":"serverless","projectId":"{PROJECT}","instance":"orders","jobId":"{JOB}"}}]}}"#
    );
    let script = r#"chmod 666 data/lookups.json; "$PROGRAM" --base-url http://127.0.0.1:9 --no-config"#;
    let mut emulator = Launch::script(script).file("data/lookups.json", &file).start().attach();
    emulator.wait_for("nightly-orders");
    emulator.wait_for("run `chmod go-w");
    emulator.wait_for("to edit: the lookups are read-only because others");
    emulator.send("dq");
    assert_eq!(emulator.wait_exit().exit_code(), 0);
    assert_eq!(saved(&emulator), file);
}

#[test]
fn a_pasted_url_fills_the_form() {
    let mut emulator = dashboard().start().attach();
    emulator.wait_for("add");
    emulator.send("a");
    emulator.wait_for("Add a lookup");
    let url = format!(
        "https://cloud.mongodb.com/api/atlas/v1.0/groups/{PROJECT}/serverless/pasted-orders/backup/restoreJobs/{JOB}"
    );
    emulator.send(&format!("\x1b[200~{url}\n\x1b[201~"));
    emulator.wait_for("pasted-orders");
    emulator.wait_for(JOB);
    emulator.send("\x13");
    emulator.wait_for_absence("Add a lookup");
    assert_eq!(quit_after_an_edit(&mut emulator).exit_code(), 0);
    let file = saved(&emulator);
    assert!(file.contains("pasted-orders") && file.contains(JOB), "{file}");
}

#[test]
fn keys_typed_behind_a_long_paste_are_not_left_waiting() {
    let mut emulator = dashboard().start().attach();
    emulator.wait_for("add");
    emulator.send("a");
    emulator.wait_for("Add a lookup");
    let padding = "x".repeat(5000);
    let path = format!("groups/{PROJECT}/serverless/long-orders/backup/restoreJobs/{JOB}");
    let line = format!("curl -H 'X-Padding: {padding}' https://cloud.mongodb.com/api/atlas/v1.0/{path}");
    emulator.send(&format!("\x1b[200~{line}\x1b[201~\x13"));
    emulator.wait_for_absence("Add a lookup");
    emulator.wait_for("long-orders");
    assert_eq!(quit_after_an_edit(&mut emulator).exit_code(), 0);
    assert!(saved(&emulator).contains(JOB));
}

#[test]
fn nonsense_from_the_terminal_harms_nothing() {
    let mut emulator = demo();
    emulator.send("M");
    emulator.wait_for_bytes("\x1b[?1000h", 1);
    // Places that cannot be, broken characters, answers that nobody asked for, keys without a name.
    for nonsense in [
        "\x1b[<0;0;0M",
        "\x1b[<64;65535;65535M",
        "\x1b[M\x20\x20\x20",
        "\x1b[0;0R",
        "\x1b[?62;22c",
        "\x1b[99999999999u",
        "\x1b[57441u",
        "\x1b[200;~\x1b[;;;A",
        "\u{9b}\u{85}",
    ] {
        emulator.send(nonsense);
    }
    emulator.send("?");
    emulator.wait_for(HELP);
    emulator.send("\x1b");
    emulator.wait_for_absence(HELP);
    emulator.send("q");
    assert_eq!(emulator.wait_exit().exit_code(), 0);
    assert_restored(&emulator);
}

#[test]
fn without_colours_the_selected_row_is_still_reversed() {
    let mut emulator = Launch::new(&["--demo"]).variable("NO_COLOR", "1").start().attach();
    emulator.wait_for("running");
    let (coloured, reversed) = emulator.with_screen(|screen| {
        let (rows, cols) = screen.size();
        let cells: Vec<_> = (0..rows.get())
            .flat_map(|row| (0..cols.get()).filter_map(move |col| screen.cell(row, col)))
            .collect();
        (
            cells.iter().filter(|cell| cell.fgcolor() != vt100::Color::Default).count(),
            cells.iter().filter(|cell| cell.inverse() && cell.has_contents()).count(),
        )
    });
    assert_eq!(coloured, 0);
    assert!(reversed > 5, "the selected row is seen: {reversed} cells");
    emulator.send("q");
    assert_eq!(emulator.wait_exit().exit_code(), 0);
}

#[test]
fn no_secret_reaches_the_screen_or_the_files() {
    let mut emulator = dashboard().start().attach();
    emulator.wait_for("add");
    emulator.send("a");
    emulator.wait_for("Add a lookup");
    emulator.send(&format!("{PROJECT}\torders\t{JOB}\tsecretive\x13"));
    emulator.wait_for("secretive");
    emulator.send("yc");
    emulator.send("?");
    emulator.wait_for(HELP);
    quit_after_an_edit(&mut emulator);
    let log = emulator.log();
    assert!(!log.contains("5ec2e7"), "{log}");
    // In base 64, as a copy to the clipboard would carry it, at each of the three alignments.
    for encoded in ["NWVjMmU3", "VlYzJlNz", "1ZWMyZTc"] {
        assert!(!log.contains(encoded), "{log}");
    }
    assert!(!saved(&emulator).contains("5ec2e7"));
}

#[test]
fn a_dumb_terminal_is_refused() {
    let emulator = Launch::new(&["--demo"]).variable("TERM", "dumb").start().attach();
    assert_eq!(emulator.wait_exit().exit_code(), 2);
    let log = emulator.log();
    assert!(log.contains("TERM=dumb") && log.contains("atlas-tui get TARGET"), "{log}");
    assert!(!log.contains("ESC"), "{log}");
}

#[test]
fn without_a_terminal_there_is_one_line_and_exit_code_2() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(program())
        .arg("--demo")
        .env("ATLAS_TUI_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("no terminal") && said.contains("atlas-tui get TARGET"), "{said}");
}
