//! Files and directories that are ours alone: who may have written what we read, and how we write so that nobody else
//! can.
//!
//! A file that steers the program (settings with a command to run, a token, the list of lookups) is worth as much as
//! the people who can change it. So before one is used, its owner and its mode are looked at, on the open file and
//! not on its name, which could mean another by then. What is wrong is a [`Refusal`], which says what to do.
//!
//! - The owner must be us. Root's will do where somebody else may well have set things up for us ([`Trust::Settings`]).
//! - Root is nobody special: under `sudo`, which may leave `HOME` as it was, a user's file would have its commands
//!   run by root. And what root wrote into a user's directory, that user could no longer save.
//! - Nobody else may write. The group may if it is the owner's own, of the same number, as many systems give each
//!   user one and make files writable by it (`USERGROUPS_ENAB` of login.defs, umask 002).
//! - A directory that all may write to is as good as a closed one if it is sticky, as `/tmp` is: others can take
//!   nothing out of it, and what they put in is not ours.
//! - Reading follows symbolic links, as a person may keep settings elsewhere: the file at the end is what counts.
//!   Writing does not.
//!
//! Only Unix has owners and modes in this sense. Elsewhere nothing is refused, and files have the rights that their
//! directory hands down, which in a user's profile are the user's own.
//!
//! Knows nothing of what is in the files.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::domain::shell;
use crate::domain::text::clean;

/// How far a file must be out of others' reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// We read it and do as it says: it is ours or root's, and nobody else can change it.
    Settings,
    /// We made it and change it: it is ours, and nobody else can change it.
    Own,
    /// It holds a secret: as [`Trust::Settings`], and nobody else can read it.
    Secret,
}

/// What a file system says about a file: plain numbers, so that a rule about another user needs no other user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub owner: u32,
    pub group: u32,
    /// With the bits of `chmod` alone.
    pub mode: u32,
    pub is_directory: bool,
}

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Neither ours nor, where that would do, root's.
    Foreign,
    /// Others than its owner can change it.
    Writable,
    /// Others than its owner can read it.
    Readable,
}

impl Standing {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            owner: metadata.uid(),
            group: metadata.gid(),
            mode: metadata.mode() & 0o7777,
            is_directory: metadata.is_dir(),
        }
    }

    /// What keeps user number `me` from trusting it; `None` when nothing does.
    #[must_use]
    pub fn fault(self, me: u32, trust: Trust) -> Option<Fault> {
        const STICKY: u32 = 0o1000;
        let by_root = self.owner == 0 && trust != Trust::Own;
        if self.owner != me && !by_root {
            return Some(Fault::Foreign);
        }
        // Root's own group is no user's: who is in it is not known.
        let own_group = self.group == self.owner && self.owner != 0;
        let others = if own_group { 0o007 } else { 0o077 };
        if self.mode & others & 0o022 != 0 && !(self.is_directory && self.mode & STICKY != 0) {
            return Some(Fault::Writable);
        }
        (trust == Trust::Secret && !self.is_directory && self.mode & others & 0o044 != 0)
            .then_some(Fault::Readable)
    }
}

/// A file or directory that is not to be trusted. `Display` says which, why, and the command that mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub path: PathBuf,
    pub fault: Fault,
    pub found: Standing,
    /// The number of the user that the program runs as.
    pub me: u32,
}

impl Refusal {
    /// The command that mends it, its words quoted for a shell.
    #[must_use]
    pub fn remedy(&self) -> String {
        let path = self.path.to_string_lossy();
        let path = shell::quoted(&path);
        match self.fault {
            Fault::Foreign => format!("sudo chown {} {path}", self.me),
            Fault::Writable => format!("chmod go-w {path}"),
            Fault::Readable => format!("chmod go= {path}"),
        }
    }

    /// What is wrong, without the path: `others may write to it (mode 666)`.
    #[must_use]
    pub fn reason(&self) -> String {
        let Standing { owner, mode, .. } = self.found;
        match self.fault {
            Fault::Foreign => format!("it belongs to {}, and this is {}", user(owner), user(self.me)),
            Fault::Writable => format!("others may write to it (mode {mode:o})"),
            Fault::Readable => format!("others may read it (mode {mode:o})"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        write!(f, "{} is not trusted: {}; run: {}", clean(&path), self.reason(), self.remedy())
    }
}

impl std::error::Error for Refusal {}

fn user(number: u32) -> String {
    if number == 0 { "root".to_owned() } else { format!("user {number}") }
}

/// Why a file was not opened.
#[derive(Debug)]
pub enum OpenError {
    /// It is not to be trusted.
    Refused(Refusal),
    /// It is not there, or cannot be opened.
    Io(io::Error),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Opens a file that must be trusted, for reading.
///
/// # Errors
/// [`OpenError::Refused`] when others have or may have had their hands in it or in its directory, `NotFound` when it
/// is not there, and whatever else keeps it from being opened. What is no regular file is `InvalidInput`.
pub fn open(path: &Path, trust: Trust) -> Result<File, OpenError> {
    let file = open_to_read(path)?;
    check_metadata(path, &file.metadata()?, trust).map_err(OpenError::Refused)?;
    if let Some(directory) = directory_of(path) {
        check(directory, trust).map_err(OpenError::Refused)?;
    }
    Ok(file)
}

/// Opens a file and nothing else, whoever it belongs to, without waiting: a pipe would be waited at for a writer, and
/// a device has no end.
///
/// # Errors
/// It cannot be opened, or is no regular file (`InvalidInput`).
pub fn open_to_read(path: &Path) -> io::Result<File> {
    open_at_once(path, OpenOptions::new().read(true), false)
}

/// Opens a file of ours for writing without changing what is in it, and makes it (mode 0600) if it is not there. A
/// symbolic link in its place is not followed.
///
/// # Errors
/// It cannot be opened or made, or is a symbolic link or another thing than a file (`InvalidInput`).
pub fn open_to_write(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    open_at_once(path, &mut options, true)
}

fn open_at_once(path: &Path, options: &mut OpenOptions, here: bool) -> io::Result<File> {
    let refused = |why| io::Error::new(ErrorKind::InvalidInput, why);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        if here {
            flags |= OFlags::NOFOLLOW;
        }
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
    }
    if here && path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
        return Err(refused("a symbolic link"));
    }
    match options.open(path) {
        Ok(file) if file.metadata()?.is_file() => Ok(file),
        Ok(_) => Err(refused("not a regular file")),
        // A directory to write to, a pipe without a reader, a socket: each refuses in its own words.
        Err(_) if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) => {
            Err(refused("not a regular file"))
        }
        Err(error) => Err(error),
    }
}

/// Whether a file or directory that is there can be trusted. What is not there or cannot be looked at is nobody's
/// fault yet: opening it will tell.
///
/// # Errors
/// What is wrong with it.
pub fn check(path: &Path, trust: Trust) -> Result<(), Refusal> {
    match std::fs::metadata(path) {
        Ok(metadata) => check_metadata(path, &metadata, trust),
        Err(_) => Ok(()),
    }
}

/// The same for what is known about an open file.
///
/// # Errors
/// What is wrong with it.
pub fn check_metadata(path: &Path, metadata: &Metadata, trust: Trust) -> Result<(), Refusal> {
    #[cfg(unix)]
    {
        let (found, me) = (Standing::of(metadata), rustix::process::geteuid().as_raw());
        if let Some(fault) = found.fault(me, trust) {
            return Err(Refusal { path: path.to_path_buf(), fault, found, me });
        }
    }
    #[cfg(not(unix))]
    let _ = (path, metadata, trust);
    Ok(())
}

fn directory_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|directory| !directory.as_os_str().is_empty())
}

/// Makes a directory for files of ours, with those above it, all with mode 0700; one that is there is checked.
///
/// # Errors
/// [`OpenError::Refused`] when it is somebody else's or others may write to it; or it cannot be made.
pub fn make_directory(directory: &Path) -> Result<(), OpenError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    check(directory, Trust::Own).map_err(OpenError::Refused)
}

/// Puts a new file (mode 0600) in the place of the old one, all or nothing, in a directory that is there. A symbolic
/// link is replaced, never written through. Answers what the new file is known by.
///
/// # Errors
/// It cannot be written, or not be put there; the old one is then as it was.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<Metadata> {
    let directory = directory_of(path).unwrap_or(Path::new("."));
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // Under a name that nobody can have foreseen, made and not opened. Mode 0600 is tempfile's own on Unix.
    let mut file =
        tempfile::Builder::new().prefix(&format!(".{stem}-")).suffix(".tmp").tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let metadata = file.as_file().metadata()?;
    file.persist(path).map_err(|error| error.error)?;
    // The rename is done; that it survives a power cut is more than some file systems promise for a directory.
    #[cfg(unix)]
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
    Ok(metadata)
}

#[cfg(test)]
mod tests;
