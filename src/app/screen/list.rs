//! The list of lookups.

use super::times::Ticker;
use super::view::{Layout, List, Role, Row, Span};
use crate::app::layout;
use crate::app::model::Model;
use crate::app::watch::Watch;
use crate::domain::countdown::{self, Severity};
use crate::domain::phase::Phase;

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

fn row(model: &Model, watch: &Watch, ticker: &mut Ticker) -> Row {
    let ascii = model.setup.ascii;
    let mut row = Row { label: watch.lookup.name(), ..Row::default() };
    let server_now = model.clock.at(ticker.now);
    match (watch.status(), &watch.job.error) {
        (Some(status), _) => {
            row.role = role_of(model, watch, ticker);
            row.glyph = status.phase.glyph(ascii).into();
            row.word = status.phase.word().into();
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
            row.word = watch.word().into();
        }
        (None, None) => {
            row.role = Role::Muted;
            row.glyph = if ascii { "." } else { "·" }.into();
            row.word = watch.word().into();
        }
    }
    if watch.is_stale(ticker.now, model.setup.interval) {
        row.marks.push(Span::new("stale", Role::Warning));
    } else {
        ticker.wake_at(watch.overdue_at(model.setup.interval).filter(|_| watch.job.value.is_some()));
    }
    if watch.unsaved && model.save_error.is_some() {
        row.marks.push(Span::new("unsaved", Role::Warning));
    }
    row
}

/// The rows on screen. Only they are built: a thousand lookups cost as much as one screenful.
pub(super) fn list(model: &Model, layout: Layout, ticker: &mut Ticker) -> List {
    let window = layout::list_rows(model.setup.size, layout);
    let mut rows = Vec::new();
    let mut selected = None;
    let mut total = 0;
    for watch in model.visible() {
        if (model.offset..model.offset + window).contains(&total) {
            if Some(watch.id) == model.selected {
                selected = Some(rows.len());
            }
            rows.push(row(model, watch, ticker));
        }
        total += 1;
    }
    let empty =
        (total == 0).then(|| format!("nothing matches “{}”; Esc clears the filter", model.filter.text()));
    let note = (!model.filter.is_empty()).then(|| {
        let all = model.watches.len();
        Span::new(
            format!("/{} · {total} of {all}", crate::domain::text::clean(model.filter.text())),
            Role::Highlight,
        )
    });
    List { title: "Lookups".into(), rows, selected, above: model.offset, total, empty, note }
}
