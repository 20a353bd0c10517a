//! Every written form, both ways, and what people see.

use super::*;

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

#[test]
fn written_forms_are_read() {
    let up = Key::plain(Code::Up);
    for (text, expected) in [
        ("r", Key::char('r')),
        ("R", Key::char('R')),
        ("shift-r", Key::char('R')),
        ("shift-é", Key::char('É')),
        ("-", Key::char('-')),
        ("hyphen", Key::char('-')),
        ("+", Key::char('+')),
        ("ctrl--", Key::ctrl('-')),
        ("Ctrl+R", Key::ctrl('r')),
        ("space", Key::char(' ')),
        ("ESC", Key::plain(Code::Esc)),
        ("pgdn", Key::plain(Code::PageDown)),
        ("f12", Key::plain(Code::F(12))),
        ("f", Key::char('f')),
        ("shift-tab", Key::plain(Code::BackTab)),
        ("shift-up", Key { shift: true, ..up }),
        ("ctrl-alt-up", Key { ctrl: true, alt: true, ..up }),
        ("語", Key::char('語')),
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_key_is_refused() {
    for text in ["", "ctrl-", "alt", "shift-1", "f0", "f25", "f256", "rr", "\u{1b}", "hyper-x", "ctrl"] {
        assert_eq!(text.parse::<Key>(), Err(UnknownKey(text.to_owned())), "{text:?}");
    }
    let message = "a\u{1b}[31m".parse::<Key>().unwrap_err().to_string();
    assert!(message.starts_with("`a[31m` is no key; write it as `r`"), "{message}");
}

#[test]
fn every_written_form_comes_back() {
    let named = NAMES.iter().map(|(_, code)| *code).chain([Code::Char('é'), Code::Char('+'), Code::F(24)]);
    for code in named {
        for held in 0..8_u8 {
            let key = Key { code, ctrl: held & 1 != 0, alt: held & 2 != 0, shift: held & 4 != 0 }.normal();
            assert_eq!(key.to_string().parse(), Ok(key), "{key}");
        }
    }
}

#[test]
fn labels_are_for_eyes() {
    for (text, rich, plain) in [
        ("enter", "⏎", "Enter"),
        ("ctrl-r", "Ctrl-r", "Ctrl-r"),
        ("shift-down", "Shift-↓", "Shift-Down"),
        ("backtab", "Shift-Tab", "Shift-Tab"),
        ("space", "Space", "Space"),
        ("del", "Del", "Del"),
        ("f1", "F1", "F1"),
        ("?", "?", "?"),
    ] {
        assert_eq!((key(text).label(false), key(text).label(true)), (rich.to_owned(), plain.to_owned()));
        assert!(key(text).label(true).is_ascii());
    }
}

#[test]
fn only_plain_characters_are_text() {
    assert_eq!(key("R").text(), Some('R'));
    assert_eq!(key("space").text(), Some(' '));
    for text in ["ctrl-r", "alt-r", "enter", "f1"] {
        assert_eq!(key(text).text(), None, "{text}");
    }
}

#[test]
fn a_line_of_keys_is_read_in_order() {
    let keys = parse_keys("<tab>aé<lt><ctrl-s><").unwrap();
    let expected = ["tab", "a", "é", "<", "ctrl-s", "<"].map(key);
    assert_eq!(keys, expected);
    assert_eq!(parse_keys("x<nokey>"), Err(UnknownKey("nokey".to_owned())));
}
