//! Nothing saved is lost: not by a second instance, a broken file, a newer one, or a disk that refuses.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::domain::target::Target;

struct Room {
    directory: TempDir,
}

impl Room {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn with(content: impl AsRef<[u8]>) -> Self {
        let room = Self::new();
        fs::create_dir(room.file().parent().unwrap()).unwrap();
        fs::write(room.file(), content).unwrap();
        room
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("data").join("lookups.json")
    }

    fn store(&self) -> Store {
        Store::new(self.file())
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&fs::read(self.file()).unwrap()).unwrap()
    }

    /// Names in the data directory but for the file and its lock.
    fn others(&self) -> Vec<String> {
        let entries = fs::read_dir(self.file().parent().unwrap()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "lookups.json" && name != "lookups.lock");
        names.sort();
        names
    }
}

fn target(number: usize) -> Target {
    format!("serverless/5f1b6c7d8e9fa0b1c2d3e4f5/orders/{number:024x}").parse().unwrap()
}

fn lookup(number: usize) -> Lookup {
    Lookup { label: format!("job {number}"), target: target(number) }
}

fn insert(number: usize) -> Edit {
    Edit::Insert { at: usize::MAX, lookup: lookup(number) }
}

fn entry(number: usize) -> Value {
    json!({
        "label": format!("job {number}"), "kind": "serverless", "projectId": "5f1b6c7d8e9fa0b1c2d3e4f5",
        "instance": "orders", "jobId": format!("{number:024x}"),
    })
}

fn file_of(version: u64, entries: &[Value]) -> String {
    json!({"version": version, "lookups": entries}).to_string()
}

fn numbers(lookups: &[Lookup]) -> Vec<usize> {
    lookups.iter().map(|lookup| usize::from_str_radix(lookup.target.job.as_str(), 16).unwrap()).collect()
}

#[test]
fn a_missing_file_is_an_empty_list_and_makes_nothing() {
    let room = Room::new();
    let mut store = room.store();
    assert_eq!(store.load(), Loaded::default());
    assert!(!store.changed_since_load());
    assert!(!room.file().parent().unwrap().exists());
}

#[test]
fn what_is_saved_comes_back() {
    let room = Room::new();
    let mut store = room.store();
    for number in 1..=3 {
        store.edit(&[insert(number)]).unwrap();
    }
    store.edit(&[Edit::Move { target: target(3), before: Some(target(1)) }]).unwrap();
    let saved = store.edit(&[Edit::Remove { target: target(2) }]).unwrap();
    assert_eq!(saved.lookups, [lookup(3), lookup(1)]);
    assert_eq!(room.store().load(), Loaded { lookups: saved.lookups, note: None, read_only: false });
    assert_eq!(room.json(), serde_json::from_str::<Value>(&file_of(1, &[entry(3), entry(1)])).unwrap());
    assert!(room.others().is_empty(), "no temporary file is left");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let room = Room::new();
    room.store().edit(&[insert(1)]).unwrap();
    assert_eq!(mode(&room.file()), 0o600);
    assert_eq!(mode(room.file().parent().unwrap()), 0o700);
    fs::set_permissions(room.file(), fs::Permissions::from_mode(0o644)).unwrap();
    room.store().edit(&[insert(2)]).unwrap();
    assert_eq!(mode(&room.file()), 0o600);
}

#[test]
fn what_we_do_not_know_is_kept_where_it_was() {
    let mut known = entry(1);
    known["colour"] = json!({"of": ["the", "row"]});
    let strange = json!({"kind": "collection", "jobs": [1, 2]});
    let short = json!({"label": "x", "kind": "flex", "projectId": "5f", "instance": "a", "jobId": "6a"});
    let text = json!({
        "$schema": "x", "version": 1, "lookups": [known, strange, entry(2), short, 7], "sort": "phase",
    });
    let room = Room::with(text.to_string());
    let mut store = room.store();
    let loaded = store.load();
    assert_eq!(loaded.lookups, [lookup(1), lookup(2)]);
    assert!(!loaded.read_only);
    let note = loaded.note.unwrap().to_string();
    assert!(
        note.starts_with("3 lookups are left out") && note.contains("number 2, missing field `projectId`"),
        "{note}"
    );

    let renamed = Lookup { label: "renamed".to_owned(), ..lookup(9) };
    store.edit(&[Edit::Replace { old: target(1), lookup: renamed }]).unwrap();
    store.edit(&[insert(3)]).unwrap();
    let mut expected = text;
    expected["lookups"][0]["label"] = "renamed".into();
    expected["lookups"][0]["jobId"] = format!("{:024x}", 9).into();
    expected["lookups"].as_array_mut().unwrap().push(entry(3));
    assert_eq!(room.json(), expected);
    let order: Vec<_> = room.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(order, ["$schema", "version", "lookups", "sort"]);
    store.edit(&[Edit::Remove { target: target(9) }]).unwrap();
    assert_eq!(room.json()["lookups"].as_array().unwrap().len(), 5, "the strange ones stay");
}

#[test]
fn a_broken_file_is_set_aside_whole_and_none_before_it_is_overwritten() {
    let cases: [&[u8]; 8] = [
        b"{\"version\":1,\"lookups\":[",
        b"[]",
        b"\xff\xfe",
        b"{\"version\":1}",
        b"{\"version\":1,\"lookups\":null}",
        b"{\"version\":1,\"lookups\":[],\"version\":1}",
        b"{\"a\":1,\"version\":1,\"lookups\":[],\"a\":2}",
        b"null",
    ];
    for bytes in cases {
        let room = Room::with(bytes);
        let changed =
            jiff::Timestamp::try_from(fs::metadata(room.file()).unwrap().modified().unwrap()).unwrap();
        let name = format!("lookups.json.broken-{}", changed.strftime("%Y%m%d-%H%M%S"));
        let occupied = room.file().with_file_name(&name);
        fs::write(&occupied, "an older one").unwrap();

        let mut store = room.store();
        let loaded = store.load();
        assert!(loaded.lookups.is_empty() && !loaded.read_only);
        let Some(LoadNote::SetAside { kept_as, reason }) = loaded.note else { panic!("{:?}", loaded.note) };
        assert_eq!(kept_as, room.file().with_file_name(format!("{name}-2")), "{reason}");
        assert_eq!(fs::read(&kept_as).unwrap(), bytes);
        assert_eq!(fs::read(&occupied).unwrap(), b"an older one");
        assert!(!room.file().exists() && !store.changed_since_load());
        store.edit(&[insert(1)]).unwrap();
        assert_eq!(room.store().load().lookups, [lookup(1)]);
    }
}

#[test]
fn a_file_broken_meanwhile_is_set_aside_and_the_list_on_screen_is_saved() {
    let room = Room::with(file_of(1, &[entry(1)]));
    let mut store = room.store();
    store.load();
    fs::write(room.file(), "oops").unwrap();
    assert!(store.changed_since_load());
    let saved = store.edit(&[insert(2)]).unwrap();
    assert_eq!(saved.lookups, [lookup(1), lookup(2)]);
    assert!(matches!(saved.note, Some(LoadNote::SetAside { .. })));
    fs::remove_file(room.file()).unwrap();
    assert_eq!(store.load().lookups.len(), 2, "a file that is gone takes nothing off the screen");
    assert_eq!(store.edit(&[insert(3)]).unwrap().lookups.len(), 3);
    fs::write(room.file(), "oops").unwrap();
    assert_eq!(store.load().lookups.len(), 3);
    store.edit(&[insert(4)]).unwrap();
    assert_eq!(room.store().load().lookups.len(), 4);
}

#[test]
fn a_blank_file_a_mark_and_a_missing_version_are_fine() {
    for (text, count) in [
        (String::new(), 0),
        ("\n".to_owned(), 0),
        (format!("\u{FEFF}{}", file_of(1, &[entry(1)])), 1),
        (json!({"lookups": [entry(1)]}).to_string(), 1),
        (file_of(1, &[entry(1), entry(2), entry(1)]), 2),
    ] {
        let loaded = Room::with(&text).store().load();
        assert_eq!((loaded.lookups.len(), loaded.note, loaded.read_only), (count, None, false), "{text}");
    }
}

#[test]
fn a_file_of_any_version_but_ours_is_shown_and_left_alone() {
    let mut newer = entry(2);
    newer["label"] = json!({"en": "two"});
    let versioned = |version: &str| file_of(7, &[entry(1)]).replace(":7", &format!(":{version}"));
    for (text, version, shown) in [
        (file_of(2, &[entry(1), newer]), "2", vec![1]),
        (json!({"version": 3, "boards": {}}).to_string(), "3", vec![]),
        (versioned("2.0"), "2.0", vec![1]),
        (versioned("\"2\""), "\"2\"", vec![1]),
        (versioned("0"), "0", vec![1]),
        (versioned("null"), "null", vec![1]),
        (versioned("99999999999999999999999"), "99999999999999999999", vec![1]),
    ] {
        let room = Room::with(&text);
        let mut store = room.store();
        let loaded = store.load();
        assert_eq!(numbers(&loaded.lookups), shown);
        assert!(loaded.read_only);
        let note = LoadNote::Newer { path: room.file(), version: version.to_owned() };
        assert_eq!(loaded.note, Some(note), "{text}");
        let error = store.edit(&[insert(5)]).unwrap_err();
        assert!(!error.is_retryable() && error.to_string().starts_with("update atlas-tui: "), "{error}");
        assert!(error.is_about_the_file());
        assert_eq!(fs::read_to_string(room.file()).unwrap(), text);
        assert!(room.others().is_empty());
    }
}

#[test]
fn what_we_cannot_hold_is_kept_as_it_is_written() {
    let twin = r#"{ "label": "twin", "kind": "serverless", "projectId": "5f1b6c7d8e9fa0b1c2d3e4f5",
        "instance": "orders", "jobId": "000000000000000000000001", "note": "keep me" }"#;
    let big = r#""big": [123456789012345678901234567890, 0.1234567890123456789012345, 1e400]"#;
    let (one, two) = (entry(1).to_string(), entry(2).to_string());
    let one = one.replacen('{', &format!("{{ {big}, \"x\": 1, \"x\": 2, "), 1);
    let room = Room::with(format!(r#"{{"version":1, {big}, "lookups":[{one}, {twin}, 1E400, {two}]}}"#));
    let mut store = room.store();
    assert_eq!(numbers(&store.load().lookups), [1, 2]);
    let text = || fs::read_to_string(room.file()).unwrap();
    store.edit(&[insert(3)]).unwrap();
    for kept in [twin, one.as_str(), two.as_str(), "1E400"] {
        assert!(text().contains(kept), "{kept}\n{}", text());
    }
    assert_eq!(
        text().matches("123456789012345678901234567890, 0.1234567890123456789012345, 1e400").count(),
        2
    );

    // An entry that is edited keeps the members that it has, and its twin its place.
    let renamed = Lookup { label: "renamed".to_owned(), ..lookup(1) };
    store.edit(&[Edit::Replace { old: target(1), lookup: renamed }]).unwrap();
    assert_eq!(numbers(&room.store().load().lookups), [1, 2, 3]);
    assert!(text().contains(twin) && text().contains("renamed") && !text().contains("job 1"), "{}", text());
    assert_eq!(text().matches("1e400").count(), 2);
    assert_eq!((text().matches("\"x\": 1").count(), text().matches("\"x\": 2").count()), (1, 1));

    // Who removes or replaces a job does not get it back from its twin.
    let other = Lookup { label: "other".to_owned(), ..lookup(9) };
    store.edit(&[Edit::Replace { old: target(1), lookup: other }]).unwrap();
    assert_eq!(numbers(&room.store().load().lookups), [9, 2, 3]);
    let room = Room::with(format!(r#"{{"version":1,"lookups":[{twin},{twin},{two}]}}"#));
    room.store().edit(&[Edit::Remove { target: target(1) }]).unwrap();
    assert_eq!(numbers(&room.store().load().lookups), [2]);
}

#[test]
fn a_file_that_recovers_is_told_and_one_that_does_not_is_told_once() {
    let room = Room::with(file_of(1, &[entry(1)]));
    let mut store = room.store();
    store.load();
    assert_eq!(store.reload(), None);
    fs::write(room.file(), file_of(2, &[entry(1)])).unwrap();
    let newer = store.reload().unwrap();
    assert!(newer.read_only && matches!(newer.note, Some(LoadNote::Newer { .. })));
    assert_eq!(store.reload(), None);
    // Not even its time of change tells that this one can be read again.
    fs::remove_file(room.file()).unwrap();
    fs::create_dir(room.file()).unwrap();
    let unreadable = store.reload().unwrap();
    assert!(unreadable.read_only && matches!(unreadable.note, Some(LoadNote::Unreadable { .. })));
    assert_eq!((unreadable.lookups.len(), store.reload()), (1, None));
    fs::remove_dir(room.file()).unwrap();
    fs::write(room.file(), file_of(1, &[entry(1)])).unwrap();
    let whole = Loaded { lookups: vec![lookup(1)], note: None, read_only: false };
    assert_eq!((store.reload(), store.reload()), (Some(whole), None));
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_no_file_and_is_not_waited_for() {
    let in_place_of = |file: &Path| {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, file, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    };
    let room = Room::new();
    fs::create_dir(room.file().parent().unwrap()).unwrap();
    in_place_of(&room.file());
    let mut store = room.store();
    let loaded = store.load();
    assert!(loaded.read_only);
    assert!(loaded.note.unwrap().to_string().contains("(not a regular file): "));
    assert!(matches!(store.edit(&[insert(1)]), Err(StoreError::Unreadable { .. })));
    fs::remove_file(room.file()).unwrap();
    std::os::unix::fs::symlink("/dev/zero", room.file()).unwrap();
    assert!(store.load().read_only);

    let room = Room::with(file_of(1, &[entry(1)]));
    in_place_of(&room.file().with_file_name("lookups.lock"));
    let error = room.store().edit(&[insert(2)]).unwrap_err().to_string();
    assert!(error.contains("cannot be opened (not a regular file): ") && error.ends_with("lookups.lock"));
}

#[test]
fn a_lock_that_cannot_be_opened_is_named_with_the_next_step() {
    let room = Room::with(file_of(1, &[entry(1)]));
    let lock = room.file().with_file_name("lookups.lock");
    fs::create_dir(&lock).unwrap();
    let error = room.store().edit(&[insert(2)]).unwrap_err();
    assert!(error.is_retryable() && !error.is_about_the_file());
    let words = error.to_string();
    assert!(words.starts_with("remove the lock") && words.ends_with(lock.to_str().unwrap()), "{words}");
    fs::remove_dir(&lock).unwrap();
    assert_eq!(room.store().edit(&[insert(2)]).unwrap().lookups.len(), 2);
}

#[test]
fn two_instances_keep_each_others_edits() {
    let room = Room::new();
    let (mut one, mut other) = (room.store(), room.store());
    one.load();
    other.load();
    one.edit(&[insert(1)]).unwrap();
    assert!(other.changed_since_load() && !one.changed_since_load());
    assert_eq!(numbers(&other.edit(&[insert(2)]).unwrap().lookups), [1, 2]);
    assert!(one.changed_since_load());
    assert_eq!(numbers(&one.edit(&[Edit::Remove { target: target(2) }]).unwrap().lookups), [1]);
    assert_eq!(numbers(&other.load().lookups), [1]);
    assert!(!other.changed_since_load());
}

#[test]
fn many_edits_at_once_are_all_saved() {
    let room = Room::new();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let mut store = room.store();
            scope.spawn(move || {
                for number in 0..10 {
                    while let Err(error) = store.edit(&[insert(worker * 100 + number)]) {
                        assert!(matches!(error, StoreError::Busy { .. }), "{error}");
                        std::thread::yield_now();
                    }
                }
            });
        }
    });
    let mut saved = numbers(&room.store().load().lookups);
    saved.sort_unstable();
    let expected: Vec<_> =
        (0..4).flat_map(|worker| (0..10).map(move |number| worker * 100 + number)).collect();
    assert_eq!(saved, expected);
    assert!(room.others().is_empty());
}

#[test]
fn a_held_lock_is_an_error_at_once_and_no_edit_is_half_saved() {
    let room = Room::with(file_of(1, &[entry(1)]));
    let mut store = room.store();
    let lock = room.file().with_file_name("lookups.lock");
    let edited = disk::locked(&lock, Duration::ZERO, || store.edit(&[insert(2), insert(3)])).unwrap();
    assert_eq!(edited, Err(StoreError::Busy { lock }));
    assert_eq!(numbers(&store.edit(&[insert(2), insert(3)]).unwrap().lookups), [1, 2, 3]);
}

#[test]
fn a_directory_that_refuses_is_an_error_in_words_and_the_edit_can_come_again() {
    let room = Room::new();
    let in_the_way = room.file().parent().unwrap().to_path_buf();
    fs::write(&in_the_way, "a file where the directory should be").unwrap();
    let mut store = room.store();
    store.load();
    let error = store.edit(&[insert(1)]).unwrap_err();
    assert!(error.is_retryable());
    let words = error.to_string();
    assert!(words.starts_with("check directory and disk"), "the next step first: {words}");
    assert!(words.contains("cannot be written (") && words.ends_with("lookups.json"), "{words}");
    assert!(!error.to_string().contains("os error"), "{error}");
    fs::remove_file(&in_the_way).unwrap();
    assert_eq!(store.edit(&[insert(1)]).unwrap().lookups, [lookup(1)]);
}

#[test]
fn a_file_that_cannot_be_read_is_left_alone() {
    let room = Room::new();
    fs::create_dir_all(room.file()).unwrap();
    let mut store = room.store();
    let loaded = store.load();
    assert!(loaded.read_only && matches!(loaded.note, Some(LoadNote::Unreadable { .. })), "{loaded:?}");
    let error = store.edit(&[insert(1)]).unwrap_err();
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error:?}");
    assert!(room.file().is_dir());
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_not_written_through() {
    let room = Room::with(file_of(1, &[entry(1)]));
    let elsewhere = room.directory.path().join("elsewhere.json");
    fs::rename(room.file(), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, room.file()).unwrap();
    let before = fs::read(&elsewhere).unwrap();
    let mut store = room.store();
    assert_eq!(store.load().lookups, [lookup(1)]);
    store.edit(&[insert(2)]).unwrap();
    assert_eq!(fs::read(&elsewhere).unwrap(), before);
    assert_eq!(numbers(&room.store().load().lookups), [1, 2]);
}

#[test]
fn a_label_cannot_steer_the_terminal_and_stays_as_it_was_written() {
    let mut hostile = entry(1);
    hostile["label"] = "a\u{1b}[2Jb\u{202e}".into();
    let room = Room::with(file_of(1, &[hostile.clone()]));
    let mut store = room.store();
    assert_eq!(store.load().lookups[0].label, "a[2Jb");
    store.edit(&[insert(2)]).unwrap();
    assert_eq!(room.json()["lookups"][0], hostile);
}

#[test]
fn an_edit_without_effect_does_not_touch_the_file() {
    let room = Room::with(file_of(1, &[entry(1)]));
    let mut store = room.store();
    store.load();
    let before = disk::stamp(&room.file());
    store.edit(&[insert(1)]).unwrap();
    assert_eq!(disk::stamp(&room.file()), before);
    assert!(!store.changed_since_load());
}

#[test]
fn a_thousand_lookups_are_read_by_the_quick_way() {
    let entries: Vec<_> = (0..1000).map(entry).collect();
    let content = format::read(file_of(1, &entries).as_bytes()).unwrap();
    assert_eq!(numbers(&content.lookups), (0..1000).collect::<Vec<_>>());
    assert_eq!(content.skipped, 0);
}

#[cfg(unix)]
mod others;
