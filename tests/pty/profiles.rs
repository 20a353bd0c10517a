//! Two organizations on one board: the Atlas CLI's file has a profile for each, one with a key and one with a service
//! account, and neither may read the other's jobs.

use std::fmt::Write as _;

use atlas_tui::demo::{self, Options, Principal, Running};
use atlas_tui::domain::lookup::Lookup;
use secrecy::ExposeSecret;

use super::emulator::{Emulator, Launch};

fn atlas() -> Running {
    demo::spawn(Options { second_organization: true, ..Options::default() }).unwrap()
}

fn entry(lookup: &Lookup, label: &str, profile: Option<&str>) -> serde_json::Value {
    serde_json::json!({
        "label": label, "kind": lookup.target.kind.as_str(), "projectId": lookup.target.project.as_str(),
        "instance": lookup.target.instance.as_str(), "jobId": lookup.target.job.as_str(), "profile": profile,
    })
}

/// The dashboard with these lookups, and with the profiles `one` (the first in the file's order) and `two`.
fn start(atlas: &Running, lookups: &[serde_json::Value]) -> Emulator {
    let partner = Principal::Partner;
    let mut cli = String::from("version = 2\n");
    let secret = atlas.private_key.expose_secret();
    writeln!(cli, "[one]\nauth_type = \"api_keys\"\nops_manager_url = \"{}\"", atlas.base_url).unwrap();
    writeln!(cli, "public_api_key = \"{}\"\nprivate_api_key = \"{secret}\"", atlas.public_key).unwrap();
    let secret = partner.client_secret();
    writeln!(cli, "[two]\nauth_type = \"service_account\"\nops_manager_url = \"{}\"", atlas.base_url)
        .unwrap();
    writeln!(cli, "client_id = \"{}\"", partner.client_id()).unwrap();
    writeln!(cli, "client_secret = \"{}\"", secret.expose_secret()).unwrap();
    let lookups = serde_json::json!({"version": 1, "lookups": lookups}).to_string();
    Launch::new(&["-P", "one"])
        .file("atlascli/config.toml", &cli)
        .file("data/lookups.json", &lookups)
        .start()
        .attach()
}

#[test]
fn two_profiles_are_watched_at_once_and_a_switch_moves_the_lookup_without_one() {
    let atlas = atlas();
    let find = |lookups: &[Lookup], label: &str| {
        lookups.iter().find(|lookup| lookup.label == label).expect("it is in the plot").clone()
    };
    let mut emulator = start(
        &atlas,
        &[
            entry(&find(&atlas.partner_lookups, "orders-restore"), "anybody", None),
            entry(&find(&atlas.lookups, "events-restore"), "ours", Some("one")),
            entry(&find(&atlas.partner_lookups, "events-restore"), "theirs", Some("two")),
            entry(&find(&atlas.lookups, "staging-refresh"), "orphan", Some("gone")),
        ],
    );
    // Each of the two reads its own job. Neither may read the other's: with the wrong one there would be an error.
    emulator.wait_for("2 running · 2 errors");
    for words in ["one · 127.0.0.1:", "not allowed", "no profile"] {
        emulator.wait_for(words);
    }
    emulator.send("P");
    emulator.wait_for("Profiles");
    emulator.send("two\r");
    emulator.wait_for("the lookup without a profile is read with it");
    emulator.wait_for("two · 127.0.0.1:");
    emulator.wait_for("3 running · 1 error");
    emulator.wait_for_absence("not allowed");
    emulator.send("q");
    assert!(emulator.wait_exit().success());
    // A choice of the session, not of the lookups: nothing was saved.
    let saved = std::fs::read_to_string(emulator.home().join("data/lookups.json")).unwrap();
    assert_eq!(saved.matches(r#""profile":null"#).count(), 1, "{saved}");
}
