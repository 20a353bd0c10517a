//! Words for a person's shell: a command that is shown or copied means what it says, whatever is in its words.

use std::borrow::Cow;

use super::text::clean;

/// The word as every POSIX shell reads it back, clean. One that needs no quotes has none; any other stands in single
/// quotes, within which a shell changes nothing.
#[must_use]
pub fn quoted(word: &str) -> Cow<'_, str> {
    // `=` and `~` mean something at the beginning of a word, or in zsh.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,@%+".contains(c);
    let word = clean(word);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word;
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn only_what_a_shell_would_touch_is_quoted() {
        for (word, expected) in [
            ("/home/me/.config/atlas-tui/config.toml", "/home/me/.config/atlas-tui/config.toml"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$(reboot)", "'$(reboot)'"),
            ("it's", r"'it'\''s'"),
            ("~", "'~'"),
            ("a=b", "'a=b'"),
            ("line\nbreak\u{1b}[31m", "'line break[31m'"),
            ("-rf", "-rf"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
