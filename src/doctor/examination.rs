//! What Atlas itself says: does it answer, does it let this credential in, from here, to this project and this job?
//!
//! Three questions at most, each of which answers several checks: a project (or any), the job, the rate limit. Only
//! reads. Which of them an answer settles is decided by the functions in `verdict`.

use jiff::Timestamp;

use super::check::{Check, Name};
use super::verdict::{self, Context, Heard};
use crate::api::probe::{Finding, Probe, ProbeApi};
use crate::api::{ApiError, Batch, ErrorKind, Meta};
use crate::domain::id::ObjectId;
use crate::domain::profile::Profile;
use crate::domain::target::{Cluster, Kind, Target};
use crate::worker::kind;

/// What is to be looked into.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Subject {
    /// The way and the credential only.
    #[default]
    Account,
    Project(ObjectId),
    /// Its list of restore jobs.
    Cluster(Cluster),
    Job(Target),
}

/// All that Atlas can be asked about.
const ALL: [Name; 9] = [
    Name::Answer,
    Name::Clock,
    Name::SignIn,
    Name::AccessList,
    Name::Project,
    Name::Role,
    Name::Job,
    Name::RateBudget,
    Name::Endpoint,
];

const GIVE_PROJECT: &str = "Run: atlas-tui doctor --project-id PROJECT, or give a whole TARGET.";
const GIVE_TARGET: &str = "Run: atlas-tui doctor KIND/PROJECT/INSTANCE/JOB";

impl Subject {
    fn project(&self) -> Option<ObjectId> {
        match self {
            Self::Account => None,
            Self::Project(project) => Some(*project),
            Self::Cluster(cluster) => Some(cluster.project),
            Self::Job(target) => Some(target.project),
        }
    }

    /// The target that errors are worded for. A cluster has no job: words about one never come up with it.
    fn target(&self) -> Option<Target> {
        match self {
            Self::Account | Self::Project(_) => None,
            Self::Cluster(cluster) => Some(Target {
                kind: cluster.kind,
                project: cluster.project,
                instance: cluster.instance.clone(),
                job: cluster.project,
                profile: cluster.profile.clone(),
            }),
            Self::Job(target) => Some(target.clone()),
        }
    }
}

/// Skips everything that Atlas would be asked.
pub fn skip_all(why: &str, tell: &mut impl FnMut(Check)) {
    for name in ALL {
        tell(name.skipped(why));
    }
}

/// Asks Atlas, and tells each check. How many requests it took.
pub async fn examine(
    api: &impl ProbeApi,
    profile: Option<&Profile>,
    subject: &Subject,
    credential: &verdict::Credential,
    now: fn() -> Timestamp,
    tell: &mut impl FnMut(Check),
) -> u32 {
    let first = subject.project().map_or(Probe::Projects, Probe::Project);
    let sent_at = now();
    let result = api.probe(profile, &first).await;
    let heard = Heard { result, sent_at, received_at: now() };
    let mut requests = heard.meta().requests;
    let target = subject.target();
    let context = Context { project: subject.project(), target: target.as_ref(), credential };

    let answer = verdict::answer(&heard, context);
    let answered = !answer.is_failure();
    tell(answer);
    if !answered {
        for name in ALL.into_iter().skip(1) {
            tell(name.skipped("not known, as Atlas did not answer"));
        }
        return requests;
    }
    tell(verdict::clock(&heard));
    let sign_in = verdict::sign_in(&heard, context);
    let signed_in = sign_in.verdict == super::check::Verdict::Ok;
    tell(sign_in);
    let access_list = verdict::access_list(&heard, context);
    let let_in = signed_in && !access_list.is_failure();
    tell(access_list);
    tell(match subject.project() {
        Some(_) => verdict::project(&heard, context),
        None => Name::Project.skipped_until("no project was given", GIVE_PROJECT),
    });
    if !let_in {
        for name in [Name::Role, Name::Job, Name::Endpoint] {
            tell(name.skipped("not known, as Atlas did not let this credential in"));
        }
        tell(verdict::rate_budget(heard.meta(), heard.error(), None));
        return requests;
    }
    let (error, meta) = match subject {
        Subject::Account | Subject::Project(_) => {
            tell(Name::Role.skipped_until("no cluster was given", GIVE_TARGET));
            tell(Name::Job.skipped_until("no restore job was given", GIVE_TARGET));
            tell(Name::Endpoint.skipped_until("no restore job was given", GIVE_TARGET));
            (heard.error().cloned(), heard.meta().clone())
        }
        Subject::Cluster(_) | Subject::Job(_) => {
            let (kind, result) = ask_for_jobs(api, subject).await;
            let meta = match &result {
                Ok(meta) => meta.clone(),
                Err(error) => error.meta.clone(),
            };
            requests = requests.saturating_add(meta.requests);
            let asked = target.as_ref().map(|target| Target { kind, ..target.clone() });
            let context = Context { target: asked.as_ref(), ..context };
            tell(verdict::role(&result, context));
            tell(match subject {
                Subject::Job(_) => verdict::job(&result, context),
                _ => Name::Job.skipped_until("no restore job was given", GIVE_TARGET),
            });
            tell(verdict::endpoint(&result, &meta, context, now()));
            (result.err(), meta)
        }
    };
    let limited = error.filter(|error| error.kind == ErrorKind::RateLimited);
    let refill = match subject.project().filter(|_| limited.is_none()) {
        Some(project) => match api.probe(profile, &Probe::RateLimit(project)).await {
            Ok(seen) => {
                requests = requests.saturating_add(seen.meta.requests);
                match seen.finding {
                    Finding::RateLimit(refill) => refill,
                    Finding::Projects(_) | Finding::Project(_) => None,
                }
            }
            // Not everybody may ask, and nothing depends on it.
            Err(error) => {
                requests = requests.saturating_add(error.meta.requests);
                None
            }
        },
        None => None,
    };
    let budget = if meta.budget.is_some() { &meta } else { heard.meta() };
    tell(verdict::rate_budget(budget, limited.as_ref(), refill));
    requests
}

/// Reads the job, or one of the list where there is none; of which kind, as far as that was found out.
async fn ask_for_jobs(api: &impl ProbeApi, subject: &Subject) -> (Kind, Result<Meta, ApiError>) {
    match subject {
        Subject::Job(target) if target.kind == Kind::Auto => {
            let found = kind::read(api, target).await;
            (found.kind.unwrap_or_default(), found.result.map(|answer| answer.meta))
        }
        Subject::Job(target) => (target.kind, api.restore_job(target).await.map(|answer| answer.meta)),
        Subject::Cluster(cluster) => {
            let batch = Batch { cluster: cluster.clone(), items: 1, wanted: Vec::new() };
            let found = kind::list(api, &batch).await;
            let kind = found.kind.unwrap_or(cluster.kind);
            (kind, found.result.map(|listing| listing.meta))
        }
        Subject::Account | Subject::Project(_) => (Kind::Auto, Ok(Meta::default())),
    }
}
