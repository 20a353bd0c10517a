//! The program as a service account: real processes that share a token through the disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::outside::Atlas;

#[test]
fn ten_processes_at_once_make_one_token_request() {
    let atlas = Atlas::start();
    let home = atlas.home_of_account();
    let target = atlas.target("orders-restore");
    let started = [(); 10].map(|()| {
        let mut command = home.command(&["get", &target, "-o", "json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for process in started {
        let output = process.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let stats = atlas.stats();
    assert_eq!((stats.token_requests, stats.bearer, stats.requests), (1, 10, 11));
    assert_eq!((stats.live_tokens, stats.revocations, stats.writes), (1, 0, 0));
}

#[test]
fn an_account_whose_state_cannot_be_written_leaves_no_token_behind() {
    let atlas = Atlas::start();
    let home = atlas.home_of_account();
    fs::write(home.path().join("state"), "in the way").unwrap();
    let run = home.run(&["get", &atlas.target("orders-restore")]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let stats = atlas.stats();
    assert_eq!((stats.token_requests, stats.live_tokens, stats.revocations), (1, 0, 1));
}

#[test]
fn the_shared_token_is_in_one_file_that_nobody_else_can_read() {
    let atlas = Atlas::start();
    let home = atlas.home_of_account();
    assert_eq!(home.run(&["get", &atlas.target("orders-restore")]).code, 0);
    let files: Vec<_> = home.files().into_iter().filter(|path| path.starts_with("state/")).collect();
    let [token, lock] = &files[..] else { panic!("{files:?}") };
    assert!(token.starts_with("state/tokens/127.0.0.1-"), "{token}");
    assert_eq!([token, lock].map(|file| file.rsplit('.').next().unwrap()), ["json", "lock"]);
    for file in files {
        let mode = fs::metadata(home.path().join(&file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_refused_account_is_told_in_words_that_fit() {
    let atlas = Atlas::start();
    let home = atlas.home_of_account().with("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_wrong");
    let run = home.run(&["get", &atlas.target("orders-restore"), "-o", "json"]);
    assert_eq!(run.code, 7);
    assert_eq!(run.json()["error"]["kind"], "account_refused");
    assert!(run.err.contains("Atlas refused the service account mdb_sa_id_"), "{}", run.err);
    assert!(!run.err.contains("mdb_sa_sk_wrong") && !run.out.contains("mdb_sa_sk_wrong"));
    assert_eq!(atlas.stats().requests, 1);
}
