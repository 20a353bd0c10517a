//! The loop of a watch: the worker's reports, what comes from outside and the time go in; lines, hooks and the exit code
//! come out.
//!
//! It runs on one thread with the worker, so that nothing is shared; only writing to the output can make it wait.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::metrics::{self, Form};
use super::output::{End, Output};
use super::until::Rules;
use super::vigil::{Ending, News, Vigil};
use super::words::Line;
use crate::api::{ApiError, ClusterApi, ClusterState};
use crate::clock::Clock;
use crate::domain::lookup::Lookup;
use crate::domain::text::clean;
use crate::headless::style::Role;
use crate::headless::{Transition, exit, transition};
use crate::worker::{Command, kind, task};

/// The longest sleep: a laptop's sleep stops tokio's clock but not the wall's.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Commands on their way to the worker: the first, and one for each job that is given up on. The loop waits for room,
/// which the worker makes between two awaits.
const COMMANDS: usize = 16;

/// What comes from outside of the watch.
#[derive(Debug)]
pub enum Outside {
    /// A signal wants it to end: its name, and the exit code.
    Signal { name: &'static str, code: u8 },
    /// The terminal has another size, or was given back to us.
    Terminal,
    /// Somebody asks for the metrics.
    Metrics { form: Form, answer: oneshot::Sender<String> },
    /// Something to say, such as that a hook has failed.
    Said(String),
}

/// How a watch goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    pub rules: Rules,
    /// How the worker polls.
    pub worker: task::Settings,
    /// How long an ended watch waits for its last state to be asked for; `None`: not at all. Otherwise an end between
    /// two scrapes would never be seen.
    pub linger: Option<Duration>,
}

/// Watches these until the rules end it, or a signal does. The exit code: the worst of the jobs', [`exit::TIMEOUT`],
/// that of the signal, or [`exit::CLOSED`] when nobody reads the output any more.
///
/// `hook` is told each transition that was seen, and must not wait. When the other end of `outside` is dropped,
/// nothing comes from there any more.
pub async fn watch<A: ClusterApi, C: Clock>(
    api: Arc<A>,
    clock: C,
    lookups: Vec<Lookup>,
    options: Options,
    outside: mpsc::Receiver<Outside>,
    output: &mut Output<'_>,
    hook: &mut dyn FnMut(Transition),
) -> u8 {
    let (commands, inbox) = mpsc::channel(COMMANDS);
    // Not bounded: the worker is on this thread, and what it sends is taken before it runs again.
    let (sender, reports) = mpsc::unbounded_channel();
    let report = move |report| drop(sender.send(report));
    // It ends with the commands' channel.
    let worker = task::run(Arc::clone(&api), clock.clone(), inbox, report, options.worker);
    let worker = tokio::spawn(worker);
    let vigil = Vigil::new(lookups, options.rules, clock.now());
    let _ = commands.send(Command::Watch(vigil.watches())).await;
    let mut watch = Watch {
        api,
        clock,
        vigil,
        options,
        commands,
        reports,
        outside: Some(outside),
        states: JoinSet::new(),
        output,
        hook,
    };
    let code = match watch.until_end().await {
        Ok(code) => code,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLOSED,
        Err(error) => {
            let text = format!("the output could not be written: {}", clean(&error.to_string()));
            let at = watch.vigil.clock.at(watch.clock.now());
            watch.output.say(&Line { at, glyph: "", role: Role::Danger, text });
            exit::INTERNAL
        }
    };
    worker.abort();
    code
}

/// What an asked cluster said, and of which job it is.
type State = (usize, Result<ClusterState, ApiError>);

struct Watch<'a, 'o, A, C> {
    api: Arc<A>,
    clock: C,
    vigil: Vigil,
    options: Options,
    commands: mpsc::Sender<Command>,
    reports: mpsc::UnboundedReceiver<crate::worker::Report>,
    /// `None` once nothing comes from there any more.
    outside: Option<mpsc::Receiver<Outside>>,
    states: JoinSet<State>,
    output: &'a mut Output<'o>,
    hook: &'a mut dyn FnMut(Transition),
}

/// What woke the loop.
enum Woken {
    Outside(Option<Outside>),
    Report(Option<crate::worker::Report>),
    State(Box<State>),
    Time,
}

impl<A: ClusterApi, C: Clock> Watch<'_, '_, A, C> {
    async fn until_end(&mut self) -> io::Result<u8> {
        loop {
            let now = self.clock.now();
            self.vigil.pass(now);
            self.tell(now).await?;
            if let Some(ending) = self.vigil.ending(now) {
                return self.end(ending).await;
            }
            self.ask_places(now);
            let changes_at = self.output.show(&self.vigil, now)?;
            let wake_at = [self.vigil.wake_at(), changes_at].into_iter().flatten().min();
            match self.wait(wake_at).await {
                Woken::Outside(Some(Outside::Signal { name, code })) => {
                    self.output.end(End::Signal(name), &self.vigil, self.clock.now())?;
                    return Ok(code);
                }
                Woken::Outside(outside) => drop(self.take(outside)),
                Woken::Report(Some(report)) => self.vigil.take(report, self.clock.now()),
                // The worker has broken off, which is a fault of ours.
                Woken::Report(None) => return Ok(exit::INTERNAL),
                Woken::State(state) => {
                    let (job, result) = *state;
                    let interval = self.options.worker.interval;
                    self.vigil.take_state(job, result, interval, self.clock.now());
                }
                Woken::Time => {}
            }
        }
    }

    async fn wait(&mut self, wake_at: Option<Timestamp>) -> Woken {
        let sleep = wake_at.map(|at| self.clock.now().duration_until(at));
        let sleep = sleep.map(|wait| Duration::try_from(wait).unwrap_or_default().min(LONGEST_SLEEP));
        let outside = async {
            match &mut self.outside {
                Some(outside) => outside.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            outside = outside => Woken::Outside(outside),
            report = self.reports.recv() => Woken::Report(report),
            Some(Ok(state)) = self.states.join_next(), if !self.states.is_empty() => Woken::State(Box::new(state)),
            () = sleep_for(sleep) => Woken::Time,
        }
    }

    /// Takes what came from outside, signals apart; whether it asked for the metrics.
    fn take(&mut self, outside: Option<Outside>) -> bool {
        match outside {
            None => self.outside = None,
            Some(Outside::Signal { .. }) => {}
            Some(Outside::Terminal) => self.output.resized(),
            Some(Outside::Metrics { form, answer }) => {
                return answer.send(metrics::exposition(&self.vigil, form, self.clock.now())).is_ok();
            }
            Some(Outside::Said(text)) => {
                let at = self.vigil.clock.at(self.clock.now());
                let text = clean(&text).into_owned();
                self.output.say(&Line { at, glyph: "", role: Role::Warning, text });
            }
        }
        false
    }

    async fn tell(&mut self, now: Timestamp) -> io::Result<()> {
        for news in self.vigil.take_news(now) {
            self.output.tell(&news, &self.vigil, now)?;
            match news {
                News::Phase { job, from } => {
                    if let Some(job) = self.vigil.jobs.get(job)
                        && let Some(reading) = job.reading(&self.vigil.clock)
                    {
                        (self.hook)(transition(&job.name, &from, &reading));
                    }
                }
                News::GivenUp(job) => {
                    if let Some((id, _)) = self.vigil.watches().get(job) {
                        let _ = self.commands.send(Command::Unwatch(*id)).await;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn ask_places(&mut self, now: Timestamp) {
        for (job, cluster) in self.vigil.due_places(now) {
            let api = Arc::clone(&self.api);
            self.states.spawn(async move { (job, kind::state(&*api, &cluster).await.result) });
        }
    }

    /// The last lines; then, for whoever scrapes, a while in which the last state can be seen.
    async fn end(&mut self, ending: Ending) -> io::Result<u8> {
        let (code, now) = (self.vigil.code(ending), self.clock.now());
        let end = match ending {
            Ending::Over => End::Over,
            Ending::FailedFast => End::FailedFast,
            Ending::TimedOut => End::TimedOut,
        };
        self.output.end(end, &self.vigil, now)?;
        let Some(linger) = self.options.linger else { return Ok(code) };
        let _ = self.commands.send(Command::Pause(true)).await;
        let until = now.saturating_add(linger).unwrap_or(Timestamp::MAX);
        while self.clock.now() < until && self.outside.is_some() {
            match self.wait(Some(until)).await {
                Woken::Outside(Some(Outside::Signal { .. })) | Woken::Report(None) => break,
                Woken::Outside(outside) => {
                    if self.take(outside) {
                        break;
                    }
                }
                Woken::Report(Some(_)) | Woken::State(_) | Woken::Time => {}
            }
        }
        Ok(code)
    }
}

/// No timer at all when there is nothing to wait for.
async fn sleep_for(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
