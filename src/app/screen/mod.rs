//! The projection of the model onto what a person can read.
//!
//! `project(model, now)` is pure: it gives the [`Screen`] and the moment at which time alone makes it another
//! one. With nothing timed on screen there is no such moment, and the loop sleeps until something happens.

mod counts;
mod detail;
mod doctor;
mod form;
mod frame;
mod list;
mod log;
mod notice;
mod outside;
mod overlays;
mod shapes;
mod sunset;
mod times;

use jiff::Timestamp;

use super::model::Model;
pub use super::view;
pub use doctor::diagnosis_end;
pub use log::log_end;
pub use overlays::{palette_actions, profile_choices};
use times::Ticker;
pub use view::*;

/// A screen and its best-before date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    pub screen: Screen,
    /// When it differs next if nothing happens.
    pub changes_at: Option<Timestamp>,
}

/// What a person can read of the model at `now`.
#[must_use]
pub fn project(model: &Model, now: Timestamp) -> Projection {
    let mut ticker = Ticker::new(now);
    let layout = model.layout();
    let body = if model.is_welcome() {
        Body::Welcome(frame::welcome(model))
    } else {
        let shows_list = !matches!(layout, Layout::Single(Pane::Detail) | Layout::Tiny(Pane::Detail));
        let list = if shows_list { list::list(model, layout, &mut ticker) } else { List::default() };
        let shows_detail = !matches!(layout, Layout::Single(Pane::List));
        let watch = model.selected_watch().filter(|_| shows_detail);
        let detail = watch.map(|watch| detail::detail(model, watch, &mut ticker));
        Body::Board(Box::new(Board { layout, focus: model.focus, list, detail }))
    };
    let overlay = overlays::overlay(model, &mut ticker);
    let notice = notice::notice(model, &mut ticker);
    for watch in &model.watches {
        ticker.wake_at(watch.status_changes_at());
    }
    let (window_title, progress) = outside::title_and_progress(model);
    let screen = Screen {
        size: model.setup.size,
        window_title,
        progress,
        ascii: model.setup.ascii,
        theme: model.setup.theme,
        header: frame::header(model, &mut ticker),
        body,
        notice,
        footer: frame::footer(model),
        overlay,
    };
    // Not for the screen: after the header, which shows the time where a text on the screen depends on it.
    outside::wake(model, &mut ticker);
    Projection { screen, changes_at: ticker.next() }
}
