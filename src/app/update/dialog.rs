//! Keys while something lies over the board.

use jiff::Timestamp;

use super::{board, doctor, edit, on_form_key, profiles};
use crate::app::key::{Code, Key};
use crate::app::keymap::Action;
use crate::app::layout;
use crate::app::message::Effect;
use crate::app::model::Model;
use crate::app::overlay::{Choice, Does, Overlay};
use crate::app::raw::SHIFT;
use crate::app::screen::{diagnosis_end, log_end, palette_actions, profile_choices};

pub(super) fn on_key(model: &mut Model, key: Key, now: Timestamp, effects: &mut Vec<Effect>) {
    let action = model.setup.keymap.action(key);
    match &mut model.overlay {
        None => {}
        Some(Overlay::Form(_) | Overlay::Palette { .. } | Overlay::Profiles { .. })
            if is_suspend(action, key) =>
        {
            effects.push(Effect::Suspend);
        }
        Some(Overlay::Form(_)) => on_form_key(model, key, now, effects),
        Some(Overlay::Palette { query, selected } | Overlay::Profiles { query, selected }) => {
            match key.code {
                Code::Esc => model.overlay = None,
                Code::Backspace if query.value().is_empty() => model.overlay = None,
                Code::Enter => choose(model, now, effects),
                Code::Up | Code::Char('p') if key.code == Code::Up || key.ctrl => {
                    *selected = selected.saturating_sub(1);
                }
                Code::Down | Code::Char('n') if key.code == Code::Down || key.ctrl => {
                    *selected += 1;
                    keep_within(model);
                }
                _ => {
                    if edit(query, key) {
                        *selected = 0;
                    }
                }
            }
        }
        Some(Overlay::ConfirmQuit) => match key.code {
            Code::Char('y' | 'q') | Code::Enter => effects.push(Effect::Quit),
            _ => model.overlay = None,
        },
        Some(Overlay::Menu(menu)) => {
            let chosen = key.text().and_then(|c| menu.items.iter().position(|item| item.key == c));
            if let Some(index) = chosen {
                menu.selected = index;
                choose(model, now, effects);
            } else if key.code == Code::Enter {
                choose(model, now, effects);
            } else if let Some(action) = action {
                act(model, action, now, effects);
            }
        }
        Some(Overlay::Raw(raw)) => match key.code {
            Code::Enter | Code::Char(' ') => {
                raw.toggle();
                raw.move_by(0, layout::overlay_rows(model.setup.size));
            }
            Code::Char('z') => raw.toggle_all(),
            Code::Right => raw.shift_by(SHIFT),
            Code::Left => raw.shift_by(-SHIFT),
            _ => {
                if let Some(action) = action {
                    act(model, action, now, effects);
                }
            }
        },
        Some(Overlay::Help { .. } | Overlay::Log { .. } | Overlay::Doctor(_)) => {
            if let Some(action) = action {
                act(model, action, now, effects);
            }
        }
    }
}

/// Keeps the selected line of the palette or of the profiles among those that there are.
fn keep_within(model: &mut Model) {
    let count = match &model.overlay {
        Some(Overlay::Palette { query, .. }) => palette_actions(query.value()).len(),
        Some(Overlay::Profiles { query, .. }) => profile_choices(model, query.value()).len(),
        _ => return,
    };
    if let Some(Overlay::Palette { selected, .. } | Overlay::Profiles { selected, .. }) = &mut model.overlay {
        *selected = (*selected).min(count.saturating_sub(1));
    }
}

/// Stopping works while text is typed too, unless its key is text itself.
pub(super) fn is_suspend(action: Option<Action>, key: Key) -> bool {
    action == Some(Action::Suspend) && key.text().is_none()
}

/// Movement and leaving, which mean the same in every overlay.
pub(super) fn act(model: &mut Model, action: Action, now: Timestamp, effects: &mut Vec<Effect>) {
    match action {
        Action::Back | Action::Quit => {
            model.overlay = None;
            return;
        }
        Action::Suspend | Action::Redraw | Action::Mouse | Action::TimeFormat => {
            return board::act(model, action, now, effects);
        }
        // The key that opened it closes it, and opens another one in its place.
        Action::Help | Action::Raw | Action::Log | Action::Palette => {
            let open = matches!(
                (&model.overlay, action),
                (Some(Overlay::Help { .. }), Action::Help)
                    | (Some(Overlay::Raw(_)), Action::Raw)
                    | (Some(Overlay::Log { .. }), Action::Log)
            );
            model.overlay = None;
            if !open {
                board::act(model, action, now, effects);
            }
            return;
        }
        Action::Copy if matches!(model.overlay, Some(Overlay::Doctor(_))) => {
            return doctor::copy(model, now, effects);
        }
        // Once more, from within: what was mended may be right now.
        Action::Doctor | Action::Refresh if matches!(model.overlay, Some(Overlay::Doctor(_))) => {
            return doctor::start(model, effects);
        }
        Action::Copy | Action::CopyJson if matches!(model.overlay, Some(Overlay::Raw(_))) => {
            return board::act(model, Action::CopyJson, now, effects);
        }
        _ => {}
    }
    let rows = layout::overlay_rows(model.setup.size);
    let Some(by) = board::distance(action, rows) else { return };
    let limit = scroll_limit(model, now);
    match &mut model.overlay {
        Some(Overlay::Help { scroll } | Overlay::Log { scroll }) => {
            let wanted = usize::from(*scroll).saturating_add_signed(by).min(limit);
            *scroll = u16::try_from(wanted).unwrap_or(u16::MAX);
        }
        Some(Overlay::Raw(raw)) => raw.move_by(by, rows),
        Some(Overlay::Doctor(diagnosis)) => {
            diagnosis.above = diagnosis.above.min(limit).saturating_add_signed(by).min(limit);
        }
        Some(Overlay::Menu(menu)) => {
            let last = menu.items.len().saturating_sub(1);
            menu.selected = menu.selected.saturating_add_signed(by).min(last);
        }
        _ => {}
    }
}

/// How far an overlay of text can be scrolled.
fn scroll_limit(model: &Model, now: Timestamp) -> usize {
    match &model.overlay {
        Some(Overlay::Help { .. }) => usize::from(model.ends.help),
        Some(Overlay::Log { .. }) => log_end(model, now),
        Some(Overlay::Doctor(diagnosis)) => diagnosis_end(model, diagnosis),
        _ => 0,
    }
}

/// Carries out the selected line of a menu or the palette, and closes it.
pub(super) fn choose(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    if let Some(Overlay::Profiles { query, selected }) = &model.overlay {
        let chosen = profile_choices(model, query.value()).get(*selected).map(|account| (*account).clone());
        if let Some(account) = chosen {
            model.overlay = None;
            profiles::switch(model, account, now, effects);
        }
        return;
    }
    let choice = match &model.overlay {
        Some(Overlay::Menu(menu)) => menu.items.get(menu.selected).cloned(),
        Some(Overlay::Palette { query, selected }) => palette_actions(query.value())
            .get(*selected)
            .map(|action| Choice { key: ' ', label: "", note: String::new(), does: Does::Act(*action) }),
        _ => None,
    };
    if let Some(choice) = choice {
        model.overlay = None;
        board::carry_out(model, choice, now, effects);
    }
}
