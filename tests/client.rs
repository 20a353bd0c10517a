//! The client against servers that are strict, broken or hostile, over real sockets on loopback.

// The helpers below are no tests by themselves, but fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/hostile.rs"]
mod hostile;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use atlas_tui::api::{
    Answer, ApiError, ApiKey, BaseUrl, Batch, Client, Credential, ErrorKind, Limits, RestoreApi,
};
use atlas_tui::domain::target::{Kind, Target};
use hostile::{Digest, PRIVATE_KEY, PUBLIC_KEY, Reply, Request, Server};

const JOB: &str = r#"{"id":"6a794733c0eb9e7a17740663","failed":false}"#;
const PATH: &str = "/api/atlas/v1.0/groups/6a793f6b2c88faeba59bae37/serverless/orders-305/backup/restoreJobs/6a794733c0eb9e7a17740663";

fn target(kind: Kind) -> Target {
    Target {
        kind,
        project: "6a793f6b2c88faeba59bae37".parse().unwrap(),
        instance: "orders-305".parse().unwrap(),
        job: "6a794733c0eb9e7a17740663".parse().unwrap(),
        profile: None,
    }
}

fn credentials(private_key: &str) -> Credential {
    key(PUBLIC_KEY, private_key)
}

fn key(public_key: &str, private_key: &str) -> Credential {
    Credential::Key(ApiKey { public_key: public_key.to_owned(), private_key: private_key.to_owned().into() })
}

fn client_with(base: &str, private_key: &str, limits: Limits) -> Client {
    let base: BaseUrl = base.parse().unwrap();
    Client::new(&base, Some(credentials(private_key)), limits, || "2026-11-23T12:00:00Z".parse().unwrap())
        .unwrap()
}

fn client(server: &Server) -> Client {
    client_with(&server.base, PRIVATE_KEY, Limits::default())
}

async fn ask(client: &Client) -> Result<Answer, ApiError> {
    client.restore_job(&target(Kind::Serverless)).await
}

/// The error that one question to a server with this one answer ends in.
async fn error_of(reply: Reply) -> ApiError {
    let server = Server::always(reply).await;
    ask(&client(&server)).await.unwrap_err()
}

async fn strict(digest: Digest) -> (Server, Arc<Digest>) {
    let digest = Arc::new(digest);
    let guard = digest.clone();
    let server = Server::start(move |request: &Request| guard.guard(request, Reply::ok(JOB))).await;
    (server, digest)
}

#[tokio::test]
async fn a_steady_refresh_is_one_request_on_one_connection() {
    let (server, digest) = strict(Digest::new(usize::MAX)).await;
    let client = client(&server);
    let mut requests = Vec::new();
    for _ in 0..5 {
        requests.push(ask(&client).await.unwrap().meta.requests);
    }
    assert_eq!(requests, [2, 1, 1, 1, 1]);
    assert_eq!(server.count(), 6);
    assert_eq!(digest.accepted(), [1, 2, 3, 4, 5]);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_request_is_what_was_promised() {
    let (server, _) = strict(Digest::new(usize::MAX)).await;
    ask(&client(&server)).await.unwrap();
    for request in server.requests() {
        assert_eq!(request.line, format!("GET {PATH} HTTP/1.1"));
        assert_eq!(request.headers["accept"], "application/json");
        assert_eq!(request.headers["user-agent"], concat!("atlas-tui/", env!("CARGO_PKG_VERSION")));
        assert!(!request.headers.contains_key("content-length") && request.body.is_empty());
        assert!(!request.headers.values().any(|value| value.contains(PRIVATE_KEY)));
    }
    assert!(!server.requests()[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn each_kind_is_asked_for_by_its_own_path_and_version() {
    let (server, _) = strict(Digest::new(usize::MAX)).await;
    let client = client(&server);
    let groups = "/api/atlas/v2/groups/6a793f6b2c88faeba59bae37";
    let job = "6a794733c0eb9e7a17740663";
    for (kind, path, version) in [
        (Kind::Flex, "flexClusters/orders-305/backup/restoreJobs", "2024-11-13"),
        (Kind::Dedicated, "clusters/orders-305/backup/restoreJobs", "2023-01-01"),
        (Kind::ServerlessV2, "serverless/orders-305/backup/restoreJobs", "2023-01-01"),
        (Kind::Collection, "clusters/orders-305/collectionRestoreJobs", "2025-03-12"),
    ] {
        client.restore_job(&target(kind)).await.unwrap();
        let newest = server.requests().pop().unwrap();
        assert_eq!(newest.line, format!("GET {groups}/{path}/{job} HTTP/1.1"));
        assert_eq!(newest.headers["accept"], format!("application/vnd.atlas.{version}+json"));
    }
}

#[tokio::test]
async fn a_list_is_one_signed_request_and_its_query_is_signed_too() {
    let digest = Arc::new(Digest::new(usize::MAX));
    let guard = digest.clone();
    let page = format!(r#"{{"results":[{JOB}],"links":[{{"rel":"next","href":"http://evil.example/"}}]}}"#);
    let server =
        Server::start(move |request: &Request| guard.guard(request, Reply::ok(page.as_bytes()))).await;
    let client = client(&server);
    let mut batch =
        Batch { cluster: target(Kind::Flex).cluster(), items: 100, wanted: vec![target(Kind::Flex).job] };
    for (kind, items, query, requests) in [
        (Kind::Flex, 100, "itemsPerPage=100&pageNum=1&includeCount=false", 2),
        (Kind::Dedicated, 9_999, "itemsPerPage=500&pageNum=1&includeCount=false", 1),
        (Kind::Collection, 0, "itemsPerPage=1&pageNum=1", 1),
    ] {
        batch.cluster.kind = kind;
        batch.items = items;
        let list = client.restore_jobs(&batch).await.unwrap();
        assert_eq!((list.jobs.len(), list.depth, list.meta.requests), (1, 1, requests), "{kind}");
        let newest = server.requests().pop().unwrap();
        let asked = newest.line.split(' ').nth(1).unwrap();
        assert_eq!(asked.split_once('?').unwrap().1, query, "{kind}");
        assert!(newest.headers["authorization"].contains(&format!("uri=\"{asked}\"")), "{kind}");
    }
    assert_eq!(server.count(), 4, "no link of an answer is followed");
}

#[tokio::test]
async fn a_dead_nonce_costs_one_request_more() {
    let (server, digest) = strict(Digest::new(3)).await;
    let client = client(&server);
    let mut requests = Vec::new();
    for _ in 0..7 {
        requests.push(ask(&client).await.unwrap().meta.requests);
    }
    assert_eq!(requests, [2, 1, 1, 2, 1, 1, 2]);
    assert_eq!(server.count(), 10);
    assert_eq!(digest.accepted(), [1, 2, 3, 1, 2, 3, 1]);
}

#[tokio::test]
async fn the_algorithm_of_the_challenge_is_used_again() {
    let (server, _) = strict(Digest::new(usize::MAX).algorithm("SHA-256")).await;
    let client = client(&server);
    assert_eq!(ask(&client).await.unwrap().meta.requests, 2);
    assert_eq!(ask(&client).await.unwrap().meta.requests, 1);
}

#[tokio::test]
async fn requests_at_once_never_share_a_count() {
    let (server, digest) = strict(Digest::new(usize::MAX)).await;
    let client = client(&server);
    ask(&client).await.unwrap();
    let target = target(Kind::Serverless);
    let ask = || client.restore_job(&target);
    let answers = tokio::join!(ask(), ask(), ask(), ask(), ask(), ask());
    for answer in [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5] {
        assert_eq!(answer.unwrap().meta.requests, 1);
    }
    let mut counts = digest.accepted();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn a_wrong_key_takes_two_requests_and_never_loops() {
    let (server, _) = strict(Digest::new(usize::MAX)).await;
    let client = client_with(&server.base, "wrong", Limits::default());
    for round in 1..=3 {
        let error = ask(&client).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::KeyRefused { public_key_hint: "abcd…".to_owned() });
        assert_eq!((error.meta.requests, error.meta.http_status), (2, Some(401)));
        assert_eq!(server.count(), round * 2);
    }
}

#[tokio::test]
async fn a_nonce_that_is_never_fresh_is_not_blamed_on_the_key() {
    let (server, _) = strict(Digest::new(0).always_stale()).await;
    let error = ask(&client(&server)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::UnexpectedStatus);
    assert!(error.is_retryable());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_challenge_of_another_scheme_is_not_answered() {
    let reply = Reply::new("401 Unauthorized", &["WWW-Authenticate: Basic realm=\"x\""], "");
    let server = Server::always(reply).await;
    let client = client(&server);
    let error = ask(&client).await.unwrap_err();
    // Once more, to see whether a digest stands behind it; and from then on once.
    assert_eq!((&error.kind, error.meta.requests), (&ErrorKind::UnexpectedStatus, 2));
    assert_eq!((error.meta.http_status, error.exit_code()), (Some(401), 7), "it is authentication");
    assert!(error.detail.unwrap().contains("another way to sign in"));
    assert_eq!(ask(&client).await.unwrap_err().meta.requests, 1);
    assert_eq!(server.count(), 3);
    let error = error_of(Reply::new("401 Unauthorized", &[], "")).await;
    assert!(matches!(error.kind, ErrorKind::KeyRefused { .. }), "{error:?}");
    assert_eq!(error.meta.requests, 1);
}

#[tokio::test]
async fn the_digest_is_found_among_other_challenges() {
    let in_front = ["WWW-Authenticate: Negotiate\r\n", "WWW-Authenticate: Basic realm=\"a, Digest b\"\r\n"];
    // What stands in front is seen only by asking once more, and then known.
    for (before, scheme, first) in
        [(in_front.concat(), "Digest", 3), (String::new(), "dIGEST", 3), (String::new(), "Digest", 2)]
    {
        let digest = Digest::new(usize::MAX);
        let server = Server::start(move |request: &Request| {
            let reply = digest.guard(request, Reply::ok(JOB));
            let text = String::from_utf8(reply.bytes).unwrap();
            let text =
                text.replace("WWW-Authenticate: Digest", &format!("{before}WWW-Authenticate: {scheme}"));
            Reply { bytes: text.into_bytes(), ..reply }
        })
        .await;
        let client = client(&server);
        assert_eq!(ask(&client).await.unwrap().meta.requests, first);
        assert_eq!(ask(&client).await.unwrap().meta.requests, 1);
        assert_eq!(server.count(), usize::try_from(first).unwrap() + 1);
    }
}

#[tokio::test]
async fn a_refusal_without_a_challenge_leaves_the_nonce_in_use() {
    let digest = Arc::new(Digest::new(usize::MAX));
    let guard = digest.clone();
    let body = r#"{"error":401,"errorCode":"USER_UNAUTHORIZED","detail":"no"}"#;
    let forbidden = Reply::new("401 Unauthorized", &[], body);
    let server = Server::start(move |request: &Request| guard.guard(request, forbidden.clone())).await;
    let client = client(&server);
    for requests in [2, 1, 1] {
        let error = ask(&client).await.unwrap_err();
        assert_eq!((error.kind, error.meta.requests), (ErrorKind::Forbidden, requests));
    }
    assert_eq!(digest.accepted(), [1, 2, 3]);
}

#[tokio::test]
async fn the_body_of_a_refusal_has_limits_of_its_own() {
    let head = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 42\r\nX-Error-Code: RATE_LIMITED\r\n";
    let silent = Reply::raw(format!("{head}Content-Length: 100\r\n\r\n")).then_hang();
    let trickle = Reply::raw(format!("{head}Transfer-Encoding: chunked\r\n\r\n1\r\n \r\n")).then_hang();
    let large = Reply::raw(format!("{head}\r\n{}", " ".repeat(200 << 10))).then_hang();
    // Time for the body alone: the whole would be an hour.
    let short =
        Limits { total: Duration::from_secs(3600), refusal_total: Duration::ZERO, ..Limits::default() };
    let small = Limits { refusal_total: Duration::from_secs(3600), ..short };
    for (reply, limits) in [(silent, short), (trickle, short), (large, small)] {
        let server = Server::always(reply).await;
        let error = ask(&client_with(&server.base, PRIVATE_KEY, limits)).await.unwrap_err();
        assert_eq!((error.kind, error.meta.http_status), (ErrorKind::RateLimited, Some(429)));
        assert_eq!(error.retry_after, Some(Duration::from_secs(42)));
        assert_eq!(error.code.as_deref(), Some("RATE_LIMITED"));
    }
}

#[tokio::test]
async fn a_body_of_fifty_megabytes_is_refused_by_its_length() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 50 << 20);
    let server = Server::always(Reply::raw(head).then_hang()).await;
    let error = ask(&client(&server)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge { limit: 8 << 20 });
    assert_eq!((error.meta.http_status, error.meta.body_bytes), (Some(200), 50 << 20));
}

#[tokio::test]
async fn a_body_without_a_length_is_refused_as_soon_as_it_passes_the_limit() {
    let mut bytes = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    bytes.resize(50 << 20, b' ');
    let server = Server::always(Reply::raw(bytes)).await;
    let error = ask(&client(&server)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge { limit: 8 << 20 });
    assert!(error.meta.body_bytes < 9 << 20, "{}", error.meta.body_bytes);
    assert!(server.bytes_sent() < 40 << 20, "the connection is dropped, not drained");
}

#[tokio::test]
async fn a_gzip_bomb_is_not_inflated_beyond_the_limit() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&blanks).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let error = error_of(Reply::new("200 OK", &["Content-Encoding: gzip"], bomb)).await;
    assert_eq!(error.kind, ErrorKind::TooLarge { limit: 8 << 20 });
    assert!(error.meta.body_bytes < 9 << 20, "{}", error.meta.body_bytes);
}

fn gzip(body: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_compressed_job_is_read_and_a_damaged_one_is_not() {
    let encoded = ["Content-Encoding: gzip"];
    let server = Server::always(Reply::new("200 OK", &encoded, gzip(JOB))).await;
    let answer = ask(&client(&server)).await.unwrap();
    assert_eq!((answer.job.raw.as_str(), answer.meta.body_bytes), (JOB, JOB.len() as u64));
    assert!(server.requests()[0].headers["accept-encoding"].contains("gzip"));

    let whole = gzip(JOB);
    let error = error_of(Reply::new("200 OK", &encoded, &whole[..whole.len() / 2])).await;
    assert_eq!(error.kind, ErrorKind::Cut);
    let error = error_of(Reply::new("200 OK", &encoded, JOB)).await;
    assert_eq!(error.kind, ErrorKind::NotJson);
}

#[tokio::test]
async fn a_body_cut_short_is_told_so() {
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{JOB}");
    let error = error_of(Reply::raw(cut)).await;
    assert_eq!((error.kind, error.meta.http_status), (ErrorKind::Cut, Some(200)));
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n";
    assert_eq!(error_of(Reply::raw(chunked)).await.kind, ErrorKind::Cut);
    // Of an error, the status still tells what happened.
    let cut = "HTTP/1.1 404 Not Found\r\nX-Error-Code: GROUP_NOT_FOUND\r\nContent-Length: 400\r\n\r\n{";
    let error = error_of(Reply::raw(cut)).await;
    assert_eq!(error.kind, ErrorKind::NotFound(atlas_tui::api::Missing::Project));
}

#[tokio::test]
async fn a_head_that_ends_early_is_a_failed_connection() {
    for bytes in ["", "HTTP/1.1 200 OK\r\nDate: x"] {
        let error = error_of(Reply::raw(bytes)).await;
        assert_eq!(error.kind, ErrorKind::Connect, "{bytes:?}");
        assert!(error.detail.is_some() && error.is_retryable());
    }
}

#[tokio::test]
async fn a_head_that_is_no_http_is_a_bad_answer() {
    let endless = format!("HTTP/1.1 200 OK\r\n{}", format!("X: {}\r\n", "y".repeat(1000)).repeat(2000));
    for bytes in [
        "SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "\0\u{7f} garbage\r\n\r\n",
        "HTTP/1.1 twohundred OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nna me: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        &endless,
    ] {
        let error = error_of(Reply::raw(bytes)).await;
        let bytes: String = bytes.chars().take(60).collect();
        assert_eq!((&error.kind, error.meta.http_status), (&ErrorKind::NotJson, None), "{bytes:?}");
        assert!(error.detail.is_some() && error.is_retryable());
        let words = error.explain(&target(Kind::Serverless));
        assert!(words.headline.ends_with("cannot be read as HTTP."), "{words:?}");
        assert!(words.next_step.contains("base URL") && words.next_step.contains("proxy"), "{words:?}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_end_runs_out_of_time() {
    let limits = Limits { total: Duration::from_millis(50), ..Limits::default() };
    let silent = Reply::raw("").then_hang();
    let endless = Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"id\":").then_hang();
    for reply in [silent, endless] {
        let server = Server::always(reply).await;
        let error = ask(&client_with(&server.base, PRIVATE_KEY, limits)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Timeout);
        assert_eq!(error.detail.as_deref(), Some("no whole answer within 0.05 s"));
    }
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_credential_leaves() {
    let elsewhere = Server::always(Reply::ok(JOB)).await;
    let location = format!("Location: {}/steal", elsewhere.base.replace("http://", "http://user:secret@"));
    let digest = Arc::new(Digest::new(usize::MAX));
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let (guard, location) = (digest.clone(), location.clone());
        let server = Server::start(move |request: &Request| {
            guard.guard(request, Reply::new(status, &[&location], ""))
        })
        .await;
        let error = ask(&client(&server)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Redirected { to_host: elsewhere.base.clone() }, "{status}");
        assert!(!format!("{error:?}").contains("secret"));
    }
    assert_eq!((elsewhere.count(), elsewhere.connections()), (0, 0));
}

#[tokio::test]
async fn waits_and_budgets_arrive_with_the_error() {
    let headers = [
        "Date: Mon, 23 Nov 2026 10:00:00 GMT",
        "Retry-After: 42",
        "RateLimit-Limit: 1200",
        "RateLimit-Remaining: 0",
        "X-Request-Id: 7f1c",
    ];
    let body = r#"{"error":429,"errorCode":"RATE_LIMITED","detail":"slow\u001b[31m down"}"#;
    let error = error_of(Reply::new("429 Too Many Requests", &headers, body)).await;
    assert_eq!((error.kind, error.retry_after), (ErrorKind::RateLimited, Some(Duration::from_secs(42))));
    assert_eq!(
        (error.code.as_deref(), error.detail.as_deref()),
        (Some("RATE_LIMITED"), Some("slow[31m down"))
    );
    let budget = error.meta.budget.unwrap();
    assert_eq!((budget.limit, budget.remaining), (1200, 0));
    assert_eq!(error.meta.request_id.as_deref(), Some("7f1c"));
    assert_eq!(error.meta.server_date.unwrap().to_string(), "2026-11-23T10:00:00Z");

    let by_date = ["Date: Mon, 23 Nov 2026 10:00:00 GMT", "Retry-After: Mon, 23 Nov 2026 10:01:30 GMT"];
    let error = error_of(Reply::new("503 Service Unavailable", &by_date, "<html>")).await;
    assert_eq!((error.kind, error.retry_after), (ErrorKind::ServerError, Some(Duration::from_secs(90))));
}

#[tokio::test]
async fn a_page_in_place_of_a_job_is_not_json() {
    let error = error_of(Reply::new("200 OK", &["Content-Type: text/html"], "<html>Sign in</html>")).await;
    assert_eq!((error.kind, error.meta.http_status), (ErrorKind::NotJson, Some(200)));
    let error = error_of(Reply::ok(r#"{"id":"x","expiresAt":17}"#)).await;
    let words = error.explain(&target(Kind::Serverless)).headline;
    assert!(words.ends_with("field `expiresAt`, expected a date, got 17."), "{words}");
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = ask(&client_with(&base, PRIVATE_KEY, Limits::default())).await.unwrap_err();
    assert_eq!(
        (error.kind.clone(), error.meta.http_status, error.meta.requests),
        (ErrorKind::Connect, None, 1)
    );
    assert!(error.detail.as_deref().unwrap().contains("refused"), "{error:?}");
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_error() {
    let base = format!("https://{}", Server::greeting(b"220 mail.example ESMTP\r\n").await);
    // A platform without any roots refuses to build the client, for the same reason in the end.
    let client =
        Client::new(&base.parse().unwrap(), Some(credentials(PRIVATE_KEY)), Limits::default(), || {
            "2026-11-23T12:00:00Z".parse().unwrap()
        });
    let error = match client {
        Ok(client) => ask(&client).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.kind, ErrorKind::Tls, "{error:?}");
}

#[tokio::test]
async fn a_question_that_cannot_be_asked_sends_nothing() {
    let server = Server::always(Reply::ok(JOB)).await;
    let client = client(&server);
    // The kind is to be found out first, and a serverless instance has no list.
    let error = client.restore_job(&target(Kind::Auto)).await.unwrap_err();
    assert_eq!((error.kind, error.meta.requests), (ErrorKind::Internal, 0));
    let batch = Batch { cluster: target(Kind::Serverless).cluster(), items: 100, wanted: Vec::new() };
    let error = client.restore_jobs(&batch).await.unwrap_err();
    assert_eq!((error.kind, error.meta.requests), (ErrorKind::Internal, 0));
    let base = server.base.parse().unwrap();
    let blank = key(" ", PRIVATE_KEY);
    for credentials in [None, Some(blank)] {
        let client = Client::new(&base, credentials, Limits::default(), || unreachable!()).unwrap();
        assert_eq!(ask(&client).await.unwrap_err().kind, ErrorKind::NoCredentials);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_key_that_no_header_can_carry_is_refused() {
    let (server, _) = strict(Digest::new(usize::MAX)).await;
    let credentials = key("abcd\nx: y", PRIVATE_KEY);
    let base = server.base.parse().unwrap();
    let client = Client::new(&base, Some(credentials), Limits::default(), || unreachable!()).unwrap();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::KeyRefused { public_key_hint: "abcd…".to_owned() });
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn no_debug_output_holds_a_secret() {
    let (server, _) = strict(Digest::new(usize::MAX)).await;
    let wrong = "99999999-8888-7777-6666-555555555555";
    let client = client_with(&server.base, wrong, Limits::default());
    let error = ask(&client).await.unwrap_err();
    let words = error.explain(&target(Kind::Serverless));
    let shown = format!("{client:?} {error:?} {words:?} {:?}", credentials(wrong));
    assert!(!shown.contains("99999999") && !shown.contains(PUBLIC_KEY), "{shown}");
    assert!(shown.contains("abcd…"));
}

#[tokio::test]
async fn localhost_is_this_machine_by_name_too() {
    let server = Server::always(Reply::ok(JOB)).await;
    let base = server.base.replace("127.0.0.1", "localhost");
    ask(&client_with(&base, PRIVATE_KEY, Limits::default())).await.unwrap();
    assert_eq!(server.count(), 1);
}
