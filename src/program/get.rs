//! `get` on the command line: which jobs, and how they are to be written.

use std::io::{self, IsTerminal, Write};

use super::{asking, complain, run_to_end};
use crate::atlas::Atlas;
use crate::cli::{Args, Get, Shown};
use crate::clock::Clock;
use crate::config::{self, ConfigError, Env, Settings, targets};
use crate::domain::lookup::Lookup;
use crate::headless::style::{self, Style};
use crate::headless::times::Times;
use crate::headless::{self, GetOptions, Look};
use crate::store::Store;
use crate::terminal::size;

/// Reads the jobs of a command line and writes them. The exit code.
///
/// # Errors
/// Wrong usage, which JSON tells on standard output as well.
pub(super) fn run(
    args: &Args,
    get: &Get,
    settings: &Settings,
    env: Env<'_>,
    atlas: &Atlas,
    clock: &impl Clock,
) -> Result<u8, ConfigError> {
    let look = look(&get.shown, settings, env);
    let jobs = match jobs(&get.targets, args, settings, env) {
        Ok(jobs) => jobs,
        Err(error) => {
            if look.form.is_json() && !get.raw {
                // As for every other failure: the object for programs, and the sentence for people.
                let _ = writeln!(io::stdout(), "{}", headless::json::usage(&error.to_string()));
            }
            return Err(error);
        }
    };
    let Some(runtime) = super::runtime() else { return Ok(super::INTERNAL) };
    let options = GetOptions {
        look,
        many: targets::are_many(&get.targets),
        exit_status: get.exit_status,
        raw: get.raw,
    };
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let get = headless::get(atlas, clock, &jobs, &options, &mut out, &mut err);
    Ok(run_to_end(runtime, asking(atlas, get)))
}

/// The jobs that the words name.
pub(super) fn jobs(
    words: &[String],
    args: &Args,
    settings: &Settings,
    env: Env<'_>,
) -> Result<Vec<Lookup>, ConfigError> {
    let saved = || saved(settings);
    let sources = targets::Sources {
        common: &args.common,
        env,
        profile: settings.accounts.active(),
        accounts: &settings.accounts,
        saved: &saved,
        input: &mut io::stdin().lock(),
    };
    config::targets::targets(words, sources)
}

/// The saved lookups. What there is to say of their file goes to standard error, and nothing is changed.
pub(super) fn saved(settings: &Settings) -> Result<Vec<Lookup>, String> {
    let loaded = Store::new(settings.paths.lookups_file()).peek();
    match loaded.note {
        None => {}
        // What can be read is worth more than nothing, and is marked as not all there is.
        Some(note) if !loaded.lookups.is_empty() => complain(&note.to_string()),
        Some(note) => return Err(note.to_string()),
    }
    Ok(loaded.lookups)
}

/// How the flags want what is read to be shown, on the output that there is.
pub(super) fn look(shown: &Shown, settings: &Settings, env: Env<'_>) -> Look {
    let is_terminal = io::stdout().is_terminal();
    let color = style::is_colored(shown.color.unwrap_or_default(), is_terminal, |name| {
        env.os(name).map(|value| value.to_string_lossy().into_owned())
    });
    let width = if is_terminal { size().ok().map(|size| usize::from(size.width)) } else { None };
    let style = Style { color, ascii: settings.ascii.value, width };
    // Asked for only when it is needed: it takes a look at files.
    let times = if shown.local { Times::Local(jiff::tz::TimeZone::system()) } else { Times::Utc };
    Look { form: shown.output.unwrap_or_default(), style, times }
}
