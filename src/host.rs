//! The outside of the loop in production: input, worker, store, clipboard and the embedded Atlas, each on a
//! thread of its own and each speaking through one bounded channel.

mod examiner;
mod hooks;
mod outward;
mod saver;
mod sign_in;

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::Terminal;
use tokio::sync::mpsc;

use crate::api::base_url::{BaseUrl, BaseUrlError};
use crate::api::{ApiKey, Credential};
use crate::app::screen::{Progress, Role, Size};
use crate::app::{Effect, Message};
use crate::atlas::Atlas;
use crate::clipboard::{Clipboard, Surroundings, open_link};
use crate::clock::{Clock, SystemClock};
use crate::config::Accounts;
use crate::demo;
use crate::doctor::Machine;
use crate::domain::lookup::Lookup;
use crate::hook::Hook;
use crate::input::{self, Input, Signal};
use crate::runtime::{After, Event, Host};
use crate::store::Store;
use crate::terminal::{self, Session, Tty};
use crate::worker::{self, Command, task};
use examiner::Examiner;
use outward::Outward;
use saver::Saver;
pub use sign_in::accounts;

/// Events on their way to the loop. A frame's worth of typing and reports fits many times over; when the loop
/// is behind by this much, input and worker wait for it.
const EVENTS: usize = 256;

/// Commands on their way to the worker. It takes them at once, between two awaits; what does not fit is kept
/// here and sent later, because the loop never waits.
const COMMANDS: usize = 64;

/// Until the next try to hand over commands that did not fit.
const FLUSH: Duration = Duration::from_millis(10);

/// What a hook gets to end by itself when the program is left: enough to hand on what it was told.
const HOOK_GRACE: Duration = Duration::from_secs(1);
/// What the worker gets to end a token that would be of no use to anybody.
const PARTING: Duration = Duration::from_secs(1);
/// How long leaving may take for edits that are not on the disk yet: less where the system is about to end the
/// process anyway.
const FINISH: Duration = Duration::from_secs(2);
const FINISH_SOON: Duration = Duration::from_secs(1);

/// Which Atlas is asked, and with which credentials.
#[derive(Debug, Clone)]
pub struct Connection {
    pub accounts: Accounts,
    /// Where the tokens of service accounts are shared with other running programs.
    pub tokens: PathBuf,
    /// The refresh interval to begin with.
    pub interval: Duration,
}

/// The threads of a dashboard.
pub struct Process {
    session: Session,
    /// Signals and the end of the terminal: taken before any other event, and never stuck behind them.
    urgent: Receiver<Input>,
    events: Receiver<Event>,
    sender: SyncSender<Event>,
    /// What the loop said to itself: taken before anything else.
    own: VecDeque<Event>,
    connection: Connection,
    worker: Option<Worker>,
    saver: Option<Saver>,
    clipboard: Clipboard,
    surroundings: Surroundings,
    outward: Outward,
    hook: Option<Hook>,
    /// What a look for a fault is told of this side.
    machine: Machine,
    examiner: Option<Examiner>,
    /// Ask for the demo as soon as the first frame is up.
    demo_first: bool,
    demo: Option<Demo>,
    load_later: bool,
    crash: bool,
    /// The signal that ended it.
    signal: Option<Signal>,
    /// How long leaving may take.
    finish: Duration,
}

/// The embedded Atlas, and the connection that it took the place of.
struct Demo {
    /// It ends when this is dropped.
    _running: demo::Running,
    real: Connection,
}

/// The polling thread. It ends when this is dropped.
struct Worker {
    commands: mpsc::Sender<Command>,
    backlog: VecDeque<Command>,
    /// Closed when it has ended.
    over: Receiver<()>,
}

/// How a dashboard starts out.
#[derive(Debug)]
pub struct Start {
    pub connection: Connection,
    /// Where edits go; `None` for the demo, which saves nothing.
    pub store: Option<Store>,
    /// Read the store once the first frame is up: a thousand lookups would double the wait for it.
    pub load_later: bool,
    pub demo: bool,
    /// The command to run on each transition.
    pub hook: Option<Vec<String>>,
    /// What a look for a fault is told of this side.
    pub machine: Machine,
    /// Panic once the first frame is up: proves that the terminal is given back.
    pub crash: bool,
}

impl Process {
    /// Over a terminal that is entered, with its input on the way. Starts no thread yet.
    #[must_use]
    pub fn new(session: Session, events: Events, start: Start) -> Self {
        let Events { sender, inbox, urgent } = events;
        let surroundings = Surroundings::of_process();
        Self {
            load_later: start.load_later,
            saver: start.store.map(|store| Saver::new(store, sender.clone())),
            hook: start.hook.map(|command| hooks::hook(command, &sender)),
            machine: start.machine,
            examiner: None,
            session,
            urgent,
            events: inbox,
            sender,
            own: VecDeque::new(),
            connection: start.connection,
            worker: None,
            clipboard: Clipboard::new(surroundings),
            outward: Outward::new(surroundings),
            surroundings,
            demo_first: start.demo,
            demo: None,
            crash: start.crash,
            signal: None,
            finish: FINISH,
        }
    }

    /// Watches this one too, as soon as the loop runs.
    pub fn open(&mut self, lookup: Lookup) {
        self.own.push_back(Message::Open(lookup).into());
    }

    /// Gives the terminal back, waits a little for edits on their way to the disk, and tells which signal ended it
    /// all and why edits were lost, if any were.
    #[must_use]
    pub fn close(self) -> (Option<Signal>, Option<String>) {
        let Self { session, saver, signal, hook, finish, worker, events, .. } = self;
        drop(session);
        // Nobody reads on: a worker that waits for room for its report goes on.
        drop(events);
        let parting = worker.map(|Worker { over, .. }| over);
        // Both at the same time: what a hook takes must not be missing for the edits.
        let leaving = hook.map(|hook| hook.leave(HOOK_GRACE));
        let unsaved = saver.and_then(|saver| saver.finish(finish));
        if let Some(leaving) = leaving {
            leaving.wait();
        }
        // It may have a token to end, and mostly has ended by now.
        if let Some(over) = parting {
            let _ = over.recv_timeout(PARTING);
        }
        (signal, unsaved)
    }

    fn command(&mut self, command: Command) {
        let worker = self.worker.get_or_insert_with(|| {
            let (commands, inbox) = mpsc::channel(COMMANDS);
            let over = spawn_worker(self.connection.clone(), inbox, self.sender.clone(), self.demo.is_none());
            Worker { commands, backlog: VecDeque::new(), over }
        });
        worker.backlog.push_back(command);
        worker.flush();
    }

    fn start_demo(&mut self) {
        let started = demo::spawn(demo::Options::default()).map_err(|error| error.to_string());
        let started = started.and_then(|running| {
            let base: BaseUrl = running.base_url.parse().map_err(|error: BaseUrlError| error.to_string())?;
            Ok((running, base))
        });
        let message = match started {
            Ok((running, base)) => {
                let real = self.connection.clone();
                let host = base.place().to_owned();
                let key = Credential::Key(ApiKey {
                    public_key: running.public_key.clone(),
                    private_key: running.private_key.clone(),
                });
                self.connection.accounts = Accounts::fixed(base, key);
                // The old worker ends with its channel; reports it has sent meanwhile name watches of before.
                self.worker = None;
                let lookups = running.lookups.clone();
                self.demo = Some(Demo { _running: running, real });
                Message::DemoStarted { host, lookups }
            }
            Err(why) => Message::DemoFailed { why },
        };
        self.own.push_back(message.into());
    }

    /// The worker ends with its channel, and the next command starts one on the real connection.
    fn leave_demo(&mut self) {
        if let Some(demo) = self.demo.take() {
            self.worker = None;
            self.connection = demo.real;
        }
    }

    /// What comes before the events of the channel.
    fn first(&mut self) -> Option<Event> {
        if let Some(worker) = &mut self.worker {
            worker.flush();
        }
        let urgent = self.urgent.try_recv().ok();
        if let Some(Input::Hangup | Input::Signal(Signal::Terminate | Signal::Interrupt | Signal::Hangup)) =
            urgent
        {
            self.finish = FINISH_SOON;
        }
        urgent.map(Event::Input).or_else(|| self.own.pop_front())
    }

    /// Whether the worker has yet to take commands.
    fn has_backlog(&self) -> bool {
        self.worker.as_ref().is_some_and(|worker| !worker.backlog.is_empty())
    }

    /// Takes the terminal again, which may have another size by now.
    fn repaint_after(&mut self, taken: io::Result<()>) -> io::Result<After> {
        taken?;
        self.outward.left();
        let size = terminal::size()?;
        self.own.push_back(Message::Resize(Size { width: size.width, height: size.height }).into());
        Ok(After::Repaint)
    }
}

impl Worker {
    fn flush(&mut self) {
        while let Some(command) = self.backlog.pop_front() {
            match self.commands.try_send(command) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(command)) => {
                    self.backlog.push_front(command);
                    return;
                }
                // It has ended, which it does only when the loop has.
                Err(mpsc::error::TrySendError::Closed(_)) => return,
            }
        }
    }
}

/// Both ends of the channel to the loop.
pub struct Events {
    sender: SyncSender<Event>,
    inbox: Receiver<Event>,
    urgent: Receiver<Input>,
}

impl Events {
    /// Starts the input's threads. From here on signals no longer end the process by themselves, so call it
    /// before the terminal is entered.
    ///
    /// # Errors
    /// No thread could be started or no signal caught.
    pub fn listen() -> io::Result<Self> {
        let (sender, inbox) = sync_channel(EVENTS);
        // Not bounded: a person or a system sends a handful of signals, and their thread must never wait.
        let (urgent_sender, urgent) = channel();
        let inputs = sender.clone();
        input::spawn(move |input| match input {
            Input::Signal(_) | Input::Hangup => {
                let taken = urgent_sender.send(input).is_ok();
                // Wakes the loop; when the channel is full it has enough to wake for.
                let _ = inputs.try_send(Message::Wake.into());
                taken
            }
            input => inputs.send(Event::Input(input)).is_ok(),
        })?;
        Ok(Self { sender, inbox, urgent })
    }
}

/// The worker's thread: clients are made there, because finding credentials and loading the platform's roots
/// takes milliseconds. `tells`: how profiles sign in is told; the demo's key is nobody's.
fn spawn_worker(
    connection: Connection,
    commands: mpsc::Receiver<Command>,
    sender: SyncSender<Event>,
    tells: bool,
) -> Receiver<()> {
    let told = tells.then(|| sender.clone());
    let (done, over) = sync_channel(0);
    let run = move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return say(&sender, format!("no runtime for requests: {error}")),
        };
        let Connection { accounts, tokens, interval } = connection;
        let settings = worker::task::Settings { interval, ..Default::default() };
        let mut atlas = Atlas::new(accounts, || SystemClock.now()).sharing_tokens(tokens);
        if let Some(sender) = told {
            atlas = atlas.telling(move |sign_in| sign_in::tell(&sender, sign_in));
        }
        let atlas = Arc::new(atlas);
        let report = |report| drop(sender.send(Message::Report(report).into()));
        runtime.block_on(async {
            task::run(Arc::clone(&atlas), SystemClock, commands, report, settings).await;
            atlas.leave().await;
        });
        // Before the runtime, which waits for whatever still waits for a disk or a name server.
        drop(done);
    };
    // Without a thread there is no polling at all: the board says so by its age.
    let _ = thread::Builder::new().name("worker".to_owned()).spawn(run);
    over
}

fn say(sender: &SyncSender<Event>, text: String) {
    let _ = sender.send(Message::Said { text, role: Role::Danger }.into());
}

impl Host for Process {
    type Backend = Tty;

    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn wait(&mut self, timeout: Option<Duration>) -> Option<Event> {
        if let Some(event) = self.first() {
            return Some(event);
        }
        let timeout = if self.has_backlog() { Some(timeout.unwrap_or(FLUSH).min(FLUSH)) } else { timeout };
        match timeout {
            Some(timeout) => match self.events.recv_timeout(timeout) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Message::Terminate.into()),
            },
            None => Some(self.events.recv().unwrap_or(Message::Terminate.into())),
        }
    }

    fn poll(&mut self) -> Option<Event> {
        self.first().or_else(|| self.events.try_recv().ok())
    }

    fn opened(&mut self) {
        assert!(!self.crash, "this is the panic that --crash asks for");
        if self.demo_first {
            self.start_demo();
        }
        if let (true, Some(saver)) = (self.load_later, &mut self.saver) {
            let loaded = saver.load();
            // Before a lookup of the command line, which may be one of these.
            self.own.push_front(loaded.into());
        }
    }

    fn set_title(&mut self, title: &str) -> io::Result<()> {
        self.session.set_title(title)
    }

    fn set_progress(&mut self, progress: Progress) -> io::Result<()> {
        self.outward.set_progress(progress, &mut self.session)
    }

    fn wipe(&mut self, terminal: &mut Terminal<Tty>, size: Size) -> io::Result<()> {
        terminal.backend_mut().resized(ratatui::layout::Size::new(size.width, size.height));
        terminal.clear()
    }

    fn signalled(&mut self, signal: Signal) -> io::Result<After> {
        match signal {
            Signal::Terminate | Signal::Interrupt | Signal::Hangup => {
                self.signal = Some(signal);
                Ok(After::Leave)
            }
            Signal::Stop => self.perform(Effect::Suspend),
            Signal::Continue => {
                let taken = self.session.resume();
                self.repaint_after(taken)
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> io::Result<After> {
        match effect {
            Effect::Work(command) => self.command(command),
            Effect::Save(edit) => {
                if let Some(saver) = &mut self.saver {
                    saver.save(edit);
                }
            }
            Effect::Reload => {
                if let Some(saver) = &mut self.saver {
                    saver.reload();
                }
            }
            Effect::Copy { what, text } => {
                let sender = self.sender.clone();
                let sequence = self.clipboard.copy(&text, move |outcome| {
                    let role = if outcome.terminal || outcome.system { Role::Good } else { Role::Warning };
                    let message = Message::Said { text: format!("{what} {outcome}"), role };
                    // Called from the loop's own thread at times, which must not wait for itself.
                    let _ = sender.try_send(message.into());
                });
                self.session.write(&sequence)?;
            }
            Effect::OpenLink(url) => {
                let sender = self.sender.clone();
                open_link(&url, self.surroundings, move |text| {
                    let _ = sender.try_send(Message::Said { text, role: Role::Info }.into());
                });
            }
            Effect::Notify(notification) => {
                self.outward.notify(&notification, &mut self.session, &self.sender)?;
            }
            Effect::RunHook(happening) => {
                let ran = self.hook.as_mut().map_or(Ok(()), |hook| hook.run(hooks::call(&happening)));
                if let Err(failure) = ran {
                    self.own.push_back(hooks::failed(&failure).into());
                }
            }
            Effect::Diagnose { run, profile, target } => {
                let (connection, machine) = (self.connection.clone(), self.machine.clone());
                // An earlier one ends first.
                self.examiner = None;
                self.examiner =
                    Examiner::start(run, (profile, target), connection, machine, self.sender.clone());
                if self.examiner.is_none() {
                    self.own.push_back(Message::Examined { run }.into());
                }
            }
            Effect::StopDiagnosis => self.examiner = None,
            Effect::Mouse(on) => self.session.set_mouse(on)?,
            Effect::StartDemo => self.start_demo(),
            Effect::LeaveDemo => self.leave_demo(),
            Effect::Repaint => return Ok(After::Repaint),
            Effect::Suspend => {
                if self.session.suspend()? {
                    return self.repaint_after(Ok(()));
                }
                let text = "not stopped: no shell is there to continue it".to_owned();
                self.own.push_back(Message::Said { text, role: Role::Warning }.into());
            }
            Effect::Quit => return Ok(After::Leave),
        }
        Ok(After::Continue)
    }
}
