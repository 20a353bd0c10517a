//! The store's thread: edits reach the disk in order, and those that cannot are kept and tried again.
//!
//! All that waits is saved at once. Another instance that holds the lock is waited for between two orders and not
//! within one, so that neither a new edit nor the end of the program stands behind that wait; and once it has been
//! in vain, the edits that follow do not wait again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::Duration;

use crate::app::Message;
use crate::app::message::Stored;
use crate::domain::lookup::Edit;
use crate::runtime::Event;
use crate::store::{LoadNote, Store, StoreError};

/// Until the loop may have room for an outcome again.
const RETELL: Duration = Duration::from_millis(100);

/// Of the time to finish in, what is left for writing once the lock is there.
const WRITING: Duration = Duration::from_millis(250);

/// How long things are waited for.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// Between two tries for a lock that another instance holds; its own edit takes milliseconds.
    pause: Duration,
    /// Tries for it before that is told.
    tries: u32,
    /// Between two tries to write what could not be written. Each new edit is a try as well.
    retry: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { pause: Duration::from_millis(20), tries: 100, retry: Duration::from_secs(15) }
    }
}

enum Order {
    Save(Edit),
    Reload,
    /// Save what is left, waiting this long for the lock, and end.
    Finish(Duration),
}

/// Saves in the background. The thread starts with the first order (an edit, or a look whether the file has
/// changed), so that a dashboard nobody touches has none.
pub(super) struct Saver {
    /// An order could not be handed over.
    lost: bool,
    idle: Option<(Store, SyncSender<Event>)>,
    running: Option<Running>,
}

struct Running {
    orders: Sender<Order>,
    /// Why the last edits could not be saved; comes once, at the end.
    outcome: Receiver<Option<String>>,
    edits: u64,
    /// How many of them are in the file.
    done: Arc<AtomicU64>,
}

impl Saver {
    pub fn new(store: Store, events: SyncSender<Event>) -> Self {
        Self { lost: false, idle: Some((store, events)), running: None }
    }

    /// Reads the file here and now. Before the first order, while the store is still at hand.
    pub fn load(&mut self) -> Message {
        let loaded = self.idle.as_mut().map(|(store, _)| store.load()).unwrap_or_default();
        Message::Loaded { lookups: loaded.lookups, note: words(loaded.note), read_only: loaded.read_only }
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
            let (ended, outcome) = sync_channel(1);
            let task = Task::new(store, events, Patience::default());
            let done = Arc::clone(&task.done);
            let run = move || drop(ended.send(task.run(&inbox)));
            if thread::Builder::new().name("store".to_owned()).spawn(run).is_ok() {
                self.running = Some(Running { orders, outcome, edits: 0, done });
            }
        }
        let is_edit = matches!(order, Order::Save(_));
        let taken = self.running.as_mut().filter(|running| running.orders.send(order).is_ok());
        self.lost |= taken.is_none();
        if let Some(running) = taken {
            running.edits += u64::from(is_edit);
        }
    }

    /// Waits until all edits are on the disk or have failed once more, and no longer than `within`; why the last
    /// ones could not be saved.
    pub fn finish(self, within: Duration) -> Option<String> {
        let failed = self.running.and_then(|running| running.finish(within));
        let lost = || "the system refuses a thread to save them".to_owned();
        failed.or_else(|| self.lost.then(lost))
    }
}

impl Running {
    fn finish(self, within: Duration) -> Option<String> {
        // A thread that is gone has said so in its outcome.
        let _ = self.orders.send(Order::Finish(within.saturating_sub(WRITING)));
        let all_saved = || self.done.load(Ordering::SeqCst) == self.edits;
        match self.outcome.recv_timeout(within) {
            Ok(outcome) => outcome,
            Err(_) if all_saved() => None,
            // Left behind, it may still succeed until the process ends; the file is replaced whole or not at all.
            Err(RecvTimeoutError::Timeout) => {
                Some(format!("the disk has not taken them within {} s", within.as_secs_f32()))
            }
            Err(RecvTimeoutError::Disconnected) => Some("their thread broke off".to_owned()),
        }
    }
}

struct Task {
    store: Store,
    events: SyncSender<Event>,
    patience: Patience,
    waiting: VecDeque<Edit>,
    /// Edits that are in the file.
    done: Arc<AtomicU64>,
    /// Why those that wait are not.
    failed: Option<StoreError>,
    /// Tries for the lock that are left before it is told that another instance holds it.
    tries: u32,
    /// The newest outcome that the loop, too far behind, could not take.
    untold: Option<Message>,
}

impl Task {
    fn new(store: Store, events: SyncSender<Event>, patience: Patience) -> Self {
        let (waiting, done, tries) = (VecDeque::new(), Arc::default(), patience.tries);
        Self { store, events, patience, waiting, done, failed: None, tries, untold: None }
    }

    fn run(mut self, orders: &Receiver<Order>) -> Option<String> {
        loop {
            let order = match self.next_try() {
                Some(wait) => orders.recv_timeout(wait),
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            if let Some(message) = self.untold.take() {
                self.tell(message);
            }
            let is_due = match order {
                Ok(order) => {
                    let (mut reload, mut finish) = (false, None);
                    for order in std::iter::once(order).chain(orders.try_iter()) {
                        match order {
                            Order::Save(edit) => self.waiting.push_back(edit),
                            Order::Reload => reload = true,
                            Order::Finish(wait) => finish = Some(wait),
                        }
                    }
                    if let Some(wait) = finish {
                        return self.finish(wait);
                    }
                    if reload && self.waiting.is_empty() {
                        self.reload();
                    }
                    // The pause for the lock goes on, whoever speaks meanwhile.
                    !self.waits_for_lock()
                }
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => return self.finish(Duration::ZERO),
            };
            if is_due && !self.waiting.is_empty() {
                self.save();
            }
        }
    }

    fn waits_for_lock(&self) -> bool {
        self.tries > 0 && matches!(self.failed, Some(StoreError::Busy { .. }))
    }

    /// How long to wait for an order before there is something to try again.
    fn next_try(&self) -> Option<Duration> {
        if self.waits_for_lock() {
            return Some(self.patience.pause);
        }
        if self.untold.is_some() {
            return Some(RETELL);
        }
        // What no time can mend, a newer file for one, is tried again with the next order only.
        let hopeful = self.failed.as_ref().is_none_or(StoreError::is_retryable);
        (hopeful && !self.waiting.is_empty()).then_some(self.patience.retry)
    }

    /// Saves all that waits, or says why not.
    fn save(&mut self) {
        match self.store.edit(self.waiting.make_contiguous()) {
            Ok(loaded) => {
                let edits = self.waiting.len() as u64;
                let edits = self.done.fetch_add(edits, Ordering::SeqCst) + edits;
                self.waiting.clear();
                self.failed = None;
                self.tries = self.patience.tries;
                let (lookups, note) = (loaded.lookups, words(loaded.note));
                self.tell(Message::Stored(Stored::Saved { lookups, edits, note }));
            }
            Err(error) => {
                let is_busy = matches!(error, StoreError::Busy { .. });
                self.tries = if is_busy { self.tries.saturating_sub(1) } else { self.patience.tries };
                let (why, read_only) = (error.to_string(), error.is_about_the_file());
                self.failed = Some(error);
                if !self.waits_for_lock() {
                    self.tell(Message::Stored(Stored::Failed { why, read_only }));
                }
            }
        }
    }

    /// The last try; it waits for the lock unless that has been in vain before.
    fn finish(mut self, wait: Duration) -> Option<String> {
        let pauses = wait.as_millis() / self.patience.pause.as_millis().max(1);
        self.tries = self.tries.min(u32::try_from(pauses).unwrap_or(u32::MAX));
        while !self.waiting.is_empty() {
            self.save();
            if !self.waits_for_lock() {
                break;
            }
            thread::sleep(self.patience.pause);
        }
        self.failed.filter(|_| !self.waiting.is_empty()).map(|error| error.to_string())
    }

    fn reload(&mut self) {
        if let Some(loaded) = self.store.reload() {
            let (note, read_only) = (words(loaded.note), loaded.read_only);
            self.tell(Message::Reloaded { lookups: loaded.lookups, note, read_only });
        }
    }

    /// Never waits: on leaving nobody reads any more. What the loop cannot take now is told a little later.
    fn tell(&mut self, message: Message) {
        if let Err(TrySendError::Full(_)) = self.events.try_send(message.clone().into()) {
            self.untold = Some(message);
        }
    }
}

fn words(note: Option<LoadNote>) -> Option<String> {
    note.map(|note| note.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;

    use super::*;
    use crate::domain::lookup::Lookup;

    /// As little as there is: what waits in it waits in tries, not in time.
    const NONE: Patience = Patience { pause: Duration::ZERO, tries: 3, retry: Duration::ZERO };

    fn insert(number: usize) -> Edit {
        let target = format!("serverless/5f1b6c7d8e9fa0b1c2d3e4f5/orders/{number:024x}").parse().unwrap();
        Edit::Insert { at: usize::MAX, lookup: Lookup { label: String::new(), target } }
    }

    /// Holds the lock as another instance does, until it is dropped.
    fn hold(lock: &Path) -> File {
        let held = File::create(lock).unwrap();
        rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
        held
    }

    fn told(inbox: &Receiver<Event>) -> Vec<Stored> {
        let stored = |event| match event {
            Event::Message(Message::Stored(stored)) => stored,
            other => panic!("{other:?}"),
        };
        inbox.try_iter().map(stored).collect()
    }

    #[test]
    fn a_burst_behind_a_held_lock_is_one_wait_and_then_one_edit_of_the_file() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("lookups.json");
        let held = hold(&home.path().join("lookups.lock"));
        let (events, inbox) = sync_channel(100);
        let (orders, waiting) = channel();
        for number in 0..20 {
            orders.send(Order::Save(insert(number))).unwrap();
        }
        orders.send(Order::Finish(Duration::ZERO)).unwrap();
        let why = Task::new(Store::new(&file), events, NONE).run(&waiting).unwrap();
        assert!(why.contains("lookups.lock"), "{why}");
        let failed = vec![Stored::Failed { why, read_only: false }];
        assert_eq!(told(&inbox), failed, "one for all");
        assert!(!file.exists());

        drop(held);
        let (events, inbox) = sync_channel(100);
        for number in 0..20 {
            orders.send(Order::Save(insert(number))).unwrap();
        }
        orders.send(Order::Finish(Duration::ZERO)).unwrap();
        assert_eq!(Task::new(Store::new(&file), events, NONE).run(&waiting), None);
        let told = told(&inbox);
        assert!(
            matches!(&told[..], [Stored::Saved { lookups, edits: 20, note: None }] if lookups.len() == 20)
        );
    }

    #[test]
    fn the_lock_is_tried_a_few_times_and_no_more_for_what_comes_later() {
        let home = tempfile::tempdir().unwrap();
        let _held = hold(&home.path().join("lookups.lock"));
        let (events, inbox) = sync_channel(100);
        let mut task = Task::new(Store::new(home.path().join("lookups.json")), events, NONE);
        task.waiting.push_back(insert(1));
        for (tries, failures) in [(2, 0), (1, 0), (0, 1), (0, 2)] {
            task.save();
            let next = if failures == 0 { NONE.pause } else { NONE.retry };
            assert_eq!((task.tries, task.next_try()), (tries, Some(next)));
            assert_eq!(task.waits_for_lock(), failures == 0);
        }
        assert_eq!(told(&inbox).len(), 2);
        // Nor does the end of the program wait for it again, however long it might.
        assert!(task.finish(Duration::MAX).unwrap().contains("lookups.lock"));
        assert_eq!(told(&inbox).len(), 1);
    }

    #[test]
    fn a_disk_that_hangs_does_not_keep_the_program() {
        let running = |edits, done| {
            let (orders, inbox) = channel();
            let (ended, outcome) = sync_channel(1);
            let running = Running { orders, outcome, edits, done: Arc::new(AtomicU64::new(done)) };
            (running, inbox, ended)
        };
        let (hung, _inbox, _ended) = running(2, 1);
        assert!(hung.finish(Duration::ZERO).unwrap().contains("has not taken them"));
        let (all_saved, _inbox, _ended) = running(2, 2);
        assert_eq!(all_saved.finish(Duration::ZERO), None, "a look at the file is nobody's loss");
        let (broken, ..) = running(1, 0);
        assert!(broken.finish(Duration::MAX).is_some());
    }

    #[test]
    fn a_newer_file_is_tried_again_when_somebody_comes_back_to_the_terminal() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("lookups.json");
        fs::write(&file, "{\"version\":2}").unwrap();
        let (events, inbox) = sync_channel(100);
        let mut task = Task::new(Store::new(&file), events, NONE);
        task.waiting.push_back(insert(1));
        task.save();
        assert!(matches!(&told(&inbox)[..], [Stored::Failed { read_only: true, .. }]));
        assert_eq!(task.next_try(), None);
        fs::remove_file(&file).unwrap();
        let (orders, waiting) = channel();
        orders.send(Order::Reload).unwrap();
        drop(orders);
        assert_eq!(task.run(&waiting), None);
        assert!(matches!(&told(&inbox)[..], [Stored::Saved { edits: 1, .. }]));
    }
}
