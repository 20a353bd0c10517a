//! The first start: what this is, and the keys that lead on. Never a blank screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::pane::{centred, is_small, put_lines, scroll_marks};
use super::text::{Lines, blank, width, wrap};
use super::theme::Theme;
use crate::app::screen::{Role, Welcome};

/// A line longer than this is hard to read.
const MEASURE: u16 = 72;
const KEY_GAP: u16 = 2;

/// Returns how far it can be scrolled.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, welcome: &Welcome, theme: Theme) -> u16 {
    let columns = MEASURE.min(area.width.saturating_sub(2));
    let mut lines = compose(welcome, columns, !is_small(area), false, theme);
    for keys_in_a_row in [false, true] {
        if lines.len() > usize::from(area.height) {
            lines = compose(welcome, columns, false, keys_in_a_row, theme);
        }
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let mut place = centred(area, columns, height);
    // A little above the middle looks like the middle.
    place.y -= (place.y - area.y) / 3;
    let last = height.saturating_sub(area.height);
    let from = welcome.scroll.min(last);
    put_lines(buffer, place, &lines, usize::from(from));
    scroll_marks(buffer, area, from > 0, from < last, theme);
    last
}

fn compose(welcome: &Welcome, columns: u16, roomy: bool, keys_in_a_row: bool, theme: Theme) -> Lines<'_> {
    let mut lines = wrap([(welcome.heading.as_str(), theme.style(Role::Strong))], columns);
    for paragraph in &welcome.paragraphs {
        if roomy {
            lines.push(Line::default());
        }
        lines.extend(wrap(paragraph.iter().map(|run| (run.text.as_str(), theme.style(run.role))), columns));
    }
    if roomy && !welcome.keys.is_empty() {
        lines.push(Line::default());
    }
    if keys_in_a_row {
        lines.extend(key_rows(welcome, columns, theme));
        return lines;
    }
    let at = welcome.keys.iter().map(|(key, _)| width(key)).max().unwrap_or(0) + 3;
    for (key, what) in &welcome.keys {
        let gap = at - width(key);
        let spans =
            vec![Span::styled(key.as_str(), theme.style(Role::Key)), blank(gap), Span::raw(what.as_str())];
        lines.push(Line::from(spans));
    }
    lines
}

/// The keys beside each other, broken only between them.
fn key_rows(welcome: &Welcome, columns: u16, theme: Theme) -> Lines<'_> {
    let mut lines = Lines::new();
    let mut left = 0;
    for (key, what) in &welcome.keys {
        let wanted = width(key) + 1 + width(what) + KEY_GAP;
        if lines.is_empty() || wanted > left + KEY_GAP {
            lines.push(Line::default());
            left = columns;
        }
        if let Some(line) = lines.last_mut() {
            line.spans.extend([
                Span::styled(key.as_str(), theme.style(Role::Key)),
                blank(1),
                Span::styled(what.as_str(), theme.style(Role::Muted)),
                blank(KEY_GAP),
            ]);
        }
        left = left.saturating_sub(wanted);
    }
    lines
}
