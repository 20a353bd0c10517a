//! What the `y` menu copies. Never a secret: the curl line names the variables that hold the keys.

use super::overlay::{Choice, Does, Menu};
use super::watch::Watch;
use crate::domain::job::RestoreJob;
use crate::domain::target::Endpoint;
use crate::domain::text::escape_json;

/// The job as a curl line for a person's shell. The ids and the name hold no character that a shell would
/// touch; the base URL is quoted all the same.
#[must_use]
pub fn curl_line(base_url: &str, watch: &Watch) -> Option<String> {
    let Endpoint { path, accept } = watch.lookup.target.endpoint()?;
    Some(format!(
        "curl --digest --user \"$MONGODB_ATLAS_PUBLIC_API_KEY:$MONGODB_ATLAS_PRIVATE_API_KEY\" \
         --header 'Accept: {accept}' '{base_url}{path}'"
    ))
}

/// What can be copied of a lookup, with its key in the menu.
#[must_use]
pub fn choices(base_url: &str, watch: &Watch) -> Vec<Choice> {
    let job = watch.lookup.target.job.to_string();
    let mut choices = vec![Choice {
        key: 'y',
        label: "job id",
        note: job.clone(),
        does: Does::Copy { what: "job id".into(), text: job },
    }];
    choices.push(url(base_url, watch));
    choices.push(match watch.restore_job() {
        Some(job) => {
            let json = escape_json(job.raw.as_str());
            let note = format!("{} bytes, as Atlas sent it", json.len());
            Choice { key: 'j', label: "JSON", note, does: Does::Copy { what: "JSON".into(), text: json } }
        }
        None => nothing('j', "JSON", "no answer yet"),
    });
    choices.push(match curl_line(base_url, watch) {
        Some(line) => Choice {
            key: 'c',
            label: "curl line",
            note: "keys by variable name, not by value".into(),
            does: Does::Copy { what: "curl line".into(), text: line },
        },
        None => nothing('c', "curl line", "the kind is not known yet"),
    });
    choices
}

/// The download link, or while there is none the place in the API.
fn url(base_url: &str, watch: &Watch) -> Choice {
    let downloads = watch.restore_job().map(RestoreJob::downloads).unwrap_or_default();
    let urls: Vec<&str> = downloads.iter().map(|download| download.url).collect();
    match urls.as_slice() {
        [] => match watch.lookup.target.endpoint() {
            Some(Endpoint { path, .. }) => {
                let url = format!("{base_url}{path}");
                Choice {
                    key: 'u',
                    label: "API URL",
                    note: url.clone(),
                    does: Does::Copy { what: "API URL".into(), text: url },
                }
            }
            None => nothing('u', "URL", "the kind is not known yet"),
        },
        [url] => Choice {
            key: 'u',
            label: "download URL",
            note: (*url).to_owned(),
            does: Does::Copy { what: "download URL".into(), text: (*url).to_owned() },
        },
        many => Choice {
            key: 'u',
            label: "download URLs",
            note: format!("{}, one a line", many.len()),
            does: Does::Copy { what: format!("{} download URLs", many.len()), text: many.join("\n") },
        },
    }
}

fn nothing(key: char, label: &'static str, note: &str) -> Choice {
    Choice { key, label, note: note.into(), does: Does::Nothing }
}

/// The `y` menu of a lookup.
#[must_use]
pub fn menu(base_url: &str, watch: &Watch) -> Menu {
    Menu { title: "Copy", items: choices(base_url, watch), selected: 0 }
}
