//! `list`: what restore jobs there are, of a cluster, of a whole project, or among the saved lookups.
//!
//! The limit takes the newest that match; the order is that of what it took. What one list fails with is told and is
//! in the exit code, and keeps no other from being shown.

mod choice;
mod pages;

use std::cmp::Reverse;
use std::io::Write;
use std::ops::ControlFlow;

use jiff::Timestamp;

use super::ask::{self, Together};
use super::form::Form;
use super::get::Look;
use super::output::{Objects, Output};
use super::reading::Reading;
use super::row::Row;
use super::table::Table;
use super::{csv, exit, json, text};
use crate::api::{Answer, ApiError, ListApi, RestoreApi};
use crate::clock::Clock;
use crate::domain::id::ObjectId;
use crate::domain::lookup::Lookup;
use crate::domain::phase::{self, Phase};
use crate::domain::profile::Profile;
use crate::domain::target::{Cluster, Kind, Target};
use crate::domain::text::clean;
pub use choice::{Order, Since, Statuses, WrongWord};
pub use pages::{Failure, Place};
use pages::{Harvest, Listed, Lists, Wanted};

/// Whose jobs are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Of one cluster, the kind of which may be to find out.
    Cluster(Cluster),
    /// Of all clusters of a project; with the kind `auto` of every kind.
    Project { project: ObjectId, profile: Option<Profile>, kind: Kind },
    /// These, read anew.
    Saved(Vec<Lookup>),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListOptions {
    pub look: Look,
    /// At most so many; 0 for all.
    pub limit: usize,
    /// Whether somebody chose the limit, who need not be told of it.
    pub limit_was_given: bool,
    pub statuses: Option<Statuses>,
    pub since: Option<Since>,
    pub order: Order,
    pub reverse: bool,
}

/// Lists jobs on `out`; what fails goes to `err` in words, and where the form has a place for it to `out` as well.
/// The exit code is 0 when everything could be read, else the worst of the errors', and [`exit::INTERNAL`] when `out`
/// cannot be written.
pub async fn list<A: RestoreApi + ListApi>(
    api: &A,
    clock: &impl Clock,
    scope: &Scope,
    options: &ListOptions,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let ListOptions { look, limit, statuses, since, .. } = options;
    let wanted = Wanted { limit: *limit, statuses: statuses.as_ref(), since: *since, times: &look.times };
    let mut output = Output::new(out, err);
    let lists = Lists::new(api, clock, wanted);
    let mut entries = Vec::new();
    let mut streamed = 0;
    // As they come, where that is the order asked for.
    let as_they_come = look.form == Form::Ndjson && options.order == Order::Created && !options.reverse;
    let harvest = match scope {
        Scope::Saved(lookups) => saved(api, clock, lookups, wanted, &mut entries).await,
        Scope::Project { project, profile, kind } => lists.project(*project, profile.as_ref(), *kind).await,
        Scope::Cluster(cluster) => {
            lists
                .cluster(cluster, |page| {
                    if !as_they_come {
                        entries.extend(page.into_iter().map(Entry::from));
                        return ControlFlow::Continue(());
                    }
                    streamed += page.len();
                    let mut lines = String::new();
                    for listed in &page {
                        lines += &(json::job(&listed.reading()) + "\n");
                    }
                    output.data(&lines)
                })
                .await
        }
    };
    entries.extend(harvest.jobs.into_iter().map(Entry::from));
    let mut cut = harvest.cut;
    newest_first(&mut entries);
    if *limit > 0 && entries.len() > *limit {
        entries.truncate(*limit);
        cut = true;
    }
    sort(&mut entries, options);
    write(&entries, &harvest.failures, streamed, options, &mut output);
    if cut && !options.limit_was_given {
        output.message(&format!("Only the newest {limit} are listed; --limit 0 lists all.\n"));
    }
    let failed = harvest.failures.iter().map(|failure| failure.error.exit_code());
    let unread = entries.iter().filter_map(|entry| entry.result.as_ref().err()).map(ApiError::exit_code);
    output.code(exit::worst(failed.chain(unread)))
}

/// The saved lookups, each read once.
async fn saved(
    api: &impl RestoreApi,
    clock: &impl Clock,
    lookups: &[Lookup],
    wanted: Wanted<'_>,
    entries: &mut Vec<Entry>,
) -> Harvest {
    let targets: Vec<Target> = lookups.iter().map(|lookup| lookup.target.clone()).collect();
    ask::all(api, clock, &targets, Together::Lists, |outcome| {
        let has = match &outcome.result {
            Ok(answer) => wanted.has(&outcome.target, &answer.job, outcome.server_now) == Some(true),
            Err(_) => wanted.statuses.is_none_or(Statuses::have_errors),
        };
        if has {
            let label = lookups.get(outcome.index).map(|lookup| lookup.label.clone());
            entries.push(Entry {
                label: label.unwrap_or_default(),
                target: outcome.target,
                result: outcome.result,
                server_now: outcome.server_now,
            });
        }
        ControlFlow::Continue(())
    })
    .await;
    Harvest::default()
}

/// A job of the list, read or not.
#[derive(Debug)]
struct Entry {
    label: String,
    target: Target,
    result: Result<Answer, ApiError>,
    server_now: Timestamp,
}

impl From<Listed> for Entry {
    fn from(Listed { target, answer, server_now }: Listed) -> Self {
        Self { label: String::new(), target, result: Ok(answer), server_now }
    }
}

impl Entry {
    fn reading(&self) -> Result<Reading<'_>, &ApiError> {
        let answer = self.result.as_ref()?;
        Ok(Reading::new(&self.target, answer, self.server_now).labelled(&self.label))
    }

    /// Its place in the course of a restore; at the end what has no place there.
    fn stage(&self) -> usize {
        let Ok(answer) = &self.result else { return usize::MAX };
        let phase = phase::assess_asked(&answer.job, self.target.job, self.server_now).phase;
        Phase::NAMED.iter().position(|named| *named == phase).unwrap_or(Phase::NAMED.len())
    }

    /// When its link ends.
    fn end_of_link(&self) -> Option<Timestamp> {
        self.result.as_ref().ok()?.job.expires_at
    }
}

/// By the time in their ids.
fn newest_first(entries: &mut [Entry]) {
    entries.sort_by_key(|entry| Reverse(entry.target.job));
}

/// Entries that are alike in what they are sorted by stay the newest first.
fn sort(entries: &mut [Entry], options: &ListOptions) {
    match options.order {
        Order::Created => {}
        Order::Phase => entries.sort_by_cached_key(Entry::stage),
        Order::Cluster => {
            entries.sort_by_cached_key(|entry| (entry.target.project, entry.target.instance.clone()));
        }
        Order::Expires => {
            entries.sort_by_key(|entry| entry.end_of_link().map_or((true, Timestamp::MAX), |at| (false, at)));
        }
    }
    if options.reverse {
        entries.reverse();
    }
}

/// Writes what was found, and then what was not. `streamed`: so many jobs are out already.
fn write(
    entries: &[Entry],
    failures: &[Failure],
    streamed: usize,
    options: &ListOptions,
    output: &mut Output<'_>,
) {
    let look = &options.look;
    // Whoever does not read on misses no sentence: those go elsewhere.
    let _ = match look.form {
        Form::Json | Form::Ndjson => write_objects(entries, failures, look.form, output),
        Form::Csv => {
            let lines = entries.iter().map(|entry| match entry.reading() {
                Ok(reading) => csv::of_job(&reading, &look.times),
                Err(error) => csv::of_error(&entry.target, &entry.label, error),
            });
            output.data(&(csv::head() + &lines.collect::<String>()))
        }
        Form::Text | Form::Markdown => {
            let mut table = Table::default();
            for entry in entries {
                table.push(match entry.reading() {
                    Ok(reading) => Row::of(&reading, look.style, &look.times),
                    Err(error) => Row::of_error(&entry.target, &entry.label, error, look.style),
                });
            }
            match look.form {
                Form::Text if entries.is_empty() => ControlFlow::Continue(()),
                Form::Text => output.data(&table.text(look.style)),
                _ => output.data(&table.markdown()),
            }
        }
    };
    let unread = entries.iter().filter_map(|entry| Some((&entry.target, entry.result.as_ref().err()?)));
    for (target, error) in unread {
        output.message(&text::error(target, error));
    }
    for sentence in sentences(failures) {
        output.message(&sentence);
    }
    if entries.is_empty() && streamed == 0 && failures.is_empty() {
        output.message("No restore job matches.\n");
    }
}

fn write_objects(
    entries: &[Entry],
    failures: &[Failure],
    form: Form,
    output: &mut Output<'_>,
) -> ControlFlow<()> {
    let mut objects = Objects::new(form, true);
    for entry in entries {
        let object = match entry.reading() {
            Ok(reading) => json::job(&reading),
            Err(error) => json::error(&entry.target, error),
        };
        objects.add(&object, output)?;
    }
    for Failure { place, error } in failures {
        let Place { kind, project, instance } = place;
        let message = words(place, error).0;
        objects.add(&json::list_error(*kind, *project, instance.as_ref(), error, message), output)?;
    }
    objects.end(output)
}

/// How many clusters are named that fail alike.
const NAMED_MOST: usize = 3;

/// Each failure once, with the clusters that it is told of.
fn sentences(failures: &[Failure]) -> Vec<String> {
    let mut alike: Vec<(String, String, Vec<&str>)> = Vec::new();
    for Failure { place, error } in failures {
        let (headline, next_step) = words(place, error);
        let sentence = format!("{} {}", clean(&headline), clean(&next_step));
        let name = place.instance.as_ref().map_or("list of clusters", |instance| instance.as_str());
        match alike.iter_mut().find(|(known, ..)| *known == sentence) {
            Some((_, _, names)) => names.push(name),
            // Those of the others differ in the number of the request.
            None => alike.push((sentence, text::codes(error), vec![name])),
        }
    }
    let shown = |(sentence, codes, mut names): (String, String, Vec<&str>)| {
        names.dedup();
        let more = names.len().saturating_sub(NAMED_MOST);
        names.truncate(NAMED_MOST);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}: {sentence}\n{codes}", names.join(", "))
    };
    alike.into_iter().map(shown).collect()
}

/// The words for a list that failed, which is no job: what happened, and what to do next.
fn words(place: &Place, error: &ApiError) -> (String, String) {
    use crate::api::{ErrorKind, Missing};
    let list = if place.instance.is_some() { "restore jobs" } else { "clusters" };
    let is_missing = match &error.kind {
        ErrorKind::NotFound(Missing::Job | Missing::Unsaid) => true,
        ErrorKind::NotFound(Missing::Instance) | ErrorKind::WrongKind => place.instance.is_none(),
        _ => false,
    };
    // For words that name project and instance alone: there is no job.
    let instance = place.instance.clone().or_else(|| "all".parse().ok()).filter(|_| !is_missing);
    let Some(instance) = instance else {
        return (
            format!("Atlas has no list of {list} here."),
            "Compare the ids with those in Atlas, or choose another kind with --kind.".to_owned(),
        );
    };
    let Place { kind, project, .. } = *place;
    let words = error.explain_to_script(&Target { kind, project, instance, job: project, profile: None });
    (
        words.headline.replace("something that is no restore job", &format!("no list of {list}")),
        words.next_step,
    )
}
