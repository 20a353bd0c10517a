//! What the person and the system say to the program: keys, pastes, sizes, focus, mouse and signals.
//!
//! Two threads, which both sleep without a time-out, so that an idle program does not wake:
//!
//! - `keys` blocks in crossterm's `read` and hands on what it means to us (`event`). It never asks `poll`
//!   first: a `read` takes all that has come. A change of size comes this way too, since crossterm has SIGWINCH;
//!   it empties its pipe of signals before it asks for the size, so a storm of them ends in the latest one.
//! - `watch` waits for the other signals and for the end of the terminal (the file of that name). It is not left to `keys`,
//!   because crossterm 0.29 does not report an end of file but spins on it (its issue 793).
//!
//! Must not know what a key is bound to, and never takes more than the closure will have.

mod event;
mod watch;

use std::io;
use std::thread;
use std::time::Duration;

use crate::app::key::Key;
use watch::Watch;

/// Neither thread goes deep; the default of 2 MiB would only be reserved in vain.
const STACK: usize = 256 * 1024;

/// One thing that happened outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Key(Key),
    /// Pasted text as the terminal sent it, cut at 64 KiB. It may hold anything: clean it before use.
    Paste(String),
    /// Columns and rows.
    Resize(u16, u16),
    /// Whether the terminal has the person's attention.
    Focus(bool),
    /// Column and row from 0. What a terminal says may lie outside the screen.
    Mouse {
        kind: Mouse,
        x: u16,
        y: u16,
    },
    Signal(Signal),
    /// The terminal is gone for good; nothing can be read or written any more.
    Hangup,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The first button went down.
    Click,
    WheelUp,
    WheelDown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM: leave, with status 143.
    Terminate,
    /// SIGINT from outside, since Ctrl-C is a key in raw mode: leave, with status 130.
    Interrupt,
    /// SIGHUP: leave, with status 129. The terminal may be gone already.
    Hangup,
    /// SIGTSTP from outside: stop, as for Ctrl-Z.
    Stop,
    /// Continued after a stop that was not ours: take the terminal again and draw.
    Continue,
}

/// Starts both threads. `emit` is called from each, may block, and ends it by answering `false`.
///
/// From here on the signals no longer end the process by themselves, so call it before the terminal is entered;
/// and changes of size are noticed, so ask for the size after it.
/// A SIGTERM, SIGINT or SIGHUP that the loop does not follow within a second gives the terminal back and ends the
/// process, in case the loop hangs: in a write to a terminal that takes no more, for one. A second one does so at once.
///
/// # Errors
/// No signal can be caught, or no thread started.
pub fn spawn(emit: impl Fn(Input) -> bool + Clone + Send + 'static) -> io::Result<()> {
    // Makes crossterm catch SIGWINCH now, and not whenever its thread first runs. It reads nothing.
    crossterm::event::poll(Duration::ZERO)?;
    let watch = Watch::new(emit.clone())?;
    let thread = |name: &str| thread::Builder::new().name(name.to_owned()).stack_size(STACK);
    thread("watch").spawn(move || watch.run())?;
    thread("keys").spawn(move || read(emit))?;
    Ok(())
}

fn read(emit: impl Fn(Input) -> bool) {
    while let Ok(event) = crossterm::event::read() {
        if event::input(event).is_some_and(|input| !emit(input)) {
            return;
        }
    }
    // Mostly the watch has said so already. Without keys the program could not be left, whatever the reason.
    emit(Input::Hangup);
}
