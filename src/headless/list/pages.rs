//! Reads Atlas's lists page by page, until enough is found: the clusters of a project, and the jobs of each.
//!
//! The newest jobs come first, so that a list is left as soon as the limit is full or its jobs are too old. One list
//! that fails leaves the others alone. Knows nothing of output.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::ControlFlow;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;

use super::choice::{Since, Statuses};
use crate::api::{Answer, ApiError, ErrorKind, ListApi, Meta, Missing, Page};
use crate::clock::Clock;
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::job::RestoreJob;
use crate::domain::phase;
use crate::domain::profile::Profile;
use crate::domain::target::{Cluster, Kind, PAGE_MAX, Target, Tenancy};
use crate::headless::Reading;
use crate::headless::ask::server_time;
use crate::headless::times::Times;
use crate::worker::kind::{self, Found};

/// Lists under way at once.
const UNDER_WAY: usize = 8;

/// No list goes on for ever: half a million jobs, or as many clusters.
const PAGES_MOST: u32 = 1_000;

/// What a list is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub kind: Kind,
    pub project: ObjectId,
    /// `None` for the list of a project's clusters.
    pub instance: Option<InstanceName>,
}

impl Place {
    fn of(cluster: &Cluster) -> Self {
        Self { kind: cluster.kind, project: cluster.project, instance: Some(cluster.instance.clone()) }
    }
}

/// A list, a page or an entry of one that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub place: Place,
    pub error: ApiError,
}

/// A job as its list had it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub target: Target,
    pub answer: Answer,
    pub server_now: Timestamp,
}

impl Listed {
    #[must_use]
    pub fn reading(&self) -> Reading<'_> {
        Reading::new(&self.target, &self.answer, self.server_now)
    }
}

/// Which jobs are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// At most so many, the newest; 0 for all.
    pub limit: usize,
    pub statuses: Option<&'a Statuses>,
    pub since: Option<Since>,
    pub times: &'a Times,
}

impl Wanted<'_> {
    /// Whether the job is one of them; `None` when it is too old, so that no later one of its list can be.
    pub fn has(&self, target: &Target, job: &RestoreJob, server_now: Timestamp) -> Option<bool> {
        if self.since.is_some_and(|since| target.job.created_at() < since.start(server_now, self.times)) {
            return None;
        }
        let phase = phase::assess_asked(job, target.job, server_now).phase;
        Some(self.statuses.is_none_or(|statuses| statuses.have(&phase)))
    }

    /// Jobs on a page. Where only some are wanted, those are far apart.
    fn items(&self) -> u16 {
        let all = self.limit == 0 || self.statuses.is_some();
        if all { PAGE_MAX } else { u16::try_from(self.limit).unwrap_or(PAGE_MAX).min(PAGE_MAX) }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Harvest {
    pub jobs: Vec<Listed>,
    pub failures: Vec<Failure>,
    /// Whether there may be more that was not looked for.
    pub cut: bool,
}

/// Reads lists with one API and one clock.
pub struct Lists<'a, A, C> {
    api: &'a A,
    clock: &'a C,
    wanted: Wanted<'a>,
    /// Kinds whose rate budget is used up.
    limited: RefCell<Vec<(Kind, ApiError)>>,
}

impl<'a, A: ListApi, C: Clock> Lists<'a, A, C> {
    pub fn new(api: &'a A, clock: &'a C, wanted: Wanted<'a>) -> Self {
        Self { api, clock, wanted, limited: RefCell::default() }
    }

    /// The jobs of one cluster. `page` gets those of each page as they come, where they come from one list alone, and
    /// may end it; else all are in the harvest.
    pub async fn cluster(
        &self,
        cluster: &Cluster,
        mut page: impl FnMut(Vec<Listed>) -> ControlFlow<()>,
    ) -> Harvest {
        let mut harvest = Harvest::default();
        if cluster.kind != Kind::Auto {
            self.read(cluster, None, false, &mut harvest, &mut page).await;
            return harvest;
        }
        let sent_at = self.clock.now();
        let Found { result, kind } = kind::page(self.api, cluster, self.wanted.items()).await;
        // What is proved by nothing was asked for as a Flex cluster first.
        let found = Cluster { kind: kind.unwrap_or(Kind::Auto), ..cluster.clone() };
        if kind == Some(Kind::Dedicated) {
            let mut jobs = Vec::new();
            let mut keep = |page: Vec<Listed>| {
                jobs.extend(page);
                ControlFlow::Continue(())
            };
            self.read(&found, Some((result, sent_at)), false, &mut harvest, &mut keep).await;
            let collections = Cluster { kind: Kind::Collection, ..cluster.clone() };
            self.read(&collections, None, true, &mut harvest, &mut keep).await;
            harvest.jobs = jobs;
        } else {
            self.read(&found, Some((result, sent_at)), false, &mut harvest, &mut page).await;
        }
        harvest
    }

    /// The jobs of every cluster of a project, of that kind or of all.
    pub async fn project(&self, project: ObjectId, profile: Option<&Profile>, kind: Kind) -> Harvest {
        let mut harvest = Harvest::default();
        let tenancies: &[Tenancy] = match kind {
            Kind::Flex => &[Tenancy::Flex],
            Kind::Dedicated | Kind::Collection => &[Tenancy::Dedicated],
            _ => &[Tenancy::Flex, Tenancy::Dedicated],
        };
        let mut clusters: Vec<Cluster> = Vec::new();
        for tenancy in tenancies {
            let names = self.names(project, profile, *tenancy, &mut harvest).await;
            if harvest.failures.iter().any(|failure| is_about_all(&failure.error)) {
                break;
            }
            let kinds: &[Kind] = match (tenancy, kind) {
                (Tenancy::Flex, _) => &[Kind::Flex],
                (Tenancy::Dedicated, Kind::Dedicated) => &[Kind::Dedicated],
                (Tenancy::Dedicated, Kind::Collection) => &[Kind::Collection],
                (Tenancy::Dedicated, _) => &[Kind::Dedicated, Kind::Collection],
            };
            for instance in names {
                // Should Atlas list a Flex cluster among all clusters as well.
                if clusters.iter().any(|known| known.instance == instance) {
                    continue;
                }
                clusters.extend(kinds.iter().map(|kind| Cluster {
                    kind: *kind,
                    project,
                    instance: instance.clone(),
                    profile: profile.cloned(),
                }));
            }
        }
        let explicit = kind == Kind::Collection;
        let lists = clusters.iter().map(|cluster| async move {
            let (mut harvest, mut jobs) = (Harvest::default(), Vec::new());
            let mut keep = |page: Vec<Listed>| {
                jobs.extend(page);
                ControlFlow::Continue(())
            };
            self.read(cluster, None, !explicit, &mut harvest, &mut keep).await;
            harvest.jobs = jobs;
            harvest
        });
        let mut lists = stream::iter(lists).buffered(UNDER_WAY);
        while let Some(list) = lists.next().await {
            harvest.jobs.extend(list.jobs);
            harvest.failures.extend(list.failures);
            harvest.cut |= list.cut;
        }
        harvest
    }

    /// The names of a project's clusters.
    async fn names(
        &self,
        project: ObjectId,
        profile: Option<&Profile>,
        tenancy: Tenancy,
        harvest: &mut Harvest,
    ) -> Vec<InstanceName> {
        let kind = match tenancy {
            Tenancy::Flex => Kind::Flex,
            Tenancy::Dedicated => Kind::Dedicated,
        };
        let place = Place { kind, project, instance: None };
        let mut names: Vec<InstanceName> = Vec::new();
        for number in 1..=PAGES_MOST {
            let page = match self.api.clusters(project, profile, tenancy, number).await {
                Ok(page) => page,
                Err(error) => {
                    harvest.failures.push(Failure { place, error });
                    break;
                }
            };
            let before = names.len();
            for item in page.items {
                match item {
                    Ok(name) if !names.contains(&name) => names.push(name),
                    Ok(_) => {}
                    Err(error) => harvest.failures.push(Failure { place: place.clone(), error }),
                }
            }
            // A page that repeats what is known leads nowhere.
            if !page.more || names.len() == before {
                break;
            }
        }
        names
    }

    /// One list, from its first page on, which may be there already. `lenient`: a list that does not exist is an
    /// empty one, because it was not asked for by name.
    async fn read(
        &self,
        cluster: &Cluster,
        first: Option<(Result<Page<RestoreJob>, ApiError>, Timestamp)>,
        lenient: bool,
        harvest: &mut Harvest,
        keep: &mut impl FnMut(Vec<Listed>) -> ControlFlow<()>,
    ) {
        let mut first = first;
        let mut seen = HashSet::new();
        let mut kept = 0;
        for number in 1..=PAGES_MOST {
            let (result, sent_at) = if let Some(first) = first.take() {
                first
            } else {
                let sent_at = self.clock.now();
                (self.page(cluster, number).await, sent_at)
            };
            let page = match result {
                Ok(page) => page,
                Err(error) => {
                    if !(lenient && is_no_list(cluster.kind, &error)) {
                        harvest.failures.push(Failure { place: Place::of(cluster), error });
                    }
                    return;
                }
            };
            let server_now = server_time(page.meta.server_date, sent_at, self.clock.now());
            let known = seen.len();
            let (jobs, all_too_old) =
                self.sift(cluster, page.items, &page.meta, server_now, &mut seen, harvest);
            let room = if self.wanted.limit == 0 { jobs.len() } else { self.wanted.limit - kept };
            let full = jobs.len() > room;
            kept += jobs.len().min(room);
            let ended = keep(jobs.into_iter().take(room).collect()).is_break();
            let is_full = self.wanted.limit > 0 && kept == self.wanted.limit;
            harvest.cut |= full || (is_full && page.more);
            if ended || is_full || !page.more || all_too_old || seen.len() == known {
                return;
            }
        }
        harvest.cut = true;
    }

    async fn page(&self, cluster: &Cluster, number: u32) -> Result<Page<RestoreJob>, ApiError> {
        let refused = self.limited.borrow().iter().find(|(kind, _)| *kind == cluster.kind).cloned();
        if let Some((_, error)) = refused {
            return Err(error);
        }
        let result = self.api.jobs(cluster, self.wanted.items(), number).await;
        if let Err(error) = &result
            && error.kind == ErrorKind::RateLimited
        {
            self.limited.borrow_mut().push((cluster.kind, error.clone()));
        }
        result
    }

    /// The wanted jobs of a page, and whether all on it were too old.
    fn sift(
        &self,
        cluster: &Cluster,
        items: Vec<Result<RestoreJob, ApiError>>,
        meta: &Meta,
        server_now: Timestamp,
        seen: &mut HashSet<ObjectId>,
        harvest: &mut Harvest,
    ) -> (Vec<Listed>, bool) {
        let mut jobs = Vec::new();
        let mut all_too_old = !items.is_empty();
        for item in items {
            let job = item.and_then(|job| match job.id.as_deref().map(str::parse) {
                Some(Ok(id)) => Ok((id, job)),
                _ => Err(nameless(&job, meta)),
            });
            let (id, job) = match job {
                Ok(job) => job,
                Err(error) => {
                    all_too_old = false;
                    harvest.failures.push(Failure { place: Place::of(cluster), error });
                    continue;
                }
            };
            if !seen.insert(id) {
                continue;
            }
            let target = Target {
                kind: cluster.kind,
                project: cluster.project,
                instance: cluster.instance.clone(),
                job: id,
                profile: cluster.profile.clone(),
            };
            let wanted = self.wanted.has(&target, &job, server_now);
            all_too_old &= wanted.is_none();
            if wanted == Some(true) {
                jobs.push(Listed { target, answer: Answer { job, meta: meta.clone() }, server_now });
            }
        }
        (jobs, all_too_old)
    }
}

/// A job without an id can be named to nobody.
fn nameless(job: &RestoreJob, meta: &Meta) -> ApiError {
    let found = job.id.clone().unwrap_or_else(|| "nothing".to_owned());
    let kind =
        ErrorKind::WrongShape { field: "id".to_owned(), expected: "the id of a job".to_owned(), found };
    ApiError { kind, code: None, detail: None, retry_after: None, meta: meta.clone() }
}

/// Whether every other list of the project would be refused for the same reason.
fn is_about_all(error: &ApiError) -> bool {
    matches!(
        error.kind,
        ErrorKind::NoCredentials
            | ErrorKind::KeyRefused { .. }
            | ErrorKind::AddressBlocked
            | ErrorKind::NotFound(Missing::Project)
    )
}

/// Whether an error means that there is no such list: of a free cluster, which has no backups, or of restored
/// collections where Atlas knows none.
fn is_no_list(kind: Kind, error: &ApiError) -> bool {
    match error.kind {
        ErrorKind::WrongKind => true,
        ErrorKind::NotFound(Missing::Job | Missing::Unsaid) | ErrorKind::Ended => kind == Kind::Collection,
        _ => false,
    }
}
