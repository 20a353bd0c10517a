//! The embedded Atlas over HTTP: which endpoint answers, and what every answer carries.
//!
//! Who comes this far is up to `admission`, what becomes of a job up to the scenario.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{self, Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, DATE};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Stats;
use super::admission::{Books, Caller, Pass, Stop};
use super::answer::{self, X_ERROR_CODE, deny, http_date, json_answer, put, refuse, unauthorized, with_body};
use super::endpoint::Question;
use super::limits::{self, Filter};
use super::oauth::{self, Plea};
use super::page::Page;
use super::principal::{Organization, Principal, Role};
use super::rate::RateLimit;
use super::refusal::Refusal;
use super::resource::{Asked, Clusters};
use super::scenario::Scenario;
use crate::domain::secret::Secret;
use crate::domain::target::{Kind, Target};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");

/// A request for a token is a few words; this is far more than that.
const MOST_FORM_BYTES: usize = 16 * 1024;

/// Tells the machine's time.
pub type Now = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// The one server: what never changes, and what each request changes.
pub struct Atlas {
    /// One, or one of each organization.
    projects: Vec<Project>,
    now: Now,
    /// By its own clock.
    start: Timestamp,
    limit: RateLimit,
    books: Mutex<Books>,
}

/// A project, and what goes on in it.
pub struct Project {
    pub organization: Organization,
    pub scenario: Scenario,
}

impl Atlas {
    pub fn new(projects: Vec<Project>, now: Now, limit: RateLimit, books: Books) -> Self {
        let start = projects.first().map_or_else(&now, |project| project.scenario.start());
        Self { projects, now, start, limit, books: Mutex::new(books) }
    }

    /// The kind that a lookup of one of the projects turns out to be.
    pub fn kind(&self, target: &Target) -> Kind {
        let project = self.project(target.project.as_str());
        project.map_or(target.kind, |project| project.scenario.kind(target))
    }

    pub fn stats(&self) -> Stats {
        let now = self.now();
        let books = self.books();
        Stats { live_tokens: books.tokens.live(now), ..books.stats.clone() }
    }

    /// A token that nobody asked for; none when the account has all it may have.
    pub fn mint(&self, who: Principal) -> Option<Secret> {
        let now = self.now();
        self.books().tokens.mint(who, now)
    }

    /// Changes what requests meet from now on.
    pub fn change(&self, change: impl FnOnce(&mut Books)) {
        change(&mut self.books());
    }

    /// The server's time, which may be ahead of the machine's.
    fn now(&self) -> Timestamp {
        let now = (self.now)();
        now.saturating_add(self.books().clock_ahead).unwrap_or(now)
    }

    /// From the start to `now`; zero when the clock was set to before it.
    fn since_start(&self, now: Timestamp) -> Duration {
        now.duration_since(self.start).try_into().unwrap_or_default()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // Every change is complete in itself, so a panic elsewhere leaves nothing half done.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a request that does not come through.
    fn turn_away(&self, stop: Stop, uri: &Uri) -> Response {
        match stop {
            Stop::Portal => answer::portal(),
            Stop::WrongMethod { allowed } => {
                (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, allowed)]).into_response()
            }
            Stop::Challenged(challenge) => unauthorized(&challenge),
            Stop::BadToken => answer::bad_token(),
            Stop::Refused(refusal) => refuse(&refusal),
            Stop::Limited { wait } => {
                let endpoint = Asked::of(uri.path()).map(|asked| asked.limited_as());
                let endpoint = endpoint.unwrap_or_else(|| uri.path().trim_start_matches('/').to_owned());
                let mut answer = refuse(&Refusal::limited(wait, self.limit, &endpoint));
                self.put_budget(answer.headers_mut(), 0);
                answer
            }
        }
    }

    fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.scenario.project().as_str() == id)
    }

    /// The project of that id, for somebody with at least that role in it.
    fn project_for(&self, who: Principal, least: Role, id: &str) -> Result<&Project, Refusal> {
        let project = self.project(id).ok_or_else(|| Refusal::group_not_found(id))?;
        match who.role_in(project.organization) {
            None => Err(Refusal::not_in_project()),
            Some(role) if role < least => Err(Refusal::small_role()),
            Some(_) => Ok(project),
        }
    }

    /// A cluster that is restored into, in a project of its own, in which the owner alone has a role.
    fn target(
        &self,
        who: Principal,
        project: &str,
        tenancy: Clusters,
        instance: &str,
    ) -> Result<Value, Refusal> {
        let known = self.projects.iter().find(|known| known.scenario.target_project().as_str() == project);
        let known = known.ok_or_else(|| Refusal::group_not_found(project))?;
        match who.role_in(known.organization) {
            Some(Role::Owner) => known.scenario.target(tenancy, instance, self.since_start(self.now())),
            _ => Err(Refusal::not_in_project()),
        }
    }

    /// The body of an answer.
    fn body(&self, who: Principal, asked: &Asked<'_>, query: Option<&str>) -> Result<Value, Refusal> {
        let least = asked.role();
        match asked {
            Asked::Jobs(question) => self.jobs(who, least, question, query),
            Asked::Projects => {
                let mine = self.projects.iter().filter(|project| who.role_in(project.organization).is_some());
                let mine = mine.map(|project| project.scenario.project_body(project.organization));
                Ok(Page::read(query)?.list("/api/atlas/v2/groups", &mine.collect::<Vec<_>>()))
            }
            Asked::Project(id) => {
                let project = self.project_for(who, least, id)?;
                Ok(project.scenario.project_body(project.organization))
            }
            Asked::Clusters { project, tenancy, instance: Some(instance) }
                if self.projects.iter().any(|known| known.scenario.target_project().as_str() == *project) =>
            {
                self.target(who, project, *tenancy, instance)
            }
            Asked::Clusters { project, tenancy, instance } => {
                let scenario = &self.project_for(who, least, project)?.scenario;
                match instance {
                    Some(instance) => scenario.cluster(*tenancy, instance),
                    None => Ok(scenario.clusters(*tenancy, Page::read(query)?)),
                }
            }
            Asked::RateLimits => {
                let filter = Filter::read(query);
                if let Some(project) = &filter.project {
                    self.project_for(who, least, project)?;
                }
                let sets = limits::published(self.limit, &filter);
                Ok(Page::read(query)?.list("/api/atlas/v2/rateLimits", &sets))
            }
        }
    }

    /// One job, or a list of them. An endpoint that has ended says so to everybody.
    fn jobs(
        &self,
        who: Principal,
        least: Role,
        question: &Question<'_>,
        query: Option<&str>,
    ) -> Result<Value, Refusal> {
        let ended = self.projects.iter().find(|project| project.scenario.has_ended(question.endpoint));
        let project = ended.map_or_else(|| self.project_for(who, least, question.project), Ok)?;
        let elapsed = self.since_start(self.now());
        match question.job {
            Some(job) => project.scenario.job(question, job, elapsed),
            None => project.scenario.jobs(question, Page::read(query)?, elapsed),
        }
    }

    /// The answer of an endpoint.
    fn answer(&self, who: Principal, uri: &Uri, accept: Option<&str>) -> Response {
        let Some(asked) = Asked::of(uri.path()) else {
            return refuse(&Refusal::resource_not_found(uri.path()));
        };
        let version = match asked.version(accept) {
            Ok(version) => version,
            Err(refusal) => return refuse(&refusal),
        };
        let body = self.body(who, &asked, uri.query());
        let mut answer = match body {
            Ok(body) => with_body(StatusCode::OK, &version.media_type, body.to_string()),
            Err(refusal) => refuse(&refusal),
        };
        // Errors were recorded with these, too.
        if let Some((deprecated, ends)) = &version.ends {
            put(answer.headers_mut(), DEPRECATION, deprecated);
            put(answer.headers_mut(), SUNSET, ends);
        }
        answer
    }

    fn put_budget(&self, headers: &mut HeaderMap, remaining: u32) {
        headers.insert(RATE_LIMIT, self.limit.capacity.into());
        headers.insert(RATE_REMAINING, remaining.into());
    }

    /// Counts the answer and gives it an id. The count starts at 1.
    fn enter(&self, status: StatusCode) -> u64 {
        let mut books = self.books();
        books.stats.requests += 1;
        *books.stats.answers.entry(status.as_u16()).or_default() += 1;
        books.stats.requests
    }
}

/// All that the server answers.
pub fn router(atlas: Arc<Atlas>) -> Router {
    let guarded = Router::new()
        .route(oauth::TOKEN_PATH, post(oauth_token))
        .route(oauth::REVOKE_PATH, post(oauth_revoke))
        .fallback(endpoint)
        .layer(middleware::from_fn_with_state(Arc::clone(&atlas), guard));
    Router::new().route("/demo/stats", get(stats)).merge(guarded).with_state(atlas)
}

async fn endpoint(
    State(atlas): State<Arc<Atlas>>,
    Extension(who): Extension<Principal>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    atlas.answer(who, &uri, headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()))
}

async fn oauth_token(State(atlas): State<Arc<Atlas>>, headers: HeaderMap, body: Body) -> Response {
    let body = form_bytes(body).await;
    let now = atlas.now();
    let elapsed = atlas.since_start(now);
    let token = oauth::token(&mut atlas.books().tokens, plea(&headers, &body), now, elapsed);
    let mut answer = token.map_or_else(|denied| deny(&denied), |token| json_answer(StatusCode::OK, &token));
    put(answer.headers_mut(), CACHE_CONTROL, "no-store");
    answer
}

async fn oauth_revoke(State(atlas): State<Arc<Atlas>>, headers: HeaderMap, body: Body) -> Response {
    let body = form_bytes(body).await;
    let revoked = oauth::revoke(&mut atlas.books().tokens, plea(&headers, &body));
    revoked.map_or_else(|denied| deny(&denied), |()| StatusCode::OK.into_response())
}

/// The body of a request for a token; nothing when it is longer than any such request.
async fn form_bytes(body: Body) -> Bytes {
    body::to_bytes(body, MOST_FORM_BYTES).await.unwrap_or_default()
}

fn plea<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> Plea<'a> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    Plea { authorization: text(AUTHORIZATION), content_type: text(CONTENT_TYPE), body }
}

/// What was asked so far, itself not counted.
async fn stats(State(atlas): State<Arc<Atlas>>) -> Response {
    let stats = atlas.stats();
    let answers: BTreeMap<_, _> =
        stats.answers.into_iter().map(|(status, count)| (status.to_string(), count)).collect();
    let stats = json!({
        "requests": stats.requests,
        "challenges": stats.challenges,
        "answers": answers,
        "methods": stats.methods,
        "writes": stats.writes,
        "digest": stats.digest,
        "bearer": stats.bearer,
        "tokenRequests": stats.token_requests,
        "revocations": stats.revocations,
        "liveTokens": stats.live_tokens,
    });
    json_answer(StatusCode::OK, &stats)
}

/// Admits a request or answers it, and puts on what every answer carries.
async fn guard(State(atlas): State<Arc<Atlas>>, mut request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let now = atlas.now();
    let elapsed = atlas.since_start(now);
    let caller = Caller::of(request.method(), &uri, request.headers());
    let admitted = atlas.books().admit(caller, now, elapsed);
    let is_portal = admitted == Err(Stop::Portal);
    let mut answer = match admitted {
        Ok(Pass::Oauth) => next.run(request).await,
        Ok(Pass::Api { who, remaining }) => {
            request.extensions_mut().insert(who);
            let mut answer = next.run(request).await;
            // Where there is no such project, none was recorded: a limit belongs to one.
            if answer.headers().get(X_ERROR_CODE).is_none_or(|code| code != "GROUP_NOT_FOUND") {
                atlas.put_budget(answer.headers_mut(), remaining);
            }
            answer
        }
        Err(stop) => atlas.turn_away(stop, &uri),
    };
    let number = atlas.enter(answer.status());
    if !is_portal {
        put(answer.headers_mut(), X_REQUEST_ID, &format!("demo-{number:06}"));
        put(answer.headers_mut(), DATE, &http_date(atlas.now()));
    }
    answer
}
