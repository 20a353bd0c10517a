//! Frames as bytes: a ratatui backend that writes each frame in one call, and as little as it can.
//!
//! Must not enter or leave the terminal, which is `Session`'s. It remembers the size (told by the loop), the
//! style and the place of the cursor between frames, so that a digit that changes costs about fifteen bytes
//! and a frame that changes nothing costs no call at all.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use rustix::event::{PollFd, PollFlags};
use unicode_width::UnicodeWidthStr;

use super::pen::{Pen, push_number};

/// Synchronized output (DEC private mode 2026): the terminal shows the frame whole or not at all.
pub(super) const SYNC_BEGIN: &[u8] = b"\x1b[?2026h";
pub(super) const SYNC_END: &[u8] = b"\x1b[?2026l";

/// Frames of at least this many bytes are synchronized. Below it a frame arrives in one read of any terminal,
/// and the sixteen bytes would be more than the change itself.
const SYNC_FROM: usize = 512;

/// The terminal as a ratatui backend.
#[derive(Debug)]
pub struct Tty<W: Write = Stdout> {
    writer: W,
    /// The frame so far, after room for `SYNC_BEGIN`.
    frame: Vec<u8>,
    size: Size,
    pen: Pen,
    /// Where the terminal's cursor is, as far as we know.
    at: Option<Position>,
    /// Where ratatui wants it. Shown and hidden differ from what the terminal has until the frame ends.
    wanted: Position,
    visible: bool,
    shown: bool,
}

impl Tty {
    /// A terminal of this size that `Session::enter` has made ready: blank, with its cursor hidden.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self::with_writer(Stdout, size)
    }
}

impl<W: Write> Tty<W> {
    /// The same on any writer; it should not buffer, since each frame is one write already.
    pub fn with_writer(writer: W, size: Size) -> Self {
        Self {
            writer,
            frame: SYNC_BEGIN.to_vec(),
            size,
            pen: Pen::default(),
            at: None,
            wanted: Position::ORIGIN,
            visible: false,
            shown: false,
        }
    }

    /// The terminal has this size from now on. Clear and draw after it: terminals move text when resized.
    pub fn resized(&mut self, size: Size) {
        self.size = size;
        self.forget();
    }

    /// Something else may have written to the terminal: take neither style nor place for granted.
    pub fn forget(&mut self) {
        self.pen.forget();
        self.at = None;
    }

    fn go_to(&mut self, position: Position) {
        if self.at == Some(position) {
            return;
        }
        self.frame.extend_from_slice(b"\x1b[");
        match self.at {
            Some(Position { x, y }) if y == position.y && x < position.x => {
                if position.x - x > 1 {
                    push_number(&mut self.frame, position.x - x);
                }
                self.frame.push(b'C');
            }
            _ => {
                push_number(&mut self.frame, position.y.saturating_add(1));
                self.frame.push(b';');
                push_number(&mut self.frame, position.x.saturating_add(1));
                self.frame.push(b'H');
            }
        }
        self.at = Some(position);
    }

    /// Where the cursor is after `symbol`. Terminals disagree about the width of some symbols, and about the
    /// place after the last column; there the next cell gets an absolute position.
    fn after(&self, position: Position, symbol: &str) -> Option<Position> {
        let narrow = matches!(symbol.as_bytes(), [b' '..=b'~']) || symbol.width() == 1;
        let x = position.x.saturating_add(1);
        (narrow && x < self.size.width).then_some(Position { x, y: position.y })
    }

    fn write_frame(&mut self) -> io::Result<()> {
        let body = self.frame.get(SYNC_BEGIN.len()..).unwrap_or_default();
        if body.is_empty() {
            return Ok(());
        }
        let written = if body.len() < SYNC_FROM {
            self.writer.write_all(body)
        } else {
            self.frame.extend_from_slice(SYNC_END);
            self.writer.write_all(&self.frame)
        };
        self.frame.truncate(SYNC_BEGIN.len());
        if written.is_err() {
            self.forget();
        }
        written.and_then(|()| self.writer.flush())
    }
}

impl<W: Write> Backend for Tty<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            let position = Position { x, y };
            self.go_to(position);
            self.pen.take(cell, &mut self.frame);
            self.frame.extend_from_slice(cell.symbol().as_bytes());
            self.at = self.after(position, cell.symbol());
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.visible = false;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.visible = true;
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.wanted)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.wanted = position.into();
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        // A resize makes ratatui clear twice.
        if region == ClearType::All && self.frame.ends_with(b"\x1b[2J") {
            return Ok(());
        }
        if region != ClearType::All {
            self.go_to(self.wanted);
        }
        // Erased cells take the background of the pen.
        self.pen.plain(&mut self.frame);
        self.frame.extend_from_slice(match region {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        });
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.visible {
            self.go_to(self.wanted);
        }
        if self.visible != self.shown {
            self.frame.extend_from_slice(if self.visible { b"\x1b[?25h" } else { b"\x1b[?25l" });
            self.shown = self.visible;
        }
        self.write_frame()
    }
}

/// Standard output without a buffer and without a lock: `std`'s own splits a frame at its last line end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let stdout = io::stdout();
        loop {
            match rustix::io::write(&stdout, bytes) {
                // Whoever started us may have left the terminal non-blocking.
                Err(rustix::io::Errno::AGAIN) => {
                    rustix::event::poll(&mut [PollFd::new(&stdout, PollFlags::OUT)], None)?;
                }
                written => return Ok(written?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use ratatui::Terminal;
    use ratatui::style::{Color, Modifier, Style};

    use super::*;

    /// Each write apart.
    #[derive(Clone, Default)]
    struct Writes(Rc<RefCell<Vec<Vec<u8>>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Writes {
        fn taken(&self) -> Vec<String> {
            let writes = std::mem::take(&mut *self.0.borrow_mut());
            writes.into_iter().map(|bytes| String::from_utf8(bytes).unwrap().replace('\x1b', "ESC")).collect()
        }
    }

    fn terminal(width: u16, height: u16) -> (Terminal<Tty<Writes>>, Writes) {
        let writes = Writes::default();
        let tty = Tty::with_writer(writes.clone(), Size::new(width, height));
        (Terminal::new(tty).unwrap(), writes)
    }

    fn draw(terminal: &mut Terminal<Tty<Writes>>, x: u16, y: u16, text: &str, style: Style) {
        terminal.draw(|frame| frame.buffer_mut().set_string(x, y, text, style)).unwrap();
    }

    #[test]
    fn a_digit_that_changes_costs_its_place_and_itself() {
        let (mut terminal, writes) = terminal(120, 36);
        draw(&mut terminal, 50, 10, "03:12:09", Color::Green.into());
        assert_eq!(writes.taken(), ["ESC[11;51HESC[0;32m03:12:09"]);
        draw(&mut terminal, 50, 10, "03:12:08", Color::Green.into());
        assert_eq!(writes.taken(), ["ESC[11;58H8"]);
        draw(&mut terminal, 50, 10, "03:12:08", Color::Green.into());
        assert_eq!(writes.taken(), Vec::<String>::new(), "a frame without a change writes nothing");
    }

    #[test]
    fn reverse_and_bold_stay_without_colours() {
        let (mut terminal, writes) = terminal(20, 2);
        draw(&mut terminal, 0, 0, "ab", Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD));
        assert_eq!(writes.taken(), ["ESC[1;1HESC[0;1;7mab"], "no reset between the attribute and its text");
    }

    #[test]
    fn a_gap_in_a_row_is_stepped_over() {
        let (mut terminal, writes) = terminal(20, 2);
        terminal
            .draw(|frame| {
                frame.buffer_mut().set_string(0, 0, "a", Style::new());
                frame.buffer_mut().set_string(9, 0, "b", Style::new());
                frame.buffer_mut().set_string(19, 0, "c", Style::new());
                frame.buffer_mut().set_string(0, 1, "d", Style::new());
            })
            .unwrap();
        assert_eq!(writes.taken(), ["ESC[1;1HESC[maESC[8CbESC[9CcESC[2;1Hd"]);
    }

    #[test]
    fn after_a_wide_symbol_the_place_is_absolute() {
        let (mut terminal, writes) = terminal(20, 1);
        draw(&mut terminal, 0, 0, "漢x", Style::new());
        assert_eq!(writes.taken(), ["ESC[1;1HESC[m漢ESC[1;3Hx"]);
    }

    #[test]
    fn a_full_frame_is_one_synchronized_write_and_a_small_one_is_bare() {
        let (mut terminal, writes) = terminal(120, 36);
        terminal
            .draw(|frame| {
                for y in 0..36 {
                    frame.buffer_mut().set_string(0, y, "x".repeat(120), Style::new());
                }
            })
            .unwrap();
        let full = writes.taken();
        assert_eq!(full.len(), 1);
        assert!(full[0].starts_with("ESC[?2026hESC[1;1H") && full[0].ends_with("ESC[?2026l"));
        draw(&mut terminal, 0, 0, "y", Style::new());
        assert!(writes.taken()[0].starts_with("ESC[?2026h"), "most of the screen was erased");
        draw(&mut terminal, 0, 0, "z", Style::new());
        assert_eq!(writes.taken(), ["ESC[1;1Hz"]);
    }

    #[test]
    fn the_cursor_is_placed_and_shown_once() {
        let (mut terminal, writes) = terminal(20, 2);
        let form = |terminal: &mut Terminal<Tty<Writes>>, x| {
            terminal.draw(|frame| frame.set_cursor_position((x, 1))).unwrap();
        };
        form(&mut terminal, 3);
        assert_eq!(writes.taken(), ["ESC[2;4HESC[?25h"]);
        form(&mut terminal, 3);
        assert!(writes.taken().is_empty());
        form(&mut terminal, 4);
        assert_eq!(writes.taken(), ["ESC[C"]);
        terminal.draw(|_| {}).unwrap();
        assert_eq!(writes.taken(), ["ESC[?25l"]);
    }

    #[test]
    fn a_new_size_clears_and_paints_in_the_same_write() {
        let (mut terminal, writes) = terminal(20, 2);
        draw(&mut terminal, 0, 0, "abc", Color::Red.into());
        writes.taken();
        terminal.backend_mut().resized(Size::new(10, 2));
        draw(&mut terminal, 0, 0, "abc", Color::Red.into());
        assert_eq!(writes.taken(), ["ESC[mESC[2JESC[1;1HESC[31mabc"]);
    }

    #[test]
    fn a_dead_terminal_is_an_error() {
        struct Dead;
        impl Write for Dead {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut terminal = Terminal::new(Tty::with_writer(Dead, Size::new(10, 1))).unwrap();
        let drawn = terminal.draw(|frame| frame.buffer_mut().set_string(0, 0, "x", Style::new()));
        assert_eq!(drawn.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
