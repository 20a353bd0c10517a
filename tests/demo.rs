//! The embedded Atlas from outside: asked over HTTP as curl would ask it.
//!
//! Sockets run in real time; the server's own clock is wound by hand, so nothing here waits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helper functions of tests; a failure is to be loud"
)]

#[path = "demo/caller.rs"]
mod caller;
#[path = "demo/endpoints.rs"]
mod endpoints;
#[path = "demo/places.rs"]
mod places;
#[path = "demo/sign_in.rs"]
mod sign_in;

use std::io::{Read, Write};
use std::sync::mpsc;
use std::time::Duration;

use atlas_tui::demo::{self, Fault, NonceLife, Options, RateLimit};
use atlas_tui::domain::secret::ExposeSecret;
use caller::{Caller, body, challenge_of, client, header, recording, started, url_of};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

fn without_nonce(challenge: &str) -> (String, String) {
    let (before, rest) = challenge.split_once("nonce=\"").unwrap();
    let (nonce, after) = rest.split_once('"').unwrap();
    (format!("{before}{after}"), nonce.to_owned())
}

#[tokio::test]
async fn the_challenge_is_the_recorded_one_to_the_letter() {
    let (demo, _) = started(Options::default()).await;
    let (headers, recorded) = recording(include_str!("recordings/error-401-digest-challenge.http"));

    let answer = client().get(url_of(&demo, "orders-restore")).send().await.unwrap();
    let (challenge, nonce) = without_nonce(header(&answer, "www-authenticate"));
    let (wanted, recorded_nonce) = without_nonce(&headers["www-authenticate"]);
    assert_eq!(challenge, wanted);
    assert_eq!(nonce.len(), recorded_nonce.len());
    assert!(nonce.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/'), "{nonce}");
    assert_eq!(header(&answer, "content-type"), headers["content-type"]);
    assert_eq!(header(&answer, "ratelimit-limit"), "", "no recorded 401 has a rate limit");
    assert_eq!(answer.text().await.unwrap(), recorded);
}

#[tokio::test]
async fn each_challenge_has_a_nonce_of_its_own() {
    let (demo, _) = started(Options::default()).await;
    let caller = Caller::new(&demo);
    let url = url_of(&demo, "orders-restore");
    let (first, second) = (challenge_of(&caller.bare(&url).await), challenge_of(&caller.bare(&url).await));
    assert_ne!(first.nonce, second.nonce);
}

#[tokio::test]
async fn a_count_is_good_once_in_any_order() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "orders-restore");
    assert_eq!(caller.get(&url).await.status(), 200);
    for (count, status) in [(1, 401), (7, 200), (3, 200), (7, 401), (2, 200), (1023, 200), (1023, 401)] {
        caller.next_count(count);
        let answer = caller.signed(Method::GET, &url).await;
        assert_eq!(answer.status(), status, "count {count}");
        if status == 401 {
            assert!(header(&answer, "www-authenticate").ends_with("stale=false"), "count {count}");
        }
    }
    caller.next_count(1024);
    let answer = caller.signed(Method::GET, &url).await;
    assert!(challenge_of(&answer).stale, "a nonce has counts up to 1023");
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_so_is_a_signature_for_another_path() {
    let (demo, _) = started(Options::default()).await;
    let url = url_of(&demo, "orders-restore");
    for (user, password) in [("demopubl", "wrong"), ("somebody", demo.private_key.expose_secret())] {
        let mut caller = Caller::new(&demo);
        (caller.user, caller.password) = (user.to_owned(), password.to_owned());
        let answer = caller.get(&url).await;
        assert_eq!(answer.status(), 401, "{user}");
        assert!(header(&answer, "www-authenticate").ends_with("stale=false"));
    }
    let mut caller = Caller::new(&demo);
    caller.challenge = Some(challenge_of(&caller.bare(&url).await));
    assert_eq!(caller.signed_for(Method::GET, &url, Some("/other")).await.status(), 401);
    assert_eq!(caller.signed(Method::GET, &url).await.status(), 200, "the nonce itself is still good");
}

#[tokio::test]
async fn a_nonce_nobody_gave_out_and_a_broken_header_are_refused() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "orders-restore");
    let mut challenge = challenge_of(&caller.bare(&url).await);
    "A".repeat(32).clone_into(&mut challenge.nonce);
    caller.challenge = Some(challenge);
    assert!(challenge_of(&caller.get(&url).await).stale);

    for value in ["Digest", "Digest ", "Digest username=\"", "Basic ZGVtbzpkZW1v", "Digest =,=\"\\", "x"] {
        let answer = caller.client.get(&url).header("Authorization", value).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{value}");
    }
    let hostile = reqwest::header::HeaderValue::from_bytes("Digest ü=\"é\", naïve".as_bytes()).unwrap();
    let answer = caller.client.get(&url).header("Authorization", hostile).send().await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn a_nonce_can_be_made_to_die_by_requests_or_by_age() {
    let nonce = NonceLife { requests: Some(2), age: None };
    let (demo, _) = started(Options { nonce, ..Options::default() }).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "orders-restore");
    assert_eq!(caller.get(&url).await.status(), 200);
    assert_eq!(caller.get(&url).await.status(), 200);
    let third = caller.get(&url).await;
    assert!(challenge_of(&third).stale);
    caller.challenge = Some(challenge_of(&third));
    assert_eq!(caller.get(&url).await.status(), 200, "the new challenge is good");

    let nonce = NonceLife { requests: None, age: Some(Duration::from_secs(5)) };
    let (demo, clock) = started(Options { nonce, ..Options::default() }).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "orders-restore");
    assert_eq!(caller.get(&url).await.status(), 200);
    clock.wind(4);
    assert_eq!(caller.get(&url).await.status(), 200);
    clock.wind(1);
    assert!(challenge_of(&caller.get(&url).await).stale);
}

#[tokio::test]
async fn a_forgotten_nonce_is_stale_not_wrong() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "orders-restore");
    assert_eq!(caller.get(&url).await.status(), 200);
    for _ in 0..256 {
        caller.bare(&url).await;
    }
    assert!(challenge_of(&caller.get(&url).await).stale);
}

#[tokio::test]
async fn answers_carry_the_budget_an_id_and_the_servers_time() {
    let options = Options { clock_ahead: SignedDuration::from_secs(240), ..Options::default() };
    let (demo, clock) = started(options).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "invoices-dump");
    let first = caller.get(&url).await;
    assert_eq!(header(&first, "content-type"), "application/vnd.atlas.2023-01-01+json;charset=utf-8");
    assert_eq!(header(&first, "ratelimit-limit"), "1200");
    assert_eq!(header(&first, "ratelimit-remaining"), "1199");
    assert_eq!(header(&first, "date"), "Tue, 24 Nov 2026 03:45:07 GMT");
    let id = header(&first, "x-request-id").to_owned();
    // The dates of the body follow the same clock as `Date`.
    assert_eq!(body(first).await["expiresAt"], "2026-11-24T03:46:22Z");

    let second = caller.get(&url).await;
    assert_eq!(header(&second, "ratelimit-remaining"), "1198");
    assert_ne!(header(&second, "x-request-id"), id);
    clock.wind(1);
    assert_eq!(header(&caller.get(&url).await, "ratelimit-remaining"), "1199", "refilled, and one taken");
}

#[tokio::test]
async fn an_empty_bucket_answers_as_documented_and_fills_again() {
    let rate = RateLimit { capacity: 2, refill: 5, period: Duration::from_secs(60) };
    let (demo, clock) = started(Options { rate, ..Options::default() }).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "orders-restore");
    assert_eq!(caller.get(&url).await.status(), 200);
    assert_eq!(caller.get(&url).await.status(), 200);
    let limited = caller.get(&url).await;
    assert_eq!(limited.status(), 429);
    assert_eq!(header(&limited, "retry-after"), "12");
    assert_eq!(header(&limited, "ratelimit-remaining"), "0");
    assert_eq!(header(&limited, "x-error-code"), "RATE_LIMITED_TOKEN_BUCKET");
    let path = "api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/restoreJobs/{restoreJobId}";
    let wanted = json!({
        "detail": format!("Rate limit exceeded for {path}. Please retry after 12 seconds. \
            Request capacity: 2. Refill rate: 5 per 60 seconds."),
        "error": 429,
        "errorCode": "RATE_LIMITED_TOKEN_BUCKET",
        "parameters": [path, 12, 2, 5, 60],
        "reason": "Too Many Requests",
    });
    assert_eq!(body(limited).await, wanted);
    clock.wind(12);
    assert_eq!(caller.get(&url).await.status(), 200);
}

#[tokio::test]
async fn faults_can_be_set_and_mended_while_it_runs() {
    let options = Options { fault: Some(Fault::Unavailable), ..Options::default() };
    let (demo, _) = started(options).await;
    let mut caller = Caller::new(&demo);
    let url = url_of(&demo, "orders-restore");
    let answer = caller.bare(&url).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-error-code")), (503, "SERVICE_UNAVAILABLE"));

    demo.set_fault(Some(Fault::WrongRole));
    let answer = caller.get(&url).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-error-code")), (403, "USER_UNAUTHORIZED"));

    demo.set_fault(Some(Fault::AddressBlocked));
    let answer = caller.get(&url).await;
    assert_eq!(answer.status(), 403);
    assert_eq!(body(answer).await["errorCode"], "IP_ADDRESS_NOT_ON_ACCESS_LIST");

    demo.set_fault(None);
    assert_eq!(caller.get(&url).await.status(), 200);
}

#[tokio::test]
async fn unknown_ids_are_told_apart_in_the_recorded_words() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let known = &demo.lookup("orders-restore").unwrap().target;
    let root = format!("{}/api/atlas/v2/groups", demo.base_url);
    let jobs = "backup/restoreJobs";

    let (_, recorded) = recording(include_str!("recordings/error-404-group-not-found.http"));
    let nobody = "111111111111111111111111";
    let url = format!("{root}/{nobody}/clusters/orders-prod/{jobs}/{}", known.job);
    let answer = caller.get(&url).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-error-code")), (404, "GROUP_NOT_FOUND"));
    assert_eq!(header(&answer, "ratelimit-limit"), "", "nor has the recorded one");
    assert_eq!(answer.text().await.unwrap(), recorded);

    let (_, recorded) = recording(include_str!("recordings/error-404-cluster-not-found.http"));
    let url = format!("{root}/{}/clusters/backupRestores-305/{jobs}/{}", known.project, known.job);
    let answer = caller.get(&url).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-error-code")), (404, "CLUSTER_NOT_FOUND"));
    let recorded = recorded.replace("6a793f6b2c88faeba59bae37", known.project.as_str());
    assert_eq!(answer.text().await.unwrap(), recorded);

    let elsewhere = format!("{root}/{}/clusters/events-eu/{jobs}/{}", known.project, known.job);
    let unknown = [url_of(&demo, "july-report"), elsewhere, format!("{root}/x/clusters/y/z")];
    let strange =
        [demo.base_url.clone(), format!("{root}/x/y"), format!("{}/api/atlas/v9/?a=b", demo.base_url)];
    for url in unknown.iter().chain(&strange) {
        let answer = caller.get(url).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "x-error-code")), (404, "RESOURCE_NOT_FOUND"));
        assert_eq!(body(answer).await["error"], 404, "{url}");
    }
}

#[tokio::test]
async fn only_get_is_answered_and_the_rest_has_no_body() {
    let (demo, _) = started(Options::default()).await;
    let url = url_of(&demo, "orders-restore");
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS] {
        let answer = client().request(method.clone(), &url).send().await.unwrap();
        assert_eq!(answer.status(), 405, "{method}");
        assert_eq!(header(&answer, "allow"), "GET");
        assert_eq!(answer.bytes().await.unwrap().len(), 0);
    }
    let made_up = Method::from_bytes(b"BREW").unwrap();
    assert_eq!(client().request(made_up, &url).send().await.unwrap().status(), 405);
    let stats = demo.stats();
    assert_eq!((stats.writes, stats.methods["OTHER"], stats.methods["DELETE"]), (7, 1, 1));
}

#[tokio::test]
async fn stats_count_everything_but_themselves() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let stats = format!("{}/demo/stats", demo.base_url);
    let none = body(caller.bare(&stats).await).await;
    assert_eq!((&none["requests"], &none["methods"], &none["answers"]), (&json!(0), &json!({}), &json!({})));
    caller.get(&url_of(&demo, "orders-restore")).await;
    caller.get(&url_of(&demo, "orders-shards")).await;
    caller.get(&url_of(&demo, "july-report")).await;
    assert_eq!(
        body(caller.bare(&stats).await).await,
        json!({
            "requests": 4,
            "challenges": 1,
            "answers": {"200": 2, "401": 1, "404": 1},
            "methods": {"GET": 4},
            "writes": 0,
            "digest": 3,
            "bearer": 0,
            "tokenRequests": 0,
            "revocations": 0,
            "liveTokens": 0,
        })
    );
    assert_eq!(demo.requests(), 4);
    assert_eq!(demo.stats().challenges, 1);
}

#[tokio::test]
async fn the_scenario_runs_by_the_clock_it_is_given() {
    let (demo, clock) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let orders = url_of(&demo, "orders-restore");
    assert_eq!(body(caller.get(&orders).await).await.get("finishedAt"), None);
    clock.wind(40);
    assert_eq!(body(caller.get(&orders).await).await["finishedAt"], "2026-11-24T03:41:47Z");
    let events = url_of(&demo, "events-restore");
    let limited = caller.get(&events).await;
    assert_eq!((limited.status().as_u16(), header(&limited, "retry-after")), (429, "2"));
    clock.wind(-3600);
    assert_eq!(caller.get(&events).await.status(), 200, "a clock set back is the start again");
}

#[tokio::test]
async fn it_stops_listening_when_dropped() {
    let (demo, _) = started(Options::default()).await;
    let address = demo.base_url.strip_prefix("http://").unwrap().to_owned();
    drop(demo);
    for _ in 0..1000 {
        if tokio::net::TcpStream::connect(&address).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("still listening");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let (demo, _) = started(Options::default()).await;
    let port: u16 = demo.base_url.rsplit(':').next().unwrap().parse().unwrap();
    let error = demo::start(Options { port, ..Options::default() }).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
}

/// One request without any client library.
fn plain_get(base_url: &str, path: &str) -> String {
    let address = base_url.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_runs_on_a_thread_of_its_own() {
    let demo = demo::spawn(Options::default()).unwrap();
    let answer = plain_get(&demo.base_url, "/anything");
    assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answer}");
    assert_eq!(demo.requests(), 1);
}

#[test]
fn alone_it_says_how_to_ask_it() {
    struct Sender(mpsc::Sender<Vec<u8>>, Vec<u8>);
    impl Write for Sender {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.1.extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            self.0.send(std::mem::take(&mut self.1)).map_err(std::io::Error::other)
        }
    }
    let (sender, written) = mpsc::channel();
    // Serves until the process of the tests ends.
    std::thread::spawn(move || {
        demo::serve_until_stopped(Options::default(), &mut Sender(sender, Vec::new()))
    });
    let text = String::from_utf8(written.recv().unwrap()).unwrap();
    let url = text.lines().find_map(|line| line.strip_prefix("URL")).unwrap().trim();
    assert!(plain_get(url, "/demo/stats").starts_with("HTTP/1.1 200 OK"));
    assert_eq!(text.lines().filter(|line| line.split('/').count() == 4).count(), 12);
    let curl = text.lines().find(|line| line.starts_with("curl")).unwrap();
    let wanted = format!(
        "curl --digest -u demopubl:00000000-de30-4000-8000-000000000000 \
         -H 'Accept: application/vnd.atlas.2023-01-01+json' {url}/api/atlas/v2/groups/"
    );
    assert!(curl.starts_with(&wanted), "{curl}");
}
