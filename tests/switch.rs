//! Lookups that change their kind: found out by the worker, or after a serverless instance has ended. And what the
//! board says of requests that are for many lookups, or that must wait.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod board;

use std::time::Duration;

use atlas_tui::api::{ErrorKind, Meta, Missing};
use atlas_tui::app::key::parse_keys;
use atlas_tui::app::model::Source;
use atlas_tui::app::screen::{Body, Detail, Problem, Role, Size, project};
use atlas_tui::app::{Effect, Message, Model, update};
use atlas_tui::domain::lookup::{Edit, Lookup};
use atlas_tui::domain::target::{Kind, Target};
use atlas_tui::worker::{Command, Ended, Pace, Read, Report, RequestId, Schedule, Subject, Waiting, WatchId};
use board::{Given, at, board, report};

const JOB: &str = "6a794733c0eb9e7a17740663";
const DUMP: &str = "6a7948342c88faeba59eb866";
const RUNNING: &str = include_str!("recordings/dedicated-automated-in-progress.http");
const READY: &str = include_str!("recordings/dedicated-download-ready.http");
const NOW: &str = "2026-08-10T03:38:43Z";

fn of_kind(kind: Kind, jobs: [&str; 2]) -> Model {
    let mut model = board(jobs);
    for watch in &mut model.watches {
        watch.lookup.target.kind = kind;
    }
    model
}

/// One request that has read both jobs of a board.
fn both_read(model: &Model, request: u64, kind: Option<Kind>) -> Ended {
    let body = |recording: &str| {
        atlas_tui::api::wire::restore_job(recording.split_once("\n\n").unwrap().1.as_bytes()).unwrap()
    };
    let read = |index: usize, recording| Read {
        watch: model.watches[index].id,
        result: Ok(body(recording)),
        next_at: Some(at(NOW) + Duration::from_secs(15)),
        kind,
    };
    Ended {
        request: RequestId(request),
        subject: Subject::Jobs { instance: "backupRestores-305".parse().unwrap(), profile: None, wanted: 2 },
        meta: Meta { http_status: Some(200), requests: 1, ..Meta::default() },
        sent_at: at(NOW),
        received_at: at(NOW) + Duration::from_millis(62),
        failure: None,
        reads: vec![read(0, RUNNING), read(1, READY)],
    }
}

fn take(model: &mut Model, report: Report) -> Vec<Effect> {
    update(model, Message::Report(report), at(NOW))
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = parse_keys(keys).unwrap();
    keys.into_iter().flat_map(|key| update(model, Message::Key(key), at(NOW))).collect()
}

fn problem(model: &Model) -> Option<Problem> {
    match project(model, at(NOW)).screen.body {
        Body::Board(board) => board.detail.expect("a lookup is selected").problem,
        Body::Welcome(welcome) => panic!("{welcome:?}"),
    }
}

#[test]
fn a_kind_that_was_wrong_is_switched_in_place_saved_and_told() {
    let mut model = of_kind(Kind::Flex, [JOB, DUMP]);
    let ids: Vec<WatchId> = model.watches.iter().map(|watch| watch.id).collect();
    let ended = both_read(&model, 1, Some(Kind::Dedicated));
    let effects = take(&mut model, Report::Ended(Box::new(ended)));
    let saved: Vec<_> = effects
        .iter()
        .map(|effect| match effect {
            Effect::Save(Edit::Replace { old, lookup }) => (old.kind, lookup.target.kind),
            other => panic!("nothing is started anew: {other:?}"),
        })
        .collect();
    assert_eq!(saved, [(Kind::Flex, Kind::Dedicated); 2]);
    assert_eq!(model.watches.iter().map(|watch| watch.id).collect::<Vec<_>>(), ids);
    assert!(model.watches.iter().all(|watch| watch.status().is_some() && watch.unsaved));
    let notice = model.notice.unwrap();
    assert_eq!(notice.text, "backupRestores-305 is a dedicated cluster, not Flex: switched, and saved so");
}

#[test]
fn a_kind_that_was_to_be_found_out_is_saved_without_a_word() {
    let mut model = of_kind(Kind::Auto, [JOB, DUMP]);
    let ended = both_read(&model, 1, Some(Kind::Flex));
    let effects = take(&mut model, Report::Ended(Box::new(ended)));
    assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Save(_))).count(), 2);
    assert!(model.watches.iter().all(|watch| watch.lookup.target.kind == Kind::Flex));
    assert_eq!(model.notice, None);

    let mut demo = of_kind(Kind::Dedicated, [JOB, DUMP]);
    demo.source = Source::Demo { running: true };
    let ended = both_read(&demo, 1, Some(Kind::Flex));
    assert_eq!(take(&mut demo, Report::Ended(Box::new(ended))), []);
    assert_eq!(demo.notice.unwrap().text, "backupRestores-305 is Flex, not dedicated: switched");
}

#[test]
fn one_request_is_one_line_of_the_log_and_a_late_part_of_it_is_dropped() {
    let mut model = board([JOB, DUMP]);
    let ids: Vec<WatchId> = model.watches.iter().map(|watch| watch.id).collect();
    take(&mut model, Report::Started { request: RequestId(1), watches: ids.clone(), at: at(NOW) });
    assert!(model.watches.iter().all(|watch| watch.job.in_flight.is_some()));
    // The second one has been asked for again meanwhile.
    take(&mut model, Report::Started { request: RequestId(2), watches: vec![ids[1]], at: at(NOW) });
    let ended = both_read(&model, 1, None);
    take(&mut model, Report::Ended(Box::new(ended)));
    assert_eq!(model.log.len(), 1);
    assert_eq!(model.log[0].lookup, "backupRestores-305: 2 jobs");
    assert!(model.watches[0].status().is_some() && model.watches[0].job.in_flight.is_none());
    assert!(model.watches[1].status().is_none() && model.watches[1].job.in_flight.is_some());

    let gave_way = Schedule { watch: ids[1], request: RequestId(2), next_at: None };
    let late = Schedule { watch: ids[1], request: RequestId(1), next_at: Some(at(NOW)) };
    take(&mut model, Report::Scheduled(vec![late]));
    assert!(model.watches[1].job.in_flight.is_some());
    take(&mut model, Report::Scheduled(vec![gave_way]));
    assert!(model.watches[1].job.in_flight.is_none());
}

#[test]
fn the_header_says_that_the_rate_budget_slows_things_down() {
    let mut model = board([JOB, DUMP]);
    let says = |model: &Model| {
        let counts = project(model, at(NOW)).screen.header.counts;
        counts.iter().any(|span| span.text == "slowed: rate budget" && span.role == Role::Warning)
    };
    assert!(!says(&model));
    take(&mut model, Report::Pace(Pace::Slowed { waiting: None }));
    assert!(says(&model));
    model.paused = true;
    assert!(!says(&model), "nothing is refreshed anyway");
    model.paused = false;
    take(&mut model, Report::Pace(Pace::Full));
    assert!(!says(&model));
}

fn detail(model: &Model, now: &str) -> Detail {
    match project(model, at(now)).screen.body {
        Body::Board(board) => board.detail.expect("a lookup is selected"),
        Body::Welcome(welcome) => panic!("{welcome:?}"),
    }
}

#[test]
fn a_lookup_that_waits_for_the_rate_limit_is_not_said_to_be_next_now() {
    let mut model = board([JOB, DUMP]);
    let fresh = |model: &Model, now| {
        let parts = detail(model, now).status.into_iter().map(|span| span.text);
        parts.collect::<Vec<_>>().join(" · ")
    };
    report(&mut model, JOB, NOW, Given::Body(RUNNING));
    let later = "2026-08-10T03:38:50Z";
    assert!(fresh(&model, later).contains("next now"));
    let waiting = Waiting { watch: model.watches[0].id, until: at("2026-08-10T03:39:04Z") };
    take(&mut model, Report::Pace(Pace::Slowed { waiting: Some(waiting) }));
    let said = fresh(&model, later);
    assert!(said.contains("waits for the rate limit, about 03:39:04") && !said.contains("next"), "{said}");
    // After a failure the pane says so, once.
    report(&mut model, JOB, "2026-08-10T03:38:46Z", Given::Error(ErrorKind::ServerError));
    let retry = detail(&model, later).problem.unwrap().retry;
    assert!(retry.ends_with("next try waits for the rate limit, about 03:39:04"), "{retry}");
    // Of another lookup it says nothing.
    let other = Waiting { watch: model.watches[1].id, ..waiting };
    take(&mut model, Report::Pace(Pace::Slowed { waiting: Some(other) }));
    assert!(!fresh(&model, later).contains("rate limit"));
}

#[test]
fn atlas_is_said_to_have_asked_for_a_wait_only_where_it_decided_it() {
    for (asked, next, said) in [(3, 3.2, true), (20, 20.0, true), (3, 15.0, false), (3, 60.0, false)] {
        let mut model = board([JOB]);
        let Report::Ended(mut ended) = board::ended(&model, JOB, NOW, Given::Error(ErrorKind::RateLimited))
        else {
            panic!("an answer ends a request")
        };
        let read = &mut ended.reads[0];
        read.result.as_mut().unwrap_err().retry_after = Some(Duration::from_secs(asked));
        read.next_at = Some(at(NOW) + Duration::from_secs_f64(next));
        take(&mut model, Report::Ended(ended));
        let retry = problem(&model).unwrap().retry;
        assert_eq!(retry.contains("(Atlas asked for it)"), said, "{asked} s, {next} s: {retry}");
    }
}

/// The lookup of a job that was not found as `auto`, and the target by which it would be.
fn not_found_as_auto() -> (Model, Target) {
    let mut model = of_kind(Kind::Auto, [JOB, DUMP]);
    report(&mut model, JOB, NOW, Given::Error(ErrorKind::NotFound(Missing::Job)));
    let next = problem(&model).unwrap().next_step;
    assert!(next.contains("has the kind collection"), "{next}");
    let target = Target { kind: Kind::Collection, ..model.watches[0].lookup.target.clone() };
    (model, target)
}

#[test]
fn a_kind_that_is_named_for_a_job_on_the_board_counts_and_it_is_read_at_once() {
    type Way = fn(&mut Model, Target) -> Vec<Effect>;
    let ways: [Way; 3] = [
        |model, target| update(model, Message::Open(Lookup { label: String::new(), target }), at(NOW)),
        |model, target| update(model, Message::Paste(target.to_string()), at(NOW)),
        |model, target| {
            let mut effects = press(model, "a");
            effects.extend(update(model, Message::Paste(target.to_string()), at(NOW)));
            effects.extend(press(model, "<ctrl-s>"));
            effects
        },
    ];
    for way in ways {
        let (mut model, target) = not_found_as_auto();
        press(&mut model, "j");
        let effects = way(&mut model, target.clone());
        let watch = model.selected_watch().unwrap();
        assert_eq!(watch.lookup.target, target);
        assert_eq!((model.watches.len(), watch.job.error.is_none()), (2, true));
        assert!(effects.contains(&Effect::Work(Command::Watch(vec![(watch.id, target.clone())]))));
        let saved = effects.iter().any(|effect| {
            matches!(effect, Effect::Save(Edit::Replace { old, lookup })
                if old.kind == Kind::Auto && lookup.target == target)
        });
        assert!(saved, "{effects:?}");
        let said = &model.notice.as_ref().unwrap().text;
        assert!(said.ends_with("its kind is collection now, not auto"), "{said}");

        // To have the kind found out takes nothing back.
        let auto = Target { kind: Kind::Auto, ..target.clone() };
        let before = model.selected;
        let effects = way(&mut model, auto);
        assert_eq!((model.selected, &model.selected_watch().unwrap().lookup.target), (before, &target));
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Save(_))), "{effects:?}");
    }
}

/// What Enter did: the lookup is watched as another one, read at once, and saved.
fn assert_followed(model: &Model, before: WatchId, effects: &[Effect]) {
    let watch = model.selected_watch().unwrap();
    assert_eq!(watch.lookup.target.kind, Kind::Auto);
    assert_ne!(watch.id, before);
    let watched = Effect::Work(Command::Watch(vec![(watch.id, watch.lookup.target.clone())]));
    assert!(
        effects.contains(&Effect::Work(Command::Unwatch(before))) && effects.contains(&watched),
        "{effects:?}"
    );
    assert!(effects.contains(&Effect::Work(Command::Attend(Some(watch.id)))));
    let saved = effects.iter().any(|effect| {
        matches!(effect, Effect::Save(Edit::Replace { old, lookup })
            if old.same_job(&lookup.target) && lookup.target.kind == Kind::Auto)
    });
    assert!(saved, "{effects:?}");
}

#[test]
fn a_serverless_instance_that_has_ended_is_followed_with_one_key() {
    for kind in [Kind::Serverless, Kind::ServerlessV2] {
        let errors = [
            ErrorKind::Ended,
            ErrorKind::NotFound(Missing::Instance),
            ErrorKind::NotFound(Missing::Job),
            ErrorKind::NotFound(Missing::Unsaid),
        ];
        for error in errors {
            let mut model = of_kind(kind, [JOB, DUMP]);
            let before = model.watches[0].id;
            report(&mut model, JOB, NOW, Given::Error(error.clone()));
            let words = problem(&model).unwrap();
            let said = format!("{} {}", words.headline, words.next_step);
            assert!(said.contains("Serverless instances ended on 2026-01-22"), "{error:?}: {said}");
            assert!(words.next_step.ends_with("Press ⏎ to look there with the same ids."), "{said}");
            let effects = press(&mut model, "<enter>");
            assert_followed(&model, before, &effects);
            assert_eq!(problem(&model), None);
            // The next one opens the detail, as ever.
            assert_eq!(press(&mut model, "<enter>"), []);
        }
    }
}

#[test]
fn other_failures_and_other_kinds_offer_nothing() {
    for (kind, error) in [
        (Kind::Serverless, ErrorKind::NotFound(Missing::Project)),
        (Kind::Serverless, ErrorKind::Timeout),
        (Kind::Dedicated, ErrorKind::NotFound(Missing::Instance)),
        (Kind::Flex, ErrorKind::Ended),
    ] {
        let mut model = of_kind(kind, [JOB, DUMP]);
        report(&mut model, JOB, NOW, Given::Error(error.clone()));
        assert!(!problem(&model).unwrap().next_step.contains('⏎'), "{kind} {error:?}");
        assert_eq!(press(&mut model, "<enter>"), [], "{kind} {error:?}");
    }
}

#[test]
fn a_sunset_that_has_passed_is_told_beside_the_answer_and_offers_the_same() {
    let with_sunset = |sunset: &str| {
        let mut model = of_kind(Kind::ServerlessV2, [JOB, DUMP]);
        let mut ended = both_read(&model, 1, None);
        ended.meta.sunset_at = Some(at(sunset));
        take(&mut model, Report::Ended(Box::new(ended)));
        model
    };
    let mut model = with_sunset("2026-08-10T03:38:44Z");
    assert_eq!(problem(&model), None, "a second too early");
    assert_eq!(press(&mut model, "<enter>"), []);

    let mut model = with_sunset("2026-01-22T00:00:00Z");
    let words = problem(&model).unwrap();
    assert_eq!(
        words.headline,
        "Atlas has ended this way of reading serverless instances (2026-01-22 00:00:00 UTC); backupRestores-305 is \
         now Free, Flex or dedicated."
    );
    assert_eq!(words.next_step, "Press ⏎ to look there with the same ids.");
    let before = model.watches[0].id;
    let effects = press(&mut model, "<enter>");
    assert_followed(&model, before, &effects);
}

#[test]
fn where_the_offer_is_not_in_sight_the_first_enter_shows_it() {
    let mut model = of_kind(Kind::Serverless, [JOB, DUMP]);
    update(&mut model, Message::Resize(Size { width: 40, height: 10 }), at(NOW));
    let before = model.watches[0].id;
    report(&mut model, JOB, NOW, Given::Error(ErrorKind::Ended));
    assert_eq!(press(&mut model, "<enter>"), []);
    assert_eq!(model.watches[0].lookup.target.kind, Kind::Serverless);
    let effects = press(&mut model, "<enter>");
    assert_followed(&model, before, &effects);
}
