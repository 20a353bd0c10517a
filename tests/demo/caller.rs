//! Who asks the embedded Atlas: a clock for it, a caller with its key, and the recordings to hold it against.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use atlas_tui::clock::Clock;
use atlas_tui::demo::{self, Options, Running};
use atlas_tui::domain::secret::ExposeSecret;
use digest_auth::{AuthContext, HttpMethod, WwwAuthenticateHeader};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;

/// A clock that stands still until it is wound.
#[derive(Clone)]
pub struct HandClock(Arc<Mutex<Timestamp>>);

impl HandClock {
    pub fn at(text: &str) -> Self {
        Self(Arc::new(Mutex::new(text.parse().unwrap())))
    }

    pub fn wind(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The newest version of any restore job. Each endpoint answers in the newest one it has.
pub const ACCEPT: &str = "application/vnd.atlas.2025-03-12+json";

pub const START: &str = "2026-11-24T03:41:07.25Z";

pub async fn started(options: Options) -> (Running, HandClock) {
    let clock = HandClock::at(START);
    (demo::start_with(options, clock.clone()).await.unwrap(), clock)
}

pub fn client() -> Client {
    // Another test of this process may have installed it first.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().no_proxy().build().unwrap()
}

/// Asks with a key, one challenge and a count of its own choice.
pub struct Caller {
    pub client: Client,
    pub accept: String,
    pub user: String,
    pub password: String,
    pub challenge: Option<WwwAuthenticateHeader>,
}

impl Caller {
    pub fn new(demo: &Running) -> Self {
        let password = demo.private_key.expose_secret().to_owned();
        let (accept, user) = (ACCEPT.to_owned(), demo.public_key.clone());
        Self { client: client(), accept, user, password, challenge: None }
    }

    /// Unsigned, as every first request is.
    pub async fn bare(&self, url: &str) -> Response {
        self.client.get(url).send().await.unwrap()
    }

    /// Signed with the count after the one in the kept challenge.
    pub async fn signed(&mut self, method: Method, url: &str) -> Response {
        self.signed_for(method, url, None).await
    }

    /// Signed for another path than the one asked for, when `path` is given.
    pub async fn signed_for(&mut self, method: Method, url: &str, path: Option<&str>) -> Response {
        let own = url::Url::parse(url).unwrap();
        let own = own.query().map_or(own.path().to_owned(), |query| format!("{}?{query}", own.path()));
        let context = AuthContext::new_with_method(
            self.user.as_str(),
            self.password.as_str(),
            path.map_or(own, str::to_owned),
            None::<&[u8]>,
            HttpMethod::from(method.as_str().to_owned()),
        );
        let answer = self.challenge.as_mut().unwrap().respond(&context).unwrap();
        let request = self.client.request(method, url).header("Authorization", answer.to_string());
        request.header("Accept", &self.accept).send().await.unwrap()
    }

    /// As curl does it: keeps the challenge that it has, or gets one first.
    pub async fn get(&mut self, url: &str) -> Response {
        if self.challenge.is_none() {
            self.challenge = Some(challenge_of(&self.bare(url).await));
        }
        self.signed(Method::GET, url).await
    }

    /// The count that the next request will carry.
    pub fn next_count(&mut self, count: u32) {
        self.challenge.as_mut().unwrap().nc = count - 1;
    }
}

pub fn challenge_of(answer: &Response) -> WwwAuthenticateHeader {
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    digest_auth::parse(header(answer, "www-authenticate")).unwrap()
}

pub fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

pub async fn body(answer: Response) -> Value {
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

pub fn url_of(demo: &Running, label: &str) -> String {
    demo.url(demo.lookup(label).unwrap())
}

/// A recorded exchange: the headers by lower-case name, and the body.
pub fn recording(text: &str) -> (BTreeMap<String, String>, String) {
    let (head, body) = text.split_once("\n\n").unwrap();
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    (headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect(), body.to_owned())
}
