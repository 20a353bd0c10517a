//! The JSON of the saved lookups, as bytes in and out; knows no files.
//!
//! `{"version":1,"lookups":[{"label":…,"kind":…,"projectId":…,"instance":…,"jobId":…}]}`. Loading goes straight
//! to lookups; only an edit, or a file with something odd in it, pays for the whole document, which keeps every
//! member and entry that we do not know.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::lookup::{self, Edit, Lookup};
use crate::domain::target::{Kind, Target};
use crate::domain::text::clean;

/// The version we write. A higher one is never written to.
pub const VERSION: u64 = 1;

/// What a file holds for us.
#[derive(Debug)]
pub struct Content {
    pub version: u64,
    pub lookups: Vec<Lookup>,
    /// Entries that are no lookups to us.
    pub skipped: usize,
    /// What is wrong with the first of them.
    pub first_reason: Option<String>,
}

#[derive(Deserialize)]
struct Written<'a> {
    version: u64,
    #[serde(borrow)]
    lookups: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, default)]
    label: Cow<'a, str>,
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    project_id: Cow<'a, str>,
    #[serde(borrow)]
    instance: Cow<'a, str>,
    #[serde(borrow)]
    job_id: Cow<'a, str>,
}

/// Reads the file; what is wrong with it, in words, when it is none of ours.
pub fn read(bytes: &[u8]) -> Result<Content, String> {
    let quick = text_of(bytes).ok().and_then(|text| serde_json::from_str::<Written<'_>>(text).ok());
    match quick.filter(|written| written.version == VERSION) {
        Some(written) => {
            let entries = written.lookups.iter().map(Entry::lookup);
            Ok(content(written.version, entries))
        }
        None => Document::read(bytes).map(|document| document.content()),
    }
}

/// Sorts lookups from what is none; the first of two for one job counts.
fn content(version: u64, entries: impl Iterator<Item = Result<Lookup, String>>) -> Content {
    let mut content = Content { version, lookups: Vec::new(), skipped: 0, first_reason: None };
    // By job id alone, which names one job nearly always: the whole comparison is for the rare twin.
    let mut seen: HashSet<ObjectId> = HashSet::new();
    for (index, entry) in entries.enumerate() {
        match entry {
            Ok(lookup) => {
                let fresh = seen.insert(lookup.target.job);
                if fresh || !content.lookups.iter().any(|other| other.target.same_job(&lookup.target)) {
                    content.lookups.push(lookup);
                }
            }
            Err(reason) => {
                content.skipped += 1;
                content.first_reason.get_or_insert_with(|| format!("number {}, {reason}", index + 1));
            }
        }
    }
    content
}

/// What makes two targets the same job, as [`Target::same_job`] has it.
fn job_of(target: &Target) -> (ObjectId, InstanceName, ObjectId) {
    (target.project, target.instance.clone(), target.job)
}

fn text_of(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

impl Entry<'_> {
    fn lookup(&self) -> Result<Lookup, String> {
        let kind = match self.kind.as_ref() {
            "" => Kind::Auto,
            word => word.parse().map_err(|error| format!("kind: {error}"))?,
        };
        Ok(Lookup {
            label: clean(&self.label).into_owned(),
            target: Target {
                kind,
                project: self.project_id.parse().map_err(|error| format!("projectId: {error}"))?,
                instance: self.instance.parse().map_err(|error| format!("instance: {error}"))?,
                job: self.job_id.parse().map_err(|error| format!("jobId: {error}"))?,
            },
        })
    }
}

/// The whole file, with all that we do not know.
#[derive(Debug)]
pub struct Document {
    version: u64,
    /// Everything but the lookups; their place is held by a null.
    root: Map<String, Value>,
    slots: Vec<Slot>,
}

/// One entry as it stands in the file, and the lookup that it means.
#[derive(Debug)]
struct Slot {
    value: Value,
    lookup: Result<Lookup, String>,
}

impl Document {
    /// A new file with these lookups.
    pub fn of(lookups: &[Lookup]) -> Self {
        let root =
            Map::from_iter([("version".to_owned(), VERSION.into()), ("lookups".to_owned(), Value::Null)]);
        Self { version: VERSION, root, slots: lookups.iter().map(Slot::new).collect() }
    }

    /// Reads the file; what is wrong with it, in words, when it is none of ours. A blank file is a new one.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = text_of(bytes)?;
        if text.trim().is_empty() {
            return Ok(Self::of(&[]));
        }
        let mut root: Map<String, Value> = serde_json::from_str(text).map_err(|error| in_words(&error))?;
        let version = match root.get("version") {
            None => VERSION,
            Some(version) => {
                version.as_u64().filter(|version| *version > 0).ok_or("its version is no number")?
            }
        };
        let entries = match root.get_mut("lookups").map(Value::take) {
            Some(Value::Array(entries)) => entries,
            // A newer version may keep its lookups in another way.
            _ if version > VERSION => Vec::new(),
            _ => return Err("it has no list of lookups".to_owned()),
        };
        Ok(Self { version, root, slots: entries.into_iter().map(Slot::read).collect() })
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    fn content(&self) -> Content {
        content(self.version, self.slots.iter().map(|slot| slot.lookup.clone()))
    }

    pub fn lookups(&self) -> Vec<Lookup> {
        self.content().lookups
    }

    /// Applies an edit; whether anything changed. An entry keeps the members that we do not know, and what is
    /// no lookup to us keeps its place in the list.
    pub fn apply(&mut self, edit: &Edit) -> bool {
        let mut list = self.lookups();
        if !lookup::apply(&mut list, edit) {
            return false;
        }
        let mut known = HashMap::new();
        let mut unknown = Vec::new();
        for (at, slot) in std::mem::take(&mut self.slots).into_iter().enumerate() {
            match &slot.lookup {
                Ok(lookup) => {
                    known.entry(job_of(&lookup.target)).or_insert(slot);
                }
                Err(_) => unknown.push((at, slot)),
            }
        }
        for lookup in &list {
            let mut slot = known.remove(&job_of(&lookup.target));
            if let (None, Edit::Replace { old, lookup: new }) = (&slot, edit)
                && new.target.same_job(&lookup.target)
            {
                slot = known.remove(&job_of(old));
            }
            self.slots.push(slot.map_or_else(|| Slot::new(lookup), |slot| slot.with(lookup)));
        }
        for (at, slot) in unknown {
            self.slots.insert(at.min(self.slots.len()), slot);
        }
        true
    }

    /// The file: indented, for people read it too, and with a line end.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut root = self.root.clone();
        root.entry("version").or_insert_with(|| VERSION.into());
        root.insert("lookups".to_owned(), self.slots.iter().map(|slot| slot.value.clone()).collect());
        // A map with text keys always serializes.
        let mut bytes = serde_json::to_vec_pretty(&root).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

impl Slot {
    fn new(lookup: &Lookup) -> Self {
        let mut members = Map::new();
        for (name, value) in members_of(lookup) {
            members.insert(name.to_owned(), value.into());
        }
        Self { value: Value::Object(members), lookup: Ok(lookup.clone()) }
    }

    fn read(value: Value) -> Self {
        let entry = Entry::deserialize(&value).map_err(|error| in_words(&error));
        let lookup = entry.and_then(|entry| entry.lookup());
        Self { value, lookup }
    }

    /// The same entry, meaning this lookup. What did not change is left as it was written.
    fn with(mut self, lookup: &Lookup) -> Self {
        if let (Ok(old), Value::Object(members)) = (&self.lookup, &mut self.value) {
            for ((name, new), (_, old)) in members_of(lookup).into_iter().zip(members_of(old)) {
                if new != old {
                    members.insert(name.to_owned(), new.into());
                }
            }
        }
        self.lookup = Ok(lookup.clone());
        self
    }
}

fn members_of(lookup: &Lookup) -> [(&'static str, &str); 5] {
    let Lookup { label, target } = lookup;
    [
        ("label", label),
        ("kind", target.kind.as_str()),
        ("projectId", target.project.as_str()),
        ("instance", target.instance.as_str()),
        ("jobId", target.job.as_str()),
    ]
}

fn in_words(error: &serde_json::Error) -> String {
    clean(&error.to_string()).into_owned()
}
