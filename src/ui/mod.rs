//! Lays a [`Screen`] out on the terminal with ratatui, one file per panel, and answers what lies under the mouse.
//!
//! Knows nothing of the model, the API or the clock, and keeps no state: two equal screens draw the same cells.
//! Drawing and [`hit`] share every piece of layout arithmetic, so that a click lands on what was seen.

mod columns;
mod confirm;
mod detail;
mod doctor;
mod facts;
mod footer;
mod form;
mod gauge;
mod header;
mod help;
mod list;
mod log;
mod menu;
mod pane;
mod raw;
mod text;
mod theme;
mod welcome;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::keymap::Action;
use crate::app::screen::{Board, Body, Ends, Layout, Overlay, Pane, Screen, Size};
use pane::Line;
use theme::Theme;

/// Our own signs as ASCII, of the same width; what people typed and Atlas sent stays as it is.
fn plain(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let plain = match cell.symbol() {
            "·" | "—" | "–" | "─" => "-",
            "…" => "~",
            "“" | "”" => "\"",
            "×" => "x",
            "→" => ">",
            _ => continue,
        };
        cell.set_symbol(plain);
    }
}

/// What lies under the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// Index into the rows of the list.
    Row(usize),
    FooterKey(Action),
    Detail,
    /// Index into the items of the open menu.
    MenuItem(usize),
}

/// Draws the whole screen, and tells how far its texts can be scrolled. The cursor shows only where text is typed.
pub fn draw(frame: &mut Frame, screen: &Screen) -> Ends {
    let mut ends = Ends::default();
    let theme = Theme::of(screen);
    let areas = Areas::of(frame.area(), screen);
    let buffer = frame.buffer_mut();
    let mut cursor = None;
    header::draw(buffer, areas.header, &screen.header, theme);
    match &screen.body {
        Body::Welcome(welcome) => ends.detail = welcome::draw(buffer, areas.body, welcome, theme),
        Body::Board(board) => {
            let panes = Panes::of(board, areas.body);
            let tiny = panes.tiny;
            if let Some(area) = panes.list {
                list::draw(buffer, area, &board.list, board.focus == Pane::List, tiny, theme);
            }
            if let Some(area) = panes.detail {
                let focused = board.focus == Pane::Detail;
                ends.detail = detail::draw(buffer, area, board.detail.as_ref(), focused, tiny, theme);
            }
        }
    }
    // Without a line of its own the notice takes the footer's: it is short-lived, the keys come back.
    if let (Some(notice), true) = (&screen.notice, areas.notice.is_empty()) {
        footer::draw_notice(buffer, areas.footer, notice, theme);
    } else {
        if let Some(notice) = &screen.notice {
            footer::draw_notice(buffer, areas.notice, notice, theme);
        }
        cursor = footer::draw(buffer, areas.footer, &screen.footer, theme);
    }
    if let Some(overlay) = &screen.overlay {
        cursor = None;
        let room = areas.overlay();
        match overlay {
            Overlay::Form(form) => cursor = form::draw(buffer, room, form, theme),
            Overlay::Help(help) => ends.help = help::draw(buffer, room, help, theme),
            Overlay::Raw(raw) => raw::draw(buffer, areas.body, raw, theme),
            Overlay::Menu(menu) => cursor = menu::draw(buffer, room, menu, theme),
            Overlay::Confirm(confirm) => confirm::draw(buffer, room, confirm, theme),
            Overlay::Doctor(doctor) => doctor::draw(buffer, areas.body, doctor, theme),
            Overlay::Log(log) => log::draw(buffer, room, log, theme),
        }
    }
    if screen.ascii {
        plain(buffer);
    }
    if let Some(position) = cursor
        && frame.area().contains(position)
    {
        frame.set_cursor_position(position);
    }
    ends
}

/// What was drawn at a cell of the terminal, if it can be clicked. An open overlay covers all but itself.
#[must_use]
pub fn hit(screen: &Screen, x: u16, y: u16) -> Option<Hit> {
    let at = Position::new(x, y);
    let size = Rect::new(0, 0, screen.size.width, screen.size.height);
    let areas = Areas::of(size, screen);
    match &screen.overlay {
        Some(Overlay::Menu(menu)) => return menu::hit(areas.overlay(), menu, at).map(Hit::MenuItem),
        Some(_) => return None,
        None => {}
    }
    if areas.footer.contains(at) {
        let covered = screen.notice.is_some() && areas.notice.is_empty();
        return if covered { None } else { footer::hit(areas.footer, &screen.footer, x).map(Hit::FooterKey) };
    }
    let Body::Board(board) = &screen.body else { return None };
    let panes = Panes::of(board, areas.body);
    if let Some(area) = panes.list
        && area.contains(at)
    {
        return list::hit(area, &board.list, panes.tiny, at).map(Hit::Row);
    }
    panes.detail.is_some_and(|area| area.contains(at)).then_some(Hit::Detail)
}

/// The bands of the screen, from top to bottom. The body is what is left, and the last to go.
struct Areas {
    whole: Rect,
    header: Line,
    body: Rect,
    notice: Rect,
    footer: Line,
}

impl Areas {
    fn of(whole: Rect, screen: &Screen) -> Self {
        let header = u16::from(whole.height >= 4);
        let footer = u16::from(whole.height >= 2);
        let notice = screen.notice_rows(Size { width: whole.width, height: whole.height });
        let body = whole.height - header - footer - notice;
        let band = |y: u16, height: u16| Rect { y: whole.y + y, height, ..whole };
        Self {
            whole,
            header: band(0, header),
            body: band(header, body),
            notice: band(header + body, notice),
            footer: band(header + body + notice, footer),
        }
    }

    /// Where popups may lie: between header and footer, or anywhere once rows are scarce.
    fn overlay(&self) -> Rect {
        if pane::is_small(self.whole) { self.whole } else { self.body }
    }
}

/// The panes of the board, as the application chose them.
struct Panes {
    list: Option<Rect>,
    detail: Option<Rect>,
    tiny: bool,
}

impl Panes {
    fn of(board: &Board, body: Rect) -> Self {
        let tiny = matches!(board.layout, Layout::Tiny(_));
        let (list, detail) = match board.layout {
            Layout::Beside { list_width } => {
                let width = list_width.min(body.width);
                let rest = Rect { x: body.x + width, width: body.width - width, ..body };
                (Some(Rect { width, ..body }), Some(rest))
            }
            Layout::Single(Pane::List) | Layout::Tiny(Pane::List) => (Some(body), None),
            Layout::Single(Pane::Detail) | Layout::Tiny(Pane::Detail) => (None, Some(body)),
        };
        Self { list, detail, tiny }
    }
}
