//! A Rust file as the rules see it: which paths its code names, and where, without comments, texts and tests.
//!
//! Not a parser. It knows comments, literals, braces and use-trees, and nothing of macros or name resolution: a
//! path is taken as it is written.

use std::path::Path;

/// A path as it is written, with use-trees spread out: `crate::{a, b::c}` is two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    pub segments: Vec<String>,
}

/// The code of a file: same lines, but comments and the inside of literals are blank.
pub struct Code(String);

impl Code {
    pub fn of(text: &str) -> Self {
        Self(blank_comments_and_literals(text))
    }

    /// The same without the items under `#[cfg(test)]`.
    pub fn without_tests(&self) -> Self {
        const MARK: &str = "#[cfg(test)]";
        let mut code = self.0.clone();
        while let Some(start) = code.find(MARK) {
            let end = end_of_item(&code, start + MARK.len());
            let blank = blanked(&code[start..end]);
            code.replace_range(start..end, &blank);
        }
        Self(code)
    }

    /// The macros that are called, with the `!`.
    pub fn macros(&self) -> Vec<(usize, String)> {
        let tokens = tokens(&self.0);
        let calls = tokens.windows(2).filter(|pair| is_word(pair[0].1) && pair[1].1 == "!");
        calls.map(|pair| (pair[0].0, format!("{}!", pair[0].1))).collect()
    }

    /// The methods that are called on something else than `self`.
    pub fn methods(&self) -> Vec<(usize, String)> {
        let tokens = tokens(&self.0);
        let calls = tokens.windows(4).filter(|four| {
            four[0].1 != "self" && four[1].1 == "." && is_word(four[2].1) && matches!(four[3].1, "(" | "::")
        });
        calls.map(|four| (four[2].0, four[2].1.to_owned())).collect()
    }

    /// Every path of two segments or more. `super` and `self` are resolved from where the file lies, so that a
    /// path into this crate always begins with `crate`.
    pub fn paths(&self, file: &str) -> Vec<Named> {
        let tokens = tokens(&self.0);
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            if is_word(tokens[at].1) && (at == 0 || tokens[at - 1].1 != "::") {
                at = read_tree(&tokens, at, &[], &mut found);
            } else {
                at += 1;
            }
        }
        found.retain(|named| named.segments.len() > 1);
        let home = module_of(file);
        for named in &mut found {
            resolve(&mut named.segments, &home);
        }
        found
    }
}

type Token<'a> = (usize, &'a str);

/// Words, `::`, and every other character by itself, each with its line.
fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                ':' if rest.starts_with("::") => 2,
                c if is_of_word(c) => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
                c => c.len_utf8(),
            };
            let (token, after) = rest.split_at(length);
            if !token.trim().is_empty() {
                tokens.push((index + 1, token));
            }
            rest = after;
        }
    }
    tokens
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads one path or use-tree that starts at a word; returns where it ends.
fn read_tree(tokens: &[Token<'_>], start: usize, before: &[String], found: &mut Vec<Named>) -> usize {
    let token = |at: usize| tokens.get(at).map_or("", |(_, token)| *token);
    let mut segments = before.to_vec();
    segments.push(token(start).to_owned());
    let mut at = start + 1;
    while token(at) == "::" {
        let next = token(at + 1);
        if is_word(next) || next == "*" {
            segments.push(next.to_owned());
            at += 2;
        } else if next == "{" {
            at += 2;
            while at < tokens.len() && token(at) != "}" {
                let branch = is_word(token(at)) || token(at) == "*";
                at = if branch { read_tree(tokens, at, &segments, found) } else { at + 1 };
            }
            return at + 1;
        } else {
            break;
        }
    }
    // `use a::b as c`: the new name is no branch of its own.
    if token(at) == "as" {
        at += 2;
    }
    found.push(Named { line: tokens[start].0, segments });
    at
}

/// The module that a file under `src` is: `app/screen/mod.rs` is `app`, `screen`.
fn module_of(file: &str) -> Vec<String> {
    let path = Path::new(file).with_extension("");
    let mut module: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    module.pop_if(|last| matches!(last.as_str(), "mod" | "lib" | "main"));
    module
}

fn resolve(segments: &mut Vec<String>, home: &[String]) {
    let ups = segments.iter().take_while(|segment| *segment == "super").count();
    if ups > 0 {
        let base = home.iter().take(home.len().saturating_sub(ups)).cloned();
        let resolved = std::iter::once("crate".to_owned()).chain(base).collect::<Vec<_>>();
        segments.splice(..ups, resolved);
    }
}

/// Where the item ends that starts at `start`: behind its braces, or behind its semicolon.
fn end_of_item(code: &str, start: usize) -> usize {
    let mut depth = 0;
    for (offset, c) in code[start..].char_indices() {
        let end = start + offset + c.len_utf8();
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return end,
            '}' => depth -= 1,
            ';' if depth == 0 => return end,
            _ => {}
        }
    }
    code.len()
}

fn blanked(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

fn blank_comments_and_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_word = code.ends_with(is_of_word);
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            length_of_block_comment(rest)
        } else if let Some(length) = (!in_word).then(|| length_of_raw_text(rest)).flatten() {
            length
        } else if first == '"' {
            length_of_quoted(rest, '"')
        } else if first == '\'' && is_char_literal(rest) {
            length_of_quoted(rest, '\'')
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        code.push_str(&blanked(&rest[..length]));
        rest = &rest[length..];
    }
    code
}

/// As opposed to a lifetime.
fn is_char_literal(text: &str) -> bool {
    let mut after = text.chars().skip(1);
    matches!((after.next(), after.next()), (Some('\\'), _) | (Some(_), Some('\'')))
}

fn length_of_quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn length_of_raw_text(text: &str) -> Option<usize> {
    let after =
        text.strip_prefix("br").or_else(|| text.strip_prefix("cr")).or_else(|| text.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inside = after[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = inside.find(&close).map_or(inside.len(), |at| at + close.len());
    Some(text.len() - inside.len() + end)
}

fn length_of_block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}
