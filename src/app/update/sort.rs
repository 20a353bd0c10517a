//! The order and the filter of the list: changing them, and keeping the selection where the person looks.

use jiff::Timestamp;

use super::board;
use crate::app::filter::Filter;
use crate::app::keymap::Action;
use crate::app::message::Effect;
use crate::app::model::Model;
use crate::app::order::{Column, Order};
use crate::app::view::Role;
use crate::worker::WatchId;

/// Up to so many lookups are put in place one by one, which costs less than to sort all.
const FEW: usize = 8;

/// Sorts by the next column, or turns the order round.
pub(super) fn change(model: &mut Model, action: Action, now: Timestamp, effects: &mut Vec<Effect>) {
    let Order { by, reversed } = model.order;
    model.order = if action == Action::ReverseSort {
        Order { by, reversed: !reversed }
    } else {
        let next = by.next();
        let skipped = next == Column::Profile && !model.has_several_profiles();
        Order { by: if skipped { next.next() } else { next }, reversed: false }
    };
    model.arrange(model.selected);
    board::keep_selection_visible(model, effects);
    let words = model.order.by.first(model.order.reversed);
    model.say(words, Role::Info, now);
}

/// Another filter. Unlike an answer that comes, it may take the selected lookup out of the list.
pub(super) fn filter(model: &mut Model, filter: Filter) {
    model.filter = filter;
    model.arrange(None);
}

/// Puts every row where it belongs by now. The selected one keeps its line on the screen, unless the list stands
/// at its top: what comes up there is to be seen.
pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    holding_still(model, |model| model.arrange(model.selected));
    board::keep_selection_visible(model, effects);
}

/// The same for lookups that an answer told of: one by one while they are few.
pub(super) fn place(model: &mut Model, answered: &[WatchId]) {
    if answered.len() > FEW {
        model.rows.disturb();
    } else if model.rows.are_arranged() {
        holding_still(model, |model| model.rearrange(answered));
        model.follow_selection();
        // The first row of an empty list is to be selected, which has effects.
        if model.selected.is_none() && model.row_count() > 0 {
            model.rows.disturb();
        }
    }
}

fn holding_still(model: &mut Model, moves: impl FnOnce(&mut Model)) {
    let row = |model: &Model| model.selected.and_then(|id| model.row_of(id));
    let before = row(model);
    moves(model);
    if let (Some(before), Some(after)) = (before, row(model))
        && model.offset > 0
    {
        model.offset = (model.offset + after).saturating_sub(before);
    }
}
