//! What the `y` menu copies. Never a secret: the curl line names the variables that hold the keys.

use super::overlay::{Choice, Does};
use super::watch::Watch;
use crate::domain::job::RestoreJob;
use crate::domain::shell::quoted;
use crate::domain::target::Endpoint;
use crate::domain::text::escape_json;

/// The job as a curl line for a person's shell, every word that is not ours quoted for it.
#[must_use]
pub fn curl_line(base_url: &str, watch: &Watch) -> Option<String> {
    let Endpoint { path, accept } = watch.lookup.target.endpoint()?;
    let (accept, url) = (format!("Accept: {accept}"), format!("{base_url}{path}"));
    let (accept, url) = (quoted(&accept), quoted(&url));
    Some(format!(
        "curl --digest --user \"$MONGODB_ATLAS_PUBLIC_API_KEY:$MONGODB_ATLAS_PRIVATE_API_KEY\" \
         --header {accept} {url}"
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

/// What can be copied of several lookups: one line for each, without those that have nothing of it.
#[must_use]
pub fn of_several(base_url: &str, watches: &[&Watch]) -> Vec<Choice> {
    let all: Vec<Vec<Choice>> = watches.iter().map(|watch| choices(base_url, watch)).collect();
    let kinds = [
        ('y', "job ids", "job id"),
        ('u', "URLs", "URL"),
        ('j', "JSON", "JSON"),
        ('c', "curl lines", "curl line"),
    ];
    kinds.into_iter().map(|(key, label, one)| joined(key, label, one, &all)).collect()
}

fn joined(key: char, label: &'static str, one: &str, all: &[Vec<Choice>]) -> Choice {
    let texts = all.iter().filter_map(|choices| {
        let choice = choices.iter().find(|choice| choice.key == key)?;
        match &choice.does {
            Does::Copy { text, .. } if key == 'j' => Some(one_line(text)),
            Does::Copy { text, .. } => Some(text.clone()),
            _ => None,
        }
    });
    let texts: Vec<String> = texts.collect();
    let (with, of) = (texts.len(), all.len());
    // A sharded backup has a link for each shard.
    let count: usize = texts.iter().map(|text| text.lines().count()).sum();
    if with == 0 {
        return nothing(key, label, &format!("none of the {of} has one"));
    }
    let without = if with < of { format!("; {} have none", of - with) } else { String::new() };
    let what = if count == 1 { format!("1 {one}") } else { format!("{count} {label}") };
    let note = format!("{what}, one a line{without}");
    Choice { key, label, note, does: Does::Copy { what, text: texts.join("\n") } }
}

/// JSON without the blanks between its tokens: the same values to the last digit, on one line.
fn one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted {
            (quoted, escaped) = (escaped || c != '"', !escaped && c == '\\');
        } else if c.is_ascii_whitespace() {
            continue;
        } else {
            quoted = c == '"';
        }
        line.push(c);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn json_on_one_line_keeps_its_values() {
        let json = "{\n  \"a b\" : [ 1.50 , \"x \\\" y\\\\\" ,\tnull ]\r\n}\n";
        let line = one_line(json);
        assert_eq!(line, "{\"a b\":[1.50,\"x \\\" y\\\\\",null]}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(json), read(&line));
    }
}
