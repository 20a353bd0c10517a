//! What the requests come to, and the last ones, newest first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::{
    after, before, bottom_edge, centred, inset, label_right, popup, put, put_runs, row, rows, top_edge,
};
use super::text::width;
use super::theme::Theme;
use crate::app::screen::{Log, Role};

pub(super) fn draw(buffer: &mut Buffer, room: Rect, log: &Log, theme: Theme) {
    let lines = log.summary.len() + 1 + log.lines.len();
    let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2).max(8);
    let area = centred(room, room.width.saturating_sub(4).max(60), height);
    let body = inset(popup(buffer, area, &log.title, theme), 1, 1);
    for (line, runs) in rows(body).zip(&log.summary) {
        put_runs(buffer, line, runs, theme);
    }
    let above = u16::try_from(log.summary.len()).unwrap_or(u16::MAX).min(body.height);
    let heading = row(body, above);
    let below = above.saturating_add(1).min(body.height);
    let body = Rect { y: body.y + below, height: body.height - below, ..body };
    if log.lines.is_empty() {
        put(buffer, row(body, 0), "No request yet", theme.style(Role::Muted));
    } else {
        put(buffer, heading, log.heading, theme.style(Role::Muted));
    }
    for (line, runs) in rows(body).zip(&log.lines) {
        put_runs(buffer, line, runs, theme);
    }
    let edge = before(after(top_edge(area), width(&log.title) + 2), 1);
    if log.total > log.shown {
        let shown = log.shown;
        let text = format!("{}-{} of {}", log.above + 1, log.above + shown, log.total);
        label_right(buffer, edge, &text, theme.style(Role::Muted));
        if log.above + shown < log.total {
            label_right(buffer, bottom_edge(area), theme.more_below(), theme.style(Role::Muted));
        }
    }
}
