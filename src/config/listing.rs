//! `atlas-tui config`: every setting with its value and who gave it, every source of a credential with what came of
//! it, all profiles, and the files. No secrets: of a credential there is its name, which has the start of what is
//! public.

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::access::Access;
use super::survey::Outcome;
use super::{ConfigError, Settings, Source, Sourced};
use crate::app::screen::ThemeName;
use crate::cli::Output;
use crate::domain::text::clean;

/// Of the JSON: within a number nothing is removed or renamed.
const SCHEMA: u32 = 1;

/// All of it. Every text is clean.
#[derive(Debug, Serialize)]
pub struct Listing {
    schema: u32,
    settings: Vec<Setting>,
    sources: Vec<Origin>,
    /// What stands in the way, or should be known.
    notes: Vec<String>,
    profiles: Vec<Profile>,
    files: Vec<File>,
}

#[derive(Debug, Serialize)]
struct Setting {
    name: &'static str,
    /// `null` where nothing is set.
    value: Option<String>,
    source: String,
}

/// A source of credentials of the session, in the order of precedence.
#[derive(Debug, Serialize)]
struct Origin {
    source: String,
    outcome: &'static str,
    detail: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    name: String,
    active: bool,
    signs_in_with: String,
    base_url: String,
    project_id: Option<String>,
    source: String,
}

#[derive(Debug, Serialize)]
struct File {
    path: String,
    what: &'static str,
    state: String,
}

impl Listing {
    /// Looks everything up. It may wait for the keyring.
    #[must_use]
    pub fn new(settings: &Settings, now: Timestamp) -> Self {
        let accounts = &settings.accounts;
        let access = accounts.access(accounts.active(), now);
        let project = accounts.project(accounts.active());
        let sources = access.considered.iter().map(|considered| {
            let (outcome, detail) = words(&considered.outcome);
            Origin { source: considered.origin.to_string(), outcome, detail: detail.map(cleaned) }
        });
        let mut notes: Vec<_> =
            [access.half_pair.clone(), access.refused.clone()].into_iter().flatten().collect();
        notes.extend(access.notes.iter().cloned());
        notes.extend(accounts.silenced().map(str::to_owned));
        notes.extend(project.as_ref().err().map(ConfigError::to_string));
        let profiles = accounts.profiles().into_iter().map(|profile| Profile {
            name: profile.profile.map_or_else(String::new, |name| name.to_string()),
            active: profile.active,
            signs_in_with: cleaned(profile.sign_in.to_string()),
            base_url: profile.base_url.value.to_string(),
            project_id: profile.project.map(|id| id.to_string()),
            source: profile.source.to_string(),
        });
        Self {
            schema: SCHEMA,
            settings: settings_of(settings, &access, project.ok().flatten()),
            sources: sources.collect(),
            notes: notes.into_iter().map(cleaned).collect(),
            profiles: profiles.collect(),
            files: files(settings),
        }
    }

    /// Prints it.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, output: Output, out: &mut impl Write) -> io::Result<()> {
        match output {
            Output::Json => {
                let json = serde_json::to_string(self)?;
                writeln!(out, "{}", crate::domain::text::escape_json(&json))
            }
            Output::Text => self.text(out),
        }
    }

    fn text(&self, out: &mut impl Write) -> io::Result<()> {
        let rows = self.settings.iter().map(|setting| {
            [setting.name, setting.value.as_deref().unwrap_or("—"), setting.source.as_str()]
                .map(str::to_owned)
        });
        table(out, ["SETTING", "VALUE", "FROM"], rows.collect())?;
        writeln!(out)?;
        let rows = self.sources.iter().map(|source| {
            let detail = source.detail.as_deref().unwrap_or_default();
            [source.source.as_str(), source.outcome, detail].map(str::to_owned)
        });
        table(out, ["CREDENTIALS FROM", "", ""], rows.collect())?;
        for note in &self.notes {
            writeln!(out, "\n! {note}")?;
        }
        if !self.profiles.is_empty() {
            writeln!(out)?;
        }
        let rows = self.profiles.iter().map(|profile| {
            let mark = if profile.active { "*" } else { " " };
            [
                format!("{mark} {}", profile.name),
                profile.signs_in_with.clone(),
                profile.base_url.clone(),
                profile.project_id.clone().unwrap_or_else(|| "—".to_owned()),
                profile.source.clone(),
            ]
        });
        table(out, ["  PROFILE", "SIGNS IN WITH", "ATLAS", "PROJECT", "FROM"], rows.collect())?;
        writeln!(out)?;
        let rows =
            self.files.iter().map(|file| [file.path.clone(), file.what.to_owned(), file.state.clone()]);
        table(out, ["FILE", "", ""], rows.collect())
    }
}

/// What came of a source, in a word, and more.
fn words(outcome: &Outcome) -> (&'static str, Option<String>) {
    match outcome {
        Outcome::Used(name) => ("used", Some(name.clone())),
        Outcome::Passed(name) => ("not used", Some(format!("{name}; an earlier one won"))),
        Outcome::NotAsked => ("not asked", Some("an earlier one won".to_owned())),
        Outcome::Half(why) => ("half", Some(why.clone())),
        Outcome::Over(why) => ("over", Some(why.clone())),
        Outcome::Failed(why) => ("failed", Some(why.clone())),
        Outcome::Nothing => ("nothing", None),
    }
}

fn settings_of(
    settings: &Settings,
    access: &Access,
    project: Option<Sourced<crate::domain::id::ObjectId>>,
) -> Vec<Setting> {
    fn row<T>(name: &'static str, value: &Sourced<T>, text: impl FnOnce(&T) -> String) -> Setting {
        Setting { name, value: Some(text(&value.value)), source: value.source.to_string() }
    }
    fn unset(name: &'static str) -> Setting {
        Setting { name, value: None, source: Source::Default.to_string() }
    }
    let yes = |yes: &bool| yes.to_string();
    vec![
        settings
            .accounts
            .chosen()
            .map_or_else(|| unset("profile"), |name| row("profile", name, ToString::to_string)),
        row("base_url", &access.base_url, ToString::to_string),
        access.credential.as_ref().map_or_else(
            || unset("credential"),
            |credential| row("credential", credential, |credential| cleaned(credential.name())),
        ),
        project.as_ref().map_or_else(|| unset("project_id"), |id| row("project_id", id, ToString::to_string)),
        row("interval", &settings.interval, |interval| format!("{interval:?}")),
        row("ascii", &settings.ascii, yes),
        row("theme", &settings.theme, |theme| {
            match theme {
                ThemeName::Terminal => "terminal",
                ThemeName::Mono => "mono",
            }
            .to_owned()
        }),
        row("mouse", &settings.mouse, yes),
        row("motion", &settings.motion, yes),
        row("time", &settings.time_format, |format| format.as_str().to_owned()),
        match &settings.hook {
            // Its arguments may hold anything.
            Some(words) => Setting {
                name: "hook",
                value: words.first().cloned().map(cleaned),
                source: Source::File.to_string(),
            },
            None => unset("hook"),
        },
    ]
}

fn files(settings: &Settings) -> Vec<File> {
    let shown = |path: &Path| cleaned(path.to_string_lossy().into_owned());
    let there = |path: &Path| if path.exists() { "there" } else { "not there" }.to_owned();
    let own = settings.paths.config_file();
    let own_state = match &settings.config_file {
        Some(path) if path.exists() => "read".to_owned(),
        Some(_) => "not there".to_owned(),
        None => "left out by --no-config".to_owned(),
    };
    let cli = settings.accounts.atlas_cli();
    let lookups = settings.paths.lookups_file();
    vec![
        File { path: shown(&own), what: "settings", state: own_state },
        File { path: shown(&cli.path), what: "profiles of the Atlas CLI", state: cli.state.to_string() },
        File { path: shown(&lookups), what: "saved lookups", state: there(&lookups) },
    ]
}

fn cleaned(text: String) -> String {
    match clean(&text) {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(clean) => clean,
    }
}

/// Rows under their headings, each column as wide as its widest cell; nothing for no rows.
fn table<const N: usize>(out: &mut impl Write, head: [&str; N], rows: Vec<[String; N]>) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    for row in &rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let widest = rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| width(cell))
                .max()
                .unwrap_or_default();
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', widest.saturating_sub(width(cell)) + 2));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}
