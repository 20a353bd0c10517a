//! A lock between processes: a file that one of them has locked at a time. The system releases it when a process dies.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::open_to_write;

/// A lock that is held until this is dropped. Where the file system has no locks, nobody is kept out: better to go on
/// than to refuse.
pub struct Lock {
    _held: fd_lock::RwLock<File>,
}

impl Lock {
    /// Takes the lock if it is free, without waiting; `None` while another process, or another part of this one, has
    /// it. The file is made (mode 0600) if it is not there; its directory must be.
    ///
    /// # Errors
    /// The file cannot be opened or locked.
    pub fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let mut lock = fd_lock::RwLock::new(open_to_write(path)?);
        match lock.try_write() {
            // The lock lasts as long as the file is open; its guard would borrow from beside it.
            Ok(guard) => std::mem::forget(guard),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                return Ok(None);
            }
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            Err(error) => return Err(error),
        }
        Ok(Some(Self { _held: lock }))
    }
}
