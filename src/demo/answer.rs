//! Answers as they go over the wire: the status, the headers and the body that belong to each kind of refusal.
//!
//! Knows no request and no state.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;

use super::digest::REALM;
use super::oauth::Denied;
use super::refusal::{Refusal, UNAUTHORIZED};

pub const X_ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");

/// Where something in between would have a person sign in.
const PORTAL: &str = "<!DOCTYPE html>\n<html><head><title>Guest network</title></head>\
    <body><h1>Welcome</h1><p>Accept the terms to go online.</p></body></html>\n";

/// The page of a guest network.
pub fn portal() -> Response {
    with_body(StatusCode::OK, "text/html; charset=utf-8", PORTAL.to_owned())
}

/// The answer to a token that is not good. Never recorded: the body of every other 401, with the header that RFC 6750
/// asks for.
pub fn bad_token() -> Response {
    unauthorized(&format!("Bearer realm=\"{REALM}\", error=\"invalid_token\""))
}

/// The answer to a request for a token that gets none.
pub fn deny(denied: &Denied) -> Response {
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

/// `Tue, 24 Nov 2026 03:41:07 GMT`, with nothing before 1970.
pub fn http_date(now: Timestamp) -> String {
    let since_1970 = Duration::from_secs(u64::try_from(now.as_second()).unwrap_or_default());
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since_1970)
}

pub fn refuse(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = json_answer(status, &refusal.body());
    put(answer.headers_mut(), X_ERROR_CODE, refusal.code);
    if let Some(seconds) = refusal.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

/// A 401 as recorded: without rate limit, and its code only in the body.
pub fn unauthorized(challenge: &str) -> Response {
    let mut answer = with_body(StatusCode::UNAUTHORIZED, "application/json", UNAUTHORIZED.to_owned());
    put(answer.headers_mut(), WWW_AUTHENTICATE, challenge);
    answer
}

pub fn json_answer(status: StatusCode, body: &Value) -> Response {
    with_body(status, "application/json", body.to_string())
}

pub fn with_body(status: StatusCode, media_type: &str, body: String) -> Response {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    put(answer.headers_mut(), CONTENT_TYPE, media_type);
    answer
}

/// Sets a header to a text of our own; one that is no header value is left out.
pub fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
