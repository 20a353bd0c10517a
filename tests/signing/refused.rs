//! Refusals: of a token, of a request for one, and answers that are neither.

use atlas_tui::api::{SignedBy, TokenLimit};
use atlas_tui::demo::{Access, Fault, TokenLimits};

use super::*;

#[tokio::test]
async fn a_token_that_somebody_ended_is_replaced_once() {
    let demo = demo().await;
    let client = of_account(&demo.base_url);
    assert_eq!(requests_of(&client, &demo).await, 2);
    demo.revoke_tokens();
    assert_eq!(requests_of(&client, &demo).await, 3, "refused, a new one, again");
    assert_eq!(requests_of(&client, &demo).await, 1);
    assert_eq!(demo.stats().token_requests, 2);
}

#[tokio::test]
async fn refused_at_once_many_questions_take_one_new_token() {
    let demo = demo().await;
    let client = of_account(&demo.base_url);
    ask(&client, &demo).await.unwrap();
    demo.revoke_tokens();
    let ask = || ask(&client, &demo);
    let answers = tokio::join!(ask(), ask(), ask(), ask());
    assert!(answers.0.is_ok() && answers.1.is_ok() && answers.2.is_ok() && answers.3.is_ok());
    assert_eq!(demo.stats().token_requests, 2);
}

#[tokio::test]
async fn an_account_whose_new_tokens_are_refused_makes_no_stream_of_them() {
    let server = issuer(|_| refusal()).await;
    let client = of_account(&server.base);
    for round in 1..=5 {
        let error = ask_any(&client).await.unwrap_err();
        assert_eq!((error.kind, error.meta.http_status), (account_refused(), Some(401)));
        assert_eq!(
            (token_requests(&server), server.count()),
            (1, 1 + round),
            "no new token, and no second try"
        );
    }
    wind(MINUTE);
    let error = ask_any(&client).await.unwrap_err();
    assert_eq!((error.kind, error.meta.requests), (account_refused(), 3));
    assert_eq!(token_requests(&server), 2);
}

#[tokio::test]
async fn a_wrong_secret_is_asked_about_once_in_a_while() {
    let demo = demo().await;
    let wrong = ServiceAccount { client_secret: "mdb_sa_sk_wrong".to_owned().into(), ..owner() };
    let client = signed(&demo.base_url, Credential::ServiceAccount(wrong));
    for _ in 0..20 {
        let error = ask(&client, &demo).await.unwrap_err();
        assert_eq!((&error.kind, error.exit_code(), error.retry_after), (&account_refused(), 7, None));
        assert_eq!(error.meta.signed_by, SignedBy::Account);
    }
    assert_eq!(demo.stats().requests, 1);
    wind(2 * MINUTE);
    ask(&client, &demo).await.unwrap_err();
    assert_eq!(demo.stats().requests, 2);
}

#[tokio::test]
async fn when_there_were_too_many_requests_for_tokens_the_wait_is_kept() {
    let tokens = TokenLimits { per_minute: 1, ..TokenLimits::default() };
    let demo = demo_with(Options { tokens, ..Options::default() }).await;
    ask(&of_account(&demo.base_url), &demo).await.unwrap();
    let client = of_account(&demo.base_url);
    let error = ask(&client, &demo).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TokenLimit(TokenLimit::PerMinute));
    assert_eq!((error.retry_after, error.exit_code()), (Some(Duration::from_secs(60)), 8));
    wind(20);
    let error = ask(&client, &demo).await.unwrap_err();
    assert_eq!((error.retry_after, error.meta.requests), (Some(Duration::from_secs(40)), 0));
    assert_eq!(demo.stats().token_requests, 2);
    wind(40);
    assert_eq!(requests_of(&client, &demo).await, 2);
}

#[tokio::test]
async fn an_account_with_all_its_tokens_is_told_so() {
    let tokens = TokenLimits { live: 1, ..TokenLimits::default() };
    let demo = demo_with(Options { tokens, ..Options::default() }).await;
    ask(&of_account(&demo.base_url), &demo).await.unwrap();
    let client = of_account(&demo.base_url);
    for _ in 0..5 {
        let error = ask(&client, &demo).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TokenLimit(TokenLimit::Live));
        assert_eq!(error.code.as_deref(), Some("access_denied"));
    }
    assert_eq!(demo.stats().token_requests, 2);
}

#[tokio::test]
async fn role_and_address_are_not_blamed_on_the_token() {
    let demo = demo().await;
    let client = of_account(&demo.base_url);
    demo.set_fault(Some(Fault::WrongRole));
    let error = ask(&client, &demo).await.unwrap_err();
    assert_eq!((error.kind, error.meta.signed_by), (ErrorKind::Forbidden, SignedBy::Account));
    demo.set_fault(None);
    demo.set_access(Principal::Owner, Access::NotListed);
    let error = ask(&client, &demo).await.unwrap_err();
    assert_eq!((error.kind, error.meta.requests), (ErrorKind::AddressBlocked, 1));
    assert_eq!(demo.stats().token_requests, 1);
}

#[tokio::test]
async fn a_role_that_is_refused_by_401_leaves_the_token_in_use() {
    let body = r#"{"error":401,"errorCode":"USER_UNAUTHORIZED"}"#;
    let server = issuer(move |_| Reply::new("401 Unauthorized", &[], body)).await;
    let client = of_account(&server.base);
    for _ in 0..3 {
        assert_eq!(ask_any(&client).await.unwrap_err().kind, ErrorKind::Forbidden);
    }
    assert_eq!((token_requests(&server), server.count()), (1, 4));
}

#[tokio::test]
async fn an_answer_that_is_no_token_is_told_apart() {
    let oauth = |error: &str, words: &str| format!(r#"{{"error":"{error}","error_description":"{words}"}}"#);
    let none = || ErrorKind::TokenAnswer;
    let long = format!(r#"{{"access_token":"{}"}}"#, "x".repeat(20_000));
    let cases = [
        (Reply::ok("<!DOCTYPE html>"), none(), "it is not JSON"),
        (Reply::ok("{}"), none(), "it lacks an access_token"),
        (Reply::ok(r#"{"access_token":""}"#), none(), "its access_token is no token"),
        (Reply::ok(r#"{"access_token":"a\nb"}"#), none(), "its access_token is no token"),
        (Reply::ok(long), none(), "its access_token is no token"),
        (Reply::ok(r#"{"access_token":"a","token_type":"mac"}"#), none(), "its token is of the type mac"),
        (Reply::ok(r#"{"access_token":"a","expires_in":0}"#), none(), "its token is over already"),
        (Reply::ok(r#"{"access_token":"a","expires_in":-5}"#), none(), "its token is over already"),
        (Reply::new("404 Not Found", &[], "no"), none(), "it has the HTTP status 404"),
        (Reply::new("403 Forbidden", &[], "<html>"), none(), "it has the HTTP status 403"),
        (
            Reply::new("400 Bad Request", &[], oauth("invalid_request", "no\\u001b[2J form")),
            none(),
            "it has the HTTP status 400: no[2J form",
        ),
        (Reply::new("400 Bad Request", &[], oauth("invalid_client", "who")), account_refused(), "who"),
        (Reply::new("401 Unauthorized", &[], ""), account_refused(), ""),
        (
            Reply::new("403 Forbidden", &[], oauth("access_denied", "suspended")),
            account_refused(),
            "suspended",
        ),
        (Reply::new("502 Bad Gateway", &[], ""), ErrorKind::ServerError, ""),
        (Reply::new("407 Proxy Authentication Required", &[], ""), ErrorKind::Proxy, ""),
        (Reply::new("429 Too Many Requests", &[], ""), ErrorKind::TokenLimit(TokenLimit::PerMinute), ""),
        (
            Reply::new("307 Temporary Redirect", &["Location: https://evil.example/token"], ""),
            ErrorKind::Redirected { to_host: "evil.example".into() },
            "",
        ),
        (Reply::ok(vec![b' '; 100 << 10]), ErrorKind::TooLarge { limit: 64 << 10 }, "asked for a token"),
        (Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), ErrorKind::Cut, "asked for a token"),
    ];
    for (reply, kind, words) in cases {
        let server = Server::always(reply.clone()).await;
        let client = of_account(&server.base);
        let error = ask_any(&client).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error:?}");
        let detail = error.detail.clone().unwrap_or_default();
        assert!(
            detail.starts_with(words) && (detail.len() == words.len() || kind != none())
                || words == "asked for a token" && detail.is_empty(),
            "{detail:?} {words:?}"
        );
        assert_eq!((server.count(), error.meta.requests), (1, 1), "{error:?}");
        ask_any(&client).await.unwrap_err();
        assert_eq!(server.count(), 1, "not again at once: {error:?}");
    }
}

#[tokio::test]
async fn what_a_token_request_held_is_taken_out_of_an_answer_that_repeats_it() {
    let server = Server::start(|request: &Request| {
        let sent = &request.headers["authorization"];
        let told = format!(r#"{{"error":"invalid_request","error_description":"got {sent}!"}}"#);
        Reply::new("400 Bad Request", &[&format!("X-Request-Id: {sent}")], told)
    })
    .await;
    let error = ask_any(&of_account(&server.base)).await.unwrap_err();
    let detail = error.detail.as_deref().unwrap_or_default();
    assert!(detail.starts_with("it has the HTTP status 400: got Basic [secret]"), "{error:?}");
    assert!(error.meta.request_id.as_ref().unwrap().starts_with("Basic [secret]"), "{error:?}");

    // The token as its own type.
    let told = r#"{"access_token":"a-token-that-is-new","token_type":"a-token-that-is-new"}"#;
    let server = Server::always(Reply::ok(told)).await;
    let error = ask_any(&of_account(&server.base)).await.unwrap_err();
    assert!(!format!("{error:?}").contains("that-is-new"), "{error:?}");
}

#[tokio::test]
async fn a_token_request_without_an_answer_says_what_was_asked_for() {
    let server = Server::always(Reply::raw("").then_hang()).await;
    let limits = Limits { total: Duration::from_millis(20), ..Limits::default() };
    let error =
        ask_any(&limited(&server.base, Credential::ServiceAccount(owner()), limits)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert!(error.detail.unwrap().starts_with("asked for a token: "));
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = ask_any(&of_account(&format!("http://{nobody}"))).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Connect);
    assert!(error.detail.unwrap().starts_with("asked for a token: "));
}

#[tokio::test]
async fn neither_secret_nor_token_is_shown_even_if_the_server_repeats_it() {
    let told = format!(r#"{{"error":"invalid_client","error_description":"no {}"}}"#, secret());
    let server = Server::always(Reply::new("401 Unauthorized", &[], told)).await;
    let client = of_account(&server.base);
    let error = ask_any(&client).await.unwrap_err();
    let shown = format!("{error:?} {client:?} {:?}", error.explain(&target()));
    assert!(!shown.contains(&secret()), "{shown}");
    assert!(shown.contains(&owner().hint()));

    let server = issuer(|token| {
        Reply::new("401 Unauthorized", &[], format!(r#"{{"error":401,"detail":"{token} is over"}}"#))
    })
    .await;
    let client = signed(&server.base, Credential::Token("given-token".to_owned().into()));
    let error = ask_any(&client).await.unwrap_err();
    assert_eq!((&error.kind, error.detail.as_deref()), (&ErrorKind::TokenOver, Some("[secret] is over")));
    assert!(!format!("{client:?}").contains("given-token"));
}

#[tokio::test]
async fn a_login_that_is_over_takes_one_request_each_time() {
    let server = issuer(|_| refusal()).await;
    let client = signed(&server.base, Credential::Token("old".to_owned().into()));
    for round in 1..=3 {
        let error = ask_any(&client).await.unwrap_err();
        assert_eq!((&error.kind, error.exit_code()), (&ErrorKind::TokenOver, 7));
        assert_eq!((error.meta.requests, error.meta.signed_by), (1, SignedBy::Login));
        assert_eq!(server.count(), round);
    }
    let client = signed(&server.base, Credential::Token("two words".to_owned().into()));
    assert_eq!(ask_any(&client).await.unwrap_err().kind, ErrorKind::TokenOver);
    assert_eq!(server.count(), 3, "what no header can carry is not sent");
}
