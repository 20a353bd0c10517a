//! What each term shows, when time changes that, and what is said of a text that cannot be read.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::api::{ApiError, ErrorKind, Meta};
use crate::app::watch::Reading;
use crate::domain::job::{DeliveryType, RestoreJob};
use crate::domain::lookup::Lookup;
use crate::worker::{RequestId, WatchId};

/// The job was created at 03:36:19.
const JOB: &str = "6a794733c0eb9e7a17740663";

fn at(time: &str) -> Timestamp {
    format!("2026-08-10T{time}Z").parse().unwrap()
}

fn moment(time: &str) -> Moment {
    Moment { now: at(time), clock: ServerClock::default(), interval: Duration::from_secs(3) }
}

fn watch(label: &str) -> Watch {
    let target = format!("serverless/6a793f6b2c88faeba59bae37/Orders-305/{JOB}").parse().unwrap();
    Watch::new(WatchId(1), Lookup { label: label.into(), target })
}

/// With that answer at 03:40:00; the next one is due at 03:40:03, and overdue six seconds later.
fn answered(mut watch: Watch, job: RestoreJob) -> Watch {
    let reading = Reading { job, latency: Duration::ZERO, meta: Meta::default() };
    let next = Some(at("03:40:03"));
    watch.job.ended(RequestId(1), Ok(Box::new(reading)), at("03:40:00"), next);
    watch.assess(&ServerClock::default(), at("03:40:00"));
    watch
}

fn failed() -> Watch {
    answered(watch("orders"), RestoreJob { failed: Some(true), ..RestoreJob::default() })
}

/// A link that ends at 04:40:00.
fn ready() -> Watch {
    let job = RestoreJob {
        delivery_type: Some(DeliveryType::Download),
        delivery_urls: vec!["https://x.example/a".into()],
        expires_at: Some(at("04:40:00")),
        ..RestoreJob::default()
    };
    answered(watch("dump"), job)
}

fn unread() -> Watch {
    let mut watch = watch("");
    let error = ApiError {
        kind: ErrorKind::Timeout,
        code: None,
        detail: None,
        retry_after: None,
        meta: Meta::default(),
    };
    watch.job.ended(RequestId(1), Err(Box::new(error)), at("03:40:00"), None);
    watch
}

#[track_caller]
fn shows(watch: &Watch, time: &str, texts: &[&str]) {
    for text in texts {
        let filter = Filter::new(text);
        assert!(filter.shows(watch, moment(time)), "{text}");
        assert_eq!(filter.faults(), [], "{text}");
    }
}

#[track_caller]
fn hides(watch: &Watch, time: &str, texts: &[&str]) {
    for text in texts {
        assert!(!Filter::new(text).shows(watch, moment(time)), "{text}");
    }
}

#[test]
fn all_words_occur_somewhere_whatever_their_case() {
    let watch = watch("Nächtliche ÄNDERUNG");
    let time = "03:40:00";
    shows(&watch, time, &["", " ", "ORDERS", "änderung nä", "waiting SERVERLESS", JOB, "s-3 bae37"]);
    shows(&watch, time, &["-billing", "!\"no such\" orders", "\"nächtliche ä\"", "-", "\"-305\""]);
    hides(
        &watch,
        time,
        &["orders billing", "anderung", "305serverless", "x", "é", "-orders", "\"orders nä\""],
    );
}

#[test]
fn a_status_is_named_by_its_beginning_and_several_mean_either() {
    let time = "03:40:00";
    shows(
        &failed(),
        time,
        &["status:failed", "status:f", "STATUS:Failed", "status:running,fail", "-status:ready"],
    );
    hides(&failed(), time, &["status:ready", "-status:failed", "!status:f,r", "status:\"failed,ready\""]);
    shows(&ready(), time, &["status:ready", "status:link", "status:\"link ready\"", "status:,ready,"]);
    shows(&watch(""), time, &["status:waiting", "-status:error"]);
    shows(&unread(), time, &["status:error", "is:error", "-status:waiting"]);
    hides(&unread(), time, &["-is:error", "status:failed"]);
    let done = answered(watch(""), RestoreJob { finished_at: Some(at("03:39:00")), ..RestoreJob::default() });
    shows(&done, time, &["status:completed", "status:comp", "-status:completed_with_warnings"]);
}

#[test]
fn the_other_keys_look_into_their_field_only() {
    let time = "03:40:00";
    let watch = watch("Quarter end");
    shows(
        &watch,
        time,
        &["kind:serverless", "kind:s,flex", "project:bae37", "instance:ORDERS", "label:quarter"],
    );
    shows(
        &watch,
        time,
        &["label:\"quarter end\"", "label:x,end", "-kind:flex", "-instance:quarter", "-is:marked"],
    );
    hides(
        &watch,
        time,
        &["kind:flex", "kind:everless", "project:orders", "label:orders", "is:marked", "is:stale"],
    );
    let mut marked = watch;
    marked.marked = true;
    shows(&marked, time, &["is:marked", "is:m"]);
}

#[test]
fn what_is_being_typed_hides_nothing_and_is_no_fault() {
    for text in ["status:", "kind:,", "age<", "age<=", "is:", "label:\"", "-left>", "\""] {
        let filter = Filter::new(text);
        assert!(filter.is_empty(), "{text}");
        assert_eq!(filter.faults(), [], "{text}");
    }
}

#[test]
fn ages_and_what_is_left_turn_at_a_moment() {
    let turns = |text: &str, watch: &Watch, time: &str| Filter::new(text).turns_at(watch, moment(time));
    // Created at 03:36:19.
    let young = watch("");
    shows(&young, "03:40:00", &["age<2h", "age<1h30m", "age>3m", "-age>3d", "age<1w"]);
    hides(&young, "03:40:00", &["age>2h", "age<3m", "left<10m", "left>1s"]);
    assert_eq!(turns("age<2h", &young, "03:40:00"), Some(at("05:36:19")));
    assert_eq!(turns("-age>=2h", &young, "03:40:00"), Some(at("05:36:19")));
    assert_eq!(turns("age<3m", &young, "03:40:00"), None);
    assert_eq!(turns("age<2h kind:flex", &young, "03:40:00"), None, "hidden before and after");

    let link = ready();
    hides(&link, "03:40:00", &["left<10m"]);
    shows(&link, "04:30:00", &["left<10m", "left<2h"]);
    assert_eq!(turns("left<10m", &link, "03:40:00"), Some(at("04:30:00")));
    assert_eq!(turns("left<10m", &link, "04:35:00"), Some(at("04:40:00")), "over");
    assert_eq!(turns("left>10m", &link, "03:40:00"), Some(at("04:30:00")));

    hides(&failed(), "03:40:08", &["is:stale"]);
    shows(&failed(), "03:40:09", &["is:stale"]);
    assert_eq!(turns("is:stale", &failed(), "03:40:01"), Some(at("03:40:09")));
    assert_eq!(turns("is:error status:failed", &failed(), "03:40:01"), None);
}

#[test]
fn what_cannot_be_read_is_told_with_its_place_and_the_rest_filters() {
    let cases: [(&str, usize, &[&str]); 9] = [
        ("orders foo:bar", 8, &["`foo:` is no key", "status:", "left<"]),
        ("foo>1h", 1, &["`foo>` is no key"]),
        ("age:2h", 1, &["`age:` takes < or >", "age<10m"]),
        ("kind<flex", 1, &["`kind<` takes a colon", "kind:VALUE"]),
        ("  age<2", 3, &["`2` is no duration", "1h30m"]),
        ("left>soon", 1, &["`soon` is no duration", "left>45s"]),
        ("age<99999999999999999999d", 1, &["is no duration"]),
        ("is:gone", 1, &["`is:gone` is nothing", "is:stale, is:error, is:marked"]),
        ("status:failde", 1, &["no status begins with `failde`", "failed", "waiting"]),
    ];
    for (text, place, parts) in cases {
        let filter = Filter::new(text);
        let [fault] = filter.faults() else { panic!("{text}: {:?}", filter.faults()) };
        assert_eq!(fault.at, place, "{text}");
        for part in parts {
            assert!(fault.what.contains(part) || fault.possible.contains(part), "{part} in {fault:?}");
        }
    }
    hides(&failed(), "03:40:00", &["foo:bar billing", "age<2 billing", "status:failde"]);
    assert!(Filter::new("foo:bar orders age<2").shows(&failed(), moment("03:40:00")));
    let hostile = Filter::new("\u{1b}[2J:x a\u{202e}bc:x");
    assert!(hostile.faults().iter().all(|fault| !fault.what.contains(crate::domain::text::is_hostile)));
}

#[test]
fn a_url_or_a_time_of_day_is_a_word() {
    for text in ["https://cloud.mongodb.com/x", "10:30", ":", "a-b:c", "\"foo:bar\"", "<", ">5"] {
        let filter = Filter::new(text);
        assert_eq!(filter.faults(), [], "{text}");
        assert!(!filter.is_empty(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_judged_without_harm(text in "[a-z:<>,=\"!\\- 0-9hdmé\u{202e}\u{0}]{0,40}|\\PC{0,40}") {
        let filter = Filter::new(&text);
        prop_assert_eq!(filter.text(), text.as_str());
        for watch in [watch("é"), failed(), ready(), unread()] {
            for time in ["00:00:00", "03:40:00", "04:39:59"] {
                let moment = moment(time);
                let shown = filter.shows(&watch, moment);
                if let Some(turn) = filter.turns_at(&watch, moment) {
                    prop_assert!(filter.is_timed() && turn > moment.now);
                    prop_assert_ne!(filter.shows(&watch, Moment { now: turn, ..moment }), shown);
                    let before = turn - Duration::from_nanos(1);
                    prop_assert_eq!(filter.shows(&watch, Moment { now: before, ..moment }), shown);
                }
            }
        }
    }

    #[test]
    fn a_negated_term_shows_what_the_term_hides(
        term in "(status|kind|label|instance|is):[a-z]{1,5}|(age|left)[<>][0-9]{1,3}[smhdw]|[a-z]{1,4}",
    ) {
        let (term, opposite) = (Filter::new(&term), Filter::new(&format!("-{term}")));
        for watch in [watch("abc"), failed(), ready(), unread()] {
            if !term.is_empty() {
                let moment = moment("04:00:00");
                prop_assert_ne!(term.shows(&watch, moment), opposite.shows(&watch, moment));
            }
        }
    }
}
