//! A page of restore jobs, of which only the wanted ones are decoded.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::member::{List, Text};
use super::{Malformed, restore_job, wrong_shape};
use crate::domain::id::ObjectId;
use crate::domain::job::RestoreJob;

/// What a page held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The wanted ones, newest first, each with its own fault if it has one.
    pub jobs: Vec<(ObjectId, Result<RestoreJob, Malformed>)>,
    /// How far down the last wanted one stands, from 1; 0 when none is there.
    pub depth: usize,
    /// How many jobs the page has, up to 1,000.
    pub count: usize,
}

#[derive(Deserialize)]
#[serde(expecting = "a list of restore jobs")]
struct Page<'a> {
    #[serde(borrow)]
    results: Option<List<&'a RawValue>>,
}

/// What is needed of the jobs that nobody wants.
#[derive(Deserialize)]
struct Named {
    id: Text,
}

/// Decodes a page of restore jobs.
///
/// # Errors
/// As [`restore_job`] for the page as a whole.
pub fn restore_jobs(body: &[u8], wanted: &[ObjectId]) -> Result<Found, Malformed> {
    let page: Page = super::decode(super::text(body)?)?;
    let Some(List(results)) = page.results else {
        return Err(wrong_shape("results", "a list", "nothing"));
    };
    let mut found = Found { jobs: Vec::new(), depth: 0, count: results.len() };
    for (index, result) in results.iter().enumerate() {
        let named = serde_json::from_str::<Named>(result.get()).ok();
        let id = named.and_then(|named| named.id.0?.parse::<ObjectId>().ok());
        if let Some(id) = id.filter(|id| wanted.contains(id)) {
            found.jobs.push((id, restore_job(result.get().as_bytes())));
            found.depth = index + 1;
        }
    }
    Ok(found)
}
