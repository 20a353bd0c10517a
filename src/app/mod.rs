//! What the program does with what happens: pure, and never awaiting anything.
//!
//! `update(model, message, now)` changes the [`Model`] and answers with [`Effect`]s; `screen(model, now)`
//! projects it onto what a person can read, and says when that would next differ by time alone.

pub mod account;
pub mod aside;
pub mod changed;
pub mod copy;
pub mod diagnosis;
pub mod filter;
pub mod form;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod message;
pub mod model;
pub mod notification;
pub mod order;
pub mod overlay;
pub mod raw;
pub mod remote;
pub mod rows;
pub mod screen;
pub mod time_format;
pub mod traffic;
pub mod update;
pub mod view;
pub mod watch;

pub use message::{Effect, Message};
pub use model::Model;
pub use update::{settle, update};
