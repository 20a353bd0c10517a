//! The restore job that the command line names: TARGET with `--project-id`, `--cluster-name` and `--kind`.
//!
//! Each part comes from its flag, else from TARGET, else from the environment, and the project at last from the profile.

use std::str::FromStr;

use super::{Accounts, ConfigError, Env};
use crate::cli::Common;
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::target::{Kind, Part, Pasted, Target, read_parts};

/// The target, with the profile of the session, or `None` when the command line names none.
///
/// # Errors
/// Names the part that is wrong or missing, and the flag that gives it.
pub fn target(
    text: Option<&str>,
    common: &Common,
    env: Env<'_>,
    accounts: &Accounts,
) -> Result<Option<Target>, ConfigError> {
    let mut target = unsigned(text, common, env, accounts)?;
    if let Some(target) = &mut target {
        target.profile = accounts.active().cloned();
    }
    Ok(target)
}

/// As [`target`], without a profile.
///
/// # Errors
/// As [`target`].
pub(super) fn unsigned(
    text: Option<&str>,
    common: &Common,
    env: Env<'_>,
    accounts: &Accounts,
) -> Result<Option<Target>, ConfigError> {
    let project: Option<ObjectId> = flag("--project-id", common.project_id.as_deref())?;
    let instance: Option<InstanceName> = flag("--cluster-name", common.cluster_name.as_deref())?;
    let wrong = |message| ConfigError::Argument { name: "TARGET", message };
    let Some(text) = text else {
        // From the environment alone they are a default for targets to come.
        return if project.is_some() || instance.is_some() {
            Err(wrong(
                "missing; --project-id and --cluster-name need the id of a restore job beside them".into(),
            ))
        } else {
            Ok(None)
        };
    };
    let Some(pasted) = read_parts(text) else {
        return match text.parse::<Target>() {
            Ok(target) => Ok(Some(target)),
            Err(error) => Err(wrong(error.to_string())),
        };
    };
    if let (None, Some(error)) = (common.kind, pasted.kind_error()) {
        return Err(wrong(error));
    }
    let flags = [project.is_some(), instance.is_some(), false];
    if let Some(message) = malformed(&pasted, flags) {
        return Err(wrong(message));
    }
    let project = match project.or(pasted.project) {
        None => match env.parsed("ATLAS_TUI_PROJECT_ID")? {
            None => accounts.project(accounts.active())?.map(|project| project.value),
            found => found,
        },
        found => found,
    };
    let instance = match instance.or(pasted.instance) {
        None => env.parsed("ATLAS_TUI_CLUSTER_NAME")?,
        found => found,
    };
    let kind = match common.kind.or(pasted.kind) {
        None => env.parsed("ATLAS_TUI_KIND")?,
        found => found,
    };
    match (project, instance, pasted.job) {
        (Some(project), Some(instance), Some(job)) => {
            Ok(Some(Target { kind: kind.unwrap_or_default(), project, instance, job, profile: None }))
        }
        (project, instance, job) => {
            let missing = [
                (project.is_none(), "no project (add --project-id)"),
                (instance.is_none(), "no instance (add --cluster-name)"),
                (job.is_none(), "no restore job id"),
            ];
            let missing: Vec<_> =
                missing.into_iter().filter(|(missing, _)| *missing).map(|(_, words)| words).collect();
            Err(wrong(format!("holds {}; {WHOLE_FORM}", missing.join(", "))))
        }
    }
}

const WHOLE_FORM: &str = "the whole form is KIND/PROJECT/INSTANCE/JOB";

/// Whose restore jobs, as far as it is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    pub project: Option<ObjectId>,
    pub instance: Option<InstanceName>,
    pub kind: Option<Kind>,
}

impl Named {
    /// By flags.
    ///
    /// # Errors
    /// Names the flag that is wrong.
    pub fn by_flags(common: &Common) -> Result<Self, ConfigError> {
        Ok(Self {
            project: flag("--project-id", common.project_id.as_deref())?,
            instance: flag("--cluster-name", common.cluster_name.as_deref())?,
            kind: common.kind,
        })
    }

    /// What is left open by variables, and the project at last by the session's profile.
    ///
    /// # Errors
    /// Names the variable that is wrong.
    pub fn or_elsewhere(self, env: Env<'_>, accounts: &Accounts) -> Result<Self, ConfigError> {
        let project = match self.project {
            None => match env.parsed("ATLAS_TUI_PROJECT_ID")? {
                None => accounts.project(accounts.active())?.map(|project| project.value),
                found => found,
            },
            found => found,
        };
        let instance = match self.instance {
            None => env.parsed("ATLAS_TUI_CLUSTER_NAME")?,
            found => found,
        };
        let kind = match self.kind {
            None => env.parsed("ATLAS_TUI_KIND")?,
            found => found,
        };
        Ok(Self { project, instance, kind })
    }
}

/// What is wrong with the parts of TARGET that no flag stands in for. A variable does not: what was typed is meant.
fn malformed(pasted: &Pasted, flags: [bool; 3]) -> Option<String> {
    let given = Part::ALL.into_iter().zip(flags).filter(|(_, flag)| !flag);
    let wrong: Vec<String> = given
        .filter_map(|(part, _)| pasted.wrong(part))
        .map(|wrong| format!("{}: {}", wrong.part, wrong.why))
        .collect();
    (!wrong.is_empty()).then(|| format!("{}; {WHOLE_FORM}", wrong.join("; ")))
}

fn flag<T: FromStr<Err: ToString>>(
    name: &'static str,
    value: Option<&str>,
) -> Result<Option<T>, ConfigError> {
    let parsed = value.map(|text| {
        text.parse().map_err(|error: T::Err| ConfigError::Argument { name, message: error.to_string() })
    });
    parsed.transpose()
}
