//! What a watch waits for, and what an error means for the wait: pure, one job at a time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::api::{ApiError, ErrorKind};
use crate::headless::exit;

/// What has to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Until {
    /// It is over, or its link is ready.
    #[default]
    Final,
    /// The same, but a download that ends without a link has not reached it.
    Ready,
    /// The same as `final`, and of a restore into a cluster that this cluster is idle after it.
    Usable,
}

impl Until {
    pub const ALL: [Self; 3] = [Self::Final, Self::Ready, Self::Usable];

    /// The word of the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Ready => "ready",
            Self::Usable => "usable",
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Until {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = Self::ALL.into_iter().find(|until| until.as_str() == text);
        word.ok_or("a watch waits until final, ready or usable")
    }
}

/// By what rules a watch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    pub until: Until,
    /// For the whole watch.
    pub timeout: Option<Duration>,
    /// For each job, from the first of the failures in a row; `None`: for ever.
    pub give_up_after: Option<Duration>,
    /// Without a line for so long, one says that the watch goes on.
    pub heartbeat: Option<Duration>,
    /// The first bad end is the end of all.
    pub fail_fast: bool,
}

/// What a failed read means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is asked again, for as long as the rules allow.
    Wait,
    /// The job was there and is no more.
    Gone,
    /// No further question will help; the exit code.
    End(u8),
}

/// Refusals in a row that end the watch of a job which was read before: the worker asks five minutes apart, so a key
/// that is being exchanged at night has ten minutes.
pub const REFUSALS: u32 = 3;

/// Reads in a row that do not find what was there before: one alone may come from a replica that lags.
const MISSES: u32 = 2;

/// What a failure means. `seen`: whether the job, or the cluster, was ever read; `times`: failures in a row of this
/// exit code, this one included.
///
/// Never seen and nothing that time alone mends: the command line or the key is wrong, and waiting would only hide
/// it. Seen before: it was right, so somebody is at work on the other side, and the watch outlives that.
#[must_use]
pub fn verdict(error: &ApiError, seen: bool, times: u32) -> Verdict {
    let code = error.exit_code();
    match error.kind {
        ErrorKind::NotFound(_) if seen && times >= MISSES => Verdict::Gone,
        ErrorKind::NotFound(_) if seen => Verdict::Wait,
        // The worker asks no more after these.
        ErrorKind::WrongKind | ErrorKind::Ended => Verdict::End(code),
        _ if code == exit::REFUSED && seen && times < REFUSALS => Verdict::Wait,
        _ if code == exit::REFUSED => Verdict::End(code),
        _ if seen || error.is_retryable() => Verdict::Wait,
        _ => Verdict::End(code),
    }
}

/// The exit code of a job that was given up on. Whatever kept it from being read, no answer came in time.
#[must_use]
pub fn given_up(error: &ApiError) -> u8 {
    match error.exit_code() {
        exit::INTERNAL => exit::UNREACHABLE,
        code => code,
    }
}

#[cfg(test)]
mod tests;
