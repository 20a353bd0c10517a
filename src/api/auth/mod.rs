//! How requests are signed: HTTP digest for a key, a bearer token for everything else.
//!
//! `digest` answers challenges. `bearer` keeps one token and sees to it that there is no more than one at a time;
//! `grant` asks Atlas for one, `command` a program of the user's, and `shelf` is the file through which running
//! programs share theirs. Nothing here knows what is asked for with it.

mod bearer;
mod command;
mod digest;
mod grant;
mod shelf;
mod token;

pub(super) use bearer::{Bearer, Surroundings};
pub(super) use digest::{Digest, Exchange};
