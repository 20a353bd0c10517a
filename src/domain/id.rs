//! Ids as Atlas writes them: 24 hex digits for projects, jobs and snapshots, and the names of instances.
//!
//! The patterns are those of the published API description: ids `^[a-f0-9]{24}$`, instance names
//! `^[a-zA-Z0-9][a-zA-Z0-9-]*$`.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

/// How many hex digits an id has.
pub const ID_DIGITS: usize = 24;

/// The longest instance name we take. Atlas stops at 64 for the names it makes.
pub const NAME_MAX: usize = 64;

/// A project, job or snapshot id: one of the database's own object ids, always held in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId([u8; ID_DIGITS]);

/// Why a text is no id. Positions count characters from 1, as a person would, after any blanks and quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdError {
    Empty,
    NotHex { found: char, at: usize },
    TooShort { missing: usize },
    TooLong { extra: usize },
}

impl ObjectId {
    /// The moment the id was made: its first four bytes are seconds since 1970.
    ///
    /// For a restore job this is its creation, equal to `restoreScheduledDate` within a second on every
    /// recorded Flex job, and the only start time that a dedicated job has.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        let seconds = self.as_str().get(..8).and_then(|hex| i64::from_str_radix(hex, 16).ok());
        seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for ObjectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // As files and answers have it, by the thousand; what people type goes the longer way.
        if let Ok(mut digits) = <[u8; ID_DIGITS]>::try_from(text.as_bytes())
            && digits.iter().all(u8::is_ascii_hexdigit)
        {
            digits.make_ascii_lowercase();
            return Ok(Self(digits));
        }
        let text = unwrapped(text);
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if let Some((index, found)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii_hexdigit()) {
            return Err(IdError::NotHex { found, at: index + 1 });
        }
        let mut digits = [0; ID_DIGITS];
        match text.len().cmp(&ID_DIGITS) {
            std::cmp::Ordering::Less => return Err(IdError::TooShort { missing: ID_DIGITS - text.len() }),
            std::cmp::Ordering::Greater => return Err(IdError::TooLong { extra: text.len() - ID_DIGITS }),
            std::cmp::Ordering::Equal => digits.copy_from_slice(text.as_bytes()),
        }
        digits.make_ascii_lowercase();
        Ok(Self(digits))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "{ID_DIGITS} hex digits are needed"),
            Self::NotHex { found, at } => write!(f, "hex digits only; {} at {at}", Shown(*found)),
            Self::TooShort { missing: 1 } => f.write_str("1 more digit"),
            Self::TooShort { missing } => write!(f, "{missing} more digits"),
            Self::TooLong { extra: 1 } => f.write_str("1 digit too many"),
            Self::TooLong { extra } => write!(f, "{extra} digits too many"),
        }
    }
}

impl std::error::Error for IdError {}

/// The name of a serverless instance or a cluster.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceName(String);

/// Why a text is no instance name. Positions count as in [`IdError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    Empty,
    LeadingHyphen,
    BadCharacter { found: char, at: usize },
    TooLong { extra: usize },
}

impl InstanceName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InstanceName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if plain && (1..=NAME_MAX).contains(&text.len()) && !text.starts_with('-') {
            return Ok(Self(text.to_owned()));
        }
        let text = unwrapped(text);
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if let Some((index, found)) =
            text.chars().enumerate().find(|(_, c)| !c.is_ascii_alphanumeric() && *c != '-')
        {
            return Err(NameError::BadCharacter { found, at: index + 1 });
        }
        if text.starts_with('-') {
            return Err(NameError::LeadingHyphen);
        }
        if text.len() > NAME_MAX {
            return Err(NameError::TooLong { extra: text.len() - NAME_MAX });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a name is needed"),
            Self::LeadingHyphen => f.write_str("starts with a letter or digit, not with -"),
            Self::BadCharacter { found, at } => {
                write!(f, "letters, digits and - only; {} at {at}", Shown(*found))
            }
            Self::TooLong { extra: 1 } => f.write_str("1 character too many"),
            Self::TooLong { extra } => write!(f, "{extra} characters too many"),
        }
    }
}

impl std::error::Error for NameError {}

/// Without the blanks, quotes and invisible characters that a paste brings along.
fn unwrapped(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || super::text::is_quote(c) || super::text::is_hostile(c))
}

/// A character in words where printing it would show nothing, or do something.
struct Shown(char);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ' ' => f.write_str("the space"),
            c if c.is_control() || c.is_whitespace() || super::text::is_hostile(c) => {
                write!(f, "U+{:04X}", u32::from(c))
            }
            c => write!(f, "{c}"),
        }
    }
}

#[cfg(test)]
mod tests;
