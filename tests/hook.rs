//! The hook by itself: real commands, small limits. What a command does is seen in files and in failures; there is no
//! sleep, and a wait ends with what it waits for.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use atlas_tui::hook::{Call, Failure, Hook, Limits};
use tempfile::TempDir;

/// Only something that is stuck takes so long.
const DEADLINE: Duration = Duration::from_secs(60);

/// A directory, and a hook that runs a shell script in it.
struct Bench {
    directory: TempDir,
    hook: Hook,
    failures: Receiver<Failure>,
}

impl Bench {
    /// `$1` is the directory.
    fn new(script: &str, limits: Limits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().to_str().unwrap().to_owned();
        let command = ["sh", "-c", script, "hook", &place].map(str::to_owned).to_vec();
        let (sender, failures) = channel();
        let hook = Hook::new(command, limits, move |failure| sender.send(failure.clone()).is_ok());
        Self { directory, hook, failures }
    }

    fn call(&mut self, lookup: &str, input: &str) {
        let variables = vec![("ATLAS_TUI_LABEL", lookup.to_owned())];
        self.hook.run(Call { lookup: lookup.into(), input: input.into(), variables }).unwrap();
    }

    fn failure(&self) -> Failure {
        self.failures.recv_timeout(DEADLINE).expect("a failure is told")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn pipe(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        path
    }
}

/// All that is written to a pipe until nobody holds it any more.
fn read(pipe: &Path) -> String {
    let mut text = String::new();
    fs::File::open(pipe).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Waits until no process has the writing end of this pipe any more.
fn wait_until_nobody_holds(pipe: &rustix::fd::OwnedFd) {
    let deadline = rustix::event::Timespec { tv_sec: 60, tv_nsec: 0 };
    while rustix::io::read(pipe, &mut [0; 16]) != Ok(0) {
        let mut ended = [rustix::event::PollFd::new(pipe, rustix::event::PollFlags::HUP)];
        assert!(rustix::event::poll(&mut ended, Some(&deadline)).unwrap() > 0, "somebody is still alive");
    }
}

#[test]
fn a_command_gets_the_line_and_the_variables() {
    let script = r#"{ cat; echo "label: $ATLAS_TUI_LABEL"; } > "$1/out""#;
    let mut bench = Bench::new(script, Limits::default());
    let out = bench.pipe("out");
    // More than a pipe holds, so that writing it has to go on beside reading.
    let input = format!("{{\"raw\":\"{}\"}}", "x".repeat(300_000));
    bench.call("orders", &input);
    assert_eq!(read(&out), format!("{input}\nlabel: orders\n"));
    bench.hook.leave(DEADLINE).wait();
    assert!(bench.failures.try_recv().is_err(), "it went well");
}

#[test]
fn a_label_is_never_read_by_a_shell() {
    let mut bench = Bench::new(r#"printf %s "$ATLAS_TUI_LABEL" > "$1/out""#, Limits::default());
    let out = bench.pipe("out");
    bench.call("$(touch /tmp/never); `x` \"y\"", "{}");
    assert_eq!(read(&out), "$(touch /tmp/never); `x` \"y\"");
}

#[test]
fn a_command_that_reads_nothing_does_not_matter() {
    let mut bench = Bench::new(r#"exec <&-; echo done > "$1/out""#, Limits::default());
    let out = bench.pipe("out");
    bench.call("orders", &"x".repeat(300_000));
    assert_eq!(read(&out), "done\n");
    bench.hook.leave(DEADLINE).wait();
    assert!(bench.failures.try_recv().is_err());
}

#[test]
fn a_failing_command_is_told_with_its_status_and_its_first_words() {
    for (script, why) in [
        (
            "echo ' ' >&2; echo 'no \x1b[31mpager' >&2; echo more >&2; exit 3",
            "ended with status 3: no [31mpager",
        ),
        ("exit 9", "ended with status 9"),
        ("kill -TERM $$", "ended by signal 15"),
        // More than a pipe holds: it is taken all the same, or the script would not come to its end.
        ("head -c 200000 /dev/zero >&2; exit 4", "ended with status 4"),
        ("printf '\\377x' >&2; exit 5", "ended with status 5: \u{fffd}x"),
    ] {
        let mut bench = Bench::new(script, Limits::default());
        bench.call("orders", "{}");
        let failure = bench.failure();
        assert_eq!((failure.lookup.as_str(), failure.why.as_str()), ("orders", why), "{script}");
    }
}

#[test]
fn what_it_leaves_behind_holds_up_nobody() {
    // The child that stays holds the error output open and says nothing there.
    let mut bench = Bench::new("sleep 600 & echo $! > \"$1/pid\"; exit 7", Limits::default());
    bench.call("orders", "{}");
    assert_eq!(bench.failure().why, "ended with status 7");
    let left = fs::read_to_string(bench.path("pid")).unwrap();
    assert!(std::process::Command::new("kill").arg(left.trim()).status().unwrap().success());
}

#[test]
fn a_command_that_is_not_there_is_told() {
    let (sender, failures) = channel();
    let command = vec!["/nowhere/at/all".to_owned()];
    let mut hook = Hook::new(command, Limits::default(), move |failure| sender.send(failure.clone()).is_ok());
    hook.run(Call { lookup: "orders".into(), input: String::new(), variables: Vec::new() }).unwrap();
    let why = failures.recv_timeout(DEADLINE).unwrap().why;
    assert!(why.starts_with("cannot be started: No such file"), "{why}");
}

#[test]
fn a_command_that_hangs_is_killed_with_all_that_it_started() {
    let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
    // Both hold the pipe, the shell and what it waits for: its end is the end of both.
    let script = r#"exec 3> "$1/alive"; echo waiting >&2; sleep 600 & sleep 600"#;
    let mut bench = Bench::new(script, limits);
    let alive = bench.pipe("alive");
    // Open before it is, so that one that is killed before it has begun keeps nobody waiting.
    let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::NONBLOCK;
    let alive = rustix::fs::open(&alive, flags, rustix::fs::Mode::empty()).unwrap();
    // And the second time it is no stopper for the next one.
    for lookup in ["orders", "again"] {
        bench.call(lookup, "{}");
        let failure = bench.failure();
        assert_eq!(failure.lookup, lookup);
        assert!(failure.why.starts_with("killed after 300 ms"), "{}", failure.why);
        wait_until_nobody_holds(&alive);
    }
}

#[test]
fn no_more_run_at_once_than_may_and_the_oldest_that_waits_gives_way() {
    let limits = Limits { at_once: 2, waiting: 3, ..Limits::default() };
    // Each waits until the pipe that it reads is closed.
    let script = r#"read line; case $line in first*) : < "$1/gate";; esac; echo "$line" >> "$1/ran""#;
    let mut bench = Bench::new(script, limits);
    let gate = bench.pipe("gate");
    for name in ["first", "first-too", "third", "fourth", "fifth", "sixth", "seventh"] {
        bench.call(name, name);
    }
    for name in ["third", "fourth"] {
        let failure = bench.failure();
        assert_eq!(failure.lookup, name);
        assert_eq!(failure.why, "not run: 3 newer transitions wait for it already");
    }
    // Both that run are let go: each open waits for a reader.
    let mut pipe = fs::OpenOptions::new().read(true).write(true).open(&gate).unwrap();
    std::io::Write::write_all(&mut pipe, b"x").unwrap();
    let ran = bench.path("ran");
    let Bench { hook, failures, directory } = bench;
    let begun = Instant::now();
    let lines = loop {
        assert!(begun.elapsed() < DEADLINE, "five of them run");
        let lines = fs::read_to_string(&ran).unwrap_or_default();
        if lines.lines().count() == 5 {
            break lines;
        }
        std::thread::yield_now();
    };
    hook.leave(DEADLINE).wait();
    let mut lines: Vec<_> = lines.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["fifth", "first", "first-too", "seventh", "sixth"]);
    assert!(failures.try_recv().is_err());
    drop(directory);
}

#[test]
fn leaving_gives_what_runs_a_moment_and_then_ends_it() {
    let limits = Limits { at_once: 1, ..Limits::default() };
    let mut bench = Bench::new(r#"exec 3> "$1/alive"; echo >&3; exec sleep 600"#, limits);
    let alive = bench.pipe("alive");
    bench.call("orders", "{}");
    bench.call("never", "{}");
    let mut pipe = fs::File::open(&alive).unwrap();
    let mut first = [0];
    pipe.read_exact(&mut first).unwrap();
    bench.hook.leave(Duration::from_millis(100)).wait();
    // Its end closes the pipe; the one that waited never opens it.
    let mut rest = String::new();
    pipe.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn a_loop_that_cannot_hear_is_told_later() {
    let (sender, failures) = channel();
    let deaf = std::sync::atomic::AtomicBool::new(true);
    let command = ["sh", "-c", "exit 3"].map(str::to_owned).to_vec();
    let mut hook = Hook::new(command, Limits::default(), move |failure| {
        // It cannot the first time.
        !deaf.swap(false, std::sync::atomic::Ordering::SeqCst) && sender.send(failure.clone()).is_ok()
    });
    hook.run(Call { lookup: "orders".into(), input: String::new(), variables: Vec::new() }).unwrap();
    assert_eq!(failures.recv_timeout(DEADLINE).unwrap().why, "ended with status 3");
}
