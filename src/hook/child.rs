//! One run of the command, in a process group of its own: a child, and the three threads that wait for it.
//!
//! They are three so that none waits for another: a command may read nothing of its input, or leave something
//! behind that holds its output open.

use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{Call, Failure};
use crate::domain::text::{clean, shortened};

/// Secrets are in variables that begin so, in those of the Atlas CLI as well; the command has no business with them.
const SECRET: [&str; 2] = ["MONGODB_ATLAS_", "MCLI_"];

/// The threads only read, write or wait.
const STACK: usize = 64 * 1024;

/// How much of the error output is read for its first line, and how much of that is said.
const FIRST_LINE: usize = 4096;
const SAID: usize = 200;

/// How long its error output is listened to after it: what it has left behind may hold that open for ever.
const LINGER: Duration = Duration::from_secs(5);

/// For the words of a command that has failed, which mostly are there already.
const WORDS: Duration = Duration::from_millis(200);

pub(super) struct Running {
    pub number: u64,
    lookup: String,
    child: Child,
    group: Pid,
    since: Instant,
    limit: Duration,
    killed: bool,
    words: Receiver<String>,
}

impl Running {
    /// Starts the command. `ended` is called once, when it has ended and waits for [`Running::reap`].
    pub fn start(
        command: &[String],
        call: Call,
        number: u64,
        limit: Duration,
        ended: impl FnOnce() + Send + 'static,
    ) -> Result<Self, Failure> {
        let Call { lookup, input, variables } = call;
        let since = Instant::now();
        let fail = |lookup, error: &io::Error| Failure {
            lookup,
            why: format!("cannot be started: {}", clean(&error.to_string())),
            took: since.elapsed(),
        };
        let mut child = match spawn(command, variables) {
            Ok(child) => child,
            Err(error) => return Err(fail(lookup, &error)),
        };
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let Some(group) = group else {
            return Err(fail(lookup, &io::Error::other("the system gave it no process id")));
        };
        let (said, words) = sync_channel(1);
        let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
        let thread = |name: &str| thread::Builder::new().name(name.to_owned()).stack_size(STACK);
        let waits = thread("hook-input")
            .spawn(move || {
                // One that closes its input early may have read enough.
                let _ = stdin.map(|mut stdin| writeln!(stdin, "{input}"));
            })
            .and_then(|_| thread("hook-errors").spawn(move || listen(stderr, &said, limit + LINGER)))
            .and_then(|_| {
                thread("hook-wait").spawn(move || {
                    // Leaves it to be reaped, so that until then no other process can have its number.
                    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                    while waitid(WaitId::Pid(group), options).is_err_and(|error| error == Errno::INTR) {}
                    ended();
                })
            });
        let mut running = Self { number, lookup, child, group, since, limit, killed: false, words };
        if let Err(error) = waits {
            running.kill();
            let _ = running.child.wait();
            return Err(fail(running.lookup, &error));
        }
        Ok(running)
    }

    /// When it is to be killed; `None` once it is.
    pub fn late_at(&self) -> Option<Instant> {
        if self.killed { None } else { self.since.checked_add(self.limit) }
    }

    /// It must end within `grace` from now, if not sooner.
    pub fn leave_within(&mut self, grace: Duration) {
        self.limit = self.limit.min(self.since.elapsed() + grace);
    }

    pub fn kill_if_late(&mut self, now: Instant) {
        if self.late_at().is_some_and(|at| at <= now) {
            self.kill();
        }
    }

    /// With all that it has started, unless that has left the group.
    fn kill(&mut self) {
        self.killed = true;
        let _ = kill_process_group(self.group, Signal::KILL);
    }

    /// Takes the end of one that has ended.
    pub fn reap(mut self) -> Result<(), Failure> {
        let took = self.since.elapsed();
        let why = match self.child.wait() {
            Ok(status) if status.success() => return Ok(()),
            Ok(_) if self.killed => format!("killed after {}", seconds(self.limit)),
            Ok(status) => end(status),
            Err(error) => error.to_string(),
        };
        let words = self.words.recv_timeout(WORDS).unwrap_or_default();
        let why = if words.is_empty() { why } else { format!("{why}: {words}") };
        Err(Failure { lookup: self.lookup, why, took })
    }
}

fn spawn(command: &[String], variables: Vec<(&'static str, String)>) -> io::Result<Child> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| io::Error::other("the command is empty"))?;
    let mut command = Command::new(program);
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        if SECRET.iter().any(|secret| name.to_string_lossy().starts_with(secret)) {
            command.env_remove(name);
        }
    }
    command.envs(variables);
    // Not the terminal's foreground group: a key that is meant for the dashboard must not reach it.
    command.process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()
}

/// Hands on the first line that says something, and takes the rest, so that nobody waits for room to write it. Who
/// still writes after `time` finds nobody there.
fn listen(stderr: Option<ChildStderr>, said: &SyncSender<String>, time: Duration) {
    let Some(mut stderr) = stderr else { return };
    let until = Instant::now() + time;
    let mut head = Vec::new();
    let mut told = false;
    let mut piece = [0; 4096];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let patience = Timespec::try_from(left).ok();
        let ready = poll(&mut [PollFd::new(&stderr, PollFlags::IN)], patience.as_ref());
        let read = match ready {
            Err(Errno::INTR) => continue,
            Ok(1..) => stderr.read(&mut piece).unwrap_or_default(),
            Ok(0) | Err(_) => 0,
        };
        head.extend_from_slice(piece.get(..read).unwrap_or_default());
        let words = first_words(&head, read == 0 || head.len() >= FIRST_LINE);
        if let Some(words) = words.filter(|_| !told) {
            told = said.try_send(words).is_ok();
        }
        if read == 0 {
            return;
        }
        if told {
            head.clear();
        }
    }
}

/// The first line that says something, once it has ended or nothing more comes.
fn first_words(head: &[u8], is_all: bool) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let whole = if is_all { &*text } else { text.rsplit_once('\n').map_or("", |(lines, _)| lines) };
    let said = whole.lines().map(|line| shortened(clean(line).trim(), SAID).into_owned());
    said.into_iter().find(|words| !words.is_empty()).or(is_all.then(String::new))
}

fn end(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with status {code}"),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => "ended without a status".to_owned(),
    }
}

fn seconds(limit: Duration) -> String {
    let millis = limit.as_millis();
    if millis.is_multiple_of(1000) { format!("{} s", millis / 1000) } else { format!("{millis} ms") }
}
