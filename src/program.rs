//! The commands of the program, and its exit codes.

mod diagnosis;
mod get;
mod list;
mod setup;
mod watch;

use std::ffi::OsString;
use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};

use crate::atlas::Atlas;
use crate::cli::{self, Args};
use crate::clock::{Clock, SystemClock};
use crate::config::listing::Listing;
use crate::config::{self, ConfigError, Env, Settings};
use crate::dashboard::{self, DashboardError, Request};
use crate::demo;
use crate::input::Signal;

/// Wrong usage: arguments, environment, config file, or no terminal.
const USAGE: u8 = 2;
const INTERNAL: u8 = 1;

/// Runs one command line, program name first. Returns the exit code.
#[must_use]
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match Args::read(words) {
        Ok(args) => args,
        Err(error) => {
            // Help and version go to standard output and are no error. A closed pipe is nobody's fault.
            let _ = error.print();
            return if error.use_stderr() { USAGE } else { 0 };
        }
    };
    match command(args) {
        Ok(code) => code,
        Err(error) => {
            complain(&error.to_string());
            USAGE
        }
    }
}

fn complain(words: &str) {
    // When even standard error is closed, the exit code is all that is left to say it.
    let _ = writeln!(io::stderr(), "atlas-tui: {words}");
}

fn command(mut args: Args) -> Result<u8, ConfigError> {
    let lookup = |name: &str| std::env::var_os(name);
    let env = Env::new(&lookup);
    match &args.command {
        // Neither needs a setting, so no wrong one stands in their way.
        Some(cli::Command::Completions(completions)) => return Ok(setup::completions(completions)),
        Some(cli::Command::Man(man)) => return Ok(setup::man(man)),
        Some(cli::Command::Complete(complete)) => return Ok(setup::complete(complete)),
        _ => {}
    }
    config::flags::complete(&mut args, env)?;
    match args.command.take() {
        None => dashboard(&args, env),
        Some(cli::Command::Get(get)) => {
            let settings = Settings::load(&args, env)?;
            get::run(&args, &get, &settings, env, &atlas(&settings), &SystemClock)
        }
        Some(cli::Command::Watch(watch)) => {
            let settings = Settings::load(&args, env)?;
            watch::run(&args, &watch, &settings, env)
        }
        Some(cli::Command::List(list)) => {
            let settings = Settings::load(&args, env)?;
            list::run(&args, &list, &settings, env, &atlas(&settings), &SystemClock)
        }
        Some(cli::Command::Doctor(doctor)) => diagnosis::run(&args, &doctor, env),
        Some(cli::Command::Config(listing)) => {
            let settings = Settings::load(&args, env)?;
            Ok(listed(&settings, listing.output.unwrap_or_default()))
        }
        Some(cli::Command::DemoServer(server)) => Ok(demo_server(&server)),
        Some(cli::Command::Completions(_) | cli::Command::Man(_) | cli::Command::Complete(_)) => Ok(INTERNAL),
    }
}

fn dashboard(args: &Args, env: Env<'_>) -> Result<u8, ConfigError> {
    let settings = Settings::load(args, env)?;
    let target = config::target::target(args.target.as_deref(), &args.common, env, &settings.accounts)?;
    if args.demo && target.is_some() {
        complain("--demo brings its own lookups and takes no TARGET; leave one of the two out");
        return Ok(USAGE);
    }
    let machine = diagnosis::machine(&settings);
    let request = Request { target, demo: args.demo, crash: args.crash, machine };
    let ending = match dashboard::run(&settings, request) {
        Ok(ending) => ending,
        Err(error) => {
            complain(&error.to_string());
            return Ok(if matches!(error, DashboardError::NoTerminal(_)) { USAGE } else { INTERNAL });
        }
    };
    if let Some(why) = &ending.unsaved {
        complain(&format!("the last edits are not saved: {why}"));
    }
    // A terminal that hung up is no surprise; its signal tells it.
    let broken = ending.error.filter(|_| ending.signal.is_none());
    if let Some(error) = &broken {
        complain(&DashboardError::Io(io::Error::from(error.kind())).to_string());
    }
    Ok(match ending.signal {
        Some(signal) => signal_code(signal),
        None if ending.unsaved.is_some() || broken.is_some() => INTERNAL,
        None => 0,
    })
}

/// 128 and the number of the signal, as shells report it.
fn signal_code(signal: Signal) -> u8 {
    match signal {
        Signal::Hangup => 129,
        Signal::Interrupt => 130,
        Signal::Terminate => 143,
        Signal::Stop | Signal::Continue => INTERNAL,
    }
}

/// All the clients of the session, none of which is made yet.
fn atlas(settings: &Settings) -> Atlas {
    Atlas::new(settings.accounts.clone(), || SystemClock.now()).sharing_tokens(settings.paths.tokens())
}

/// For requests, on this thread; or says that the system refuses it.
fn runtime() -> Option<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    if runtime.is_err() {
        complain("the system refuses a runtime for requests");
    }
    runtime.ok()
}

fn listed(settings: &Settings, output: cli::Output) -> u8 {
    written(Listing::new(settings, SystemClock.now()).write(output, &mut io::stdout().lock()))
}

/// The exit code of what only prints. Whoever closes the pipe has read enough.
fn written(result: io::Result<()>) -> u8 {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("standard output cannot be written to: {error}"));
            INTERNAL
        }
        _ => 0,
    }
}

/// Runs a command that asks Atlas to its end, or to a signal that wants it to end. Either way no token that nobody
/// else has stays behind: an account may have a hundred at the same time.
async fn asking(atlas: &Atlas, command: impl Future<Output = u8>) -> u8 {
    let ended = tokio::select! {
        // A command that is done by now has done what it was asked for.
        biased;
        code = command => Ok(code),
        signal = ending() => Err(signal),
    };
    atlas.leave().await;
    ended.unwrap_or_else(|signal| {
        // As if nobody had caught it, so that a loop of a shell ends as well.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
        INTERNAL
    })
}

/// Waits for SIGINT or SIGTERM, and tells which; for ever, where they cannot be caught.
async fn ending() -> i32 {
    let caught = |kind: SignalKind| signal(kind).ok();
    match (caught(SignalKind::interrupt()), caught(SignalKind::terminate())) {
        (Some(mut interrupt), Some(mut terminate)) => tokio::select! {
            _ = interrupt.recv() => SignalKind::interrupt().as_raw_value(),
            _ = terminate.recv() => SignalKind::terminate().as_raw_value(),
        },
        _ => std::future::pending().await,
    }
}

/// Runs it, and leaves behind what it has given up: the system's look-up of a name cannot be cut short, and a
/// runtime that is dropped waits for it, half a minute where no name server answers.
fn run_to_end<T>(runtime: tokio::runtime::Runtime, future: impl Future<Output = T>) -> T {
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    output
}

fn demo_server(server: &cli::DemoServer) -> u8 {
    let options = demo::Options {
        port: server.port.unwrap_or_default(),
        seed: server.seed.unwrap_or_default(),
        fleet: server.fleet.map(|(clusters, jobs_per_cluster)| demo::Fleet { clusters, jobs_per_cluster }),
        ..demo::Options::default()
    };
    match demo::serve_until_stopped(options, &mut io::stdout().lock()) {
        Ok(()) => 0,
        Err(error) => {
            complain(&format!("the demo server cannot listen on port {}: {error}", options.port));
            INTERNAL
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_that_hangs_does_not_keep_the_program() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let answer = run_to_end(runtime, async {
            tokio::task::spawn_blocking(move || ended.recv());
            8
        });
        // Whoever had waited for it would never have come here.
        assert_eq!(answer, 8);
        drop(end);
    }
}
