//! The words for an error: what happened in one sentence, and the next step in another.
//!
//! Says nothing of the next try or the last good answer; the screen knows those.

mod signing;

use super::error::{ApiError, ErrorKind, Missing};
use crate::domain::target::{Kind, Target};

/// An error in words: what happened, and what to do next. One sentence each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub headline: String,
    pub next_step: String,
}

impl ApiError {
    /// The words of the person's problem, for the job that was asked for.
    #[must_use]
    pub fn explain(&self, target: &Target) -> Explanation {
        let (headline, next_step) = match &self.kind {
            ErrorKind::NoCredentials
            | ErrorKind::KeyRefused { .. }
            | ErrorKind::AccountRefused { .. }
            | ErrorKind::TokenLimit(_)
            | ErrorKind::TokenOver
            | ErrorKind::TokenCommand { .. }
            | ErrorKind::Forbidden
            | ErrorKind::AddressBlocked => signing::words(self, target),
            ErrorKind::NotFound(_) | ErrorKind::WrongKind | ErrorKind::Ended => self.about_the_target(target),
            ErrorKind::RateLimited
            | ErrorKind::ServerError
            | ErrorKind::Timeout
            | ErrorKind::Dns
            | ErrorKind::Connect
            | ErrorKind::Tls
            | ErrorKind::Proxy => self.about_the_way(),
            ErrorKind::UnexpectedStatus
            | ErrorKind::Redirected { .. }
            | ErrorKind::Cut
            | ErrorKind::TooLarge { .. }
            | ErrorKind::NotJson
            | ErrorKind::TokenAnswer
            | ErrorKind::WrongShape { .. }
            | ErrorKind::Internal => self.about_the_answer(),
        };
        Explanation { headline, next_step }
    }

    /// The same words for whoever has a command line and no lookup to edit.
    #[must_use]
    pub fn explain_to_script(&self, target: &Target) -> Explanation {
        let words = self.explain(target);
        let next_step = match (&self.kind, target.kind) {
            (ErrorKind::WrongKind, Kind::Auto) => "Name another kind with --kind; the ids stay the same.",
            (ErrorKind::WrongKind, _) => "Use --kind auto, which finds out; the ids stay the same.",
            _ => return words,
        };
        Explanation { next_step: next_step.to_owned(), ..words }
    }

    fn about_the_target(&self, target: &Target) -> (String, String) {
        let Target { project, instance, job, .. } = target;
        let serverless = matches!(target.kind, Kind::Serverless | Kind::ServerlessV2);
        // What is not found under serverless may be found where the instance went.
        let step = |otherwise: &str| {
            let migrated =
                "Serverless instances ended on 2026-01-22: look for it with the kind auto and the same ids.";
            if serverless { migrated } else { otherwise }.to_owned()
        };
        match &self.kind {
            ErrorKind::NotFound(Missing::Project) => (
                format!("Atlas knows no project {project}."),
                "Compare the project id with the one in the address of the project in Atlas.".to_owned(),
            ),
            ErrorKind::NotFound(Missing::Instance) => (
                format!("Project {project} has no instance {instance}."),
                step("Compare the name letter by letter, and check that it was not deleted or moved."),
            ),
            ErrorKind::NotFound(Missing::Job) => (
                format!("Instance {instance} has no restore job {job}."),
                step(match target.kind {
                    Kind::Auto | Kind::Dedicated => {
                        "Compare the job id and the instance; a job that restored collections has the kind \
                         collection, and is found with that."
                    }
                    _ => "Compare the job id, and check that the job belongs to this instance.",
                }),
            ),
            ErrorKind::NotFound(Missing::Unsaid) => (
                "Atlas found nothing with these ids, and does not say which one it misses.".to_owned(),
                step(&format!("Compare project {project}, instance {instance} and job {job} with Atlas.")),
            ),
            ErrorKind::WrongKind => (
                format!("Instance {instance} is not {}.", a_kind(target.kind)),
                match target.kind {
                    Kind::Auto => "Edit the lookup and choose another kind; the ids stay the same.",
                    _ => "Edit the lookup and choose the kind auto, which finds out; the ids stay the same.",
                }
                .to_owned(),
            ),
            _ if serverless => (
                format!(
                    "Serverless instances ended on 2026-01-22; {instance} is now Free, Flex or dedicated."
                ),
                "Look for it with the kind auto, and the same ids.".to_owned(),
            ),
            _ => (
                "Atlas has ended this way of reading restore jobs.".to_owned(),
                "Look for a newer version of atlas-tui.".to_owned(),
            ),
        }
    }

    /// What stands between here and an answer. Goes away by itself, or with the network.
    fn about_the_way(&self) -> (String, String) {
        let cause = self.detail.as_deref().unwrap_or_default().trim_end_matches('.');
        let unreached = |what: &str| {
            let dash = if cause.is_empty() { "" } else { " — " };
            format!("Atlas cannot be reached: {what}{dash}{cause}.")
        };
        let (headline, next_step) = match self.kind {
            ErrorKind::RateLimited => (
                "Atlas asks for fewer requests: its rate limit is used up.".to_owned(),
                "Wait, or refresh less often; other tools with the same key, account or address count too.",
            ),
            ErrorKind::ServerError => {
                let status = self.meta.http_status.unwrap_or(500);
                let headline = format!("Atlas cannot answer now: it failed with HTTP status {status}.");
                (headline, "Nothing is to be done here; status.mongodb.com tells whether others see it too.")
            }
            ErrorKind::Timeout => {
                (unreached("no answer in time"), "Check the network, and any VPN or proxy on the way.")
            }
            ErrorKind::Dns => {
                (unreached("its name was not found"), "Check the network, the DNS server and the base URL.")
            }
            ErrorKind::Connect => {
                (unreached("no connection"), "Check the network, the firewall, and the port of the base URL.")
            }
            ErrorKind::Tls => (
                unreached("no trusted TLS connection"),
                "Check this machine's clock and root certificates, and whether a proxy opens TLS on the way.",
            ),
            _ => (
                unreached("the proxy failed"),
                "Check HTTPS_PROXY, its user and password, and whether it lets this host through.",
            ),
        };
        (headline, next_step.to_owned())
    }

    /// An answer came, and it is no restore job.
    fn about_the_answer(&self) -> (String, String) {
        let no_job = "Atlas answered something that is no restore job";
        let something_between =
            "Check the base URL, and whether a proxy or sign-in page answers in its place.";
        let (headline, next_step) = match &self.kind {
            ErrorKind::UnexpectedStatus => {
                let status =
                    self.meta.http_status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
                let why = self.detail.as_deref().unwrap_or_default().trim_end_matches('.');
                let colon = if why.is_empty() { "" } else { ": " };
                (format!("Atlas answered with HTTP status {status}{colon}{why}."), something_between)
            }
            ErrorKind::Redirected { to_host } if to_host.is_empty() => {
                ("Atlas answered with a redirect, which is not followed.".to_owned(), something_between)
            }
            ErrorKind::Redirected { to_host } => (
                format!("The answer redirects to {to_host}, where no key or token must go."),
                something_between,
            ),
            ErrorKind::Cut => (
                format!("The answer was cut after {} bytes.", self.meta.body_bytes),
                "Refresh; if it comes again, something on the way breaks the connection.",
            ),
            ErrorKind::TooLarge { limit } => {
                (format!("The answer is larger than {}, and was not read.", size(*limit)), something_between)
            }
            ErrorKind::TokenAnswer => {
                let why = self.detail.as_deref().unwrap_or("it is none").trim_end_matches('.');
                (format!("Atlas was asked for a token, and its answer is no use: {why}."), something_between)
            }
            ErrorKind::NotJson if self.meta.http_status.is_none() => {
                (format!("{no_job}: its head cannot be read as HTTP."), something_between)
            }
            ErrorKind::NotJson => (format!("{no_job}: it is not JSON."), something_between),
            ErrorKind::WrongShape { field, expected, found } if field.is_empty() => {
                (format!("{no_job}: expected {expected}, got {found}."), something_between)
            }
            ErrorKind::WrongShape { field, expected, found } => (
                format!("{no_job}: field `{field}`, expected {expected}, got {found}."),
                "Look for a newer version of atlas-tui, or report this sentence.",
            ),
            _ => (
                format!("atlas-tui failed: {}", self.detail.as_deref().unwrap_or("no cause is known.")),
                "Report this sentence with what you did before.",
            ),
        };
        (headline, next_step.to_owned())
    }
}

/// The role that reading jobs of a kind takes, by the published API description.
fn needed_role(kind: Kind) -> &'static str {
    match kind {
        Kind::Serverless | Kind::ServerlessV2 => {
            "the role Project Owner or Organization Owner (serverless needs it)"
        }
        Kind::Flex => "the role Project Read Only (Flex needs it)",
        Kind::Dedicated | Kind::Collection => "the role Project Backup Manager (dedicated clusters need it)",
        Kind::Auto => {
            "the role Project Owner or Organization Owner (serverless), Project Read Only (Flex) or Project \
             Backup Manager (dedicated)"
        }
    }
}

fn a_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Serverless | Kind::ServerlessV2 => "serverless",
        Kind::Flex => "a Flex cluster",
        Kind::Dedicated | Kind::Collection => "a dedicated cluster",
        Kind::Auto => "of a known kind",
    }
}

/// A limit of bytes, which is a round one.
fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{CommandFault, Meta, SignedBy, TokenLimit};

    fn target(kind: Kind) -> Target {
        let id = |text: &str| text.parse().unwrap();
        Target {
            kind,
            project: id("6a793f6b2c88faeba59bae37"),
            instance: "orders-305".parse().unwrap(),
            job: id("6a794733c0eb9e7a17740663"),
            profile: None,
        }
    }

    fn words(kind: ErrorKind, of: Kind) -> Explanation {
        let error = ApiError { kind, code: None, detail: None, retry_after: None, meta: Meta::default() };
        error.explain(&target(of))
    }

    /// One of each, with the sharpest words that its parts allow.
    fn all() -> Vec<ErrorKind> {
        let shape = |field: &str| ErrorKind::WrongShape {
            field: field.into(),
            expected: "a date".into(),
            found: "17".into(),
        };
        let mut kinds = vec![
            ErrorKind::NoCredentials,
            ErrorKind::KeyRefused { public_key_hint: "abcd…".into() },
            ErrorKind::AccountRefused { client_id_hint: "mdb_sa_id_65ca…".into() },
            ErrorKind::TokenLimit(TokenLimit::PerMinute),
            ErrorKind::TokenLimit(TokenLimit::Live),
            ErrorKind::TokenOver,
            ErrorKind::TokenAnswer,
            ErrorKind::Forbidden,
            ErrorKind::AddressBlocked,
            ErrorKind::WrongKind,
            ErrorKind::Ended,
            ErrorKind::RateLimited,
            ErrorKind::ServerError,
            ErrorKind::UnexpectedStatus,
            ErrorKind::Redirected { to_host: "evil.example".into() },
            ErrorKind::Redirected { to_host: String::new() },
            ErrorKind::Timeout,
            ErrorKind::Dns,
            ErrorKind::Connect,
            ErrorKind::Tls,
            ErrorKind::Proxy,
            ErrorKind::Cut,
            ErrorKind::TooLarge { limit: 8 << 20 },
            ErrorKind::NotJson,
            shape("expiresAt"),
            shape(""),
            ErrorKind::Internal,
        ];
        let faults = [
            CommandFault::NotStarted,
            CommandFault::Failed,
            CommandFault::Silent,
            CommandFault::NoToken,
            CommandFault::Late,
        ];
        let command = |fault| ErrorKind::TokenCommand { program: "vault".into(), fault };
        kinds.extend(faults.map(command));
        kinds.extend(
            [Missing::Project, Missing::Instance, Missing::Job, Missing::Unsaid].map(ErrorKind::NotFound),
        );
        kinds
    }

    #[test]
    fn every_error_has_a_headline_and_a_next_step_of_one_sentence() {
        for kind in all() {
            for of in Kind::ALL {
                let Explanation { headline, next_step } = words(kind.clone(), of);
                for sentence in [&headline, &next_step] {
                    assert!(sentence.ends_with(['.', '…']), "{kind:?}: {sentence}");
                    assert!(!sentence.contains(". ") && !sentence.contains(".."), "{kind:?}: {sentence}");
                }
            }
        }
    }

    #[test]
    fn the_words_name_what_the_person_typed() {
        let words = |kind| words(kind, Kind::Serverless);
        let refused = words(ErrorKind::KeyRefused { public_key_hint: "abcd…".into() });
        assert!(refused.headline.contains("abcd…"));
        assert!(refused.next_step.contains("project 6a793f6b2c88faeba59bae37"));
        let role = words(ErrorKind::Forbidden).next_step;
        assert!(role.contains("Project Owner or Organization Owner"), "{role}");
        let keys = words(ErrorKind::NoCredentials).next_step;
        assert!(
            keys.contains("MONGODB_ATLAS_PUBLIC_API_KEY") && keys.contains("MONGODB_ATLAS_PRIVATE_API_KEY")
        );
        let missing = words(ErrorKind::NotFound(Missing::Instance)).headline;
        assert_eq!(missing, "Project 6a793f6b2c88faeba59bae37 has no instance orders-305.");
        let shape = ErrorKind::WrongShape {
            field: "expiresAt".into(),
            expected: "a date".into(),
            found: "17".into(),
        };
        assert_eq!(
            words(shape).headline,
            "Atlas answered something that is no restore job: field `expiresAt`, expected a date, got 17."
        );
    }

    #[test]
    fn the_words_are_those_of_what_was_signed_with() {
        let of = |kind: &ErrorKind, signed_by, profile: Option<&str>, detail: Option<&str>| {
            let meta = Meta { signed_by, ..Meta::default() };
            let error = ApiError { meta, ..ApiError::new(kind.clone(), detail.map(str::to_owned)) };
            let profile = profile.map(|name| name.parse().unwrap());
            error.explain(&Target { profile, ..target(Kind::Flex) })
        };
        for (signed_by, role, list) in [
            (SignedBy::Key, "Give the key the role", "access list of the key"),
            (SignedBy::Account, "Give the service account the role", "access list of the service account"),
            (SignedBy::Login, "Give the user the role", "settings of the organization"),
            (SignedBy::Command, "Give the token the role", "settings of the organization"),
        ] {
            assert!(of(&ErrorKind::Forbidden, signed_by, None, None).next_step.contains(role));
            assert!(of(&ErrorKind::AddressBlocked, signed_by, None, None).next_step.contains(list));
        }
        let over = |signed_by, profile| of(&ErrorKind::TokenOver, signed_by, profile, None).next_step;
        assert!(over(SignedBy::Login, None).starts_with("Run `atlas auth login`;"));
        assert!(over(SignedBy::Login, Some("default")).starts_with("Run `atlas auth login`;"));
        assert!(over(SignedBy::Login, Some("prod")).starts_with("Run `atlas auth login --profile prod`;"));
        assert!(!over(SignedBy::Command, Some("prod")).contains("atlas auth login"));
        let half = of(&ErrorKind::NoCredentials, SignedBy::Key, Some("prod"), Some("A is set, but B is not"));
        assert_eq!(half.headline, "Profile prod has nothing to sign in with: A is set, but B is not.");
        assert!(half.next_step.contains("atlas auth login --profile prod"), "{}", half.next_step);
        let vault = ErrorKind::TokenCommand { program: "vault".into(), fault: CommandFault::Failed };
        assert_eq!(
            of(&vault, SignedBy::Command, None, Some("ended with status 2: permission denied")).headline,
            "The credential command `vault` brought no token: it ended with status 2: permission denied."
        );
        let late = ErrorKind::TokenCommand { program: "vault".into(), fault: CommandFault::Late };
        let late = of(&late, SignedBy::Command, None, Some("killed after 30 s")).headline;
        assert_eq!(late, "The credential command `vault` brought no token: it was killed after 30 s.");
        let large = of(&ErrorKind::TooLarge { limit: 64 << 10 }, SignedBy::Account, None, None).headline;
        assert_eq!(large, "The answer is larger than 64 KiB, and was not read.");
    }

    #[test]
    fn exit_codes_follow_the_contract() {
        for (kind, code) in [
            (ErrorKind::NotFound(Missing::Job), 6),
            (ErrorKind::Ended, 6),
            (ErrorKind::NoCredentials, 7),
            (ErrorKind::AddressBlocked, 7),
            (ErrorKind::RateLimited, 8),
            (ErrorKind::Timeout, 8),
            (ErrorKind::NotJson, 1),
            (ErrorKind::Internal, 1),
        ] {
            let error = ApiError { kind, code: None, detail: None, retry_after: None, meta: Meta::default() };
            assert_eq!(error.exit_code(), code, "{:?}", error.kind);
        }
    }
}
