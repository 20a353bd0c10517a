//! JSON as pretty lines, token by token: no tree is built of it, and what lies beyond the last line is not looked at.
//! An answer of 8 MiB would be hundreds of megabytes as a tree.
//!
//! Only for text that is known to be JSON; any other gives lines as well, and no error.

use std::iter::Peekable;

use super::Line;
use crate::app::view::{Role, Span};
use crate::domain::text::escape_json;

/// Characters of one text that are shown. A delivery URL has some hundreds; an answer may have millions.
const TEXT: usize = 10_000;

/// The deepest indentation, in levels.
const INDENTED: usize = 64;

/// The lines of a JSON text, `most` at the most; whether some are left out.
pub(super) fn lay_out(json: &str, most: usize) -> (Vec<Line>, bool) {
    let mut tokens = Tokens { rest: json }.peekable();
    let mut page = Page { lines: Vec::new(), open: Vec::new(), head: Vec::new() };
    while let Some(token) = tokens.next() {
        if page.lines.len() == most {
            return (page.lines, true);
        }
        page.take(token, &mut tokens);
    }
    (page.lines, false)
}

/// The lines so far, and the one that is being written.
struct Page {
    lines: Vec<Line>,
    /// What is open: the line that opened it.
    open: Vec<usize>,
    /// The beginning of the next line, where a name stands before the value.
    head: Vec<Span>,
}

impl Page {
    fn take<'a>(&mut self, token: &'a str, tokens: &mut Peekable<Tokens<'a>>) {
        let mut follows = |wanted: &str| tokens.next_if(|next| *next == wanted).is_some();
        match token {
            "{" if follows("}") => self.value("{}".to_owned(), Role::Muted, follows(",")),
            "[" if follows("]") => self.value("[]".to_owned(), Role::Muted, follows(",")),
            "{" | "[" => {
                self.open.push(self.lines.len());
                self.line(Span::new(token, Role::Muted), None);
            }
            "}" | "]" => {
                let end = self.lines.len();
                let opened = self.open.pop().and_then(|line| self.lines.get_mut(line));
                if let Some(line) = opened {
                    line.closed_by = Some(end);
                }
                let comma = if follows(",") { "," } else { "" };
                let bracket = Span::new(format!("{token}{comma}"), Role::Muted);
                self.lines.push(Line { spans: vec![indent(self.open.len()), bracket], closed_by: None });
            }
            text if text.starts_with('"') => {
                if follows(":") {
                    self.head = vec![
                        indent(self.open.len()),
                        Span::new(quoted(text), Role::JsonKey),
                        Span::new(": ", Role::Muted),
                    ];
                } else {
                    self.value(quoted(text), Role::JsonString, follows(","));
                }
            }
            word => {
                let is_number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit());
                let role = if is_number { Role::JsonNumber } else { Role::JsonWord };
                self.value(shortened(&escape_json(word)), role, follows(","));
            }
        }
    }

    fn value(&mut self, text: String, role: Role, comma: bool) {
        let tail = Span::new(if comma { "," } else { "" }, Role::Muted);
        self.line(Span::new(text, role), Some(tail));
    }

    fn line(&mut self, value: Span, tail: Option<Span>) {
        let mut spans = std::mem::take(&mut self.head);
        // What has just been opened stands a level further out than what is in it.
        let depth = self.open.len() - usize::from(tail.is_none());
        if spans.is_empty() && depth > 0 {
            spans.push(indent(depth));
        }
        spans.push(value);
        spans.extend(tail);
        self.lines.push(Line { spans, closed_by: None });
    }
}

fn indent(depth: usize) -> Span {
    Span::new("  ".repeat(depth.min(INDENTED)), Role::Plain)
}

/// A JSON string literal in which hostile characters are escapes: visible, harmless, and still the same JSON.
fn quoted(literal: &str) -> String {
    let again = serde_json::from_str(literal).map(|text: String| serde_json::Value::from(text).to_string());
    // Half a pair of surrogates is a literal and no text: shown as it is written.
    shortened(&escape_json(&again.unwrap_or_else(|_| literal.to_owned())))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => {
            let (shown, left_out) = text.split_at(end);
            format!("{shown}… {} bytes more are left out here; copying gives all of it", left_out.len())
        }
        None => text.to_owned(),
    }
}

/// Brackets, commas and colons one by one, literals whole.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let first = text.chars().next()?;
        let end = match first {
            '{' | '}' | '[' | ']' | ',' | ':' => 1,
            '"' => string_end(text),
            _ => text.find([' ', '\t', '\r', '\n', ',', ':', '{', '}', '[', ']', '"']).unwrap_or(text.len()),
        };
        let (token, rest) = text.split_at(end);
        self.rest = rest;
        Some(token)
    }
}

/// The end of the string literal that `text` begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| match byte {
        _ if std::mem::take(&mut escaped) => false,
        b'\\' => {
            escaped = true;
            false
        }
        byte => byte == b'"',
    });
    end.map_or(text.len(), |at| at + 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn text(lines: &[Line]) -> String {
        let line = |line: &Line| line.spans.iter().map(|span| span.text.as_str()).collect::<String>();
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~éв漢𝄞\\n\"\\\\,:{}\\[\\]]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec(("[a-z\" :]{0,4}", inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_lines_are_those_of_pretty_json_however_it_was_written(value in any_json(), pretty: bool) {
            let expected = serde_json::to_string_pretty(&value).unwrap();
            let source = if pretty { expected.clone() } else { value.to_string() };
            let (lines, cut) = lay_out(&source, usize::MAX);
            prop_assert_eq!(text(&lines), expected);
            prop_assert!(!cut);
            for (at, line) in lines.iter().enumerate() {
                let last = |line: &Line| line.spans.iter().rev().find(|span| !span.text.is_empty()).cloned();
                let opens = last(line).is_some_and(|span| ["{", "["].contains(&span.text.as_str()) && span.role == Role::Muted);
                prop_assert_eq!(line.closed_by.is_some(), opens);
                prop_assert!(line.closed_by.is_none_or(|end| end > at + 1 && end < lines.len()));
            }
        }

        #[test]
        fn the_first_lines_are_the_same_wherever_it_is_cut(value in any_json(), most in 1_usize..20) {
            let (all, _) = lay_out(&value.to_string(), usize::MAX);
            let (some, cut) = lay_out(&value.to_string(), most);
            prop_assert_eq!(some.len(), all.len().min(most));
            prop_assert_eq!(cut, all.len() > most);
            prop_assert_eq!(text(&some), text(&all[..some.len()]));
        }

        #[test]
        fn what_is_no_json_harms_nothing(noise in "[{}\\[\\],:\"\\\\a1 é]{0,40}") {
            let _ = lay_out(&noise, 10);
        }
    }

    #[test]
    fn numbers_and_halves_of_characters_are_shown_as_they_are_written() {
        let json = r#"[123456789012345678901234567890,1.0e5,"\ud800\u001b"]"#;
        let (lines, _) = lay_out(json, 10);
        let expected = ["[", "  123456789012345678901234567890,", "  1.0e5,", r#"  "\ud800\u001b""#, "]"];
        assert_eq!(text(&lines), expected.join("\n"));
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let (lines, cut) = lay_out(&deep, 1000);
        assert!(cut);
        assert!(lines.iter().all(|line| line.spans[0].text.len() <= 2 * INDENTED));
        let (lines, _) = lay_out(&format!("[\"{}\"]", "é".repeat(1 << 20)), 1000);
        let long = text(&lines);
        assert!(long.len() < 3 * TEXT && long.contains("copying gives all of it"), "{}", long.len());
    }
}
