//! `list` on the command line: whose jobs, and how they are to be written.

use std::io;

use super::get::{look, saved};
use super::{asking, run_to_end};
use crate::atlas::Atlas;
use crate::cli::{self, Args, Common, List};
use crate::clock::Clock;
use crate::config::target::flag;
use crate::config::{ConfigError, Env, Settings};
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::lookup::Lookup;
use crate::domain::target::{Cluster, Kind};
use crate::headless::list::{self, ListOptions, Scope};

/// Lists the jobs of a command line. The exit code.
///
/// # Errors
/// Wrong usage.
pub(super) fn run(
    args: &Args,
    list: &List,
    settings: &Settings,
    env: Env<'_>,
    atlas: &Atlas,
    clock: &impl Clock,
) -> Result<u8, ConfigError> {
    let scope = scope(list, &args.common, settings, env)?;
    let options = ListOptions {
        look: look(&list.shown, settings, env),
        limit: list.limit.unwrap_or(cli::LIST_LIMIT),
        limit_was_given: list.limit.is_some(),
        statuses: list.status.clone(),
        since: list.since,
        order: list.sort.unwrap_or_default(),
        reverse: list.reverse,
    };
    let Some(runtime) = super::runtime() else { return Ok(super::INTERNAL) };
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let list = list::list(atlas, clock, &scope, &options, &mut out, &mut err);
    Ok(run_to_end(runtime, asking(atlas, list)))
}

/// Whose jobs: project and cluster by flag or variable, or the saved lookups, narrowed down by the flags alone.
fn scope(list: &List, common: &Common, settings: &Settings, env: Env<'_>) -> Result<Scope, ConfigError> {
    let project = flag::<ObjectId>("--project-id", common.project_id.as_deref())?;
    let instance = match (list.cluster.as_deref(), common.cluster_name.as_deref()) {
        (Some(word), Some(name)) if word != name => {
            let message = "it is another one than --cluster-name has".to_owned();
            return Err(ConfigError::Argument { name: "CLUSTER", message });
        }
        (Some(word), _) => flag::<InstanceName>("CLUSTER", Some(word))?,
        (None, name) => flag::<InstanceName>("--cluster-name", name)?,
    };
    if list.saved {
        let wanted = |lookup: &Lookup| {
            let target = &lookup.target;
            project.is_none_or(|project| target.project == project)
                && instance.as_ref().is_none_or(|instance| target.instance == *instance)
                && common.kind.is_none_or(|kind| target.kind == kind)
        };
        let lookups =
            saved(settings).map_err(|message| ConfigError::Argument { name: "--saved", message })?;
        let active = settings.accounts.active();
        let with_profile = |mut lookup: Lookup| {
            lookup.target.profile = lookup.target.profile.or_else(|| active.cloned());
            lookup
        };
        return Ok(Scope::Saved(lookups.into_iter().filter(wanted).map(with_profile).collect()));
    }
    let project = project.map_or_else(|| env.parsed("ATLAS_TUI_PROJECT_ID"), |project| Ok(Some(project)))?;
    let of_profile = || settings.accounts.project(settings.accounts.active());
    let project = match project {
        None => of_profile()?.map(|project| project.value),
        named => named,
    };
    let Some(project) = project else {
        let message =
            "whose jobs? Give the id of a project, or list the saved lookups with --saved".to_owned();
        return Err(ConfigError::Argument { name: "--project-id", message });
    };
    let instance = instance.map_or_else(|| env.parsed("ATLAS_TUI_CLUSTER_NAME"), |name| Ok(Some(name)))?;
    let kind = common.kind.map_or_else(|| env.parsed("ATLAS_TUI_KIND"), |kind| Ok(Some(kind)))?;
    let kind = kind.unwrap_or_default();
    if matches!(kind, Kind::Serverless | Kind::ServerlessV2) {
        let message = "lists of serverless instances have been empty since January 2026; choose flex, dedicated, \
                       collection or auto";
        return Err(ConfigError::Argument { name: "--kind", message: message.to_owned() });
    }
    let profile = settings.accounts.active().cloned();
    Ok(match instance {
        Some(instance) => Scope::Cluster(Cluster { kind, project, instance, profile }),
        None => Scope::Project { project, profile, kind },
    })
}
