//! What the config file sets, by name alone: for a report that goes to strangers, who may know that a key is set and
//! never to what.

use std::io::Read;
use std::path::Path;

use crate::private;

/// As for reading it.
const LIMIT: u64 = 1 << 20;

/// Names like `hook.command`, in the order of the alphabet. None of a file that is not there or no TOML; what does not
/// look like a name is left out.
#[must_use]
pub fn keys(path: &Path) -> Vec<String> {
    let mut text = String::new();
    let read = private::open_to_read(path).and_then(|file| file.take(LIMIT).read_to_string(&mut text));
    let table = text.trim_start_matches('\u{FEFF}').parse::<toml::Table>();
    let (Ok(_), Ok(table)) = (read, table) else { return Vec::new() };
    let mut keys = Vec::new();
    names(&table, "", &mut keys);
    keys.sort();
    keys
}

fn names(table: &toml::Table, above: &str, keys: &mut Vec<String>) {
    for (key, value) in table {
        if !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            continue;
        }
        match value {
            toml::Value::Table(inner) => names(inner, &format!("{above}{key}."), keys),
            _ => keys.push(format!("{above}{key}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_and_values_never() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        let text =
            "theme = \"mono\"\n\"odd key\" = 1\n[hook]\ncommand = [\"hunter2\"]\n[keys]\nraw = \"R\"\n";
        std::fs::write(&path, text).unwrap();
        assert_eq!(keys(&path), ["hook.command", "keys.raw", "theme"]);
        assert!(keys(&home.path().join("none")).is_empty());
    }
}
