//! Recorded and made answers of Atlas, read by the same code as live ones.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::sync::LazyLock;

use atlas_tui::api::answer::{Origin, classify, classify_list};
use atlas_tui::api::{Answer, ApiError, BaseUrl, Batch, ErrorKind, Listing};
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

pub fn file(name: &str) -> String {
    let path = format!("{}/tests/recordings/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Status, headers and body of a recorded answer.
pub fn recorded(name: &str) -> (u16, HeaderMap, String) {
    let file = file(name);
    let (head, body) = file.split_once("\n\n").expect("a blank line ends the head");
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
    });
    (status, headers.collect(), body.to_owned())
}

fn now() -> Timestamp {
    date("2026-11-23T12:00:00Z")
}

pub fn date(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn origin() -> Origin<'static> {
    static BASE: LazyLock<BaseUrl> = LazyLock::new(BaseUrl::default);
    Origin { base: &BASE, public_key_hint: "abcd…", now }
}

pub fn read(name: &str) -> Result<Answer, ApiError> {
    let (status, headers, body) = recorded(name);
    classify(status, &headers, body.as_bytes(), origin())
}

pub fn made(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Answer, ApiError> {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()));
    classify(status, &headers.collect(), body.as_bytes(), origin())
}

pub fn kind(status: u16, code: &str) -> ErrorKind {
    made(status, &[], &format!(r#"{{"error":{status},"errorCode":"{code}"}}"#)).unwrap_err().kind
}

/// A recorded list, read for the jobs that `batch` wants.
pub fn read_list(name: &str, batch: &Batch) -> Result<Listing, ApiError> {
    let (status, headers, body) = recorded(name);
    classify_list(status, &headers, body.as_bytes(), origin(), batch)
}

/// A made list, read for the jobs that `batch` wants.
pub fn list(status: u16, body: &str, batch: &Batch) -> Result<Listing, ApiError> {
    classify_list(status, &HeaderMap::new(), body.as_bytes(), origin(), batch)
}
