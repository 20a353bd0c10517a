//! The restore job that the command line names: TARGET with `--project-id`, `--cluster-name` and `--kind`.
//!
//! Each part comes from its flag, else from TARGET, else from the environment, and the project at last from the profile.

use std::str::FromStr;

use super::{Accounts, ConfigError, Env};
use crate::cli::Common;
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::target::{Kind, Part, Pasted, Target, read_parts};

/// The target, with the profile that an `atlas` line names or else that of the session, or `None` when the command line names none.
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
        target.profile = target.profile.take().or_else(|| accounts.active().cloned());
    }
    Ok(target)
}

/// As [`target`], with no other profile than that of an `atlas` line.
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
    let profile = match pasted.profile {
        Some(profile) if common.profile.is_none() => accounts.named(profile).map_err(wrong)?,
        _ => None,
    };
    let project = match project.or(pasted.project) {
        None => match env.parsed("ATLAS_TUI_PROJECT_ID")? {
            None => accounts.project(profile.as_ref().or(accounts.active()))?.map(|project| project.value),
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
            Ok(Some(Target { kind: kind.unwrap_or_default(), project, instance, job, profile }))
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

/// Project, instance and kind that flags name, else variables, where there need be no restore job.
///
/// # Errors
/// Names the flag or the variable that is wrong.
pub fn place(
    common: &Common,
    env: Env<'_>,
) -> Result<(Option<ObjectId>, Option<InstanceName>, Kind), ConfigError> {
    let project = match flag("--project-id", common.project_id.as_deref())? {
        None => env.parsed("ATLAS_TUI_PROJECT_ID")?,
        found => found,
    };
    let instance = match flag("--cluster-name", common.cluster_name.as_deref())? {
        None => env.parsed("ATLAS_TUI_CLUSTER_NAME")?,
        found => found,
    };
    let kind = match common.kind {
        None => env.parsed("ATLAS_TUI_KIND")?,
        found => found,
    };
    Ok((project, instance, kind.unwrap_or_default()))
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

/// The value of a flag, where it is given.
///
/// # Errors
/// Names the flag, and says what is wrong with its value.
pub fn flag<T: FromStr<Err: ToString>>(
    name: &'static str,
    value: Option<&str>,
) -> Result<Option<T>, ConfigError> {
    let parsed = value.map(|text| {
        text.parse().map_err(|error: T::Err| ConfigError::Argument { name, message: error.to_string() })
    });
    parsed.transpose()
}
