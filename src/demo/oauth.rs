//! The two endpoints of service accounts: a token for id and secret, and its end before its time.
//!
//! Knows what a request must say and what is answered, but no sockets. Limits and the 429 are as documented; the
//! other errors have the form of RFC 6749, with the codes that Atlas is known to send. A wrong secret and an unknown id
//! get the same answer.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::principal::Principal;
use super::refusal::Refusal;
use super::token::Tokens;
use crate::domain::secret::ExposeSecret;

/// Where a token is asked for.
pub const TOKEN_PATH: &str = "/api/oauth/token";

/// Where a token is ended.
pub const REVOKE_PATH: &str = "/api/oauth/revoke";

/// What of a request counts here.
#[derive(Clone, Copy)]
pub struct Plea<'a> {
    pub authorization: Option<&'a str>,
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
}

/// An error in OAuth's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OauthError {
    pub status: u16,
    pub code: &'static str,
    pub description: &'static str,
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    Oauth(OauthError),
    /// In the words of the rest of the API.
    Limited(Refusal),
}

const NO_FORM: OauthError =
    OauthError { status: 400, code: "invalid_request", description: "The body must be a form." };
const NO_GRANT_TYPE: OauthError =
    OauthError { status: 400, code: "invalid_request", description: "grant_type is missing." };
const OTHER_GRANT_TYPE: OauthError = OauthError {
    status: 400,
    code: "unsupported_grant_type",
    description: "Only client_credentials is supported.",
};
const NO_TOKEN: OauthError =
    OauthError { status: 400, code: "invalid_request", description: "token is missing." };
const INVALID_CLIENT: OauthError =
    OauthError { status: 401, code: "invalid_client", description: "Client authentication failed." };
const TOO_MANY_TOKENS: OauthError =
    OauthError { status: 403, code: "access_denied", description: "Access Token limit reached." };

impl OauthError {
    #[must_use]
    pub fn body(&self) -> Value {
        json!({"error": self.code, "error_description": self.description})
    }
}

/// A new token for the account whose id and secret the request carries. `elapsed` is since the server's start.
///
/// # Errors
/// The answer that says why not. Each request of a known account counts towards its limit.
pub fn token(
    tokens: &mut Tokens,
    plea: Plea<'_>,
    now: Timestamp,
    elapsed: Duration,
) -> Result<Value, Denied> {
    let form = form(plea)?;
    let grant_type = field(&form, "grant_type").ok_or(NO_GRANT_TYPE)?;
    if grant_type != "client_credentials" {
        return Err(OTHER_GRANT_TYPE.into());
    }
    let account = account(plea.authorization)?;
    let limits = tokens.limits();
    tokens
        .ask(account.who, elapsed)
        .map_err(|wait| Denied::Limited(Refusal::token_limited(wait, TOKEN_PATH, limits.per_minute)))?;
    let who = account.authenticated()?;
    let token = tokens.mint(who, now).ok_or(TOO_MANY_TOKENS)?;
    Ok(json!({
        "access_token": token.expose_secret(),
        "expires_in": limits.life.as_secs(),
        "token_type": "Bearer",
    }))
}

/// Ends the token that the request names. A token that is none is ended already (RFC 7009).
///
/// # Errors
/// The answer that says what was wrong with the request.
pub fn revoke(tokens: &mut Tokens, plea: Plea<'_>) -> Result<(), Denied> {
    let form = form(plea)?;
    let token = field(&form, "token").ok_or(NO_TOKEN)?;
    let who = account(plea.authorization)?.authenticated()?;
    tokens.revoke(who, token);
    Ok(())
}

/// A known account, with the secret that it was named with.
struct Account {
    who: Principal,
    has_secret: bool,
}

impl Account {
    fn authenticated(&self) -> Result<Principal, OauthError> {
        if self.has_secret { Ok(self.who) } else { Err(INVALID_CLIENT) }
    }
}

/// The account that `Authorization: Basic …` names.
fn account(authorization: Option<&str>) -> Result<Account, OauthError> {
    let named = || {
        let (scheme, pair) = authorization?.split_once(' ')?;
        let pair = String::from_utf8(BASE64_STANDARD.decode(pair.trim()).ok()?).ok()?;
        let (id, secret) = pair.split_once(':')?;
        let who = Principal::with_client_id(id).filter(|_| scheme.eq_ignore_ascii_case("Basic"))?;
        Some(Account { who, has_secret: who.has_client_secret(secret) })
    };
    named().ok_or(INVALID_CLIENT)
}

type Form<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

fn form(plea: Plea<'_>) -> Result<Form<'_>, OauthError> {
    let kind = plea.content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(NO_FORM);
    }
    Ok(form_urlencoded::parse(plea.body).collect())
}

fn field<'a>(form: &'a Form<'_>, name: &str) -> Option<&'a str> {
    form.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_ref())
}

impl From<OauthError> for Denied {
    fn from(error: OauthError) -> Self {
        Self::Oauth(error)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::demo::token::TokenLimits;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

    fn basic(id: &str, secret: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
    }

    fn owners() -> String {
        basic(&Principal::Owner.client_id(), Principal::Owner.client_secret().expose_secret())
    }

    fn now() -> Timestamp {
        "2026-11-24T03:41:07Z".parse().unwrap()
    }

    fn ask(
        tokens: &mut Tokens,
        authorization: &str,
        content_type: Option<&str>,
        body: &str,
    ) -> Result<Value, Denied> {
        let plea = Plea { authorization: Some(authorization), content_type, body: body.as_bytes() };
        token(tokens, plea, now(), Duration::ZERO)
    }

    #[test]
    fn a_request_is_refused_for_what_it_lacks() {
        let mut tokens = Tokens::new(TokenLimits::default());
        let grant = "grant_type=client_credentials";
        let id = Principal::Owner.client_id();
        for (authorization, content_type, body, error) in [
            (owners(), None, grant, NO_FORM),
            (owners(), Some("application/json"), grant, NO_FORM),
            (owners(), FORM, "", NO_GRANT_TYPE),
            (owners(), FORM, "grant_type=", NO_GRANT_TYPE),
            (owners(), FORM, "grant_type=password", OTHER_GRANT_TYPE),
            (String::new(), FORM, grant, INVALID_CLIENT),
            ("Basic ÿ".to_owned(), FORM, grant, INVALID_CLIENT),
            (owners().replace("Basic", "Bearer"), FORM, grant, INVALID_CLIENT),
            (basic(&id, "mdb_sa_sk_wrong"), FORM, grant, INVALID_CLIENT),
            (basic("mdb_sa_id_0123456789abcdef01234567", "x"), FORM, grant, INVALID_CLIENT),
        ] {
            assert_eq!(
                ask(&mut tokens, &authorization, content_type, body),
                Err(Denied::Oauth(error)),
                "{body} {content_type:?}"
            );
        }
        assert_eq!(tokens.live(now()), 0);
        let typed = Some("Application/x-www-form-urlencoded; charset=UTF-8");
        let answer = ask(&mut tokens, &owners(), typed, grant).unwrap();
        assert_eq!(
            (answer["token_type"].as_str(), answer["expires_in"].as_u64()),
            (Some("Bearer"), Some(3600))
        );
    }

    #[test]
    fn a_wrong_secret_counts_towards_the_limit_and_an_unknown_id_does_not() {
        let mut tokens = Tokens::new(TokenLimits { per_minute: 1, ..TokenLimits::default() });
        let grant = "grant_type=client_credentials";
        for _ in 0..3 {
            let unknown = ask(&mut tokens, &basic("mdb_sa_id_x", "x"), FORM, grant);
            assert_eq!(unknown, Err(INVALID_CLIENT.into()));
        }
        let wrong = ask(&mut tokens, &basic(&Principal::Owner.client_id(), "x"), FORM, grant);
        assert_eq!(wrong, Err(INVALID_CLIENT.into()));
        let Err(Denied::Limited(refusal)) = ask(&mut tokens, &owners(), FORM, grant) else {
            panic!("not limited")
        };
        assert_eq!((refusal.status, refusal.code, refusal.retry_after), (429, "RATE_LIMITED", Some(60)));
        assert_eq!(refusal.detail, "Resource /api/oauth/token is limited to 1 requests every 1 minutes.");
    }

    proptest! {
        #[test]
        fn nothing_but_the_secret_opens(
            authorization in "(Basic |Bearer )?[A-Za-z0-9+/=]{0,60}|\\PC{0,40}",
            content_type in "application/(json|x-www-form-urlencoded)|\\PC{0,20}",
            body in "(grant_type=client_credentials&?|token=[a-z]{0,4}&?|\\PC{0,10}){0,3}",
        ) {
            let mut tokens = Tokens::new(TokenLimits::default());
            prop_assert!(ask(&mut tokens, &authorization, Some(&content_type), &body).is_err());
            let plea = Plea {
                authorization: Some(&authorization),
                content_type: Some(&content_type),
                body: body.as_bytes(),
            };
            prop_assert!(revoke(&mut tokens, plea).is_err());
        }
    }
}
