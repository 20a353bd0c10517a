//! Fills what the command line left open from the variable of the same name.
//!
//! Not clap's own `env`, which takes a blank variable for a value. Flags that are settings as well are left to
//! `settings`, which must know where a value came from.

use clap::ValueEnum;

use super::{ConfigError, Env, duration, fleet};
use crate::cli::watch::Watch;
use crate::cli::{Args, Command, Output};

/// Fills `--no-config`, `--demo`, and the flags of the subcommand.
///
/// # Errors
/// Names the variable that holds something else than its flag takes.
pub fn complete(args: &mut Args, env: Env<'_>) -> Result<(), ConfigError> {
    args.common.no_config |= env.flag("ATLAS_TUI_NO_CONFIG")?.unwrap_or_default();
    match &mut args.command {
        None => args.demo |= env.flag("ATLAS_TUI_DEMO")?.unwrap_or_default(),
        Some(Command::Get(get)) => {
            if get.output.is_none() {
                get.output = env.read("ATLAS_TUI_OUTPUT", |text| {
                    Output::from_str(text, false).map_err(|_| "the forms are text and json".to_owned())
                })?;
            }
            get.exit_status |= env.flag("ATLAS_TUI_EXIT_STATUS")?.unwrap_or_default();
        }
        Some(Command::Watch(watch)) => complete_watch(watch, env)?,
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

fn complete_watch(watch: &mut Watch, env: Env<'_>) -> Result<(), ConfigError> {
    let Watch { output, until, timeout, heartbeat, give_up_after, metrics_linger, .. } = watch;
    word(output, env, "ATLAS_TUI_OUTPUT", "the forms of a watch are text, json and ndjson")?;
    word(until, env, "ATLAS_TUI_UNTIL", "a watch waits until final, ready or usable")?;
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
    if watch.on_change.is_none() {
        // No shell reads it, and so no quotes are known here: a command that needs them is a script.
        let command = env.text("ATLAS_TUI_ON_CHANGE")?;
        watch.on_change =
            command.map(|command| command.split_whitespace().map(str::to_owned).collect());
    }
    Ok(())
}

/// One of a flag's words, from its variable.
fn word<T: ValueEnum>(
    value: &mut Option<T>,
    env: Env<'_>,
    name: &'static str,
    forms: &str,
) -> Result<(), ConfigError> {
    if value.is_none() {
        *value = env.read(name, |text| T::from_str(text, false).map_err(|_| forms.to_owned()))?;
    }
    Ok(())
}
