//! Writing into a line from either end, and the frames around panes and popups.
//!
//! A line is a `Rect` of one row: writing returns what is left of it, so nothing can be written outside.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text;
use ratatui::widgets::{Clear, Widget};

use super::text::{cut, elide, run_width, width};
use super::theme::Theme;
use crate::app::screen::{Role, Span};

/// No grapheme is wider in practice.
const WIDEST_CELL: u16 = 4;

/// A `Rect` of one row, or an empty one.
pub(super) type Line = Rect;

/// Below this, borders cost more than they give.
pub(super) fn is_small(area: Rect) -> bool {
    area.width < 60 || area.height < 15
}

/// The row `y` of an area, counted from its top; empty when there is none.
pub(super) fn row(area: Rect, y: u16) -> Line {
    if y < area.height { Rect { y: area.y + y, height: 1, ..area } } else { Rect { height: 0, ..area } }
}

/// All rows of an area from the top.
pub(super) fn rows(area: Rect) -> impl Iterator<Item = Line> {
    (0..area.height).map(move |y| row(area, y))
}

/// A line without its first columns.
pub(super) fn after(line: Line, columns: u16) -> Line {
    let columns = columns.min(line.width);
    Rect { x: line.x + columns, width: line.width - columns, ..line }
}

/// A line without its last columns.
pub(super) fn before(line: Line, columns: u16) -> Line {
    Rect { width: line.width.saturating_sub(columns), ..line }
}

/// An area without columns at its left and right.
pub(super) fn inset(area: Rect, left: u16, right: u16) -> Rect {
    before(after(area, left), right)
}

/// Writes at the left end, cut to what there is, and returns the rest of the line.
pub(super) fn put(buffer: &mut Buffer, line: Line, text: &str, style: Style) -> Line {
    let line = line.intersection(buffer.area);
    if line.is_empty() {
        return line;
    }
    if is_plain(text) {
        return put_plain(buffer, line, text, style);
    }
    let (end, _) = buffer.set_stringn(line.x, line.y, text, usize::from(line.width), style);
    after(line, end.saturating_sub(line.x))
}

/// Printable ASCII: a byte is a cell, and no grapheme need be looked for. Nearly all text is, and finding
/// graphemes in it would be a third of a frame.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn put_plain(buffer: &mut Buffer, line: Line, text: &str, style: Style) -> Line {
    let mut columns = 0;
    for (x, c) in (line.left()..line.right()).zip(text.chars()) {
        if let Some(cell) = buffer.cell_mut((x, line.y)) {
            cell.set_char(c).set_style(style);
        }
        columns += 1;
    }
    after(line, columns)
}

/// Writes at the right end and returns the rest of the line.
pub(super) fn put_right(buffer: &mut Buffer, line: Line, text: &str, style: Style) -> Line {
    let columns = width(text).min(line.width);
    put(buffer, after(line, line.width - columns), text, style);
    before(line, columns)
}

/// Writes spans at the left end; what does not fit is cut with an ellipsis.
pub(super) fn put_runs(buffer: &mut Buffer, mut line: Line, runs: &[Span], theme: Theme) -> Line {
    let fits = run_width(runs) <= line.width;
    for run in runs {
        if fits || width(&run.text) < line.width {
            line = put(buffer, line, &run.text, theme.style(run.role));
        } else {
            line = put(buffer, line, &cut(&run.text, line.width, theme), theme.style(run.role));
            break;
        }
    }
    line
}

/// Draws composed lines from the top of an area, starting at line `from`.
pub(super) fn put_lines(buffer: &mut Buffer, area: Rect, lines: &[text::Line], from: usize) {
    let area = area.intersection(buffer.area);
    for (row, line) in rows(area).zip(lines.iter().skip(from)) {
        let mut rest = row;
        for span in line {
            rest = put(buffer, rest, &span.content, line.style.patch(span.style));
        }
    }
}

/// The frame of what fills the whole body: title, place in it and keys in a border, or title and place in one line
/// where there is no room for one. Returns what is left for the body.
pub(super) fn framed(
    buffer: &mut Buffer,
    area: Rect,
    title: &str,
    place: &str,
    keys: &[(String, &'static str)],
    theme: Theme,
) -> Rect {
    clear(buffer, area);
    let muted = theme.style(Role::Muted);
    if is_small(area) {
        let rest = put_right(buffer, inset(row(area, 0), 1, 1), place, muted);
        put(buffer, before(rest, 1), title, theme.style(Role::Strong));
        return Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    }
    let body = bordered(buffer, area, title, true, theme);
    label_right(buffer, before(top_edge(area), 1), place, muted);
    label_keys(buffer, bottom_edge(area), keys, theme);
    body
}

/// A border with a title; returns what is inside.
pub(super) fn bordered(buffer: &mut Buffer, area: Rect, title: &str, focused: bool, theme: Theme) -> Rect {
    let area = area.intersection(buffer.area);
    let style = if focused { Style::new() } else { Theme::FAINT };
    draw_border(buffer, area, theme, style);
    let title = elide(title, area.width.saturating_sub(6), theme);
    if !title.is_empty() {
        let style = if focused { theme.style(Role::Strong) } else { Style::new() };
        label(buffer, top_edge(area), &title, style);
    }
    inside(area)
}

/// Only the cells of the border: ratatui's `Block` goes through every cell of its area to style it, which for
/// two panes is a fifth of a frame.
fn draw_border(buffer: &mut Buffer, area: Rect, theme: Theme, style: Style) {
    if area.is_empty() {
        return;
    }
    let set = theme.border_set();
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    let mut cell = |x, y, symbol| {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    };
    for x in area.left()..area.right() {
        cell(x, area.top(), set.horizontal_top);
        cell(x, bottom, set.horizontal_bottom);
    }
    for y in area.top()..area.bottom() {
        cell(area.left(), y, set.vertical_left);
        cell(right, y, set.vertical_right);
    }
    cell(area.left(), area.top(), set.top_left);
    cell(right, area.top(), set.top_right);
    cell(area.left(), bottom, set.bottom_left);
    cell(right, bottom, set.bottom_right);
}

/// What is inside a border.
pub(super) fn inside(area: Rect) -> Rect {
    let inner = inset(area, 1, 1);
    if area.height < 2 {
        Rect { height: 0, ..inner }
    } else {
        Rect { y: area.y + 1, height: area.height - 2, ..inner }
    }
}

/// The top border between its corners.
pub(super) fn top_edge(area: Rect) -> Line {
    row(inset(area, 1, 1), 0)
}

/// The bottom border between its corners, one cell of it left to be seen at the right.
pub(super) fn bottom_edge(area: Rect) -> Line {
    if area.height < 2 { Rect { height: 0, ..area } } else { row(inset(area, 1, 2), area.height - 1) }
}

/// Opens a gap in a border for a text, with a blank at each side; returns the place of the text. The style of
/// the border goes, which would dim what is written over it.
pub(super) fn open(buffer: &mut Buffer, edge: Line, columns: u16) -> Line {
    let gap = before(edge, edge.width.saturating_sub(columns.saturating_add(2))).intersection(buffer.area);
    buffer.set_style(gap, Style::reset());
    for x in gap.left()..gap.right() {
        put(buffer, Line { x, width: 1, ..gap }, " ", Style::new());
    }
    inset(gap, 1, 1)
}

/// Writes into a border with a blank at each side, and returns the rest.
pub(super) fn label(buffer: &mut Buffer, edge: Line, text: &str, style: Style) -> Line {
    if text.is_empty() || edge.width < 3 {
        return edge;
    }
    let text = super::text::split(text, edge.width - 2).0;
    let rest = after(edge, width(text) + 2);
    let place = open(buffer, edge, width(text));
    put(buffer, place, text, style);
    rest
}

/// As [`label`], at the right end.
pub(super) fn label_right(buffer: &mut Buffer, edge: Line, text: &str, style: Style) -> Line {
    let columns = width(text).saturating_add(2);
    if text.is_empty() || edge.width < columns {
        return edge;
    }
    label(buffer, after(edge, edge.width - columns), text, style);
    before(edge, columns)
}

/// Keys and their words into the bottom border of a popup, at the right end; the last ones go first.
pub(super) fn label_keys(buffer: &mut Buffer, edge: Line, keys: &[(String, &'static str)], theme: Theme) {
    let room = edge.width.saturating_sub(2);
    let (count, columns) = fitting_keys(keys, room);
    let Some(keys) = keys.get(..count) else { return };
    if count == 0 {
        return;
    }
    let line = open(buffer, after(edge, room - columns), columns);
    put_keys(buffer, line, keys, theme);
}

/// Keys and their words, two columns apart.
pub(super) fn put_keys(
    buffer: &mut Buffer,
    mut line: Line,
    keys: &[(String, &'static str)],
    theme: Theme,
) -> Line {
    for (index, (key, word)) in keys.iter().enumerate() {
        if index > 0 {
            line = put(buffer, line, "  ", Style::new());
        }
        line = put(buffer, line, key, theme.style(Role::Key));
        line = put(buffer, line, " ", Style::new());
        line = put(buffer, line, word, theme.style(Role::Muted));
    }
    line
}

/// How many of the keys fit, and the columns they take.
pub(super) fn fitting_keys(keys: &[(String, &'static str)], room: u16) -> (usize, u16) {
    let mut used: u16 = 0;
    for (index, (key, word)) in keys.iter().enumerate() {
        let gap = if index > 0 { 2 } else { 0 };
        let columns = used.saturating_add(gap + 1).saturating_add(width(key)).saturating_add(width(word));
        if columns > room {
            return (index, used);
        }
        used = columns;
    }
    (keys.len(), used)
}

/// Marks in the last column, where there is no border to carry them: that there is more above, or below.
pub(super) fn scroll_marks(buffer: &mut Buffer, area: Rect, above: bool, below: bool, theme: Theme) {
    if above {
        put_right(buffer, row(area, 0), theme.more_above(), theme.style(Role::Strong));
    }
    if below {
        let last = row(area, area.height.saturating_sub(1));
        put_right(buffer, last, theme.more_below(), theme.style(Role::Strong));
    }
}

/// Whole parts with a separator between each two: as many of the first ones as fit, the first one cut if it must be.
pub(super) fn put_parts(buffer: &mut Buffer, line: Line, parts: &[Span], theme: Theme) {
    let mut rest = line;
    for (index, part) in fitting_parts(parts, line.width).0.iter().enumerate() {
        if index > 0 {
            rest = put(buffer, rest, SEPARATOR, theme.style(part.role));
        }
        rest = put_runs(buffer, rest, std::slice::from_ref(part), theme);
    }
}

/// Between two parts.
const SEPARATOR: &str = " · ";

/// The parts that fit, and the columns they take.
pub(super) fn fitting_parts(parts: &[Span], room: u16) -> (&[Span], u16) {
    let mut used: u16 = 0;
    for (index, part) in parts.iter().enumerate() {
        let gap = if index > 0 { width(SEPARATOR) } else { 0 };
        let columns = used.saturating_add(gap).saturating_add(width(&part.text));
        if index > 0 && columns > room {
            return (parts.get(..index).unwrap_or_default(), used.min(room));
        }
        used = columns;
    }
    (parts, used.min(room))
}

/// An area of the wanted size in the middle of another, never larger than it.
pub(super) fn centred(room: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(room.width), height.min(room.height));
    Rect::new(room.x + (room.width - width) / 2, room.y + (room.height - height) / 2, width, height)
}

/// Clears an area, and with it any wide character that reaches into it from the left: its second half would
/// hide the border.
pub(super) fn clear(buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    Clear.render(area, buffer);
    for y in area.top()..area.bottom() {
        for x in area.left().saturating_sub(WIDEST_CELL)..area.left() {
            if let Some(cell) = buffer.cell_mut((x, y))
                && x + cell.symbol().cell_width() > area.left()
            {
                cell.set_symbol(" ");
            }
        }
    }
}

/// Clears an area for a popup and frames it; returns what is inside.
pub(super) fn popup(buffer: &mut Buffer, area: Rect, title: &str, theme: Theme) -> Rect {
    clear(buffer, area);
    bordered(buffer, area, title, true, theme)
}

/// The first line of a window of `height` lines that shows line `focus`, when lines from the top do not.
pub(super) fn scroll_to(focus: usize, height: u16) -> usize {
    (focus + 1).saturating_sub(usize::from(height))
}
