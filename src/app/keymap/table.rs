//! The key table: one row for each action, with its default keys and its words.
//!
//! The defaults follow what hands know from k9s, stu, slumber and vim. No key removes or changes anything in
//! Atlas, and Esc never quits.

use super::action::{Action, Section};
use crate::app::key::{Code, Key};

pub(super) struct Row {
    pub action: Action,
    pub name: &'static str,
    pub keys: &'static [Key],
    pub word: &'static str,
    pub description: &'static str,
    pub section: Section,
}

use Section::{Job, Lookups, Move, Program, View};

const fn c(c: char) -> Key {
    Key::char(c)
}

const fn k(code: Code) -> Key {
    Key::plain(code)
}

const fn shift(code: Code) -> Key {
    Key { code, ctrl: false, alt: false, shift: true }
}

/// Ctrl-c, which quits whatever the config file says.
pub(super) const ALWAYS_QUITS: Key = Key::ctrl('c');

/// Declares the rows without six field names each.
macro_rules! rows {
    ($($action:ident $name:literal [$($key:expr),*] $word:literal $section:ident $description:literal;)*) => {
        [$(Row {
            action: Action::$action,
            name: $name,
            keys: &[$($key),*],
            word: $word,
            description: $description,
            section: $section,
        }),*]
    };
}

#[rustfmt::skip]
pub(super) const TABLE: [Row; 50] = rows![
    Up "up" [k(Code::Up), c('k')] "up" Move "One line up";
    Down "down" [k(Code::Down), c('j')] "down" Move "One line down";
    PageUp "page-up" [k(Code::PageUp), Key::ctrl('b')] "page up" Move "One page up";
    PageDown "page-down" [k(Code::PageDown), Key::ctrl('f')] "page down" Move "One page down";
    HalfPageUp "half-page-up" [Key::ctrl('u')] "half up" Move "Half a page up";
    HalfPageDown "half-page-down" [Key::ctrl('d')] "half down" Move "Half a page down";
    Top "top" [c('g'), k(Code::Home)] "top" Move "To the first line";
    Bottom "bottom" [c('G'), k(Code::End)] "bottom" Move "To the last line";
    Open "open" [k(Code::Enter), c('l'), c('d')] "open" Move "Open the selected line";
    Back "back" [k(Code::Esc), c('h'), k(Code::Backspace)] "back" Move "Back, or close what is open";
    NextPane "next-pane" [k(Code::Tab)] "pane" Move "To the next pane";
    PreviousPane "previous-pane" [k(Code::BackTab)] "pane" Move "To the previous pane";

    Add "add" [c('a')] "add" Lookups "Add a lookup";
    Edit "edit" [c('e')] "edit" Lookups "Edit the selected lookup";
    Remove "remove" [k(Code::Delete)] "remove" Lookups "Remove the selected or marked lookups from this board; nothing changes in Atlas";
    Undo "undo" [c('u')] "undo" Lookups "Bring back what was removed last";
    MoveUp "move-up" [c('K'), shift(Code::Up)] "move up" Lookups "Move the selected lookup up";
    MoveDown "move-down" [c('J'), shift(Code::Down)] "move down" Lookups "Move the selected lookup down";
    Mark "mark" [c(' ')] "mark" Lookups "Mark the selected lookup, or take its mark away";
    MarkAll "mark-all" [c('*')] "mark all" Lookups "Mark all lookups in the list";
    MarkNone "mark-none" [c('\\')] "mark none" Lookups "Take all marks away";
    Filter "filter" [c('/')] "filter" Lookups "Show only the lookups with a word, a status:, kind:, profile: or age<";
    NextMatch "next-match" [c('n')] "next" Lookups "To the next match";
    PreviousMatch "previous-match" [c('N')] "previous" Lookups "To the previous match";
    Sort "sort" [c('s')] "sort" Lookups "Sort by the next column, or in your own order";
    ReverseSort "reverse-sort" [c('S')] "reverse" Lookups "Turn the order round";

    Refresh "refresh" [c('r')] "refresh" Job "Read the selected job now, or all marked ones";
    RefreshAll "refresh-all" [Key::ctrl('r')] "refresh all" Job "Read all jobs now";
    Pause "pause" [c('p')] "pause" Job "Pause and resume refreshing";
    Slower "slower" [c('+'), c('=')] "slower" Job "Lengthen the refresh interval";
    Faster "faster" [c('-')] "faster" Job "Shorten the refresh interval";
    Copy "copy" [c('y')] "copy" Job "Copy the id, URL, JSON or curl line";
    CopyId "copy-id" [] "copy id" Job "Copy the id of the restore job";
    CopyUrl "copy-url" [] "copy URL" Job "Copy the download link, or the API URL when there is none";
    CopyJson "copy-json" [] "copy JSON" Job "Copy the answer as JSON";
    CopyCurl "copy-curl" [] "copy curl" Job "Copy a curl line that reads the job, without secrets";
    OpenLink "open-link" [c('o')] "open link" Job "Open the download link in the browser";
    Doctor "doctor" [c('!')] "check" Job "Check step by step why the selected job cannot be read";

    Raw "raw" [c('i')] "raw" View "Show the answer as it came";
    Log "log" [c('L')] "log" View "Show the last requests and their errors";
    Zoom "zoom" [c('f')] "zoom" View "Fill the screen with one pane, and back";
    TimeFormat "time-format" [c('T')] "times" View "Show times as local, UTC or relative";
    Mouse "mouse" [c('M')] "mouse" View "Turn the mouse on and off";
    Redraw "redraw" [Key::ctrl('l')] "redraw" View "Draw the whole screen again";

    Help "help" [c('?'), k(Code::F(1))] "help" Program "Show all keys";
    Palette "palette" [c(':'), Key::ctrl('p')] "commands" Program "Find a command by its name";
    Profile "profile" [c('P')] "profile" Program "Go on with another profile: another key, project or Atlas";
    Demo "demo" [Key::ctrl('g')] "demo" Program "Try the demo: made-up jobs, no network, nothing saved; again to come back";
    Suspend "suspend" [Key::ctrl('z')] "suspend" Program "Stop, and come back with fg";
    Quit "quit" [c('q'), ALWAYS_QUITS] "quit" Program "Quit";
];
