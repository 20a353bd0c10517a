//! The first line: where am I, is anything wrong, what time is it. What goes first where it is narrow: how requests are
//! signed, then all but the most urgent counts and the clock, then the program's name, then the parts of the place.

use ratatui::buffer::Buffer;

use super::pane::{Line, after, inset, put, put_right, put_runs};
use super::text::{run_width, width};
use super::theme::Theme;
use crate::app::screen::{Header, Role, Span};

const GAP: u16 = 3;
/// So many counts are worth more than the clock.
const BESIDE_CLOCK: usize = 5;
const SEPARATOR: &str = " · ";

pub(super) fn draw(buffer: &mut Buffer, line: Line, header: &Header, theme: Theme) {
    let line = inset(line, 1, 1);
    let mut place = place(header, line.width);
    let mut room = line.width.saturating_sub(run_width(&place));
    if let Some(hint) = &header.hint {
        let hint = [Span::new(SEPARATOR, Role::Muted), hint.clone()];
        let clock = header.clock.as_ref().map_or(0, |clock| width(&clock.text).saturating_add(GAP));
        let others = counts_width(&header.counts).saturating_add(GAP).saturating_add(clock);
        if run_width(&hint).saturating_add(others) <= room {
            room = room.saturating_sub(run_width(&hint));
            place.extend(hint);
        }
    }
    let counts = fitting(&header.counts, room);
    let counts = match &header.clock {
        Some(clock) => beside_clock(counts, room.saturating_sub(width(&clock.text) + GAP)),
        None => counts,
    };
    let columns = counts_width(counts);
    if columns > 0 {
        room -= columns + GAP;
    }
    let clock = header.clock.as_ref().filter(|clock| width(&clock.text).saturating_add(GAP) <= room);
    let mut line = line;
    let whole = line;
    if let Some(clock) = clock {
        line = put_right(buffer, line, &clock.text, theme.style(clock.role));
        line.width = line.width.saturating_sub(GAP);
    }
    let rest = put_runs(buffer, whole, &place, theme);
    // The counts stand at the right of what is left, beside the clock.
    let rest = line.intersection(rest);
    let mut line = after(rest, rest.width.saturating_sub(columns));
    for (index, count) in counts.iter().enumerate() {
        if index > 0 {
            line = put(buffer, line, SEPARATOR, theme.style(Role::Muted));
        }
        line = put(buffer, line, &count.text, theme.style(count.role));
    }
}

/// The program's name and the place, less of both where the most urgent count would have no room: first the name
/// goes, then the parts of the place from the last one on, but what warns stays longer.
fn place(header: &Header, columns: u16) -> Vec<Span> {
    let mut parts: Vec<&Span> = header.place.iter().collect();
    let mut named = !header.name.is_empty();
    loop {
        let mut spans = Vec::with_capacity(parts.len() * 2 + 2);
        if named {
            spans.extend([Span::new(header.name, Role::Strong), Span::new("   ", Role::Plain)]);
        }
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                spans.push(Span::new(SEPARATOR, Role::Muted));
            }
            spans.push((*part).clone());
        }
        let room = columns.saturating_sub(run_width(&spans));
        if header.counts.is_empty() || !fitting(&header.counts, room).is_empty() || spans.is_empty() {
            return spans;
        }
        if named {
            named = false;
        } else {
            let last = parts.iter().rposition(|part| part.role != Role::Warning);
            parts.remove(last.unwrap_or(parts.len().saturating_sub(1)));
        }
    }
}

/// As many of the last counts as there is room for: the first ones matter least.
fn fitting(counts: &[Span], room: u16) -> &[Span] {
    let mut counts = counts;
    while let [_, fewer @ ..] = counts
        && counts_width(counts).saturating_add(GAP) > room
    {
        counts = fewer;
    }
    counts
}

/// The counts that leave room for the clock; all of them when it would cost one that matters.
fn beside_clock(counts: &[Span], room: u16) -> &[Span] {
    let beside = fitting(counts, room);
    if beside.len() >= counts.len().min(BESIDE_CLOCK) { beside } else { counts }
}

fn counts_width(counts: &[Span]) -> u16 {
    let separators = counts.len().saturating_sub(1) * SEPARATOR.chars().count();
    run_width(counts).saturating_add(u16::try_from(separators).unwrap_or(u16::MAX))
}
