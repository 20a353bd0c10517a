//! The JSON of the saved lookups, as bytes in and out; knows no files.
//!
//! `{"version":1,"lookups":[{"label":…,"kind":…,"projectId":…,"instance":…,"jobId":…}]}`, and in an
//! entry that was made with a profile `"profile":…`. Loading goes straight
//! to lookups; only an edit, or a file with something odd in it, pays for the whole document, which keeps every
//! member and entry that we do not know. It keeps them as the text they were written in: a number with more digits
//! than ours hold stays the number that it was, without the `arbitrary_precision` of `serde_json`,
//! which would change how all of the program reads numbers.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::lookup::{self, Edit, Lookup};
use crate::domain::profile::Profile;
use crate::domain::target::{Kind, Target};
use crate::domain::text::clean;

/// The version we write, as the file has it. A file with any other is never written to.
const VERSION: &str = "1";

/// How many characters of a version that we do not know are told.
const VERSION_SHOWN: usize = 20;

/// What a file holds for us.
#[derive(Debug)]
pub struct Content {
    /// The version, where it is not ours.
    pub foreign: Option<String>,
    pub lookups: Vec<Lookup>,
    /// Entries that are no lookups to us.
    pub skipped: usize,
    /// What is wrong with the first of them.
    pub first_reason: Option<String>,
}

/// The usual file. Another member at the top, one that comes twice among them, is for [`Document`] to judge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    #[serde(borrow)]
    version: &'a RawValue,
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
    /// Absent, null or empty: that of the session.
    #[serde(borrow, default)]
    profile: Option<Cow<'a, str>>,
}

/// Reads the file; what is wrong with it, in words, when it is none of ours.
pub fn read(bytes: &[u8]) -> Result<Content, String> {
    let quick = text_of(bytes).ok().and_then(|text| serde_json::from_str::<Written<'_>>(text).ok());
    match quick.filter(|written| written.version.get() == VERSION) {
        Some(written) => Ok(content(None, written.lookups.iter().map(Entry::lookup))),
        None => Document::read(bytes).map(|document| document.content()),
    }
}

/// Sorts lookups from what is none; the first of two for one job counts.
fn content(foreign: Option<String>, entries: impl Iterator<Item = Result<Lookup, String>>) -> Content {
    let mut content = Content { foreign, lookups: Vec::new(), skipped: 0, first_reason: None };
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
                profile: match self.profile.as_deref() {
                    None | Some("") => None,
                    Some(name) => Some(name.parse().map_err(|error| format!("profile: {error}"))?),
                },
            },
        })
    }
}

/// A member of an object, its value as it is written.
type Member = (String, Box<RawValue>);

/// The whole file, with all that we do not know.
#[derive(Debug)]
pub struct Document {
    /// The version, where it is not ours.
    foreign: Option<String>,
    /// Everything; where the lookups stand, what stood there before.
    root: Vec<Member>,
    slots: Vec<Slot>,
}

/// One entry as it stands in the file, and the lookup that it means.
#[derive(Debug)]
struct Slot {
    form: Form,
    lookup: Result<Lookup, String>,
}

/// How an entry is written.
#[derive(Debug)]
enum Form {
    AsRead(Box<RawValue>),
    Members(Vec<Member>),
}

impl Form {
    /// By members, where it is an object.
    fn opened(self) -> Self {
        match self {
            Self::AsRead(text) => match serde_json::from_str(text.get()) {
                Ok(Members(members)) => Self::Members(members),
                Err(_) => Self::AsRead(text),
            },
            Self::Members(_) => self,
        }
    }
}

/// All members of an object in their order, those that come twice included.
struct Members(Vec<Member>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A name that two members have.
fn repeated(members: &[Member]) -> Option<&str> {
    let mut names = HashSet::new();
    members.iter().map(|(name, _)| name.as_str()).find(|name| !names.insert(*name))
}

fn member(name: &str, value: &str) -> Option<Member> {
    // A text is always JSON.
    Some((name.to_owned(), to_raw_value(value).ok()?))
}

impl Document {
    /// A new file with these lookups.
    pub fn of(lookups: &[Lookup]) -> Self {
        Self { foreign: None, root: Vec::new(), slots: lookups.iter().map(Slot::new).collect() }
    }

    /// Reads the file; what is wrong with it, in words, when it is none of ours. A blank file is a new one.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = text_of(bytes)?;
        if text.trim().is_empty() {
            return Ok(Self::of(&[]));
        }
        let Members(root) = serde_json::from_str(text).map_err(|error| in_words(&error))?;
        if let Some(name) = repeated(&root) {
            return Err(format!("it has `{}` twice", clean(name)));
        }
        let member = |name: &str| root.iter().find(|(known, _)| known == name).map(|(_, value)| value.get());
        let foreign = member("version").filter(|version| *version != VERSION);
        let foreign = foreign.map(|version| clean(version).chars().take(VERSION_SHOWN).collect::<String>());
        let entries =
            member("lookups").and_then(|list| serde_json::from_str::<Vec<Box<RawValue>>>(list).ok());
        let entries = match entries {
            Some(entries) => entries,
            // Another version may keep its lookups in another way.
            None if foreign.is_some() => Vec::new(),
            None => return Err("it has no list of lookups".to_owned()),
        };
        Ok(Self { foreign, root, slots: entries.into_iter().map(Slot::read).collect() })
    }

    /// The version, where it is not ours: then nothing may be written.
    pub fn foreign(&self) -> Option<&str> {
        self.foreign.as_deref()
    }

    fn content(&self) -> Content {
        content(self.foreign.clone(), self.slots.iter().map(|slot| slot.lookup.clone()))
    }

    pub fn lookups(&self) -> Vec<Lookup> {
        self.content().lookups
    }

    /// Applies an edit; whether anything changed. An entry keeps the members that we do not know. What is no lookup
    /// to us keeps its place in the list, and so does a second entry of one job, for as long as its job is there.
    pub fn apply(&mut self, edit: &Edit) -> bool {
        let mut list = self.lookups();
        if !lookup::apply(&mut list, edit) {
            return false;
        }
        let mut known = HashMap::new();
        let mut others = Vec::new();
        for (at, slot) in std::mem::take(&mut self.slots).into_iter().enumerate() {
            match slot.lookup.as_ref().map(|lookup| job_of(&lookup.target)) {
                Ok(job) if !known.contains_key(&job) => drop(known.insert(job, slot)),
                _ => others.push((at, slot)),
            }
        }
        for lookup in &list {
            let mut slot = known.remove(&job_of(&lookup.target));
            if let (None, Edit::Replace { old, lookup: new }) = (&slot, edit)
                && new.target.same_job(&lookup.target)
            {
                slot = known.remove(&job_of(old));
                // Left behind, it would bring back the job that was edited away.
                others.retain(|(_, twin)| !twin.is_of(old));
            }
            self.slots.push(slot.map_or_else(|| Slot::new(lookup), |slot| slot.with(lookup)));
        }
        if let Edit::Remove { target } = edit {
            others.retain(|(_, twin)| !twin.is_of(target));
        }
        for (at, slot) in others {
            self.slots.insert(at.min(self.slots.len()), slot);
        }
        true
    }

    /// The file: indented, for people read it too, and with a line end.
    pub fn to_bytes(&self) -> Vec<u8> {
        // What is serialized are names, texts and JSON that was read: it cannot fail.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// The members in their order, ours added where they are missing.
impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lacks = |wanted: &str| self.root.iter().all(|(name, _)| name != wanted);
        let mut map = serializer.serialize_map(None)?;
        if lacks("version") {
            map.serialize_entry("version", &1)?;
        }
        for (name, value) in &self.root {
            if name == "lookups" {
                map.serialize_entry(name, &self.slots)?;
            } else {
                map.serialize_entry(name, value)?;
            }
        }
        if lacks("lookups") {
            map.serialize_entry("lookups", &self.slots)?;
        }
        map.end()
    }
}

impl Slot {
    fn new(lookup: &Lookup) -> Self {
        let members = members_of(lookup).into_iter().filter_map(|(name, value)| member(name, value?));
        Self { form: Form::Members(members.collect()), lookup: Ok(lookup.clone()) }
    }

    fn read(text: Box<RawValue>) -> Self {
        let entry = serde_json::from_str::<Entry<'_>>(text.get()).map_err(|error| in_words(&error));
        let lookup = entry.and_then(|entry| entry.lookup());
        Self { form: Form::AsRead(text), lookup }
    }

    fn is_of(&self, target: &Target) -> bool {
        self.lookup.as_ref().is_ok_and(|lookup| lookup.target.same_job(target))
    }

    /// The same entry, meaning this lookup. What did not change is left as it was written.
    fn with(self, lookup: &Lookup) -> Self {
        let Ok(old) = &self.lookup else { return self };
        if old == lookup {
            return self;
        }
        let Form::Members(mut members) = self.form.opened() else { return Self::new(lookup) };
        for ((name, new), (_, old)) in members_of(lookup).into_iter().zip(members_of(old)) {
            if new == old {
                continue;
            }
            let place = members.iter().position(|(known, _)| known == name);
            match (new.and_then(|new| member(name, new)), place.and_then(|at| members.get_mut(at))) {
                (Some(changed), Some(place)) => *place = changed,
                (Some(changed), None) => members.push(changed),
                (None, _) => members.retain(|(known, _)| known != name),
            }
        }
        Self { form: Form::Members(members), lookup: Ok(lookup.clone()) }
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.form {
            Form::AsRead(text) => text.serialize(serializer),
            Form::Members(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// The members that are ours, and their values; `None` for one that is left out.
fn members_of(lookup: &Lookup) -> [(&'static str, Option<&str>); 6] {
    let Lookup { label, target } = lookup;
    [
        ("label", Some(label)),
        ("kind", Some(target.kind.as_str())),
        ("projectId", Some(target.project.as_str())),
        ("instance", Some(target.instance.as_str())),
        ("jobId", Some(target.job.as_str())),
        ("profile", target.profile.as_ref().map(Profile::as_str)),
    ]
}

fn in_words(error: &serde_json::Error) -> String {
    clean(&error.to_string()).into_owned()
}
