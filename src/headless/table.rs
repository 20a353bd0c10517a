//! Rows of jobs as aligned text and as Markdown. Widths are those that a terminal shows, not characters.

use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::row::{Column, Row};
use super::style::{Role, Style};

/// Between two columns of text.
const GAP: usize = 2;

/// The least that is left of what is cut in its middle: `6a79…0663`.
const ELIDED_LEAST: usize = 9;

/// Rows that have not been written yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    pub fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// The columns that have something in them. An empty one tells nothing.
    fn columns(&self) -> Vec<Column> {
        let has_any = |column: &Column| self.rows.iter().any(|row| !row.cell(*column).is_empty());
        Column::ALL.into_iter().filter(has_any).collect()
    }

    /// How wide each column has to be to show all that is in it.
    fn widths(&self, columns: &[Column]) -> Vec<usize> {
        let width = |column: &Column| {
            let cells = self.rows.iter().map(|row| row.cell(*column).width());
            cells.chain([column.head().width()]).max().unwrap_or_default()
        };
        columns.iter().map(width).collect()
    }

    /// The columns that a terminal of this width has room for, and their widths.
    fn fitted(&self, most: usize) -> (Vec<Column>, Vec<usize>) {
        let mut columns = self.columns();
        let mut widths = self.widths(&columns);
        narrow(&columns, &mut widths, most, &Column::IDS);
        for spare in Column::SPARE {
            if total(&widths) <= most {
                return (columns, widths);
            }
            columns.retain(|column| *column != spare);
            widths = self.widths(&columns);
            narrow(&columns, &mut widths, most, &Column::IDS);
        }
        narrow(&columns, &mut widths, most, &Column::NAMES);
        (columns, widths)
    }

    /// Aligned text with a head, in lines that are ended. Nothing is cut or left out but on a terminal that is too
    /// narrow: a line that wraps is a row that nobody can read.
    #[must_use]
    pub fn text(&self, style: Style) -> String {
        let (columns, widths) = self.fitted(style.width.unwrap_or(usize::MAX));
        let mut text = String::new();
        let head = columns.iter().map(|column| (column.head().to_owned(), Role::Strong));
        write_line(&mut text, head, &widths, style);
        for row in &self.rows {
            let cells = columns.iter().zip(&widths).map(|(column, width)| {
                let role = if *column == Column::Status { row.role } else { Role::Plain };
                (elided(row.cell(*column), *width), role)
            });
            write_line(&mut text, cells, &widths, style);
        }
        text
    }

    /// A table of GitHub's Markdown, aligned in its source as well. No cell can end a cell or begin a link.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut columns = self.columns();
        if columns.is_empty() {
            columns = Column::ALL.to_vec();
        }
        let cells = |row: &Row| columns.iter().map(|column| escaped(row.cell(*column))).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = self.rows.iter().map(cells).collect();
        let widths: Vec<usize> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width());
                cells.chain([column.head().width(), 3]).max().unwrap_or_default()
            })
            .collect();
        let head: Vec<String> = columns.iter().map(|column| column.head().to_owned()).collect();
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let mut text = String::new();
        for cells in [&head, &rule].into_iter().chain(&rows) {
            for (cell, width) in cells.iter().zip(&widths) {
                // Writing to a String cannot fail.
                let _ = write!(text, "| {cell}{} ", " ".repeat(width.saturating_sub(cell.width())));
            }
            text.push_str("|\n");
        }
        text
    }
}

fn write_line(
    text: &mut String,
    cells: impl Iterator<Item = (String, Role)>,
    widths: &[usize],
    style: Style,
) {
    // Blanks are put before the next cell that has something, so that no line ends in them.
    let mut blanks = 0;
    for ((cell, role), width) in cells.zip(widths) {
        if !cell.is_empty() {
            text.push_str(&" ".repeat(blanks));
            text.push_str(&style.paint(role, &cell));
            blanks = 0;
        }
        blanks += width.saturating_sub(cell.width()) + GAP;
    }
    text.push('\n');
}

/// Of a line, with the gaps between its columns.
fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// Takes from these columns until all fit, or nothing is left to take.
fn narrow(columns: &[Column], widths: &mut [usize], most: usize, cut: &[Column]) {
    for elided in cut {
        let over = total(widths).saturating_sub(most);
        let at = columns.iter().position(|column| column == elided);
        if let Some(width) = at.and_then(|at| widths.get_mut(at)) {
            *width = (*width).min(width.saturating_sub(over).max(ELIDED_LEAST));
        }
    }
}

/// The text with its middle left out, in at most so many cells; both ends stay, the end the longer one.
fn elided(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let keep = width.saturating_sub(1);
    let within = |graphemes: &mut dyn Iterator<Item = &str>, most: usize| {
        let mut used = 0;
        let fits = graphemes.take_while(|grapheme| {
            used += grapheme.width();
            used <= most
        });
        fits.map(str::len).sum::<usize>()
    };
    let start = within(&mut text.graphemes(true), keep / 2);
    let end = within(&mut text.graphemes(true).rev(), keep - keep / 2);
    let (start, end) =
        (text.get(..start).unwrap_or_default(), text.get(text.len() - end..).unwrap_or_default());
    format!("{start}…{end}")
}

/// Text as Markdown shows it: a backslash before whatever could be markup. It is clean already.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '#' | '!' | '$' | '@'
        ) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::{Answer, Meta};
    use crate::domain::job::{DeliveryType, RestoreJob};
    use crate::domain::target::Target;
    use crate::headless::{Reading, times::Times};

    fn row(label: &str, target_name: &str, finished: bool) -> Row {
        let target: Target = "flex/6a793f6b2c88faeba59bae37/orders/6a794733c0eb9e7a17740663".parse().unwrap();
        let job = RestoreJob {
            status: Some(if finished { "COMPLETED" } else { "RUNNING" }.to_owned()),
            delivery_type: Some(DeliveryType::Restore),
            target_name: Some(target_name.to_owned()),
            finished_at: finished.then(|| "2026-08-10T03:40:10Z".parse().unwrap()),
            ..RestoreJob::default()
        };
        let answer = Answer { job, meta: Meta::default() };
        let reading = Reading::new(&target, &answer, "2026-08-10T03:45:00Z".parse().unwrap()).labelled(label);
        Row::of(&reading, Style::default(), &Times::Utc)
    }

    fn table(rows: &[Row]) -> Table {
        let mut table = Table::default();
        rows.iter().cloned().for_each(|row| table.push(row));
        table
    }

    #[test]
    fn columns_are_straight_by_what_a_terminal_shows_and_empty_ones_are_left_out() {
        let rows =
            [row("ascii", "復元先", true), row("日本語ラベル", "to", false), row("👩 crew", "é", true)];
        assert_eq!(
            table(&rows).text(Style::default()),
            "\
Status       Label         Instance  Kind  Job                       Delivery  Created               Time          To
✔ completed  ascii         orders    flex  6a794733c0eb9e7a17740663  restore   2026-08-10T03:36:19Z  took 3m51s    復元先
● running    日本語ラベル  orders    flex  6a794733c0eb9e7a17740663  restore   2026-08-10T03:36:19Z  8m41s so far  to
✔ completed  👩 crew       orders    flex  6a794733c0eb9e7a17740663  restore   2026-08-10T03:36:19Z  took 3m51s    é
"
        );
        let bare = table(&[row("", "", false)]).text(Style::default());
        assert!(bare.starts_with("Status     Instance  Kind  Job") && !bare.contains("To"), "{bare}");
    }

    #[test]
    fn ids_are_cut_in_the_middle_only_where_a_terminal_is_too_narrow() {
        let rows = [row("orders-restore-of-the-night", "recovery", false)];
        let wide = table(&rows).text(Style::default());
        assert!(wide.contains("6a794733c0eb9e7a17740663"));
        let narrow = Style { width: Some(130), ..Style::default() };
        let text = table(&rows).text(narrow);
        assert!(text.lines().all(|line| line.width() <= 130), "{text}");
        assert!(text.contains("orders-restore-of-the-night") && text.contains('…'), "ids first: {text}");
        let tiny = table(&rows).text(Style { width: Some(10), ..Style::default() });
        assert!(tiny.contains("6a79…0663") || tiny.contains("6a79…7740663"), "{tiny}");
        assert!(tiny.contains("running") && tiny.contains("8m41s so far"), "where it stands stays: {tiny}");
    }

    #[test]
    fn a_narrow_terminal_shows_fewer_columns_in_whole_lines() {
        let rows = [row("nightly-orders", "recovery", false), row("quarter end", "recovery", true)];
        for (most, there, gone) in [
            (100, ["Created", "To"].as_slice(), ["Delivery"].as_slice()),
            (80, &["Label", "Instance", "Job", "Time"], &["Delivery", "Kind", "Created"]),
            (60, &["Label", "Job", "Time"], &["Created", "To"]),
        ] {
            let text = table(&rows).text(Style { width: Some(most), ..Style::default() });
            assert!(text.lines().all(|line| line.width() <= most), "{most}: {text}");
            let head = text.lines().next().unwrap();
            assert!(there.iter().all(|column| head.contains(column)), "{most}: {text}");
            assert!(!gone.iter().any(|column| head.contains(column)), "{most}: {text}");
        }
        assert!(table(&rows).text(Style::default()).contains("Delivery"), "in a pipe all are there");
    }

    #[test]
    fn no_cell_of_markdown_ends_it_or_becomes_a_link() {
        let text = table(&[row("a|b\\|c\u{1b}[31m", "[x](http://e) <b> `c` @all", true)]).markdown();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[1].chars().all(|c| matches!(c, '|' | '-' | ' ')), "{text}");
        assert!(lines[2].contains("a\\|b\\\\\\|c\\[31m"), "{text}");
        assert!(lines[2].contains("\\[x\\](http://e) \\<b\\> \\`c\\` \\@all"), "{text}");
        let separators = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        assert!(lines.iter().all(|line| separators(line) == separators(lines[0])), "{text}");
    }

    proptest! {
        #[test]
        fn a_text_is_cut_to_its_width_and_keeps_both_ends(text in "\\PC{0,40}", width in 3_usize..30) {
            let cut = elided(&text, width);
            // A grapheme that stands alone may be wider than within its neighbours.
            prop_assert!(cut.width() <= width + 1, "{cut}");
            if text.width() <= width {
                prop_assert_eq!(cut, text);
            } else {
                let (start, end) = cut.split_once('…').unwrap();
                prop_assert!(text.starts_with(start) || text.contains('…'));
                prop_assert!(text.ends_with(end) || text.contains('…'));
            }
        }
    }
}
