//! The HTTP client: one origin, bounded in time and size, no credential to anybody else.
//!
//! Only asks; what an answer means is `answer`'s business, and when to ask again is the worker's.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use digest_auth::WwwAuthenticateHeader;
use diqwest::WithDigestAuth;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, StatusCode};

use super::answer::Origin;
use super::auth::{Digest, Exchange};
use super::base_url::BaseUrl;
use super::cluster::{ClusterApi, ClusterState};
use super::credential::Credential;
use super::error::{ApiError, ErrorKind};
use super::transport::{self, Stage};
use super::{Answer, Batch, ListApi, Listing, Meta, Page, RestoreApi, answer, challenge, wire};
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::job::RestoreJob;
use crate::domain::profile::Profile;
use crate::domain::target::{Cluster, Endpoint, Target, Tenancy};

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
    /// The body of a refusal (any status from 300 on): it holds a sentence at the most, while the head has the
    /// status and the `Retry-After`, which must not be lost with it. Its time counts by itself.
    pub refusal_total: Duration,
    pub refusal_body: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(20),
            body: 8 << 20,
            refusal_total: Duration::from_secs(2),
            refusal_body: 64 << 10,
        }
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
    /// A client that has sent nothing yet. Without a credential (or with a blank one) every question is answered
    /// with [`ErrorKind::NoCredentials`]. `now` is asked only to measure a `Retry-After` date in an answer that
    /// has no `Date`. For https this loads the platform's roots, which takes milliseconds: draw first.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when the platform has no usable roots.
    pub fn new(
        base: &BaseUrl,
        credential: Option<Credential>,
        limits: Limits,
        now: fn() -> Timestamp,
    ) -> Result<Self, ApiError> {
        let signed = match credential.filter(|credential| !credential.is_blank()) {
            Some(Credential::Key(key)) => Some((connections(base, limits)?, Digest::new(key))),
            _ => None,
        };
        Ok(Self { base: base.clone(), signed, limits, now })
    }

    /// Asks one question; `read` makes a value of what came.
    async fn ask<T: Answered>(
        &self,
        endpoint: &Endpoint,
        read: impl FnOnce(u16, &HeaderMap, &[u8], Origin<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let Some((http, digest)) = &self.signed else {
            return Err(failed(ErrorKind::NoCredentials, None));
        };
        let url = format!("{}{}", self.base, endpoint.path);
        let question = Question { endpoint, url, http, digest, requests: AtomicU32::new(0) };
        let mut outcome = self.answer(&question).await.and_then(|Came { status, headers, body }| {
            let hint = digest.hint();
            let origin = Origin { base: &self.base, public_key_hint: &hint, now: self.now };
            let mut outcome = read(status, &headers, &body, origin);
            match &mut outcome {
                Ok(answer) => answer.meta().other_version = answer::other_version(&headers, endpoint.accept),
                Err(error) => acquit_key(error, &headers),
            }
            outcome
        });
        let requests = question.requests.into_inner();
        match &mut outcome {
            Ok(answer) => answer.meta().requests = requests,
            Err(error) => error.meta.requests = requests,
        }
        outcome
    }

    /// The whole answer within the time for it. Of a refusal the head, and the body if it can be had in its own
    /// limits: status and `X-Error-Code` tell enough without it.
    async fn answer(&self, question: &Question<'_>) -> Result<Came, ApiError> {
        let whole = async {
            let response = question.exchange().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let unread = status >= 300;
            let rest = if unread { Err(response) } else { Ok(self.body(response, self.limits.body).await?) };
            Ok((status, headers, rest))
        };
        let (status, headers, rest) =
            tokio::time::timeout(self.limits.total, whole).await.unwrap_or_else(|_| {
                let detail = format!("no whole answer within {} s", self.limits.total.as_secs_f32());
                Err(failed(ErrorKind::Timeout, Some(detail)))
            })?;
        let body = match rest {
            Ok(body) => body,
            Err(response) => {
                let body = self.body(response, self.limits.refusal_body);
                let body = tokio::time::timeout(self.limits.refusal_total, body).await;
                body.ok().and_then(Result::ok).unwrap_or_default()
            }
        };
        Ok(Came { status, headers, body })
    }

    /// The body as it comes, refused as soon as it is known to be too large. A compressed one is measured as
    /// it is inflated, a piece at a time; its `Content-Length`, which says nothing, is gone by then.
    async fn body(&self, mut response: Response, limit: u64) -> Result<Vec<u8>, ApiError> {
        let meta = answer::meta(response.status().as_u16(), response.headers());
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

impl ClusterApi for Client {
    async fn cluster_state(&self, cluster: &Cluster) -> Result<ClusterState, ApiError> {
        let endpoint = cluster.itself().ok_or_else(no_endpoint)?;
        self.ask(&endpoint, answer::classify_cluster).await
    }
}

impl ListApi for Client {
    async fn jobs(&self, cluster: &Cluster, items: u16, number: u32) -> Result<Page<RestoreJob>, ApiError> {
        let endpoint = cluster.page(items, number).ok_or_else(no_endpoint)?;
        self.ask(&endpoint, |status, headers, body, origin| {
            answer::classify_page(status, headers, body, origin, wire::all_restore_jobs)
        })
        .await
    }

    /// Whoever asks has chosen this client by the profile.
    async fn clusters(
        &self,
        project: ObjectId,
        _: Option<&Profile>,
        tenancy: Tenancy,
        number: u32,
    ) -> Result<Page<InstanceName>, ApiError> {
        self.ask(&tenancy.clusters(project, number), |status, headers, body, origin| {
            answer::classify_page(status, headers, body, origin, wire::cluster_names)
        })
        .await
    }
}

/// An answer as it came.
struct Came {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// One question on its way, counting the requests that it takes.
struct Question<'a> {
    endpoint: &'a Endpoint,
    url: String,
    http: &'a reqwest::Client,
    digest: &'a Digest,
    requests: AtomicU32,
}

impl Question<'_> {
    /// Asks with an answer to the kept challenge; where that is refused with a new one, asks once more with an
    /// answer to it, and never a third time.
    async fn exchange(&self) -> Result<Response, ApiError> {
        let answered = if self.digest.is_alone() { self.by_diqwest().await? } else { None };
        let response = match answered {
            Some(response) => response,
            None => self.among_others().await?,
        };
        // Without a challenge the nonce was good, and what was refused is the role or the address.
        if challenge_of(&response).is_some() {
            self.digest.forget();
        }
        Ok(response)
    }

    /// `None` when the challenge that came first is not one to digest.
    async fn by_diqwest(&self) -> Result<Option<Response>, ApiError> {
        use diqwest::error::Error;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let exchange = Exchange { digest: self.digest, requests: &self.requests };
        let request = self.request(self.digest.authorization(&self.endpoint.path));
        match request.send_digest_auth(&exchange).await {
            Ok(response) => Ok(Some(response)),
            Err(Error::Reqwest(error)) => Err(unsent(&error)),
            Err(Error::DigestAuth(_) | Error::ToStr(_)) => {
                self.digest.is_among_others();
                Ok(None)
            }
            // The key holds a character that no header can carry: it is none of Atlas's.
            Err(Error::InvalidHeaderValue(_)) => {
                let kind = ErrorKind::KeyRefused { public_key_hint: self.digest.hint() };
                let meta = Meta { http_status: Some(StatusCode::UNAUTHORIZED.as_u16()), ..Meta::default() };
                Err(ApiError { meta, ..failed(kind, None) })
            }
            Err(error) => Err(failed(ErrorKind::Internal, Some(error.to_string()))),
        }
    }

    /// The same where diqwest would answer the wrong challenge.
    async fn among_others(&self) -> Result<Response, ApiError> {
        let path = &self.endpoint.path;
        let first = self.send(self.digest.authorization(path)).await?;
        let Some(challenge) = challenge_of(&first) else { return Ok(first) };
        self.digest.keep(challenge, 0);
        // `None` when the key holds a character that no header can carry: it is none of Atlas's.
        let Some(authorization) = self.digest.authorization(path) else { return Ok(first) };
        drop(first);
        self.send(Some(authorization)).await
    }

    async fn send(&self, authorization: Option<HeaderValue>) -> Result<Response, ApiError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.request(authorization).send().await.map_err(|error| unsent(&error))
    }

    fn request(&self, authorization: Option<HeaderValue>) -> RequestBuilder {
        let request = self.http.get(&self.url).header(ACCEPT, self.endpoint.accept);
        match authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        }
    }
}

fn unsent(error: &reqwest::Error) -> ApiError {
    let (kind, detail) = transport::failure(error, Stage::Head);
    failed(kind, detail)
}

/// The challenge of a refusal, where it has one that can be answered.
fn challenge_of(response: &Response) -> Option<WwwAuthenticateHeader> {
    let refused = response.status() == StatusCode::UNAUTHORIZED;
    challenge::digest(response.headers()).filter(|_| refused)
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

impl Answered for ClusterState {
    fn meta(&mut self) -> &mut Meta {
        &mut self.meta
    }
}

impl<T> Answered for Page<T> {
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

/// A refusal that says nothing about the key: its nonce was dead although it was fresh, or digest is not what the
/// server wants to be signed in with.
fn acquit_key(error: &mut ApiError, headers: &HeaderMap) {
    if error.meta.http_status != Some(StatusCode::UNAUTHORIZED.as_u16()) {
        return;
    }
    match challenge::digest(headers) {
        Some(challenge) if challenge.stale => error.kind = ErrorKind::UnexpectedStatus,
        None if headers.contains_key(WWW_AUTHENTICATE)
            && matches!(error.kind, ErrorKind::KeyRefused { .. }) =>
        {
            error.kind = ErrorKind::UnexpectedStatus;
            error.detail = Some("it asks for another way to sign in than HTTP digest".to_owned());
        }
        _ => {}
    }
}

fn failed(kind: ErrorKind, detail: Option<String>) -> ApiError {
    ApiError { kind, code: None, detail, retry_after: None, meta: Meta::default() }
}
