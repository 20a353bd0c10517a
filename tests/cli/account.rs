//! The program as a service account: real processes that share a token through the disk.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

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
fn a_command_that_is_interrupted_leaves_no_token_behind_either() {
    let atlas = Atlas::start();
    // Between the program and Atlas: what is asked beside tokens never comes back.
    let (asked, hears) = mpsc::channel();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", proxy.local_addr().unwrap());
    let behind = atlas.base_url().strip_prefix("http://").unwrap().to_owned();
    thread::spawn(move || {
        for client in proxy.incoming() {
            let (client, behind, asked) = (client.unwrap(), behind.clone(), asked.clone());
            thread::spawn(move || pass(client, &behind, &asked));
        }
    });
    let home = atlas.home_of_account().with("MONGODB_ATLAS_BASE_URL", &base);
    fs::write(home.path().join("state"), "in the way").unwrap();
    for (signal, number) in [("-INT", 2), ("-TERM", 15)] {
        let mut get = home.command(&["get", &atlas.target("orders-restore")]).spawn().unwrap();
        hears.recv_timeout(Duration::from_secs(60)).expect("it asks for the job");
        assert_eq!(atlas.stats().live_tokens, 1);
        assert!(Command::new("kill").args([signal, &get.id().to_string()]).status().unwrap().success());
        assert_eq!(get.wait().unwrap().signal(), Some(number), "as if it were not caught");
        assert_eq!(atlas.stats().live_tokens, 0);
    }
    assert_eq!(atlas.stats().revocations, 2);
}

/// Hands on what is said about tokens, and keeps the rest, of which it tells.
fn pass(mut client: TcpStream, behind: &str, asked: &mpsc::Sender<()>) {
    let mut atlas = TcpStream::connect(behind).unwrap();
    let mut buffer = [0; 8192];
    loop {
        let Ok(count @ 1..) = client.read(&mut buffer) else { return };
        if buffer.starts_with(b"GET ") {
            let _ = asked.send(());
            // Until the program is gone.
            let _ = client.read(&mut buffer);
            return;
        }
        atlas.write_all(&buffer[..count]).unwrap();
        let count = atlas.read(&mut buffer).unwrap();
        client.write_all(&buffer[..count]).unwrap();
    }
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
