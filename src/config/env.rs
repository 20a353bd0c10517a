//! Environment variables through a function, so that tests bring their own. A blank one is an unset one.

use std::ffi::OsString;
use std::str::FromStr;

use super::ConfigError;

/// Looks a variable up.
#[derive(Clone, Copy)]
pub struct Env<'a>(&'a dyn Fn(&str) -> Option<OsString>);

impl std::fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Env")
    }
}

impl<'a> Env<'a> {
    /// The process's own is `Env::new(&|name| std::env::var_os(name))`.
    #[must_use]
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self(lookup)
    }

    /// The value as it is; `None` when it is unset or holds only blanks.
    #[must_use]
    pub fn os(self, name: &str) -> Option<OsString> {
        (self.0)(name).filter(|value| value.to_str().is_none_or(|text| !text.trim().is_empty()))
    }

    /// The value as text without the blanks around it.
    ///
    /// # Errors
    /// When it is not UTF-8. The error never repeats the value.
    pub fn text(self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = self.os(name) else { return Ok(None) };
        let text = value.to_str().ok_or_else(|| ConfigError::Variable {
            name,
            message: "holds bytes that are no UTF-8 text".to_owned(),
        })?;
        Ok(Some(text.trim().to_owned()))
    }

    /// The value as `read` takes it.
    ///
    /// # Errors
    /// What `read` says, under the name of the variable.
    pub fn read<T>(
        self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        read(&text).map(Some).map_err(|message| ConfigError::Variable { name, message })
    }

    /// The value as anything that can be read from text.
    ///
    /// # Errors
    /// As [`Env::read`].
    pub fn parsed<T>(self, name: &'static str) -> Result<Option<T>, ConfigError>
    where
        T: FromStr,
        T::Err: ToString,
    {
        self.read(name, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// `1`, `true`, `yes`, `on`, or `0`, `false`, `no`, `off`.
    ///
    /// # Errors
    /// When it is another word.
    pub fn flag(self, name: &'static str) -> Result<Option<bool>, ConfigError> {
        self.read(name, |text| match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(format!("`{text}` is neither true nor false; write 1 or 0")),
        })
    }
}
