//! Every kind of error, so that none leads to a wait without an end that nobody asked for, or to exit code 0.

use super::*;
use crate::api::error::CommandFault;
use crate::api::{Meta, Missing, TokenLimit};

fn error(kind: ErrorKind) -> ApiError {
    ApiError { kind, code: None, detail: None, retry_after: None, meta: Meta::default() }
}

/// All kinds, with what a first read says of each, and the third in a row of a job that was read before. A new kind
/// does not compile here until somebody has decided about it.
fn all() -> Vec<(ErrorKind, Verdict, Verdict)> {
    use ErrorKind as E;
    use Verdict::{End, Gone, Wait};
    let decide = |kind: &E| match kind {
        E::NoCredentials
        | E::KeyRefused { .. }
        | E::AccountRefused { .. }
        | E::TokenOver
        | E::TokenCommand { .. }
        | E::Forbidden
        | E::AddressBlocked => (End(7), End(7)),
        E::NotFound(_) => (End(6), Gone),
        E::Ended => (End(6), End(6)),
        E::WrongKind => (End(2), End(2)),
        E::RateLimited
        | E::TokenLimit(_)
        | E::TokenAnswer
        | E::ServerError
        | E::UnexpectedStatus
        | E::Timeout
        | E::Dns
        | E::Connect
        | E::Tls
        | E::Proxy
        | E::Cut
        | E::NotJson => (Wait, Wait),
        E::Redirected { .. } => (End(8), Wait),
        E::TooLarge { .. } | E::WrongShape { .. } | E::Internal => (End(1), Wait),
    };
    let kinds = [
        E::NoCredentials,
        E::KeyRefused { public_key_hint: "abcd…".into() },
        E::AccountRefused { client_id_hint: "mdb_sa_id_abcd…".into() },
        E::TokenLimit(TokenLimit::PerMinute),
        E::TokenLimit(TokenLimit::Live),
        E::TokenOver,
        E::TokenCommand { program: "atlas".into(), fault: CommandFault::Failed },
        E::TokenAnswer,
        E::Forbidden,
        E::AddressBlocked,
        E::NotFound(Missing::Project),
        E::NotFound(Missing::Instance),
        E::NotFound(Missing::Job),
        E::NotFound(Missing::Unsaid),
        E::Ended,
        E::WrongKind,
        E::RateLimited,
        E::ServerError,
        E::UnexpectedStatus,
        E::Timeout,
        E::Dns,
        E::Connect,
        E::Tls,
        E::Proxy,
        E::Cut,
        E::NotJson,
        E::Redirected { to_host: "example.org".into() },
        E::TooLarge { limit: 1 },
        E::WrongShape { field: "a".into(), expected: "b".into(), found: "c".into() },
        E::Internal,
    ];
    kinds.into_iter().map(|kind| (kind.clone(), decide(&kind).0, decide(&kind).1)).collect()
}

#[test]
fn every_kind_of_error_has_a_verdict_and_none_is_a_success() {
    for (kind, first, later) in all() {
        let error = error(kind);
        assert_eq!(verdict(&error, false, 1), first, "first: {error:?}");
        assert_eq!(verdict(&error, true, 3), later, "later: {error:?}");
        assert_ne!(given_up(&error), 0, "{error:?}");
        for seen in [false, true] {
            for times in 1..=5 {
                assert_ne!(verdict(&error, seen, times), Verdict::End(0), "{error:?}");
            }
        }
    }
}

#[test]
fn a_refusal_after_hours_of_success_is_asked_about_again() {
    let refused = error(ErrorKind::Forbidden);
    let verdicts = [1, 2, 3].map(|times| verdict(&refused, true, times));
    assert_eq!(verdicts, [Verdict::Wait, Verdict::Wait, Verdict::End(7)]);
    assert_eq!(verdict(&error(ErrorKind::NotFound(Missing::Job)), true, 1), Verdict::Wait);
}

#[test]
fn a_way_to_sign_in_that_we_lack_is_a_refusal() {
    let mut odd = error(ErrorKind::UnexpectedStatus);
    odd.meta.http_status = Some(401);
    assert_eq!(verdict(&odd, false, 1), Verdict::End(7));
    assert_eq!(given_up(&odd), 7);
    assert_eq!(given_up(&error(ErrorKind::NotJson)), 8);
}

#[test]
fn words() {
    for until in Until::ALL {
        assert_eq!(until.as_str().parse(), Ok(until));
    }
    assert!("done".parse::<Until>().is_err());
}
