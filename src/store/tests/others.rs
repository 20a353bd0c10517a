//! A file or a directory that others have their hands in.

use std::os::unix::fs::{PermissionsExt, chown, symlink};

use super::*;
use crate::private::Fault;

fn change_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// It is shown and never written; the fault is named, and once it is mended all goes on.
fn is_read_only(room: &Room, fault: Fault, mend: impl FnOnce()) {
    let before = fs::read(room.file()).unwrap();
    let mut store = room.store();
    let loaded = store.load();
    assert_eq!((loaded.lookups.as_slice(), loaded.read_only), ([lookup(1)].as_slice(), true));
    let note = loaded.note.unwrap();
    assert!(matches!(&note, LoadNote::Refused(refusal) if refusal.fault == fault), "{note:?}");
    let error = store.edit(&[insert(2)]).unwrap_err();
    assert!(matches!(&error, StoreError::Refused(refusal) if refusal.fault == fault), "{error:?}");
    assert!(error.is_retryable() && error.is_about_the_file());
    for words in [note.to_string(), error.to_string()] {
        assert!(
            words.starts_with("run `") && words.contains(room.directory.path().to_str().unwrap()),
            "{words}"
        );
    }
    assert_eq!(fs::read(room.file()).unwrap(), before);
    assert!(room.others().is_empty());
    mend();
    let loaded = store.reload().expect("it is seen to be mended");
    assert!(!loaded.read_only && loaded.note.is_none(), "{loaded:?}");
    assert_eq!(store.edit(&[insert(2)]).unwrap().lookups, [lookup(1), lookup(2)]);
}

#[test]
fn a_file_that_all_may_write_to_is_read_only() {
    let room = Room::with(file_of(1, &[entry(1)]));
    change_mode(&room.file(), 0o666);
    is_read_only(&room, Fault::Writable, || change_mode(&room.file(), 0o644));
}

#[test]
fn a_directory_that_all_may_write_to_makes_it_read_only() {
    let room = Room::with(file_of(1, &[entry(1)]));
    let directory = room.file().parent().unwrap().to_path_buf();
    change_mode(&directory, 0o777);
    is_read_only(&room, Fault::Writable, || change_mode(&directory, 0o755));
}

#[test]
fn somebody_elses_file_is_read_only() {
    let room = Room::with(file_of(1, &[entry(1)]));
    // Only root can give a file away.
    let before = fs::metadata(room.file()).unwrap();
    if chown(room.file(), Some(1001), None).is_ok() {
        let owner = std::os::unix::fs::MetadataExt::uid(&before);
        is_read_only(&room, Fault::Foreign, || chown(room.file(), Some(owner), None).unwrap());
    }
}

#[test]
fn a_broken_file_that_is_not_ours_alone_is_not_even_moved() {
    let room = Room::with("{");
    change_mode(&room.file(), 0o666);
    let loaded = room.store().load();
    assert!(loaded.read_only && matches!(loaded.note, Some(LoadNote::Refused(_))), "{loaded:?}");
    assert!(room.store().edit(&[insert(1)]).is_err());
    assert!(room.others().is_empty());
    assert_eq!(fs::read(room.file()).unwrap(), b"{");
}

#[test]
fn an_open_directory_without_a_file_is_told_before_the_first_edit() {
    let room = Room::new();
    let directory = room.file().parent().unwrap().to_path_buf();
    fs::create_dir(&directory).unwrap();
    change_mode(&directory, 0o777);
    let loaded = room.store().load();
    assert!(loaded.read_only && matches!(loaded.note, Some(LoadNote::Refused(_))), "{loaded:?}");
    assert!(matches!(room.store().edit(&[insert(1)]), Err(StoreError::Refused(_))));
    assert!(!room.file().exists());
}

#[test]
fn a_lock_that_is_a_link_makes_nothing_elsewhere() {
    let room = Room::with(file_of(1, &[]));
    let elsewhere = room.directory.path().join("elsewhere");
    symlink(&elsewhere, room.file().with_extension("lock")).unwrap();
    let error = room.store().edit(&[insert(1)]).unwrap_err();
    assert!(matches!(&error, StoreError::NoLock { cause, .. } if cause == "a symbolic link"), "{error:?}");
    assert!(!elsewhere.exists());
}
