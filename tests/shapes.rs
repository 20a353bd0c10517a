//! What the detail says of each shape of jobs: Flex clusters by a status, collections by a state and counts,
//! sharded clusters by their components.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot build its board has failed"
)]

mod board;

use atlas_tui::app::screen::{Body, Detail, Role, project};
use atlas_tui::app::{Message, Model, update};
use atlas_tui::worker::Report;
use board::{Given, at, board, report};

const FLEX_RUNNING: &str = include_str!("recordings/flex-job-running.http");
const FLEX_COMPLETED: &str = include_str!("recordings/flex-job-completed.http");
const FLEX: &str = "6a793f812c88faeba59bc399";

const COLLECTIONS: &str = r#"HTTP

{"id":"6a793f812c88faeba59bc399","state":"IN_PROGRESS","createdAt":"2026-08-10T03:03:29Z",
"restoredDocuments":1234567,"totalDocuments":2000000,"indexStatus":{"state":"IN_PROGRESS","failedCollectionCount":1},
"writeStrategy":"OVERWRITE","errorMessage":"sales.orders\u001b[2J: duplicate key"}"#;

const SHARDED: &str = r#"HTTP

{"id":"6a793f812c88faeba59bc399","cancelled":false,"expired":false,"failed":false,"deliveryType":"download",
"deliveryUrl":["https://a/0","https://a/1"],"expiresAt":"2026-08-10T05:00:00Z",
"components":[{"replicaSetName":"atlas-x-shard-0","downloadUrl":"https://a/0"},
{"replicaSetName":"atlas-x-shard-1","downloadUrl":"https://a/1"}]}"#;

fn detail(model: &Model, time: &str) -> Detail {
    match project(model, at(time)).screen.body {
        Body::Board(board) => board.detail.unwrap(),
        Body::Welcome(_) => panic!("no board"),
    }
}

fn lamps(detail: &Detail) -> String {
    let lamps = detail.lamps.iter().map(|lamp| format!("{} {}", lamp.name, lamp.value));
    lamps.collect::<Vec<_>>().join(" · ")
}

fn field(detail: &Detail, name: &str) -> String {
    let field = detail.fields.iter().find(|field| field.name == name);
    field.map_or_else(String::new, |field| format!("{} | {}", field.value, field.note))
}

#[test]
fn a_flex_job_is_told_by_its_status_and_never_counted_down() {
    let mut model = board([FLEX]);
    report(&mut model, FLEX, "2026-08-10T03:03:32Z", Given::Body(FLEX_RUNNING));
    let seen = detail(&model, "2026-08-10T03:03:32Z");
    assert_eq!((seen.word.as_str(), seen.about.as_str()), ("RUNNING", "serverless · restore"));
    assert_eq!(lamps(&seen), "status RUNNING · finished —");
    assert_eq!(seen.countdown, None);

    report(&mut model, FLEX, "2026-08-10T03:04:35Z", Given::Body(FLEX_COMPLETED));
    // Long past what Flex calls its expiration.
    let later = "2026-08-10T23:00:00Z";
    let seen = detail(&model, later);
    assert_eq!((seen.word.as_str(), seen.role), ("COMPLETED", Role::Good));
    assert_eq!(seen.countdown, None);
    assert!(field(&seen, "Kept until").starts_with("2026-08-10 09:03:29 UTC | of the record alone"));
    assert!(field(&seen, "To").starts_with("cluster-833 | "));
    assert!(!format!("{seen:?}").to_lowercase().contains("expired"), "{seen:?}");
}

#[test]
fn a_collection_restore_shows_its_counts_and_what_failed() {
    let mut model = board([FLEX]);
    report(&mut model, FLEX, "2026-08-10T03:10:00Z", Given::Body(COLLECTIONS));
    let seen = detail(&model, "2026-08-10T03:10:00Z");
    assert_eq!(lamps(&seen), "state IN_PROGRESS · indexes IN_PROGRESS · failed collections 1 · finished —");
    let progress = seen.progress.clone().unwrap();
    assert_eq!((progress.text.as_str(), progress.permille), ("61.7 %", 600));
    assert_eq!(progress.note, "1,234,567 of about 2,000,000 documents");
    assert_eq!(field(&seen, "Error"), "sales.orders[2J: duplicate key | ");
    assert_eq!(seen.fields[0].role, Role::Plain, "the job comes first");
    let done = COLLECTIONS.replace("\"IN_PROGRESS\",\"createdAt\"", "\"SUCCESSFUL\",\"createdAt\"");
    report(&mut model, FLEX, "2026-08-10T03:11:00Z", Given::Body(done.leak()));
    let seen = detail(&model, "2026-08-10T03:11:00Z");
    assert_eq!(seen.word, "COMPLETED, WITH WARNINGS");
    assert_eq!(seen.progress, None, "no bar for what is over");
    assert_eq!(field(&seen, "Restored"), "1,234,567 of about 2,000,000 documents | ");
    let problem = seen.problem.unwrap();
    assert_eq!(problem.headline, "Restored, but the indexes of 1 collection failed.");
    assert!(problem.next_step.starts_with("i shows which: "), "{problem:?}");
    assert_eq!(problem.role, Role::Warning);
}

#[test]
fn the_shards_of_a_restore_without_links_are_named() {
    let mut model = board([FLEX]);
    let parts = r#"HTTP

{"id":"6a793f812c88faeba59bc399","cancelled":false,"expired":false,"failed":false,"deliveryType":"automated",
"components":[{"replicaSetName":"atlas-97e7a4-shard-0"},{"replicaSetName":"atlas-97e7a4-shard-1"},{},
{"replicaSetName":"atlas-97e7a4-shard-12"}]}"#;
    report(&mut model, FLEX, "2026-08-10T04:00:00Z", Given::Body(parts));
    let seen = detail(&model, "2026-08-10T04:00:00Z");
    assert_eq!(field(&seen, "Shards"), "atlas-97e7a4-shard-0, -1, -12 | ");
    report(&mut model, FLEX, "2026-08-10T04:00:01Z", Given::Body(SHARDED));
    assert_eq!(field(&detail(&model, "2026-08-10T04:00:01Z"), "Shards"), "", "their links name them");
}

#[test]
fn the_end_of_an_endpoint_is_a_day() {
    let mut model = board([FLEX]);
    let Report::Ended(mut ended) =
        board::ended(&model, FLEX, "2026-08-10T04:00:00Z", Given::Body(FLEX_RUNNING))
    else {
        panic!()
    };
    ended.meta.sunset_at = Some(at("2027-07-01T00:00:00Z"));
    update(&mut model, Message::Report(Report::Ended(ended)), at("2026-08-10T04:00:00Z"));
    let badges = detail(&model, "2026-08-10T04:00:00Z").badges;
    assert!(badges.iter().any(|badge| badge.text == "Atlas ends this endpoint: 2027-07-01"), "{badges:?}");
}

#[test]
fn each_link_of_a_sharded_download_names_its_shard() {
    let mut model = board([FLEX]);
    report(&mut model, FLEX, "2026-08-10T04:00:00Z", Given::Body(SHARDED));
    let seen = detail(&model, "2026-08-10T04:00:00Z");
    let notes: Vec<_> = seen
        .fields
        .iter()
        .filter(|field| field.name == "Download")
        .map(|field| (field.value.as_str(), field.note.as_str()))
        .collect();
    assert_eq!(
        notes,
        [
            ("https://a/0", "1 of 2 · shard atlas-x-shard-0"),
            ("https://a/1", "2 of 2 · shard atlas-x-shard-1"),
        ]
    );
}
