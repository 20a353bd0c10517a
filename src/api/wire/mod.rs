//! The JSON that Atlas sends, decoded field by field; a wrong type names its field.
//!
//! Decoding streams from the text into the domain's own job: unknown fields are skipped without being built,
//! so that a hostile answer costs no more memory than its text. Knows nothing of HTTP.

mod about;
mod cluster;
mod date;
mod job;
mod list;
mod member;

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use self::job::JobBody;
use self::member::Member;
use super::error::ErrorKind;
use crate::domain::job::{RawJson, RestoreJob};
use crate::domain::text::{self, clean};
pub use about::{Refill, any_project, project, refill};
pub use cluster::cluster_state;
pub use list::{Everything, Found, all_restore_jobs, cluster_names, restore_jobs};

/// How many characters of a wrong value an error shows.
const FOUND_MAX: usize = 40;

/// What the whole body should have been.
const JOB: &str = "a restore job";

/// Why a body is no restore job: the kind, and the reader's own words where they help (cleaned).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    pub kind: ErrorKind,
    pub detail: Option<String>,
}

/// Decodes a restore job of any shape: by the names of its fields, so that a newer version of an answer is read as
/// far as it goes.
///
/// # Errors
/// `NotJson`, `Cut` when the text ends too early, or `WrongShape` naming the first field of a wrong type.
pub fn restore_job(body: &[u8]) -> Result<RestoreJob, Malformed> {
    let text = text(body)?;
    let decoded: JobBody = decode(text)?;
    if !decoded.any_known {
        return Err(wrong_shape("", JOB, "an object with none of its fields"));
    }
    let mut job = decoded.job;
    job.raw = RawJson::new(text);
    Ok(job)
}

/// The body of an error, as far as it could be read: `{"error":404,"errorCode":"…","detail":"…"}`. Recorded
/// without `errorCode`, with `parameters` null, and without any body at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErrorBody {
    /// The HTTP status again.
    pub error: Option<i64>,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub reason: Option<String>,
    /// Texts and numbers, in Atlas's order. Of a rate limit: path, seconds to wait, capacity, refill, its seconds.
    pub parameters: Vec<String>,
}

/// Reads whatever can be read; nothing from a body that is no JSON object.
#[must_use]
pub fn error_body(body: &[u8]) -> ErrorBody {
    text(body).ok().and_then(|text| decode(text).ok()).unwrap_or_default()
}

fn text(body: &[u8]) -> Result<&str, Malformed> {
    let text = std::str::from_utf8(body).map_err(|error| Malformed {
        // An incomplete last character is the mark of a cut.
        kind: if error.error_len().is_none() { ErrorKind::Cut } else { ErrorKind::NotJson },
        detail: Some(format!("the text is broken at byte {}", error.valid_up_to())),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Malformed { kind: ErrorKind::NotJson, detail: Some("the body is empty".to_owned()) });
    }
    Ok(text)
}

fn decode<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Malformed> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        malformed(if path == "." { "" } else { &path }, error.inner())
    })?;
    json.end().map_err(|error| malformed("", &error))?;
    Ok(value)
}

fn malformed(field: &str, error: &serde_json::Error) -> Malformed {
    let message = error.to_string();
    match error.classify() {
        serde_json::error::Category::Eof => Malformed { kind: ErrorKind::Cut, detail: None },
        serde_json::error::Category::Data => {
            // serde's own form: `invalid type: integer `17`, expected a date at line 1 column 9`. What was
            // expected is ours and holds no comma, so the last one divides.
            let place = format!(" at line {} column {}", error.line(), error.column());
            let message = message.strip_suffix(&place).unwrap_or(&message);
            let (found, expected) = message.rsplit_once(", expected ").unwrap_or((message, "another value"));
            let found = found.split_once(": ").map_or(found, |(_, found)| found);
            wrong_shape(field, expected, plain(found))
        }
        _ => Malformed { kind: ErrorKind::NotJson, detail: Some(clean(&message).into_owned()) },
    }
}

fn wrong_shape(field: &str, expected: &str, found: &str) -> Malformed {
    let kind = ErrorKind::WrongShape {
        field: shortened(field),
        expected: expected.to_owned(),
        found: shortened(found),
    };
    Malformed { kind, detail: None }
}

/// serde's word for a value in plain words: an integer is its digits, and a text keeps its quotes.
fn plain(found: &str) -> &str {
    match found {
        "sequence" => "a list",
        "map" => "an object",
        _ if found.starts_with("string ") => found.trim_start_matches("string "),
        _ => found.split_once('`').map_or(found, |(_, value)| value.trim_end_matches('`')),
    }
}

/// Clean, on one line, and cut where it is long.
fn shortened(text: &str) -> String {
    text::shortened(&clean(text), FOUND_MAX).into_owned()
}

impl<'de> Deserialize<'de> for ErrorBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ErrorVisitor)
    }
}

struct ErrorVisitor;

impl<'de> Visitor<'de> for ErrorVisitor {
    type Value = ErrorBody;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error")
    }

    /// A member of a wrong type is as good as absent: the status still tells what happened.
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<ErrorBody, A::Error> {
        let mut body = ErrorBody::default();
        while let Some(name) = object.next_key::<Cow<'de, str>>()? {
            match &*name {
                "error" => body.error = object.next_value::<Member>()?.integer(),
                "errorCode" => body.code = object.next_value::<Member>()?.shown(),
                "detail" => body.detail = object.next_value::<Member>()?.shown(),
                "reason" => body.reason = object.next_value::<Member>()?.shown(),
                "parameters" => body.parameters = object.next_value::<Member>()?.list(),
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests;
