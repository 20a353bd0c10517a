//! Jobs as CSV: the members of the JSON output under the same names, one job a line.
//!
//! Quoted as RFC 4180 says; lines end in a line feed, as all other output here, because a carriage return would stick
//! to the last field in every shell script. Text from outside that a spreadsheet would take for a formula gets an
//! apostrophe before it: a cluster may be named `@SUM(A1)`. JSON has it without.

use serde_json::Value;

use super::json;
use super::reading::Reading;
use super::times::Times;
use crate::api::ApiError;
use crate::domain::target::Target;
use crate::domain::text::clean;

/// The columns, by the name that the JSON has for them. Others may be added at the end.
const COLUMNS: [&str; 22] = [
    "label",
    "phase",
    "kind",
    "projectId",
    "instance",
    "jobId",
    "deliveryType",
    "createdAt",
    "finishedAt",
    "expiresAt",
    "expiresInSeconds",
    "elapsedSeconds",
    "progress",
    "snapshotId",
    "snapshotTakenAt",
    "targetProjectId",
    "targetName",
    "deliveryUrls",
    "anomalies",
    "stale",
    "error",
    "fetchedAt",
];

/// The first line, ended.
#[must_use]
pub fn head() -> String {
    COLUMNS.join(",") + "\n"
}

/// A job as a line, ended.
#[must_use]
pub fn of_job(reading: &Reading<'_>, times: &Times) -> String {
    let object = json::without_raw(reading);
    line(|column| {
        let value = object.get(column).or_else(|| object.get("target")?.get(column))?;
        Some(match value {
            Value::String(text) if column.ends_with("At") => {
                text.parse().map_or_else(|_| text.clone(), |at| times.write(at))
            }
            Value::String(text) => harmless(text),
            // No list of ours has texts with blanks in them, but those of URLs could.
            Value::Array(items) => {
                harmless(&items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "))
            }
            Value::Null => String::new(),
            number => number.to_string(),
        })
    })
}

/// A failed read as a line, ended: the ids, and the kind of the error.
#[must_use]
pub fn of_error(target: &Target, label: &str, error: &ApiError) -> String {
    line(|column| {
        Some(match column {
            "label" => harmless(label),
            "kind" => target.kind.to_string(),
            "projectId" => target.project.to_string(),
            "instance" => target.instance.to_string(),
            "jobId" => target.job.to_string(),
            "error" => error.kind.as_str().to_owned(),
            _ => return None,
        })
    })
}

fn line(value: impl Fn(&str) -> Option<String>) -> String {
    let fields = COLUMNS.iter().map(|column| quoted(&value(column).unwrap_or_default()));
    fields.collect::<Vec<_>>().join(",") + "\n"
}

/// Clean, and no formula. Numbers never come here.
fn harmless(text: &str) -> String {
    let text = clean(text);
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@']);
    if is_formula { format!("'{text}") } else { text.into_owned() }
}

fn quoted(field: &str) -> String {
    // Blanks at the ends are part of a field, and some readers drop them without quotes.
    let needs = field.contains([',', '"', '\n', '\r']) || field.trim() != field;
    if needs { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be_and_formulas_are_none() {
        for (text, field) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            (" blank", "\" blank\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("\t=1", "' =1"),
            ("\u{1b}[31mred\r\nx", "[31mred x"),
        ] {
            assert_eq!(quoted(&harmless(text)), field, "{text:?}");
        }
    }
}
