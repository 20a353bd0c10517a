//! Text to scroll through line by line over the whole body: the raw answer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::{
    before, bordered, bottom_edge, clear, inset, is_small, label_keys, label_right, put, put_right, put_runs,
    row, rows, scroll_to, top_edge,
};
use super::theme::Theme;
use crate::app::screen::{Raw, Role};

pub(super) fn draw(buffer: &mut Buffer, area: Rect, raw: &Raw, theme: Theme) {
    clear(buffer, area);
    let place = format!("{}/{}", (raw.above + raw.cursor + 1).min(raw.total), raw.total);
    let muted = theme.style(Role::Muted);
    let body = if is_small(area) {
        // The title takes a line, where a border would take two.
        let rest = put_right(buffer, inset(row(area, 0), 1, 1), &place, muted);
        put(buffer, before(rest, 1), &raw.title, theme.style(Role::Strong));
        Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area }
    } else {
        let body = bordered(buffer, area, &raw.title, true, theme);
        label_right(buffer, before(top_edge(area), 1), &place, muted);
        label_keys(buffer, bottom_edge(area), &raw.keys, theme);
        body
    };
    let first = scroll_to(raw.cursor, body.height);
    for (line, (index, runs)) in rows(body).zip(raw.lines.iter().enumerate().skip(first)) {
        put_runs(buffer, inset(line, 2, 1), runs, theme);
        if index == raw.cursor {
            put(buffer, line, theme.pointer(), theme.style(Role::Strong));
            buffer.set_style(line, theme.select());
        }
    }
}
