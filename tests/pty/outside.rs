//! What the program does outside of its screen when a job ends: bell, notification, hook, and progress in the tab.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::process::Signal;

use super::emulator::{Emulator, Launch};
use super::{JOB, PROJECT, assert_restored};

const OTHER: &str = "6a7948342c88faeba59eb866";
const RUNNING: &str = include_str!("../recordings/dedicated-automated-in-progress.http");
const FINISHED: &str = include_str!("../recordings/dedicated-automated-finished.http");

/// An Atlas with two jobs that run, until the first is told to end.
struct Atlas {
    base_url: String,
    ends: Arc<AtomicBool>,
}

impl Atlas {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let ends = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&ends);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // One that gives up on its request is no matter.
                let _ = answer(stream, asked.load(Ordering::SeqCst));
            }
        });
        Self { base_url, ends }
    }
}

/// One request and its answer; the body is a recorded one.
fn answer(mut stream: TcpStream, ended: bool) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? > 0 {
        request.extend_from_slice(&byte);
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let recording = if ended && request.contains(JOB) { FINISHED } else { RUNNING };
    let (_, body) = recording.split_once("\n\n").unwrap();
    // The job that was asked for, whichever the recording is of.
    let body = if request.contains(OTHER) { body.replace(JOB, OTHER) } else { body.to_owned() };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A dashboard on both jobs, of which the second is selected.
fn on_two_jobs(atlas: &Atlas, variables: &[(&str, &str)], config: &str) -> Emulator {
    let target = format!("serverless/{PROJECT}/orders/{JOB}");
    let mut launch = Launch::new(&["--base-url", &atlas.base_url, &target])
        .variable("MONGODB_ATLAS_PUBLIC_API_KEY", "abcdefgh")
        .variable("MONGODB_ATLAS_PRIVATE_API_KEY", "5ec2e700-0000-4000-8000-5ec2e75ec2e7");
    for (name, value) in variables {
        launch = launch.variable(name, value);
    }
    let mut emulator = launch.config(config).start().attach();
    emulator.wait_for("RUNNING");
    emulator.send(&format!("\x1b[200~serverless/{PROJECT}/billing/{OTHER}\x1b[201~"));
    emulator.wait_for("2 running");
    emulator
}

#[test]
fn a_job_that_ends_elsewhere_is_told_and_the_hook_hears_of_it() {
    let atlas = Atlas::start();
    let script = "cat > hook.json; env > hook.env; echo 'no pager today' >&2; exit 3";
    let config = format!("[hook]\ncommand = [\"sh\", \"-c\", {script:?}]\n");
    let mut emulator = on_two_jobs(&atlas, &[("TERM_PROGRAM", "WezTerm")], &config);
    atlas.ends.store(true, Ordering::SeqCst);
    emulator.send("\x12");
    emulator.wait_for("hook for orders …0663: ended with status 3: no pager today");
    let log = emulator.log();
    let told = log.find("ESC]777;notify;atlas-tui;orders …0663: completed after ");
    let told = told.unwrap_or_else(|| panic!("no notification: {log}"));
    assert!(log[told..].contains("ESC\\<07>"), "and the bell: {log}");

    let line = std::fs::read_to_string(emulator.home().join("hook.json")).unwrap();
    assert_eq!(line.lines().count(), 1, "{line}");
    let job: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(job["schema"], 1);
    assert_eq!(job["phase"], "completed");
    assert_eq!(job["target"]["jobId"], JOB);
    assert_eq!(job["raw"]["id"], JOB);
    let variables = std::fs::read_to_string(emulator.home().join("hook.env")).unwrap();
    for variable in [
        "ATLAS_TUI_LABEL=orders …0663",
        "ATLAS_TUI_PHASE=completed",
        "ATLAS_TUI_PREVIOUS_PHASE=running",
        &format!("ATLAS_TUI_PROJECT_ID={PROJECT}"),
        "ATLAS_TUI_INSTANCE=orders",
        &format!("ATLAS_TUI_JOB_ID={JOB}"),
        "ATLAS_TUI_KIND=serverless",
        "ATLAS_TUI_PROFILE=",
    ] {
        assert!(variables.lines().any(|line| line == variable), "{variable} in {variables}");
    }
    assert!(!variables.contains("MONGODB_ATLAS_") && !variables.contains("5ec2e7"), "{variables}");

    // It stands in the log of requests as well.
    emulator.send("L");
    emulator.wait_for("hook: ended with status 3");
    emulator.send("\x03");
    assert_eq!(emulator.wait_exit().exit_code(), 0);
    assert_restored(&emulator);
}

#[test]
fn what_is_turned_off_is_not_written() {
    let atlas = Atlas::start();
    let config = "[notify]\nbell = false\nterminal = false\ntitle = false\nprogress = false\n";
    let mut emulator = on_two_jobs(&atlas, &[("TERM_PROGRAM", "WezTerm")], config);
    atlas.ends.store(true, Ordering::SeqCst);
    emulator.send("\x12");
    emulator.wait_for("completed");
    emulator.send("\x03");
    assert_eq!(emulator.wait_exit().exit_code(), 0);
    let log = emulator.log();
    for sequence in ["ESC]777", "ESC]9;4", "ESC]0;", "ESC]2;"] {
        assert!(!log.contains(sequence), "{sequence} in {log}");
    }
}

/// The demonstration in a terminal with a progress, while something runs.
fn with_progress() -> Emulator {
    let emulator = Launch::new(&["--demo"]).variable("TERM_PROGRAM", "WezTerm").start().attach();
    emulator.wait_for_bytes("\x1b]9;4;3\x1b\\", 1);
    emulator
}

#[test]
fn every_way_out_takes_the_progress_out_of_the_tab() {
    let ends: [fn(&mut Emulator); 4] = [
        |emulator| emulator.send("q"),
        |emulator| emulator.signal(Signal::TERM),
        |emulator| emulator.signal(Signal::HUP),
        |emulator| emulator.signal(Signal::INT),
    ];
    for end in ends {
        let mut emulator = with_progress();
        end(&mut emulator);
        emulator.wait_exit();
        assert_restored(&emulator);
        let log = emulator.log();
        let (shown, cleared) = (log.rfind("ESC]9;4;3"), log.rfind("ESC]9;4;0ESC\\"));
        assert!(cleared > shown && cleared < log.rfind("ESC[?1049l"), "{log}");
    }
}

#[test]
fn a_stop_takes_the_progress_away_and_coming_back_shows_it_again() {
    let mut emulator = with_progress();
    emulator.signal(Signal::STOP);
    emulator.signal(Signal::CONT);
    emulator.wait_for_bytes("\x1b]9;4;0\x1b\\", 1);
    emulator.wait_for_bytes("\x1b]9;4;3\x1b\\", 2);
    emulator.send("q");
    assert_eq!(emulator.wait_exit().exit_code(), 0);
    assert_restored(&emulator);
}

#[test]
fn a_terminal_without_a_progress_is_sent_none() {
    let mut emulator = super::demo();
    emulator.send("q");
    emulator.wait_exit();
    assert!(!emulator.log().contains("ESC]9;"), "{}", emulator.log());
}
