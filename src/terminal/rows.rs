//! A few rows under the text that stays, on a terminal that nobody has entered.
//!
//! Not ratatui's inline viewport: that asks the terminal where its cursor is, which takes raw mode and an answer, and
//! then trusts the place; one Enter of the user's, and it draws over what it should not. Here the cursor rests on the
//! line below the rows. Each frame goes up by as many lines as the last one had, wipes from there and writes all of it
//! in one call. No mode is set, so that there is nothing to take back however the program ends, and Ctrl-C, Ctrl-Z and
//! the shell's prompt find the terminal as they want it.
//!
//! A terminal that has become narrower breaks the rows that no longer fit into several lines, and most do it with what
//! is shown already. So the way up is measured with the width of now.

use std::io::{self, Write};

use ratatui::text::Line;

use super::pen::{Pen, push_number};
use super::tty::{SYNC_BEGIN, SYNC_END};

/// The rows, and the line below them on which the cursor rests.
#[derive(Debug)]
pub struct Rows<W: Write> {
    writer: W,
    /// How wide each of the rows above the cursor is.
    widths: Vec<usize>,
    /// Whether the terminal breaks lines anew when its width changes.
    reflows: bool,
    pen: Pen,
}

impl<W: Write> Rows<W> {
    /// None yet: the first frame begins where the cursor is, which should be the beginning of a line.
    pub fn new(writer: W, reflows: bool) -> Self {
        Self { writer, widths: Vec::new(), reflows, pen: Pen::default() }
    }

    /// The writer, with all that was written.
    pub fn into_inner(self) -> W {
        self.writer
    }

    /// What was written is no longer where it was: the next frame begins at the cursor, and leaves that alone.
    pub fn forget(&mut self) {
        self.widths.clear();
        self.pen.forget();
    }

    /// Wipes the rows, writes lines that stay, and the rows anew below them. A line that stays may be as long as it
    /// likes; a row must fit the width, which is the terminal's of now.
    ///
    /// # Errors
    /// The terminal takes no more.
    pub fn write(&mut self, stay: &[Line<'_>], rows: &[Line<'_>], width: u16) -> io::Result<()> {
        let mut frame = SYNC_BEGIN.to_vec();
        self.pen.plain(&mut frame);
        frame.push(b'\r');
        let height = self.height(width);
        if height > 0 {
            frame.extend_from_slice(b"\x1b[");
            push_number(&mut frame, height);
            frame.push(b'A');
        }
        frame.extend_from_slice(b"\x1b[J");
        self.push(stay.iter().chain(rows), &mut frame);
        frame.extend_from_slice(SYNC_END);
        self.widths.clear();
        self.widths.extend(rows.iter().map(Line::width));
        self.writer.write_all(&frame)?;
        self.writer.flush()
    }

    /// Writes lines at the cursor as any program would, without rows, and wipes nothing: for a terminal whose cursor is
    /// somebody else's.
    ///
    /// # Errors
    /// As [`Rows::write`].
    pub fn append(&mut self, lines: &[Line<'_>]) -> io::Result<()> {
        self.forget();
        let mut bytes = Vec::new();
        self.push(lines.iter(), &mut bytes);
        self.writer.write_all(&bytes)?;
        self.writer.flush()
    }

    fn push<'a>(&mut self, lines: impl Iterator<Item = &'a Line<'a>>, bytes: &mut Vec<u8>) {
        for line in lines {
            for span in &line.spans {
                self.pen.styled(line.style.patch(span.style), bytes);
                bytes.extend_from_slice(span.content.as_bytes());
            }
            self.pen.plain(bytes);
            bytes.extend_from_slice(b"\r\n");
        }
    }

    /// Lines between the top of the rows and the cursor, in a terminal that is so wide now.
    fn height(&self, width: u16) -> u16 {
        let width = usize::from(width.max(1));
        let lines = |row: &usize| if self.reflows { row.div_ceil(width).max(1) } else { 1 };
        u16::try_from(self.widths.iter().map(lines).sum::<usize>()).unwrap_or(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Style};
    use ratatui::text::Span;

    use super::*;

    fn shown(rows: &mut Rows<Vec<u8>>) -> String {
        let bytes = std::mem::take(&mut rows.writer);
        String::from_utf8(bytes).unwrap().replace('\x1b', "ESC").replace("\r\n", "⏎")
    }

    #[test]
    fn a_frame_goes_up_by_the_rows_of_the_last_one_and_lines_stay_above() {
        let mut rows = Rows::new(Vec::new(), true);
        let running = Line::from(vec![Span::styled("*", Style::new().fg(Color::Green)), Span::raw(" a")]);
        rows.write(&[], &[running.clone(), Line::raw("b")], 80).unwrap();
        assert_eq!(shown(&mut rows), "ESC[?2026hESC[m\rESC[JESC[32m*ESC[m a⏎b⏎ESC[?2026l");
        rows.write(&[Line::raw("b is over")], &[running], 80).unwrap();
        assert_eq!(shown(&mut rows), "ESC[?2026h\rESC[2AESC[Jb is over⏎ESC[32m*ESC[m a⏎ESC[?2026l");
        rows.write(&[], &[], 80).unwrap();
        assert_eq!(shown(&mut rows), "ESC[?2026h\rESC[1AESC[JESC[?2026l");
    }

    #[test]
    fn what_was_forgotten_is_not_wiped() {
        let mut rows = Rows::new(Vec::new(), true);
        rows.write(&[], &[Line::raw("a")], 80).unwrap();
        shown(&mut rows);
        rows.forget();
        rows.write(&[], &[Line::raw("a")], 80).unwrap();
        assert!(!shown(&mut rows).contains("[1A"));
    }

    #[test]
    fn rows_that_a_narrower_terminal_has_broken_are_wiped_whole() {
        let long = Line::raw("a".repeat(79));
        for (reflows, up) in [(true, "ESC[4A"), (false, "ESC[2A")] {
            let mut rows = Rows::new(Vec::new(), reflows);
            rows.write(&[], &[long.clone(), Line::raw("b")], 80).unwrap();
            shown(&mut rows);
            rows.write(&[], &[Line::raw("a")], 30).unwrap();
            assert!(shown(&mut rows).contains(up), "{reflows}");
        }
    }
}
