//! What a person can ask for, and where it belongs in the help. The words are in the table.

use super::table::{Row, TABLE};

/// What the user meant, in verbs. The order is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    HalfPageUp,
    HalfPageDown,
    Top,
    Bottom,
    Open,
    Back,
    NextPane,
    PreviousPane,
    Add,
    Edit,
    Remove,
    Undo,
    MoveUp,
    MoveDown,
    Mark,
    MarkAll,
    MarkNone,
    Filter,
    NextMatch,
    PreviousMatch,
    Sort,
    ReverseSort,
    Refresh,
    RefreshAll,
    Pause,
    Slower,
    Faster,
    Copy,
    CopyId,
    CopyUrl,
    CopyJson,
    CopyCurl,
    OpenLink,
    Doctor,
    Raw,
    Log,
    Zoom,
    TimeFormat,
    Mouse,
    Redraw,
    Help,
    Palette,
    Profile,
    Demo,
    Suspend,
    Quit,
}

/// A heading of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    Move,
    Lookups,
    Job,
    View,
    Program,
}

impl Section {
    /// In the order of the help.
    pub const ALL: [Self; 5] = [Self::Move, Self::Lookups, Self::Job, Self::View, Self::Program];

    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Lookups => "Lookups",
            Self::Job => "Job",
            Self::View => "View",
            Self::Program => "Program",
        }
    }
}

impl Action {
    /// All of them, in the order of the table.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Up; TABLE.len()];
        let mut index = 0;
        while index < TABLE.len() {
            #[expect(clippy::indexing_slicing, reason = "bounded by the loop, and evaluated at compile time")]
            {
                all[index] = TABLE[index].action;
            }
            index += 1;
        }
        all
    };

    /// Its name in the config file: `refresh-all`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The action of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.action)
    }

    /// What it does, in one line for help and palette.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.row().description
    }

    /// One or two short words for the footer.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().word
    }

    #[must_use]
    pub fn section(self) -> Section {
        self.row().section
    }

    pub(super) fn row(self) -> &'static Row {
        TABLE.get(self as usize).unwrap_or(&TABLE[0])
    }
}
