//! The checks over the board: started by a key, taken in as they come, and ended with the overlay.

use jiff::Timestamp;

use crate::app::diagnosis::Diagnosis;
use crate::app::message::Effect;
use crate::app::model::Model;
use crate::app::overlay::Overlay;
use crate::app::view::Role;
use crate::app::watch::Watch;
use crate::doctor::{Check, report};

/// Begins a run for the selected lookup, or for the sign-in alone where there is none. An earlier run ends.
pub(super) fn start(model: &mut Model, effects: &mut Vec<Effect>) {
    let selected = model.selected_watch();
    let name = selected.map(|watch| watch.lookup.name()).unwrap_or_default();
    let target = selected.map(Watch::asked);
    let profile = selected.map_or(&model.setup.session.profile, |watch| &watch.profile).clone();
    model.diagnoses += 1;
    let run = model.diagnoses;
    model.overlay = Some(Overlay::Doctor(Diagnosis::new(run, name, target.clone())));
    effects.push(Effect::Diagnose { run, profile, target });
}

pub(super) fn take(model: &mut Model, run: u64, check: Check) {
    if let Some(diagnosis) = current(model, run) {
        diagnosis.take(check);
    }
}

pub(super) fn end(model: &mut Model, run: u64) {
    if let Some(diagnosis) = current(model, run) {
        diagnosis.done = true;
    }
}

/// Puts the report on the clipboard, fit for a ticket.
pub(super) fn copy(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    let Some(Overlay::Doctor(diagnosis)) = &model.overlay else { return };
    if diagnosis.done {
        let text = report::plain(diagnosis.checks());
        effects.push(Effect::Copy { what: "report".to_owned(), text });
    } else {
        model.say("not copied: the checks are still going on", Role::Warning, now);
    }
}

fn current(model: &mut Model, run: u64) -> Option<&mut Diagnosis> {
    match &mut model.overlay {
        Some(Overlay::Doctor(diagnosis)) if diagnosis.run == run => Some(diagnosis),
        _ => None,
    }
}
