//! One run of a command of the user's: without a shell, in a process group of its own, listened to within bounds, and
//! killed with all that it started.
//!
//! A thread waits for each thing that may take time, so that none waits for another: a command may read nothing of its
//! input, or leave something behind that holds its output open. What it is run for, and when it is late, is for others
//! to decide.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use zeroize::Zeroizing;

use crate::domain::text::{clean, shortened};

/// Secrets are in variables that begin so, in those of the Atlas CLI as well.
const SECRET: [&str; 2] = ["MONGODB_ATLAS_", "MCLI_"];

/// The threads only read, write or wait.
const STACK: usize = 64 * 1024;

/// How much of the error output is read for its first line, and how much of that is said.
const FIRST_LINE: usize = 4096;
const SAID: usize = 200;

/// How long what it writes is listened to after it: what it has left behind may hold that open for ever.
const LINGER: Duration = Duration::from_secs(5);

/// For the words of a command that has failed, which mostly are there already.
const WORDS: Duration = Duration::from_millis(200);

/// For the output of a command that has ended: in the pipe already, and over unless something was left behind.
const OUTPUT: Duration = Duration::from_secs(2);

/// What to run, and how.
pub struct Order<'a> {
    /// Begins the names of its threads.
    pub name: &'static str,
    /// Program and arguments.
    pub command: &'a [String],
    /// In addition to the program's own environment.
    pub variables: Vec<(&'static str, String)>,
    /// Whether it gets the variables of the environment that hold Atlas's secrets.
    pub may_know_secrets: bool,
    /// One line for its standard input, without its end; without any it has nothing to read.
    pub input: Option<String>,
    /// How many bytes of its standard output are wanted; without any it goes nowhere. More than that is a failure.
    pub output: Option<usize>,
    /// Until it is late.
    pub limit: Duration,
}

/// A command that was started.
pub struct Running {
    child: Child,
    group: Pid,
    since: Instant,
    limit: Duration,
    killed: bool,
    words: Receiver<String>,
    output: Option<Receiver<Output>>,
}

/// What a command wrote to its standard output, which may be a secret.
type Output = Result<Zeroizing<Vec<u8>>, TooMuch>;

/// It wrote more than this many bytes.
struct TooMuch(usize);

/// A run that did not go well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// In words, with the first line of its error output, clean.
    pub why: String,
    /// It was killed because it took too long.
    pub late: bool,
}

impl Running {
    /// Starts the command. `ended` is called once, on a thread of its own, when it has ended and waits for
    /// [`Running::reap`].
    ///
    /// # Errors
    /// It cannot be started, in the system's words.
    pub fn start(order: Order<'_>, ended: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let since = Instant::now();
        let Order { name, limit, input, output, .. } = order;
        let mut child =
            spawn(order.command, order.variables, order.may_know_secrets, input.is_some(), output.is_some())?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let Some(group) = group else {
            return Err(io::Error::other("the system gave it no process id"));
        };
        let (said, words) = sync_channel(1);
        let (wrote, written) = channel();
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let thread = |what: &str| thread::Builder::new().name(format!("{name}-{what}")).stack_size(STACK);
        let until = since + limit + LINGER;
        let mut running =
            Self { child, group, since, limit, killed: false, words, output: output.map(|_| written) };
        let waits = || -> io::Result<()> {
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                // One that closes its input early may have read enough.
                thread("input").spawn(move || drop(writeln!(stdin, "{input}")))?;
            }
            if let (Some(stdout), Some(most)) = (stdout, output) {
                thread("output").spawn(move || take(stdout, most, until, &wrote))?;
            }
            if let Some(stderr) = stderr {
                thread("errors").spawn(move || listen(stderr, &said, until))?;
            }
            thread("wait").spawn(move || {
                // Leaves it to be reaped, so that until then no other process can have its number.
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while waitid(WaitId::Pid(group), options).is_err_and(|error| error == Errno::INTR) {}
                ended();
            })?;
            Ok(())
        };
        if let Err(error) = waits() {
            running.kill();
            let _ = running.child.wait();
            return Err(error);
        }
        Ok(running)
    }

    /// When it is to be killed; `None` once it is.
    #[must_use]
    pub fn late_at(&self) -> Option<Instant> {
        if self.killed { None } else { self.since.checked_add(self.limit) }
    }

    /// How long it has run.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.since.elapsed()
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
    pub fn kill(&mut self) {
        self.killed = true;
        let _ = kill_process_group(self.group, Signal::KILL);
    }

    /// Takes the end of one that has ended, and what it wrote: nothing, unless that was wanted. It may wait a moment
    /// for that, and until the end of one that has not ended.
    ///
    /// # Errors
    /// It ended in another way than it should, or wrote more than is wanted.
    pub fn reap(mut self) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let ended = self.child.wait();
        let patience = if self.killed { Duration::ZERO } else { OUTPUT };
        let output = self.output.as_ref().map(|output| output.recv_timeout(patience));
        let printed = match &output {
            Some(Ok(Ok(bytes))) => bytes.clone(),
            _ => Zeroizing::default(),
        };
        let why = match (ended, output) {
            (Err(error), _) => error.to_string(),
            (Ok(_), _) if self.killed => format!("killed after {}", seconds(self.limit)),
            // Nobody reads it any more then, and that may be what it ended of.
            (Ok(_), Some(Ok(Err(TooMuch(most))))) => format!("wrote more than {most} bytes"),
            (Ok(status), _) if !status.success() => end(status),
            (Ok(_), None) => return Ok(Zeroizing::default()),
            (Ok(_), Some(Ok(Ok(bytes)))) => return Ok(bytes),
            (Ok(_), Some(Err(_))) => "left something behind that holds its output open".to_owned(),
        };
        let words = without(&self.words.recv_timeout(WORDS).unwrap_or_default(), &printed);
        let why = if words.is_empty() { why } else { format!("{why}: {words}") };
        Err(Failed { why, late: self.killed })
    }
}

/// The words of a command that has failed, without what it printed where that may be a secret: one long word. A shell
/// that tells each step (`set -x`) repeats it.
fn without(words: &str, printed: &[u8]) -> String {
    const LEAST: usize = 8;
    let printed = str::from_utf8(printed).unwrap_or_default().trim_ascii();
    if printed.len() < LEAST || printed.contains(char::is_whitespace) {
        return words.to_owned();
    }
    let is_part = |word: &&str| word.len() >= LEAST && printed.contains(*word);
    // What is too long to be said whole ends in the middle of it.
    let parts = words.split(|c: char| c.is_whitespace() || "…'\"`=:,;".contains(c)).filter(is_part);
    parts.fold(words.replace(printed, "[secret]"), |words, part| words.replace(part, "[secret]"))
}

fn spawn(
    command: &[String],
    variables: Vec<(&'static str, String)>,
    may_know_secrets: bool,
    reads: bool,
    writes: bool,
) -> io::Result<Child> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| io::Error::other("the command is empty"))?;
    let mut command = Command::new(program);
    command.args(arguments);
    if !may_know_secrets {
        for (name, _) in std::env::vars_os() {
            if SECRET.iter().any(|secret| name.to_string_lossy().starts_with(secret)) {
                command.env_remove(name);
            }
        }
    }
    command.envs(variables);
    // Not the terminal's foreground group: a key that is meant for the dashboard must not reach it.
    command.process_group(0);
    let pipe = |wanted| if wanted { Stdio::piped() } else { Stdio::null() };
    command.stdin(pipe(reads)).stdout(pipe(writes)).stderr(Stdio::piped()).spawn()
}

/// Reads a piece as soon as there is one; 0 at the end of it all, or of the time.
fn next(source: &mut (impl Read + AsFd), piece: &mut [u8], until: Instant) -> usize {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let patience = Timespec::try_from(left).ok();
        match poll(&mut [PollFd::new(&*source, PollFlags::IN)], patience.as_ref()) {
            Err(Errno::INTR) => {}
            Ok(1..) => return source.read(piece).unwrap_or_default(),
            Ok(0) | Err(_) => return 0,
        }
    }
}

/// Hands on all that it writes, up to the end of it.
fn take(mut stdout: impl Read + AsFd, most: usize, until: Instant, wrote: &Sender<Output>) {
    // As large as it gets: what is outgrown is not wiped.
    let mut all = Zeroizing::new(Vec::with_capacity(most));
    let mut piece = Zeroizing::new([0; 4096]);
    loop {
        let read = next(&mut stdout, &mut piece[..], until);
        let new = piece.get(..read).unwrap_or_default();
        if new.is_empty() || all.len() + new.len() > most {
            let _ = wrote.send(if new.is_empty() { Ok(all) } else { Err(TooMuch(most)) });
            return;
        }
        all.extend_from_slice(new);
    }
}

/// Hands on the first line that says something, and takes the rest, so that nobody waits for room to write it. Who
/// still writes after that time finds nobody there.
fn listen(mut stderr: impl Read + AsFd, said: &SyncSender<String>, until: Instant) {
    let mut head = Vec::new();
    let mut told = false;
    let mut piece = [0; 4096];
    loop {
        let read = next(&mut stderr, &mut piece, until);
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
