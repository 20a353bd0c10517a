//! Into the demo and back. The saved lookups wait behind it; edits that are not saved yet stay on their way.

use jiff::Timestamp;

use super::{board, lookups};
use crate::app::account::{Access, Account, Method};
use crate::app::keymap::Action;
use crate::app::message::Effect;
use crate::app::model::{Model, Source};
use crate::app::view::{Pane, Role};
use crate::domain::lookup::Lookup;
use crate::worker::Pace;

/// The key of the demo leads in, and out again where there is something to go back to.
pub(super) fn toggle(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    match (model.source, model.aside.take()) {
        (Source::Demo { .. }, Some(aside)) => leave(model, *aside, now, effects),
        (Source::Demo { .. }, None) => {
            model.say("this is the demo; start without --demo for lookups of your own", Role::Info, now);
        }
        (Source::Saved | Source::Reading, _) => {
            model.say("starting the demo; saved lookups stay as they are", Role::Info, now);
            effects.push(Effect::StartDemo);
        }
    }
}

/// The embedded Atlas is up: its lookups take the place of the saved ones, which stay untouched in their file.
pub(super) fn enter(
    model: &mut Model,
    host: String,
    lookups: Vec<Lookup>,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) {
    let aside = model.set_aside();
    if model.source == Source::Saved {
        model.aside = Some(Box::new(aside));
        let back = model.key(Action::Demo);
        model.say(format!("this is the demo; {back} goes back to your lookups"), Role::Info, now);
    }
    model.setup.session = Account {
        profile: None,
        base_url: format!("http://{host}"),
        host,
        access: Access::Signed { by: "the demo's key".into(), method: Method::Digest },
        project: None,
    };
    model.source = Source::Demo { running: true };
    start_over(model);
    model.load(lookups);
    effects.extend(model.start());
}

fn leave(model: &mut Model, aside: crate::app::aside::Aside, now: Timestamp, effects: &mut Vec<Effect>) {
    model.source = Source::Saved;
    if let Some(newer) = model.put_back(aside) {
        // The worker that is about to start hears of the whole list at once.
        lookups::merge(model, newer, &mut Vec::new());
    }
    start_over(model);
    effects.push(Effect::LeaveDemo);
    effects.extend(model.start());
    // Another instance may have changed the file meanwhile.
    effects.push(Effect::Reload);
    board::keep_selection_visible(model, effects);
    model.say("back to your lookups; the demo has ended", Role::Info, now);
}

/// What belongs to neither board.
fn start_over(model: &mut Model) {
    model.offset = 0;
    model.detail_scroll = 0;
    model.prompt = None;
    // Another worker begins, and tells when it is slowed down.
    model.pace = Pace::default();
    if model.watches.is_empty() {
        model.focus = Pane::List;
        model.zoom = false;
    }
}
