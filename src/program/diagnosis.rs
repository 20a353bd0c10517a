//! `doctor`: gathers what is to be looked at, shows the checks in order as they come, and writes the bundle.

use std::io::{self, IsTerminal, Write};

use super::{INTERNAL, USAGE, complain, run_to_end};
use crate::app::screen::ThemeName;
use crate::cli::{self, Args};
use crate::clock::{Clock, SystemClock};
use crate::config::targets::STANDARD_INPUT;
use crate::config::{self, ConfigError, Env, Settings};
use crate::doctor::bundle::{self, Background};
use crate::doctor::network::Tools;
use crate::doctor::{self, Belonging, Case, Check, Machine, Name, Subject, report};
use crate::domain::target::{Cluster, Kind};
use crate::private::Trust;
use crate::terminal;

/// Lines are not broken later than this: longer ones are hard to read.
const COLUMNS_MOST: u16 = 120;

/// Runs it. The exit code is that of the first failure; [`INTERNAL`] when the report cannot be written.
pub(super) fn run(args: &Args, doctor: &cli::Doctor, env: Env<'_>) -> Result<u8, ConfigError> {
    let (settings, broken) = settings(args, env)?;
    let subject = subject(args, doctor, env, &settings)?;
    let Some(runtime) = super::runtime() else { return Ok(INTERNAL) };
    let size = terminal::size().ok().map(|size| (size.width, size.height));
    let profile = match &subject {
        // A saved lookup has its own.
        Subject::Job(target) if target.profile.is_some() => target.profile.clone(),
        _ => settings.accounts.active().cloned(),
    };
    let case = Case {
        profile,
        accounts: settings.accounts.clone(),
        subject,
        machine: Machine { broken_settings: broken, size, ..machine(&settings) },
    };
    let atlas = super::atlas(&settings);
    let output = doctor.output.unwrap_or_default();
    let style = report::Style {
        ascii: settings.ascii.value,
        colour: io::stdout().is_terminal() && !case.machine.mono,
        columns: size.map(|(columns, _)| columns.min(COLUMNS_MOST)),
    };
    let mut lines =
        Lines { style, shown: output == cli::Output::Text, held: Vec::new(), next: 0, written: Ok(()) };
    let examination = async {
        let tell = |check: &Check| lines.take(check);
        let found =
            doctor::examine(case, &atlas, Tools::of_process(), variable, || SystemClock.now(), tell).await;
        atlas.leave().await;
        found
    };
    let (report, redaction) = run_to_end(runtime, examination);
    let written = match output {
        cli::Output::Text => {
            let ending = report::ending(&report, style);
            lines.written.and_then(|()| io::stdout().lock().write_all(ending.as_bytes()))
        }
        cli::Output::Json => writeln!(io::stdout().lock(), "{}", report::json(&report)),
    };
    let bundled = doctor.bundle.as_deref().map(|path| {
        let text = bundle::text(&report, &background(&settings), &redaction);
        bundle::write(path, &text).map(|()| path)
    });
    match bundled {
        None => {}
        Some(Ok(path)) => complain(&format!("the report for others is in {}", path.display())),
        Some(Err(error)) => {
            complain(&error.to_string());
            return Ok(USAGE);
        }
    }
    Ok(match super::written(written) {
        0 => doctor::check::exit_code(&report.checks),
        code => code,
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The settings, without the config file where that is what is wrong, and why then.
fn settings(args: &Args, env: Env<'_>) -> Result<(Settings, Option<String>), ConfigError> {
    match Settings::load(args, env) {
        Ok(settings) => Ok((settings, None)),
        Err(error) => {
            let mut without = args.clone();
            without.common.no_config = true;
            // Wrong without it, too: then it is no matter of the file.
            let Ok(settings) = Settings::load(&without, env) else { return Err(error) };
            let words = error.to_string();
            Ok((settings, Some(words.lines().next().unwrap_or_default().to_owned())))
        }
    }
}

fn subject(
    args: &Args,
    doctor: &cli::Doctor,
    env: Env<'_>,
    settings: &Settings,
) -> Result<Subject, ConfigError> {
    if let Some(text) = &doctor.target {
        let target = match config::target::target(Some(text), &args.common, env, &settings.accounts) {
            // No address: then the label of a saved lookup. Nothing is read from standard input here.
            Err(ConfigError::Argument { name: "TARGET", .. }) if text.trim() != STANDARD_INPUT => {
                let named = super::get::jobs(std::slice::from_ref(text), args, settings, env)?;
                named.into_iter().next().map(|lookup| lookup.target)
            }
            read => read?,
        };
        return Ok(target.map_or(Subject::Account, Subject::Job));
    }
    let (project, instance, kind) = config::target::place(&args.common, env)?;
    let project = match project {
        None => settings.accounts.project(settings.accounts.active())?.map(|found| found.value),
        given => given,
    };
    Ok(match (project, instance) {
        (None, _) => Subject::Account,
        (Some(project), Some(instance)) if !matches!(kind, Kind::Serverless | Kind::ServerlessV2) => {
            Subject::Cluster(Cluster { kind, project, instance, profile: None })
        }
        (Some(project), _) => Subject::Project(project),
    })
}

/// What is so on this side, as far as the settings tell.
pub(super) fn machine(settings: &Settings) -> Machine {
    Machine {
        belongings: belongings(settings),
        broken_settings: None,
        size: None,
        ascii: settings.ascii.value,
        mono: settings.theme.value == ThemeName::Mono,
    }
}

/// What we read and write, and how far each must be out of others' reach.
fn belongings(settings: &Settings) -> Vec<Belonging> {
    let own = |path| Belonging { path, trust: Trust::Own };
    let config = settings.config_file.clone().map(|path| Belonging { path, trust: Trust::Settings });
    let lookups = settings.paths.lookups_file();
    let cli = settings.accounts.atlas_cli().path.clone();
    let cli = Some(Belonging { path: cli, trust: Trust::Settings }).filter(|cli| cli.path.is_file());
    let ours = [own(settings.paths.data.clone()), own(lookups), own(settings.paths.state.clone())];
    config.into_iter().chain(cli).chain(ours).collect()
}

/// What a bundle tells beside the checks.
fn background(settings: &Settings) -> Background {
    let listing = config::listing::Listing::new(settings, SystemClock.now());
    Background {
        listing: serde_json::to_value(listing).unwrap_or_default(),
        config_keys: settings.config_file.as_deref().map(config::outline::keys).unwrap_or_default(),
        home: std::env::home_dir(),
    }
}

/// Writes checks in the order of the report, each as soon as all before it are there.
struct Lines {
    style: report::Style,
    shown: bool,
    held: Vec<Check>,
    /// Place in [`Name::ALL`] of the next to be written.
    next: usize,
    written: io::Result<()>,
}

impl Lines {
    fn take(&mut self, check: &Check) {
        if !self.shown {
            return;
        }
        self.held.push(check.clone());
        while let Some(name) = Name::ALL.get(self.next)
            && let Some(at) = self.held.iter().position(|check| check.name == *name)
        {
            let line = report::line(&self.held.swap_remove(at), self.style);
            if self.written.is_ok() {
                self.written = io::stdout().lock().write_all(line.as_bytes());
            }
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_written_once_all_before_it_are() {
        let mut lines = Lines {
            style: report::Style::default(),
            shown: true,
            held: Vec::new(),
            next: 0,
            written: Ok(()),
        };
        lines.take(&Name::BaseUrl.ok("x"));
        assert_eq!((lines.next, lines.held.len()), (0, 1));
        lines.take(&Name::Credentials.ok("x"));
        assert_eq!((lines.next, lines.held.len()), (1, 1));
        lines.take(&Name::Keyring.skipped("x"));
        assert_eq!((lines.next, lines.held.len()), (3, 0));
    }
}
