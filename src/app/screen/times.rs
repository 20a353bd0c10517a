//! Times on the screen: in the chosen format, and noting when each text is over.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::model::Model;
use crate::app::time_format::TimeFormat;
use crate::domain::countdown::{self, Timed};

/// Collects the earliest moment at which something on the screen changes by itself.
pub(super) struct Ticker {
    pub now: Timestamp,
    next: Option<Timestamp>,
    /// The same for what changes so rarely that nobody would call it timed.
    rarely: Option<Timestamp>,
}

impl Ticker {
    pub fn new(now: Timestamp) -> Self {
        Self { now, next: None, rarely: None }
    }

    pub fn next(&self) -> Option<Timestamp> {
        [self.next, self.rarely].into_iter().flatten().min()
    }

    /// Whether something on the screen keeps time, so that a wake-up more or less costs nothing.
    pub fn keeps_time(&self) -> bool {
        self.next.is_some()
    }

    /// Something changes at this local time; the past does not count.
    pub fn wake_at(&mut self, at: Option<Timestamp>) {
        if let Some(at) = at.filter(|at| *at > self.now) {
            self.next = Some(self.next.map_or(at, |next| next.min(at)));
        }
    }

    /// Something changes at this time of the server's, which is hours away as a rule.
    fn wake_rarely_at(&mut self, model: &Model, at: Timestamp) {
        let at = model.clock.local(at);
        if at > self.now {
            self.rarely = Some(self.rarely.map_or(at, |next| next.min(at)));
        }
    }

    /// A text that depends on the local time.
    pub fn local(&mut self, timed: Timed) -> String {
        self.wake_at(timed.changes_at);
        timed.text
    }

    /// A text that depends on the server's time.
    pub fn server(&mut self, model: &Model, timed: Timed) -> String {
        self.wake_at(timed.changes_at.map(|at| model.clock.local(at)));
        timed.text
    }

    /// A moment of the server's as a date, or as a distance in the relative format.
    pub fn date(&mut self, model: &Model, at: Timestamp) -> String {
        match model.setup.time {
            TimeFormat::Utc | TimeFormat::Local => full_date(model, at),
            TimeFormat::Relative => {
                let server_now = model.clock.at(self.now);
                if at > server_now {
                    let left = countdown::time_left_short(at, server_now);
                    format!("in {}", self.server(model, left))
                } else {
                    let age = countdown::age(at, server_now);
                    match self.server(model, age).as_str() {
                        "now" => "now".into(),
                        age => format!("{age} ago"),
                    }
                }
            }
        }
    }
}

/// The whole date, also in the relative format: for places where the distance stands beside it.
pub(super) fn full_date(model: &Model, at: Timestamp) -> String {
    match model.setup.time {
        TimeFormat::Local => in_zone(at, model.setup.zone.get(), "%Y-%m-%d %H:%M:%S %Z"),
        TimeFormat::Utc | TimeFormat::Relative => in_zone(at, &TimeZone::UTC, "%Y-%m-%d %H:%M:%S UTC"),
    }
}

/// The time of day alone, for places where the date is plain. Never relative.
pub(super) fn time_of_day(model: &Model, at: Timestamp) -> String {
    match model.setup.time {
        TimeFormat::Local => in_zone(at, model.setup.zone.get(), "%H:%M:%S"),
        TimeFormat::Utc | TimeFormat::Relative => in_zone(at, &TimeZone::UTC, "%H:%M:%S"),
    }
}

/// Hours and minutes with the zone's name.
pub(super) fn wall_clock(model: &Model, at: Timestamp) -> String {
    match model.setup.time {
        TimeFormat::Local => in_zone(at, model.setup.zone.get(), "%H:%M %Z"),
        TimeFormat::Utc | TimeFormat::Relative => in_zone(at, &TimeZone::UTC, "%H:%M UTC"),
    }
}

/// The times of steps that follow each other: the date where it is another one than that of the step before, the
/// zone once, and neither where today is plain.
pub(super) struct Steps<'a> {
    model: &'a Model,
    ticker: &'a mut Ticker,
    /// Of the last step; of today before the first one.
    date: Date,
    zone: String,
}

impl<'a> Steps<'a> {
    pub fn new(model: &'a Model, ticker: &'a mut Ticker) -> Self {
        let today = model.clock.at(ticker.now).to_zoned_datetime(zone(model).clone());
        // What is of today now is of yesterday then.
        if model.setup.time != TimeFormat::Relative
            && let Some(tomorrow) = today.tomorrow().ok().and_then(|day| day.start_of_day().ok())
        {
            ticker.wake_rarely_at(model, tomorrow.timestamp());
        }
        Self { model, ticker, date: today.date(), zone: String::new() }
    }

    pub fn next(&mut self, at: Timestamp) -> String {
        if self.model.setup.time == TimeFormat::Relative {
            let age = self.ticker.date(self.model, at);
            return if age == "now" { "just now".into() } else { age };
        }
        let at = at.to_zoned_datetime(zone(self.model).clone());
        let mut text = at.strftime("%H:%M:%S").to_string();
        if at.date() != self.date {
            text = format!("{} {text}", at.date());
            self.date = at.date();
        }
        let zone = at.strftime("%Z").to_string();
        if zone != self.zone {
            text = format!("{text} {zone}");
            self.zone = zone;
        }
        text
    }
}

/// The zone of absolute times.
fn zone(model: &Model) -> &TimeZone {
    const UTC: &TimeZone = &TimeZone::UTC;
    if model.setup.time == TimeFormat::Local { model.setup.zone.get() } else { UTC }
}

fn in_zone(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    at.to_zoned_datetime(zone.clone()).strftime(format).to_string()
}

/// Cut to the whole second, so that all that counts seconds on a screen does so at the same moment: one
/// wake-up a second, whatever is on it.
pub(super) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The start of the next minute.
pub(super) fn next_minute(now: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second((now.as_second().div_euclid(60) + 1) * 60).ok()
}

/// How long ago an answer came, in steps of five seconds below a minute: exact enough to trust, and quiet.
pub(super) fn updated(at: Timestamp, ticker: &mut Ticker) -> String {
    format!("updated {}", answered(at, ticker))
}

/// The same without the verb, so that one answer has one age wherever it is told.
pub(super) fn answered(at: Timestamp, ticker: &mut Ticker) -> String {
    let at = whole_second(at);
    match step_of_age(at, ticker) {
        None => format!("{} ago", ticker.local(countdown::age(at, ticker.now))),
        Some(0) => "just now".into(),
        Some(step) => format!("{step} s ago"),
    }
}

/// The same for a narrow column: `now`, `5s`, `6m`.
pub(super) fn data_age(at: Timestamp, ticker: &mut Ticker) -> String {
    let at = whole_second(at);
    match step_of_age(at, ticker) {
        None => ticker.local(countdown::age_short(at, ticker.now)),
        Some(0) => "now".into(),
        Some(step) => format!("{step}s"),
    }
}

/// Seconds below a minute, in steps of five.
fn step_of_age(at: Timestamp, ticker: &mut Ticker) -> Option<i64> {
    let seconds = at.duration_until(ticker.now).as_secs().max(0);
    if seconds >= 60 {
        return None;
    }
    let step = seconds / 5 * 5;
    ticker.wake_at(at.checked_add(SignedDuration::from_secs(step + 5)).ok());
    Some(step)
}

pub(super) const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// When something is due: counted down when it is near, as a time of day when it is not.
pub(super) fn due(model: &Model, at: Timestamp, ticker: &mut Ticker) -> String {
    let left = ticker.now.duration_until(at);
    // An answer takes a moment: the text of the last second stands for one more, and most answers come within.
    if left <= -SECOND {
        return "now".into();
    }
    if left <= SignedDuration::ZERO {
        ticker.wake_at(at.checked_add(SECOND).ok());
        return "in 1 s".into();
    }
    if left > SignedDuration::from_secs(10) {
        ticker.wake_at(at.checked_sub(SignedDuration::from_secs(10)).ok());
        return format!("at {}", time_of_day(model, at));
    }
    let at = Timestamp::from_second(at.as_second() + 1).unwrap_or(at);
    format!("in {}", ticker.local(countdown::time_left(at, ticker.now)))
}

/// When a reading that came at `at` is followed by the next one. A short interval is told as such: counting it
/// down would change the screen with every answer and say nothing.
pub(super) fn next(model: &Model, at: Timestamp, next: Timestamp, ticker: &mut Ticker) -> String {
    let interval = at.duration_until(next);
    let overdue = next.checked_add(SECOND).is_ok_and(|end| end <= ticker.now);
    if interval < SECOND * 2 && !overdue {
        ticker.wake_at(next.checked_add(SECOND).ok());
        return format!("every {} s", (interval.as_millis() + 500) / 1000);
    }
    format!("next {}", due(model, next, ticker))
}

/// How long an answer took, in steps that matter to a person.
pub(super) fn latency(latency: Duration) -> String {
    match latency.as_millis() {
        0..10 => "under 10 ms".into(),
        millis @ 10..1000 => format!("{} ms", millis / 10 * 10),
        millis => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
    }
}
