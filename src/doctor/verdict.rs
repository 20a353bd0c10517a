//! What an answer of Atlas proves, check by check. Pure: answers in, checks out.
//!
//! Where Atlas says the same of two causes, so do we, and the next step tells how a person tells them apart.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::check::{Blame, Check, Name};
use crate::api::probe::{Finding, Seen};
use crate::api::wire::Refill;
use crate::api::{ApiError, ErrorKind, Meta, Missing};
use crate::domain::countdown;
use crate::domain::id::ObjectId;
use crate::domain::server_clock::ServerClock;
use crate::domain::target::{Kind, Target};
use crate::domain::text::{clean, shortened};

/// An end that is nearer than this is worth a word.
const SUNSET_SOON: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What is known of the credential without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credential {
    /// `API key abcd…`.
    pub name: String,
    /// What is odd about its form, in words, and what to do.
    pub oddity: Option<(String, String)>,
    /// An API key, which is a pair that Atlas never tells apart.
    pub is_key: bool,
}

/// What was asked, for the words of an error.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub project: Option<ObjectId>,
    pub target: Option<&'a Target>,
    pub credential: &'a Credential,
}

/// The first answer, with the local times around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub result: Result<Seen, ApiError>,
    pub sent_at: Timestamp,
    pub received_at: Timestamp,
}

impl Heard {
    #[must_use]
    pub fn meta(&self) -> &Meta {
        match &self.result {
            Ok(seen) => &seen.meta,
            Err(error) => &error.meta,
        }
    }

    #[must_use]
    pub fn error(&self) -> Option<&ApiError> {
        self.result.as_ref().err()
    }
}

impl Blame {
    fn of(error: &ApiError) -> Self {
        match error.exit_code() {
            2 => Self::Usage,
            6 => Self::NotFound,
            7 => Self::Access,
            8 => Self::Unreachable,
            _ => Self::Other,
        }
    }
}

/// Status, code, request id and Atlas's own sentence.
#[must_use]
pub fn evidence(error: &ApiError) -> Option<String> {
    let parts: Vec<String> = [
        error.meta.http_status.map(|status| format!("HTTP status {status}")),
        error.code.clone(),
        error.meta.request_id.as_ref().map(|id| format!("request {id}")),
        error.detail.as_deref().map(|detail| shortened(detail, 200).into_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| clean(&parts.join(" · ")).into_owned())
}

/// As the rest of the program words it.
fn explained(name: Name, error: &ApiError, context: Context<'_>) -> Check {
    let (finding, next) = if let Some(target) = context.target {
        let words = error.explain_to_script(target);
        (words.headline, words.next_step)
    } else {
        let detail = error.detail.as_deref().unwrap_or("no cause is known");
        let finding = format!("{}: {}", error.kind.short(), shortened(detail, 160));
        (finding, "Run it again with -o json, and report what it says.".to_owned())
    };
    name.failure(Blame::of(error), finding, next).with_evidence(evidence(error))
}

/// Whether it is Atlas that answers, and not something in its place.
#[must_use]
pub fn answer(heard: &Heard, context: Context<'_>) -> Check {
    let millis = heard.sent_at.duration_until(heard.received_at).as_millis();
    let Some(error) = heard.error() else {
        return Name::Answer.ok(format!("Atlas answers, in {millis} ms"));
    };
    let instead = |what: String| {
        let next = "Open any http:// page in a browser: a network with a sign-in page shows it there. Else ask whoever \
                    runs the proxy, and check the base URL.";
        Name::Answer.failure(Blame::Unreachable, what, next).with_evidence(evidence(error))
    };
    let status = error.meta.http_status.unwrap_or_default();
    match &error.kind {
        ErrorKind::NotJson if (200..300).contains(&status) => instead(format!(
            "not Atlas: a page answers in its place, with HTTP status {status} (a captive portal, or a proxy)"
        )),
        ErrorKind::NotJson => instead("not Atlas: what answers does not speak HTTP as it does".to_owned()),
        ErrorKind::TokenAnswer if (200..300).contains(&status) => instead(format!(
            "not Atlas: asked for a token, it answers with HTTP status {status}, but {} (a captive portal, or a proxy)",
            error.detail.as_deref().unwrap_or("with none")
        )),
        // Atlas's own refusals have a code or a sentence.
        ErrorKind::Forbidden | ErrorKind::NotFound(Missing::Unsaid)
            if error.code.is_none() && error.detail.is_none() =>
        {
            instead(format!("something answers with HTTP status {status}, and not in Atlas's words"))
        }
        ErrorKind::Redirected { to_host } if !to_host.is_empty() => {
            instead(format!("not Atlas: the answer leads to {to_host}, where no credential must go"))
        }
        ErrorKind::Redirected { .. } => {
            instead("not Atlas: the answer is a redirect, which it never sends".to_owned())
        }
        ErrorKind::ServerError => Name::Answer
            .failure(
                Blame::Unreachable,
                format!("Atlas cannot answer now: it failed with HTTP status {status}"),
                "Nothing is to be done here; look at https://status.mongodb.com and wait.",
            )
            .with_evidence(evidence(error)),
        ErrorKind::WrongShape { .. } | ErrorKind::TooLarge { .. } => {
            instead(format!("something answers with HTTP status {status} that is not what Atlas sends"))
        }
        ErrorKind::Timeout => Name::Answer
            .failure(
                Blame::Unreachable,
                "no answer in time, although the connection opens",
                "Run it again; if it stays so, look at https://status.mongodb.com and at proxy and VPN.",
            )
            .with_evidence(evidence(error)),
        ErrorKind::UnexpectedStatus if status != 401 => explained(Name::Answer, error, context),
        ErrorKind::Dns
        | ErrorKind::Connect
        | ErrorKind::Tls
        | ErrorKind::Proxy
        | ErrorKind::Cut
        | ErrorKind::Internal => explained(Name::Answer, error, context),
        _ => Name::Answer.ok(format!("Atlas answers, in {millis} ms (HTTP status {status})")),
    }
}

/// How far this machine's clock is off, by the answer's `Date`.
#[must_use]
pub fn clock(heard: &Heard) -> Check {
    let Some(date) = heard.meta().server_date else {
        return Name::Clock.skipped("the answer has no date");
    };
    let clock = ServerClock::of_one_answer(date, heard.sent_at, heard.received_at);
    let Some(skew) = clock.skew() else {
        return Name::Clock.ok("agrees with Atlas's");
    };
    let side = if skew.is_positive() { "behind" } else { "ahead of" };
    let end = Timestamp::UNIX_EPOCH.checked_add(skew.abs()).unwrap_or(Timestamp::MAX);
    let by = countdown::elapsed(Timestamp::UNIX_EPOCH, end).text;
    Name::Clock.warning(
        format!(
            "this machine's clock is {by} {side} Atlas's; countdowns follow Atlas's, tokens and TLS do not"
        ),
        "Set it: date -u shows it, timedatectl set-ntp true keeps it right.",
    )
}

/// Whether Atlas knows the credential.
#[must_use]
pub fn sign_in(heard: &Heard, context: Context<'_>) -> Check {
    let Credential { name, oddity, is_key } = context.credential;
    let Some(error) = heard.error() else { return Name::SignIn.ok(format!("Atlas accepts the {name}")) };
    match &error.kind {
        ErrorKind::KeyRefused { .. } => {
            let (finding, next) = match (oddity, is_key) {
                (Some((oddity, next)), _) => (format!("Atlas refuses the {name}: {oddity}"), next.clone()),
                (None, true) => (
                    format!(
                        "Atlas refuses the {name}: it says the same of an unknown public key and of a wrong private key"
                    ),
                    "In Atlas, Organization > Access Manager > API Keys: if this public key is not listed, it was \
                     deleted or is of another organization; if it is, the private key is wrong, and a new key is \
                     needed."
                        .to_owned(),
                ),
                (None, false) => (
                    format!("Atlas refuses the {name}: it has ended, was revoked, or is none of Atlas's"),
                    "Sign in anew: atlas auth login; or check the service account in Organization > Access Manager."
                        .to_owned(),
                ),
            };
            Name::SignIn.failure(Blame::Access, finding, next).with_evidence(evidence(error))
        }
        ErrorKind::RateLimited => Name::SignIn.skipped("not known, as the rate limit came first"),
        ErrorKind::Forbidden
        | ErrorKind::AddressBlocked
        | ErrorKind::NotFound(_)
        | ErrorKind::Ended
        | ErrorKind::WrongKind => Name::SignIn.ok(format!("Atlas accepts the {name}")),
        _ => explained(Name::SignIn, error, context),
    }
}

/// Whether the credential may be used from this address.
#[must_use]
pub fn access_list(heard: &Heard, context: Context<'_>) -> Check {
    let Some(error) = heard.error() else {
        return Name::AccessList.ok("the credential may be used from this address");
    };
    match &error.kind {
        ErrorKind::AddressBlocked => {
            let address = error.detail.as_deref().and_then(address);
            let (whose, add) = match address {
                Some(address) => (format!("this address, {address},"), address.to_string()),
                None => ("this machine's public address".to_owned(), "that address".to_owned()),
            };
            Name::AccessList
                .failure(
                    Blame::Access,
                    format!("{whose} is not on the access list of the {}", context.credential.name),
                    format!(
                        "In Atlas, Organization > Access Manager > this key or account > API Access List: add {add}."
                    ),
                )
                .with_evidence(evidence(error))
        }
        ErrorKind::KeyRefused { .. } | ErrorKind::RateLimited => {
            Name::AccessList.skipped("not known, as Atlas did not let this credential in")
        }
        ErrorKind::Forbidden | ErrorKind::NotFound(_) | ErrorKind::Ended | ErrorKind::WrongKind => {
            Name::AccessList.ok("the credential may be used from this address")
        }
        _ => Name::AccessList.skipped("not known, as Atlas did not let this credential in"),
    }
}

/// The first IP address in a sentence.
fn address(sentence: &str) -> Option<IpAddr> {
    let words = sentence.split(|c: char| c.is_whitespace() || "()[],;'\"".contains(c));
    words.map(|word| word.trim_end_matches('.')).find_map(|word| word.parse().ok())
}

/// Whether the project can be read.
#[must_use]
pub fn project(heard: &Heard, context: Context<'_>) -> Check {
    let project = context.project.map(|project| project.to_string()).unwrap_or_default();
    let name = &context.credential.name;
    let error = match &heard.result {
        Ok(Seen { finding: Finding::Project(title), .. }) if !title.is_empty() => {
            return Name::Project.ok(format!("{title} ({project}) can be read"));
        }
        Ok(_) => return Name::Project.ok(format!("{project} can be read")),
        Err(error) => error,
    };
    let failed = match &error.kind {
        ErrorKind::NotFound(_) => Name::Project.failure(
            Blame::NotFound,
            format!("Atlas shows this credential no project {project}"),
            "Compare the id with the address of the project in Atlas, and the organization of the credential with \
             the project's.",
        ),
        ErrorKind::Forbidden => Name::Project.failure(
            Blame::Access,
            format!("the {name} has no role in project {project}"),
            "In Atlas, Project > Access Manager: invite this key or account to the project.",
        ),
        _ => return Name::Project.skipped("not known, as Atlas did not let this credential in"),
    };
    failed.with_evidence(evidence(error))
}

/// Whether the role is enough for restore jobs of this kind.
#[must_use]
pub fn role(result: &Result<Meta, ApiError>, context: Context<'_>) -> Check {
    let Err(error) = result else {
        return Name::Role.ok(format!("enough for restore jobs{}", of_kind(context)));
    };
    match &error.kind {
        ErrorKind::Forbidden => explained(Name::Role, error, context),
        // Whoever is told that something is not there was allowed to look.
        ErrorKind::NotFound(_) | ErrorKind::WrongKind | ErrorKind::Ended => {
            Name::Role.ok(format!("Atlas lets it look for restore jobs{}", of_kind(context)))
        }
        _ => Name::Role.skipped("not known, as the restore job could not be read"),
    }
}

fn of_kind(context: Context<'_>) -> String {
    match context.target.map(|target| target.kind) {
        None | Some(Kind::Auto) => String::new(),
        Some(kind) => format!(" of the kind {kind}"),
    }
}

/// Whether the job can be read, as `get` would.
#[must_use]
pub fn job(result: &Result<Meta, ApiError>, context: Context<'_>) -> Check {
    match result {
        Ok(_) => Name::Job.ok(match context.target {
            Some(target) => format!("{} can be read", target.job),
            None => "can be read".to_owned(),
        }),
        Err(error) if error.kind == ErrorKind::Forbidden => {
            Name::Job.skipped("not known, as the role is too small")
        }
        Err(error) if matches!(error.kind, ErrorKind::RateLimited | ErrorKind::Ended) => {
            Name::Job.skipped("could not be read; see below")
        }
        Err(error) => explained(Name::Job, error, context),
    }
}

/// Whether the endpoint will be there tomorrow.
#[must_use]
pub fn endpoint(result: &Result<Meta, ApiError>, meta: &Meta, context: Context<'_>, now: Timestamp) -> Check {
    let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
    if let Err(error) = result {
        let serverless = matches!(
            (&error.kind, context.target.map(|target| target.kind)),
            (ErrorKind::NotFound(Missing::Unsaid), Some(Kind::Serverless | Kind::ServerlessV2))
        );
        if error.kind == ErrorKind::Ended || serverless {
            return explained(Name::Endpoint, error, context);
        }
    }
    let now = meta.server_date.unwrap_or(now);
    match (meta.sunset_at, meta.deprecated_at) {
        (Some(sunset), _) if sunset <= now => Name::Endpoint.warning(
            format!("Atlas ended it on {}, and still answers", day(sunset)),
            "Look for it with the kind auto, or for a newer version of atlas-tui.",
        ),
        (Some(sunset), _) if now.duration_until(sunset) < SUNSET_SOON => Name::Endpoint.warning(
            format!("Atlas ends it on {}", day(sunset)),
            "Look for a newer version of atlas-tui before that day.",
        ),
        (Some(sunset), _) => Name::Endpoint.ok(format!("Atlas ends it on {}", day(sunset))),
        (None, Some(since)) => Name::Endpoint.ok(format!("deprecated since {}, without an end", day(since))),
        (None, None) if result.is_ok() => Name::Endpoint.ok("Atlas announces no end of it"),
        (None, None) => Name::Endpoint.skipped("not known, as the restore job could not be read"),
    }
}

/// What is left of the rate budget.
#[must_use]
pub fn rate_budget(meta: &Meta, error: Option<&ApiError>, refill: Option<Refill>) -> Check {
    if let Some(error) = error.filter(|error| error.kind == ErrorKind::RateLimited) {
        let wait = match error.retry_after {
            Some(wait) => format!("Wait {} s", wait.as_secs()),
            None => "Wait a minute".to_owned(),
        };
        return Name::RateBudget
            .failure(
                Blame::Unreachable,
                "used up: Atlas asks for fewer requests (HTTP status 429)",
                format!("{wait}; look for other tools with the same credential or address, and refresh less often."),
            )
            .with_evidence(evidence(error));
    }
    let refill = refill
        .map_or_else(String::new, |Refill { rate, seconds, .. }| format!(", {rate} more every {seconds} s"));
    match meta.budget {
        None => Name::RateBudget.skipped(format!("Atlas told none with this answer{refill}")),
        Some(budget) => {
            let finding = format!("{} of {} requests left{refill}", budget.remaining, budget.limit);
            if budget.is_scarce() {
                Name::RateBudget
                    .warning(finding, "Refresh less often; other tools with the same key count too.")
            } else {
                Name::RateBudget.ok(finding)
            }
        }
    }
}
