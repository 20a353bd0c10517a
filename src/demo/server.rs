//! The embedded Atlas over HTTP: who may ask, how often, and which endpoint answers.
//!
//! A request passes the method, the digest, the faults and the rate limit in this order, and only then meets an
//! endpoint. What becomes of a job is up to the scenario.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ALLOW, AUTHORIZATION, CONTENT_TYPE, DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::digest::{Gate, Signed};
use super::endpoint::Question;
use super::page::Page;
use super::rate::{Bucket, RateLimit};
use super::refusal::{Refusal, UNAUTHORIZED};
use super::scenario::Scenario;
use super::{Fault, Stats};

const X_ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");

/// Tells the server's time.
pub type Now = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// The one server: what never changes, and what each request changes.
pub struct Atlas {
    pub scenario: Scenario,
    now: Now,
    limit: RateLimit,
    books: Mutex<Books>,
}

/// What requests change. Held for one step of one request, never across an `await`.
struct Books {
    gate: Gate,
    bucket: Bucket,
    fault: Option<Fault>,
    stats: Stats,
}

/// Why a request does not reach an endpoint.
enum Stop {
    WrongMethod,
    /// With the value of `WWW-Authenticate`.
    Challenged(String),
    Refused(Refusal),
    /// The next token is so many seconds away.
    Limited {
        wait: u64,
    },
}

impl Atlas {
    pub fn new(scenario: Scenario, now: Now, gate: Gate, limit: RateLimit, fault: Option<Fault>) -> Self {
        let bucket = Bucket::full(limit);
        let books = Mutex::new(Books { gate, bucket, fault, stats: Stats::default() });
        Self { scenario, now, limit, books }
    }

    pub fn stats(&self) -> Stats {
        self.books().stats.clone()
    }

    pub fn set_fault(&self, fault: Option<Fault>) {
        self.books().fault = fault;
    }

    /// Since the start; zero when the clock was set to before it.
    fn elapsed(&self) -> Duration {
        (self.now)().duration_since(self.scenario.start()).try_into().unwrap_or_default()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // Every change is complete in itself, so a panic elsewhere leaves nothing half done.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that stands before an endpoint. The requests left, when it may pass.
    fn admit(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<u32, Stop> {
        if method != Method::GET {
            return Err(Stop::WrongMethod);
        }
        let now = self.elapsed();
        let mut books = self.books();
        if books.fault == Some(Fault::Unavailable) {
            return Err(Stop::Refused(Refusal::unavailable()));
        }
        let signed = Signed {
            method: method.as_str(),
            uri: uri.path_and_query().map_or("/", |path| path.as_str()),
            authorization: headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()),
        };
        if let Err(refused) = books.gate.check(signed, now) {
            books.stats.challenges += 1;
            return Err(Stop::Challenged(books.gate.challenge(refused, now)));
        }
        match books.fault {
            Some(Fault::WrongRole) => Err(Stop::Refused(Refusal::wrong_role())),
            Some(Fault::AddressBlocked) => Err(Stop::Refused(Refusal::address_blocked())),
            Some(Fault::Unavailable) | None => books.bucket.take(now).map_err(|wait| Stop::Limited { wait }),
        }
    }

    /// The answer to a request that does not come through.
    fn turn_away(&self, stop: Stop, uri: &Uri) -> Response {
        match stop {
            Stop::WrongMethod => (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")]).into_response(),
            Stop::Challenged(challenge) => unauthorized(&challenge),
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
        let body = match question.job {
            Some(job) => self.scenario.job(&question, job, self.elapsed()),
            None => {
                Page::read(uri.query()).and_then(|page| self.scenario.jobs(&question, page, self.elapsed()))
            }
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
    let guarded =
        Router::new().fallback(endpoint).layer(middleware::from_fn_with_state(Arc::clone(&atlas), guard));
    Router::new().route("/demo/stats", get(stats)).merge(guarded).with_state(atlas)
}

async fn endpoint(State(atlas): State<Arc<Atlas>>, uri: Uri, headers: HeaderMap) -> Response {
    atlas.answer(&uri, headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()))
}

/// What was asked so far, itself not counted.
async fn stats(State(atlas): State<Arc<Atlas>>) -> Response {
    let Stats { requests, challenges, answers } = atlas.stats();
    let answers: BTreeMap<_, _> =
        answers.into_iter().map(|(status, count)| (status.to_string(), count)).collect();
    json_answer(StatusCode::OK, &json!({"requests": requests, "challenges": challenges, "answers": answers}))
}

/// Admits a request or answers it, and puts on what every answer carries.
async fn guard(State(atlas): State<Arc<Atlas>>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let mut answer = match atlas.admit(request.method(), &uri, request.headers()) {
        Ok(remaining) => {
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
    put(answer.headers_mut(), X_REQUEST_ID, &format!("demo-{number:06}"));
    put(answer.headers_mut(), DATE, &http_date((atlas.now)()));
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
