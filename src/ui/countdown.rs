//! The countdown: label, text, a bar that empties, and the end as a date; or why there is none.

use ratatui::text::{Line, Span};

use super::detail::Room;
use super::text::{Lines, blank, width, wrap};
use super::theme::Theme;
use crate::app::screen::{Countdown, Detail, Role};

const GAP: u16 = 3;
/// A shorter bar says nothing, a longer one is noise.
const BAR: std::ops::RangeInclusive<u16> = 10..=32;

pub(super) fn lines(detail: &Detail, room: Room, theme: Theme) -> Lines<'_> {
    let mut lines = match &detail.countdown {
        Some(countdown) => countdown_lines(countdown, room, theme),
        None => Lines::new(),
    };
    if let Some(note) = &detail.countdown_note {
        lines.extend(wrap([(note.as_str(), theme.style(Role::Muted))], room.width));
    }
    lines
}

fn countdown_lines(countdown: &Countdown, room: Room, theme: Theme) -> Lines<'_> {
    let text = theme.style(countdown.role).patch(theme.style(Role::Strong));
    let mut spans =
        vec![Span::raw(countdown.label.as_str()), blank(GAP), Span::styled(countdown.text.as_str(), text)];
    let used = width(&countdown.label) + GAP + width(&countdown.text);
    let until = width(&countdown.until);
    let left = room.width.saturating_sub(used);
    if left >= GAP + BAR.start() + GAP + until {
        let columns = (left - until - 2 * GAP).min(*BAR.end());
        spans.push(blank(GAP));
        spans.extend(bar(countdown, columns, theme));
        spans.push(blank(GAP));
        spans.push(Span::styled(countdown.until.as_str(), theme.style(Role::Muted)));
        return vec![Line::from(spans)];
    }
    if room.tiny && left < GAP + until {
        return vec![Line::from(spans)];
    }
    if room.tiny {
        spans.push(blank(left - until));
        spans.push(Span::styled(countdown.until.as_str(), theme.style(Role::Muted)));
        return vec![Line::from(spans)];
    }
    let mut second = Vec::with_capacity(4);
    if room.width >= BAR.start() + GAP + until {
        second.extend(bar(countdown, (room.width - GAP - until).min(*BAR.end()), theme));
        second.push(blank(GAP));
    }
    second.push(Span::styled(countdown.until.as_str(), theme.style(Role::Muted)));
    vec![Line::from(spans), Line::from(second)]
}

fn bar(countdown: &Countdown, columns: u16, theme: Theme) -> [Span<'static>; 2] {
    let (full, empty) = theme.bar(columns, countdown.permille);
    [Span::styled(full, theme.signal(countdown.role)), Span::styled(empty, theme.style(Role::Muted))]
}
