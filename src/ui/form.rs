//! The form of a lookup: a hint, the kind, the inputs with their verdicts, and the place of the cursor.
//!
//! With room, a verdict stands beside its input; without, under it, and the rows slide so that the focused one
//! and its verdict are always seen.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text;

use super::pane::{
    Line, after, before, bottom_edge, centred, inset, label, label_keys, popup, put, put_lines, put_right,
    row, top_edge,
};
use super::text::{Lines, field, width, wrap};
use super::theme::Theme;
use crate::app::screen::{Form, FormInput, Role, Span};

/// Columns of a popup with the verdicts beside the inputs, and with them below.
const BESIDE: u16 = 100;
const BELOW: u16 = 76;
/// An id and its cursor, with some air.
const INPUT: u16 = 32;
const GAP: u16 = 2;
/// The most lines that a verdict may take under its input.
const VERDICT_LINES: usize = 3;

/// One line of the form.
enum Row<'a> {
    Text(text::Line<'a>),
    Kind,
    Profile,
    /// With the first line of its verdict, when that stands beside it.
    Input(usize, &'a FormInput, Option<text::Line<'a>>),
}

#[derive(Clone, Copy)]
struct Columns {
    name: u16,
    beside: bool,
}

/// Draws the form, and says where its cursor is when an input is focused.
pub(super) fn draw(buffer: &mut Buffer, room: Rect, form: &Form, theme: Theme) -> Option<Position> {
    let beside = room.width >= BESIDE;
    let popup_width = if beside { BESIDE } else { BELOW };
    let text_width = popup_width.min(room.width).saturating_sub(4);
    let roomy = room.height >= 17;
    let names = form.inputs.iter().map(|input| width(input.name)).max().unwrap_or(0).max(width("Kind"));
    let columns = Columns { name: names + 2 + if text_width < 40 { 1 } else { GAP }, beside };

    let (rows, focus) = compose(form, columns, text_width, roomy, theme);
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(room, popup_width, height);
    let body = inset(popup(buffer, area, &form.title, theme), 1, 1);
    label_keys(buffer, bottom_edge(area), &form.keys, theme);

    // What a paste or a key has led to stays in sight: an Esc that asks would seem to do nothing.
    let said = if form.hint.role == Role::Muted { 0 } else { run_lines(&form.hint, text_width, theme).len() };
    let pinned = said.min(usize::from(body.height.saturating_sub(2)));
    // As far down as the end of the focused input needs, but never past its own line.
    let first = focus.end.saturating_sub(usize::from(body.height)).min(focus.start.saturating_sub(pinned));
    if first > 0 {
        let edge = top_edge(area);
        let mark = after(edge, edge.width.saturating_sub(4));
        label(buffer, mark, theme.more_above(), theme.style(Role::Muted));
    }
    let mut cursor = None;
    let shown = rows.iter().enumerate().filter(|(at, _)| *at < pinned || *at >= pinned + first);
    for (y, (_, item)) in (0..body.height).zip(shown) {
        let line = row(body, y);
        match item {
            Row::Text(text) => put_lines(buffer, line, std::slice::from_ref(text), 0),
            Row::Kind => {
                let choice = Choice { name: "Kind", options: &form.kinds, chosen: form.kind };
                choice.draw(buffer, line, form.focus == 0, columns, theme);
            }
            Row::Profile => {
                let options: Vec<&str> = form.profiles.iter().map(String::as_str).collect();
                let choice = Choice { name: "Profile", options: &options, chosen: form.profile };
                choice.draw(buffer, line, form.focus == 1, columns, theme);
            }
            Row::Input(index, input, verdict) => {
                let focused = form.focus == index + choices(form);
                let place = draw_input(buffer, line, input, focused, columns, theme);
                let beside = after(line, columns.name + INPUT + GAP);
                put_lines(buffer, beside, verdict.as_slice(), 0);
                if focused {
                    cursor = place;
                }
            }
        }
    }
    cursor
}

/// All lines, and those of them that the focus is on.
fn compose<'a>(
    form: &'a Form,
    columns: Columns,
    text_width: u16,
    roomy: bool,
    theme: Theme,
) -> (Vec<Row<'a>>, Range<usize>) {
    let mut rows: Vec<Row<'a>> = Vec::with_capacity(24);
    let text = |line| Row::Text(line);
    rows.extend(run_lines(&form.hint, text_width, theme).into_iter().map(text));
    if roomy {
        rows.push(Row::Text(text::Line::default()));
    }
    let mut focus = rows.len()..rows.len() + 1;
    rows.push(Row::Kind);
    if !form.profiles.is_empty() {
        if form.focus == 1 {
            focus = rows.len()..rows.len() + 1;
        }
        rows.push(Row::Profile);
    }
    if roomy && !columns.beside {
        rows.push(Row::Text(text::Line::default()));
    }
    for (index, input) in form.inputs.iter().enumerate() {
        let start = rows.len();
        let indent = if columns.beside {
            columns.name + INPUT + GAP
        } else if text_width < 40 {
            4
        } else {
            columns.name
        };
        let mut verdict = run_lines(&input.verdict, text_width.saturating_sub(indent), theme);
        verdict.truncate(VERDICT_LINES);
        let mut verdict = verdict.into_iter();
        let first = if columns.beside { verdict.next() } else { None };
        rows.push(Row::Input(index, input, first));
        rows.extend(verdict.map(|mut line| {
            line.spans.insert(0, super::text::blank(indent));
            Row::Text(line)
        }));
        // A line is kept for it even when it says nothing, so that typing moves no other row.
        if !columns.beside && rows.len() == start + 1 {
            rows.push(Row::Text(text::Line::default()));
        }
        if form.focus == index + choices(form) {
            focus = start..rows.len();
        }
    }
    if roomy && columns.beside {
        rows.push(Row::Text(text::Line::default()));
    }
    (rows, focus)
}

fn run_lines(run: &Span, columns: u16, theme: Theme) -> Lines<'_> {
    wrap([(run.text.as_str(), theme.style(run.role))], columns)
}

/// The pointer and the name of a line; returns the place of its value.
fn draw_name(
    buffer: &mut Buffer,
    line: Line,
    name: &str,
    focused: bool,
    columns: Columns,
    theme: Theme,
) -> Line {
    if focused {
        put(buffer, line, theme.pointer(), theme.style(Role::Strong));
    }
    let role = if focused { Role::Strong } else { Role::Muted };
    put(buffer, after(line, 2), name, theme.style(role));
    after(line, columns.name)
}

/// The rows of choices, which stand before the inputs.
fn choices(form: &Form) -> usize {
    if form.profiles.is_empty() { 1 } else { 2 }
}

/// A row of options of which one is chosen.
struct Choice<'a> {
    name: &'static str,
    options: &'a [&'a str],
    chosen: usize,
}

impl Choice<'_> {
    /// `‹ find out ›  flex    dedicated`: the chosen one in brackets. Where not all of them fit, the chosen one with
    /// its neighbours, and how many there are.
    fn draw(&self, buffer: &mut Buffer, line: Line, focused: bool, columns: Columns, theme: Theme) {
        let mut line = draw_name(buffer, line, self.name, focused, columns, theme);
        let (open, close) = theme.brackets();
        let chosen = theme.style(Role::Strong);
        let chosen = if focused { chosen.add_modifier(Modifier::REVERSED) } else { chosen };
        let place = format!("  {}/{}", self.chosen + 1, self.options.len());
        let shown = options_shown(self.options, self.chosen, line.width, width(&place));
        if shown.len() < self.options.len() {
            put_right(buffer, line, &place, theme.style(Role::Muted));
            line = before(line, width(&place));
        }
        for (index, option) in self.options.iter().enumerate().filter(|(index, _)| shown.contains(index)) {
            if index == self.chosen {
                let room = line.width.saturating_sub(width(open) + width(close));
                line = put(buffer, line, open, chosen);
                line = put(buffer, line, &super::text::elide(option, room, theme), chosen);
                line = put(buffer, line, close, chosen);
            } else {
                line = put(buffer, after(line, 2), option, theme.style(Role::Muted));
                line = after(line, 2);
            }
        }
    }
}

/// Which options fit on a line: all of them, or else the chosen one and as many beside it as fit before `place`.
fn options_shown(options: &[&str], chosen: usize, room: u16, place: u16) -> Range<usize> {
    let columns = |range: &Range<usize>| {
        let shown = options.get(range.clone()).unwrap_or_default();
        shown.iter().fold(0, |sum: u16, option| sum.saturating_add(width(option) + 4))
    };
    let all = 0..options.len();
    if columns(&all) <= room {
        return all;
    }
    let room = room.saturating_sub(place);
    let mut shown = chosen..chosen + 1;
    loop {
        let after = shown.start..shown.end + 1;
        let before = shown.start.saturating_sub(1)..shown.end;
        if shown.end < options.len() && columns(&after) <= room {
            shown = after;
        } else if shown.start > 0 && columns(&before) <= room {
            shown = before;
        } else {
            return shown;
        }
    }
}

/// Name and input; returns the place of the cursor.
fn draw_input(
    buffer: &mut Buffer,
    line: Line,
    item: &FormInput,
    focused: bool,
    columns: Columns,
    theme: Theme,
) -> Option<Position> {
    let rest = draw_name(buffer, line, item.name, focused, columns, theme);
    let place = if columns.beside { Line { width: INPUT.min(rest.width), ..rest } } else { rest };
    let (shown, column) =
        if focused { field(&item.input, place.width) } else { (item.input.text.as_str(), 0) };
    if shown.is_empty() && item.input.text.is_empty() {
        put(buffer, place, item.placeholder, theme.style(Role::Muted));
    } else if focused {
        put(buffer, place, shown, Style::new());
    } else {
        put(buffer, place, &super::text::elide(shown, place.width, theme), Style::new());
    }
    if focused {
        buffer.set_style(place, Theme::INPUT);
    }
    (!place.is_empty()).then(|| Position::new(place.x + column, place.y))
}
