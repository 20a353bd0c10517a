//! The line that bash shows its completion functions, and what to put into it.
//!
//! Bash hands over words as they were typed, quotes and all, and replaces what stands behind the last of
//! `COMP_WORDBREAKS`, which is not where a word begins. So the line is read here, as bash would read it, and what is
//! handed back is quoted for the place at which it will stand.

/// What opened the quotes around the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

/// A command line up to the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Without their quotes; the last is the one at the cursor and may be empty.
    pub words: Vec<String>,
    quote: Quote,
    /// How much of the last word, without its quotes, stands before the place that bash will replace.
    kept: String,
}

impl Line {
    /// Reads `COMP_WORDBREAKS`, a NUL and the line up to the cursor. `None` without that NUL.
    pub fn read(input: &str) -> Option<Self> {
        let (breaks, line) = input.split_once('\0')?;
        let mut line = Self::of(line, breaks);
        // Variables that are set for this one command are no words of it.
        let is_setting = |word: &String| {
            word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            })
        };
        let settings = line.words.iter().take_while(|word| is_setting(word)).count();
        line.words.drain(..settings.min(line.words.len() - 1));
        Some(line)
    }

    fn of(line: &str, breaks: &str) -> Self {
        let mut words = Vec::new();
        let mut word: Option<String> = None;
        let (mut quote, mut kept) = (Quote::None, String::new());
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match (quote, c) {
                (Quote::Single, '\'') | (Quote::Double, '"') => quote = Quote::None,
                (Quote::Double, '\\') if chars.peek().is_some_and(|next| "$`\"\\".contains(*next)) => {
                    word.get_or_insert_default().extend(chars.next());
                }
                (Quote::Single | Quote::Double, c) => word.get_or_insert_default().push(c),
                (Quote::None, '\'' | '"') => {
                    quote = if c == '"' { Quote::Double } else { Quote::Single };
                    // What bash replaces begins behind the quote.
                    kept.clone_from(word.get_or_insert_default());
                }
                (Quote::None, '\\') => word.get_or_insert_default().extend(chars.next()),
                (Quote::None, ' ' | '\t' | '\n') => {
                    words.extend(word.take());
                    kept.clear();
                }
                (Quote::None, c) => {
                    let word = word.get_or_insert_default();
                    word.push(c);
                    if breaks.contains(c) {
                        kept.clone_from(word);
                    }
                }
            }
        }
        words.push(word.unwrap_or_default());
        Self { words, quote, kept }
    }

    /// The text that makes the word at the cursor `value`; `None` if it cannot become that.
    pub fn insert(&self, value: &str) -> Option<String> {
        let rest = value.strip_prefix(&self.kept)?;
        Some(match self.quote {
            Quote::Single => rest.replace('\'', r"'\''"),
            // Nothing keeps an interactive bash from looking for `!` in its history there.
            Quote::Double if rest.contains('!') => return None,
            Quote::Double => escaped(rest, |c| "$`\"\\".contains(c)),
            // A tilde and a number sign mean something at the beginning of a word only.
            Quote::None => escaped(rest, |c| !c.is_alphanumeric() && !"-_./:=+,@%".contains(c)),
        })
    }
}

/// One word without its quotes, which need not be closed.
pub fn unquoted(word: &str) -> String {
    Line::of(word, "").words.pop().unwrap_or_default()
}

fn escaped(text: &str, special: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if special(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
