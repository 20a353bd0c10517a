//! The checks over the board: offered beside an error, taken in as they come, copied, and ended with the overlay.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod board;

use atlas_tui::api::ErrorKind;
use atlas_tui::app::key::parse_keys;
use atlas_tui::app::keymap::Action;
use atlas_tui::app::screen::{Size, project};
use atlas_tui::app::{Effect, Message, Model, update};
use atlas_tui::doctor::{Blame, Check, Name, report};
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::domain::target::Target;
use atlas_tui::ui;
use board::{Given, at, board};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const JOB: &str = "6a794733c0eb9e7a17740663";
const NOW: &str = "2026-08-10T03:45:10Z";
const READY: &str = include_str!("recordings/dedicated-download-ready.http");

fn keys(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = parse_keys(keys).unwrap().into_iter();
    keys.flat_map(|key| update(model, Message::Key(key), at(NOW))).collect()
}

fn tell(model: &mut Model, run: u64, check: Check) {
    assert_eq!(update(model, Message::Checked { run, check }, at(NOW)), []);
}

/// A board whose one job cannot be read.
fn broken() -> Model {
    let mut model = board([JOB]);
    board::report(&mut model, JOB, NOW, Given::Error(ErrorKind::Forbidden));
    model
}

/// Opens the checks; the number of the run.
fn open(model: &mut Model) -> u64 {
    let effects = keys(model, "!");
    let [Effect::Diagnose { run, target, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(*target, model.selected_watch().map(|watch| watch.lookup.target.clone()));
    *run
}

fn shown(model: &mut Model, width: u16, height: u16) -> String {
    update(model, Message::Resize(Size { width, height }), at(NOW));
    let screen = project(model, at(NOW)).screen;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| {
            ui::draw(frame, &screen);
        })
        .unwrap();
    let buffer = terminal.backend().buffer();
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_checks_sign_in_as_the_lookup_does_and_else_as_the_session() {
    let profile_of = |model: &mut Model| {
        let effects = keys(model, "!");
        let [Effect::Diagnose { profile, target, .. }] = effects.as_slice() else { panic!("{effects:?}") };
        if let Some(target) = target {
            assert_eq!(target.profile, *profile);
        }
        profile.as_ref().map(ToString::to_string)
    };
    for mut model in [board([]), broken()] {
        model.setup.accounts = vec![board::account(None), board::account(Some("dev"))];
        assert_eq!(profile_of(&mut model), None);
        keys(&mut model, "<esc>Pdev<enter>");
        assert_eq!(profile_of(&mut model).as_deref(), Some("dev"), "the session's, as it is now");
        // A lookup with a profile of its own, whatever the session's.
        let own = Target { profile: Some("gov".parse().unwrap()), ..model_target() };
        keys(&mut model, "<esc>");
        update(&mut model, Message::Open(Lookup { label: String::new(), target: own }), at(NOW));
        assert_eq!(profile_of(&mut model).as_deref(), Some("gov"));
    }
}

fn model_target() -> Target {
    board([JOB]).watches[0].lookup.target.clone()
}

/// All the checks of a role that is too small.
fn too_small(model: &mut Model, run: u64) {
    let fine = [
        (Name::Credentials, "API key abcd… (from MONGODB_ATLAS_PUBLIC_API_KEY)"),
        (Name::BaseUrl, "https://cloud.mongodb.com (from default)"),
        (Name::Proxy, "none"),
        (Name::Dns, "cloud.mongodb.com is 3.210.66.237, 52.20.107.185, in 4 ms"),
        (Name::Tcp, "connected to 3.210.66.237:443 in 92 ms"),
        (Name::Tls, "TLS 1.3, *.mongodb.com by Let's Encrypt, R12, until 2026-10-02 (53 days)"),
        (Name::Answer, "Atlas answers, in 240 ms"),
        (Name::Clock, "agrees with Atlas's"),
        (Name::SignIn, "Atlas accepts the API key abcd…"),
        (Name::AccessList, "the credential may be used from this address"),
        (Name::Project, "orders (6a793f6b2c88faeba59bae37) can be read"),
        (Name::RateBudget, "1197 of 1200 requests left"),
        (Name::Files, "config.toml, lookups.json: in nobody else's reach"),
        (Name::Terminal, "kitty (xterm-kitty), 120x36, 24-bit colours, Unicode, notifications by OSC 99"),
        (Name::Version, "atlas-tui 0.1.0 on linux x86_64"),
    ];
    for (name, finding) in fine {
        tell(model, run, name.ok(finding));
    }
    let evidence = Some("HTTP status 403 · USER_UNAUTHORIZED · request 5f0d".to_owned());
    let role = Name::Role.failure(
        Blame::Access,
        "This key may not read restore jobs here.",
        "Give the key the role Project Backup Manager (dedicated clusters need it) for project \
         6a793f6b2c88faeba59bae37.",
    );
    tell(model, run, role.with_evidence(evidence));
    for name in [Name::Keyring, Name::Job, Name::Endpoint] {
        tell(model, run, name.skipped("not known, as the role is too small"));
    }
    assert_eq!(update(model, Message::Examined { run }, at(NOW)), []);
}

#[test]
fn the_key_is_offered_where_a_job_cannot_be_read_and_works_elsewhere_too() {
    let offered = |model: &Model| {
        let footer = project(model, at(NOW)).screen.footer;
        footer.keys.iter().any(|key| key.action == Action::Doctor)
    };
    assert!(offered(&broken()));
    let mut fine = board([JOB]);
    board::report(&mut fine, JOB, NOW, Given::Body(READY));
    assert!(!offered(&fine));
    open(&mut fine);
    let mut nothing = board([]);
    open(&mut nothing);
    assert!(shown(&mut nothing, 80, 24).contains("Checks"));
}

#[test]
fn checks_come_in_one_by_one_and_end_with_what_to_do_first() {
    let mut model = broken();
    let run = open(&mut model);
    assert!(shown(&mut model, 120, 36).contains("checking: 0 of 19 are done"));
    tell(&mut model, run, Name::Tls.ok("TLS 1.3"));
    let going_on = shown(&mut model, 120, 36);
    assert!(
        going_on.contains("checking: 1 of 19 are done")
            && going_on.contains("✔ ok      TLS           TLS 1.3")
    );
    assert!(going_on.contains("·         Sign-in"), "{going_on}");
    too_small(&mut model, run);
    insta::assert_snapshot!("checks_wide", shown(&mut model, 120, 36));
    insta::assert_snapshot!("checks_usual", shown(&mut model, 80, 24));
    insta::assert_snapshot!("checks_tiny", shown(&mut model, 40, 10));
    shown(&mut model, 1, 1);
}

#[test]
fn a_long_report_is_scrolled_to_its_end_and_back() {
    let mut model = broken();
    let run = open(&mut model);
    too_small(&mut model, run);
    assert!(!shown(&mut model, 80, 24).contains("atlas-tui 0.1.0 on"));
    keys(&mut model, "G");
    let end = shown(&mut model, 80, 24);
    assert!(end.contains("atlas-tui 0.1.0 on"), "{end}");
    keys(&mut model, "jjjk");
    assert!(!shown(&mut model, 80, 24).contains("atlas-tui 0.1.0 on"), "one line up from the end");
    keys(&mut model, "g");
    assert!(shown(&mut model, 80, 24).contains("First: Role"));
}

#[test]
fn esc_ends_the_run_and_what_comes_late_is_dropped() {
    let mut model = broken();
    let first = open(&mut model);
    assert_eq!(keys(&mut model, "<esc>"), [Effect::StopDiagnosis]);
    tell(&mut model, first, Name::Tls.ok("late"));
    let second = open(&mut model);
    assert_ne!(first, second);
    tell(&mut model, first, Name::Tls.ok("late"));
    assert!(!shown(&mut model, 120, 36).contains("late"));
    // Another overlay in its place ends it as well.
    assert_eq!(keys(&mut model, "?"), [Effect::StopDiagnosis]);
    assert!(shown(&mut model, 120, 36).contains("Keys"));
}

#[test]
fn the_same_key_begins_again() {
    let mut model = broken();
    let first = open(&mut model);
    too_small(&mut model, first);
    let second = open(&mut model);
    assert!(second > first && shown(&mut model, 120, 36).contains("checking: 0 of 19"));
}

#[test]
fn a_copy_is_the_whole_report_fit_for_a_ticket() {
    let mut model = broken();
    let run = open(&mut model);
    assert_eq!(keys(&mut model, "y"), [], "not while it goes on");
    too_small(&mut model, run);
    let effects = keys(&mut model, "y");
    let [Effect::Copy { what, text }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(what, "report");
    assert!(text.contains("✖ failure Role") && text.contains("project 6a79…ae37"), "{text}");
    assert!(!text.contains("6a793f6b2c88faeba59bae37"), "{text}");
    assert!(text.trim_end().lines().last().unwrap().starts_with("First: Role: Give the key"), "{text}");
    assert_eq!(
        report::plain(&[Name::Tls.ok("x")]),
        "✔ ok      TLS           x\n\nEverything is as it should be.\n"
    );
}

#[test]
fn without_unicode_it_is_all_ascii() {
    let mut model = broken();
    model.setup.ascii = true;
    let run = open(&mut model);
    too_small(&mut model, run);
    let shown = shown(&mut model, 80, 24);
    assert!(shown.is_ascii(), "{shown}");
}
