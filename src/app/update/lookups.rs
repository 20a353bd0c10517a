//! Adding, editing, removing and moving lookups, and keeping up with the file they are saved in.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{board, marks};
use crate::app::form::{Form, Hint, another_atlas, no_such_profile};
use crate::app::keymap::Action;
use crate::app::message::{Effect, Stored};
use crate::app::model::{Model, Source};
use crate::app::order::Order;
use crate::app::overlay::Overlay;
use crate::app::view::{Pane, Role};
use crate::app::watch::Watch;
use crate::domain::lookup::{Edit, Lookup};
use crate::domain::target::{Kind, Target, read_pasted};
use crate::worker::{Command, WatchId};

/// Records an edit for the store. The demo's lookups are nobody's to save.
fn save(model: &mut Model, edit: Edit, effects: &mut Vec<Effect>) {
    if model.source == Source::Saved {
        model.edits_made += 1;
        effects.push(Effect::Save(edit));
    }
}

/// Saves the form and starts watching at once. A job that is watched already is selected instead.
pub(super) fn save_form(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    let Some(Overlay::Form(form)) = &mut model.overlay else { return };
    let Some(lookup) = form.finish() else { return };
    let profile_was_named = form.profile_was_chosen;
    let editing = form.editing.clone();
    let twin = twin(model, &lookup.target);
    let edited = editing.and_then(|old| self::twin(model, &old));
    match (edited, twin) {
        // Nothing that was typed is thrown away: the form stays.
        (Some(edited), Some(twin)) if edited != twin => {
            if let Some(Overlay::Form(form)) = &mut model.overlay {
                let words = "This job has a lookup of its own already; nothing is changed";
                form.hint = Some(Hint::Wrong(words.into()));
            }
        }
        (None, Some(twin)) => {
            model.overlay = None;
            let mut lookup = lookup;
            lookup.target.profile.take_if(|_| !profile_was_named);
            let words = adapt(model, twin, lookup, effects);
            let words = words.unwrap_or_else(|| "this job is watched already: here it is".into());
            model.say(words, Role::Info, now);
        }
        (Some(id), _) => {
            model.overlay = None;
            replace(model, id, lookup, effects);
        }
        (None, _) => {
            model.overlay = None;
            add(model, lookup, effects);
        }
    }
}

/// Gives a lookup what was asked for of its job, and shows it: a kind that was named, by which it is read at once,
/// a profile that was named, and a label that was typed. Says what was changed, or that it is read with another
/// profile than the session's, which whoever asked for it without naming one may not expect.
fn adapt(model: &mut Model, id: WatchId, wanted: Lookup, effects: &mut Vec<Effect>) -> Option<String> {
    let mut lookup = model.watch(id)?.lookup.clone();
    let Lookup { label, target } = wanted;
    let mut changes = Vec::new();
    if !label.is_empty() && label != lookup.label {
        changes.push(format!("it is called {label} now"));
        lookup.label = label;
    }
    // To find out the kind takes nothing back that is known of it.
    if target.kind != Kind::Auto && target.kind != lookup.target.kind {
        changes.push(format!("its kind is {} now, not {}", target.kind, lookup.target.kind));
        lookup.target.kind = target.kind;
    }
    if let Some(named) = &target.profile {
        if lookup.target.profile.as_ref() != Some(named) {
            changes.push(format!("it is read with profile {named} from now on"));
            lookup.target.profile = Some(named.clone());
        }
    } else if let Some(kept) = &lookup.target.profile
        && Some(kept) != model.setup.session.profile.as_ref()
    {
        changes.push(format!("it stays with its profile, {kept}"));
    }
    replace(model, id, lookup, effects);
    if let Some(id) = twin(model, &target) {
        show(model, id, effects);
    }
    (!changes.is_empty()).then(|| format!("this job is watched already; {}", changes.join(", and ")))
}

/// A paste onto the board: watches a whole target at once, opens the form for part of one.
pub(super) fn paste_onto_board(model: &mut Model, text: &str, now: Timestamp, effects: &mut Vec<Effect>) {
    let pasted = read_pasted(text);
    if let Ok(mut target) = text.parse::<Target>() {
        let stranger = target.profile.take_if(|name| model.account(Some(&*name)).is_none());
        open(model, Lookup { label: String::new(), target }, now, effects);
        let elsewhere = pasted.and_then(|pasted| another_atlas(&pasted, &model.setup.session.host));
        if let Some(elsewhere) = elsewhere.or_else(|| stranger.map(|name| no_such_profile(&name))) {
            model.say(elsewhere, Role::Warning, now);
        }
    } else {
        let mut form = model.form_to_add();
        if pasted.is_some() {
            form.paste(text);
        } else {
            form.hint = Some(Hint::Wrong("The paste holds no restore job; type it here".into()));
        }
        model.overlay = Some(Overlay::Form(Box::new(form)));
    }
}

/// Shows a lookup, watching it from now on if it is not watched already.
pub(super) fn open(model: &mut Model, lookup: Lookup, now: Timestamp, effects: &mut Vec<Effect>) {
    if let Some(id) = twin(model, &lookup.target) {
        if let Some(words) = adapt(model, id, lookup, effects) {
            model.say(words, Role::Info, now);
        }
    } else {
        let Lookup { label, mut target } = lookup;
        // Made with the session's profile, and from now on read with that whatever the session's becomes.
        target.profile = target.profile.or_else(|| model.setup.session.profile.clone());
        add(model, Lookup { label, target }, effects);
    }
}

/// The watch of the same job.
fn twin(model: &Model, target: &Target) -> Option<WatchId> {
    model.watches.iter().find(|watch| watch.lookup.target.same_job(target)).map(|watch| watch.id)
}

/// Watches one more, and selects it.
fn add(model: &mut Model, lookup: Lookup, effects: &mut Vec<Effect>) {
    let mut watch = model.new_watch(lookup.clone());
    watch.unsaved = model.source == Source::Saved;
    let id = watch.id;
    effects.push(Effect::Work(Command::Watch(vec![(id, watch.asked())])));
    let at = model.watches.len();
    model.watches.push(watch);
    model.arrange(Some(id));
    save(model, Edit::Insert { at, lookup }, effects);
    show(model, id, effects);
}

fn replace(model: &mut Model, id: WatchId, lookup: Lookup, effects: &mut Vec<Effect>) {
    let saved = model.source == Source::Saved;
    let Some(watch) = model.watch_mut(id) else { return };
    if watch.lookup == lookup {
        return;
    }
    let old = std::mem::replace(&mut watch.lookup, lookup.clone()).target;
    watch.unsaved = saved;
    if old != lookup.target {
        let fresh = model.start_afresh(id);
        effects.push(Effect::Work(Command::Unwatch(id)));
        let asked = model.watch(fresh).map(|watch| (fresh, watch.asked()));
        effects.push(Effect::Work(Command::Watch(asked.into_iter().collect())));
        effects.push(Effect::Work(Command::Attend(model.selected)));
    }
    save(model, Edit::Replace { old, lookup }, effects);
    model.arrange(model.selected);
    board::keep_selection_visible(model, effects);
}

/// The worker found these instances to be of other kinds than their lookups name, and reads them as such from now
/// on: the lookups say so too, and go on as they are.
pub(super) fn switch_kinds(
    model: &mut Model,
    found: &[(WatchId, Kind)],
    now: Timestamp,
    effects: &mut Vec<Effect>,
) {
    let saved = model.source == Source::Saved;
    let mut news = None;
    for (id, kind) in found {
        let Some(watch) = model.watch_mut(*id).filter(|watch| watch.lookup.target.kind != *kind) else {
            continue;
        };
        let old = watch.lookup.target.clone();
        watch.lookup.target.kind = *kind;
        watch.unsaved = saved;
        let lookup = watch.lookup.clone();
        // Whoever asked to find out expects a kind.
        if old.kind != Kind::Auto {
            let what =
                if *kind == Kind::Flex { "Flex, not dedicated" } else { "a dedicated cluster, not Flex" };
            let saved = if saved { ", and saved so" } else { "" };
            news = Some(format!("{} is {what}: switched{saved}", old.instance));
        }
        save(model, Edit::Replace { old, lookup }, effects);
    }
    if let Some(news) = news {
        model.say(news, Role::Info, now);
    }
    if !found.is_empty() {
        // The filter may look for a kind.
        board::keep_selection_visible(model, effects);
    }
}

/// Looks for the selected job of a serverless instance, which Atlas has ended, where its instance went: the same ids,
/// the kind to be found out. Whether there was any need to.
pub(super) fn follow_migration(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) -> bool {
    let clock = model.clock;
    let Some(watch) = model.selected_watch().filter(|watch| watch.may_have_migrated(&clock, now)) else {
        return false;
    };
    let (id, mut lookup) = (watch.id, watch.lookup.clone());
    lookup.target.kind = Kind::Auto;
    model.say(
        format!("looking for {} among Flex and dedicated clusters", lookup.target.instance),
        Role::Info,
        now,
    );
    replace(model, id, lookup, effects);
    true
}

/// Selects a lookup even if the filter hides it: the filter goes.
fn show(model: &mut Model, id: WatchId, effects: &mut Vec<Effect>) {
    if model.watch(id).is_some_and(|watch| !model.passes(watch)) {
        super::sort::filter(model, super::Filter::default());
    }
    board::select(model, id, effects);
    if board::shows_detail_alone(model) {
        model.focus = Pane::Detail;
    }
}

/// Takes the marked lookups off the board, or else the selected one. One undo brings them all back.
pub(super) fn remove_chosen(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    let chosen: HashSet<WatchId> = marks::chosen(model).into_iter().collect();
    if chosen.is_empty() {
        return;
    }
    // The selection stays where it is, or goes to the next row that is left.
    let row = model.selected.and_then(|id| model.row_of(id)).unwrap_or_default();
    let left = |row: &usize| model.row(*row).map(|watch| watch.id).filter(|id| !chosen.contains(id));
    let below = (row..model.row_count()).find_map(|row| left(&row));
    let neighbour = below.or_else(|| (0..row).rev().find_map(|row| left(&row)));

    let mut together = Vec::with_capacity(chosen.len());
    let all = std::mem::take(&mut model.watches);
    for (at, watch) in all.into_iter().enumerate() {
        if chosen.contains(&watch.id) {
            effects.push(Effect::Work(Command::Unwatch(watch.id)));
            together.push((at, watch.lookup));
        } else {
            model.watches.push(watch);
        }
    }
    if neighbour != model.selected {
        model.selected = None;
    }
    model.arrange(neighbour);
    match neighbour {
        Some(id) => board::select(model, id, effects),
        None => board::keep_selection_visible(model, effects),
    }
    if model.watches.is_empty() {
        model.focus = Pane::List;
        model.zoom = false;
        model.detail_scroll = 0;
    }
    let undo = model.key(Action::Undo);
    let words = match together.as_slice() {
        [(_, lookup)] => format!("removed {}; {undo} brings it back", lookup.name()),
        many => format!("removed {} lookups; {undo} brings them all back", many.len()),
    };
    model.say(words, Role::Info, now);
    for (_, lookup) in &together {
        save(model, Edit::Remove { target: lookup.target.clone() }, effects);
    }
    model.remember_removed(together);
}

pub(super) fn undo_removal(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    let Some(together) = model.removed.pop() else {
        return model.say("nothing was removed in this session", Role::Info, now);
    };
    let mut fresh = Vec::with_capacity(together.len());
    let mut first = None;
    let words = match together.as_slice() {
        [(_, lookup)] => format!("{} is back", lookup.name()),
        many => format!("{} lookups are back", many.len()),
    };
    // From the top, so that each finds its place among those before it.
    for (at, lookup) in together {
        if let Some(id) = twin(model, &lookup.target) {
            first = first.or(Some(id));
            continue;
        }
        let mut watch = model.new_watch(lookup.clone());
        watch.unsaved = model.source == Source::Saved;
        first = first.or(Some(watch.id));
        fresh.push((watch.id, watch.asked()));
        let at = at.min(model.watches.len());
        model.watches.insert(at, watch);
        save(model, Edit::Insert { at, lookup }, effects);
    }
    if !fresh.is_empty() {
        model.say(words, Role::Good, now);
        effects.push(Effect::Work(Command::Watch(fresh)));
    }
    model.arrange(first);
    if let Some(id) = first {
        show(model, id, effects);
    }
}

/// Moves the selected lookup one place among all of them. A filter hides the places between, so it must be off.
pub(super) fn move_selected(model: &mut Model, by: isize, now: Timestamp, effects: &mut Vec<Effect>) {
    if !model.filter.is_empty() {
        return model.say("the order can be changed when the filter is off (Esc)", Role::Warning, now);
    }
    if model.order != Order::default() {
        let (sort, turn) = (model.key(Action::Sort), model.key(Action::ReverseSort));
        let words = format!("lookups are moved in your own order only; {sort} and {turn} lead back to it");
        return model.say(words, Role::Warning, now);
    }
    let Some(at) = model.watches.iter().position(|watch| Some(watch.id) == model.selected) else { return };
    let to = at.saturating_add_signed(by);
    if to == at || to >= model.watches.len() {
        return;
    }
    let watch = model.watches.remove(at);
    let target = watch.lookup.target.clone();
    model.watches.insert(to, watch);
    let before = model.watches.get(to + 1).map(|watch| watch.lookup.target.clone());
    save(model, Edit::Move { target, before }, effects);
    model.follow_selection();
}

pub(super) fn stored(model: &mut Model, stored: Stored, effects: &mut Vec<Effect>) {
    match stored {
        Stored::Saved { lookups, edits, note } => {
            model.edits_saved = edits;
            file_written(model, note);
            if model.unsaved() == 0 {
                model.save_error = None;
                // The question whether to leave without them has answered itself.
                model.overlay.take_if(|overlay| matches!(overlay, Overlay::ConfirmQuit));
                for watch in &mut model.watches {
                    watch.unsaved = false;
                }
                merge(model, lookups, effects);
            }
        }
        Stored::Failed { why, read_only } => {
            model.save_error = Some(why);
            if let Some((_, is_read_only)) = model.word_of_the_file() {
                *is_read_only |= read_only;
            }
        }
    }
}

/// A file that could be written to is none that must only be read, whatever was said of it before.
fn file_written(model: &mut Model, note: Option<String>) {
    let Some((said, read_only)) = model.word_of_the_file() else { return };
    let outdated = std::mem::take(read_only);
    *said = note.or(said.take().filter(|_| !outdated));
}

/// The saved lookups are read: watches them all.
pub(super) fn loaded(model: &mut Model, lookups: Vec<Lookup>, effects: &mut Vec<Effect>) {
    if model.source == Source::Reading {
        model.source = Source::Saved;
        model.load(lookups);
        effects.extend(model.start());
    }
}

/// Takes over the list as the file has it. Edits that are still on their way to it must not be undone, so
/// the file is only followed when there are none.
pub(super) fn merge(model: &mut Model, newer: Vec<Lookup>, effects: &mut Vec<Effect>) {
    if model.unsaved() > 0 {
        return;
    }
    if let Some(aside) = &mut model.aside {
        return aside.follow(newer);
    }
    if model.source != Source::Saved {
        return;
    }
    let unchanged = model.watches.len() == newer.len()
        && model.watches.iter().zip(&newer).all(|(watch, lookup)| watch.lookup == *lookup);
    if unchanged {
        return;
    }
    let mut old = std::mem::take(&mut model.watches);
    let mut fresh = Vec::new();
    for lookup in newer {
        let known = old.iter().position(|watch| watch.lookup.target.same_job(&lookup.target));
        let watch = if let Some(index) = known {
            let mut watch = old.remove(index);
            if watch.lookup.target == lookup.target {
                watch.lookup = lookup;
                watch
            } else {
                let newer = model.new_watch(lookup);
                fresh.push((newer.id, newer.asked()));
                if model.selected == Some(watch.id) {
                    model.selected = Some(newer.id);
                }
                old.push(watch);
                newer
            }
        } else {
            let watch = model.new_watch(lookup);
            fresh.push((watch.id, watch.asked()));
            watch
        };
        model.watches.push(watch);
    }
    model.arrange(model.selected);
    effects.extend(old.into_iter().map(|watch| Effect::Work(Command::Unwatch(watch.id))));
    if !fresh.is_empty() {
        effects.push(Effect::Work(Command::Watch(fresh)));
        effects.push(Effect::Work(Command::Attend(model.selected)));
    }
    board::keep_selection_visible(model, effects);
}

impl Model {
    /// The form for a new lookup. It begins where the selected one is, unless that is read with another profile.
    pub(super) fn form_to_add(&self) -> Form {
        let session = &self.setup.session;
        let like = self.selected_watch().filter(|watch| watch.profile == session.profile);
        Form::add(like.map(|watch| &watch.lookup.target), session, self.accounts_here())
    }

    /// What the worker must hear when it has just been started.
    #[must_use]
    pub fn start(&self) -> Vec<Effect> {
        // Without anything to watch there is no worker to start.
        if self.watches.is_empty() {
            return Vec::new();
        }
        let all = self.watches.iter().map(|watch| (watch.id, watch.asked())).collect();
        // The settings first: a pause after the lookups would take their first reads back.
        let mut commands = vec![Command::Interval(self.setup.interval)];
        if self.paused {
            commands.push(Command::Pause(true));
        }
        commands.extend([Command::Attend(self.selected), Command::Watch(all)]);
        commands.into_iter().map(Effect::Work).collect()
    }

    /// Makes a watch a new one with the same lookup: the answers about its old target, which may be on their way
    /// still, name the old one. Returns its new id.
    pub(super) fn start_afresh(&mut self, id: WatchId) -> WatchId {
        self.remake(id, |old, mut fresh| {
            (fresh.unsaved, fresh.marked) = (old.unsaved, old.marked);
            fresh
        })
    }

    /// The same for a job that remains the one it was: what is known of it stays, and is read again.
    pub(super) fn go_on(&mut self, id: WatchId) -> WatchId {
        self.remake(id, |old, fresh| {
            let mut same = old.renewed(fresh.id);
            same.profile = fresh.profile;
            same
        })
    }

    fn remake(&mut self, id: WatchId, make: impl FnOnce(Watch, Watch) -> Watch) -> WatchId {
        let Some(at) = self.index_of(id) else { return id };
        let Some(old) = self.watches.get(at).cloned() else { return id };
        let fresh = self.new_watch(old.lookup.clone());
        let fresh = make(old, fresh);
        let fresh_id = fresh.id;
        if let Some(place) = self.watches.get_mut(at) {
            *place = fresh;
        }
        if self.selected == Some(id) {
            self.selected = Some(fresh_id);
        }
        fresh_id
    }
}
