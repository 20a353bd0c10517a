//! `get` for several jobs: how few requests it takes, in which order the answers come, and what one failure does.
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
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use atlas_tui::api::{Answer, ApiError, Batch, ErrorKind, Listing, Meta, RestoreApi, wire};
use atlas_tui::clock::Clock;
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::domain::target::Target;
use atlas_tui::headless::form::Form;
use atlas_tui::headless::{GetOptions, Look, get};
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

/// A scripted Atlas: what each job answers, and what was asked.
#[derive(Default)]
struct Atlas {
    /// By the last two digits of the job; any other runs.
    jobs: BTreeMap<String, Result<&'static str, ErrorKind>>,
    /// What lists answer; `None`: all jobs that are wanted, but for the last of them.
    list: Option<ErrorKind>,
    asked: Mutex<Vec<String>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl Atlas {
    fn with(mut self, job: &str, answer: Result<&'static str, ErrorKind>) -> Self {
        self.jobs.insert(job.to_owned(), answer);
        self
    }

    fn body(&self, job: &str) -> Result<atlas_tui::domain::job::RestoreJob, ApiError> {
        let answer = self.jobs.get(&job[22..]).cloned();
        let rest = answer.unwrap_or(Ok(r#""failed":false"#)).map_err(error)?;
        Ok(wire::restore_job(format!(r#"{{"id":"{job}",{rest}}}"#).as_bytes()).unwrap())
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn enter(&self, what: String) {
        self.asked.lock().unwrap().push(what);
        let now = self.under_way.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        // Later ones come sooner.
        for _ in 0..20_usize.saturating_sub(self.asked().len()) {
            tokio::task::yield_now().await;
        }
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

fn error(kind: ErrorKind) -> ApiError {
    ApiError { kind, code: None, detail: None, retry_after: None, meta: Meta::default() }
}

impl RestoreApi for Atlas {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        self.enter(format!("{} {} {}", target.kind, target.instance, &target.job.as_str()[22..])).await;
        Ok(Answer { job: self.body(target.job.as_str())?, meta: Meta::default() })
    }

    async fn restore_jobs(&self, batch: &Batch) -> Result<Listing, ApiError> {
        self.enter(format!(
            "{} {} {} of {}",
            batch.cluster.kind,
            batch.cluster.instance,
            batch.wanted.len(),
            batch.items
        ))
        .await;
        if let Some(kind) = &self.list {
            return Err(error(kind.clone()));
        }
        let found = batch.wanted.split_last().unwrap().1;
        let jobs = found.iter().map(|id| (*id, self.body(id.as_str()))).collect();
        Ok(Listing { jobs, depth: found.len(), complete: true, meta: Meta::default() })
    }
}

/// `flex/alpha/01@profile`.
fn lookup(text: &str) -> Lookup {
    let (text, profile) = text.split_once('@').unwrap_or((text, ""));
    let [kind, instance, job] = text.split('/').collect::<Vec<_>>()[..] else { panic!("{text}") };
    let mut target: Target =
        format!("{kind}/{PROJECT}/{instance}/6a79473300000000000000{job}").parse().unwrap();
    target.profile = profile.parse().ok();
    Lookup { label: format!("label {job}"), target }
}

fn lookups(texts: &[&str]) -> Vec<Lookup> {
    texts.iter().map(|text| lookup(text)).collect()
}

fn in_form(form: Form) -> GetOptions {
    GetOptions { look: Look { form, ..Look::default() }, many: true, ..GetOptions::default() }
}

async fn run(atlas: &Atlas, texts: &[&str], options: &GetOptions) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = get(atlas, &Noon, &lookups(texts), options, &mut out, &mut err).await;
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// The last digits of each object's job, with the error if it is one.
fn told(objects: &[Value]) -> Vec<String> {
    let shown = |object: &Value| {
        schema::assert_valid("get", object);
        let error = object["error"]["kind"].as_str().map_or(String::new(), |kind| format!(" {kind}"));
        format!("{}{error}", &object["target"]["jobId"].as_str().unwrap()[22..])
    };
    objects.iter().map(shown).collect()
}

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn jobs_of_one_cluster_are_one_request_and_what_its_list_lacks_one_more() {
    let atlas = Atlas::default();
    let texts = [
        "flex/alpha/01",
        "dedicated/beta/02",
        "flex/alpha/03",
        "dedicated/beta/04",
        "flex/alpha/05",
        "flex/gamma/06",
    ];
    let (code, out, err) = run(&atlas, &texts, &in_form(Form::Ndjson)).await;
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(told(&lines(&out)), ["01", "02", "03", "04", "05", "06"], "in the order asked for");
    let mut asked = atlas.asked();
    assert_eq!(asked[0], "flex alpha 3 of 100", "alone, for its challenge serves the others");
    asked.sort();
    assert_eq!(
        asked,
        [
            "dedicated beta 04",
            "dedicated beta 2 of 100",
            "flex alpha 05",
            "flex alpha 3 of 100",
            "flex gamma 06"
        ]
    );
    let serverless = Atlas::default();
    run(&serverless, &["serverless/alpha/01", "serverless/alpha/02"], &in_form(Form::Json)).await;
    assert_eq!(serverless.asked(), ["serverless alpha 01", "serverless alpha 02"], "they have no list");
}

#[tokio::test]
async fn answers_as_they_came_are_asked_for_one_by_one() {
    let atlas = Atlas::default().with("02", Err(ErrorKind::ServerError));
    let raw = GetOptions { raw: true, ..in_form(Form::Text) };
    let (code, out, err) = run(&atlas, &["flex/alpha/01", "flex/alpha/02", "flex/alpha/03"], &raw).await;
    assert_eq!(
        out,
        "{\"id\":\"6a7947330000000000000001\",\"failed\":false}\n{\"id\":\"6a7947330000000000000003\",\"failed\":false}\n"
    );
    assert!(code == 8 && err.starts_with("Atlas cannot answer now"), "{err}");
    assert_eq!(atlas.asked().len(), 3);
}

#[tokio::test]
async fn one_failure_hides_nothing_and_the_worst_code_is_told() {
    let atlas = || {
        Atlas::default()
            .with("02", Err(ErrorKind::Forbidden))
            .with("03", Ok(r#""cancelled":true"#))
            .with("04", Err(ErrorKind::Timeout))
    };
    let texts = ["serverless/a/01", "serverless/b/02", "serverless/c/03", "serverless/d/04"];
    let (code, out, err) = run(&atlas(), &texts, &in_form(Form::Json)).await;
    assert_eq!(code, 7);
    let list: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(told(&list), ["01", "02 forbidden", "03", "04 timeout"]);
    assert_eq!(list[2]["label"], "label 03");
    assert!(err.contains("This key may not read") && err.contains("no answer in time"), "{err}");
    let of_phase = GetOptions { exit_status: true, ..in_form(Form::Csv) };
    let (code, out, _) = run(&atlas(), &texts, &of_phase).await;
    assert_eq!(code, 4, "what became of the data is worse than what could not be read");
    let rows: Vec<_> = out.lines().collect();
    assert!(rows[2].starts_with("label 02,,serverless,") && rows[2].ends_with(",forbidden,"), "{out}");
    assert_eq!(rows.len(), 5);
    let (_, out, _) = run(&atlas(), &texts, &in_form(Form::Markdown)).await;
    assert!(out.contains("| ✖ not allowed | label 02 | b        |"), "{out}");
    let (_, out, _) = run(&atlas(), &texts, &in_form(Form::Text)).await;
    let blocks: Vec<_> = out.split("\n\n").collect();
    assert_eq!(blocks.len(), 2, "{out}");
    assert!(blocks.iter().all(|block| block.starts_with("Label       label 0")), "{out}");
}

#[tokio::test]
async fn a_list_that_ails_is_no_reason_to_give_its_jobs_up_and_a_refusal_is() {
    let texts = ["flex/alpha/01", "flex/alpha/02"];
    let broken = Atlas { list: Some(ErrorKind::TooLarge { limit: 1 }), ..Atlas::default() };
    let (code, out, _) = run(&broken, &texts, &in_form(Form::Ndjson)).await;
    assert_eq!((code, told(&lines(&out)), broken.asked().len()), (0, vec!["01".into(), "02".into()], 3));
    let refused = Atlas { list: Some(ErrorKind::Forbidden), ..Atlas::default() };
    let (code, out, _) = run(&refused, &texts, &in_form(Form::Ndjson)).await;
    assert_eq!((code, refused.asked().len()), (7, 1), "the same would be said of each");
    assert_eq!(told(&lines(&out)), ["01 forbidden", "02 forbidden"]);
}

#[tokio::test]
async fn few_are_under_way_at_once_and_each_profile_begins_alone() {
    let atlas = Atlas::default();
    let names: Vec<String> =
        (10..50).map(|at| format!("serverless/c{at}/{at}@{}", if at < 30 { "one" } else { "two" })).collect();
    let texts: Vec<&str> = names.iter().map(String::as_str).collect();
    let (_, out, _) = run(&atlas, &texts, &in_form(Form::Ndjson)).await;
    let wanted: Vec<String> = (10..50).map(|at| at.to_string()).collect();
    assert_eq!(told(&lines(&out)), wanted);
    assert_eq!(atlas.most.into_inner(), 8);
    assert_eq!(atlas.asked.into_inner().unwrap()[..2], ["serverless c10 10", "serverless c30 30"]);
}

#[tokio::test]
async fn a_used_up_budget_is_asked_no_further() {
    let names: Vec<String> = (10..50).map(|at| format!("serverless/c{at}/{at}")).collect();
    let mut texts: Vec<&str> = names.iter().map(String::as_str).collect();
    let atlas = Atlas::default().with("10", Err(ErrorKind::RateLimited));
    texts.push("flex/other/01");
    let (code, out, _) = run(&atlas, &texts, &in_form(Form::Ndjson)).await;
    assert_eq!(atlas.asked(), ["serverless c10 10", "flex other 01"], "another kind has another budget");
    let told = told(&lines(&out));
    assert_eq!((code, told.len(), told.last().map(String::as_str)), (8, 41, Some("01")));
    assert!(told[..40].iter().all(|told| told.ends_with(" rate_limited")), "{told:?}");
}

/// A reader that leaves at once.
struct Gone;

impl std::io::Write for Gone {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nobody_is_asked_for_a_reader_that_has_left() {
    let names: Vec<String> = (10..50).map(|at| format!("serverless/c{at}/{at}")).collect();
    let texts: Vec<&str> = names.iter().map(String::as_str).collect();
    let (atlas, mut err) = (Atlas::default(), Vec::new());
    let code = get(&atlas, &Noon, &lookups(&texts), &in_form(Form::Text), &mut Gone, &mut err).await;
    assert_eq!((code, err.as_slice(), atlas.asked().len()), (0, &b""[..], 1));
}
