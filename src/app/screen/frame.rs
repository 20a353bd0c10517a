//! What surrounds the panes: header, footer, notice, window title, and the first-start screen.

use super::counts;
use super::times::{self, Ticker};
use super::view::{Footer, FooterKey, Header, Input, Layout, Pane, Prompt, Role, Span, Welcome};
use crate::app::account::Access;
use crate::app::key::{Code, Key};
use crate::app::keymap::Action;
use crate::app::model::{Model, Source};
use crate::app::overlay::Overlay;
use crate::app::watch::Watch;
use crate::domain::shell::quoted;
use crate::domain::text::shortened;

/// Characters of a profile's name in the header.
const LONGEST_NAME: usize = 24;

pub(super) fn header(model: &Model, ticker: &mut Ticker) -> Header {
    let session = &model.setup.session;
    let host = Span::new(session.host.clone(), Role::Plain);
    let profile = session
        .profile
        .as_ref()
        .map(|profile| Span::new(shortened(profile.as_str(), LONGEST_NAME).into_owned(), Role::Strong));
    let key = match (model.source, &session.access) {
        (Source::Demo { .. }, _) => Some(Span::new("demo", Role::Highlight)),
        (_, access @ (Access::Missing | Access::Half { .. } | Access::Refused { .. })) => {
            Some(Span::new(access.words(), Role::Warning))
        }
        (_, Access::Unasked { by, .. }) if by.is_empty() => None,
        (_, Access::Unasked { by, .. } | Access::Signed { by, .. }) => {
            Some(Span::new(by.strip_prefix("API ").unwrap_or(by), Role::Muted))
        }
    };
    // Under a profile's name, which key it is matters to few.
    let (key, hint) = match key {
        Some(key) if key.role == Role::Muted && profile.is_some() => (None, Some(key)),
        key => (key, None),
    };
    let counts = counts::counts(model, ticker);
    let tiny = is_tiny(model);
    let place: Vec<Span> = if tiny {
        // The rest of the line belongs to what is wrong.
        let place = key.filter(|key| key.role != Role::Muted).unwrap_or(host);
        profile.into_iter().chain([place]).collect()
    } else {
        profile.into_iter().chain([host]).chain(key).collect()
    };
    let (name, hint) = if tiny { ("", None) } else { ("atlas-tui", hint) };
    // Minutes only, and only while something else on the screen keeps time: a clock alone is not worth a
    // wake-up, and without one the last answer's time says how far the screen can be trusted.
    let clock = if ticker.keeps_time() {
        ticker.wake_at(times::next_minute(ticker.now));
        Some(Span::new(times::wall_clock(model, ticker.now), Role::Muted))
    } else {
        let last = model.watches.iter().filter_map(|watch| watch.job.value.as_ref().map(|(_, at)| *at)).max();
        last.map(|at| Span::new(format!("as of {}", times::wall_clock(model, at)), Role::Muted))
    };
    Header { name, place, hint, counts, clock }
}

fn is_tiny(model: &Model) -> bool {
    matches!(model.layout(), Layout::Tiny(_))
}

pub(super) fn footer(model: &Model) -> Footer {
    let prompt = model.prompt.as_ref().map(|input| Prompt {
        sign: "/",
        input: Input { text: input.value().to_owned(), cursor: input.cursor() },
        note: prompt_note(model),
    });
    let keys = footer_actions(model)
        .into_iter()
        .filter(|action| !model.setup.keymap.keys(*action).is_empty())
        .map(|action| FooterKey { key: model.key(action), word: footer_word(model, action), action });
    let budget = model.budget.map(|budget| {
        let role = if budget.is_scarce() { Role::Warning } else { Role::Muted };
        Span::new(format!("{}/{} requests left", budget.remaining, budget.limit), role)
    });
    Footer { keys: keys.collect(), budget, prompt }
}

/// The keys that do something here, the one that leads out before all that can wait.
fn footer_actions(model: &Model) -> Vec<Action> {
    let wanted: &[Action] = match (&model.overlay, model.is_welcome(), model.focus) {
        // What lies over the board has its own keys in its border; only the way back is the same everywhere.
        (Some(Overlay::Form(_) | Overlay::Palette { .. } | Overlay::Profiles { .. }), ..) => &[],
        (Some(_), ..) => &[Action::Back],
        (None, true, _) => &[Action::Add, Action::Demo, Action::Help, Action::Quit, Action::Profile],
        (None, false, Pane::List) => &[
            Action::Add,
            Action::Open,
            Action::Help,
            Action::Quit,
            Action::Refresh,
            Action::Doctor,
            Action::Filter,
            Action::Sort,
            Action::Mark,
            Action::Copy,
            Action::OpenLink,
            Action::Raw,
            Action::Pause,
            Action::Profile,
        ],
        (None, false, Pane::Detail) => &[
            Action::Back,
            Action::Refresh,
            Action::Doctor,
            Action::Help,
            Action::Quit,
            Action::Copy,
            Action::OpenLink,
            Action::Raw,
            Action::TimeFormat,
            Action::Pause,
        ],
    };
    let mut actions: Vec<Action> = wanted.iter().copied().filter(|action| works(model, *action)).collect();
    // In the demo the way back is worth a place that is never dropped.
    if model.aside.is_some() && model.overlay.is_none() && !model.is_welcome() {
        actions.insert(1.min(actions.len()), Action::Demo);
    }
    actions
}

/// Whether the key of an action does more now than to say why it does nothing.
fn works(model: &Model, action: Action) -> bool {
    let selected = model.selected_watch();
    let job = selected.and_then(Watch::restore_job);
    match action {
        Action::Open | Action::Refresh | Action::Copy | Action::Mark => selected.is_some(),
        // Offered where it has something to find; it works everywhere.
        Action::Doctor => selected.is_some_and(|watch| watch.job.error.is_some()),
        Action::Sort => model.row_count() > 1,
        Action::Raw => job.is_some(),
        Action::OpenLink => job.is_some_and(|job| !job.downloads().is_empty()),
        Action::Demo => leads_somewhere(model),
        Action::Profile => model.has_choice_of_accounts(),
        _ => true,
    }
}

/// Whether the demo can be entered, or left.
fn leads_somewhere(model: &Model) -> bool {
    model.aside.is_some() || !matches!(model.source, Source::Demo { .. })
}

fn footer_word(model: &Model, action: Action) -> &'static str {
    if action == Action::Demo && model.aside.is_some() { "leave demo" } else { action.word() }
}

/// What is wrong with the filter and where, or how much it shows.
fn prompt_note(model: &Model) -> Span {
    if let Some(fault) = model.filter.faults().first() {
        return Span::new(format!("at {}: {}", fault.at, fault.what), Role::Warning);
    }
    let enter = Key::plain(Code::Enter).label(model.setup.ascii);
    Span::new(format!("{} shown · {enter} keep · Esc clear", model.row_count()), Role::Muted)
}

/// The first-start screen: what this is, how to sign in, and the next key.
pub(super) fn welcome(model: &Model) -> Welcome {
    const WHAT: &str = "atlas-tui watches MongoDB Atlas restore jobs";
    const WHETHER: &str =
        "whether one is alive, when it ends, whether it failed, and how long its download link still works";
    let text = |text: String| vec![Span::new(text, Role::Plain)];
    let tiny = is_tiny(model);
    let mut paragraphs = vec![text(if tiny {
        format!("{WHAT}. It only reads.")
    } else {
        format!("{WHAT}: {WHETHER}. It only reads.")
    })];
    if !matches!(model.source, Source::Reading | Source::Demo { running: false }) {
        paragraphs.extend(signing_in(model));
    }
    if tiny {
        // What can wait, where there is little room.
        paragraphs.push(text(format!("It tells {WHETHER}.")));
    }
    let demo = if model.aside.is_some() { "back to your lookups" } else { "try it on the embedded demo" };
    let keys = [
        (Action::Add, "add a lookup: type the ids, or paste a URL"),
        (Action::Profile, "go on with another profile"),
        (Action::Demo, demo),
        (Action::Help, "all keys"),
        (Action::Quit, "quit"),
    ];
    let keys = keys.into_iter().filter(|(action, _)| works(model, *action));
    let keys = keys.map(|(action, words)| (model.key(action), words.to_owned()));
    let heading = match model.source {
        Source::Demo { running: false } if model.file_note.is_some() => "There is no demo",
        Source::Demo { running: false } => "Starting the demo",
        Source::Demo { running: true } => "No lookups left in the demo",
        Source::Reading => "Reading the saved lookups",
        Source::Saved => "No lookups yet",
    };
    Welcome { heading: heading.into(), paragraphs, keys: keys.collect(), scroll: model.detail_scroll }
}

/// What requests are signed with, or the ways to give them something.
fn signing_in(model: &Model) -> Vec<Vec<Span>> {
    let plain = |text: String| Span::new(text, Role::Plain);
    let session = &model.setup.session;
    let profile = session.profile.as_ref().map(|profile| format!("profile {profile}"));
    let of_profile = profile.as_ref().map(|profile| format!(" for {profile}")).unwrap_or_default();
    let option = session.profile.as_ref().map(|name| format!(" -P {}", quoted(name.as_str())));
    let option = option.unwrap_or_default();
    match &session.access {
        Access::Signed { by, .. } => vec![vec![
            plain("Signed in with ".into()),
            Span::new(by.clone(), Role::Strong),
            plain(format!(
                "{}, at {}.",
                profile.map(|it| format!(" of {it}")).unwrap_or_default(),
                session.host
            )),
        ]],
        Access::Unasked { by, .. } => {
            let by = if by.is_empty() { String::new() } else { format!(" ({by})") };
            let who = profile.unwrap_or_else(|| "the environment".into());
            vec![vec![
                plain("Signs in with ".into()),
                Span::new(who, Role::Strong),
                plain(format!("{by}, at {}, as soon as there is a lookup to read.", session.host)),
            ]]
        }
        Access::Half { why } => vec![vec![
            Span::new(format!("Half of a credential is missing{of_profile}: {why}. "), Role::Warning),
            plain("Set the other half and start again; `atlas-tui config` shows what was looked at.".into()),
        ]],
        Access::Refused { why } => vec![vec![
            Span::new(format!("Nothing can be signed{of_profile}: {why}. "), Role::Warning),
            plain("Set that right and start again; `atlas-tui config` shows what was looked at.".into()),
        ]],
        Access::Missing => {
            let variables = model.setup.variables;
            let choose = if model.has_choice_of_accounts() {
                format!("{} goes on with another profile. ", model.key(Action::Profile))
            } else {
                String::new()
            };
            vec![
                vec![
                    Span::new(format!("No credentials were found{of_profile}. "), Role::Warning),
                    plain(format!(
                        "{choose}Run atlas auth login{option} elsewhere, or set {variables}PUBLIC_API_KEY and \
                         {variables}PRIVATE_API_KEY ({variables}CLIENT_ID and {variables}CLIENT_SECRET of a service \
                         account), and start again."
                    )),
                ],
                vec![plain(
                    "atlas-tui config shows what was looked at, and where. The role Project Backup Manager reads \
                     all jobs of Flex and dedicated clusters."
                        .into(),
                )],
            ]
        }
    }
}
