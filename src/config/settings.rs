//! The settings in force. One precedence for all: flag, variable, config file, default.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::file::{self, ConfigFile};
use super::sources::atlas_cli;
use super::{Accounts, ConfigError, Env, Paths, interval};
use crate::app::keymap::Keymap;
use crate::app::notification::Switches;
use crate::app::screen::ThemeName;
use crate::app::time_format::TimeFormat;
use crate::cli::Args;
use crate::keyring::System;

/// Who set a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    Flag,
    /// The variable of this name.
    Env(&'static str),
    /// The entries of the Atlas CLI in the system's keyring.
    Keyring,
    /// The config file of the Atlas CLI.
    AtlasCli,
    /// The config file.
    File,
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "flag",
            Self::Env(name) => name,
            Self::Keyring => "keyring",
            Self::AtlasCli => "Atlas CLI",
            Self::File => "config file",
            Self::Default => "default",
        })
    }
}

/// A value, and who set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub source: Source,
}

impl<T> Sourced<T> {
    /// The first that is there, in the order of precedence.
    fn first<const N: usize>(candidates: [(Option<T>, Source); N], default: T) -> Self {
        candidates
            .into_iter()
            .find_map(|(value, source)| value.map(|value| Self { value, source }))
            .unwrap_or(Self { value: default, source: Source::Default })
    }
}

/// Everything a person can set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Between two reads of a running job.
    pub interval: Sourced<Duration>,
    pub ascii: Sourced<bool>,
    pub theme: Sourced<ThemeName>,
    pub mouse: Sourced<bool>,
    /// Whether a row that changed may stand out for a moment.
    pub motion: Sourced<bool>,
    pub time_format: Sourced<TimeFormat>,
    /// By which means a person who looks elsewhere is told. The file alone sets them.
    pub notify: Switches,
    /// Program and arguments to run on each transition. The file alone sets them.
    pub hook: Option<Vec<String>>,
    pub keymap: Keymap,
    pub accounts: Accounts,
    pub paths: Paths,
    /// The config file that was asked for settings; it may not exist.
    pub config_file: Option<PathBuf>,
}

impl Settings {
    /// Gathers the settings. Call [`super::flags::complete`] on the arguments first.
    ///
    /// # Errors
    /// Names the flag, the variable or the place in the config file that is wrong.
    pub fn load(args: &Args, env: Env<'_>) -> Result<Self, ConfigError> {
        let paths = Paths::find(env)?;
        let config_file = (!args.common.no_config).then(|| paths.config_file());
        let mut file = config_file.as_deref().map_or_else(|| Ok(ConfigFile::default()), file::read)?;
        file.own.directory.clone_from(&paths.config);
        file.own.home = env.os("HOME").map(PathBuf::from);
        let atlas_cli = atlas_cli::read(&paths.atlas_cli);
        Ok(Self {
            accounts: Accounts::load(&args.common, env, file.own, atlas_cli, Arc::new(System))?,
            interval: Sourced::first(
                [
                    (args.interval, Source::Flag),
                    (env.read("ATLAS_TUI_INTERVAL", interval::parse)?, Source::Env("ATLAS_TUI_INTERVAL")),
                    (file.interval, Source::File),
                ],
                interval::DEFAULT,
            ),
            ascii: {
                let (locale, variable) = locale_without_utf8(env);
                Sourced::first(
                    [
                        (args.ascii.then_some(true), Source::Flag),
                        (env.flag("ATLAS_TUI_ASCII")?, Source::Env("ATLAS_TUI_ASCII")),
                        (file.ascii, Source::File),
                        (locale, Source::Env(variable)),
                    ],
                    false,
                )
            },
            theme: {
                let (mono, variable) = no_color(env);
                Sourced::first(
                    [(mono, Source::Env(variable)), (file.theme, Source::File)],
                    ThemeName::default(),
                )
            },
            mouse: Sourced::first([(file.mouse, Source::File)], false),
            motion: Sourced::first(
                [
                    (args.no_motion.then_some(false), Source::Flag),
                    (env.flag("ATLAS_TUI_NO_MOTION")?.map(|no| !no), Source::Env("ATLAS_TUI_NO_MOTION")),
                    (file.motion, Source::File),
                ],
                true,
            ),
            time_format: Sourced::first([(file.time, Source::File)], TimeFormat::default()),
            notify: file.notify,
            hook: file.hook,
            keymap: file.keymap,
            paths,
            config_file,
        })
    }
}

/// Whether a variable forbids colours. It wins over the config file: crossterm obeys `NO_COLOR` by itself, and
/// its way of doing so takes bold and reverse with it, so that only our own theme keeps the selection visible.
fn no_color(env: Env<'_>) -> (Option<ThemeName>, &'static str) {
    if env.os("NO_COLOR").is_some() {
        (Some(ThemeName::Mono), "NO_COLOR")
    } else if env.os("CLICOLOR").is_some_and(|value| value == "0") {
        (Some(ThemeName::Mono), "CLICOLOR")
    } else {
        (None, "NO_COLOR")
    }
}

/// Whether the locale is known and is not UTF-8. The first variable that is set decides, as in POSIX; when none
/// is, nothing is known, and today's terminals are UTF-8.
fn locale_without_utf8(env: Env<'_>) -> (Option<bool>, &'static str) {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
        if let Some(value) = env.os(name) {
            let value = value.to_string_lossy().to_ascii_lowercase();
            let utf8 = value.contains("utf-8") || value.contains("utf8");
            return ((!utf8).then_some(true), name);
        }
    }
    (None, "LANG")
}
