//! What is stripped, and above all what is not.

use proptest::prelude::*;

use super::*;

#[test]
fn what_steers_or_hides_is_stripped() {
    let ranges = [
        ('\0', '\u{1f}'),
        ('\u{7f}', '\u{9f}'),
        ('\u{200b}', '\u{200f}'),
        ('\u{2028}', '\u{202e}'),
        ('\u{2060}', '\u{206f}'),
        ('\u{fe00}', '\u{fe0f}'),
        ('\u{fff9}', '\u{fffb}'),
        ('\u{13430}', '\u{1343f}'),
        ('\u{e0000}', '\u{e007f}'),
        ('\u{e0100}', '\u{e01ef}'),
    ];
    let single = [
        '\u{ad}',
        '\u{61c}',
        '\u{feff}',
        '\u{180e}',
        '\u{3164}',
        '\u{ffa0}',
        '\u{16fe4}',
        '\u{1d159}',
        '\u{1d173}',
    ];
    for c in ranges.into_iter().flat_map(|(first, last)| first..=last).chain(single) {
        assert!(is_hostile(c), "U+{:04X}", u32::from(c));
        let text = format!("a{c}b");
        let expected = if parts_words(c) { "a b" } else { "ab" };
        assert_eq!(clean(&text), expected, "U+{:04X}", u32::from(c));
    }
}

#[test]
fn what_people_write_is_kept() {
    for text in [
        "",
        "plain, with: punctuation ~ and \\",
        "数据库・バックアップ 백업",
        "ｗｉｄｅ",
        "e\u{301}te\u{302} नमस्ते ไทย",
        "שלום مرحبا",
        "🦀 🚀 👍🏽 🇩🇪",
        "  two  blanks  ",
        "\u{a0}no break",
        "\u{fffd}",
    ] {
        assert!(matches!(clean(text), Cow::Borrowed(kept) if kept == text), "{text:?}");
    }
}

#[test]
fn words_do_not_fuse() {
    assert_eq!(clean("one\ntwo\tthree\r\nfour"), "one two three four");
    assert_eq!(clean("one\n\n\n\ttwo"), "one two");
    assert_eq!(clean("one\u{2028}two\u{85}three"), "one two three");
    assert_eq!(clean("one\n two\n"), "one  two ", "blanks of the text itself stay as they are");
}

#[test]
fn escape_sequences_become_harmless_words() {
    assert_eq!(clean("\u{1b}[31mred\u{1b}[0m"), "[31mred[0m");
    assert_eq!(clean("\u{1b}]0;title\u{7}text"), "]0;titletext");
    assert_eq!(clean("\u{9b}2Jtext"), "2Jtext");
    assert_eq!(clean("user\u{202e}gpj.exe"), "usergpj.exe");
}

proptest! {
    #[test]
    fn clean_text_is_clean_and_stays_so(text in "(?s).{0,60}") {
        let cleaned = clean(&text);
        prop_assert!(!cleaned.chars().any(is_hostile));
        prop_assert!(matches!(clean(&cleaned), Cow::Borrowed(_)));
        let kept = |text: &str| -> String { text.chars().filter(|c| !is_hostile(*c) && *c != ' ').collect() };
        prop_assert_eq!(kept(&cleaned), kept(&text));
    }
}

#[test]
fn a_common_head_ends_where_it_may() {
    assert_eq!(common_head(&["https://a/x/1", "https://a/x/12", "https://a/y"], '/'), "https://a/");
    assert_eq!(common_head(&["a-shard-0"], '-'), "a-shard-");
    assert_eq!(common_head(&["備-1", "備-2"], '-'), "備-");
    assert_eq!(common_head(&["備", "份"], '-'), "");
    assert_eq!(common_head(&["", "a-"], '-'), "");
    assert_eq!(common_head(&[], '-'), "");
}
