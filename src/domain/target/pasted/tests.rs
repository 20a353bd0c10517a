//! Wrong parts, kinds that there are not, hosts, and what must stay secret.

use super::*;
use crate::domain::profile::Profile;
use crate::domain::target::Target;

const P: &str = "6a793f6b2c88faeba59bae37";
const I: &str = "backupRestores-305";
const J: &str = "6a794733c0eb9e7a17740663";

/// Fills `P`, `I` and `J` in braces with the ids.
fn filled(form: &str) -> String {
    form.replace("{P}", P).replace("{I}", I).replace("{J}", J)
}

#[test]
fn a_wrong_part_is_told_with_its_text_its_reason_and_its_place() {
    let wrong = |form: &str| {
        let pasted = read_pasted(&filled(form)).unwrap_or_else(|| panic!("{form}"));
        pasted.wrong.into_iter().map(|wrong| (wrong.part, wrong.text, wrong.why)).collect::<Vec<_>>()
    };
    let told = |part, text: &str, why: &str| (part, text.to_owned(), why.to_owned());
    let short = J.get(..23).unwrap();
    let name = told(Part::Instance, "or_ders", "letters, digits and - only; _ at 3");
    for (form, expected) in [
        ("serverless/{P}/or_ders/{J}", vec![name.clone()]),
        ("serverless/{P}/{I}/6a794733c0eb9e7a1774066", vec![told(Part::Job, short, "1 more digit")]),
        (
            "flex/g{P}/or_ders/6a79",
            vec![
                told(Part::Project, &format!("g{P}"), "hex digits only; g at 1"),
                name.clone(),
                told(Part::Job, "6a79", "20 more digits"),
            ],
        ),
        (
            "https://h/groups/{P}/clusters/my%20cluster/backup/restoreJobs/{J}",
            vec![told(Part::Instance, "my cluster", "letters, digits and - only; the space at 3")],
        ),
        ("atlas backups restores watch {J} --clusterName or_ders --projectId {P}", vec![name.clone()]),
        (r#"{"id":"{J}","projectId":"{P}","instanceName":"or_ders"}"#, vec![name]),
        ("auto/{P}/{I}", vec![]),
        ("auto/{P}//{J}", vec![]),
    ] {
        assert_eq!(wrong(form), expected, "{form}");
    }
}

#[test]
fn what_may_be_a_key_is_no_text_to_show() {
    for key in ["1b2c3d4e-aaaa-bbbb-cccc-0123456789ab", "mdb_sa_sk_0123456789"] {
        for form in
            ["auto/{P}/{I}/KEY", "auto/KEY/{I}/{J}", "atlas backups restores watch KEY --projectId {P}"]
        {
            let pasted = read_pasted(&filled(form).replace("KEY", key)).unwrap();
            let texts: Vec<_> = pasted.wrong.iter().map(|wrong| wrong.text.as_str()).collect();
            assert_eq!(texts, [""], "{form} {key}");
        }
    }
}

#[test]
fn a_kind_that_there_is_not_is_never_taken_for_auto() {
    for (form, word) in [
        ("serverles/{P}/{I}/{J}", "serverles"),
        ("my secret/{P}/{I}/{J}", ""),
        ("se.cret/{P}/{I}/{J}", "…"),
        (r#"{"target":{"kind":"flexx","projectId":"{P}","instance":"{I}","jobId":"{J}"}}"#, "flexx"),
    ] {
        let pasted = read_pasted(&filled(form));
        let unknown = pasted.and_then(|pasted| pasted.unknown_kind).unwrap_or_default();
        assert_eq!(unknown, word, "{form}");
        assert!(filled(form).parse::<Target>().is_err(), "{form}");
    }
}

#[test]
fn the_host_of_an_address_is_told_but_never_that_of_an_answer() {
    let path = "/api/atlas/v2/groups/{P}/clusters/{I}/backup/restoreJobs/{J}";
    for (form, host) in [
        ("https://cloud.mongodb.comPATH", Some("cloud.mongodb.com")),
        ("curl -u a:b 'HTTPS://pub:secret@Cloud.MongoDBgov.com:443PATH'", Some("cloud.mongodbgov.com")),
        ("http://localhost:8080PATH", Some("localhost:8080")),
        ("PATH", None),
        ("https://one.examplePATH https://two.examplePATH", None),
        (r#"{"links":[{"rel":"self","href":"http://localhost:8080PATH"}]}"#, None),
    ] {
        let text = filled(&form.replace("PATH", path));
        assert_eq!(read_parts(&text).unwrap().host.as_deref(), host, "{text}");
    }
}

#[test]
fn a_line_of_the_atlas_cli_names_its_profile() {
    for (flag, profile) in [
        ("-P Prod", Some("prod")),
        ("-P=prod", Some("prod")),
        ("-Pprod", Some("prod")),
        ("--profile prod", Some("prod")),
        ("--profile='prod'", Some("prod")),
        ("-P", None),
        ("-P a.b", None),
        ("", None),
    ] {
        for text in [
            format!("atlas {flag} --debug backups restores watch {J} --clusterName {I} --projectId {P}"),
            format!("atlas backups restores watch {J} --clusterName {I} --projectId {P} {flag}"),
        ] {
            let found = read_pasted(&text).unwrap();
            assert_eq!(found.profile.as_ref().map(Profile::as_str), profile, "{text}");
            assert!(found.has(Part::Job) && found.wrong.is_empty(), "{text}");
            assert_eq!(text.parse::<Target>().unwrap().profile, found.profile);
        }
    }
    // Of other programs the letter means something else.
    let curl = format!(
        "curl -P prod https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/{I}/backup/restoreJobs/{J}"
    );
    assert_eq!(read_pasted(&curl).unwrap().profile, None);
}
