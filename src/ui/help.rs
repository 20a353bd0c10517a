//! The help: every key with what it does, by section, in as many columns as there is room for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::pane::{before, bottom_edge, centred, inset, label_right, popup, put_lines, top_edge};
use super::text::{Lines, blank, cut, width};
use super::theme::Theme;
use crate::app::screen::{Help, Role};

const GAP: u16 = 3;
const MOST_COLUMNS: usize = 3;

/// Returns how far it can be scrolled.
pub(super) fn draw(buffer: &mut Buffer, room: Rect, help: &Help, theme: Theme) -> u16 {
    let keys = help.sections.iter().flat_map(|(_, keys)| keys);
    let key = keys.clone().map(|(key, _)| width(key)).max().unwrap_or(0);
    let what = keys.map(|(_, what)| width(what)).max().unwrap_or(0);
    let heading = help.sections.iter().map(|(heading, _)| width(heading)).max().unwrap_or(0);
    let column = (key + 2).saturating_add(what).max(heading);

    // Borders and a blank at each side.
    let inner_width = room.width.saturating_sub(4);
    let columns = usize::from((inner_width + GAP) / column.saturating_add(GAP).max(1)).clamp(1, MOST_COLUMNS);
    let column = column.min(inner_width);
    let sections: Vec<Lines> =
        help.sections.iter().map(|(heading, keys)| section(heading, keys, key, column, theme)).collect();
    let columns = distribute(sections, columns, usize::from(room.height.saturating_sub(2)));
    let lines = columns.iter().map(Vec::len).max().unwrap_or(0);

    let count = u16::try_from(columns.len()).unwrap_or(1);
    let width = count * column + count.saturating_sub(1) * GAP + 4;
    let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(room, width.max(super::text::width(&help.title).saturating_add(8)), height);
    let body = inset(popup(buffer, area, &help.title, theme), 1, 1);

    let last = lines.saturating_sub(usize::from(body.height));
    let from = usize::from(help.scroll).min(last);
    let mut place = body;
    for lines in &columns {
        put_lines(buffer, Rect { width: column.min(place.width), ..place }, lines, from);
        place = inset(place, column + GAP, 0);
    }
    if from > 0 {
        label_right(buffer, before(top_edge(area), 1), theme.more_above(), theme.style(Role::Muted));
    }
    if from < last {
        let text = format!("{} {} more", theme.more_below(), last - from);
        label_right(buffer, bottom_edge(area), &text, theme.style(Role::Strong));
    }
    u16::try_from(last).unwrap_or(u16::MAX)
}

fn section<'a>(
    heading: &'a str,
    keys: &'a [(String, String)],
    key_width: u16,
    columns: u16,
    theme: Theme,
) -> Lines<'a> {
    let mut lines = vec![Line::styled(heading, theme.style(Role::Strong))];
    for (key, what) in keys {
        let gap = key_width - width(key) + 2;
        let what = cut(what, columns.saturating_sub(key_width + 2), theme);
        let key = Span::styled(key.as_str(), theme.style(Role::Key));
        lines.push(Line::from(vec![key, blank(gap), Span::raw(what)]));
    }
    lines
}

/// Whole sections into columns of about equal height, in reading order, with a blank line between.
fn distribute(sections: Vec<Lines>, columns: usize, height: usize) -> Vec<Lines> {
    let total: usize = sections.iter().map(|lines| lines.len() + 1).sum();
    // Fewer columns when they hold everything: a list read down is easier than one read across.
    let columns =
        (1..columns).find(|count| total <= count * height.saturating_sub(4)).unwrap_or(columns).max(1);
    let fair = total.div_ceil(columns);
    let mut done: Vec<Lines> = vec![Lines::new()];
    for lines in sections {
        let count = done.len();
        let Some(current) = done.last_mut() else { break };
        // Over by less than half a section is nearer to fair than stopping short of it.
        let full = !current.is_empty() && current.len() + lines.len() / 2 >= fair;
        if full && count < columns {
            done.push(lines);
        } else {
            if !current.is_empty() {
                current.push(Line::default());
            }
            current.extend(lines);
        }
    }
    done
}
