//! Signing in to the embedded Atlas: tokens, roles and access lists, asked for as curl would.

use std::time::Duration;

use atlas_tui::demo::{Access, Fault, Options, Principal, REALM, Running, TokenLimits};
use atlas_tui::domain::secret::ExposeSecret;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::caller::{ACCEPT, Caller, START, body, client, header, recording, started, url_of};

const GRANT: &str = "grant_type=client_credentials";

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

fn basic_of(who: Principal) -> String {
    basic(&who.client_id(), who.client_secret().expose_secret())
}

/// A form sent to one of the endpoints of service accounts.
async fn send(demo: &Running, path: &str, authorization: String, form: String) -> Response {
    let request = client().post(format!("{}/api/oauth/{path}", demo.base_url));
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form);
    request.header("Authorization", authorization).send().await.unwrap()
}

async fn token_of(demo: &Running, who: Principal) -> String {
    let answer = send(demo, "token", basic_of(who), GRANT.to_owned()).await;
    assert_eq!(answer.status(), 200);
    body(answer).await["access_token"].as_str().unwrap().to_owned()
}

async fn with_token(url: &str, token: &str) -> Response {
    let request = client().get(url).header("Accept", ACCEPT);
    request.header("Authorization", format!("Bearer {token}")).send().await.unwrap()
}

fn told(answer: &Response) -> (u16, String) {
    (answer.status().as_u16(), header(answer, "x-error-code").to_owned())
}

#[tokio::test]
async fn id_and_secret_get_a_token_that_opens_what_the_key_opens() {
    let (demo, _) = started(Options::default()).await;
    let granted =
        send(&demo, "token", basic(&demo.client_id, demo.client_secret.expose_secret()), GRANT.into());
    let granted = granted.await;
    assert_eq!((granted.status().as_u16(), header(&granted, "cache-control")), (200, "no-store"));
    assert_eq!(header(&granted, "content-type"), "application/json");
    assert_eq!(header(&granted, "ratelimit-limit"), "", "it takes nothing out of the bucket");
    let granted = body(granted).await;
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("Bearer"), &json!(3600)));

    let token = granted["access_token"].as_str().unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let start: Timestamp = START.parse().unwrap();
    assert_eq!(claims["exp"], start.as_second() + 3600);
    assert_eq!(claims["sub"], demo.client_id.as_str());

    let answer = with_token(&url_of(&demo, "orders-restore"), token).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "ratelimit-remaining")), (200, "1199"));
    let stats = demo.stats();
    assert_eq!((stats.requests, stats.bearer, stats.digest, stats.challenges), (2, 1, 0, 0));
    assert_eq!((stats.token_requests, stats.live_tokens, stats.writes), (1, 1, 0));
    assert_eq!(
        stats.methods.into_iter().collect::<Vec<_>>(),
        [("GET".to_owned(), 1), ("POST".to_owned(), 1)]
    );
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_id_look_the_same() {
    let (demo, _) = started(Options::default()).await;
    let mut answers = Vec::new();
    for authorization in
        [basic(&demo.client_id, "mdb_sa_sk_wrong"), basic("mdb_sa_id_0123456789abcdef01234567", "x")]
    {
        let answer = send(&demo, "token", authorization, GRANT.to_owned()).await;
        assert_eq!(answer.status(), 401);
        assert_eq!(header(&answer, "www-authenticate"), format!("Basic realm=\"{REALM}\""));
        answers.push(body(answer).await);
    }
    assert_eq!(answers[0]["error"], "invalid_client");
    assert_eq!(answers[0], answers[1]);
    assert_eq!(demo.stats().live_tokens, 0);
}

#[tokio::test]
async fn a_request_for_a_token_is_a_form_with_a_grant_type() {
    let (demo, _) = started(Options::default()).await;
    let url = format!("{}/api/oauth/token", demo.base_url);
    let owner = basic_of(Principal::Owner);
    let request = client().post(&url).header("Authorization", &owner);
    let json =
        request.header("Content-Type", "application/json").body("{\"grant_type\":\"client_credentials\"}");
    let no_form = json.send().await.unwrap();
    assert_eq!(no_form.status(), 400);
    assert_eq!(body(no_form).await["error"], "invalid_request");
    for (form, error) in [
        (String::new(), "invalid_request"),
        ("grant_type=password".to_owned(), "unsupported_grant_type"),
        (format!("{GRANT}&x={}", "x".repeat(20_000)), "invalid_request"),
    ] {
        let answer = send(&demo, "token", owner.clone(), form).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(body(answer).await["error"], error);
    }
    let read = client().get(&url).header("Authorization", &owner).send().await.unwrap();
    assert_eq!((read.status().as_u16(), header(&read, "allow")), (405, "POST"));
}

#[tokio::test]
async fn the_eleventh_request_of_a_minute_has_to_wait() {
    let (demo, clock) = started(Options::default()).await;
    for _ in 0..10 {
        token_of(&demo, Principal::Owner).await;
    }
    let limited = send(&demo, "token", basic_of(Principal::Owner), GRANT.to_owned()).await;
    assert_eq!(told(&limited), (429, "RATE_LIMITED".to_owned()));
    assert_eq!(header(&limited, "retry-after"), "60");
    let limited = body(limited).await;
    assert_eq!(limited["detail"], "Resource /api/oauth/token is limited to 10 requests every 1 minutes.");
    assert_eq!(limited["parameters"], json!(["/api/oauth/token", 10, 1]));
    token_of(&demo, Principal::ReadOnly).await;
    clock.wind(60);
    token_of(&demo, Principal::Owner).await;
    assert_eq!(demo.stats().token_requests, 13);
}

#[tokio::test]
async fn an_account_that_has_all_its_tokens_gets_no_more_until_one_is_over() {
    let tokens = TokenLimits { life: Duration::from_secs(60), live: 2, ..TokenLimits::default() };
    let (demo, clock) = started(Options { tokens, ..Options::default() }).await;
    token_of(&demo, Principal::Owner).await;
    clock.wind(59);
    token_of(&demo, Principal::Owner).await;
    let full = send(&demo, "token", basic_of(Principal::Owner), GRANT.to_owned()).await;
    assert_eq!(full.status(), 403);
    let full = body(full).await;
    assert_eq!(full["error"], "access_denied");
    assert!(full["error_description"].as_str().unwrap().contains("Access Token limit reached"));
    clock.wind(1);
    token_of(&demo, Principal::Owner).await;
    assert_eq!(demo.stats().live_tokens, 2);
}

#[tokio::test]
async fn a_token_may_be_handed_over_without_a_request() {
    let tokens = TokenLimits { live: 1, ..TokenLimits::default() };
    let (demo, _) = started(Options { tokens, ..Options::default() }).await;
    let token = demo.token(Principal::ReadOnly).unwrap();
    assert_eq!(with_token(&url_of(&demo, "eu-nightly"), token.expose_secret()).await.status(), 200);
    assert_eq!((demo.stats().token_requests, demo.stats().live_tokens), (0, 1));
    assert!(demo.token(Principal::ReadOnly).is_none());
}

#[tokio::test]
async fn a_token_that_is_over_revoked_or_made_up_opens_nothing() {
    let (demo, clock) = started(Options::default()).await;
    let url = url_of(&demo, "orders-restore");
    let (_, recorded) = recording(include_str!("../recordings/error-401-digest-challenge.http"));
    let over = token_of(&demo, Principal::Owner).await;
    clock.wind(3599);
    assert_eq!(with_token(&url, &over).await.status(), 200);
    clock.wind(1);
    let revoked = token_of(&demo, Principal::Owner).await;
    let form = format!("token={revoked}&token_type_hint=access_token");
    let foreign = send(&demo, "revoke", basic_of(Principal::Member), form.clone()).await;
    assert_eq!(foreign.status(), 200);
    assert_eq!(with_token(&url, &revoked).await.status(), 200, "only its holder ends it");
    let ended = send(&demo, "revoke", basic_of(Principal::Owner), form.clone()).await;
    assert_eq!((ended.status().as_u16(), ended.bytes().await.unwrap().len()), (200, 0));
    assert_eq!(
        send(&demo, "revoke", basic_of(Principal::Owner), form).await.status(),
        200,
        "twice is no error"
    );
    let by_somebody = token_of(&demo, Principal::Owner).await;
    demo.revoke_tokens();
    for token in [over.as_str(), &revoked, &by_somebody, "made.up.token", ""] {
        let answer = with_token(&url, token).await;
        assert_eq!(answer.status(), 401, "{token}");
        if !token.is_empty() {
            let challenge = format!("Bearer realm=\"{REALM}\", error=\"invalid_token\"");
            assert_eq!(header(&answer, "www-authenticate"), challenge);
        }
        assert_eq!(answer.text().await.unwrap(), recorded);
    }
    let refused = send(&demo, "revoke", basic(&demo.client_id, "wrong"), format!("token={over}")).await;
    assert_eq!(refused.status(), 401);
    let nothing = send(&demo, "revoke", basic_of(Principal::Owner), "token=".to_owned()).await;
    assert_eq!(nothing.status(), 400);
    assert_eq!((demo.stats().revocations, demo.stats().live_tokens), (5, 0));
}

#[tokio::test]
async fn an_unknown_public_key_and_a_wrong_private_key_look_the_same() {
    let (demo, _) = started(Options::default()).await;
    let url = url_of(&demo, "orders-restore");
    let mut answers = Vec::new();
    for (user, password) in [("demopubl", "wrong"), ("abcdefgh", demo.private_key.expose_secret())] {
        let mut caller = Caller::new(&demo);
        (caller.user, caller.password) = (user.to_owned(), password.to_owned());
        let answer = caller.get(&url).await;
        let mut headers: Vec<String> = answer.headers().keys().map(ToString::to_string).collect();
        headers.sort();
        answers.push((answer.status(), headers, answer.text().await.unwrap()));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn an_access_list_is_asked_when_a_token_is_used_not_when_it_is_made() {
    let (demo, _) = started(Options::default()).await;
    let url = url_of(&demo, "orders-restore");
    for (access, code) in [
        (Access::NotListed, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
        (Access::ListRequired, "ORG_REQUIRES_ACCESS_LIST"),
    ] {
        demo.set_access(Principal::Owner, access);
        let token = token_of(&demo, Principal::Owner).await;
        let blocked = with_token(&url, &token).await;
        assert_eq!(told(&blocked), (403, code.to_owned()));
        assert_eq!(body(blocked).await["parameters"], json!(["127.0.0.1"]));
        assert_eq!(told(&Caller::new(&demo).get(&url).await), (403, code.to_owned()), "nor the key");
        let mut caller = Caller::new(&demo);
        caller.password = "wrong".to_owned();
        assert_eq!(caller.get(&url).await.status(), 401, "a wrong key hears nothing of lists");
    }
    let other = token_of(&demo, Principal::BackupManager).await;
    assert_eq!(with_token(&url, &other).await.status(), 200, "another principal has another list");
    demo.set_access(Principal::Owner, Access::Allowed);
    assert_eq!(Caller::new(&demo).get(&url).await.status(), 200);

    let (demo, _) = started(Options { access: Access::NotListed, ..Options::default() }).await;
    let url = url_of(&demo, "orders-restore");
    assert_eq!(Caller::new(&demo).get(&url).await.status(), 403);
    demo.set_access(Principal::Owner, Access::Allowed);
    assert_eq!(Caller::new(&demo).get(&url).await.status(), 200);
}

#[tokio::test]
async fn a_captive_portal_answers_everything_with_a_page() {
    let (demo, _) = started(Options::default()).await;
    demo.set_fault(Some(Fault::CaptivePortal));
    let url = url_of(&demo, "orders-restore");
    let token = format!("{}/api/oauth/token", demo.base_url);
    for (method, url) in [(Method::GET, &url), (Method::POST, &token), (Method::GET, &token)] {
        let answer = client().request(method, url).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "x-request-id")), (200, ""));
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        assert!(answer.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    }
    demo.set_fault(None);
    assert_eq!(Caller::new(&demo).get(&url).await.status(), 200);
}

#[tokio::test]
async fn an_outage_takes_the_tokens_along() {
    let (demo, _) = started(Options { fault: Some(Fault::Unavailable), ..Options::default() }).await;
    let answer = send(&demo, "token", basic_of(Principal::Owner), GRANT.to_owned()).await;
    assert_eq!(told(&answer), (503, "SERVICE_UNAVAILABLE".to_owned()));
}

#[tokio::test]
async fn the_clock_can_be_set_while_it_runs_and_everything_follows() {
    let (demo, _) = started(Options::default()).await;
    let url = url_of(&demo, "orders-restore");
    let token = token_of(&demo, Principal::Owner).await;
    demo.set_clock_ahead(SignedDuration::from_mins(59));
    let answer = with_token(&url, &token).await;
    assert_eq!(header(&answer, "date"), "Tue, 24 Nov 2026 04:40:07 GMT");
    assert_eq!(body(answer).await["finishedAt"], "2026-11-24T03:41:47Z");
    demo.set_clock_ahead(SignedDuration::from_mins(60));
    assert_eq!(with_token(&url, &token).await.status(), 401);
    demo.set_clock_ahead(SignedDuration::from_mins(-5));
    let answer = with_token(&url, &token).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "date")), (200, "Tue, 24 Nov 2026 03:36:07 GMT"));
}
