//! Which lookups the list shows and where: the filter and the order, worked out when something changes and kept,
//! so that a frame looks at the rows on the screen only.
//!
//! While a person moves through the list nothing changes its place: what should is put there a moment after the
//! last step. The selected lookup stays in the list even when it no longer passes the filter, until another one
//! is selected.

use jiff::{SignedDuration, Timestamp};

use super::filter::{Filter, Moment};
use super::model::Model;
use super::order::Order;
use super::watch::Watch;
use crate::worker::WatchId;

/// How long after a step the rows keep their places.
const HOLD: SignedDuration = SignedDuration::from_secs(2);

/// The rows of the list, top to bottom.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Where each row stands among the watches; `None` while all are shown in the user's own order.
    places: Option<Vec<Place>>,
    /// When time alone changes what the filter shows.
    turns_at: Option<Timestamp>,
    /// Nothing changes its place before this.
    held_until: Option<Timestamp>,
    /// Whether something belongs elsewhere by now.
    late: bool,
    /// When the last message came.
    as_of: Timestamp,
}

/// An index that names its watch, so that one which no longer fits is known as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    index: usize,
    id: WatchId,
}

impl Rows {
    /// When time alone moves a row.
    #[must_use]
    pub fn changes_at(&self) -> Option<Timestamp> {
        match self.held_until {
            Some(held) if self.late => Some(held),
            Some(held) => self.turns_at.map(|turn| turn.max(held)),
            None => self.turns_at,
        }
    }

    /// Whether they are others than all watches in the user's own order.
    pub(super) fn are_arranged(&self) -> bool {
        self.places.is_some()
    }

    /// A message has come.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.as_of = now;
    }

    fn is_held(&self) -> bool {
        let now = self.as_of;
        // One that would hold longer than any does comes from before the clock was set back.
        self.held_until.is_some_and(|until| until > now && now.duration_until(until) <= HOLD)
    }

    /// Something may belong elsewhere: it is put there with the next message, or when the person has stopped.
    pub(super) fn disturb(&mut self) {
        self.late = self.places.is_some();
    }

    /// Something is to be read at another time than before, which a filter may look at.
    pub(super) fn rescheduled(&mut self, filter: &Filter) {
        if filter.looks_at_schedule() {
            self.disturb();
        }
    }

    /// The person has taken a step.
    pub(super) fn hold(&mut self) {
        if self.places.is_some() {
            self.held_until = self.as_of.checked_add(HOLD).ok();
        }
    }
}

impl Model {
    /// The watch in a row of the list.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&Watch> {
        match &self.rows.places {
            None => self.watches.get(row),
            Some(places) => {
                let place = places.get(row)?;
                self.watches.get(place.index).filter(|watch| watch.id == place.id)
            }
        }
    }

    /// How many rows the list has.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.rows.places.as_ref().map_or(self.watches.len(), Vec::len)
    }

    /// The row that a watch stands in.
    #[must_use]
    pub fn row_of(&self, id: WatchId) -> Option<usize> {
        match &self.rows.places {
            None => self.index_of(id),
            Some(places) => places.iter().position(|place| place.id == id),
        }
    }

    /// The watches of the list, top to bottom.
    pub fn visible(&self) -> impl Iterator<Item = &Watch> {
        (0..self.row_count()).filter_map(|row| self.row(row))
    }

    fn moment(&self) -> Moment {
        Moment { now: self.rows.as_of, clock: self.clock, interval: self.setup.interval }
    }

    /// Whether the filter shows a watch as of the last message.
    #[must_use]
    pub fn passes(&self, watch: &Watch) -> bool {
        self.filter.shows(watch, self.moment())
    }

    /// Works the rows out anew. `keep` stays in the list whatever the filter says.
    pub(super) fn arrange(&mut self, keep: Option<WatchId>) {
        self.rows.late = false;
        self.rows.held_until = None;
        self.rows.turns_at = None;
        if self.filter.is_empty() && self.order == Order::default() {
            self.rows.places = None;
            return;
        }
        let moment = self.moment();
        let shown = self.watches.iter().enumerate();
        let shown = shown.filter(|(_, watch)| Some(watch.id) == keep || self.filter.shows(watch, moment));
        let mut places: Vec<Place> = shown.map(|(index, watch)| Place { index, id: watch.id }).collect();
        if self.order != Order::default() {
            places.sort_by_cached_key(|place| {
                self.watches.get(place.index).map(|watch| self.order.key(watch, place.index))
            });
        }
        if self.filter.is_timed() {
            let turns = self.watches.iter().filter_map(|watch| self.filter.turns_at(watch, moment));
            self.rows.turns_at = turns.min();
        }
        self.rows.places = Some(places);
    }

    /// Puts these watches where they belong after an answer, which costs no look at the others.
    pub(super) fn rearrange(&mut self, answered: &[WatchId]) {
        if self.rows.places.is_none() {
            return;
        }
        if self.rows.late || self.rows.is_held() {
            self.rows.late = true;
            return;
        }
        let moment = self.moment();
        let Some(mut places) = self.rows.places.take() else { return };
        // All of them before the first is put back: the rows between must be in order.
        places.retain(|place| !answered.contains(&place.id));
        for id in answered {
            let Some(index) = self.index_of(*id) else { continue };
            let Some(watch) = self.watches.get(index) else { continue };
            if Some(*id) == self.selected || self.filter.shows(watch, moment) {
                let key = self.order.key(watch, index);
                let row = places.partition_point(|place| {
                    let other = self.watches.get(place.index);
                    other.is_some_and(|other| self.order.key(other, place.index) < key)
                });
                places.insert(row, Place { index, id: *id });
            }
            let turn = self.filter.is_timed().then(|| self.filter.turns_at(watch, moment)).flatten();
            self.rows.turns_at = [self.rows.turns_at, turn].into_iter().flatten().min();
        }
        self.rows.places = Some(places);
    }

    /// Whether the rows must be worked out anew: one is late, time has moved one, or the watches are others than
    /// they were made from.
    pub(super) fn is_disarranged(&self) -> bool {
        let Some(places) = &self.rows.places else { return false };
        let due = self.rows.late || self.rows.turns_at.is_some_and(|at| at <= self.rows.as_of);
        let stands = |place: &Place| self.watches.get(place.index).is_some_and(|watch| watch.id == place.id);
        (due && !self.rows.is_held()) || !places.iter().all(stands)
    }

    /// Where a watch stands among all. Their numbers are given in order, so most stand where theirs says.
    #[must_use]
    pub fn index_of(&self, id: WatchId) -> Option<usize> {
        let guess = usize::try_from(id.0.saturating_sub(1)).ok()?;
        if self.watches.get(guess).is_some_and(|watch| watch.id == id) {
            return Some(guess);
        }
        self.watches.iter().position(|watch| watch.id == id)
    }
}
