//! What a person can read, as plain comparable values with roles and never colours. `ui` lays it out.
//!
//! All text in here is clean of control, escape and bidi characters.

use crate::app::keymap::Action;

/// Columns and rows of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

/// What a piece of text means; the theme gives it a style. Never the only carrier of a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Role {
    #[default]
    Plain,
    /// Secondary: names of fields, hints.
    Muted,
    /// Primary: titles, the phase word.
    Strong,
    Info,
    Active,
    Good,
    Warning,
    Danger,
    /// A key that can be pressed.
    Key,
    /// JSON: the name of a member, and values by type.
    JsonKey,
    JsonString,
    JsonNumber,
    JsonWord,
    /// The text a filter matched, the chosen option of a form.
    Highlight,
}

/// A run of text in one role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    pub text: String,
    pub role: Role,
}

impl Span {
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self { text: text.into(), role }
    }
}

/// The whole screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    pub size: Size,
    /// The terminal's own title; empty when it is left alone.
    pub window_title: String,
    /// In the terminal's tab or in the taskbar.
    pub progress: Progress,
    /// Borders, bars and spinners in ASCII only. Glyphs in texts are already chosen to match.
    pub ascii: bool,
    pub theme: ThemeName,
    pub header: Header,
    pub body: Body,
    /// What just happened ("copied …", "saved") or what lasts, in up to three rows above the footer.
    pub notice: Option<Span>,
    pub footer: Footer,
    pub overlay: Option<Overlay>,
}

impl Screen {
    /// The rows that the notice takes on a terminal of that size, when it has rows of its own.
    #[must_use]
    pub fn notice_rows(&self, size: Size) -> u16 {
        self.notice.as_ref().map_or(0, |notice| super::layout::notice_rows(size, &notice.text))
    }
}

/// What a tab or a taskbar shows of all jobs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Progress {
    /// Nothing is under way.
    #[default]
    None,
    /// So many hundredths are done.
    Percent(u8),
    /// Something failed that nobody has looked at.
    Failed,
    /// Something runs; how far it is is not known.
    Running,
}

/// The last line to which each text on the screen can be scrolled, known once it is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ends {
    /// Of the detail, or of the first-start screen in its place.
    pub detail: u16,
    pub help: u16,
}

/// The themes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum ThemeName {
    /// The terminal's own sixteen colours.
    #[default]
    Terminal,
    /// No colour at all: bold, dim, underline and reverse.
    Mono,
}

/// One line: where am I, and is anything wrong. `place` stays longest when the line is narrow; of the counts the
/// first ones go first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// The program's; empty where there is no room for it anyway.
    pub name: &'static str,
    /// Profile, host and what is wrong with them, the most telling part first.
    pub place: Vec<Span>,
    /// What is known beside that, where all else fits.
    pub hint: Option<Span>,
    pub counts: Vec<Span>,
    pub clock: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing to show yet: a heading, paragraphs, and keys with what they do.
    Welcome(Welcome),
    Board(Box<Board>),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Welcome {
    pub heading: String,
    pub paragraphs: Vec<Vec<Span>>,
    /// Key and what it does.
    pub keys: Vec<(String, String)>,
    /// Lines scrolled down by; `ui` stops at the end.
    pub scroll: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    pub layout: Layout,
    pub focus: Pane,
    pub list: List,
    /// `None` when nothing is selected (a filter that matches nothing).
    pub detail: Option<Detail>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    List,
    Detail,
}

/// Which panes are drawn, decided by `app::layout` from the size and the zoom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// List beside detail; the list is `list_width` columns wide, borders included.
    Beside { list_width: u16 },
    /// Only one pane, with a border.
    Single(Pane),
    /// Below 60×15: one pane, no borders, the shortest words.
    Tiny(Pane),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    pub title: String,
    /// The rows within the window only; the first one is row `above` of `total`.
    pub rows: Vec<Row>,
    /// Index into `rows`.
    pub selected: Option<usize>,
    pub above: usize,
    pub total: usize,
    /// In place of rows when there are none.
    pub empty: Option<String>,
    /// At the bottom border: the filter in force, unsaved edits.
    pub note: Option<Span>,
    /// Whether the rows have all their columns, under a heading.
    pub wide: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    pub glyph: String,
    pub label: String,
    pub word: String,
    /// Empty when there is none.
    pub time: String,
    /// Role of glyph and word.
    pub role: Role,
    /// Short marks after the label: `stale`, `unsaved`.
    pub marks: Vec<Span>,
    /// The first of them in one cell, for where no word of it fits; empty when there is none.
    pub sign: &'static str,
    /// Chosen for what is done to several at once.
    pub marked: bool,
    /// It went on to another phase a moment ago: it stands out.
    pub flash: bool,
    /// `was running`, until somebody has looked at it.
    pub was: Option<String>,
    /// The profile that it is read with, in a list that has no column for it; empty where that is the same for all
    /// lookups on the board.
    pub whose: String,
    /// The columns of a wide list.
    pub wide: Option<Box<Wide>>,
}

/// What a row has in a wide list only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wide {
    /// The profile that it is read with; empty where that is the same for all lookups on the board.
    pub profile: String,
    pub kind: &'static str,
    /// The instance that is restored from.
    pub source: String,
    /// Where to; empty when that is not known.
    pub target: String,
    /// How much is restored, in thousandths, where Atlas counts it and it goes on.
    pub progress: Option<u16>,
    /// How old the answer is that all this stands on; empty when there is none.
    pub age: String,
}

/// The selected lookup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detail {
    pub title: String,
    pub glyph: String,
    /// Upper-case phase word, or "WAITING" before the first answer.
    pub word: String,
    pub role: Role,
    /// Elapsed or age, beside the word.
    pub time: String,
    /// `serverless · automated`.
    pub about: String,
    /// Overlays beside the phase: `stale`, `clock off by 4 min`, anomalies.
    pub badges: Vec<Span>,
    /// Turns while a first answer is awaited; a step of the spinner.
    pub spinner: Option<usize>,
    pub lamps: Vec<Lamp>,
    pub countdown: Option<Gauge>,
    /// How much is restored, where Atlas counts it.
    pub progress: Option<Gauge>,
    /// Why there is no countdown.
    pub countdown_note: Option<String>,
    pub problem: Option<Problem>,
    pub fields: Vec<Field>,
    /// Transitions seen, oldest first.
    pub history: Vec<Vec<Span>>,
    /// `updated 2 s ago`, `next in 3 s`, `62 ms`: whole parts, the last ones dropped when the line is narrow.
    pub status: Vec<Span>,
    /// Lines scrolled down by; `ui` stops at the end.
    pub scroll: u16,
}

/// `cancelled no`, lit by its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lamp {
    pub name: &'static str,
    pub value: String,
    pub role: Role,
}

/// A label, a text and a bar: time that is left, or work that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gauge {
    /// `Link expires in`, `Link expired`, `Restored`.
    pub label: String,
    pub text: String,
    pub role: Role,
    /// The full part of the bar, in thousandths.
    pub permille: u16,
    /// Behind the bar: the end as a date in the chosen time format, or the counts.
    pub note: String,
}

/// What is wrong, and the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub headline: String,
    pub next_step: String,
    /// `next try in 8 s · last good answer 4 min ago`.
    pub retry: String,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub value: String,
    /// Further facts after the value, muted: `created 2026-11-24 03:38:54`.
    pub note: String,
    /// An id or URL is elided in the middle when it must be; prose wraps.
    pub elide: bool,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Footer {
    /// Most important first; the last ones are dropped when the line is narrow.
    pub keys: Vec<FooterKey>,
    /// At the right end: the rate budget. In a wide line the last keys make room for it; in a narrow one it goes
    /// before any key does.
    pub budget: Option<Span>,
    /// Takes the place of the keys while a filter is typed.
    pub prompt: Option<Prompt>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FooterKey {
    pub key: String,
    pub word: &'static str,
    pub action: Action,
}

/// A line of input with its cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Input {
    pub text: String,
    /// In characters from the start.
    pub cursor: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    pub sign: &'static str,
    pub input: Input,
    /// At the right; cut when it warns and does not fit, and left out when it only tells.
    pub note: Span,
}

/// At most one is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    Form(Form),
    Help(Help),
    Raw(Raw),
    Menu(Menu),
    Confirm(Confirm),
    Log(Log),
    Doctor(Doctor),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub title: String,
    /// The first line: what can be pasted, or what a paste filled.
    pub hint: Span,
    /// The options of `Kind`, with the chosen one.
    pub kinds: Vec<&'static str>,
    pub kind: usize,
    /// The options of `Profile`, with the chosen one; none where there is nothing to choose.
    pub profiles: Vec<String>,
    pub profile: usize,
    pub inputs: Vec<FormInput>,
    /// The row from the top: the kind, the profile where there are some, the inputs.
    pub focus: usize,
    /// Keys that work here.
    pub keys: Vec<(String, &'static str)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormInput {
    pub name: &'static str,
    pub input: Input,
    /// Shown muted while the input is empty.
    pub placeholder: &'static str,
    /// `✔ 24 hex digits`, `… 5 more digits`.
    pub verdict: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    pub title: String,
    /// Heading and its keys with what they do.
    pub sections: Vec<(&'static str, Vec<(String, String)>)>,
    pub scroll: u16,
}

/// The raw answer, or any other text to scroll through. Only the lines within the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    pub title: String,
    pub lines: Vec<Vec<Span>>,
    /// Index into `lines`.
    pub cursor: usize,
    pub above: usize,
    pub total: usize,
    pub keys: Vec<(String, &'static str)>,
}

/// Checks, already broken into lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doctor {
    pub title: String,
    /// Those within the window, the first of them number `above` of `total`.
    pub lines: Vec<Vec<Span>>,
    pub above: usize,
    pub total: usize,
    pub keys: Vec<(String, &'static str)>,
}

/// A menu: the `y` menu, the links, the command palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    pub title: String,
    /// The palette's query.
    pub query: Option<Input>,
    /// Key, label, and a note at the right.
    pub items: Vec<MenuItem>,
    /// Index into `items`.
    pub selected: usize,
    pub empty: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    pub key: String,
    pub label: String,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    pub question: String,
    pub keys: Vec<(String, &'static str)>,
}

/// What the requests come to, and the last ones, newest first: time, lookup, what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    pub title: String,
    /// What the columns of the lines are.
    pub heading: &'static str,
    pub summary: Vec<Vec<Span>>,
    /// The lines within the window only: of `shown` requests, the first one number `above` of `total`.
    pub lines: Vec<Vec<Span>>,
    pub above: usize,
    pub shown: usize,
    pub total: usize,
}
