//! Reading, locking, replacing and setting aside one file. Knows nothing of what is in it.

use std::fs::Metadata;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

use crate::private::{self, OpenError, Refusal, Trust};

/// A hundred thousand lookups. What is larger is none of ours, and is not taken into memory.
const LIMIT: u64 = 16 << 20;

/// How long to sleep between two tries for the lock.
const PAUSE: Duration = Duration::from_millis(10);

/// Tells one state of a file from another. A replaced file has a new inode, so that two writes within one tick
/// of the file system's clock differ too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    inode: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { modified: metadata.modified().ok(), len: metadata.len(), inode }
    }
}

/// The state of the file now; `None` when there is none.
pub fn stamp(path: &Path) -> Option<Stamp> {
    std::fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata))
}

/// A file as it was read.
pub struct Found {
    pub bytes: Vec<u8>,
    pub stamp: Stamp,
    /// Why it must not be changed: others have, or may have, their hands in it.
    pub refusal: Option<Refusal>,
}

/// Why no file may be made beside this one; also for one that is not there.
pub fn refusal_of_directory(path: &Path) -> Option<Refusal> {
    private::check(path.parent()?, Trust::Own).err()
}

/// Reads the file; `None` when there is none.
pub fn read(path: &Path) -> io::Result<Option<Found>> {
    let file = match private::open_to_read(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    let stamp = Stamp::of(&metadata);
    let refusal = private::check_metadata(path, &metadata, Trust::Own).err();
    let refusal = refusal.or_else(|| refusal_of_directory(path));
    let mut bytes = Vec::with_capacity(usize::try_from(stamp.len.min(LIMIT)).unwrap_or_default());
    file.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "larger than 16 MiB"));
    }
    Ok(Some(Found { bytes, stamp, refusal }))
}

/// Why the work was not begun.
#[derive(Debug)]
pub enum LockError {
    /// Another process held the lock all the time.
    Held,
    /// There is no directory for the lock, and none can be made.
    Directory(io::Error),
    /// The directory is not ours alone.
    Refused(Refusal),
    /// The lock itself cannot be opened or taken.
    Lock(io::Error),
}

/// Does the work while holding the lock file, which is made with its directory (mode 0700) when it is not
/// there. The system releases it when a process dies.
pub fn locked<T>(path: &Path, patience: Duration, work: impl FnOnce() -> T) -> Result<T, LockError> {
    if let Some(directory) = path.parent() {
        private::make_directory(directory).map_err(|error| match error {
            OpenError::Refused(refusal) => LockError::Refused(refusal),
            OpenError::Io(error) => LockError::Directory(error),
        })?;
    }
    let mut lock = fd_lock::RwLock::new(private::open_to_write(path).map_err(LockError::Lock)?);
    let start = Instant::now();
    let _held = loop {
        match lock.try_write() {
            Ok(held) => break Some(held),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                if start.elapsed() >= patience {
                    return Err(LockError::Held);
                }
                std::thread::sleep(PAUSE);
            }
            // Some network file systems have no locks: better to save than to refuse.
            Err(error) if error.kind() == ErrorKind::Unsupported => break None,
            Err(error) => return Err(LockError::Lock(error)),
        }
    };
    Ok(work())
}

/// Puts a new file in the place of the old one, all or nothing.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<Stamp> {
    private::replace(path, bytes).map(|metadata| Stamp::of(&metadata))
}

/// Renames the file to `NAME.broken-YYYYMMDD-HHMMSS`, the time of its last change in UTC, or with a number
/// behind it when that name is taken. Call with the lock held.
pub fn set_aside(path: &Path, found: &Found) -> io::Result<PathBuf> {
    let changed = found.stamp.modified.and_then(|time| Timestamp::try_from(time).ok());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".broken-{}", changed.unwrap_or_default().strftime("%Y%m%d-%H%M%S")));
    let mut aside = path.with_file_name(&name);
    let mut number = 2;
    while aside.symlink_metadata().is_ok() {
        let mut numbered = name.clone();
        numbered.push(format!("-{number}"));
        aside = path.with_file_name(numbered);
        number += 1;
    }
    std::fs::rename(path, &aside)?;
    Ok(aside)
}

/// The cause as people say it, without the system's number.
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}
