//! The last line: the keys that work here with the rate budget, or a line of input. And the notice above it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::pane::{Line, after, before, inset, put, put_lines, put_right, put_runs, row};
use super::text::{cut, field, width, wrap};
use super::theme::Theme;
use crate::app::keymap::Action;
use crate::app::screen::{Footer, FooterKey, Input, Prompt, Role, Span};

/// Between two keys, and before the budget.
const GAP: u16 = 2;
/// From this width on the budget stands before the last keys.
const WIDE: u16 = 100;
/// Keys that stand before the budget: to add, to open, for help, to leave, to refresh, and to leave the demo.
const FIRST_KEYS: usize = 6;
/// What a warning leaves to the input.
const INPUT: u16 = 12;

/// Draws the keys, or the prompt and the place of its cursor.
pub(super) fn draw(buffer: &mut Buffer, line: Line, footer: &Footer, theme: Theme) -> Option<Position> {
    if let Some(prompt) = &footer.prompt {
        let Prompt { sign, input, note } = prompt;
        return draw_prompt(buffer, inset(line, 1, 1), sign, input, note, theme);
    }
    let keys = keys_line(line, footer);
    let mut end = line.x;
    for (place, key) in placed(keys, &footer.keys) {
        let rest = put(buffer, place, &key.key, theme.style(Role::Key));
        let rest = put(buffer, rest, " ", Style::new());
        put(buffer, rest, key.word, theme.style(Role::Muted));
        end = place.right();
    }
    let has_room = keys != line || placed(line, &footer.keys).count() == footer.keys.len();
    if let (Some(budget), true) = (&footer.budget, has_room) {
        let rest = before(after(line, end + GAP - line.x), 1);
        if width(&budget.text) <= rest.width {
            put_right(buffer, rest, &budget.text, theme.style(budget.role));
        }
    }
    None
}

/// Where the keys are. A wide line leaves room for the budget, as long as the first keys stand all the same.
fn keys_line(line: Line, footer: &Footer) -> Line {
    let Some(budget) = footer.budget.as_ref().filter(|_| line.width >= WIDE) else { return line };
    let keys = before(line, width(&budget.text).saturating_add(GAP));
    let first = FIRST_KEYS.min(footer.keys.len());
    if placed(keys, &footer.keys).count() >= first { keys } else { line }
}

/// The keys that fit, each with its cells.
fn placed(line: Line, keys: &[FooterKey]) -> impl Iterator<Item = (Line, &FooterKey)> {
    let mut rest = inset(line, 1, 1);
    keys.iter().map_while(move |key| {
        let columns = width(&key.key).saturating_add(1).saturating_add(width(key.word));
        if columns > rest.width || rest.is_empty() {
            return None;
        }
        let place = Line { width: columns, ..rest };
        rest = after(rest, columns.saturating_add(GAP));
        Some((place, key))
    })
}

/// The action of the key at a column.
pub(super) fn hit(line: Line, footer: &Footer, x: u16) -> Option<Action> {
    if footer.prompt.is_some() {
        return None;
    }
    let at = Position::new(x, line.y);
    placed(keys_line(line, footer), &footer.keys)
        .find(|(place, _)| place.contains(at))
        .map(|(_, key)| key.action)
}

/// A sign, the input and its cursor; the note stands at the right while there is room.
pub(super) fn draw_prompt(
    buffer: &mut Buffer,
    line: Line,
    sign: &str,
    input: &Input,
    note: &Span,
    theme: Theme,
) -> Option<Position> {
    let mut rest = put(buffer, line, sign, theme.style(Role::Key));
    let room = rest.width.saturating_sub(width(&input.text).saturating_add(3).max(INPUT));
    if width(&note.text) <= room {
        rest = put_right(buffer, rest, &note.text, theme.style(note.role));
    } else if note.role == Role::Warning {
        let room = room.max(rest.width / 2);
        rest = put_right(buffer, rest, &cut(&note.text, room, theme), theme.style(note.role));
        rest = before(rest, 1);
    }
    let (shown, column) = field(input, rest.width);
    put(buffer, rest, shown, Style::new());
    (!rest.is_empty()).then(|| Position::new(rest.x + column, rest.y))
}

/// In as many rows as there are; what does not fit into the last one is cut.
pub(super) fn draw_notice(buffer: &mut Buffer, area: Rect, notice: &Span, theme: Theme) {
    let area = inset(area, 1, 1);
    let style = theme.style(notice.role);
    let lines = wrap([(notice.text.as_str(), style)], area.width);
    let Some(last) = area.height.checked_sub(1) else { return };
    put_lines(buffer, Rect { height: last, ..area }, &lines, 0);
    let rest: String =
        lines.iter().skip(usize::from(last)).flatten().map(|span| span.content.as_ref()).collect();
    put_runs(buffer, row(area, last), &[Span::new(rest, notice.role)], theme);
}
