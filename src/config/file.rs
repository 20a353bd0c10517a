//! `config.toml`: reads it and says where it is wrong. Knows nothing of flags and variables.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use toml::Spanned;

use super::{ConfigError, interval, reactions};
use crate::api::BaseUrl;
use crate::app::keymap::Keymap;
use crate::app::notification::Switches;
use crate::app::screen::ThemeName;
use crate::app::time_format::TimeFormat;
use crate::private::{self, OpenError, Trust};

/// More than any person writes; what is larger is no config file.
const LIMIT: u64 = 1 << 20;

/// What the file sets. A missing file sets nothing.
#[derive(Debug, Clone, Default)]
pub struct ConfigFile {
    pub base_url: Option<BaseUrl>,
    pub interval: Option<Duration>,
    pub theme: Option<ThemeName>,
    pub ascii: Option<bool>,
    pub mouse: Option<bool>,
    pub motion: Option<bool>,
    pub time: Option<TimeFormat>,
    pub notify: Switches,
    /// Program and arguments of the hook.
    pub hook: Option<Vec<String>>,
    pub keymap: Keymap,
}

/// The tables and keys as they are written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    #[serde(deserialize_with = "base_url")]
    base_url: Option<BaseUrl>,
    #[serde(deserialize_with = "interval")]
    interval: Option<Duration>,
    #[serde(deserialize_with = "theme")]
    theme: Option<ThemeName>,
    ascii: Option<bool>,
    mouse: Option<bool>,
    motion: Option<bool>,
    #[serde(deserialize_with = "time")]
    time: Option<TimeFormat>,
    notify: reactions::Notify,
    hook: reactions::Hook,
    keys: BTreeMap<Spanned<String>, Keys>,
}

/// One key or a list of them.
struct Keys(Vec<String>);

/// Reads the file. A byte order mark and Windows line ends are fine, and so is no file at all.
///
/// # Errors
/// The place and what is wrong with it, that the file cannot be read, or that others may have written it.
pub fn read(path: &Path) -> Result<ConfigFile, ConfigError> {
    let unreadable = |message: String| ConfigError::Unreadable { path: path.to_path_buf(), message };
    let mut bytes = Vec::new();
    // It may name a command to run, and where the requests go.
    match private::open(path, Trust::Settings) {
        Err(OpenError::Io(error))
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
        {
            return Ok(ConfigFile::default());
        }
        Err(OpenError::Io(error)) => return Err(unreadable(error.to_string())),
        Err(OpenError::Refused(refusal)) => return Err(ConfigError::Refused(refusal)),
        Ok(file) => {
            file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
        }
    }
    if bytes.len() as u64 > LIMIT {
        return Err(unreadable("it is larger than 1 MiB".to_owned()));
    }
    parse(&bytes).map_err(|(at, message)| {
        let (line, column) = position(&bytes, at);
        ConfigError::File { path: path.to_path_buf(), line, column, message }
    })
}

/// Where it is wrong, as an offset in bytes, and how.
fn parse(bytes: &[u8]) -> Result<ConfigFile, (usize, String)> {
    let text = std::str::from_utf8(bytes).map_err(|error| (error.valid_up_to(), "not UTF-8".to_owned()))?;
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mark = text.len() - body.len();
    let written: Written = toml::from_str(body).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (mark + at, in_our_words(error.message()))
    })?;
    let changes: Vec<_> =
        written.keys.iter().map(|(name, keys)| (name.get_ref().clone(), keys.0.clone())).collect();
    let keymap = Keymap::new(&changes).map_err(|error| {
        let entry = written.keys.keys().find(|name| *name.get_ref() == error.entry);
        (mark + entry.map_or(0, |name| name.span().start), error.message)
    })?;
    Ok(ConfigFile {
        base_url: written.base_url,
        interval: written.interval,
        theme: written.theme,
        ascii: written.ascii,
        mouse: written.mouse,
        motion: written.motion,
        time: written.time,
        notify: written.notify.switches(),
        hook: written.hook.command,
        keymap,
    })
}

/// What serde calls a field is a key to people who write TOML.
fn in_our_words(message: &str) -> String {
    let message = message.trim().replace('\n', "; ");
    match message.strip_prefix("unknown field ") {
        Some(rest) => format!("unknown key {}", rest.replace(", expected one of ", "; known keys are ")),
        None => message,
    }
}

/// Line and column of an offset, both from 1; columns in characters, without the byte order mark.
fn position(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or(bytes)).into_owned();
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.trim_start_matches('\u{FEFF}').chars().count() + 1)
}

fn base_url<'de, D: Deserializer<'de>>(input: D) -> Result<Option<BaseUrl>, D::Error> {
    let text = String::deserialize(input)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(D::Error::custom)
}

fn theme<'de, D: Deserializer<'de>>(input: D) -> Result<Option<ThemeName>, D::Error> {
    match String::deserialize(input)?.as_str() {
        "terminal" => Ok(Some(ThemeName::Terminal)),
        "mono" => Ok(Some(ThemeName::Mono)),
        other => Err(D::Error::custom(format!("no theme `{other}`; the themes are terminal and mono"))),
    }
}

fn time<'de, D: Deserializer<'de>>(input: D) -> Result<Option<TimeFormat>, D::Error> {
    let text = String::deserialize(input)?;
    text.parse().map(Some).map_err(|error| D::Error::custom(format!("no time format `{text}`; {error}")))
}

fn interval<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Duration>, D::Error> {
    struct Interval;

    impl Visitor<'_> for Interval {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a duration such as \"3s\", or seconds")
        }

        fn visit_i64<E: Error>(self, seconds: i64) -> Result<Duration, E> {
            interval::from_seconds(seconds).map_err(E::custom)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
            interval::parse(text).map_err(E::custom)
        }
    }

    input.deserialize_any(Interval).map(Some)
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key such as \"r\" or \"ctrl-r\", or a list of keys")
            }

            fn visit_str<E: Error>(self, key: &str) -> Result<Keys, E> {
                Ok(Keys(vec![key.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = list.next_element()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }

        input.deserialize_any(OneOrMore)
    }
}
