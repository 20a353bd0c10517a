//! The first line: where am I, is anything wrong, what time is it. The place stays longest, but for the program's
//! name, which goes before the most urgent count.

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
    let mut line = inset(line, 1, 1);
    let mut shown = &header.place;
    let nameless = without_name(&header.place);
    let room_beside = |place: &[Span]| line.width.saturating_sub(run_width(place));
    if fitting(&header.counts, room_beside(shown)).is_empty() && !header.counts.is_empty() {
        shown = &nameless;
    }
    let mut room = room_beside(shown);
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
    let place = line;
    if let Some(clock) = clock {
        line = put_right(buffer, line, &clock.text, theme.style(clock.role));
        line.width = line.width.saturating_sub(GAP);
    }
    let rest = put_runs(buffer, place, shown, theme);
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

/// The place without the program's name, which a line can do without before the most urgent count.
fn without_name(place: &[Span]) -> Vec<Span> {
    let mut rest = place.get(1..).unwrap_or_default().to_vec();
    rest.retain(|span| !span.text.trim().is_empty());
    if let Some(first) = rest.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    rest
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
