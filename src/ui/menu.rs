//! A list of things to choose from: the copy menu, the links, the command palette with its line of input.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::footer::draw_prompt;
use super::pane::{
    Line, after, bottom_edge, centred, inset, inside, label_right, popup, put, put_right, row, scroll_to,
};
use super::text::{cut, elide, width};
use super::theme::Theme;
use crate::app::screen::{Menu, MenuItem, Role, Span};

const GAP: u16 = 3;

/// The popup, and the rows of items within it.
struct Places {
    popup: Rect,
    query: Line,
    items: Rect,
    first: usize,
    key: u16,
}

impl Places {
    fn of(room: Rect, menu: &Menu) -> Self {
        let widest =
            |part: fn(&MenuItem) -> &str| menu.items.iter().map(|i| width(part(i))).max().unwrap_or(0);
        let (key, label, note) = (widest(|i| &i.key), widest(|i| &i.label), widest(|i| &i.note));
        let gap = |columns: u16| if columns > 0 { GAP } else { 0 };
        // Pointer and blank before, one blank after, and the border.
        let columns =
            [key, gap(key), label, gap(note), note, 5].iter().fold(0, |a: u16, b| a.saturating_add(*b));
        let empty = menu.empty.as_ref().map_or(0, |text| width(text).saturating_add(5));
        let least = if menu.query.is_some() { 56 } else { 28 };
        let columns = columns.max(empty).max(width(&menu.title).saturating_add(8)).clamp(least, 90);

        let query = u16::from(menu.query.is_some());
        let rows = u16::try_from(menu.items.len().max(1)).unwrap_or(u16::MAX);
        let popup = centred(room, columns, rows.saturating_add(query + 2));
        let body = inside(popup);
        let query = query.min(body.height);
        let items = Rect { y: body.y + query, height: body.height - query, ..body };
        let query = Rect { height: query, ..body };
        Self { popup, query, items, first: scroll_to(menu.selected, items.height), key }
    }
}

/// The item at a cell.
pub(super) fn hit(room: Rect, menu: &Menu, at: Position) -> Option<usize> {
    let places = Places::of(room, menu);
    let index = places.first + usize::from(at.y.checked_sub(places.items.y)?);
    (places.items.contains(at) && index < menu.items.len()).then_some(index)
}

/// Draws the menu, and says where its cursor is when it takes text.
pub(super) fn draw(buffer: &mut Buffer, room: Rect, menu: &Menu, theme: Theme) -> Option<Position> {
    let places = Places::of(room, menu);
    popup(buffer, places.popup, &menu.title, theme);
    let cursor = menu.query.as_ref().and_then(|input| {
        let sign = if theme.ascii { "> " } else { "› " };
        draw_prompt(buffer, inset(places.query, 0, 1), sign, input, &Span::default(), theme)
    });
    if let (Some(empty), true) = (&menu.empty, menu.items.is_empty()) {
        let line = inset(row(places.items, 0), 2, 1);
        put(buffer, line, &cut(empty, line.width, theme), theme.style(Role::Muted));
    }
    for (y, (index, item)) in (0..places.items.height).zip(menu.items.iter().enumerate().skip(places.first)) {
        let line = row(places.items, y);
        draw_item(buffer, line, item, index == menu.selected, places.key, theme);
    }
    let shown = usize::from(places.items.height);
    if places.first + shown < menu.items.len() {
        let text = format!("{} {} more", theme.more_below(), menu.items.len() - places.first - shown);
        label_right(buffer, bottom_edge(places.popup), &text, theme.style(Role::Muted));
    }
    cursor
}

fn draw_item(buffer: &mut Buffer, line: Line, item: &MenuItem, selected: bool, key: u16, theme: Theme) {
    if selected {
        put(buffer, line, theme.pointer(), theme.style(Role::Strong));
    }
    let text = inset(line, 2, 1);
    put(buffer, text, &item.key, theme.style(Role::Key));
    let text = after(text, if key > 0 { key + GAP } else { 0 });
    if item.label.is_empty() {
        // The note is all there is to it.
        put(buffer, text, &cut(&item.note, text.width, theme), Style::new());
        if selected {
            buffer.set_style(line, theme.select());
        }
        return;
    }
    let label = elide(&item.label, text.width, theme);
    let rest = put(buffer, text, &label, Style::new());
    let rest = after(rest, GAP);
    put_right(buffer, rest, &cut(&item.note, rest.width, theme), theme.style(Role::Muted));
    if selected {
        buffer.set_style(line, theme.select());
    }
}
