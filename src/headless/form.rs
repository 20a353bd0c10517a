//! The forms in which commands without a screen write: one word each on the command line.

use std::fmt;
use std::str::FromStr;

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// Aligned text for people.
    #[default]
    Text,
    /// One object of schema 1 for one thing, one list of them for several.
    Json,
    /// One object of schema 1 a line, as soon as it is there.
    Ndjson,
    /// A table for a ticket or a chat. It has no download links: whoever has one has the data.
    Markdown,
    /// A table for a spreadsheet.
    Csv,
}

impl Form {
    pub const ALL: [Self; 5] = [Self::Text, Self::Json, Self::Ndjson, Self::Markdown, Self::Csv];

    /// The word on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
        }
    }

    /// Whether a program reads it as JSON, so that errors are objects on standard output too.
    #[must_use]
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text names no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownForm;

impl fmt::Display for UnknownForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the forms are text, json, ndjson, markdown and csv")
    }
}

impl std::error::Error for UnknownForm {}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        Self::ALL.into_iter().find(|form| form.as_str() == text).ok_or(UnknownForm)
    }
}
