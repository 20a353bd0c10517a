//! What a transition sets in motion: the hook, and news for a person who looks elsewhere.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::message::{Effect, Happening};
use crate::app::model::{Attention, LogEntry, Model, Source};
use crate::app::notification::{Item, Notification, sentence};
use crate::app::view::Role;
use crate::app::watch::{Change, Watch};
use crate::domain::countdown;
use crate::domain::lookup::Lookup;
use crate::domain::phase::Phase;
use crate::domain::text::{clean, shortened};

/// Characters of a notification: more than two lines of a bubble are not read.
const MOST: usize = 200;

/// Reacts to the transitions of this message.
pub(super) fn react(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    // The demo's jobs are made up: they must not page anybody.
    let runs_hook = model.setup.hook && !matches!(model.source, Source::Demo { .. });
    for (id, change) in std::mem::take(&mut model.changes) {
        let (clock, interval) = (model.clock, model.setup.interval);
        let Some(watch) = model.watch_mut(id) else { continue };
        watch.unseen_failure = change.to == Phase::Failed;
        let item = change.to.is_terminal().then(|| ended(watch, &change));
        if runs_hook && let (Some((reading, read_at)), Some(status)) = (&watch.job.value, watch.status()) {
            effects.push(Effect::RunHook(Box::new(Happening {
                lookup: Lookup { target: watch.asked(), ..watch.lookup.clone() },
                from: change.from,
                status: status.clone(),
                reading: (**reading).clone(),
                read_at: clock.at(*read_at),
                stale: watch.is_stale(now, interval),
            })));
        }
        if let Some(item) = item {
            model.news.add(id, item);
        }
    }
}

fn ended(watch: &Watch, change: &Change) -> Item {
    // What expired or is gone did not take that long: it was over before.
    let lasted = !matches!(change.to, Phase::Expired | Phase::Gone);
    let took = lasted.then(|| countdown::elapsed(watch.created_at(), change.at).text);
    Item::Ended { phase: change.to.clone(), took }
}

/// Ends a batch of messages: what was looked at is seen, and what there is to tell becomes one notification.
pub fn settle(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let clock = model.clock;
    for watch in &mut model.watches {
        if watch.announce_link_end(&clock, now)
            && let Some(until) = watch.link_ends_at()
        {
            // Ten at the moment itself. A machine that slept through it is told what is left.
            let minutes = until.duration_since(clock.at(now)).as_millis().max(1);
            let minutes = i64::try_from((minutes + 59_999) / 60_000).unwrap_or(i64::MAX);
            model.news.add(watch.id, Item::LinkEnds { minutes });
        }
    }
    let looked_at = model.selected.filter(|_| model.attention == Attention::Here);
    if let Some(watch) = looked_at.and_then(|id| model.watch_mut(id)) {
        watch.unseen_failure = false;
    }
    let due = model.news.take_due(now);
    let elsewhere = due.into_iter().filter(|(id, _)| looked_at != Some(*id));
    let items: Vec<(String, Item)> =
        elsewhere.filter_map(|(id, item)| model.watch(id).map(|watch| (watch.lookup.name(), item))).collect();
    let switches = model.setup.notify;
    if items.is_empty() || !(switches.bell || switches.terminal || switches.desktop) {
        return Vec::new();
    }
    model.news.told(now);
    let text = shortened(&clean(&sentence(&items)), MOST).into_owned();
    vec![Effect::Notify(Notification {
        text,
        bell: switches.bell,
        terminal: switches.terminal,
        desktop: switches.desktop,
    })]
}

/// A hook that failed is said, and stands in the log.
pub(super) fn hook_failed(model: &mut Model, lookup: String, why: &str, took: Duration, now: Timestamp) {
    let outcome = format!("hook: {why}");
    model.say(format!("hook for {lookup}: {why}"), Role::Danger, now);
    model.log(LogEntry {
        at: now,
        lookup,
        http_status: None,
        outcome,
        role: Role::Danger,
        latency: took,
        body_bytes: 0,
        requests: 0,
        request_id: None,
        question: None,
        profile: None,
    });
}
