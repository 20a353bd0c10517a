//! Everything that can wake the loop, and everything that `update` can ask of it.

use std::time::Duration;

use jiff::Timestamp;

use super::account::Account;
use super::key::Key;
use super::keymap::Action;
use super::notification::Notification;
use super::view::{Role, Size};
use super::watch::Reading;
use crate::doctor::Check;
use crate::domain::lookup::{Edit, Lookup};
use crate::domain::phase::{Phase, Status};
use crate::domain::profile::Profile;
use crate::domain::target::Target;
use crate::worker::{Command, Report};

#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    Key(Key),
    Paste(String),
    Resize(Size),
    /// The terminal gained or lost the focus.
    Focus(bool),
    Mouse(Mouse),
    Report(Report),
    /// The store has finished with an edit.
    Stored(Stored),
    /// The saved lookups, and what reading them had to say: read after the first frame when there are many.
    Loaded {
        lookups: Vec<Lookup>,
        note: Option<String>,
        read_only: bool,
    },
    /// The lookups in the file, and what reading them had to say, when another instance changed one of the two.
    Reloaded {
        lookups: Vec<Lookup>,
        note: Option<String>,
        read_only: bool,
    },
    /// What came of a copy or an opened link.
    Said {
        text: String,
        role: Role,
    },
    /// The hook could not be run, failed, or was cut short.
    HookFailed {
        /// The name of the lookup it was run for.
        lookup: String,
        why: String,
        took: Duration,
    },
    /// Watch this one too, and show it: the command line named it.
    Open(Lookup),
    /// How a profile (`None`: the session without one) signs in: known once its first request is made.
    SignedIn(Box<Account>),
    /// The embedded Atlas runs at this host and serves these.
    DemoStarted {
        host: String,
        lookups: Vec<Lookup>,
    },
    DemoFailed {
        why: String,
    },
    /// A check of that run was made.
    Checked {
        run: u64,
        check: Check,
    },
    /// All of them were.
    Examined {
        run: u64,
    },
    /// The wake-up that `screen` asked for.
    Wake,
    /// Somebody asked the process to end.
    Terminate,
}

/// The mouse, already told what it points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// Lines down (up when negative).
    Wheel(i16),
    /// A row of the visible list, counted from its top.
    Row(usize),
    Action(Action),
    Detail,
    MenuItem(usize),
}

/// How saving went.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {
    /// The list as it now is in the file, with the edits of other instances in it, and how many of our edits
    /// have been saved so far. The note tells of a file that had to be moved aside.
    Saved { lookups: Vec<Lookup>, edits: u64, note: Option<String> },
    /// It could not be written: the sentence for the user. The store keeps the edit and tries again. `read_only`
    /// when it is the file that must not be written to.
    Failed { why: String, read_only: bool },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Work(Command),
    Save(Edit),
    /// Look whether another instance changed the file.
    Reload,
    /// Put `text` on the clipboard and say that `what` was copied.
    Copy {
        what: String,
        text: String,
    },
    OpenLink(String),
    /// Tell the person, wherever they look.
    Notify(Notification),
    /// Run the configured command on a transition.
    RunHook(Box<Happening>),
    Mouse(bool),
    /// Look for a fault, of this lookup or of the sign-in alone. An earlier run ends.
    Diagnose {
        run: u64,
        /// Whose sign-in is looked at; `None`: that of the session without a profile.
        profile: Option<Profile>,
        target: Option<Target>,
    },
    /// Nobody looks any more.
    StopDiagnosis,
    StartDemo,
    /// Stop the embedded Atlas and ask the real one again.
    LeaveDemo,
    /// Paint everything anew.
    Repaint,
    Suspend,
    Quit,
}

/// A transition with the job as it then was: what a hook is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    pub lookup: Lookup,
    pub from: Phase,
    pub status: Status,
    pub reading: Reading,
    /// When the answer came, on the server's clock.
    pub read_at: Timestamp,
    /// Whether that answer is no longer the last word: newer reads failed.
    pub stale: bool,
}
