//! `watch`: jobs until all are final, without a screen of its own.
//!
//! It stands on the dashboard's worker and sees what the dashboard sees. [`vigil`] decides (pure: reports, time and
//! rules in; news and an ending out), [`until`] what is waited for and what an error means, [`words`] and [`panel`] what
//! is said and seen, [`output`] who gets it; [`run`] is the one loop around them. Where the rows are drawn, who asks for
//! the metrics and who sent a signal is decided elsewhere.

mod job;
pub mod metrics;
pub mod output;
pub mod panel;
pub mod place;
pub mod run;
pub mod until;
pub mod vigil;
pub mod words;

pub use job::Job;
pub use output::{End, Output};
pub use panel::{Panel, Row, View};
pub use run::{Options, Outside, watch};
pub use until::{Rules, Until};
pub use vigil::Vigil;
pub use words::Line;
