//! The form as it is read.

use super::view::{Form, FormInput, Input, Role, Span};
use crate::app::form::{self, Hint, Place, Verdict};
use crate::app::key::{Code, Key};
use crate::domain::target::Kind;

pub(super) fn form(form: &form::Form, ascii: bool) -> Form {
    let hint = match &form.hint {
        _ if form.asked => Span::new("Esc again discards the changes", Role::Warning),
        Some(Hint::Filled(text)) => Span::new(text.clone(), Role::Good),
        Some(Hint::Elsewhere(text)) => Span::new(text.clone(), Role::Warning),
        Some(Hint::Wrong(text)) => Span::new(text.clone(), Role::Danger),
        None => Span::new("Paste anything: a URL, a curl or atlas command line, an id", Role::Muted),
    };
    let inputs = [
        (Place::Project, "Project", "24 hex digits"),
        (Place::Instance, "Instance", "the instance's name"),
        (Place::Job, "Job", "24 hex digits"),
        (Place::Label, "Label", "optional"),
    ];
    let inputs = inputs.into_iter().map(|(place, name, placeholder)| {
        let input = form.input(place).map_or_else(Input::default, |input| Input {
            text: crate::domain::text::clean(input.value()).into_owned(),
            cursor: input.cursor(),
        });
        FormInput { name, input, placeholder, verdict: verdict(&form.verdict(place), ascii) }
    });
    let (profiles, profile) = if form.offers_profiles() { form.profiles() } else { (Vec::new(), 0) };
    let places = Place::ALL.iter().filter(|place| **place != Place::Profile || !profiles.is_empty());
    let focus = places.take_while(|place| **place != form.focus).count();
    let save = if form.focus == Place::Label { Key::plain(Code::Enter) } else { Key::ctrl('s') };
    Form {
        title: if form.editing.is_some() { "Edit the lookup" } else { "Add a lookup" }.into(),
        hint,
        kinds: Kind::ALL.iter().map(|kind| kind_word(*kind)).collect(),
        kind: Kind::ALL.iter().position(|kind| *kind == form.kind).unwrap_or_default(),
        profiles,
        profile,
        inputs: inputs.collect(),
        focus,
        keys: vec![("Esc".into(), "cancel"), ("Tab".into(), "next"), (save.label(ascii), "save")],
    }
}

fn kind_word(kind: Kind) -> &'static str {
    if kind == Kind::Auto { "find out" } else { kind.as_str() }
}

fn verdict(verdict: &Verdict, ascii: bool) -> Span {
    let (good, wrong, unfinished) = if ascii { ("+", "x", "...") } else { ("✔", "✖", "…") };
    match verdict {
        Verdict::Good(text) => Span::new(format!("{good} {text}"), Role::Good),
        Verdict::Unfinished(text) => Span::new(format!("{unfinished} {text}"), Role::Muted),
        Verdict::Wrong(text) => Span::new(format!("{wrong} {text}"), Role::Danger),
        Verdict::Empty => Span::default(),
    }
}
