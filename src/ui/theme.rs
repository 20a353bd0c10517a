//! What a role looks like, and the few glyphs of the frame. The only file that names a colour.
//!
//! The default theme must be read on a black terminal and on a white one, without asking which it is. Of the
//! sixteen colours only bright red, bright blue and bright magenta keep a contrast of 3:1 on both in the usual
//! palettes (the test below counts it out). Green and yellow do not: plain yellow on white is 1.7:1 in xterm.
//! Hence two rules:
//! - **Words** take the terminal's own foreground or one of those three. White and black are never named, nor
//!   is bright black, which Solarized makes the background; what is secondary is dim instead.
//! - **Signals** — the one-cell glyph, the bar — may be green and yellow, because a word and a distinct shape
//!   beside them always say the same.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::app::screen::{Role, Screen, ThemeName};

/// How things look on this terminal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Theme {
    name: ThemeName,
    pub ascii: bool,
}

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const UNDERLINED: Style = Style::new().add_modifier(Modifier::UNDERLINED);
const BOLD_UNDERLINED: Style = BOLD.add_modifier(Modifier::UNDERLINED);
const BADGE: Style = BOLD.add_modifier(Modifier::REVERSED);

const ASCII_BORDER: border::Set = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

const BAR_CELLS: usize = 64;

impl Theme {
    pub fn of(screen: &Screen) -> Self {
        Self { name: screen.theme, ascii: screen.ascii }
    }

    /// Words in a role.
    pub fn style(self, role: Role) -> Style {
        match self.name {
            ThemeName::Terminal => match role {
                Role::Plain | Role::Good | Role::JsonString => PLAIN,
                Role::Muted => DIM,
                Role::Strong | Role::Active | Role::Warning | Role::JsonWord => BOLD,
                Role::Info | Role::JsonKey => PLAIN.fg(Color::LightBlue),
                Role::Danger => BOLD.fg(Color::LightRed),
                Role::Key => BOLD.fg(Color::LightBlue),
                Role::JsonNumber => PLAIN.fg(Color::LightMagenta),
                Role::Highlight => BOLD_UNDERLINED,
            },
            // Not one colour, not even `Reset` by name: under NO_COLOR crossterm 0.29 follows each attribute with
            // a reset if a colour is set, and the selected row would vanish.
            ThemeName::Mono => match role {
                Role::Plain | Role::Info | Role::Good | Role::JsonString | Role::JsonNumber => PLAIN,
                Role::Muted => DIM,
                Role::Strong | Role::Active | Role::Key | Role::JsonKey => BOLD,
                Role::JsonWord => UNDERLINED,
                Role::Warning | Role::Danger | Role::Highlight => BOLD_UNDERLINED,
            },
        }
    }

    /// A glyph or a bar in a role: never the only carrier of what it says.
    pub fn signal(self, role: Role) -> Style {
        match (self.name, role) {
            (ThemeName::Mono, Role::Warning | Role::Danger) => BOLD,
            (ThemeName::Terminal, Role::Active | Role::Info) => BOLD.fg(Color::LightBlue),
            (ThemeName::Terminal, Role::Good) => BOLD.fg(Color::Green),
            (ThemeName::Terminal, Role::Warning) => BOLD.fg(Color::Yellow),
            (ThemeName::Terminal, Role::Danger) => BOLD.fg(Color::LightRed),
            _ => self.style(role),
        }
    }

    /// A word that must be seen beside the phase: reversed when it warns.
    pub fn badge(self, role: Role) -> Style {
        match (self.name, role) {
            (ThemeName::Terminal, Role::Danger) => BADGE.fg(Color::LightRed),
            (_, Role::Warning | Role::Danger) => BADGE,
            _ => self.style(role),
        }
    }

    /// Laid over a finished row: one even bar of reverse. The colours go, since a glyph reversed in its own
    /// colour would punch a hole into the bar; its shape and its word stay.
    pub fn select(self) -> Style {
        let style = PLAIN.add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM);
        match self.name {
            ThemeName::Terminal => style.fg(Color::Reset).bg(Color::Reset),
            ThemeName::Mono => style,
        }
    }

    /// The selection in a pane that does not take the keys.
    pub const SELECTED_QUIETLY: Style = BOLD.remove_modifier(Modifier::DIM);

    /// A word that is another one since a moment ago.
    pub const FLASH: Style = BADGE;

    /// The border of a pane that does not take the keys.
    pub const FAINT: Style = DIM;

    /// The place of an input that takes what is typed.
    pub const INPUT: Style = UNDERLINED;

    pub fn border_set(self) -> border::Set<'static> {
        if self.ascii { ASCII_BORDER } else { border::ROUNDED }
    }

    pub fn pointer(self) -> &'static str {
        if self.ascii { ">" } else { "▸" }
    }

    /// Before a row that is marked.
    pub fn mark(self) -> &'static str {
        if self.ascii { "#" } else { "▪" }
    }

    /// Before a row that changed and was not looked at since.
    pub fn unseen(self) -> &'static str {
        if self.ascii { "." } else { "•" }
    }

    /// From one place to another.
    pub fn arrow(self) -> &'static str {
        if self.ascii { " > " } else { " → " }
    }

    pub fn ellipsis(self) -> &'static str {
        if self.ascii { ".." } else { "…" }
    }

    pub fn more_below(self) -> &'static str {
        if self.ascii { "v" } else { "▼" }
    }

    pub fn more_above(self) -> &'static str {
        if self.ascii { "^" } else { "▲" }
    }

    /// Joins the steps of a history.
    pub fn link(self) -> &'static str {
        if self.ascii { " - " } else { " ─ " }
    }

    /// The edge of a block of text that must be seen.
    pub fn edge(self) -> &'static str {
        if self.ascii { "| " } else { "▌ " }
    }

    /// Brackets around the chosen one of several options.
    pub fn brackets(self) -> (&'static str, &'static str) {
        if self.ascii { ("< ", " >") } else { ("‹ ", " ›") }
    }

    pub fn spinner(self, step: usize) -> &'static str {
        const RICH: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
        const PLAIN: [&str; 4] = ["|", "/", "-", "\\"];
        let frames: &'static [&'static str] = if self.ascii { &PLAIN } else { &RICH };
        step.checked_rem(frames.len()).and_then(|i| frames.get(i)).copied().unwrap_or(" ")
    }

    /// The full and the empty part of a bar of `width` cells, at most 64. It is never drawn empty while
    /// anything is left.
    pub fn bar(self, width: u16, permille: u16) -> (&'static str, &'static str) {
        const FULL: &str = "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━";
        const EMPTY: &str = "╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌";
        const FULL_ASCII: &str = "================================================================";
        const EMPTY_ASCII: &str = "----------------------------------------------------------------";
        let width = usize::from(width).min(BAR_CELLS);
        let full = (width * usize::from(permille.min(1000))).div_ceil(1000);
        let (bytes, on, off) = if self.ascii { (1, FULL_ASCII, EMPTY_ASCII) } else { (3, FULL, EMPTY) };
        (on.get(..full * bytes).unwrap_or_default(), off.get(..(width - full) * bytes).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 14] = [
        Role::Plain,
        Role::Muted,
        Role::Strong,
        Role::Info,
        Role::Active,
        Role::Good,
        Role::Warning,
        Role::Danger,
        Role::Key,
        Role::JsonKey,
        Role::JsonString,
        Role::JsonNumber,
        Role::JsonWord,
        Role::Highlight,
    ];

    const TERMINAL: Theme = Theme { name: ThemeName::Terminal, ascii: false };
    const MONO: Theme = Theme { name: ThemeName::Mono, ascii: false };

    #[test]
    fn mono_names_no_colour() {
        for role in ROLES {
            for style in [MONO.style(role), MONO.signal(role), MONO.badge(role), MONO.select()] {
                assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            }
        }
    }

    /// WCAG 2 relative luminance of a colour written `0xRRGGBB`.
    fn luminance(rgb: u32) -> f64 {
        let channel = |shift: u32| {
            let c = f64::from((rgb >> shift) & 0xff) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn words_are_readable_on_dark_and_on_light() {
        // Background, bright red, bright blue, bright magenta.
        let palettes = [
            ("xterm dark", 0x00_0000, 0xff_0000, 0x5c_5cff, 0xff_00ff),
            ("xterm light", 0xff_ffff, 0xff_0000, 0x5c_5cff, 0xff_00ff),
            ("VS Code dark", 0x1e_1e1e, 0xf1_4c4c, 0x3b_8eea, 0xd6_70d6),
            ("VS Code light", 0xff_ffff, 0xcd_3131, 0x04_51a5, 0xbc_05bc),
            ("GNOME dark", 0x17_1421, 0xf6_6151, 0x2a_7bde, 0xc0_61cb),
            ("GNOME light", 0xff_ffff, 0xf6_6151, 0x2a_7bde, 0xc0_61cb),
            ("Campbell dark", 0x0c_0c0c, 0xe7_4856, 0x3b_78ff, 0xb4_009e),
            ("Campbell light", 0xff_ffff, 0xe7_4856, 0x3b_78ff, 0xb4_009e),
        ];
        for (palette, background, red, blue, magenta) in palettes {
            for role in ROLES {
                let color = match TERMINAL.style(role).fg {
                    None => continue,
                    Some(Color::LightRed) => red,
                    Some(Color::LightBlue) => blue,
                    Some(Color::LightMagenta) => magenta,
                    Some(other) => panic!("{role:?} is written in {other:?}"),
                };
                let ratio = contrast(color, background);
                assert!(ratio >= 3.0, "{role:?} has {ratio:.2}:1 in {palette}");
            }
        }
    }

    #[test]
    fn a_bar_is_as_wide_as_asked_and_empty_only_at_the_end() {
        for (permille, full) in [(0, 0), (1, 1), (500, 10), (999, 20), (1000, 20), (u16::MAX, 20)] {
            let (on, off) = TERMINAL.bar(20, permille);
            assert_eq!((on.chars().count(), off.chars().count()), (full, 20 - full), "{permille}");
        }
        let (on, off) = TERMINAL.bar(u16::MAX, 500);
        assert_eq!(on.chars().count() + off.chars().count(), BAR_CELLS);
    }
}
