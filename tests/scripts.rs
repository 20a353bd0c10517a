//! `get` for several jobs and `list`, as a script sees them: the binary against the embedded Atlas.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

#[allow(dead_code, reason = "another test file uses the rest of it")]
#[path = "cli/outside.rs"]
mod outside;
#[path = "support/schema.rs"]
mod schema;

use std::io::pipe;
use std::process::Stdio;

use atlas_tui::demo::Fault;
use outside::{Atlas, Home, Run};
use serde_json::Value;

/// Runs it with something on standard input.
fn run_with_input(home: &Home, words: &[&str], input: &str) -> Run {
    let output = assert_cmd::Command::from_std(home.command(words)).write_stdin(input).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Run { code: output.status.code().unwrap(), out, err }
}

/// The objects of a list of JSON, each as the schema says.
fn objects(out: &str) -> Vec<Value> {
    let list: Vec<Value> = serde_json::from_str(out).unwrap_or_else(|error| panic!("{error}: {out}"));
    for object in &list {
        schema::assert_valid("an object", object);
    }
    list
}

fn lines(out: &str) -> Vec<Value> {
    objects(&format!("[{}]", out.lines().collect::<Vec<_>>().join(",")))
}

fn phases(list: &[Value]) -> Vec<&str> {
    list.iter().map(|object| object["phase"].as_str().unwrap_or("error")).collect()
}

/// Saves lookups in the home of a run.
fn save(home: &Home, lookups: &[(&str, &str)]) {
    let entries: Vec<Value> = lookups
        .iter()
        .map(|(label, target)| {
            let [kind, project, instance, job] = target.split('/').collect::<Vec<_>>()[..] else { panic!() };
            serde_json::json!({"label": label, "kind": kind, "projectId": project, "instance": instance, "jobId": job})
        })
        .collect();
    home.write("data/lookups.json", &serde_json::json!({"version": 1, "lookups": entries}).to_string());
}

#[test]
fn several_targets_are_a_list_with_few_requests_and_the_worst_code() {
    let atlas = Atlas::start();
    let [ready, running, lost] =
        ["billing-dump", "orders-restore", "july-report"].map(|label| atlas.target(label));
    let run = atlas.home().run(&["get", &ready, &running, &lost, &ready, "-o", "json"]);
    assert_eq!(run.code, 6, "{}", run.err);
    assert_eq!(phases(&objects(&run.out)), ["ready", "running", "error"]);
    assert!(run.err.contains("has no restore job"), "{}", run.err);
    // Two of one cluster in a list, one of which the list lacks, one of another; and a challenge.
    assert_eq!(atlas.requests(), 4);
    let run = atlas.home().run(&["get", &ready, &running, "--exit-status", "-o", "ndjson"]);
    assert_eq!((run.code, phases(&lines(&run.out))), (9, vec!["ready", "running"]));
    let one = atlas.home().run(&["get", &ready, "-o", "json"]);
    schema::assert_valid("one", &one.json());
    let text = atlas.home().run(&["get", &ready, &running]).out;
    assert_eq!(text.split("\n\n").count(), 2, "{text}");
}

#[test]
fn targets_come_through_a_pipe_and_what_is_no_target_is_named_by_its_line() {
    let atlas = Atlas::start();
    let [ready, running] = ["billing-dump", "orders-restore"].map(|label| atlas.target(label));
    let home = atlas.home();
    let run =
        run_with_input(&home, &["get", "-", "-o", "json"], &format!("# tonight\n\n{ready}\n{running}\n"));
    assert_eq!((run.code, phases(&objects(&run.out))), (0, vec!["ready", "running"]), "{}", run.err);
    let again = run_with_input(&home, &["get", "-", "-o", "ndjson"], &run.out);
    assert_eq!(phases(&lines(&again.out)), ["ready", "running"], "its own output: {}", again.err);
    let before = atlas.requests();
    let wrong = run_with_input(&home, &["get", "-", "-o", "ndjson"], &format!("{ready}\nflex/12/x/y\n"));
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("standard input, line 2: project: "), "{}", wrong.err);
    assert_eq!(lines(&wrong.out)[0]["error"]["kind"], "usage");
    let empty = run_with_input(&home, &["get", "-"], "");
    assert_eq!((empty.code, empty.out.as_str()), (2, ""), "a pipe that broke is no success");
    assert_eq!(atlas.requests(), before, "nothing is asked before all is understood");
}

#[test]
fn a_saved_lookup_is_named_by_its_label() {
    let atlas = Atlas::start();
    let home = atlas.home();
    save(
        &home,
        &[("night", &atlas.target("billing-dump")), ("odd\u{1b}[31m\"", &atlas.target("orders-restore"))],
    );
    let run = home.run(&["get", "night", "-o", "json"]);
    assert_eq!((run.code, &run.json()["label"]), (0, &"night".into()), "{}", run.err);
    assert!(home.run(&["get", "night"]).out.starts_with("Label       night\nJob "));
    let wrong = home.run(&["get", "nigh"]);
    assert!(wrong.code == 2 && wrong.err.contains("there is `night`"), "{}", wrong.err);
    // `Home::run` has seen that no control character comes through.
    let odd = home.run(&["get", "odd[31m\"", "-o", "csv"]);
    assert!(odd.code == 0 && odd.out.contains("\n\"odd[31m\"\"\",running,"), "{}{}", odd.out, odd.err);
    let files = home.files();
    assert_eq!(files, ["data/lookups.json"], "nothing is written, no lock is taken");
    home.write("data/lookups.json", "{");
    let broken = home.run(&["get", "night"]);
    assert!(broken.code == 2 && broken.err.contains("No label was looked for"), "{}", broken.err);
    assert_eq!(home.files(), files, "nor is a broken file moved");
}

#[test]
fn a_project_is_listed_with_all_kinds_of_jobs() {
    let atlas = Atlas::start();
    let target = atlas.target("billing-dump");
    let project = target.split('/').nth(1).unwrap();
    let home = atlas.home();
    let run = home.run(&["list", "--project-id", project, "-o", "json", "--limit", "0"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let all = objects(&run.out);
    let created: Vec<_> = all.iter().map(|job| job["createdAt"].as_str().unwrap()).collect();
    assert!(created.is_sorted_by(|a, b| a >= b), "the newest first");
    for kind in ["flex", "dedicated", "collection"] {
        assert!(all.iter().any(|job| job["target"]["kind"] == kind), "{kind}");
    }
    assert!(
        all.iter().any(|job| Some(job["target"]["jobId"].as_str().unwrap()) == target.rsplit('/').next())
    );
    let ndjson = home.run(&["list", "--projectId", project, "-o", "ndjson", "--limit", "3"]);
    let ids = |list: &[Value]| list.iter().map(|job| job["target"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&lines(&ndjson.out)), ids(&all[..3]), "the same, cut");
    let failed = home.run(&["list", "--project-id", project, "--status", "fail,expired", "-o", "json"]);
    assert!(objects(&failed.out).iter().all(|job| job["phase"] == "failed" || job["phase"] == "expired"));
    let csv = home.run(&["list", "--project-id", project, "-o", "csv", "--limit", "0"]).out;
    assert_eq!(csv.lines().count(), all.len() + 1);
    let before = atlas.requests();
    let one = home.run(&["list", "--project-id", project, "--cluster-name", "staging", "--limit", "5"]);
    assert_eq!((one.code, one.out.lines().count()), (0, 6), "{}", one.err);
    assert_eq!(atlas.requests() - before, 2, "a challenge, and one page");
}

#[test]
fn list_pipes_into_get_and_saved_lookups_are_listed() {
    let atlas = Atlas::start();
    let home = atlas.home();
    save(
        &home,
        &[
            ("night", &atlas.target("billing-dump")),
            ("lost", &atlas.target("july-report")),
            ("day", &atlas.target("orders-restore")),
        ],
    );
    let run = home.run(&["list", "--saved"]);
    assert_eq!(run.code, 6, "{}", run.err);
    assert!(run.out.contains("◆ link ready  night") && run.out.contains("✖ not found   lost"), "{}", run.out);
    let ready = home.run(&["list", "--saved", "--status", "ready,running", "-o", "ndjson"]);
    assert_eq!(ready.code, 0, "{}", ready.err);
    let got = run_with_input(&home, &["get", "-", "-o", "json"], &ready.out);
    assert_eq!(phases(&objects(&got.out)), phases(&lines(&ready.out)));
}

#[test]
fn what_keeps_a_list_from_being_read_is_in_the_code_and_said_once() {
    let atlas = Atlas::start();
    let target = atlas.target("billing-dump");
    let project = target.split('/').nth(1).unwrap().to_owned();
    let refused = atlas.home().with("MONGODB_ATLAS_PRIVATE_API_KEY", "wrong");
    let run = refused.run(&["list", "--project-id", &project, "-o", "json"]);
    assert_eq!(run.code, 7);
    assert_eq!(phases(&objects(&run.out)), ["error"], "a refused key is refused for the other list too");
    assert_eq!(atlas.requests(), 2);
    assert_eq!(run.err.matches("refused the key").count(), 1, "{}", run.err);
    let unknown = atlas.home().run(&["list", "--project-id", "5f1b6c7d8e9fa0b1c2d3e4f5"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (6, ""), "{}", unknown.err);
    atlas.set_fault(Fault::Unavailable);
    let down = atlas.home().run(&["list", "--project-id", &project, "--cluster-name", "staging"]);
    assert_eq!((down.code, down.out.as_str()), (8, ""), "{}", down.err);
    let nowhere = Home::new().with("MONGODB_ATLAS_BASE_URL", "http://127.0.0.1:9");
    assert_eq!(nowhere.run(&["list", "--project-id", &project]).code, 8);
}

#[test]
fn wrong_usage_of_list_is_code_2_and_says_what_is_possible() {
    const PROJECT: &str = "5f1b6c7d8e9fa0b1c2d3e4f5";
    let home = Home::new();
    for (words, named) in [
        (&["list"][..], &["--project-id", "--saved"][..]),
        (&["list", "--project-id", "12"], &["--project-id", "22 more digits"]),
        (&["list", "--project-id", PROJECT, "--status", "runing"], &["--status", "running, finalizing"]),
        (&["list", "--project-id", PROJECT, "--since", "yesterday"], &["--since", "2026-08-10"]),
        (&["list", "--project-id", PROJECT, "--sort", "size"], &["--sort", "cluster"]),
        (&["list", "--project-id", PROJECT, "--kind", "serverless"], &["--kind", "flex"]),
        (&["list", "--project-id", PROJECT, "-o", "xml"], &["xml", "markdown"]),
        (&["get", "--raw", "-o", "json", PROJECT], &["--raw"]),
        (&["get", "x", "--color", "blue"], &["--color", "always"]),
    ] {
        let run = home.run(words);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{words:?}: {}", run.err);
        for word in named {
            assert!(run.err.contains(word), "{word} in {}", run.err);
        }
    }
    let variable = Home::new().with("ATLAS_TUI_SINCE", "yesterday").run(&["list", "--saved"]);
    assert!(variable.code == 2 && variable.err.contains("ATLAS_TUI_SINCE"), "{}", variable.err);
}

#[test]
fn colours_and_local_times_only_when_asked_for() {
    let atlas = Atlas::start();
    let target = atlas.target("billing-dump");
    let home = atlas.home().with("TZ", "Asia/Tokyo");
    let colored = |words: &[&str], home: &Home| {
        let output = home.command(words).stdin(Stdio::null()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains("\u{1b}[")
    };
    assert!(!colored(&["get", &target], &home), "a pipe is no terminal");
    assert!(colored(&["get", &target, "--color", "always"], &home));
    assert!(!colored(&["get", &target, "--color", "always", "-o", "json"], &home), "JSON has no colours");
    let forced = atlas.home().with("CLICOLOR_FORCE", "1");
    assert!(colored(&["get", &target], &forced));
    assert!(!colored(&["get", &target, "--color", "never"], &forced));
    assert!(!colored(&["get", &target], &forced.with("NO_COLOR", "1")));
    let local = home.run(&["get", &target, "--local"]).out;
    assert!(local.contains("+09:00") && !local.contains("Z\n"), "{local}");
    let json = home.run(&["get", &target, "--local", "-o", "json"]).out;
    assert!(!json.contains("+09:00"), "{json}");
    let ascii = home.with("LC_ALL", "C").run(&["get", &target, "-o", "markdown"]).out;
    assert!(ascii.contains("> link ready"), "{ascii}");
}

#[test]
fn a_closed_pipe_ends_lists_quietly() {
    let atlas = Atlas::start();
    let target = atlas.target("billing-dump");
    let project = target.split('/').nth(1).unwrap();
    for form in ["text", "json", "ndjson", "csv", "markdown"] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let home = atlas.home();
        let mut command = home.command(&["list", "--project-id", project, "-o", form]);
        let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        // The command holds the other copy of the pipe's end.
        drop(command);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{form}: {err}");
        assert!(!err.contains("pipe") && !err.contains("panic"), "{form}: {err}");
    }
}

#[test]
fn raw_is_the_answer_and_nothing_else() {
    let atlas = Atlas::start();
    let [ready, running] = ["billing-dump", "orders-restore"].map(|label| atlas.target(label));
    let raw = atlas.home().run(&["get", &ready, "--raw"]);
    let json = atlas.home().run(&["get", &ready, "-o", "json"]).json();
    assert_eq!(serde_json::from_str::<Value>(&raw.out).unwrap(), json["raw"]);
    let two = atlas.home().with("ATLAS_TUI_OUTPUT", "csv").run(&["get", &ready, &running, "--raw"]);
    assert_eq!(two.out.lines().count(), 2, "{}", two.out);
    assert!(two.out.starts_with(&raw.out), "{}", two.out);
}
