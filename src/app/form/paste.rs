//! What a paste puts into the form: all the fields it holds, right or wrong, and the words that say so.

use super::{FIELD_MAX, Form, Hint, Place};
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::profile::Profile;
use crate::domain::target::{Part, Pasted, read_pasted};
use crate::domain::text;

impl Form {
    /// Takes a pasted text: all the fields it holds, or else the text itself into the focused field.
    pub fn paste(&mut self, pasted: &str) {
        self.asked = false;
        let bare_id = pasted.trim().parse::<ObjectId>().is_ok();
        if let Some(found) = (!bare_id).then(|| read_pasted(pasted)).flatten() {
            self.fill(&found);
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
            self.fill(&Pasted { job: Some(job), ..Pasted::default() });
        }
    }

    fn fill(&mut self, found: &Pasted) {
        // Before the hint, which compares the pasted address with the profile's.
        let chosen = found.profile.as_ref().is_some_and(|name| self.choose_named(name));
        self.hint = Some(hint(found, chosen, self.place()));
        if let Some(kind) = found.kind {
            self.kind = kind;
        }
        self.unknown_kind.clone_from(&found.unknown_kind);
        if found.project.is_some() {
            self.prefilled = None;
        }
        for part in Part::ALL {
            let good = match part {
                Part::Project => found.project.map(|id| id.to_string()),
                Part::Instance => found.instance.as_ref().map(ToString::to_string),
                Part::Job => found.job.map(|id| id.to_string()),
            };
            // What is wrong is shown where it belongs, so that the check beside the field points at it.
            let text = good.or_else(|| found.wrong(part).map(|wrong| wrong.text.clone()));
            if let (Some(text), Some(input)) = (text, self.input_mut(place(part))) {
                *input = text.into();
            }
        }
        let empty = |place: &Place| self.input(*place).is_some_and(|input| input.value().is_empty());
        self.focus = if found.unknown_kind.is_some() {
            Place::Kind
        } else if let Some(wrong) = found.wrong.first() {
            place(wrong.part)
        } else {
            [Place::Project, Place::Instance, Place::Job].into_iter().find(empty).unwrap_or(Place::Label)
        };
    }

    /// Reads a URL or command line that was typed, or pasted by a terminal without bracketed paste.
    pub(super) fn absorb_typed(&mut self) {
        let place = self.focus;
        if matches!(place, Place::Kind | Place::Profile | Place::Label) {
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
            self.fill(&found);
            // A kind that there is not is chosen anew before anything else.
            if self.unknown_kind.is_none() {
                self.focus = place;
            }
        }
    }
}

fn place(part: Part) -> Place {
    match part {
        Part::Project => Place::Project,
        Part::Instance => Place::Instance,
        Part::Job => Place::Job,
    }
}

/// What the paste filled (the profile, if it was `chosen`), what of it is wrong, and whether it is about another Atlas.
fn hint(found: &Pasted, chosen: bool, here: &str) -> Hint {
    let kind = found.kind.map(|_| "kind".to_owned()).into_iter();
    let kind = kind.chain(chosen.then(|| "profile".to_owned()));
    let parts = Part::ALL.into_iter().filter(|part| found.has(*part)).map(|part| part.to_string());
    let filled: Vec<String> = kind.chain(parts).collect();
    let mut words = match filled.as_slice() {
        [] => "The paste fills no field as it is".to_owned(),
        filled => format!("Filled {} from the paste", filled.join(", ")),
    };
    let mut wrong: Vec<String> = Vec::new();
    if let Some(word) = &found.unknown_kind {
        wrong.push(format!("`{word}` is no kind, choose one"));
    }
    wrong.extend(found.wrong.iter().map(|wrong| format!("{}: {}", wrong.part, wrong.why)));
    for wrong in &wrong {
        words = format!("{words}; {wrong}");
    }
    let elsewhere = another_atlas(found, here)
        .or_else(|| found.profile.as_ref().filter(|_| !chosen).map(no_such_profile));
    if let Some(elsewhere) = &elsewhere {
        words = format!("{words}; {elsewhere}");
    }
    match (wrong.is_empty(), elsewhere) {
        (false, _) => Hint::Wrong(words),
        (true, Some(_)) => Hint::Elsewhere(words),
        (true, None) => Hint::Filled(words),
    }
}

/// That a pasted line names a profile that is a colleague's.
pub(in crate::app) fn no_such_profile(name: &Profile) -> String {
    format!("there is no profile `{}` here", text::shortened(name.as_str(), 24))
}

/// That the pasted address names another Atlas than the one asked. Recorded answers name this machine as the host
/// of Atlas, so that is taken for no Atlas at all. Never more than a hint: the ids may be good all the same.
pub(in crate::app) fn another_atlas(found: &Pasted, here: &str) -> Option<String> {
    let host = found.host.as_deref()?;
    let name = host.split(':').next().unwrap_or(host);
    let is_loopback = name == "localhost" || name.starts_with("127.");
    (!is_loopback && !here.is_empty() && !host.eq_ignore_ascii_case(here))
        .then(|| format!("the address names {host}; this Atlas is {here}"))
}
