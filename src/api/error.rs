//! What kept a job from being read, in kinds that a person can act on. The words for it are in `explanation`.

use std::time::Duration;

use jiff::Timestamp;

use super::Meta;
pub use super::explanation::Explanation;

/// A failed read. Holds no secret: at most the first characters of the public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    pub kind: ErrorKind,
    /// Atlas's own code, cleaned: `CLUSTER_NOT_FOUND`.
    pub code: Option<String>,
    /// Atlas's own sentence or the transport's cause, cleaned.
    pub detail: Option<String>,
    /// How long Atlas asked us to wait.
    pub retry_after: Option<Duration>,
    pub meta: Meta,
}

/// Which of the ids Atlas does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Project,
    Instance,
    Job,
    /// Atlas did not say.
    Unsaid,
}

/// Of which tokens there are too many, as Atlas documents it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenLimit {
    /// Asked for within a minute: ten for each account and address.
    PerMinute,
    /// Good at the same time: a hundred for each account.
    Live,
}

/// What is wrong with a command that should print a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandFault {
    NotStarted,
    /// It ended in failure.
    Failed,
    /// It printed nothing.
    Silent,
    /// It printed something that can be no token.
    NoToken,
    /// It took too long, and was killed.
    Late,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing to sign with was given.
    NoCredentials,
    /// 401 after our answer to the challenge. The hint is the start of the public key.
    KeyRefused {
        public_key_hint: String,
    },
    /// A service account was refused a token, or one of its new ones was refused. The hint is the start of its id.
    AccountRefused {
        client_id_hint: String,
    },
    /// A service account may have no more tokens now.
    TokenLimit(TokenLimit),
    /// The token was refused, and whoever makes it has no other one.
    TokenOver,
    /// The command that prints a token brought none. The program's name, cleaned.
    TokenCommand {
        program: String,
        fault: CommandFault,
    },
    /// The answer to a request for a token holds none.
    TokenAnswer,
    /// The role of whoever signs is too small.
    Forbidden,
    /// This machine's address is not on the access list of whoever signs.
    AddressBlocked,
    NotFound(Missing),
    /// The instance is of another kind.
    WrongKind,
    /// 410: the endpoint has ended.
    Ended,
    /// 429.
    RateLimited,
    /// 5xx.
    ServerError,
    /// Another status that is no success.
    UnexpectedStatus,
    /// A redirect, not followed. To another host, or origin of the same host, cleaned; empty within the same origin.
    Redirected {
        to_host: String,
    },
    /// The whole answer took longer than allowed.
    Timeout,
    /// The host's name could not be resolved.
    Dns,
    /// No connection: refused, unreachable, reset.
    Connect,
    Tls,
    Proxy,
    /// The body ended early or the connection broke within it.
    Cut,
    /// The body, after decompression, is larger than the limit in bytes.
    TooLarge {
        limit: u64,
    },
    /// The body is not JSON: a proxy's page, a captive portal. Without a status it was not even HTTP.
    NotJson,
    /// JSON, but no restore job: `field` (may be empty for the whole), what was expected, what was found.
    WrongShape {
        field: String,
        expected: String,
        found: String,
    },
    /// A fault of our own.
    Internal,
}

impl ErrorKind {
    /// A failed first read in a word or two, for a column of twelve.
    #[must_use]
    pub fn short(&self) -> &'static str {
        match self {
            Self::NoCredentials => "no sign-in",
            Self::KeyRefused { .. } => "key refused",
            Self::AccountRefused { .. } => "refused",
            Self::TokenLimit(_) => "token limit",
            Self::TokenOver => "token over",
            Self::TokenCommand { .. } => "no token",
            Self::Forbidden => "not allowed",
            Self::AddressBlocked => "IP blocked",
            Self::NotFound(_) => "not found",
            Self::WrongKind => "wrong kind",
            Self::Ended => "ended",
            Self::RateLimited => "rate limit",
            Self::ServerError | Self::Timeout | Self::Dns | Self::Connect | Self::Tls | Self::Proxy => {
                "unreachable"
            }
            Self::UnexpectedStatus
            | Self::Redirected { .. }
            | Self::Cut
            | Self::TooLarge { .. }
            | Self::NotJson
            | Self::TokenAnswer
            | Self::WrongShape { .. } => "bad answer",
            Self::Internal => "error",
        }
    }

    /// The word for programs: `error.kind` of the JSON output, stable within a schema number.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NoCredentials => "no_credentials",
            Self::KeyRefused { .. } => "unauthorized",
            Self::AccountRefused { .. } => "account_refused",
            Self::TokenLimit(_) => "token_limit",
            Self::TokenOver => "token_over",
            Self::TokenCommand { .. } => "token_command",
            Self::TokenAnswer => "token_answer",
            Self::Forbidden => "forbidden",
            Self::AddressBlocked => "address_blocked",
            Self::NotFound(_) => "not_found",
            Self::WrongKind => "wrong_kind",
            Self::Ended => "ended",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::UnexpectedStatus => "unexpected_status",
            Self::Redirected { .. } => "redirected",
            Self::Timeout => "timeout",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Proxy => "proxy",
            Self::Cut => "cut",
            Self::TooLarge { .. } => "too_large",
            Self::NotJson => "not_json",
            Self::WrongShape { .. } => "wrong_shape",
            Self::Internal => "internal",
        }
    }
}

impl ErrorKind {
    /// Whether Atlas refused whoever signs, whatever they ask for.
    #[must_use]
    pub fn is_refusal_of_the_credential(&self) -> bool {
        matches!(self, Self::KeyRefused { .. } | Self::AccountRefused { .. } | Self::TokenOver)
    }
}

impl ApiError {
    /// Without anything that an answer told.
    #[must_use]
    pub fn new(kind: ErrorKind, detail: Option<String>) -> Self {
        Self { kind, code: None, detail, retry_after: None, meta: Meta::default() }
    }

    /// Whether the same question may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::RateLimited
                | ErrorKind::ServerError
                | ErrorKind::Timeout
                | ErrorKind::Dns
                | ErrorKind::Connect
                | ErrorKind::Tls
                | ErrorKind::Proxy
                | ErrorKind::Cut
                | ErrorKind::NotJson
                | ErrorKind::TokenLimit(_)
                | ErrorKind::TokenAnswer
                | ErrorKind::UnexpectedStatus
        )
    }

    /// Whether a next try at `next_at` is due to the wait that Atlas asked for, and not to a longer one of our own.
    /// `failed_at`: when the answer came; both are local times.
    #[must_use]
    pub fn decided_the_wait(&self, failed_at: Timestamp, next_at: Timestamp) -> bool {
        let Some(asked) = self.retry_after else { return false };
        let wait = Duration::try_from(failed_at.duration_until(next_at)).unwrap_or_default();
        // As it is spread, upwards and by a tenth, so that not all come back at once.
        asked <= wait && wait.saturating_sub(asked) <= asked / 10 + Duration::from_millis(1)
    }

    /// The code that a script ends with: 2 usage, which a wrong kind is, 6 not found or gone, 7 signing in or permission, 8 unreachable or
    /// limited, and 1 for what is none of these.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::NotFound(_) | ErrorKind::Ended => 6,
            // A way to sign in that we do not have, or a nonce that is never fresh: authentication either way.
            ErrorKind::UnexpectedStatus if self.meta.http_status == Some(401) => 7,
            ErrorKind::NoCredentials
            | ErrorKind::KeyRefused { .. }
            | ErrorKind::AccountRefused { .. }
            | ErrorKind::TokenOver
            | ErrorKind::TokenCommand { .. }
            | ErrorKind::Forbidden
            | ErrorKind::AddressBlocked => 7,
            ErrorKind::RateLimited
            | ErrorKind::TokenLimit(_)
            | ErrorKind::ServerError
            | ErrorKind::Redirected { .. }
            | ErrorKind::Timeout
            | ErrorKind::Dns
            | ErrorKind::Connect
            | ErrorKind::Tls
            | ErrorKind::Proxy
            | ErrorKind::Cut => 8,
            ErrorKind::WrongKind => 2,
            ErrorKind::UnexpectedStatus
            | ErrorKind::TooLarge { .. }
            | ErrorKind::NotJson
            | ErrorKind::TokenAnswer
            | ErrorKind::WrongShape { .. }
            | ErrorKind::Internal => 1,
        }
    }
}
