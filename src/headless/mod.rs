//! Commands without a screen: functions of a writer, a clock and the API.
//!
//! Standard output is data and standard error is messages, both handed in as writers; an escape sequence gets into them
//! only as [`style`] allows. What the words and numbers mean is kept stable for scripts: see [`json`] and [`exit`].

pub mod ask;
mod csv;
pub mod exit;
pub mod form;
mod get;
pub mod json;
pub mod list;
pub mod output;
mod reading;
mod row;
pub mod style;
mod table;
pub mod text;
pub mod times;
mod transition;
pub mod watch;

pub use get::{GetOptions, Look, get};
pub use reading::Reading;
pub use transition::{Transition, transition};
