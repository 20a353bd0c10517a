//! The first line: where am I, is anything wrong, what time is it. The place stays longest.

use ratatui::buffer::Buffer;

use super::pane::{Line, after, inset, put, put_right, put_runs};
use super::text::{run_width, width};
use super::theme::Theme;
use crate::app::screen::{Header, Role, Span};

const GAP: u16 = 3;
const SEPARATOR: &str = " · ";

pub(super) fn draw(buffer: &mut Buffer, line: Line, header: &Header, theme: Theme) {
    let mut line = inset(line, 1, 1);
    let mut room = line.width.saturating_sub(run_width(&header.place));
    let counts = fitting(&header.counts, room);
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
    let rest = put_runs(buffer, place, &header.place, theme);
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

fn counts_width(counts: &[Span]) -> u16 {
    let separators = counts.len().saturating_sub(1) * SEPARATOR.chars().count();
    run_width(counts).saturating_add(u16::try_from(separators).unwrap_or(u16::MAX))
}
