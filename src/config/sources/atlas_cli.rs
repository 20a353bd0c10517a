//! The Atlas CLI's own `config.toml`, versions 1 and 2. It is read and never written: migrating it is the CLI's.
//!
//! What is odd about it, and kept: names are in lower case, whatever the case in the file, since viper reads it so;
//! and a property that strays to the top level wins over every profile's own.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{AuthType, Layer, Origin, Property};
use crate::api::base_url::BaseUrl;
use crate::config::{Source, Sourced};
use crate::domain::profile::Profile;
use crate::domain::secret::{ExposeSecret, Secret, Zeroizing};
use crate::private::{self, Fault, Trust};

/// More than any person or CLI writes.
const LIMIT: u64 = 1 << 20;
/// The newest version that we know how to read.
const NEWEST: i64 = 2;
/// Atlas for the government of the United States.
const GOVERNMENT: &str = "https://cloud.mongodbgov.com";

/// What became of reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// There is no CLI, or nobody has signed in with it.
    Missing,
    /// Version 1 has its secrets in the file, 2 in the keyring where there is one.
    Read {
        version: i64,
    },
    TooNew {
        version: i64,
    },
    /// No TOML, at this line.
    Broken {
        line: usize,
    },
    Unreadable {
        why: String,
    },
}

/// Whatever is written under one heading. All values are held as secrets: most are not, but some are.
type Section = BTreeMap<Property, Secret>;

/// The file at one moment.
#[derive(Debug, Clone)]
pub struct AtlasCli {
    pub path: PathBuf,
    pub state: State,
    /// Something to know about a file that was read.
    pub note: Option<String>,
    stray: Section,
    profiles: BTreeMap<Profile, Section>,
}

/// Reads it. What is wrong with it is in [`AtlasCli::state`]: other sources count all the same.
#[must_use]
pub fn read(path: &Path) -> AtlasCli {
    let mut file = AtlasCli::missing(path);
    file.state = match bytes(path) {
        Ok(None) => State::Missing,
        Ok(Some(bytes)) => file.take(&bytes),
        Err(why) => State::Unreadable { why },
    };
    if matches!(file.state, State::Read { .. })
        && file.has_secrets()
        && let Err(refusal) = private::check(path, Trust::Secret)
        && refusal.fault == Fault::Readable
    {
        file.note = Some(format!("it holds secrets, and {}; run: {}", refusal.reason(), refusal.remedy()));
    }
    file
}

/// The bytes; `None` when there is no such file.
fn bytes(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
    let file = match private::open_to_read(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error.to_string()),
    };
    // It says where the keys are sent. Whose it should be is for its owner to settle, and not by a chown of ours.
    let trusted = file.metadata().map_err(|error| error.to_string())?;
    private::check_metadata(path, &trusted, Trust::Settings).map_err(|refusal| match refusal.fault {
        Fault::Foreign => refusal.reason(),
        Fault::Writable | Fault::Readable => format!("{}; run: {}", refusal.reason(), refusal.remedy()),
    })?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LIMIT {
        return Err("it is larger than 1 MiB".to_owned());
    }
    Ok(Some(bytes))
}

impl AtlasCli {
    /// As it is where there is none.
    #[must_use]
    pub fn missing(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
            state: State::Missing,
            note: None,
            stray: Section::new(),
            profiles: BTreeMap::new(),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> State {
        let line = |at: usize| bytes.get(..at).unwrap_or(bytes).split(|byte| *byte == b'\n').count();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return State::Broken { line: line(error.valid_up_to()) },
        };
        let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        // What the parser says is not repeated: the line may hold a secret.
        let table: toml::Table = match body.parse() {
            Ok(table) => table,
            Err(error) => {
                let error: toml::de::Error = error;
                return State::Broken {
                    line: line(text.len() - body.len() + error.span().map_or(0, |span| span.start)),
                };
            }
        };
        let mut version = 1;
        for (name, value) in table {
            match (name.to_lowercase().as_str(), value) {
                ("version", toml::Value::Integer(number)) => version = number,
                // A name with a dot cannot be asked for, by us as by the CLI: it is a way into a table.
                (name, toml::Value::Table(table)) => {
                    if let Ok(profile) = name.parse() {
                        self.profiles.entry(profile).or_default().extend(section(table));
                    }
                }
                (name, value) => self.stray.extend(entry(name, value)),
            }
        }
        if version > NEWEST {
            self.stray.clear();
            self.profiles.clear();
            return State::TooNew { version };
        }
        State::Read { version }
    }

    fn has_secrets(&self) -> bool {
        let secret = [Property::PrivateKey, Property::ClientSecret, Property::AccessToken];
        self.profiles
            .values()
            .chain([&self.stray])
            .any(|section| secret.iter().any(|key| section.contains_key(key)))
    }

    /// The profiles in it, in alphabetical order. Properties at the top level belong to `default`, if to nobody else.
    pub fn profiles(&self) -> impl Iterator<Item = Profile> {
        let stray = (self.profiles.is_empty() && !self.stray.is_empty()).then(Profile::default);
        self.profiles.keys().cloned().chain(stray)
    }

    /// What it says about a profile, if it has it.
    #[must_use]
    pub fn layer(&self, profile: &Profile) -> Option<Layer> {
        let none = Section::new();
        let own = match self.profiles.get(profile) {
            Some(section) => section,
            None if self.profiles().any(|known| known == *profile) => &none,
            None => return None,
        };
        // The top level first: viper looks there before it looks into the table.
        let secret = |property| self.stray.get(&property).or_else(|| own.get(&property));
        let text = |property| secret(property).map(|value| value.expose_secret().to_owned());
        let mut layer = Layer::new(Origin::AtlasCli(profile.clone()));
        for property in Property::ALL {
            layer.parts.set(property, secret(property).cloned());
        }
        layer.says = text(Property::AuthType).and_then(|word| AuthType::read(&word));
        layer.project = text(Property::ProjectId).map(|id| (Source::AtlasCli, id));
        let url = text(Property::OpsManagerUrl).or_else(|| text(Property::BaseUrl));
        let place = match (url, text(Property::Service)) {
            (Some(url), _) => Some(super::variables::base_url(&url)),
            (None, Some(word)) => service(&word).transpose(),
            (None, None) => None,
        };
        layer.place = place.map(|place| match place {
            Ok(value) => Ok(Sourced { value, source: Source::AtlasCli }),
            Err(why) => Err(format!("profile `{profile}` of the Atlas CLI: {why}")),
        });
        Some(layer)
    }
}

/// The Atlas that a `service` means; `None` for the one that is meant anyway.
///
/// # Errors
/// It is no Atlas: the CLI's forerunner also knew Cloud Manager and Ops Manager.
pub fn service(word: &str) -> Result<Option<BaseUrl>, String> {
    match word.trim().to_ascii_lowercase().as_str() {
        "cloud" => Ok(None),
        "cloudgov" => super::variables::base_url(GOVERNMENT).map(Some),
        _ => Err("the service is neither cloud nor cloudgov, and only these are Atlas".to_owned()),
    }
}

fn section(table: toml::Table) -> Section {
    table.into_iter().filter_map(|(name, value)| entry(&name.to_lowercase(), value)).collect()
}

/// A property that we know, unless it is blank, which is as good as absent.
fn entry(name: &str, value: toml::Value) -> Option<(Property, Secret)> {
    let property = Property::ALL.into_iter().find(|property| property.key() == name)?;
    let text = match value {
        toml::Value::String(text) => Zeroizing::new(text),
        // As viper would: an id of digits alone may stand without quotes.
        toml::Value::Integer(number) => Zeroizing::new(number.to_string()),
        _ => return None,
    };
    let text = text.trim();
    (!text.is_empty()).then(|| (property, Secret::from(text)))
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("not there"),
            Self::Read { version } => write!(f, "read, version {version}"),
            Self::TooNew { version } => {
                write!(
                    f,
                    "not read: its version {version} is newer than {NEWEST}, which is all that is known here"
                )
            }
            Self::Broken { line } => write!(f, "not read: line {line} is no TOML"),
            Self::Unreadable { why } => write!(f, "not read: {}", crate::domain::text::clean(why)),
        }
    }
}
