//! What the detail shows of one shape of jobs and not of another, and of the endpoint that it came from.

use super::times::Ticker;
use super::view::{Field, Gauge, Lamp, Problem, Role, Span};
use crate::api::Meta;
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::time_format::TimeFormat;
use crate::domain::job::{CollectionRestore, Component, DeliveryType, Download, RestoreJob, Shape};
use crate::domain::phase::Phase;
use crate::domain::text::{common_head, shortened};

/// `flex · restore`, `collection · into a cluster`.
pub(super) fn delivery(job: &RestoreJob) -> &str {
    match (&job.delivery_type, job.shape()) {
        (Some(delivery), _) => delivery.as_str(),
        (None, Shape::State) => "into a cluster",
        (None, _) => "delivery type not given",
    }
}

/// The words by which Atlas says where the job stands, for shapes that have words in place of flags.
pub(super) fn words(job: &RestoreJob, absent: &str) -> Vec<Lamp> {
    let lamp = |name, word: Option<&str>, lit: Option<Role>| Lamp {
        name,
        value: word.unwrap_or(absent).to_owned(),
        role: lit.unwrap_or(Role::Muted),
    };
    let danger = |word: Option<&str>| (word == Some("FAILED")).then_some(Role::Danger);
    match (job.shape(), &job.collections) {
        (Shape::Flags, _) => Vec::new(),
        (Shape::State, Some(restore)) => {
            let (state, index) = (restore.state.as_deref(), restore.index_state.as_deref());
            let failed = restore.failed_collection_count;
            let mut lamps = vec![lamp("state", state, danger(state)), lamp("indexes", index, danger(index))];
            if let Some(count) = failed {
                let lit = (count > 0).then_some(Role::Warning);
                lamps.push(lamp("failed collections", Some(&count.to_string()), lit));
            }
            lamps
        }
        (Shape::State | Shape::Status, _) => {
            let status = job.status.as_deref();
            vec![lamp("status", status, danger(status))]
        }
    }
}

/// How much is restored, where Atlas counts it.
pub(super) fn progress(job: &RestoreJob) -> Option<Gauge> {
    let permille = job.progress()?;
    Some(Gauge {
        label: "Restored".into(),
        text: format!("{}.{} %", permille / 10, permille % 10),
        role: Role::Active,
        permille: permille / 25 * 25,
        note: counts(job)?,
    })
}

/// `1,234,567 of about 2,000,000 documents`.
fn counts(job: &RestoreJob) -> Option<String> {
    let restore = job.collections.as_ref()?;
    let (restored, total) = (restore.restored_documents?, restore.total_documents?);
    Some(format!("{} of about {} documents", grouped(restored), grouped(total)))
}

/// `1,234,567`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The links, each with its shard and its private endpoint where it has one.
pub(super) fn downloads(job: &RestoreJob) -> Vec<Field> {
    let downloads = job.downloads();
    let count = downloads.len();
    let field = |(index, download): (usize, &Download<'_>)| {
        let place = (count > 1).then(|| format!("{} of {count}", index + 1));
        let shard = download.shard.map(|shard| format!("shard {shard}"));
        let endpoint = download.endpoint.map(|endpoint| format!("through {endpoint}"));
        let notes: Vec<String> = [place, shard, endpoint].into_iter().flatten().collect();
        Field {
            name: "Download",
            value: download.url.to_owned(),
            note: notes.join(" · "),
            elide: true,
            role: Role::Plain,
        }
    };
    downloads.iter().enumerate().map(field).collect()
}

/// `atlas-97e7a4-shard-0, -1, -2`: the parts that have nothing to download, their common head once.
fn shards(job: &RestoreJob) -> Option<String> {
    let is_elsewhere = |component: &&Component| {
        let private = component.private_urls.iter().any(|private| private.url.is_some());
        component.url.is_none() && !private
    };
    let parts = job.components.iter().filter(is_elsewhere);
    let names: Vec<&str> = parts.filter_map(|component| component.replica_set.as_deref()).collect();
    let (first, others) = names.split_first()?;
    let head = common_head(&names, '-').trim_end_matches('-').len();
    let others = others.iter().map(|name| name.get(head..).unwrap_or(name));
    Some(std::iter::once(*first).chain(others).collect::<Vec<_>>().join(", "))
}

/// What is wrong with a restore that is complete all the same, and how to find out more.
pub(super) fn flaws(model: &Model, job: &RestoreJob, phase: &Phase) -> Option<Problem> {
    let restore = job.collections.as_ref().filter(|_| *phase == Phase::CompletedWithWarnings)?;
    let whose = match restore.failed_collection_count {
        Some(1) => "1 collection",
        Some(count) if count > 1 => &format!("{count} collections"),
        _ => "some collections",
    };
    let raw = model.key(Action::Raw);
    let next_step = if raw.is_empty() {
        "The answer names them: build these indexes anew, or restore those collections again.".into()
    } else {
        format!("{raw} shows which: build these indexes anew, or restore those collections again.")
    };
    Some(Problem {
        headline: format!("Restored, but the indexes of {whose} failed."),
        next_step,
        retry: String::new(),
        role: Role::Warning,
    })
}

/// What only some shapes have.
pub(super) fn fields(model: &Model, job: &RestoreJob, is_over: bool, ticker: &mut Ticker) -> Vec<Field> {
    let plain =
        |name, value: String| Field { name, value, note: String::new(), elide: false, role: Role::Plain };
    let mut fields = Vec::new();
    if let Some(until) = job.record_kept_until {
        let note = "of the record alone: nothing of the restore is lost then".to_owned();
        fields.push(Field { note, ..plain("Kept until", ticker.date(model, until)) });
    }
    if let Some(shards) = shards(job) {
        fields.push(plain("Shards", shortened(&shards, 400).into_owned()));
    }
    // While it goes on, a bar shows them.
    if let Some(counts) = counts(job).filter(|_| is_over) {
        fields.push(plain("Restored", counts));
    }
    if let Some(restore) = &job.collections {
        let CollectionRestore { error_message, write_strategy, index_strategy, .. } = &**restore;
        if let Some(message) = error_message {
            fields.insert(0, Field { role: Role::Danger, ..plain("Error", message.clone()) });
        }
        if let Some(strategy) = write_strategy {
            fields.push(plain("Writes", strategy.clone()));
        }
        if let Some(strategy) = index_strategy {
            fields.push(plain("Indexes", strategy.clone()));
        }
    }
    fields
}

/// Why there is no countdown for what is no download: by the way the data is handed over, as far as that is known.
pub(super) fn no_expiry(job: &RestoreJob) -> &'static str {
    match (&job.delivery_type, job.shape()) {
        (Some(DeliveryType::Automated), _) => "automated restores have no expiry",
        (Some(DeliveryType::PointInTime), _) => "point-in-time restores have no expiry",
        (Some(DeliveryType::Restore), _) => "a restore into a Flex cluster has no expiry",
        (None, Shape::State) => "a restore of collections has no expiry",
        (None | Some(DeliveryType::Download | DeliveryType::Other(_)), _) => "Atlas gave no expiry",
    }
}

/// What is to be known of the endpoint, beside what the job is.
pub(super) fn endpoint(model: &Model, meta: &Meta, ticker: &mut Ticker) -> Vec<Span> {
    let server_now = model.clock.at(ticker.now);
    let mut badges = Vec::new();
    let mut date = |at| {
        let date = ticker.date(model, at);
        // The day suffices for what is announced months ahead.
        match date.split_once(' ') {
            Some((day, _)) if model.setup.time != TimeFormat::Relative => day.to_owned(),
            _ => date,
        }
    };
    if let Some(sunset) = meta.sunset_at {
        let over = sunset <= server_now;
        let words = if over { "Atlas ended this endpoint" } else { "Atlas ends this endpoint" };
        let role = if over { Role::Warning } else { Role::Info };
        badges.push(Span::new(format!("{words}: {}", date(sunset)), role));
    } else if let Some(since) = meta.deprecated_at {
        badges.push(Span::new(format!("endpoint deprecated: {}", date(since)), Role::Info));
    }
    if let Some(version) = &meta.other_version {
        badges.push(Span::new(format!("answered in version {version}, read as far as it goes"), Role::Info));
    }
    badges
}
