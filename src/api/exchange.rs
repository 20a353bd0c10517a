//! The connections to one origin, and an answer read from one within bounds.
//!
//! Signs nothing and knows no question; what an answer means is for others.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;

use super::base_url::BaseUrl;
use super::client::Limits;
use super::error::{ApiError, ErrorKind};
use super::transport::{self, Stage};
use super::{Meta, answer, echo};

/// How long an idle connection is kept: more than twice the slowest refresh, so that a refresh finds it open.
const IDLE_CONNECTION: Duration = Duration::from_secs(150);

/// Keeps an address translator on the way from forgetting an idle connection. The kernel's work, not ours.
const KEEPALIVE: Duration = Duration::from_secs(45);

/// An answer as it came.
pub(super) struct Came {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The connections to one origin.
pub(super) fn connections(base: &BaseUrl, limits: Limits) -> Result<reqwest::Client, ApiError> {
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
        ApiError::new(ErrorKind::Tls, detail)
    })
}

/// A TLS configuration that trusts nobody.
fn without_roots() -> Result<rustls::ClientConfig, ApiError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| ApiError::new(ErrorKind::Internal, Some(error.to_string())))?;
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

/// The whole answer within the time for it. Of a refusal the head, and the body if it can be had in its own
/// limits: status and `X-Error-Code` tell enough without it. `secrets` are what the request was signed with; none of
/// them is in what comes.
pub(super) async fn whole(
    response: impl Future<Output = Result<Response, ApiError>>,
    secrets: &[&str],
    limits: Limits,
) -> Result<Came, ApiError> {
    let whole = async {
        let mut response = response.await?;
        echo::out_of_headers(response.headers_mut(), secrets);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let unread = status >= 300;
        let rest = if unread { Err(response) } else { Ok(body(response, limits.body).await?) };
        Ok((status, headers, rest))
    };
    let (status, headers, rest) = tokio::time::timeout(limits.total, whole).await.unwrap_or_else(|_| {
        let detail = format!("no whole answer within {} s", limits.total.as_secs_f32());
        Err(ApiError::new(ErrorKind::Timeout, Some(detail)))
    })?;
    let mut body = match rest {
        Ok(body) => body,
        Err(response) => {
            let body = body(response, limits.refusal_body);
            let body = tokio::time::timeout(limits.refusal_total, body).await;
            body.ok().and_then(Result::ok).unwrap_or_default()
        }
    };
    echo::out_of(&mut body, secrets);
    Ok(Came { status, headers, body })
}

/// The body as it comes, refused as soon as it is known to be too large. A compressed one is measured as
/// it is inflated, a piece at a time; its `Content-Length`, which says nothing, is gone by then.
async fn body(mut response: Response, limit: u64) -> Result<Vec<u8>, ApiError> {
    let meta = answer::meta(response.status().as_u16(), response.headers());
    let too_large = |bytes: u64| {
        let meta = Meta { body_bytes: bytes, ..meta.clone() };
        ApiError { meta, ..ApiError::new(ErrorKind::TooLarge { limit }, None) }
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
                return Err(ApiError { meta, ..ApiError::new(kind, detail) });
            }
        }
    }
}

/// A request that got no head of an answer.
pub(super) fn unsent(error: &reqwest::Error) -> ApiError {
    let (kind, detail) = transport::failure(error, Stage::Head);
    ApiError::new(kind, detail)
}
