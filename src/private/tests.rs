//! Who is trusted with what, by plain numbers; and the same with real files, where the system has owners and modes.

use proptest::prelude::*;

use super::*;

const ME: u32 = 1000;
const OTHER: u32 = 1001;

fn file(owner: u32, group: u32, mode: u32) -> Standing {
    Standing { owner, group, mode, is_directory: false }
}

fn directory(owner: u32, group: u32, mode: u32) -> Standing {
    Standing { is_directory: true, ..file(owner, group, mode) }
}

#[test]
fn a_file_is_trusted_by_its_owner_and_its_mode() {
    use Fault::{Foreign, Readable, Writable};
    use Trust::{Own, Secret, Settings};
    for (found, trust, expected) in [
        (file(ME, 100, 0o600), Settings, None),
        (file(ME, 100, 0o644), Settings, None),
        (file(ME, 100, 0o664), Settings, Some(Writable)),
        (file(ME, 100, 0o646), Own, Some(Writable)),
        (file(ME, ME, 0o664), Settings, None),
        (file(ME, ME, 0o666), Settings, Some(Writable)),
        // Root sets things up for us, but what we change must be ours.
        (file(0, 0, 0o644), Settings, None),
        (file(0, 0, 0o664), Settings, Some(Writable)),
        (file(0, 0, 0o644), Own, Some(Foreign)),
        (file(0, 0, 0o600), Secret, None),
        // Somebody else's file is no better for being closed.
        (file(OTHER, ME, 0o600), Settings, Some(Foreign)),
        (file(OTHER, OTHER, 0o600), Secret, Some(Foreign)),
        (file(ME, 100, 0o600), Secret, None),
        (file(ME, 100, 0o640), Secret, Some(Readable)),
        (file(ME, ME, 0o640), Secret, None),
        (file(ME, ME, 0o604), Secret, Some(Readable)),
        (directory(ME, 100, 0o700), Own, None),
        (directory(ME, 100, 0o755), Secret, None),
        (directory(ME, 100, 0o777), Own, Some(Writable)),
        (directory(ME, 100, 0o1777), Own, None),
        (file(ME, 100, 0o1666), Own, Some(Writable)),
    ] {
        assert_eq!(found.fault(ME, trust), expected, "{found:?} {trust:?}");
    }
    // Root is nobody special: neither to others' files nor by a group of its own.
    assert_eq!(file(ME, ME, 0o600).fault(0, Settings), Some(Foreign));
    assert_eq!(file(0, 0, 0o664).fault(0, Own), Some(Writable));
    assert_eq!(file(0, 0, 0o600).fault(0, Secret), None);
}

#[test]
fn a_refusal_says_which_file_why_and_what_to_run() {
    let refusal = |fault, found| Refusal { path: "/home/me/my files/x".into(), fault, found, me: ME };
    for (fault, found, expected) in [
        (
            Fault::Foreign,
            file(OTHER, OTHER, 0o600),
            "/home/me/my files/x is not trusted: it belongs to user 1001, and this is user 1000; \
             run: sudo chown 1000 '/home/me/my files/x'",
        ),
        (
            Fault::Foreign,
            file(0, 0, 0o600),
            "/home/me/my files/x is not trusted: it belongs to root, and this is user 1000; \
             run: sudo chown 1000 '/home/me/my files/x'",
        ),
        (
            Fault::Writable,
            file(ME, 100, 0o664),
            "/home/me/my files/x is not trusted: others may write to it (mode 664); \
             run: chmod go-w '/home/me/my files/x'",
        ),
        (
            Fault::Readable,
            file(ME, 100, 0o644),
            "/home/me/my files/x is not trusted: others may read it (mode 644); \
             run: chmod go= '/home/me/my files/x'",
        ),
    ] {
        assert_eq!(refusal(fault, found).to_string(), expected);
    }
}

proptest! {
    /// Whatever the file: who is trusted with it is the only one who can change it.
    #[test]
    fn nobody_else_can_change_what_is_trusted(
        owner in 0_u32..3, group in 0_u32..3, mode in 0_u32..0o1000, me in 0_u32..3
    ) {
        for trust in [Trust::Settings, Trust::Own, Trust::Secret] {
            if file(owner, group, mode).fault(me, trust).is_none() {
                prop_assert!(owner == me || owner == 0);
                prop_assert_eq!(mode & 0o002, 0);
                prop_assert!(mode & 0o020 == 0 || (group == owner && owner != 0));
                prop_assert!(trust != Trust::Secret || mode & 0o004 == 0);
            }
        }
    }
}

#[cfg(unix)]
mod on_disk {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use tempfile::TempDir;

    use super::*;

    struct Room(TempDir);

    impl Room {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn file(&self, name: &str, mode: u32) -> PathBuf {
            let path = self.path(name);
            fs::write(&path, name).unwrap();
            change_mode(&path, mode);
            path
        }
    }

    fn change_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn fault<T>(result: Result<T, OpenError>) -> Option<Fault> {
        match result {
            Ok(_) => None,
            Err(OpenError::Refused(refusal)) => Some(refusal.fault),
            Err(OpenError::Io(error)) => panic!("{error}"),
        }
    }

    #[test]
    fn an_open_file_is_judged_with_its_directory() {
        let room = Room::new();
        let closed = room.file("closed", 0o600);
        let open_to_all = room.file("open", 0o666);
        let to_read = room.file("to-read", 0o604);
        assert_eq!(fault(open(&closed, Trust::Secret)), None);
        assert_eq!(fault(open(&open_to_all, Trust::Settings)), Some(Fault::Writable));
        assert_eq!(fault(open(&to_read, Trust::Settings)), None);
        assert_eq!(fault(open(&to_read, Trust::Secret)), Some(Fault::Readable));
        change_mode(room.0.path(), 0o777);
        assert_eq!(
            fault(open(&closed, Trust::Settings)),
            Some(Fault::Writable),
            "it can be replaced by anybody"
        );
        change_mode(room.0.path(), 0o1777);
        assert_eq!(fault(open(&closed, Trust::Settings)), None);
        let missing = open(&room.path("missing"), Trust::Settings);
        assert!(matches!(missing, Err(OpenError::Io(error)) if error.kind() == ErrorKind::NotFound));
    }

    #[test]
    fn the_command_that_is_named_mends_it() {
        let room = Room::new();
        for (name, mode, trust) in
            [("it's $(open)", 0o666, Trust::Settings), ("a secret", 0o644, Trust::Secret)]
        {
            let path = room.file(name, mode);
            let Err(OpenError::Refused(refusal)) = open(&path, trust) else { panic!("{name} is trusted") };
            let run = std::process::Command::new("sh").args(["-c", &refusal.remedy()]).status().unwrap();
            assert!(run.success(), "{}", refusal.remedy());
            assert_eq!(fault(open(&path, trust)), None, "{}", refusal.remedy());
        }
    }

    #[test]
    fn another_users_file_is_refused_even_to_root() {
        let room = Room::new();
        let path = room.file("theirs", 0o600);
        // Only root can give a file away; for others `a_file_is_trusted_by_its_owner_and_its_mode` has to do.
        if chown(&path, Some(OTHER), Some(OTHER)).is_err() {
            return;
        }
        assert_eq!(fault(open(&path, Trust::Settings)), Some(Fault::Foreign));
        let theirs = room.path("their-directory");
        fs::create_dir(&theirs).unwrap();
        chown(&theirs, Some(OTHER), Some(OTHER)).unwrap();
        assert_eq!(fault(make_directory(&theirs)), Some(Fault::Foreign));
        assert_eq!(fault(make_directory(&theirs.join("below"))), None, "what is made now is ours");
    }

    #[test]
    fn directories_are_made_for_us_alone_and_those_of_all_are_refused() {
        let room = Room::new();
        let made = room.path("a/b/c");
        assert_eq!(fault(make_directory(&made)), None);
        for directory in [made.as_path(), made.parent().unwrap()] {
            assert_eq!(mode(directory), 0o700);
        }
        change_mode(&made, 0o757);
        assert_eq!(fault(make_directory(&made)), Some(Fault::Writable));
        let Err(OpenError::Io(_)) = make_directory(&room.file("file", 0o600)) else {
            panic!("a file is no directory")
        };
    }

    #[test]
    fn a_replaced_file_is_new_closed_and_where_the_link_was() {
        let room = Room::new();
        let (victim, path) = (room.file("victim", 0o644), room.path("token.json"));
        symlink(&victim, &path).unwrap();
        let before = replace(&path, b"ours").unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"victim");
        assert!(!path.symlink_metadata().unwrap().is_symlink());
        assert_eq!((fs::read(&path).unwrap().as_slice(), mode(&path)), (b"ours".as_slice(), 0o600));
        assert_eq!(before.len(), 4);
        let names: Vec<_> =
            fs::read_dir(room.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "nothing is left over: {names:?}");
        // One that cannot be put in place leaves nothing either.
        let directory = room.path("directory");
        fs::create_dir(&directory).unwrap();
        assert!(replace(&directory, b"ours").is_err());
        assert_eq!(fs::read_dir(room.0.path()).unwrap().count(), 3);
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let room = Room::new();
        let victim = room.path("made-by-a-link");
        let link = room.path("x.lock");
        symlink(&victim, &link).unwrap();
        let error = open_to_write(&link).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::InvalidInput, "a symbolic link"));
        assert!(!victim.exists());
        let own = room.path("y.lock");
        drop(open_to_write(&own).unwrap());
        assert_eq!(mode(&own), 0o600);
    }

    #[test]
    fn reading_follows_a_link_to_what_counts() {
        let room = Room::new();
        let (good, bad) = (room.file("good", 0o644), room.file("bad", 0o666));
        for (at, target, expected) in [("a", &good, None), ("b", &bad, Some(Fault::Writable))] {
            symlink(target, room.path(at)).unwrap();
            assert_eq!(fault(open(&room.path(at), Trust::Settings)), expected);
        }
    }
}
