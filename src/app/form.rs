//! The form that adds or edits a lookup: its fields, and what is wrong with each.

mod paste;
mod profile;

pub(super) use paste::{another_atlas, no_such_profile};

use tui_input::Input;

use super::account::{self, Account};
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::lookup::Lookup;
use crate::domain::target::{Kind, Target};
use crate::domain::text;
use profile::Profiles;

/// The longest text a field takes; a pasted URL is read whole before it is cut to this.
const FIELD_MAX: usize = 200;

/// The places that the focus can be in, top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Kind,
    /// Only where there is one to choose.
    Profile,
    Project,
    Instance,
    Job,
    Label,
}

impl Place {
    pub const ALL: [Self; 6] =
        [Self::Kind, Self::Profile, Self::Project, Self::Instance, Self::Job, Self::Label];

    fn index(self) -> usize {
        Self::ALL.iter().position(|place| *place == self).unwrap_or_default()
    }

    fn step(self, by: isize) -> Self {
        let count = Self::ALL.len().cast_signed();
        let index = (self.index().cast_signed() + by).rem_euclid(count).cast_unsigned();
        Self::ALL.get(index).copied().unwrap_or(self)
    }
}

#[derive(Debug, Clone)]
pub struct Form {
    /// The lookup being edited; `None` while adding.
    pub editing: Option<Target>,
    pub kind: Kind,
    pub project: Input,
    pub instance: Input,
    pub job: Input,
    pub label: Input,
    pub focus: Place,
    /// What the last paste filled, or why saving did not work.
    pub hint: Option<Hint>,
    /// Esc was pressed once on a changed form.
    pub asked: bool,
    /// The paste named this as its kind, and nobody has chosen one since.
    unknown_kind: Option<String>,
    profiles: Profiles,
    /// Somebody chose the profile, rather than leave it as it was.
    pub profile_was_chosen: bool,
    /// The project that stands there because of the profile: neither typed nor pasted.
    prefilled: Option<String>,
    /// What the form held when it was opened.
    original: [String; 6],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    Filled(String),
    /// Filled, but from the address of another Atlas.
    Elsewhere(String),
    Wrong(String),
}

/// How a field stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Good(String),
    /// Right so far.
    Unfinished(String),
    Wrong(String),
    Empty,
}

impl Form {
    /// An empty form. `project` and `instance` start with those of the selected lookup: an incident is mostly
    /// about one cluster. Without one, the project is that of the profile.
    #[must_use]
    pub fn add(like: Option<&Target>, session: &Account, accounts: &[Account]) -> Self {
        let mut form = Self {
            editing: None,
            kind: like.map_or(Kind::Auto, |target| target.kind),
            project: like.map(|target| target.project.to_string()).unwrap_or_default().into(),
            instance: like.map(|target| target.instance.to_string()).unwrap_or_default().into(),
            job: Input::default(),
            label: Input::default(),
            focus: if like.is_some() { Place::Job } else { Place::Project },
            hint: None,
            asked: false,
            unknown_kind: None,
            profiles: Profiles::new(session.profile.as_ref(), session, accounts),
            profile_was_chosen: false,
            prefilled: None,
            original: Default::default(),
        };
        if like.is_none() {
            form.prefill();
            form.focus = if form.project.value().is_empty() { Place::Project } else { Place::Instance };
        }
        form.original = form.contents();
        form
    }

    #[must_use]
    pub fn edit(lookup: &Lookup, session: &Account, accounts: &[Account]) -> Self {
        let target = &lookup.target;
        let mut form = Self {
            editing: Some(target.clone()),
            kind: target.kind,
            project: target.project.to_string().into(),
            instance: target.instance.to_string().into(),
            job: target.job.to_string().into(),
            label: lookup.label.clone().into(),
            focus: Place::Label,
            hint: None,
            asked: false,
            unknown_kind: None,
            profiles: Profiles::new(target.profile.as_ref(), session, accounts),
            profile_was_chosen: false,
            prefilled: None,
            original: Default::default(),
        };
        if form.profiles.is_gone() && form.offers_profiles() {
            // Whoever opens it comes for that.
            form.focus = Place::Profile;
        }
        form.original = form.contents();
        form
    }

    fn contents(&self) -> [String; 6] {
        [
            self.kind.to_string(),
            account::name(self.profiles.chosen()),
            self.project.value().to_owned(),
            self.instance.value().to_owned(),
            self.job.value().to_owned(),
            self.label.value().to_owned(),
        ]
    }

    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.contents() != self.original
    }

    pub fn focused(&mut self) -> Option<&mut Input> {
        self.input_mut(self.focus)
    }

    fn input_mut(&mut self, place: Place) -> Option<&mut Input> {
        match place {
            Place::Kind | Place::Profile => None,
            Place::Project => Some(&mut self.project),
            Place::Instance => Some(&mut self.instance),
            Place::Job => Some(&mut self.job),
            Place::Label => Some(&mut self.label),
        }
    }

    #[must_use]
    pub fn input(&self, place: Place) -> Option<&Input> {
        match place {
            Place::Kind | Place::Profile => None,
            Place::Project => Some(&self.project),
            Place::Instance => Some(&self.instance),
            Place::Job => Some(&self.job),
            Place::Label => Some(&self.label),
        }
    }

    /// Moves the focus; text typed into the field that is left may be a whole URL, and is read as one.
    pub fn step(&mut self, by: isize) {
        let before = self.focus;
        self.absorb_typed();
        if before == Place::Kind {
            // Whoever goes on from the kind has seen which one it is.
            self.unknown_kind = None;
        }
        if self.unknown_kind.is_none() || self.focus == before {
            self.focus = self.focus.step(by);
            if self.focus == Place::Profile && !self.offers_profiles() {
                self.focus = self.focus.step(by);
            }
        }
    }

    pub fn step_kind(&mut self, by: isize) {
        let count = Kind::ALL.len().cast_signed();
        let index = Kind::ALL.iter().position(|kind| *kind == self.kind).unwrap_or_default().cast_signed();
        let next = (index + by).rem_euclid(count).cast_unsigned();
        self.kind = Kind::ALL.get(next).copied().unwrap_or_default();
        self.unknown_kind = None;
    }

    #[must_use]
    pub fn verdict(&self, place: Place) -> Verdict {
        use crate::domain::id::{IdError, NameError};
        let Some(input) = self.input(place) else { return Verdict::Empty };
        match place {
            Place::Project | Place::Job => match input.value().parse::<ObjectId>() {
                Ok(_) => Verdict::Good("24 hex digits".into()),
                Err(IdError::Empty) => Verdict::Empty,
                Err(error @ IdError::TooShort { .. }) => Verdict::Unfinished(error.to_string()),
                Err(error) => Verdict::Wrong(error.to_string()),
            },
            Place::Instance => match input.value().parse::<InstanceName>() {
                Ok(_) => Verdict::Good("ok".into()),
                Err(NameError::Empty) => Verdict::Empty,
                Err(error) => Verdict::Wrong(error.to_string()),
            },
            Place::Kind | Place::Profile | Place::Label => Verdict::Empty,
        }
    }

    /// The lookup that the form describes; otherwise the focus goes to the first field that is wrong.
    pub fn finish(&mut self) -> Option<Lookup> {
        self.absorb_typed();
        if let Some(word) = &self.unknown_kind {
            let why =
                format!("Not saved yet. The kind: `{word}` is none; choose one, or go on with this one");
            self.hint = Some(Hint::Wrong(why));
            self.focus = Place::Kind;
            return None;
        }
        let project = self.project.value().parse();
        let instance = self.instance.value().parse();
        let job = self.job.value().parse();
        if let (Ok(project), Ok(instance), Ok(job)) = (&project, &instance, &job) {
            let (project, instance, job): (&ObjectId, &InstanceName, &ObjectId) = (project, instance, job);
            let label = text::clean(self.label.value().trim()).chars().take(FIELD_MAX).collect();
            let target = Target {
                kind: self.kind,
                project: *project,
                instance: instance.clone(),
                job: *job,
                profile: self.profiles.chosen().cloned(),
            };
            return Some(Lookup { label, target });
        }
        let (place, name, error) = if let Err(error) = project {
            (Place::Project, "project", error.to_string())
        } else if let Err(error) = instance {
            (Place::Instance, "instance", error.to_string())
        } else {
            (Place::Job, "job", job.err().map(|error| error.to_string()).unwrap_or_default())
        };
        self.focus = place;
        self.hint = Some(Hint::Wrong(format!("Not saved yet. The {name}: {error}")));
        None
    }
}

#[cfg(test)]
mod tests;
