//! Fills what the command line left open from the variable of the same name.
//!
//! Not clap's own `env`, which takes a blank variable for a value. Flags that are settings as well are left to
//! `settings`, which must know where a value came from.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{ConfigError, Env, duration, fleet, words};
use crate::cli::watch::Watch;
use crate::cli::{Args, Command, Output, Shown};

/// Fills `--no-config`, `--demo`, and the flags of the subcommand.
///
/// # Errors
/// Names the variable that holds something else than its flag takes.
pub fn complete(args: &mut Args, env: Env<'_>) -> Result<(), ConfigError> {
    args.common.no_config |= env.flag("ATLAS_TUI_NO_CONFIG")?.unwrap_or_default();
    match &mut args.command {
        None => args.demo |= env.flag("ATLAS_TUI_DEMO")?.unwrap_or_default(),
        Some(Command::Get(get)) => {
            // Given, it wins over a variable that says something else.
            let has_form = get.shown.output.is_some();
            complete_shown(&mut get.shown, env)?;
            get.exit_status |= env.flag("ATLAS_TUI_EXIT_STATUS")?.unwrap_or_default();
            get.raw |= !has_form && env.flag("ATLAS_TUI_RAW")?.unwrap_or_default();
        }
        Some(Command::Doctor(doctor)) => {
            output(&mut doctor.output, env)?;
            if doctor.bundle.is_none() {
                doctor.bundle = env.os("ATLAS_TUI_BUNDLE").map(PathBuf::from);
            }
        }
        Some(Command::Config(config)) => output(&mut config.output, env)?,
        Some(Command::Watch(watch)) => complete_watch(watch, env)?,
        Some(Command::List(list)) => {
            complete_shown(&mut list.shown, env)?;
            list.saved |= env.flag("ATLAS_TUI_SAVED")?.unwrap_or_default();
            list.reverse |= env.flag("ATLAS_TUI_REVERSE")?.unwrap_or_default();
            if list.limit.is_none() {
                list.limit = env.parsed("ATLAS_TUI_LIMIT")?;
            }
            if list.status.is_none() {
                list.status = env.parsed("ATLAS_TUI_STATUS")?;
            }
            if list.since.is_none() {
                list.since = env.parsed("ATLAS_TUI_SINCE")?;
            }
            if list.sort.is_none() {
                list.sort = env.parsed("ATLAS_TUI_SORT")?;
            }
        }
        Some(Command::Completions(_) | Command::Man(_) | Command::Complete(_)) => {}
        Some(Command::DemoServer(server)) => {
            if server.port.is_none() {
                server.port = env.parsed("ATLAS_TUI_PORT")?;
            }
            if server.seed.is_none() {
                server.seed = env.parsed("ATLAS_TUI_SEED")?;
            }
            if server.fleet.is_none() {
                server.fleet = env.read("ATLAS_TUI_FLEET", fleet::parse)?;
            }
        }
    }
    Ok(())
}

fn output(flag: &mut Option<Output>, env: Env<'_>) -> Result<(), ConfigError> {
    if flag.is_none() {
        *flag = env.read("ATLAS_TUI_OUTPUT", |text| {
            Output::from_str(text, false).map_err(|_| "the forms are text and json".to_owned())
        })?;
    }
    Ok(())
}

fn complete_watch(watch: &mut Watch, env: Env<'_>) -> Result<(), ConfigError> {
    complete_shown(&mut watch.shown, env)?;
    let Watch { until, timeout, heartbeat, give_up_after, metrics_linger, .. } = watch;
    if until.is_none() {
        *until = env.parsed("ATLAS_TUI_UNTIL")?;
    }
    for (duration, name) in [
        (timeout, "ATLAS_TUI_TIMEOUT"),
        (heartbeat, "ATLAS_TUI_HEARTBEAT"),
        (give_up_after, "ATLAS_TUI_GIVE_UP_AFTER"),
        (metrics_linger, "ATLAS_TUI_METRICS_LINGER"),
    ] {
        if duration.is_none() {
            *duration = env.read(name, duration::parse)?;
        }
    }
    watch.fail_fast |= env.flag("ATLAS_TUI_FAIL_FAST")?.unwrap_or_default();
    if watch.metrics_listen.is_none() {
        watch.metrics_listen = env.parsed("ATLAS_TUI_METRICS_LISTEN")?;
    }
    watch.metrics_allow_remote |= env.flag("ATLAS_TUI_METRICS_ALLOW_REMOTE")?.unwrap_or_default();
    watch.on_change = match watch.on_change.as_deref() {
        None => env.read("ATLAS_TUI_ON_CHANGE", words::split)?.flatten(),
        // In quotes: a whole command, as the variable and --credential-command have it.
        Some([line]) => {
            words::split(line).map_err(|message| ConfigError::Argument { name: "--on-change", message })?
        }
        Some(words) => Some(words.to_vec()),
    };
    Ok(())
}

/// How commands without a screen write.
fn complete_shown(shown: &mut Shown, env: Env<'_>) -> Result<(), ConfigError> {
    if shown.output.is_none() {
        shown.output = env.parsed("ATLAS_TUI_OUTPUT")?;
    }
    if shown.color.is_none() {
        shown.color = env.parsed("ATLAS_TUI_COLOR")?;
    }
    shown.local |= env.flag("ATLAS_TUI_LOCAL")?.unwrap_or_default();
    Ok(())
}
