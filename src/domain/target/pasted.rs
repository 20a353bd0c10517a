//! What a pasted text held, part by part: read, or told apart as wrong with the reason and the place.
//!
//! What is wrong may be shown where the user put it, in the field of a form, unless it looks like a key.

use std::fmt;
use std::str::FromStr;

use super::found::{self, Found};
use super::{Kind, UnknownKind};
use crate::domain::id::{ID_DIGITS, InstanceName, NAME_MAX, ObjectId};
use crate::domain::profile::Profile;
use crate::domain::text;

/// One of the ids of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Project,
    Instance,
    Job,
}

impl Part {
    /// In the order of the whole form.
    pub const ALL: [Self; 3] = [Self::Project, Self::Instance, Self::Job];

    /// The longest text of a wrong one that is kept. An Atlas private key has 36 characters.
    fn most(self) -> usize {
        match self {
            Self::Instance => NAME_MAX + 16,
            Self::Project | Self::Job => ID_DIGITS + 8,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Project => "project",
            Self::Instance => "instance",
            Self::Job => "job",
        })
    }
}

/// A part that is there and cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongPart {
    pub part: Part,
    /// As it was written, clean; empty when it may be a key.
    pub text: String,
    /// The reason, and the place where there is one.
    pub why: String,
}

/// What a pasted text held. Any part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pasted {
    pub kind: Option<Kind>,
    /// The word in the kind's place, when it is none; fit to be quoted.
    pub unknown_kind: Option<String>,
    pub project: Option<ObjectId>,
    pub instance: Option<InstanceName>,
    pub job: Option<ObjectId>,
    /// With whose credentials the line that was pasted reads; whether there is such a profile here is not known. One
    /// that cannot be is left out.
    pub profile: Option<Profile>,
    /// In the order of [`Part::ALL`], each at most once.
    pub wrong: Vec<WrongPart>,
    /// Host, and port if it is not the scheme's own, of the address that the parts stood in. Not of a JSON answer,
    /// whose links name hosts that do not exist.
    pub host: Option<String>,
}

impl Pasted {
    pub(super) fn new(found: Found) -> Self {
        let mut wrong = Vec::new();
        Self {
            kind: found.kind,
            unknown_kind: found.unknown_kind,
            project: checked(Part::Project, found.project, &mut wrong),
            instance: checked(Part::Instance, found.instance, &mut wrong),
            job: checked(Part::Job, found.job, &mut wrong),
            profile: found.profile.and_then(|name| name.parse().ok()),
            wrong,
            host: None,
        }
    }

    /// Whether that part can be used.
    #[must_use]
    pub fn has(&self, part: Part) -> bool {
        match part {
            Part::Project => self.project.is_some(),
            Part::Instance => self.instance.is_some(),
            Part::Job => self.job.is_some(),
        }
    }

    /// That part, if it is there and wrong.
    #[must_use]
    pub fn wrong(&self, part: Part) -> Option<&WrongPart> {
        self.wrong.iter().find(|wrong| wrong.part == part)
    }

    /// Why its kind cannot be used, when it names one that there is not.
    #[must_use]
    pub fn kind_error(&self) -> Option<String> {
        self.unknown_kind.as_ref().map(|word| format!("`{word}` is no kind: {UnknownKind}"))
    }

    /// Each part that is wrong or missing, in words; empty when all are there.
    pub(super) fn complaints(&self) -> String {
        let complaint = |part: Part| match self.wrong(part) {
            Some(wrong) => Some(format!("{part}: {}", wrong.why)),
            None => (!self.has(part)).then(|| format!("the {part} is missing")),
        };
        Part::ALL.into_iter().filter_map(complaint).collect::<Vec<_>>().join("; ")
    }
}

/// The part, or `None` with the reason in `wrong` when it is there and cannot be used.
fn checked<T: FromStr<Err: fmt::Display>>(
    part: Part,
    found: Option<String>,
    wrong: &mut Vec<WrongPart>,
) -> Option<T> {
    let found = found.filter(|text| !text.is_empty())?;
    match found.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            let error: T::Err = error;
            let clean = text::clean(&found);
            let may_be_a_key = clean.chars().count() > part.most() || clean.contains("mdb_sa_");
            let text = if may_be_a_key { String::new() } else { clean.into_owned() };
            wrong.push(WrongPart { part, text, why: error.to_string() });
            None
        }
    }
}

/// The parts in a text that can be meant as a target or as a piece of one, right or wrong. `None` when it is in
/// none of the accepted forms.
#[must_use]
pub fn read_parts(text: &str) -> Option<Pasted> {
    let found = found::find(text)?;
    Some(Pasted { host: found::host(text), ..Pasted::new(found) })
}

/// Reads whatever a person may paste: `KIND/PROJECT/INSTANCE/JOB`, an Atlas Administration API URL or path, a
/// curl line, an `atlas backups restores` line, a JSON restore job, or a bare job id. `None` when there is
/// nothing of the kind in it.
///
/// Nothing but these parts is taken: keys and passwords on a pasted line go nowhere.
#[must_use]
pub fn read_pasted(text: &str) -> Option<Pasted> {
    let pasted = read_parts(text)?;
    // Almost any word could be the name of an instance, or a wrong id: alone it needs a form that says what it is.
    let named = pasted.kind.is_some() && (pasted.instance.is_some() || !pasted.wrong.is_empty());
    (pasted.project.is_some() || pasted.job.is_some() || named).then_some(pasted)
}

#[cfg(test)]
mod tests;
