//! The manual, and the command line as the Atlas CLI hands it over.

use std::process::Command;

/// The commands that `--help` lists.
fn commands() -> Vec<String> {
    let mut tree = atlas_tui::cli::tree();
    tree.build();
    tree.get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(|command| command.get_name().to_owned())
        .collect()
}

fn page(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_atlas-tui")).arg("man").args(arguments).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_command_has_its_page_with_exit_codes_environment_and_files() {
    let commands = commands();
    assert!(commands.len() >= 4, "{commands:?}");
    let program = page(&[]);
    for command in &commands {
        let page = page(&[command]);
        assert!(page.contains(&format!(".TH atlas-tui-{command} 1 ")), "{page}");
        for section in
            ["NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "EXIT STATUS", "ENVIRONMENT", "FILES", "SEE ALSO"]
        {
            assert!(
                page.contains(&format!("\n.SH \"{section}\"\n"))
                    || page.contains(&format!("\n.SH {section}\n")),
                "{command}: {section} in {page}"
            );
        }
        assert!(program.contains(&format!("atlas\\-tui\\-{}(1)", command.replace('-', "\\-"))), "{program}");
    }
    assert!(program.contains("MONGODB_ATLAS_PRIVATE_API_KEY") && program.contains("still running"));
    assert!(!program.contains("crash") && !program.contains("__complete"), "hidden ones stay hidden");
}

/// As `man` shows it, where there is a `groff`.
#[test]
fn no_line_of_a_page_is_wider_than_a_terminal() {
    let there = Command::new("groff").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    page(&["--dir", home.path().to_str().unwrap()]);
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let path = entry.unwrap().path();
        let words = ["-k", "-man", "-Tutf8", "-P-cbou", "-rLL=80n"];
        let output = Command::new("groff").args(words).arg(&path).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{path:?}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let wide: Vec<_> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty() && text.contains("still running"), "{path:?}: {wide:#?}");
    }
}

#[test]
fn all_pages_are_written_where_they_are_wanted() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("share/man1");
    assert_eq!(page(&["--dir", dir.to_str().unwrap()]), "");
    let mut written: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    written.sort();
    let mut wanted: Vec<_> = commands().iter().map(|command| format!("atlas-tui-{command}.1")).collect();
    wanted.push("atlas-tui.1".to_owned());
    wanted.sort();
    assert_eq!(written, wanted);
    assert_eq!(std::fs::read_to_string(dir.join("atlas-tui-get.1")).unwrap(), page(&["get"]));
}

#[test]
fn a_page_that_cannot_be_is_wrong_usage_or_a_fault_and_says_which() {
    let run = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_atlas-tui")).arg("man").args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&["__complete"]);
    assert_eq!(
        (code, said.as_str()),
        (Some(2), "atlas-tui: there is no command `__complete`; atlas-tui --help lists them\n")
    );
    let (code, said) = run(&["--dir", "/dev/null/man"]);
    assert!(code == Some(1) && said.contains("/dev/null/man"), "{said}");
}

/// The values of the manifest that stand alone on their line, by the path to each.
fn manifest() -> Vec<(String, String)> {
    let text = include_str!("../../assets/plugin/manifest.yml");
    let (mut path, mut values) = (Vec::<String>::new(), Vec::new());
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        let (key, value) = line.trim().split_once(':').unwrap();
        path.truncate(depth);
        path.push(key.to_owned());
        if !value.trim().is_empty() {
            values.push((path.join("."), value.trim().trim_matches('"').to_owned()));
        }
    }
    values
}

/// What the Atlas CLI refuses a manifest for: mongodb-atlas-cli, `internal/plugin/plugin_manifest.go`, `IsValid`.
#[test]
fn the_manifest_of_the_plugin_is_one_that_the_atlas_cli_takes() {
    let manifest = manifest();
    let value = |key: &str| manifest.iter().find(|(path, _)| path == key).map(|(_, value)| value.as_str());
    assert_eq!(value("name"), Some("atlas-tui"));
    assert_eq!(value("binary"), Some("atlas-tui"));
    assert_eq!(value("version"), Some(env!("CARGO_PKG_VERSION")));
    assert!(value("description").is_some_and(|text| !text.is_empty()));
    let commands: Vec<_> = manifest.iter().filter(|(path, _)| path.starts_with("commands.")).collect();
    assert_eq!(commands.len(), 1);
    assert_eq!(commands[0].0, format!("commands.{}.description", atlas_tui::cli::plugin::COMMAND));
}

#[test]
fn as_a_plugin_of_the_atlas_cli_it_is_the_same_program() {
    // As `Plugin.Run` has it: the name of the command, then what was typed, flags of the Atlas CLI's among it.
    let run = |arguments: &[&str]| {
        let home = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_atlas-tui"))
            .args(arguments)
            .env("ATLAS_TUI_HOME", home.path())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    for arguments in [
        &["get", "nonsense", "-o", "json"][..],
        &["-P", "nobody", "get", "auto/a/b/c"],
        &["man", "get"],
        &["completions", "bash"],
        // Without a terminal, as here, the dashboard says so.
        &[],
    ] {
        let mut plugin = vec!["restores"];
        plugin.extend(arguments);
        assert_eq!(run(&plugin), run(arguments), "{arguments:?}");
    }
    let (code, help, _) = run(&["restores", "get", "--help"]);
    assert!(code == Some(0) && help.contains("Usage: atlas restores get "), "{help}");
    let (code, _, said) = run(&["restores", "get"]);
    assert!(code == Some(2) && said.contains("Usage: atlas restores get "), "{said}");
}
