//! One bearer token at a time: kept, renewed a little early, and asked for once however many questions wait for it.
//!
//! - Asking is a task of its own, which ends even if the question that began it is given up: a token that was made is
//!   not lost, and who comes next finds it.
//! - A token that is about to be over is renewed by whoever notices, and used on if that does not work out.
//! - A refused token is replaced once. A new one that is refused as well is not at fault, so that no number of refused
//!   questions makes a stream of tokens; and a refusal to give one is remembered for a while.
//!
//! A token of a service account is shared with other running programs by its `shelf`.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::{JoinHandle, spawn_blocking};
use zeroize::Zeroizing;

use super::shelf::{Shelf, Step};
use super::token::{Life, Token};
use super::{command, grant};
use crate::api::SignedBy;
use crate::api::base_url::BaseUrl;
use crate::api::client::Limits;
use crate::api::credential::ServiceAccount;
use crate::api::error::{ApiError, ErrorKind, TokenLimit};
use crate::domain::secret::{ExposeSecret, Secret};

/// How long a question waits for a new token while the old one is still good.
const PATIENCE: Duration = Duration::from_secs(3);

/// Between two looks at what another process is about to put on the shelf.
const PAUSE: Duration = Duration::from_millis(25);

/// How long the end of a token may take when the program is left.
const FAREWELL: Duration = Duration::from_secs(1);

/// Where tokens are used and asked for.
pub(in crate::api) struct Surroundings {
    pub(in crate::api) http: reqwest::Client,
    pub(in crate::api) base: BaseUrl,
    pub(in crate::api) limits: Limits,
    pub(in crate::api) now: fn() -> Timestamp,
}

/// Signs with the newest token.
pub(in crate::api) struct Bearer(Arc<Inner>);

struct Inner {
    source: Source,
    around: Surroundings,
    shelf: Option<Arc<Shelf>>,
    state: Mutex<State>,
    /// Whoever has it asks for a token; the others wait for what comes of that.
    turn: tokio::sync::Mutex<()>,
    /// Requests for tokens that no question has been told of yet.
    requests: AtomicU32,
}

/// Where a new token comes from.
enum Source {
    Account(ServiceAccount),
    /// There is only this one.
    Given,
    Command(Vec<String>),
}

/// Held for no longer than it takes to look.
#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    /// Why there is no new one, and until when it is not tried again.
    held: Option<(Timestamp, ApiError)>,
}

impl Bearer {
    pub(in crate::api) fn of_account(account: ServiceAccount, around: Surroundings) -> Self {
        Self::new(Source::Account(account), around, State::default())
    }

    pub(in crate::api) fn of_command(command: Vec<String>, around: Surroundings) -> Self {
        Self::new(Source::Command(command), around, State::default())
    }

    pub(in crate::api) fn of_token(token: &Secret, around: Surroundings) -> Self {
        let text = Zeroizing::new(token.expose_secret().trim().to_owned());
        let token = Token::new(&text, Life::UNTOLD, None, false).map(Arc::new);
        Self::new(Source::Given, around, State { token, held: None })
    }

    fn new(source: Source, around: Surroundings, state: State) -> Self {
        let (turn, requests) = (tokio::sync::Mutex::new(()), AtomicU32::new(0));
        Self(Arc::new(Inner { source, around, shelf: None, state: Mutex::new(state), turn, requests }))
    }

    /// Shares the tokens of a service account through a file in this directory. Call it before the first question.
    pub(in crate::api) fn share(&mut self, directory: &Path) {
        if let Some(inner) = Arc::get_mut(&mut self.0)
            && let Source::Account(account) = &inner.source
        {
            inner.shelf = Some(Arc::new(Shelf::new(directory, &inner.around.base, &account.client_id)));
        }
    }

    pub(in crate::api) fn signed_by(&self) -> SignedBy {
        match self.0.source {
            Source::Account(_) => SignedBy::Account,
            Source::Given => SignedBy::Login,
            Source::Command(_) => SignedBy::Command,
        }
    }

    /// Requests for tokens since this was last asked.
    pub(in crate::api) fn take_requests(&self) -> u32 {
        self.0.requests.swap(0, Ordering::Relaxed)
    }

    /// A token that is good as far as anybody here knows.
    ///
    /// # Errors
    /// There is none, and why no new one can be had, or could be a moment ago.
    pub(in crate::api) async fn token(&self) -> Result<Arc<Token>, ApiError> {
        let now = (self.0.around.now)();
        let kept = self.0.state().token.clone();
        let Some(kept) = kept.filter(|token| !token.is_over(now)) else {
            return self.0.clone().ask(None).await?.ok_or_else(|| self.0.none_left());
        };
        if kept.is_fresh(now) || self.0.held(now).is_some() {
            return Ok(kept);
        }
        let new = tokio::time::timeout(PATIENCE, self.0.clone().ask(None)).await;
        Ok(new.ok().and_then(Result::ok).flatten().unwrap_or(kept))
    }

    /// Another token than the refused one; `None` if there is no better one.
    ///
    /// # Errors
    /// Why no new one can be had.
    pub(in crate::api) async fn instead_of(
        &self,
        refused: &Arc<Token>,
    ) -> Result<Option<Arc<Token>>, ApiError> {
        self.0.clone().ask(Some(Arc::clone(refused))).await
    }

    /// What it means that a token was refused, and none is better.
    pub(in crate::api) fn refusal(&self) -> ErrorKind {
        self.0.refusal()
    }

    /// Ends a token that nobody else has and nobody will use.
    pub(in crate::api) async fn leave(&self) {
        let Surroundings { http, base, limits, now } = &self.0.around;
        let Source::Account(account) = &self.0.source else { return };
        let Some(token) = self.0.state().token.take() else { return };
        if !token.shared && !token.is_over(now()) {
            let revoked = grant::revoke(http, base, account, token.text(), *limits);
            let _ = tokio::time::timeout(FAREWELL, revoked).await;
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why it is not tried to get a new one now.
    fn held(&self, now: Timestamp) -> Option<ApiError> {
        let state = self.state();
        let (until, error) = state.held.as_ref().filter(|(until, _)| now < *until)?;
        let left = Duration::try_from(now.duration_until(*until)).ok();
        Some(ApiError { retry_after: error.retry_after.and(left), ..error.clone() })
    }

    /// Waits for a token that another task gets.
    async fn ask(self: Arc<Self>, refused: Option<Arc<Token>>) -> Result<Option<Arc<Token>>, ApiError> {
        let asking: JoinHandle<_> = tokio::spawn(async move { self.get(refused).await });
        asking.await.unwrap_or_else(|_| Err(ApiError::new(ErrorKind::Internal, None)))
    }

    async fn get(&self, refused: Option<Arc<Token>>) -> Result<Option<Arc<Token>>, ApiError> {
        let _turn = self.turn.lock().await;
        let now = (self.around.now)();
        {
            let mut state = self.state();
            let is_refused = |token: &Arc<Token>| refused.as_ref().is_some_and(|refused| token.is(refused));
            match &state.token {
                Some(token) if is_refused(token) => {
                    if matches!(self.source, Source::Given) || token.is_refused_from_birth(now) {
                        return Ok(None);
                    }
                    state.token = None;
                }
                // Somebody else has seen to it meanwhile.
                Some(token) if token.is_fresh(now) => return Ok(Some(Arc::clone(token))),
                Some(_) | None => {}
            }
        }
        if let Some(error) = self.held(now) {
            return Err(error);
        }
        let got = self.new_token(refused.as_ref()).await;
        let now = (self.around.now)();
        let mut state = self.state();
        match got {
            Ok(token) if refused.is_some_and(|refused| token.is(&refused)) => {
                let error = self.none_left();
                state.held = Some((later(now, hold(&error)), error));
                Ok(None)
            }
            Ok(token) => {
                let token = Arc::new(token);
                state.token = Some(Arc::clone(&token));
                state.held = None;
                Ok(Some(token))
            }
            Err(error) => {
                state.held = Some((later(now, hold(&error)), error.clone()));
                Err(error)
            }
        }
    }

    async fn new_token(&self, refused: Option<&Arc<Token>>) -> Result<Token, ApiError> {
        match &self.source {
            Source::Given => Err(self.none_left()),
            Source::Command(words) => {
                let text = command::run(words, self.around.limits.command).await?;
                let made_at = (self.around.now)();
                Token::new(&text, Life::UNTOLD, Some(made_at), false).ok_or_else(|| command::no_token(words))
            }
            Source::Account(account) => match &self.shelf {
                Some(place) => self.shared_token(account, place, refused).await,
                None => self.granted(account).await,
            },
        }
    }

    /// The token that another process has put on the shelf, or a new one for all.
    async fn shared_token(
        &self,
        account: &ServiceAccount,
        place: &Arc<Shelf>,
        refused: Option<&Arc<Token>>,
    ) -> Result<Token, ApiError> {
        let step = || {
            let (place, refused, now) = (Arc::clone(place), refused.cloned(), (self.around.now)());
            spawn_blocking(move || place.step(refused.as_deref(), now, fastrand::f64()))
        };
        let next = async {
            loop {
                match step().await.unwrap_or(Step::Keep) {
                    Step::Wait => tokio::time::sleep(PAUSE).await,
                    other => return other,
                }
            }
        };
        // As long as a request of another process can take; who has the lock for longer than that hangs.
        let patience = self.around.limits.total + self.around.limits.refusal_total;
        let lock = match tokio::time::timeout(patience, next).await {
            Ok(Step::Use(token)) => return Ok(token),
            Ok(Step::Ask(lock)) => Some(lock),
            Ok(Step::Keep) => return self.granted(account).await,
            Ok(Step::Wait) | Err(_) => None,
        };
        let mut token = self.granted(account).await?;
        let place = Arc::clone(place);
        let put = spawn_blocking(move || {
            token.shared = place.store(&token);
            drop(lock);
            token
        });
        put.await.map_err(|_| ApiError::new(ErrorKind::Internal, None))
    }

    /// A new token from Atlas.
    async fn granted(&self, account: &ServiceAccount) -> Result<Token, ApiError> {
        let Surroundings { http, base, limits, now } = &self.around;
        // From before the request, so that it ends here no later than there.
        let asked_at = now();
        self.requests.fetch_add(1, Ordering::Relaxed);
        let granted = grant::ask(http, base, account, *limits, *now).await?;
        let life = Life::new(asked_at, granted.life, fastrand::f64());
        Token::new(&granted.text, life, Some(asked_at), false).ok_or_else(|| {
            ApiError::new(ErrorKind::TokenAnswer, Some("its access_token is no token".to_owned()))
        })
    }

    /// What it means that a token was refused, and none is better.
    fn refusal(&self) -> ErrorKind {
        match &self.source {
            Source::Account(account) => grant::refused(account),
            Source::Given | Source::Command(_) => ErrorKind::TokenOver,
        }
    }

    fn none_left(&self) -> ApiError {
        ApiError::new(self.refusal(), None)
    }
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// How long after a failure no new token is asked for: long where asking again cannot help or counts against us, and
/// else long enough that a hundred lookups ask once.
fn hold(error: &ApiError) -> Duration {
    let least = match &error.kind {
        ErrorKind::AccountRefused { .. } | ErrorKind::TokenLimit(TokenLimit::Live) => {
            Duration::from_secs(120)
        }
        ErrorKind::TokenLimit(TokenLimit::PerMinute) => Duration::from_secs(60),
        ErrorKind::TokenCommand { .. } | ErrorKind::TokenOver => Duration::from_secs(10),
        _ => Duration::from_secs(5),
    };
    error.retry_after.unwrap_or(least)
}
