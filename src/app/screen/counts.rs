//! How many lookups stand where: every phase that occurs, the most urgent last, which is the last to go when the
//! line is narrow.

use jiff::SignedDuration;

use super::times::Ticker;
use super::view::{Role, Span};
use crate::app::model::Model;
use crate::app::order::urgency;
use crate::domain::phase::Phase;
use crate::worker::Pace;

/// Below this a link is counted as one that ends soon: where its countdown turns to danger.
const SOON: SignedDuration = SignedDuration::from_mins(10);

/// The words of a count, by [`urgency`].
const WORDS: [(&str, Role); 14] = [
    ("failed", Role::Danger),
    // Never by itself: counted with all that could not be refreshed.
    ("error", Role::Warning),
    ("ready", Role::Good),
    ("unknown", Role::Warning),
    ("with warnings", Role::Warning),
    ("finalizing", Role::Active),
    ("running", Role::Active),
    ("queued", Role::Info),
    ("pending", Role::Info),
    ("waiting", Role::Muted),
    ("expired", Role::Warning),
    ("cancelled", Role::Warning),
    ("completed", Role::Good),
    ("gone", Role::Muted),
];

pub(super) fn counts(model: &Model, ticker: &mut Ticker) -> Vec<Span> {
    let mut by_urgency = [0_usize; WORDS.len()];
    let (mut unread, mut soon) = (0, 0);
    let server_now = model.clock.at(ticker.now);
    for watch in &model.watches {
        if let Some(count) = by_urgency.get_mut(usize::from(urgency(watch))) {
            *count += 1;
        }
        unread += usize::from(watch.job.error.is_some());
        let until = watch.restore_job().filter(|_| watch.phase() == Some(&Phase::Ready));
        if let Some(until) = until.and_then(|job| job.expires_at) {
            // As its countdown prints it, in whole seconds: less than ten minutes, and not ten.
            let turn =
                until.checked_sub(SOON).and_then(|turn| turn.checked_add(SignedDuration::from_nanos(1)));
            soon += usize::from(turn.as_ref().is_ok_and(|turn| *turn <= server_now));
            ticker.wake_at(turn.ok().map(|turn| model.clock.local(turn)));
        }
    }
    let [failed, _, ready, ..] = &mut by_urgency;
    *ready -= soon;
    let failed = *failed;

    let mut counts: Vec<Span> = Vec::new();
    add(&mut counts, model.watches.len(), "watched", Role::Muted);
    for (count, (word, role)) in by_urgency.into_iter().zip(WORDS).skip(2).rev() {
        add(&mut counts, count, word, role);
    }
    if model.read_only {
        counts.push(Span::new("lookups read-only", Role::Warning));
    }
    add(&mut counts, soon, "ready <10 min", Role::Danger);
    add(&mut counts, unread, if unread == 1 { "error" } else { "errors" }, Role::Warning);
    add(&mut counts, failed, "failed", Role::Danger);
    // The last to go: whoever does not know of it takes old answers for new ones.
    if model.paused {
        counts.push(Span::new("paused", Role::Warning));
    } else if matches!(model.pace, Pace::Slowed { .. }) {
        counts.push(Span::new("slowed: rate budget", Role::Warning));
    }
    counts
}

fn add(counts: &mut Vec<Span>, count: usize, word: &str, role: Role) {
    if count > 0 {
        counts.push(Span::new(format!("{count} {word}"), role));
    }
}
