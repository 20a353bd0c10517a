//! The program as a script sees it: words in; exit code, standard output and standard error out.
//!
//! Each run has an environment and a directory of its own, and is looked at for secrets and escape sequences.
//! The Atlas that answers is the library's own, in this process, on a clock that is wound by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

#[path = "cli/outside.rs"]
mod outside;

use std::io::pipe;
use std::process::Stdio;

use atlas_tui::demo::{Fault, Principal};
use atlas_tui::domain::secret::ExposeSecret;
use outside::{Atlas, DemoServer, Home, PRIVATE_KEY, Run};
use serde_json::Value;

/// A project and a job for what never gets as far as a request.
const PROJECT: &str = "5f1b6c7d8e9fa0b1c2d3e4f5";
const JOB: &str = "6a794733c0eb9e7a17740663";
const TARGET: &str = "serverless/5f1b6c7d8e9fa0b1c2d3e4f5/orders/6a794733c0eb9e7a17740663";

fn one_line(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or_else(|| panic!("no line: {text:?}"));
    assert!(!line.contains('\n'), "{text}");
    line
}

/// Wrong usage: exit code 2, nothing on standard output, and these words on standard error.
fn assert_usage(run: &Run, words: &[&str]) {
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    for word in words {
        assert!(run.err.contains(word), "{word} in {}", run.err);
    }
}

#[test]
fn get_prints_an_answer_for_people() {
    let atlas = Atlas::of_serverless_instances();
    let run = atlas.home().run(&["get", &atlas.target("reports-copy")]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let rows: Vec<_> = run.out.lines().collect();
    for row in [
        "Instance    reports-07 (serverless)",
        "Phase       completed",
        "Flags       cancelled no · expired no · failed no",
        "Created     2026-08-07T02:33:49Z",
        "Finished    2026-08-07T02:38:00Z",
        "Elapsed     4 min 11 s",
        "Download    —",
    ] {
        assert!(rows.contains(&row), "{row} in {}", run.out);
    }
}

#[test]
fn get_prints_one_json_object() {
    let atlas = Atlas::start();
    let target = atlas.target("billing-dump");
    let run = atlas.home().run(&["get", &target, "-o", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let value: Value = serde_json::from_str(one_line(&run.out)).unwrap();
    let ids = &value["target"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let whole = ["kind", "projectId", "instance", "jobId"].map(|part| text(&ids[part])).join("/");
    assert_eq!(whole, target);
    assert_eq!((&value["schema"], &value["phase"]), (&Value::from(1), &Value::from("ready")));
    assert_eq!(value["raw"]["deliveryUrl"], value["deliveryUrls"]);
    let left = value["expiresInSeconds"].as_i64().unwrap();
    assert!((620..=625).contains(&left), "by the server's clock, months from this machine's: {left}");
}

#[test]
fn exit_codes_tell_the_phase_when_asked() {
    let atlas = Atlas::of_serverless_instances();
    let assert_codes = |codes: &[(&str, &str, u8)]| {
        for (label, phase, code) in codes {
            let target = atlas.target(label);
            let asked = atlas.home().run(&["get", &target, "--exit-status", "-o", "json"]);
            assert_eq!(asked.code, i32::from(*code), "{label}: {}{}", asked.out, asked.err);
            assert_eq!(asked.json()["phase"], *phase, "{label}");
            assert_eq!(atlas.home().run(&["get", &target]).code, 0, "{label}: any answer is a success");
        }
    };
    assert_codes(&[
        ("reports-copy", "completed", 0),
        ("billing-dump", "ready", 0),
        ("ledger-rehearsal", "cancelled", 4),
        ("audit-dump", "expired", 5),
        ("eu-nightly", "running", 9),
    ]);
    atlas.wind(26);
    assert_codes(&[("eu-nightly", "failed", 3)]);
}

#[test]
fn one_answer_takes_two_requests() {
    let atlas = Atlas::start();
    let home = atlas.home();
    assert_eq!(home.run(&["get", &atlas.target("orders-restore")]).code, 0);
    assert_eq!(atlas.requests(), 2, "the challenge, and the answer to it");
    assert_eq!(home.run(&["get", &atlas.target("july-report")]).code, 6);
    assert_eq!(atlas.requests(), 4, "an error is no reason to ask again");
    assert_eq!(home.with("MONGODB_ATLAS_PRIVATE_API_KEY", "wrong").run(&["get", TARGET]).code, 7);
    assert_eq!(atlas.requests(), 6, "nor is a refused key");
}

#[test]
fn an_error_is_a_code_a_sentence_and_an_object() {
    let atlas = Atlas::of_serverless_instances();
    let known = atlas.target("orders-restore");
    let [_, project, instance, _] = known.split('/').collect::<Vec<_>>()[..] else { panic!("{known}") };
    let cases = [
        (atlas.target("july-report"), 404, "RESOURCE_NOT_FOUND", "has no restore job"),
        (format!("serverless/{project}/{instance}/{JOB}"), 404, "RESOURCE_NOT_FOUND", "has no restore job"),
        (format!("serverless/{project}/nowhere/{JOB}"), 404, "CLUSTER_NOT_FOUND", "has no instance nowhere"),
        (format!("serverless/{PROJECT}/{instance}/{JOB}"), 404, "GROUP_NOT_FOUND", PROJECT),
    ];
    for (target, status, code, words) in cases {
        let run = atlas.home().run(&["get", &target, "--output", "json"]);
        assert_eq!(run.code, 6, "{}", run.err);
        let error = &run.json()["error"];
        assert_eq!((&error["kind"], &error["httpStatus"]), (&"not_found".into(), &status.into()));
        assert_eq!((&error["errorCode"], &error["retryable"]), (&code.into(), &false.into()));
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
        assert!(run.err.contains(words) && run.err.contains(code), "{}", run.err);
        let text = atlas.home().run(&["get", &target]);
        assert_eq!((text.code, text.out.as_str()), (6, ""), "in text, standard output is for answers");
        assert!(text.err.contains(words), "{}", text.err);
    }
}

#[test]
fn what_a_key_lacks_is_said_with_code_7() {
    const PUBLIC: &str = "MONGODB_ATLAS_PUBLIC_API_KEY";
    const PRIVATE: &str = "MONGODB_ATLAS_PRIVATE_API_KEY";
    let atlas = Atlas::start();
    let target = atlas.target("orders-restore");
    let home = || atlas.home();
    for (home, kind, words) in [
        (home().with(PRIVATE, "wrong"), "unauthorized", "refused the key"),
        (home().with(PUBLIC, "stranger"), "unauthorized", "stra…"),
        (home().without(PRIVATE).without(PUBLIC), "no_credentials", PRIVATE),
        (home().without(PRIVATE), "no_credentials", "MONGODB_ATLAS_PUBLIC_API_KEY is set, but"),
        (home().with(PUBLIC, " "), "no_credentials", "MONGODB_ATLAS_PRIVATE_API_KEY is set, but"),
    ] {
        let run = home.run(&["get", &target, "-o", "json"]);
        assert_eq!(run.code, 7, "{}", run.err);
        assert_eq!(run.json()["error"]["kind"], kind);
        assert!(run.err.contains(words), "{words} in {}", run.err);
    }
    for (fault, kind) in [(Fault::WrongRole, "forbidden"), (Fault::AddressBlocked, "address_blocked")] {
        atlas.set_fault(fault);
        let run = home().run(&["get", &target, "-o", "json"]);
        assert_eq!((run.code, &run.json()["error"]["kind"]), (7, &kind.into()), "{}", run.err);
    }
}

#[test]
fn an_atlas_that_does_not_answer_is_code_8() {
    let atlas = Atlas::start();
    let flaky = atlas.target("events-restore");
    let kind = |home: &Home, target: &str| {
        let run = home.run(&["get", target, "-o", "json"]);
        assert_eq!(run.code, 8, "{}", run.err);
        assert!(!run.err.is_empty());
        run.json()["error"]["kind"].as_str().unwrap().to_owned()
    };
    atlas.wind(20);
    assert_eq!(kind(&atlas.home(), &flaky), "server_error");
    atlas.wind(12);
    assert_eq!(kind(&atlas.home(), &flaky), "rate_limited");
    // The discard port: nobody listens there.
    let home = atlas.home().with("MONGODB_ATLAS_BASE_URL", "http://127.0.0.1:9");
    assert_eq!(kind(&home, TARGET), "connect");
}

#[test]
fn every_form_of_a_target_is_read() {
    let atlas = Atlas::of_serverless_instances();
    let target = atlas.target("reports-copy");
    let [_, project, instance, job] = target.split('/').collect::<Vec<_>>()[..] else { panic!("{target}") };
    let path = format!("/api/atlas/v1.0/groups/{project}/serverless/{instance}/backup/restoreJobs/{job}");
    let url = format!("https://cloud.mongodb.com{path}");
    let curl =
        format!("curl --digest -u abcdefgh:{PRIVATE_KEY} -H 'Accept: application/json' '{url}?pretty=true'");
    let line = format!("atlas backups restores watch {job} --clusterName {instance} --projectId {project}");
    let json = format!(r#"{{"id":"{job}","links":[{{"rel":"self","href":"http://localhost:8080{path}"}}]}}"#);
    for words in [
        vec![target.as_str()],
        vec![&target.to_uppercase().replace("SERVERLESS", "serverless").replace("REPORTS-07", "reports-07")],
        vec![&format!(" \"{target}\" ")],
        vec![&path],
        vec![&url],
        vec![&curl],
        vec![&json],
        vec![&line, "--kind", "serverless"],
        vec![job, "--project-id", project, "--cluster-name", instance, "--kind", "serverless"],
        vec![job, "--projectId", project, "--clusterName", instance, "--kind", "serverless"],
        vec![job, "--group-id", project, "--instance", instance, "--kind", "serverless"],
        vec![&target.replace(project, PROJECT), "--project-id", project],
    ] {
        let words: Vec<_> = ["get", "-o", "json"].into_iter().chain(words).collect();
        let run = atlas.home().run(&words);
        assert_eq!(run.code, 0, "{words:?}: {}", run.err);
        assert_eq!(run.json()["raw"]["id"], job, "{words:?}");
    }
    let home = atlas.home().with("ATLAS_TUI_PROJECT_ID", project).with("ATLAS_TUI_CLUSTER_NAME", instance);
    assert_eq!(home.with("ATLAS_TUI_KIND", "serverless").run(&["get", job]).code, 0);
}

#[test]
fn wrong_usage_is_code_2_and_names_what_is_wrong() {
    let home = Home::new();
    for (words, named) in [
        (&["get"][..], &["<TARGET>"][..]),
        (&["get", "nonsense"], &["TARGET", "KIND/PROJECT/INSTANCE/JOB"]),
        (&["get", JOB], &["--project-id", "--cluster-name"]),
        (&["get", "serverless/5f1b/orders/6a79"], &["TARGET"]),
        (&["get", TARGET, "--colour"], &["--colour"]),
        (&["get", TARGET, "-o", "yaml"], &["yaml", "text, json"]),
        (&["get", TARGET, "--project-id", "12"], &["--project-id"]),
        (&["get", TARGET, "--base-url", "ftp://x"], &["--base-url", "https://"]),
        (&["get", TARGET, "--base-url", "http://example.com"], &["--base-url", "plain http", "example.com"]),
        (&["--private-key", "x"], &["--private-key"]),
        (&["--demo", "get", TARGET], &["--demo"]),
        (&["--interval", "0s"], &["--interval"]),
    ] {
        assert_usage(&home.run(words), named);
    }
    for (name, value) in [("MONGODB_ATLAS_BASE_URL", "cloud"), ("ATLAS_TUI_OUTPUT", "xml")] {
        assert_usage(&Home::new().with(name, value).run(&["get", TARGET]), &[name]);
    }
    let secret_in_url = Home::new().run(&["get", TARGET, "--base-url", "https://me:hunter2@example.com"]);
    assert_usage(&secret_in_url, &["--base-url"]);
    assert!(!secret_in_url.err.contains("hunter2"));
}

#[test]
fn a_target_that_names_no_job_is_an_object_too() {
    let atlas = Atlas::start();
    let run = atlas.home().run(&["get", "serverless/xx/a b/1", "-o", "json"]);
    assert_eq!(run.code, 2);
    let value: Value = serde_json::from_str(one_line(&run.out)).unwrap();
    assert_eq!((&value["target"], &value["error"]["kind"]), (&Value::Null, &Value::from("usage")));
    assert!(run.err.contains("the space at 2"), "{}", run.err);
    let both = atlas.home().run(&["--demo", &atlas.target("billing-dump")]);
    assert!(both.code == 2 && both.err.contains("takes no TARGET"), "{}", both.err);
}

#[test]
fn a_wrong_config_file_is_placed_by_line_and_column() {
    let home = Home::new();
    for (text, place) in [
        ("theme = \"mono\"\nintervall = 3\n", "config.toml:2:1: unknown key `intervall`"),
        ("mouse = maybe", "config.toml:1:9: "),
        ("[keys]\nraw = \"p\"", "config.toml:2:1: `p` is bound to both `raw` and `pause`"),
    ] {
        home.configure(text);
        assert_usage(&home.run(&["get", TARGET]), &[place, "--no-config"]);
        assert_usage(&home.run(&[]), &[place]);
    }
    let ignored = home.run(&["get", TARGET, "--no-config", "--base-url", "http://127.0.0.1:9"]);
    assert_eq!(ignored.code, 8, "{}", ignored.err);
}

#[cfg(unix)]
#[test]
fn a_config_file_that_others_may_change_is_refused_with_the_command_that_mends_it() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let atlas = Atlas::of_serverless_instances();
    let target = atlas.target("orders-restore");
    let home = atlas.home();
    home.configure("[hook]\ncommand = [\"true\"]\n");
    let file = home.path().join("config/config.toml");
    let mode = |path: &std::path::Path, mode| set_permissions(path, Permissions::from_mode(mode)).unwrap();
    let remedy = |path: &std::path::Path| format!("run: chmod go-w {}", path.display());
    mode(&file, 0o666);
    assert_usage(&home.run(&["get", &target]), &["(mode 666)", &remedy(&file), "--no-config"]);
    assert_eq!(home.run(&["get", &target, "--no-config"]).code, 0);
    mode(&file, 0o644);
    assert_eq!(home.run(&["get", &target]).code, 0);
    // Whoever may write to the directory can put another file there.
    let directory = file.parent().unwrap();
    mode(directory, 0o777);
    assert_usage(&home.run(&["get", &target]), &["(mode 777)", &remedy(directory)]);
    assert_eq!(atlas.requests(), 4, "nothing is asked with settings that are not trusted");
}

#[test]
fn one_variable_moves_all_files_and_get_writes_none() {
    let atlas = Atlas::start();
    let home = atlas.home().without("MONGODB_ATLAS_BASE_URL");
    home.configure(&format!("base_url = \"{}\"", atlas.base_url()));
    assert_eq!(home.run(&["get", &atlas.target("orders-restore")]).code, 0, "the file was read");
    assert_eq!(home.files(), ["config/config.toml"]);
}

#[test]
fn without_a_terminal_the_dashboard_is_one_line_and_code_2() {
    for words in [&[][..], &["--demo"], &[TARGET]] {
        let home = Home::new();
        let run = home.run(words);
        assert_usage(&run, &["no terminal", "atlas-tui get TARGET"]);
        one_line(&run.err);
        assert_eq!(home.files(), [""; 0]);
    }
}

#[test]
fn help_and_version_need_nothing() {
    let bare = Home::bare();
    for words in [&["--help"][..], &["get", "--help"], &["demo-server", "--help"]] {
        let run = bare.run(words);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{words:?}");
        let text = run.out.to_lowercase();
        assert!(text.contains("exit codes") && text.contains("environment"), "{words:?}: {}", run.out);
    }
    let help = bare.run(&["--help"]).out;
    for word in ["9  still running", "MONGODB_ATLAS_PRIVATE_API_KEY", "ATLAS_TUI_HOME", "config.toml"] {
        assert!(help.contains(word), "{word} in {help}");
    }
    let version = bare.run(&["--version"]);
    assert_eq!((version.code, version.out), (0, format!("atlas-tui {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let atlas = Atlas::of_serverless_instances();
    let target = atlas.target("ledger-rehearsal");
    for (words, code) in [
        (&["get", &target, "-o", "json"][..], 0),
        (&["get", &target, "--exit-status"], 4),
        (&["get", &atlas.target("july-report"), "-o", "json"], 6),
        (&["--help"], 0),
    ] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let home = atlas.home();
        let mut command = home.command(words);
        let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        // The command holds the other copy of the pipe's end.
        drop(command);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {err}");
        assert!(code == 6 || err.is_empty(), "{words:?}: {err}");
        assert!(!err.contains("panic") && !err.contains("pipe"), "{err}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_no_success() {
    let atlas = Atlas::start();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let target = atlas.target("billing-dump");
    let home = atlas.home();
    let mut command = home.command(&["get", &target]);
    let output = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("could not be written"), "{err}");
}

#[test]
fn the_demo_server_prints_all_that_it_takes_to_ask_it() {
    let server = DemoServer::start(&["--seed", "7"]);
    assert_eq!(server.told.iter().filter(|line| line.split('/').count() == 4).count(), 12);
    let home = Home::bare()
        .with("MONGODB_ATLAS_BASE_URL", server.told("URL"))
        .with("MONGODB_ATLAS_PUBLIC_API_KEY", server.told("public key"))
        .with("MONGODB_ATLAS_PRIVATE_API_KEY", server.told("private key"));
    let run = home.run(&["get", server.told("billing-dump"), "--exit-status"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));

    let many = DemoServer::start(&["--fleet", "2x3"]);
    assert_eq!(many.told("job-0006").rsplit('/').nth(1), Some("fleet-02"));

    let curl = server.told.last().unwrap();
    assert!(curl.starts_with("curl --digest "), "{curl}");
    let run = home.run(&["get", curl]);
    assert_eq!(run.code, 0, "the curl line is a TARGET: {}", run.err);
    assert!(run.out.contains("orders-prod (dedicated)"), "{}", run.out);

    assert_eq!(server.told("client id"), Principal::Owner.client_id());
    assert_eq!(server.told("client secret"), Principal::Owner.client_secret().expose_secret());
    let small = server.told("Project Read Only").rsplit(' ').next().unwrap();
    let home = home.with("MONGODB_ATLAS_PUBLIC_API_KEY", Principal::ReadOnly.public_key());
    let home = home.with("MONGODB_ATLAS_PRIVATE_API_KEY", small);
    assert_eq!(home.run(&["get", server.told("eu-nightly")]).code, 0, "a Flex cluster may be read");
    let run = home.run(&["get", server.told("billing-dump")]);
    assert_eq!((run.code, run.out.as_str()), (7, ""), "a dedicated one not: {}", run.err);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = Home::bare().run(&["demo-server", "--port", &port]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains(&port), "{}", run.err);
}
