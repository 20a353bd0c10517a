//! Pages of lists: restore jobs, of which only the wanted ones are decoded or all of them, and clusters by their names.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::member::{List, Text};
use super::{Malformed, restore_job, wrong_shape};
use crate::domain::id::{InstanceName, ObjectId};
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

/// A page whose links tell whether there is another.
#[derive(Deserialize)]
#[serde(expecting = "a list")]
struct LinkedPage<'a> {
    #[serde(borrow)]
    results: Option<List<&'a RawValue>>,
    #[serde(default)]
    links: Option<List<Relation>>,
}

#[derive(Deserialize)]
struct Relation {
    #[serde(default)]
    rel: Option<String>,
}

/// A cluster by what is needed of it.
#[derive(Deserialize)]
struct ClusterBody {
    name: Text,
}

/// Everything on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Everything<T> {
    /// In the order in which they stand, each with its own fault if it has one.
    pub items: Vec<Result<T, Malformed>>,
    /// Whether there is another page. Where it is, is asked of nobody: the links name hosts that do not exist.
    pub more: bool,
}

/// Decodes all restore jobs of a page.
///
/// # Errors
/// As [`restore_job`] for the page as a whole.
pub fn all_restore_jobs(body: &[u8]) -> Result<Everything<RestoreJob>, Malformed> {
    everything(body, |result| restore_job(result.as_bytes()))
}

/// Decodes the names of all clusters of a page.
///
/// # Errors
/// As [`restore_job`] for the page as a whole.
pub fn cluster_names(body: &[u8]) -> Result<Everything<InstanceName>, Malformed> {
    everything(body, |result| {
        let ClusterBody { name } = super::decode(result)?;
        let name = name.0.unwrap_or_default();
        name.parse().map_err(|_| wrong_shape("name", "the name of a cluster", &name))
    })
}

fn everything<T>(
    body: &[u8],
    read: impl Fn(&str) -> Result<T, Malformed>,
) -> Result<Everything<T>, Malformed> {
    let page: LinkedPage = super::decode(super::text(body)?)?;
    let Some(List(results)) = page.results else {
        return Err(wrong_shape("results", "a list", "nothing"));
    };
    let List(links) = page.links.unwrap_or(List(Vec::new()));
    let more = links.iter().any(|link| link.rel.as_deref() == Some("next"));
    Ok(Everything { items: results.iter().map(|result| read(result.get())).collect(), more })
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
