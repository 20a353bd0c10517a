//! Restore jobs in URLs and paths of the Atlas Administration API, alone or anywhere on a curl line.
//!
//! Only what follows `groups/` makes a target, and the host is told beside it: user information, query and headers
//! are passed over.

use super::Kind;
use super::found::{Found, agreed};
use crate::domain::text;

/// The one path in the text that says most. `None` without a path, or when two of them say different things.
pub(super) fn find(text: &str) -> Option<Found> {
    // Slashes are escaped in JSON that was cut out of its place.
    let text = text.replace("\\/", "/");
    agreed(text.split(ends_a_url).filter_map(read).collect())
}

/// The host of the URLs in the text that hold a path of the API; `None` when they have none, or differ in it.
pub(super) fn host(text: &str) -> Option<String> {
    let mut hosts = text.split(ends_a_url).filter(|url| read(url).is_some()).filter_map(host_of);
    let first = hosts.next()?;
    hosts.all(|other| other == first).then_some(first)
}

/// In lower case, with its port if that is not the scheme's own.
fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.to_ascii_lowercase();
    let own_port = if scheme.to_ascii_lowercase().ends_with("https") { ":443" } else { ":80" };
    let host = host.strip_suffix(own_port).unwrap_or(&host);
    // The longest name that the domain name system knows, and a port.
    let is_host = (1..=259).contains(&host.len())
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'));
    is_host.then(|| host.to_owned())
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
