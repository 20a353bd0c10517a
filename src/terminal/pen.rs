//! The style that the terminal writes in, and the shortest sequence to the next one.
//!
//! Knows SGR (ECMA-48 8.3.117) and ratatui's colours, and not where on the screen anything is. The pen keeps
//! its style from one frame to the next, so that a digit that changes in its own colour costs no sequence.
//! Attributes are never followed by a colour reset that is not meant: that is what wipes bold and reverse
//! under `NO_COLOR` in crossterm 0.29. Underline colour is not used by any theme and is left out.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Style {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// Attribute, the code that sets it and the code that clears it. Bold and dim are cleared together.
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// What the terminal writes in now; `None` when something else may have changed it.
#[derive(Debug, Default)]
pub(super) struct Pen {
    style: Option<Style>,
    /// Scratch: the codes from the style before, and the codes from a reset.
    step: Codes,
    anew: Codes,
}

impl Pen {
    /// Something else wrote to the terminal: the next style starts from a reset.
    pub(super) fn forget(&mut self) {
        self.style = None;
    }

    /// Changes to the style of `cell`, by the shorter of a step from the last style and a fresh start.
    pub(super) fn take(&mut self, cell: &Cell, out: &mut Vec<u8>) {
        self.change(Style { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }, out);
    }

    /// Changes to this style. What it leaves open is the terminal's own.
    pub(super) fn styled(&mut self, style: ratatui::style::Style, out: &mut Vec<u8>) {
        let (fg, bg) = (style.fg.unwrap_or_default(), style.bg.unwrap_or_default());
        self.change(Style { fg, bg, modifier: style.add_modifier }, out);
    }

    /// Changes to the terminal's own style, in which erasing fills with its own background.
    pub(super) fn plain(&mut self, out: &mut Vec<u8>) {
        self.change(Style::default(), out);
    }

    fn change(&mut self, to: Style, out: &mut Vec<u8>) {
        if self.style == Some(to) {
            return;
        }
        self.anew.clear();
        if to != Style::default() {
            self.anew.push(0);
        }
        self.anew.append_step(Style::default(), to);
        let codes = match self.style {
            None => &self.anew,
            Some(from) => {
                self.step.clear();
                self.step.append_step(from, to);
                if self.step.0.len() < self.anew.0.len() { &self.step } else { &self.anew }
            }
        };
        out.extend_from_slice(b"\x1b[");
        out.extend_from_slice(&codes.0);
        out.push(b'm');
        self.style = Some(to);
    }
}

/// The parameters of one SGR sequence, separated by `;`. None at all is a reset.
#[derive(Debug, Default)]
struct Codes(Vec<u8>);

impl Codes {
    fn clear(&mut self) {
        self.0.clear();
    }

    fn push(&mut self, code: u8) {
        if !self.0.is_empty() {
            self.0.push(b';');
        }
        push_number(&mut self.0, code.into());
    }

    fn append_step(&mut self, from: Style, to: Style) {
        let mut gone = from.modifier.difference(to.modifier);
        let mut new = to.modifier.difference(from.modifier);
        for pair in [Modifier::BOLD | Modifier::DIM, Modifier::SLOW_BLINK | Modifier::RAPID_BLINK] {
            if gone.intersects(pair) {
                // One code clears both, so the one that stays is set again.
                new |= to.modifier & pair;
            }
        }
        for (attribute, _, clear) in ATTRIBUTES {
            if gone.contains(attribute) {
                self.push(clear);
                for (same, _, _) in ATTRIBUTES.iter().filter(|(_, _, other)| *other == clear) {
                    gone.remove(*same);
                }
            }
        }
        for (attribute, set, _) in ATTRIBUTES {
            if new.contains(attribute) {
                self.push(set);
            }
        }
        if from.fg != to.fg {
            self.push_color(30, to.fg);
        }
        if from.bg != to.bg {
            self.push_color(40, to.bg);
        }
    }

    /// `base` is 30 for the foreground and 40 for the background; the bright eight lie 60 above.
    fn push_color(&mut self, base: u8, color: Color) {
        match color {
            Color::Reset => self.push(base + 9),
            Color::Black => self.push(base),
            Color::Red => self.push(base + 1),
            Color::Green => self.push(base + 2),
            Color::Yellow => self.push(base + 3),
            Color::Blue => self.push(base + 4),
            Color::Magenta => self.push(base + 5),
            Color::Cyan => self.push(base + 6),
            Color::Gray => self.push(base + 7),
            Color::DarkGray => self.push(base + 60),
            Color::LightRed => self.push(base + 61),
            Color::LightGreen => self.push(base + 62),
            Color::LightYellow => self.push(base + 63),
            Color::LightBlue => self.push(base + 64),
            Color::LightMagenta => self.push(base + 65),
            Color::LightCyan => self.push(base + 66),
            Color::White => self.push(base + 67),
            Color::Indexed(index) => [base + 8, 5, index].into_iter().for_each(|code| self.push(code)),
            Color::Rgb(r, g, b) => [base + 8, 2, r, g, b].into_iter().for_each(|code| self.push(code)),
        }
    }
}

/// Decimal digits, without the machinery of `fmt`: a frame writes thousands of them.
pub(super) fn push_number(out: &mut Vec<u8>, number: u16) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(b'0' + (number % 10) as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(fg: Color, modifier: Modifier) -> Cell {
        let mut cell = Cell::new("x");
        cell.fg = fg;
        cell.modifier = modifier;
        cell
    }

    fn written(pen: &mut Pen, cell: &Cell) -> String {
        let mut out = Vec::new();
        pen.take(cell, &mut out);
        String::from_utf8(out).unwrap().replace('\x1b', "ESC")
    }

    #[test]
    fn the_first_style_starts_from_a_reset() {
        let mut pen = Pen::default();
        assert_eq!(written(&mut pen, &cell(Color::Reset, Modifier::empty())), "ESC[m");
        pen.forget();
        assert_eq!(written(&mut pen, &cell(Color::Red, Modifier::BOLD)), "ESC[0;1;31m");
    }

    #[test]
    fn the_same_style_costs_nothing() {
        let mut pen = Pen::default();
        written(&mut pen, &cell(Color::Red, Modifier::BOLD));
        assert_eq!(written(&mut pen, &cell(Color::Red, Modifier::BOLD)), "");
    }

    #[test]
    fn a_step_is_taken_where_it_is_shorter_and_a_reset_where_that_is() {
        let mut pen = Pen::default();
        written(&mut pen, &cell(Color::Red, Modifier::BOLD));
        assert_eq!(written(&mut pen, &cell(Color::Green, Modifier::BOLD)), "ESC[32m");
        assert_eq!(written(&mut pen, &cell(Color::Reset, Modifier::empty())), "ESC[m");
        assert_eq!(written(&mut pen, &cell(Color::Indexed(208), Modifier::empty())), "ESC[38;5;208m");
        assert_eq!(written(&mut pen, &cell(Color::Rgb(1, 20, 255), Modifier::empty())), "ESC[38;2;1;20;255m");
    }

    #[test]
    fn dim_survives_when_bold_goes() {
        let mut pen = Pen::default();
        let long = Color::Rgb(100, 100, 100);
        written(&mut pen, &cell(long, Modifier::BOLD | Modifier::DIM));
        assert_eq!(written(&mut pen, &cell(long, Modifier::DIM)), "ESC[22;2m");
        assert_eq!(written(&mut pen, &cell(long, Modifier::REVERSED)), "ESC[22;7m");
    }
}
