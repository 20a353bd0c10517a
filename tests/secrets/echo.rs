//! An Atlas, or a gateway in its place, that repeats what it was sent: in the words of a refusal, in headers, and in the
//! values of a restore job.

use std::fs;

use super::{JOB, MINTED_TOKEN, TOKEN_PATH, WAYS, challenge, json, quit, reply, target};
use super::{Request, Server};

#[derive(Clone, Copy)]
enum Repeats {
    TokenRequest,
    Refusal,
    Job,
}

fn gateway(repeats: Repeats) -> Server {
    Server::start(move |request: &Request, _| {
        let sent = request.text.lines().find(|line| line.to_lowercase().starts_with("authorization:"));
        let Some((_, sent)) = sent.and_then(|line| line.split_once(": ")) else { return challenge() };
        let word = sent.rsplit(' ').next().unwrap_or_default();
        let quoted = serde_json::to_string(sent).unwrap();
        let headers = [&format!("X-Request-Id: {word}")[..], &format!("X-Error-Code: {word}")];
        match repeats {
            Repeats::TokenRequest if request.path == TOKEN_PATH => {
                let told = format!(r#"{{"error":"{word}","error_description":{quoted}}}"#);
                reply("400 Bad Request", &headers, &told)
            }
            _ if request.path == TOKEN_PATH => {
                json(&format!(r#"{{"access_token":"{MINTED_TOKEN}","expires_in":3600}}"#))
            }
            Repeats::TokenRequest | Repeats::Refusal => {
                let told =
                    format!(r#"{{"error":403,"errorCode":{quoted},"detail":{quoted},"reason":{quoted}}}"#);
                reply("403 Forbidden", &headers, &told)
            }
            Repeats::Job => {
                let told = format!(
                    r#"{{"id":"{JOB}","deliveryType":{quoted},"snapshotId":{quoted},"failed":false}}"#
                );
                reply("200 OK", &headers, &told)
            }
        }
    })
}

#[test]
fn what_is_repeated_is_neither_shown_nor_kept() {
    for way in WAYS {
        for repeats in [Repeats::TokenRequest, Repeats::Refusal, Repeats::Job] {
            let atlas = gateway(repeats);
            let home = tempfile::tempdir().unwrap();
            let (bundle, url, target) = (home.path().join("bundle"), atlas.url(), target());
            for form in ["text", "json"] {
                let words = ["get", &target, "--base-url", &url, "-o", form];
                way.assert_output_without(&way.run(home.path(), &words));
            }
            let words = ["doctor", &target, "--base-url", &url, "--bundle", bundle.to_str().unwrap()];
            way.assert_output_without(&way.run(home.path(), &words));
            assert!(fs::exists(&bundle).unwrap(), "{}", way.name);
            let shared = home.path().join("state/tokens");
            if shared.exists() {
                fs::remove_dir_all(shared).unwrap();
            }
            let given: Vec<&str> = way.files.iter().map(|(path, _)| *path).collect();
            super::assert_files_without(way.secrets, home.path(), &given);
            super::assert_files_without(&[MINTED_TOKEN], home.path(), &[]);
        }
    }
}

#[test]
fn what_is_repeated_is_not_on_the_screen() {
    for way in WAYS {
        let atlas = gateway(Repeats::Job);
        let launch = way.launch(&["--base-url", &atlas.url(), "--interval", "60s", &target()], "");
        let mut emulator = launch.start().attach();
        emulator.wait_for("orders");
        if way.shows != "no sign-in" {
            atlas.is_asked_by(|| emulator.send("r"));
            emulator.wait_for("RUNNING");
        }
        // The answer as it came, and its copy.
        if way.shows != "no sign-in" {
            emulator.send("i");
            emulator.wait_for("deliveryType");
            way.look(&emulator);
            emulator.send("y");
            emulator.wait_for_bytes("\x1b]52;", 1);
            emulator.send("\x1b[27u");
        }
        quit(&mut emulator);
        way.look(&emulator);
    }
}
