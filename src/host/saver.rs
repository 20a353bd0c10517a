//! The store's thread: edits reach the disk in order, and one that cannot is kept and tried again.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::app::Message;
use crate::app::message::Stored;
use crate::app::screen::Role;
use crate::domain::lookup::Edit;
use crate::runtime::Event;
use crate::store::{LoadNote, Store, StoreError};

/// Between two tries to write what could not be written. Each new edit is a try as well.
const RETRY: Duration = Duration::from_secs(15);

/// Until the loop may have room for an outcome again.
const RETELL: Duration = Duration::from_millis(100);

enum Order {
    Save(Edit),
    Reload,
}

/// Saves in the background. The thread starts with the first order (an edit, or a look whether the file has
/// changed), so that a dashboard nobody touches has none.
pub(super) struct Saver {
    /// An order could not be handed over.
    lost: bool,
    idle: Option<(Store, SyncSender<Event>)>,
    running: Option<(Sender<Order>, JoinHandle<Option<String>>)>,
}

impl Saver {
    pub fn new(store: Store, events: SyncSender<Event>) -> Self {
        Self { lost: false, idle: Some((store, events)), running: None }
    }

    /// Reads the file here and now. Before the first order, while the store is still at hand.
    pub fn load(&mut self) -> Message {
        let loaded = self.idle.as_mut().map(|(store, _)| store.load()).unwrap_or_default();
        let note = loaded.note.map(|note| note.to_string());
        Message::Loaded { lookups: loaded.lookups, note, read_only: loaded.read_only }
    }

    pub fn save(&mut self, edit: Edit) {
        self.order(Order::Save(edit));
    }

    /// Looks whether another instance has changed the file.
    pub fn reload(&mut self) {
        self.order(Order::Reload);
    }

    fn order(&mut self, order: Order) {
        if let Some((store, events)) = self.idle.take() {
            let (orders, inbox) = channel();
            let run = move || Task::new(store, events).run(&inbox);
            if let Ok(thread) = thread::Builder::new().name("store".to_owned()).spawn(run) {
                self.running = Some((orders, thread));
            }
        }
        let sent = self.running.as_ref().is_some_and(|(orders, _)| orders.send(order).is_ok());
        self.lost |= !sent;
    }

    /// Waits until all edits are on the disk or have failed once more; why the last one could not be saved.
    pub fn finish(self) -> Option<String> {
        let failed = self.running.and_then(|(orders, thread)| {
            drop(orders);
            thread.join().ok().flatten()
        });
        let lost = || "the system refuses a thread to save them".to_owned();
        failed.or_else(|| self.lost.then(lost))
    }
}

struct Task {
    store: Store,
    events: SyncSender<Event>,
    waiting: VecDeque<Edit>,
    /// Edits that are in the file.
    done: u64,
    failed: Option<StoreError>,
    /// The newest outcome that the loop, too far behind, could not take.
    untold: Option<Message>,
}

impl Task {
    fn new(store: Store, events: SyncSender<Event>) -> Self {
        Self { store, events, waiting: VecDeque::new(), done: 0, failed: None, untold: None }
    }

    fn run(mut self, orders: &Receiver<Order>) -> Option<String> {
        loop {
            let order = match self.patience() {
                Some(patience) => orders.recv_timeout(patience),
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            if let Some(message) = self.untold.take() {
                self.tell(message);
            }
            match order {
                Ok(Order::Save(edit)) => {
                    self.waiting.push_back(edit);
                    self.save();
                }
                Ok(Order::Reload) => self.reload(),
                Err(RecvTimeoutError::Timeout) if self.waiting.is_empty() => {}
                Err(RecvTimeoutError::Timeout) => self.save(),
                Err(RecvTimeoutError::Disconnected) => {
                    self.save();
                    return self.failed.map(|error| error.to_string());
                }
            }
        }
    }

    /// How long to wait for an order before there is something to try again.
    fn patience(&self) -> Option<Duration> {
        if self.untold.is_some() {
            return Some(RETELL);
        }
        // What no time can mend, a newer file for one, is tried again with the next edit only.
        let hopeful = self.failed.as_ref().is_none_or(StoreError::is_retryable);
        (hopeful && !self.waiting.is_empty()).then_some(RETRY)
    }

    fn save(&mut self) {
        let mut newest = None;
        self.failed = None;
        while let Some(edit) = self.waiting.front() {
            match self.store.edit(edit) {
                Ok(loaded) => {
                    self.waiting.pop_front();
                    self.done += 1;
                    newest = Some(loaded.lookups);
                    self.note(loaded.note.as_ref());
                }
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        if let Some(lookups) = newest {
            self.tell(Message::Stored(Stored::Saved { lookups, edits: self.done }));
        }
        if let Some(error) = &self.failed {
            let why = error.to_string();
            self.tell(Message::Stored(Stored::Failed { why }));
        }
    }

    fn reload(&mut self) {
        if self.waiting.is_empty() && self.store.changed_since_load() {
            let loaded = self.store.load();
            self.note(loaded.note.as_ref());
            self.tell(Message::Reloaded(loaded.lookups));
        }
    }

    /// Says what the file had to be done with.
    fn note(&mut self, note: Option<&LoadNote>) {
        if let Some(note) = note {
            let _ =
                self.events.try_send(Message::Said { text: note.to_string(), role: Role::Warning }.into());
        }
    }

    /// Never waits: on leaving nobody reads any more. What the loop cannot take now is told a little later.
    fn tell(&mut self, message: Message) {
        if let Err(TrySendError::Full(_)) = self.events.try_send(message.clone().into()) {
            self.untold = Some(message);
        }
    }
}
