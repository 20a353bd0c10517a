//! Text from outside, made safe to show. The API, the clipboard and files may all hold an escape sequence.
//!
//! Whatever is invisible goes, and not only what a terminal obeys: a name that looks like another one, or a tail of tag
//! characters that only a program reads, deceives a person as well. That costs some people a little, knowingly: without
//! variation selectors an emoji may come in its plain form (and in a width that all terminals agree on), without joiners
//! a family stands beside itself, and Persian or Hindi lose a ligature's hint but no letter. Letters, their accents,
//! skin tones, flags and right-to-left scripts by themselves stay as they are.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character could steer a terminal or hide what is written: C0 and C1 controls, bidirectional
/// controls, zero-width and other invisible format characters (tags and variation selectors among them), blank letters,
/// and line or paragraph separators.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{13430}'..='\u{1343F}' | '\u{16FE4}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D159}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Quotes that a copy brings along, straight and typographic.
#[must_use]
pub fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '«' | '»')
}

/// The text without its hostile characters; borrowed when there were none.
///
/// Line breaks and tabs become one space for each run, so that the words around them do not fuse.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    // Nearly all text is printable ASCII, which needs no look at each character.
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain || !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut after_break = false;
    for c in text.chars() {
        let is_break = parts_words(c);
        if is_break && !after_break {
            clean.push(' ');
        } else if !is_hostile(c) {
            clean.push(c);
        }
        after_break = is_break;
    }
    Cow::Owned(clean)
}

/// JSON text in which every hostile character is a `\u` escape: visible, harmless, and still the same JSON.
///
/// JSON allows control characters only as white space between tokens, which is left as it is.
#[must_use]
pub fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hostile(c) && !matches!(c, '\n' | '\r' | '\t') {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// At most `most` characters of a text, and `…` where there were more.
#[must_use]
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// What all the texts begin with, up to the last `end` in it; empty where there is none.
#[must_use]
pub fn common_head<'a>(texts: &[&'a str], end: char) -> &'a str {
    let Some((first, others)) = texts.split_first() else { return "" };
    let alike = |other: &&str| {
        let pairs = first.char_indices().zip(other.chars());
        let alike = pairs.take_while(|((_, a), b)| a == b);
        alike.last().map_or(0, |((at, a), _)| at + a.len_utf8())
    };
    let length = others.iter().map(alike).min().unwrap_or(first.len());
    let head = first.get(..length).unwrap_or_default();
    head.rfind(end).and_then(|at| head.get(..at + end.len_utf8())).unwrap_or_default()
}

/// Hostile characters that stand between words: tab, line feed and the like.
fn parts_words(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests;
