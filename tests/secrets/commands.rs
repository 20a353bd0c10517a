//! The commands other than `get`, each given a secret in every way: what they print, write, serve and send.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use super::emulator::program;
use super::needles::assert_without;
use super::{MINTED_TOKEN, PROJECT, WAYS, Way, atlas, quit, target};

impl Way {
    /// A run with something to read.
    fn told(&self, home: &Path, words: &[&str], input: &str) -> [String; 2] {
        let mut command = Command::new(program());
        command.args(words).args(self.arguments).env_clear().env("ATLAS_TUI_HOME", home);
        command.envs(self.variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may have ended without reading.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        self.assert_output_without(&child.wait_with_output().unwrap())
    }
}

#[test]
fn the_look_for_a_fault_gives_nothing_away() {
    for way in WAYS {
        let atlas = atlas(way.accepted);
        let home = tempfile::tempdir().unwrap();
        let (bundle, url, target) = (home.path().join("bundle"), atlas.url(), target());
        let words = ["doctor", &target, "--base-url", &url];
        let [out, _] = way.assert_output_without(&way.run(home.path(), &words));
        assert!(out.contains("Sign-in"), "{}: {out}", way.name);
        let words = [&words[..], &["-o", "json", "--bundle", bundle.to_str().unwrap()]].concat();
        let [out, _] = way.assert_output_without(&way.run(home.path(), &words));
        assert!(out.contains("\"sign_in\""), "{}: {out}", way.name);
        let written = fs::read_to_string(&bundle).unwrap();
        assert!(written.contains("\"configKeys\""), "{}: {written}", way.name);
        assert_without(&[MINTED_TOKEN], way.name, &written);
        way.assert_files_without(home.path());
        way.assert_requests_without(&atlas);
    }
}

#[test]
fn the_checks_over_the_board_and_their_copy_give_nothing_away() {
    for way in WAYS {
        let atlas = atlas(way.accepted);
        let launch = way.launch(&["--base-url", &atlas.url(), "--interval", "60s", &target()], "");
        let mut emulator = launch.start().attach();
        emulator.wait_for(way.shows);
        emulator.send("!");
        // The report is there when it says what to do first, or that nothing is to be done.
        emulator.wait_for("Terminal");
        emulator.wait_for_absence("are done");
        way.look(&emulator);
        emulator.send("y");
        emulator.wait_for_bytes("\x1b]52;", 1);
        emulator.send("G");
        way.look(&emulator);
        emulator.send("\x1b[27u");
        quit(&mut emulator);
        way.look(&emulator);
        way.assert_files_without(emulator.home());
        way.assert_requests_without(&atlas);
    }
}

#[test]
fn lists_settings_and_completions_give_nothing_away() {
    for way in WAYS {
        let atlas = atlas(way.accepted);
        let home = tempfile::tempdir().unwrap();
        let url = atlas.url();
        for form in ["text", "json", "ndjson", "csv", "markdown"] {
            let words = ["list", "--project-id", PROJECT, "--cluster-name", "orders", "--base-url", &url];
            way.assert_output_without(&way.run(home.path(), &[&words[..], &["-o", form]].concat()));
        }
        way.assert_output_without(&way.run(home.path(), &["list", "--saved"]));
        for form in ["text", "json"] {
            let [out, err] = way.assert_output_without(&way.run(home.path(), &["config", "-o", form]));
            assert!(out.contains("interval"), "{}: {out}{err}", way.name);
        }
        for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
            way.assert_output_without(&way.run(home.path(), &["completions", shell]));
        }
        // What is to be completed is a value that may be one of the secrets, or follow one.
        for words in ["get\0--profile\0", "--private-key-file\0", "get\0--credential-command\0", "get\0"] {
            way.told(home.path(), &["__complete", "fish"], &format!("atlas-tui\0{words}"));
        }
        way.assert_files_without(home.path());
        way.assert_requests_without(&atlas);
    }
}

#[test]
fn a_watch_and_its_metrics_give_nothing_away() {
    for way in WAYS {
        let atlas = atlas(way.accepted);
        let home = tempfile::tempdir().unwrap();
        way.run(home.path(), &["--version"]);
        let (url, target) = (atlas.url(), target());
        let mut command = Command::new(program());
        command.args(["watch", &target, "--base-url", &url, "--interval", "1s", "-o", "ndjson"]);
        command
            .args(["--metrics-listen", "127.0.0.1:0", "--metrics-linger", "0", "--give-up-after", "1s"])
            .args(way.arguments);
        command.args(["--on-change", "sh", "-c", "cat >> told; env >> told"]);
        command.env_clear().env("ATLAS_TUI_HOME", home.path()).envs(way.variables.iter().copied());
        command.current_dir(home.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut watch = command.spawn().unwrap();
        let mut err = BufReader::new(watch.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            assert_ne!(err.read_line(&mut line).unwrap(), 0, "{}: {said}", way.name);
            said.push_str(&line);
            if let Some((_, address)) = line.trim().split_once("metrics at http://") {
                break address.trim_end_matches("/metrics").to_owned();
            }
        };
        let mut out = BufReader::new(watch.stdout.take().unwrap());
        let mut told = String::new();
        out.read_line(&mut told).unwrap();
        let mut page = String::new();
        if let Ok(mut stream) = TcpStream::connect(&address) {
            let question = format!("GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(question.as_bytes());
            let _ = stream.read_to_string(&mut page);
        }
        out.read_to_string(&mut told).unwrap();
        err.read_to_string(&mut said).unwrap();
        watch.wait().unwrap();
        if way.accepted && way.shows == "RUNNING" {
            assert!(page.contains("atlas_tui_restore_phase"), "{}: {page}", way.name);
            assert!(told.contains("completed"), "{}: {told}", way.name);
            assert!(home.path().join("told").exists(), "{}: {said}", way.name);
        }
        for text in [&told, &said, &page] {
            assert_without(way.secrets, way.name, text);
            assert_without(&[MINTED_TOKEN], way.name, text);
        }
        way.assert_files_without(home.path());
        way.assert_requests_without(&atlas);
    }
}
