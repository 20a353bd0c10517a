//! A serverless instance that is none any more: what is said of it, and the key that looks where it went.

use jiff::Timestamp;

use super::times::Ticker;
use super::view::{Problem, Role};
use crate::api::{ApiError, ErrorKind};
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::watch::Watch;

/// What one key does about it; `None` where that does not help, or where no key does it.
fn offer(model: &Model, watch: &Watch, now: Timestamp) -> Option<String> {
    let open = model.key(Action::Open);
    let helps = watch.may_have_migrated(&model.clock, now) && !open.is_empty();
    helps.then(|| format!("Press {open} to look there with the same ids."))
}

/// In place of the next step of a failure.
pub(super) fn next_step(model: &Model, watch: &Watch, error: &ApiError, now: Timestamp) -> Option<String> {
    let offer = offer(model, watch, now)?;
    Some(if error.kind == ErrorKind::Ended {
        // The headline says why.
        offer
    } else {
        format!("Serverless instances ended on 2026-01-22 and became Flex or dedicated. {offer}")
    })
}

/// An answer came, but by its own word this way of reading serverless instances has ended.
pub(super) fn problem(model: &Model, watch: &Watch, ticker: &mut Ticker) -> Option<Problem> {
    let next_step = offer(model, watch, ticker.now)?;
    let ended = watch.sunset_passed(&model.clock, ticker.now)?;
    let ended = ticker.date(model, ended);
    let headline = format!(
        "Atlas has ended this way of reading serverless instances ({ended}); {} is now Free, Flex or dedicated.",
        watch.lookup.target.instance
    );
    Some(Problem { headline, next_step, retry: String::new(), role: Role::Warning })
}
