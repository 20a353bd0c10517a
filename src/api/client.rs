//! The HTTP client: one origin, bounded in time and size, no credential to anybody else.
//!
//! Only asks; what an answer means is `answer`'s business, and when to ask again is the worker's.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use diqwest::WithDigestAuth;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};

use super::answer::Origin;
use super::auth::{Credentials, Digest, Exchange};
use super::base_url::BaseUrl;
use super::error::{ApiError, ErrorKind};
use super::transport::{self, Stage};
use super::{Answer, Batch, Listing, Meta, RestoreApi, answer};
use crate::domain::target::{Endpoint, Target};

/// How long an idle connection is kept: more than twice the slowest refresh, so that a refresh finds it open.
const IDLE_CONNECTION: Duration = Duration::from_secs(150);

/// Keeps an address translator on the way from forgetting an idle connection. The kernel's work, not ours.
const KEEPALIVE: Duration = Duration::from_secs(45);

/// What one question may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time to a connection, TLS included.
    pub connect: Duration,
    /// Time to the whole answer, a new digest challenge and the body included.
    pub total: Duration,
    /// Bytes of the body, after decompression.
    pub body: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(20), body: 8 << 20 }
    }
}

/// Reads restore jobs from one Atlas with one key. Keeps its connection and its digest challenge.
pub struct Client {
    base: BaseUrl,
    /// `None` without a key: then nothing is ever sent, and no connection need be prepared.
    signed: Option<(reqwest::Client, Digest)>,
    limits: Limits,
    now: fn() -> Timestamp,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = self.signed.as_ref().map(|(_, digest)| digest.hint());
        f.debug_struct("Client").field("base", &self.base).field("key", &key).finish_non_exhaustive()
    }
}

impl Client {
    /// A client that has sent nothing yet. Without credentials (or with blank ones) every question is answered
    /// with [`ErrorKind::NoCredentials`]. `now` is asked only to measure a `Retry-After` date in an answer that
    /// has no `Date`. For https this loads the platform's roots, which takes milliseconds: draw first.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when the platform has no usable roots.
    pub fn new(
        base: &BaseUrl,
        credentials: Option<Credentials>,
        limits: Limits,
        now: fn() -> Timestamp,
    ) -> Result<Self, ApiError> {
        let signed = match credentials.filter(|credentials| !credentials.is_blank()) {
            Some(credentials) => Some((connections(base, limits)?, Digest::new(credentials))),
            None => None,
        };
        Ok(Self { base: base.clone(), signed, limits, now })
    }

    /// Asks one question, within the time for a whole answer; `read` makes a value of what came.
    async fn ask<T: Answered>(
        &self,
        endpoint: &Endpoint,
        read: impl FnOnce(u16, &HeaderMap, &[u8], Origin<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let Some((http, digest)) = &self.signed else {
            return Err(failed(ErrorKind::NoCredentials, None));
        };
        let exchange = Exchange::new(digest);
        let asked = self.exchange(endpoint, http, digest, &exchange, read);
        let mut outcome = tokio::time::timeout(self.limits.total, asked).await.unwrap_or_else(|_| {
            let detail = format!("no whole answer within {} s", self.limits.total.as_secs_f32());
            Err(failed(ErrorKind::Timeout, Some(detail)))
        });
        match &mut outcome {
            Ok(answer) => answer.meta().requests = exchange.requests(),
            Err(error) => error.meta.requests = exchange.requests(),
        }
        outcome
    }

    async fn exchange<T: Answered>(
        &self,
        endpoint: &Endpoint,
        http: &reqwest::Client,
        digest: &Digest,
        exchange: &Exchange<'_>,
        read: impl FnOnce(u16, &HeaderMap, &[u8], Origin<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut request = http.get(format!("{}{}", self.base, endpoint.path)).header(ACCEPT, endpoint.accept);
        if let Some(authorization) = digest.authorization(&endpoint.path) {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = request.send_digest_auth(exchange).await.map_err(|error| unsent(error, digest))?;
        let stale = response.status() == StatusCode::UNAUTHORIZED && is_stale(&response);
        if response.status() == StatusCode::UNAUTHORIZED {
            digest.forget();
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = match self.body(response).await {
            Ok(body) => body,
            // The status and `X-Error-Code` tell enough when the body of an error cannot be read.
            Err(_) if status >= 300 => Vec::new(),
            Err(error) => return Err(error),
        };
        let hint = digest.hint();
        let origin = Origin { base: &self.base, public_key_hint: &hint, now: self.now };
        let mut answer = read(status, &headers, &body, origin);
        match &mut answer {
            Ok(answer) => answer.meta().other_version = answer::other_version(&headers, endpoint.accept),
            // The key was right and the fresh nonce already dead: no reason to doubt the key.
            Err(error) if stale => error.kind = ErrorKind::UnexpectedStatus,
            Err(_) => {}
        }
        answer
    }

    /// The body as it comes, refused as soon as it is known to be too large. A compressed one is measured as
    /// it is inflated, a piece at a time; its `Content-Length`, which says nothing, is gone by then.
    async fn body(&self, mut response: Response) -> Result<Vec<u8>, ApiError> {
        let meta = answer::meta(response.status().as_u16(), response.headers());
        let limit = self.limits.body;
        let too_large = |bytes: u64| {
            let meta = Meta { body_bytes: bytes, ..meta.clone() };
            ApiError { meta, ..failed(ErrorKind::TooLarge { limit }, None) }
        };
        if let Some(length) = response.content_length().filter(|length| *length > limit) {
            return Err(too_large(length));
        }
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(body),
                Ok(Some(piece)) => {
                    let bytes = (body.len() + piece.len()) as u64;
                    if bytes > limit {
                        return Err(too_large(bytes));
                    }
                    body.extend_from_slice(&piece);
                }
                Err(error) => {
                    let (kind, detail) = transport::failure(&error, Stage::Body);
                    let meta = Meta { body_bytes: body.len() as u64, ..meta };
                    return Err(ApiError { meta, ..failed(kind, detail) });
                }
            }
        }
    }
}

impl RestoreApi for Client {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        let endpoint = target.endpoint().ok_or_else(no_endpoint)?;
        self.ask(&endpoint, answer::classify).await
    }

    async fn restore_jobs(&self, batch: &Batch) -> Result<Listing, ApiError> {
        let endpoint = batch.cluster.list(batch.items).ok_or_else(no_endpoint)?;
        self.ask(&endpoint, |status, headers, body, origin| {
            answer::classify_list(status, headers, body, origin, batch)
        })
        .await
    }
}

/// What both kinds of answers have.
trait Answered {
    fn meta(&mut self) -> &mut Meta;
}

impl Answered for Answer {
    fn meta(&mut self) -> &mut Meta {
        &mut self.meta
    }
}

impl Answered for Listing {
    fn meta(&mut self) -> &mut Meta {
        &mut self.meta
    }
}

/// A question that is none: whoever asks it has not found out the kind before.
fn no_endpoint() -> ApiError {
    failed(ErrorKind::Internal, Some("it is not known where such jobs are read".to_owned()))
}

/// The connections to one origin.
fn connections(base: &BaseUrl, limits: Limits) -> Result<reqwest::Client, ApiError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("atlas-tui/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(limits.connect)
        .pool_idle_timeout(IDLE_CONNECTION)
        .tcp_keepalive(KEEPALIVE)
        .redirect(Policy::none())
        .referer(false)
        .https_only(base.is_secure());
    if base.is_loopback() {
        let here = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
        // Whatever the resolver says, `localhost` is this machine; port 0 stands for the URL's own.
        builder = builder.no_proxy().resolve_to_addrs("localhost", &here);
    }
    if base.is_secure() {
        // Errs when one is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    } else {
        // TLS is not spoken, and the platform's roots take milliseconds to load.
        builder = builder.tls_backend_preconfigured(without_roots()?);
    }
    builder.build().map_err(|error| {
        let (_, detail) = transport::failure(&error, Stage::Head);
        failed(ErrorKind::Tls, detail)
    })
}

/// A TLS configuration that trusts nobody.
fn without_roots() -> Result<rustls::ClientConfig, ApiError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| failed(ErrorKind::Internal, Some(error.to_string())))?;
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

/// Whether a refusal says that the nonce, not the key, was at fault.
fn is_stale(refusal: &Response) -> bool {
    let challenge = refusal.headers().get(reqwest::header::WWW_AUTHENTICATE);
    let challenge = challenge.and_then(|value| digest_auth::parse(value.to_str().ok()?).ok());
    challenge.is_some_and(|challenge| challenge.stale)
}

/// What diqwest could not send, or not answer.
fn unsent(error: diqwest::error::Error, digest: &Digest) -> ApiError {
    use diqwest::error::Error;
    let refused = Meta { http_status: Some(StatusCode::UNAUTHORIZED.as_u16()), ..Meta::default() };
    match error {
        Error::Reqwest(error) => {
            let (kind, detail) = transport::failure(&error, Stage::Head);
            failed(kind, detail)
        }
        // The key holds a character that no header can carry: it is none of Atlas's.
        Error::InvalidHeaderValue(_) => {
            let kind = ErrorKind::KeyRefused { public_key_hint: digest.hint() };
            ApiError { meta: refused, ..failed(kind, None) }
        }
        Error::DigestAuth(_) | Error::ToStr(_) | Error::AuthHeaderMissing => {
            let detail = "it asks for another way to sign in than HTTP digest".to_owned();
            ApiError { meta: refused, ..failed(ErrorKind::UnexpectedStatus, Some(detail)) }
        }
        Error::RequestBuilderNotCloneable | Error::LockPoisoned | Error::MissingHost => {
            failed(ErrorKind::Internal, Some(error.to_string()))
        }
    }
}

fn failed(kind: ErrorKind, detail: Option<String>) -> ApiError {
    ApiError { kind, code: None, detail, retry_after: None, meta: Meta::default() }
}
