//! What is shown outside of the screen: bell, notifications, progress. Decides which means a terminal has, and not
//! what is told.

use std::io;
use std::sync::mpsc::SyncSender;

use crate::app::Message;
use crate::app::notification::Notification;
use crate::app::screen::{self, Role};
use crate::clipboard::Surroundings;
use crate::desktop::{self, Desktop};
use crate::domain::text::clean;
use crate::runtime::Event;
use crate::terminal::emulator::Progress;
use crate::terminal::{Emulator, Session};

const TITLE: &str = "atlas-tui";
const BELL: &[u8] = b"\x07";

pub(super) struct Outward {
    emulator: Emulator,
    /// What the terminal shows, as far as we know.
    progress: Progress,
    desktop: Desktop,
    /// This machine's desktop is in front of the person.
    at_desk: bool,
}

impl Outward {
    pub fn new(surroundings: Surroundings) -> Self {
        let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            emulator: Emulator::find(variable),
            progress: Progress::None,
            desktop: Desktop::default(),
            at_desk: surroundings.desktop && !surroundings.ssh,
        }
    }

    pub fn notify(
        &mut self,
        notification: &Notification,
        session: &mut Session,
        events: &SyncSender<Event>,
    ) -> io::Result<()> {
        let sequence =
            self.emulator.notification(TITLE, &notification.text).filter(|_| notification.terminal);
        // One notification is enough; the terminal's also brings its window back.
        if notification.desktop && sequence.is_none() && self.at_desk && desktop::AVAILABLE {
            let events = events.clone();
            self.desktop.show(&notification.text, move |text| {
                let text = clean(&text).into_owned();
                let _ = events.try_send(Message::Said { text, role: Role::Warning }.into());
            });
        }
        let mut bytes = sequence.unwrap_or_default().into_bytes();
        if notification.bell {
            bytes.extend_from_slice(BELL);
        }
        session.write(&bytes)
    }

    pub fn set_progress(&mut self, progress: screen::Progress, session: &mut Session) -> io::Result<()> {
        let progress = match progress {
            screen::Progress::None => Progress::None,
            screen::Progress::Percent(percent) => Progress::Percent(percent),
            screen::Progress::Failed => Progress::Failed,
            screen::Progress::Running => Progress::Indeterminate,
        };
        if progress == self.progress {
            return Ok(());
        }
        self.progress = progress;
        let Some(sequence) = self.emulator.progress(progress) else { return Ok(()) };
        let clear = self.emulator.progress(Progress::None).filter(|_| progress != Progress::None);
        session.set_progress(&sequence, clear)
    }

    /// The terminal was given back in between: it shows nothing of ours.
    pub fn left(&mut self) {
        self.progress = Progress::None;
    }
}
