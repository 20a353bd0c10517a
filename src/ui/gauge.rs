//! Gauges: the countdown, whose bar empties, or why there is none; and progress, whose bar fills.

use ratatui::text::{Line, Span};

use super::detail::Room;
use super::text::{Lines, blank, width, wrap};
use super::theme::Theme;
use crate::app::screen::{Detail, Gauge, Role};

const GAP: u16 = 3;
/// A shorter bar says nothing, a longer one is noise.
const BAR: std::ops::RangeInclusive<u16> = 10..=32;

pub(super) fn lines(detail: &Detail, room: Room, theme: Theme) -> Lines<'_> {
    let gauges = [&detail.progress, &detail.countdown];
    let mut lines: Lines<'_> =
        gauges.into_iter().flatten().flat_map(|gauge| gauge_lines(gauge, room, theme)).collect();
    if let Some(note) = &detail.countdown_note {
        lines.extend(wrap([(note.as_str(), theme.style(Role::Muted))], room.width));
    }
    lines
}

fn gauge_lines(gauge: &Gauge, room: Room, theme: Theme) -> Lines<'_> {
    let text = theme.style(gauge.role).patch(theme.style(Role::Strong));
    let mut spans =
        vec![Span::raw(gauge.label.as_str()), blank(GAP), Span::styled(gauge.text.as_str(), text)];
    let used = width(&gauge.label) + GAP + width(&gauge.text);
    let note = width(&gauge.note);
    let left = room.width.saturating_sub(used);
    if left >= GAP + BAR.start() + GAP + note {
        let columns = (left - note - 2 * GAP).min(*BAR.end());
        spans.push(blank(GAP));
        spans.extend(bar(gauge, columns, theme));
        spans.push(blank(GAP));
        spans.push(Span::styled(gauge.note.as_str(), theme.style(Role::Muted)));
        return vec![Line::from(spans)];
    }
    if room.tiny && left < GAP + note {
        return vec![Line::from(spans)];
    }
    if room.tiny {
        spans.push(blank(left - note));
        spans.push(Span::styled(gauge.note.as_str(), theme.style(Role::Muted)));
        return vec![Line::from(spans)];
    }
    let mut second = Vec::with_capacity(4);
    if room.width >= BAR.start() + GAP + note {
        second.extend(bar(gauge, (room.width - GAP - note).min(*BAR.end()), theme));
        second.push(blank(GAP));
    }
    second.push(Span::styled(gauge.note.as_str(), theme.style(Role::Muted)));
    vec![Line::from(spans), Line::from(second)]
}

fn bar(gauge: &Gauge, columns: u16, theme: Theme) -> [Span<'static>; 2] {
    let (full, empty) = theme.bar(columns, gauge.permille);
    [Span::styled(full, theme.signal(gauge.role)), Span::styled(empty, theme.style(Role::Muted))]
}
