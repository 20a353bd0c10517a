//! Many targets in one text, as a pipe brings them: one on a line, or JSON.
//!
//! JSON is whatever stands there: an object on each line, objects spread over many lines as `jq` writes them, or one
//! list of all. It tells the texts apart and where they begin; reading each is left to the forms of one target.

use serde_json::value::RawValue;

/// One target's text, and the line that it begins on, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub line: usize,
    pub text: String,
}

/// Why the text cannot be taken apart: not JSON from that line on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenJson {
    pub line: usize,
}

/// The texts in the order in which they stand. Of lines, empty ones and those that begin with `#` are passed over.
///
/// # Errors
/// When it begins as JSON and is none later on. What stood before is then not known to be all that was meant.
pub fn split(text: &str) -> Result<Vec<Entry>, BrokenJson> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // One line of JSON among others is a form of a single target, so that only the first word decides.
    let first = text.lines().map(str::trim).find(|line| !is_passed_over(line));
    if first.is_some_and(|line| line.starts_with(['{', '['])) {
        return in_json(text);
    }
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !is_passed_over(line));
    Ok(lines.map(|(index, line)| Entry { line: index + 1, text: line.to_owned() }).collect())
}

fn is_passed_over(line: &str) -> bool {
    line.is_empty() || line.starts_with('#')
}

fn in_json(text: &str) -> Result<Vec<Entry>, BrokenJson> {
    let line_at = |offset: usize| 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    let mut entries = Vec::new();
    let mut at = 0;
    loop {
        at += skipped(text.get(at..).unwrap_or_default());
        let rest = text.get(at..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(entries);
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let Some(Ok(value)) = values.next() else { return Err(BrokenJson { line: line_at(at) }) };
        let line = line_at(at);
        match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
            // Where in a list each begins is not told; the list's own line is near enough.
            Ok(items) => entries.extend(items.iter().map(|item| Entry { line, text: item.get().to_owned() })),
            Err(_) => entries.push(Entry { line, text: value.get().to_owned() }),
        }
        at += values.byte_offset();
    }
}

/// How far it is to the next value: over blanks and lines of remarks.
fn skipped(text: &str) -> usize {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    text.len() - rest.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries(text: &str) -> Vec<(usize, String)> {
        split(text).unwrap().into_iter().map(|entry| (entry.line, entry.text)).collect()
    }

    fn wanted(list: &[(usize, &str)]) -> Vec<(usize, String)> {
        list.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn one_on_a_line_without_remarks_and_blanks() {
        let text = "\u{feff}# tonight\n\n  flex/a/b/c \r\n#x\ncurl 'https://a' # not a remark\n";
        assert_eq!(entries(text), wanted(&[(3, "flex/a/b/c"), (5, "curl 'https://a' # not a remark")]));
        assert_eq!(entries(""), []);
        assert_eq!(entries("\n# nothing\n"), []);
    }

    #[test]
    fn json_on_each_line_over_many_lines_or_as_one_list() {
        assert_eq!(entries("{\"a\":1}\n# and\n\n{\"b\":2}\n"), wanted(&[(1, "{\"a\":1}"), (4, "{\"b\":2}")]));
        assert_eq!(entries("{\n \"a\": 1\n}\n{\n}"), wanted(&[(1, "{\n \"a\": 1\n}"), (4, "{\n}")]));
        assert_eq!(entries("\n[{\"a\":1},\n {\"b\":2}]\n"), wanted(&[(2, "{\"a\":1}"), (2, "{\"b\":2}")]));
        assert_eq!(entries("[]"), []);
    }

    #[test]
    fn what_ends_being_json_is_refused_with_its_line() {
        assert_eq!(split("{\"a\":1}\n{\"b\":"), Err(BrokenJson { line: 2 }));
        assert_eq!(split("{\"a\":1}\nflex/a/b/c\n"), Err(BrokenJson { line: 2 }));
        assert_eq!(split("[1,"), Err(BrokenJson { line: 1 }));
    }

    proptest! {
        #[test]
        fn any_text_is_split_or_refused(text in "([\\[\\]{}\":,#a1 \n]|\\PC){0,60}") {
            if let Ok(entries) = split(&text) {
                let lines = text.lines().count();
                for entry in entries {
                    prop_assert!(entry.line >= 1 && entry.line <= lines);
                    prop_assert!(!entry.text.trim().is_empty());
                }
            }
        }
    }
}
