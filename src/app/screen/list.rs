//! The list of lookups.

use super::times::{self, Ticker};
use super::view::{Layout, List, Role, Row, Span, Wide};
use crate::app::layout;
use crate::app::model::Model;
use crate::app::order::Column;
use crate::app::watch::Watch;
use crate::domain::countdown::{self, Severity};
use crate::domain::phase::Phase;
use crate::domain::text::clean;

/// Marks in one cell, which the help explains. The same in ASCII.
pub(super) const STALE: &str = "~";
pub(super) const UNSAVED: &str = "*";
/// In place of a phase.
pub(super) const NO_PROFILE: &str = "no profile";

/// How a phase is shown, by itself. A link's role depends on the time left: see [`role_of`].
pub(super) fn phase_role(phase: &Phase) -> Role {
    match phase {
        Phase::Pending | Phase::Queued => Role::Info,
        Phase::Running | Phase::Finalizing => Role::Active,
        Phase::Ready | Phase::Completed => Role::Good,
        Phase::CompletedWithWarnings | Phase::Cancelled | Phase::Expired | Phase::Unknown(_) => Role::Warning,
        Phase::Failed => Role::Danger,
        Phase::Gone => Role::Muted,
    }
}

pub(super) fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::Good => Role::Good,
        Severity::Warning | Severity::Over => Role::Warning,
        Severity::Danger => Role::Danger,
    }
}

/// The role of a watch's phase now; notes the moments at which a link's severity changes.
pub(super) fn role_of(model: &Model, watch: &Watch, ticker: &mut Ticker) -> Role {
    let Some(phase) = watch.phase() else { return Role::Muted };
    let expires = watch.restore_job().and_then(|job| job.expires_at);
    match (phase, expires) {
        (Phase::Ready, Some(until)) => {
            let server_now = model.clock.at(ticker.now);
            for minutes in [60, 10] {
                let turn = until.checked_sub(jiff::SignedDuration::from_mins(minutes));
                ticker.wake_at(turn.ok().map(|turn| {
                    let turn = turn.checked_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(turn);
                    model.clock.local(turn)
                }));
            }
            severity_role(countdown::severity(until, server_now))
        }
        _ => phase_role(phase),
    }
}

fn row(model: &Model, watch: &Watch, wide: bool, profiles: bool, ticker: &mut Ticker) -> Row {
    let ascii = model.setup.ascii;
    let mut row = Row { label: watch.lookup.name(), marked: watch.marked, ..Row::default() };
    let server_now = model.clock.at(ticker.now);
    match (watch.status(), &watch.job.error) {
        (Some(status), _) => {
            row.role = role_of(model, watch, ticker);
            row.glyph = status.phase.glyph(ascii).into();
            row.word = status.phase.short_word().into();
            let expires = watch.restore_job().and_then(|job| job.expires_at);
            let time = match (&status.phase, expires, status.ended_at) {
                (Phase::Ready, Some(until), _) => Some(countdown::time_left_short(until, server_now)),
                (phase, _, Some(end)) if phase.is_over() => Some(countdown::age_short(end, server_now)),
                (phase, ..) if phase.is_over() => None,
                _ => Some(countdown::elapsed_short(watch.created_at(), server_now)),
            };
            row.time = time.map(|time| ticker.server(model, time)).unwrap_or_default();
        }
        (None, Some((error, _))) => {
            row.role = if error.is_retryable() { Role::Warning } else { Role::Danger };
            row.glyph = "!".into();
            row.word = if model.lacks_account(watch) { NO_PROFILE } else { watch.word() }.into();
        }
        (None, None) if model.lacks_account(watch) => {
            row.role = Role::Danger;
            row.glyph = "!".into();
            row.word = NO_PROFILE.into();
        }
        (None, None) => {
            row.role = Role::Muted;
            row.glyph = if ascii { "." } else { "·" }.into();
            row.word = watch.word().into();
        }
    }
    if watch.is_stale(ticker.now, model.setup.interval) {
        row.marks.push(Span::new("stale", Role::Warning));
        row.sign = STALE;
    } else {
        ticker.wake_at(watch.overdue_at(model.setup.interval).filter(|_| watch.job.value.is_some()));
    }
    if watch.unsaved && model.save_error.is_some() {
        row.marks.push(Span::new("unsaved", Role::Warning));
        row.sign = if row.sign.is_empty() { UNSAVED } else { row.sign };
    }
    if let Some(changed) = &watch.changed {
        let flash = changed.flashes_until(ticker.now).filter(|_| model.setup.motion);
        ticker.wake_at(flash);
        row.flash = flash.is_some();
        row.was = Some(changed.words());
    }
    let whose = watch.profile.as_ref().filter(|_| profiles).map(ToString::to_string).unwrap_or_default();
    if wide {
        row.wide = Some(Box::new(columns(watch, whose, ticker)));
    } else {
        row.whose = whose;
    }
    row
}

fn columns(watch: &Watch, profile: String, ticker: &mut Ticker) -> Wide {
    Wide {
        profile,
        kind: watch.lookup.target.kind.as_str(),
        source: watch.lookup.target.instance.to_string(),
        target: watch.destination().into(),
        progress: watch.progress(),
        age: watch.job.value.as_ref().map(|(_, at)| times::data_age(*at, ticker)).unwrap_or_default(),
    }
}

/// The rows on screen. Only they are looked at: ten thousand lookups cost as much as one screenful.
pub(super) fn list(model: &Model, layout: Layout, ticker: &mut Ticker) -> List {
    let window = layout::list_rows(model.setup.size, layout);
    let wide = layout::is_wide(model.setup.size, layout);
    let total = model.row_count();
    let shown = (model.offset..total.min(model.offset + window)).filter_map(|row| model.row(row));
    let shown: Vec<&Watch> = shown.collect();
    let selected = shown.iter().position(|watch| Some(watch.id) == model.selected);
    let profiles = model.has_several_profiles();
    let rows = shown.into_iter().map(|watch| row(model, watch, wide, profiles, ticker)).collect();
    let empty =
        (total == 0).then(|| format!("nothing matches “{}”; Esc clears the filter", model.filter.text()));
    ticker.wake_at(model.rows.changes_at());
    let title = match (model.order.by, model.order.reversed) {
        (Column::Own, false) => "Lookups".into(),
        (Column::Own, true) => "Lookups, reversed".into(),
        (by, false) => format!("Lookups by {}", by.word()),
        (by, true) => format!("Lookups by {}, rev.", by.word()),
    };
    List { title, rows, selected, above: model.offset, total, empty, note: note(model, total), wide }
}

/// The filter in force, and whether all of it is.
fn note(model: &Model, total: usize) -> Option<Span> {
    let typed = clean(model.filter.text().trim());
    let all = model.watches.len();
    match model.filter.faults().len() {
        _ if typed.is_empty() => None,
        0 => Some(Span::new(format!("/{typed} · {total} of {all}"), Role::Highlight)),
        faults => {
            Some(Span::new(format!("{faults} not understood in /{typed} · {total} of {all}"), Role::Warning))
        }
    }
}
