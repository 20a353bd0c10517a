//! The selected lookup: phase, flags, countdown, fields, history, and how fresh all of it is.

use jiff::{SignedDuration, Timestamp};

use super::list::{NO_PROFILE, phase_role, role_of, severity_role};
use super::shapes;
use super::sunset;
use super::times::{self, Ticker};
use super::view::{Detail, Field, Gauge, Lamp, Layout, Problem, Role, Span};
use crate::api::{ErrorKind, Missing};
use crate::app::account;
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::watch::Watch;
use crate::domain::countdown;
use crate::domain::job::{DeliveryType, RestoreJob};
use crate::domain::phase::{Phase, Status};
use crate::domain::shell::quoted;
use crate::domain::text::shortened;
use crate::worker::Pace;

/// A first answer that takes longer than this gets a spinner.
const SPINNER_AFTER: SignedDuration = SignedDuration::from_millis(150);
const SPINNER_STEP: i128 = 120;

pub(super) fn detail(model: &Model, watch: &Watch, ticker: &mut Ticker) -> Detail {
    let mut detail = Detail {
        title: watch.lookup.name(),
        scroll: model.detail_scroll,
        problem: problem(model, watch, ticker),
        status: freshness(model, watch, ticker),
        badges: badges(model, watch, ticker),
        ..Detail::default()
    };
    let kind = watch.lookup.target.kind;
    let profile = watch.profile.as_ref().filter(|_| model.has_several_profiles());
    let profile = profile.map(|profile| format!(" · {profile}")).unwrap_or_default();
    if matches!(model.layout(), Layout::Tiny(_)) {
        // The line below it is not there.
        detail.title.push_str(&profile);
    }
    match (watch.restore_job(), watch.status()) {
        (Some(job), Some(status)) => {
            detail.about = format!("{kind} · {}{profile}", shapes::delivery(job));
            detail.glyph = status.phase.glyph(model.setup.ascii).into();
            detail.word = status.phase.word().to_uppercase();
            detail.role = role_of(model, watch, ticker);
            detail.time = elapsed(model, watch, status, ticker);
            detail.lamps = lamps(model, job, ticker);
            // A failure to read it comes first.
            detail.problem = detail.problem.take().or_else(|| shapes::flaws(model, job, &status.phase));
            detail.progress = shapes::progress(job).filter(|_| !status.phase.is_over());
            detail.countdown = countdown(model, watch, job, status, ticker);
            // An error has more to say, and needs the line where there are few.
            detail.countdown_note = countdown_note(watch, job, status).filter(|_| watch.job.error.is_none());
            detail.fields = fields(model, watch, job, ticker);
            detail.history = history(model, watch, ticker);
        }
        _ => waiting(model, watch, &profile, &mut detail, ticker),
    }
    detail
}

/// Before the first answer: what was asked for, and a spinner once it takes a moment.
fn waiting(model: &Model, watch: &Watch, profile: &str, detail: &mut Detail, ticker: &mut Ticker) {
    detail.about = format!("{}{profile}", watch.lookup.target.kind);
    detail.role = Role::Muted;
    detail.glyph = if model.setup.ascii { "." } else { "·" }.into();
    detail.word = watch.word().to_uppercase();
    if model.lacks_account(watch) {
        detail.word = NO_PROFILE.to_uppercase();
    }
    if watch.job.error.is_some() || model.lacks_account(watch) {
        detail.glyph = "!".into();
    }
    detail.fields = lookup_fields(model, watch, ticker);
    let since = watch.job.in_flight.map(|(_, at)| at).filter(|_| watch.job.error.is_none());
    if let Some(since) = since {
        let waited = since.duration_until(ticker.now) - SPINNER_AFTER;
        let step = waited.as_millis().div_euclid(SPINNER_STEP);
        if step >= 0 {
            detail.spinner = usize::try_from(step).ok();
        }
        let next = (step.max(-1) + 1) * SPINNER_STEP;
        let next = SignedDuration::from_millis(i64::try_from(next).unwrap_or_default());
        ticker.wake_at(since.checked_add(SPINNER_AFTER + next).ok());
    }
}

fn elapsed(model: &Model, watch: &Watch, status: &Status, ticker: &mut Ticker) -> String {
    let created = watch.created_at();
    match status.ended_at {
        Some(end) if status.phase.is_over() => {
            let server_now = model.clock.at(ticker.now);
            // An end that is yet to come by the server's clock says less than that we saw it ended.
            let seen = watch.history.last().map_or(server_now, |last| last.at);
            let ahead = end > server_now;
            let end = if ahead { seen.min(server_now) } else { end };
            let ago = match ticker.server(model, countdown::age(end, server_now)).as_str() {
                "now" => "just now".into(),
                age => format!("{age} ago"),
            };
            let ago = if ahead { format!("seen {ago}") } else { ago };
            if matches!(status.phase, Phase::Completed | Phase::Failed) {
                format!("{ago}, after {}", countdown::elapsed(created, end).text)
            } else {
                ago
            }
        }
        _ if status.phase.is_terminal() => String::new(),
        _ => ticker.server(model, countdown::elapsed(created, model.clock.at(ticker.now))),
    }
}

/// What is worth knowing beside the phase, never instead of it.
fn badges(model: &Model, watch: &Watch, ticker: &mut Ticker) -> Vec<Span> {
    let mut badges = Vec::new();
    if watch.is_stale(ticker.now, model.setup.interval) {
        badges.push(Span::new("stale", Role::Warning));
    }
    if let Some(status) = watch.status() {
        badges.extend(status.anomalies.iter().map(|anomaly| Span::new(anomaly.word(), Role::Warning)));
    }
    if let Some(skew) = model.clock.skew() {
        let side = if skew.is_positive() { "behind" } else { "ahead" };
        let end = Timestamp::UNIX_EPOCH.checked_add(skew.abs()).unwrap_or(Timestamp::MAX);
        let by = countdown::elapsed(Timestamp::UNIX_EPOCH, end).text;
        badges.push(Span::new(format!("this machine's clock is {by} {side}"), Role::Warning));
    }
    if let Some((reading, _)) = &watch.job.value {
        badges.extend(shapes::endpoint(model, &reading.meta, ticker));
    }
    if model.paused {
        badges.push(Span::new("paused", Role::Info));
    }
    badges
}

fn problem(model: &Model, watch: &Watch, ticker: &mut Ticker) -> Option<Problem> {
    if let Some(problem) = no_profile(model, watch) {
        return Some(problem);
    }
    let Some((error, failed_at)) = watch.job.error.as_ref() else {
        return sunset::problem(model, watch, ticker);
    };
    let mut words = error.explain(&watch.lookup.target);
    if watch.phase() == Some(&Phase::Gone) {
        words.headline = "Atlas no longer knows this job, which it did before.".into();
        words.next_step =
            "What stands below is its last answer; Atlas forgets old jobs after a while.".into();
    }
    if let Some(step) = sunset::next_step(model, watch, error, ticker.now) {
        words.next_step = step;
    }
    let edit = model.key(Action::Edit);
    // What one profile may not see, another one may.
    if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::NotFound(Missing::Project))
        && model.has_choice_of_accounts()
        && !edit.is_empty()
    {
        let profile = account::name(watch.profile.as_ref());
        let step = &words.next_step;
        words.next_step = format!("{step} It was asked for as {profile}; {edit} chooses another profile.");
    }
    let mut retry = Vec::new();
    if let Some((_, at)) = &watch.job.value {
        retry.push(format!("last good answer {}", times::answered(*at, ticker)));
    }
    if is_trying(watch, ticker) {
        retry.push("trying now".into());
    } else if let Some(until) = held_back(model, watch) {
        retry.push(format!("next try {}", waits(model, until)));
    } else if let Some(at) = watch.job.next_at {
        let asked = if error.decided_the_wait(*failed_at, at) { " (Atlas asked for it)" } else { "" };
        retry.push(format!("next try {}{asked}", times::due(model, at, ticker)));
    }
    let role = if error.is_retryable() { Role::Warning } else { Role::Danger };
    Some(Problem { headline: words.headline, next_step: words.next_step, retry: retry.join(" · "), role })
}

/// The profile that it was made with is not there any more. It is not read with another one: that might find another
/// organization's job, or none, and neither would be true of this one.
fn no_profile(model: &Model, watch: &Watch) -> Option<Problem> {
    let profile = watch.profile.as_ref().filter(|_| model.lacks_account(watch))?;
    let edit = model.key(Action::Edit);
    let edit = if edit.is_empty() { "edit the lookup to choose".into() } else { format!("{edit} chooses") };
    Some(Problem {
        headline: format!("There is no profile `{profile}` any more."),
        next_step: format!(
            "{edit} another one; or make it again with atlas auth login -P {}, then {}.",
            quoted(profile.as_str()),
            model.key(Action::Refresh)
        ),
        retry: String::new(),
        role: Role::Danger,
    })
}

/// Whether a request has been under way for longer than an answer usually takes: its next one is not "next".
fn is_trying(watch: &Watch, ticker: &mut Ticker) -> bool {
    let Some((_, since)) = watch.job.in_flight else { return false };
    // By the whole second, as all that counts seconds here.
    let late = times::whole_second(since).checked_add(SignedDuration::from_secs(2)).ok();
    ticker.wake_at(late);
    let is_late = |at: Option<Timestamp>| at.is_some_and(|at| at <= ticker.now);
    is_late(late) || is_late(watch.job.next_at.and_then(|at| at.checked_add(times::SECOND).ok()))
}

fn waits(model: &Model, until: Timestamp) -> String {
    format!("waits for the rate limit, about {}", times::time_of_day(model, until))
}

/// Until when at least the rate limit keeps it from being read, although it is due.
fn held_back(model: &Model, watch: &Watch) -> Option<Timestamp> {
    let Pace::Slowed { waiting: Some(waiting) } = model.pace else { return None };
    (waiting.watch == watch.id && watch.job.in_flight.is_none()).then_some(waiting.until)
}

/// The parts of how fresh all of this is, the most telling first.
fn freshness(model: &Model, watch: &Watch, ticker: &mut Ticker) -> Vec<Span> {
    let mut parts = Vec::new();
    let trying = is_trying(watch, ticker);
    if let Some((_, at)) = &watch.job.value {
        parts.push(times::updated(*at, ticker));
        if let Some(until) = held_back(model, watch) {
            parts.push(waits(model, until));
        } else if let Some(next) = watch.job.next_at.filter(|_| !trying) {
            parts.push(times::next(model, *at, next, ticker));
        } else if watch.job.in_flight.is_none() {
            parts.push("no further refresh".into());
        }
    } else if let Some(until) = held_back(model, watch).filter(|_| watch.job.error.is_none()) {
        parts.push(waits(model, until));
    }
    if let Some((_, since)) = watch.job.in_flight {
        let since = times::whole_second(since);
        let seconds = since.duration_until(ticker.now).as_secs();
        ticker.wake_at(since.checked_add(SignedDuration::from_secs(seconds.max(1) + 1)).ok());
        if seconds >= 2 {
            parts.push(format!("waiting for Atlas {seconds} s"));
        }
    }
    if let Some((reading, _)) = &watch.job.value {
        parts.push(times::latency(reading.latency));
    }
    let role = if watch.is_stale(ticker.now, model.setup.interval) { Role::Warning } else { Role::Muted };
    parts.into_iter().map(|part| Span::new(part, role)).collect()
}

fn lamps(model: &Model, job: &RestoreJob, ticker: &mut Ticker) -> Vec<Lamp> {
    let lamp = |name, flag: Option<bool>, lit| {
        let (value, role) = match flag {
            Some(true) => ("YES", lit),
            Some(false) => ("no", Role::Muted),
            None => (absent(model), Role::Muted),
        };
        Lamp { name, value: value.into(), role }
    };
    let mut lamps = shapes::words(job, absent(model));
    if lamps.is_empty() {
        lamps.extend([
            lamp("cancelled", job.cancelled, Role::Warning),
            lamp("expired", job.expired, Role::Warning),
            lamp("failed", job.failed, Role::Danger),
        ]);
    }
    lamps.push(match job.finished_at {
        Some(at) => Lamp { name: "finished", value: short_date(model, at, ticker), role: Role::Good },
        None => Lamp { name: "finished", value: absent(model).into(), role: Role::Muted },
    });
    lamps
}

/// What Atlas left out, which differs from "no".
fn absent(model: &Model) -> &'static str {
    if model.setup.ascii { "-" } else { "—" }
}

/// The time of day for today, else the whole date.
fn short_date(model: &Model, at: Timestamp, ticker: &mut Ticker) -> String {
    let recent = at.duration_until(model.clock.at(ticker.now)).abs() < SignedDuration::from_hours(12);
    if recent { times::time_of_day(model, at) } else { ticker.date(model, at) }
}

fn countdown(
    model: &Model,
    watch: &Watch,
    job: &RestoreJob,
    status: &Status,
    ticker: &mut Ticker,
) -> Option<Gauge> {
    let until = job.expires_at?;
    if !counts_down(watch) {
        return None;
    }
    let now = model.clock.at(ticker.now);
    let download = job.delivery_type == Some(DeliveryType::Download);
    let over = until <= now;
    let label = match (download, over) {
        (true, false) => "Link expires in",
        (true, true) => "Link",
        (false, false) => "Expires in",
        (false, true) => "Expiry",
    };
    let role = match &status.phase {
        Phase::Ready => severity_role(countdown::severity(until, now)),
        phase if over => phase_role(phase),
        _ => Role::Plain,
    };
    let created = watch.created_at();
    // Between two seconds the text stands still, and so does the bar.
    let permille = countdown::permille_left(created, until, times::whole_second(now));
    Some(Gauge {
        label: label.into(),
        text: ticker.server(model, countdown::time_left(until, now)),
        role,
        // In steps that a bar of forty cells can show, so that it is not redrawn for nothing.
        permille: permille.div_ceil(25) * 25,
        note: times::full_date(model, until),
    })
}

/// Whether there is anything left to lose: a restore that failed or was cancelled has no link to expire.
fn counts_down(watch: &Watch) -> bool {
    !matches!(watch.phase(), Some(Phase::Failed | Phase::Cancelled | Phase::Gone))
}

fn countdown_note(watch: &Watch, job: &RestoreJob, status: &Status) -> Option<String> {
    if job.expires_at.is_some() || !counts_down(watch) {
        return None;
    }
    let words = match job.delivery_type {
        Some(DeliveryType::Download) if status.phase == Phase::Running => {
            "the link and its expiry appear when the download is ready"
        }
        Some(DeliveryType::Download) => "Atlas gave no expiry for this link",
        _ => shapes::no_expiry(job),
    };
    Some(words.into())
}

fn plain(name: &'static str, value: String, note: String) -> Field {
    Field { name, value, note, elide: true, role: Role::Plain }
}

/// What is known without any answer.
fn lookup_fields(model: &Model, watch: &Watch, ticker: &mut Ticker) -> Vec<Field> {
    let target = &watch.lookup.target;
    // Before any answer it is only the id that says so, and the id may be of something else.
    let created = if watch.restore_job().is_some() { "created" } else { "by its id, created" };
    let created = format!("{created} {}", ticker.date(model, watch.created_at()));
    let mut fields = vec![
        plain("Job", target.job.to_string(), created),
        plain("From", target.instance.to_string(), format!("project {}", target.project)),
    ];
    fields.extend(watch.profile.as_ref().map(|profile| {
        let of_lookup = target.profile.is_some();
        let note = match model.account(Some(profile)) {
            None => "not there any more".into(),
            Some(_) if !of_lookup => "the session's".into(),
            Some(account) if account.host != model.setup.session.host => account.host.clone(),
            Some(_) => String::new(),
        };
        plain("Profile", profile.to_string(), note)
    }));
    fields
}

fn fields(model: &Model, watch: &Watch, job: &RestoreJob, ticker: &mut Ticker) -> Vec<Field> {
    let mut fields = lookup_fields(model, watch, ticker);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    if job.snapshot_id.is_some() || job.snapshot_taken_at.is_some() {
        let taken = job.snapshot_taken_at.map(|at| format!("taken {}", ticker.date(model, at)));
        fields.insert(1, plain("Snapshot", text(&job.snapshot_id), taken.unwrap_or_default()));
    }
    if job.target_name.is_some() || job.target_project_id.is_some() {
        let project = job.target_project_id.as_ref().map(|id| format!("project {id}"));
        fields.push(plain("To", text(&job.target_name), project.unwrap_or_default()));
    }
    if let Some(item) = &job.target_deployment_item {
        fields.push(plain("Deployment", item.clone(), String::new()));
    }
    fields.extend(shapes::downloads(job));
    if let Some(at) = job.finished_at {
        fields.push(plain("Finished", ticker.date(model, at), String::new()));
    }
    // A countdown shows the date already.
    if let Some(at) = job.expires_at.filter(|_| !counts_down(watch)) {
        fields.push(plain("Expires", ticker.date(model, at), String::new()));
    }
    let is_over = watch.phase().is_some_and(Phase::is_over);
    fields.extend(shapes::fields(model, job, is_over, ticker));
    if let Some(desired) = &job.desired_timestamp {
        if let Some(at) = desired.date {
            fields.push(plain("Restored to", ticker.date(model, at), String::new()));
        }
        let numbers = [("time", desired.time), ("increment", desired.increment)];
        let known = numbers.iter().filter_map(|(name, value)| Some(format!("{name} {}", (*value)?)));
        let known = known.collect::<Vec<_>>().join(", ");
        if !known.is_empty() {
            fields.push(plain("Desired", known, String::new()));
        }
    }
    if let Some(seconds) = job.point_in_time_utc_seconds {
        fields.push(seconds_field("Point in time", seconds, model, ticker));
    }
    if let Some(seconds) = job.oplog_ts {
        let mut field = seconds_field("Oplog", seconds, model, ticker);
        if let Some(increment) = job.oplog_inc {
            field.note = format!("increment {increment}");
        }
        fields.push(field);
    } else if let Some(increment) = job.oplog_inc {
        fields.push(plain("Oplog", format!("increment {increment}"), String::new()));
    }
    let raw = model.key(crate::app::keymap::Action::Raw);
    if !job.unknown_fields.is_empty() {
        fields.push(plain(
            "Also sent",
            shortened(&job.unknown_fields.join(", "), 400).into_owned(),
            format!("{raw} shows them"),
        ));
    }
    if !job.links.is_empty() {
        // The last part of a relation is its name; the rest is the same host for all of them.
        let names = job.links.iter().map(|link| link.rel.rsplit('/').next().unwrap_or_default());
        fields.push(plain("Links", names.collect::<Vec<_>>().join(", "), format!("{raw} shows them")));
    }
    fields
}

fn seconds_field(name: &'static str, seconds: i64, model: &Model, ticker: &mut Ticker) -> Field {
    match Timestamp::from_second(seconds) {
        Ok(at) => plain(name, ticker.date(model, at), String::new()),
        Err(_) => plain(name, format!("{seconds} s since 1970"), String::new()),
    }
}

/// Created, and then every phase that was seen. When one began is told only for the last; of the others it is
/// known when they were seen.
fn history(model: &Model, watch: &Watch, ticker: &mut Ticker) -> Vec<Vec<Span>> {
    let mut steps = times::Steps::new(model, ticker);
    let mut entry = |at, seen: &str, word: &str, role| {
        vec![Span::new(format!("{}{seen}", steps.next(at)), Role::Muted), Span::new(format!(" {word}"), role)]
    };
    let mut history = vec![entry(watch.created_at(), "", "created", Role::Plain)];
    history.extend(watch.history.iter().map(|transition| {
        let seen = if transition.seen { " seen" } else { "" };
        entry(transition.at, seen, transition.phase.word(), phase_role(&transition.phase))
    }));
    history
}
