//! A watch on a terminal that keeps its scrollback: lines that stay, and under them a row for each job that goes on.
//!
//! It draws a finished [`Panel`] and chooses widths and colours, nothing else. Where the bytes go is `terminal`'s
//! business, and what there is to say that of `headless`. The colours are those of the dashboard's theme: words in the
//! terminal's own or in one of three that can be read on black and on white, signs in any.

use std::io::{self, Write};

use ratatui::layout::Size;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line as Styled, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::headless::style::Role;
use crate::headless::times::Times;
use crate::headless::watch::{Line, Panel, Row, View};
use crate::terminal::{self, Rows};

/// Columns of a name, where there is room.
const NAME: usize = 28;
/// Columns of a bar, and the narrowest that says something.
const BAR: usize = 20;
const NARROWEST_BAR: usize = 5;
/// Columns of a percentage with the gap before it.
const PERCENT: usize = "  100 %".len();
/// Columns below which the beginning of a note says nothing.
const NARROWEST_NOTE: usize = 12;

/// How it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    pub colours: bool,
    pub ascii: bool,
    /// Whether the terminal breaks lines anew when its width changes.
    pub reflows: bool,
}

/// The size of the terminal. What is none any more has any size.
#[must_use]
pub fn size() -> Size {
    terminal::size().unwrap_or(Size::new(80, 24))
}

/// Whose the terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Ours, and the rows are where they were.
    Kept,
    /// Ours again, after others have written to it.
    Regained,
    /// Another program's: we are in the background, as after Ctrl-Z and `bg`.
    Foreign,
}

/// The rows of a watch on a terminal.
pub struct Inline<W: Write> {
    rows: Rows<W>,
    look: Look,
    times: Times,
    /// Asked whenever the size may have changed.
    measure: fn() -> Size,
    /// Asked before each write, so that nothing goes up into what is not ours.
    ground: Box<dyn Fn() -> Ground>,
    size: Size,
    /// What the rows show, for when a line comes between.
    shown: Panel,
}

impl<W: Write> Inline<W> {
    /// Nothing is written yet.
    pub fn new(
        writer: W,
        look: Look,
        times: Times,
        measure: fn() -> Size,
        ground: Box<dyn Fn() -> Ground>,
    ) -> Self {
        let rows = Rows::new(writer, look.reflows);
        Self { rows, look, times, measure, ground, size: measure(), shown: Panel::default() }
    }

    /// Lines that stay, and the rows; in the background the lines alone, as any other program.
    fn write(&mut self, stay: &[Styled<'_>]) -> io::Result<()> {
        match (self.ground)() {
            Ground::Foreign if stay.is_empty() => {
                self.rows.forget();
                return Ok(());
            }
            Ground::Foreign => return self.rows.append(stay),
            Ground::Regained => self.rows.forget(),
            Ground::Kept => {}
        }
        let rows = self.styled(&self.shown);
        self.rows.write(stay, &rows, self.size.width)
    }

    fn styled(&self, panel: &Panel) -> Vec<Styled<'static>> {
        // The last column stays free: some terminals wrap as soon as it is written to.
        let width = usize::from(self.size.width).saturating_sub(1);
        let columns = Columns::of(panel, width);
        let rows = panel.rows.iter().map(|row| self.row(row, &columns, width));
        let summary = panel
            .summary
            .as_deref()
            .map(|text| Styled::styled(cut(&format!("  {text}"), width), self.words(Role::Muted)));
        rows.chain(summary).collect()
    }

    fn row(&self, row: &Row, columns: &Columns, width: usize) -> Styled<'static> {
        let mut spans = vec![
            Span::styled(padded(row.glyph, 2), self.sign(row.role)),
            Span::raw(padded(&shortened(&row.name, columns.name), columns.name)),
            Span::raw("  "),
            Span::styled(padded(&row.word, columns.word), self.words(row.role)),
        ];
        let mut add = |span: Span<'static>| spans.extend([Span::raw("  "), span]);
        if columns.time > 0 {
            match &row.countdown {
                Some((text, role)) => {
                    add(Span::styled(padded(text, columns.time), self.words(*role)));
                }
                None => add(Span::styled(padded(&row.elapsed, columns.time), self.words(Role::Muted))),
            }
        }
        if let Some(permille) = row.progress.filter(|_| columns.percent) {
            let percent = format!("{:>3} %", permille / 10);
            if columns.bar > 0 {
                let full = columns.bar * usize::from(permille.min(1000)) / 1000;
                let (on, off) = if self.look.ascii { ("#", "-") } else { ("━", "╌") };
                add(Span::styled(on.repeat(full), self.sign(Role::Active)));
                spans.push(Span::styled(off.repeat(columns.bar - full), self.words(Role::Muted)));
                spans.push(Span::raw(format!(" {percent}")));
            } else {
                add(Span::raw(percent));
            }
        }
        let used: usize = spans.iter().map(Span::width).sum();
        let note = row.note.as_ref().filter(|_| width.saturating_sub(used + 2) >= NARROWEST_NOTE);
        if let Some((text, role)) = note {
            spans.extend([Span::raw("  "), Span::styled(text.clone(), self.words(*role))]);
        }
        clipped(spans, width)
    }

    fn line(&self, line: &Line) -> Styled<'static> {
        let mut spans =
            vec![Span::styled(format!("{} ", self.times.write(line.second())), self.words(Role::Muted))];
        if !line.glyph.is_empty() {
            spans.push(Span::styled(format!("{} ", line.glyph), self.sign(line.role)));
        }
        let role = if line.role == Role::Danger { Role::Danger } else { Role::Plain };
        spans.push(Span::styled(line.text.clone(), self.words(role)));
        Styled::from(spans)
    }

    fn words(&self, role: Role) -> Style {
        let style = match role {
            Role::Plain | Role::Good => Style::new(),
            Role::Active | Role::Strong | Role::Warning => Style::new().add_modifier(Modifier::BOLD),
            Role::Info => Style::new().fg(Color::LightBlue),
            Role::Danger => Style::new().fg(Color::LightRed).add_modifier(Modifier::BOLD),
            Role::Muted => Style::new().add_modifier(Modifier::DIM),
        };
        self.allowed(style)
    }

    fn sign(&self, role: Role) -> Style {
        let colour = match role {
            Role::Active | Role::Info => Color::LightBlue,
            Role::Good => Color::Green,
            Role::Warning => Color::Yellow,
            Role::Danger => Color::LightRed,
            Role::Plain | Role::Strong | Role::Muted => return self.words(role),
        };
        self.allowed(Style::new().fg(colour).add_modifier(Modifier::BOLD))
    }

    /// Without colours there is no style at all: who forbids them may be a program that reads along.
    fn allowed(&self, style: Style) -> Style {
        if self.look.colours { style } else { Style::new() }
    }
}

impl<W: Write> View for Inline<W> {
    fn line(&mut self, line: &Line) -> io::Result<()> {
        let line = Inline::line(self, line);
        self.write(&[line])
    }

    fn show(&mut self, panel: &Panel) -> io::Result<()> {
        self.shown.clone_from(panel);
        self.write(&[])
    }

    fn resized(&mut self) {
        self.size = (self.measure)();
    }

    fn room(&self) -> usize {
        // One line for the cursor, and one that shows what came before.
        usize::from(self.size.height).saturating_sub(2).max(1)
    }
}

/// The widths of the columns that all rows share; 0 for one that has no room.
#[derive(Debug, PartialEq, Eq)]
struct Columns {
    name: usize,
    word: usize,
    time: usize,
    bar: usize,
    percent: bool,
}

impl Columns {
    /// The name gives way first, down to a third of it; then the bar, and at last the times.
    fn of(panel: &Panel, width: usize) -> Self {
        let widest = |text: &dyn Fn(&Row) -> usize| panel.rows.iter().map(text).max().unwrap_or_default();
        let name = widest(&|row| row.name.width()).min(NAME);
        let word = widest(&|row| row.word.width());
        let time =
            widest(&|row| row.countdown.as_ref().map_or(row.elapsed.width(), |(text, _)| text.width()));
        let bars = panel.rows.iter().any(|row| row.progress.is_some());
        let fixed = 2 + 2 + word;
        let left = width.saturating_sub(fixed);
        let gap = |columns: usize| if columns > 0 { columns + 2 } else { 0 };
        let least = name.min(NAME / 3);
        let time = if left >= least + gap(time) { time } else { 0 };
        let left = left.saturating_sub(gap(time));
        // A percentage that would cost letters of the name is none.
        let bars = bars && left >= name + PERCENT;
        let percent = if bars { PERCENT } else { 0 };
        let room = left.saturating_sub(least + percent);
        let bar = if bars && room > NARROWEST_BAR { (room - 1).min(BAR) } else { 0 };
        let taken = percent + if bar > 0 { bar + 1 } else { 0 };
        Self { name: name.min(left.saturating_sub(taken).max(least)), word, time, bar, percent: bars }
    }
}

/// The text, or its beginning and `…`, in at most so many columns.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = beginning(text, width.saturating_sub(1)).to_owned();
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// As much of the text as fits into so many columns.
fn beginning(text: &str, width: usize) -> &str {
    let mut used = 0;
    let end = text.grapheme_indices(true).find(|(_, grapheme)| {
        used += grapheme.width();
        used > width
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// A name in at most so many columns. One that ends with a part of an id keeps that: its cluster may have several jobs.
fn shortened(name: &str, width: usize) -> String {
    match name.rsplit_once(" …") {
        Some((cluster, id)) if name.width() > width && width > id.width() + 2 => {
            format!("{}…{id}", beginning(cluster, width - id.width() - 1))
        }
        _ => cut(name, width),
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The spans up to this width, without blanks at the end: a narrower terminal then has less to wrap.
fn clipped(spans: Vec<Span<'static>>, width: usize) -> Styled<'static> {
    let mut left = width;
    let mut kept = Vec::with_capacity(spans.len());
    for span in spans {
        let content = cut(&span.content, left);
        left = left.saturating_sub(content.width());
        kept.push(Span::styled(content, span.style));
    }
    while let Some(last) = kept.last_mut() {
        let text = last.content.trim_end_matches(' ').to_owned();
        if text.is_empty() {
            kept.pop();
        } else {
            last.content = text.into();
            break;
        }
    }
    Styled::from(kept)
}

#[cfg(test)]
mod tests;
