//! The state of the dashboard.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tui_input::Input;

use super::account::Account;
use super::aside::Aside;
use super::filter::Filter;
use super::keymap::{Action, Keymap};
use super::layout;
use super::notification::{News, Switches};
use super::order::Order;
use super::overlay::Overlay;
use super::rows::Rows;
use super::time_format::TimeFormat;
use super::traffic::Question;
use super::view::{Ends, Layout, Pane, Role, Size, ThemeName};
use super::watch::{Change, Watch};
use crate::api::Budget;
use crate::domain::lookup::Lookup;
use crate::domain::profile::Profile;
use crate::domain::server_clock::ServerClock;
use crate::worker::{Pace, WatchId};

/// Requests kept for the log (`L`): those of the last minute, at 20 a second, and some more.
pub(super) const LOG: usize = 1_300;
/// How long a notice stays.
pub(super) const NOTICE: SignedDuration = SignedDuration::from_secs(6);
/// Removals that can be undone.
const UNDO: usize = 50;

/// What the user chose before the start, in flags, environment and file.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Setup {
    pub size: Size,
    /// What lookups without a profile of their own are read with.
    pub session: Account,
    /// Everything that there is to choose from, the session's account among them.
    pub accounts: Vec<Account>,
    /// What the names of variables with credentials begin with here: `MONGODB_ATLAS_`.
    pub variables: &'static str,
    pub keymap: Keymap,
    pub theme: ThemeName,
    pub ascii: bool,
    pub mouse: bool,
    /// Whether a row that changed may stand out for a moment.
    pub motion: bool,
    pub time: TimeFormat,
    pub zone: Zone,
    pub interval: Duration,
    pub notify: Switches,
    /// A command is to be run on each transition.
    pub hook: bool,
}

/// The machine's time zone, looked up when it is first needed: that reads a directory of hundreds of names.
#[derive(Debug, Clone)]
pub struct Zone {
    find: fn() -> TimeZone,
    found: OnceLock<TimeZone>,
}

impl Zone {
    #[must_use]
    pub fn new(find: fn() -> TimeZone) -> Self {
        Self { find, found: OnceLock::new() }
    }

    #[must_use]
    pub fn get(&self) -> &TimeZone {
        self.found.get_or_init(self.find)
    }
}

/// Whose lookups are on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Saved,
    /// Saved ones that are still being read.
    Reading,
    /// The demo's own; nothing is saved.
    Demo {
        running: bool,
    },
}

/// Whether the terminal has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    Here,
    Elsewhere,
}

/// What just happened, until a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub role: Role,
    pub until: Timestamp,
}

/// One request that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    pub at: Timestamp,
    pub lookup: String,
    pub http_status: Option<u16>,
    pub outcome: String,
    pub role: Role,
    pub latency: Duration,
    pub body_bytes: u64,
    pub requests: u32,
    pub request_id: Option<String>,
    /// `None` for what was no request to Atlas: a hook.
    pub question: Option<Question>,
    /// Which one asked.
    pub profile: Option<Profile>,
}

#[derive(Debug, Clone)]
pub struct Model {
    pub setup: Setup,
    pub source: Source,
    pub watches: Vec<Watch>,
    /// Always one that the filter shows, unless it shows none.
    pub selected: Option<WatchId>,
    /// First list row on screen.
    pub offset: usize,
    pub filter: Filter,
    pub order: Order,
    pub rows: Rows,
    /// The filter while it is typed.
    pub prompt: Option<Input>,
    pub focus: Pane,
    pub zoom: bool,
    pub detail_scroll: u16,
    /// As of the last frame: no scrolling goes beyond.
    pub ends: Ends,
    pub overlay: Option<Overlay>,
    pub notice: Option<Notice>,
    /// What reading the lookups file had to say; stays until Esc, or until it is no longer true.
    pub file_note: Option<String>,
    /// Edits of the saved lookups will fail: the file is of a newer version, or cannot be read.
    pub read_only: bool,
    /// Why the last edits are not saved; stays until they are.
    pub save_error: Option<String>,
    /// The saved lookups while the demo stands in front of them; `None` when it was all there was from the start.
    pub aside: Option<Box<Aside>>,
    pub clock: ServerClock,
    pub budget: Option<Budget>,
    /// Whether the rate budget slows refreshing down.
    pub pace: Pace,
    pub paused: bool,
    /// Lookups that were removed together and where they stood, from the top; the latest last.
    pub removed: Vec<Vec<(usize, Lookup)>>,
    pub log: VecDeque<LogEntry>,
    /// Edits sent to the store, and how many of them it has confirmed.
    pub edits_made: u64,
    pub edits_saved: u64,
    /// As the terminal says; one that does not say has it.
    pub attention: Attention,
    /// Transitions of this message, until they have been reacted to.
    pub(super) changes: Vec<(WatchId, Change)>,
    pub(super) news: News,
    next_watch: u64,
    /// Runs of the checks so far.
    pub(super) diagnoses: u64,
}

impl Model {
    #[must_use]
    pub fn new(setup: Setup, source: Source) -> Self {
        Self {
            setup,
            source,
            watches: Vec::new(),
            selected: None,
            offset: 0,
            filter: Filter::default(),
            order: Order::default(),
            rows: Rows::default(),
            prompt: None,
            focus: Pane::List,
            zoom: false,
            detail_scroll: 0,
            ends: Ends::default(),
            overlay: None,
            notice: None,
            file_note: None,
            read_only: false,
            save_error: None,
            aside: None,
            clock: ServerClock::default(),
            budget: None,
            pace: Pace::default(),
            paused: false,
            removed: Vec::new(),
            log: VecDeque::new(),
            edits_made: 0,
            edits_saved: 0,
            attention: Attention::Here,
            changes: Vec::new(),
            news: News::default(),
            next_watch: 0,
            diagnoses: 0,
        }
    }

    /// Adds watches for these at the end, without telling worker or store; selects the first if none is.
    pub fn load(&mut self, lookups: impl IntoIterator<Item = Lookup>) {
        for lookup in lookups {
            let watch = self.new_watch(lookup);
            self.watches.push(watch);
        }
        if self.selected.is_none() {
            self.selected = self.watches.first().map(|watch| watch.id);
        }
        self.arrange(self.selected);
    }

    pub(super) fn new_watch(&mut self, lookup: Lookup) -> Watch {
        self.next_watch += 1;
        let mut watch = Watch::new(WatchId(self.next_watch), lookup);
        watch.profile = watch.profile.or_else(|| self.setup.session.profile.clone());
        watch
    }

    #[must_use]
    pub fn watch(&self, id: WatchId) -> Option<&Watch> {
        self.watches.get(self.index_of(id)?)
    }

    pub(super) fn watch_mut(&mut self, id: WatchId) -> Option<&mut Watch> {
        let index = self.index_of(id)?;
        self.watches.get_mut(index)
    }

    #[must_use]
    pub fn selected_watch(&self) -> Option<&Watch> {
        self.watch(self.selected?)
    }

    #[must_use]
    pub fn layout(&self) -> Layout {
        layout::layout(self.setup.size, self.focus, self.zoom)
    }

    /// Whether the first-start screen is up: nothing is watched, nor about to be.
    #[must_use]
    pub fn is_welcome(&self) -> bool {
        self.watches.is_empty()
    }

    /// The first key of an action as people read it; empty when it has none.
    #[must_use]
    pub fn key(&self, action: Action) -> String {
        self.setup.keymap.label(action, self.setup.ascii)
    }

    /// All keys of an action as people read them.
    #[must_use]
    pub fn keys(&self, action: Action) -> Vec<String> {
        self.setup.keymap.keys(action).iter().map(|key| key.label(self.setup.ascii)).collect()
    }

    /// Takes in how far the texts of the last frame can be scrolled; one that got shorter is scrolled back.
    pub fn drawn(&mut self, ends: Ends) {
        self.ends = ends;
        self.detail_scroll = self.detail_scroll.min(ends.detail);
        if let Some(Overlay::Help { scroll }) = &mut self.overlay {
            *scroll = (*scroll).min(ends.help);
        }
    }

    /// Says something for a few seconds.
    pub fn say(&mut self, text: impl Into<String>, role: Role, now: Timestamp) {
        let until = now.saturating_add(NOTICE).unwrap_or(now);
        self.notice = Some(Notice { text: text.into(), role, until });
    }

    /// Takes in what an answer tells of the server's clock. All lookups share it, so when it moves each of them
    /// is judged again, and none keeps a phase that the countdown beside it contradicts.
    pub(super) fn learn_time(
        &mut self,
        date: Timestamp,
        sent_at: Timestamp,
        received_at: Timestamp,
        now: Timestamp,
    ) {
        let before = self.clock.offset();
        self.clock.observe(date, sent_at, received_at);
        if self.clock.offset() != before {
            let clock = self.clock;
            for watch in &mut self.watches {
                let change = watch.assess(&clock, now);
                self.changes.extend(change.map(|change| (watch.id, change)));
            }
            // Every moment that a filter waits for is another one too.
            self.rows.disturb();
        }
    }

    pub(super) fn remember_removed(&mut self, together: Vec<(usize, Lookup)>) {
        if self.removed.len() == UNDO {
            self.removed.remove(0);
        }
        self.removed.push(together);
    }

    pub(super) fn log(&mut self, entry: LogEntry) {
        self.log.truncate(LOG - 1);
        self.log.push_front(entry);
    }

    /// Edits that the store has not confirmed.
    #[must_use]
    pub fn unsaved(&self) -> u64 {
        self.edits_made.saturating_sub(self.edits_saved)
    }
}
