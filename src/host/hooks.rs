//! Puts a transition into the words of a hook, and its failures into those of the loop.

use std::sync::mpsc::{SyncSender, TrySendError};

use jiff::Timestamp;

use crate::app::Message;
use crate::app::message::Happening;
use crate::headless::{Reading, Transition, transition};
use crate::hook::{Call, Failure, Hook, Limits};
use crate::runtime::Event;

/// The configured command. Its failures reach the loop, or wait until they can.
pub(super) fn hook(command: Vec<String>, sender: &SyncSender<Event>) -> Hook {
    let sender = sender.clone();
    Hook::new(command, Limits::default(), move |failure| {
        !matches!(sender.try_send(failed(failure).into()), Err(TrySendError::Full(_)))
    })
}

pub(super) fn failed(failure: &Failure) -> Message {
    let Failure { lookup, why, took } = failure.clone();
    Message::HookFailed { lookup, why, took }
}

pub(super) fn call(happening: &Happening) -> Call {
    let Happening { lookup, from, status, reading, read_at, stale } = happening;
    let reading = Reading {
        target: &lookup.target,
        label: &lookup.label,
        job: &reading.job,
        status: status.clone(),
        fetched_at: Timestamp::from_second(read_at.as_second()).unwrap_or(*read_at),
        meta: &reading.meta,
        stale: *stale,
    };
    let Transition { name, input, variables } = transition(&lookup.name(), from, &reading);
    Call { lookup: name, input, variables }
}
