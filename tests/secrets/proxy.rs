//! A proxy with a password in its URL, as companies have it in the environment: the password is for the proxy alone,
//! and the proxy gets nothing else.

use std::net::TcpListener;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::emulator::Launch;
use super::needles::assert_files_without;
use super::server::{Request, Server, reply};
use super::{PRIVATE_KEY, PROJECT, assert_without, program, target};

const PASSWORD: &str = "Zt5mQw8RkX2vLp9dHs3nBy7c";

/// So that the program has some root to trust wherever this runs; it signs nothing.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/secrets/root.pem");

const SECRETS: &[&str] = &[PASSWORD, PRIVATE_KEY];

fn proxies() -> Vec<(&'static str, Option<Server>)> {
    let echo = |status: &'static str| {
        Server::start(move |request: &Request, _| {
            // The worst that one can do: say all that it was told, in every place of its answer.
            let told = format!("user:{PASSWORD}");
            let header = format!("X-Told: {}", request.text.replace(['\r', '\n'], " "));
            reply(
                &format!("{status} http://{told}@proxy"),
                &[&header, "Content-Type: text/plain"],
                &request.text,
            )
        })
    };
    vec![
        ("refuses the connection", None),
        ("asks for another password", Some(echo("407 Proxy Authentication Required"))),
        ("forbids it", Some(echo("403 Forbidden"))),
        ("is broken", Some(echo("502 Bad Gateway"))),
        ("speaks nonsense", Some(Server::start(|request, _| format!("{}\r\n\r\n", request.text)))),
        ("hangs up", Some(Server::start(|_, _| String::new()))),
        // Agreed to and then no TLS.
        (
            "lets it through to nobody",
            Some(Server::start(|_, _| "HTTP/1.1 200 OK\r\n\r\n".to_owned() + PASSWORD)),
        ),
    ]
}

/// A place that refuses connections: its listener is gone.
fn closed() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn variables(proxy: &str) -> Vec<(&'static str, String)> {
    [
        ("HTTPS_PROXY", proxy),
        ("MONGODB_ATLAS_PUBLIC_API_KEY", "abcdefgh"),
        ("MONGODB_ATLAS_PRIVATE_API_KEY", PRIVATE_KEY),
        ("MONGODB_ATLAS_BASE_URL", "https://atlas.example"),
        ("SSL_CERT_FILE", ROOT),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

fn get(proxy: &str, form: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = assert_cmd::Command::new(program());
    command.env_clear().env("ATLAS_TUI_HOME", home.path()).envs(variables(proxy));
    let output = command.args(["get", &target(), "-o", form]).output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_password_of_a_proxy_is_in_no_output() {
    for (what, server) in proxies() {
        let place = server.as_ref().map_or_else(closed, |server| server.place.clone());
        let proxy = format!("http://user:{PASSWORD}@{place}");
        for form in ["text", "json"] {
            let said = get(&proxy, form);
            assert_without(SECRETS, &format!("a proxy that {what}"), &said);
        }
        let mut launch = Launch::new(&[&target()]);
        for (name, value) in variables(&proxy) {
            launch = launch.variable(name, &value);
        }
        let mut emulator = launch.start().attach();
        emulator.wait_for("next try");
        emulator.send("L");
        emulator.wait_for("Requests ·");
        emulator.send("\x03");
        emulator.wait_exit();
        assert_without(SECRETS, what, &emulator.log());
        assert_files_without(SECRETS, emulator.home(), &[]);
        let Some(server) = server else { continue };
        // It got its own password, and not a word of what is meant for Atlas.
        let basic = STANDARD.encode(format!("user:{PASSWORD}"));
        assert!(server.requests().len() >= 3, "{what}: {:?}", server.requests());
        for request in server.requests() {
            assert_eq!((request.method.as_str(), request.path.as_str()), ("CONNECT", "atlas.example:443"));
            assert!(request.text.contains(&basic), "{}", request.text);
            assert!(!request.has("authorization") && !request.text.contains(PROJECT), "{}", request.text);
            assert_without(&[PRIVATE_KEY], what, &request.text);
        }
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_not_quoted() {
    for proxy in [
        format!("socks5://user:{PASSWORD}@127.0.0.1:1"),
        format!("http://user:{PASSWORD}@127.0.0.1:99999"),
        format!("http://user:{PASSWORD}@"),
        format!("user:{PASSWORD}@127.0.0.1:1"),
        format!("ftp://{PASSWORD}"),
    ] {
        for form in ["text", "json"] {
            assert_without(SECRETS, &proxy, &get(&proxy, form));
        }
    }
}

#[test]
fn this_machine_is_asked_without_a_proxy() {
    let proxy = Server::start(|_, _| reply("502 Bad Gateway", &[], ""));
    let atlas = super::atlas(true);
    let home = tempfile::tempdir().unwrap();
    let mut command = assert_cmd::Command::new(program());
    command.env_clear().env("ATLAS_TUI_HOME", home.path()).envs(variables(&proxy.url()));
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "https_proxy"] {
        command.env(name, proxy.url());
    }
    let output = command.args(["get", &target(), "--base-url", &atlas.url()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!((proxy.connections(), atlas.requests().len()), (0, 2));
}
