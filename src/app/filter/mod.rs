//! The filter of the list: what is typed after `/`, as terms that must all hold.
//!
//! Knows a lookup and the moment at which it is judged; nothing of rows, order or selection.

mod read;

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::watch::Watch;
use crate::domain::phase::Phase;
use crate::domain::server_clock::ServerClock;

/// Terms, the text they were read from, and what of it could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
    faults: Vec<Fault>,
}

/// When lookups are judged, and by which clocks.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub now: Timestamp,
    pub clock: ServerClock,
    pub interval: Duration,
}

/// A part of the text that is no term, or one that can hold for no lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The character of the text that it begins at, from 1.
    pub at: usize,
    /// What is wrong.
    pub what: String,
    /// What is possible there.
    pub possible: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    negated: bool,
    test: Test,
}

/// All texts in here are in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// Occurs in label, instance, ids, kind or phase.
    Word(String),
    /// Begins the phase's word.
    Phase(Vec<String>),
    /// Begins the kind's word.
    Kind(Vec<String>),
    /// Occurs in that field.
    Project(Vec<String>),
    Instance(Vec<String>),
    Label(Vec<String>),
    /// Occurs in the name of the profile that it is read with.
    Profile(Vec<String>),
    /// Since the job was created.
    Age(Bound),
    /// Until its link ends.
    Left(Bound),
    Stale,
    Error,
    Marked,
}

/// Less than a span, or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bound {
    less: bool,
    span: SignedDuration,
}

impl Filter {
    #[must_use]
    pub fn new(text: &str) -> Self {
        let (terms, faults) = read::terms(text);
        Self { text: text.to_owned(), terms, faults }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it shows everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// What could not be read, in the order of the text.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether the passing of time can change what it shows.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.test, Test::Age(_) | Test::Left(_) | Test::Stale))
    }

    /// Whether it asks how far behind its schedule a lookup is.
    #[must_use]
    pub fn looks_at_schedule(&self) -> bool {
        self.terms.iter().any(|term| term.test == Test::Stale)
    }

    #[must_use]
    pub fn shows(&self, watch: &Watch, moment: Moment) -> bool {
        self.terms.iter().all(|term| term.test.holds(watch, moment) != term.negated)
    }

    /// The next local time at which [`Filter::shows`] answers differently about a watch that nothing happens to.
    #[must_use]
    pub fn turns_at(&self, watch: &Watch, moment: Moment) -> Option<Timestamp> {
        let shown = self.shows(watch, moment);
        let turns = self.terms.iter().flat_map(|term| term.test.turns(watch, moment));
        let turns = turns.flatten().filter(|at| *at > moment.now);
        turns.filter(|at| self.shows(watch, Moment { now: *at, ..moment }) != shown).min()
    }
}

impl Test {
    fn holds(&self, watch: &Watch, moment: Moment) -> bool {
        let target = &watch.lookup.target;
        match self {
            Self::Word(word) => {
                let fields = [
                    watch.lookup.label.as_str(),
                    target.instance.as_str(),
                    target.project.as_str(),
                    target.job.as_str(),
                    target.kind.as_str(),
                    watch.word(),
                ];
                fields.iter().any(|field| holds(field, word))
            }
            Self::Phase(words) => words.iter().any(|word| is_phase(watch, word)),
            Self::Kind(words) => words.iter().any(|word| target.kind.as_str().starts_with(word.as_str())),
            Self::Project(parts) => parts.iter().any(|part| holds(target.project.as_str(), part)),
            Self::Instance(parts) => parts.iter().any(|part| holds(target.instance.as_str(), part)),
            Self::Label(parts) => parts.iter().any(|part| holds(&watch.lookup.label, part)),
            Self::Profile(parts) => {
                let profile = watch.profile.as_ref();
                profile.is_some_and(|profile| parts.iter().any(|part| holds(profile.as_str(), part)))
            }
            Self::Age(bound) => {
                let turn = turn(watch.created_at(), bound.span);
                // Older than can be told is what no job is.
                turn.is_none_or(|turn| moment.clock.at(moment.now) < turn) == bound.less
            }
            Self::Left(bound) => {
                let Some(end) = end_of_link(watch, moment) else { return false };
                let left = moment.clock.at(moment.now).duration_until(end);
                (left <= bound.span) == bound.less
            }
            Self::Stale => watch.is_stale(moment.now, moment.interval),
            Self::Error => watch.job.error.is_some(),
            Self::Marked => watch.marked,
        }
    }

    /// The local times at which time alone can change [`Test::holds`].
    fn turns(&self, watch: &Watch, moment: Moment) -> [Option<Timestamp>; 2] {
        let local = |server: Timestamp| moment.clock.local(server);
        match self {
            Self::Age(bound) => [turn(watch.created_at(), bound.span).map(local), None],
            Self::Left(bound) => {
                let end = end_of_link(watch, moment);
                let near = end.and_then(|end| end.checked_sub(bound.span).ok());
                [near.map(local), end.map(local)]
            }
            Self::Stale => [watch.overdue_at(moment.interval), None],
            _ => [None, None],
        }
    }
}

/// When something that began then is as old as that.
fn turn(began: Timestamp, span: SignedDuration) -> Option<Timestamp> {
    began.checked_add(span).ok()
}

/// The end of a link that works still.
fn end_of_link(watch: &Watch, moment: Moment) -> Option<Timestamp> {
    let is_live = watch.phase() == Some(&Phase::Ready);
    let end = watch.restore_job().filter(|_| is_live)?.expires_at?;
    (end > moment.clock.at(moment.now)).then_some(end)
}

/// Whether the word begins the phase's word, for people or for programs; or that of a lookup without a phase.
fn is_phase(watch: &Watch, word: &str) -> bool {
    if let Some(phase) = watch.phase() {
        begins(phase.as_str(), word) || begins(phase.word(), word) || begins(phase.short_word(), word)
    } else if watch.job.error.is_some() {
        read::ERROR.starts_with(word)
    } else {
        read::WAITING.starts_with(word)
    }
}

/// Whether the text begins with the word, which is in lower case.
fn begins(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        let start = text.as_bytes().get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    } else {
        text.to_lowercase().starts_with(word)
    }
}

/// Whether the text has the word, which is not empty and in lower case. Nearly all text is ASCII, which is
/// searched as it stands: this runs for each lookup with each letter typed.
fn holds(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    } else {
        text.to_lowercase().contains(word)
    }
}
