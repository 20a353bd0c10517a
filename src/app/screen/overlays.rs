//! What lies over the board, as it is read.

use super::doctor;
use super::form;
use super::list;
use super::log;
use super::times::Ticker;
use super::view::{Confirm, Help, Input, Menu, MenuItem, Overlay, Raw, Role, Span};
use crate::app::account::Account;
use crate::app::key::{Code, Key};
use crate::app::keymap::Action;
use crate::app::layout;
use crate::app::model::Model;
use crate::app::overlay;

pub(super) fn overlay(model: &Model, ticker: &mut Ticker) -> Option<Overlay> {
    Some(match model.overlay.as_ref()? {
        overlay::Overlay::Form(state) => Overlay::Form(form::form(state, model.setup.ascii)),
        overlay::Overlay::Help { scroll } => Overlay::Help(help(model, *scroll)),
        overlay::Overlay::Raw(view) => Overlay::Raw(raw(model, view)),
        overlay::Overlay::Menu(menu) => Overlay::Menu(Menu {
            title: menu.title.clone(),
            query: None,
            items: menu
                .items
                .iter()
                .map(|item| MenuItem {
                    key: item.key.to_string(),
                    label: item.label.into(),
                    note: item.note.clone(),
                })
                .collect(),
            selected: menu.selected,
            empty: None,
        }),
        overlay::Overlay::Palette { query, selected } => {
            let actions = palette_actions(query.value());
            Overlay::Menu(Menu {
                title: "Commands".into(),
                query: Some(Input { text: query.value().to_owned(), cursor: query.cursor() }),
                items: actions
                    .iter()
                    .map(|action| MenuItem {
                        key: model.key(*action),
                        label: action.name().into(),
                        note: action.description().into(),
                    })
                    .collect(),
                selected: *selected,
                empty: actions.is_empty().then(|| "no command has these words".into()),
            })
        }
        overlay::Overlay::Profiles { query, selected } => Overlay::Menu(profiles(model, query, *selected)),
        overlay::Overlay::ConfirmQuit => {
            let count = model.unsaved();
            let edits = if count == 1 { "1 edit is".into() } else { format!("{count} edits are") };
            Overlay::Confirm(Confirm {
                question: format!("{edits} not saved yet and would be lost. Quit all the same?"),
                keys: vec![("y".into(), "quit"), ("Esc".into(), "stay")],
            })
        }
        overlay::Overlay::Doctor(diagnosis) => Overlay::Doctor(doctor::doctor(model, diagnosis)),
        overlay::Overlay::Log { scroll } => Overlay::Log(log::log(model, *scroll, ticker)),
    })
}

fn help(model: &Model, scroll: u16) -> Help {
    let mut sections: Vec<(&'static str, Vec<(String, String)>)> = Vec::new();
    for action in Action::ALL {
        let keys = model.keys(action);
        if keys.is_empty() {
            continue;
        }
        let row = (keys.join(" "), action.description().to_owned());
        match sections.iter_mut().find(|(name, _)| *name == action.section().title()) {
            Some((_, rows)) => rows.push(row),
            None => sections.push((action.section().title(), vec![row])),
        }
    }
    let signs = [
        (list::STALE, "Before a phase: stale, it may be another one by now"),
        (list::UNSAVED, "Before a phase: the lookup is not saved yet"),
    ];
    sections.push(("Signs", signs.map(|(sign, words)| (sign.to_owned(), words.to_owned())).into()));
    Help { title: "Keys".into(), sections, scroll }
}

/// The profiles, the session's marked: what each is signed with, and where it leads.
fn profiles(model: &Model, query: &tui_input::Input, selected: usize) -> Menu {
    let found = profile_choices(model, query.value());
    let item = |account: &&Account| {
        let project = account.project.map(|project| format!("project {project}"));
        let facts = [Some(account.host.clone()), Some(account.access.words().to_owned()), project];
        MenuItem {
            key: if account.profile == model.setup.session.profile { "*" } else { "" }.into(),
            label: account.name(),
            note: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        }
    };
    Menu {
        title: "Profiles".into(),
        query: Some(Input { text: query.value().to_owned(), cursor: query.cursor() }),
        items: found.iter().map(item).collect(),
        selected,
        empty: found.is_empty().then(|| "no profile has these words".into()),
    }
}

/// The accounts with all the words of the query in their name, host or sign-in.
#[must_use]
pub fn profile_choices<'a>(model: &'a Model, query: &str) -> Vec<&'a Account> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let matches = |account: &&Account| {
        let text = format!("{} {} {}", account.name(), account.host, account.access.words()).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    model.setup.accounts.iter().filter(matches).collect()
}

/// The commands whose name or description has all the words of the query.
#[must_use]
pub fn palette_actions(query: &str) -> Vec<Action> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let matches = |action: &Action| {
        let text = format!("{} {}", action.name(), action.description()).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let mut found: Vec<Action> = Action::ALL.into_iter().filter(matches).collect();
    // A command called by its name comes before one that only mentions the word.
    found.sort_by_key(|action| !words.first().is_some_and(|word| action.name().starts_with(word.as_str())));
    found
}

fn raw(model: &Model, view: &crate::app::raw::RawView) -> Raw {
    let rows = layout::overlay_rows(model.setup.size);
    let total = view.total();
    let lines = view.visible().skip(view.above).take(rows).map(|(index, line)| {
        let mut spans = line.shifted(view.shift);
        if view.is_folded(index) {
            spans.push(Span::new(if model.setup.ascii { " ..." } else { " …" }, Role::Highlight));
        }
        spans
    });
    let name = model.selected_watch().map(|watch| watch.lookup.name()).unwrap_or_default();
    Raw {
        title: format!("Raw answer · {name}"),
        lines: lines.collect(),
        cursor: view.cursor.saturating_sub(view.above),
        above: view.above,
        total,
        keys: vec![
            (Key::plain(Code::Enter).label(model.setup.ascii), "fold"),
            ("z".into(), "fold all"),
            (Key::plain(Code::Right).label(model.setup.ascii), "sideways"),
            (model.key(Action::Copy), "copy"),
            ("Esc".into(), "close"),
        ],
    }
}
