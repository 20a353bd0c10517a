//! Actions on the board: moving, selecting, and what a key means there.

use std::time::Duration;

use jiff::Timestamp;
use tui_input::Input;

use super::{demo, doctor, link, lookups, marks, profiles, sort};
use crate::app::filter::Filter;
use crate::app::form::Form;
use crate::app::keymap::Action;
use crate::app::layout;
use crate::app::message::Effect;
use crate::app::model::Model;
use crate::app::overlay::{Choice, Does, Menu, Overlay};
use crate::app::raw::RawView;
use crate::app::time_format::TimeFormat;
use crate::app::view::{Layout, Pane, Role};
use crate::domain::job::{DeliveryType, RestoreJob};
use crate::worker::{Command, WatchId};

/// Steps of `+` and `-`, in seconds.
const INTERVALS: [u64; 9] = [1, 2, 3, 5, 10, 15, 30, 60, 300];

pub(super) fn act(model: &mut Model, action: Action, now: Timestamp, effects: &mut Vec<Effect>) {
    let rows = layout::list_rows(model.setup.size, model.layout()).saturating_sub(model.notice_rows()).max(1);
    if let Some(by) = distance(action, rows) {
        return move_by(model, by, effects);
    }
    match action {
        Action::Open => open(model, now, effects),
        Action::Back => back(model, effects),
        Action::NextPane | Action::PreviousPane => {
            model.focus = if model.focus == Pane::List { Pane::Detail } else { Pane::List };
        }
        Action::Zoom => model.zoom = !model.zoom,
        Action::Add => {
            model.overlay = Some(Overlay::Form(Box::new(model.form_to_add())));
        }
        Action::Edit => {
            let Some(watch) = model.selected_watch() else { return say_none_selected(model, now) };
            let form = Form::edit(&watch.lookup, &model.setup.session, model.accounts_here());
            model.overlay = Some(Overlay::Form(Box::new(form)));
        }
        Action::Remove => lookups::remove_chosen(model, now, effects),
        Action::Undo => lookups::undo_removal(model, now, effects),
        Action::MoveUp => lookups::move_selected(model, -1, now, effects),
        Action::MoveDown => lookups::move_selected(model, 1, now, effects),
        Action::Filter => model.prompt = Some(Input::new(model.filter.text().to_owned())),
        Action::NextMatch => select_by(model, 1, effects),
        Action::PreviousMatch => select_by(model, -1, effects),
        Action::Mark => marks::toggle(model, now, effects),
        Action::MarkAll => marks::all(model, now),
        Action::MarkNone => marks::none(model, now),
        Action::Sort | Action::ReverseSort => sort::change(model, action, now, effects),
        Action::Refresh => {
            let chosen = marks::chosen(model);
            match chosen.as_slice() {
                [] => return say_none_selected(model, now),
                [one] => say_tried_again(model, *one, now),
                many => model.say(format!("refreshing {} marked", many.len()), Role::Info, now),
            }
            // Many share what the rate budget allows; one may take of what is kept for this.
            effects.push(Effect::Work(match chosen.as_slice() {
                [one] => Command::Refresh(Some(*one)),
                _ => Command::Queue(chosen),
            }));
            // Whoever wants to know how things are wants the other instance's lookups too.
            effects.push(Effect::Reload);
        }
        Action::RefreshAll => {
            effects.push(Effect::Work(Command::Refresh(None)));
            effects.push(Effect::Reload);
            model.say(format!("refreshing all {}", model.watches.len()), Role::Info, now);
        }
        Action::Pause | Action::Slower | Action::Faster | Action::TimeFormat | Action::Mouse => {
            adjust(model, action, now, effects);
        }
        Action::Raw => {
            let Some(watch) = model.selected_watch() else { return say_none_selected(model, now) };
            match watch.restore_job() {
                Some(job) => model.overlay = Some(Overlay::Raw(RawView::new(job.raw.as_str()))),
                None => model.say("no answer yet: there is nothing raw to show", Role::Warning, now),
            }
        }
        Action::Log => model.overlay = Some(Overlay::Log { scroll: 0 }),
        Action::Copy => {
            let items = marks::copies(model);
            if items.is_empty() {
                return say_none_selected(model, now);
            }
            let title = marks::title(model);
            model.overlay = Some(Overlay::Menu(Menu { title, items, selected: 0 }));
        }
        Action::CopyId => copy_choice(model, 'y', now, effects),
        Action::CopyUrl => copy_choice(model, 'u', now, effects),
        Action::CopyJson => copy_choice(model, 'j', now, effects),
        Action::CopyCurl => copy_choice(model, 'c', now, effects),
        Action::OpenLink => open_link(model, now, effects),
        Action::Doctor => doctor::start(model, effects),
        Action::Help => {
            model.overlay = Some(Overlay::Help { scroll: 0 });
            // Not known before it is drawn, which sets it right.
            model.ends.help = u16::MAX;
        }
        Action::Palette => model.overlay = Some(Overlay::Palette { query: Input::default(), selected: 0 }),
        Action::Profile => profiles::open(model, now),
        Action::Demo => demo::toggle(model, now, effects),
        Action::Redraw => effects.push(Effect::Repaint),
        Action::Suspend => effects.push(Effect::Suspend),
        // An edit that is only on its way reaches the disk while the program leaves.
        Action::Quit if model.unsaved() > 0 && model.save_error.is_some() => {
            model.overlay = Some(Overlay::ConfirmQuit);
        }
        Action::Quit => effects.push(Effect::Quit),
        // Movements, done above.
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::HalfPageUp
        | Action::HalfPageDown
        | Action::Top
        | Action::Bottom => {}
    }
}

/// The same error again would look as if the key had done nothing.
fn say_tried_again(model: &mut Model, id: WatchId, now: Timestamp) {
    let Some(watch) = model.watch(id).filter(|watch| watch.job.error.is_some()) else { return };
    let words = if watch.job.in_flight.is_some() { "a try is under way" } else { "trying again" };
    model.say(format!("{}: {words}", watch.lookup.name()), Role::Info, now);
}

/// Turns one of the screws: how often is read, how times are written, whether the mouse is heard.
fn adjust(model: &mut Model, action: Action, now: Timestamp, effects: &mut Vec<Effect>) {
    match action {
        Action::Pause => {
            model.paused = !model.paused;
            effects.push(Effect::Work(Command::Pause(model.paused)));
            let refresh = model.key(Action::Refresh);
            let text = if model.paused {
                format!("paused: {refresh} still refreshes at once")
            } else {
                "going on".into()
            };
            model.say(text, Role::Info, now);
        }
        Action::Slower => change_interval(model, 1, now, effects),
        Action::Faster => change_interval(model, -1, now, effects),
        Action::TimeFormat => {
            model.setup.time = model.setup.time.next();
            let words = match model.setup.time {
                TimeFormat::Utc => "times in UTC",
                TimeFormat::Relative => "times relative to now",
                TimeFormat::Local => "times in this machine's zone",
            };
            model.say(words, Role::Info, now);
        }
        Action::Mouse => {
            model.setup.mouse = !model.setup.mouse;
            effects.push(Effect::Mouse(model.setup.mouse));
            let words = if model.setup.mouse {
                "mouse on: wheel, click a row or a key below; the terminal's own selection needs Shift"
            } else {
                "mouse off: the terminal selects text again"
            };
            model.say(words, Role::Info, now);
        }
        _ => {}
    }
}

/// How far a movement goes where `rows` lines are on screen; `None` for what is no movement.
pub(super) fn distance(action: Action, rows: usize) -> Option<isize> {
    let page = rows.cast_signed();
    let half = (page / 2).max(1);
    Some(match action {
        Action::Up => -1,
        Action::Down => 1,
        Action::PageUp => -page,
        Action::PageDown => page,
        Action::HalfPageUp => -half,
        Action::HalfPageDown => half,
        Action::Top => isize::MIN,
        Action::Bottom => isize::MAX,
        _ => return None,
    })
}

/// Why a key did nothing.
pub(super) fn say_none_selected(model: &mut Model, now: Timestamp) {
    let words = if model.watches.is_empty() {
        format!("no lookup yet: {} adds one", model.key(Action::Add))
    } else {
        "no lookup is selected: the filter shows none".into()
    };
    model.say(words, Role::Warning, now);
}

fn move_by(model: &mut Model, by: isize, effects: &mut Vec<Effect>) {
    if model.focus == Pane::Detail || model.is_welcome() {
        let wanted = usize::from(model.detail_scroll).saturating_add_signed(by);
        model.detail_scroll = u16::try_from(wanted).unwrap_or(u16::MAX).min(model.ends.detail);
    } else {
        select_by(model, by, effects);
    }
}

/// Selects the lookup `by` rows further down among those the filter shows.
pub(super) fn select_by(model: &mut Model, by: isize, effects: &mut Vec<Effect>) {
    let current = model.selected.and_then(|id| model.row_of(id));
    let wanted = match current {
        Some(row) => row.saturating_add_signed(by).min(model.row_count().saturating_sub(1)),
        None => 0,
    };
    if let Some(id) = model.row(wanted).map(|watch| watch.id) {
        select(model, id, effects);
        model.rows.hold();
    }
}

pub(super) fn select(model: &mut Model, id: WatchId, effects: &mut Vec<Effect>) {
    if model.selected != Some(id) {
        model.selected = Some(id);
        model.detail_scroll = 0;
        model.ends.detail = u16::MAX;
        effects.push(Effect::Work(Command::Attend(Some(id))));
        // The one selected before may have been in the list for that reason alone.
        if !model.filter.is_empty() {
            model.rows.disturb();
        }
    }
    model.follow_selection();
}

/// After the filter or the list changed: selects the first lookup shown if the selected one is not among them.
pub(super) fn keep_selection_visible(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.selected.is_some_and(|id| model.row_of(id).is_some()) {
        model.follow_selection();
        return;
    }
    let first = model.visible().next().map(|watch| watch.id);
    match first {
        Some(id) => select(model, id, effects),
        None if model.selected.is_some() => {
            model.selected = None;
            effects.push(Effect::Work(Command::Attend(None)));
        }
        None => {}
    }
}

impl Model {
    /// Scrolls the list so that the selected row is on screen.
    pub(super) fn follow_selection(&mut self) {
        let rows = layout::list_rows(self.setup.size, self.layout());
        let index = self.selected.and_then(|id| self.row_of(id)).unwrap_or(0);
        self.offset = self.offset.min(index).max((index + 1).saturating_sub(rows));
        self.offset = self.offset.min(self.row_count().saturating_sub(rows));
    }
}

/// Enter goes inwards: to the detail, which takes the whole width where only one pane fits.
///
/// Where the detail is in sight and offers to look for an instance that is no serverless one any more, Enter does it.
fn open(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    let in_sight = !matches!(model.layout(), Layout::Single(Pane::List) | Layout::Tiny(Pane::List));
    if in_sight && lookups::follow_migration(model, now, effects) {
        return;
    }
    if model.selected.is_some() {
        model.focus = Pane::Detail;
    }
}

/// Esc goes outwards, one step at a time, and never leaves the program.
fn back(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.zoom {
        model.zoom = false;
    } else if model.focus == Pane::Detail {
        model.focus = Pane::List;
    } else if !model.filter.is_empty() {
        sort::filter(model, Filter::default());
        keep_selection_visible(model, effects);
    } else if model.watches.iter().any(|watch| watch.marked) {
        marks::clear(model);
    } else {
        model.notice = None;
        model.file_note = None;
    }
}

fn change_interval(model: &mut Model, by: isize, now: Timestamp, effects: &mut Vec<Effect>) {
    let seconds = model.setup.interval.as_secs();
    let next = if by > 0 {
        INTERVALS.iter().find(|step| **step > seconds)
    } else {
        INTERVALS.iter().rev().find(|step| **step < seconds)
    };
    let interval = Duration::from_secs(*next.unwrap_or(&seconds));
    model.setup.interval = interval;
    effects.push(Effect::Work(Command::Interval(interval)));
    model.say(format!("refresh every {} s while a job runs", interval.as_secs()), Role::Info, now);
}

fn copy_choice(model: &mut Model, key: char, now: Timestamp, effects: &mut Vec<Effect>) {
    match marks::copies(model).into_iter().find(|choice| choice.key == key) {
        Some(choice) => carry_out(model, choice, now, effects),
        None => say_none_selected(model, now),
    }
}

/// What a chosen line of a menu does.
pub(super) fn carry_out(model: &mut Model, choice: Choice, now: Timestamp, effects: &mut Vec<Effect>) {
    match choice.does {
        Does::Act(action) => act(model, action, now, effects),
        Does::Copy { what, text } => effects.push(Effect::Copy { what, text }),
        Does::Open(url) => effects.push(Effect::OpenLink(url)),
        Does::Nothing => model.say(format!("{}: {}", choice.label, choice.note), Role::Warning, now),
    }
}

/// Opens the download link, or lets choose among several.
fn open_link(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    let Some(watch) = model.selected_watch() else { return say_none_selected(model, now) };
    let downloads = watch.restore_job().map(RestoreJob::downloads).unwrap_or_default();
    match downloads.as_slice() {
        [] => {
            let kind = watch.restore_job().and_then(|job| job.delivery_type.as_ref());
            let words = match kind {
                Some(DeliveryType::Automated | DeliveryType::PointInTime | DeliveryType::Restore) => {
                    "no link to open: this restore goes into a cluster and has no download"
                }
                _ => "no link to open: this job has no download URL yet",
            };
            model.say(words, Role::Warning, now);
        }
        [only] => effects.push(Effect::OpenLink(only.url.to_owned())),
        many => model.overlay = Some(Overlay::Menu(link::menu(many))),
    }
}

/// Whether only the detail is on screen.
#[must_use]
pub(super) fn shows_detail_alone(model: &Model) -> bool {
    matches!(model.layout(), Layout::Single(Pane::Detail) | Layout::Tiny(Pane::Detail))
}
