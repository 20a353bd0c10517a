//! Programs between us and the terminal. They keep sequences that they do not know to themselves unless these
//! are wrapped.

/// Which one is around us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplexer {
    Tmux,
    Screen,
}

impl Multiplexer {
    /// As the environment says: whether a variable is there and not empty.
    #[must_use]
    pub fn around(is_set: impl Fn(&str) -> bool) -> Option<Self> {
        if is_set("TMUX") {
            Some(Self::Tmux)
        } else {
            // Not by TERM: tmux calls itself screen as well, and over ssh its own variable is not there.
            is_set("STY").then_some(Self::Screen)
        }
    }

    /// The sequence in the wrapping that passes it on to the terminal. For GNU screen it must end in BEL: an ST
    /// would end the wrapping.
    #[must_use]
    pub fn wrap(self, sequence: &str) -> String {
        match self {
            // Passed on with `allow-passthrough on`, and from a pane out of sight with `all`.
            Self::Tmux => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
            // It passes strings of up to 768 bytes on.
            Self::Screen => {
                let characters: Vec<char> = sequence.chars().collect();
                let wrap = |piece: &[char]| format!("\x1bP{}\x1b\\", String::from_iter(piece));
                characters.chunks(760).map(wrap).collect::<Vec<_>>().concat()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tmux_is_known_before_screen_which_it_may_run_in() {
        let around = |set: &[&str]| Multiplexer::around(|name| set.contains(&name));
        assert_eq!(around(&[]), None);
        assert_eq!(around(&["STY"]), Some(Multiplexer::Screen));
        assert_eq!(around(&["TMUX", "STY"]), Some(Multiplexer::Tmux));
    }

    #[test]
    fn a_sequence_is_doubled_for_one_and_cut_for_the_other() {
        let shown = |text: String| text.replace('\x1b', "ESC");
        assert_eq!(shown(Multiplexer::Tmux.wrap("\x1b]9;x\x07")), "ESCPtmux;ESCESC]9;x\x07ESC\\");
        assert_eq!(shown(Multiplexer::Screen.wrap("\x1b]9;x\x07")), "ESCPESC]9;x\x07ESC\\");
        let pieces = shown(Multiplexer::Screen.wrap(&"x".repeat(2000)));
        assert_eq!(pieces.matches("ESCP").count(), 3);
    }
}
