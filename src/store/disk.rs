//! Reading, locking, replacing and setting aside one file. Knows nothing of what is in it.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

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
}

/// Reads the file; `None` when there is none.
pub fn read(path: &Path) -> io::Result<Option<Found>> {
    let file = match open(path, OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let stamp = Stamp::of(&file.metadata()?);
    let mut bytes = Vec::with_capacity(usize::try_from(stamp.len.min(LIMIT)).unwrap_or_default());
    file.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "larger than 16 MiB"));
    }
    Ok(Some(Found { bytes, stamp }))
}

/// Opens a file and nothing else: a pipe would be waited at for a writer, and a device has no end.
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let no_file = || io::Error::new(ErrorKind::InvalidInput, "not a regular file");
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let at_once = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, at_once.cast_signed());
    }
    match options.open(path) {
        Ok(file) if file.metadata()?.is_file() => Ok(file),
        Ok(_) => Err(no_file()),
        // A directory to write to, a pipe without a reader, a socket: each refuses in its own words.
        Err(_) if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) => Err(no_file()),
        Err(error) => Err(error),
    }
}

/// Why the work was not begun.
#[derive(Debug)]
pub enum LockError {
    /// Another process held the lock all the time.
    Held,
    /// There is no directory for the lock, and none can be made.
    Directory(io::Error),
    /// The lock itself cannot be opened or taken.
    Lock(io::Error),
}

/// Does the work while holding the lock file, which is made with its directory (mode 0700) when it is not
/// there. The system releases it when a process dies.
pub fn locked<T>(path: &Path, patience: Duration, work: impl FnOnce() -> T) -> Result<T, LockError> {
    if let Some(directory) = path.parent() {
        make_directory(directory).map_err(LockError::Directory)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut lock = fd_lock::RwLock::new(open(path, &mut options).map_err(LockError::Lock)?);
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

fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Puts a new file (mode 0600) in the place of the old one, all or nothing. A symbolic link is replaced, never
/// written through.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<Stamp> {
    let directory = path.parent().unwrap_or(Path::new("."));
    // Mode 0600 is tempfile's own on Unix.
    let mut file = tempfile::Builder::new().prefix(".lookups-").suffix(".tmp").tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let stamp = Stamp::of(&file.as_file().metadata()?);
    file.persist(path).map_err(|error| error.error)?;
    // The rename is done; that it survives a power cut is more than some file systems promise for a directory.
    #[cfg(unix)]
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
    Ok(stamp)
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
