//! The selected lookup: headline, what is wrong, flags, countdown, facts and history, in the order of need.
//!
//! Composed as lines first, because they wrap and scroll; the lines borrow their text from the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::pane::{
    after, before, bordered, bottom_edge, fitting_parts, inset, label, label_right, put, put_lines,
    put_parts, row, scroll_marks, top_edge,
};
use super::text::{Lines, blank, cut, elide, width, wrap};
use super::theme::Theme;
use super::{facts, gauge, pane};
use crate::app::screen::{Detail, Problem, Role};

/// Rows of headline, flags and countdown, which stay in sight however much there is to say about a problem.
const VITAL: usize = 8;
const BADGE_GAP: u16 = 2;

/// What a composition is made for.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub width: u16,
    pub height: u16,
    /// Below 60×15: no blank lines, the countdown before all else but the phase.
    pub tiny: bool,
    /// URLs over several lines instead of elided.
    pub whole_urls: bool,
}

/// Returns how far it can be scrolled.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    detail: Option<&Detail>,
    focused: bool,
    tiny: bool,
    theme: Theme,
) -> u16 {
    let title = detail.map_or("", |detail| detail.title.as_str());
    let inner = if tiny { area } else { bordered(buffer, area, title, focused, theme) };
    let mut body = if tiny || inner.width < 40 { inset(inner, 1, 1) } else { inset(inner, 2, 2) };
    let Some(detail) = detail else {
        put(buffer, row(body, 0), "Nothing selected", theme.style(Role::Muted));
        return 0;
    };
    let lines = fitting_lines(detail, body, tiny, theme);
    if tiny && lines.len() < usize::from(body.height) {
        body.height -= 1;
        put_parts(buffer, row(inset(inner, 1, 1), body.height), &detail.status, theme);
    }
    let last = lines.len().saturating_sub(usize::from(body.height));
    let from = usize::from(detail.scroll).min(last);
    put_lines(buffer, body, &lines, from);
    if tiny {
        scroll_marks(buffer, inner, false, from < last, theme);
    } else {
        draw_edges(buffer, area, detail, from, last, theme);
    }
    u16::try_from(last).unwrap_or(u16::MAX)
}

/// All lines, with whole URLs while there is room for them, and with what blank lines are left over.
fn fitting_lines(detail: &Detail, body: Rect, tiny: bool, theme: Theme) -> Lines<'_> {
    let room = Room { width: body.width, height: body.height, tiny, whole_urls: !tiny };
    let height = usize::from(body.height);
    let mut blocks = compose(detail, room, theme);
    let length = |blocks: &[Lines]| blocks.iter().map(Vec::len).sum::<usize>();
    if !tiny && length(&blocks) + blocks.len() > height + 1 {
        blocks = compose(detail, Room { whole_urls: false, ..room }, theme);
    }
    let mut spare = if tiny { 0 } else { height.saturating_sub(length(&blocks)) };
    let mut lines = Lines::with_capacity(height);
    for block in blocks {
        if spare > 0 && !lines.is_empty() {
            lines.push(Line::default());
            spare -= 1;
        }
        lines.extend(block);
    }
    lines
}

/// How much is out of sight, and at the right how fresh this is.
fn draw_edges(buffer: &mut Buffer, area: Rect, detail: &Detail, from: usize, last: usize, theme: Theme) {
    let muted = theme.style(Role::Muted);
    if from > 0 {
        let edge = before(top_edge(area), 1);
        label_right(buffer, edge, &format!("{} {from} above", theme.more_above()), muted);
    }
    let mut edge = bottom_edge(area);
    if from < last {
        let text = format!("{} {} more", theme.more_below(), last - from);
        edge = label(buffer, inset(edge, 1, 0), &text, theme.style(Role::Strong));
    }
    if detail.status.is_empty() || edge.width < 8 {
        return;
    }
    let (parts, columns) = fitting_parts(&detail.status, edge.width - 2);
    let place = pane::open(buffer, after(edge, edge.width - columns - 2), columns);
    put_parts(buffer, place, parts, theme);
}

/// The blocks in the order of need; between two of them belongs a blank line.
fn compose(detail: &Detail, room: Room, theme: Theme) -> Vec<Lines<'_>> {
    let mut head = headline(detail, room, theme);
    let badges = badge_lines(detail, room, theme);
    let problem =
        detail.problem.as_ref().map(|problem| problem_lines(problem, room, theme)).unwrap_or_default();
    let lamps = facts::lamp_lines(&detail.lamps, room.width, theme);
    let countdown = gauge::lines(detail, room, theme);
    let mut blocks = Vec::with_capacity(7);
    if room.tiny {
        blocks.extend([head, countdown, problem, badges, lamps]);
    } else {
        head.extend(badges);
        let long = problem.len() + VITAL > usize::from(room.height);
        blocks.extend(if long {
            [head, lamps, countdown, problem]
        } else {
            [head, problem, lamps, countdown]
        });
    }
    blocks.extend([facts::field_lines(detail, room, theme), facts::history_lines(detail, room, theme)]);
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// `● RUNNING   2 min 13 s        serverless · automated`; on a tiny screen the label takes the place of the kind.
fn headline(detail: &Detail, room: Room, theme: Theme) -> Lines<'_> {
    let mut lines = Lines::new();
    let glyph = detail.spinner.map_or(detail.glyph.as_str(), |step| theme.spinner(step));
    let word = theme.style(detail.role).patch(theme.style(Role::Strong));
    let mut spans = vec![
        Span::styled(glyph, theme.signal(detail.role)),
        blank(1),
        Span::styled(cut(&detail.word, room.width.saturating_sub(2), theme), word),
    ];
    let mut used = width(glyph) + 1 + width(&detail.word);
    if !detail.time.is_empty() {
        let gap = if room.tiny { 2 } else { 3 };
        spans.push(blank(gap));
        spans.push(Span::raw(detail.time.as_str()));
        used = used.saturating_add(gap).saturating_add(width(&detail.time));
    }
    let left = room.width.saturating_sub(used);
    if room.tiny {
        if left >= 10 {
            let title = elide(&detail.title, left - 3, theme);
            spans.push(blank(left - width(&title)));
            spans.push(Span::styled(title, theme.style(Role::Muted)));
        }
        return vec![Line::from(spans)];
    }
    let about = width(&detail.about);
    let muted = theme.style(Role::Muted);
    if about > 0 && left >= about.saturating_add(3) {
        spans.push(blank((left - about).min(8)));
        spans.push(Span::styled(detail.about.as_str(), muted));
        lines.push(Line::from(spans));
    } else {
        lines.push(Line::from(spans));
        if about > 0 {
            lines.push(Line::from(vec![
                blank(2),
                Span::styled(cut(&detail.about, room.width.saturating_sub(2), theme), muted),
            ]));
        }
    }
    lines
}

/// What is odd, beside the phase and never instead of it: as many in a line as fit.
fn badge_lines<'a>(detail: &'a Detail, room: Room, theme: Theme) -> Lines<'a> {
    let mut lines = Lines::new();
    let mut spans: Vec<Span<'a>> = Vec::new();
    let mut used: u16 = 0;
    for badge in &detail.badges {
        let style = theme.badge(badge.role);
        // Only what stands on a ground of its own needs air within it.
        let air = blank(u16::from(style.add_modifier.contains(Modifier::REVERSED)));
        let around = 2 * width(&air.content);
        // A long one goes on in a line of its own, on the same ground.
        for piece in wrap([(badge.text.as_str(), style)], room.width.saturating_sub(around)) {
            let columns =
                piece.spans.iter().fold(around, |sum, span| sum.saturating_add(width(&span.content)));
            if used > 0 && used.saturating_add(BADGE_GAP).saturating_add(columns) > room.width {
                lines.push(Line::from(std::mem::take(&mut spans)));
                used = 0;
            }
            if used > 0 {
                spans.push(blank(BADGE_GAP));
                used += BADGE_GAP;
            }
            spans.push(air.clone().style(style));
            spans.extend(piece.spans);
            spans.push(air.clone().style(style));
            used = used.saturating_add(columns);
        }
    }
    if !spans.is_empty() {
        lines.push(Line::from(spans));
    }
    lines
}

/// Headline, next step and next try, with an edge in the role of the problem. On a tiny screen the next step, which
/// can be read once, gives way to the next try.
fn problem_lines(problem: &Problem, room: Room, theme: Theme) -> Lines<'_> {
    let edge = Span::styled(theme.edge(), theme.signal(problem.role));
    let mut parts = [
        (problem.headline.as_str(), theme.style(problem.role).patch(theme.style(Role::Strong))),
        (problem.next_step.as_str(), Style::new()),
        (problem.retry.as_str(), theme.style(Role::Muted)),
    ];
    if room.tiny {
        parts.swap(1, 2);
    }
    let mut lines = Lines::new();
    for part in parts {
        for mut line in wrap([part], room.width.saturating_sub(2)) {
            line.spans.insert(0, edge.clone());
            lines.push(line);
        }
    }
    lines
}
