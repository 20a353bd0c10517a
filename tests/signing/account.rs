//! A service account: one token for an hour of questions.

use base64::Engine;

use super::*;

#[tokio::test]
async fn an_hour_of_refreshes_is_one_token_and_one_request_each() {
    let demo = demo().await;
    let client = of_account(&demo.base_url);
    let mut requests = Vec::new();
    for _ in 0..5 {
        requests.push(requests_of(&client, &demo).await);
        wind(10 * MINUTE);
    }
    assert_eq!(requests, [2, 1, 1, 1, 1]);
    let stats = demo.stats();
    assert_eq!((stats.token_requests, stats.bearer, stats.digest, stats.requests), (1, 5, 0, 6));
    assert_eq!(stats.writes, 0);
}

#[tokio::test]
async fn a_request_for_a_token_is_what_was_promised() {
    let server = issuer(|_| Reply::ok(JOB)).await;
    ask_any(&of_account(&server.base)).await.unwrap();
    let [token, job] = server.requests().try_into().unwrap();
    assert_eq!(token.line, "POST /api/oauth/token HTTP/1.1");
    assert_eq!(token.body, "grant_type=client_credentials");
    assert_eq!(token.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(token.headers["accept"], "application/json");
    let pair = format!("{}:{}", owner().client_id, secret());
    let pair = base64::prelude::BASE64_STANDARD.encode(pair);
    assert_eq!(token.headers["authorization"], format!("Basic {pair}"));
    assert_eq!(job.headers["authorization"], "Bearer token-1");
    assert!(job.line.starts_with("GET /api/atlas/v2/"), "{}", job.line);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_a_little_before_it_is_over() {
    let demo = demo().await;
    let client = of_account(&demo.base_url);
    assert_eq!(requests_of(&client, &demo).await, 2);
    wind(54 * MINUTE - 1);
    assert_eq!(requests_of(&client, &demo).await, 1);
    wind(3 * MINUTE + 1);
    assert_eq!(requests_of(&client, &demo).await, 2);
    assert_eq!((demo.stats().token_requests, demo.stats().live_tokens), (2, 2));
    assert_eq!(requests_of(&client, &demo).await, 1);
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_token_in_use_while_it_is_good() {
    let given = std::sync::atomic::AtomicBool::new(false);
    let server = Server::start(move |request: &Request| {
        if !is_token_request(request) {
            Reply::ok(JOB)
        } else if given.swap(true, std::sync::atomic::Ordering::SeqCst) {
            Reply::new("503 Service Unavailable", &[], "")
        } else {
            Reply::ok(r#"{"access_token":"token-1","token_type":"bearer","expires_in":3600}"#)
        }
    })
    .await;
    let client = of_account(&server.base);
    ask_any(&client).await.unwrap();
    wind(58 * MINUTE);
    assert_eq!(ask_any(&client).await.unwrap().meta.requests, 2);
    assert_eq!(ask_any(&client).await.unwrap().meta.requests, 1, "it is not tried again at once");
    wind(2 * MINUTE);
    let error = ask_any(&client).await.unwrap_err();
    assert_eq!((error.kind, error.meta.requests), (ErrorKind::ServerError, 1));
}

#[tokio::test]
async fn questions_at_once_wait_for_one_token() {
    let demo = demo().await;
    let client = of_account(&demo.base_url);
    let ask = || ask(&client, &demo);
    let answers = tokio::join!(ask(), ask(), ask(), ask(), ask(), ask());
    let answers = [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5];
    assert_eq!(answers.into_iter().map(|answer| answer.unwrap().meta.requests).sum::<u32>(), 7);
    assert_eq!((demo.stats().token_requests, demo.stats().bearer), (1, 6));
}

#[tokio::test]
async fn a_question_that_is_given_up_does_not_lose_the_token() {
    let demo = demo().await;
    let client = of_account(&demo.base_url);
    // Long enough to begin, and no longer.
    tokio::time::timeout(Duration::ZERO, ask(&client, &demo)).await.unwrap_err();
    assert_eq!(requests_of(&client, &demo).await, 2);
    assert_eq!((demo.stats().token_requests, demo.stats().bearer), (1, 1));
}

#[tokio::test]
async fn leaving_ends_a_token_that_nobody_else_has() {
    let demo = demo().await;
    let client = of_account(&demo.base_url);
    client.leave().await;
    assert_eq!(demo.stats().requests, 0, "there is none yet");
    ask(&client, &demo).await.unwrap();
    assert_eq!(demo.stats().live_tokens, 1);
    client.leave().await;
    assert_eq!((demo.stats().live_tokens, demo.stats().revocations), (0, 1));
    client.leave().await;
    assert_eq!(demo.stats().revocations, 1);
}

#[tokio::test]
async fn a_given_token_is_neither_asked_for_nor_ended() {
    let server = issuer(|token| if token == "given" { Reply::ok(JOB) } else { refusal() }).await;
    let client = signed(&server.base, Credential::Token(" given\n".to_owned().into()));
    for _ in 0..3 {
        assert_eq!(ask_any(&client).await.unwrap().meta.requests, 1);
        wind(10 * 60 * MINUTE);
    }
    client.leave().await;
    assert_eq!((server.count(), token_requests(&server)), (3, 0));
}
