//! Marks: lookups chosen for what is done to several at once.

use jiff::Timestamp;

use super::board;
use crate::app::copy::{self, ByHand};
use crate::app::message::Effect;
use crate::app::model::Model;
use crate::app::overlay::Choice;
use crate::app::view::Role;
use crate::app::watch::Watch;
use crate::worker::WatchId;

/// Marks the selected lookup or takes its mark away, and goes on to the next one.
pub(super) fn toggle(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    let Some(watch) = model.selected.and_then(|id| model.watch_mut(id)) else {
        return board::say_none_selected(model, now);
    };
    watch.marked = !watch.marked;
    model.rows.disturb();
    board::select_by(model, 1, effects);
}

/// Marks every lookup in the list.
pub(super) fn all(model: &mut Model, now: Timestamp) {
    let shown: Vec<WatchId> = model.visible().map(|watch| watch.id).collect();
    if shown.is_empty() {
        return board::say_none_selected(model, now);
    }
    for id in shown {
        if let Some(watch) = model.watch_mut(id) {
            watch.marked = true;
        }
    }
    model.rows.disturb();
}

pub(super) fn none(model: &mut Model, now: Timestamp) {
    if marked(model).next().is_none() {
        return model.say("no lookup is marked", Role::Info, now);
    }
    clear(model);
}

pub(super) fn clear(model: &mut Model) {
    for watch in &mut model.watches {
        watch.marked = false;
    }
    model.rows.disturb();
}

fn marked(model: &Model) -> impl Iterator<Item = &Watch> {
    model.watches.iter().filter(|watch| watch.marked)
}

/// What an action is about: the marked lookups in the user's order, or else the selected one.
pub(super) fn chosen(model: &Model) -> Vec<WatchId> {
    let mut chosen: Vec<WatchId> = marked(model).map(|watch| watch.id).collect();
    if chosen.is_empty() {
        chosen.extend(model.selected);
    }
    chosen
}

/// What can be copied of them; nothing when nothing is chosen.
pub(super) fn copies(model: &Model) -> Vec<Choice> {
    let watches = chosen(model).into_iter().filter_map(|id| model.watch(id)).map(|watch| {
        let account = model.account(watch.profile.as_ref());
        (ByHand { account, variables: model.setup.variables }, watch)
    });
    let watches: Vec<(ByHand<'_>, &Watch)> = watches.collect();
    match watches.as_slice() {
        [] => Vec::new(),
        [(by_hand, watch)] => copy::choices(*by_hand, watch),
        many => copy::of_several(many),
    }
}

/// The title of the copy menu.
pub(super) fn title(model: &Model) -> String {
    match marked(model).count() {
        0 => "Copy".into(),
        count => format!("Copy {count} marked"),
    }
}

/// A key was pressed: whoever did has seen the selected lookup.
pub(super) fn looked(model: &mut Model) {
    if let Some(watch) = model.selected.and_then(|id| model.watch_mut(id)) {
        watch.changed = None;
    }
}
