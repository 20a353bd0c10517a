//! Text by columns: how wide it is, how it is cut, elided and wrapped. Knows nothing of panels.
//!
//! Widths are summed grapheme by grapheme with ratatui's own measure, because that is how a buffer is filled: the
//! width of a whole string can differ (ligatures), and columns would go crooked.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use super::theme::Theme;
use crate::app::screen::{Input, Span as Run};

/// A word-wrapped or composed line that borrows its text from the screen.
pub(super) type Lines<'a> = Vec<Line<'a>>;

fn grapheme_width(grapheme: &str) -> usize {
    // A buffer drops graphemes with control characters, so they take no column here either.
    if grapheme.contains(char::is_control) { 0 } else { usize::from(grapheme.cell_width()) }
}

/// Whether the first bytes of a text, as many as matter, are printable ASCII: one byte, one column.
fn is_simple(text: &str, bytes: usize) -> bool {
    text.bytes().take(bytes).all(|b| (b' '..0x7f).contains(&b))
}

/// More than any terminal has, and little enough that a handful of widths adds up within a `u16`.
const WIDEST: u16 = 8000;

/// Columns that a text takes, as far as they matter: a huge one costs no more than a wide one.
pub(super) fn width(text: &str) -> u16 {
    let widest = usize::from(WIDEST);
    if is_simple(text, widest) {
        return u16::try_from(text.len()).unwrap_or(WIDEST).min(WIDEST);
    }
    let mut columns = 0;
    for grapheme in text.graphemes(true) {
        columns += grapheme_width(grapheme);
        if columns >= widest {
            return WIDEST;
        }
    }
    u16::try_from(columns).unwrap_or(WIDEST)
}

/// Columns that spans take beside each other.
pub(super) fn run_width(runs: &[Run]) -> u16 {
    runs.iter().fold(0, |sum: u16, run| sum.saturating_add(width(&run.text))).min(WIDEST)
}

/// The longest start of a text that fits, and the rest.
pub(super) fn split(text: &str, columns: u16) -> (&str, &str) {
    let columns = usize::from(columns);
    // One byte more than fits: what follows the last column might combine with it.
    if is_simple(text, columns.saturating_add(1)) {
        return text.split_at_checked(columns).unwrap_or((text, ""));
    }
    let mut used = 0;
    let end = text.grapheme_indices(true).find_map(|(at, grapheme)| {
        used += grapheme_width(grapheme);
        (used > columns).then_some(at)
    });
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}

/// The longest end of a text that fits.
fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let mut start = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme_width(grapheme);
        if used > columns {
            break;
        }
        start = at;
    }
    text.get(start..).unwrap_or_default()
}

/// Cut in the middle, both ends kept: an id is told apart by either.
pub(super) fn elide(text: &str, columns: u16, theme: Theme) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mark = theme.ellipsis();
    let Some(room) = columns.checked_sub(width(mark)) else { return Cow::Borrowed(split(mark, columns).0) };
    let (head, _) = split(text, room.div_ceil(2));
    // Whatever a wide character left over at the head goes to the tail.
    let end = tail(text, usize::from(room.saturating_sub(width(head))));
    Cow::Owned([head, mark, end].concat())
}

/// Cut at the end, for prose.
pub(super) fn cut(text: &str, columns: u16, theme: Theme) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mark = theme.ellipsis();
    let Some(room) = columns.checked_sub(width(mark)) else { return Cow::Borrowed(split(mark, columns).0) };
    Cow::Owned([split(text, room).0.trim_end_matches([' ', ',', '.', ';']), mark].concat())
}

/// Blank columns.
pub(super) fn blank(columns: u16) -> Span<'static> {
    const BLANK: &str = "                                                                                ";
    match BLANK.get(..usize::from(columns)) {
        Some(blank) => Span::raw(blank),
        None => Span::raw(" ".repeat(usize::from(columns))),
    }
}

/// Cut into pieces of at most `columns`, wherever that falls: for ids and URLs, which have no words.
pub(super) fn chop(mut text: &str, columns: u16) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (head, rest) = take_some(text, columns);
        text = rest;
        (!head.is_empty()).then_some(head)
    })
}

/// As [`split`], but with one grapheme at least, so that whoever loops over it comes to an end.
fn take_some(text: &str, columns: u16) -> (&str, &str) {
    match split(text, columns) {
        ("", rest) => {
            let first = rest.graphemes(true).next().map_or(0, str::len);
            rest.split_at_checked(first).unwrap_or((rest, ""))
        }
        pieces => pieces,
    }
}

/// Wraps runs of text at blanks; words longer than a line are cut. A word may span several runs.
pub(super) fn wrap<'a>(runs: impl IntoIterator<Item = (&'a str, Style)>, columns: u16) -> Lines<'a> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line: Vec<Span<'a>> = Vec::new();
    let mut used: u16 = 0;
    // Where the last word of the line starts: as an index into `line`, and as a column.
    let (mut word, mut word_at) = (0, 0);
    for (text, style) in runs {
        for mut piece in text.split_inclusive(' ') {
            loop {
                let (_, over) = split(piece.trim_end_matches(' '), columns.saturating_sub(used));
                if over.is_empty() {
                    line.push(Span::styled(piece, style));
                    used = used.saturating_add(width(piece));
                    break;
                }
                if word > 0 {
                    let carried = line.split_off(word);
                    lines.push(Line::from(std::mem::replace(&mut line, carried)));
                    used = used.saturating_sub(word_at);
                } else {
                    let room = columns.saturating_sub(used);
                    // Only an empty line must take something, to get on at all.
                    let (head, rest) =
                        if line.is_empty() { take_some(piece, room) } else { split(piece, room) };
                    line.push(Span::styled(head, style));
                    lines.push(Line::from(std::mem::take(&mut line)));
                    used = 0;
                    piece = rest;
                }
                (word, word_at) = (0, 0);
            }
            if piece.ends_with(' ') {
                (word, word_at) = (line.len(), used);
            }
        }
    }
    if !line.is_empty() {
        lines.push(Line::from(line));
    }
    lines
}

/// The part of an input that a field of `columns` shows, and the column of the cursor within it. The text slides
/// left just as far as the cursor needs.
pub(super) fn field(input: &Input, columns: u16) -> (&str, u16) {
    let text = input.text.as_str();
    let cursor = text.char_indices().nth(input.cursor).map_or(text.len(), |(at, _)| at);
    let mut start = 0;
    let mut column = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        // A grapheme that the cursor stands in or before is to its right.
        if at + grapheme.len() > cursor {
            continue;
        }
        let wider = column + grapheme_width(grapheme);
        if wider >= usize::from(columns) {
            start = at + grapheme.len();
            break;
        }
        column = wider;
    }
    (text.get(start..).unwrap_or_default(), u16::try_from(column).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::app::screen::{Role, ThemeName};

    fn theme(ascii: bool) -> Theme {
        let screen = crate::app::screen::Screen {
            size: crate::app::screen::Size::default(),
            window_title: String::new(),
            progress: crate::app::screen::Progress::None,
            ascii,
            theme: ThemeName::Mono,
            header: crate::app::screen::Header::default(),
            body: crate::app::screen::Body::Welcome(crate::app::screen::Welcome::default()),
            notice: None,
            footer: crate::app::screen::Footer::default(),
            overlay: None,
        };
        Theme::of(&screen)
    }

    fn text(line: &Line) -> String {
        line.spans.iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn elision_keeps_both_ends() {
        let id = "6a794733c0eb9e7a17740663";
        assert_eq!(elide(id, 24, theme(false)), id);
        assert_eq!(elide(id, 11, theme(false)), "6a794…40663");
        assert_eq!(elide(id, 10, theme(false)), "6a794…0663");
        assert_eq!(elide(id, 11, theme(true)), "6a794..0663");
        assert_eq!(elide(id, 1, theme(false)), "…");
        assert_eq!(elide(id, 1, theme(true)), ".");
        assert_eq!(elide(id, 0, theme(false)), "");
    }

    #[test]
    fn wide_characters_are_never_halved() {
        assert_eq!(width("備份還原"), 8);
        assert_eq!(elide("備份還原備份還原", 8, theme(false)), "備份…原");
        assert_eq!(cut("備份還原備份還原", 8, theme(false)), "備份還…");
        // Family and flag are one grapheme each; so is a letter with its accent.
        assert_eq!(elide("👩‍👩‍👧🇨🇭e\u{301}xyz", 6, theme(false)), "👩‍👩‍👧…xyz");
    }

    #[test]
    fn words_wrap_and_punctuation_stays_with_its_word() {
        let (plain, bold) = (Style::new(), Style::new().bold());
        let lines = wrap([("press the key ", plain), ("a", bold), (", now", plain)], 15);
        assert_eq!(lines.iter().map(text).collect::<Vec<_>>(), ["press the key ", "a, now"]);
        assert_eq!(lines[1].spans[0].style, bold);
    }

    #[test]
    fn long_words_are_cut() {
        let lines = wrap([("see https://example.net/x for it", Style::new())], 10);
        let lines: Vec<_> = lines.iter().map(text).collect();
        assert_eq!(lines, ["see ", "https://ex", "ample.net/", "x for it"]);
    }

    #[test]
    fn a_field_follows_its_cursor() {
        let input = |text: &str, cursor| Input { text: text.into(), cursor };
        assert_eq!(field(&input("abcdef", 0), 4), ("abcdef", 0));
        assert_eq!(field(&input("abcdef", 3), 4), ("abcdef", 3));
        assert_eq!(field(&input("abcdef", 4), 4), ("bcdef", 3));
        assert_eq!(field(&input("abcdef", 6), 4), ("def", 3));
        assert_eq!(field(&input("備份還原", 4), 4), ("原", 2));
        assert_eq!(field(&input("abc", 99), 4), ("abc", 3));
        assert_eq!(field(&input("abc", 3), 0), ("", 0));
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in "\\PC{0,40}", columns in 0u16..50, ascii: bool) {
            prop_assert!(width(&elide(&text, columns, theme(ascii))) <= columns);
            prop_assert!(width(&cut(&text, columns, theme(ascii))) <= columns);
            let (head, rest) = split(&text, columns);
            prop_assert!(width(head) <= columns);
            prop_assert_eq!([head, rest].concat(), text.clone());
            prop_assert_eq!(chop(&text, columns).collect::<String>(), text);
        }

        #[test]
        fn wrapping_loses_nothing(runs in proptest::collection::vec("[a-z備 ]{0,12}", 0..6), columns in 2u16..20) {
            let lines = wrap(runs.iter().map(|run| (run.as_str(), Style::new())), columns);
            prop_assert_eq!(lines.iter().map(text).collect::<String>(), runs.concat());
            for line in &lines {
                prop_assert!(width(text(line).trim_end()) <= columns, "{:?}", line);
            }
        }

        #[test]
        fn the_cursor_stays_in_its_field(text in "\\PC{0,40}", cursor in 0usize..50, columns in 1u16..50) {
            let input = Input { text, cursor };
            prop_assert!(field(&input, columns).1 < columns);
        }
    }

    #[test]
    fn runs_add_up() {
        assert_eq!(run_width(&[Run::new("ab", Role::Plain), Run::new("備", Role::Key)]), 4);
    }
}
