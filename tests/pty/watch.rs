//! `watch` on a terminal: rows that change, lines that stay, and a terminal that never knew of it.

#[path = "../cli/outside.rs"]
#[allow(dead_code, reason = "of its helpers only the Atlas is needed here")]
mod outside;

use outside::{Atlas, PRIVATE_KEY};
use rustix::process::Signal;

use crate::emulator::{Emulator, Launch};

fn watch(atlas: &Atlas, labels: &[&str], more: &[&str]) -> Emulator {
    let targets: Vec<String> = labels.iter().map(|label| atlas.target(label)).collect();
    let mut words = vec!["watch", "--interval", "1s"];
    words.extend(targets.iter().map(String::as_str));
    words.extend(more);
    Launch::new(&words)
        .variable("MONGODB_ATLAS_BASE_URL", atlas.base_url())
        .variable("MONGODB_ATLAS_PUBLIC_API_KEY", "demopubl")
        .variable("MONGODB_ATLAS_PRIVATE_API_KEY", PRIVATE_KEY)
        .start()
        .attach()
}

/// The rows that hold something.
fn rows(emulator: &Emulator) -> Vec<String> {
    emulator.with_screen(|screen| {
        let rows = screen.rows(0, screen.size().1.get()).map(|row| row.trim_end().to_owned());
        rows.filter(|row| !row.is_empty()).collect()
    })
}

/// No mode was ever set, and the lines are as they were.
fn assert_untouched(emulator: &Emulator) {
    let log = emulator.log();
    for mode in ["ESC[?1049", "ESC[?25", "ESC[?2004", "ESC[?1000", "ESC[6n", "ESC[>"] {
        assert!(!log.contains(mode), "{mode} in {log}");
    }
    assert_eq!(emulator.line_settings(), emulator.line_settings_before());
}

#[test]
fn rows_change_in_place_and_leave_a_line_for_each_job() {
    let atlas = Atlas::start();
    let emulator = watch(&atlas, &["orders-restore", "orders-lines"], &[]);
    emulator.wait_for("● orders-prod");
    assert_untouched(&emulator);
    atlas.wind(50);
    emulator.wait_for("completed after 2 min 40 s (was running)");
    // The other one goes on, with a bar.
    emulator.wait_for("━╌");
    atlas.wind(100);
    assert_eq!(emulator.wait_exit().exit_code(), 0);
    assert_untouched(&emulator);
    let left = rows(&emulator);
    assert!(left.iter().any(|row| row.contains("completed, with warnings")), "{left:?}");
    assert!(!left.iter().any(|row| row.contains('━') || row.contains('╌')), "no row is left: {left:?}");
    let lines = left.iter().filter(|row| row.contains("completed after")).count();
    assert_eq!(lines, 1, "{left:?}");
}

#[test]
fn ctrl_c_and_signals_end_it_with_the_last_state() {
    let atlas = Atlas::start();
    for (signal, name, code) in [(None, "SIGINT", 130), (Some(Signal::TERM), "SIGTERM", 143)] {
        let mut emulator = watch(&atlas, &["orders-restore"], &[]);
        emulator.wait_for("● orders-prod");
        match signal {
            // Line editing is on, so it is the terminal that makes a signal of it.
            None => emulator.send("\x03"),
            Some(signal) => emulator.signal(signal),
        }
        assert_eq!(emulator.wait_exit().exit_code(), code);
        let left = rows(&emulator);
        assert!(left.last().unwrap().contains(&format!("ended by {name}")), "{left:?}");
        assert_untouched(&emulator);
    }
}

#[test]
fn whoever_presses_enter_or_changes_the_size_loses_nothing() {
    let atlas = Atlas::start();
    let mut emulator = watch(&atlas, &["orders-restore", "orders-shards", "billing-dump"], &[]);
    emulator.wait_for("link ready");
    for size in [(40, 10), (1, 1), (200, 50), (13, 3), (80, 24)] {
        emulator.resize(size.0, size.1);
    }
    emulator.send("\r\r");
    atlas.wind(70);
    assert_eq!(emulator.wait_exit().exit_code(), 0);
    let log = emulator.log();
    for words in ["completed after 2 min 40 s (was running)", ": link ready after "] {
        assert!(log.contains(words), "{words} in {log}");
    }
    assert_untouched(&emulator);
}

#[test]
fn a_stop_and_its_end_show_the_rows_anew() {
    let atlas = Atlas::start();
    let emulator = watch(&atlas, &["orders-restore"], &[]);
    emulator.wait_for("● orders-prod");
    emulator.signal(Signal::STOP);
    emulator.signal(Signal::CONT);
    atlas.wind(60);
    assert_eq!(emulator.wait_exit().exit_code(), 0);
}

#[test]
fn in_the_background_it_writes_lines_and_wipes_nothing() {
    let atlas = Atlas::start();
    // Job control, as in a shell that somebody types into.
    let script = r#"set -m; "$PROGRAM" watch "$TARGET" --interval 1s & wait "$!""#;
    let emulator = Launch::script(script)
        .variable("TARGET", &atlas.target("orders-restore"))
        .variable("MONGODB_ATLAS_BASE_URL", atlas.base_url())
        .variable("MONGODB_ATLAS_PUBLIC_API_KEY", "demopubl")
        .variable("MONGODB_ATLAS_PRIVATE_API_KEY", PRIVATE_KEY)
        .start()
        .attach();
    emulator.wait_for("running for");
    atlas.wind(60);
    assert_eq!(emulator.wait_exit().exit_code(), 0);
    let log = emulator.log();
    assert!(log.contains("completed after 2 min 40 s (was running)"), "{log}");
    for wipes in ["ESC[J", "ESC[1A", "ESC[2A"] {
        assert!(!log.contains(wipes), "{wipes} in {log}");
    }
}

#[test]
fn text_asked_for_and_a_dumb_terminal_get_sentences() {
    let atlas = Atlas::start();
    for (more, term) in [(&["-o", "text"][..], "xterm"), (&[], "dumb")] {
        let target = atlas.target("billing-dump");
        let words = [&["watch", &target][..], more].concat();
        let emulator = Launch::new(&words)
            .variable("MONGODB_ATLAS_BASE_URL", atlas.base_url())
            .variable("MONGODB_ATLAS_PUBLIC_API_KEY", "demopubl")
            .variable("MONGODB_ATLAS_PRIVATE_API_KEY", PRIVATE_KEY)
            .variable("NO_COLOR", "1")
            .variable("TERM", term)
            .start()
            .attach();
        assert_eq!(emulator.wait_exit().exit_code(), 0);
        assert!(!emulator.log().contains("ESC"), "{}", emulator.log());
        assert!(emulator.log().contains("link ready"), "{}", emulator.log());
    }
}
