//! The hook: a command of the user's that is run on each transition, with the job on its standard input.
//!
//! One thread supervises; it starts with the first call. A command that hangs is killed with all that it started,
//! and nothing that it does or leaves undone can make the loop wait. What is told it is decided elsewhere: here it
//! is a text and some variables.

mod child;

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use child::Running;

/// Orders on their way to the supervisor, which takes them at once. More than wait there are never of use.
const ORDERS: usize = 128;

/// Until the loop may have room for a failure again.
const RETELL: Duration = Duration::from_millis(100);

/// Failures kept for a loop that is too far behind to hear of them.
const UNTOLD: usize = 16;

/// How much it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until a command is killed.
    pub time: Duration,
    /// Commands that run at the same time.
    pub at_once: usize,
    /// Calls that wait for their turn. One more, and the oldest is dropped: the newest tell how things are.
    pub waiting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(30), at_once: 4, waiting: 64 }
    }
}

/// One transition, as the command is told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Whose it is, for the words about a failure.
    pub lookup: String,
    /// For its standard input: one line, without its end.
    pub input: String,
    /// In addition to the program's own environment, and clean.
    pub variables: Vec<(&'static str, String)>,
}

/// A call that did not go well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub lookup: String,
    /// In words, clean.
    pub why: String,
    pub took: Duration,
}

impl Failure {
    fn not_run(lookup: String, why: &str) -> Self {
        Self { lookup, why: format!("not run: {why}"), took: Duration::ZERO }
    }
}

/// Hears of failures, without waiting; answers `false` when it cannot take one now.
type Tell = Box<dyn Fn(&Failure) -> bool + Send>;

/// The command, ready to be run.
pub struct Hook {
    idle: Option<(Vec<String>, Limits, Tell)>,
    running: Option<Supervisor>,
}

struct Supervisor {
    orders: SyncSender<Order>,
    /// Closed when all is over.
    over: Receiver<()>,
}

enum Order {
    Run(Call),
    /// The command of this number has ended, and waits to be reaped.
    Ended(u64),
    /// Nothing new is started, and what runs has this much time left.
    Leave(Duration),
    /// Nothing new comes; what waits is still run.
    Finish,
}

impl Hook {
    /// Starts nothing yet. The program comes first in `command`, without any shell.
    #[must_use]
    pub fn new(
        command: Vec<String>,
        limits: Limits,
        tell: impl Fn(&Failure) -> bool + Send + 'static,
    ) -> Self {
        Self { idle: Some((command, limits, Box::new(tell))), running: None }
    }

    /// Runs the command, now or when others have ended. Never waits.
    ///
    /// # Errors
    /// It will not be run, and why: the system refuses a thread, or hangs as it starts a command.
    pub fn run(&mut self, call: Call) -> Result<(), Failure> {
        if let Some((command, limits, tell)) = self.idle.take() {
            let (orders, inbox) = sync_channel(ORDERS);
            let (done, over) = sync_channel(0);
            let task = Task::new(command, limits, tell, orders.clone());
            let run = move || {
                task.run(&inbox);
                drop(done);
            };
            if thread::Builder::new().name("hook".to_owned()).spawn(run).is_ok() {
                self.running = Some(Supervisor { orders, over });
            }
        }
        let Some(supervisor) = &self.running else {
            return Err(Failure::not_run(call.lookup, "the system refuses a thread for it"));
        };
        match supervisor.orders.try_send(Order::Run(call)) {
            Err(TrySendError::Full(Order::Run(call)) | TrySendError::Disconnected(Order::Run(call))) => {
                Err(Failure::not_run(call.lookup, "the system hangs as it starts commands"))
            }
            _ => Ok(()),
        }
    }

    /// Waits until all that was asked for has been run, each command in its own time: for a script, whose last
    /// transition is the one that matters. Ends at once when nothing runs.
    pub fn finish(self) {
        let Some(Supervisor { orders, over }) = self.running else { return };
        if orders.send(Order::Finish).is_ok() {
            // Closed at the end. Nothing is ever sent.
            let _ = over.recv();
        }
    }

    /// Gives what runs this much time to end, after which it is killed. Does not wait; the answer does.
    pub fn leave(self, grace: Duration) -> Leaving {
        let asked = self.running.filter(|running| running.orders.try_send(Order::Leave(grace)).is_ok());
        // Half as long again for the killing: what even that does not end is not waited for.
        Leaving { over: asked.map(|running| running.over), until: Instant::now() + grace * 3 / 2 }
    }
}

/// Commands that are about to end.
#[must_use = "what runs is cut off when the program ends before it"]
pub struct Leaving {
    over: Option<Receiver<()>>,
    until: Instant,
}

impl Leaving {
    /// Waits for them, as long as they were given.
    pub fn wait(self) {
        if let Some(over) = self.over {
            let _ = over.recv_timeout(self.until.saturating_duration_since(Instant::now()));
        }
    }
}

/// The supervisor.
struct Task {
    command: Vec<String>,
    limits: Limits,
    tell: Tell,
    orders: SyncSender<Order>,
    waiting: VecDeque<Call>,
    running: Vec<Running>,
    started: u64,
    untold: VecDeque<Failure>,
    leaving: bool,
    finishing: bool,
}

impl Task {
    fn new(command: Vec<String>, limits: Limits, tell: Tell, orders: SyncSender<Order>) -> Self {
        Self {
            command,
            limits,
            tell,
            orders,
            waiting: VecDeque::new(),
            running: Vec::new(),
            started: 0,
            untold: VecDeque::new(),
            leaving: false,
            finishing: false,
        }
    }

    fn run(mut self, inbox: &Receiver<Order>) {
        while !self.is_over() {
            let order = match self.patience() {
                Some(patience) => inbox.recv_timeout(patience),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match order {
                Ok(Order::Run(call)) => self.take(call),
                Ok(Order::Ended(number)) => self.reap(number),
                Ok(Order::Finish) => self.finishing = true,
                Ok(Order::Leave(grace)) => {
                    self.leaving = true;
                    self.waiting.clear();
                    for running in &mut self.running {
                        running.leave_within(grace);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let now = Instant::now();
            for running in &mut self.running {
                running.kill_if_late(now);
            }
            while let Some(failure) = self.untold.pop_front() {
                if !(self.tell)(&failure) {
                    self.untold.push_front(failure);
                    break;
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        self.running.is_empty() && (self.leaving || self.finishing && self.waiting.is_empty())
    }

    /// How long to wait for an order before something is due.
    fn patience(&self) -> Option<Duration> {
        let now = Instant::now();
        let late = self.running.iter().filter_map(Running::late_at);
        let late = late.min().map(|at| at.saturating_duration_since(now));
        let retell = (!self.untold.is_empty()).then_some(RETELL);
        late.into_iter().chain(retell).min()
    }

    fn take(&mut self, call: Call) {
        if self.leaving {
            return;
        }
        self.waiting.push_back(call);
        self.start_next();
        if self.waiting.len() > self.limits.waiting
            && let Some(oldest) = self.waiting.pop_front()
        {
            let most = self.limits.waiting;
            self.fail(Failure::not_run(
                oldest.lookup,
                &format!("{most} newer transitions wait for it already"),
            ));
        }
    }

    fn start_next(&mut self) {
        while self.running.len() < self.limits.at_once
            && let Some(call) = self.waiting.pop_front()
        {
            self.started += 1;
            let number = self.started;
            let orders = self.orders.clone();
            let ended = move || drop(orders.send(Order::Ended(number)));
            match Running::start(&self.command, call, number, self.limits.time, ended) {
                Ok(running) => self.running.push(running),
                Err(failure) => self.fail(failure),
            }
        }
    }

    fn reap(&mut self, number: u64) {
        if let Some(at) = self.running.iter().position(|running| running.number == number)
            && let Err(failure) = self.running.swap_remove(at).reap()
        {
            self.fail(failure);
        }
        self.start_next();
    }

    fn fail(&mut self, failure: Failure) {
        if self.untold.len() == UNTOLD {
            self.untold.pop_front();
        }
        self.untold.push_back(failure);
    }
}
