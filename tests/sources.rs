//! Where credentials come from, as the binary finds them: files, pipes, a real keyring, and the listing of it all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "helpers of tests fail by panicking too, and some are for other tests"
)]

#[path = "cli/outside.rs"]
mod outside;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use outside::{Atlas, Home, PRIVATE_KEY};

/// Writes the Atlas CLI's file.
fn cli_file(home: &Home, text: &str) {
    let directory = home.path().join("atlascli");
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join("config.toml");
    fs::write(&path, text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

#[test]
fn whoever_has_signed_in_with_the_cli_is_signed_in() {
    let atlas = Atlas::start();
    let url = atlas.base_url().to_owned();
    let home = Home::bare();
    let text = format!(
        "[Night]\npublic_api_key = '{}'\nprivate_api_key = '{PRIVATE_KEY}'\nops_manager_url = '{url}'\n",
        "demopubl"
    );
    cli_file(&home, &text);
    let run = home.run(&["get", &atlas.target("billing-dump")]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert_eq!(
        fs::read_to_string(home.path().join("atlascli/config.toml")).unwrap(),
        text,
        "it is never written"
    );
}

#[test]
fn the_listing_names_every_source_and_no_secret() {
    let home = Home::bare().with("MONGODB_ATLAS_PUBLIC_API_KEY", "fromenv1").with("MCLI_PROFILE", "prod");
    cli_file(
        &home,
        "[prod]\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'hunter2'\nservice = 'cloudgov'\n\
         [other]\nauth_type = 'user_account'\naccess_token = 'hunter3'",
    );
    home.configure("[profiles.mine]\ncredential_command = ['print', 'hunter4']");
    let run = home.run(&["config"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    for words in [
        "credential  API key abcd…                 Atlas CLI",
        "base_url    https://cloud.mongodbgov.com  Atlas CLI",
        "profile     prod                          MCLI_PROFILE",
        "interval    3s                            default",
        "profile `prod` of the Atlas CLI",
        "! MONGODB_ATLAS_PUBLIC_API_KEY not read, because MCLI_PROFILE is set",
        "* prod ",
        "token of `print`",
        "profiles of the Atlas CLI  read, version 1",
    ] {
        assert!(run.out.contains(words), "{words} in\n{}", run.out);
    }
    let json = home.run(&["config", "-o", "json"]);
    let listing = json.json();
    assert_eq!(listing["schema"], 1);
    assert_eq!(listing["settings"][0]["value"], "prod");
    let names: Vec<_> = listing["profiles"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["mine", "other", "prod"]);
    for text in [run.out, json.out] {
        assert!(!text.contains("hunter") && !text.contains("efgh"), "{text}");
    }
}

/// The keys of the demonstration, its private one through `<(…)` of a shell that has that.
#[test]
fn a_private_key_comes_out_of_a_pipe_of_the_shell() {
    let is_there = Command::new("bash").args(["-c", "true"]).stdout(Stdio::null()).status();
    if !is_there.is_ok_and(|status| status.success()) {
        let _ = writeln!(std::io::stderr(), "skipped: there is no bash");
        return;
    }
    let atlas = Atlas::start();
    let home = Home::bare();
    let script = format!(
        "exec \"$PROGRAM\" get \"$TARGET\" --base-url \"$URL\" --public-key {} --private-key-file <(printf '%s\\n' {PRIVATE_KEY})",
        "demopubl"
    );
    let output = Command::new("bash")
        .args(["-c", &script])
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .env("ATLAS_TUI_HOME", home.path())
        .env("PROGRAM", cargo_bin("atlas-tui"))
        .env("TARGET", atlas.target("billing-dump"))
        .env("URL", atlas.base_url())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A Secret Service of its own, with the entries that the Atlas CLI would make; one of them twice.
#[cfg(target_os = "linux")]
#[test]
fn the_entries_of_the_cli_are_found_in_a_real_keyring() {
    let tools = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"];
    let missing = tools.into_iter().find(|tool| {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        !std::env::split_paths(&paths).any(|path| path.join(tool).exists())
    });
    if let Some(tool) = missing {
        let _ = writeln!(std::io::stderr(), "skipped: there is no {tool}");
        return;
    }
    let atlas = Atlas::start();
    let home = Home::bare();
    cli_file(
        &home,
        &format!("version = 2\n[Prod]\nauth_type = 'api_keys'\nops_manager_url = '{}'\n", atlas.base_url()),
    );
    let runtime = home.path().join("runtime");
    fs::create_dir(&runtime).unwrap();
    fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let script = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n\
        store() { printf %s \"$2\" | secret-tool store --label=\"$1\" service atlascli_prod username \"$1\" $3 $4; }\n\
        store public_api_key \"$PUBLIC\" && store private_api_key \"$PRIVATE\" && store private_api_key \"$PRIVATE\" by other\n\
        \"$PROGRAM\" config && exec \"$PROGRAM\" get \"$TARGET\"";
    let output = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", script])
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("ATLAS_TUI_HOME", home.path())
        .env("PROGRAM", cargo_bin("atlas-tui"))
        .env("PUBLIC", "demopubl")
        .env("PRIVATE", PRIVATE_KEY)
        .env("TARGET", atlas.target("billing-dump"))
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(out.contains("profile `prod` in the keyring") && out.contains("used"), "{out}");
    assert!(out.contains("Phase       link ready") && !out.contains(PRIVATE_KEY), "{out}");
}

#[test]
fn the_project_of_the_profile_is_the_one_whose_jobs_are_listed() {
    let atlas = Atlas::start();
    let home = Home::bare();
    let project = atlas.target("orders-restore").split('/').nth(1).unwrap().to_owned();
    let url = atlas.base_url();
    cli_file(
        &home,
        &format!(
            "[night]\npublic_api_key = 'demopubl'\nprivate_api_key = '{PRIVATE_KEY}'\nops_manager_url = '{url}'\n\
             project_id = '{project}'\n"
        ),
    );
    let run = home.run(&["list", "--cluster-name", "orders-prod", "--kind", "dedicated", "--limit", "3"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert_eq!(run.out.matches("orders-prod").count(), 3, "{}", run.out);
    let none = Home::bare().run(&["list"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("whose jobs?"), "{}", none.err);
}
