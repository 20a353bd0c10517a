//! The board that the demo stands in front of: kept as it was left, to come back to.

use super::account::Account;
use super::filter::Filter;
use super::model::{LogEntry, Model, Source};
use super::order::Order;
use super::watch::Watch;
use crate::api::Budget;
use crate::domain::lookup::Lookup;
use crate::domain::server_clock::ServerClock;
use crate::worker::WatchId;

/// Everything that belongs to one Atlas and its lookups, and not to the screen or the settings.
#[derive(Debug, Clone)]
pub struct Aside {
    session: Account,
    watches: Vec<Watch>,
    selected: Option<WatchId>,
    filter: Filter,
    order: Order,
    removed: Vec<Vec<(usize, Lookup)>>,
    log: std::collections::VecDeque<LogEntry>,
    budget: Option<Budget>,
    clock: ServerClock,
    file_note: Option<String>,
    read_only: bool,
    /// What the file holds, where that was told during the demo.
    newer: Option<Vec<Lookup>>,
}

impl Aside {
    /// What its lookups are read with.
    pub(super) fn session_mut(&mut self) -> &mut Account {
        &mut self.session
    }

    /// The file holds these now, the edits made before the demo among them.
    pub(super) fn follow(&mut self, newer: Vec<Lookup>) {
        for watch in &mut self.watches {
            watch.unsaved = false;
        }
        self.newer = Some(newer);
    }
}

impl Model {
    /// What was said of the lookups file and whether it must only be read, wherever its board is now; `None` where
    /// the demo is all there is.
    pub(super) fn word_of_the_file(&mut self) -> Option<(&mut Option<String>, &mut bool)> {
        match (&mut self.aside, self.source) {
            (Some(aside), _) => Some((&mut aside.file_note, &mut aside.read_only)),
            (None, Source::Demo { .. }) => None,
            (None, _) => Some((&mut self.file_note, &mut self.read_only)),
        }
    }

    /// Takes all that belongs to the saved lookups off the board, and leaves an empty one.
    pub(super) fn set_aside(&mut self) -> Aside {
        Aside {
            session: self.setup.session.clone(),
            watches: std::mem::take(&mut self.watches),
            selected: self.selected.take(),
            filter: std::mem::take(&mut self.filter),
            order: std::mem::take(&mut self.order),
            removed: std::mem::take(&mut self.removed),
            log: std::mem::take(&mut self.log),
            budget: self.budget.take(),
            clock: std::mem::take(&mut self.clock),
            file_note: self.file_note.take(),
            read_only: std::mem::take(&mut self.read_only),
            newer: None,
        }
    }

    /// Puts the saved lookups back in the place of what is on the board. Each is a new watch that knows what the
    /// old one knew: the worker that will read it is another one, and numbers its requests from the start. Returns what
    /// the file holds, if that was told meanwhile.
    pub(super) fn put_back(&mut self, aside: Aside) -> Option<Vec<Lookup>> {
        self.setup.session = aside.session;
        self.filter = aside.filter;
        self.order = aside.order;
        self.removed = aside.removed;
        self.log = aside.log;
        self.budget = aside.budget;
        self.clock = aside.clock;
        self.file_note = aside.file_note;
        self.read_only = aside.read_only;
        self.watches.clear();
        self.selected = None;
        for old in aside.watches {
            let was_selected = aside.selected == Some(old.id);
            let fresh = self.new_watch(old.lookup.clone());
            if was_selected {
                self.selected = Some(fresh.id);
            }
            self.watches.push(old.renewed(fresh.id));
        }
        self.arrange(self.selected);
        aside.newer
    }
}
