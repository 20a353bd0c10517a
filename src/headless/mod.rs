//! Commands without a screen: functions of a writer, a clock and the API.
//!
//! Standard output is data and standard error is messages, both handed in as writers; neither ever gets an
//! escape sequence from here. What the words and numbers mean is kept stable for scripts: see [`json`] and
//! [`exit`].

pub mod exit;
mod get;
pub mod json;
mod reading;
pub mod text;
mod transition;
pub mod watch;

pub use get::{GetOptions, Output, get, refuse};
pub use reading::Reading;
pub use transition::{Transition, transition};
