//! `atlas backups restores …` lines of the official command line tool.
//!
//! Flags are taken in camel or kebab case, as `--flag value` or `--flag=value`.

use super::Kind;
use super::found::Found;

/// Flags of the tool that take no value, so that the word after them is not theirs.
const BARE_FLAGS: [&str; 5] = ["debug", "help", "h", "d", "version"];

/// The parts that a command line names, wherever in the text it begins.
pub(super) fn find(text: &str) -> Option<Found> {
    let words = words(text);
    let start = words.iter().position(|word| is_program(word))?;
    let mut rest = words.into_iter().skip(start + 1).peekable();
    let mut found = Found::default();
    let mut arguments = Vec::new();
    while let Some(word) = rest.next() {
        if let Some(flag) = word.strip_prefix('-') {
            // The one flag that has a single letter and may stand right before its value.
            if let Some(value) = flag.strip_prefix('P') {
                let value = value.strip_prefix('=').unwrap_or(value).to_owned();
                found.profile = Some(value).filter(|value| !value.is_empty());
                if found.profile.is_none() {
                    found.profile = rest.next_if(|next| !next.starts_with('-'));
                }
                continue;
            }
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (plain(name), Some(value.to_owned())),
                None => (plain(flag), None),
            };
            let takes_next = value.is_none() && !BARE_FLAGS.contains(&name.as_str());
            let value = value.or_else(|| rest.next_if(|next| takes_next && !next.starts_with('-')));
            let slot = match name.as_str() {
                "projectid" | "groupid" => &mut found.project,
                "clustername" | "instancename" | "instance" => &mut found.instance,
                "restorejobid" | "jobid" => &mut found.job,
                "profile" => &mut found.profile,
                _ => continue,
            };
            *slot = value;
        } else if !CONTINUATIONS.contains(&word.as_str()) {
            arguments.push(word);
        }
    }
    let restores = arguments.iter().position(|word| matches!(word.as_str(), "restores" | "restore"))?;
    // `atlas backups restores` serves Flex and dedicated clusters alike, and finds out which one it is.
    let serverless = arguments.iter().take(restores).any(|word| word == "serverless");
    found.kind = Some(if serverless { Kind::Serverless } else { Kind::Auto });
    // After `restores` come a verb (`watch`, `describe`) and the job.
    found.job = found.job.or_else(|| arguments.into_iter().nth(restores + 2));
    (found.count() > 0).then_some(found)
}

/// Signs that carry a line on in other shells.
const CONTINUATIONS: [&str; 3] = ["^", "`", "\\"];

fn is_program(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    matches!(name, "atlas" | "atlas.exe" | "mongocli")
}

/// A flag's name however it is written: `--clusterName` and `--cluster-name` are `clustername`.
fn plain(flag: &str) -> String {
    flag.replace('-', "").to_ascii_lowercase()
}

/// The words of a command line. A quote counts where a word or a flag's value begins, so that an apostrophe in
/// a sentence swallows nothing; one that never ends lasts to the end.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            None if c.is_whitespace() => words.push(std::mem::take(&mut word)),
            None if matches!(c, '"' | '\'') && (word.is_empty() || word.ends_with('=')) => quote = Some(c),
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
