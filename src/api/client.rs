//! The HTTP client: one origin, bounded in time and size, no credential to anybody else.
//!
//! Only asks; what an answer means is `answer`'s business, and when to ask again is the worker's.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use digest_auth::WwwAuthenticateHeader;
use diqwest::WithDigestAuth;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{RequestBuilder, Response, StatusCode};

use super::answer::Origin;
use super::auth::{Bearer, Digest, Exchange, Surroundings};
use super::base_url::BaseUrl;
use super::cluster::{ClusterApi, ClusterState};
use super::credential::Credential;
use super::error::{ApiError, ErrorKind};
use super::exchange::{Came, connections, unsent, whole};
use super::probe::{Probe, ProbeApi, Seen};
use super::{Answer, Batch, ListApi, Listing, Meta, Page, RestoreApi, SignedBy, answer, challenge, wire};
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::job::RestoreJob;
use crate::domain::profile::Profile;
use crate::domain::target::{Cluster, Endpoint, Target, Tenancy};

/// What one question may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time to a connection, TLS included.
    pub connect: Duration,
    /// Time to the whole answer, a new digest challenge and the body included.
    pub total: Duration,
    /// Bytes of the body, after decompression.
    pub body: u64,
    /// Until a command that prints a token is killed.
    pub command: Duration,
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
            command: Duration::from_secs(30),
            refusal_total: Duration::from_secs(2),
            refusal_body: 64 << 10,
        }
    }
}

/// Reads restore jobs from one Atlas with one credential. Keeps its connection, and its digest challenge or its token.
pub struct Client {
    base: BaseUrl,
    /// `None` without a credential: then nothing is ever sent, and no connection need be prepared.
    signed: Option<Signed>,
    limits: Limits,
    now: fn() -> Timestamp,
}

struct Signed {
    /// What it signs with, for people.
    name: String,
    http: reqwest::Client,
    signer: Signer,
}

enum Signer {
    Digest(Digest),
    Bearer(Bearer),
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let signed = self.signed.as_ref().map(|signed| &signed.name);
        f.debug_struct("Client").field("base", &self.base).field("signed", &signed).finish_non_exhaustive()
    }
}

impl Client {
    /// A client that has sent nothing yet. Without a credential (or with a blank one) every question is answered
    /// with [`ErrorKind::NoCredentials`]. `now` tells how long tokens last, and how long a `Retry-After` date in an
    /// answer that has no `Date` is away. For https this loads the platform's roots, which takes milliseconds: draw
    /// first.
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
            Some(credential) => {
                let (name, http) = (credential.name(), connections(base, limits)?);
                let around = || Surroundings { http: http.clone(), base: base.clone(), limits, now };
                let signer = match credential {
                    Credential::Key(key) => Signer::Digest(Digest::new(key)),
                    Credential::ServiceAccount(account) => {
                        Signer::Bearer(Bearer::of_account(account, around()))
                    }
                    Credential::Token(token) => Signer::Bearer(Bearer::of_token(&token, around())),
                    Credential::Command(words) => Signer::Bearer(Bearer::of_command(words, around())),
                };
                Some(Signed { name, http, signer })
            }
            None => None,
        };
        Ok(Self { base: base.clone(), signed, limits, now })
    }

    /// Shares the tokens of a service account with other running programs, by a file in this directory, which is made
    /// when it is needed.
    #[must_use]
    pub fn sharing_tokens(mut self, directory: &Path) -> Self {
        if let Some(Signed { signer: Signer::Bearer(bearer), .. }) = &mut self.signed {
            bearer.share(directory);
        }
        self
    }

    /// Ends a token that would be of no use to anybody. Call it when the last question is answered; it takes a request
    /// and a second at the most, and mostly nothing.
    pub async fn leave(&self) {
        if let Some(Signed { signer: Signer::Bearer(bearer), .. }) = &self.signed {
            bearer.leave().await;
        }
    }

    /// Asks one question; `read` makes a value of what came.
    async fn ask<T: Answered>(
        &self,
        endpoint: &Endpoint,
        read: impl Fn(u16, &HeaderMap, &[u8], Origin<'_>) -> Result<T, ApiError> + Send,
    ) -> Result<T, ApiError> {
        let Some(Signed { http, signer, .. }) = &self.signed else {
            return Err(ApiError::new(ErrorKind::NoCredentials, None));
        };
        let url = format!("{}{}", self.base, endpoint.path);
        let requests = AtomicU32::new(0);
        let question = Question { endpoint, url, http, requests: &requests };
        let read = |came: &Came, hint: &str| {
            let Came { status, headers, body } = came;
            let origin = Origin { base: &self.base, public_key_hint: hint, now: self.now };
            let mut outcome = read(*status, headers, body, origin);
            if let Ok(answer) = &mut outcome {
                answer.meta().other_version = answer::other_version(headers, endpoint.accept);
            }
            outcome
        };
        let (mut outcome, signed_by) = match signer {
            Signer::Digest(digest) => (self.by_digest(&question, digest, read).await, SignedBy::Key),
            Signer::Bearer(bearer) => {
                let outcome = self.by_bearer(&question, bearer, read).await;
                question.requests.fetch_add(bearer.take_requests(), Ordering::Relaxed);
                (outcome, bearer.signed_by())
            }
        };
        let requests = requests.into_inner();
        match &mut outcome {
            Ok(answer) => answer.meta().requests = requests,
            Err(error) => {
                error.meta.requests = requests;
                error.meta.signed_by = signed_by;
            }
        }
        outcome
    }

    async fn by_digest<T>(
        &self,
        question: &Question<'_>,
        digest: &Digest,
        read: impl Fn(&Came, &str) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let came = whole(question.exchange(digest), &digest.secrets(), self.limits).await?;
        read(&came, &digest.hint()).map_err(|mut error| {
            acquit_key(&mut error, &came.headers);
            error
        })
    }

    /// Asks with the newest token; where that is refused, asks once more with another one, if one can be had, and
    /// never a third time.
    async fn by_bearer<T>(
        &self,
        question: &Question<'_>,
        bearer: &Bearer,
        read: impl Fn(&Came, &str) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut token = bearer.token().await?;
        let mut again = true;
        loop {
            let sent = question.send(Some(token.authorization()));
            let came = whole(sent, &[token.text()], self.limits).await?;
            let mut error = match read(&came, "") {
                // The role and the address are told apart by their codes; this is about the token.
                Err(error) if matches!(error.kind, ErrorKind::KeyRefused { .. }) => error,
                outcome => {
                    if came.status < 500 {
                        token.accept();
                    }
                    return outcome;
                }
            };
            if std::mem::take(&mut again)
                && let Some(other) = bearer.instead_of(&token).await?
            {
                token = other;
                continue;
            }
            error.kind = bearer.refusal();
            return Err(error);
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

impl ProbeApi for Client {
    async fn probe(&self, _profile: Option<&Profile>, probe: &Probe) -> Result<Seen, ApiError> {
        self.ask(&probe.endpoint(), |status, headers, body, origin| {
            answer::classify_probe(status, headers, body, origin, probe)
        })
        .await
    }
}

/// One question on its way, counting the requests that it takes.
struct Question<'a> {
    endpoint: &'a Endpoint,
    url: String,
    http: &'a reqwest::Client,
    requests: &'a AtomicU32,
}

impl Question<'_> {
    /// Asks with an answer to the kept challenge; where that is refused with a new one, asks once more with an
    /// answer to it, and never a third time.
    async fn exchange(&self, digest: &Digest) -> Result<Response, ApiError> {
        let answered = if digest.is_alone() { self.by_diqwest(digest).await? } else { None };
        let response = match answered {
            Some(response) => response,
            None => self.among_others(digest).await?,
        };
        // Without a challenge the nonce was good, and what was refused is the role or the address.
        if challenge_of(&response).is_some() {
            digest.forget();
        }
        Ok(response)
    }

    /// `None` when the challenge that came first is not one to digest.
    async fn by_diqwest(&self, digest: &Digest) -> Result<Option<Response>, ApiError> {
        use diqwest::error::Error;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let exchange = Exchange { digest, requests: self.requests };
        let request = self.request(digest.authorization(&self.endpoint.path));
        match request.send_digest_auth(&exchange).await {
            Ok(response) => Ok(Some(response)),
            Err(Error::Reqwest(error)) => Err(unsent(&error)),
            Err(Error::DigestAuth(_) | Error::ToStr(_)) => {
                digest.is_among_others();
                Ok(None)
            }
            // The key holds a character that no header can carry: it is none of Atlas's.
            Err(Error::InvalidHeaderValue(_)) => {
                let kind = ErrorKind::KeyRefused { public_key_hint: digest.hint() };
                let meta = Meta { http_status: Some(StatusCode::UNAUTHORIZED.as_u16()), ..Meta::default() };
                Err(ApiError { meta, ..ApiError::new(kind, None) })
            }
            Err(error) => Err(ApiError::new(ErrorKind::Internal, Some(error.to_string()))),
        }
    }

    /// The same where diqwest would answer the wrong challenge.
    async fn among_others(&self, digest: &Digest) -> Result<Response, ApiError> {
        let path = &self.endpoint.path;
        let first = self.send(digest.authorization(path)).await?;
        let Some(challenge) = challenge_of(&first) else { return Ok(first) };
        digest.keep(challenge, 0);
        // `None` when the key holds a character that no header can carry: it is none of Atlas's.
        let Some(authorization) = digest.authorization(path) else { return Ok(first) };
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

/// The challenge of a refusal, where it has one that can be answered.
fn challenge_of(response: &Response) -> Option<WwwAuthenticateHeader> {
    let refused = response.status() == StatusCode::UNAUTHORIZED;
    challenge::digest(response.headers()).filter(|_| refused)
}

/// What all kinds of answers have.
pub trait Answered {
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

impl Answered for Seen {
    fn meta(&mut self) -> &mut Meta {
        &mut self.meta
    }
}

/// A question that is none: whoever asks it has not found out the kind before.
fn no_endpoint() -> ApiError {
    ApiError::new(ErrorKind::Internal, Some("it is not known where such jobs are read".to_owned()))
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
