//! The look for a fault against every fault there is, each told apart from the others: an Atlas that refuses in one way
//! or another, and a way to it that is broken at one place.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

#[path = "../support/hostile.rs"]
#[allow(dead_code, reason = "each test file uses some of it")]
mod hostile;
mod way;

use std::sync::Arc;
use std::time::Duration;

use atlas_tui::api::{ApiKey, Credential, ServiceAccount};
use atlas_tui::atlas::Atlas;
use atlas_tui::config::Accounts;
use atlas_tui::demo::{self, Access, Fault, Options, Principal, RateLimit, Running, ServerlessEndpoints};
use atlas_tui::doctor::check::exit_code;
use atlas_tui::doctor::network::{Tools, tls};
use atlas_tui::doctor::{Blame, Case, Check, Machine, Name, Report, Subject, Verdict, examine};
use atlas_tui::domain::secret::Secret;
use atlas_tui::domain::target::{Kind, Target};
use jiff::{SignedDuration, Timestamp};

fn now() -> Timestamp {
    Timestamp::now()
}

/// Without a proxy, by the roots of the platform.
fn tools() -> Tools {
    let matcher = hyper_util::client::proxy::matcher::Matcher::builder().build();
    Tools { matcher: Arc::new(matcher), verifier: tls::platform_verifier(), step: Duration::from_secs(5) }
}

async fn look(base: &str, credential: Credential, subject: Subject) -> Report {
    let accounts = Accounts::fixed(base.parse().unwrap(), credential);
    let atlas = Atlas::new(accounts.clone(), now);
    let case = Case { accounts, profile: None, subject, machine: Machine::default() };
    let mut told = Vec::new();
    let (report, _) = examine(case, &atlas, tools(), |_| None, now, |check| told.push(check.clone())).await;
    let names: Vec<_> = report.checks.iter().map(|check| check.name).collect();
    assert_eq!(names, Name::ALL, "every check once, and in order");
    told.sort_by_key(|check| check.name);
    assert_eq!(told, report.checks, "all of it was told");
    assert!(report.requests <= 8, "{} requests", report.requests);
    report
}

fn check(report: &Report, name: Name) -> &Check {
    report.checks.iter().find(|check| check.name == name).unwrap()
}

/// This one failed, as the first; its words and what is to be done hold these.
fn assert_fails(report: &Report, name: Name, blame: Blame, finding: &str, next: &str) {
    let first = report.checks.iter().find(|check| check.is_failure());
    let first = first.unwrap_or_else(|| panic!("nothing failed: {report:#?}"));
    assert_eq!((first.name, first.verdict), (name, Verdict::Failure(blame)), "{report:#?}");
    assert!(first.finding.contains(finding), "{finding} in {first:?}");
    let step = first.next_step.as_deref().unwrap();
    assert!(step.contains(next), "{next} in {first:?}");
    assert_eq!(exit_code(&report.checks), blame.exit_code());
}

fn key(public_key: &str, private_key: impl Into<Secret>) -> Credential {
    Credential::Key(ApiKey { public_key: public_key.to_owned(), private_key: private_key.into() })
}

fn key_of(who: Principal) -> Credential {
    key(who.public_key(), who.private_key())
}

fn job(atlas: &Running, label: &str) -> Subject {
    Subject::Job(atlas.lookup(label).unwrap().target.clone())
}

/// A restore job of a dedicated cluster.
const DEDICATED: &str = "billing-dump";

async fn demo(options: Options) -> Running {
    demo::start(options).await.unwrap()
}

#[tokio::test]
async fn where_nothing_is_wrong_nothing_fails_and_atlas_is_asked_four_times() {
    let atlas = demo(Options::default()).await;
    let report = look(&atlas.base_url, key_of(Principal::Owner), job(&atlas, DEDICATED)).await;
    assert_eq!(exit_code(&report.checks), 0, "{report:#?}");
    for name in [
        Name::Credentials,
        Name::Dns,
        Name::Tcp,
        Name::Answer,
        Name::Clock,
        Name::SignIn,
        Name::AccessList,
        Name::Project,
        Name::Role,
        Name::Job,
        Name::RateBudget,
        Name::Endpoint,
    ] {
        assert_eq!(check(&report, name).verdict, Verdict::Ok, "{report:#?}");
    }
    let stats = atlas.stats();
    // A challenge, then project, job and rate limit.
    assert_eq!((u64::from(report.requests), stats.requests), (4, 4));
    assert_eq!((stats.writes, stats.challenges), (0, 1), "it only reads");
    assert!(check(&report, Name::RateBudget).finding.contains("of 1200 requests left, 20 more every 1 s"));
}

#[tokio::test]
async fn a_kind_that_is_to_be_found_out_is_found_out() {
    let atlas = demo(Options::default()).await;
    let Subject::Job(target) = job(&atlas, DEDICATED) else { unreachable!() };
    let subject = Subject::Job(Target { kind: Kind::Auto, ..target });
    let report = look(&atlas.base_url, key_of(Principal::Owner), subject).await;
    assert_eq!(check(&report, Name::Role).finding, "enough for restore jobs of the kind dedicated");
    assert_eq!(u64::from(report.requests), atlas.requests());
}

#[tokio::test]
async fn without_a_job_the_list_is_looked_at_and_without_a_cluster_it_says_what_to_give() {
    let atlas = demo(Options::default()).await;
    let Subject::Job(target) = job(&atlas, DEDICATED) else { unreachable!() };
    let subject = Subject::Cluster(target.cluster());
    let report = look(&atlas.base_url, key_of(Principal::Owner), subject).await;
    assert_eq!(check(&report, Name::Role).verdict, Verdict::Ok, "{report:#?}");
    assert_eq!(check(&report, Name::Job).verdict, Verdict::Skipped);
    let report = look(&atlas.base_url, key_of(Principal::Owner), Subject::Account).await;
    assert_eq!(check(&report, Name::SignIn).verdict, Verdict::Ok, "{report:#?}");
    let project = check(&report, Name::Project);
    assert!(project.next_step.as_deref().unwrap().contains("--project-id"), "{project:?}");
}

#[tokio::test]
async fn an_unknown_public_key_and_a_wrong_private_key_look_alike_to_atlas_and_it_says_so() {
    let atlas = demo(Options::default()).await;
    let wrong = key(Principal::Owner.public_key(), "12345678-de30-4000-8000-0123456789ab".to_owned());
    let unknown = key("abcdefgh", Principal::Owner.private_key());
    for credential in [wrong, unknown] {
        let report = look(&atlas.base_url, credential, job(&atlas, DEDICATED)).await;
        let both = "says the same of an unknown public key and of a wrong private key";
        assert_fails(&report, Name::SignIn, Blame::Access, both, "if this public key is not listed");
        assert_eq!(check(&report, Name::Credentials).verdict, Verdict::Ok);
        assert_eq!(report.requests, 2, "no loop");
    }
}

#[tokio::test]
async fn a_key_that_was_not_copied_whole_is_told_by_its_form() {
    let atlas = demo(Options::default()).await;
    let report = look(&atlas.base_url, key("demopubl", "00000000-de30".to_owned()), Subject::Account).await;
    assert_fails(
        &report,
        Name::SignIn,
        Blame::Access,
        "private key has not the form",
        "Copy the private key",
    );
    let swapped = key("00000000-de30-4000-8000-000000000000", "demopubl".to_owned());
    let report = look(&atlas.base_url, swapped, Subject::Account).await;
    assert_fails(&report, Name::SignIn, Blame::Access, "wrong way round", "Exchange the two");
    assert_eq!(check(&report, Name::Credentials).verdict, Verdict::Warning);
}

#[tokio::test]
async fn a_small_role_is_told_from_none_in_the_project() {
    let atlas = demo(Options::default()).await;
    let report = look(&atlas.base_url, key_of(Principal::ReadOnly), job(&atlas, DEDICATED)).await;
    assert_fails(&report, Name::Role, Blame::Access, "restore jobs", "Project Backup Manager");
    for name in [Name::SignIn, Name::AccessList, Name::Project] {
        assert_eq!(check(&report, name).verdict, Verdict::Ok, "{report:#?}");
    }
    let report = look(&atlas.base_url, key_of(Principal::Member), job(&atlas, DEDICATED)).await;
    assert_fails(&report, Name::Project, Blame::Access, "no role in project", "Project > Access Manager");
    assert_eq!(check(&report, Name::SignIn).verdict, Verdict::Ok);
}

#[tokio::test]
async fn a_blocked_address_is_named_for_a_key_and_for_an_account() {
    let atlas = demo(Options::default()).await;
    atlas.set_access(Principal::Owner, Access::NotListed);
    let account = Credential::ServiceAccount(ServiceAccount {
        client_id: atlas.client_id.clone(),
        client_secret: atlas.client_secret.clone(),
    });
    for credential in [key_of(Principal::Owner), account] {
        let report = look(&atlas.base_url, credential, job(&atlas, DEDICATED)).await;
        assert_fails(&report, Name::AccessList, Blame::Access, "127.0.0.1", "add 127.0.0.1");
        assert_eq!(check(&report, Name::SignIn).verdict, Verdict::Ok, "{report:#?}");
        assert_eq!(check(&report, Name::Role).verdict, Verdict::Skipped);
    }
}

#[tokio::test]
async fn a_token_that_has_ended_leads_to_a_new_sign_in() {
    let atlas = demo(Options::default()).await;
    let token = atlas.token(Principal::Owner).unwrap();
    let good = look(&atlas.base_url, Credential::Token(token.clone()), job(&atlas, DEDICATED)).await;
    assert_eq!(exit_code(&good.checks), 0, "{good:#?}");
    atlas.revoke_tokens();
    let report = look(&atlas.base_url, Credential::Token(token), job(&atlas, DEDICATED)).await;
    assert_fails(&report, Name::SignIn, Blame::Access, "token", "atlas auth login");
}

#[tokio::test]
async fn a_service_account_signs_in_with_one_token_request() {
    let atlas = demo(Options::default()).await;
    let account = |client_secret| {
        Credential::ServiceAccount(ServiceAccount { client_id: atlas.client_id.clone(), client_secret })
    };
    let report = look(&atlas.base_url, account(atlas.client_secret.clone()), job(&atlas, DEDICATED)).await;
    assert_eq!(exit_code(&report.checks), 0, "{report:#?}");
    assert_eq!((u64::from(report.requests), atlas.stats().token_requests), (atlas.requests(), 1));
    let wrong = account(Secret::from("mdb_sa_sk_wrong".to_owned()));
    let report = look(&atlas.base_url, wrong, job(&atlas, DEDICATED)).await;
    let failed = check(&report, Name::SignIn);
    assert_eq!(failed.verdict, Verdict::Failure(Blame::Access), "{report:#?}");
    assert!(failed.finding.contains("mdb_sa_id_de30"), "{failed:?}");
}

#[tokio::test]
async fn a_skewed_clock_is_a_warning_with_its_side() {
    for (ahead, side) in [(4, "4 min 0 s behind"), (-90, "ahead of Atlas's")] {
        let clock_ahead = SignedDuration::from_mins(ahead);
        let atlas = demo(Options { clock_ahead, ..Options::default() }).await;
        let report = look(&atlas.base_url, key_of(Principal::Owner), job(&atlas, DEDICATED)).await;
        let clock = check(&report, Name::Clock);
        assert_eq!(clock.verdict, Verdict::Warning, "{report:#?}");
        assert!(clock.finding.contains(side) || ahead == 4 && clock.finding.contains("behind"), "{clock:?}");
        assert_eq!(exit_code(&report.checks), 0);
    }
}

#[tokio::test]
async fn a_captive_portal_is_no_atlas() {
    let atlas = demo(Options { fault: Some(Fault::CaptivePortal), ..Options::default() }).await;
    let report = look(&atlas.base_url, key_of(Principal::Owner), job(&atlas, DEDICATED)).await;
    assert_fails(&report, Name::Answer, Blame::Unreachable, "a page answers in its place", "in a browser");
    for name in [Name::Clock, Name::SignIn, Name::Role] {
        assert_eq!(check(&report, name).verdict, Verdict::Skipped, "{report:#?}");
    }
    assert_eq!(report.requests, 1);
}

#[tokio::test]
async fn a_page_in_the_place_of_atlas_is_no_fault_of_credential_or_project() {
    let account = || {
        let (client_id, client_secret) = ("mdb_sa_id_de30".to_owned(), "mdb_sa_sk_de30".to_owned().into());
        Credential::ServiceAccount(ServiceAccount { client_id, client_secret })
    };
    let atlas = demo(Options::default()).await;
    for (status, credential, finding) in [
        ("200 OK", account(), "asked for a token, it answers with HTTP status 200, but it is not JSON"),
        ("403 Forbidden", key_of(Principal::Owner), "HTTP status 403, and not in Atlas's words"),
        ("404 Not Found", key_of(Principal::Owner), "HTTP status 404, and not in Atlas's words"),
    ] {
        let page = hostile::Reply::new(status, &["Content-Type: text/html"], "<html>Accept our terms</html>");
        let portal = hostile::Server::always(page).await;
        let report = look(&portal.base, credential, job(&atlas, DEDICATED)).await;
        assert_fails(&report, Name::Answer, Blame::Unreachable, finding, "in a browser");
        assert_eq!((report.requests, portal.count()), (1, 1), "{status}");
    }
}

#[tokio::test]
async fn an_atlas_that_cannot_answer_is_nobodys_fault_here() {
    let atlas = demo(Options { fault: Some(Fault::Unavailable), ..Options::default() }).await;
    let report = look(&atlas.base_url, key_of(Principal::Owner), Subject::Account).await;
    assert_fails(&report, Name::Answer, Blame::Unreachable, "HTTP status 503", "status.mongodb.com");
}

#[tokio::test]
async fn a_used_up_rate_budget_is_told_with_the_wait() {
    let rate = RateLimit { capacity: 1, refill: 1, period: Duration::from_secs(600) };
    let atlas = demo(Options { rate, ..Options::default() }).await;
    let report = look(&atlas.base_url, key_of(Principal::Owner), job(&atlas, DEDICATED)).await;
    assert_fails(&report, Name::RateBudget, Blame::Unreachable, "HTTP status 429", "Wait ");
    // Once nothing is left, even the sign-in is not known.
    let report = look(&atlas.base_url, key_of(Principal::Owner), job(&atlas, DEDICATED)).await;
    assert_fails(&report, Name::RateBudget, Blame::Unreachable, "HTTP status 429", "Wait ");
    assert_eq!(check(&report, Name::SignIn).verdict, Verdict::Skipped, "{report:#?}");
}

#[tokio::test]
async fn an_endpoint_past_its_sunset_is_told_with_the_way_on() {
    let atlas = demo(Options { serverless: ServerlessEndpoints::Ended, ..Options::default() }).await;
    let Subject::Job(target) = job(&atlas, DEDICATED) else { unreachable!() };
    let subject = Subject::Job(Target { kind: Kind::Serverless, ..target });
    let report = look(&atlas.base_url, key_of(Principal::Owner), subject).await;
    assert_fails(&report, Name::Endpoint, Blame::NotFound, "ended on 2026-01-22", "kind auto");
    assert_eq!(check(&report, Name::Job).verdict, Verdict::Skipped);
}

#[tokio::test]
async fn a_project_and_a_job_that_are_not_there_are_told_apart() {
    let atlas = demo(Options::default()).await;
    let Subject::Job(target) = job(&atlas, DEDICATED) else { unreachable!() };
    let nowhere =
        Subject::Job(Target { project: "aaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap(), ..target.clone() });
    let report = look(&atlas.base_url, key_of(Principal::Owner), nowhere).await;
    assert_fails(&report, Name::Project, Blame::NotFound, "aaaaaaaaaaaaaaaaaaaaaaaa", "Compare the id");
    let gone = Subject::Job(Target { job: "6a0000000000000000000000".parse().unwrap(), ..target });
    let report = look(&atlas.base_url, key_of(Principal::Owner), gone).await;
    assert_fails(&report, Name::Job, Blame::NotFound, "6a0000000000000000000000", "Compare the job id");
    assert_eq!(check(&report, Name::Role).verdict, Verdict::Ok, "{report:#?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_named() {
    let reply = hostile::Reply::new("302 Found", &["Location: https://login.hotel.example/"], "");
    let server = hostile::Server::always(reply).await;
    let report = look(&server.base, key_of(Principal::Owner), Subject::Account).await;
    assert_fails(&report, Name::Answer, Blame::Unreachable, "login.hotel.example", "in a browser");
    assert_eq!(server.count(), 1);
}
