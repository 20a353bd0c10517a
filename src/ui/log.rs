//! The last requests and what came of them, newest first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::{
    before, bottom_edge, centred, inset, label_right, popup, put, put_runs, row, rows, top_edge,
};
use super::theme::Theme;
use crate::app::screen::{Log, Role};

pub(super) fn draw(buffer: &mut Buffer, room: Rect, log: &Log, theme: Theme) {
    let height = u16::try_from(log.lines.len()).unwrap_or(u16::MAX).saturating_add(2).max(8);
    let area = centred(room, room.width.saturating_sub(4).max(60), height);
    let body = inset(popup(buffer, area, &log.title, theme), 1, 1);
    if log.lines.is_empty() {
        put(buffer, row(body, 0), "No request yet", theme.style(Role::Muted));
    }
    let last = log.lines.len().saturating_sub(usize::from(body.height));
    let from = usize::from(log.scroll).min(last);
    for (line, runs) in rows(body).zip(log.lines.iter().skip(from)) {
        put_runs(buffer, line, runs, theme);
    }
    if from > 0 {
        label_right(buffer, before(top_edge(area), 1), theme.more_above(), theme.style(Role::Muted));
    }
    if from < last {
        let text = format!("{} {} more", theme.more_below(), last - from);
        label_right(buffer, bottom_edge(area), &text, theme.style(Role::Muted));
    }
}
