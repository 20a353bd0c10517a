//! Panels as rows of text, at several widths.

use super::*;

fn row(name: &str, word: &str) -> Row {
    Row {
        glyph: "●",
        role: Role::Active,
        name: name.to_owned(),
        word: word.to_owned(),
        elapsed: "2 min 13 s".to_owned(),
        countdown: None,
        progress: None,
        note: None,
    }
}

fn panel() -> Panel {
    let lines = Row { progress: Some(413), ..row("orders-lines", "running") };
    let dump = Row {
        glyph: "◆",
        role: Role::Good,
        countdown: Some(("00:59:10".to_owned(), Role::Warning)),
        ..row("billing-dump", "link ready")
    };
    let note = Some(("no answer for 4 min".to_owned(), Role::Warning));
    let events = Row { note, ..row("events-restore-of-the-whole-of-europe", "running") };
    Panel {
        rows: vec![row("orders-restore", "running"), lines, dump, events],
        summary: Some("and 3 more".into()),
    }
}

fn inline(width: u16, colours: bool) -> Inline<Vec<u8>> {
    on(width, colours, || Ground::Kept)
}

fn on(width: u16, colours: bool, ground: impl Fn() -> Ground + 'static) -> Inline<Vec<u8>> {
    let look = Look { colours, ascii: false, reflows: true };
    let mut inline = Inline::new(Vec::new(), look, Times::Utc, || Size::new(120, 30), Box::new(ground));
    inline.size.width = width;
    inline
}

fn text(width: u16) -> String {
    let rows = inline(width, false).styled(&panel());
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    for row in &rows {
        assert!(row.width() < usize::from(width.max(1)), "{width}: {row:?}");
    }
    rows.join("\n")
}

#[test]
fn a_wide_terminal_shows_all_of_it_in_columns() {
    assert_eq!(
        text(120),
        "\
● orders-restore                running     2 min 13 s
● orders-lines                  running     2 min 13 s  ━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌  41 %
◆ billing-dump                  link ready  00:59:10
● events-restore-of-the-whole…  running     2 min 13 s  no answer for 4 min
  and 3 more"
    );
}

#[test]
fn a_narrow_terminal_keeps_name_and_phase_longest() {
    assert_eq!(
        text(40),
        "\
● orders-resto…  running     2 min 13 s
● orders-lines   running     2 min 13 s
◆ billing-dump   link ready  00:59:10
● events-resto…  running     2 min 13 s
  and 3 more"
    );
}

#[test]
fn no_width_panics_or_wraps() {
    for width in 0..130 {
        text(width);
    }
}

#[test]
fn a_line_stays_above_the_rows_and_without_colours_there_is_none() {
    let mut inline = inline(60, false);
    let one = Panel { rows: vec![row("orders", "running")], summary: None };
    inline.show(&one).unwrap();
    let at = "2026-11-24T03:41:07Z".parse().unwrap();
    let line = Line { at, glyph: "✔", role: Role::Good, text: "billing: completed after 4 min".to_owned() };
    View::line(&mut inline, &line).unwrap();
    let mut coloured = self::inline(60, true);
    View::line(&mut coloured, &line).unwrap();
    let mut screen = vt100::Parser::new(10.try_into().unwrap(), 60.try_into().unwrap(), 0);
    let bytes = bytes(inline);
    screen.process(&bytes);
    assert_eq!(
        screen.screen().contents().trim_end(),
        "2026-11-24T03:41:07Z ✔ billing: completed after 4 min\n● orders  running  2 min 13 s"
    );
    let escapes = String::from_utf8(bytes).unwrap();
    assert!(!escapes.contains("[0;"), "no style: {escapes:?}");
    assert!(String::from_utf8(self::bytes(coloured)).unwrap().contains("32m✔"));
}

fn bytes(inline: Inline<Vec<u8>>) -> Vec<u8> {
    inline.rows.into_inner()
}

#[test]
fn a_name_is_cut_between_graphemes() {
    assert_eq!(cut("漢字漢字", 6), "漢字…");
    assert_eq!(cut("abc", 3), "abc");
    assert_eq!(cut("abc", 2), "a…");
    assert_eq!(cut("abc", 0), "");
}

#[test]
fn a_short_name_still_tells_two_jobs_of_a_cluster_apart() {
    assert_eq!(shortened("orders-prod …c683", 17), "orders-prod …c683");
    assert_eq!(shortened("orders-prod …c683", 16), "orders-prod…c683");
    assert_eq!(shortened("orders-prod …c683", 14), "orders-pr…c683");
    assert_eq!(shortened("orders-prod …c683", 7), "or…c683");
    assert_eq!(shortened("orders-prod …c683", 5), "orde…");
    assert_eq!(shortened("of-the-whole", 7), "of-the…");
}

#[test]
fn what_others_have_written_is_never_wiped_and_no_rows_are_drawn_in_the_background() {
    let one = Panel { rows: vec![row("orders", "running")], summary: None };
    let at = "2026-11-24T03:41:07Z".parse().unwrap();
    let line = Line { at, glyph: "", role: Role::Good, text: "billing: completed".to_owned() };
    for (ground, rows) in [(Ground::Kept, 3), (Ground::Regained, 3), (Ground::Foreign, 0)] {
        let mut inline = on(60, false, move || ground);
        inline.show(&one).unwrap();
        View::line(&mut inline, &line).unwrap();
        inline.show(&one).unwrap();
        let bytes = String::from_utf8(bytes(inline)).unwrap();
        assert_eq!(bytes.contains("[1A"), ground == Ground::Kept, "{ground:?}: {bytes:?}");
        assert_eq!(bytes.matches("running").count(), rows, "{ground:?}: {bytes:?}");
        assert!(bytes.contains("billing: completed"), "{ground:?}: {bytes:?}");
    }
}
