//! Reads the text of a filter: words, `key:value,value`, `key<duration`, each with `-` or `!` before it for the
//! opposite, and quotes around what has blanks or signs in it.

use super::{Bound, Fault, Term, Test};
use crate::domain::phase::Phase;
use crate::domain::span;
use crate::domain::target::Kind;
use crate::domain::text::{clean, shortened};

/// What `status:` calls a lookup that has no phase yet.
pub(super) const WAITING: &str = "waiting";
pub(super) const ERROR: &str = "error";

/// What can stand before a value.
const KEYS: &str = "the keys are status: kind: project: instance: label: age< left< is:";

/// The longest part of the text that a fault repeats.
const SHOWN: usize = 24;

/// A piece between blanks: its characters, and which of them stood in quotes.
struct Piece {
    at: usize,
    characters: Vec<(char, bool)>,
}

/// All that can be read, and what cannot.
pub(super) fn terms(text: &str) -> (Vec<Term>, Vec<Fault>) {
    let (mut terms, mut faults) = (Vec::new(), Vec::new());
    for piece in pieces(text) {
        let at = piece.at;
        let mut fault = |what, possible| faults.push(Fault { at, what, possible });
        let (negated, characters) = match piece.characters.as_slice() {
            [('-' | '!', false), rest @ ..] if !rest.is_empty() => (true, rest),
            all => (false, all),
        };
        if let Some(test) = test(characters, &mut fault) {
            terms.push(Term { negated, test });
        }
    }
    (terms, faults)
}

/// An open quote reaches to the end: the other one is about to be typed.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut quoted = false;
    let mut between = true;
    for (index, c) in text.chars().enumerate() {
        if c.is_whitespace() && !quoted {
            between = true;
            continue;
        }
        if std::mem::take(&mut between) {
            pieces.push(Piece { at: index + 1, characters: Vec::new() });
        }
        if c == '"' {
            quoted = !quoted;
        } else if let Some(piece) = pieces.last_mut() {
            piece.characters.push((c, quoted));
        }
    }
    pieces
}

/// What a piece asks; nothing while it is empty or cannot be read.
fn test(characters: &[(char, bool)], fault: &mut impl FnMut(String, String)) -> Option<Test> {
    let sign = characters.iter().position(|(c, quoted)| !quoted && matches!(c, ':' | '<' | '>'));
    let keyed = sign.filter(|at| {
        let name = characters.get(..*at).unwrap_or_default();
        !name.is_empty() && name.iter().all(|(c, quoted)| !quoted && c.is_ascii_alphabetic())
    });
    // A word with a colon in it (`10:30`), and a URL.
    let is_url = keyed.is_some_and(|at| matches!(characters.get(at..), Some([_, ('/', _), ('/', _), ..])));
    let Some(at) = keyed.filter(|_| !is_url) else {
        let word = lower(characters);
        return (!word.is_empty()).then_some(Test::Word(word));
    };
    let key = lower(characters.get(..at).unwrap_or_default());
    let sign = characters.get(at).map_or(':', |(c, _)| *c);
    let value = characters.get(at + 1..).unwrap_or_default();
    match (key.as_str(), sign) {
        ("age" | "left", ':') => {
            fault(format!("`{key}:` takes < or >"), format!("{key}<10m, {key}>2h"));
            None
        }
        ("age", _) => bound(&key, sign, value, fault).map(Test::Age),
        ("left", _) => bound(&key, sign, value, fault).map(Test::Left),
        ("status" | "kind" | "project" | "instance" | "label" | "is", '<' | '>') => {
            fault(format!("`{key}{sign}` takes a colon"), format!("{key}:VALUE"));
            None
        }
        ("status", _) => Some(Test::Phase(among(&key, value, &phase_words(), fault)?)),
        ("kind", _) => Some(Test::Kind(among(&key, value, &Kind::ALL.map(Kind::as_str), fault)?)),
        ("project", _) => values(value).map(Test::Project),
        ("instance", _) => values(value).map(Test::Instance),
        ("label", _) => values(value).map(Test::Label),
        ("is", _) => is(value, fault),
        _ => {
            fault(format!("`{}{sign}` is no key", shown(&key)), KEYS.into());
            None
        }
    }
}

/// The words of `status:`, as programs write them.
fn phase_words() -> Vec<&'static str> {
    Phase::NAMED.iter().map(Phase::as_str).chain(["unknown", WAITING, ERROR]).collect()
}

/// What a lookup is beside its phase.
fn is(value: &[(char, bool)], fault: &mut impl FnMut(String, String)) -> Option<Test> {
    let word = lower(value);
    let states = [("stale", Test::Stale), ("error", Test::Error), ("marked", Test::Marked)];
    if word.is_empty() {
        return None;
    }
    let found = states.into_iter().find(|(name, _)| name.starts_with(&word));
    if found.is_none() {
        fault(format!("`is:{}` is nothing", shown(&word)), "is:stale, is:error, is:marked".into());
    }
    found.map(|(_, test)| test)
}

/// Values that begin a known word. One that begins none stays: Atlas may have a word that is not known here, and
/// a filter that showed everything instead would say something else than was asked.
fn among(
    key: &str,
    value: &[(char, bool)],
    known: &[&str],
    fault: &mut impl FnMut(String, String),
) -> Option<Vec<String>> {
    let values = values(value)?;
    for value in &values {
        let begins = known.iter().any(|word| word.starts_with(value.as_str()));
        let for_people = key == "status"
            && Phase::NAMED.iter().any(|phase| {
                [phase.word(), phase.short_word()].iter().any(|word| word.starts_with(value.as_str()))
            });
        if !begins && !for_people {
            fault(format!("no {key} begins with `{}`", shown(value)), format!("{key}: {}", known.join(", ")));
        }
    }
    Some(values)
}

/// The parts between commas; `None` while there is none.
fn values(value: &[(char, bool)]) -> Option<Vec<String>> {
    let parts = value.split(|(c, quoted)| *c == ',' && !quoted);
    let values: Vec<String> = parts.map(lower).filter(|part| !part.is_empty()).collect();
    (!values.is_empty()).then_some(values)
}

fn bound(
    key: &str,
    sign: char,
    value: &[(char, bool)],
    fault: &mut impl FnMut(String, String),
) -> Option<Bound> {
    let value = lower(value);
    let value = value.strip_prefix('=').unwrap_or(&value);
    if value.is_empty() {
        return None;
    }
    let span = span::parse(value);
    if span.is_none() {
        fault(
            format!("`{}` is no duration", shown(value)),
            format!("{key}{sign}45s, 10m, 2h, 1h30m, 3d or 1w"),
        );
    }
    Some(Bound { less: sign == '<', span: span? })
}

fn lower(characters: &[(char, bool)]) -> String {
    characters.iter().map(|(c, _)| *c).collect::<String>().to_lowercase()
}

fn shown(text: &str) -> String {
    shortened(&clean(text), SHOWN).into_owned()
}
