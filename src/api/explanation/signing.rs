//! The words for whatever is wrong with who signs: a key, a service account, a login, or a program that prints a token.
//!
//! A login of another profile than the CLI's own is named in the command to run: it is copied at 3 in the morning.

use super::needed_role;
use crate::api::SignedBy;
use crate::api::error::{ApiError, CommandFault, ErrorKind, TokenLimit};
use crate::domain::shell;
use crate::domain::target::Target;

/// The headline and the next step.
pub(super) fn words(error: &ApiError, target: &Target) -> (String, String) {
    let project = target.project;
    let detail = error.detail.as_deref().unwrap_or_default().trim_end_matches('.');
    match &error.kind {
        ErrorKind::NoCredentials => no_credentials(detail, target),
        ErrorKind::KeyRefused { public_key_hint } => (
            format!("Atlas refused the key with the public part {public_key_hint}"),
            format!(
                "Check the private key, and that this key belongs to the organization of project {project}."
            ),
        ),
        ErrorKind::AccountRefused { client_id_hint } => (
            format!("Atlas refused the service account {client_id_hint}"),
            format!(
                "Check its secret, which may be over or replaced, and that the account belongs to the \
                 organization of project {project}."
            ),
        ),
        ErrorKind::TokenLimit(limit) => token_limit(*limit),
        ErrorKind::TokenOver => token_over(error.meta.signed_by, target),
        ErrorKind::TokenCommand { program, fault } => (
            format!(
                "The credential command `{program}` brought no token: {}.",
                what_went_wrong(*fault, detail)
            ),
            "Run it by hand: it must print a token and nothing else, and ask for nothing.".to_owned(),
        ),
        ErrorKind::AddressBlocked => address_blocked(error.meta.signed_by),
        _ => {
            let who = noun(error.meta.signed_by);
            (
                format!("This {who} may not read restore jobs here."),
                format!("Give the {who} {} for project {project}.", needed_role(target.kind)),
            )
        }
    }
}

fn no_credentials(detail: &str, target: &Target) -> (String, String) {
    let what = match &target.profile {
        Some(profile) => format!("Profile {profile} has nothing to sign in with"),
        None => "There is nothing to sign in with".to_owned(),
    };
    let headline = if detail.is_empty() { format!("{what}.") } else { format!("{what}: {detail}.") };
    let step = format!(
        "Run `{}`, or set MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY; `atlas-tui config` shows \
         where was looked.",
        login(target)
    );
    (headline, step)
}

fn token_limit(limit: TokenLimit) -> (String, String) {
    let (headline, step) = match limit {
        TokenLimit::PerMinute => (
            "Atlas gives this service account no token for a while: too many were asked for within a minute.",
            "Wait; if it comes again, another program asks for a token each time that it runs.",
        ),
        TokenLimit::Live => (
            "Atlas gives this service account no token: it has as many as it may have at the same time.",
            "End some that nobody uses, or wait until some are over, which takes an hour at the most.",
        ),
    };
    (headline.to_owned(), step.to_owned())
}

fn token_over(signed_by: SignedBy, target: &Target) -> (String, String) {
    if signed_by == SignedBy::Command {
        return (
            "Atlas refused the token that the credential command printed.".to_owned(),
            "Sign in again with the program that keeps the token; the command is run again at the next refresh."
                .to_owned(),
        );
    }
    (
        "The login is over: Atlas refused its token.".to_owned(),
        format!(
            "Run `{}`; the new login is found at the next refresh, unless there is a token in \
             MONGODB_ATLAS_ACCESS_TOKEN, which goes before it and must be set anew.",
            login(target)
        ),
    )
}

/// The command of the Atlas CLI that signs in.
fn login(target: &Target) -> String {
    match &target.profile {
        Some(profile) if profile.as_str() != "default" => {
            format!("atlas auth login --profile {}", shell::quoted(profile.as_str()))
        }
        _ => "atlas auth login".to_owned(),
    }
}

fn what_went_wrong(fault: CommandFault, detail: &str) -> String {
    let what = match fault {
        CommandFault::NotStarted => "it cannot be started",
        // The detail tells how it ended.
        CommandFault::Failed if !detail.is_empty() => return format!("it {detail}"),
        CommandFault::Late if !detail.is_empty() => return format!("it was {detail}"),
        CommandFault::Failed => "it failed",
        CommandFault::Late => "it took too long",
        CommandFault::Silent => "it printed nothing",
        CommandFault::NoToken => "what it printed can be no token",
    };
    if detail.is_empty() { what.to_owned() } else { format!("{what} — {detail}") }
}

fn address_blocked(signed_by: SignedBy) -> (String, String) {
    let who = noun(signed_by);
    let step = match signed_by {
        SignedBy::Key | SignedBy::Account => {
            format!("Add the address to the API access list of the {who}, under Access Manager in Atlas.")
        }
        SignedBy::Login | SignedBy::Command => {
            "Add the address to the access list for the API, in the settings of the organization.".to_owned()
        }
    };
    let whose = match signed_by {
        SignedBy::Key | SignedBy::Account => format!("the {who}'s access list"),
        SignedBy::Login | SignedBy::Command => "the access list of who signed in".to_owned(),
    };
    (format!("This machine's address is not on {whose}."), step)
}

fn noun(signed_by: SignedBy) -> &'static str {
    match signed_by {
        SignedBy::Key => "key",
        SignedBy::Account => "service account",
        SignedBy::Login => "user",
        SignedBy::Command => "token",
    }
}
