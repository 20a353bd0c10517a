//! Tells the forms of a pasted text apart and picks out the parts of a target, not yet checked.

use super::{Kind, atlas_line, json, path};
use crate::domain::id::ID_DIGITS;
use crate::domain::text;

/// Parts of a target as they were written. Whatever is no such part, above all a key, stays out of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Found {
    pub kind: Option<Kind>,
    /// A short plain word where the kind should be.
    pub unknown_kind: Option<String>,
    pub project: Option<String>,
    pub instance: Option<String>,
    pub job: Option<String>,
    /// Of the Atlas CLI, where a line of it names one.
    pub profile: Option<String>,
}

impl Found {
    /// How many of the three ids there are.
    pub fn count(&self) -> usize {
        [&self.project, &self.instance, &self.job].into_iter().flatten().count()
    }

    /// With the gaps filled from another reading of the same text.
    pub fn or(self, other: Self) -> Self {
        Self {
            kind: self.kind.or(other.kind),
            unknown_kind: self.unknown_kind,
            project: self.project.or(other.project),
            instance: self.instance.or(other.instance),
            job: self.job.or(other.job),
            profile: self.profile.or(other.profile),
        }
    }
}

/// The parts in a text of any of the accepted forms; `None` when it has none of them.
pub(super) fn find(text: &str) -> Option<Found> {
    let text = joined(text);
    let text = text.trim_matches(|c: char| c.is_whitespace() || text::is_quote(c));
    if text.starts_with(['{', '[']) {
        // JSON that was cut off, or a list of several jobs, may still hold one path.
        return json::find(text).or_else(|| path::find(text));
    }
    // A target of ours goes before a path, because an instance may well be called `groups`.
    agreed(text.split_whitespace().filter_map(whole_target).collect())
        .or_else(|| path::find(text))
        .or_else(|| atlas_line::find(text))
        .or_else(|| slashed(text))
        .or_else(|| bare_job(text))
}

/// The host of the address that the parts stand in.
pub(super) fn host(text: &str) -> Option<String> {
    let text = joined(text);
    let is_json =
        text.trim_start_matches(|c: char| c.is_whitespace() || text::is_quote(c)).starts_with(['{', '[']);
    if is_json { None } else { path::host(&text) }
}

/// The reading that says most; `None` when two of them that say as much differ, for that would be a guess.
pub(super) fn agreed(readings: Vec<Found>) -> Option<Found> {
    let most = readings.iter().map(Found::count).max()?;
    let mut best = readings.into_iter().filter(|found| found.count() == most);
    let first = best.next()?;
    best.all(|other| other == first).then_some(first)
}

/// The text on one line as a shell would join it, without invisible characters.
fn joined(text: &str) -> String {
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    text::clean(&text).into_owned()
}

/// A word that is a target in its own form, with nothing amiss.
fn whole_target(word: &str) -> Option<Found> {
    let found = slashed(word.trim_matches(text::is_quote))?;
    let is_whole = found.project.as_ref()?.parse::<super::ObjectId>().is_ok()
        && found.instance.as_ref()?.parse::<super::InstanceName>().is_ok()
        && found.job.as_ref()?.parse::<super::ObjectId>().is_ok();
    (is_whole && found.unknown_kind.is_none()).then_some(found)
}

/// `KIND/PROJECT/INSTANCE/JOB`, with the kind or the end left out at will.
fn slashed(text: &str) -> Option<Found> {
    if text.contains(char::is_whitespace) || text.contains("://") {
        return None;
    }
    let text = text.strip_prefix('/').unwrap_or(text);
    let text = text.strip_suffix('/').unwrap_or(text);
    let mut parts: Vec<&str> = text.split('/').collect();
    if parts.len() < 2 {
        return None;
    }
    let kind = parts.first().and_then(|word| word.to_ascii_lowercase().parse().ok());
    let mut unknown_kind = None;
    if kind.is_some() || parts.len() == 4 {
        let word = parts.remove(0);
        unknown_kind = kind.is_none().then(|| shown_kind(word));
    }
    let [project, rest @ ..] = parts.as_slice() else { return None };
    let (instance, job) = match rest {
        [] => (None, None),
        [instance] => (Some(instance), None),
        [instance, job] => (Some(instance), Some(job)),
        _ => return None,
    };
    let owned = |part: &&str| (*part).to_owned();
    Some(Found {
        kind,
        unknown_kind,
        project: Some(owned(project)),
        instance: instance.map(owned),
        job: job.map(owned),
        profile: None,
    })
}

/// A misspelt kind may be quoted; anything else in its place might be a secret.
pub(super) fn shown_kind(word: &str) -> String {
    let is_plain = word.len() <= 20 && word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    if is_plain { word.to_owned() } else { "…".to_owned() }
}

/// A single id. Nobody asks for a project alone, so it is the job's.
fn bare_job(text: &str) -> Option<Found> {
    let near_an_id = text.len() >= ID_DIGITS / 2 && text.chars().all(|c| c.is_ascii_hexdigit());
    near_an_id.then(|| Found { job: Some(text.to_owned()), ..Found::default() })
}
