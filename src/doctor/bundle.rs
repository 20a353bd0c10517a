//! The report as a file for whoever is asked for help: the checks, the settings with their sources, the names of what
//! the config file sets, and the last error. It holds no secret; ids are shortened and the home directory is `~`.
//!
//! It is a new file of mode 0600, always: whatever has its name already stays as it is.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::redaction::{self, Redaction};
use super::{Report, report};
use crate::domain::text::clean;
use crate::private;

/// What a bundle tells beside the report.
#[derive(Debug, Clone, Default)]
pub struct Background {
    /// What `atlas-tui config` lists, as its JSON: settings, sources, profiles and files, and no secret.
    pub listing: Value,
    /// Names of what the config file sets, with dots between table and key. Never a value: it may be anything.
    pub config_keys: Vec<String>,
    pub home: Option<PathBuf>,
}

/// Why there is no bundle.
#[derive(Debug)]
pub struct BundleError {
    path: PathBuf,
    error: io::Error,
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        let path = clean(&path);
        if self.error.kind() == io::ErrorKind::AlreadyExists {
            write!(f, "{path} is there already and stays as it is; name another file with --bundle")
        } else {
            write!(f, "the bundle {path} cannot be written: {}", self.error)
        }
    }
}

/// The whole text of a bundle.
#[must_use]
pub fn text(report: &Report, background: &Background, redaction: &Redaction) -> String {
    let mut bundle = report::json(report);
    let mut failures = report.checks.iter().rev().filter(|check| check.is_failure());
    let last_error = failures.find_map(|check| check.evidence.clone());
    if let Some(members) = bundle.as_object_mut() {
        members.insert("config".to_owned(), background.listing.clone());
        members.insert("configKeys".to_owned(), background.config_keys.clone().into());
        members.insert("lastError".to_owned(), last_error.into());
    }
    each(&mut bundle, &|text| {
        let text = redaction::ids(&redaction.text(text));
        let home = background.home.as_ref().map(|home| home.to_string_lossy().into_owned());
        match home.filter(|home| home.len() > 1) {
            Some(home) => text.replace(&home, "~"),
            None => text,
        }
    });
    format!("{bundle:#}\n")
}

/// Writes it to a new file.
///
/// # Errors
/// There is something of that name, or it cannot be made.
pub fn write(path: &Path, text: &str) -> Result<(), BundleError> {
    private::create_new(path, text.as_bytes())
        .map_err(|error| BundleError { path: path.to_path_buf(), error })
}

/// Changes every text in a value.
fn each(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each(value, change)),
        Value::Object(members) => members.values_mut().for_each(|value| each(value, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Blame, Name};
    use super::*;

    #[test]
    fn a_bundle_has_settings_and_the_last_error_and_no_home() {
        let failed = Name::Role
            .failure(Blame::Access, "no role in 6a793f6b2c88faeba59bae37", "look at /home/me/x")
            .with_evidence(Some("HTTP status 403".into()));
        let report = Report { checks: vec![failed], requests: 3 };
        let background = Background {
            listing: json!({"settings": [{"name": "interval", "source": "flag"}]}),
            config_keys: vec!["hook.command".into()],
            home: Some("/home/me".into()),
        };
        let text = text(&report, &background, &Redaction::default());
        let bundle: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(bundle["lastError"], "HTTP status 403");
        assert_eq!(bundle["config"]["settings"][0]["source"], "flag");
        assert_eq!(bundle["configKeys"][0], "hook.command");
        assert_eq!(bundle["checks"][0]["finding"], "no role in 6a79…ae37");
        assert_eq!(bundle["checks"][0]["nextStep"], "look at ~/x");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_over_or_through_a_link() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("bundle.json");
        write(&path, "first").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let refused = write(&path, "second").unwrap_err().to_string();
        assert!(refused.contains("there already"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        let (link, target) = (home.path().join("link"), home.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write(&link, "third").unwrap_err();
        assert!(!target.exists());
    }
}
