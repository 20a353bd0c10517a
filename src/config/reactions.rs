//! The tables `[notify]` and `[hook]` of the config file: what a transition sets in motion.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use crate::app::notification::Switches;

/// `[notify]`, as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Notify {
    bell: Option<bool>,
    terminal: Option<bool>,
    desktop: Option<bool>,
    title: Option<bool>,
    progress: Option<bool>,
}

impl Notify {
    pub(super) fn switches(&self) -> Switches {
        let all = Switches::default();
        Switches {
            bell: self.bell.unwrap_or(all.bell),
            terminal: self.terminal.unwrap_or(all.terminal),
            desktop: self.desktop.unwrap_or(all.desktop),
            title: self.title.unwrap_or(all.title),
            progress: self.progress.unwrap_or(all.progress),
        }
    }
}

/// `[hook]`, as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Hook {
    /// Program and arguments; `None` for an empty list.
    #[serde(deserialize_with = "command")]
    pub(super) command: Option<Vec<String>>,
}

/// A list, because a line would need a shell's rules to be parted, and a shell would read what is in a label.
pub(super) fn command<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Vec<String>>, D::Error> {
    struct Command;

    impl<'de> Visitor<'de> for Command {
        type Value = Option<Vec<String>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of the program and its arguments, such as [\"notify-send\", \"restore\"]")
        }

        fn visit_str<E: Error>(self, line: &str) -> Result<Self::Value, E> {
            // How a line with quotes is to be parted is the person's to know.
            let is_plain = !line.trim().is_empty() && !line.contains(['"', '\'', '\\', '`']);
            let line = if is_plain { line } else { "program argument" };
            let words: Vec<_> = line.split_whitespace().map(|word| format!("\"{word}\"")).collect();
            Err(E::custom(format!(
                "a command is a list of the program and its arguments, and no shell reads it: write [{}]",
                words.join(", ")
            )))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut words: Vec<String> = Vec::new();
            while let Some(word) = list.next_element::<String>()? {
                if word.contains('\0') {
                    return Err(A::Error::custom("a command cannot hold a NUL character"));
                }
                words.push(word);
            }
            if words.first().is_some_and(|program| program.trim().is_empty()) {
                return Err(A::Error::custom(
                    "the first word of a command is its program, and here it is empty",
                ));
            }
            Ok(Some(words).filter(|words| !words.is_empty()))
        }
    }

    input.deserialize_any(Command)
}
