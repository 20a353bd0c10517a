//! The embedded Atlas over HTTP: which endpoint answers, and what every answer carries.
//!
//! Who comes this far is up to `admission`, what becomes of a job up to the scenario.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{self, Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, DATE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Stats;
use super::admission::{Books, Caller, Pass, Stop};
use super::digest::REALM;
use super::endpoint::Question;
use super::oauth::{self, Denied, Plea};
use super::page::Page;
use super::rate::RateLimit;
use super::refusal::{Refusal, UNAUTHORIZED};
use super::scenario::Scenario;

const X_ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");

/// Where something in between would have a person sign in.
const PORTAL: &str = "<!DOCTYPE html>\n<html><head><title>Guest network</title></head>\
    <body><h1>Welcome</h1><p>Accept the terms to go online.</p></body></html>\n";

/// A request for a token is a few words; this is far more than that.
const MOST_FORM_BYTES: usize = 16 * 1024;

/// Tells the machine's time.
pub type Now = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// The one server: what never changes, and what each request changes.
pub struct Atlas {
    pub scenario: Scenario,
    now: Now,
    limit: RateLimit,
    books: Mutex<Books>,
}

impl Atlas {
    pub fn new(scenario: Scenario, now: Now, limit: RateLimit, books: Books) -> Self {
        Self { scenario, now, limit, books: Mutex::new(books) }
    }

    pub fn stats(&self) -> Stats {
        let now = self.now();
        let books = self.books();
        Stats { live_tokens: books.tokens.live(now), ..books.stats.clone() }
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
        now.duration_since(self.scenario.start()).try_into().unwrap_or_default()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // Every change is complete in itself, so a panic elsewhere leaves nothing half done.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a request that does not come through.
    fn turn_away(&self, stop: Stop, uri: &Uri) -> Response {
        match stop {
            Stop::Portal => with_body(StatusCode::OK, "text/html; charset=utf-8", PORTAL.to_owned()),
            Stop::WrongMethod { allowed } => {
                (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, allowed)]).into_response()
            }
            Stop::Challenged(challenge) => unauthorized(&challenge),
            // Never recorded: the body of every other 401, with the header that RFC 6750 asks for.
            Stop::BadToken => unauthorized(&format!("Bearer realm=\"{REALM}\", error=\"invalid_token\"")),
            Stop::Refused(refusal) => refuse(&refusal),
            Stop::Limited { wait } => {
                let endpoint = Question::of(uri.path()).map(|question| question.limited_as());
                let endpoint = endpoint.unwrap_or_else(|| uri.path().trim_start_matches('/').to_owned());
                let mut answer = refuse(&Refusal::limited(wait, self.limit, &endpoint));
                self.put_budget(answer.headers_mut(), 0);
                answer
            }
        }
    }

    /// The answer of an endpoint.
    fn answer(&self, uri: &Uri, accept: Option<&str>) -> Response {
        let Some(question) = Question::of(uri.path()) else {
            return refuse(&Refusal::resource_not_found(uri.path()));
        };
        let version = match question.version(accept) {
            Ok(version) => version,
            Err(refusal) => return refuse(&refusal),
        };
        let elapsed = self.since_start(self.now());
        let body = match question.job {
            Some(job) => self.scenario.job(&question, job, elapsed),
            None => Page::read(uri.query()).and_then(|page| self.scenario.jobs(&question, page, elapsed)),
        };
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

async fn endpoint(State(atlas): State<Arc<Atlas>>, uri: Uri, headers: HeaderMap) -> Response {
    atlas.answer(&uri, headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()))
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

fn deny(denied: &Denied) -> Response {
    let error = match denied {
        Denied::Limited(refusal) => return refuse(refusal),
        Denied::Oauth(error) => error,
    };
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = json_answer(status, &error.body());
    if status == StatusCode::UNAUTHORIZED {
        put(answer.headers_mut(), WWW_AUTHENTICATE, &format!("Basic realm=\"{REALM}\""));
    }
    answer
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

/// `Tue, 24 Nov 2026 03:41:07 GMT`, with nothing before 1970.
fn http_date(now: Timestamp) -> String {
    let since_1970 = Duration::from_secs(u64::try_from(now.as_second()).unwrap_or_default());
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since_1970)
}

fn refuse(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = json_answer(status, &refusal.body());
    put(answer.headers_mut(), X_ERROR_CODE, refusal.code);
    if let Some(seconds) = refusal.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

/// A 401 as recorded: without rate limit, and its code only in the body.
fn unauthorized(challenge: &str) -> Response {
    let mut answer = with_body(StatusCode::UNAUTHORIZED, "application/json", UNAUTHORIZED.to_owned());
    put(answer.headers_mut(), WWW_AUTHENTICATE, challenge);
    answer
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    with_body(status, "application/json", body.to_string())
}

fn with_body(status: StatusCode, media_type: &str, body: String) -> Response {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    put(answer.headers_mut(), CONTENT_TYPE, media_type);
    answer
}

/// Sets a header to a text of our own; one that is no header value is left out.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
