//! Bodies of every shape: recorded ones, and wrong ones.

use proptest::prelude::*;

use super::job::UNKNOWN_MAX;
use super::*;
use crate::domain::job::{DeliveryType, Link};

fn shape(body: &str) -> (String, String, String) {
    match restore_job(body.as_bytes()).unwrap_err().kind {
        ErrorKind::WrongShape { field, expected, found } => (field, expected, found),
        other => panic!("{body}: {other:?}"),
    }
}

fn kind(body: &[u8]) -> ErrorKind {
    restore_job(body).unwrap_err().kind
}

#[test]
fn a_wrong_type_names_its_field_and_what_was_found() {
    for (body, field, expected, found) in [
        (r#"{"expiresAt":17}"#, "expiresAt", "a date", "17"),
        (r#"{"expiresAt":"soon"}"#, "expiresAt", "a date", "\"soon\""),
        (r#"{"expiresAt":{"$date":1}}"#, "expiresAt", "a date", "an object"),
        (r#"{"id":[1]}"#, "id", "a text", "a list"),
        (r#"{"id":1.5}"#, "id", "a text", "1.5"),
        (r#"{"failed":"no, expected yes"}"#, "failed", "true or false", "\"no, expected yes\""),
        (r#"{"failed":"a `b` c"}"#, "failed", "true or false", "\"a `b` c\""),
        (r#"{"failed":0}"#, "failed", "true or false", "0"),
        (r#"{"oplogTs":1e3}"#, "oplogTs", "a whole number", "1000.0"),
        (r#"{"oplogTs":18446744073709551615}"#, "oplogTs", "a whole number", "1.8446744073709552e+19"),
        (r#"{"deliveryUrl":"x"}"#, "deliveryUrl", "a list", "\"x\""),
        (r#"{"deliveryUrl":["a",{}]}"#, "deliveryUrl[1]", "a text", "an object"),
        (r#"{"links":[3]}"#, "links[0]", "a link", "3"),
        (r#"{"links":[{"href":true}]}"#, "links[0].href", "a text", "true"),
        (r#"{"desiredTimestamp":7}"#, "desiredTimestamp", "an object", "7"),
        (r#"{"desiredTimestamp":{"date":7}}"#, "desiredTimestamp.date", "a date", "7"),
        ("[]", "", "a restore job", "a list"),
        ("\"x\"", "", "a restore job", "\"x\""),
        ("17", "", "a restore job", "17"),
        ("null", "", "a restore job", "null"),
        ("{}", "", "a restore job", "an object with none of its fields"),
        (r#"{"error":404,"errorCode":"X"}"#, "", "a restore job", "an object with none of its fields"),
    ] {
        let (shown_field, shown_expected, shown_found) = shape(body);
        assert_eq!((&*shown_field, &*shown_expected, &*shown_found), (field, expected, found), "{body}");
    }
}

#[test]
fn a_wrong_value_is_clean_and_short_in_the_error() {
    let long = format!(r#"{{"failed":"\u001b[31m{}"}}"#, "x".repeat(9_999));
    let (_, _, found) = shape(&long);
    assert!(found.chars().count() == FOUND_MAX + 1 && found.ends_with('…'), "{found}");
    assert!(!found.contains('\u{1b}'));
}

#[test]
fn absent_and_null_are_the_same() {
    let nulls = r#"{"cancelled":null,"deliveryType":null,"deliveryUrl":null,"desiredTimestamp":null,
        "expired":null,"expiresAt":null,"failed":null,"finishedAt":null,"id":null,"links":null,
        "oplogInc":null,"oplogTs":null,"pointInTimeUTCSeconds":null,"snapshotId":null,
        "targetClusterName":null,"targetDeploymentItemName":null,"targetGroupId":null,"timestamp":null}"#;
    let job = restore_job(nulls.as_bytes()).unwrap();
    assert_eq!(job, RestoreJob { raw: RawJson::new(nulls), ..RestoreJob::default() });
    let job = restore_job(br#"{"id":"x","deliveryUrl":[null,"u"],"links":[null,{"rel":null}]}"#).unwrap();
    assert_eq!(job.delivery_urls, ["u"]);
    assert_eq!(job.links, [Link { rel: String::new(), href: String::new() }]);
}

#[test]
fn every_field_arrives_in_its_place() {
    let job = restore_job(
        br#"{"oplogTs":1,"oplogInc":2,"pointInTimeUTCSeconds":3,"deliveryType":"pointInTime","expired":true,
            "desiredTimestamp":{"date":"2026-08-10T03:35:05Z","increment":4,"time":5,"other":[6]}}"#,
    )
    .unwrap();
    assert_eq!((job.oplog_ts, job.oplog_inc, job.point_in_time_utc_seconds), (Some(1), Some(2), Some(3)));
    assert_eq!((job.delivery_type, job.expired), (Some(DeliveryType::PointInTime), Some(true)));
    let desired = job.desired_timestamp.unwrap();
    assert_eq!((desired.increment, desired.time), (Some(4), Some(5)));
    assert_eq!(desired.date.unwrap().to_string(), "2026-08-10T03:35:05Z");
}

#[test]
fn unknown_fields_are_kept_by_name_and_whole_in_the_text() {
    let body = r#"{"id":"x","\u001b]0;evil\u0007":{"deep":[1]},"parts":[{"a":1}]}"#;
    let job = restore_job(body.as_bytes()).unwrap();
    assert_eq!(job.unknown_fields, ["]0;evil", "parts"]);
    assert_eq!(job.raw.as_str(), body);
    let many = (0..500).map(|n| format!(r#""f{n}":0"#)).collect::<Vec<_>>().join(",");
    let job = restore_job(format!(r#"{{"id":"x",{many}}}"#).as_bytes()).unwrap();
    assert_eq!(job.unknown_fields.len(), UNKNOWN_MAX);
}

#[test]
fn the_last_of_two_fields_of_one_name_counts() {
    let job = restore_job(br#"{"failed":false,"failed":true}"#).unwrap();
    assert_eq!(job.failed, Some(true));
}

#[test]
fn texts_are_clean() {
    let body = "{\"id\":\"a\\u001b[2Jb\\u202ec\\u200b\",\"deliveryType\":\"\\u0007new\",\"links\":[{\"rel\":\"\\u009b1m\"}],\
        \"deliveryUrl\":[\"https://h/\\u2066x\"]}";
    let job = restore_job(body.as_bytes()).unwrap();
    assert_eq!(job.id.unwrap(), "a[2Jbc");
    assert_eq!(job.delivery_type, Some(DeliveryType::Other("new".into())));
    assert_eq!(job.links[0].rel, "1m");
    assert_eq!(job.delivery_urls, ["https://h/x"]);
}

#[test]
fn a_cut_is_told_from_what_is_no_json() {
    let whole = r#"{"id":"é","failed":false,"links":[{"rel":"self"}],"oplogTs":12}"#;
    for end in 1..whole.len() {
        assert_eq!(kind(&whole.as_bytes()[..end]), ErrorKind::Cut, "cut at {end}");
    }
    let pages: [&[u8]; 8] = [
        b"",
        b" \n",
        b"<html>",
        b"Service unavailable",
        b"{id:1}",
        b"{\"id\":\"\xff\"}",
        b"{\"id\":\"x\"}{}",
        b"{\"id\":1e999}",
    ];
    for body in pages {
        assert_eq!(kind(body), ErrorKind::NotJson, "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let job = restore_job("\u{feff}{\"id\":\"x\"}".as_bytes()).unwrap();
    assert_eq!((job.id.as_deref(), job.raw.as_str()), (Some("x"), "{\"id\":\"x\"}"));
}

#[test]
fn deep_nesting_ends_in_an_error() {
    for field in ["links", "id", "desiredTimestamp", "unknown"] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!(
                "{{\"expired\":false,\"{field}\":{}1{}}}",
                open.repeat(200_000),
                close.repeat(200_000)
            );
            let _ = restore_job(deep.as_bytes());
            let _ = error_body(deep.replace(field, "parameters").as_bytes());
        }
    }
    assert_eq!(
        kind("[".repeat(1_000_000).as_bytes()),
        ErrorKind::WrongShape { field: String::new(), expected: JOB.into(), found: "a list".into() }
    );
}

#[test]
fn an_error_body_gives_what_can_be_read() {
    let body = error_body(
        br#"{"error":429,"errorCode":"RATE_LIMITED","detail":"a\u001b[1mb","parameters":["p",55,[],null,1.5]}"#,
    );
    assert_eq!(
        (body.error, body.code.as_deref(), body.detail.as_deref()),
        (Some(429), Some("RATE_LIMITED"), Some("a[1mb"))
    );
    assert_eq!(body.parameters, ["p", "55", "1.5"]);
    let body =
        error_body(br#"{"error":"404","errorCode":{},"detail":[],"reason":"Not Found","parameters":null}"#);
    assert_eq!(body, ErrorBody { reason: Some("Not Found".into()), ..ErrorBody::default() });
    for body in [&b""[..], b"<html>", b"[]", b"null", b"{", b"\xff"] {
        assert_eq!(error_body(body), ErrorBody::default());
    }
}

/// JSON of any shape, often with our own field names.
fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let name = prop_oneof![
        Just("id".to_owned()),
        Just("expiresAt".to_owned()),
        Just("failed".to_owned()),
        Just("deliveryUrl".to_owned()),
        Just("links".to_owned()),
        Just("desiredTimestamp".to_owned()),
        Just("date".to_owned()),
        Just("parameters".to_owned()),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::from("2026-08-10T03:35:05Z")),
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn texts_and_names_of_any_length_are_kept_at_a_sane_one() {
    let long = "é".repeat(100_000);
    let job = restore_job(format!("{{\"id\":\"{long}\",\"{long}\":1}}").as_bytes()).unwrap();
    assert_eq!(job.id.unwrap().chars().count(), 64 * 1024 + 1);
    assert_eq!(job.unknown_fields[0].chars().count(), 101);
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = restore_job(&body);
        let _ = error_body(&body);
    }

    #[test]
    fn any_json_is_decoded_or_refused_as_json(value in json()) {
        let body = value.to_string();
        match restore_job(body.as_bytes()) {
            Ok(job) => prop_assert_eq!(job.raw.as_str(), body.as_str()),
            Err(malformed) => prop_assert!(matches!(malformed.kind, ErrorKind::WrongShape { .. }), "{malformed:?}"),
        }
        let _ = error_body(body.as_bytes());
    }

    #[test]
    fn any_text_is_a_date_or_none(text in "[0-9T:.Z+-]{0,40}|.{0,30}") {
        let _ = date::read(&text);
    }
}
