//! The raw answer as lines of JSON that can be folded.

mod lines;

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::view::{Role, Span};
use lines::lay_out;

/// Columns that one key moves long lines by.
pub const SHIFT: isize = 20;

/// Lines laid out at the most. A restore job has some forty; an answer may have millions.
const LINES: usize = 20_000;

/// One line of pretty JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub spans: Vec<Span>,
    /// Index of the line that closes what this one opens.
    pub closed_by: Option<usize>,
}

impl Line {
    fn width(&self) -> usize {
        self.spans.iter().map(|span| span.text.chars().count()).sum()
    }

    /// The line without its first `shift` characters.
    #[must_use]
    pub fn shifted(&self, mut shift: usize) -> Vec<Span> {
        let mut spans = Vec::with_capacity(self.spans.len() + 1);
        for span in &self.spans {
            let text: String = span.text.chars().skip(shift).collect();
            shift = shift.saturating_sub(span.text.chars().count());
            if !text.is_empty() {
                spans.push(Span::new(text, span.role));
            }
        }
        spans
    }
}

/// The lines, which of them are folded, and where the cursor is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawView {
    lines: Vec<Line>,
    /// The text that the lines were laid out from.
    source: String,
    /// Indices of folded opening lines.
    folded: BTreeSet<usize>,
    /// Index into the visible lines.
    pub cursor: usize,
    pub above: usize,
    /// Columns that long lines are moved to the left by.
    pub shift: usize,
}

impl RawView {
    /// Lays out a JSON text.
    #[must_use]
    pub fn new(json: &str) -> Self {
        let note = |words: &str| Line { spans: vec![Span::new(words, Role::Muted)], closed_by: None };
        let (mut lines, cut) = match serde_json::from_str::<&RawValue>(json) {
            Ok(_) => lay_out(json, LINES),
            Err(_) => (vec![note("the answer is no JSON")], false),
        };
        if cut {
            // What was opened above and is not closed there cannot be folded.
            lines.push(note("the rest is left out here; copying gives all of it"));
        }
        Self { lines, source: json.to_owned(), ..Self::default() }
    }

    /// Shows a newer answer; folds and cursor stay where the shape is the same.
    pub fn replace(&mut self, json: &str) {
        if json == self.source {
            return;
        }
        let newer = Self::new(json);
        if newer.lines.len() != self.lines.len() {
            self.folded.clear();
        }
        self.lines = newer.lines;
        self.source = newer.source;
        self.move_by(0, usize::MAX);
    }

    /// The lines that no fold hides, with their index; a folded one says what it hides.
    pub fn visible(&self) -> impl Iterator<Item = (usize, &Line)> {
        let mut hidden_to = None;
        self.lines.iter().enumerate().filter(move |(index, line)| {
            if hidden_to.is_some_and(|end| *index <= end) {
                return false;
            }
            hidden_to = if self.folded.contains(index) { line.closed_by } else { None };
            true
        })
    }

    #[must_use]
    pub fn is_folded(&self, index: usize) -> bool {
        self.folded.contains(&index)
    }

    #[must_use]
    pub fn total(&self) -> usize {
        self.visible().count()
    }

    /// Moves the cursor, and the window of `rows` lines with it.
    pub fn move_by(&mut self, by: isize, rows: usize) {
        let last = self.total().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
        self.above = self.above.min(self.cursor).max((self.cursor + 1).saturating_sub(rows));
    }

    /// Moves long lines sideways, as far as the longest of them goes.
    pub fn shift_by(&mut self, by: isize) {
        let longest = self.visible().map(|(_, line)| line.width()).max().unwrap_or(0);
        self.shift = self.shift.saturating_add_signed(by).min(longest.saturating_sub(SHIFT.unsigned_abs()));
    }

    /// Folds or unfolds what the line under the cursor opens.
    pub fn toggle(&mut self) {
        let Some((index, line)) = self.visible().nth(self.cursor) else { return };
        if line.closed_by.is_some() && !self.folded.remove(&index) {
            self.folded.insert(index);
        }
    }

    /// Folds or unfolds everything below the top level.
    pub fn toggle_all(&mut self) {
        if self.folded.is_empty() {
            let inner = self.lines.iter().enumerate().skip(1).filter(|(_, line)| line.closed_by.is_some());
            self.folded = inner.map(|(index, _)| index).collect();
        } else {
            self.folded.clear();
        }
        self.move_by(0, usize::MAX);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn text(view: &RawView) -> Vec<String> {
        view.visible().map(|(_, line)| line.spans.iter().map(|span| span.text.as_str()).collect()).collect()
    }

    const JSON: &str = r#"{"a":{"b":[1,2]},"c":"x","d":[]}"#;

    #[test]
    fn lays_out_as_pretty_json_and_reads_back_the_same() {
        let view = RawView::new(JSON);
        let pretty = text(&view).join("\n");
        assert_eq!(
            pretty,
            serde_json::to_string_pretty(&serde_json::from_str::<Value>(JSON).unwrap()).unwrap()
        );
    }

    #[test]
    fn a_fold_hides_up_to_its_closing_line_and_comes_back() {
        let mut view = RawView::new(JSON);
        let whole = text(&view);
        view.move_by(1, 10);
        view.toggle();
        assert_eq!(text(&view), ["{", r#"  "a": {"#, r#"  "c": "x","#, r#"  "d": []"#, "}"]);
        view.toggle();
        assert_eq!(text(&view), whole);
        view.toggle_all();
        assert_eq!(view.total(), 5);
    }

    #[test]
    fn the_cursor_stays_inside_and_the_window_follows() {
        let mut view = RawView::new(JSON);
        view.move_by(100, 3);
        assert_eq!((view.cursor, view.above), (9, 7));
        view.move_by(-100, 3);
        assert_eq!((view.cursor, view.above), (0, 0));
    }

    #[test]
    fn a_newer_answer_leaves_window_and_cursor_where_they_are() {
        let mut view = RawView::new(JSON);
        view.move_by(6, 5);
        let before = (view.cursor, view.above);
        assert_eq!(before, (6, 2));
        view.replace(JSON);
        view.replace(&JSON.replace("\"x\"", "\"y\""));
        assert_eq!((view.cursor, view.above), before);
        assert_eq!(text(&view)[7], r#"  "c": "y","#);
    }

    #[test]
    fn long_lines_move_sideways_to_their_end_and_back() {
        let mut view = RawView::new(&format!("[\"{}END\"]", "x".repeat(200)));
        let shown = |view: &RawView| -> String {
            let (_, line) = view.visible().nth(1).unwrap();
            line.shifted(view.shift).iter().map(|span| span.text.as_str()).collect()
        };
        assert!(shown(&view).starts_with("  \"xxx"));
        for _ in 0..50 {
            view.shift_by(SHIFT);
        }
        assert!(shown(&view).len() <= 20 && shown(&view).ends_with("END\""), "{}", shown(&view));
        for _ in 0..50 {
            view.shift_by(-SHIFT);
        }
        assert_eq!(view.shift, 0);
    }

    #[test]
    fn millions_of_elements_are_cut_and_say_so() {
        let view = RawView::new(&format!("{{\"a\":[{}0]}}", "0,".repeat(100_000)));
        assert_eq!(view.total(), LINES + 1);
        assert!(text(&view)[LINES].contains("left out"));
    }

    #[test]
    fn depth_is_no_reason_to_show_nothing() {
        let view = RawView::new(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)));
        assert_eq!(view.total(), LINES + 1);
        let view = RawView::new(&format!("{{\"z\":{}{}}}", "[".repeat(200), "]".repeat(200)));
        assert_eq!(view.total(), 401);
        assert_eq!(text(&RawView::new("{\"a\":")), ["the answer is no JSON"]);
    }

    #[test]
    fn hostile_characters_are_shown_as_escapes() {
        let view = RawView::new("{\"a\u{202e}\":\"\\u001b[31m\u{200b}\"}");
        assert_eq!(text(&view)[1], "  \"a\\u202e\": \"\\u001b[31m\\u200b\"");
    }
}
