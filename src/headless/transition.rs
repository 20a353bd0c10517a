//! What a command is told of a transition: the job as JSON, and variables. One form for the dashboard's hook and for
//! that of `watch`, so that one script serves both.

use super::{Reading, json};
use crate::domain::phase::Phase;
use crate::domain::text::clean;

/// For the standard input and the environment of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// Whose it is; clean.
    pub name: String,
    /// One line of schema 1, without its end.
    pub input: String,
    /// Clean.
    pub variables: Vec<(&'static str, String)>,
}

/// The job of that name, which was in `from` before.
#[must_use]
pub fn transition(name: &str, from: &Phase, reading: &Reading<'_>) -> Transition {
    let (name, target) = (clean(name).into_owned(), reading.target);
    let variables = vec![
        ("ATLAS_TUI_LABEL", name.clone()),
        ("ATLAS_TUI_PHASE", reading.status.phase.as_str().to_owned()),
        ("ATLAS_TUI_PREVIOUS_PHASE", from.as_str().to_owned()),
        ("ATLAS_TUI_PROJECT_ID", target.project.to_string()),
        ("ATLAS_TUI_INSTANCE", target.instance.to_string()),
        ("ATLAS_TUI_JOB_ID", target.job.to_string()),
        ("ATLAS_TUI_KIND", target.kind.to_string()),
        // Empty without one, so that a script can name it under `set -u`.
        ("ATLAS_TUI_PROFILE", target.profile.as_ref().map(ToString::to_string).unwrap_or_default()),
    ];
    Transition { name, input: json::job(reading), variables }
}
