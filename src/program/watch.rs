//! `watch`: from flags to the loop, with everything outside of it at hand: terminal, signals, command, metrics.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use super::{INTERNAL, USAGE, complain, get, run_to_end};
use crate::cli::Args;
use crate::cli::watch::Watch;
use crate::clock::SystemClock;
use crate::config::{ConfigError, Env, Settings, Source, targets};
use crate::domain::lookup::Lookup;
use crate::headless::form::Form;
use crate::headless::style::Style;
use crate::headless::watch::{self, Options, Output, Outside, Rules, metrics};
use crate::headless::{Look, Transition, json};
use crate::hook::{Call, Hook, Limits};
use crate::inline::{self, Ground, Inline};
use crate::scrape::{Page, Scrape};
use crate::terminal::{self, Stdout};
use crate::worker;

/// Between two lines where nobody looks at rows: often enough that a pipeline does not take it for dead.
const HEARTBEAT: Duration = Duration::from_secs(5 * 60);
/// For several jobs: nobody waits for the second in which one of many ends.
const INTERVAL_OF_SEVERAL: Duration = Duration::from_secs(15);
/// More than a scrape interval of a minute.
const LINGER: Duration = Duration::from_secs(90);
/// What commands get to end by themselves after a signal.
const HOOK_GRACE: Duration = Duration::from_secs(1);
/// For the last answer to be sent.
const LAST_SCRAPE: Duration = Duration::from_secs(1);
/// What comes from outside, on its way to the loop: a few signals and scrapes at a time. Who finds no room waits.
const OUTSIDE: usize = 16;

/// Watches the jobs of a command line until the end. The exit code.
///
/// # Errors
/// Wrong usage, which JSON tells on standard output as well.
pub(super) fn run(args: &Args, flags: &Watch, settings: &Settings, env: Env<'_>) -> Result<u8, ConfigError> {
    let look = get::look(&flags.shown, settings, env);
    if let Form::Markdown | Form::Csv = look.form {
        let message = format!("a watch has no {}: use text, json or ndjson, or `get` for a table", look.form);
        return Err(ConfigError::Argument { name: "--output", message });
    }
    let lookups = match get::jobs(&flags.targets, args, settings, env) {
        Ok(lookups) => lookups,
        Err(error) => {
            if look.form.is_json() {
                let _ = writeln!(io::stdout(), "{}", json::usage(&error.to_string()));
            }
            return Err(error);
        }
    };
    let Some(runtime) = super::runtime() else { return Ok(INTERNAL) };
    Ok(run_to_end(runtime, until_end(settings, lookups, flags, &look)))
}

async fn until_end(settings: &Settings, lookups: Vec<Lookup>, flags: &Watch, look: &Look) -> u8 {
    let (sender, outside) = mpsc::channel(OUTSIDE);
    let resumed = Arc::new(AtomicBool::new(false));
    if let Err(error) = listen_to_signals(&sender, &resumed) {
        complain(&format!("signals cannot be caught: {error}"));
        return INTERNAL;
    }
    let mut metrics = None;
    if let Some(address) = flags.metrics_listen {
        match Scrape::listen(address, flags.metrics_allow_remote).await {
            Ok(scrape) => {
                // The port may have been left to the system.
                complain(&format!("metrics at http://{}/metrics", scrape.address));
                let (stop, stopped) = oneshot::channel::<()>();
                metrics = Some((stop, tokio::spawn(scrape.serve(Metrics(sender.clone()), stopped))));
            }
            Err(error) => {
                complain(&error.to_string());
                return USAGE;
            }
        }
    }
    let mut hook = flags.on_change.clone().map(|command| {
        let sender = sender.clone();
        Hook::new(command, Limits::default(), move |failure| {
            let text = format!("--on-change for {}: {}", failure.lookup, failure.why);
            match sender.try_send(Outside::Said(text)) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Full(_)) => false,
                Err(mpsc::error::TrySendError::Closed(said)) => {
                    // The watch is over, and the terminal free.
                    if let Outside::Said(text) = said {
                        complain(&text);
                    }
                    true
                }
            }
        })
    });
    let mut run_hook = |transition: Transition| {
        let Some(hook) = &mut hook else { return };
        let Transition { name, input, variables } = transition;
        if let Err(failure) = hook.run(Call { lookup: name, input, variables }) {
            complain(&format!("--on-change for {}: {}", failure.lookup, failure.why));
        }
    };
    let live = flags.shown.output.is_none() && on_terminal();
    let options = options(settings, flags, lookups.len(), live);
    let atlas = Arc::new(super::atlas(settings));
    let (mut out, mut err) = (Stdout, io::stderr());
    let mut inline;
    let mut output = match look.form {
        Form::Json | Form::Ndjson => Output::Objects {
            out: &mut out,
            err: &mut err,
            look,
            at_end: look.form == Form::Json,
            many: targets::are_many(&flags.targets),
        },
        _ if live => {
            let Style { color: colours, ascii, .. } = look.style;
            let drawn = inline::Look { colours, ascii, reflows: terminal::reflows() };
            let ground = move || match resumed.swap(false, Ordering::Relaxed) {
                _ if !terminal::is_ours() => Ground::Foreign,
                true => Ground::Regained,
                false => Ground::Kept,
            };
            inline = Inline::new(Stdout, drawn, look.times.clone(), inline::size, Box::new(ground));
            Output::Live { view: &mut inline, ascii, shown: None }
        }
        _ => Output::Sentences { out: &mut out, look },
    };
    let code = watch::watch(atlas, SystemClock, lookups, options, outside, &mut output, &mut run_hook).await;
    if let Some((stop, serving)) = metrics {
        // The last scrape may be half written.
        drop(stop);
        let _ = tokio::time::timeout(LAST_SCRAPE, serving).await;
    }
    match hook {
        Some(hook) if [129, 130, 143].contains(&code) => hook.leave(HOOK_GRACE).wait(),
        // The last change is the one that matters most.
        Some(hook) => hook.finish(),
        None => {}
    }
    code
}

fn options(settings: &Settings, flags: &Watch, jobs: usize, live: bool) -> Options {
    let spoken = !live && flags.shown.output.is_none_or(|form| form == Form::Text);
    let heartbeat = flags.heartbeat.or(spoken.then_some(HEARTBEAT)).filter(|_| !live);
    let linger = flags.metrics_linger.unwrap_or(LINGER);
    let several = jobs > 1 && settings.interval.source == Source::Default;
    let interval = flags.interval.unwrap_or(settings.interval.value);
    Options {
        rules: Rules {
            until: flags.until.unwrap_or_default(),
            timeout: flags.timeout.filter(|timeout| !timeout.is_zero()),
            give_up_after: flags.give_up_after.filter(|patience| !patience.is_zero()),
            heartbeat: heartbeat.filter(|heartbeat| !heartbeat.is_zero()),
            fail_fast: flags.fail_fast,
        },
        worker: worker::task::Settings {
            interval: if several && flags.interval.is_none() { INTERVAL_OF_SEVERAL } else { interval },
            evenly: true,
            ..worker::task::Settings::default()
        },
        linger: (flags.metrics_listen.is_some() && !linger.is_zero()).then_some(linger),
    }
}

/// Whether rows can be shown: standard output is a terminal that can move its cursor. Nothing is read from it.
fn on_terminal() -> bool {
    io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// From here on the signals no longer end the process by themselves, but end the watch, which says how things stand;
/// a second one does not wait for that. `resumed` is raised by the end of a stop, before anything else can be done.
fn listen_to_signals(sender: &mpsc::Sender<Outside>, resumed: &Arc<AtomicBool>) -> io::Result<()> {
    for (kind, name, code) in [
        (SignalKind::interrupt(), "SIGINT", 130),
        (SignalKind::terminate(), "SIGTERM", 143),
        (SignalKind::hangup(), "SIGHUP", 129),
    ] {
        let mut signals = signal(kind)?;
        // In this order: the first one finds the flag down and raises it.
        let raised = Arc::new(AtomicBool::new(false));
        let number = kind.as_raw_value();
        signal_hook::flag::register_conditional_default(number, Arc::clone(&raised))?;
        signal_hook::flag::register(number, raised)?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                drop(sender.send(Outside::Signal { name, code }).await);
            }
        });
    }
    signal_hook::flag::register(signal_hook::consts::SIGCONT, Arc::clone(resumed))?;
    for kind in [SignalKind::window_change(), SignalKind::from_raw(signal_hook::consts::SIGCONT)] {
        let mut signals = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                drop(sender.send(Outside::Terminal).await);
            }
        });
    }
    Ok(())
}

/// Asks the loop for each page.
#[derive(Clone)]
struct Metrics(mpsc::Sender<Outside>);

impl Page for Metrics {
    async fn page(&self, accept: &str) -> Option<(&'static str, String)> {
        let form = metrics::Form::of_accept(accept);
        let (answer, page) = oneshot::channel();
        self.0.send(Outside::Metrics { form, answer }).await.ok()?;
        Some((form.media_type(), page.await.ok()?))
    }
}
