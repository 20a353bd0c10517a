//! Credentials are for one origin: not for where a redirect points, nor for a host that an answer names.

use super::server::{Server, challenge, json, reply};
use super::{JOB, PROJECT, WAYS, assert_without};

#[test]
fn a_signature_is_not_carried_along_by_a_redirect() {
    let way = &WAYS[0];
    let elsewhere = Server::start(|_, _| challenge());
    let other = elsewhere.url();
    // The same machine under another name, and another port of the same name, are other origins.
    let by_name = other.replace("127.0.0.1", "localhost");
    for place in [format!("{other}/x"), format!("{by_name}/x"), other.replace("http://", "//")] {
        for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
            let location = format!("Location: {place}");
            let atlas = Server::start(move |request, _| {
                if request.has("authorization") { reply(status, &[&location], "") } else { challenge() }
            });
            let home = tempfile::tempdir().unwrap();
            let target = format!("flex/{PROJECT}/orders/{JOB}");
            let output = way.run(home.path(), &["get", &target, "--base-url", &atlas.url()]);
            let [_, err] = way.assert_output_without(&output);
            assert_eq!(output.status.code(), Some(8), "{err}");
            assert!(atlas.requests().iter().any(|request| request.has("authorization")));
        }
    }
    assert_eq!(elsewhere.connections(), 0, "{:?}", elsewhere.requests());
}

#[test]
fn a_host_that_an_answer_names_is_never_asked() {
    let way = &WAYS[0];
    let elsewhere = Server::start(|_, _| json("{}"));
    let other = elsewhere.url();
    let body = format!(
        r#"{{"id":"{JOB}","status":"RUNNING","links":[{{"rel":"self","href":"{other}/self"}},{{"rel":"next","href":"{other}/next"}}]}}"#
    );
    let list = format!(
        r#"{{"results":[{body}],"links":[{{"rel":"next","href":"{other}/page2"}}],"totalCount":500}}"#
    );
    let atlas = Server::start(move |request, _| match request.has("authorization") {
        false => challenge(),
        true if request.path.contains('?') => json(&list),
        true => json(&body),
    });
    // Two jobs of one cluster are read by a list, which has a next page by its own account.
    let target = format!("flex/{PROJECT}/orders/{JOB}");
    let lookups = ["0663", "0664"].map(|end| {
        let job = format!("{}{end}", &JOB[..20]);
        serde_json::json!({
            "label": end, "kind": "flex", "projectId": PROJECT, "instance": "orders", "jobId": job,
        })
    });
    let saved = serde_json::json!({ "version": 1, "lookups": lookups });
    let launch = way.launch(&["--base-url", &atlas.url(), "--interval", "1s", &target], "");
    let mut emulator = launch.file("data/lookups.json", &saved.to_string()).start().attach();
    emulator.wait_for("RUNNING");
    while !atlas.requests().iter().any(|request| request.path.contains('?')) {
        atlas.is_asked_by(|| emulator.send("R"));
    }
    emulator.send("q");
    emulator.wait_exit();
    way.assert_requests_without(&atlas);
    assert_without(way.secrets, way.name, &emulator.log());
    assert_eq!(elsewhere.connections(), 0, "{:?}", elsewhere.requests());
}
