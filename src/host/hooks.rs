//! Puts a transition into the words of a hook, the JSON that scripts read and variables, and its failures into those
//! of the loop.

use std::sync::mpsc::{SyncSender, TrySendError};

use jiff::Timestamp;

use crate::app::Message;
use crate::app::message::Happening;
use crate::domain::text::clean;
use crate::headless::{Reading, json};
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
    let target = &lookup.target;
    let input = json::job(&Reading {
        target,
        label: &lookup.label,
        job: &reading.job,
        status: status.clone(),
        fetched_at: Timestamp::from_second(read_at.as_second()).unwrap_or(*read_at),
        meta: &reading.meta,
        stale: *stale,
    });
    let label = clean(&lookup.name()).into_owned();
    let variables = vec![
        ("ATLAS_TUI_LABEL", label.clone()),
        ("ATLAS_TUI_PHASE", status.phase.as_str().to_owned()),
        ("ATLAS_TUI_PREVIOUS_PHASE", from.as_str().to_owned()),
        ("ATLAS_TUI_PROJECT_ID", target.project.to_string()),
        ("ATLAS_TUI_INSTANCE", target.instance.to_string()),
        ("ATLAS_TUI_JOB_ID", target.job.to_string()),
        ("ATLAS_TUI_KIND", target.kind.to_string()),
        // Empty without one, so that a script can name it under `set -u`.
        ("ATLAS_TUI_PROFILE", target.profile.as_ref().map(ToString::to_string).unwrap_or_default()),
    ];
    Call { lookup: label, input, variables }
}
