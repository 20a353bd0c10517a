//! `get` against a fake Atlas that answers with the recorded bodies: the exact text and JSON, the exit codes,
//! and writers that fail.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use std::fs;
use std::io::{self, Write};
use std::time::Duration;

use atlas_tui::api::{Answer, ApiError, Batch, ErrorKind, Listing, Meta, Missing, RestoreApi, wire};
use atlas_tui::clock::Clock;
use atlas_tui::domain::job::RestoreJob;
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::domain::target::{Kind, Target};
use atlas_tui::headless::form::Form;
use atlas_tui::headless::{GetOptions, Look, get};
use jiff::Timestamp;

#[derive(Clone, Copy)]
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

struct Atlas(Result<Answer, ApiError>);

impl RestoreApi for Atlas {
    async fn restore_job(&self, _: &Target) -> Result<Answer, ApiError> {
        self.0.clone()
    }

    async fn restore_jobs(&self, _: &Batch) -> Result<Listing, ApiError> {
        panic!("no test of this file asks for a list")
    }
}

fn body(file: &str) -> String {
    let text = fs::read_to_string(format!("{}/tests/recordings/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    // A recording has a head; the documented body alone has none.
    match text.split_once("\n\n") {
        Some((_, body)) => body.trim_end().to_owned(),
        None => text,
    }
}

fn decoded(body: &str) -> RestoreJob {
    wire::restore_job(body.as_bytes()).unwrap()
}

fn answer(job: RestoreJob) -> Atlas {
    Atlas(Ok(Answer { job, meta: Meta::default() }))
}

fn failure(kind: ErrorKind, http_status: Option<u16>, code: Option<&str>) -> Atlas {
    Atlas(Err(ApiError {
        kind,
        code: code.map(str::to_owned),
        detail: None,
        retry_after: None,
        meta: Meta { http_status, ..Meta::default() },
    }))
}

fn target(job: &str) -> Target {
    Target {
        kind: Kind::Dedicated,
        project: "6a793f6b2c88faeba59bae37".parse().unwrap(),
        instance: "backupRestores-305".parse().unwrap(),
        job: job.parse().unwrap(),
        profile: None,
    }
}

const AUTOMATED: &str = "6a794733c0eb9e7a17740663";
const DOWNLOAD: &str = "6a7948342c88faeba59eb866";

fn in_form(form: Form) -> GetOptions {
    GetOptions { look: Look { form, ..Look::default() }, ..GetOptions::default() }
}

/// What the command line names, without a label.
fn named(target: Target) -> [Lookup; 1] {
    [Lookup { label: String::new(), target }]
}

fn json() -> GetOptions {
    in_form(Form::Json)
}

/// Exit code, standard output and standard error.
async fn run(atlas: &Atlas, job: &str, now: &str, options: GetOptions) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let clock = At(now.parse().unwrap());
    let code = get(atlas, &clock, &named(target(job)), &options, &mut out, &mut err).await;
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[tokio::test]
async fn the_recorded_download_in_json() {
    let body = body("dedicated-download-ready.http");
    let (code, out, err) = run(&answer(decoded(&body)), DOWNLOAD, "2026-08-10T03:45:53.7Z", json()).await;
    let wanted = concat!(
        r#"{"schema":1,"target":{"kind":"dedicated","projectId":"6a793f6b2c88faeba59bae37","#,
        r#""instance":"backupRestores-305","jobId":"6a7948342c88faeba59eb866","profile":null},"phase":"ready","terminal":true,"#,
        r#""anomalies":[],"stale":false,"deliveryType":"download","#,
        r#""flags":{"cancelled":false,"expired":false,"failed":false},"createdAt":"2026-08-10T03:40:36Z","#,
        r#""finishedAt":null,"expiresAt":"2026-08-10T04:44:52Z","expiresInSeconds":3539,"elapsedSeconds":317,"#,
        r#""snapshotId":"6a79468a2c88faeba59de489","snapshotTakenAt":"2026-08-10T03:35:05Z","#,
        r#""targetProjectId":null,"targetName":null,"#,
        r#""deliveryUrls":["https://restore-6a7948342c88faeba59eb866.ljxf1b.mongodb-dev.net:27017/"#,
        r#"aB12up63eFh16ZmBiQ9cUO5Q/restore-6a79468a2c88faeba59de489.tar.gz"],"#,
        r#""components":[],"progress":null,"restoredDocuments":null,"totalDocuments":null,"#,
        r#""deprecatedAt":null,"sunsetAt":null,"fetchedAt":"2026-08-10T03:45:53Z","label":null,"raw":"#,
    );
    assert_eq!(out, format!("{wanted}{body}}}\n"));
    assert_eq!((code, err.as_str()), (0, ""));
}

#[tokio::test]
async fn the_recorded_automated_restore_in_json() {
    let body = body("dedicated-automated-finished.http");
    let (code, out, _) = run(&answer(decoded(&body)), AUTOMATED, "2026-11-23T09:00:00Z", json()).await;
    let wanted = concat!(
        r#""phase":"completed","terminal":true,"anomalies":[],"stale":false,"deliveryType":"automated","#,
        r#""flags":{"cancelled":false,"expired":false,"failed":false},"createdAt":"2026-08-10T03:36:19Z","#,
        r#""finishedAt":"2026-08-10T03:40:10Z","expiresAt":null,"expiresInSeconds":null,"elapsedSeconds":231,"#,
        r#""snapshotId":"6a79468a2c88faeba59de489","snapshotTakenAt":"2026-08-10T03:35:05Z","#,
        r#""targetProjectId":"6a794320c0eb9e7a17728a63","targetName":"backupRestores2-895","deliveryUrls":[],"#,
        r#""components":[],"progress":null,"restoredDocuments":null,"totalDocuments":null,"#,
        r#""deprecatedAt":null,"sunsetAt":null,"fetchedAt":"2026-11-23T09:00:00Z","label":null,"raw":"#,
    );
    assert!(out.ends_with(&format!("{wanted}{body}}}\n")), "{out}");
    assert_eq!(code, 0);
}

/// A dedicated cluster, as either endpoint answers about it.
struct OnlyDedicated(Answer);

impl RestoreApi for OnlyDedicated {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        if target.kind == Kind::Dedicated {
            return Ok(self.0.clone());
        }
        let code = Some("CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API".to_owned());
        let meta = Meta { http_status: Some(400), requests: 1, ..Meta::default() };
        Err(ApiError { kind: ErrorKind::WrongKind, code, detail: None, retry_after: None, meta })
    }

    async fn restore_jobs(&self, _: &Batch) -> Result<Listing, ApiError> {
        panic!("one job is no list")
    }
}

#[tokio::test]
async fn auto_finds_out_the_kind_and_tells_it_and_a_given_kind_is_not_doubted() {
    let atlas = OnlyDedicated(answer(decoded(&body("dedicated-download-ready.http"))).0.unwrap());
    let clock = At("2026-08-10T03:45:53Z".parse().unwrap());
    for (kind, code, wanted) in [
        (Kind::Auto, 0, r#""target":{"kind":"dedicated","#),
        (Kind::Dedicated, 0, r#""target":{"kind":"dedicated","#),
        (Kind::Flex, 2, r#""error":{"kind":"wrong_kind","#),
    ] {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let target = Target { kind, ..target(DOWNLOAD) };
        let ended = get(&atlas, &clock, &named(target), &json(), &mut out, &mut err).await;
        let out = String::from_utf8(out).unwrap();
        assert_eq!(ended, code, "{kind}: {out}");
        assert!(out.contains(wanted), "{kind}: {out}");
        // There is no lookup to edit.
        let err = String::from_utf8(err).unwrap();
        assert_eq!(err.contains("Use --kind auto"), kind == Kind::Flex, "{kind}: {err}");
        assert!(!err.contains("lookup"), "{kind}: {err}");
    }
}

#[tokio::test]
async fn documents_are_counted_and_a_share_of_too_low_an_estimate_is_none() {
    let now = "2026-08-10T03:45:00Z";
    let text = |body: &'static str| async move {
        run(&answer(decoded(body)), AUTOMATED, now, GetOptions::default()).await.1
    };
    let failed = r#"{"state":"FAILED","restoredDocuments":100,"totalDocuments":50}"#;
    let out = text(failed).await;
    assert!(out.contains("Progress    100 of about 50 documents\n"), "{out}");
    let half = text(r#"{"state":"FAILED","restoredDocuments":25,"totalDocuments":50}"#).await;
    assert!(half.contains("Progress    50.0 %, 25 of about 50 documents\n"), "{half}");
    let untold = text(r#"{"state":"IN_PROGRESS","restoredDocuments":25}"#).await;
    assert!(untold.contains("Progress    25 documents\n"), "{untold}");

    let (_, out, _) = run(&answer(decoded(failed)), AUTOMATED, now, json()).await;
    assert!(out.contains(r#""progress":1.0,"restoredDocuments":100,"totalDocuments":50,"#), "{out}");
}

#[tokio::test]
async fn the_end_of_an_endpoint_is_told_by_the_servers_clock_and_deprecation_beside_it() {
    let meta = Meta {
        server_date: Some("2026-08-10T03:45:00Z".parse().unwrap()),
        sunset_at: Some("2026-08-10T03:50:00Z".parse().unwrap()),
        deprecated_at: Some("2024-08-05T00:00:00Z".parse().unwrap()),
        ..Meta::default()
    };
    let atlas = Atlas(Ok(Answer { job: decoded(r#"{"failed":false}"#), meta }));
    // By the local clock it is over.
    let (_, out, _) = run(&atlas, AUTOMATED, "2026-08-10T09:00:00Z", GetOptions::default()).await;
    assert!(out.contains("Note        Atlas ends this endpoint: 2026-08-10T03:50:00Z\n"), "{out}");
    assert!(
        out.contains("Note        Atlas calls this endpoint deprecated: 2024-08-05T00:00:00Z\n"),
        "{out}"
    );
    let (_, out, _) = run(&atlas, AUTOMATED, "2026-08-10T09:00:00Z", json()).await;
    assert!(out.contains(r#""deprecatedAt":"2024-08-05T00:00:00Z","sunsetAt":"2026-08-10T03:50:00Z","#));

    let Atlas(Ok(answer)) = &atlas else { panic!() };
    let over = Meta { server_date: Some("2026-08-10T03:51:00Z".parse().unwrap()), ..answer.meta.clone() };
    let atlas = Atlas(Ok(Answer { meta: over, ..answer.clone() }));
    let (_, out, _) = run(&atlas, AUTOMATED, "2026-08-10T03:00:00Z", GetOptions::default()).await;
    assert!(out.contains("Note        Atlas ended this endpoint: 2026-08-10T03:50:00Z\n"), "{out}");
}

#[tokio::test]
async fn no_job_has_lasted_longer_than_until_now() {
    let job = decoded(r#"{"finishedAt":"2026-08-10T03:51:19Z","deliveryType":"automated"}"#);
    let (_, out, _) = run(&answer(job), AUTOMATED, "2026-08-10T03:36:29Z", GetOptions::default()).await;
    assert!(out.contains("Elapsed     10 s\n"), "{out}");
}

#[tokio::test]
async fn every_recorded_job_is_one_line_of_valid_json_with_its_answer_in_it() {
    let files = [
        "dedicated-automated-created.http",
        "dedicated-automated-in-progress.http",
        "dedicated-automated-finished.http",
        "dedicated-download-in-progress.http",
        "dedicated-download-ready.http",
        "serverless-restore-job.json",
    ];
    for file in files {
        let body = body(file);
        let (_, out, _) = run(&answer(decoded(&body)), AUTOMATED, "2026-08-10T03:45:00Z", json()).await;
        let line = out.strip_suffix('\n').unwrap();
        assert!(!line.contains('\n'), "{file}");
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["raw"], serde_json::from_str::<serde_json::Value>(&body).unwrap(), "{file}");
    }
}

#[tokio::test]
async fn numbers_stay_as_they_came_and_hostile_text_is_escaped() {
    let body = "{\n\t\"id\": \"\u{9b}31m\u{202e}\u{e0041}\",\n \"big\": 123456789012345678901234567890.10,\r\n\
                \"half\":\"\\ud800\"}";
    let mut job = decoded(r#"{"id":"x"}"#);
    job.raw = atlas_tui::domain::job::RawJson::new(body);
    let (_, out, _) = run(&answer(job), AUTOMATED, "2026-08-10T03:45:00Z", json()).await;
    let raw = r#""raw":{"id": "\u009b31m\u202e\udb40\udc41", "big": 123456789012345678901234567890.10,"half":"\ud800"}}"#;
    assert!(out.ends_with(&format!("{raw}\n")), "{out}");
}

#[tokio::test]
async fn the_servers_clock_rules() {
    let job = decoded(&body("dedicated-download-ready.http"));
    let server_date = Some("2026-08-10T03:44:56Z".parse().unwrap());
    let atlas = Atlas(Ok(Answer { job, meta: Meta { server_date, ..Meta::default() } }));
    // The local clock is a day ahead: by it, the link would have expired.
    let (_, out, _) = run(&atlas, DOWNLOAD, "2026-08-11T03:44:56Z", json()).await;
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["phase"], "ready");
    let left = value["expiresInSeconds"].as_i64().unwrap();
    assert!((3595..=3596).contains(&left), "{left}");
    assert!(value["fetchedAt"].as_str().unwrap().starts_with("2026-08-10T03:44:5"), "{out}");
}

#[tokio::test]
async fn another_jobs_answer_is_marked() {
    let job = decoded(&body("dedicated-download-ready.http"));
    let (_, out, _) = run(&answer(job), AUTOMATED, "2026-08-10T03:45:00Z", json()).await;
    assert!(out.contains(r#""anomalies":["id_mismatch"]"#), "{out}");
}

#[tokio::test]
async fn the_recorded_download_in_text() {
    let job = decoded(&body("dedicated-download-ready.http"));
    let (code, out, err) = run(&answer(job), DOWNLOAD, "2026-08-10T03:45:53Z", GetOptions::default()).await;
    assert_eq!(
        out,
        "\
Job         6a7948342c88faeba59eb866
Instance    backupRestores-305 (dedicated)
Project     6a793f6b2c88faeba59bae37
Phase       link ready
Flags       cancelled no · expired no · failed no
Delivery    download
Created     2026-08-10T03:40:36Z
Finished    —
Elapsed     5 min 17 s
Expires     2026-08-10T04:44:52Z (in 00:58:59)
Snapshot    6a79468a2c88faeba59de489
Taken       2026-08-10T03:35:05Z
To          —
To project  —
Download    https://restore-6a7948342c88faeba59eb866.ljxf1b.mongodb-dev.net:27017/aB12up63eFh16ZmBiQ9cUO5Q/\
restore-6a79468a2c88faeba59de489.tar.gz
"
    );
    assert_eq!((code, err.as_str()), (0, ""));
}

#[tokio::test]
async fn a_flag_left_out_differs_from_no() {
    let job = RestoreJob { failed: Some(true), expired: Some(false), ..RestoreJob::default() };
    let (_, out, _) = run(&answer(job), AUTOMATED, "2026-08-10T03:45:00Z", GetOptions::default()).await;
    assert!(out.contains("Flags       cancelled — · expired no · failed YES\n"), "{out}");
    assert!(out.contains("Phase       failed\n"), "{out}");
}

#[tokio::test]
async fn the_profile_that_signed_is_in_the_target_of_an_answer_and_of_an_error() {
    let fine = answer(decoded(&body("dedicated-download-ready.http")));
    let refused = failure(ErrorKind::Forbidden, Some(403), None);
    for (atlas, form) in [(&fine, Form::Json), (&fine, Form::Ndjson), (&refused, Form::Json)] {
        let of_prod = Target { profile: Some("Prod".parse().unwrap()), ..target(DOWNLOAD) };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let clock = At("2026-08-10T03:45:53.7Z".parse().unwrap());
        get(atlas, &clock, &named(of_prod), &in_form(form), &mut out, &mut err).await;
        let told: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(told["target"]["profile"], "prod", "{told}");
    }
}

#[tokio::test]
async fn what_is_missing_is_said_once() {
    let mut error = ApiError::new(ErrorKind::NoCredentials, Some("half of it is missing".to_owned()));
    error.meta.http_status = None;
    let (code, _, err) =
        run(&Atlas(Err(error)), AUTOMATED, "2026-08-10T03:45:00Z", in_form(Form::Text)).await;
    assert_eq!((code, err.matches("half of it is missing").count(), err.lines().count()), (7, 1, 1), "{err}");
}

#[tokio::test]
async fn an_error_is_an_object_and_a_sentence() {
    let atlas = failure(ErrorKind::NotFound(Missing::Instance), Some(404), Some("CLUSTER_NOT_FOUND"));
    let (code, out, err) = run(&atlas, AUTOMATED, "2026-08-10T03:45:00Z", json()).await;
    assert_eq!(
        out,
        concat!(
            r#"{"schema":1,"target":{"kind":"dedicated","projectId":"6a793f6b2c88faeba59bae37","#,
            r#""instance":"backupRestores-305","jobId":"6a794733c0eb9e7a17740663","profile":null},"error":{"kind":"not_found","#,
            r#""httpStatus":404,"errorCode":"CLUSTER_NOT_FOUND","#,
            r#""message":"Project 6a793f6b2c88faeba59bae37 has no instance backupRestores-305.","retryable":false}}"#,
            "\n",
        )
    );
    assert!(
        err.starts_with("Project 6a793f6b2c88faeba59bae37 has no instance backupRestores-305. "),
        "{err}"
    );
    assert!(err.contains("(HTTP 404 · CLUSTER_NOT_FOUND)"), "{err}");
    assert_eq!(code, 6);

    let (code, out, _) = run(&atlas, AUTOMATED, "2026-08-10T03:45:00Z", GetOptions::default()).await;
    assert_eq!((code, out.as_str()), (6, ""), "in text, standard output holds data only");

    let unreachable = failure(ErrorKind::Dns, None, None);
    let (code, out, _) = run(&unreachable, AUTOMATED, "2026-08-10T03:45:00Z", json()).await;
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &value["error"]["retryable"]), (8, &serde_json::Value::Bool(true)));
    assert!(value["error"]["httpStatus"].is_null() && value["error"]["errorCode"].is_null());
}

#[tokio::test]
async fn exit_codes() {
    let bodies = [
        (r#"{"finishedAt":"2026-08-10T03:40:10Z"}"#, 0),
        (r#"{"deliveryType":"download","deliveryUrl":["https://a"]}"#, 0),
        (r#"{"failed":true,"cancelled":true}"#, 3),
        (r#"{"cancelled":true}"#, 4),
        (r#"{"expired":true}"#, 5),
        (r#"{"expired":true,"finishedAt":"2026-08-10T03:40:10Z","deliveryType":"automated"}"#, 0),
        (r#"{"failed":false}"#, 9),
    ];
    for (body, code) in bodies {
        for output in Form::ALL {
            let of_phase = GetOptions { exit_status: true, ..in_form(output) };
            let now = "2026-08-10T03:45:00Z";
            assert_eq!(run(&answer(decoded(body)), AUTOMATED, now, of_phase).await.0, code, "{body}");
            let any_answer = in_form(output);
            assert_eq!(run(&answer(decoded(body)), AUTOMATED, now, any_answer).await.0, 0, "{body}");
        }
    }
    let errors = [
        (ErrorKind::Internal, 1),
        (
            ErrorKind::WrongShape {
                field: "expiresAt".into(),
                expected: "a date".into(),
                found: "17".into(),
            },
            1,
        ),
        (ErrorKind::NotFound(Missing::Job), 6),
        (ErrorKind::Ended, 6),
        (ErrorKind::Forbidden, 7),
        (ErrorKind::NoCredentials, 7),
        (ErrorKind::RateLimited, 8),
        (ErrorKind::Timeout, 8),
    ];
    for (kind, code) in errors {
        let atlas = failure(kind.clone(), None, None);
        for exit_status in [false, true] {
            let options = GetOptions { exit_status, ..json() };
            assert_eq!(run(&atlas, AUTOMATED, "2026-08-10T03:45:00Z", options).await.0, code, "{kind:?}");
        }
    }
}

/// Fails every write in one way.
struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
    let clock = At("2026-08-10T03:45:00Z".parse().unwrap());
    let atlas = answer(RestoreJob { failed: Some(true), ..RestoreJob::default() });
    for (exit_status, code) in [(false, 0), (true, 3)] {
        let options = GetOptions { exit_status, ..json() };
        let mut err = Vec::new();
        let mut closed = Broken(io::ErrorKind::BrokenPipe);
        let got = get(&atlas, &clock, &named(target(AUTOMATED)), &options, &mut closed, &mut err).await;
        assert_eq!((got, err.as_slice()), (code, &b""[..]));

        let mut full = Broken(io::ErrorKind::StorageFull);
        let got = get(&atlas, &clock, &named(target(AUTOMATED)), &options, &mut full, &mut err).await;
        assert_eq!(got, 1);
        assert!(String::from_utf8(err).unwrap().starts_with("The answer could not be written: "));
    }
    let mut nowhere = Broken(io::ErrorKind::Other);
    let lost = failure(ErrorKind::Timeout, None, None);
    let code =
        get(&lost, &clock, &named(target(AUTOMATED)), &GetOptions::default(), &mut Vec::new(), &mut nowhere)
            .await;
    assert_eq!(code, 8, "a closed standard error changes nothing");
}

#[tokio::test]
async fn text_and_json_of_an_error_carry_no_control_character() {
    let atlas = Atlas(Err(ApiError {
        kind: ErrorKind::ServerError,
        code: Some("A\u{1b}[31mB".to_owned()),
        detail: Some("\u{9b}x".to_owned()),
        retry_after: Some(Duration::from_secs(42)),
        meta: Meta { http_status: Some(503), ..Meta::default() },
    }));
    let (_, out, err) = run(&atlas, AUTOMATED, "2026-08-10T03:45:00Z", json()).await;
    let steers = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
    assert!(!steers(&out) && !steers(&err), "{out:?} {err:?}");
    assert!(err.contains("Atlas asked to wait 42 s"), "{err}");
}
