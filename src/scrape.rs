//! A page that is asked for by GET: the metrics of a watch, for Prometheus and its like.
//!
//! It listens and answers, and knows nothing of what the page says: whoever makes it is asked for each scrape. Whatever
//! is not a GET of `/metrics` gets nothing.
//!
//! An address of this machine keeps other machines out, but not a page in a browser here whose name was made to lead to
//! this machine after it was loaded (DNS rebinding). Its requests name that host, and are refused.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What answers a scrape: the `Accept` in; the media type and the page out, or `None` when it is too late for that.
pub trait Page: Clone + Send + Sync + 'static {
    fn page(&self, accept: &str) -> impl Future<Output = Option<(&'static str, String)>> + Send;
}

/// Why the address cannot be listened on.
#[derive(Debug)]
pub enum ScrapeError {
    /// It is another machine's to reach, and nobody allowed that.
    Remote(SocketAddr),
    Taken(SocketAddr, io::Error),
}

impl fmt::Display for ScrapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote(address) => write!(
                f,
                "--metrics-listen {address}: other machines could read the names of projects and jobs there; take an \
                 address such as 127.0.0.1:9464, or allow it with --metrics-allow-remote"
            ),
            Self::Taken(address, error) => {
                write!(f, "--metrics-listen {address}: cannot be listened on: {error}; take another port")
            }
        }
    }
}

impl std::error::Error for ScrapeError {}

/// An address that is listened on.
#[derive(Debug)]
pub struct Scrape {
    listener: TcpListener,
    /// Whether it may be asked for by any name.
    allow_remote: bool,
    pub address: SocketAddr,
}

impl Scrape {
    /// Listens. Call inside a tokio runtime.
    ///
    /// # Errors
    /// [`ScrapeError`], with the flag to change.
    pub async fn listen(address: SocketAddr, allow_remote: bool) -> Result<Self, ScrapeError> {
        if !address.ip().is_loopback() && !allow_remote {
            return Err(ScrapeError::Remote(address));
        }
        let taken = |error| ScrapeError::Taken(address, error);
        let listener = TcpListener::bind(address).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        Ok(Self { listener, allow_remote, address })
    }

    /// Answers until the other end of `stop` is dropped; requests under way are answered first.
    pub async fn serve<P: Page>(self, page: P, stop: oneshot::Receiver<()>) {
        let router = Router::new().route("/metrics", get(answer::<P>)).with_state((page, self.allow_remote));
        // Never an error: a connection that cannot be accepted is tried again.
        let stopped = async { drop(stop.await) };
        drop(axum::serve(self.listener, router).with_graceful_shutdown(stopped).await);
    }
}

async fn answer<P: Page>(State((page, allow_remote)): State<(P, bool)>, headers: HeaderMap) -> Response {
    if !allow_remote && !is_for_this_machine(&headers) {
        return (StatusCode::FORBIDDEN, FOREIGN_HOST).into_response();
    }
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    match page.page(accept).await {
        Some((media_type, page)) => {
            ([(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")], page).into_response()
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

const FOREIGN_HOST: &str = "These metrics are for this machine: ask for them at 127.0.0.1, [::1] or localhost, or start \
                            the watch with --metrics-allow-remote.\n";

/// Whether the request names this machine, or (as no browser does) none at all.
fn is_for_this_machine(headers: &HeaderMap) -> bool {
    headers.get_all(HOST).iter().all(|host| {
        let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
        host.is_some_and(|host| {
            let host = host.host();
            let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
            host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
        })
    })
}
