//! Lines and words as the scripts hand them over, and what goes back.

use std::collections::BTreeSet;

use super::*;
use crate::cli;
use crate::domain::target::Target;

const BREAKS: &str = " \t\n\"'><=;|&(:";
const PROJECT: &str = "5f1b6c7d8e9fa0b1c2d3e4f5";

fn lookup(label: &str, job: u8) -> Lookup {
    let target: Target =
        format!("dedicated/{PROJECT}/orders/6a794733c0eb9e7a177406{job:02x}").parse().unwrap();
    Lookup { label: label.to_owned(), target }
}

const VALUES: Values = Values { profiles, lookups };

fn profiles() -> Vec<Profile> {
    ["default", "prod eu"].iter().map(|name| name.parse().unwrap()).collect()
}

fn lookups() -> Vec<Lookup> {
    ["quarter end", "it's $(touch x) `y`", "db:restore", "twice", "twice", "-o", "", "größe \"1\"!"]
        .into_iter()
        .zip(0..)
        .map(|(label, job)| lookup(label, job))
        .collect()
}

/// A tree with what is completed by this machine's values, whatever commands the program has.
fn tree() -> clap::Command {
    let targets = clap::Arg::new("targets").num_args(1..);
    let profile = clap::Arg::new("profile").short('P').long("profile").global(true);
    let output = clap::Arg::new("output").short('o').long("output").value_parser(["text", "json"]);
    clap::Command::new("atlas-tui")
        .disable_help_subcommand(true)
        .arg(profile)
        .arg(clap::Arg::new("kind").long("kind"))
        .subcommand(clap::Command::new("get").arg(targets).arg(output))
        .subcommand(clap::Command::new("__complete").hide(true))
}

fn bash(line: &str) -> Vec<String> {
    let input = format!("{BREAKS}\0{line}\0");
    answer(Shell::Bash, tree(), &input, VALUES).lines().map(str::to_owned).collect()
}

fn ask(shell: Shell, words: &[&str]) -> Vec<String> {
    let input: String = words.iter().flat_map(|word| [word, "\0"]).collect();
    answer(shell, tree(), &input, VALUES).lines().map(str::to_owned).collect()
}

#[test]
fn commands_flags_and_values_are_offered_where_they_belong() {
    assert_eq!(bash("atlas-tui "), ["get"], "no hidden command, and no flag before a dash");
    assert_eq!(bash("atlas-tui g"), ["get"]);
    assert_eq!(bash("atlas-tui get -o "), ["text", "json"]);
    assert_eq!(bash("atlas-tui get --output=j"), ["json"], "bash replaces what is behind the equals sign");
    assert_eq!(bash("atlas-tui --kind d"), ["dedicated"]);
    assert_eq!(bash("atlas-tui -P "), ["default", r"prod\ eu"]);
    assert_eq!(bash("atlas-tui get x --prof"), ["--profile"]);
    assert_eq!(bash("atlas-tui"), [""; 0], "the command itself is bash's to complete");
}

#[test]
fn labels_are_quoted_as_the_line_has_them_quoted() {
    assert_eq!(bash("atlas-tui get q"), [r"quarter\ end"]);
    assert_eq!(bash(r"atlas-tui get quarter\ e"), [r"quarter\ end"]);
    assert_eq!(bash("atlas-tui get \"quarter e"), ["quarter end"]);
    assert_eq!(bash("atlas-tui get 'quarter e"), ["quarter end"]);
    assert_eq!(bash("atlas-tui get it"), [r"it\'s\ \$\(touch\ x\)\ \`y\`"]);
    assert_eq!(bash("atlas-tui get \"it"), [r"it's \$(touch x) \`y\`"]);
    assert_eq!(bash("atlas-tui get 'it"), [r"it'\''s $(touch x) `y`"]);
    assert_eq!(bash("atlas-tui get g"), [r#"größe\ \"1\"\!"#]);
    assert_eq!(bash("atlas-tui get \"g"), [""; 0], "history expansion cannot be quoted there");
    assert_eq!(bash("atlas-tui get db:r"), ["restore"], "bash replaces what is behind the colon");
    assert_eq!(bash("atlas-tui get 'db:r"), ["db:restore"], "but not within quotes");
}

#[test]
fn a_label_that_names_two_jobs_or_looks_like_a_flag_is_not_offered() {
    let all = ask(Shell::Elvish, &["atlas-tui", "get", ""]);
    assert_eq!(all, ["quarter end", "it's $(touch x) `y`", "db:restore", "größe \"1\"!"]);
}

#[test]
fn a_second_target_is_completed_like_the_first_and_settings_before_the_command_do_not_count() {
    assert_eq!(bash(r"A=1 B='x y' atlas-tui get quarter\ end db"), ["db:restore"]);
}

#[test]
fn each_shell_gets_its_form() {
    for (shell, expected) in [
        (Shell::Zsh, "quarter end\tdedicated orders"),
        (Shell::Fish, "quarter end\tdedicated orders"),
        (Shell::Elvish, "quarter end"),
        (Shell::Powershell, "'quarter end'\tdedicated orders"),
    ] {
        assert_eq!(ask(shell, &["atlas-tui", "get", "q"]), [expected], "{shell:?}");
    }
    assert_eq!(ask(Shell::Fish, &["atlas-tui", "get", "\"quarter e"]), ["quarter end\tdedicated orders"]);
    assert_eq!(
        ask(Shell::Powershell, &["atlas-tui", "get", "it"]),
        ["'it''s $(touch x) `y`'\tdedicated orders"]
    );
}

#[test]
fn what_is_no_question_is_answered_with_nothing() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Powershell, Shell::Elvish] {
        for input in ["", "\0", "\0\0", "atlas-tui", "atlas-tui\0", "\n", "atlas-tui get \"", "\u{fffd}\0'\0"]
        {
            let answer = answer(shell, tree(), input, VALUES);
            assert!(answer.len() < 200 && !answer.contains("error"), "{shell:?} {input:?}: {answer}");
        }
    }
}

#[test]
fn every_command_and_flag_of_the_program_is_offered_but_the_hidden_ones() {
    fn check(command: &clap::Command, path: &str) {
        let offered = |word: &str| -> BTreeSet<String> {
            let input = format!("{BREAKS}\0{path} {word}\0");
            let answer =
                answer(Shell::Bash, cli::tree(), &input, Values { profiles: Vec::new, lookups: Vec::new });
            answer.lines().map(str::to_owned).collect()
        };
        let flags = offered("--");
        for flag in command.get_arguments() {
            let Some(long) = flag.get_long() else { continue };
            assert_eq!(flags.contains(&format!("--{long}")), !flag.is_hide_set(), "{path} --{long}");
        }
        let commands = offered("");
        for sub in command.get_subcommands() {
            assert_eq!(commands.contains(sub.get_name()), !sub.is_hide_set(), "{path} {}", sub.get_name());
            if !sub.is_hide_set() {
                check(sub, &format!("{path} {}", sub.get_name()));
            }
        }
    }
    let mut tree = cli::tree();
    tree.build();
    check(&tree, "atlas-tui");
}

proptest::proptest! {
    /// Whatever a label holds, what bash makes of what is put in is that label again.
    #[test]
    fn what_is_put_in_reads_back_as_the_label(label in "[ -~äß€]{1,20}", quote in "[\"']?", take in 0usize..20) {
        let typed: String = label.chars().take(take).filter(char::is_ascii_alphanumeric).collect();
        let line = bash::Line::read(&format!("{BREAKS}\0atlas-tui get {quote}{typed}")).unwrap();
        if label.starts_with(&typed) && let Some(inserted) = line.insert(&label) {
            let whole = format!("atlas-tui get {quote}{inserted}");
            let read = bash::Line::read(&format!("{BREAKS}\0{whole}")).unwrap();
            proptest::prop_assert_eq!(&read.words, &["atlas-tui", "get", label.as_str()]);
        }
    }
}
