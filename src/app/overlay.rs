//! What can lie over the board: one at a time.

use tui_input::Input;

use super::diagnosis::Diagnosis;
use super::form::Form;
use super::keymap::Action;
use super::raw::RawView;

#[derive(Debug, Clone)]
pub enum Overlay {
    Form(Box<Form>),
    Help {
        scroll: u16,
    },
    Raw(RawView),
    Menu(Menu),
    Palette {
        query: Input,
        selected: usize,
    },
    /// Which profile the session goes on with.
    Profiles {
        query: Input,
        selected: usize,
    },
    /// Leave although edits are not saved?
    ConfirmQuit,
    Log {
        scroll: u16,
    },
    Doctor(Diagnosis),
}

/// A short menu of choices, each with its own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    pub title: String,
    pub items: Vec<Choice>,
    pub selected: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub key: char,
    /// Empty where the note says it all.
    pub label: &'static str,
    /// What would be copied or opened, or why it cannot be.
    pub note: String,
    pub does: Does,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    Act(Action),
    Copy { what: String, text: String },
    Open(String),
    Nothing,
}
