//! `list` against a scripted Atlas: which pages are asked for, what is narrowed down and sorted, and what is told of
//! lists that fail.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/schema.rs"]
mod schema;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Mutex;

use atlas_tui::api::{
    Answer, ApiError, Batch, ErrorKind, ListApi, Listing, Meta, Missing, Page, RestoreApi, wire,
};
use atlas_tui::clock::Clock;
use atlas_tui::domain::id::{InstanceName, ObjectId};
use atlas_tui::domain::job::RestoreJob;
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::domain::profile::Profile;
use atlas_tui::domain::target::{Cluster, Kind, Target, Tenancy};
use atlas_tui::headless::Look;
use atlas_tui::headless::form::Form;
use atlas_tui::headless::list::{ListOptions, Order, Scope, list};
use jiff::Timestamp;
use serde_json::Value;

const PROJECT: &str = "6a793f6b2c88faeba59bae37";

#[derive(Clone)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-08-10T12:00:00Z".parse().unwrap()
    }
}

fn error(kind: ErrorKind) -> ApiError {
    ApiError { kind, code: None, detail: None, retry_after: None, meta: Meta::default() }
}

/// The id of a job created so many minutes before noon.
fn id(minutes: i64, serial: u8) -> String {
    let created = Noon.now().as_second() - minutes * 60;
    format!("{created:08x}{serial:016x}")
}

/// A job as a list of that kind has it.
fn job(minutes: i64, serial: u8, rest: &str) -> String {
    format!(r#"{{"id":"{}",{rest}}}"#, id(minutes, serial))
}

type Bodies = Result<Vec<String>, ErrorKind>;

/// Lists by kind and name; a cluster of the wrong kind is refused as Atlas does.
#[derive(Default)]
struct Atlas {
    flex: Vec<&'static str>,
    dedicated: Vec<&'static str>,
    clusters_fail: Option<ErrorKind>,
    lists: BTreeMap<(Kind, &'static str), Bodies>,
    /// Says `next` for ever, with the same jobs.
    endless: bool,
    asked: Mutex<Vec<String>>,
}

impl Atlas {
    fn with(mut self, kind: Kind, name: &'static str, bodies: Bodies) -> Self {
        match kind {
            Kind::Flex => self.flex.push(name),
            Kind::Dedicated => self.dedicated.push(name),
            _ => {}
        }
        self.lists.insert((kind, name), bodies);
        self
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn page<T>(all: Vec<T>, items: usize, number: u32, read: impl Fn(T) -> Result<T, ApiError>) -> Page<T> {
    let skipped = items * (number as usize - 1);
    let more = all.len() > skipped + items;
    let items = all.into_iter().skip(skipped).take(items).map(read).collect();
    Page { items, more, meta: Meta::default() }
}

impl ListApi for Atlas {
    async fn jobs(&self, cluster: &Cluster, items: u16, number: u32) -> Result<Page<RestoreJob>, ApiError> {
        let Cluster { kind, instance, .. } = cluster;
        self.asked.lock().unwrap().push(format!("{kind} {instance} {items} {number}"));
        let found = self.lists.iter().find(|((known, name), _)| known == kind && *name == instance.as_str());
        let Some((_, bodies)) = found else {
            let known = self.lists.keys().any(|(_, name)| *name == instance.as_str());
            let kind = if known { ErrorKind::WrongKind } else { ErrorKind::NotFound(Missing::Instance) };
            return Err(error(kind));
        };
        let bodies = bodies.clone().map_err(error)?;
        let number = if self.endless { 1 } else { number };
        let bodies = page(bodies, usize::from(items), number, Ok);
        let read = |body: Result<String, ApiError>| {
            wire::restore_job(body?.as_bytes()).map_err(|malformed| error(malformed.kind))
        };
        Ok(Page {
            items: bodies.items.into_iter().map(read).collect(),
            more: bodies.more || self.endless,
            meta: bodies.meta,
        })
    }

    async fn clusters(
        &self,
        project: ObjectId,
        _: Option<&Profile>,
        tenancy: Tenancy,
        number: u32,
    ) -> Result<Page<InstanceName>, ApiError> {
        assert_eq!(project.as_str(), PROJECT);
        self.asked.lock().unwrap().push(format!("clusters {tenancy:?} {number}"));
        if let (Some(kind), Tenancy::Dedicated) = (&self.clusters_fail, tenancy) {
            return Err(error(kind.clone()));
        }
        let names = if tenancy == Tenancy::Flex { &self.flex } else { &self.dedicated };
        // Two on a page.
        Ok(page(names.iter().map(|name| name.parse().unwrap()).collect(), 2, number, Ok))
    }
}

impl RestoreApi for Atlas {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        self.asked.lock().unwrap().push(format!("job {target}"));
        let key = self
            .lists
            .iter()
            .find(|((kind, name), _)| *kind == target.kind && *name == target.instance.as_str());
        let Some((_, bodies)) = key else { return Err(error(ErrorKind::NotFound(Missing::Instance))) };
        let bodies = bodies.clone().map_err(error)?;
        let body = bodies.into_iter().find(|body| body.contains(target.job.as_str()));
        let body = body.ok_or_else(|| error(ErrorKind::NotFound(Missing::Job)))?;
        Ok(Answer { job: wire::restore_job(body.as_bytes()).unwrap(), meta: Meta::default() })
    }

    async fn restore_jobs(&self, batch: &Batch) -> Result<Listing, ApiError> {
        self.asked.lock().unwrap().push(format!("list of {}", batch.wanted.len()));
        Err(error(ErrorKind::Forbidden))
    }
}

fn cluster(kind: Kind, name: &str) -> Scope {
    let (project, instance) = (PROJECT.parse().unwrap(), name.parse().unwrap());
    Scope::Cluster(Cluster { kind, project, instance, profile: None })
}

fn project(kind: Kind) -> Scope {
    Scope::Project { project: PROJECT.parse().unwrap(), profile: None, kind }
}

fn options(form: Form) -> ListOptions {
    ListOptions { look: Look { form, ..Look::default() }, ..ListOptions::default() }
}

/// Exit code, standard output, standard error.
async fn run(atlas: &Atlas, scope: &Scope, options: &ListOptions) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = list(atlas, &Noon, scope, options, &mut out, &mut err).await;
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// The ends of the job ids in a list of JSON, or the kinds of errors; each object is as the schema says.
fn jobs(out: &str) -> Vec<String> {
    let list: Vec<Value> = serde_json::from_str(out).unwrap_or_else(|error| panic!("{error}: {out}"));
    let shown = |object: &Value| {
        schema::assert_valid("list", object);
        match object["target"]["jobId"].as_str() {
            Some(id) => id.trim_start_matches(|_| false)[22..].to_owned(),
            None => format!("{} {}", object["target"]["instance"], object["error"]["kind"]),
        }
    };
    list.iter().map(shown).collect()
}

const RUNNING: &str = r#""deliveryType":"automated","failed":false"#;
const FAILED: &str = r#""deliveryType":"automated","failed":true"#;
const DONE: &str = r#""deliveryType":"automated","finishedAt":"2026-08-10T11:59:00Z""#;

/// Two Flex and two dedicated clusters with jobs, a free one without.
fn night() -> Atlas {
    Atlas::default()
        .with(
            Kind::Flex,
            "alpha",
            Ok(vec![job(5, 1, r#""status":"RUNNING""#), job(90, 2, r#""status":"FAILED""#)]),
        )
        .with(Kind::Flex, "beta", Ok(vec![]))
        .with(Kind::Flex, "zeta", Ok(vec![job(7, 6, r#""status":"PENDING""#)]))
        .with(Kind::Dedicated, "gamma", Ok(vec![job(3, 3, RUNNING), job(60, 4, FAILED)]))
        .with(Kind::Collection, "gamma", Ok(vec![job(10, 5, r#""state":"IN_PROGRESS""#)]))
        .with(Kind::Dedicated, "free", Err(ErrorKind::WrongKind))
}

#[tokio::test]
async fn a_project_is_all_lists_of_all_its_clusters_newest_first() {
    let atlas = night();
    let (code, out, err) = run(&atlas, &project(Kind::Auto), &options(Form::Json)).await;
    assert_eq!((code, err.as_str()), (0, ""), "a free cluster has no backups, which is no failure");
    assert_eq!(jobs(&out), ["03", "01", "06", "05", "04", "02"]);
    let asked = atlas.asked();
    assert_eq!(asked[..3], ["clusters Flex 1", "clusters Flex 2", "clusters Dedicated 1"]);
    assert_eq!(asked.len(), 3 + 3 + 4, "{asked:?}");

    for (kind, wanted) in
        [(Kind::Flex, &["01", "06", "02"][..]), (Kind::Dedicated, &["03", "04"]), (Kind::Collection, &["05"])]
    {
        let (code, out, _) = run(&night(), &project(kind), &options(Form::Json)).await;
        assert_eq!(jobs(&out).iter().filter(|job| job.len() == 2).collect::<Vec<_>>(), wanted, "{kind}");
        // Asked for by name, a list that is not there is one.
        assert_eq!(code, if kind == Kind::Collection { 2 } else { 0 }, "{kind}");
    }
}

#[tokio::test]
async fn one_cluster_of_unknown_kind_is_found_out_by_its_own_list() {
    let atlas = night();
    let (code, out, _) = run(&atlas, &cluster(Kind::Auto, "gamma"), &options(Form::Json)).await;
    assert_eq!((code, jobs(&out)), (0, vec!["03".into(), "05".into(), "04".into()]));
    assert_eq!(atlas.asked(), ["flex gamma 500 1", "dedicated gamma 500 1", "collection gamma 500 1"]);
    let atlas = night();
    let (_, out, _) = run(&atlas, &cluster(Kind::Auto, "alpha"), &options(Form::Json)).await;
    assert_eq!(jobs(&out), ["01", "02"]);
    assert_eq!(atlas.asked(), ["flex alpha 500 1"]);
    let (code, out, err) = run(&night(), &cluster(Kind::Auto, "nowhere"), &options(Form::Json)).await;
    assert_eq!((code, jobs(&out)), (6, vec!["\"nowhere\" \"not_found\"".into()]));
    assert!(err.starts_with("nowhere: Project 6a793f6b2c88faeba59bae37 has no instance nowhere. "), "{err}");
}

/// A Flex cluster with so many jobs, a minute apart.
fn long(count: u8) -> Atlas {
    let bodies = (1..=count).map(|serial| job(i64::from(serial), serial, r#""status":"COMPLETED""#));
    Atlas::default().with(Kind::Flex, "alpha", Ok(bodies.collect()))
}

#[tokio::test]
async fn no_more_is_read_than_the_limit_asks_for_and_a_limit_of_ours_is_told() {
    let limited = |limit, limit_was_given| ListOptions { limit, limit_was_given, ..options(Form::Json) };
    let alpha = cluster(Kind::Flex, "alpha");
    let atlas = long(9);
    let (code, out, err) = run(&atlas, &alpha, &limited(4, true)).await;
    assert_eq!((code, jobs(&out).len(), err.as_str()), (0, 4, ""));
    assert_eq!(atlas.asked(), ["flex alpha 4 1"]);
    let (_, _, err) = run(&long(9), &alpha, &limited(4, false)).await;
    assert_eq!(err, "Only the newest 4 are listed; --limit 0 lists all.\n");
    let (_, out, err) = run(&long(9), &alpha, &limited(9, false)).await;
    assert_eq!((jobs(&out).len(), err.as_str()), (9, ""), "all there are is no cut");
    let across = Atlas { flex: vec!["alpha", "beta"], ..long(9) };
    let across = across.with(Kind::Flex, "beta", Ok(vec![job(2, 77, r#""status":"RUNNING""#)]));
    let (_, out, _) = run(&across, &project(Kind::Flex), &limited(3, true)).await;
    assert_eq!(jobs(&out).len(), 3, "the newest of all clusters together");
    assert!(jobs(&out).contains(&"4d".to_owned()), "{out}");
}

#[tokio::test]
async fn pages_are_read_to_the_end_or_until_they_repeat_themselves() {
    let bodies: Vec<_> = (0..1_101_i64)
        .map(|at| format!(r#"{{"id":"{:08x}{at:016x}","status":"COMPLETED"}}"#, 1_780_000_000 - at * 60))
        .collect();
    let atlas = Atlas::default().with(Kind::Flex, "alpha", Ok(bodies));
    let (_, out, _) = run(&atlas, &cluster(Kind::Flex, "alpha"), &options(Form::Ndjson)).await;
    assert_eq!(out.lines().count(), 1_101);
    assert_eq!(atlas.asked(), ["flex alpha 500 1", "flex alpha 500 2", "flex alpha 500 3"]);

    let endless = Atlas { endless: true, ..long(9) };
    let (code, out, _) = run(&endless, &cluster(Kind::Flex, "alpha"), &options(Form::Json)).await;
    assert_eq!((code, jobs(&out).len()), (0, 9), "each job once");
    assert_eq!(endless.asked().len(), 2);
}

#[tokio::test]
async fn what_is_too_old_is_not_read_on_for() {
    let atlas = long(200);
    let since = |text: &str| ListOptions { since: Some(text.parse().unwrap()), ..options(Form::Json) };
    let (_, out, _) = run(&atlas, &cluster(Kind::Flex, "alpha"), &since("1h30m")).await;
    assert_eq!(jobs(&out).len(), 90);
    let (_, out, _) = run(&long(200), &cluster(Kind::Flex, "alpha"), &since("2026-08-10T11:00:00Z")).await;
    assert_eq!(jobs(&out).len(), 60);
    let (_, out, _) = run(&long(200), &cluster(Kind::Flex, "alpha"), &since("2026-08-10T10:00")).await;
    assert_eq!(jobs(&out).len(), 120);
    let atlas = long(200);
    let few = ListOptions { limit: 10, ..since("15m") };
    let (_, out, _) = run(&atlas, &cluster(Kind::Flex, "alpha"), &few).await;
    assert_eq!((jobs(&out).len(), atlas.asked().len()), (10, 1));
    let old = Atlas::default().with(
        Kind::Flex,
        "alpha",
        Ok((1..=200).map(|n| job(5_000 + i64::from(n), n, r#""status":"FAILED""#)).collect()),
    );
    let few = ListOptions { limit: 50, ..since("1h") };
    let (code, _, err) = run(&old, &cluster(Kind::Flex, "alpha"), &few).await;
    assert_eq!((code, old.asked().len(), err.as_str()), (0, 1, "No restore job matches.\n"));
}

#[tokio::test]
async fn phases_narrow_it_down_and_columns_sort_it() {
    let of = |status: &str, order, reverse| ListOptions {
        statuses: (!status.is_empty()).then(|| status.parse().unwrap()),
        order,
        reverse,
        ..options(Form::Json)
    };
    for (status, order, reverse, wanted) in [
        ("failed", Order::Created, false, &["04", "02"][..]),
        ("FAIL,pend", Order::Created, false, &["06", "04", "02"]),
        ("", Order::Created, true, &["02", "04", "05", "06", "01", "03"]),
        ("", Order::Phase, false, &["06", "03", "01", "05", "04", "02"]),
        ("", Order::Cluster, false, &["01", "02", "03", "05", "04", "06"]),
        ("link", Order::Created, false, &[]),
    ] {
        let (_, out, _) = run(&night(), &project(Kind::Auto), &of(status, order, reverse)).await;
        assert_eq!(jobs(&out), wanted, "{status} {order:?}");
    }
    let link = |minutes, serial, end: &str| {
        job(
            minutes,
            serial,
            &format!(r#""deliveryType":"download","deliveryUrl":["https://a"],"expiresAt":"{end}""#),
        )
    };
    let atlas = Atlas::default().with(
        Kind::Dedicated,
        "gamma",
        Ok(vec![link(1, 1, "2026-08-10T14:00:00Z"), job(2, 2, DONE), link(3, 3, "2026-08-10T13:00:00Z")]),
    );
    let (_, out, _) = run(&atlas, &cluster(Kind::Dedicated, "gamma"), &of("", Order::Expires, false)).await;
    assert_eq!(jobs(&out), ["03", "01", "02"]);
    for word in ["", "runing", "failed,", "waiting"] {
        assert!(word.parse::<atlas_tui::headless::list::Statuses>().is_err(), "{word}");
    }
}

#[tokio::test]
async fn a_list_that_fails_is_told_once_and_leaves_the_others_alone() {
    let atlas = night()
        .with(Kind::Flex, "late", Err(ErrorKind::Timeout))
        .with(Kind::Dedicated, "mine", Err(ErrorKind::Forbidden))
        .with(Kind::Collection, "mine", Err(ErrorKind::Forbidden));
    let (code, out, err) = run(&atlas, &project(Kind::Auto), &options(Form::Json)).await;
    assert_eq!(code, 7, "the worst: {err}");
    let found = jobs(&out);
    assert_eq!(found.len(), 6 + 3, "{found:?}");
    assert!(found.contains(&"\"late\" \"timeout\"".to_owned()), "{found:?}");
    assert_eq!(err.matches("This key may not read restore jobs here.").count(), 1, "{err}");
    assert!(err.contains("\nmine: This key") || err.starts_with("mine: This key"), "{err}");

    let many = ["c1", "c2", "c3", "c4", "c5"];
    let down =
        many.iter().fold(Atlas::default(), |atlas, name| atlas.with(Kind::Flex, name, Err(ErrorKind::Dns)));
    let (code, out, err) = run(&down, &project(Kind::Flex), &options(Form::Text)).await;
    assert_eq!((code, out.as_str()), (8, ""));
    assert!(err.starts_with("c1, c2, c3 and 2 more: Atlas cannot be reached"), "{err}");

    let half = Atlas { clusters_fail: Some(ErrorKind::ServerError), ..night() };
    let (code, out, err) = run(&half, &project(Kind::Auto), &options(Form::Json)).await;
    assert_eq!((code, jobs(&out).len()), (8, 4), "{out}");
    assert!(err.starts_with("list of clusters: Atlas cannot answer now"), "{err}");
}

#[tokio::test]
async fn whoever_is_refused_for_want_of_budget_does_not_go_on_asking() {
    let limited = ["c1", "c2", "c3"]
        .iter()
        .fold(Atlas::default(), |atlas, name| atlas.with(Kind::Dedicated, name, Err(ErrorKind::RateLimited)));
    let many: Vec<&'static str> =
        (0..40_u8).map(|at| &*Box::leak(format!("d{at}").into_boxed_str())).collect();
    let limited = many
        .iter()
        .fold(limited, |atlas, name| atlas.with(Kind::Dedicated, name, Err(ErrorKind::RateLimited)));
    let (code, _, err) = run(&limited, &project(Kind::Dedicated), &options(Form::Text)).await;
    assert_eq!(code, 8);
    let lists = limited.asked().iter().filter(|asked| asked.starts_with("dedicated")).count();
    assert!(lists <= 8, "no more than were under way: {lists}");
    assert!(err.contains("and 40 more: Atlas asks for fewer requests"), "{err}");
}

#[tokio::test]
async fn an_entry_that_is_no_job_is_told_and_the_rest_is_shown() {
    let atlas = Atlas::default().with(
        Kind::Flex,
        "alpha",
        Ok(vec![
            job(1, 1, r#""status":"RUNNING""#),
            r#"{"status":"RUNNING"}"#.to_owned(),
            r#"{"id":"\u001b[2Jx","status":"RUNNING"}"#.to_owned(),
            job(2, 2, r#""status":17"#),
            job(3, 3, r#""status":"RUNNING""#),
        ]),
    );
    let (code, out, err) = run(&atlas, &cluster(Kind::Flex, "alpha"), &options(Form::Json)).await;
    let found = jobs(&out);
    assert_eq!((code, found.iter().filter(|job| job.len() == 2).count()), (1, 2), "{found:?}");
    assert!(!err.contains('\u{1b}') && err.contains("field `id`"), "{err}");
}

#[tokio::test]
async fn every_form_shows_the_same_jobs_and_no_hostile_text() {
    let evil = r#""status":"RUNNING","targetDeploymentItemName":"=cmd|'/c'!A1\u001b[31m|\u202e","deliveryType":"RESTORE""#;
    let atlas = || {
        Atlas::default().with(
            Kind::Flex,
            "alpha",
            Ok(vec![job(1, 1, evil), job(2, 2, r#""status":"FAILED""#)]),
        )
    };
    for form in Form::ALL {
        let (code, out, err) = run(&atlas(), &cluster(Kind::Flex, "alpha"), &options(form)).await;
        assert_eq!((code, err.as_str()), (0, ""), "{form}");
        assert!(out.contains(&id(1, 1)) && out.contains(&id(2, 2)), "{form}: {out}");
        assert!(!out.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{form}: {out:?}");
    }
    let (_, out, _) = run(&atlas(), &cluster(Kind::Flex, "alpha"), &options(Form::Csv)).await;
    let rows: Vec<_> = out.lines().collect();
    assert!(rows[0].starts_with("label,phase,kind,projectId,instance,jobId,"), "{out}");
    assert!(rows[1].starts_with(",running,flex,") && rows[1].contains(",'=cmd|'/c'!A1[31m|,"), "{out}");
    let (_, out, _) = run(&atlas(), &cluster(Kind::Flex, "alpha"), &options(Form::Markdown)).await;
    assert!(out.contains("=cmd\\|'/c'\\!A1\\[31m\\|"), "{out}");
    let (_, out, _) = run(&atlas(), &cluster(Kind::Flex, "alpha"), &options(Form::Text)).await;
    assert!(
        out.starts_with("Status ") && out.contains("● running  ") && out.contains("✖ failed   "),
        "{out}"
    );
}

#[tokio::test]
async fn saved_lookups_are_read_once_each_under_their_labels() {
    let lookup = |label: &str, kind: Kind, name: &str, job: &str| Lookup {
        label: label.to_owned(),
        target: format!("{kind}/{PROJECT}/{name}/{job}").parse().unwrap(),
    };
    let lookups = vec![
        lookup("night", Kind::Flex, "alpha", &id(5, 1)),
        lookup("lost", Kind::Flex, "nowhere", &id(6, 9)),
        lookup("old", Kind::Dedicated, "gamma", &id(60, 4)),
    ];
    let scope = Scope::Saved(lookups);
    let (code, out, err) = run(&night(), &scope, &options(Form::Text)).await;
    assert_eq!(code, 6, "{err}");
    let rows: Vec<_> =
        out.lines().map(|line| line.split_whitespace().take(4).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        rows,
        ["Status Label Instance Kind", "● running night alpha", "✖ not found lost", "✖ failed old gamma"]
    );
    assert!(err.starts_with("Project 6a793f6b2c88faeba59bae37 has no instance nowhere."), "{err}");
    let only = |status: &str| ListOptions { statuses: Some(status.parse().unwrap()), ..options(Form::Json) };
    let (code, out, _) = run(&night(), &scope, &only("error")).await;
    assert_eq!((code, jobs(&out)), (6, vec!["09".into()]));
    let (code, out, _) = run(&night(), &scope, &only("failed")).await;
    assert_eq!((code, jobs(&out)), (0, vec!["04".into()]));
}

/// A reader that leaves after the first write.
struct Head(usize);

impl Write for Head {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += 1;
        if self.0 > 1 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn pages_are_not_read_for_a_reader_that_has_left() {
    let bodies: Vec<_> = (0..2_000_i64)
        .map(|at| format!(r#"{{"id":"{:08x}{at:016x}","status":"COMPLETED"}}"#, 1_780_000_000 - at * 60))
        .collect();
    let atlas = Atlas::default().with(Kind::Flex, "alpha", Ok(bodies));
    let (mut out, mut err) = (Head(0), Vec::new());
    let scope = cluster(Kind::Flex, "alpha");
    let code = list(&atlas, &Noon, &scope, &options(Form::Ndjson), &mut out, &mut err).await;
    assert_eq!((code, err.as_slice(), atlas.asked().len()), (0, &b""[..], 2));
}
