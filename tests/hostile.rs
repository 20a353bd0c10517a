//! Text that means harm, from each place that it can come from, on its way to each place that it can do some.
//!
//! In: the file of lookups, answers and errors of Atlas, what is typed and pasted. Out: cells, the title,
//! notifications, copies, the lines for scripts and hooks, and words for a shell. None of them may hold a character
//! that steers a terminal or hides itself, and no sequence may be another one than for a harmless text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set its scene has failed"
)]

mod board;

use std::time::Duration;

use atlas_tui::api::answer::{self, Origin};
use atlas_tui::api::{ApiError, BaseUrl, wire};
use atlas_tui::app::copy::curl_line;
use atlas_tui::app::key::parse_keys;
use atlas_tui::app::keymap::Action;
use atlas_tui::app::message::Mouse;
use atlas_tui::app::screen::{Screen, Size, project};
use atlas_tui::app::{Effect, Message, Model, update};
use atlas_tui::domain::job::RestoreJob;
use atlas_tui::domain::lookup::{Edit, Lookup};
use atlas_tui::domain::shell::quoted;
use atlas_tui::domain::target::Target;
use atlas_tui::domain::text::{clean, is_hostile};
use atlas_tui::headless::{Reading, json, text};
use atlas_tui::store::Store;
use atlas_tui::terminal::Emulator;
use atlas_tui::ui;
use atlas_tui::worker::{Ended, Read, Report, RequestId, Subject};
use board::{at, board};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::json;

const JOB: &str = "6a794733c0eb9e7a17740663";

/// What has done harm somewhere, a piece each.
const PIECES: &[&str] = &[
    "\x1b]0;owned\x07",
    "\x1b]52;c;cm0gLXJmIC8=\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H",
    "\u{9b}31m",
    "\u{9d}777;notify;a;b\u{9c}",
    "\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\",
    "\0\r\n\t\x08\x7f",
    "\u{202e}fdp.exe\u{2066}\u{2069}",
    "\u{200b}\u{200d}\u{feff}\u{ad}\u{2060}\u{2063}",
    "\u{e0041}\u{e007f}\u{fe0f}\u{e0100}\u{1d173}\u{13430}",
    "\u{2028}\u{2029}\u{85}",
    "';$(reboot)`id`\"&|<>#!~*?[]{}\\",
    "'",
    "\"}]}",
    ";9;4;3;",
    "%s%n",
    "-rf",
    "🦀 数据库 e\u{301} שלום",
];

/// Text in pieces of both kinds, and at times a lot of it.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        1 => "(?s).{0,12}",
        1 => "[a-z ]{0,12}",
    ];
    let text = proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat());
    (text, prop_oneof![9 => Just(1), 1 => Just(20)]).prop_map(|(text, times)| text.repeat(times))
}

fn assert_clean(what: &str, text: &str) -> Result<(), TestCaseError> {
    let found = text.chars().find(|c| is_hostile(*c));
    prop_assert!(found.is_none(), "{what} holds {found:?}: {text:?}");
    Ok(())
}

/// As [`assert_clean`], for what may have several lines.
fn assert_clean_lines(what: &str, text: &str) -> Result<(), TestCaseError> {
    text.split(['\n', '\r', '\t']).try_for_each(|line| assert_clean(what, line))
}

/// The text in every place of a job that takes text, in each of its shapes.
fn jobs(text: &str) -> Vec<RestoreJob> {
    let link = json!({ "rel": text, "href": text });
    let url = json!({ "deliveryUrl": text, "endpointId": text });
    let part = json!({ "replicaSetName": text, "downloadUrl": text, "privateDownloadDeliveryUrls": [url] });
    let everywhere = json!({
        "id": text, "deliveryType": text, "snapshotId": text, "targetClusterName": text, "targetProjectId": text,
        "targetGroupId": text, "targetDeploymentItemName": text, "deliveryUrl": [text, text], "links": [link],
        "components": [part, part], "privateDownloadDeliveryUrls": [url], text: text,
    });
    let with = |more: serde_json::Value| {
        let mut job = everywhere.clone();
        job.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        job
    };
    let bodies = [
        with(json!({ "failed": false })),
        with(json!({ "failed": true, "finishedAt": "2026-08-10T03:37:30Z" })),
        with(json!({ "deliveryType": "download", "expiresAt": "2026-08-10T05:00:00Z", "failed": false })),
        with(json!({ "status": text })),
        with(json!({ "state": text, "indexRestoreStatus": { "state": text, "failedCollectionCount": 1 } })),
    ];
    bodies.iter().map(|body| wire::restore_job(body.to_string().as_bytes()).unwrap()).collect()
}

/// Refusals with the text in their body, in their headers where one can hold it, and in place of a job.
fn errors(text: &str) -> Vec<ApiError> {
    let base = BaseUrl::default();
    let mut headers = HeaderMap::new();
    for name in ["x-error-code", "x-request-id", "location", "content-type", "server", "retry-after"] {
        if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
            headers.insert(name, value);
        }
    }
    let body = json!({
        "error": text, "errorCode": text, "detail": text, "reason": text, "parameters": [text, text],
    });
    let wrong = json!({ "id": JOB, "expiresAt": text, "failed": text }).to_string();
    let bodies = [body.to_string(), wrong, text.to_owned(), format!("<html>{text}</html>")];
    let read = |status: u16, body: &String| {
        let origin =
            Origin { base: &base, public_key_hint: "abcd…", now: || unreachable!("dates are not read") };
        answer::classify(status, &headers, body.as_bytes(), origin).err()
    };
    let statuses = [200, 302, 400, 401, 403, 404, 410, 429, 500];
    let pairs = statuses.iter().flat_map(|status| bodies.iter().map(move |body| (*status, body)));
    pairs.filter_map(|(status, body)| read(status, body)).collect()
}

fn report(model: &Model, time: &str, result: Result<RestoreJob, ApiError>) -> Message {
    let watch = model.watches[0].id;
    let received_at = at(time);
    Message::Report(Report::Ended(Box::new(Ended {
        request: RequestId(1),
        subject: Subject::Job(watch),
        meta: result.as_ref().err().map(|error| error.meta.clone()).unwrap_or_default(),
        sent_at: received_at - Duration::from_millis(62),
        received_at,
        failure: result.as_ref().err().cloned(),
        reads: vec![Read { watch, result, next_at: Some(received_at + Duration::from_secs(3)), kind: None }],
    })))
}

/// What was seen and done on the way.
struct Session {
    model: Model,
    effects: Vec<Effect>,
}

impl Session {
    fn tell(&mut self, message: Message, time: &str) -> Result<(), TestCaseError> {
        self.effects.extend(update(&mut self.model, message, at(time)));
        self.effects.extend(atlas_tui::app::settle(&mut self.model, at(time)));
        self.look(time)
    }

    fn keys(&mut self, keys: &str, time: &str) -> Result<(), TestCaseError> {
        parse_keys(keys).unwrap().into_iter().try_for_each(|key| self.tell(Message::Key(key), time))
    }

    fn act(&mut self, action: Action, time: &str) -> Result<(), TestCaseError> {
        self.tell(Message::Mouse(Mouse::Action(action)), time)
    }

    /// Every cell, and the title.
    fn look(&self, time: &str) -> Result<(), TestCaseError> {
        let screen: Screen = project(&self.model, at(time)).screen;
        assert_clean("the title", &screen.window_title)?;
        let mut terminal = Terminal::new(TestBackend::new(screen.size.width, screen.size.height)).unwrap();
        let frame = terminal.draw(|frame| {
            ui::draw(frame, &screen);
        });
        let frame = frame.unwrap();
        frame.buffer.content().iter().try_for_each(|cell| assert_clean("a cell", cell.symbol()))
    }
}

/// A board whose only lookup has the text for its label, as it came from the file.
fn labelled(label: &str) -> Model {
    let target: Target = format!("serverless/6a793f6b2c88faeba59bae37/orders/{JOB}").parse().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("data/lookups.json");
    let mut store = Store::new(&file);
    let lookup = Lookup { label: "x".into(), target };
    store.edit(&[Edit::Insert { at: 0, lookup }]).unwrap();
    let mut saved: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    saved["lookups"][0]["label"] = label.into();
    std::fs::write(&file, saved.to_string()).unwrap();
    let loaded = Store::new(&file).load();
    assert_eq!(loaded.lookups.len(), 1);
    let mut model = board([]);
    model.load(loaded.lookups);
    model
}

/// A sequence does what it does for a harmless text, whatever the text: as many controls, as many parts.
fn assert_same_sequence(text: &str) -> Result<(), TestCaseError> {
    let variables = [
        vec![("TERM_PROGRAM", "kitty")],
        vec![("TERM_PROGRAM", "WezTerm")],
        vec![("TERM_PROGRAM", "iTerm.app")],
        vec![("TERM_PROGRAM", "WezTerm"), ("TMUX", "1")],
    ];
    for variables in variables {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let emulator = Emulator::find(variable);
        let skeleton = |text: &str| -> String {
            let sequence = emulator.notification("atlas-tui", text).unwrap();
            sequence.chars().filter(|c| c.is_control() || *c == ';').collect()
        };
        prop_assert_eq!(skeleton(text), skeleton("harmless"), "{:?} in {:?}", text, variables);
    }
    Ok(())
}

fn assert_effects_are_clean(effects: &[Effect]) -> Result<(), TestCaseError> {
    for effect in effects {
        match effect {
            Effect::Notify(notification) => {
                assert_clean("a notification", &notification.text)?;
                assert_same_sequence(&notification.text)?;
            }
            Effect::Copy { what, text } => {
                assert_clean("the name of a copy", what)?;
                assert_clean_lines("a copy", text)?;
            }
            Effect::OpenLink(link) => assert_clean("a link to open", link)?,
            Effect::RunHook(happening) => {
                assert_clean("a hook's name", &clean(&happening.lookup.name()))?;
                let line = json::job(&Reading {
                    target: &happening.lookup.target,
                    label: &happening.lookup.label,
                    job: &happening.reading.job,
                    status: happening.status.clone(),
                    fetched_at: happening.read_at,
                    meta: &happening.reading.meta,
                    stale: false,
                });
                assert_clean_lines("a hook's line", &line)?;
                prop_assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{}", line);
                prop_assert!(!line.contains('\n'), "one line: {}", line);
            }
            _ => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_shown_told_or_copied_steers_or_hides(text in hostile()) {
        let mut model = labelled(&text);
        model.setup.size = Size { width: 80, height: 24 };
        model.setup.hook = true;
        let mut session = Session { model, effects: Vec::new() };
        session.look("2026-08-10T03:36:00Z")?;
        for (minute, job) in (37..).zip(jobs(&text)) {
            let time = format!("2026-08-10T03:{minute}:00Z");
            // A key brings the person back, who then needs no notification.
            session.tell(Message::Focus(false), &time)?;
            let message = report(&session.model, &time, Ok(job));
            session.tell(message, &time)?;
            for action in [Action::Raw, Action::Log, Action::OpenLink, Action::Copy] {
                session.act(action, &time)?;
                session.keys("<enter>", &time)?;
                session.keys("<esc>", &time)?;
            }
            for action in [Action::CopyId, Action::CopyUrl, Action::CopyJson, Action::CopyCurl, Action::Zoom] {
                session.act(action, &time)?;
            }
        }
        let time = "2026-08-10T03:50:00Z";
        for error in errors(&text) {
            let message = report(&session.model, time, Err(error));
            session.tell(message, time)?;
        }
        session.act(Action::Log, time)?;
        session.keys("<esc>", time)?;
        for action in [Action::Filter, Action::Palette, Action::Add, Action::Edit] {
            session.act(action, time)?;
            session.tell(Message::Paste(text.clone()), time)?;
            session.keys("<tab>", time)?;
            session.tell(Message::Paste(text.clone()), time)?;
            session.keys("<ctrl-s><esc><esc>", time)?;
        }
        let told = |wanted: fn(&Effect) -> bool| session.effects.iter().any(wanted);
        prop_assert!(told(|effect| matches!(effect, Effect::Notify(_))), "the job ended");
        prop_assert!(told(|effect| matches!(effect, Effect::RunHook(_))));
        let copied = |wanted: &str| {
            session.effects.iter().any(|effect| matches!(effect, Effect::Copy { what, .. } if what == wanted))
        };
        prop_assert!(copied("JSON") && copied("curl line"));
        assert_effects_are_clean(&session.effects)?;
    }

    #[test]
    fn what_scripts_and_people_read_of_an_error_is_clean(text in hostile()) {
        let target: Target = format!("serverless/6a793f6b2c88faeba59bae37/orders/{JOB}").parse().unwrap();
        for error in errors(&text) {
            assert_clean_lines("an error for people", &text::error(&target, &error))?;
            let line = json::error(&target, &error);
            assert_clean("an error for scripts", &line)?;
            prop_assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{}", line);
        }
        assert_clean("wrong usage for scripts", &json::usage(&text))?;
    }

    #[test]
    fn a_sequence_is_the_same_whatever_its_text(text in hostile()) {
        assert_same_sequence(&text)?;
    }

    #[test]
    fn a_quoted_word_is_one_word_and_means_itself(words in proptest::collection::vec(hostile(), 1..5)) {
        let line = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        assert_clean("a command", &line)?;
        let expected: Vec<String> = words.iter().map(|word| clean(word).into_owned()).collect();
        prop_assert_eq!(shlex::split(&line), Some(expected));
    }
}

/// The rules of a library are one thing, a shell is another.
#[cfg(unix)]
#[test]
fn a_real_shell_reads_quoted_words_back() {
    let script = PIECES.iter().map(|piece| quoted(piece)).collect::<Vec<_>>().join(" ");
    let script = format!("printf '%s\\n' {script}");
    let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    let read: Vec<&str> = std::str::from_utf8(&output.stdout).unwrap().lines().collect();
    let expected: Vec<_> = PIECES.iter().map(|piece| clean(piece).into_owned()).collect();
    assert_eq!(read, expected);
}

#[test]
fn the_copied_command_has_exactly_these_words() {
    for (kind, version) in [("flex", "flexClusters"), ("dedicated", "clusters")] {
        let mut model = board([]);
        let target: Target = format!("{kind}/6a793f6b2c88faeba59bae37/orders-305/{JOB}").parse().unwrap();
        model.load([Lookup { label: "'; reboot #".into(), target }]);
        for base in ["https://cloud.mongodb.com", "http://127.0.0.1:4100", "https://it's $(here)/"] {
            let words = shlex::split(&curl_line(base, &model.watches[0]).unwrap()).unwrap();
            let path = format!(
                "/api/atlas/v2/groups/6a793f6b2c88faeba59bae37/{version}/orders-305/backup/restoreJobs/{JOB}"
            );
            let [curl, digest, user, keys, header, accept, url] = &words[..] else { panic!("{words:?}") };
            assert_eq!([curl, digest, user, header], ["curl", "--digest", "--user", "--header"]);
            assert_eq!(keys, "$MONGODB_ATLAS_PUBLIC_API_KEY:$MONGODB_ATLAS_PRIVATE_API_KEY");
            assert!(accept.starts_with("Accept: application/vnd.atlas."), "{accept}");
            assert_eq!(url, &format!("{base}{path}"));
        }
    }
}
