//! `P`: the profiles to choose from, and going on with another one.

use jiff::Timestamp;
use tui_input::Input;

use super::board;
use crate::app::account::{Access, Account};
use crate::app::keymap::Action;
use crate::app::message::Effect;
use crate::app::model::{Model, Source};
use crate::app::overlay::Overlay;
use crate::app::view::Role;
use crate::worker::{Command, WatchId};

/// Lists the profiles, or says why there is nothing to list.
pub(super) fn open(model: &mut Model, now: Timestamp) {
    if matches!(model.source, Source::Demo { .. }) {
        let back = if model.aside.is_some() {
            format!("; {} goes back to yours", model.key(Action::Demo))
        } else {
            String::new()
        };
        return model.say(format!("the demo has no profiles{back}"), Role::Info, now);
    }
    if model.setup.accounts.iter().all(|account| account.profile.is_none()) {
        let words = "no profile yet: `atlas auth login -P NAME` makes one, then start again";
        return model.say(words, Role::Warning, now);
    }
    let selected = model.setup.accounts.iter().position(|account| is_session(model, account));
    model.overlay =
        Some(Overlay::Profiles { query: Input::default(), selected: selected.unwrap_or_default() });
}

fn is_session(model: &Model, account: &Account) -> bool {
    account.profile == model.setup.session.profile
}

/// The chosen account becomes the session's. Lookups without a profile of their own are read with it at once;
/// the others stay with theirs.
pub(super) fn switch(model: &mut Model, account: Account, now: Timestamp, effects: &mut Vec<Effect>) {
    let name = account.name();
    if is_session(model, &account) {
        return model.say(format!("{name} is this session's profile already"), Role::Info, now);
    }
    // Another Atlas has other jobs, other limits and another clock: nothing known of this one holds there.
    let same_atlas = account.base_url == model.setup.session.base_url;
    let place = account.host.clone();
    let lack = match &account.access {
        Access::Half { why } | Access::Refused { why } => Some(format!(", but {why}")),
        access => access.is_lacking().then(|| ", but it has no credentials".to_owned()),
    };
    model.setup.session = account;
    // Each key has a budget of its own.
    model.budget = None;
    let follow: Vec<WatchId> = model
        .watches
        .iter()
        .filter(|watch| watch.lookup.target.profile.is_none())
        .map(|watch| watch.id)
        .collect();
    let mut asked = Vec::with_capacity(follow.len());
    for id in &follow {
        let fresh = if same_atlas { model.go_on(*id) } else { model.start_afresh(*id) };
        effects.push(Effect::Work(Command::Unwatch(*id)));
        asked.extend(model.watch(fresh).map(|watch| (fresh, watch.asked())));
    }
    if !asked.is_empty() {
        effects.push(Effect::Work(Command::Attend(model.selected)));
        effects.push(Effect::Work(Command::Watch(asked)));
        model.arrange(model.selected);
        board::keep_selection_visible(model, effects);
    }
    let read = match follow.len() {
        0 => String::new(),
        1 => "; the lookup without a profile is read with it".to_owned(),
        count => format!("; {count} lookups without a profile are read with it"),
    };
    let role = if lack.is_some() { Role::Warning } else { Role::Info };
    let lack = lack.unwrap_or_default();
    model.say(format!("now with {name} at {place}{lack}{read}"), role, now);
}
