//! A wide list: label, profile where there are several, kind, source and target, phase, progress, time and the age of the data, under a heading.
//!
//! What is narrow and always needed takes its columns first; the label and the names take of the rest what they need. A column
//! is dropped whole rather than shown in a part that could be read as something else; names are elided in the
//! middle, which shows.

use std::borrow::Cow;

use ratatui::buffer::Buffer;

use super::list::{GLYPH, POINTER, WAS_GAP, draw_label, marks_width, word_style};
use super::pane::{Line, after, before, put, put_right};
use super::text::{cut, elide, width};
use super::theme::Theme;
use crate::app::screen::{Role, Row, Wide};

/// Between two columns.
const GAP: u16 = 2;
/// The least and the most of a column. As wide as its usual texts at least, so that it does not shift when a row
/// scrolls in.
const LABEL: (u16, u16) = (16, 40);
/// A label takes what it needs up to this before the others grow.
const LABEL_FIRST: u16 = 24;
const PROFILE: (u16, u16) = (7, 16);
const KIND: (u16, u16) = (10, 13);
const ROUTE: (u16, u16) = (17, 60);
const PHASE: (u16, u16) = (12, 24);
const TIME: (u16, u16) = (6, 9);
const AGE: (u16, u16) = (4, 6);
/// The bar, a blank and `100%`.
const BAR: u16 = 6;
const PROGRESS: u16 = BAR + 1 + 4;

/// How wide each column is; 0 for one that is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    label: u16,
    profile: u16,
    kind: u16,
    route: u16,
    phase: u16,
    progress: u16,
    time: u16,
    age: u16,
}

impl Plan {
    /// The columns for rows of that width.
    pub fn of(rows: &[Row], width_of_row: u16) -> Self {
        let widest = |(least, most): (u16, u16), part: &dyn Fn(&Row) -> u16| {
            rows.iter().map(part).max().unwrap_or(0).clamp(least, most)
        };
        let wide = |row: &Row, part: fn(&Wide) -> u16| row.wide.as_deref().map_or(0, part);
        let mut room = width_of_row.saturating_sub(POINTER + GLYPH + 1 + LABEL.0);
        // In the order in which they are worth their columns.
        let mut take = |columns: u16| {
            let fits = room >= columns + GAP;
            room -= if fits { columns + GAP } else { 0 };
            if fits { columns } else { 0 }
        };
        let phase = take(PHASE.0);
        let time = take(widest(TIME, &|row| width(&row.time)));
        let age = take(widest(AGE, &|row| wide(row, |wide| width(&wide.age))));
        let counted = rows.iter().any(|row| row.wide.as_ref().is_some_and(|wide| wide.progress.is_some()));
        let progress = if counted { take(PROGRESS) } else { 0 };
        let profile = widest((0, PROFILE.1), &|row| wide(row, |wide| width(&wide.profile)));
        let profile = if profile > 0 { take(profile.max(PROFILE.0)) } else { 0 };
        let kind = widest(KIND, &|row| wide(row, |wide| width(wide.kind)));
        // Beside a profile there may be room for one of the two only, and where the data goes says more.
        let (kind, route) = if profile > 0 {
            let route = take(ROUTE.0);
            (take(kind), route)
        } else {
            let kind = take(kind);
            (kind, take(ROUTE.0))
        };
        // What is left goes to those that need it, in turn. A dropped column does not come back.
        let mut grow = |columns: u16, wanted: u16| {
            let more = if columns > 0 { room.min(wanted.saturating_sub(columns)) } else { 0 };
            room -= more;
            columns + more
        };
        let label = widest(LABEL, &|row| width(&row.label).saturating_add(marks_width(row)));
        let first = grow(LABEL.0, label.min(LABEL_FIRST));
        let phase = grow(phase, widest(PHASE, &|row| width(&row.word)));
        let route = grow(route, widest(ROUTE, &|row| wide(row, width_of_route)));
        let label = grow(first, label);
        // Last of all the former phases, behind the labels.
        let label = grow(label, widest((label, LABEL.1 + PHASE.1), &|row| width_of_label(row)));
        Self { label, profile, kind, route, phase, progress, time, age }
    }

    pub fn draw_heading(self, buffer: &mut Buffer, line: Line, theme: Theme) {
        let style = theme.style(Role::Muted);
        let [label, profile, kind, route, phase, progress, time, age] =
            self.places(after(line, POINTER + GLYPH));
        let names = [
            (label, "label"),
            (profile, "profile"),
            (kind, "kind"),
            (phase, "phase"),
            (progress, "progress"),
        ];
        for (place, name) in names {
            put(buffer, place, name, style);
        }
        let rest = put(buffer, route, "from", style);
        let rest = put(buffer, rest, theme.arrow(), style);
        put(buffer, rest, "to", style);
        put_right(buffer, time, "time", style);
        put_right(buffer, age, "data", style);
    }

    pub fn draw_row(self, buffer: &mut Buffer, line: Line, item: &Row, theme: Theme) {
        let [label, profile, kind, route, phase, progress, time, age] =
            self.places(after(line, POINTER + GLYPH));
        draw_label(buffer, label, item, marks_width(item), theme);
        put(buffer, phase, &cut(&item.word, phase.width, theme), word_style(item, item.role, theme));
        put_right(buffer, time, &cut(&item.time, time.width, theme), theme.style(Role::Plain));
        let Some(wide) = &item.wide else { return };
        put(buffer, profile, &elide(&wide.profile, profile.width, theme), theme.style(Role::Plain));
        put(buffer, kind, &cut(wide.kind, kind.width, theme), theme.style(Role::Muted));
        draw_route(buffer, route, wide, theme);
        if let Some(permille) = wide.progress {
            let (full, empty) = theme.bar(BAR, permille);
            let rest = put(buffer, progress, full, theme.signal(Role::Active));
            put(buffer, rest, empty, theme.style(Role::Muted));
            let percent = format!("{}%", permille.min(1000) / 10);
            put_right(buffer, after(progress, BAR), &percent, theme.style(Role::Plain));
        }
        put_right(buffer, age, &cut(&wide.age, age.width, theme), theme.style(Role::Muted));
    }

    /// The cells of each column.
    fn places(self, line: Line) -> [Line; 8] {
        let mut rest = line;
        let all =
            [self.label, self.profile, self.kind, self.route, self.phase, self.progress, self.time, self.age];
        all.map(|columns| {
            let place = before(rest, rest.width.saturating_sub(columns));
            rest = if columns > 0 { after(rest, columns + GAP) } else { rest };
            place
        })
    }
}

/// Columns of a label with its marks and the former phase.
fn width_of_label(row: &Row) -> u16 {
    let was = row.was.as_ref().map_or(0, |was| width(was).saturating_add(WAS_GAP));
    width(&row.label).saturating_add(marks_width(row)).saturating_add(was)
}

/// Columns of `source → target`; the arrow takes three of them.
fn width_of_route(wide: &Wide) -> u16 {
    let target = if wide.target.is_empty() { 0 } else { width(&wide.target).saturating_add(3) };
    width(&wide.source).saturating_add(target)
}

/// Both names keep a half, and more when the other one does not need its own.
fn draw_route(buffer: &mut Buffer, line: Line, wide: &Wide, theme: Theme) {
    if line.is_empty() {
        return;
    }
    let style = theme.style(Role::Plain);
    if wide.target.is_empty() {
        put(buffer, line, &elide(&wide.source, line.width, theme), style);
        return;
    }
    let arrow = theme.arrow();
    let room = line.width.saturating_sub(width(arrow));
    let source = width(&wide.source).min((room / 2).max(room.saturating_sub(width(&wide.target))));
    let shown: Cow<'_, str> = elide(&wide.source, source, theme);
    let rest = put(buffer, line, &shown, style);
    let rest = put(buffer, rest, arrow, theme.style(Role::Muted));
    put(buffer, rest, &elide(&wide.target, rest.width, theme), style);
}
