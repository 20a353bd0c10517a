//! Several profiles on one board: which one reads what, what a switch changes, and what is said where.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod board;
mod stage;

use atlas_tui::api::{ErrorKind, Missing};
use atlas_tui::app::account::{Access, Account, Method};
use atlas_tui::app::key::parse_keys;
use atlas_tui::app::model::Source;
use atlas_tui::app::screen::{Body, Detail, Overlay, Screen, Size, project};
use atlas_tui::app::{Effect, Message, Model, update};
use atlas_tui::domain::lookup::{Edit, Lookup};
use atlas_tui::domain::target::Target;
use atlas_tui::ui;
use atlas_tui::worker::{Command, WatchId};
use board::{Given, at, board, report};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use stage::{Answer, Stage};

const RUNNING: &str = include_str!("recordings/dedicated-automated-in-progress.http");
const MINE: &str = "6a794733c0eb9e7a17740663";
const THEIRS: &str = "6a7948342c88faeba59eb866";
const OLD: &str = "6a793f812c88faeba59bc399";
const NOW: &str = "2026-08-10T03:36:26Z";
const PROJECT: &str = "6a793f6b2c88faeba59bae37";

fn account(name: &str, host: &str) -> Account {
    Account { host: host.into(), base_url: format!("https://{host}"), ..board::account(Some(name)) }
}

/// `dev`, which the session has, `gov` in the government cloud, and `prod` with a service account and a project.
fn accounts() -> [Account; 3] {
    [
        account("dev", "cloud.mongodb.com"),
        account("gov", "cloud.mongodbgov.com"),
        Account {
            access: Access::Signed { by: "service account mdb_sa_id_65ca…".into(), method: Method::Bearer },
            project: Some(PROJECT.parse().unwrap()),
            ..account("prod", "cloud.mongodb.com")
        },
    ]
}

fn lookup(label: &str, job: &str, profile: Option<&str>) -> Lookup {
    let target: Target = format!("flex/{PROJECT}/orders-305/{job}").parse().unwrap();
    let profile = profile.map(|name| name.parse().unwrap());
    Lookup { label: label.into(), target: Target { profile, ..target } }
}

/// A board of those lookups, with the first account as the session's.
fn model(accounts: &[Account], lookups: impl IntoIterator<Item = Lookup>) -> Model {
    let mut model = board([]);
    model.setup.accounts = accounts.to_vec();
    model.setup.session = accounts[0].clone();
    model.load(lookups);
    model
}

fn mixed() -> Model {
    let lookups = [
        lookup("mine", MINE, None),
        lookup("theirs", THEIRS, Some("prod")),
        lookup("orphan", OLD, Some("left")),
    ];
    model(&accounts(), lookups)
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = parse_keys(keys).unwrap();
    keys.into_iter().flat_map(|key| update(model, Message::Key(key), at(NOW))).collect()
}

fn screen(model: &Model) -> Screen {
    project(model, at(NOW)).screen
}

fn detail(model: &Model) -> Detail {
    match screen(model).body {
        Body::Board(board) => board.detail.expect("a lookup is selected"),
        Body::Welcome(welcome) => panic!("{welcome:?}"),
    }
}

fn notice(model: &Model) -> String {
    screen(model).notice.map(|notice| notice.text).unwrap_or_default()
}

/// What a person sees at that size.
fn seen(model: &mut Model, width: u16, height: u16) -> String {
    update(model, Message::Resize(Size { width, height }), at(NOW));
    let screen = screen(model);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| _ = ui::draw(frame, &screen)).unwrap();
    let cells = terminal.backend().buffer();
    let rows = (0..height).map(|y| {
        let row: String = (0..width).map(|x| cells[(x, y)].symbol()).collect();
        row.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// What the worker is told to read, and with which profile.
fn watched(effects: &[Effect]) -> Vec<(String, String)> {
    let targets = effects.iter().filter_map(|effect| match effect {
        Effect::Work(Command::Watch(targets)) => Some(targets),
        _ => None,
    });
    let name = |target: &Target| target.profile.as_ref().map(ToString::to_string).unwrap_or_default();
    targets.flatten().map(|(_, target)| (target.job.to_string(), name(target))).collect()
}

fn copied(effects: Vec<Effect>) -> String {
    let copied = effects.into_iter().find_map(|effect| match effect {
        Effect::Copy { text, .. } => Some(text),
        _ => None,
    });
    copied.expect("something was copied")
}

fn signed_in(name: &str, access: Access) -> Message {
    Message::SignedIn(Box::new(Account { access, ..account(name, "cloud.mongodb.com") }))
}

fn pair(job: &str, profile: &str) -> (String, String) {
    (job.to_owned(), profile.to_owned())
}

#[test]
fn each_lookup_is_read_with_its_own_profile_and_a_switch_moves_those_without() {
    let mut stage = Stage::new(NOW)
        .signed_in(accounts())
        .saved([lookup("mine", MINE, None), lookup("theirs", THEIRS, Some("prod"))]);
    stage.answers(MINE, [Answer::body(RUNNING)]);
    stage.answers(THEIRS, [Answer::body(RUNNING)]);
    stage.run("");
    stage.seconds(10);
    assert_eq!((stage.asked_as(MINE), stage.asked_as(THEIRS)), (vec!["dev".into()], vec!["prod".into()]));
    stage.keys("P<down><enter>");
    stage.shows("now with gov at cloud.mongodbgov.com; the lookup without a profile is read with it");
    stage.shows("gov · cloud.mongodbgov.com");
    stage.seconds(10);
    assert_eq!(stage.asked_as(MINE), ["dev", "gov"]);
    assert_eq!(stage.asked_as(THEIRS), ["prod"]);
}

#[test]
fn two_profiles_of_one_cluster_are_never_asked_for_in_one_list() {
    let mut stage = Stage::new(NOW).signed_in(accounts()).saved([
        lookup("a", MINE, None),
        lookup("b", THEIRS, Some("prod")),
        lookup("c", OLD, Some("prod")),
    ]);
    for job in [MINE, THEIRS, OLD] {
        stage.answers(job, [Answer::body(RUNNING)]);
    }
    stage.run("");
    stage.seconds(30);
    let asked = [MINE, THEIRS, OLD].map(|job| stage.asked_as(job));
    assert_eq!(asked, [vec!["dev".to_owned()], vec!["prod".into()], vec!["prod".into()]]);
    stage.keys("L");
    stage.shows("orders-305: 2 jobs as prod");
    stage.shows(" as dev");
}

#[test]
fn a_switch_keeps_what_is_known_at_the_same_atlas_and_forgets_it_at_another() {
    let mut model = mixed();
    report(&mut model, MINE, NOW, Given::Body(RUNNING));
    assert_eq!(detail(&model).word, "RUNNING");
    let before = model.watches[0].id;
    let effects = press(&mut model, "P<down><down><enter>");
    assert_eq!(model.setup.session.name(), "prod");
    assert_eq!(watched(&effects), [pair(MINE, "prod")]);
    assert!(effects.contains(&Effect::Work(Command::Unwatch(before))));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Save(_))), "{effects:?}");
    assert_eq!(model.selected, Some(model.watches[0].id));
    assert_eq!(detail(&model).word, "RUNNING");
    press(&mut model, "P<up><enter>");
    assert_eq!((model.setup.session.name(), detail(&model).word), ("gov".into(), "WAITING".into()));
    // Nothing to do for the one that is there already.
    let effects = press(&mut model, "P<enter>");
    assert_eq!((effects, notice(&model)), (Vec::new(), "gov is this session's profile already".into()));
}

#[test]
fn an_answer_to_the_profile_of_before_is_not_taken_for_one_to_the_new() {
    let mut model = mixed();
    let late = board::ended(&model, MINE, NOW, Given::Body(RUNNING));
    press(&mut model, "P<down><enter>");
    update(&mut model, Message::Report(late), at(NOW));
    assert_eq!(model.watches[0].status(), None);
}

#[test]
fn the_list_of_profiles_is_narrowed_by_typing() {
    let mut model = mixed();
    press(&mut model, "P");
    insta::assert_snapshot!("profiles_at_120", seen(&mut model, 120, 36));
    insta::assert_snapshot!("profiles_at_80", seen(&mut model, 80, 24));
    insta::assert_snapshot!("profiles_at_40", seen(&mut model, 40, 10));
    press(&mut model, "gov");
    let Some(Overlay::Menu(menu)) = screen(&model).overlay else { panic!("no list") };
    assert_eq!(menu.items.iter().map(|item| item.label.as_str()).collect::<Vec<_>>(), ["gov"]);
    press(&mut model, "<enter>");
    assert_eq!(model.setup.session.name(), "gov");
    press(&mut model, "Pnobody");
    let Some(Overlay::Menu(menu)) = screen(&model).overlay else { panic!("no list") };
    assert_eq!(menu.empty.as_deref(), Some("no profile has these words"));
    press(&mut model, "<enter><esc>");
    assert_eq!((model.setup.session.name(), model.overlay.is_none()), ("gov".into(), true));
}

#[test]
fn without_profiles_the_key_says_how_to_make_one_and_in_the_demo_that_there_are_none() {
    let mut model = model(&[board::account(None)], [lookup("mine", MINE, None)]);
    press(&mut model, "P");
    assert!(notice(&model).contains("`atlas auth login -P NAME` makes one"), "{}", notice(&model));
    assert!(model.overlay.is_none());
    let mut model = mixed();
    let demo = Message::DemoStarted { host: "127.0.0.1:1".into(), lookups: vec![lookup("demo", OLD, None)] };
    assert_eq!(watched(&update(&mut model, demo, at(NOW))), [pair(OLD, "")]);
    assert!(matches!(model.source, Source::Demo { .. }));
    press(&mut model, "P");
    assert_eq!(notice(&model), "the demo has no profiles; Ctrl-g goes back to yours");
    // What becomes known meanwhile is there when the demo is left.
    let access = Access::Signed { by: "API key wxyz…".into(), method: Method::Digest };
    update(&mut model, signed_in("dev", access.clone()), at(NOW));
    let effects = press(&mut model, "<ctrl-g>");
    assert_eq!(watched(&effects), [pair(MINE, "dev"), pair(THEIRS, "prod"), pair(OLD, "left")]);
    assert_eq!((model.setup.session.name(), &model.setup.session.access), ("dev".into(), &access));
}

#[test]
fn a_lookup_whose_profile_is_gone_says_so_and_what_to_do() {
    let mut model = mixed();
    press(&mut model, "jj");
    let gone = detail(&model);
    assert_eq!((gone.word.as_str(), gone.glyph.as_str()), ("NO PROFILE", "!"));
    let problem = gone.problem.expect("it is one");
    assert_eq!(problem.headline, "There is no profile `left` any more.");
    assert!(problem.next_step.contains("e chooses another one"), "{problem:?}");
    assert!(problem.next_step.contains("atlas auth login -P left"), "{problem:?}");
    report(&mut model, OLD, NOW, Given::Error(ErrorKind::NoCredentials));
    assert_eq!(detail(&model).word, "NO PROFILE");
    // Made again in another window, it is found by the next read, and is there to choose.
    let mut mended = model.clone();
    let access = Access::Signed { by: "bearer token".into(), method: Method::Bearer };
    update(&mut mended, signed_in("left", access), at(NOW));
    assert_ne!(detail(&mended).word, "NO PROFILE");
    assert_eq!(mended.setup.accounts.len(), 4);
    // Another profile is chosen, and it is read with that.
    let effects = press(&mut model, "e<right><ctrl-s>");
    let saved = lookup("orphan", OLD, Some("dev"));
    let edit = Edit::Replace { old: lookup("orphan", OLD, Some("left")).target, lookup: saved };
    assert!(effects.contains(&Effect::Save(edit)), "{effects:?}");
    assert_eq!(watched(&effects), [pair(OLD, "dev")]);
    assert_eq!(detail(&model).problem, None);
}

#[test]
fn what_one_profile_may_not_see_another_one_may() {
    let next_step = |model: &mut Model, kind| {
        report(model, MINE, NOW, Given::Error(kind));
        detail(model).problem.expect("an error is one").next_step
    };
    let mut model = mixed();
    for kind in [ErrorKind::Forbidden, ErrorKind::NotFound(Missing::Project)] {
        let words = next_step(&mut model, kind);
        assert!(words.ends_with("It was asked for as dev; e chooses another profile."), "{words}");
    }
    assert!(!next_step(&mut model, ErrorKind::Timeout).contains("profile"));
    let mut alone = self::model(&accounts()[..1], [lookup("mine", MINE, None)]);
    assert!(!next_step(&mut alone, ErrorKind::Forbidden).contains("another profile"));
}

#[test]
fn a_board_of_several_profiles_says_whose_each_row_is() {
    let mut model = mixed();
    report(&mut model, THEIRS, NOW, Given::Body(RUNNING));
    // Beside the detail as well.
    let beside = seen(&mut model, 120, 16);
    for row in ["mine  dev ", "theirs  prod ", "orphan  left "] {
        assert!(beside.contains(row), "{row} in\n{beside}");
    }
    press(&mut model, "f");
    insta::assert_snapshot!("board_at_120", seen(&mut model, 120, 16));
    press(&mut model, "ff");
    insta::assert_snapshot!("board_at_80", seen(&mut model, 80, 24));
    press(&mut model, "f");
    press(&mut model, "j<enter>");
    insta::assert_snapshot!("board_at_40", seen(&mut model, 40, 10));
    // One profile for all is told by the header alone.
    let lookups = [lookup("a", MINE, None), lookup("b", THEIRS, Some("dev"))];
    let mut model = self::model(&accounts(), lookups);
    assert!(!seen(&mut model, 120, 16).contains("a  dev"));
    press(&mut model, "f");
    let Body::Board(board) = screen(&model).body else { panic!("no board") };
    assert!(board.list.rows.iter().all(|row| row.wide.as_ref().unwrap().profile.is_empty()));
}

#[test]
fn rows_are_sorted_and_filtered_by_profile() {
    let mut model = mixed();
    let labels = |model: &Model| model.visible().map(|watch| watch.lookup.label.clone()).collect::<Vec<_>>();
    press(&mut model, "ss");
    assert_eq!(labels(&model), ["mine", "orphan", "theirs"]);
    assert!(notice(&model).contains("sorted by profile"), "{}", notice(&model));
    press(&mut model, "S");
    assert_eq!(labels(&model), ["theirs", "orphan", "mine"]);
    press(&mut model, "/profile:dev,pro<enter>");
    assert_eq!(labels(&model), ["theirs", "mine"]);
    press(&mut model, "<esc>/-profile:dev<enter>");
    assert_eq!(labels(&model), ["theirs", "orphan"]);
}

#[test]
fn a_new_lookup_remembers_the_profile_of_the_session_or_the_one_that_is_chosen() {
    let mut model = model(&accounts(), []);
    let effects = press(&mut model, "a");
    assert_eq!(effects, []);
    insta::assert_snapshot!("form_at_120", seen(&mut model, 120, 24));
    insta::assert_snapshot!("form_at_40", seen(&mut model, 40, 10));
    update(&mut model, Message::Paste(format!("flex/{PROJECT}/orders-305/{MINE}")), at(NOW));
    let effects = press(&mut model, "<ctrl-s>");
    let added = Effect::Save(Edit::Insert { at: 0, lookup: lookup("", MINE, Some("dev")) });
    assert!(effects.contains(&added), "{effects:?}");
    // The project of the profile that is chosen, which the selected lookup has not.
    press(&mut model, "P<down><enter>a<up><right>");
    let effects = press(&mut model, &format!("<tab><tab>orders-305<tab>{THEIRS}<ctrl-s>"));
    let added = Effect::Save(Edit::Insert {
        at: 1,
        lookup: Lookup {
            target: Target {
                kind: atlas_tui::domain::target::Kind::Auto,
                ..lookup("", THEIRS, Some("prod")).target
            },
            label: String::new(),
        },
    });
    assert!(effects.contains(&added), "{effects:?}");
    // A paste onto the board, as well.
    let paste = Message::Paste(format!("flex/{PROJECT}/orders-305/{OLD}"));
    let effects = update(&mut model, paste, at(NOW));
    assert_eq!(watched(&effects), [pair(OLD, "gov")]);
}

#[test]
fn a_pasted_atlas_line_brings_its_profile_if_there_is_such_a_one() {
    let line = |job: &str, name: &str| {
        let line = format!("atlas backups restores watch {job} --clusterName orders-305");
        Message::Paste(format!("{line} --projectId {PROJECT} -P {name}"))
    };
    let mut model = model(&accounts(), []);
    assert_eq!(watched(&update(&mut model, line(MINE, "GOV"), at(NOW))), [pair(MINE, "gov")]);
    let effects = update(&mut model, line(THEIRS, "acme"), at(NOW));
    assert_eq!(watched(&effects), [pair(THEIRS, "dev")]);
    assert_eq!(notice(&model), "there is no profile `acme` here");
    // Into the form, as well.
    press(&mut model, "a");
    update(&mut model, line(OLD, "acme"), at(NOW));
    let form = seen(&mut model, 120, 36);
    assert!(
        form.contains("Filled kind, project, instance, job from the paste; there is no profile `acme` here"),
        "{form}"
    );
    update(&mut model, line(OLD, "gov"), at(NOW));
    let form = seen(&mut model, 120, 36);
    assert!(form.contains("Filled kind, profile, project, instance, job from the paste"), "{form}");
    let effects = press(&mut model, "<ctrl-s>");
    assert_eq!(watched(&effects), [pair(OLD, "gov")]);
}

#[test]
fn a_job_of_the_board_that_is_opened_keeps_its_profile_unless_one_is_named() {
    let mut model = mixed();
    let opened = |profile| Message::Open(lookup("", THEIRS, profile));
    assert_eq!(watched(&update(&mut model, opened(None), at(NOW))), []);
    assert_eq!(notice(&model), "this job is watched already; it stays with its profile, prod");
    let effects = update(&mut model, opened(Some("gov")), at(NOW));
    assert_eq!(watched(&effects), [pair(THEIRS, "gov")]);
    assert_eq!(notice(&model), "this job is watched already; it is read with profile gov from now on");
    assert_eq!(model.watches[1].lookup.label, "theirs");
}

#[test]
fn a_copied_command_goes_to_the_lookups_atlas_and_signs_as_its_profile_does() {
    let mut model = mixed();
    let line = copied(press(&mut model, "yc"));
    assert!(line.starts_with("curl --digest --user \"$MONGODB_ATLAS_PUBLIC_API_KEY:"), "{line}");
    let line = copied(press(&mut model, "jyc"));
    let start = "curl --header \"Authorization: Bearer $MONGODB_ATLAS_ACCESS_TOKEN\" --header ";
    assert!(line.starts_with(start), "{line}");
    assert!(line.contains("https://cloud.mongodb.com/api/atlas/v2/groups/"), "{line}");
    // Nobody knows where the one without a profile would be read.
    let effects = press(&mut model, "jyc");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Copy { .. })), "{effects:?}");
    assert_eq!(notice(&model), "curl line: its profile is gone");
    model.setup.variables = "MCLI_";
    press(&mut model, "P<down><enter>");
    let line = copied(press(&mut model, "kkyc"));
    assert!(
        line.starts_with("curl --digest --user \"$MCLI_PUBLIC_API_KEY:$MCLI_PRIVATE_API_KEY\""),
        "{line}"
    );
    assert!(line.contains(" https://cloud.mongodbgov.com/api/atlas/v2/"), "{line}");
}

#[test]
fn the_header_says_where_one_is_and_gives_way_by_importance() {
    let mut model = model(&accounts()[1..], [lookup("mine", MINE, Some("gov"))]);
    let head =
        |model: &mut Model, width, height| seen(model, width, height).lines().next().unwrap().to_owned();
    assert!(head(&mut model, 120, 36).starts_with(" atlas-tui   gov · cloud.mongodbgov.com · key abcd…"));
    assert!(head(&mut model, 80, 24).starts_with(" atlas-tui   gov · cloud.mongodbgov.com"));
    assert!(head(&mut model, 40, 10).starts_with(" gov · cloud.mongodbgov.com"));
    report(&mut model, MINE, NOW, Given::Error(ErrorKind::Timeout));
    let tiny = head(&mut model, 40, 10);
    assert!(tiny.starts_with(" gov") && tiny.ends_with("1 error"), "{tiny}");
    model.setup.session.access = Access::Missing;
    assert!(head(&mut model, 120, 36).contains("gov · cloud.mongodbgov.com · no credentials"));
    assert!(head(&mut model, 40, 10).starts_with(" gov · no credentials"));
}

#[test]
fn how_the_session_signs_in_follows_when_it_becomes_known() {
    let mut model = model(&accounts(), []);
    let unasked = Access::Unasked { by: String::new(), method: Method::Digest };
    model.setup.session.access = unasked.clone();
    model.setup.accounts[0].access = unasked;
    insta::assert_snapshot!("welcome_unasked", seen(&mut model, 80, 24));
    let tell = |access| signed_in("dev", access);
    update(&mut model, tell(Access::Missing), at(NOW));
    insta::assert_snapshot!("welcome_missing", seen(&mut model, 80, 24));
    insta::assert_snapshot!("welcome_missing_at_40", seen(&mut model, 40, 10));
    let why = "MONGODB_ATLAS_PUBLIC_API_KEY is set, but MONGODB_ATLAS_PRIVATE_API_KEY is not".to_owned();
    update(&mut model, tell(Access::Half { why }), at(NOW));
    let half = seen(&mut model, 80, 24);
    assert!(half.contains("Half of a credential is missing for profile dev"), "{half}");
    assert!(
        half.contains("cloud.mongodb.com · half a credential") && !half.contains("no credentials"),
        "{half}"
    );
    let by = "service account mdb_sa_id_65ca…".to_owned();
    update(&mut model, tell(Access::Signed { by, method: Method::Bearer }), at(NOW));
    assert!(seen(&mut model, 80, 24).contains("Signed in with service account mdb_sa_id_65ca…"));
    // Of another profile it is known for the list alone.
    let gov = Account { access: Access::Missing, ..account("gov", "cloud.mongodbgov.com") };
    update(&mut model, Message::SignedIn(Box::new(gov)), at(NOW));
    assert_eq!(model.setup.accounts[1].access, Access::Missing);
    assert!(!model.setup.session.access.is_lacking());
    press(&mut model, "P<down><enter>");
    assert!(notice(&model).contains("now with gov at cloud.mongodbgov.com, but it has no credentials"));
    model.setup.accounts[2].access = Access::Half { why: "private_api_key is not set".into() };
    let name = model.setup.accounts[2].profile.clone().unwrap();
    press(&mut model, &format!("P{name}<enter>"));
    assert!(notice(&model).contains(", but private_api_key is not set"), "{}", notice(&model));
}

#[test]
fn all_of_it_can_be_told_in_ascii() {
    let mut model = mixed();
    model.setup.ascii = true;
    for account in model.setup.accounts.iter_mut().chain([&mut model.setup.session]) {
        account.access = Access::Unasked { by: "API key".into(), method: Method::Digest };
    }
    press(&mut model, "P");
    let list = seen(&mut model, 80, 24);
    let odd: Vec<char> = list.chars().filter(|c| !c.is_ascii() && *c != '·').collect();
    assert!(odd.is_empty(), "{odd:?}\n{list}");
    assert_eq!(model.watches[0].id, WatchId(1));
}
