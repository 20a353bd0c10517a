//! The only loop: takes what happens, asks `update` what to do, and draws when what a person can read differs.
//!
//! Generic over the terminal's backend and over the [`Host`], which is everything else outside: so the whole
//! program runs in a test, on a test clock. It blocks a plain thread, not a task: one timed wait is one wake-up,
//! where a timer wheel takes two.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::Backend;

use crate::app::message::Mouse;
use crate::app::screen::{Ends, Progress, Projection, Screen, Size, project};
use crate::app::{Effect, Message, Model, settle, update};
use crate::input::{self, Input, Signal};
use crate::ui;

/// Messages taken in before a frame is drawn: a burst of keys or reports costs one frame, and a flood of them
/// cannot keep the screen from being drawn.
const BATCH: usize = 32;

/// The longest wait while something on the screen keeps time: a laptop may have slept meanwhile.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(30);

/// Added to a wait, so that the clock has surely passed the moment waited for: waking a hair early would cost
/// a second wake-up for nothing.
const MARGIN: Duration = Duration::from_millis(1);

/// Something from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Message(Message),
    /// From the terminal and the system. A click has a column and a row, which only the loop can place: it
    /// knows what is on the screen.
    Input(Input),
}

impl From<Message> for Event {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

/// Everything outside of model and screen: the clock, what happens, and what is to be done.
pub trait Host {
    /// What is drawn on.
    type Backend: Backend;

    fn now(&self) -> Timestamp;

    /// The next event; `None` once `timeout` is over. Without one it waits as long as it takes.
    fn wait(&mut self, timeout: Option<Duration>) -> Option<Event>;

    /// The next event if there is one already.
    fn poll(&mut self) -> Option<Event>;

    /// Called once, when the first frame is on the screen: what takes time to set up belongs here.
    fn opened(&mut self);

    /// A new title for the terminal's window.
    ///
    /// # Errors
    /// The terminal is gone.
    fn set_title(&mut self, title: &str) -> Outcome<(), Self>;

    /// Another progress in the terminal's tab or in the taskbar, for the terminals that have one.
    ///
    /// # Errors
    /// The terminal is gone.
    fn set_progress(&mut self, progress: Progress) -> Outcome<(), Self>;

    /// Wipes the terminal, which may have another size or another program's text on it.
    ///
    /// # Errors
    /// The terminal is gone.
    fn wipe(&mut self, terminal: &mut Terminal<Self::Backend>, size: Size) -> Outcome<(), Self>;

    /// The system wants something of the process: to leave, to stop, to go on.
    ///
    /// # Errors
    /// The terminal is gone.
    fn signalled(&mut self, signal: Signal) -> Outcome<After, Self>;

    /// Does what `update` asked for, without blocking; what came of it arrives as an event.
    ///
    /// # Errors
    /// The terminal is gone.
    fn perform(&mut self, effect: Effect) -> Outcome<After, Self>;
}

type Outcome<T, H> = Result<T, <<H as Host>::Backend as Backend>::Error>;

/// What an effect means for the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    Continue,
    /// The terminal's content is no longer what was drawn.
    Repaint,
    Leave,
}

/// Runs until the user or the system ends it.
///
/// # Errors
/// The terminal cannot be written to any more.
pub fn run<H: Host>(terminal: &mut Terminal<H::Backend>, host: &mut H, mut model: Model) -> Outcome<(), H> {
    // What is on the terminal; `None` when that is unknown.
    let mut shown = None;
    let mut effects = model.start();
    let mut signal = None;
    let mut opened = false;
    loop {
        // Edits before all else: whatever ends the program next, they are on their way to the disk.
        let (saves, effects_left): (Vec<_>, Vec<_>) =
            effects.drain(..).partition(|effect| matches!(effect, Effect::Save(_)));
        for effect in saves {
            host.perform(effect)?;
        }
        let (first, later): (Vec<_>, Vec<_>) = effects_left.into_iter().partition(concerns_terminal);
        let first = first.into_iter().map(|effect| host.perform(effect));
        let mut outcomes: Vec<After> = first.collect::<Result<_, _>>()?;
        if let Some(signal) = signal.take() {
            outcomes.push(host.signalled(signal)?);
        }
        for after in outcomes {
            match after {
                After::Continue => {}
                After::Repaint => shown = None,
                After::Leave => return Ok(()),
            }
        }
        if shown.is_none() && opened {
            host.wipe(terminal, model.setup.size)?;
        }
        let Projection { screen, changes_at } = project(&model, host.now());
        if shown.as_ref() != Some(&screen) {
            let mut ends = Ends::default();
            terminal.draw(|frame| ends = ui::draw(frame, &screen))?;
            model.drawn(ends);
            let titled = shown.as_ref().is_some_and(|shown| shown.window_title == screen.window_title);
            if !titled && !screen.window_title.is_empty() {
                host.set_title(&screen.window_title)?;
            }
            if shown.as_ref().map(|shown| shown.progress) != Some(screen.progress) {
                host.set_progress(screen.progress)?;
            }
            shown = Some(screen);
        }
        if !opened {
            opened = true;
            host.opened();
        }
        // After the frame: the person sees the key's result before the worker's thread is woken for it.
        for effect in later {
            host.perform(effect)?;
        }
        let timeout = timeout(changes_at, host.now());
        let mut next = Some(host.wait(timeout).unwrap_or(Message::Wake.into()));
        for taken in 1..=BATCH {
            let Some(event) = next else { break };
            let message = match event {
                Event::Message(message) => Some(message),
                Event::Input(Input::Signal(taken)) => {
                    signal = Some(taken);
                    break;
                }
                Event::Input(input) => message(input, shown.as_ref()),
            };
            if let Some(message) = message {
                effects.extend(update(&mut model, message, host.now()));
            }
            next = if taken < BATCH { host.poll() } else { None };
        }
        effects.extend(settle(&mut model, host.now()));
    }
}

/// What must be done before the next frame, or instead of it.
fn concerns_terminal(effect: &Effect) -> bool {
    matches!(effect, Effect::Repaint | Effect::Suspend | Effect::Quit)
}

fn timeout(changes_at: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
    let wait = now.duration_until(changes_at?).clamp(SignedDuration::ZERO, LONGEST_WAIT);
    Some(Duration::try_from(wait).unwrap_or_default() + MARGIN)
}

/// What an input means before anybody knows what its key is bound to.
fn message(input: Input, shown: Option<&Screen>) -> Option<Message> {
    Some(match input {
        Input::Key(key) => Message::Key(key),
        Input::Paste(text) => Message::Paste(text),
        Input::Resize(width, height) => Message::Resize(Size { width, height }),
        Input::Focus(gained) => Message::Focus(gained),
        Input::Mouse { kind: input::Mouse::WheelUp, .. } => Message::Mouse(Mouse::Wheel(-1)),
        Input::Mouse { kind: input::Mouse::WheelDown, .. } => Message::Mouse(Mouse::Wheel(1)),
        Input::Mouse { kind: input::Mouse::Click, x, y } => Message::Mouse(match ui::hit(shown?, x, y)? {
            ui::Hit::Row(row) => Mouse::Row(row),
            ui::Hit::FooterKey(action) => Mouse::Action(action),
            ui::Hit::Detail => Mouse::Detail,
            ui::Hit::MenuItem(item) => Mouse::MenuItem(item),
        }),
        Input::Hangup | Input::Signal(_) => Message::Terminate,
    })
}
