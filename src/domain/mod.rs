//! What a restore job is and means, with no idea of terminals, networks or clocks.
//!
//! Everything here is a plain value or a pure function: `now` is always a parameter. `serde_json` is
//! allowed as a reader of text (a pasted job, the raw answer), never as a file or wire format.

pub mod countdown;
pub mod course;
pub mod id;
pub mod interval;
pub mod job;
pub mod lookup;
pub mod phase;
pub mod profile;
pub mod secret;
pub mod server_clock;
pub mod shell;
pub mod span;
pub mod target;
pub mod text;
