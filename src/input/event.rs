//! What an event of crossterm's is to this program: pure. The only place that knows its names for keys.

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::{Input, Mouse};
use crate::app::key::{Code, Key};
use crate::terminal;

/// Pasted bytes that are kept. A curl line with all its headers is a tenth of it.
const PASTE_LIMIT: usize = 64 * 1024;

/// `None` for what no one here listens to.
pub(super) fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(event) => key(event).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(cut(text))),
        Event::Resize(columns, rows) => {
            let size = terminal::known_size(columns, rows);
            Some(Input::Resize(size.width, size.height))
        }
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        Event::Mouse(event) => mouse(event),
    }
}

fn key(KeyEvent { code, modifiers, kind, .. }: KeyEvent) -> Option<Key> {
    let held = |modifier| modifiers.intersects(modifier);
    // A key with Super or Hyper is the desktop's.
    if kind == KeyEventKind::Release || held(KeyModifiers::SUPER | KeyModifiers::HYPER) {
        return None;
    }
    let ctrl = held(KeyModifiers::CONTROL);
    let code = match code {
        // How the kitty protocol may number Backspace; Ctrl-h is another key there.
        KeyCode::Backspace | KeyCode::Char('\x08') => Code::Backspace,
        // Bytes 0x1c to 0x1f, which crossterm names by the digits of DEC's keyboards and people by the signs.
        KeyCode::Char('4') if ctrl => Code::Char('\\'),
        KeyCode::Char('5') if ctrl => Code::Char(']'),
        KeyCode::Char('6') if ctrl => Code::Char('^'),
        KeyCode::Char('7') if ctrl => Code::Char('_'),
        KeyCode::Char(c) if !c.is_control() => Code::Char(c),
        KeyCode::F(number @ 1..=24) => Code::F(number),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        _ => return None,
    };
    let alt = held(KeyModifiers::ALT | KeyModifiers::META);
    Some(Key { code, ctrl, alt, shift: held(KeyModifiers::SHIFT) }.normal())
}

fn cut(mut text: String) -> String {
    let mut end = PASTE_LIMIT.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

fn mouse(event: MouseEvent) -> Option<Input> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Mouse::Click,
        MouseEventKind::ScrollUp => Mouse::WheelUp,
        MouseEventKind::ScrollDown => Mouse::WheelDown,
        _ => return None,
    };
    Some(Input::Mouse { kind, x: event.column, y: event.row })
}

#[cfg(test)]
mod tests {
    use crossterm::event::ModifierKeyCode;
    use proptest::prelude::*;

    use super::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;
    const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;
    const ALT: KeyModifiers = KeyModifiers::ALT;

    fn pressed(code: KeyCode, held: KeyModifiers) -> Option<Input> {
        input(Event::Key(KeyEvent::new(code, held)))
    }

    #[test]
    fn keys_have_one_form_whichever_way_they_come() {
        let table = [
            (KeyCode::Char('a'), NONE, "a"),
            (KeyCode::Char('B'), SHIFT, "B"),
            (KeyCode::Char('b'), SHIFT, "B"),
            (KeyCode::Char('?'), SHIFT, "?"),
            (KeyCode::Char('漢'), NONE, "漢"),
            (KeyCode::Char(' '), CTRL, "ctrl-space"),
            (KeyCode::Char('h'), CTRL, "ctrl-h"),
            (KeyCode::Char('R'), CTRL | SHIFT, "ctrl-r"),
            (KeyCode::Char('a'), ALT | SHIFT, "alt-A"),
            (KeyCode::Char('x'), KeyModifiers::META, "alt-x"),
            (KeyCode::Char('5'), NONE, "5"),
            (KeyCode::Char('5'), CTRL, "ctrl-]"),
            (KeyCode::Char('7'), CTRL, "ctrl-_"),
            (KeyCode::Char('\x08'), NONE, "backspace"),
            (KeyCode::Backspace, CTRL, "ctrl-backspace"),
            (KeyCode::BackTab, SHIFT, "backtab"),
            (KeyCode::Tab, SHIFT, "backtab"),
            (KeyCode::Enter, CTRL, "ctrl-enter"),
            (KeyCode::Esc, NONE, "esc"),
            (KeyCode::Left, SHIFT, "shift-left"),
            (KeyCode::PageDown, NONE, "pgdn"),
            (KeyCode::F(12), NONE, "f12"),
        ];
        for (code, held, text) in table {
            assert_eq!(pressed(code, held), Some(Input::Key(text.parse().unwrap())), "{text}");
        }
    }

    #[test]
    fn a_repeat_is_a_press_and_a_release_is_nothing() {
        let j = |kind| input(Event::Key(KeyEvent::new_with_kind(KeyCode::Char('j'), NONE, kind)));
        assert_eq!(j(KeyEventKind::Repeat), Some(Input::Key(Key::char('j'))));
        assert_eq!(j(KeyEventKind::Release), None);
    }

    #[test]
    fn keys_of_the_desktop_and_no_keys_are_nothing() {
        assert_eq!(pressed(KeyCode::Char('q'), KeyModifiers::SUPER), None);
        assert_eq!(pressed(KeyCode::Char('\u{9b}'), NONE), None);
        assert_eq!(pressed(KeyCode::Modifier(ModifierKeyCode::LeftShift), SHIFT), None);
        assert_eq!(pressed(KeyCode::F(35), NONE), None);
    }

    #[test]
    fn only_presses_of_the_first_button_and_the_wheel_are_heard() {
        let at = |kind| input(Event::Mouse(MouseEvent { kind, column: 299, row: 0, modifiers: CTRL }));
        let heard = |kind| Some(Input::Mouse { kind, x: 299, y: 0 });
        assert_eq!(at(MouseEventKind::Down(MouseButton::Left)), heard(Mouse::Click));
        assert_eq!(at(MouseEventKind::ScrollUp), heard(Mouse::WheelUp));
        assert_eq!(at(MouseEventKind::ScrollDown), heard(Mouse::WheelDown));
        assert_eq!(at(MouseEventKind::Up(MouseButton::Left)), None);
        assert_eq!(at(MouseEventKind::Down(MouseButton::Right)), None);
    }

    #[test]
    fn a_size_that_the_terminal_does_not_know_is_the_traditional_one() {
        assert_eq!(input(Event::Resize(100, 30)), Some(Input::Resize(100, 30)));
        assert_eq!(input(Event::Resize(0, 0)), Some(Input::Resize(80, 24)));
    }

    proptest! {
        #[test]
        fn a_paste_is_cut_between_characters(text in "[aé漢𝄞]{1,4}") {
            let long = text.repeat(PASTE_LIMIT / text.len() + 1);
            let Some(Input::Paste(kept)) = input(Event::Paste(long.clone())) else { unreachable!() };
            prop_assert!(long.starts_with(&kept));
            prop_assert!(kept.len() <= PASTE_LIMIT && kept.len() + 4 > PASTE_LIMIT);
            prop_assert_eq!(cut(text.clone()), text);
        }
    }
}
