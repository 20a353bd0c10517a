//! Every form in which people paste a restore job, forms that only look like one, and what must stay secret.

use proptest::prelude::*;

use super::*;

const P: &str = "6a793f6b2c88faeba59bae37";
const I: &str = "backupRestores-305";
const J: &str = "6a794733c0eb9e7a17740663";

/// Fills `P`, `I` and `J` in braces with the ids.
fn filled(form: &str) -> String {
    form.replace("{P}", P).replace("{I}", I).replace("{J}", J)
}

fn pasted(kind: Option<Kind>, parts: &str) -> Pasted {
    Pasted {
        kind,
        project: parts.contains('P').then(|| P.parse().unwrap()),
        instance: parts.contains('I').then(|| I.parse().unwrap()),
        job: parts.contains('J').then(|| J.parse().unwrap()),
        ..Pasted::default()
    }
}

/// Asserts that each form holds the parts, and whether it makes a whole target.
fn reads_as(kind: Option<Kind>, parts: &str, forms: &[&str]) {
    let expected = pasted(kind, parts);
    for form in forms {
        let text = filled(form);
        let good = read_pasted(&text).map(|pasted| Pasted {
            wrong: Vec::new(),
            host: None,
            profile: None,
            ..pasted
        });
        assert_eq!(good.as_ref(), Some(&expected), "{text}");
        let target = text.parse::<Target>();
        assert_eq!(target.is_ok(), parts == "PIJ", "{text}: {target:?}");
        if let Ok(target) = target {
            assert_eq!(
                target.to_string(),
                filled(&format!("{}/{{P}}/{{I}}/{{J}}", kind.unwrap_or_default()))
            );
        }
    }
}

#[test]
fn our_own_form() {
    for kind in Kind::ALL {
        reads_as(Some(kind), "PIJ", &[&format!("{kind}/{{P}}/{{I}}/{{J}}")]);
    }
    reads_as(
        Some(Kind::Flex),
        "PIJ",
        &[
            "  flex/{P}/{I}/{J}\n",
            "'flex/{P}/{I}/{J}'",
            "“flex/{P}/{I}/{J}”",
            "\u{feff}flex/{P}/\u{200b}{I}/{J}",
            "Flex/{P}/{I}/{J}/",
            "atlas-tui get flex/{P}/{I}/{J} -o json",
            "$ atlas-tui watch 'flex/{P}/{I}/{J}'",
        ],
    );
    reads_as(None, "PIJ", &["{P}/{I}/{J}", "/{P}/{I}/{J}"]);
    reads_as(Some(Kind::Auto), "PI", &["auto/{P}/{I}"]);
    reads_as(Some(Kind::Auto), "P", &["auto/{P}", "auto/{P}/"]);
    reads_as(Some(Kind::Auto), "PJ", &["auto/{P}/not_a_name/{J}", "auto/{P}//{J}"]);
}

#[test]
fn an_instance_may_bear_any_word_of_a_path() {
    for name in ["groups", "clusters", "backup", "restoreJobs", "atlas", "auto", "serverless"] {
        for form in [format!("{P}/{name}/{J}"), format!("dedicated/{P}/{name}/{J}")] {
            let target: Target = form.parse().unwrap();
            assert_eq!((target.instance.as_str(), target.job.as_str()), (name, J), "{form}");
        }
    }
    let url = filled("/api/atlas/v2/groups/{P}/clusters/backup/backup/restoreJobs/{J}");
    assert_eq!(url.parse::<Target>().unwrap().instance.as_str(), "backup");
}

#[test]
fn urls_and_paths() {
    reads_as(
        Some(Kind::Serverless),
        "PIJ",
        &[
            "https://cloud.mongodb.com/api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J}",
            "http://127.0.0.1:8080/api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J}?pretty=true",
            "https://cloud.mongodbgov.com/api/atlas/v1.5/groups/{P}/serverless/{I}/backup/restoreJobs/{J}/",
            "/api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J}",
            "api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J}#top",
            "GET /api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J} HTTP/1.1",
        ],
    );
    reads_as(
        Some(Kind::ServerlessV2),
        "PIJ",
        &["https://cloud.mongodb.com/api/atlas/v2/groups/{P}/serverless/{I}/backup/restoreJobs/{J}"],
    );
    reads_as(
        Some(Kind::Flex),
        "PIJ",
        &["https://cloud.mongodb.com/api/atlas/v2/groups/{P}/flexClusters/{I}/backup/restoreJobs/{J}"],
    );
    reads_as(
        Some(Kind::Dedicated),
        "PIJ",
        &[
            "https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/{I}/backup/restoreJobs/{J}",
            "https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/{I}/restoreJobs/{J}",
            "https://cloud.mongodb.com/api/atlas/v1.0/groups/{P}/clusters/{I}/backup/restoreJobs/{J}?a=b&c=/d/e",
            "https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/backup%52estores%2D305/backup/restoreJobs/{J}",
            "//cloud.mongodb.com//api/atlas/v2//groups/{P}/clusters/{I}/backup/restoreJobs/{J}",
            "<https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/{I}/backup/restoreJobs/{J}>",
            "[the job](https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/{I}/backup/restoreJobs/{J}).",
            "It's still at it: https://x.example/groups/{P}/clusters/{I}/backup/restoreJobs/{J}.",
            "https://key:secret@x.example/api/atlas/v2/groups/{P}/clusters/{I}/backup/restoreJobs/{J}",
        ],
    );
}

#[test]
fn paths_with_less_than_a_job() {
    reads_as(
        Some(Kind::Flex),
        "PI",
        &[
            "https://cloud.mongodb.com/api/atlas/v2/groups/{P}/flexClusters/{I}/backup/restoreJobs",
            "https://cloud.mongodb.com/api/atlas/v2/groups/{P}/flexClusters/{I}/backup/restoreJobs/?pageNum=1",
            "/api/atlas/v2/groups/{P}/flexClusters/{I}/backup/restoreJobs/{jobId}",
            "/api/atlas/v2/groups/{P}/flexClusters/{I}/backup/restoreJobs/6a79",
        ],
    );
    reads_as(
        Some(Kind::Dedicated),
        "PI",
        &[
            "https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/{I}",
            "https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/{I}/backup/snapshots/{J}",
        ],
    );
    reads_as(
        Some(Kind::Collection),
        "PI",
        &["https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/{I}/collectionRestoreJobs"],
    );
    reads_as(
        Some(Kind::Collection),
        "PIJ",
        &[
            "https://cloud.mongodb.com/api/atlas/v2/groups/{P}/clusters/{I}/collectionRestoreJobs/{J}",
            "/api/atlas/v2/groups/{P}/clusters/{I}/collectionRestoreJobs/{J}/collections/sales.orders",
        ],
    );
    reads_as(None, "P", &["https://cloud.mongodb.com/api/atlas/v2/groups/{P}/accessList"]);
    reads_as(
        Some(Kind::Dedicated),
        "PJ",
        &["/api/atlas/v2/groups/{P}/clusters/my%20cluster/backup/restoreJobs/{J}"],
    );
    let name =
        filled("/groups/{P}/clusters/my%20cluster/backup/restoreJobs/{J}").parse::<Target>().unwrap_err();
    assert!(name.0.contains("instance: letters, digits and - only; the space at 3"), "{name}");
}

#[test]
fn curl_lines() {
    reads_as(
        Some(Kind::Serverless),
        "PIJ",
        &[
            "curl https://cloud.mongodb.com/api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J}",
            "$ curl --digest -u 'pub:secret' \"https://cloud.mongodb.com/api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J}\"",
            "curl --user \"pub:secret\" --digest \\\n  --header 'Accept: application/json' \\\n  --include \\\n  --request GET 'https://cloud.mongodb.com/api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J}?pretty=true'",
            "curl \\\r\n --url=https://cloud.mongodb.com/api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J} \\\r\n -s | jq .",
            "curl --url 'https://cloud.mongodb.com/api/atlas/v1.0/groups/{P}/serverless/{I}/backup/restoreJobs/{J}' -d '{\"id\":1}'",
            "PUBLIC=a PRIVATE=b curl -u $PUBLIC:$PRIVATE https://h/groups/{P}/serverless/{I}/backup/restoreJobs/{J}; echo",
        ],
    );
}

#[test]
fn atlas_lines() {
    reads_as(
        Some(Kind::Auto),
        "PIJ",
        &[
            "atlas backups restores watch {J} --clusterName {I} --projectId {P}",
            "$ atlas backups restores describe {J} --clusterName={I} --projectId={P} -o json",
            "atlas backup restore watch --cluster-name {I} --project-id {P} {J}",
            "atlas -P prod backups restores watch --clusterName '{I}' --projectId=\"{P}\" --debug {J}",
            "atlas backups restores watch \\\n  {J} \\\n  --clusterName {I} \\\n  --projectId {P}",
            "PS C:\\> C:\\bin\\atlas.exe backups restores watch {J} ^ --clusterName {I} --groupId {P}",
            "KEY=secret /usr/local/bin/atlas backups restores describe {J} --clusterName {I} --projectId {P}",
            "atlas backups restores describe --restoreJobId {J} --clusterName {I} --projectId {P}",
        ],
    );
    reads_as(
        Some(Kind::Serverless),
        "PIJ",
        &[
            "atlas serverless backups restores watch --restoreJobId {J} --clusterName {I} --projectId {P}",
            "atlas serverless backup restore describe --restore-job-id={J} --clusterName={I} --projectId={P}",
        ],
    );
    reads_as(Some(Kind::Auto), "IJ", &["atlas backups restores watch {J} --clusterName {I}"]);
    reads_as(Some(Kind::Auto), "I", &["atlas backups restores list {I} --clusterName {I}"]);
    reads_as(
        Some(Kind::Auto),
        "PJ",
        &["atlas backups restores watch {J} --clusterName 'backupRestores 305' --projectId {P}"],
    );
}

#[test]
fn json() {
    let link = "http://localhost:8080/api/atlas/v2/groups/{P}/clusters/{I}/backup/restoreJobs/{J}";
    let job = format!(
        r#"{{"cancelled":false,"deliveryType":"automated","id":"{J}","links":[
            {{"href":"http://localhost:8080/api/atlas/v2/groups/{P}/clusters/{I}","rel":"https://cloud.mongodb.com/cluster"}},
            {{"href":"{}","rel":"self"}}],"targetGroupId":"6a794320c0eb9e7a17728a63"}}"#,
        filled(link)
    );
    let list_link = filled(link).replace(&format!("/{J}"), "?pageNum=1");
    let list_links = format!(r#""links":[{{"rel":"self","href":"{list_link}"}}]"#);
    reads_as(
        Some(Kind::Dedicated),
        "PIJ",
        &[
            &job,
            &job.replace('/', r"\/"),
            &format!("{job}%\n$ "),
            &format!("[{job}]"),
            &format!("{{{list_links},\"results\":[{job}],\"totalCount\":1}}"),
            &format!(r#"{{{list_links},"results":[{{"id":"{J}"}}]}}"#),
            // Cut off by the edge of a screen.
            &job[..job.rfind("targetGroupId").unwrap()],
        ],
    );
    let other = job.replace(J, "6a7948342c88faeba59eb866");
    reads_as(
        Some(Kind::Dedicated),
        "PI",
        &[
            &format!("{{{list_links},\"results\":[{job},{other}]}}"),
            &format!("{{{list_links},\"results\":[]}}"),
            r#"{"id":"6a799f06c0eb9e7a177d81e7","links":[{"rel":"self","href":"/groups/{P}/clusters/{I}"}]}"#,
        ],
    );
    assert_eq!(read_pasted(&format!("[{job},{other}]")), None, "which of them is a guess");
    reads_as(
        Some(Kind::Flex),
        "PIJ",
        &[
            r#"{"deliveryType":"RESTORE","id":"{J}","instanceName":"{I}","projectId":"{P}","status":"RUNNING"}"#,
            r#"{"schema":1,"target":{"kind":"flex","projectId":"{P}","instance":"{I}","jobId":"{J}"},"phase":"ready"}"#,
        ],
    );
    reads_as(None, "J", &[r#"{"id":"{J}"}"#, r#"'{"id": "{J}", "links": null}'"#]);
    for nothing in ["{}", "[]", "{", "[[[[", "{\"id\":7}", "{\"links\":{}}", "[1,2]", "{\"results\":{}}"] {
        assert_eq!(read_pasted(nothing), None, "{nothing}");
    }
    assert_eq!(read_pasted(&"[".repeat(100_000)), None, "depth overflows nothing");
}

#[test]
fn a_bare_id_is_the_jobs() {
    reads_as(None, "J", &["{J}", " \"{J}\" ", "6A794733C0EB9E7A17740663\n"]);
}

#[test]
fn nothing_is_guessed() {
    for text in [
        "",
        "   ",
        "hello",
        "/usr/bin/env",
        "and/or",
        "flex",
        "https://example.com/a/b/c",
        "6a794733c0eb9e7a177",
        "{P} {J}",
        "{P} {I} {J}",
        "auto/{P}/{I}/{J} auto/{P}/other/{J}",
        "https://h/groups/{P}/clusters/{I}/restoreJobs/{J} https://h/groups/{P}/clusters/other/restoreJobs/{J}",
        "curl -u pub:secret https://example.com/",
        "atlas clusters list --projectId {P}",
    ] {
        assert_eq!(read_pasted(&filled(text)), None, "{text}");
        assert!(filled(text).parse::<Target>().is_err(), "{text}");
    }
}

#[test]
fn errors_name_the_part_and_the_forms() {
    let error = |form: &str| filled(form).parse::<Target>().unwrap_err().to_string();
    for (form, words) in [
        ("", "this names no restore job"),
        ("hello", "this names no restore job"),
        ("{J}", "the project is missing; the instance is missing"),
        ("6a794733c0eb9e7a177", "the project is missing; the instance is missing; job: 5 more digits"),
        ("auto/{P}/{I}", "the job is missing"),
        ("auto/{P}//{J}", "the instance is missing"),
        ("auto/{P}/{I}/{J}f", "job: 1 digit too many"),
        ("auto/6a79/my_db/{J}", "project: 20 more digits; instance: letters, digits and - only; _ at 3"),
        ("atlas backups restores watch {J} --clusterName {I}", "the project is missing"),
        ("https://h/groups/{P}/clusters/{I}/backup/restoreJobs", "the job is missing"),
        ("https://h/groups/xyz/clusters/{I}/backup/restoreJobs/{J}", "project: hex digits only; x at 1"),
    ] {
        let error = error(form);
        assert!(error.starts_with(words), "{form}: {error}");
        assert!(error.contains("KIND/PROJECT/INSTANCE/JOB"), "{form}: {error}");
    }
    assert_eq!(
        error("serverles/{P}/{I}/{J}"),
        "`serverles` is no kind: the kinds are auto, flex, dedicated, collection, serverless and serverless-v2"
    );
}

#[test]
fn a_secret_goes_nowhere() {
    let secret = "1b2c3d4e-aaaa-bbbb-cccc-0123456789ab";
    for form in [
        "curl -u pub:SECRET https://h/groups/{P}/clusters/{I}/backup/restoreJobs/{J}",
        "curl -u pub:SECRET --digest https://h/groups/{P}/clusters/{I}/backup/restoreJobs",
        "curl --digest --user=pub:SECRET https://example.com/",
        "curl --digest -u SECRET",
        "SECRET",
        "pub:SECRET@h/{P}/{I}/{J}",
        "SECRET/{P}/{I}/{J}",
        "https://pub:SECRET@h/groups/{P}/clusters/{I}",
        "MONGODB_ATLAS_PRIVATE_API_KEY=SECRET atlas backups restores watch {J} --clusterName {I}",
        "atlas backups restores watch SECRET --privateKey SECRET",
        "{\"privateKey\":\"SECRET\",\"id\":\"SECRET\"}",
    ] {
        let text = filled(form).replace("SECRET", secret);
        let told = format!("{:?} {:?}", read_pasted(&text), text.parse::<Target>());
        assert!(!told.contains("1b2c") && !told.contains("0123456789ab"), "{told}");
    }
}

fn any_target() -> impl Strategy<Value = Target> {
    let kind = proptest::sample::select(Kind::ALL.to_vec());
    let id = || "[0-9a-f]{24}".prop_map(|text| text.parse::<ObjectId>().unwrap());
    // Now and then a name that means something elsewhere.
    let name = prop_oneof![
        4 => "[a-zA-Z0-9][a-zA-Z0-9-]{0,63}",
        1 => "groups|clusters|flexClusters|serverless|backup|restoreJobs|auto|flex|atlas|curl",
        1 => "[0-9a-f]{24}",
    ];
    (kind, id(), name.prop_map(|text| text.parse::<InstanceName>().unwrap()), id())
        .prop_map(|(kind, project, instance, job)| Target { kind, project, instance, job, profile: None })
}

/// Pieces of all the forms, put together wrongly.
fn scrambled() -> impl Strategy<Value = String> {
    let pieces = [
        "curl ",
        "atlas ",
        "backups ",
        "restores ",
        "watch ",
        "--clusterName",
        "--projectId",
        "=",
        " ",
        "\\\n",
        "'",
        "\"",
        "/",
        "//",
        "groups/",
        "clusters/",
        "restoreJobs/",
        "https://",
        "?",
        "#",
        "%",
        "%2",
        "%ff",
        P,
        I,
        J,
        "{",
        "}",
        "[",
        "\"links\":",
        "\"id\":",
        "auto/",
        "flex/",
        "\u{202e}",
        "\u{1b}[2J",
        "ñ",
        "数",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..16)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_target_survives_being_written(target in any_target()) {
        prop_assert_eq!(target.to_string().parse(), Ok(target.clone()));
        let pasted = read_pasted(&format!("  '{target}'\n")).unwrap();
        prop_assert_eq!(pasted.instance, Some(target.instance));
    }

    #[test]
    fn no_text_is_too_strange(text in prop_oneof![scrambled(), "(?s).{0,80}".boxed()]) {
        let pasted = read_pasted(&text);
        match text.parse::<Target>() {
            Ok(target) => {
                let pasted = pasted.unwrap();
                prop_assert_eq!(pasted.kind.unwrap_or_default(), target.kind);
                prop_assert_eq!(pasted.project, Some(target.project));
                prop_assert_eq!(pasted.instance, Some(target.instance));
                prop_assert_eq!(pasted.job, Some(target.job));
            }
            Err(error) => {
                let error = error.to_string();
                prop_assert!(!error.chars().any(crate::domain::text::is_hostile), "{:?}", error);
                prop_assert!(error.chars().count() < 400, "{:?}", error);
            }
        }
    }
}

#[test]
fn a_slash_form_with_bad_parts_names_each_of_them() {
    let error = "serverless/xx/a b/6a794733c0eb9e7a1774066".parse::<Target>().unwrap_err().to_string();
    for words in ["project", "x at 1", "instance", "the space at 2", "job", "1 more digit"] {
        assert!(error.contains(words), "{words}: {error}");
    }
}
