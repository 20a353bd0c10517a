//! What Atlas says about a project, about the projects of a key, and about its rate limits: the few members that are
//! of use to whoever looks for a fault. All other members are skipped.

use serde::Deserialize;

use super::{Malformed, decode, text, wrong_shape};
use crate::domain::text::{clean, shortened};

/// A name is cut here; Atlas allows 64 characters.
const NAME_MAX: usize = 80;

/// How a bucket of requests fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refill {
    /// Requests that it holds.
    pub capacity: u64,
    /// Requests that come back every `seconds`.
    pub rate: u64,
    pub seconds: u64,
}

#[derive(Deserialize)]
struct ProjectBody {
    id: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct ListBody<T> {
    results: Option<Vec<T>>,
}

/// One set of endpoints with the limit in force. Each figure is in an object of its own, beside what it was by default.
#[derive(Deserialize)]
struct LimitBody {
    capacity: Option<Figure>,
    #[serde(rename = "refillRate")]
    rate: Option<Figure>,
    #[serde(rename = "refillDurationSeconds")]
    seconds: Option<Figure>,
}

#[derive(Deserialize)]
struct Figure {
    value: Option<u64>,
}

/// The name of a project, cleaned; empty where it has none.
///
/// # Errors
/// What is no project: a page of something else, or JSON without its members.
pub fn project(body: &[u8]) -> Result<String, Malformed> {
    let project: ProjectBody = decode(text(body)?)?;
    match (project.id, project.name) {
        (None, None) => Err(wrong_shape("", "a project", "an object with none of its fields")),
        (_, name) => Ok(shortened(&clean(&name.unwrap_or_default()), NAME_MAX).into_owned()),
    }
}

/// Whether there is any project in the list.
///
/// # Errors
/// What is no list.
pub fn any_project(body: &[u8]) -> Result<bool, Malformed> {
    let list: ListBody<ProjectBody> = decode(text(body)?)?;
    match list.results {
        Some(results) => Ok(!results.is_empty()),
        None => Err(wrong_shape("results", "a list of projects", "nothing")),
    }
}

/// The first whole limit of the list; `None` where its members have other names than we know.
///
/// # Errors
/// What is no list.
pub fn refill(body: &[u8]) -> Result<Option<Refill>, Malformed> {
    let list: ListBody<LimitBody> = decode(text(body)?)?;
    let whole = |limit: LimitBody| {
        let value = |figure: Option<Figure>| figure?.value;
        let (capacity, rate) = (value(limit.capacity)?, value(limit.rate)?);
        Some(Refill { capacity, rate, seconds: value(limit.seconds)? })
    };
    Ok(list.results.unwrap_or_default().into_iter().find_map(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ErrorKind;

    #[test]
    fn a_project_has_a_clean_name() {
        let body = br#"{"id":"6a793f6b2c88faeba59bae37","name":"prod\u001b[2J","orgId":"a0","tags":[{}]}"#;
        assert_eq!(project(body).unwrap(), "prod[2J");
        assert!(matches!(project(b"{}").unwrap_err().kind, ErrorKind::WrongShape { .. }));
    }

    #[test]
    fn a_page_of_something_else_is_neither_project_nor_list() {
        let page = b"<!doctype html><title>Welcome, guest</title>";
        assert_eq!(project(page).unwrap_err().kind, ErrorKind::NotJson);
        assert_eq!(any_project(page).unwrap_err().kind, ErrorKind::NotJson);
        assert!(matches!(any_project(b"{}").unwrap_err().kind, ErrorKind::WrongShape { .. }));
        assert!(!any_project(br#"{"results":[]}"#).unwrap());
    }

    #[test]
    fn a_limit_is_taken_whole_or_not_at_all() {
        let body = br#"{"results":[{"capacity":{"value":5}},{"capacity":{"value":1200},
            "refillRate":{"value":20,"defaultValue":10},"refillDurationSeconds":{"value":1}}]}"#;
        assert_eq!(refill(body).unwrap(), Some(Refill { capacity: 1200, rate: 20, seconds: 1 }));
        assert_eq!(refill(br#"{"results":[{"limit":5}]}"#).unwrap(), None);
    }
}
