//! `watch` as a script sees it: the binary, a made-up Atlas whose clock is wound by hand, signals and pipes.
//!
//! What depends on hours is in `tests/watch`; here is what only a process can show.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

#[path = "cli/outside.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod outside;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use atlas_tui::demo::Fault;
use outside::{Atlas, PRIVATE_KEY};
use serde_json::Value;

/// A watch under way.
struct Watch {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    err: BufReader<std::process::ChildStderr>,
}

impl Watch {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self { child, out: BufReader::new(out), err: BufReader::new(err) }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        rustix::process::kill_process(process, signal).unwrap();
    }

    /// Waits for its end: the code, and what else it has written.
    fn end(mut self) -> (i32, String, String) {
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.err.read_to_string(&mut err).unwrap();
        let code = self.child.wait().unwrap().code();
        for text in [&out, &err] {
            assert!(!text.contains(PRIVATE_KEY), "the private key: {text}");
            assert!(!text.contains('\u{1b}'), "an escape sequence: {text:?}");
        }
        (code.unwrap_or_else(|| panic!("ended by a signal: {out}{err}")), out, err)
    }
}

impl Drop for Watch {
    /// A test that fails leaves no program behind.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_code_for_each_end_of_one_job_and_of_several() {
    let atlas = Atlas::of_serverless_instances();
    let home = atlas.home();
    let run = |labels: &[&str], more: &[&str]| {
        let targets: Vec<String> = labels.iter().map(|label| atlas.target(label)).collect();
        let mut words = vec!["watch"];
        words.extend(targets.iter().map(String::as_str));
        words.extend(more);
        home.run(&words)
    };
    for (labels, code) in [
        (&["reports-copy"][..], 0),
        (&["billing-dump"], 0),
        (&["ledger-rehearsal"], 4),
        (&["audit-dump"], 5),
        (&["july-report"], 6),
        (&["reports-copy", "billing-dump"], 0),
        (&["reports-copy", "audit-dump", "ledger-rehearsal", "july-report"], 4),
        (&["july-report", "audit-dump"], 5),
    ] {
        for form in ["text", "ndjson", "json"] {
            let ended = run(labels, &["-o", form]);
            assert_eq!(ended.code, code, "{labels:?} {form}: {}{}", ended.out, ended.err);
            let lines = if form == "json" { 1 } else { labels.len() };
            assert!(ended.out.lines().count() >= lines, "{}", ended.out);
        }
    }
    atlas.wind(26);
    assert_eq!(run(&["eu-nightly"], &[]).code, 3);
    assert_eq!(run(&["audit-dump", "eu-nightly", "ledger-rehearsal"], &[]).code, 3);
    let ended = run(&["orders-restore"], &["--timeout", "1s", "-o", "json"]);
    assert_eq!(ended.code, 124, "{}", ended.err);
    assert_eq!(ended.json()["phase"], "running");
    // As a line of the Atlas CLI has it.
    let job = atlas.target("orders-restore");
    let [kind, project, instance, job] = job.split('/').collect::<Vec<_>>()[..] else { panic!("{job}") };
    let pasted = ["watch", job, "--projectId", project, "--clusterName", instance, "--kind", kind];
    let ended = home.run(&[&pasted[..], &["--output", "json", "--watchTimeout", "1"]].concat());
    assert_eq!(ended.code, 124, "{}", ended.err);
}

#[test]
fn keys_and_outages() {
    let atlas = Atlas::of_serverless_instances();
    let target = atlas.target("orders-restore");
    let ended = atlas.home().with("MONGODB_ATLAS_PRIVATE_API_KEY", "wrong").run(&["watch", &target]);
    assert_eq!(ended.code, 7, "{}", ended.out);
    assert!(ended.out.contains("Atlas refused the key"), "{}", ended.out);
    let ended = outside::Home::bare().run(&["watch", &target, "-o", "ndjson"]);
    assert_eq!(ended.code, 7, "{}", ended.out);
    assert_eq!(ended.json()["error"]["kind"], "no_credentials");

    atlas.set_fault(Fault::Unavailable);
    let patient = ["watch", &target, "--interval", "1s", "--give-up-after", "1s"];
    let ended = atlas.home().run(&patient);
    assert_eq!(ended.code, 8, "{}", ended.out);
    assert_eq!(ended.out.matches("It is asked again for 1 s.").count(), 1, "{}", ended.out);
    let nobody = atlas.home().with("MONGODB_ATLAS_BASE_URL", "http://127.0.0.1:9");
    let ended = nobody.run(&[&patient[..], &["-o", "json"]].concat());
    assert_eq!((ended.code, &ended.json()["error"]["kind"]), (8, &"connect".into()), "{}", ended.out);
    let ended = nobody.run(&["watch", &target, "--timeout", "1s"]);
    assert_eq!(ended.code, 124, "without an end to its patience it waits: {}", ended.out);
}

#[test]
fn wrong_usage_is_code_2() {
    let atlas = Atlas::start();
    let target = atlas.target("orders-restore");
    for (words, said) in [
        (vec!["watch"], "TARGET"),
        (vec!["watch", &target, "-o", "csv"], "a watch has no csv"),
        (vec!["watch", &target, "--until", "done"], "final"),
        (vec!["watch", &target, "--timeout", "soon"], "90m"),
        (vec!["watch", &target, "--metrics-listen", "0.0.0.0:0"], "--metrics-allow-remote"),
        (vec!["watch", &target, "x"], "TARGET 2"),
    ] {
        let run = atlas.home().run(&words);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{words:?}: {}", run.err);
        assert!(run.err.contains(said), "{said} in {}", run.err);
    }
    let run = atlas.home().with("ATLAS_TUI_GIVE_UP_AFTER", "never").run(&["watch", &target]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("ATLAS_TUI_GIVE_UP_AFTER"), "{}", run.err);
    assert_eq!(atlas.requests(), 0);
}

#[test]
fn a_signal_is_answered_with_the_last_known_state() {
    use rustix::process::Signal;
    let atlas = Atlas::start();
    let target = atlas.target("orders-restore");
    for (signal, name, code) in
        [(Signal::INT, "SIGINT", 130), (Signal::TERM, "SIGTERM", 143), (Signal::HUP, "SIGHUP", 129)]
    {
        let mut watch = Watch::start(atlas.home().command(&["watch", &target]));
        assert!(watch.line().contains(": running for "));
        watch.signal(signal);
        let (ended, out, err) = watch.end();
        assert_eq!((ended, err.as_str()), (code, ""), "{out}");
        assert!(out.ends_with(&format!(" · ended by {name}\n")), "{out}");

        let mut watch = Watch::start(atlas.home().command(&["watch", &target, "-o", "ndjson"]));
        watch.line();
        watch.signal(signal);
        let (ended, out, _) = watch.end();
        assert_eq!(ended, code);
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["phase"], "running");
    }
}

#[test]
fn targets_come_from_standard_input_too() {
    let atlas = Atlas::of_serverless_instances();
    let home = atlas.home();
    let mut command = home.command(&["watch", "-", "-o", "ndjson"]);
    command.stdin(Stdio::piped());
    let mut watch = Watch::start(command);
    let lines = format!("# two\n{}\n\n{}\n", atlas.target("reports-copy"), atlas.target("audit-dump"));
    watch.child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let (code, out, err) = watch.end();
    assert_eq!((code, out.lines().count(), err.as_str()), (5, 2, ""), "{out}");
}

#[test]
fn whoever_leaves_the_pipe_ends_it_without_a_word() {
    let atlas = Atlas::start();
    let target = atlas.target("orders-restore");
    let mut watch =
        Watch::start(atlas.home().command(&["watch", &target, "--interval", "1s", "-o", "ndjson"]));
    watch.line();
    let Watch { child, out, err } = &mut watch;
    drop(std::mem::replace(
        out,
        BufReader::new(Command::new("true").stdout(Stdio::piped()).spawn().unwrap().stdout.take().unwrap()),
    ));
    atlas.wind(60);
    assert_eq!(child.wait().unwrap().code(), Some(141));
    let mut said = String::new();
    err.read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

#[test]
fn the_last_change_is_told_to_the_command_and_waited_for() {
    let atlas = Atlas::start();
    let home = atlas.home();
    let target = atlas.target("orders-restore");
    let file = home.path().join("told");
    let script = r#"{ cat; echo "$ATLAS_TUI_PREVIOUS_PHASE to $ATLAS_TUI_PHASE, private key: $MONGODB_ATLAS_PRIVATE_API_KEY"; } > "$1"; exit 3"#;
    let command = ["--on-change", "sh", "-c", script, "hook", file.to_str().unwrap()];
    let mut watch =
        Watch::start(home.command(&[&["watch", &target, "--interval", "1s"], &command[..]].concat()));
    watch.line();
    atlas.wind(60);
    let (code, out, err) = watch.end();
    assert_eq!(code, 0, "{out}{err}");
    let told = std::fs::read_to_string(file).unwrap();
    let (object, rest) = told.split_once('\n').unwrap();
    assert_eq!(serde_json::from_str::<Value>(object).unwrap()["phase"], "completed");
    assert_eq!(rest, "running to completed, private key: \n");
    // Said by the watch, or after it, but said.
    assert!(format!("{out}{err}").contains("--on-change for orders-prod"), "{out}{err}");
}

#[test]
fn one_line_for_a_command_is_parted_into_words_as_a_shell_would_part_it() {
    let line = |file: &std::path::Path| format!(r#"sh -c 'cat > "$1"' hook '{}'"#, file.display());
    let atlas = Atlas::start();
    let target = atlas.target("orders-restore");
    let words = ["watch", &target, "--interval", "1s"];
    let home = atlas.home();
    let (file, another) = (home.path().join("of the variable"), home.path().join("of the flag"));
    let mut by_flag = Watch::start(home.command(&[&words[..], &["--on-change", &line(&another)]].concat()));
    let home = home.with("ATLAS_TUI_ON_CHANGE", &line(&file));
    let mut by_variable = Watch::start(home.command(&words));
    by_flag.line();
    by_variable.line();
    atlas.wind(60);
    for (watch, file) in [(by_flag, another), (by_variable, file)] {
        let (code, out, err) = watch.end();
        assert_eq!(code, 0, "{out}{err}");
        let told = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
        assert_eq!(serde_json::from_str::<Value>(&told).unwrap()["phase"], "completed");
    }
    let ended = home.with("ATLAS_TUI_ON_CHANGE", "sh 'half").run(&words);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("ATLAS_TUI_ON_CHANGE: has a quote that is not closed"), "{ended:?}");
}

#[test]
fn a_refresh_is_one_request() {
    let atlas = Atlas::start();
    let home = atlas.home();
    let ended = home.run(&["watch", &atlas.target("orders-restore"), "--interval", "1s", "--timeout", "4s"]);
    assert_eq!(ended.code, 124);
    let stats = atlas.stats();
    assert_eq!(stats.challenges, 1, "once for all");
    assert_eq!(stats.requests, 1 + stats.answers[&200], "and nothing else beside the reads");
    assert!(stats.answers[&200] >= 2, "{stats:?}");
}

#[test]
fn several_jobs_of_a_cluster_are_one_request_as_well() {
    let atlas = Atlas::start();
    let [one, other] = ["orders-restore", "orders-shards"].map(|label| atlas.target(label));
    let ended =
        atlas.home().run(&["watch", &one, &other, "--interval", "1s", "--timeout", "4s", "-o", "json"]);
    assert_eq!(ended.code, 124, "{}", ended.err);
    let read = atlas.stats().answers[&200];
    let ended = atlas.home().run(&["watch", &one, "--interval", "1s", "--timeout", "4s", "-o", "json"]);
    assert_eq!(ended.code, 124);
    let alone = atlas.stats().answers[&200] - read;
    assert!(read <= alone + 2, "{read} for two, {alone} for one");
}

#[test]
fn usable_waits_for_the_cluster_that_was_restored_into() {
    let atlas = Atlas::start();
    let target = atlas.target("orders-restore");
    let words = ["watch", &target, "--until", "usable", "--interval", "1s"];
    atlas.wind(45);
    let mut watch = Watch::start(atlas.home().command(&words));
    assert!(watch.line().contains("waiting for cluster orders-recovery to be idle"));
    assert!(watch.line().contains("cluster orders-recovery is UPDATING"));
    // Another restore into it ends later.
    atlas.wind(100);
    let (code, out, err) = watch.end();
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("cluster orders-recovery is idle and can be used"), "{out}");
    // A key that may read the restore, and not the cluster of another project.
    let small = atlas
        .home()
        .with("MONGODB_ATLAS_PUBLIC_API_KEY", "demoback")
        .with("MONGODB_ATLAS_PRIVATE_API_KEY", "00000000-de30-4000-8000-000000000001");
    let ended = small.run(&words);
    assert_eq!(ended.code, 7, "{}", ended.out);
    assert!(
        ended.out.contains("restored, but whether cluster orders-recovery is idle is not known"),
        "{}",
        ended.out
    );
}

/// What a server says to these bytes.
fn asked(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn metrics_are_served_until_the_last_state_was_seen() {
    let atlas = Atlas::start();
    let target = atlas.target("orders-restore");
    let words = ["watch", &target, "--interval", "1s", "--metrics-listen", "127.0.0.1:0", "-o", "ndjson"];
    let mut watch = Watch::start(atlas.home().command(&words));
    let mut told = String::new();
    watch.err.read_line(&mut told).unwrap();
    let address = told.trim().strip_prefix("atlas-tui: metrics at http://").unwrap();
    let address = address.strip_suffix("/metrics").unwrap().to_owned();
    watch.line();
    let get = |accept: &str| {
        asked(
            &address,
            &format!(
                "GET /metrics HTTP/1.1\r\nhost: localhost:1\r\naccept: {accept}\r\nconnection: close\r\n\r\n"
            ),
        )
    };
    let page = get("application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    assert!(
        page.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"),
        "{page}"
    );
    assert!(page.contains("atlas_tui_restore_phase=\"running\"} 1\n"), "{page}");
    assert!(page.contains("atlas_tui_rate_limit_remaining "), "{page}");
    assert!(!page.contains(PRIVATE_KEY) && !page.contains("demopubl"), "{page}");
    assert!(get("*/*").contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    let post = asked(
        &address,
        "POST /metrics HTTP/1.1\r\nhost: localhost:1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    );
    assert!(post.starts_with("HTTP/1.1 405 "), "{post}");
    let elsewhere = asked(&address, "GET / HTTP/1.1\r\nhost: localhost:1\r\nconnection: close\r\n\r\n");
    assert!(elsewhere.starts_with("HTTP/1.1 404 "), "{elsewhere}");
    for (host, answer) in [
        ("host: 127.0.0.1:9464\r\n", "200"),
        ("host: [::1]:9464\r\n", "200"),
        ("", "200"),
        ("host: rebound.example:9464\r\n", "403"),
        ("host: localhost.rebound.example\r\n", "403"),
        ("host: 127.0.0.1.rebound.example\r\n", "403"),
        ("host: 192.0.2.7\r\n", "403"),
    ] {
        let version = if host.is_empty() { "1.0" } else { "1.1" };
        let page =
            asked(&address, &format!("GET /metrics HTTP/{version}\r\n{host}connection: close\r\n\r\n"));
        assert!(page.split(' ').nth(1) == Some(answer), "{host}: {page}");
        assert_eq!(page.contains("atlas_tui_restore_phase"), answer == "200", "{host}: {page}");
    }
    atlas.wind(60);
    assert!(watch.line().contains("\"phase\":\"completed\""));
    assert!(
        get("*/*").contains("atlas_tui_restore_phase=\"completed\"} 1\n"),
        "it waits for whoever scrapes"
    );
    assert_eq!(watch.end().0, 0);
}
