//! The terminal between enter and leave: its modes, its title, and the ways out of it.
//!
//! What is on is kept in one static, because a panic hook and a signal cannot be handed a guard. Every way out
//! (drop, panic, suspend) goes through [`restore`], which takes the record, so that it leaves exactly once.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::queue;
use crossterm::style::{Attribute, Print, SetAttribute};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode,
    enable_raw_mode,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};

use super::tty::Stdout;

/// The title and the icon's, both of which `SetTitle` sets, on xterm's stack. crossterm has no word for it.
const SAVE_TITLE: &str = "\x1b[22;0t";
const RESTORE_TITLE: &str = "\x1b[23;0t";

/// Clicks and the wheel, in SGR form. Not crossterm's `EnableMouseCapture`, which asks for motion as well: that
/// would wake the program for every cell crossed.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// What is on now. What to go back to, crossterm keeps.
struct Modes {
    mouse: bool,
    /// What takes a progress out of the tab or the taskbar, while one is there.
    clear_progress: Option<String>,
}

static MODES: Mutex<Option<Modes>> = Mutex::new(None);

/// Set while a stop of our own lasts: the `SIGCONT` that ends it has been answered already.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// How to enter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Report clicks and the wheel. Off leaves selecting text to the terminal.
    pub mouse: bool,
}

/// The terminal in the program's hands. Dropping it gives it back.
#[derive(Debug)]
#[must_use = "the terminal is given back when this is dropped"]
pub struct Session {
    options: Options,
}

impl Session {
    /// Takes the terminal: raw mode, then all sequences in one write. Waits for no answer.
    ///
    /// # Errors
    /// Standard input is no terminal, or the terminal is gone. It is then as it was.
    pub fn enter(options: Options) -> io::Result<Self> {
        enter(options)?;
        Ok(Self { options })
    }

    /// Turns reporting of clicks and wheel on or off.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.options.mouse = on;
        // Recorded before it is written: turning off what is off does no harm, and the reverse would.
        if let Some(modes) = &mut *modes() {
            modes.mouse |= on;
        }
        Stdout.write_all(if on { MOUSE_ON } else { MOUSE_OFF }.as_bytes())
    }

    /// Sets the terminal's title; the one before returns on leaving.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn set_title(&mut self, title: &str) -> io::Result<()> {
        let clean: String = title.chars().filter(|c| !c.is_control()).collect();
        let mut sequence = Vec::new();
        queue!(sequence, SetTitle(clean))?;
        Stdout.write_all(&sequence)
    }

    /// Shows a progress in the terminal's tab or in the taskbar. `clear` takes it away again, and is what leaving
    /// writes; `None` when the sequence itself is that.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn set_progress(&mut self, sequence: &str, clear: Option<String>) -> io::Result<()> {
        // Before it is shown it is known how it goes, and it is known until it has gone.
        if let (Some(modes), Some(clear)) = (&mut *modes(), &clear) {
            modes.clear_progress = Some(clear.clone());
        }
        Stdout.write_all(sequence.as_bytes())?;
        if let (Some(modes), None) = (&mut *modes(), clear) {
            modes.clear_progress = None;
        }
        Ok(())
    }

    /// Writes a whole sequence that moves no cursor and changes no style: a clipboard copy, a bell, a notification.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn write(&mut self, sequence: &[u8]) -> io::Result<()> {
        Stdout.write_all(sequence)
    }

    /// Gives the terminal back, stops the whole job as Ctrl-Z does elsewhere, and takes the terminal again once
    /// the shell continues it. The terminal may have another size then: ask [`super::size`], clear and draw.
    ///
    /// Answers whether it stopped: where no shell could ever continue it, it does not.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn suspend(&mut self) -> io::Result<bool> {
        if !can_be_continued() {
            return Ok(false);
        }
        restore();
        STOPPED.store(true, Ordering::SeqCst);
        // The group, as the terminal's own Ctrl-Z would: a wrapper script that stays awake would leave the
        // shell waiting for it. STOP, because our handler of TSTP would catch ours.
        let stopped = kill_current_process_group(Signal::STOP);
        if stopped.is_err() {
            STOPPED.store(false, Ordering::SeqCst);
        }
        enter(self.options)?;
        stopped?;
        Ok(true)
    }

    /// Takes the terminal again after a stop that was not ours: the shell has had it in the meantime.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn resume(&mut self) -> io::Result<()> {
        restore();
        enter(self.options)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        restore();
    }
}

/// The session leader's own group has no shell above it that could bring it back.
fn can_be_continued() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Whether this `SIGCONT` ends a stop of our own. Asked once for each such signal.
pub(crate) fn is_own_resume() -> bool {
    STOPPED.swap(false, Ordering::SeqCst)
}

/// Whether the terminal is in the program's hands still. Waits for who is about to give it back.
pub(crate) fn is_entered() -> bool {
    modes().is_some()
}

fn modes() -> MutexGuard<'static, Option<Modes>> {
    // A panic elsewhere must not keep the terminal raw.
    MODES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn enter(options: Options) -> io::Result<()> {
    {
        let mut modes = modes();
        enable_raw_mode()?;
        *modes = Some(Modes { mouse: options.mouse, clear_progress: None });
    }
    let entered = entering(options.mouse).and_then(|sequences| Stdout.write_all(&sequences));
    if entered.is_err() {
        restore();
    }
    entered
}

/// All that entering writes. Terminals ignore what they lack. Of the kitty keyboard "disambiguate" only, so that
/// Esc needs no waiting; it comes after the screen, because terminals keep one stack of it for each.
fn entering(mouse: bool) -> io::Result<Vec<u8>> {
    let mut sequences = Vec::new();
    queue!(
        sequences,
        Print(SAVE_TITLE),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES),
        Hide,
    )?;
    if mouse {
        queue!(sequences, Print(MOUSE_ON))?;
    }
    Ok(sequences)
}

/// The reverse. First it ends a synchronized frame that may have been cut short, and the last style.
fn leaving(modes: &Modes) -> io::Result<Vec<u8>> {
    let mut sequences = Vec::new();
    if let Some(clear) = &modes.clear_progress {
        queue!(sequences, Print(clear))?;
    }
    if modes.mouse {
        queue!(sequences, Print(MOUSE_OFF))?;
    }
    queue!(
        sequences,
        EndSynchronizedUpdate,
        SetAttribute(Attribute::Reset),
        Show,
        PopKeyboardEnhancementFlags,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Print(RESTORE_TITLE),
    )?;
    Ok(sequences)
}

/// Gives the terminal back as it was before [`Session::enter`]. Does nothing if it has been given back already,
/// so every way out may call it. Errors are ignored: there is nobody left to tell.
pub fn restore() {
    // Held to the end, so that who comes second, and may be about to end the process, waits for the first.
    let mut held = modes();
    let Some(modes) = held.take() else { return };
    // A terminal that takes nothing for this long must not keep the program from ending.
    let patience = Timespec { tv_sec: 1, tv_nsec: 0 };
    if poll(&mut [PollFd::new(&io::stdout(), PollFlags::OUT)], Some(&patience)).is_ok_and(|ready| ready > 0) {
        let _ = leaving(&modes).and_then(|sequences| Stdout.write_all(&sequences));
    }
    let _ = disable_raw_mode();
}

/// Reports panics and errors with color-eyre, after giving the terminal back. The hook runs before the process
/// aborts, so it works with `panic = "abort"` too.
///
/// The report holds the message and the place, and never the environment, which may hold keys.
///
/// # Errors
/// Another error hook is installed already.
pub fn install_panic_hook() -> color_eyre::Result<()> {
    let plain =
        !io::stderr().is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let theme = if plain { color_eyre::config::Theme::new() } else { color_eyre::config::Theme::dark() };
    let (panic_hook, error_hook) =
        color_eyre::config::HookBuilder::new().theme(theme).display_env_section(false).try_into_hooks()?;
    error_hook.install()?;
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        let _ = writeln!(io::stderr(), "{}", panic_hook.panic_report(panic));
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private modes (`CSI ? n h` or `l`) that a text sets or resets, in order.
    fn modes_of(sequences: &[u8], end: char) -> Vec<String> {
        let text = std::str::from_utf8(sequences).unwrap();
        text.split('\x1b')
            .filter_map(|part| part.strip_prefix("[?")?.strip_suffix(end))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn everything_that_is_turned_on_is_turned_off_in_reverse() {
        for mouse in [false, true] {
            let modes = Modes { mouse, clear_progress: None };
            let (on, off) = (entering(mouse).unwrap(), leaving(&modes).unwrap());
            let mut expected = modes_of(&on, 'h');
            expected.reverse();
            let left: Vec<_> = modes_of(&off, 'l').into_iter().filter(|mode| mode != "2026").collect();
            assert_eq!(left, expected);
            // The cursor is the one mode that entering turns off.
            assert_eq!(modes_of(&on, 'l'), modes_of(&off, 'h'));
        }
    }

    #[test]
    fn a_progress_is_taken_away_before_anything_else() {
        let modes = Modes { mouse: true, clear_progress: Some("\x1b]9;4;0\x07".to_owned()) };
        assert!(leaving(&modes).unwrap().starts_with(b"\x1b]9;4;0\x07\x1b[?1006l"));
        let modes = Modes { clear_progress: None, ..modes };
        assert!(leaving(&modes).unwrap().starts_with(b"\x1b[?1006l"));
    }

    #[test]
    fn motion_of_the_mouse_is_not_asked_for() {
        let modes = modes_of(&entering(true).unwrap(), 'h');
        assert!(modes.iter().any(|mode| mode == "1000"));
        assert!(!modes.iter().any(|mode| mode == "1002" || mode == "1003"));
    }

    #[test]
    fn leaving_what_was_never_entered_does_nothing() {
        restore();
        assert!(modes().is_none());
    }
}
