//! Completion in the shells themselves: bash always, zsh and fish where they are there.
//!
//! The scripts run as a user has them, with the program on the PATH.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::*;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

/// A home with two saved lookups and three profiles, one of them of the Atlas CLI and with a secret.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let entry = |label: &str, job: &str| {
        serde_json::json!({
            "label": label, "kind": "dedicated", "projectId": PROJECT, "instance": "orders", "jobId": job,
        })
    };
    let lookups = [entry("it's $(touch gotcha)", JOB), entry("quarter end", "6a794733c0eb9e7a17740664")];
    write("data/lookups.json", &serde_json::json!({ "version": 1, "lookups": lookups }).to_string());
    write("config/config.toml", "[profiles.eu]\nproject_id = \"5f1b6c7d8e9fa0b1c2d3e4f5\"\n");
    write(
        "atlascli/config.toml",
        "version = 2\n[Default]\norg_id = \"x\"\n[prod]\nprivate_api_key = \"5ec2e700-0000\"\n",
    );
    home
}

/// A command with the program, and nothing else that matters, in its environment.
fn in_home(program: &str, home: &Path) -> Command {
    let ours = PathBuf::from(env!("CARGO_BIN_EXE_atlas-tui"));
    let mut path = vec![ours.parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("HOME", home)
        .env("ATLAS_TUI_HOME", home)
        .env("LC_ALL", "C.UTF-8")
        // Those that come from elsewhere than the system's directories.
        .envs(std::env::var_os("LD_LIBRARY_PATH").map(|path| ("LD_LIBRARY_PATH", path)))
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn is_there(shell: &str) -> bool {
    Command::new(shell).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The completions of a line, as bash has them, and then what the first of them is once bash has read it.
fn bash(home: &Path, line: &str) -> Vec<String> {
    let script = r#"
        eval "$(atlas-tui completions bash)"
        complete -p atlas-tui >/dev/null || exit 1
        COMP_LINE=$1 COMP_POINT=${#1}
        _atlas_tui atlas-tui
        (( ${#COMPREPLY[@]} )) || exit 0
        printf '%s\n' "${COMPREPLY[@]}"
        [[ $1 == *[\'\"]* ]] || eval "printf '= %s\n' ${COMPREPLY[0]}"
    "#;
    let output = in_home("bash", home).args(["--norc", "-c", script, "bash", line]).output().unwrap();
    text(&output).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let home = home();
    let complete = |line: &str| bash(home.path(), line);
    assert_eq!(complete("atlas-tui comp"), ["completions", "= completions"]);
    assert_eq!(complete("atlas-tui completions "), ["bash", "zsh", "fish", "powershell", "elvish", "= bash"]);
    assert_eq!(complete("atlas-tui get --exit"), ["--exit-status", "= --exit-status"]);
    assert_eq!(complete("atlas-tui --kind=fl"), ["flex", "= flex"]);
    assert_eq!(complete("atlas-tui man demo"), ["demo-server", "= demo-server"]);
    assert_eq!(complete("atlas-tui get x --profile "), ["default", "eu", "prod", "= default"]);
    assert_eq!(complete("atlas-tui --no-such-flag"), [""; 0]);
    assert_eq!(complete("atlas-tui get --kind 'de"), ["dedicated"]);
    assert_eq!(complete("atlas-tui list -o n"), ["ndjson", "= ndjson"]);
    assert_eq!(complete("atlas-tui watch x --until "), ["final", "ready", "usable", "= final"]);
    assert_eq!(complete("atlas-tui watch x --until=u"), ["usable", "= usable"]);
    assert_eq!(complete("atlas-tui list --sort "), ["created", "phase", "cluster", "expires", "= created"]);
    assert_eq!(complete("atlas-tui list --status fa"), ["failed", "= failed"]);
    let more = complete("atlas-tui list --status failed,running,");
    assert!(more.contains(&"failed,running,ready".to_owned()), "{more:?}");
    assert!(!more.contains(&"failed,running,failed".to_owned()), "{more:?}");
    assert_eq!(complete("atlas-tui __"), [""; 0], "what is hidden stays so");
    assert_eq!(complete("atlas-tui doctor q"), [r"quarter\ end", "= quarter end"]);
}

#[test]
fn bash_is_given_labels_that_it_reads_as_one_harmless_word() {
    let home = home();
    let complete = |line: &str| bash(home.path(), line);
    assert_eq!(complete("atlas-tui get q"), [r"quarter\ end", "= quarter end"]);
    assert_eq!(
        complete(r"atlas-tui get quarter\ end i"),
        [r"it\'s\ \$\(touch\ gotcha\)", "= it's $(touch gotcha)"]
    );
    assert_eq!(complete("atlas-tui get \"it"), [r"it's \$(touch gotcha)"]);
    assert!(!home.path().join("gotcha").exists());
}

#[test]
fn zsh_gets_values_with_their_help() {
    if !is_there("zsh") {
        return;
    }
    let home = home();
    let script = r#"
        compdef() { [[ $* == '_atlas-tui atlas-tui' ]] || exit 1 }
        _describe() { [[ $1 == -V ]] && print -rl -- "${(@P)3}" }
        eval "$(atlas-tui completions zsh)"
        words=(${(z)1}) CURRENT=$#words PREFIX=${(z)words[-1]}
        _atlas-tui
        true
    "#;
    let complete =
        |line: &str| text(&in_home("zsh", home.path()).args(["-fc", script, "zsh", line]).output().unwrap());
    assert_eq!(
        complete("atlas-tui comp"),
        "completions:Print the script that completes atlas-tui's command lines in a shell\n"
    );
    assert_eq!(
        complete("atlas-tui --profile pr"),
        "prod\n",
        "no colon, which would be shown as an empty help"
    );
    assert_eq!(complete("atlas-tui get q"), "quarter end:dedicated orders\n");
    assert_eq!(complete("atlas-tui --no-such-flag"), "");
}

#[test]
fn fish_completes() {
    if !is_there("fish") {
        return;
    }
    let home = home();
    let complete = |line: &str| {
        let script = format!("atlas-tui completions fish | source; complete -C {line:?}");
        text(&in_home("fish", home.path()).args(["--no-config", "-c", &script]).output().unwrap())
    };
    assert_eq!(complete("atlas-tui man demo"), "demo-server\n");
    assert_eq!(complete("atlas-tui --profile pr"), "prod\n");
    assert_eq!(complete("atlas-tui get q"), "quarter end\tdedicated orders\n");
    assert!(complete("atlas-tui comp").starts_with("completions\tPrint the script"));
    assert_eq!(complete("atlas-tui --no-such-flag"), "");
}

/// What the program answers a script, by shell and words.
fn ask(home: &Path, shell: &str, words: &str) -> Output {
    let mut command = in_home(env!("CARGO_BIN_EXE_atlas-tui"), home);
    let mut child = command
        .args(["__complete", shell])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), words.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn every_shell_has_a_script_that_asks_for_that_shell() {
    for shell in SHELLS {
        let script = text(
            &in_home(env!("CARGO_BIN_EXE_atlas-tui"), Path::new("/"))
                .args(["completions", shell])
                .output()
                .unwrap(),
        );
        assert!(
            script.contains(&format!("atlas-tui __complete {shell}")) || shell == "powershell",
            "{script}"
        );
        assert!(script.contains(&format!("__complete {shell}")), "{script}");
    }
}

#[test]
fn a_broken_file_and_a_wrong_variable_only_leave_values_out() {
    let home = home();
    std::fs::write(home.path().join("config/config.toml"), "interval = [").unwrap();
    std::fs::write(home.path().join("data/lookups.json"), "{").unwrap();
    for shell in SHELLS {
        let breaks = if shell == "bash" { "=:\0atlas-tui --profile \0" } else { "atlas-tui\0--profile\0\0" };
        assert_eq!(text(&ask(home.path(), shell, breaks)), "", "{shell}");
        let breaks = if shell == "bash" { "=:\0atlas-tui ge\0" } else { "atlas-tui\0ge\0" };
        assert!(text(&ask(home.path(), shell, breaks)).starts_with("get"), "{shell}");
    }
    let kept = std::fs::read_to_string(home.path().join("data/lookups.json")).unwrap();
    assert_eq!(kept, "{", "a look at a broken file does not move it aside");
}

#[test]
fn no_secret_is_ever_offered() {
    let home = home();
    for words in ["atlas-tui\0\0", "atlas-tui\0--profile\0\0", "atlas-tui\0get\0\0", "atlas-tui\0--\0"] {
        assert!(!text(&ask(home.path(), "zsh", words)).contains("5ec2e700"), "{words:?}");
    }
}
