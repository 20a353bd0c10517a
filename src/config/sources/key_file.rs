//! Files with one secret in them. A regular one must be out of others' reach, as ssh wants it of its keys; a pipe, as
//! `<(pass show atlas)` of a shell makes it, has nobody else at its other end, and is read once and remembered.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::domain::secret::{Secret, Zeroizing};
use crate::domain::text::{clean, shortened};
use crate::private::{self, OpenError, Trust};

/// A key has some 40 characters, and a token some thousand.
const LIMIT: u64 = 64 << 10;
/// How long whoever writes into a pipe may take: a person may have to type a password for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads such files.
#[derive(Clone)]
pub struct KeyFiles {
    /// What came out of pipes, or why nothing did.
    drained: Arc<Mutex<BTreeMap<PathBuf, Result<Secret, String>>>>,
    patience: Duration,
}

impl Default for KeyFiles {
    fn default() -> Self {
        Self { drained: Arc::default(), patience: PATIENCE }
    }
}

impl std::fmt::Debug for KeyFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyFiles")
    }
}

impl KeyFiles {
    /// Whether reading this one may take time.
    #[must_use]
    pub fn may_wait(&self, path: &Path) -> bool {
        is_pipe(path) && !self.lock().contains_key(path)
    }

    /// The secret in it, without the blanks and line ends around it.
    ///
    /// # Errors
    /// Why there is none, and what to do. Never what is in the file.
    pub fn read(&self, path: &Path) -> Result<Secret, String> {
        let named = |why: String| {
            if is_secret_itself(path) {
                "the name of the file looks like the secret itself; write that into a file, and give its name"
                    .to_owned()
            } else {
                let shown = path.to_string_lossy();
                format!("{} cannot be used: {why}", shortened(&clean(&shown), SHOWN))
            }
        };
        if !is_pipe(path) {
            return regular(path).map_err(named);
        }
        let mut drained = self.lock();
        let read = drained.entry(path.to_path_buf()).or_insert_with(|| drain(path, self.patience));
        read.clone().map_err(named)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<PathBuf, Result<Secret, String>>> {
        self.drained.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much of a path an error shows.
const SHOWN: usize = 200;

fn regular(path: &Path) -> Result<Secret, String> {
    let file = private::open(path, Trust::Secret).map_err(|error| match error {
        OpenError::Refused(refusal) if refusal.path == path => {
            format!("{}; run: {}", refusal.reason(), refusal.remedy())
        }
        OpenError::Refused(refusal) => refusal.to_string(),
        OpenError::Io(error) => error.to_string(),
    })?;
    secret(file)
}

/// Opening a pipe waits for somebody to write, and reading it for all to be written; so it is a thread's, which stays
/// behind if nobody ever does.
fn drain(path: &Path, patience: Duration) -> Result<Secret, String> {
    let (sender, answer) = sync_channel(1);
    let path = path.to_path_buf();
    let read = move || {
        let read = std::fs::File::open(path).map_err(|error| error.to_string()).and_then(secret);
        // Nobody is there any more to be told when it came too late.
        let _ = sender.send(read);
    };
    thread::Builder::new().name("key-file".to_owned()).spawn(read).map_err(|error| error.to_string())?;
    answer
        .recv_timeout(patience)
        .map_err(|_| format!("nothing was written into it within {} s", patience.as_secs()))?
}

fn secret(file: impl Read) -> Result<Secret, String> {
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LIMIT {
        return Err("it is larger than 64 KiB, and no key".to_owned());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| "it holds bytes that are no UTF-8 text".to_owned())?;
    let text = text.trim_start_matches('\u{FEFF}').trim();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("it holds more than one line, and a key has one".to_owned());
    }
    Ok(Secret::from(text))
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|found: Metadata| found.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(path: &Path) -> bool {
    let _: Option<Metadata> = std::fs::metadata(path).ok();
    false
}

/// Whether somebody gave the key in place of its file: private keys are UUIDs, and client secrets begin alike.
fn is_secret_itself(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let name = text.rsplit('/').next().unwrap_or_default();
    let groups: Vec<_> = name.split('-').map(str::len).collect();
    let uuid = groups == [8, 4, 4, 4, 12] && name.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
    (uuid || name.starts_with("mdb_sa_sk_")) && !path.exists()
}

/// `~/` at the beginning, which a shell leaves alone within quotes and after `=`.
#[must_use]
pub fn at_home(path: PathBuf, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::ExposeSecret;

    fn file(text: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        (home, path)
    }

    #[test]
    fn the_line_in_a_file_is_the_secret() {
        let (_home, path) = file("\u{FEFF}hunter2\r\n");
        let files = KeyFiles::default();
        assert!(!files.may_wait(&path));
        assert_eq!(files.read(&path).unwrap().expose_secret(), "hunter2");
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        for (bytes, words) in [
            (&b" \n"[..], "it is empty"),
            (b"hunter2\nhunter3", "more than one line"),
            (b"hunter2\xff", "no UTF-8"),
            ("x".repeat(70_000).as_bytes(), "larger than 64 KiB"),
        ] {
            let (_home, path) = file(bytes);
            let error = KeyFiles::default().read(&path).unwrap_err();
            assert!(error.contains(words) && !error.contains("hunter"), "{error}");
        }
        let error = KeyFiles::default().read(Path::new("/nowhere/key")).unwrap_err();
        assert!(error.starts_with("/nowhere/key cannot be used: "), "{error}");
    }

    #[test]
    fn a_secret_given_for_a_file_is_not_repeated() {
        for secret in ["0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f", "mdb_sa_sk_hunter2"] {
            let error = KeyFiles::default().read(&Path::new("/x").join(secret)).unwrap_err();
            assert!(error.contains("looks like the secret itself") && !error.contains(secret), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
        let (_home, path) = file("hunter2");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        let error = KeyFiles::default().read(&path).unwrap_err();
        assert!(error.contains("others may read it (mode 644); run: chmod go= "), "{error}");
        let error = KeyFiles::default().read(Path::new("/dev/zero")).unwrap_err();
        assert!(error.contains("not a regular file"), "{error}");
    }

    /// `mkfifo`, and somebody who writes into it, as a shell's `<(…)` does.
    #[cfg(unix)]
    fn pipe(text: Option<&'static str>) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        if let Some(text) = text {
            let path = path.clone();
            thread::spawn(move || std::fs::write(path, text).unwrap());
        }
        (home, path)
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_once_and_remembered() {
        let (_home, path) = pipe(Some("hunter2\n"));
        let files = KeyFiles::default();
        assert!(files.may_wait(&path));
        for _ in 0..2 {
            // A second reading would wait for a writer that is gone.
            assert_eq!(files.clone().read(&path).unwrap().expose_secret(), "hunter2");
        }
        assert!(!files.may_wait(&path));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_nobody_writes_into_is_left_behind() {
        let (_home, path) = pipe(None);
        let files = KeyFiles { patience: Duration::from_millis(1), ..KeyFiles::default() };
        let error = files.read(&path).unwrap_err();
        assert!(error.contains("nothing was written into it within"), "{error}");
    }
}
