//! A question, and the keys that answer it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::{centred, fitting_keys, inset, popup, put_keys, put_lines, row};
use super::text::{width, wrap};
use super::theme::Theme;
use crate::app::screen::{Confirm, Role};

const MOST: u16 = 60;

pub(super) fn draw(buffer: &mut Buffer, room: Rect, confirm: &Confirm, theme: Theme) {
    let (_, keys) = fitting_keys(&confirm.keys, MOST);
    let text = width(&confirm.question).max(keys).clamp(30, MOST).min(room.width.saturating_sub(6));
    let lines = wrap([(confirm.question.as_str(), theme.style(Role::Strong))], text);
    let question = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    // A blank line around the question when there is room for it.
    let airy = question.saturating_add(5) <= room.height;
    let height = question.saturating_add(if airy { 5 } else { 3 });
    let inner = popup(buffer, centred(room, text + 6, height), "", theme);
    let body = inset(inner, 2, 2);
    let air = u16::from(airy);
    let below = Rect { y: body.y + air, height: body.height.saturating_sub(air), ..body };
    put_lines(buffer, Rect { height: below.height.saturating_sub(1), ..below }, &lines, 0);
    let (count, _) = fitting_keys(&confirm.keys, body.width);
    if let (Some(keys), Some(last)) = (confirm.keys.get(..count), body.height.checked_sub(1)) {
        put_keys(buffer, row(body, last), keys, theme);
    }
}
