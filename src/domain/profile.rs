//! Names of profiles: the sets of credentials and defaults that the official CLI keeps under one name each.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::text::is_hostile;

/// The longest name we take; the official CLI has no limit of its own.
pub const PROFILE_MAX: usize = 64;

/// A profile by its name, held in lower case: the official CLI does not tell `Prod` from `prod`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Profile(Arc<str>);

/// Why a text is no name of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileError {
    Empty,
    /// The official CLI takes a dot for the way into a table.
    Dot,
    /// A character that cannot be shown.
    Hostile,
    TooLong,
}

impl Profile {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Profile {
    /// The one that is meant when none is named.
    fn default() -> Self {
        Self("default".into())
    }
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let name = text.trim().to_lowercase();
        if name.is_empty() {
            Err(ProfileError::Empty)
        } else if name.contains('.') {
            Err(ProfileError::Dot)
        } else if name.contains(is_hostile) {
            Err(ProfileError::Hostile)
        } else if name.chars().count() > PROFILE_MAX {
            Err(ProfileError::TooLong)
        } else {
            Ok(Self(name.into()))
        }
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile({self})")
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the name of a profile is empty"),
            Self::Dot => f.write_str("the name of a profile has no dot in it"),
            Self::Hostile => f.write_str("the name of a profile holds a character that cannot be shown"),
            Self::TooLong => write!(f, "the name of a profile has {PROFILE_MAX} characters at most"),
        }
    }
}

impl std::error::Error for ProfileError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_held_in_lower_case_and_without_blanks_around_it() {
        let profile: Profile = " Prod EU ".parse().unwrap();
        assert_eq!(profile.as_str(), "prod eu");
        assert_eq!(Profile::default(), "DEFAULT".parse().unwrap());
    }

    #[test]
    fn what_is_no_name_says_why() {
        for (text, error) in [
            ("", ProfileError::Empty),
            (" \t", ProfileError::Empty),
            ("a.b", ProfileError::Dot),
            ("a\u{1b}b", ProfileError::Hostile),
            ("a\u{202e}b", ProfileError::Hostile),
        ] {
            assert_eq!(text.parse::<Profile>(), Err(error), "{text:?}");
        }
        assert_eq!("x".repeat(PROFILE_MAX + 1).parse::<Profile>(), Err(ProfileError::TooLong));
        assert!("x".repeat(PROFILE_MAX).parse::<Profile>().is_ok());
    }
}
