//! An embedded Atlas on 127.0.0.1: the dashboard's demonstration, a server for curl, and what tests of the
//! client talk to.
//!
//! It speaks as the recorded API does, for all kinds of restore jobs: the same digest challenge and strict nonce
//! counts, the same versions, bodies, lists, rate-limit headers and errors. Service accounts get tokens as documented,
//! and keys and accounts have roles and access lists ([`Principal`], [`Access`]). What happens to which job is a table
//! ([`scenario`]); everything that decides is a function of the time since the start. There is no timer and no periodic
//! task: when nobody asks, nothing wakes up. It reads no file, no credential and no network but its own listening socket.
//!
//! Must not know the client, the worker or the screen.

mod admission;
mod answer;
mod digest;
mod endpoint;
mod limits;
mod oauth;
mod page;
mod principal;
mod rate;
mod refusal;
mod resource;
pub mod scenario;
mod server;
mod token;

use std::collections::BTreeMap;
use std::future::Future;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::sync::{Arc, mpsc};
use std::thread;

use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use digest::{NonceLife, REALM};
pub use principal::{Access, Organization, Principal, Role};
pub use rate::RateLimit;
pub use token::TokenLimits;

use crate::clock::{Clock, SystemClock};
use crate::domain::lookup::Lookup;
use crate::domain::secret::{ExposeSecret, Secret};
use crate::domain::target::{Endpoint, Kind, Target};
use admission::Books;
use digest::Gate;
use rate::Bucket;
use scenario::Scenario;
pub use scenario::{Fleet, ServerlessEndpoints};
use server::Project;
use token::Tokens;

/// How the server behaves. The default is what `--demo` runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// 0 takes any free port.
    pub port: u16,
    /// The same seed gives the same lookups, apart from the creation times that ids begin with.
    pub seed: u64,
    pub nonce: NonceLife,
    pub rate: RateLimit,
    /// How far the server's clock is ahead of ours: in `Date` and in every date of an answer.
    pub clock_ahead: SignedDuration,
    pub fault: Option<Fault>,
    pub serverless: ServerlessEndpoints,
    /// More clusters and lookups than the plot has.
    pub fleet: Option<Fleet>,
    /// How the tokens of service accounts are given out.
    pub tokens: TokenLimits,
    /// Of every principal, whether it uses a key or a token.
    pub access: Access,
    /// Whether there is a second organization with a project of its own, which is [`Principal::Partner`]'s alone.
    pub second_organization: bool,
}

/// What is wrong with every answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 503, even before the challenge.
    Unavailable,
    /// 403: the key is right, its role too small.
    WrongRole,
    /// 403: the key is right, the address not on its access list. [`Running::set_access`] does so to one principal.
    AddressBlocked,
    /// 200 with HTML, to everything: what a guest network answers before somebody signs in to it.
    CaptivePortal,
}

/// What was asked of the server so far, `/demo/stats` apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stats {
    pub requests: u64,
    /// How many of them were answered with a digest challenge.
    pub challenges: u64,
    /// How many answers had each status.
    pub answers: BTreeMap<u16, u64>,
    /// How many requests had each method; those that nobody knows count as `OTHER`.
    pub methods: BTreeMap<String, u64>,
    /// Requests that were neither a GET nor the POST of a token or of its end. A reader sends none.
    pub writes: u64,
    /// Requests signed by digest, and requests with a token, good ones or not.
    pub digest: u64,
    pub bearer: u64,
    /// Requests for a token, granted or not.
    pub token_requests: u64,
    /// Requests to end one.
    pub revocations: u64,
    /// Tokens that are good now.
    pub live_tokens: usize,
}

/// A server that runs until this is dropped. Requests under way are answered first.
pub struct Running {
    /// `http://127.0.0.1:PORT`.
    pub base_url: String,
    pub public_key: String,
    pub private_key: Secret,
    /// The service account of the same [`Principal::Owner`].
    pub client_id: String,
    pub client_secret: Secret,
    /// In the order in which they are shown: those of the plot, then those of a fleet.
    pub lookups: Vec<Lookup>,
    /// Those of the second organization, where there is one: the same labels and clusters, other ids.
    pub partner_lookups: Vec<Lookup>,
    atlas: Arc<server::Atlas>,
    /// Dropped with the rest, which is the signal to stop.
    _stop: oneshot::Sender<()>,
}

impl Running {
    /// The requests answered so far, challenges included.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.atlas.stats().requests
    }

    #[must_use]
    pub fn stats(&self) -> Stats {
        self.atlas.stats()
    }

    /// Breaks every later answer, or mends them.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.atlas.change(|books| books.fault = fault);
    }

    /// Puts 127.0.0.1 on the access list of a principal, or takes it off. Tokens may be had from anywhere.
    pub fn set_access(&self, who: Principal, access: Access) {
        self.atlas.change(|books| {
            books.access.insert(who, access);
        });
    }

    /// Sets the server's clock. All that goes by it follows: `Date`, jobs, nonces, tokens and the rate limit.
    pub fn set_clock_ahead(&self, ahead: SignedDuration) {
        self.atlas.change(|books| books.clock_ahead = ahead);
    }

    /// A token as a login or a command hands it over: no request is made for it, and none counted. `None` when the
    /// account has as many as it may have.
    #[must_use]
    pub fn token(&self, who: Principal) -> Option<Secret> {
        self.atlas.mint(who)
    }

    /// Ends all tokens at once, as somebody does who revokes them.
    pub fn revoke_tokens(&self) {
        self.atlas.change(|books| books.tokens.revoke_all());
    }

    /// The lookup of that label, in the first project.
    #[must_use]
    pub fn lookup(&self, label: &str) -> Option<&Lookup> {
        self.lookups.iter().find(|lookup| lookup.label == label)
    }

    /// Where the API answers for a lookup of this server, of whatever kind it turns out to be.
    #[must_use]
    pub fn url(&self, lookup: &Lookup) -> String {
        self.endpoint(lookup)
            .map(|endpoint| format!("{}{}", self.base_url, endpoint.path))
            .unwrap_or_default()
    }

    /// The lookup's path, and the media type to ask for. The kind is never `auto` here, so that there is one.
    fn endpoint(&self, lookup: &Lookup) -> Option<Endpoint> {
        let kind: Kind = self.atlas.kind(&lookup.target);
        Target { kind, ..lookup.target.clone() }.endpoint()
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// Starts a server on the caller's tokio runtime, by the machine's clock.
///
/// # Errors
/// The port cannot be had; the error names it.
pub async fn start(options: Options) -> io::Result<Running> {
    start_with(options, SystemClock).await
}

/// [`start`] by another clock, so that a test can wind it forward.
///
/// # Errors
/// As [`start`].
pub async fn start_with(options: Options, clock: impl Clock) -> io::Result<Running> {
    let (running, serving) = bind(options, clock).await?;
    tokio::spawn(serving);
    Ok(running)
}

/// Starts a server on a thread of its own, for callers without a runtime or with a busy one.
///
/// # Errors
/// As [`start`], or the thread or its runtime cannot be had.
pub fn spawn(options: Options) -> io::Result<Running> {
    let runtime = runtime()?;
    let (sender, bound) = mpsc::sync_channel(1);
    thread::Builder::new().name("demo-atlas".to_owned()).spawn(move || {
        runtime.block_on(async {
            match bind(options, SystemClock).await {
                Ok((running, serving)) => {
                    // When nobody waits any more, `running` is dropped here, and serving ends at once.
                    drop(sender.send(Ok(running)));
                    serving.await;
                }
                Err(error) => drop(sender.send(Err(error))),
            }
        });
    })?;
    bound.recv().map_err(io::Error::other)?
}

/// Runs a server alone, on the calling thread: writes its URL, keys and targets to `out`, then serves for ever.
/// The process ends by a signal.
///
/// # Errors
/// As [`start`], or `out` cannot be written.
pub fn serve_until_stopped(options: Options, out: &mut impl Write) -> io::Result<()> {
    runtime()?.block_on(async {
        let (running, serving) = bind(options, SystemClock).await?;
        introduce(&running, out)?;
        serving.await;
        Ok(())
    })
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// The listening server and the future that serves until `Running` is dropped.
async fn bind(
    options: Options,
    clock: impl Clock,
) -> io::Result<(Running, impl Future<Output = ()> + Send + 'static)> {
    let Options {
        port,
        seed,
        nonce,
        rate,
        clock_ahead,
        fault,
        serverless,
        fleet,
        tokens,
        access,
        second_organization,
    } = options;
    let named = |error: io::Error| io::Error::new(error.kind(), format!("127.0.0.1:{port}: {error}"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(named)?;
    let address = listener.local_addr()?;

    let now: server::Now = Box::new(move || clock.now());
    let start = now().saturating_add(clock_ahead).unwrap_or_else(|_| now());
    let first = Scenario::new(seed, serverless, fleet, start);
    let lookups = first.lookups().cloned().collect();
    let mut projects = vec![Project { organization: Organization::First, scenario: first }];
    let mut partner_lookups = Vec::new();
    if second_organization {
        let scenario = Scenario::new(!seed, serverless, None, start);
        partner_lookups.extend(scenario.lookups().cloned());
        projects.push(Project { organization: Organization::Second, scenario });
    }
    let books = Books {
        gate: Gate::new(nonce),
        tokens: Tokens::new(tokens),
        bucket: Bucket::full(rate),
        access: BTreeMap::new(),
        access_of_all: access,
        fault,
        clock_ahead,
        stats: Stats::default(),
    };
    let atlas = Arc::new(server::Atlas::new(projects, now, rate, books));

    let (stop, stopped) = oneshot::channel::<()>();
    let router = server::router(Arc::clone(&atlas));
    let serving = async move {
        let stopped = async { drop(stopped.await) };
        // Never an error: a connection that cannot be accepted is tried again.
        drop(axum::serve(listener, router).with_graceful_shutdown(stopped).await);
    };
    let running = Running {
        base_url: format!("http://{address}"),
        public_key: Principal::Owner.public_key().to_owned(),
        private_key: Principal::Owner.private_key(),
        client_id: Principal::Owner.client_id(),
        client_secret: Principal::Owner.client_secret(),
        lookups,
        partner_lookups,
        atlas,
        _stop: stop,
    };
    Ok((running, serving))
}

/// The keys that open less, for a look at what a small role is told.
const SMALLER: [(&str, Principal); 3] = [
    ("Project Backup Manager", Principal::BackupManager),
    ("Project Read Only", Principal::ReadOnly),
    ("no role in the project", Principal::Member),
];

/// What a person needs to ask the server something.
fn introduce(running: &Running, out: &mut impl Write) -> io::Result<()> {
    let key = running.private_key.expose_secret();
    writeln!(out, "URL            {}", running.base_url)?;
    writeln!(out, "public key     {}", running.public_key)?;
    writeln!(out, "private key    {key}")?;
    writeln!(out, "client id      {}", running.client_id)?;
    writeln!(out, "client secret  {}", running.client_secret.expose_secret())?;
    writeln!(out)?;
    for (role, who) in SMALLER {
        writeln!(out, "{role:<22} {} {}", who.public_key(), who.private_key().expose_secret())?;
    }
    writeln!(out)?;
    for lookup in &running.lookups {
        writeln!(out, "{:<18} {}", lookup.label, lookup.target)?;
    }
    let first = running.lookups.first();
    if let Some(Endpoint { path, accept }) = first.and_then(|lookup| running.endpoint(lookup)) {
        let user = &running.public_key;
        let url = format!("{}{path}", running.base_url);
        writeln!(out, "\ncurl --digest -u {user}:{key} -H 'Accept: {accept}' {url}")?;
    }
    out.flush()
}
