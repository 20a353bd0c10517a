//! The form that adds or edits a lookup: its fields, what a paste fills, and what is wrong with each.

use tui_input::Input;

use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::lookup::Lookup;
use crate::domain::target::{Kind, Pasted, Target, read_pasted};
use crate::domain::text;

/// The longest text a field takes; a pasted URL is read whole before it is cut to this.
const FIELD_MAX: usize = 200;

/// The places that the focus can be in, top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Kind,
    Project,
    Instance,
    Job,
    Label,
}

impl Place {
    pub const ALL: [Self; 5] = [Self::Kind, Self::Project, Self::Instance, Self::Job, Self::Label];

    /// From 0 for the kind.
    #[must_use]
    pub fn index(self) -> usize {
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
    /// What the form held when it was opened.
    original: [String; 5],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    Filled(String),
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
    /// about one cluster.
    #[must_use]
    pub fn add(like: Option<&Target>) -> Self {
        let mut form = Self {
            editing: None,
            kind: like.map_or(Kind::Serverless, |target| target.kind),
            project: like.map(|target| target.project.to_string()).unwrap_or_default().into(),
            instance: like.map(|target| target.instance.to_string()).unwrap_or_default().into(),
            job: Input::default(),
            label: Input::default(),
            focus: if like.is_some() { Place::Job } else { Place::Project },
            hint: None,
            asked: false,
            original: Default::default(),
        };
        form.original = form.contents();
        form
    }

    #[must_use]
    pub fn edit(lookup: &Lookup) -> Self {
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
            original: Default::default(),
        };
        form.original = form.contents();
        form
    }

    fn contents(&self) -> [String; 5] {
        [
            self.kind.to_string(),
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
        match self.focus {
            Place::Kind => None,
            Place::Project => Some(&mut self.project),
            Place::Instance => Some(&mut self.instance),
            Place::Job => Some(&mut self.job),
            Place::Label => Some(&mut self.label),
        }
    }

    #[must_use]
    pub fn input(&self, place: Place) -> Option<&Input> {
        match place {
            Place::Kind => None,
            Place::Project => Some(&self.project),
            Place::Instance => Some(&self.instance),
            Place::Job => Some(&self.job),
            Place::Label => Some(&self.label),
        }
    }

    /// Moves the focus; text typed into the field that is left may be a whole URL, and is read as one.
    pub fn step(&mut self, by: isize) {
        self.absorb_typed();
        self.focus = self.focus.step(by);
    }

    pub fn step_kind(&mut self, by: isize) {
        let count = Kind::ALL.len().cast_signed();
        let index = Kind::ALL.iter().position(|kind| *kind == self.kind).unwrap_or_default().cast_signed();
        let next = (index + by).rem_euclid(count).cast_unsigned();
        self.kind = Kind::ALL.get(next).copied().unwrap_or_default();
    }

    /// Takes a pasted text: all the fields it holds, or else the text itself into the focused field.
    pub fn paste(&mut self, pasted: &str) {
        self.asked = false;
        let bare_id = pasted.trim().parse::<ObjectId>().is_ok();
        if let Some(found) = (!bare_id).then(|| read_pasted(pasted)).flatten() {
            self.fill(found);
        } else if let Some(input) = self.focused() {
            // Dropped, not refused: a copied id often carries a line end or quotes.
            let cleaned = text::clean(pasted.trim());
            for c in cleaned.chars().take(FIELD_MAX) {
                input.handle(tui_input::InputRequest::InsertChar(c));
            }
            let place = match self.focus {
                Place::Project => "the project",
                Place::Job => "the job",
                _ => return,
            };
            if bare_id {
                self.hint =
                    Some(Hint::Filled(format!("One id, taken for {place}; Tab goes on to the next field")));
            }
        } else if let Ok(job) = pasted.parse::<ObjectId>() {
            self.fill(Pasted { job: Some(job), ..Pasted::default() });
        }
    }

    fn fill(&mut self, found: Pasted) {
        let mut filled = Vec::new();
        if let Some(kind) = found.kind {
            self.kind = kind;
            filled.push("kind");
        }
        let texts = [
            ("project", &mut self.project, found.project.map(|id| id.to_string())),
            ("instance", &mut self.instance, found.instance.map(|name| name.to_string())),
            ("job", &mut self.job, found.job.map(|id| id.to_string())),
        ];
        for (name, input, value) in texts {
            if let Some(value) = value {
                *input = value.into();
                filled.push(name);
            }
        }
        self.focus = [Place::Project, Place::Instance, Place::Job]
            .into_iter()
            .find(|place| self.input(*place).is_some_and(|input| input.value().is_empty()))
            .unwrap_or(Place::Label);
        self.hint = Some(Hint::Filled(format!("Filled {} from the paste", filled.join(", "))));
    }

    /// Reads a URL or command line that was typed, or pasted by a terminal without bracketed paste.
    fn absorb_typed(&mut self) {
        let place = self.focus;
        if matches!(place, Place::Kind | Place::Label) {
            return;
        }
        let Some(input) = self.focused() else { return };
        let typed = input.value().to_owned();
        let valid = match place {
            Place::Instance => typed.parse::<InstanceName>().is_ok(),
            _ => typed.parse::<ObjectId>().is_ok(),
        };
        if valid || !typed.contains('/') && !typed.contains(' ') && !typed.contains('{') {
            return;
        }
        if let Some(found) = read_pasted(&typed) {
            input.reset();
            self.fill(found);
            self.focus = place;
        }
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
            Place::Kind | Place::Label => Verdict::Empty,
        }
    }

    /// The lookup that the form describes; otherwise the focus goes to the first field that is wrong.
    pub fn finish(&mut self) -> Option<Lookup> {
        self.absorb_typed();
        let project = self.project.value().parse();
        let instance = self.instance.value().parse();
        let job = self.job.value().parse();
        if let (Ok(project), Ok(instance), Ok(job)) = (&project, &instance, &job) {
            let (project, instance, job): (&ObjectId, &InstanceName, &ObjectId) = (project, instance, job);
            let label = text::clean(self.label.value().trim()).chars().take(FIELD_MAX).collect();
            let target = Target { kind: self.kind, project: *project, instance: instance.clone(), job: *job };
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
