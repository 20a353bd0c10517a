//! Completion of command lines: the script for each shell, and the answers that the scripts ask for.
//!
//! `clap_complete` walks the command line; what it knows by itself are commands, flags and fixed values. Added here are
//! the values that only this machine knows ([`Values`]). Its own scripts are not used: in bash and PowerShell they put
//! a label into the command line as it is, so that one with `$(…)` in it would run when Enter is pressed, and they
//! hand the words over as arguments, where a list of processes shows what is in a half-typed curl line.
//!
//! Pure: text in, text out. It knows no file and no environment. An answer is empty where nothing can be said; a
//! person who presses Tab must never see an error in the middle of what they type.

mod bash;
mod script;

use std::collections::HashMap;
use std::ffi::OsStr;

use clap::builder::StyledStr;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate, complete};

use crate::cli::Shell;
use crate::domain::lookup::Lookup;
use crate::domain::profile::Profile;
use crate::domain::target::Kind;
use crate::headless::list::{Order, Statuses};
pub use script::script;

/// What only this machine knows, each asked for only where it may stand at the cursor.
#[derive(Debug, Clone, Copy)]
pub struct Values {
    pub profiles: fn() -> Vec<Profile>,
    pub lookups: fn() -> Vec<Lookup>,
}

/// One thing that may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    /// As the program is to get it: no shell has quoted it.
    value: String,
    /// One line, perhaps empty.
    help: String,
}

/// What stands at the cursor of a command line.
struct Asked {
    /// All words up to the cursor, the command first, the one at the cursor last, and none of them quoted.
    words: Vec<String>,
}

/// Answers one question of a script: `input` is what it wrote, each word with a NUL behind it; the answer is for it to
/// read, a line for each candidate.
#[must_use]
pub fn answer(shell: Shell, tree: clap::Command, input: &str, values: Values) -> String {
    let mut answer = String::new();
    // PowerShell ends what it pipes with a line break of its own.
    let Some(input) = input.trim_end_matches(['\r', '\n']).strip_suffix('\0') else { return answer };
    if shell == Shell::Bash {
        let Some(line) = bash::Line::read(input) else { return answer };
        for candidate in candidates(tree, &Asked { words: line.words.clone() }, values) {
            answer.extend(line.insert(&candidate.value).into_iter().flat_map(|text| [text, "\n".to_owned()]));
        }
        return answer;
    }
    let mut words: Vec<_> = input.split('\0').map(str::to_owned).collect();
    if let (Shell::Fish, Some(word)) = (shell, words.last_mut()) {
        // The others hand it over without its quotes; fish cannot take off one that is still open.
        *word = bash::unquoted(word);
    }
    for Candidate { value, help } in candidates(tree, &Asked { words }, values) {
        let value = if shell == Shell::Powershell { powershell(&value) } else { value };
        answer.push_str(&value);
        if !help.is_empty() && shell != Shell::Elvish {
            answer.push('\t');
            answer.push_str(&help);
        }
        answer.push('\n');
    }
    answer
}

fn candidates(tree: clap::Command, asked: &Asked, values: Values) -> Vec<Candidate> {
    let Some((word, before)) = asked.words.split_last() else { return Vec::new() };
    // The walk would take the name of the command for the word at the cursor.
    if before.is_empty() {
        return Vec::new();
    }
    let commands = tree.get_subcommands().filter(|command| !command.is_hide_set());
    let commands: Vec<_> = commands.map(|command| command.get_name().to_owned()).collect();
    let mut tree = with_values(tree, values, &commands);
    let words = asked.words.iter().map(Into::into).collect();
    let found = complete(&mut tree, words, before.len(), None).unwrap_or_default();
    // `complete` offers what is hidden where nothing else fits.
    let candidates = found.into_iter().filter(|found| !found.is_hide_set()).filter_map(|found| {
        let help = found.get_help().map(StyledStr::to_string).unwrap_or_default();
        Some(Candidate {
            value: found.get_value().to_str()?.to_owned(),
            help: help.lines().next().unwrap_or_default().to_owned(),
        })
    });
    let all: Vec<_> = candidates.filter(|candidate| candidate.value.starts_with(word)).collect();
    // Whoever has not typed a dash looks for a value, if there is one to be had.
    let is_flag = |candidate: &Candidate| candidate.value.starts_with('-');
    if word.starts_with('-') || all.iter().all(is_flag) {
        return all;
    }
    all.into_iter().filter(|candidate| !is_flag(candidate)).collect()
}

/// The tree, knowing the values of some flags, by their names.
fn with_values(tree: clap::Command, values: Values, commands: &[String]) -> clap::Command {
    // The dashboard's own TARGET is no label.
    let is_doctor = tree.get_name() == "doctor";
    let tree = tree.mut_args(|arg| {
        let candidates = match arg.get_id().as_str() {
            "kind" => ArgValueCandidates::new(|| {
                Kind::ALL.iter().map(|kind| CompletionCandidate::new(kind.as_str())).collect()
            }),
            "profile" => ArgValueCandidates::new(move || {
                (values.profiles)().iter().map(|name| CompletionCandidate::new(name.as_str())).collect()
            }),
            "sort" => ArgValueCandidates::new(|| Order::words().map(CompletionCandidate::new).collect()),
            "status" => return arg.add(ArgValueCompleter::new(statuses)),
            "target" if !is_doctor => return arg,
            "target" | "targets" => ArgValueCandidates::new(move || labels(&(values.lookups)())),
            "command" => {
                let commands = commands.to_vec();
                ArgValueCandidates::new(move || commands.iter().map(CompletionCandidate::new).collect())
            }
            _ => return arg,
        };
        arg.add(candidates)
    });
    tree.mut_subcommands(|command| with_values(command, values, commands))
}

/// The next word of a list with commas, behind those that are there.
fn statuses(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_str().unwrap_or_default();
    let (before, word) = typed.rfind(',').map_or(("", typed), |comma| typed.split_at(comma + 1));
    Statuses::words()
        .filter(|known| known.starts_with(word) && !before.split(',').any(|there| there == *known))
        .map(|known| CompletionCandidate::new(format!("{before}{known}")))
        .collect()
}

/// The labels that name one job each, and that no command line takes for something else.
fn labels(lookups: &[Lookup]) -> Vec<CompletionCandidate> {
    let mut jobs = HashMap::<&str, usize>::new();
    for lookup in lookups {
        *jobs.entry(&lookup.label).or_default() += 1;
    }
    let named = lookups.iter().filter(|lookup| {
        let label = lookup.label.as_str();
        !label.is_empty() && !label.starts_with('-') && jobs.get(label) == Some(&1)
    });
    let help = |lookup: &Lookup| format!("{} {}", lookup.target.kind.as_str(), lookup.target.instance);
    named.map(|lookup| CompletionCandidate::new(&lookup.label).help(Some(help(lookup).into()))).collect()
}

/// A word as PowerShell reads it. Typographic quotes end its strings as well, so they are doubled like straight ones.
fn powershell(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | ':' | '=' | '+');
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let mut quoted = String::from("'");
    for c in value.chars() {
        quoted.push(c);
        if matches!(c, '\'' | '‘' | '’' | '‚' | '‛') {
            quoted.push(c);
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests;
