//! The checks over the whole body, with the place in them and their keys in the border.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::{framed, inset, put_runs, rows};
use super::theme::Theme;
use crate::app::screen::Doctor;

pub(super) fn draw(buffer: &mut Buffer, area: Rect, doctor: &Doctor, theme: Theme) {
    let shown = doctor.above + doctor.lines.len();
    let place = if doctor.total > doctor.lines.len() {
        format!("{}-{shown} of {}", doctor.above + 1, doctor.total)
    } else {
        String::new()
    };
    let body = framed(buffer, area, &doctor.title, &place, &doctor.keys, theme);
    for (line, runs) in rows(body).zip(&doctor.lines) {
        put_runs(buffer, inset(line, 1, 1), runs, theme);
    }
}
