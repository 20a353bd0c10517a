//! The two requests of a service account: for a token, and for the end of one before its time.
//!
//! `POST /api/oauth/token` with id and secret as HTTP Basic and the form `grant_type=client_credentials`, to the one
//! origin that requests go to; answered `{"access_token":…,"token_type":"Bearer","expires_in":3600}`, and refused in
//! the words of RFC 6749 or in those of the rest of the API. Ten requests a minute and a hundred tokens at a time are
//! what Atlas documents. Knows nothing of who waits for the token.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::api::base_url::BaseUrl;
use crate::api::client::Limits;
use crate::api::credential::ServiceAccount;
use crate::api::error::{ApiError, ErrorKind, TokenLimit};
use crate::api::exchange::{Came, unsent, whole};
use crate::api::{Meta, answer, echo};
use crate::domain::secret::ExposeSecret;
use crate::domain::text::{clean, shortened};

const GRANT: &str = "grant_type=client_credentials";

/// What a token without `expires_in` is taken to live: what Atlas documents.
const LIFE: Duration = Duration::from_secs(3600);

/// Characters of the server's own words that are kept.
const CODE_MAX: usize = 100;
const DETAIL_MAX: usize = 500;

/// A token as it was given, and how long it will live from now.
pub(super) struct Granted {
    pub(super) text: Zeroizing<String>,
    pub(super) life: Duration,
}

/// Asks for a new token.
///
/// # Errors
/// Whatever kept it from being given; never with the secret in it, even if the server repeats it.
pub(super) async fn ask(
    http: &reqwest::Client,
    base: &BaseUrl,
    account: &ServiceAccount,
    limits: Limits,
    now: fn() -> Timestamp,
) -> Result<Granted, ApiError> {
    let form = Zeroizing::new(GRANT.to_owned());
    let came = post(http, base, "token", account, form, limits).await.map_err(|mut error| {
        error.detail = error.detail.map(|detail| format!("asked for a token: {detail}"));
        error
    })?;
    let granted = if (200..300).contains(&came.status) { granted(&came) } else { Err(None) };
    granted.map_err(|why| refusal(&came, base, account, why, now))
}

/// Ends a token. Whether that worked is nobody's concern any more.
pub(super) async fn revoke(
    http: &reqwest::Client,
    base: &BaseUrl,
    account: &ServiceAccount,
    token: &str,
    limits: Limits,
) {
    // A token is of characters that a form carries as they are, but for these.
    let mut form = Zeroizing::new(String::with_capacity(token.len() * 3 + 64));
    form.push_str("token_type_hint=access_token&token=");
    form.extend(url::form_urlencoded::byte_serialize(token.as_bytes()));
    let _ = post(http, base, "revoke", account, form, limits).await;
}

async fn post(
    http: &reqwest::Client,
    base: &BaseUrl,
    endpoint: &str,
    account: &ServiceAccount,
    form: Zeroizing<String>,
    limits: Limits,
) -> Result<Came, ApiError> {
    let authorization = basic(account).ok_or_else(|| ApiError::new(refused(account), None))?;
    let signature = Zeroizing::new(authorization.to_str().unwrap_or_default().to_owned());
    let signature = signature.trim_start_matches("Basic ").trim_end_matches('=');
    let secrets = [account.client_secret.expose_secret(), signature];
    let request = http
        .post(format!("{base}/api/oauth/{endpoint}"))
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(AUTHORIZATION, authorization)
        .body(String::clone(&form));
    let sent = async { request.send().await.map_err(|error| unsent(&error)) };
    // A token is a page at the most, whatever a restore job may be.
    whole(sent, &secrets, Limits { body: limits.refusal_body, ..limits }).await
}

/// `None` when the id or the secret holds a character that no header can carry: it is none of Atlas's.
fn basic(account: &ServiceAccount) -> Option<HeaderValue> {
    let secret = account.client_secret.expose_secret();
    let mut pair = Zeroizing::new(String::with_capacity(account.client_id.len() + secret.len() + 1));
    pair.push_str(&account.client_id);
    pair.push(':');
    pair.push_str(secret);
    let mut header = Zeroizing::new(String::with_capacity("Basic ".len() + pair.len().div_ceil(3) * 4));
    header.push_str("Basic ");
    BASE64_STANDARD.encode_string(pair.as_bytes(), &mut header);
    let mut header = HeaderValue::from_str(&header).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<f64>,
}

/// The token in an answer, or what is wrong with the answer.
fn granted(came: &Came) -> Result<Granted, Option<String>> {
    let given: Result<Given, _> = serde_json::from_slice(&came.body);
    let Given { access_token, token_type, expires_in } = given.map_err(|error| {
        // serde's own words may repeat what it found.
        let what = if error.is_data() { "it lacks an access_token" } else { "it is not JSON" };
        Some(what.to_owned())
    })?;
    let text = Zeroizing::new(access_token);
    if let Some(other) = token_type.filter(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        // The token itself must not be said, wherever it stands.
        let mut other = other.into_bytes();
        echo::out_of(&mut other, &[text.as_str()]);
        let other = String::from_utf8_lossy(&other);
        return Err(Some(format!("its token is of the type {}", shortened(&clean(&other), CODE_MAX))));
    }
    let life = match expires_in {
        None => LIFE,
        Some(seconds) => Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|life| !life.is_zero())
            .ok_or_else(|| Some("its token is over already".to_owned()))?,
    };
    Ok(Granted { text, life })
}

/// The words of a refusal, in OAuth's form or in the API's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    error: Value,
    error_description: Value,
    #[serde(rename = "errorCode")]
    code: Value,
    detail: Value,
}

fn refusal(
    came: &Came,
    base: &BaseUrl,
    account: &ServiceAccount,
    why: Option<String>,
    now: fn() -> Timestamp,
) -> ApiError {
    let meta = Meta { body_bytes: came.body.len() as u64, ..answer::meta(came.status, &came.headers) };
    let told: Told = serde_json::from_slice(&came.body).unwrap_or_default();
    let words = |value: &Value, most| {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Some(shortened(&clean(text), most).into_owned())
    };
    let code = words(&told.error, CODE_MAX).or_else(|| words(&told.code, CODE_MAX));
    let said = words(&told.error_description, DETAIL_MAX).or_else(|| words(&told.detail, DETAIL_MAX));
    let kind = match answer::redirect(came.status, &came.headers, base) {
        Some(to_host) => ErrorKind::Redirected { to_host },
        None => kind(came.status, code.as_deref(), said.as_deref(), account),
    };
    let detail = match (&kind, why) {
        (ErrorKind::TokenAnswer, None) => {
            let said = said.map(|said| format!(": {said}")).unwrap_or_default();
            Some(format!("it has the HTTP status {}{said}", came.status))
        }
        (_, why) => why.or(said),
    };
    let retry_after = answer::retry_after(&came.headers, meta.server_date, now);
    ApiError { kind, code, detail, retry_after, meta }
}

fn kind(status: u16, code: Option<&str>, said: Option<&str>, account: &ServiceAccount) -> ErrorKind {
    let limit = |said: &str| said.to_ascii_lowercase().contains("limit");
    match (status, code) {
        (400..=403, Some("invalid_client" | "unauthorized_client")) | (401, _) => refused(account),
        // `access_denied`, "Access Token limit reached".
        (403, Some(_)) if said.is_some_and(limit) => ErrorKind::TokenLimit(TokenLimit::Live),
        (403, Some(_)) => refused(account),
        (407, _) => ErrorKind::Proxy,
        (429, _) => ErrorKind::TokenLimit(TokenLimit::PerMinute),
        (500..=599, _) => ErrorKind::ServerError,
        // A 403 in no known words is a proxy's.
        _ => ErrorKind::TokenAnswer,
    }
}

pub(super) fn refused(account: &ServiceAccount) -> ErrorKind {
    ErrorKind::AccountRefused { client_id_hint: account.hint() }
}
