//! Signals, and the terminal going away: what must be noticed even when no key ever comes again.
//!
//! One wait for both, without a time-out until somebody wants the program to end: then the loop has a moment to do
//! so, and after it the program ends without the loop, which may hang in a write to a terminal that takes no more.
//! Nothing is asked of the terminal but what `poll` reports unasked (gone,
//! broken, closed), so a key does not wake this thread. Must not read from the terminal, which the keys' thread does.

use std::io;
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

use super::{Input, Signal};
use crate::terminal;

/// For the loop to give the terminal back, and from then on for the rest of leaving, which has an end of its own.
const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

pub(super) struct Watch<F> {
    signals: SignalDelivery<UnixStream, SignalOnly>,
    /// The signal to leave that has been handed on.
    leaving: Option<i32>,
    emit: F,
}

impl<F: Fn(Input) -> bool> Watch<F> {
    /// Catches the signals from now on; they wait for [`Self::run`].
    pub(super) fn new(emit: F) -> io::Result<Self> {
        let (read, write) = UnixStream::pair()?;
        let signals = [SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT];
        let signals = SignalDelivery::with_pipe(read, write, SignalOnly, signals)?;
        Ok(Self { signals, leaving: None, emit })
    }

    pub(super) fn run(mut self) {
        let stdin = io::stdin();
        let mut hung_up = false;
        let mut entered = true;
        loop {
            let mut sources = [
                PollFd::new(self.signals.get_read(), PollFlags::IN),
                PollFd::new(&stdin, PollFlags::empty()),
            ];
            // A terminal that has gone would be reported over and over.
            let watched = sources.len() - usize::from(hung_up);
            let patience = self.leaving.map(|_| &PATIENCE);
            match (poll(sources.get_mut(..watched).unwrap_or_default(), patience), self.leaving) {
                // The loop has left in order, and saves the last edits. That it gets the time for once more.
                (Ok(0), Some(_)) if entered && !terminal::is_entered() => entered = false,
                (Ok(0), Some(signal)) => end(signal),
                // A stop and its end interrupt the wait; the signal itself is in the pipe.
                (Ok(_) | Err(Errno::INTR), _) => {}
                (Err(_), _) => return,
            }
            let [_, terminal] = sources.map(|source| source.revents());
            if !self.hand_on_signals() {
                return;
            }
            if !terminal.is_empty() {
                hung_up = true;
                if !(self.emit)(Input::Hangup) {
                    return;
                }
            }
        }
    }

    fn hand_on_signals(&mut self) -> bool {
        let pending: Vec<_> = self.signals.pending().collect();
        pending.into_iter().all(|signal| {
            let leave = match signal {
                SIGCONT => return terminal::is_own_resume() || (self.emit)(Input::Signal(Signal::Continue)),
                SIGTSTP => return (self.emit)(Input::Signal(Signal::Stop)),
                SIGINT => Signal::Interrupt,
                SIGHUP => Signal::Hangup,
                _ => Signal::Terminate,
            };
            if self.leaving.is_some() {
                end(signal);
            }
            self.leaving = Some(signal);
            (self.emit)(Input::Signal(leave))
        })
    }
}

/// Without the loop. Where even that fails, the next signal tries again.
fn end(signal: i32) {
    terminal::restore();
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
