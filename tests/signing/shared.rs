//! The file through which programs share a token: two clients stand for two programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

fn sharing(base: &str, directory: &Path) -> Client {
    of_account(base).sharing_tokens(directory)
}

/// The one file with a token.
fn file(directory: &Path) -> PathBuf {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ext| ext == "json")).collect();
    let [path] = &paths[..] else { panic!("{paths:?}") };
    path.clone()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_second_program_asks_for_no_token() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("state/tokens");
    let demo = demo().await;
    let first = sharing(&demo.base_url, &directory);
    assert_eq!(requests_of(&first, &demo).await, 2);
    assert_eq!(requests_of(&sharing(&demo.base_url, &directory), &demo).await, 1);
    first.leave().await;
    assert_eq!(requests_of(&sharing(&demo.base_url, &directory), &demo).await, 1);
    let stats = demo.stats();
    assert_eq!((stats.token_requests, stats.revocations), (1, 0), "a token that others have is not ended");

    let file = file(&directory);
    assert_eq!((mode(&file), mode(&directory)), (0o600, 0o700));
    let saved: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(
        (&saved["base_url"], &saved["client_id"]),
        (&demo.base_url.as_str().into(), &owner().client_id.into())
    );
    assert_eq!(saved["over_at"].as_i64().unwrap() - saved["made_at"].as_i64().unwrap(), 3600);
    assert!(!saved.to_string().contains(&secret()), "the secret is not in it");
}

#[tokio::test]
async fn programs_at_once_make_one_request() {
    let home = tempfile::tempdir().unwrap();
    let demo = demo().await;
    let clients = [(); 5].map(|()| sharing(&demo.base_url, home.path()));
    let [one, two, three, four, five] = clients.each_ref().map(|client| ask(client, &demo));
    let answers = tokio::join!(one, two, three, four, five);
    for answer in [answers.0, answers.1, answers.2, answers.3, answers.4] {
        answer.unwrap();
    }
    assert_eq!((demo.stats().token_requests, demo.stats().bearer), (1, 5));
}

#[tokio::test]
async fn the_token_is_renewed_by_whoever_notices_and_the_others_find_it() {
    let home = tempfile::tempdir().unwrap();
    let demo = demo().await;
    let clients = [(); 3].map(|()| sharing(&demo.base_url, home.path()));
    for round in 1..=4 {
        for client in &clients {
            ask(client, &demo).await.unwrap();
        }
        assert_eq!(demo.stats().token_requests, round);
        wind(58 * MINUTE);
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_by_the_newer_one_of_another_program() {
    let home = tempfile::tempdir().unwrap();
    let demo = demo().await;
    let (one, other) = (sharing(&demo.base_url, home.path()), sharing(&demo.base_url, home.path()));
    ask(&one, &demo).await.unwrap();
    ask(&other, &demo).await.unwrap();
    demo.revoke_tokens();
    assert_eq!(requests_of(&one, &demo).await, 3);
    assert_eq!(requests_of(&other, &demo).await, 2, "refused, and again with the one that is there");
    assert_eq!(demo.stats().token_requests, 2);
}

#[tokio::test]
async fn a_refused_token_does_not_stay_in_the_file() {
    let home = tempfile::tempdir().unwrap();
    let (given, over) = (AtomicBool::new(false), Arc::new(AtomicBool::new(false)));
    let is_over = over.clone();
    let server = Server::start(move |request: &Request| match is_token_request(request) {
        true if !given.swap(true, Ordering::SeqCst) => {
            Reply::ok(r#"{"access_token":"token-1","expires_in":3600}"#)
        }
        true => Reply::new("503 Service Unavailable", &[], ""),
        false if is_over.load(Ordering::SeqCst) => refusal(),
        false => Reply::ok(JOB),
    })
    .await;
    let client = sharing(&server.base, home.path());
    ask_any(&client).await.unwrap();
    assert!(file(home.path()).exists());
    over.store(true, Ordering::SeqCst);
    let error = ask_any(&client).await.unwrap_err();
    assert_eq!((error.kind, error.meta.requests), (ErrorKind::ServerError, 2));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "the lock alone");
}

/// What is done to a file.
type Spoil = Box<dyn Fn(&Path)>;

/// What a file that is wrong in some way costs: one request for a token, and nothing else.
#[tokio::test]
async fn a_file_that_is_not_to_be_trusted_is_as_good_as_none() {
    let demo = demo().await;
    let edit = |change: fn(&mut serde_json::Value)| {
        move |path: &Path| {
            let mut saved: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            change(&mut saved);
            fs::write(path, saved.to_string()).unwrap();
        }
    };
    let spoils: Vec<(&str, Spoil)> = vec![
        ("empty", Box::new(|path| fs::write(path, "").unwrap())),
        ("no JSON", Box::new(|path| fs::write(path, "{\"schema\":1,").unwrap())),
        ("no text", Box::new(|path| fs::write(path, [0xff; 100]).unwrap())),
        ("endless", Box::new(|path| fs::write(path, vec![b' '; 1 << 20]).unwrap())),
        ("another form", Box::new(edit(|saved| saved["schema"] = 2.into()))),
        ("another origin", Box::new(edit(|saved| saved["base_url"] = "https://evil.example".into()))),
        ("another account", Box::new(edit(|saved| saved["client_id"] = "mdb_sa_id_other".into()))),
        ("over", Box::new(edit(|saved| saved["over_at"] = saved["made_at"].clone()))),
        ("backwards", Box::new(edit(|saved| saved["over_at"] = 0.into()))),
        ("for ever", Box::new(edit(|saved| saved["over_at"] = i64::MAX.into()))),
        ("of no time", Box::new(edit(|saved| saved["made_at"] = i64::MIN.into()))),
        (
            "from the future",
            Box::new(edit(|saved| {
                for name in ["made_at", "over_at"] {
                    saved[name] = (saved[name].as_i64().unwrap() + 3600).into();
                }
            })),
        ),
        ("no token", Box::new(edit(|saved| saved["access_token"] = "a\r\nX-Evil: b".into()))),
        (
            "readable by others",
            Box::new(|path| fs::set_permissions(path, fs::Permissions::from_mode(0o604)).unwrap()),
        ),
        (
            "writable by others",
            Box::new(|path| fs::set_permissions(path, fs::Permissions::from_mode(0o602)).unwrap()),
        ),
        (
            "a directory",
            Box::new(|path| {
                fs::remove_file(path).unwrap();
                fs::create_dir(path).unwrap();
            }),
        ),
    ];
    for (what, spoil) in spoils {
        let home = tempfile::tempdir().unwrap();
        ask(&sharing(&demo.base_url, home.path()), &demo).await.unwrap();
        let before = demo.stats().token_requests;
        spoil(&file(home.path()));
        assert_eq!(requests_of(&sharing(&demo.base_url, home.path()), &demo).await, 2, "{what}");
        assert_eq!(demo.stats().token_requests, before + 1, "{what}");
        if what != "a directory" {
            assert_eq!(mode(&file(home.path())), 0o600, "{what}: it is replaced");
            assert_eq!(requests_of(&sharing(&demo.base_url, home.path()), &demo).await, 1, "{what}");
        }
        // Ten a minute.
        wind(6 * MINUTE);
    }
}

#[tokio::test]
async fn a_link_is_replaced_and_what_it_points_to_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let demo = demo().await;
    ask(&sharing(&demo.base_url, home.path()), &demo).await.unwrap();
    let (path, precious) = (file(home.path()), home.path().join("precious"));
    fs::write(&precious, "precious").unwrap();
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&precious, &path).unwrap();
    ask(&sharing(&demo.base_url, home.path()), &demo).await.unwrap();
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
    assert!(path.symlink_metadata().unwrap().is_file());
}

#[tokio::test]
async fn without_a_place_for_the_file_a_token_is_kept_and_ended_at_the_end() {
    let home = tempfile::tempdir().unwrap();
    let demo = demo().await;
    let (no_directory, open) = (home.path().join("a-file"), home.path().join("open"));
    fs::write(&no_directory, "").unwrap();
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    for directory in [no_directory, open.clone()] {
        let client = sharing(&demo.base_url, &directory);
        assert_eq!(requests_of(&client, &demo).await, 2);
        assert_eq!(requests_of(&client, &demo).await, 1);
        assert_eq!(demo.stats().live_tokens, 1);
        client.leave().await;
        assert_eq!(demo.stats().live_tokens, 0);
    }
    assert_eq!(fs::read_dir(open).unwrap().count(), 0, "nothing is put where others can change it");
}

#[tokio::test]
async fn a_lock_that_hangs_keeps_nobody_from_a_token() {
    let home = tempfile::tempdir().unwrap();
    let demo = demo().await;
    ask(&sharing(&demo.base_url, home.path()), &demo).await.unwrap();
    let path = file(home.path());
    fs::remove_file(&path).unwrap();
    let _held = atlas_tui::private::Lock::try_take(&path.with_extension("lock")).unwrap().unwrap();
    let limits = Limits { total: LONG, refusal_total: Duration::ZERO, ..Limits::default() };
    let quick = Limits { total: Duration::from_secs(2), ..limits };
    let client = limited(&demo.base_url, Credential::ServiceAccount(owner()), quick);
    assert_eq!(requests_of(&client.sharing_tokens(home.path()), &demo).await, 2);
}
