//! Clients of profiles: one that waits keeps no other one waiting, and what a person mends is found.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};

use atlas_tui::api::base_url::DEFAULT;
use atlas_tui::atlas::{Atlas, Ledger, SignIn};
use atlas_tui::config::access::Access;
use atlas_tui::config::{SignIn as Means, Source, Sourced};
use atlas_tui::domain::profile::Profile;

use super::*;

/// What each profile would sign with now, and which one's keyring does not answer.
#[derive(Clone, Default)]
struct Book(Arc<(Mutex<Pages>, Condvar)>);

#[derive(Default)]
struct Pages {
    base: String,
    credentials: BTreeMap<Option<Profile>, Credential>,
    half: Option<String>,
    asked: usize,
    stuck: Option<Profile>,
}

impl Book {
    fn at(base: &str) -> Self {
        let book = Self::default();
        book.turn(|pages| base.clone_into(&mut pages.base));
        book
    }

    fn turn<T>(&self, change: impl FnOnce(&mut Pages) -> T) -> T {
        let changed = change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
        changed
    }

    fn set(&self, profile: Option<&str>, token: &str) {
        let profile = profile.map(|name| name.parse().unwrap());
        self.turn(|pages| pages.credentials.insert(profile, Credential::Token(token.to_owned().into())));
    }

    fn asked(&self) -> usize {
        self.turn(|pages| pages.asked)
    }
}

impl Ledger for Book {
    fn may_wait(&self, profile: Option<&Profile>) -> bool {
        self.turn(|pages| pages.stuck.is_some() && pages.stuck.as_ref() == profile)
    }

    fn access(&self, profile: Option<&Profile>, _now: Timestamp) -> Access {
        let (pages, turned) = &*self.0;
        let mut pages = turned
            .wait_while(pages.lock().unwrap(), |pages| {
                pages.stuck.is_some() && pages.stuck.as_ref() == profile
            })
            .unwrap();
        pages.asked += 1;
        let credential = pages.credentials.get(&profile.cloned()).cloned();
        let base = if pages.base.is_empty() { DEFAULT } else { &pages.base };
        Access {
            base_url: Sourced { value: base.parse().unwrap(), source: Source::Default },
            half_pair: pages.half.clone().filter(|_| credential.is_none()),
            credential: credential.map(|value| Sourced { value, source: Source::File }),
            refused: None,
            notes: Vec::new(),
            considered: Vec::new(),
        }
    }
}

fn of(profile: &str) -> Target {
    Target { profile: Some(profile.parse().unwrap()), ..target() }
}

async fn taking(good: &'static str) -> Server {
    issuer(move |token| if token == good { Reply::ok(JOB) } else { refusal() }).await
}

#[tokio::test]
async fn each_profile_is_asked_for_with_its_own_credential_and_found_once() {
    let server = issuer(|_| Reply::ok(JOB)).await;
    let book = Book::at(&server.base);
    book.set(Some("prod"), "prods");
    book.set(None, "nobodys");
    let atlas = Atlas::new(book.clone(), now);
    for target in [of("prod"), target(), of("PROD"), of("prod")] {
        atlas.restore_job(&target).await.unwrap();
    }
    let tokens: Vec<_> =
        server.requests().iter().map(|request| request.headers["authorization"].clone()).collect();
    assert_eq!(tokens, ["Bearer prods", "Bearer nobodys", "Bearer prods", "Bearer prods"]);
    assert_eq!(book.asked(), 2);
}

#[tokio::test]
async fn a_keyring_that_does_not_answer_keeps_no_other_profile_waiting() {
    let server = issuer(|_| Reply::ok(JOB)).await;
    let book = Book::at(&server.base);
    book.set(Some("locked"), "a");
    book.set(Some("open"), "b");
    book.turn(|pages| pages.stuck = Some("locked".parse().unwrap()));
    let atlas = Atlas::new(book.clone(), now);
    let (first, second, open) = (of("locked"), of("locked"), of("open"));
    let waiting = async { tokio::join!(atlas.restore_job(&first), atlas.restore_job(&second)) };
    let other = async {
        atlas.restore_job(&open).await.unwrap();
        assert_eq!(server.count(), 1);
        book.turn(|pages| pages.stuck = None);
    };
    let ((one, two), ()) = tokio::join!(waiting, other);
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(book.asked(), 2, "once for each profile");
}

#[tokio::test]
async fn a_new_login_is_found_when_the_old_one_is_refused() {
    let server = taking("new").await;
    let book = Book::at(&server.base);
    book.set(None, "old");
    let atlas = Atlas::new(book.clone(), now);
    assert_eq!(atlas.restore_job(&target()).await.unwrap_err().kind, ErrorKind::TokenOver);
    assert_eq!((server.count(), book.asked()), (1, 1), "it was looked for a moment ago");
    wind(10);
    assert_eq!(atlas.restore_job(&target()).await.unwrap_err().kind, ErrorKind::TokenOver);
    assert_eq!((server.count(), book.asked()), (2, 2), "the same one is not sent twice");
    book.set(None, "new");
    wind(10);
    assert_eq!(atlas.restore_job(&target()).await.unwrap().meta.requests, 2);
    assert_eq!(atlas.restore_job(&target()).await.unwrap().meta.requests, 1);
    assert_eq!(book.asked(), 3);
}

#[tokio::test]
async fn a_login_that_is_gone_for_a_moment_is_not_forgotten() {
    let server = taking("good").await;
    let book = Book::at(&server.base);
    book.set(None, "old");
    let atlas = Atlas::new(book.clone(), now);
    atlas.restore_job(&target()).await.unwrap_err();
    book.turn(|pages| pages.credentials.clear());
    wind(10);
    assert_eq!(atlas.restore_job(&target()).await.unwrap_err().kind, ErrorKind::TokenOver);
    book.set(None, "good");
    wind(10);
    atlas.restore_job(&target()).await.unwrap();
}

#[tokio::test]
async fn what_is_missing_is_looked_for_again_but_not_by_each_of_a_hundred() {
    let server = taking("good").await;
    let book = Book::at(&server.base);
    book.turn(|pages| pages.half = Some("A is set, but B is not".to_owned()));
    let told: Arc<Mutex<Vec<SignIn>>> = Arc::default();
    let listener = told.clone();
    let atlas = Atlas::new(book.clone(), now).telling(move |sign_in| listener.lock().unwrap().push(sign_in));
    for _ in 0..100 {
        let error = atlas.restore_job(&target()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NoCredentials);
        assert_eq!(error.detail.as_deref(), Some("A is set, but B is not"));
    }
    assert_eq!((book.asked(), server.count()), (1, 0));
    book.set(None, "good");
    wind(10);
    atlas.restore_job(&target()).await.unwrap();
    let told = told.lock().unwrap();
    let with: Vec<_> = told.iter().map(|sign_in| sign_in.with.clone()).collect();
    assert_eq!(with, [None, Some(("bearer token".to_owned(), Source::File.to_string()))]);
    assert_eq!(
        told[0].means,
        Some(Means::Half("A is set, but B is not".to_owned())),
        "which half is missing"
    );
    assert!(server.base.ends_with(&told[0].place), "{told:?}");
}

#[tokio::test]
async fn leaving_ends_the_tokens_of_all_profiles() {
    let demo = demo().await;
    let book = Book::at(&demo.base_url);
    for name in ["one", "two"] {
        let account = Credential::ServiceAccount(owner());
        book.turn(|pages| pages.credentials.insert(Some(name.parse().unwrap()), account));
    }
    let atlas = Atlas::new(book, now);
    for name in ["one", "two"] {
        let target = Target { profile: Some(name.parse().unwrap()), ..target_of(&demo) };
        atlas.restore_job(&target).await.unwrap();
    }
    assert_eq!(demo.stats().live_tokens, 2);
    atlas.leave().await;
    assert_eq!(demo.stats().live_tokens, 0);
}
