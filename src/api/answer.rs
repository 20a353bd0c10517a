//! What an HTTP answer means: a job, or an error of a kind that a person can act on.
//!
//! Pure: status, headers and body in, a value out. Knows nothing of sockets, and takes the time as a parameter.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use url::Url;

use super::base_url::BaseUrl;
use super::cluster::ClusterState;
use super::error::{ApiError, ErrorKind, Missing};
use super::probe::{Probe, Seen};
use super::wire::{self, ErrorBody, Malformed};
use super::{Answer, Batch, Budget, Listing, Meta, Page, SignedBy};
use crate::domain::text::clean;

/// The longest wait that we take from an answer; a mistaken or hostile one must not stop us for ever.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);

/// How many characters of Atlas's own sentence are kept.
const DETAIL_MAX: usize = 500;

/// How many characters of a code or request id are kept.
const WORD_MAX: usize = 100;

/// Where an answer came from, and what its errors must know.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub base: &'a BaseUrl,
    /// Goes into the error of a refused key.
    pub public_key_hint: &'a str,
    /// Asked only for a `Retry-After` in the form of a date when the answer has no `Date` of its own.
    pub now: fn() -> Timestamp,
}

/// Reads one restore job.
///
/// # Errors
/// Every status but 2xx, and a 2xx whose body is no restore job. `meta.requests` is left at 0 either way.
pub fn classify(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    origin: Origin<'_>,
) -> Result<Answer, ApiError> {
    let (job, meta) = read(status, headers, body, origin, wire::restore_job)?;
    Ok(Answer { job, meta })
}

/// Reads a list of restore jobs, of which `batch` tells the wanted ones.
///
/// # Errors
/// As [`classify`], for the list as a whole.
pub fn classify_list(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    origin: Origin<'_>,
    batch: &Batch,
) -> Result<Listing, ApiError> {
    let (found, meta) = read(status, headers, body, origin, |body| wire::restore_jobs(body, &batch.wanted))?;
    Ok(Listing {
        jobs: found.jobs.into_iter().map(|(id, result)| (id, item(result, &meta))).collect(),
        depth: found.depth,
        complete: found.count < usize::from(batch.items),
        meta,
    })
}

/// Reads what a cluster is doing.
///
/// # Errors
/// As [`classify`].
pub fn classify_cluster(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    origin: Origin<'_>,
) -> Result<ClusterState, ApiError> {
    let (word, meta) = read(status, headers, body, origin, wire::cluster_state)?;
    Ok(ClusterState { word, meta })
}

/// Reads a page of a list, all of it.
///
/// # Errors
/// As [`classify`], for the page as a whole.
pub fn classify_page<T>(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    origin: Origin<'_>,
    decode: impl FnOnce(&[u8]) -> Result<wire::Everything<T>, Malformed>,
) -> Result<Page<T>, ApiError> {
    let (page, meta) = read(status, headers, body, origin, decode)?;
    let items = page.items.into_iter().map(|result| item(result, &meta)).collect();
    Ok(Page { items, more: page.more, meta })
}

/// One of a list; where it cannot be read, with what is known of the whole answer.
fn item<T>(result: Result<T, Malformed>, meta: &Meta) -> Result<T, ApiError> {
    result
        .map_err(|Malformed { kind, detail }| ApiError { meta: meta.clone(), ..ApiError::new(kind, detail) })
}

/// Reads what a probe asks for.
///
/// # Errors
/// As [`classify`].
pub fn classify_probe(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    origin: Origin<'_>,
    probe: &Probe,
) -> Result<Seen, ApiError> {
    let (finding, meta) = read(status, headers, body, origin, |body| probe.read(body))?;
    Ok(Seen { finding, meta })
}

/// The version in the media type of an answer, where it is another one than was asked for. A plain
/// `application/json` names none.
#[must_use]
pub fn other_version(headers: &HeaderMap, accept: &str) -> Option<String> {
    let version = |media_type: &str| {
        let (_, rest) = media_type.split_once("application/vnd.atlas.")?;
        Some(rest.split(['+', ';']).next().unwrap_or(rest).trim().to_owned())
    };
    let answered = version(&word(headers, CONTENT_TYPE.as_str())?)?;
    (version(accept)? != answered).then_some(answered)
}

fn read<T>(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    Origin { base, public_key_hint, now }: Origin<'_>,
    decode: impl FnOnce(&[u8]) -> Result<T, Malformed>,
) -> Result<(T, Meta), ApiError> {
    let meta = Meta { body_bytes: body.len() as u64, ..meta(status, headers) };
    let malformed = if (200..300).contains(&status) {
        match decode(body) {
            Ok(value) => return Ok((value, meta)),
            Err(malformed) => Some(malformed),
        }
    } else {
        None
    };
    let told = wire::error_body(body);
    let code = code(headers, &told);
    if let Some(malformed) = malformed {
        let detail = malformed.detail.or_else(|| detail(&told));
        return Err(ApiError { kind: malformed.kind, code, detail, retry_after: None, meta });
    }
    let kind = match redirect(status, headers, base) {
        Some(to_host) => ErrorKind::Redirected { to_host },
        None => kind(status, code.as_deref().unwrap_or_default(), public_key_hint),
    };
    let retry_after = retry_after(headers, meta.server_date, now).or_else(|| told_wait(&kind, &told));
    Err(ApiError { kind, code, detail: detail(&told), retry_after, meta })
}

/// What the headers tell, before any body. Names are compared without regard to case, as HTTP/2 needs.
#[must_use]
pub fn meta(status: u16, headers: &HeaderMap) -> Meta {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse().ok();
    let date = |name: &str| text(headers, name).and_then(http_date);
    let budget = number("ratelimit-limit").zip(number("ratelimit-remaining"));
    Meta {
        http_status: Some(status),
        request_id: word(headers, "x-request-id"),
        server_date: date(DATE.as_str()),
        budget: budget.map(|(limit, remaining)| Budget { limit, remaining }),
        deprecated_at: text(headers, "deprecation").and_then(deprecation),
        sunset_at: date("sunset"),
        other_version: None,
        body_bytes: 0,
        requests: 0,
        signed_by: SignedBy::default(),
    }
}

fn kind(status: u16, code: &str, public_key_hint: &str) -> ErrorKind {
    let has = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    // Atlas has said access list, address list and whitelist over the years.
    let by_address = has(&["ACCESS_LIST", "WHITELIST", "SUBNET"]);
    match status {
        // The official command line tool goes by the code alone.
        400..=499 if has(&["CANNOT_USE_", "FEATURE_UNSUPPORTED"]) => ErrorKind::WrongKind,
        401 | 403 if by_address => ErrorKind::AddressBlocked,
        // Most 401s carry no code, or UNEXPECTED_ERROR: then it is the key itself.
        401 if has(&[
            "USER_UNAUTHORIZED",
            "ROLE",
            "PERMISSION",
            "NOT_IN_GROUP",
            "NOT_IN_ORG",
            // A key of somebody without a role in the project, as logs of other tools show.
            "CANNOT_ACCESS",
            "FORBIDDEN",
        ]) =>
        {
            ErrorKind::Forbidden
        }
        401 => ErrorKind::KeyRefused { public_key_hint: public_key_hint.to_owned() },
        403 => ErrorKind::Forbidden,
        404 if has(&["RESTORE", "JOB", "RESOURCE_NOT_FOUND"]) => ErrorKind::NotFound(Missing::Job),
        404 if has(&["GROUP", "PROJECT"]) => ErrorKind::NotFound(Missing::Project),
        404 if has(&["CLUSTER", "INSTANCE"]) => ErrorKind::NotFound(Missing::Instance),
        404 => ErrorKind::NotFound(Missing::Unsaid),
        407 => ErrorKind::Proxy,
        410 => ErrorKind::Ended,
        429 => ErrorKind::RateLimited,
        500..=599 => ErrorKind::ServerError,
        _ => ErrorKind::UnexpectedStatus,
    }
}

/// The host that a redirect points to; its whole origin when only scheme or port differ, and empty when it stays
/// at the same origin. Userinfo in it is left out.
pub(super) fn redirect(status: u16, headers: &HeaderMap, base: &BaseUrl) -> Option<String> {
    let location = text(headers, LOCATION.as_str()).filter(|_| (300..400).contains(&status))?;
    let base = Url::parse(base.as_str()).ok()?;
    let to = base.join(location).ok()?;
    let host = to.host_str()?;
    Some(if to.origin() == base.origin() {
        String::new()
    } else if base.host_str() == Some(host) {
        clean(&to.origin().ascii_serialization()).into_owned()
    } else {
        clean(host).into_owned()
    })
}

/// Atlas's code from the body, or from `X-Error-Code`, which repeats it when the body is a proxy's page or cut.
fn code(headers: &HeaderMap, told: &ErrorBody) -> Option<String> {
    let code = told.code.as_deref().map(|code| code.chars().take(WORD_MAX).collect::<String>());
    code.filter(|code| !code.is_empty()).or_else(|| word(headers, "x-error-code"))
}

fn detail(told: &ErrorBody) -> Option<String> {
    let sentence = told.detail.as_ref().or(told.reason.as_ref())?;
    Some(sentence.chars().take(DETAIL_MAX).collect()).filter(|detail: &String| !detail.is_empty())
}

/// The wait of a `Retry-After`, in seconds or as a date, the latter by the server's own clock.
pub(super) fn retry_after(
    headers: &HeaderMap,
    server_date: Option<Timestamp>,
    now: fn() -> Timestamp,
) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER.as_str())?.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits beyond u64 are a long wait, not a broken header.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let until = http_date(value)?;
        until.duration_since(server_date.unwrap_or_else(now)).try_into().unwrap_or(Duration::ZERO)
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

/// The wait in the body of a rate limit, whose documented parameters are path, seconds, capacity and refill.
fn told_wait(kind: &ErrorKind, told: &ErrorBody) -> Option<Duration> {
    let seconds = told.parameters.get(1).filter(|_| *kind == ErrorKind::RateLimited)?;
    Some(Duration::from_secs(seconds.parse().ok()?).min(RETRY_AFTER_MAX))
}

fn http_date(text: &str) -> Option<Timestamp> {
    match httpdate::parse_http_date(text) {
        // The only dates it reads that are no timestamps are the last hours of the year 9999.
        Ok(date) => Some(Timestamp::try_from(date).unwrap_or(Timestamp::MAX)),
        // `Mon, 5 Aug 2024 00:00:00 GMT` has been recorded: a day of one digit, as mail may have it and HTTP not.
        Err(_) => rfc2822::DateTimeParser::new().parse_timestamp(text).ok(),
    }
}

/// `Deprecation` is a date of HTTP in the recordings, and seconds since 1970 behind an `@` since RFC 9745.
fn deprecation(text: &str) -> Option<Timestamp> {
    match text.trim().strip_prefix('@') {
        Some(seconds) => Timestamp::from_second(seconds.parse().ok()?).ok(),
        None => http_date(text),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn word(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned();
    Some(clean(value.trim()).chars().take(WORD_MAX).collect()).filter(|word: &String| !word.is_empty())
}
