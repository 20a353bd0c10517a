//! A key press without any terminal library, and its written form: `q`, `ctrl-r`, `pgdn`.
//!
//! Not crokey: this module must not know crossterm, and a key here is eleven words and three modifiers.

use std::fmt;
use std::str::FromStr;

/// What is on the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    Char(char),
    F(u8),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// A key with its modifiers. Shift is part of the character, and held only beside a named key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

impl Key {
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    #[must_use]
    pub const fn ctrl(c: char) -> Self {
        Self { code: Code::Char(c), ctrl: true, alt: false, shift: false }
    }

    /// The character that a text field takes, if it is one.
    #[must_use]
    pub fn text(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

/// Written names of the keys that are no characters, or hard to see. The first name of a key is its own.
const NAMES: [(&str, Code); 21] = [
    ("space", Code::Char(' ')),
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backtab", Code::BackTab),
    ("backspace", Code::Backspace),
    ("del", Code::Delete),
    ("ins", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("hyphen", Code::Char('-')),
    ("return", Code::Enter),
    ("escape", Code::Esc),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
];

/// The text names no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKey(pub String);

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = crate::domain::text::clean(&self.0);
        write!(f, "`{text}` is no key; write it as `r`, `R`, `ctrl-r`, `alt-x`, `f5`, `space`, `pgdn`")
    }
}

impl std::error::Error for UnknownKey {}

impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let mut key = Self::char(' ');
        let mut rest = text;
        loop {
            let lower = rest.to_ascii_lowercase();
            let (flag, after) = if let Some(after) = lower.strip_prefix("ctrl") {
                (&mut key.ctrl, after)
            } else if let Some(after) = lower.strip_prefix("alt") {
                (&mut key.alt, after)
            } else if let Some(after) = lower.strip_prefix("shift") {
                (&mut key.shift, after)
            } else {
                break;
            };
            // At least one character is left after the sign, so that `ctrl--` is Ctrl with a hyphen.
            if !after.starts_with(['-', '+']) || after.len() < 2 {
                break;
            }
            *flag = true;
            rest = rest.get(rest.len() - after.len() + 1..).unwrap_or_default();
        }
        let unknown = || UnknownKey(text.to_owned());
        let lower = rest.to_ascii_lowercase();
        let mut characters = rest.chars();
        key.code = match (characters.next(), characters.next()) {
            // Which character Shift makes of a digit or a sign depends on the keyboard: write that one.
            (Some(c), None) if key.shift && !c.is_alphabetic() => return Err(unknown()),
            (Some(c), None) if !c.is_control() => Code::Char(c),
            _ => {
                if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == lower) {
                    *code
                } else {
                    let number = lower.strip_prefix('f').and_then(|n| n.parse().ok());
                    Code::F(number.filter(|n| (1..=24).contains(n)).ok_or_else(unknown)?)
                }
            }
        };
        Ok(key.normal())
    }
}

impl Key {
    /// As people read it on the screen: `⏎`, `↑`, `Ctrl-r`, `PgDn`; in ASCII `Enter`, `Up`.
    #[must_use]
    pub fn label(self, ascii: bool) -> String {
        let mut label = String::new();
        for (held, name) in [(self.ctrl, "Ctrl-"), (self.alt, "Alt-"), (self.shift, "Shift-")] {
            if held {
                label.push_str(name);
            }
        }
        let (rich, plain) = match self.code {
            Code::Char(' ') => ("Space", "Space"),
            Code::Char(c) => {
                label.push(c);
                return label;
            }
            Code::F(n) => return format!("{label}F{n}"),
            Code::Enter => ("⏎", "Enter"),
            Code::Esc => ("Esc", "Esc"),
            Code::Tab => ("Tab", "Tab"),
            Code::BackTab => ("Shift-Tab", "Shift-Tab"),
            Code::Backspace => ("Backspace", "Backspace"),
            Code::Delete => ("Del", "Del"),
            Code::Insert => ("Ins", "Ins"),
            Code::Up => ("↑", "Up"),
            Code::Down => ("↓", "Down"),
            Code::Left => ("←", "Left"),
            Code::Right => ("→", "Right"),
            Code::Home => ("Home", "Home"),
            Code::End => ("End", "End"),
            Code::PageUp => ("PgUp", "PgUp"),
            Code::PageDown => ("PgDn", "PgDn"),
        };
        label.push_str(if ascii { plain } else { rich });
        label
    }

    /// One form for each key, whichever way a terminal or a person writes it: Shift is folded into the
    /// character, Shift-Tab is `backtab`, and Ctrl takes the lower-case letter.
    #[must_use]
    pub fn normal(mut self) -> Self {
        match self.code {
            Code::Char(c) => {
                if self.ctrl {
                    self.code = Code::Char(c.to_ascii_lowercase());
                } else if self.shift {
                    let mut upper = c.to_uppercase();
                    if let (Some(upper), None) = (upper.next(), upper.next()) {
                        self.code = Code::Char(upper);
                    }
                }
                self.shift = false;
            }
            Code::Tab if self.shift => {
                self.code = Code::BackTab;
                self.shift = false;
            }
            Code::BackTab => self.shift = false,
            _ => {}
        }
        self
    }
}

impl fmt::Display for Key {
    /// The written form, which [`Key::from_str`] reads back. For the screen see [`Key::label`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        match self.code {
            Code::F(n) => write!(f, "f{n}"),
            Code::Char(c) if c != ' ' => write!(f, "{c}"),
            code => {
                let name = NAMES.iter().find(|(_, known)| *known == code).map_or("?", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}

/// Reads `"<tab>abc<ctrl-s>"`: characters as they are, named keys in angle brackets (`<lt>` is `<`).
///
/// # Errors
/// Names the bracketed word that is no key.
pub fn parse_keys(text: &str) -> Result<Vec<Key>, UnknownKey> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let bracketed = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        if let Some((name, after)) = bracketed {
            keys.push(if name == "lt" { Key::char('<') } else { name.parse()? });
            rest = after;
        } else {
            keys.push(Key::char(c));
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests;
