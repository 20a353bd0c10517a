//! The notice above the footer: what just happened, or what lasts, made to fit its rows.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::times::Ticker;
use super::view::{Role, Size, Span};
use crate::app::keymap::Action;
use crate::app::layout;
use crate::app::model::Model;

/// What is left of a path at least: both of its ends tell something.
const PATH_LEAST: usize = 20;

pub(super) fn notice(model: &Model, ticker: &mut Ticker) -> Option<Span> {
    let size = model.setup.size;
    if possible(model).is_none()
        && let Some(notice) = &model.notice
    {
        ticker.wake_at(Some(notice.until));
        return Some(Span::new(fitted(&notice.text, size), notice.role));
    }
    lasting(model).map(|(words, role)| Span::new(fitted(&words, size), role))
}

/// What the filter takes, while somebody types what it does not.
fn possible(model: &Model) -> Option<&str> {
    model.prompt.as_ref()?;
    model.filter.faults().first().map(|fault| fault.possible.as_str())
}

/// What is said for as long as it is so, or until Esc.
fn lasting(model: &Model) -> Option<(Cow<'_, str>, Role)> {
    if let Some(possible) = possible(model) {
        return Some((Cow::Borrowed(possible), Role::Muted));
    }
    if let Some(why) = &model.save_error {
        return Some((Cow::Owned(format!("not saved: {why}")), Role::Warning));
    }
    let marked = marked(model).map(|words| (Cow::Owned(words), Role::Strong));
    marked.or_else(|| model.file_note.as_deref().map(|note| (Cow::Borrowed(note), Role::Warning)))
}

/// How many are marked, and what can be done to them.
fn marked(model: &Model) -> Option<String> {
    let count = model.watches.iter().filter(|watch| watch.marked).count();
    if count == 0 {
        return None;
    }
    let shown = if count == model.watches.len() {
        count
    } else {
        model.visible().filter(|watch| watch.marked).count()
    };
    let mut text = format!("{count} marked");
    if shown < count {
        text = format!("{text}, {} of them not shown", count - shown);
    }
    let keys = [Action::Refresh, Action::Remove, Action::Copy, Action::MarkNone].into_iter();
    let keys = keys.filter(|action| !model.setup.keymap.keys(*action).is_empty());
    let keys: Vec<String> = keys.map(|action| format!("{} {}", model.key(action), action.word())).collect();
    if !keys.is_empty() {
        text = format!("{text}: {}", keys.join(", "));
    }
    Some(text)
}

impl Model {
    /// The rows that the notice takes from the panes.
    pub(in crate::app) fn notice_rows(&self) -> usize {
        let passing = self.notice.as_ref().filter(|_| possible(self).is_none());
        let passing = passing.map(|notice| Cow::Borrowed(notice.text.as_str()));
        let text = passing.or_else(|| lasting(self).map(|(words, _)| words));
        text.map_or(0, |text| usize::from(layout::notice_rows(self.setup.size, &text)))
    }
}

/// The text, with so much taken out of the middle of its longest path that all the words around it fit.
fn fitted(text: &str, size: Size) -> String {
    let rows = usize::from(layout::notice_rows_most(size).max(1));
    let columns = size.width.saturating_sub(2);
    let fits = |text: &str| layout::wrapped_rows(text, columns) <= rows;
    if fits(text) {
        return text.to_owned();
    }
    let paths = text.split(' ').filter(|word| word.contains('/') && !word.contains("://"));
    let Some(path) = paths.max_by_key(|path| path.width()) else { return text.to_owned() };
    let with = |columns| text.replacen(path, &elided(path, columns), 1);
    // The longest that fits, found by halving: a path may have thousands of characters.
    let (mut least, mut most) = (PATH_LEAST.min(path.width()), path.width());
    while least + 1 < most {
        let middle = usize::midpoint(least, most);
        if fits(&with(middle)) {
            least = middle;
        } else {
            most = middle;
        }
    }
    with(least)
}

/// Cut in the middle, both ends kept.
fn elided(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let within = |most: usize| {
        let mut used = 0;
        move |c: &char| {
            used += c.width().unwrap_or(0);
            used <= most
        }
    };
    let head: String = text.chars().take_while(within(room.div_ceil(2))).collect();
    let tail: String = text.chars().rev().take_while(within(room / 2)).collect();
    [head, "…".into(), tail.chars().rev().collect()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATH: &str = "/home/somebody/with/a/long/name/.local/share/atlas-tui/lookups.json";

    #[test]
    fn a_path_gives_way_to_the_words_around_it() {
        let text = format!("update atlas-tui to edit: opened read-only: {PATH}");
        let wide = Size { width: 120, height: 36 };
        assert_eq!(fitted(&text, wide), text);
        assert_eq!(layout::notice_rows(wide, &text), 1);
        assert_eq!(layout::notice_rows(Size { width: 80, height: 24 }, &text), 2);
        let small = Size { width: 40, height: 10 };
        let shown = fitted(&text, small);
        assert_eq!(shown, "update atlas-tui to edit: opened read-only: /home/somebod…/lookups.json");
        assert_eq!(layout::notice_rows(small, &shown), 2);
    }

    #[test]
    fn without_room_there_is_no_row_of_its_own() {
        let rows = [4, 5, 9, 10, 14, 15, 60].map(|height| {
            layout::notice_rows(Size { width: 10, height }, "one two three four five six seven eight")
        });
        assert_eq!(rows, [0, 1, 1, 2, 2, 3, 3]);
    }

    proptest! {
        #[test]
        fn a_fitted_text_is_never_longer(
            text in "[a-z備/ ]{0,200}", width in 0u16..200, height in 0u16..60
        ) {
            let size = Size { width, height };
            let shown = fitted(&text, size);
            prop_assert!(shown.width() <= text.width(), "{shown}");
            prop_assert!(layout::notice_rows(size, &shown) <= layout::notice_rows_most(size));
        }
    }
}
