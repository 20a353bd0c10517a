//! The restore jobs that a command line names: any number of TARGETs, standard input among them.
//!
//! Each is read as [`target`] reads one. What is none may be the label of a saved lookup, written in full: in a
//! script, the beginning of a label would mean another job as soon as labels change. A saved job may also be named
//! by its id alone. The saved lookups are read only if that is what is left to try, and standard input only for `-`.
//! All faults are told together, before anything is asked.

use std::collections::HashSet;
use std::fmt;
use std::io::Read;

use super::target::target;
use super::{ConfigError, Env};
use crate::cli::Common;
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::lookup::Lookup;
use crate::domain::profile::Profile;
use crate::domain::target::{self, Target};
use crate::domain::text::clean;

/// Stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// More than the ids of all jobs of a large project, and less than fills a memory.
const INPUT_MOST: u64 = 16 << 20;

/// How many faults are told in full.
const FAULTS_MOST: usize = 5;

/// How many saved labels are offered in place of one that there is not.
const OFFERED_MOST: usize = 3;

/// Where targets come from, beside the words themselves.
pub struct Sources<'a> {
    pub common: &'a Common,
    pub env: Env<'a>,
    /// The profile of the session, for targets that name none.
    pub profile: Option<&'a Profile>,
    /// Reads the saved lookups, or says why it cannot.
    pub saved: &'a dyn Fn() -> Result<Vec<Lookup>, String>,
    pub input: &'a mut dyn Read,
}

impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("common", self.common).finish_non_exhaustive()
    }
}

/// Where a target was written. Its `Display` begins a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The only TARGET of the command line.
    Only,
    /// Of several, from 1.
    Word(usize),
    /// A line of standard input, from 1.
    Line(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only => f.write_str("TARGET"),
            Self::Word(number) => write!(f, "TARGET {number}"),
            Self::Line(line) => write!(f, "standard input, line {line}"),
        }
    }
}

/// Whether so many words may mean several jobs, however many it turns out to be: what is printed for them is a list.
#[must_use]
pub fn are_many(words: &[String]) -> bool {
    words.len() > 1 || words.iter().any(|word| word == STANDARD_INPUT)
}

/// The jobs in the order in which they are named, each once, with the label of the saved lookup that named it (empty
/// for others).
///
/// # Errors
/// All that cannot be read, each by its place; or that standard input names no job at all, since a pipe that broke
/// must not look like one that had nothing to say.
pub fn targets(words: &[String], sources: Sources<'_>) -> Result<Vec<Lookup>, ConfigError> {
    let Sources { common, env, profile, saved, input } = sources;
    let reader = Reader { common, env, saved: Saved { read: saved, found: None } };
    let mut gathered =
        Gathered { reader, profile, seen: HashSet::new(), jobs: Vec::new(), faults: Vec::new() };
    let mut input = Some(input);
    for (index, word) in words.iter().enumerate() {
        let place = if words.len() == 1 { Place::Only } else { Place::Word(index + 1) };
        if word.trim() == STANDARD_INPUT {
            let Some(input) = input.take() else {
                return Err(one(place, "standard input is read once; leave the second - out".to_owned()));
            };
            gathered.add_all(input)?;
        } else {
            gathered.add(place, word)?;
        }
    }
    let Gathered { jobs, mut faults, .. } = gathered;
    if faults.is_empty() {
        return Ok(jobs);
    }
    let left_out = faults.len().saturating_sub(FAULTS_MOST);
    faults.truncate(FAULTS_MOST);
    Err(ConfigError::Targets { faults, left_out })
}

fn one(place: Place, message: String) -> ConfigError {
    ConfigError::Targets { faults: vec![(place, message)], left_out: 0 }
}

/// What has been read so far.
struct Gathered<'a> {
    reader: Reader<'a>,
    profile: Option<&'a Profile>,
    seen: HashSet<(ObjectId, InstanceName, ObjectId)>,
    jobs: Vec<Lookup>,
    faults: Vec<(Place, String)>,
}

impl Gathered<'_> {
    fn add(&mut self, place: Place, text: &str) -> Result<(), ConfigError> {
        match self.reader.read(text)? {
            Ok(mut lookup) => {
                let target = &mut lookup.target;
                if target.profile.is_none() {
                    target.profile = self.profile.cloned();
                }
                if self.seen.insert((target.project, target.instance.clone(), target.job)) {
                    self.jobs.push(lookup);
                }
            }
            Err(message) => self.faults.push((place, message)),
        }
        Ok(())
    }

    fn add_all(&mut self, input: &mut dyn Read) -> Result<(), ConfigError> {
        let unreadable = |message: String| ConfigError::Argument { name: "standard input", message };
        let mut bytes = Vec::new();
        input.take(INPUT_MOST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
        if bytes.len() as u64 > INPUT_MOST {
            return Err(unreadable(format!("more than {} MiB of targets", INPUT_MOST >> 20)));
        }
        let text = String::from_utf8(bytes).map_err(|_| unreadable("it is no UTF-8 text".to_owned()))?;
        let entries = target::split(&text).map_err(|broken| {
            one(Place::Line(broken.line), "this is no JSON, and what stands before it is".to_owned())
        })?;
        if entries.is_empty() {
            return Err(unreadable("it names no restore job".to_owned()));
        }
        for entry in entries {
            self.add(Place::Line(entry.line), &entry.text)?;
        }
        Ok(())
    }
}

/// Reads one text.
struct Reader<'a> {
    common: &'a Common,
    env: Env<'a>,
    saved: Saved<'a>,
}

impl Reader<'_> {
    /// The job, or why the text names none. The error never quotes the text, which may hold a key.
    ///
    /// # Errors
    /// A flag or variable that is wrong whatever the text.
    fn read(&mut self, text: &str) -> Result<Result<Lookup, String>, ConfigError> {
        let error = match target(Some(text), self.common, self.env) {
            Ok(Some(target)) => return Ok(Ok(Lookup { label: String::new(), target })),
            Ok(None) => return Ok(Err("it is empty".to_owned())),
            Err(ConfigError::Argument { name: "TARGET", message }) => message,
            Err(error) => return Err(error),
        };
        let text = clean(text.trim());
        // Whatever has these is meant as an address, and no label is looked for.
        if text.is_empty() || text.starts_with(['{', '[']) || text.contains("://") {
            return Ok(Err(error));
        }
        let lookups = match self.saved.lookups() {
            Ok(lookups) => lookups,
            Err(why) => return Ok(Err(format!("{error}. No label was looked for: {why}"))),
        };
        Ok(match named(lookups, &text) {
            Named::One(lookup) => {
                let lookup = lookup.clone();
                Ok(self.with_flags(lookup)?)
            }
            Named::Several(count) => Err(format!(
                "{count} saved lookups have this label; name the job as KIND/PROJECT/INSTANCE/JOB"
            )),
            Named::None(like) if like.is_empty() => {
                Err(format!("{error}; no saved lookup has it as its label"))
            }
            Named::None(like) => {
                Err(format!("{error}; no saved lookup has it as its label, but there is {}", like.join(", ")))
            }
        })
    }

    /// Flags win over what is saved, as they do over all else.
    fn with_flags(&self, lookup: Lookup) -> Result<Lookup, ConfigError> {
        let Lookup { label, target: saved } = lookup;
        let read = target(Some(&saved.to_string()), self.common, self.env)?;
        let target = read.map_or(saved.clone(), |read| Target { profile: saved.profile, ..read });
        Ok(Lookup { label, target })
    }
}

/// The saved lookups, read when they are first needed.
struct Saved<'a> {
    read: &'a dyn Fn() -> Result<Vec<Lookup>, String>,
    found: Option<Result<Vec<Lookup>, String>>,
}

impl Saved<'_> {
    fn lookups(&mut self) -> Result<&[Lookup], &str> {
        let found = self.found.get_or_insert_with(|| (self.read)());
        found.as_deref().map_err(String::as_str)
    }
}

enum Named<'a> {
    One(&'a Lookup),
    Several(usize),
    /// With labels that are like it.
    None(Vec<String>),
}

/// The lookup that the text names: a job by its id, or else the one with exactly this label.
fn named<'a>(lookups: &'a [Lookup], text: &str) -> Named<'a> {
    let job = text.parse::<ObjectId>().ok();
    let by_job: Vec<_> = lookups.iter().filter(|lookup| Some(lookup.target.job) == job).collect();
    let by_label = || lookups.iter().filter(|lookup| lookup.label == text).collect();
    let found: Vec<_> = if by_job.is_empty() { by_label() } else { by_job };
    match found.as_slice() {
        [only] => return Named::One(only),
        [] => {}
        several => return Named::Several(several.len()),
    }
    let low = text.to_lowercase();
    let labels = lookups.iter().map(|lookup| lookup.label.as_str()).filter(|label| {
        let label = label.to_lowercase();
        !label.is_empty() && (label.contains(&low) || low.contains(&label))
    });
    Named::None(labels.take(OFFERED_MOST).map(|label| format!("`{}`", clean(label))).collect())
}

#[cfg(test)]
mod tests;
