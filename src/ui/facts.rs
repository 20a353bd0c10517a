//! The facts of a job in columns: the flags as lamps, the fields, the history of its phases.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::detail::Room;
use super::text::{Lines, blank, chop, elide, width, wrap};
use super::theme::Theme;
use crate::app::screen::{Detail, Field, Lamp, Role};

/// Between two lamps: at least, at most.
const LAMP_GAP: (u16, u16) = (3, 6);
/// Between a value and its note.
const NOTE_GAP: u16 = 3;
/// Notes line up beside values up to this wide: an id is 24.
const ALIGNED: u16 = 30;
const HISTORY: &str = "History";

/// `cancelled no   expired no   failed no   finished —`, in columns: all in a line, two, or one.
pub(super) fn lamp_lines(lamps: &[Lamp], room: u16, theme: Theme) -> Lines<'_> {
    let cell = |lamp: &Lamp| width(lamp.name).saturating_add(1).saturating_add(width(&lamp.value));
    // The widest cell of a column, and the columns that all of them take.
    let column =
        |at: usize, per: usize| lamps.iter().skip(at).step_by(per.max(1)).map(cell).max().unwrap_or(0);
    let total = |per: usize| (0..per).fold(0, |sum: u16, at| sum.saturating_add(column(at, per)));
    let gaps = |per: usize| u16::try_from(per.saturating_sub(1)).unwrap_or(u16::MAX);
    let fits = |per: &usize| total(*per).saturating_add(gaps(*per).saturating_mul(LAMP_GAP.0)) <= room;
    let per = [lamps.len(), 2].into_iter().find(fits).unwrap_or(1).max(1);
    let gap = room.saturating_sub(total(per)).checked_div(gaps(per)).unwrap_or(0).min(LAMP_GAP.1);
    lamps
        .chunks(per)
        .map(|chunk| {
            let mut spans = Vec::with_capacity(chunk.len() * 4);
            for (at, lamp) in chunk.iter().enumerate() {
                let lit = matches!(lamp.role, Role::Warning | Role::Danger);
                let name = if lit { Role::Plain } else { Role::Muted };
                spans.push(Span::styled(lamp.name, theme.style(name)));
                spans.push(blank(1));
                spans.push(Span::styled(lamp.value.as_str(), theme.style(lamp.role)));
                if at + 1 < chunk.len() {
                    spans.push(blank(column(at, per).saturating_sub(cell(lamp)).saturating_add(gap)));
                }
            }
            Line::from(spans)
        })
        .collect()
}

/// The column where values start.
fn value_column(detail: &Detail, room: Room) -> u16 {
    let widest = detail.fields.iter().map(|field| width(field.name)).max().unwrap_or(0).max(width(HISTORY));
    let gap = if room.width < 40 { 1 } else { 3 };
    (widest + gap).min(room.width / 2)
}

/// Name, value and note, aligned in columns.
pub(super) fn field_lines(detail: &Detail, room: Room, theme: Theme) -> Lines<'_> {
    let at = value_column(detail, room);
    let columns = room.width.saturating_sub(at).max(1);
    let noted = detail.fields.iter().filter(|field| !field.note.is_empty());
    let aligned = noted.map(|field| width(&field.value)).filter(|w| *w <= ALIGNED).max().unwrap_or(0);
    let mut lines = Lines::new();
    for field in &detail.fields {
        let value = value_lines(field, columns, aligned, room, theme);
        hang(&mut lines, field.name, at, value, theme);
    }
    lines
}

/// A value with its note behind it, or under it when the line is too short for both.
fn value_lines<'a>(field: &'a Field, columns: u16, aligned: u16, room: Room, theme: Theme) -> Lines<'a> {
    let style = theme.style(field.role);
    let wide = width(&field.value);
    let mut lines = if !field.elide {
        wrap([(field.value.as_str(), style)], columns)
    } else if room.whole_urls && wide > columns && field.value.contains("://") {
        chop(&field.value, columns).map(|piece| Line::styled(piece, style)).collect()
    } else {
        let value: Cow<'a, str> = elide(&field.value, columns, theme);
        vec![Line::styled(value, style)]
    };
    if field.note.is_empty() {
        return lines;
    }
    let muted = theme.style(Role::Muted);
    let note = width(&field.note);
    let beside = aligned.max(wide).saturating_add(NOTE_GAP);
    let closer = wide.saturating_add(NOTE_GAP);
    if let [only] = lines.as_mut_slice()
        && closer.saturating_add(note) <= columns
    {
        let gap = if beside.saturating_add(note) <= columns { beside - wide } else { NOTE_GAP };
        only.spans.push(blank(gap));
        only.spans.push(Span::styled(field.note.as_str(), muted));
    } else if note <= columns + columns / 2 && field.note.split(' ').any(|word| width(word) > columns / 2) {
        // An id loses its middle; a date, whose words are short, goes on in the next line.
        // A name and an id: better elided than broken between the two.
        lines.push(Line::from(Span::styled(elide(&field.note, columns, theme), muted)));
    } else {
        lines.extend(wrap([(field.note.as_str(), muted)], columns));
    }
    lines
}

/// The transitions seen, oldest first, broken between them only where they fit a line.
pub(super) fn history_lines<'a>(detail: &'a Detail, room: Room, theme: Theme) -> Lines<'a> {
    let at = value_column(detail, room);
    let columns = room.width.saturating_sub(at).max(1);
    let joint = theme.link();
    let mut value = Lines::new();
    let mut line: Vec<Span<'a>> = Vec::new();
    let mut used: u16 = 0;
    for step in &detail.history {
        let step_width = super::text::run_width(step);
        if used > 0 && used.saturating_add(width(joint)).saturating_add(step_width) > columns {
            // The link hangs at the end of the line, where there is room for it, to say that more follows.
            if used.saturating_add(width(joint)) <= columns {
                line.push(Span::styled(joint, theme.style(Role::Muted)));
            }
            value.push(Line::from(std::mem::take(&mut line)));
            used = 0;
        }
        if used > 0 {
            line.push(Span::styled(joint, theme.style(Role::Muted)));
            used = used.saturating_add(width(joint));
        }
        if used == 0 && step_width > columns {
            value.extend(wrap(step.iter().map(|run| (run.text.as_str(), theme.style(run.role))), columns));
            continue;
        }
        line.extend(step.iter().map(|run| Span::styled(run.text.as_str(), theme.style(run.role))));
        used = used.saturating_add(step_width);
    }
    if !line.is_empty() {
        value.push(Line::from(line));
    }
    let mut lines = Lines::new();
    hang(&mut lines, HISTORY, at, value, theme);
    lines
}

/// Lines of a value with its name before the first and blanks before the others.
fn hang<'a>(lines: &mut Lines<'a>, name: &'static str, at: u16, value: Lines<'a>, theme: Theme) {
    for (index, mut line) in value.into_iter().enumerate() {
        // A line's own style would dress its name as well.
        let style = std::mem::replace(&mut line.style, Style::new());
        for span in &mut line.spans {
            span.style = style.patch(span.style);
        }
        let name = if index == 0 { super::text::split(name, at.saturating_sub(1)).0 } else { "" };
        line.spans.insert(0, blank(at - width(name)));
        line.spans.insert(0, Span::styled(name, theme.style(Role::Muted)));
        lines.push(line);
    }
}
