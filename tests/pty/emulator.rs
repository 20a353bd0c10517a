//! A terminal emulator with the program in it: a pseudo-terminal, a vt100 screen and a log of every byte.
//!
//! Waits are on what is seen, with a deadline that only a broken program meets; there is no sleep. Nobody sees half
//! of a synchronized frame, as in a real terminal: the reader may get it in pieces.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtyPair, PtySize, native_pty_system};

/// A machine with one busy core reaches it only if something is stuck.
const DEADLINE: Duration = Duration::from_secs(60);

/// The program that is tested: this build, or another one named by the environment (a release build).
pub fn program() -> String {
    std::env::var("ATLAS_TUI_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_atlas-tui").to_owned())
}

/// What to start, and in what.
pub struct Launch {
    command: Vec<String>,
    variables: Vec<(String, String)>,
    size: PtySize,
    controlling: bool,
    home: tempfile::TempDir,
}

impl Launch {
    /// The program with these arguments, in a home of its own.
    pub fn new(arguments: &[&str]) -> Self {
        let mut command = vec![program()];
        command.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        Self::command(command)
    }

    /// A shell script, in which `$PROGRAM` is the program.
    pub fn script(text: &str) -> Self {
        Self::command(vec!["sh".to_owned(), "-c".to_owned(), text.to_owned()]).variable("PROGRAM", &program())
    }

    fn command(command: Vec<String>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let home_path = home.path().to_str().unwrap();
        let variables = [
            ("PATH", path.as_str()),
            ("HOME", home_path),
            ("ATLAS_TUI_HOME", home_path),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let size = PtySize { rows: 36, cols: 120, pixel_width: 0, pixel_height: 0 };
        Self { command, variables, size, controlling: true, home }
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this config file.
    pub fn config(self, text: &str) -> Self {
        self.file("config/config.toml", text)
    }

    /// With this file in its home, for its owner alone.
    pub fn file(self, path: &str, text: &str) -> Self {
        let path = self.home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        self
    }

    /// Without a controlling terminal there is no SIGHUP when it goes away.
    pub fn without_controlling_terminal(mut self) -> Self {
        self.controlling = false;
        self
    }

    pub fn start(self) -> Emulator {
        let PtyPair { master, slave } = native_pty_system().openpty(self.size).unwrap();
        let line_settings_before = line_settings(&*master);
        let mut command = CommandBuilder::new(&self.command[0]);
        command.args(&self.command[1..]);
        command.env_clear();
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command.cwd(self.home.path());
        command.set_controlling_tty(self.controlling);
        let mut child = slave.spawn_command(command).unwrap();
        drop(slave);

        let seen = Arc::new(Seen::new(self.size));
        let process = i32::try_from(child.process_id().unwrap()).unwrap();
        let waiter = Arc::clone(&seen);
        thread::spawn(move || {
            let status = child.wait().unwrap();
            waiter.change(|state| state.exit = Some(status));
        });
        let writer = Some(master.take_writer().unwrap());
        Emulator { writer, master: Some(master), seen, process, line_settings_before, home: self.home }
    }
}

fn line_settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

/// Begin and end of synchronized output (DEC private mode 2026), which vt100 does not know.
const SYNC_BEGIN: &[u8] = b"\x1b[?2026h";
const SYNC_END: &[u8] = b"\x1b[?2026l";

/// What the emulator has seen so far.
struct State {
    screen: vt100::Parser,
    log: Vec<u8>,
    /// How much of the log is on the screen: all but a synchronized frame whose end has not come.
    shown: usize,
    /// The other side has closed, so the log is whole.
    closed: bool,
    exit: Option<ExitStatus>,
}

impl State {
    fn read(&mut self, bytes: &[u8]) {
        self.log.extend_from_slice(bytes);
        let end = self.shown + whole(&self.log[self.shown..]);
        self.show(end);
    }

    /// Nothing more will come.
    fn close(&mut self) {
        self.show(self.log.len());
        self.closed = true;
    }

    fn show(&mut self, end: usize) {
        self.screen.process(&self.log[self.shown..end]);
        self.shown = end;
    }
}

/// How many bytes a terminal shows at once: up to a synchronized frame, or the beginning of one, that goes on.
fn whole(bytes: &[u8]) -> usize {
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|window| window == mark);
    match last(SYNC_BEGIN) {
        Some(begin) if last(SYNC_END).is_none_or(|end| end < begin) => begin,
        _ => {
            let cut = (1..SYNC_BEGIN.len()).rev().find(|length| bytes.ends_with(&SYNC_BEGIN[..*length]));
            bytes.len() - cut.unwrap_or_default()
        }
    }
}

struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

impl Seen {
    fn new(size: PtySize) -> Self {
        let (rows, cols) = (size.rows.try_into().unwrap(), size.cols.try_into().unwrap());
        let screen = vt100::Parser::new(rows, cols, 0);
        let state = State { screen, log: Vec::new(), shown: 0, closed: false, exit: None };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }
}

pub struct Emulator {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    seen: Arc<Seen>,
    process: i32,
    line_settings_before: String,
    home: tempfile::TempDir,
}

impl Emulator {
    /// Starts to read. Until then the program's output stays in the kernel.
    pub fn attach(self) -> Self {
        let mut reader = self.master().try_clone_reader().unwrap();
        let seen = Arc::clone(&self.seen);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end of a pseudo-terminal is an error on Linux and an empty read elsewhere.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                seen.change(|state| state.read(&bytes[..count]));
            }
            seen.change(State::close);
        });
        self
    }

    fn master(&self) -> &dyn MasterPty {
        &**self.master.as_ref().unwrap()
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn process(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_raw(self.process).unwrap()
    }

    /// To the program, which may have ended already.
    pub fn signal(&self, signal: rustix::process::Signal) {
        match rustix::process::kill_process(self.process(), signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => panic!("{signal:?} could not be sent: {error}"),
        }
    }

    /// Bytes as a keyboard sends them.
    pub fn send(&mut self, bytes: &str) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(bytes.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    pub fn resize(&self, cols: u16, rows: u16) {
        // The screen first, so that nothing drawn for the new size meets the old one.
        self.seen.change(|state| {
            state.screen.set_size(NonZeroU16::new(rows).unwrap(), NonZeroU16::new(cols).unwrap());
        });
        self.master().resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// The line settings of the terminal now: echo, line editing, signals from keys.
    pub fn line_settings(&self) -> String {
        line_settings(self.master())
    }

    /// The same before the program began.
    pub fn line_settings_before(&self) -> &str {
        &self.line_settings_before
    }

    /// Closes our side, as a terminal emulator that is killed does. Only without [`Self::attach`], whose reader
    /// would keep it open.
    pub fn close(&mut self) {
        self.writer = None;
        self.master = None;
    }

    /// Reads in place until `text` has come, for a test that will close the terminal.
    pub fn read_until(&self, text: &str) {
        let mut reader = self.master().try_clone_reader().unwrap();
        let mut log = Vec::new();
        let mut bytes = [0; 4096];
        while !String::from_utf8_lossy(&log).contains(text) {
            let count = reader.read(&mut bytes).unwrap();
            assert!(count > 0, "the program ended");
            log.extend_from_slice(&bytes[..count]);
        }
    }

    /// Fills the terminal from the program's side until it takes no more. For a terminal that nobody reads.
    pub fn fill(&self) {
        use rustix::fs::{Mode, OFlags};
        let name = self.master().tty_name().unwrap();
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let side = rustix::fs::open(name, flags, Mode::empty()).unwrap();
        loop {
            match rustix::io::write(&side, &[b'.'; 4096]) {
                Ok(_) => {}
                Err(rustix::io::Errno::AGAIN) => return,
                Err(error) => panic!("the terminal cannot be filled: {error}"),
            }
        }
    }

    /// Waits until the program's main thread is in a write to its standard output, where the system tells.
    pub fn wait_until_stuck_in_a_write(&self) {
        let writing = if cfg!(target_arch = "x86_64") { "1 0x1 " } else { "64 0x1 " };
        let deadline = Instant::now() + DEADLINE;
        while let Ok(call) = std::fs::read_to_string(format!("/proc/{}/syscall", self.process)) {
            if call.starts_with(writing) {
                return;
            }
            assert!(Instant::now() < deadline, "not in a write but in {call}");
            thread::yield_now();
        }
    }

    /// Waits until the screen shows `text`, in one row.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |state| state.screen.screen().contents().contains(text));
    }

    /// The same, or until the program has ended; whether the text is there.
    pub fn ends_or_shows(&self, text: &str) -> bool {
        let shown = |state: &State| state.screen.screen().contents().contains(text);
        self.wait_until(text, |state| state.exit.is_some() || shown(state));
        let state = self.seen.state.lock().unwrap();
        state.exit.is_none() && shown(&state)
    }

    pub fn wait_for_absence(&self, text: &str) {
        self.wait_until(text, |state| !state.screen.screen().contents().contains(text));
    }

    /// Waits until the last row shows `text`.
    pub fn wait_for_at_bottom(&self, text: &str) {
        self.wait_until(text, |state| {
            let screen = state.screen.screen();
            screen.rows(0, screen.size().1.get()).last().is_some_and(|row| row.contains(text))
        });
    }

    /// Waits until `bytes` have been written for the `count`th time.
    pub fn wait_for_bytes(&self, bytes: &str, count: usize) {
        self.wait_until(bytes, |state| String::from_utf8_lossy(&state.log).matches(bytes).count() >= count);
    }

    /// Waits until the program has ended and all its output has been read.
    pub fn wait_exit(&self) -> ExitStatus {
        self.wait_until("end of the program", |state| state.exit.is_some() && state.closed);
        self.seen.state.lock().unwrap().exit.clone().unwrap()
    }

    /// The same for a terminal that has been closed, where there is no output any more.
    pub fn wait_exit_unread(&self) -> Duration {
        let start = Instant::now();
        self.wait_until("end of the program", |state| state.exit.is_some());
        start.elapsed()
    }

    fn wait_until(&self, what: &str, condition: impl Fn(&State) -> bool) {
        let state = self.seen.state.lock().unwrap();
        let over = |state: &State| state.exit.is_some() && state.closed;
        let waits = |state: &mut State| !condition(state) && !over(state);
        let (state, _) = self.seen.changed.wait_timeout_while(state, DEADLINE, waits).unwrap();
        if !condition(&state) {
            let screen = state.screen.screen().contents();
            let log = state.log[state.log.len().saturating_sub(2000)..].escape_ascii().to_string();
            let exit = format!("{:?}", state.exit);
            drop(state);
            panic!("waited in vain for {what:?}; exit {exit}\n--- screen\n{screen}\n--- last bytes\n{log}");
        }
    }

    /// What the screen shows now.
    pub fn with_screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.state.lock().unwrap().screen.screen())
    }

    /// Every byte so far, with escapes readable.
    pub fn log(&self) -> String {
        let mut text = String::new();
        for c in String::from_utf8_lossy(&self.seen.state.lock().unwrap().log).chars() {
            match c {
                '\x1b' => text.push_str("ESC"),
                c if c.is_control() && c != '\n' => write!(text, "<{:02x}>", u32::from(c)).unwrap(),
                c => text.push(c),
            }
        }
        text
    }
}

impl Drop for Emulator {
    /// A test that fails leaves no program behind.
    fn drop(&mut self) {
        if self.seen.state.lock().is_ok_and(|state| state.exit.is_none()) {
            let _ = rustix::process::kill_process(self.process(), rustix::process::Signal::KILL);
        }
    }
}
