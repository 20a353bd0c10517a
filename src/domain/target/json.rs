//! Restore jobs as JSON: one answer of the API, a list that holds one, or an object of our own output.

use serde_json::{Deserializer, Map, Value};

use super::Kind;
use super::found::Found;
use super::path;

/// The parts in the first JSON value of the text; what follows it, such as a prompt, is passed over.
pub(super) fn find(text: &str) -> Option<Found> {
    let value = Deserializer::from_str(text).into_iter::<Value>().next()?.ok()?;
    let found = match &value {
        Value::Object(object) => in_object(object),
        Value::Array(items) => only(items)?,
        _ => return None,
    };
    (found.count() > 0).then_some(found)
}

/// The one object of a list. With several it would be a guess which one is meant.
fn only(items: &[Value]) -> Option<Found> {
    match items {
        [Value::Object(object)] => Some(in_object(object)),
        _ => None,
    }
}

fn in_object(object: &Map<String, Value>) -> Found {
    if let Some(Value::Object(target)) = object.get("target") {
        // Our own output knows all kinds that there are.
        let kind = target.get("kind").and_then(Value::as_str);
        let unknown_kind = kind.filter(|kind| kind.parse::<Kind>().is_err()).map(super::found::shown_kind);
        return Found { unknown_kind, ..by_ids(target) };
    }
    let by_link = own_link(object).and_then(path::read);
    if let Some(Value::Array(results)) = object.get("results") {
        return only(results).unwrap_or_default().or(by_link.unwrap_or_default());
    }
    match by_link {
        // A link to itself tells whether this is a restore job: of a cluster or a snapshot, `id` is no job's.
        Some(found) if found.job.is_none() => found,
        Some(found) => found.or(by_ids(object)),
        None => by_ids(object),
    }
}

/// The `href` of `links[rel=self]`. Its host is not to be trusted (recorded as `localhost:8080`); its path is.
fn own_link(object: &Map<String, Value>) -> Option<&str> {
    let links = object.get("links")?.as_array()?;
    let own = links.iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("self"))?;
    own.get("href")?.as_str()
}

/// By the names that the API and our own output give to the ids.
fn by_ids(object: &Map<String, Value>) -> Found {
    let text = |names: &[&str]| {
        names.iter().find_map(|name| object.get(*name).and_then(Value::as_str)).map(str::to_owned)
    };
    // Of all jobs only those of Flex clusters carry the name of their instance.
    let flex = object.contains_key("instanceName").then_some(Kind::Flex);
    Found {
        kind: text(&["kind"]).and_then(|kind| kind.parse().ok()).or(flex),
        project: text(&["projectId", "groupId"]),
        instance: text(&["instanceName", "instance", "clusterName"]),
        job: text(&["jobId", "restoreJobId", "id"]),
        ..Found::default()
    }
}
