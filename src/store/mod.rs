//! Saved lookups on disk: one versioned JSON file that several instances may edit at once.
//!
//! An edit is applied to what the file holds at that moment, under a lock, and the file is replaced as a whole:
//! an instance never overwrites what another one saved, and a crash leaves the old file or the new one. Nothing
//! in the file is dropped because we do not understand it. Everything here blocks; the loop calls it from a
//! thread. Knows nothing of screens, and keeps no edit that failed: the caller does, and tries again.

mod disk;
mod format;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::lookup::{Edit, Lookup};
use crate::domain::text::clean;
use crate::private::Refusal;
use disk::{Found, LockError, Stamp};
use format::Document;

/// How long to wait, before a broken file is moved aside, for another instance's edit, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// The file of saved lookups.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    patience: Duration,
    /// Which state of the file we have seen; `None` when there was none.
    stamp: Option<Stamp>,
    /// What we read or wrote last, and had to say of it. The lookups are the base of the next edit should the file
    /// be gone or broken by then.
    last: Loaded,
}

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// In the user's order. Labels are clean, and no job is there twice.
    pub lookups: Vec<Lookup>,
    /// What the user should be told.
    pub note: Option<LoadNote>,
    /// Edits will fail.
    pub read_only: bool,
}

/// Something about the file that the user should know. `Display` says it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadNote {
    /// The file was broken and is kept under another name.
    SetAside { kept_as: PathBuf, reason: String },
    /// The file is broken and could not be moved: left alone.
    Broken { path: PathBuf, reason: String, cause: String },
    /// Of a version that is not ours, as it is written there: left alone.
    Newer { path: PathBuf, version: String },
    /// Some entries mean nothing to us; they stay in the file. The reason is that of the first.
    Skipped { path: PathBuf, count: usize, reason: String },
    /// The file cannot be read.
    Unreadable { path: PathBuf, cause: String },
    /// The file or its directory is somebody else's, or others may write to it: shown, and left alone.
    Refused(Refusal),
}

/// Why an edit was not saved. `Display` names the file and the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// Another instance holds the lock.
    Busy { lock: PathBuf },
    /// The file has a version that is not ours, as it is written there.
    Newer { path: PathBuf, version: String },
    /// The file is there and cannot be read.
    Unreadable { path: PathBuf, cause: String },
    /// Read-only or full disk, no permission.
    Unwritable { path: PathBuf, cause: String },
    /// The lock cannot be opened or taken: not by waiting.
    NoLock { lock: PathBuf, cause: String },
    /// The file or its directory is somebody else's, or others may write to it.
    Refused(Refusal),
}

impl StoreError {
    /// Whether the same edit may succeed later, so that it is worth keeping.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        !matches!(self, Self::Newer { .. })
    }

    /// Whether it is the file that must not be written to, and not the way there.
    #[must_use]
    pub fn is_about_the_file(&self) -> bool {
        matches!(self, Self::Newer { .. } | Self::Unreadable { .. } | Self::Refused(_))
    }
}

impl Store {
    /// A store on that file; nothing is read or made yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), patience: PATIENCE, stamp: None, last: Loaded::default() }
    }

    /// Whether reading the file takes long enough to be felt: some two hundred lookups. One look at its metadata.
    #[must_use]
    pub fn is_large(&self) -> bool {
        const LARGE: u64 = 32 * 1024;
        std::fs::metadata(&self.path).is_ok_and(|file| file.len() > LARGE)
    }

    /// Reads the file. A missing one is an empty list; a broken one is moved aside. Where there is nothing to
    /// read, what was read or written before stands: what is on the screen is worth more than an empty list.
    pub fn load(&mut self) -> Loaded {
        let loaded = match disk::read(&self.path) {
            Ok(None) => {
                self.stamp = None;
                let refusal = disk::refusal_of_directory(&self.path);
                let read_only = refusal.is_some();
                self.as_before(refusal.map(LoadNote::Refused), read_only)
            }
            Ok(Some(found)) => {
                self.stamp = Some(found.stamp);
                match (format::read(&found.bytes), found.refusal) {
                    // What it holds is only shown: the ids are checked, the labels are clean, and nothing is saved.
                    (Ok(content), Some(refusal)) => {
                        let note = Some(LoadNote::Refused(refusal));
                        Loaded { lookups: content.lookups, note, read_only: true }
                    }
                    (Err(_), Some(refusal)) => self.as_before(Some(LoadNote::Refused(refusal)), true),
                    (Ok(content), None) => self.loaded(content),
                    (Err(reason), None) => self.load_broken(reason),
                }
            }
            Err(cause) => self.unreadable(&cause),
        };
        self.last.clone_from(&loaded);
        loaded
    }

    /// What the file holds, for whoever only reads it: nothing is changed or moved, and no lock is taken.
    #[must_use]
    pub fn peek(&self) -> Loaded {
        match disk::read(&self.path) {
            Ok(None) => Loaded::default(),
            Ok(Some(found)) => match format::read(&found.bytes) {
                // Whose hands it went through is for whoever saves to say; what it holds is only asked for.
                Ok(content) => self.loaded(content),
                Err(reason) => self.broken_in_place(reason, "it was only read".to_owned()),
            },
            Err(cause) => self.unreadable(&cause),
        }
    }

    /// Reads the file again if it is another than the one last read or written here, or could not be read then;
    /// `None` when that tells nothing new. Mostly one look at its metadata.
    pub fn reload(&mut self) -> Option<Loaded> {
        // A mode that was changed, or a disk that is back, leaves no trace in the metadata.
        if !self.changed_since_load() && !self.last.read_only {
            return None;
        }
        let before = self.last.clone();
        Some(self.load()).filter(|loaded| *loaded != before)
    }

    /// Whether the file is another than the one last read or written here. One look at its metadata.
    #[must_use]
    fn changed_since_load(&self) -> bool {
        disk::stamp(&self.path) != self.stamp
    }

    /// Applies edits, in their order, to what the file holds now, and saves it once. Returns what it holds then,
    /// other instances' edits included; the note tells only of a file that had to be moved aside. Does not wait for
    /// the lock: whoever may wait tries again.
    ///
    /// # Errors
    /// When they could not be saved, none of them; the file is then as it was.
    pub fn edit(&mut self, edits: &[Edit]) -> Result<Loaded, StoreError> {
        let lock = self.lock_path();
        match disk::locked(&lock, Duration::ZERO, || self.edit_locked(edits)) {
            Ok(result) => result,
            Err(LockError::Held) => Err(StoreError::Busy { lock }),
            Err(LockError::Refused(refusal)) => Err(StoreError::Refused(refusal)),
            Err(LockError::Lock(cause)) => Err(StoreError::NoLock { lock, cause: disk::words(&cause) }),
            Err(LockError::Directory(cause)) => Err(self.unwritable(&cause)),
        }
    }

    fn edit_locked(&mut self, edits: &[Edit]) -> Result<Loaded, StoreError> {
        let found = disk::read(&self.path).map_err(|cause| StoreError::Unreadable {
            path: self.path.clone(),
            cause: disk::words(&cause),
        })?;
        if let Some(refusal) = found.as_ref().and_then(|found| found.refusal.clone()) {
            return Err(StoreError::Refused(refusal));
        }
        let mut note = None;
        let whole = match &found {
            None => None,
            Some(found) => match Document::read(&found.bytes) {
                Ok(document) => Some((document, found.stamp)),
                Err(reason) => {
                    note = Some(self.set_aside(found, reason).map_err(|(_, cause)| self.unwritable(&cause))?);
                    None
                }
            },
        };
        let must_write = whole.is_none();
        let mut document = match whole {
            Some((document, stamp)) => {
                if let Some(version) = document.foreign() {
                    let version = version.to_owned();
                    return Err(StoreError::Newer { path: self.path.clone(), version });
                }
                self.stamp = Some(stamp);
                document
            }
            None => Document::of(&self.last.lookups),
        };
        let changes = edits.iter().filter(|edit| document.apply(edit)).count();
        if changes > 0 || must_write {
            let written = disk::replace(&self.path, &document.to_bytes());
            self.stamp = Some(written.map_err(|cause| self.unwritable(&cause))?);
        }
        self.last = Loaded { lookups: document.lookups(), note, read_only: false };
        Ok(self.last.clone())
    }

    fn loaded(&self, content: format::Content) -> Loaded {
        let path = self.path.clone();
        let read_only = content.foreign.is_some();
        let note = if let Some(version) = content.foreign {
            Some(LoadNote::Newer { path, version })
        } else {
            let count = content.skipped;
            content.first_reason.map(|reason| LoadNote::Skipped { path, count, reason })
        };
        Loaded { lookups: content.lookups, note, read_only }
    }

    /// Under the lock, for another instance may be doing the same: moves the file aside unless it is whole now.
    fn load_broken(&mut self, reason: String) -> Loaded {
        let (lock, patience) = (self.lock_path(), self.patience);
        match disk::locked(&lock, patience, || self.load_broken_locked()) {
            Ok(loaded) => loaded,
            Err(LockError::Held) => self.broken_in_place(reason, "another atlas-tui is saving".to_owned()),
            Err(LockError::Refused(refusal)) => self.as_before(Some(LoadNote::Refused(refusal)), true),
            Err(LockError::Directory(cause) | LockError::Lock(cause)) => {
                self.broken_in_place(reason, disk::words(&cause))
            }
        }
    }

    fn load_broken_locked(&mut self) -> Loaded {
        self.stamp = None;
        let found = match disk::read(&self.path) {
            Ok(Some(found)) => found,
            Ok(None) => return self.as_before(None, false),
            Err(cause) => return self.unreadable(&cause),
        };
        match format::read(&found.bytes) {
            Ok(content) => {
                self.stamp = Some(found.stamp);
                self.loaded(content)
            }
            Err(reason) => match self.set_aside(&found, reason) {
                Ok(note) => self.as_before(Some(note), false),
                Err((reason, cause)) => {
                    self.stamp = Some(found.stamp);
                    self.broken_in_place(reason, disk::words(&cause))
                }
            },
        }
    }

    fn unreadable(&self, cause: &std::io::Error) -> Loaded {
        let (path, cause) = (self.path.clone(), disk::words(cause));
        self.as_before(Some(LoadNote::Unreadable { path, cause }), true)
    }

    fn broken_in_place(&self, reason: String, cause: String) -> Loaded {
        self.as_before(Some(LoadNote::Broken { path: self.path.clone(), reason, cause }), true)
    }

    fn as_before(&self, note: Option<LoadNote>, read_only: bool) -> Loaded {
        Loaded { lookups: self.last.lookups.clone(), note, read_only }
    }

    fn set_aside(&self, found: &Found, reason: String) -> Result<LoadNote, (String, std::io::Error)> {
        match disk::set_aside(&self.path, found) {
            Ok(kept_as) => Ok(LoadNote::SetAside { kept_as, reason }),
            Err(cause) => Err((reason, cause)),
        }
    }

    fn lock_path(&self) -> PathBuf {
        self.path.with_extension("lock")
    }

    fn unwritable(&self, cause: &std::io::Error) -> StoreError {
        StoreError::Unwritable { path: self.path.clone(), cause: disk::words(cause) }
    }
}

impl std::error::Error for StoreError {}

/// The next step first and the path last: on a small screen it is the end that may be cut.
impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { lock } => {
                write!(f, "another atlas-tui is saving; end it if it hangs. Its lock: {}", shown(lock))
            }
            Self::Newer { path, version } => write!(
                f,
                "update atlas-tui: the lookups file has version {version}, unknown here, and is not changed: {}",
                shown(path)
            ),
            Self::Unreadable { path, cause } => {
                write!(f, "make the lookups file readable ({cause}): {}", shown(path))
            }
            Self::Unwritable { path, cause } => write!(
                f,
                "check directory and disk, the lookups file cannot be written ({cause}): {}",
                shown(path)
            ),
            Self::NoLock { lock, cause } => write!(
                f,
                "remove the lock of the lookups file or make it writable, it cannot be opened ({cause}): {}",
                shown(lock)
            ),
            Self::Refused(refusal) => {
                write!(
                    f,
                    "run `{}`: the lookups are not saved because {}",
                    refusal.remedy(),
                    refusal.reason()
                )
            }
        }
    }
}

impl fmt::Display for LoadNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetAside { kept_as, reason } => {
                let name = kept_as.file_name().map_or(kept_as.as_path(), Path::new);
                write!(
                    f,
                    "lookups kept aside as {}, beside the new file: not readable ({reason})",
                    shown(name)
                )
            }
            Self::Broken { path, reason, cause } => write!(
                f,
                "mend or move the lookups file, nothing is saved until then: it is not readable ({reason}) and \
                 could not be moved aside ({cause}): {}",
                shown(path)
            ),
            Self::Newer { path, version } => write!(
                f,
                "update atlas-tui to edit: the lookups file has version {version}, unknown here, read-only: {}",
                shown(path)
            ),
            Self::Skipped { path, count: 1, reason } => {
                write!(f, "1 lookup is left out, and kept in the file: {reason}: {}", shown(path))
            }
            Self::Skipped { path, count, reason } => {
                write!(f, "{count} lookups are left out, and kept in the file: {reason}: {}", shown(path))
            }
            Self::Unreadable { path, cause } => write!(
                f,
                "make the lookups file readable, nothing is saved until then ({cause}): {}",
                shown(path)
            ),
            Self::Refused(refusal) => {
                write!(
                    f,
                    "run `{}` to edit: the lookups are read-only because {}",
                    refusal.remedy(),
                    refusal.reason()
                )
            }
        }
    }
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy()).into_owned()
}
