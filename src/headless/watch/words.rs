//! What a watch says, one sentence for each thing, and in which role. Clean, and without an escape sequence.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};

use super::job::Job;
use super::until::{REFUSALS, Until};
use super::vigil::{News, Vigil};
use crate::api::ApiError;
use crate::api::cluster::IDLE;
use crate::domain::countdown;
use crate::domain::phase::{Anomaly, Phase};
use crate::domain::text::clean;
use crate::headless::exit;
use crate::headless::style::Role;

/// Names in one sentence; the rest is counted.
const MOST_NAMES: usize = 5;

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// On Atlas's clock.
    pub at: Timestamp,
    /// The sign of a phase; empty for what is about none.
    pub glyph: &'static str,
    pub role: Role,
    pub text: String,
}

impl Line {
    /// Its time in whole seconds, as Atlas writes its own.
    #[must_use]
    pub fn second(&self) -> Timestamp {
        Timestamp::from_second(self.at.as_second()).unwrap_or(self.at)
    }
}

/// What is said of a piece of news; `None` where a person need not hear of it.
#[must_use]
pub fn sentence(news: &News, vigil: &Vigil, ascii: bool, now: Timestamp) -> Option<Line> {
    let at = vigil.clock.at(now);
    let of = |job: &usize| vigil.jobs.get(*job);
    let plain = |role, text: String| Some(Line { at, glyph: "", role, text: clean(&text).into_owned() });
    match news {
        News::First(job) => Some(standing(of(job)?, vigil, ascii, at, None)),
        News::Phase { job, from } => Some(standing(of(job)?, vigil, ascii, at, Some(from))),
        News::Facts(job) => {
            let job = of(job)?;
            let notes = notes(job);
            if notes.is_empty() {
                return None;
            }
            plain(Role::Warning, format!("{}: {}{notes}", job.name, job.phase()?.word()))
        }
        News::Failing(job) => {
            let job = of(job)?;
            let text = failing(job, job.error()?, vigil);
            plain(Role::Warning, text)
        }
        News::Back { job, after, .. } => {
            let text = format!("{}: read again, after {} without an answer", of(job)?.name, span(*after));
            plain(Role::Plain, text)
        }
        News::GivenUp(job) => given_up(of(job)?, at, ascii, now),
        News::Place(job) => place(of(job)?, at, ascii),
        News::Heartbeat => plain(Role::Muted, heartbeat(vigil, at, now)),
    }
}

/// Where a job stands, in one sentence: for its first answer, for each change, and for its last line.
#[must_use]
pub fn standing(job: &Job, vigil: &Vigil, ascii: bool, at: Timestamp, from: Option<&Phase>) -> Line {
    let Some(phase) = job.phase() else {
        let text = match job.error() {
            Some(error) => format!("{}: not read yet. {}", job.name, error.explain(&job.target).headline),
            None => format!("{}: not read yet", job.name),
        };
        return Line { at, glyph: "?", role: Role::Warning, text: clean(&text).into_owned() };
    };
    let word = phase.word();
    // A link's end lies ahead, and says nothing about how long the restore took.
    let ended_at = job.status().and_then(|status| status.ended_at).filter(|end| *end <= at);
    let lasted = countdown::elapsed(job.created_at(), ended_at.unwrap_or(at)).text;
    // Of one that was over when it was first seen, only the job itself tells how long it took.
    let known = ended_at.is_some() || from.is_some();
    // Writing to a String cannot fail.
    let mut text = match phase {
        // What expired or is gone did not take that long.
        Phase::Expired | Phase::Gone => format!("{}: {word}", job.name),
        phase if phase.is_terminal() && known => format!("{}: {word} after {lasted}", job.name),
        phase if phase.is_terminal() => format!("{}: {word}", job.name),
        _ => format!("{}: {word} for {lasted}", job.name),
    };
    if let Some(progress) = progress(job) {
        let _ = write!(text, ", {progress}");
    }
    if let Some(from) = from {
        let _ = write!(text, " (was {})", from.word());
    }
    text.push_str(&notes(job));
    if let (Phase::Ready, Some(restore)) = (phase, job.restore()) {
        if let Some(until) = restore.expires_at {
            let left = countdown::time_left(until, at).text;
            let _ = write!(text, " · the link ends at {until}, in {left}");
        }
        match restore.downloads().as_slice() {
            [] => {}
            [only] => {
                let _ = write!(text, " · {}", only.url);
            }
            links => {
                let _ = write!(text, " · {} links", links.len());
            }
        }
    }
    if let Some(message) =
        job.restore().and_then(|restore| restore.collections.as_ref()?.error_message.as_ref())
    {
        let _ = write!(text, " · {message}");
    }
    if let (Some(since), None) = (job.failing_since(), job.code(vigil.rules.until)) {
        let age = span(vigil.clock.at(since).duration_until(at));
        let _ = write!(text, " · no answer for {age}");
    }
    if vigil.rules.until == Until::Usable && job.code(Until::Usable).is_none() && phase.is_terminal() {
        text.push_str(&waiting_for(job));
    }
    if let Some(name) = &job.unnamed {
        let _ = write!(text, " · whether {name} is idle cannot be asked: no cluster has such a name");
    }
    Line { at, glyph: phase.glyph(ascii), role: Role::of_phase(phase), text: clean(&text).into_owned() }
}

fn waiting_for(job: &Job) -> String {
    let Some(place) = &job.place else { return String::new() };
    let word = place.word.as_deref().map(|word| format!(", now {word}")).unwrap_or_default();
    format!(" · waiting for cluster {} to be idle{word}", place.cluster.instance)
}

/// What contradicts the phase.
fn notes(job: &Job) -> String {
    let anomalies = job.status().map(|status| status.anomalies.as_slice()).unwrap_or_default();
    anomalies.iter().copied().map(Anomaly::word).flat_map(|word| [" · ", word]).collect()
}

/// How much is restored, where Atlas counts it and the total is not too low.
fn progress(job: &Job) -> Option<String> {
    let goes_on = job.phase().is_some_and(|phase| !phase.is_terminal());
    let permille = job.restore().filter(|_| goes_on)?.progress()?;
    Some(format!("{}.{} %", permille / 10, permille % 10))
}

fn failing(job: &Job, error: &ApiError, vigil: &Vigil) -> String {
    let headline = error.explain(&job.target).headline;
    let patience = match (error.exit_code(), vigil.rules.give_up_after) {
        (exit::GONE, _) => "It is asked once more.".to_owned(),
        (exit::REFUSED, _) => {
            format!("It is asked again; refused {REFUSALS} times in a row, its watch ends.")
        }
        (_, Some(patience)) => {
            let patience = SignedDuration::try_from(patience).unwrap_or(SignedDuration::MAX);
            format!("It is asked again for {}.", span(patience))
        }
        (_, None) => "It is asked again for as long as it takes.".to_owned(),
    };
    format!("{}: {headline} {patience}", job.name)
}

fn given_up(job: &Job, at: Timestamp, ascii: bool, now: Timestamp) -> Option<Line> {
    let error = job.error().or(job.place.as_ref().and_then(|place| place.error.as_ref()))?;
    let words = error.explain_to_script(&job.target);
    let waited = job.failing_since().map(|since| now.duration_since(since)).unwrap_or_default();
    let gone = job.phase() == Some(&Phase::Gone);
    let text = match job.phase() {
        _ if gone => format!("{}: gone. {}", job.name, words.headline),
        Some(phase) => format!(
            "{}: given up after {} without an answer, last seen {}. {} {}",
            job.name,
            span(waited),
            phase.word(),
            words.headline,
            words.next_step
        ),
        None if waited.as_secs() > 0 => format!(
            "{}: given up after {} without an answer. {} {}",
            job.name,
            span(waited),
            words.headline,
            words.next_step
        ),
        None => format!("{}: {} {}", job.name, words.headline, words.next_step),
    };
    let glyph = if gone { Phase::Gone.glyph(ascii) } else { Phase::Failed.glyph(ascii) };
    Some(Line { at, glyph, role: Role::Danger, text: clean(&text).into_owned() })
}

fn place(job: &Job, at: Timestamp, ascii: bool) -> Option<Line> {
    let place = job.place.as_ref()?;
    let (name, cluster) = (&job.name, &place.cluster.instance);
    let glyph = |phase: Phase| phase.glyph(ascii);
    let (glyph, role, text) = match (place.code(), &place.error, place.word.as_deref()) {
        (Some(0), _, _) => (
            glyph(Phase::Completed),
            Role::Good,
            format!("{name}: cluster {cluster} is idle and can be used"),
        ),
        (Some(_), None, Some(word)) => (
            glyph(Phase::Failed),
            Role::Danger,
            format!("{name}: restored, but cluster {cluster} is {word} and will not be usable"),
        ),
        (Some(_), Some(error), _) => {
            let why = place_error(error, cluster.as_str());
            let text = format!("{name}: restored, but whether cluster {cluster} is idle is not known. {why}");
            (glyph(Phase::Failed), Role::Danger, text)
        }
        (None, Some(error), _) => {
            let why = place_error(error, cluster.as_str());
            ("", Role::Warning, format!("{name}: restored. {why} It is asked again."))
        }
        (None, None, Some(word)) if word != IDLE => (
            "",
            Role::Active,
            format!("{name}: restored; cluster {cluster} is {word}, waiting for it to be idle"),
        ),
        _ => return None,
    };
    Some(Line { at, glyph, role, text: clean(&text).into_owned() })
}

/// Why a cluster was not to be read. The words for restore jobs do not fit: another role is needed, another id wrong.
fn place_error(error: &ApiError, cluster: &str) -> String {
    use crate::api::ErrorKind;
    match &error.kind {
        ErrorKind::Forbidden => {
            "The key may not read clusters there; it needs Project Read Only in the target project."
                .to_owned()
        }
        ErrorKind::NotFound(_) => format!("Atlas knows no cluster {cluster} in the target project."),
        kind => {
            let detail = error.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
            format!("Atlas did not say ({}{detail}).", kind.short())
        }
    }
}

fn heartbeat(vigil: &Vigil, at: Timestamp, now: Timestamp) -> String {
    let open: Vec<&Job> = vigil.jobs.iter().filter(|job| job.code(vigil.rules.until).is_none()).collect();
    let named: Vec<String> = open
        .iter()
        .take(MOST_NAMES)
        .map(|job| {
            let progress = progress(job).map(|progress| format!(", {progress}")).unwrap_or_default();
            match job.phase() {
                Some(phase) if phase.is_terminal() => {
                    format!("{} {}{}", job.name, phase.word(), waiting_for(job))
                }
                Some(phase) => {
                    let lasted = countdown::elapsed(job.created_at(), at).text;
                    format!("{} {} for {lasted}{progress}", job.name, phase.word())
                }
                None => format!("{} not read yet", job.name),
            }
        })
        .collect();
    let more = match open.len().saturating_sub(MOST_NAMES) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let latest = vigil.jobs.iter().filter_map(Job::read_at).max();
    let age = latest.map_or_else(
        || "no answer yet".to_owned(),
        |read_at| format!("last answer {} ago", span(now.duration_since(read_at))),
    );
    format!("still waiting for {} of {}: {}{more}; {age}", open.len(), vigil.jobs.len(), named.join(", "))
}

/// A length of time in words.
fn span(duration: SignedDuration) -> String {
    let end = Timestamp::UNIX_EPOCH.saturating_add(duration).unwrap_or(Timestamp::MAX);
    countdown::elapsed(Timestamp::UNIX_EPOCH, end).text
}
