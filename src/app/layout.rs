//! Which panes a terminal of some size shows, and how many list rows fit, without any drawing.

use unicode_width::UnicodeWidthStr;

use super::view::{Layout, Pane, Size};

/// Below this a terminal gets one borderless pane.
const USEFUL: Size = Size { width: 60, height: 15 };
/// From this width on, list and detail stand side by side.
const BESIDE: u16 = 72;
/// From this width on, a list has all its columns, under a heading.
const WIDE_LIST: u16 = 80;
/// What the detail needs beside a wide list: no more than that, since its lines are read.
const DETAIL: u16 = 84;

/// The panes for a size. `zoom` gives the focused pane the whole width.
#[must_use]
pub fn layout(size: Size, focus: Pane, zoom: bool) -> Layout {
    if size.width < USEFUL.width || size.height < USEFUL.height {
        Layout::Tiny(focus)
    } else if zoom || size.width < BESIDE {
        Layout::Single(focus)
    } else {
        Layout::Beside { list_width: list_width(size.width) }
    }
}

/// A good third, so that label, phase and time fit at 120 columns; the detail keeps its countdown line at 80.
fn list_width(width: u16) -> u16 {
    let rest = width.saturating_sub(DETAIL);
    if rest > WIDE_LIST { rest } else { (width / 20 * 7).clamp(30, 56) }
}

/// Whether the list has all its columns, under a heading.
#[must_use]
pub fn is_wide(size: Size, layout: Layout) -> bool {
    match layout {
        Layout::Beside { list_width } => list_width >= WIDE_LIST,
        Layout::Single(Pane::List) => size.width >= WIDE_LIST,
        Layout::Single(Pane::Detail) | Layout::Tiny(_) => false,
    }
}

/// Rows of the list that are on screen: all lines but header, footer, notice, borders and heading.
#[must_use]
pub fn list_rows(size: Size, layout: Layout) -> usize {
    let taken = match layout {
        Layout::Tiny(_) => 2,
        Layout::Beside { .. } | Layout::Single(_) => 4 + u16::from(is_wide(size, layout)),
    };
    usize::from(size.height.saturating_sub(taken)).max(1)
}

/// Columns of a line of the request log.
#[must_use]
pub fn log_columns(size: Size) -> u16 {
    size.width.saturating_sub(4).max(60).min(size.width).saturating_sub(4)
}

/// Whether the request log has no room for all that is known of a request.
#[must_use]
pub fn is_narrow_log(size: Size) -> bool {
    size.width < USEFUL.width
}

/// Columns of a line of the checks.
#[must_use]
pub fn diagnosis_columns(size: Size) -> usize {
    let small = size.width < USEFUL.width || size.height < USEFUL.height;
    usize::from(size.width.saturating_sub(if small { 2 } else { 4 }))
}

/// The most rows that a notice may take: more where there are more, because a lasting one stays in the way.
#[must_use]
pub fn notice_rows_most(size: Size) -> u16 {
    match size.height {
        ..5 => 0,
        5..10 => 1,
        10..15 => 2,
        15.. => 3,
    }
}

/// The rows that a notice takes above the footer.
#[must_use]
pub fn notice_rows(size: Size, notice: &str) -> u16 {
    let rows = wrapped_rows(notice, size.width.saturating_sub(2));
    u16::try_from(rows).unwrap_or(u16::MAX).min(notice_rows_most(size))
}

/// The lines that a text takes when it is wrapped at blanks, and longer words are cut.
pub(super) fn wrapped_rows(text: &str, columns: u16) -> usize {
    let columns = usize::from(columns).max(1);
    let (mut rows, mut used) = (1, 0);
    for piece in text.split_inclusive(' ') {
        let word = piece.trim_end_matches(' ').width();
        if used > 0 && used + word > columns {
            rows += 1;
            used = 0;
        }
        let full = word.saturating_sub(1) / columns;
        rows += full;
        used += word - full * columns + usize::from(piece.ends_with(' '));
    }
    rows
}

/// Lines of a scrolling overlay that are on screen.
#[must_use]
pub fn overlay_rows(size: Size) -> usize {
    usize::from(size.height.saturating_sub(4)).max(1)
}
