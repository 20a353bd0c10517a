//! `update`: the only place where the model changes. Never blocks, never sends: it answers with effects.

mod board;
mod change;
mod demo;
mod dialog;
mod doctor;
mod link;
mod lookups;
mod marks;
mod profiles;
mod report;
mod sort;

use jiff::Timestamp;
use tui_input::{Input, InputRequest};

use super::changed;
use super::filter::Filter;
use super::form::Place;
use super::key::{Code, Key};
use super::keymap::Action;
use super::message::{Effect, Message, Mouse};
use super::model::{Attention, Model, NOTICE};
use super::overlay::Overlay;
use super::view::Pane;
pub use change::settle;

/// Takes in one message.
pub fn update(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    let mut effects = Vec::new();
    let by_person = matches!(message, Message::Key(_) | Message::Mouse(_));
    let examined = is_examined(model);
    expire(model, now);
    // Who types or points looks here, whatever the terminal said last.
    if matches!(message, Message::Key(_) | Message::Paste(_) | Message::Mouse(_)) {
        model.attention = Attention::Here;
    }
    match message {
        Message::Key(key) => on_key(model, key, now, &mut effects),
        Message::Paste(text) => on_paste(model, &text, now, &mut effects),
        Message::Resize(size) => {
            model.setup.size = size;
            model.follow_selection();
            effects.push(Effect::Repaint);
        }
        Message::Focus(gained) => {
            model.attention = if gained { Attention::Here } else { Attention::Elsewhere };
            if gained {
                effects.push(Effect::Reload);
            }
        }
        Message::Mouse(mouse) => on_mouse(model, mouse, now, &mut effects),
        Message::Report(report) => report::take(model, report, now, &mut effects),
        Message::Stored(stored) => lookups::stored(model, stored, &mut effects),
        Message::Loaded { lookups, note, read_only } => {
            model.read_only = read_only;
            model.file_note = note;
            lookups::loaded(model, lookups, &mut effects);
        }
        Message::Reloaded { lookups, note, read_only } => {
            if let Some(word) = model.word_of_the_file() {
                (*word.0, *word.1) = (note, read_only);
            }
            lookups::merge(model, lookups, &mut effects);
        }
        Message::Said { text, role } => model.say(text, role, now),
        Message::HookFailed { lookup, why, took } => change::hook_failed(model, lookup, &why, took, now),
        Message::Open(lookup) => lookups::open(model, lookup, now, &mut effects),
        Message::SignedIn(account) => model.learn_account(*account),
        Message::DemoStarted { host, lookups } => demo::enter(model, host, lookups, now, &mut effects),
        // Stays on the screen: with --demo there is nothing else on it.
        Message::DemoFailed { why } => {
            model.file_note = Some(format!("the demo could not be started: {why}"));
        }
        Message::Checked { run, check } => doctor::take(model, run, check),
        Message::Examined { run } => doctor::end(model, run),
        Message::Wake => {}
        Message::Terminate => effects.push(Effect::Quit),
    }
    if examined && !is_examined(model) {
        effects.push(Effect::StopDiagnosis);
    }
    changed::note(model, now);
    if by_person {
        marks::looked(model);
    }
    if model.is_disarranged() {
        sort::settle(model, &mut effects);
    }
    change::react(model, now, &mut effects);
    effects
}

/// Whether checks are going on, or are shown.
fn is_examined(model: &Model) -> bool {
    matches!(model.overlay, Some(Overlay::Doctor(_)))
}

/// What time alone changes: a notice that is over, a link that has ended.
fn expire(model: &mut Model, now: Timestamp) {
    model.rows.tick(now);
    // One that would stay longer than any does comes from before the clock was set back.
    model.notice.take_if(|notice| notice.until <= now || now.duration_until(notice.until) > NOTICE);
    let clock = model.clock;
    for watch in &mut model.watches {
        if watch.status_changes_at().is_some_and(|at| at <= now) {
            let change = watch.assess(&clock, now);
            model.changes.extend(change.map(|change| (watch.id, change)));
            model.rows.disturb();
        }
    }
}

fn on_key(model: &mut Model, key: Key, now: Timestamp, effects: &mut Vec<Effect>) {
    if key == Key::ctrl('c') {
        effects.push(Effect::Quit);
    } else if model.overlay.is_some() {
        dialog::on_key(model, key, now, effects);
    } else if model.prompt.is_some() {
        on_prompt_key(model, key, effects);
    } else if let Some(action) = model.setup.keymap.action(key) {
        board::act(model, action, now, effects);
    }
}

/// The filter while it is typed: the list follows each character.
fn on_prompt_key(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    if dialog::is_suspend(model.setup.keymap.action(key), key) {
        return effects.push(Effect::Suspend);
    }
    let Some(input) = &mut model.prompt else { return };
    match key.code {
        Code::Enter => {
            model.prompt = None;
            return;
        }
        Code::Esc => {
            model.prompt = None;
            sort::filter(model, Filter::default());
        }
        // As in less and vim: erasing beyond the start leaves.
        Code::Backspace if input.value().is_empty() => model.prompt = None,
        Code::Up => return board::select_by(model, -1, effects),
        Code::Down => return board::select_by(model, 1, effects),
        _ => {
            if edit(input, key) {
                let filter = Filter::new(input.value());
                sort::filter(model, filter);
            }
        }
    }
    board::keep_selection_visible(model, effects);
}

fn on_paste(model: &mut Model, text: &str, now: Timestamp, effects: &mut Vec<Effect>) {
    match &mut model.overlay {
        Some(Overlay::Form(form)) => form.paste(text),
        Some(Overlay::Palette { query, selected } | Overlay::Profiles { query, selected }) => {
            insert(query, text);
            *selected = 0;
        }
        Some(_) => {}
        None => {
            if let Some(input) = &mut model.prompt {
                insert(input, text);
                let filter = Filter::new(input.value());
                sort::filter(model, filter);
                board::keep_selection_visible(model, effects);
            } else {
                // A paste onto the board can only mean: watch this.
                lookups::paste_onto_board(model, text, now, effects);
            }
        }
    }
}

fn insert(input: &mut Input, text: &str) {
    for c in crate::domain::text::clean(text.trim()).chars().take(200) {
        input.handle(InputRequest::InsertChar(c));
    }
}

fn on_mouse(model: &mut Model, mouse: Mouse, now: Timestamp, effects: &mut Vec<Effect>) {
    match (mouse, &mut model.overlay) {
        (Mouse::Wheel(lines), _) => {
            let action = if lines < 0 { Action::Up } else { Action::Down };
            for _ in 0..lines.unsigned_abs() {
                if model.overlay.is_some() {
                    dialog::act(model, action, now, effects);
                } else {
                    board::act(model, action, now, effects);
                }
            }
        }
        (Mouse::MenuItem(index), Some(Overlay::Menu(menu))) if index < menu.items.len() => {
            menu.selected = index;
            dialog::choose(model, now, effects);
        }
        (
            Mouse::MenuItem(index),
            Some(Overlay::Palette { selected, .. } | Overlay::Profiles { selected, .. }),
        ) => {
            *selected = index;
            dialog::choose(model, now, effects);
        }
        (_, Some(_)) | (Mouse::MenuItem(_), None) => {}
        (Mouse::Row(row), None) => {
            let id = model.row(model.offset + row).map(|watch| watch.id);
            if let Some(id) = id {
                board::select(model, id, effects);
                model.focus = Pane::List;
            }
        }
        (Mouse::Detail, None) => model.focus = Pane::Detail,
        (Mouse::Action(action), None) => board::act(model, action, now, effects),
    }
}

/// Edits a line of text as readline does; whether anything changed but the cursor.
fn edit(input: &mut Input, key: Key) -> bool {
    let request = match key.code {
        Code::Char(c) if key.text().is_some() => InputRequest::InsertChar(c),
        Code::Backspace if key.ctrl || key.alt => InputRequest::DeletePrevWord,
        Code::Backspace => InputRequest::DeletePrevChar,
        Code::Delete if key.ctrl => InputRequest::DeleteNextWord,
        Code::Delete => InputRequest::DeleteNextChar,
        Code::Left if key.ctrl => InputRequest::GoToPrevWord,
        Code::Left => InputRequest::GoToPrevChar,
        Code::Right if key.ctrl => InputRequest::GoToNextWord,
        Code::Right => InputRequest::GoToNextChar,
        Code::Home => InputRequest::GoToStart,
        Code::End => InputRequest::GoToEnd,
        Code::Char(c) if key.ctrl => match c {
            'a' => InputRequest::GoToStart,
            'e' => InputRequest::GoToEnd,
            'b' => InputRequest::GoToPrevChar,
            'f' => InputRequest::GoToNextChar,
            'h' => InputRequest::DeletePrevChar,
            'w' => InputRequest::DeletePrevWord,
            'd' => InputRequest::DeleteNextChar,
            'u' => InputRequest::DeleteLine,
            'k' => InputRequest::DeleteTillEnd,
            'y' => InputRequest::Yank,
            _ => return false,
        },
        Code::Char('b') if key.alt => InputRequest::GoToPrevWord,
        Code::Char('f') if key.alt => InputRequest::GoToNextWord,
        Code::Char('d') if key.alt => InputRequest::DeleteNextWord,
        _ => return false,
    };
    input.handle(request).is_some_and(|change| change.value)
}

/// Keys in the form: text goes to the field, the rest moves about, saves or leaves.
fn on_form_key(model: &mut Model, key: Key, now: Timestamp, effects: &mut Vec<Effect>) {
    let Some(Overlay::Form(form)) = &mut model.overlay else { return };
    let asked = std::mem::take(&mut form.asked);
    match key.code {
        Code::Esc if form.is_changed() && !asked => form.asked = true,
        Code::Esc => model.overlay = None,
        Code::Char('s') if key.ctrl => lookups::save_form(model, now, effects),
        Code::Enter if form.focus == Place::Label => lookups::save_form(model, now, effects),
        Code::Enter | Code::Tab | Code::Down => form.step(1),
        Code::BackTab | Code::Up => form.step(-1),
        Code::Left if form.focus == Place::Kind => form.step_kind(-1),
        Code::Right | Code::Char(' ') if form.focus == Place::Kind => form.step_kind(1),
        Code::Left if form.focus == Place::Profile => form.step_profile(-1),
        Code::Right | Code::Char(' ') if form.focus == Place::Profile => form.step_profile(1),
        _ => {
            form.hint = None;
            if let Some(input) = form.focused() {
                edit(input, key);
            }
        }
    }
}
