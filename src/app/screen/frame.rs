//! What surrounds the panes: header, footer, notice, window title, and the first-start screen.

use super::counts;
use super::times::{self, Ticker};
use super::view::{Footer, FooterKey, Header, Input, Pane, Prompt, Role, Span, Welcome};
use crate::app::key::{Code, Key};
use crate::app::keymap::Action;
use crate::app::model::{Access, Model, Source};
use crate::app::overlay::Overlay;

pub(super) fn header(model: &Model, ticker: &mut Ticker) -> Header {
    let key = match (model.source, &model.setup.access) {
        (Source::Demo { .. }, _) => Span::new("demo", Role::Highlight),
        (_, Access::Key { hint }) => Span::new(format!("key {hint}"), Role::Muted),
        (_, Access::Missing | Access::Half { .. }) => Span::new("no API key", Role::Warning),
    };
    let mut place = vec![Span::new("atlas-tui", Role::Strong), Span::new("   ", Role::Plain)];
    place.extend(joined(vec![Span::new(model.setup.host.clone(), Role::Plain), key], " · "));
    let counts = counts::counts(model, ticker);
    // Minutes only, and only while something else on the screen keeps time: a clock alone is not worth a
    // wake-up, and without one the last answer's time says how far the screen can be trusted.
    let clock = if ticker.next().is_some() {
        ticker.wake_at(times::next_minute(ticker.now));
        Some(Span::new(times::wall_clock(model, ticker.now), Role::Muted))
    } else {
        let last = model.watches.iter().filter_map(|watch| watch.job.value.as_ref().map(|(_, at)| *at)).max();
        last.map(|at| Span::new(format!("as of {}", times::wall_clock(model, at)), Role::Muted))
    };
    Header { place, counts, clock }
}

/// The spans with a separator between each two.
fn joined(spans: Vec<Span>, separator: &str) -> Vec<Span> {
    let mut joined = Vec::with_capacity(spans.len() * 2);
    for span in spans {
        if !joined.is_empty() {
            joined.push(Span::new(separator, Role::Muted));
        }
        joined.push(span);
    }
    joined
}

pub(super) fn notice(model: &Model, ticker: &mut Ticker) -> Option<Span> {
    // What is possible, while somebody types what is not.
    if let (Some(fault), Some(_)) = (model.filter.faults().first(), &model.prompt) {
        return Some(Span::new(fault.possible.clone(), Role::Muted));
    }
    if let Some(notice) = &model.notice {
        ticker.wake_at(Some(notice.until));
        return Some(Span::new(notice.text.clone(), notice.role));
    }
    let warning = |words: &String| Span::new(words.clone(), Role::Warning);
    let lasting = model.save_error.as_ref().map(warning);
    lasting.or_else(|| marked(model)).or_else(|| model.file_note.as_ref().map(warning))
}

/// How many are marked, and what can be done to them.
fn marked(model: &Model) -> Option<Span> {
    let count = model.watches.iter().filter(|watch| watch.marked).count();
    if count == 0 {
        return None;
    }
    let shown = if count == model.watches.len() {
        count
    } else {
        model.visible().filter(|watch| watch.marked).count()
    };
    let mut text = format!("{count} marked");
    if shown < count {
        text = format!("{text}, {} of them not shown", count - shown);
    }
    let keys = [Action::Refresh, Action::Remove, Action::Copy, Action::MarkNone].into_iter();
    let keys = keys.filter(|action| !model.setup.keymap.keys(*action).is_empty());
    let keys: Vec<String> = keys.map(|action| format!("{} {}", model.key(action), action.word())).collect();
    if !keys.is_empty() {
        text = format!("{text}: {}", keys.join(", "));
    }
    Some(Span::new(text, Role::Strong))
}

pub(super) fn footer(model: &Model) -> Footer {
    let prompt = model.prompt.as_ref().map(|input| Prompt {
        sign: "/",
        input: Input { text: input.value().to_owned(), cursor: input.cursor() },
        note: prompt_note(model),
    });
    // What lies over the board has its own keys in its border; only the way back is the same everywhere.
    let actions: &[Action] = match (model.is_welcome(), model.focus) {
        _ if matches!(model.overlay, Some(Overlay::Form(_) | Overlay::Palette { .. })) => &[],
        _ if model.overlay.is_some() => &[Action::Back],
        (true, _) => &[Action::Add, Action::Demo, Action::Help, Action::Quit],
        (false, Pane::List) => &[
            Action::Add,
            Action::Open,
            Action::Help,
            Action::Refresh,
            Action::Pause,
            Action::Filter,
            Action::Sort,
            Action::Mark,
            Action::Copy,
            Action::OpenLink,
            Action::Raw,
            Action::Quit,
        ],
        (false, Pane::Detail) => &[
            Action::Back,
            Action::Refresh,
            Action::Help,
            Action::Copy,
            Action::OpenLink,
            Action::Raw,
            Action::Pause,
            Action::TimeFormat,
            Action::Quit,
        ],
    };
    let keys = actions
        .iter()
        .filter(|action| !model.setup.keymap.keys(**action).is_empty())
        .map(|action| FooterKey { key: model.key(*action), word: action.word(), action: *action });
    let budget = model.budget.map(|budget| {
        let role = if budget.is_scarce() { Role::Warning } else { Role::Muted };
        Span::new(format!("{}/{} requests left", budget.remaining, budget.limit), role)
    });
    Footer { keys: keys.collect(), budget, prompt }
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
    let text = |text: &str| vec![Span::new(text, Role::Plain)];
    let mut paragraphs = vec![text(
        "atlas-tui watches MongoDB Atlas restore jobs: whether one is alive, when it ends, whether it failed, \
         and how long its download link still works. It only reads.",
    )];
    match &model.setup.access {
        Access::Key { hint } => paragraphs.push(vec![
            Span::new("Signed in with API key ", Role::Plain),
            Span::new(hint.clone(), Role::Strong),
            Span::new(format!(" for {}.", model.setup.host), Role::Plain),
        ]),
        Access::Half { why } => paragraphs.push(vec![
            Span::new(format!("Half of the API key is missing: {why}. "), Role::Warning),
            Span::new("Set the other half and start again.", Role::Plain),
        ]),
        Access::Missing => {
            paragraphs.push(vec![
                Span::new("No API key was found. ", Role::Warning),
                Span::new(
                    "Give one of an Organization Owner or Project Owner in MONGODB_ATLAS_PUBLIC_API_KEY and \
                     MONGODB_ATLAS_PRIVATE_API_KEY, and start again. Three ways to set both:",
                    Role::Plain,
                ),
            ]);
            paragraphs.push(text("1  export them in this shell"));
            paragraphs.push(text("2  let direnv or your shell's own env file set them in this folder"));
            paragraphs.push(text(
                "3  start through your secret manager, so that they are set for this program alone",
            ));
        }
    }
    let keys = [Action::Add, Action::Demo, Action::Help, Action::Quit];
    let words =
        ["add a lookup: type the ids, or paste a URL", "try it on the embedded demo", "all keys", "quit"];
    let keys = keys.iter().zip(words).map(|(action, words)| (model.key(*action), words.to_owned()));
    let heading = match model.source {
        Source::Demo { running: false } if model.file_note.is_some() => "There is no demo",
        Source::Demo { running: false } => "Starting the demo",
        Source::Demo { running: true } => "No lookups left in the demo",
        Source::Reading => "Reading the saved lookups",
        Source::Saved => "No lookups yet",
    };
    if matches!(model.source, Source::Reading | Source::Demo { running: false }) {
        paragraphs.truncate(1);
    }
    Welcome { heading: heading.into(), paragraphs, keys: keys.collect() }
}
