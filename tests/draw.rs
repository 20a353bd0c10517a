//! Drawing: hand-built screens on a test terminal, as text, as styles, and at every size.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot build its screen has failed"
)]

mod fixtures;

use atlas_tui::app::screen::{Body, Layout, Overlay, Pane, Role, Screen, Span, ThemeName};
use atlas_tui::ui::{self, Hit};
use fixtures::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};

struct Drawn {
    buffer: Buffer,
    cursor: Option<Position>,
}

fn draw(screen: &Screen) -> Drawn {
    let mut terminal = Terminal::new(TestBackend::new(screen.size.width, screen.size.height)).unwrap();
    // The buffer as drawn: the backend's own lacks what a wide character hides.
    let buffer = terminal
        .draw(|frame| {
            ui::draw(frame, screen);
        })
        .unwrap()
        .buffer
        .clone();
    let backend = terminal.backend();
    // A hidden cursor keeps the place where the drawing left it, so only visibility tells.
    let cursor = backend.cursor_visible().then(|| backend.cursor_position());
    Drawn { buffer, cursor }
}

/// The cells as text, one line a row, without blanks at the end.
fn text(buffer: &Buffer) -> String {
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += symbol.cell_width().max(1);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// The text with the cursor's place under it.
fn shown(screen: &Screen) -> String {
    let drawn = draw(screen);
    match drawn.cursor {
        Some(at) => format!("{}\ncursor: column {}, row {}", text(&drawn.buffer), at.x, at.y),
        None => text(&drawn.buffer),
    }
}

/// Every run of cells that is not plain: row, text, style.
fn styles(buffer: &Buffer) -> String {
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let mut run = String::new();
        let mut last = None;
        for x in 0..=buffer.area.width {
            let cell = (x < buffer.area.width).then(|| &buffer[(x, y)]);
            let style = cell.map(|cell| (cell.fg, cell.bg, cell.modifier));
            if style != last {
                if let Some((fg, bg, modifier)) = last
                    && (fg, bg, modifier) != (Color::Reset, Color::Reset, Modifier::empty())
                {
                    let mut names: Vec<String> = Vec::new();
                    names.extend((fg != Color::Reset).then(|| fg.to_string().to_lowercase()));
                    names.extend((bg != Color::Reset).then(|| format!("on {bg}").to_lowercase()));
                    names.extend(modifier.iter_names().map(|(name, _)| name.to_lowercase()));
                    lines.push(format!("{y:>2} [{run}] {}", names.join(" ")));
                }
                run.clear();
                last = style;
            }
            if let Some(cell) = cell {
                run.push_str(cell.symbol());
            }
        }
    }
    lines.join("\n")
}

/// A wide character with something else in the cell of its second half: ratatui would not send that cell.
fn torn(buffer: &Buffer) -> Option<(u16, u16)> {
    let cells = (0..buffer.area.height).flat_map(|y| (0..buffer.area.width).map(move |x| (x, y)));
    cells.into_iter().find(|&(x, y)| {
        let columns = buffer[(x, y)].symbol().cell_width();
        (1..columns).any(|next| buffer.cell((x + next, y)).is_none_or(|cell| cell.symbol() != " "))
    })
}

/// Where a text starts on the screen, by column and row.
fn find(buffer: &Buffer, wanted: &str) -> Option<(u16, u16)> {
    (0..buffer.area.height).find_map(|y| {
        let cells: Vec<&str> = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
        (0..cells.len())
            .find(|x| cells[*x..].concat().starts_with(wanted))
            .map(|x| (u16::try_from(x).unwrap(), y))
    })
}

#[test]
fn dashboard_wide() {
    insta::assert_snapshot!(shown(&board(120, 36)));
}

#[test]
fn dashboard_usual() {
    insta::assert_snapshot!(shown(&board(80, 24)));
}

#[test]
fn dashboard_tiny_shows_the_job_on_one_screen() {
    let screen = with_problem(board(40, 10));
    let drawn = shown(&screen);
    for wanted in ["LINK READY", "03:12:09", "Atlas cannot be reached", "next try in 8 s"] {
        assert!(drawn.contains(wanted), "{wanted} is missing:\n{drawn}");
    }
    insta::assert_snapshot!(drawn);
}

#[test]
fn dashboard_tiny_list() {
    let mut screen = board(40, 10);
    if let Body::Board(board) = &mut screen.body {
        board.layout = Layout::Tiny(Pane::List);
        board.focus = Pane::List;
    }
    insta::assert_snapshot!(shown(&screen));
}

#[test]
fn a_wide_list_has_its_columns_under_a_heading() {
    insta::assert_snapshot!("wide_list_zoomed", shown(&wide_list(120, 20)));
    insta::assert_snapshot!("wide_list_at_80", shown(&wide_list(80, 20)));
    insta::assert_snapshot!("wide_list_styles", styles(&draw(&wide_list(120, 20)).buffer));
    let ascii = fixtures::ascii_list(wide_list(120, 20));
    let drawn = text(&draw(&ascii).buffer);
    assert!(drawn.lines().filter(|line| !line.contains(['備', 'ג'])).all(str::is_ascii), "{drawn}");
}

#[test]
fn columns_stand_straight_whatever_is_in_them() {
    for width in 60..=200 {
        let drawn = draw(&wide_list(width, 20));
        assert_eq!(torn(&drawn.buffer), None, "at {width}");
        // Under the first letter of its heading stands the first of every phase.
        let heading: Vec<&str> = (0..width).map(|x| drawn.buffer[(x, 2)].symbol()).collect();
        let at = (0..heading.len()).find(|x| heading[*x..].concat().starts_with("phase")).unwrap();
        let x = u16::try_from(at).unwrap();
        let phases = ["link r", "runnin", "comple", "failed", "expire", "warnin", "gone"];
        for (y, word) in (3..).zip(phases) {
            let cells: String = (x..x + 6).map(|x| drawn.buffer[(x, y)].symbol()).collect();
            assert_eq!(cells.trim_end(), word, "at {width}:\n{}", text(&drawn.buffer));
        }
    }
}

#[test]
fn rows_under_a_heading_are_hit_where_they_are_drawn() {
    let screen = wide_list(120, 20);
    let drawn = draw(&screen);
    for (index, label) in ["archive-dump", "orders-restore", "billing-copy"].iter().enumerate() {
        let (x, y) = find(&drawn.buffer, &format!("  {label} ")).unwrap();
        assert_eq!(ui::hit(&screen, x, y), Some(Hit::Row(index)), "{label}");
    }
    assert_eq!(ui::hit(&screen, 5, 2), None, "the heading");
}

#[test]
fn dashboard_of_one_cell() {
    assert_eq!(shown(&board(1, 1)).chars().count(), 1);
}

#[test]
fn dashboard_ascii_has_no_other_character() {
    let screen = ascii(with_problem(board(120, 36)));
    let drawn = shown(&screen);
    assert!(drawn.is_ascii(), "{drawn}");
    insta::assert_snapshot!(drawn);
}

#[test]
fn a_problem_stands_under_the_headline() {
    insta::assert_snapshot!(shown(&with_problem(board(120, 36))));
}

#[test]
fn flags_and_countdown_stay_above_the_fold() {
    let mut screen = with_problem(board(80, 24));
    if let Body::Board(board) = &mut screen.body {
        let problem = board.detail.as_mut().unwrap().problem.as_mut().unwrap();
        problem.next_step = "Read this through, and then once more. ".repeat(20);
    }
    let drawn = shown(&screen);
    for wanted in ["cancelled no", "expired no", "failed no", "finished —", "03:12:09", "2026-11-24 07:00"]
    {
        assert!(drawn.contains(wanted), "{wanted} is missing:\n{drawn}");
    }
    insta::assert_snapshot!(shown(&with_problem(board(80, 24))));
}

#[test]
fn a_long_detail_scrolls_to_its_end_and_no_further() {
    let mut screen = board(80, 24);
    let detail = |screen: &mut Screen, scroll| {
        let Body::Board(board) = &mut screen.body else { panic!("no board") };
        let detail = board.detail.as_mut().unwrap();
        if scroll == 0 {
            detail.history = history(12);
        }
        detail.scroll = scroll;
    };
    detail(&mut screen, 0);
    let top = shown(&screen);
    assert!(top.contains("▼") && !top.contains("▲"), "{top}");
    detail(&mut screen, u16::MAX);
    let end = shown(&screen);
    assert!(end.contains("▲") && !end.contains("▼"), "{end}");
    insta::assert_snapshot!(end);
}

#[test]
fn wide_and_right_to_left_text_keeps_the_columns() {
    let screen = foreign(120, 36);
    let drawn = draw(&screen);
    // The right border of the list stands in one column in every row of the body.
    for y in 2..34 {
        assert_eq!(drawn.buffer[(39, y)].symbol(), "│", "row {y}");
        assert_eq!(drawn.buffer[(40, y)].symbol(), "│", "row {y}");
        assert_eq!(drawn.buffer[(119, y)].symbol(), "│", "row {y}");
    }
    insta::assert_snapshot!(text(&drawn.buffer));
}

#[test]
fn a_popup_over_wide_text_keeps_its_border() {
    for width in 60..=130 {
        for overlay in [form(), copy_menu(), confirm()] {
            let drawn = draw(&over(foreign(width, 24), overlay));
            assert_eq!(torn(&drawn.buffer), None, "at {width}:\n{}", text(&drawn.buffer));
        }
    }
}

#[test]
fn enormous_and_hostile_texts_do_no_harm() {
    for text in
        ["x".repeat(100_000), "備".repeat(50_000), "a b".repeat(30_000), "\u{1b}[31m\r\n\u{7}\t".into()]
    {
        for screen in swollen(80, 24, &text) {
            let drawn = draw(&screen);
            assert!(drawn.buffer.content().iter().all(|cell| !cell.symbol().contains(char::is_control)));
            assert_eq!(torn(&drawn.buffer), None);
        }
    }
}

#[test]
fn a_notice_stands_above_the_footer_and_takes_its_place_when_rows_are_scarce() {
    let mut screen = board(80, 24);
    screen.notice = Some(Span::new("copied the job id", Role::Good));
    let drawn = shown(&screen);
    let lines: Vec<&str> = drawn.lines().collect();
    assert_eq!(lines[22], " copied the job id");
    assert!(lines[21].starts_with('╰') && lines[23].starts_with(" a add"), "{drawn}");

    let mut screen = board(40, 3);
    screen.notice = Some(Span::new("copied the job id", Role::Good));
    assert_eq!(shown(&screen).lines().last(), Some(" copied the job id"));
    assert_eq!(ui::hit(&screen, 1, 2), None, "the key under the notice is not to be seen");
}

#[test]
fn waiting_for_a_first_answer() {
    insta::assert_snapshot!(shown(&waiting(80, 24)));
}

#[test]
fn an_empty_filter() {
    let screen = filtered(80, 24);
    assert_eq!(draw(&screen).cursor, Some(Position::new(5, 23)));
    insta::assert_snapshot!(shown(&screen));
}

#[test]
fn first_start() {
    insta::assert_snapshot!("welcome_wide", shown(&welcome(120, 36)));
    insta::assert_snapshot!("welcome_tiny", shown(&welcome(40, 12)));
}

#[test]
fn form_beside_below_and_tiny() {
    insta::assert_snapshot!("form_wide", shown(&over(board(120, 36), form())));
    insta::assert_snapshot!("form_usual", shown(&over(board(80, 24), form())));
    insta::assert_snapshot!("form_tiny", shown(&over(board(40, 10), form())));
    // What was said stays in sight wherever the focus is.
    for focus in 0..=4 {
        let mut asked = form();
        let Overlay::Form(form) = &mut asked else { unreachable!() };
        form.focus = focus;
        form.hint = Span::new("Esc again discards the changes", Role::Warning);
        let text = shown(&over(board(40, 10), asked));
        assert!(text.contains("Esc again discards"), "{focus}: {text}");
    }
}

#[test]
fn the_focused_input_and_its_verdict_are_in_sight_however_small() {
    for focus in 0..=4 {
        let mut overlay = form();
        let Overlay::Form(form) = &mut overlay else { panic!("no form") };
        form.focus = focus;
        let wanted = focus.checked_sub(1).map(|i| form.inputs[i].verdict.text.clone()).unwrap_or_default();
        let drawn = draw(&over(board(40, 10), overlay));
        let seen = text(&drawn.buffer);
        let word = wanted.split(' ').next_back().unwrap_or_default();
        assert!(seen.contains(word), "focus {focus}, {word}:\n{seen}");
        assert!(seen.contains('▸'), "focus {focus}:\n{seen}");
        assert_eq!(drawn.cursor.is_some(), focus > 0, "focus {focus}");
    }
}

#[test]
fn overlays() {
    insta::assert_snapshot!("help_wide", shown(&over(board(120, 36), help())));
    insta::assert_snapshot!("help_usual", shown(&over(board(80, 24), help())));
    insta::assert_snapshot!("raw_usual", shown(&over(board(80, 24), raw())));
    insta::assert_snapshot!("raw_tiny", shown(&over(board(40, 10), raw())));
    insta::assert_snapshot!("menu_usual", shown(&over(board(80, 24), copy_menu())));
    insta::assert_snapshot!("palette_usual", shown(&over(board(80, 24), palette())));
    insta::assert_snapshot!("confirm_usual", shown(&over(board(80, 24), confirm())));
    insta::assert_snapshot!("confirm_tiny", shown(&over(board(40, 10), confirm())));
    insta::assert_snapshot!("log_usual", shown(&over(board(80, 24), log())));
}

#[test]
fn roles_become_styles() {
    insta::assert_snapshot!("styles_board", styles(&draw(&with_problem(board(80, 24))).buffer));
    insta::assert_snapshot!("styles_raw", styles(&draw(&over(board(80, 24), raw())).buffer));
    insta::assert_snapshot!("styles_mono", styles(&draw(&mono(with_problem(board(80, 24)))).buffer));
}

#[test]
fn mono_never_colours_a_cell_and_still_shows_the_selection() {
    for screen in every_screen(120, 36) {
        let screen = mono(screen);
        let drawn = draw(&screen);
        assert!(drawn.buffer.content().iter().all(|c| c.fg == Color::Reset && c.bg == Color::Reset));
    }
    let drawn = draw(&mono(board(120, 36)));
    let (_, y) = find(&drawn.buffer, "▸").unwrap();
    assert!((1..39).all(|x| drawn.buffer[(x, y)].modifier.contains(Modifier::REVERSED)));
}

#[test]
fn no_theme_names_white_or_black() {
    for screen in every_screen(120, 36) {
        for cell in draw(&screen).buffer.content() {
            for color in [cell.fg, cell.bg] {
                let named = matches!(color, Color::Black | Color::White | Color::Gray | Color::DarkGray);
                assert!(!named && !matches!(color, Color::Rgb(..) | Color::Indexed(_)), "{cell:?}");
            }
        }
    }
}

#[test]
fn the_cursor_shows_only_where_text_is_typed() {
    for screen in every_screen(120, 36) {
        let typed = match &screen.overlay {
            Some(Overlay::Form(form)) => form.focus > 0,
            Some(Overlay::Menu(menu)) => menu.query.is_some(),
            Some(_) => false,
            None => screen.footer.prompt.is_some(),
        };
        assert_eq!(draw(&screen).cursor.is_some(), typed, "{:?}", screen.overlay);
    }
}

#[test]
fn footer_keys_are_hit_where_they_are_drawn() {
    for width in [120, 80, 40, 12] {
        let screen = board(width, 24);
        let drawn = draw(&screen);
        let footer = text(&drawn.buffer).lines().last().unwrap().to_owned();
        let mut missing = false;
        for key in &screen.footer.keys {
            let label = format!("{} {}", key.key, key.word);
            let Some(at) = footer.find(&label) else {
                missing = true;
                continue;
            };
            assert!(!missing, "{label} is drawn after one that was dropped, at {width}");
            let x = u16::try_from(footer[..at].chars().count()).unwrap();
            let end = x + u16::try_from(label.chars().count()).unwrap();
            for x in x..end {
                assert_eq!(ui::hit(&screen, x, 23), Some(Hit::FooterKey(key.action)), "{label} at {x}");
            }
            assert_eq!(ui::hit(&screen, x - 1, 23), None);
        }
        let budget = footer.contains("requests left");
        assert!(!(missing && budget), "the budget goes before any key: {footer}");
        assert_eq!(budget, width == 120);
    }
}

#[test]
fn in_a_wide_line_the_last_keys_make_room_for_the_budget() {
    let mut screen = board(120, 36);
    let more = screen.footer.keys.clone();
    screen.footer.keys.extend(more.iter().cloned().chain(more.iter().cloned()));
    let footer =
        |screen: &Screen| shown(screen).lines().nth(usize::from(screen.size.height) - 1).unwrap().to_owned();
    let wide = footer(&screen);
    assert!(wide.starts_with(" a add") && wide.ends_with("requests left"), "{wide}");
    screen.size.width = 99;
    assert!(!footer(&screen).contains("requests left"));
    // A key that the user made long does not lose its place either.
    screen.size.width = 120;
    screen.footer.keys[0].key = "x".repeat(60);
    let long = footer(&screen);
    assert!(!long.contains("requests left"), "{long}");
}

#[test]
fn a_stale_row_keeps_its_phase_where_there_is_little_room() {
    for ascii in [false, true] {
        let mut screen = board(80, 24);
        screen.ascii = ascii;
        let drawn = shown(&screen);
        let line = drawn.lines().find(|line| line.contains("billi")).unwrap();
        assert!(line.contains(" ~completed"), "{line}");
        assert!(!line.contains("stale"), "{line}");
    }
}

#[test]
fn a_badge_that_is_too_long_wraps() {
    for (width, height) in [(80, 24), (40, 10)] {
        for mono in [false, true] {
            let mut screen = board(width, height);
            screen.theme = if mono { ThemeName::Mono } else { ThemeName::Terminal };
            let Body::Board(board) = &mut screen.body else { panic!("no board") };
            let text = "answered in version 2024-11-13, which is read as far as it goes, and no further";
            board.detail.as_mut().unwrap().badges.insert(0, Span::new(text, Role::Warning));
            let drawn = shown(&screen);
            for word in ["2024-11-13,", "no further"] {
                assert!(drawn.contains(word), "{word}, {width}x{height}:\n{drawn}");
            }
        }
    }
}

#[test]
fn rows_and_detail_are_hit_where_they_are_drawn() {
    let screen = board(120, 36);
    let drawn = draw(&screen);
    for (index, label) in ["archive-dump", "orders-restore", "billing-copy", "eu-nightly"].iter().enumerate()
    {
        let (x, y) = find(&drawn.buffer, &format!("  {label} ")).unwrap();
        assert_eq!(ui::hit(&screen, x, y), Some(Hit::Row(index)), "{label}");
    }
    let (x, y) = find(&drawn.buffer, "Snapshot").unwrap();
    assert_eq!(ui::hit(&screen, x, y), Some(Hit::Detail));
    assert_eq!(ui::hit(&screen, 0, 0), None);
    assert_eq!(ui::hit(&screen, 5, 20), None);
    assert_eq!(ui::hit(&screen, 500, 500), None);
}

#[test]
fn a_selected_row_below_the_window_is_drawn_and_hit() {
    let mut screen = board(80, 24);
    if let Body::Board(board) = &mut screen.body {
        board.list = long_list(40, 35);
    }
    let drawn = draw(&screen);
    let (x, y) = find(&drawn.buffer, "lookup-35").unwrap();
    assert!(drawn.buffer[(x, y)].modifier.contains(Modifier::REVERSED));
    assert_eq!(ui::hit(&screen, x, y), Some(Hit::Row(35)));
    insta::assert_snapshot!(text(&drawn.buffer));
}

#[test]
fn menu_items_are_hit_and_nothing_under_an_overlay_is() {
    for overlay in [copy_menu(), palette()] {
        let Overlay::Menu(menu) = &overlay else { panic!("no menu") };
        let labels: Vec<String> = menu.items.iter().map(|item| item.label.clone()).collect();
        let screen = over(board(80, 24), overlay);
        let drawn = draw(&screen);
        for (index, label) in labels.iter().enumerate() {
            let (x, y) = find(&drawn.buffer, label).unwrap();
            assert_eq!(ui::hit(&screen, x, y), Some(Hit::MenuItem(index)), "{label}");
        }
        assert_eq!(ui::hit(&screen, 1, 23), None);
        assert_eq!(ui::hit(&screen, 3, 3), None);
    }
}

proptest::proptest! {
    #[test]
    fn any_screen_at_any_size(
        width in 0u16..=200, height in 0u16..=60, which in 0usize..64, said: (u16, u16), look: (bool, bool)
    ) {
        let screens = every_screen(said.0 % 201, said.1 % 61);
        let mut screen = screens[which % screens.len()].clone();
        // What the application laid out for one size may be drawn at another while the window is dragged.
        screen.ascii = look.0;
        screen.theme = if look.1 { ThemeName::Mono } else { ThemeName::Terminal };
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let torn = torn(terminal.draw(|frame| { ui::draw(frame, &screen); }).unwrap().buffer);
        proptest::prop_assert!(torn.is_none(), "a wide character is torn at {torn:?}");
        for (x, y) in [(0, 0), (width / 2, height / 2), (width, height), (u16::MAX, u16::MAX), said] {
            let _ = ui::hit(&screen, x, y);
        }
    }
}
