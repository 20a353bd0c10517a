//! Signals, and the terminal going away: what must be noticed even when no key ever comes again.
//!
//! One wait for both, without a time-out. Nothing is asked of the terminal but what `poll` reports unasked (gone,
//! broken, closed), so a key does not wake this thread. Must not read from the terminal, which the keys' thread does.

use std::io;
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

use super::{Input, Signal};
use crate::terminal;

pub(super) struct Watch<F> {
    signals: SignalDelivery<UnixStream, SignalOnly>,
    /// A signal to leave has been handed on.
    leaving: bool,
    emit: F,
}

impl<F: Fn(Input) -> bool> Watch<F> {
    /// Catches the signals from now on; they wait for [`Self::run`].
    pub(super) fn new(emit: F) -> io::Result<Self> {
        let (read, write) = UnixStream::pair()?;
        let signals = [SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT];
        let signals = SignalDelivery::with_pipe(read, write, SignalOnly, signals)?;
        Ok(Self { signals, leaving: false, emit })
    }

    pub(super) fn run(mut self) {
        let stdin = io::stdin();
        let mut hung_up = false;
        loop {
            let mut sources = [
                PollFd::new(self.signals.get_read(), PollFlags::IN),
                PollFd::new(&stdin, PollFlags::empty()),
            ];
            // A terminal that has gone would be reported over and over.
            let watched = sources.len() - usize::from(hung_up);
            match poll(sources.get_mut(..watched).unwrap_or_default(), None) {
                // A stop and its end interrupt the wait; the signal itself is in the pipe.
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return,
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
            if self.leaving {
                terminal::restore();
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
            self.leaving = true;
            (self.emit)(Input::Signal(leave))
        })
    }
}
