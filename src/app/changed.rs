//! What moved while nobody looked: a row whose job went on to another phase stands out for a moment, and keeps a
//! quiet mark of where it came from until somebody looks at it.

use jiff::{SignedDuration, Timestamp};

use super::model::Model;
use crate::domain::phase::Phase;

/// How long a row stands out.
const FLASH: SignedDuration = SignedDuration::from_secs(3);

/// A step to another phase that has not been looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The phase it came from.
    pub from: Phase,
    /// The local time at which we learnt of it.
    at: Timestamp,
}

impl Changed {
    /// `was running`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("was {}", self.from.word())
    }

    /// Until when the row stands out, if it does at `now`. Not when the clock was set back behind the change.
    #[must_use]
    pub fn flashes_until(&self, now: Timestamp) -> Option<Timestamp> {
        let end = self.at.checked_add(FLASH).ok()?;
        (self.at <= now && now < end).then_some(end)
    }
}

/// Notes the changes of this message that count: no first answer, and none that takes back an earlier one and has
/// been said only once.
pub(super) fn note(model: &mut Model, now: Timestamp) {
    let changes = std::mem::take(&mut model.changes);
    for (id, change) in &changes {
        if let Some(watch) = model.watch_mut(*id) {
            watch.changed = Some(Box::new(Changed { from: change.from.clone(), at: now }));
        }
    }
    model.changes = changes;
}
