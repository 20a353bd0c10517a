//! Where our files are: the XDG directories, the native ones on macOS and Windows, or all under one directory.
//!
//! Only names them; nothing is made or read here.

use std::path::PathBuf;

use etcetera::base_strategy::{Apple, BaseStrategy, Windows};

use super::{ConfigError, Env};

/// The directory under each of the base directories.
const OURS: &str = "atlas-tui";
/// The Atlas CLI's config file under Go's `os.UserConfigDir` (atlas-cli-core, `config/config.go`).
const ATLAS_CLI: &str = "atlascli/config.toml";

/// Our directories, all absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Written by people: `config.toml`.
    pub config: PathBuf,
    /// Saved lookups.
    pub data: PathBuf,
    /// Logs, and tokens that running programs share.
    pub state: PathBuf,
    pub cache: PathBuf,
    /// The config file of the Atlas CLI, which is read and never written.
    pub atlas_cli: PathBuf,
}

impl Paths {
    /// `ATLAS_TUI_HOME` with `config`, `data`, `state`, `cache` and the CLI's `atlascli` in it; else the places of the
    /// platform.
    ///
    /// # Errors
    /// When no home directory is known.
    pub fn find(env: Env<'_>) -> Result<Self, ConfigError> {
        if let Some(home) = env.os("ATLAS_TUI_HOME") {
            let home = std::path::absolute(home).map_err(|error| ConfigError::Variable {
                name: "ATLAS_TUI_HOME",
                message: error.to_string(),
            })?;
            return Ok(Self {
                config: home.join("config"),
                data: home.join("data"),
                state: home.join("state"),
                cache: home.join("cache"),
                atlas_cli: home.join(ATLAS_CLI),
            });
        }
        if cfg!(windows) {
            Windows::new().map(|native| Self::native(&native)).map_err(|_| ConfigError::NoHome)
        } else if cfg!(target_os = "macos") {
            Apple::new().map(|native| Self::native(&native)).map_err(|_| ConfigError::NoHome)
        } else {
            Self::xdg(env)
        }
    }

    /// Config beside data: on macOS `Preferences`, which is etcetera's choice, belongs to property lists.
    fn native(native: &impl BaseStrategy) -> Self {
        let data = native.data_dir().join(OURS);
        // Where Go's `os.UserConfigDir` is: `~/Library/Application Support`, `%AppData%`.
        let atlas_cli = native.data_dir().join(ATLAS_CLI);
        Self {
            config: data.clone(),
            state: data.clone(),
            data,
            cache: native.cache_dir().join(OURS),
            atlas_cli,
        }
    }

    /// The XDG Base Directory Specification: absolute values only, else its defaults under the home directory.
    /// Read here and not by etcetera, which asks the process's environment.
    fn xdg(env: Env<'_>) -> Result<Self, ConfigError> {
        let absolute = |name| env.os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = absolute("HOME").or_else(|| etcetera::home_dir().ok()).ok_or(ConfigError::NoHome);
        let base = |name, default: &str, of: &str| match absolute(name) {
            Some(base) => Ok(base.join(of)),
            None => home.clone().map(|home| home.join(default).join(of)),
        };
        Ok(Self {
            config: base("XDG_CONFIG_HOME", ".config", OURS)?,
            data: base("XDG_DATA_HOME", ".local/share", OURS)?,
            state: base("XDG_STATE_HOME", ".local/state", OURS)?,
            cache: base("XDG_CACHE_HOME", ".cache", OURS)?,
            atlas_cli: base("XDG_CONFIG_HOME", ".config", ATLAS_CLI)?,
        })
    }

    /// The settings a person writes.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Where the tokens of service accounts are shared.
    #[must_use]
    pub fn tokens(&self) -> PathBuf {
        self.state.join("tokens")
    }

    /// The saved lookups, for `Store::new`.
    #[must_use]
    pub fn lookups_file(&self) -> PathBuf {
        self.data.join("lookups.json")
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::Path;

    use super::*;

    fn find(variables: &[(&str, &str)]) -> Paths {
        let lookup = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        Paths::find(Env::new(&lookup)).unwrap()
    }

    #[test]
    fn one_variable_moves_everything() {
        let paths = find(&[("ATLAS_TUI_HOME", "/opt/at"), ("XDG_DATA_HOME", "/data"), ("HOME", "/home/me")]);
        assert_eq!(paths.config_file(), Path::new("/opt/at/config/config.toml"));
        assert_eq!(paths.lookups_file(), Path::new("/opt/at/data/lookups.json"));
        assert_eq!(paths.state, Path::new("/opt/at/state"));
        assert_eq!(paths.cache, Path::new("/opt/at/cache"));
        assert_eq!(paths.atlas_cli, Path::new("/opt/at/atlascli/config.toml"));
        assert!(find(&[("ATLAS_TUI_HOME", "here")]).data.is_absolute());
    }

    #[cfg(not(any(windows, target_os = "macos")))]
    #[test]
    fn xdg_directories_are_followed_and_relative_or_blank_ones_are_not() {
        let paths = find(&[
            ("HOME", "/home/me"),
            ("ATLAS_TUI_HOME", " "),
            ("XDG_CONFIG_HOME", "/etc/me"),
            ("XDG_DATA_HOME", "relative"),
            ("XDG_STATE_HOME", ""),
        ]);
        assert_eq!(paths.config_file(), Path::new("/etc/me/atlas-tui/config.toml"));
        assert_eq!(paths.lookups_file(), Path::new("/home/me/.local/share/atlas-tui/lookups.json"));
        assert_eq!(paths.state, Path::new("/home/me/.local/state/atlas-tui"));
        assert_eq!(paths.cache, Path::new("/home/me/.cache/atlas-tui"));
        assert_eq!(paths.atlas_cli, Path::new("/etc/me/atlascli/config.toml"));
        let paths = find(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "relative")]);
        assert_eq!(paths.atlas_cli, Path::new("/home/me/.config/atlascli/config.toml"));
    }
}
