//! A board without any loop: lookups by job, and reports of recorded answers at chosen times.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::time::Duration;

use atlas_tui::api::{Answer, ApiError, ErrorKind, Meta, wire};
use atlas_tui::app::account::{Access, Account, Method};
use atlas_tui::app::keymap::Keymap;
use atlas_tui::app::model::{Setup, Source, Zone};
use atlas_tui::app::notification::Switches;
use atlas_tui::app::screen::{Size, ThemeName};
use atlas_tui::app::time_format::TimeFormat;
use atlas_tui::app::{Message, Model, update};
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::domain::target::{Kind, Target};
use atlas_tui::worker::{Ended, Read, Report, RequestId, Subject};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What Atlas is said to have answered.
pub enum Given {
    /// A recording, without a `Date`.
    Body(&'static str),
    /// A recording, with this `Date`.
    Dated(&'static str, &'static str),
    Error(ErrorKind),
}

pub fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// How that profile signs in at the usual host.
pub fn account(profile: Option<&str>) -> Account {
    Account {
        profile: profile.map(|name| name.parse().unwrap()),
        host: "cloud.mongodb.com".into(),
        base_url: "https://cloud.mongodb.com".into(),
        access: Access::Signed { by: "API key abcd…".into(), method: Method::Digest },
        project: None,
    }
}

/// A board of 120×36 in UTC, watching these jobs.
pub fn board<const N: usize>(jobs: [&str; N]) -> Model {
    let setup = Setup {
        size: Size { width: 120, height: 36 },
        session: account(None),
        accounts: vec![account(None)],
        variables: "MONGODB_ATLAS_",
        keymap: Keymap::default(),
        theme: ThemeName::default(),
        ascii: false,
        mouse: false,
        motion: true,
        time: TimeFormat::Utc,
        zone: Zone::new(|| TimeZone::UTC),
        interval: Duration::from_secs(3),
        notify: Switches::default(),
        hook: false,
    };
    let mut model = Model::new(setup, Source::Saved);
    model.load(jobs.map(|job| {
        let target = Target {
            kind: Kind::Serverless,
            project: "6a793f6b2c88faeba59bae37".parse().unwrap(),
            instance: "backupRestores-305".parse().unwrap(),
            job: job.parse().unwrap(),
            profile: None,
        };
        Lookup { label: format!("job {}", &job[20..]), target }
    }));
    model
}

/// The report of an answer that came at `time`, 62 ms after its request left. The next one is due in 3 s.
pub fn ended(model: &Model, job: &str, time: &str, given: Given) -> Report {
    let received_at = at(time);
    let watch = model.watches.iter().find(|watch| watch.lookup.target.job.as_str() == job).unwrap();
    let meta = |date: Option<&str>| Meta {
        http_status: Some(200),
        server_date: date.map(at),
        requests: 1,
        ..Meta::default()
    };
    let body =
        |recording: &str| wire::restore_job(recording.split_once("\n\n").unwrap().1.as_bytes()).unwrap();
    let result = match given {
        Given::Body(recording) => Ok(Answer { job: body(recording), meta: meta(None) }),
        Given::Dated(recording, date) => Ok(Answer { job: body(recording), meta: meta(Some(date)) }),
        Given::Error(kind) => {
            Err(ApiError { kind, code: None, detail: None, retry_after: None, meta: Meta::default() })
        }
    };
    let (meta, result) = match result {
        Ok(Answer { job, meta }) => (meta, Ok(job)),
        Err(error) => (error.meta.clone(), Err(error)),
    };
    let next_at = Some(received_at + Duration::from_secs(3));
    Report::Ended(Box::new(Ended {
        request: RequestId(1),
        subject: Subject::Job(watch.id),
        meta,
        sent_at: received_at - Duration::from_millis(62),
        received_at,
        failure: result.as_ref().err().cloned(),
        reads: vec![Read { watch: watch.id, result, next_at, kind: None }],
    }))
}

/// Lets that report arrive.
pub fn report(model: &mut Model, job: &str, time: &str, given: Given) {
    let report = ended(model, job, time, given);
    update(model, Message::Report(report), at(time));
}
