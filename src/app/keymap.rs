//! The one key table. Help, footer and palette are projections of it; the config file remaps it.
//!
//! Knows keys and actions by name, not where they are read from nor what they do.

mod action;
mod table;

#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};

pub use action::{Action, Section};

use super::key::Key;
use crate::domain::text::clean;
use table::{ALWAYS_QUITS, TABLE};

/// The keys in force, after the config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// One for each action, in the order of the table.
    bindings: Vec<(Action, Vec<Key>)>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self { bindings: TABLE.iter().map(|row| (row.action, row.keys.to_vec())).collect() }
    }
}

/// A `[keys]` table that cannot be used: an unknown action or key, or one key for two actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeymapError {
    /// The entry of the changes to look at, exactly as it was written.
    pub entry: String,
    pub message: String,
}

impl fmt::Display for KeymapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for KeymapError {}

impl Keymap {
    /// The default keys with the user's changes: action name to the keys that replace its own (none unbinds).
    /// Ctrl-c quits in any case.
    ///
    /// # Errors
    /// Names the unknown action or key, or both actions of a clash.
    pub fn new(changes: &[(String, Vec<String>)]) -> Result<Self, KeymapError> {
        let mut keymap = Self::default();
        for (name, keys) in changes {
            let error = |message| KeymapError { entry: name.clone(), message };
            let action = Action::from_name(name).ok_or_else(|| error(unknown_action(name)))?;
            let mut bound = Vec::with_capacity(keys.len() + 1);
            for text in keys {
                let key = text.parse::<Key>().map_err(|unknown| error(unknown.to_string()))?;
                if !bound.contains(&key) {
                    bound.push(key);
                }
            }
            if action == Action::Quit && !bound.contains(&ALWAYS_QUITS) {
                bound.push(ALWAYS_QUITS);
            }
            if let Some((_, keys)) = keymap.bindings.iter_mut().find(|(known, _)| *known == action) {
                *keys = bound;
            }
        }
        for (name, _) in changes {
            keymap.clash_of(name)?;
        }
        Ok(keymap)
    }

    /// Refuses a key of that action that another action has too.
    fn clash_of(&self, name: &str) -> Result<(), KeymapError> {
        let Some(action) = Action::from_name(name) else { return Ok(()) };
        for key in self.keys(action) {
            let taken = self.bindings.iter().find(|(other, keys)| *other != action && keys.contains(key));
            let Some((other, _)) = taken else { continue };
            let message = if *key == ALWAYS_QUITS {
                let wanted = if action == Action::Quit { other.name() } else { name };
                format!("`{key}` always quits and cannot be bound to `{wanted}`")
            } else {
                let other = other.name();
                format!(
                    "`{key}` is bound to both `{name}` and `{other}`; choose another key, or give `{other}` \
                     another one (`{other} = []` for none)"
                )
            };
            return Err(KeymapError { entry: name.to_owned(), message });
        }
        Ok(())
    }

    /// What the key means.
    #[must_use]
    pub fn action(&self, key: Key) -> Option<Action> {
        self.bindings.iter().find(|(_, keys)| keys.contains(&key)).map(|(action, _)| *action)
    }

    /// The keys of an action, the one to show first.
    #[must_use]
    pub fn keys(&self, action: Action) -> &[Key] {
        self.bindings.get(action as usize).map_or(&[], |(_, keys)| keys)
    }

    /// The first key of an action as people read it: `⏎`, `Ctrl-r`. Empty when it has none.
    #[must_use]
    pub fn label(&self, action: Action, ascii: bool) -> String {
        self.keys(action).first().map(|key| key.label(ascii)).unwrap_or_default()
    }
}

/// The name is no action's: says which ones come near.
fn unknown_action(name: &str) -> String {
    /// Jaro-Winkler likeness from which a name may be what was meant: `refesh`, `pgup`, `copy_id`.
    const NEAR: f64 = 0.8;
    let mut near: Vec<(f64, &str)> =
        TABLE.iter().map(|row| (strsim::jaro_winkler(name, row.name), row.name)).collect();
    near.retain(|(likeness, known)| *likeness >= NEAR || (name.len() > 2 && known.contains(name)));
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let name = clean(name);
    if near.is_empty() {
        let all = TABLE.map(|row| row.name).join(", ");
        return format!("unknown action `{name}`; the actions are {all}");
    }
    let near: Vec<_> = near.iter().take(3).map(|(_, known)| format!("`{known}`")).collect();
    format!("unknown action `{name}`; did you mean {}?", near.join(" or "))
}

/// The default keys as a Markdown table, for the README.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| Keys | Action | What it does |\n| --- | --- | --- |\n");
    for section in Section::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| **{}** | | |", section.title());
        for row in TABLE.iter().filter(|row| row.section == section) {
            let keys: Vec<_> = row.keys.iter().map(|key| format!("`{}`", key.label(false))).collect();
            let _ = writeln!(text, "| {} | `{}` | {} |", keys.join(" "), row.name, row.description);
        }
    }
    text
}
