//! Signing with bearer tokens: who asks for one, how often, who shares it, and what becomes of a refused one.
//!
//! Against the embedded Atlas where that gives tokens as Atlas does, and against servers that misbehave as told.

// The helpers below are no tests by themselves, but fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "signing/account.rs"]
mod account;
#[path = "signing/command.rs"]
mod command;
#[allow(dead_code, reason = "a strict digest is for the tests of the key")]
#[path = "support/hostile.rs"]
mod hostile;
#[path = "signing/profiles.rs"]
mod profiles;
#[path = "signing/refused.rs"]
mod refused;
#[path = "signing/shared.rs"]
mod shared;

use std::cell::Cell;
use std::time::Duration;

use atlas_tui::api::{
    Answer, ApiError, BaseUrl, Client, Credential, ErrorKind, Limits, RestoreApi, ServiceAccount,
};
use atlas_tui::clock::Clock;
use atlas_tui::demo::{self, Options, Principal, Running};
use atlas_tui::domain::secret::ExposeSecret;
use atlas_tui::domain::target::Target;
use hostile::{Reply, Request, Server};
use jiff::{SignedDuration, Timestamp};

thread_local! {
    // A test has a thread of its own, and all that asks for the time is on it.
    static NOW: Cell<Timestamp> = const { Cell::new(Timestamp::UNIX_EPOCH) };
}

/// The client's clock and the server's, wound by hand.
fn now() -> Timestamp {
    let now = NOW.get();
    if now == Timestamp::UNIX_EPOCH { "2026-11-24T03:41:07Z".parse().unwrap() } else { now }
}

fn wind(seconds: i64) {
    NOW.set(now() + SignedDuration::from_secs(seconds));
}

#[derive(Clone)]
struct HandClock;

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

async fn demo() -> Running {
    demo_with(Options::default()).await
}

async fn demo_with(options: Options) -> Running {
    demo::start_with(options, HandClock).await.unwrap()
}

/// The service account of the owner of everything.
fn owner() -> ServiceAccount {
    let (client_id, client_secret) = (Principal::Owner.client_id(), Principal::Owner.client_secret());
    ServiceAccount { client_id, client_secret }
}

fn signed(base: &str, credential: Credential) -> Client {
    limited(base, credential, Limits::default())
}

fn limited(base: &str, credential: Credential, limits: Limits) -> Client {
    let base: BaseUrl = base.parse().unwrap();
    Client::new(&base, Some(credential), limits, now).unwrap()
}

fn of_account(base: &str) -> Client {
    signed(base, Credential::ServiceAccount(owner()))
}

/// A job that every principal of the embedded Atlas may read.
fn target() -> Target {
    "dedicated/6a793f6b2c88faeba59bae37/orders-305/6a794733c0eb9e7a17740663".parse().unwrap()
}

fn target_of(demo: &Running) -> Target {
    demo.lookup("orders-restore").unwrap().target.clone()
}

async fn ask(client: &Client, demo: &Running) -> Result<Answer, ApiError> {
    client.restore_job(&target_of(demo)).await
}

/// Asks whatever server is behind the client; the answer is as it likes.
async fn ask_any(client: &Client) -> Result<Answer, ApiError> {
    client.restore_job(&target()).await
}

async fn requests_of(client: &Client, demo: &Running) -> u32 {
    ask(client, demo).await.unwrap().meta.requests
}

const JOB: &str = r#"{"id":"6a794733c0eb9e7a17740663","failed":false}"#;

fn is_token_request(request: &Request) -> bool {
    request.line.starts_with("POST /api/oauth/token ")
}

/// A server that gives a new token each time, `token-1` first, and answers jobs as `job` says for the token.
async fn issuer(job: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Server {
    let given = std::sync::atomic::AtomicU32::new(0);
    Server::start(move |request: &Request| {
        if is_token_request(request) {
            let number = given.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
            Reply::ok(format!(
                r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":3600}}"#
            ))
        } else {
            let token = request.headers.get("authorization").map_or("", String::as_str);
            job(token.strip_prefix("Bearer ").unwrap_or_default())
        }
    })
    .await
}

fn refusal() -> Reply {
    Reply::new("401 Unauthorized", &["WWW-Authenticate: Bearer error=\"invalid_token\""], r#"{"error":401}"#)
}

fn token_requests(server: &Server) -> usize {
    server.requests().iter().filter(|request| is_token_request(request)).count()
}

fn account_refused() -> ErrorKind {
    ErrorKind::AccountRefused { client_id_hint: owner().hint() }
}

fn secret() -> String {
    owner().client_secret.expose_secret().to_owned()
}

const MINUTE: i64 = 60;

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(600);
