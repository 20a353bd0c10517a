//! The checks over the whole body, with the place in them and their keys in the border.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::{
    before, bordered, bottom_edge, clear, inset, is_small, label_keys, label_right, put, put_right, put_runs,
    row, rows, top_edge,
};
use super::theme::Theme;
use crate::app::screen::{Doctor, Role};

pub(super) fn draw(buffer: &mut Buffer, area: Rect, doctor: &Doctor, theme: Theme) {
    clear(buffer, area);
    let shown = doctor.above + doctor.lines.len();
    let place = if doctor.total > doctor.lines.len() {
        format!("{}-{shown} of {}", doctor.above + 1, doctor.total)
    } else {
        String::new()
    };
    let muted = theme.style(Role::Muted);
    let body = if is_small(area) {
        // The title takes a line, where a border would take two.
        let rest = put_right(buffer, inset(row(area, 0), 1, 1), &place, muted);
        put(buffer, before(rest, 1), &doctor.title, theme.style(Role::Strong));
        Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area }
    } else {
        let body = bordered(buffer, area, &doctor.title, true, theme);
        label_right(buffer, before(top_edge(area), 1), &place, muted);
        label_keys(buffer, bottom_edge(area), &doctor.keys, theme);
        body
    };
    for (line, runs) in rows(body).zip(&doctor.lines) {
        put_runs(buffer, inset(line, 1, 1), runs, theme);
    }
}
