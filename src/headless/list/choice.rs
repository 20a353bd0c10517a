//! What a list is narrowed to and sorted by, as people write it.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::phase::Phase;
use crate::domain::span;
use crate::headless::times::Times;

/// What jobs are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    Created,
    /// From the beginning of a restore to its end.
    Phase,
    /// By the name of the instance, and then the newest first.
    Cluster,
    /// The link that ends soonest first; those without an end last.
    Expires,
}

impl Order {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Created, "created"),
        (Self::Phase, "phase"),
        (Self::Cluster, "cluster"),
        (Self::Expires, "expires"),
    ];

    /// As people write them.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().map(|(_, word)| word)
    }
}

impl FromStr for Order {
    type Err = WrongWord;

    fn from_str(text: &str) -> Result<Self, WrongWord> {
        let found = Self::ALL.into_iter().find(|(_, word)| *word == text);
        found
            .map(|(order, _)| order)
            .ok_or_else(|| WrongWord("sort by created, phase, cluster or expires".to_owned()))
    }
}

/// Phases by the beginning of their words, any of which may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statuses {
    words: Vec<String>,
}

/// What a lookup is called that could not be read: no phase has this word.
const ERROR: &str = "error";

impl Statuses {
    /// The words that one may be the beginning of.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Phase::NAMED.iter().map(Phase::as_str).chain(["unknown", ERROR])
    }

    #[must_use]
    pub fn have(&self, phase: &Phase) -> bool {
        self.words.iter().any(|word| phase.is_called(word))
    }

    /// Whether what could not be read is asked for.
    #[must_use]
    pub fn have_errors(&self) -> bool {
        self.words.iter().any(|word| ERROR.starts_with(word.as_str()))
    }
}

impl FromStr for Statuses {
    type Err = WrongWord;

    /// The words of the dashboard's `status:`. One that begins none is refused: a script would take the empty list
    /// for good news.
    fn from_str(text: &str) -> Result<Self, WrongWord> {
        let words: Vec<String> = text.split(',').map(|word| word.trim().to_lowercase()).collect();
        let is_known =
            |word: &str| !word.is_empty() && (Phase::is_any_called(word) || ERROR.starts_with(word));
        if words.iter().all(|word| is_known(word)) {
            return Ok(Self { words });
        }
        let known: Vec<_> = Self::words().collect();
        Err(WrongWord(format!("beginnings of these words, with commas between them: {}", known.join(", "))))
    }
}

/// Since when jobs were created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Ago(SignedDuration),
    At(Timestamp),
    /// By a calendar, in the zone of the times that are shown.
    On(DateTime),
}

impl Since {
    /// The first moment of it.
    #[must_use]
    pub fn start(self, server_now: Timestamp, times: &Times) -> Timestamp {
        match self {
            Self::Ago(span) => server_now.checked_sub(span).unwrap_or(Timestamp::MIN),
            Self::At(at) => at,
            Self::On(on) => {
                let zone = match times {
                    Times::Utc => TimeZone::UTC,
                    Times::Local(zone) => zone.clone(),
                };
                // Beyond the range of time there is nothing since then.
                zone.to_timestamp(on).unwrap_or(Timestamp::MAX)
            }
        }
    }
}

impl FromStr for Since {
    type Err = WrongWord;

    fn from_str(text: &str) -> Result<Self, WrongWord> {
        let text = text.trim();
        if let Some(span) = span::parse(&text.to_lowercase()) {
            return Ok(Self::Ago(span));
        }
        // In this order: a moment with a zone can be read as a date too, without it.
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        let on = text.parse::<DateTime>().ok();
        let on = on.or_else(|| text.parse::<Date>().ok().map(|day| day.at(0, 0, 0, 0)));
        on.map(Self::On).ok_or_else(|| {
            WrongWord(
                "a time such as 90m, 12h or 3d, or a date such as 2026-08-10 or 2026-08-10T03:00:00Z"
                    .to_owned(),
            )
        })
    }
}

/// A value that is none, and what is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongWord(String);

impl fmt::Display for WrongWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongWord {}
