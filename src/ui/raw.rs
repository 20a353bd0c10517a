//! Text to scroll through line by line over the whole body: the raw answer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::{framed, inset, put, put_runs, rows, scroll_to};
use super::theme::Theme;
use crate::app::screen::{Raw, Role};

pub(super) fn draw(buffer: &mut Buffer, area: Rect, raw: &Raw, theme: Theme) {
    let place = format!("{}/{}", (raw.above + raw.cursor + 1).min(raw.total), raw.total);
    let body = framed(buffer, area, &raw.title, &place, &raw.keys, theme);
    let first = scroll_to(raw.cursor, body.height);
    for (line, (index, runs)) in rows(body).zip(raw.lines.iter().enumerate().skip(first)) {
        put_runs(buffer, inset(line, 2, 1), runs, theme);
        if index == raw.cursor {
            put(buffer, line, theme.pointer(), theme.style(Role::Strong));
            buffer.set_style(line, theme.select());
        }
    }
}
