//! Finds out why it does not work: from the credential over the way to Atlas to what Atlas says, each step told apart
//! and with the next thing to do.
//!
//! A check is `ok`, a `warning`, a `failure` or `skipped`, in a fixed order ([`check::Name`]). What one check needs of
//! another is written where they are made: without a connection there is no TLS to look at, without an answer no role.
//! Credential (which may wait for the keyring) and network are looked at together. It only reads, asks Atlas eight
//! times at most, and every step has an end.
//!
//! Knows no screen and no command line; both show the same [`Check`]s.

pub mod bundle;
pub mod check;
pub mod examination;
mod given;
pub mod machine;
pub mod network;
pub mod redaction;
pub mod report;
pub mod verdict;

use jiff::Timestamp;

pub use check::{Blame, Check, Name, Verdict};
pub use examination::Subject;
pub use machine::Belonging;
pub use redaction::Redaction;

use crate::api::probe::ProbeApi;
use crate::config::{Access, Accounts};
use crate::domain::profile::Profile;

/// What is to be looked at.
#[derive(Debug, Clone)]
pub struct Case {
    pub accounts: Accounts,
    pub profile: Option<Profile>,
    pub subject: Subject,
    pub machine: Machine,
}

/// What is so on this side.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    pub belongings: Vec<Belonging>,
    /// Why the config file was not taken.
    pub broken_settings: Option<String>,
    /// Columns and rows; `None` when there is no terminal.
    pub size: Option<(u16, u16)>,
    pub ascii: bool,
    pub mono: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// In the order of [`Name`].
    pub checks: Vec<Check>,
    /// To Atlas, all told.
    pub requests: u32,
}

/// Looks an environment variable up; a function, so that tests bring their own.
pub type Variable = fn(&str) -> Option<String>;

/// Makes every check once and tells each as soon as it is made, which need not be in order. The report has them in
/// order. `tell` gets no secret.
pub async fn examine(
    case: Case,
    api: &impl ProbeApi,
    tools: network::Tools,
    variable: Variable,
    now: fn() -> Timestamp,
    mut tell: impl FnMut(&Check),
) -> (Report, Redaction) {
    let Case { accounts, profile, subject, machine } = case;
    let mut report = Report::default();
    let asked = profile.clone();
    // It may wait for the keyring, and somebody for the keyring's dialogue: the local checks come meanwhile.
    let access = tokio::task::spawn_blocking(move || accounts.access(asked.as_ref(), now()));
    // Nothing of Atlas's is known here yet, and none of these checks quotes anybody.
    for check in [
        machine::files(&machine.belongings, machine.broken_settings.as_deref()),
        machine::terminal(variable, machine.size, machine.ascii, machine.mono),
        machine::version(),
    ] {
        tell(&check);
        report.checks.push(check);
    }
    let Ok(access) = access.await else {
        // Only a panic in there ends like this.
        report.checks.push(Name::Credentials.failure(
            Blame::Other,
            "the look for them broke off",
            "Report this with what you did before.",
        ));
        return (report, Redaction::default());
    };
    let redaction = Redaction::of(&access, variable);
    let mut take = |check: Check| {
        let check = redaction.check(check);
        tell(&check);
        report.checks.push(check);
    };
    take(given::credentials(&access));
    take(given::keyring(&access));
    take(given::base_url(&access));
    let reachable = network::look(&access.base_url.value, &tools, variable, now, &mut take).await;
    if !reachable {
        examination::skip_all("not asked, as there is no way to Atlas", &mut take);
    } else if has_credential(&access) {
        let credential = given::known(&access);
        report.requests =
            examination::examine(api, profile.as_ref(), &subject, &credential, now, &mut take).await;
    } else {
        examination::skip_all("not asked, as there is no credential", &mut take);
    }
    report.checks.sort_by_key(|check| check.name);
    (report, redaction)
}

fn has_credential(access: &Access) -> bool {
    access.credential.as_ref().is_some_and(|found| !found.value.is_blank())
}
