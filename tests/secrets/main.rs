//! What must never leave: the program between an Atlas, a proxy, a hook and a terminal, with everything that comes out
//! of it written down and searched.
//!
//! [`WAYS`] is the table of the ways to give it a secret. A new one is a row; the tests do the rest.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

mod commands;
mod echo;
#[path = "../pty/emulator.rs"]
#[allow(dead_code, reason = "the tests of the terminal use the rest")]
mod emulator;
mod needles;
mod origin;
mod proxy;
mod server;

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use atlas_tui::api::{Client, Limits};
use atlas_tui::app::screen::Size;
use atlas_tui::cli::Args;
use atlas_tui::config::{Env, Settings};
use atlas_tui::dashboard;
use emulator::{Emulator, Launch, program};
use needles::{assert_files_without, assert_without};
use server::{Request, Server, challenge, json, reply};

const PROJECT: &str = "5f1b6c7d8e9fa0b1c2d3e4f5";
const JOB: &str = "6a794733c0eb9e7a17740663";

/// The one place that a secret is meant to be sent to, in the header of this one request.
const TOKEN_PATH: &str = "/api/oauth/token";

/// Distinctive: no eight characters of it stand anywhere else.
const PRIVATE_KEY: &str = "e3b7c19f-52d8-4fa6-9c07-d41b8e6a2f93";
const PASTED_KEY: &str = "b8a04d6e-71cf-4e29-8d53-06f9c2e7a1b4";

const CLIENT_SECRET: &str = "mdb_sa_sk_Yq7vLx2RkTn9ZpWc4HdJ8sGm";
const LOGIN_TOKEN: &str = "eyJhbGciOi.Kq3xVt8nBw5zRf.Lp6yDs9cHm";

/// What Atlas gives to the service account, and the file for all that run is the only place for it here.
const MINTED_TOKEN: &str = "Wd5gJk8rTq.Xn2vBc7mZl.Ph4sFy9tQe";

const RUNNING: &str = include_str!("../recordings/dedicated-automated-in-progress.http");
const FINISHED: &str = include_str!("../recordings/dedicated-automated-finished.http");

fn target() -> String {
    format!("serverless/{PROJECT}/orders/{JOB}")
}

/// One way to give the program a secret.
struct Way {
    name: &'static str,
    variables: &'static [(&'static str, &'static str)],
    /// Below `ATLAS_TUI_HOME`, mode 0600. They are what the secrets are looked for outside of.
    files: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
    /// What must not come out.
    secrets: &'static [&'static str],
    /// Whether requests hold it all the same.
    sent: bool,
    /// Whether Atlas accepts what is signed with it.
    accepted: bool,
    /// Signs that it got as far as it should: on the screen, and in the error output of `get` (empty: none).
    shows: &'static str,
    says: &'static str,
}

const WAYS: &[Way] = &[
    Way {
        name: "a key in the environment",
        variables: &[
            ("MONGODB_ATLAS_PUBLIC_API_KEY", "abcdefgh"),
            ("MONGODB_ATLAS_PRIVATE_API_KEY", PRIVATE_KEY),
        ],
        files: &[],
        arguments: &[],
        secrets: &[PRIVATE_KEY],
        sent: false,
        accepted: true,
        shows: "RUNNING",
        says: "",
    },
    Way {
        name: "a key in the file of the Atlas CLI",
        variables: &[],
        files: &[(
            "atlascli/config.toml",
            concat!(
                "[default]\npublic_api_key = 'abcdefgh'\nprivate_api_key = '",
                "e3b7c19f-52d8-4fa6-9c07-d41b8e6a2f93",
                "'\n"
            ),
        )],
        arguments: &[],
        secrets: &[PRIVATE_KEY],
        sent: false,
        accepted: true,
        shows: "RUNNING",
        says: "",
    },
    Way {
        name: "a key in a file that our config file names",
        variables: &[],
        files: &[
            ("config/config.toml", "public_key = 'abcdefgh'\nprivate_key_file = 'private.key'\n"),
            ("config/private.key", PRIVATE_KEY),
        ],
        arguments: &[],
        secrets: &[PRIVATE_KEY],
        sent: false,
        accepted: true,
        shows: "RUNNING",
        says: "",
    },
    Way {
        name: "a key that Atlas refuses",
        variables: &[
            ("MONGODB_ATLAS_PUBLIC_API_KEY", "abcdefgh"),
            ("MONGODB_ATLAS_PRIVATE_API_KEY", PRIVATE_KEY),
        ],
        files: &[],
        arguments: &[],
        secrets: &[PRIVATE_KEY],
        sent: false,
        accepted: false,
        shows: "refused the key",
        says: "refused the key",
    },
    Way {
        name: "a private key alone",
        variables: &[("MONGODB_ATLAS_PRIVATE_API_KEY", PRIVATE_KEY)],
        files: &[],
        arguments: &[],
        secrets: &[PRIVATE_KEY],
        sent: false,
        accepted: true,
        shows: "no sign-in",
        says: "MONGODB_ATLAS_PUBLIC_API_KEY is not",
    },
    Way {
        name: "the two halves the wrong way round",
        variables: &[
            ("MONGODB_ATLAS_PUBLIC_API_KEY", PRIVATE_KEY),
            ("MONGODB_ATLAS_PRIVATE_API_KEY", "abcdefgh"),
        ],
        files: &[],
        arguments: &[],
        // A public key is part of every request; what people see of it is its beginning, in case it is this one.
        secrets: &[PRIVATE_KEY],
        sent: true,
        accepted: false,
        shows: "refused the key",
        says: "refused the key",
    },
    Way {
        name: "a service account",
        variables: ACCOUNT,
        files: &[],
        arguments: &[],
        secrets: &[CLIENT_SECRET],
        sent: false,
        accepted: true,
        shows: "RUNNING",
        says: "",
    },
    Way {
        name: "a service account whose tokens Atlas refuses",
        variables: ACCOUNT,
        files: &[],
        arguments: &[],
        secrets: &[CLIENT_SECRET],
        sent: false,
        accepted: false,
        shows: "refused the service account",
        says: "refused the service account",
    },
    Way {
        name: "a token in the environment",
        variables: &[("MONGODB_ATLAS_ACCESS_TOKEN", LOGIN_TOKEN)],
        files: &[],
        arguments: &[],
        secrets: &[LOGIN_TOKEN],
        sent: true,
        accepted: true,
        shows: "RUNNING",
        says: "",
    },
    Way {
        name: "a token that Atlas refuses",
        variables: &[("MONGODB_ATLAS_ACCESS_TOKEN", LOGIN_TOKEN)],
        files: &[],
        arguments: &[],
        secrets: &[LOGIN_TOKEN],
        sent: true,
        accepted: false,
        shows: "token over",
        says: "atlas auth login",
    },
    Way {
        name: "a command that prints a token",
        variables: &[],
        files: &[("kept", LOGIN_TOKEN)],
        arguments: &["--credential-command", "sh -c 'cat \"$ATLAS_TUI_HOME/kept\"'"],
        secrets: &[LOGIN_TOKEN],
        sent: true,
        accepted: true,
        shows: "RUNNING",
        says: "",
    },
];

const ACCOUNT: &[(&str, &str)] = &[
    ("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_65ca3f3e9a45cd888d59f0d6"),
    ("MONGODB_ATLAS_CLIENT_SECRET", CLIENT_SECRET),
];

/// An Atlas that challenges what is not signed, and has one job, which ends when it has been read three times.
fn atlas(accepted: bool) -> Server {
    let read = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request: &Request, _| {
        if request.path == TOKEN_PATH {
            return json(&format!(r#"{{"access_token":"{MINTED_TOKEN}","expires_in":3600}}"#));
        }
        if !accepted || !request.has("authorization") {
            return challenge();
        }
        let count = request.text.split("nc=").nth(1);
        let count = count.and_then(|rest| usize::from_str_radix(&rest[..8], 16).ok());
        let count = count.unwrap_or_else(|| read.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1);
        let recording = if count > 3 { FINISHED } else { RUNNING };
        json(recording.split_once("\n\n").unwrap().1)
    })
}

impl Way {
    fn launch(&self, arguments: &[&str], config: &str) -> Launch {
        let arguments: Vec<&str> = arguments.iter().chain(self.arguments).copied().collect();
        let mut launch = Launch::new(&arguments);
        for (name, value) in self.variables {
            launch = launch.variable(name, value);
        }
        if !self.files.iter().any(|(path, _)| *path == "config/config.toml") {
            launch = launch.config(config);
        }
        for (path, text) in self.files {
            // The settings of the test come after those of the way, which are at the top level.
            let test = if *path == "config/config.toml" { config } else { "" };
            launch = launch.file(path, &format!("{text}{test}"));
        }
        launch
    }

    /// Everything that the terminal was sent so far, and what it shows.
    fn look(&self, emulator: &Emulator) {
        assert_without(self.secrets, self.name, &emulator.log());
        assert_without(&[MINTED_TOKEN], self.name, &emulator.log());
        assert_without(self.secrets, self.name, &emulator.with_screen(vt100::Screen::contents));
    }

    /// A run without a terminal.
    fn run(&self, home: &Path, words: &[&str]) -> std::process::Output {
        for (path, text) in self.files {
            let path = home.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        }
        let mut command = Command::new(program());
        command.args(words).args(self.arguments).env_clear().env("ATLAS_TUI_HOME", home);
        command.envs(self.variables.iter().copied()).output().unwrap()
    }

    fn assert_output_without(&self, output: &std::process::Output) -> [String; 2] {
        let texts = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        for text in &texts {
            assert_without(self.secrets, self.name, text);
            assert_without(&[MINTED_TOKEN], self.name, text);
        }
        texts
    }

    /// Every file that it left behind. How many there are.
    fn assert_files_without(&self, home: &Path) -> usize {
        let given: Vec<&str> = self.files.iter().map(|(path, _)| *path).collect();
        let shared = fs::read_dir(home.join("state/tokens"));
        let shared =
            shared.into_iter().flatten().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let shared: Vec<String> = shared.collect();
        let shared: Vec<&str> = shared.iter().map(String::as_str).collect();
        assert_eq!(shared.is_empty(), self.variables != ACCOUNT, "{}: {shared:?}", self.name);
        assert_files_without(&[MINTED_TOKEN], home, &shared);
        assert_files_without(self.secrets, home, &given)
    }

    fn assert_requests_without(&self, server: &Server) {
        for request in server.requests() {
            assert!(is_allowed(&request), "{}", request.text);
            if request.path != TOKEN_PATH && !self.sent {
                assert_without(self.secrets, self.name, &request.text);
            }
        }
    }
}

/// What this program may send at all.
fn is_allowed(request: &Request) -> bool {
    request.method == "GET" || (request.method == "POST" && request.path == TOKEN_PATH)
}

/// Leaves while the last edit may still be on its way to the disk, in which case there is a question first.
fn quit(emulator: &mut Emulator) {
    emulator.send("\x03");
    if emulator.ends_or_shows("Quit all the same?") {
        emulator.send("y");
    }
    emulator.wait_exit();
}

#[test]
fn a_session_at_the_dashboard_gives_nothing_away() {
    for way in WAYS {
        let atlas = atlas(way.accepted);
        let script = "cat >> hook.json; env >> hook.env; env >&2; exit 3";
        let config = format!("[hook]\ncommand = [\"sh\", \"-c\", {script:?}]\n");
        let launch = way.launch(&["--base-url", &atlas.url(), "--interval", "1s", &target()], &config);
        let mut emulator = launch.variable("TERM_PROGRAM", "WezTerm").start().attach();
        emulator.wait_for(way.shows);
        // Until it has ended, which runs the hook, whose words are shown.
        if way.accepted && way.shows == "RUNNING" {
            // The running job three times, then its end.
            for _ in 1..=3 {
                atlas.is_asked_by(|| emulator.send("r"));
            }
            emulator.wait_for("hook for");
            for told in ["hook.json", "hook.env"] {
                assert!(emulator.home().join(told).exists(), "{told}");
            }
        }
        // A curl line as people keep it, with a key in it: it names a job, and nothing else of it is taken.
        let path = "api/atlas/v2/groups/6a793f6b2c88faeba59bae37/clusters/pasted/backup/restoreJobs";
        let url = format!("{}/{path}/6a7948342c88faeba59eb866", atlas.url());
        emulator.send("a");
        emulator.wait_for("Add a lookup");
        emulator.send(&format!("\x1b[200~curl -u 'abcdefgh:{PASTED_KEY}' --digest '{url}'\x1b[201~"));
        emulator.wait_for("6a7948342c88faeba59eb866");
        emulator.send("\x13");
        emulator.wait_for_absence("Add a lookup");
        for (keys, text) in
            [("L", "Requests ·"), ("\x1b[27u?", "One line up"), ("\x1b[27uy", "curl line"), ("c", "curl")]
        {
            emulator.send(keys);
            emulator.wait_for(text);
            way.look(&emulator);
        }
        quit(&mut emulator);
        way.look(&emulator);
        assert_without(&[PASTED_KEY], way.name, &emulator.log());
        let read = way.assert_files_without(emulator.home());
        assert!(read >= 2, "the lookups and the settings at least");
        assert_files_without(&[PASTED_KEY], emulator.home(), &[]);
        way.assert_requests_without(&atlas);
    }
}

#[test]
fn what_scripts_read_gives_nothing_away() {
    for way in WAYS {
        let atlas = atlas(way.accepted);
        let home = tempfile::tempdir().unwrap();
        for form in ["text", "json"] {
            let words = ["get", &target(), "--base-url", &atlas.url(), "-o", form];
            let [out, err] = way.assert_output_without(&way.run(home.path(), &words));
            assert!(err.contains(way.says), "{}: {out}{err}", way.name);
        }
        // Wrong usage of every kind, with all that was given at hand to be quoted.
        for words in [
            &["get"][..],
            &["get", "nonsense"],
            &["--no-such-flag"],
            &["get", "--base-url", "http://atlas.example", "x"],
            &["--help"],
            &["--version"],
            &[],
        ] {
            way.assert_output_without(&way.run(home.path(), words));
        }
        way.assert_files_without(home.path());
        way.assert_requests_without(&atlas);
    }
}

#[test]
fn the_report_of_a_panic_gives_nothing_away() {
    for way in WAYS {
        for variables in [&[][..], &[("RUST_BACKTRACE", "full"), ("COLORBT_SHOW_HIDDEN", "1")]] {
            let mut launch = way.launch(&["--demo", "--crash"], "");
            for (name, value) in variables {
                launch = launch.variable(name, value);
            }
            let emulator = launch.start().attach();
            assert!(!emulator.wait_exit().success());
            let log = emulator.log();
            assert!(log.contains("panicked") && log.contains("src/"), "{log}");
            // Neither what it was started with nor what it holds: only places in the source.
            let report = &log[log.find("panicked").unwrap()..];
            for (name, value) in way.variables {
                assert!(!report.contains(name) && !report.contains(value), "{report}");
            }
            assert!(!report.contains("ATLAS_TUI_HOME") && !report.contains("--demo"), "{report}");
            way.look(&emulator);
        }
    }
}

#[test]
fn nothing_that_can_be_printed_by_a_programmer_gives_it_away() {
    for way in WAYS {
        let home = tempfile::tempdir().unwrap();
        for (path, text) in way.files {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        }
        let lookup = |name: &str| match name {
            "ATLAS_TUI_HOME" => Some(home.path().into()),
            _ => {
                way.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            }
        };
        let words = ["atlas-tui"].iter().chain(way.arguments).map(OsString::from);
        let settings = Settings::load(&Args::read(words).unwrap(), Env::new(&lookup)).unwrap();
        let base = "http://127.0.0.1:9".parse().unwrap();
        let access = settings.accounts.access(settings.accounts.active(), jiff::Timestamp::UNIX_EPOCH);
        let credential = access.credential.clone().map(|credential| credential.value);
        let client = Client::new(&base, credential, Limits::default(), || unreachable!());
        let setup = dashboard::setup(&settings, Size { width: 80, height: 24 });
        let shown = format!("{settings:?} {settings:#?} {access:?} {client:?} {setup:?}");
        assert!(shown.contains("Settings"), "{shown}");
        assert_without(way.secrets, way.name, &shown);
    }
}

/// A password in a base URL is refused wherever it stands, and the refusal does not repeat it.
#[test]
fn a_password_in_a_base_url_is_refused_and_not_repeated() {
    let url = format!("https://me:{PRIVATE_KEY}@atlas.example");
    let config = format!("base_url = \"{url}\"\n");
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("config")).unwrap();
    let bare = || {
        let mut command = Command::new(program());
        command.env_clear().env("ATLAS_TUI_HOME", home.path()).args(["get", &target()]);
        command
    };
    let flag = bare().args(["--base-url", &url]).output().unwrap();
    let variable = bare().env("MONGODB_ATLAS_BASE_URL", &url).output().unwrap();
    fs::write(home.path().join("config/config.toml"), config).unwrap();
    let file = bare().output().unwrap();
    for output in [flag, variable, file] {
        let said =
            String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("holds a user name or password"), "{said}");
        assert_without(&[PRIVATE_KEY], "a refusal", &said);
    }
}

/// Kinds of answers that might tempt a client to send something else, or somewhere else.
fn temptations(elsewhere: &Server) -> Vec<String> {
    let place = format!("Location: {}/api/atlas/v2/x", elsewhere.url());
    let link = format!(
        r#"{{"id":"{JOB}","failed":false,"deliveryUrl":["{0}/d"],"links":[{{"rel":"self","href":"{0}/s"}}]}}"#,
        elsewhere.url()
    );
    let redirects = ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"];
    let mut replies: Vec<String> = redirects.iter().map(|status| reply(status, &[&place], "")).collect();
    for status in
        ["400 Bad", "403 No", "404 None", "405 Only POST", "410 Gone", "500 Oh", "503 Busy", "204 None"]
    {
        replies.push(reply(status, &["Allow: POST, DELETE", &place], &link));
    }
    replies.push(reply("429 Slow", &["Retry-After: 0"], "{}"));
    replies.push(reply("200 OK", &["Content-Type: text/html", "Refresh: 0; url=/x"], "<form method=post>"));
    replies.push(reply("401 Unauthorized", &["WWW-Authenticate: Basic realm=\"x\""], ""));
    replies.push(reply("401 Unauthorized", &["WWW-Authenticate: Bearer realm=\"x\""], ""));
    replies.push(reply("407 Proxy", &["Proxy-Authenticate: Basic realm=\"x\""], ""));
    replies.push("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_owned());
    replies.push(String::new());
    replies.push(json("{}"));
    replies.push(json(&link));
    replies
}

#[test]
fn nothing_but_get_is_sent_and_nobody_else_is_asked_whatever_is_answered() {
    let way = &WAYS[0];
    let elsewhere = Server::start(|_, _| json("{}"));
    let replies = temptations(&elsewhere);
    for (kind, answer) in replies.iter().cloned().enumerate() {
        // To a signed request and to one that is not.
        for signed in [false, true] {
            let answer = answer.clone();
            let atlas = Server::start(move |request, _| {
                if signed && !request.has("authorization") { challenge() } else { answer.clone() }
            });
            let home = tempfile::tempdir().unwrap();
            for form in ["serverless", "flex"] {
                let target = format!("{form}/{PROJECT}/orders/{JOB}");
                way.run(home.path(), &["get", &target, "--base-url", &atlas.url()]);
            }
            assert!(atlas.requests().len() >= 2, "answer {kind} was asked for");
            way.assert_requests_without(&atlas);
        }
    }
    // The same by turns in one session of the dashboard, with every key that reads, copies or opens; but for the one
    // that makes it wait.
    let replies: Vec<String> = replies.into_iter().filter(|reply| !reply.contains("429")).collect();
    let kinds = replies.len();
    let atlas = Server::start(move |request, before| {
        if request.has("authorization") { replies[before % replies.len()].clone() } else { challenge() }
    });
    let launch = way.launch(&["--base-url", &atlas.url(), "--interval", "1s", &target()], "");
    let mut emulator = launch.start().attach();
    emulator.wait_for("orders");
    for _ in 0..kinds {
        atlas.is_asked_by(|| emulator.send("ro\x1b[27uyc"));
    }
    quit(&mut emulator);
    way.look(&emulator);
    way.assert_requests_without(&atlas);
    assert_eq!(elsewhere.connections(), 0, "{:?}", elsewhere.requests());
}
