//! The list of lookups: selection, glyph, label, marks, phase word, one time.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::columns::Plan;
use super::pane::{
    Line, after, before, bordered, bottom_edge, inset, inside, label, label_right, put, put_lines, put_right,
    row, scroll_marks, scroll_to, top_edge,
};
use super::text::{cut, elide, width, wrap};
use super::theme::Theme;
use crate::app::screen::{List, Role, Row, Span};

/// The pointer, or a sign that the row changed; and a sign that it is marked.
pub(super) const POINTER: u16 = 2;
/// The glyph and a blank; two columns for it, because `⌛` is wide.
pub(super) const GLYPH: u16 = 3;
/// Before each mark.
const MARK_GAP: u16 = 2;
/// What is before a row's words of its former phase.
pub(super) const WAS_GAP: u16 = 2;
/// A label is worth more than the time beside it below this, and more than the phase word below the next.
const LABEL_BEFORE_TIME: u16 = 12;
const LABEL_BEFORE_WORD: u16 = 8;
/// Columns of the profile that a row is read with.
const WHOSE_MOST: u16 = 10;
/// What it leaves to the label: two clusters must still be told apart.
const LABEL_BESIDE_WHOSE: u16 = 12;
/// What a mark leaves to the label: a stale row must say so, even if its label is hard to read.
const LABEL_BESIDE_MARKS: u16 = 5;
/// A column of phase words, at least and at most: `link ready`, and the longest without its second half.
const WORD: (u16, u16) = (10, 12);

/// Columns at the right end, the same for all rows; 0 when the pane is too narrow for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    word: u16,
    time: u16,
}

impl Columns {
    /// At least as wide as the usual words and times, so that they do not shift when a row scrolls in.
    fn of(rows: &[Row], width_of_row: u16) -> Self {
        let widest = |part: fn(&Row) -> &str| rows.iter().map(|row| width(part(row))).max().unwrap_or(0);
        let word = widest(|row| &row.word).clamp(WORD.0, WORD.1);
        let time = widest(|row| &row.time).clamp(5, 10);
        let room = width_of_row.saturating_sub(POINTER + GLYPH + 1);
        let left = room.saturating_sub(LABEL_BEFORE_TIME + 1 + 2 + time);
        if left >= WORD.0 {
            Self { word: word.min(left), time }
        } else if room >= LABEL_BEFORE_WORD + 1 + word {
            Self { word, time: 0 }
        } else {
            Self { word: 0, time: 0 }
        }
    }
}

/// Where the rows are.
fn body(area: Rect, list: &List, tiny: bool) -> Rect {
    let body = if tiny { area } else { inside(area) };
    let heading = u16::from(list.wide).min(body.height);
    Rect { y: body.y + heading, height: body.height - heading, ..body }
}

/// Index of the first row drawn: 0, unless the selected one would be out of sight.
fn first(list: &List, height: u16) -> usize {
    scroll_to(list.selected.unwrap_or(0), height)
}

pub(super) fn hit(area: Rect, list: &List, tiny: bool, at: Position) -> Option<usize> {
    let body = body(area, list, tiny);
    let index = first(list, body.height) + usize::from(at.y.checked_sub(body.y)?);
    (body.contains(at) && index < list.rows.len()).then_some(index)
}

pub(super) fn draw(buffer: &mut Buffer, area: Rect, list: &List, focused: bool, tiny: bool, theme: Theme) {
    let body = body(area, list, tiny);
    if !tiny {
        bordered(buffer, area, &list.title, focused, theme);
        draw_edges(buffer, area, list, body.height, theme);
    }
    if let (Some(empty), true) = (&list.empty, list.rows.is_empty()) {
        let area = inset(body, 2, 1);
        let lines = wrap([(empty.as_str(), theme.style(Role::Muted))], area.width);
        put_lines(buffer, area, &lines, 0);
    }
    let columns = Columns::of(&list.rows, body.width);
    let plan = list.wide.then(|| Plan::of(&list.rows, body.width));
    if let (Some(plan), true) = (plan, !list.rows.is_empty()) {
        let heading = Line { y: body.y.saturating_sub(1), height: 1, ..body };
        plan.draw_heading(buffer, heading, theme);
    }
    let first = first(list, body.height);
    for (y, (index, item)) in (0..body.height).zip(list.rows.iter().enumerate().skip(first)) {
        let line = row(body, y);
        let selected = list.selected == Some(index);
        draw_signs(buffer, line, item, selected, theme);
        match plan {
            Some(plan) => plan.draw_row(buffer, line, item, theme),
            None => draw_row(buffer, line, item, columns, theme),
        }
        if selected {
            buffer.set_style(line, if focused { theme.select() } else { Theme::SELECTED_QUIETLY });
        }
    }
    if tiny {
        let above = list.above + first > 0;
        scroll_marks(buffer, body, above, below(list, body.height) > 0, theme);
    }
}

/// Rows out of sight under the last one drawn.
fn below(list: &List, height: u16) -> usize {
    let shown = usize::from(height).min(list.rows.len());
    list.total.saturating_sub(list.above + first(list, height) + shown)
}

/// What stands before every row: pointer, signs, glyph.
fn draw_signs(buffer: &mut Buffer, line: Line, item: &Row, selected: bool, theme: Theme) {
    let sign = match (selected, &item.was) {
        (true, _) => theme.pointer(),
        (false, Some(_)) => theme.unseen(),
        (false, None) => "",
    };
    put(buffer, Line { width: line.width.min(1), ..line }, sign, theme.style(Role::Strong));
    if item.marked {
        put(buffer, after(line, 1), theme.mark(), theme.style(Role::Strong));
    }
    let line = after(line, POINTER);
    put(buffer, Line { width: line.width.min(GLYPH - 1), ..line }, &item.glyph, theme.signal(item.role));
}

/// The phase's word in a role, standing out while it is new.
pub(super) fn word_style(item: &Row, role: Role, theme: Theme) -> Style {
    if item.flash { theme.style(role).patch(Theme::FLASH) } else { theme.style(role) }
}

fn draw_row(buffer: &mut Buffer, line: Line, item: &Row, columns: Columns, theme: Theme) {
    let mut line = before(after(line, POINTER + GLYPH), 1);
    let (time, mut rest) = (after(line, line.width.saturating_sub(columns.time)), line);
    if columns.time > 0 {
        rest = before(rest, columns.time + 2);
    }
    let mut marks = marks_width(item);
    if columns.word > 0 {
        let word = cut(&item.word, columns.word, theme);
        put_right(buffer, rest, &word, word_style(item, item.role, theme));
        // A short word leaves its blanks to the label.
        rest = before(rest, width(&word) + 1);
        // Where there is no place for the words of the marks, a sign stands before the phase, which may be old.
        if columns.time == 0 && rest.width < marks + LABEL_BEFORE_WORD && marks > 0 {
            let sign = Line { x: rest.right(), width: 1, ..rest };
            put(buffer, sign, item.sign, theme.style(Role::Warning));
            rest = before(rest, 1);
            marks = 0;
        }
    }
    line.width = rest.width;
    // A label and its marks that would push each other together take the place of the time.
    let crowded = marks > 0 && width(&item.label).saturating_add(marks) > line.width;
    if crowded && marks <= columns.time + MARK_GAP {
        put_marks(buffer, after(time, columns.time + MARK_GAP - marks), &item.marks, theme);
        marks = 0;
    } else if columns.time > 0 {
        put_right(buffer, time, &cut(&item.time, columns.time, theme), theme.style(Role::Muted));
    }
    draw_label(buffer, line, item, marks, theme);
}

/// The label, whose it is where there is room for both, and its marks, which take `marks` columns: they may push it together, but not out. The former phase
/// stands behind where there is room that nothing else wants.
pub(super) fn draw_label(buffer: &mut Buffer, line: Line, item: &Row, marks: u16, theme: Theme) {
    let marks = if line.width >= marks.saturating_add(LABEL_BESIDE_MARKS) { marks } else { 0 };
    let whose = elide(&item.whose, WHOSE_MOST, theme);
    let taken = if whose.is_empty() { 0 } else { width(&whose) + MARK_GAP };
    let least = width(&item.label).min(LABEL_BESIDE_WHOSE);
    let taken = if line.width >= marks.saturating_add(taken + least) { taken } else { 0 };
    let shown = elide(&item.label, line.width - marks - taken, theme);
    let style = if item.role == Role::Danger { theme.style(Role::Strong) } else { Style::new() };
    let mut rest = put(buffer, line, &shown, style);
    if taken > 0 {
        rest = put(buffer, after(rest, MARK_GAP), &whose, theme.style(Role::Muted));
    }
    if marks > 0 {
        rest = put_marks(buffer, after(rest, MARK_GAP), &item.marks, theme);
    }
    if let Some(was) = &item.was
        && width(was).saturating_add(WAS_GAP) <= rest.width
    {
        put(buffer, after(rest, WAS_GAP), was, theme.style(Role::Muted));
    }
}

/// Columns that the marks of a row take, the gaps before them included.
pub(super) fn marks_width(item: &Row) -> u16 {
    item.marks.iter().fold(0, |sum: u16, mark| sum.saturating_add(width(&mark.text) + MARK_GAP))
}

/// Returns what is left behind the last one.
fn put_marks(buffer: &mut Buffer, mut line: Line, marks: &[Span], theme: Theme) -> Line {
    for (index, mark) in marks.iter().enumerate() {
        let gap = if index > 0 { MARK_GAP } else { 0 };
        line = put(buffer, after(line, gap), &mark.text, theme.style(mark.role));
    }
    line
}

/// The place in a long list at the top, the note at the bottom.
fn draw_edges(buffer: &mut Buffer, area: Rect, list: &List, height: u16, theme: Theme) {
    let shown = usize::from(height).min(list.rows.len());
    if list.total > shown {
        let at = list.above + list.selected.unwrap_or(0) + 1;
        let text = format!("{at}/{}", list.total);
        let edge = after(top_edge(area), width(&list.title) + 2);
        label_right(buffer, before(edge, 1), &text, theme.style(Role::Muted));
    }
    let mut edge = bottom_edge(area);
    if below(list, height) > 0 {
        edge = label_right(buffer, edge, theme.more_below(), theme.style(Role::Muted));
    }
    if let Some(note) = &list.note {
        label(buffer, edge, &cut(&note.text, edge.width.saturating_sub(2), theme), theme.style(note.role));
    }
}
