//! A token from a command: real ones, with small limits.

use std::fs;
use std::path::Path;

use atlas_tui::api::{CommandFault, SignedBy};
use tempfile::TempDir;

use super::*;

fn shell(script: &str) -> Credential {
    Credential::Command(["sh", "-c", script].map(str::to_owned).to_vec())
}

/// Prints what the file `token` holds, and notes that it ran.
fn reader(directory: &Path) -> Credential {
    let path = directory.display();
    shell(&format!("echo x >> '{path}/runs'; cat '{path}/token'"))
}

fn runs(directory: &TempDir) -> usize {
    fs::read_to_string(directory.path().join("runs")).map_or(0, |text| text.lines().count())
}

fn write(directory: &TempDir, token: &str) {
    fs::write(directory.path().join("token"), token).unwrap();
}

#[tokio::test]
async fn what_it_prints_signs_until_it_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    write(&directory, "\n  first \n");
    let good = std::sync::Arc::new(std::sync::Mutex::new("first"));
    let known = good.clone();
    let server =
        issuer(move |token| if token == *known.lock().unwrap() { Reply::ok(JOB) } else { refusal() }).await;
    let client = signed(&server.base, reader(directory.path()));
    for _ in 0..3 {
        assert_eq!(ask_any(&client).await.unwrap().meta.requests, 1);
        wind(24 * 60 * MINUTE);
    }
    assert_eq!(runs(&directory), 1);
    write(&directory, "second");
    assert_eq!(ask_any(&client).await.unwrap().meta.requests, 1, "as long as Atlas takes it");
    *good.lock().unwrap() = "second";
    assert_eq!(ask_any(&client).await.unwrap().meta.requests, 2);
    assert_eq!((runs(&directory), token_requests(&server)), (2, 0));
    assert_eq!(ask_any(&client).await.unwrap().meta.requests, 1);
}

#[tokio::test]
async fn one_that_prints_the_refused_token_again_is_not_run_in_a_loop() {
    let directory = tempfile::tempdir().unwrap();
    write(&directory, "old");
    let over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_over = over.clone();
    let server =
        issuer(
            move |_| {
                if is_over.load(std::sync::atomic::Ordering::SeqCst) { refusal() } else { Reply::ok(JOB) }
            },
        )
        .await;
    let client = signed(&server.base, reader(directory.path()));
    ask_any(&client).await.unwrap();
    over.store(true, std::sync::atomic::Ordering::SeqCst);
    let error = ask_any(&client).await.unwrap_err();
    assert_eq!((error.kind, error.meta.requests), (ErrorKind::TokenOver, 1), "it is not sent twice");
    assert_eq!(error.meta.signed_by, SignedBy::Command);
    assert_eq!(runs(&directory), 2);
    for _ in 0..10 {
        assert_eq!(ask_any(&client).await.unwrap_err().kind, ErrorKind::TokenOver);
    }
    assert_eq!((runs(&directory), server.count()), (2, 2));
    wind(MINUTE);
    write(&directory, "new");
    over.store(false, std::sync::atomic::Ordering::SeqCst);
    ask_any(&client).await.unwrap();
    assert_eq!(runs(&directory), 3);
}

#[tokio::test]
async fn questions_at_once_run_it_once() {
    let directory = tempfile::tempdir().unwrap();
    write(&directory, "one");
    let server = issuer(|_| Reply::ok(JOB)).await;
    let client = signed(&server.base, reader(directory.path()));
    let answers = tokio::join!(ask_any(&client), ask_any(&client), ask_any(&client));
    assert!(answers.0.is_ok() && answers.1.is_ok() && answers.2.is_ok());
    assert_eq!(runs(&directory), 1);
}

#[tokio::test]
async fn what_goes_wrong_is_told_without_what_it_printed() {
    let server = issuer(|_| Reply::ok(JOB)).await;
    let missing = Credential::Command(vec!["/nowhere/vault".to_owned()]);
    let cases = [
        (missing, CommandFault::NotStarted, "No such file"),
        (
            shell("echo hunter2; echo >&2; printf 'no \\033[31mticket\\nmore' >&2; exit 3"),
            CommandFault::Failed,
            "ended with status 3: no [31mticket",
        ),
        // A shell that tells each step repeats what is printed, here as far as it is said.
        (
            shell("set -x; echo hunter2hunter2; exit 3"),
            CommandFault::Failed,
            "ended with status 3: + echo [secret]",
        ),
        (
            shell("set -x; echo hunter2$(printf %0900d 7); exit 3"),
            CommandFault::Failed,
            "ended with status 3: + printf %0900d 7",
        ),
        (
            shell("t=hunter2$(printf %0900d 7); echo $t; echo \"no $t\" >&2; exit 3"),
            CommandFault::Failed,
            "ended with status 3: no [secret]",
        ),
        (shell("kill -9 $$"), CommandFault::Failed, "ended by signal 9"),
        (shell("echo; echo ' '"), CommandFault::Silent, ""),
        (shell("echo hunter2 hunter2"), CommandFault::NoToken, ""),
        (shell("printf 'hunter2\\377'"), CommandFault::NoToken, ""),
        (shell("head -c 1000000 /dev/zero | tr '\\0' x"), CommandFault::Failed, "wrote more than"),
        // It has nothing to read, so that it cannot wait for an answer.
        (
            shell("read line || echo \"nothing to read\" >&2; exit 1"),
            CommandFault::Failed,
            "ended with status 1: nothing to read",
        ),
    ];
    for (credential, fault, words) in cases {
        let program = if fault == CommandFault::NotStarted { "/nowhere/vault" } else { "sh" };
        let error = ask_any(&signed(&server.base, credential)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TokenCommand { program: program.to_owned(), fault }, "{error:?}");
        let detail = error.detail.clone().unwrap_or_default();
        assert!(detail.starts_with(words) && detail.is_empty() == words.is_empty(), "{detail:?}");
        assert!(!format!("{error:?}").contains("hunter2"));
        assert_eq!((error.exit_code(), error.meta.requests), (7, 0));
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn one_that_hangs_is_killed_with_all_that_it_started() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    // While this is open nobody waits to open the pipe; afterwards it ends when nobody is left to write to it.
    let open = fs::File::options().read(true).write(true).open(&path).unwrap();
    let mut end = fs::File::open(&path).unwrap();
    let script = format!("sleep 600 > '{}' & echo token; wait", path.display());
    let server = issuer(|_| Reply::ok(JOB)).await;
    let limits = Limits { command: Duration::from_secs(1), ..Limits::default() };
    let error = ask_any(&limited(&server.base, shell(&script), limits)).await.unwrap_err();
    let fault = CommandFault::Late;
    assert_eq!(error.kind, ErrorKind::TokenCommand { program: "sh".to_owned(), fault });
    assert_eq!(error.detail.as_deref(), Some("killed after 1 s"));
    drop(open);
    let mut rest = Vec::new();
    std::io::Read::read_to_end(&mut end, &mut rest).unwrap();
}

#[tokio::test]
async fn it_has_the_whole_environment() {
    let server =
        issuer(|token| if token == env!("CARGO_PKG_NAME") { Reply::ok(JOB) } else { refusal() }).await;
    // Cargo sets it for tests.
    let client = signed(&server.base, shell("printf %s \"$CARGO_PKG_NAME\""));
    ask_any(&client).await.unwrap();
}
