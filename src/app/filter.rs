//! The filter of the list: words that must all occur in a lookup.

use super::watch::Watch;

/// Words, in lower case, that must all occur in label, instance, ids, kind or phase.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    text: String,
    words: Vec<String>,
}

impl Filter {
    #[must_use]
    pub fn new(text: &str) -> Self {
        let words = text.split_whitespace().map(str::to_lowercase).collect();
        Self { text: text.to_owned(), words }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    #[must_use]
    pub fn shows(&self, watch: &Watch) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let lookup = &watch.lookup;
        let target = &lookup.target;
        let fields = [
            lookup.label.as_str(),
            target.instance.as_str(),
            target.project.as_str(),
            target.job.as_str(),
            target.kind.as_str(),
            watch.word(),
        ];
        self.words.iter().all(|word| fields.iter().any(|field| holds(field, word)))
    }
}

/// Whether the text has the word, which is not empty and in lower case. Nearly all text is ASCII, which is
/// searched as it stands: this runs for each lookup with each frame.
fn holds(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    } else {
        text.to_lowercase().contains(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lookup::Lookup;
    use crate::worker::WatchId;

    #[test]
    fn all_words_occur_somewhere_whatever_their_case() {
        let target =
            "serverless/6a793f6b2c88faeba59bae37/Orders-305/6a794733c0eb9e7a17740663".parse().unwrap();
        let watch = Watch::new(WatchId(1), Lookup { label: "Nächtliche ÄNDERUNG".into(), target });
        for text in
            ["", " ", "ORDERS", "änderung nä", "waiting SERVERLESS", "6A794733C0EB9E7A17740663", "s-3 bae37"]
        {
            assert!(Filter::new(text).shows(&watch), "{text}");
        }
        for text in ["orders billing", "anderung", "305serverless", "x", "é"] {
            assert!(!Filter::new(text).shows(&watch), "{text}");
        }
    }
}
