//! Restore jobs in URLs and paths of the Atlas Administration API, alone or anywhere on a curl line.
//!
//! Only what follows `groups/` is looked at: host, user information, query and headers are passed over.

use super::Kind;
use super::found::{Found, agreed};
use crate::domain::text;

/// The one path in the text that says most. `None` without a path, or when two of them say different things.
pub(super) fn find(text: &str) -> Option<Found> {
    // Slashes are escaped in JSON that was cut out of its place.
    let text = text.replace("\\/", "/");
    agreed(text.split(ends_a_url).filter_map(read).collect())
}

/// Characters that no URL of the API holds, but that stand around one in a command, a sentence or JSON.
fn ends_a_url(c: char) -> bool {
    c.is_whitespace() || text::is_quote(c) || "<>()[]{}|\\,;".contains(c)
}

/// Reads a URL or path: `groups/{project}[/{instances}/{instance}[/…/restoreJobs[/{job}]]]`.
pub(super) fn read(url: &str) -> Option<Found> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    // The stop at the end belongs to the sentence around the URL.
    let path = path.trim_end_matches(['.', ':', '!']);
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let mut version = None;
    loop {
        match segments.next()? {
            "groups" => break,
            segment => version = Some(segment),
        }
    }
    let project = segments.next().map(decoded);
    let kind = match segments.next() {
        // `v1.0`, `v1.5`; without a version it is the one that serverless instances began with.
        Some("serverless") if version == Some("v2") => Some(Kind::ServerlessV2),
        Some("serverless") => Some(Kind::Serverless),
        Some("flexClusters") => Some(Kind::Flex),
        Some("clusters") => Some(Kind::Dedicated),
        _ => None,
    };
    let instance = kind.and_then(|_| segments.next()).map(decoded);
    let mut segments = segments.skip_while(|segment| *segment == "backup");
    let jobs = segments.next();
    let kind = match (kind, jobs) {
        (Some(Kind::Dedicated), Some("collectionRestoreJobs")) => Some(Kind::Collection),
        _ => kind,
    };
    let is_jobs = matches!(jobs, Some("restoreJobs" | "collectionRestoreJobs"));
    let job = segments.next().filter(|_| is_jobs);
    let found = Found { kind, project, instance, job: job.map(decoded), ..Found::default() };
    (found.count() > 0).then_some(found)
}

/// Without percent-encoding. What is encoded wrongly stays, for the check of the part to point at.
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.first_chunk::<2>().filter(|_| *first == b'%').and_then(|[high, low]| {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            u8::try_from(digit(high)? * 16 + digit(low)?).ok()
        });
        bytes.push(pair.unwrap_or(*first));
        rest = if pair.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
