//! A way to Atlas that is broken at one place: name, port, proxy, certificate.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_tui::api::BaseUrl;
use atlas_tui::demo::Principal;
use atlas_tui::doctor::network::{self, Tools};
use atlas_tui::doctor::{Blame, Check, Name, Subject, Verdict};
use hyper_util::client::proxy::matcher::Matcher;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{assert_fails, key_of, look, now, tools};

/// What a look at the way told, and whether it leads to Atlas.
async fn looked(base: &str, tools: &Tools) -> (bool, Vec<Check>) {
    looked_with(base, tools, |_| None).await
}

async fn looked_with(
    base: &str,
    tools: &Tools,
    variable: impl Fn(&str) -> Option<String>,
) -> (bool, Vec<Check>) {
    let base: BaseUrl = base.parse().unwrap();
    let mut told = Vec::new();
    let reachable = network::look(&base, tools, variable, now, &mut |check| told.push(check)).await;
    (reachable, told)
}

fn of(checks: &[Check], name: Name) -> &Check {
    checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("{name:?} in {checks:#?}"))
}

/// An authority, and what a server needs to be vouched for by it.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    fn new(organization: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::OrganizationName, organization);
        Self { params, key: KeyPair::generate().unwrap() }
    }

    /// Verifies by this authority alone.
    fn tools(&self) -> Tools {
        let root = self.params.clone().self_signed(&self.key).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(root.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        Tools { verifier: Ok(verifier), ..tools() }
    }

    /// A TLS server for those names that says nothing. Its port.
    async fn serve(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> u16 {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        serve(certificate.der().clone(), &key).await
    }
}

async fn serve(certificate: CertificateDer<'static>, key: &KeyPair) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let mut sent = Vec::new();
                    let _ = stream.read_to_end(&mut sent).await;
                    assert_eq!(sent, b"", "nothing is sent through it");
                }
            });
        }
    });
    port
}

/// A proxy that answers CONNECT like this; where that is 200 it leads to a port of this machine. What it was asked.
async fn proxy(answer: &'static str, leads_to: Option<u16>) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { break };
                request.push(byte);
            }
            *heard.lock().unwrap() = String::from_utf8(request).unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            if let Some(port) = leads_to {
                let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
            }
        }
    });
    (place, asked)
}

fn through(place: &str, tools: Tools) -> Tools {
    Tools { matcher: Arc::new(Matcher::builder().https(place).build()), ..tools }
}

#[tokio::test]
async fn a_name_that_is_not_there_fails_at_the_name() {
    let report = look("https://no-such-host.invalid", key_of(Principal::Owner), Subject::Account).await;
    assert_fails(&report, Name::Dns, Blame::Unreachable, "no-such-host.invalid", "getent hosts no-such-host");
    assert_eq!(super::check(&report, Name::Tls).finding, "not tried, as DNS failed");
    assert_eq!(report.requests, 0);
}

#[tokio::test]
async fn a_port_where_nobody_listens_fails_at_the_port() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let base = format!("https://127.0.0.1:{port}");
    let report = look(&base, key_of(Principal::Owner), Subject::Account).await;
    assert_fails(&report, Name::Tcp, Blame::Unreachable, "refuses connections", &format!("port {port}"));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_shown_and_refused() {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    let port = serve(certificate.der().clone(), &key).await;
    let report = look(&format!("https://127.0.0.1:{port}"), key_of(Principal::Owner), Subject::Account).await;
    assert_fails(&report, Name::Tls, Blame::Unreachable, "issued itself", "SSL_CERT_FILE");
    assert!(super::check(&report, Name::Tls).finding.contains("for 127.0.0.1"), "{report:#?}");
    assert_eq!(report.requests, 0, "no credential goes there");
}

#[tokio::test]
async fn a_root_in_the_place_of_a_server_is_told_as_its_own_issuer() {
    let authority = Authority::new("Hotel");
    let root = authority.params.clone().self_signed(&authority.key).unwrap();
    let port = serve(root.der().clone(), &authority.key).await;
    for tools in [tools(), authority.tools()] {
        let (reachable, checks) = looked(&format!("https://localhost:{port}"), &tools).await;
        let tls = of(&checks, Name::Tls);
        assert!(!reachable && tls.finding.contains("issued itself; the certificate is for"), "{tls:?}");
        assert!(tls.next_step.as_deref().unwrap().contains("sign-in page"), "{tls:?}");
    }
}

#[tokio::test]
async fn a_trusted_certificate_is_told_with_names_issuer_and_days() {
    let authority = Authority::new("Example Trust");
    let port = authority
        .serve(&["localhost", "127.0.0.1"], |params| {
            params.not_after = rcgen::date_time_ymd(2099, 1, 1);
        })
        .await;
    let (reachable, checks) = looked(&format!("https://localhost:{port}"), &authority.tools()).await;
    let tls = of(&checks, Name::Tls);
    assert_eq!((reachable, tls.verdict), (true, Verdict::Ok), "{checks:#?}");
    for words in ["TLS 1.3", "localhost, 127.0.0.1", "Example Trust", "until 2099-01-01", "days)"] {
        assert!(tls.finding.contains(words), "{words} in {tls:?}");
    }
}

#[tokio::test]
async fn other_faults_of_a_certificate_are_told_apart() {
    let authority = Authority::new("Example Trust");
    let ended = authority.serve(&["localhost"], |params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    let early =
        authority.serve(&["localhost"], |params| params.not_before = rcgen::date_time_ymd(2090, 1, 1));
    let other = authority.serve(&["guest.hotel.example"], |_| {});
    let good = authority.serve(&["localhost"], |_| {});
    let stranger = Authority::new("Nobody").tools();
    let own = authority.tools();
    for (port, tools, finding, next) in [
        (ended.await, &own, "ended on 2020-01-01, and this machine's clock says", "date -u"),
        (early.await, &own, "begins on 2090-01-01", "timedatectl"),
        (other.await, &own, "another host answers for localhost", "sign-in page"),
        (good.await, &stranger, "nobody whom this machine trusts", "install its root certificate"),
    ] {
        let (reachable, checks) = looked(&format!("https://localhost:{port}"), tools).await;
        let tls = of(&checks, Name::Tls);
        assert_eq!((reachable, tls.verdict), (false, Verdict::Failure(Blame::Unreachable)), "{tls:?}");
        assert!(tls.finding.contains(finding), "{finding} in {tls:?}");
        assert!(tls.next_step.as_deref().unwrap().contains(next), "{next} in {tls:?}");
    }
}

#[tokio::test]
async fn an_inspecting_proxy_is_named_whether_it_is_trusted_or_not() {
    let authority = Authority::new("Zscaler Inc.");
    let port = authority.serve(&["localhost"], |_| {}).await;
    let base = format!("https://localhost:{port}");
    let (reachable, checks) = looked(&base, &Authority::new("Other").tools()).await;
    let tls = of(&checks, Name::Tls);
    assert!(!reachable && tls.finding.contains("(Zscaler)"), "{tls:?}");
    assert!(tls.next_step.as_deref().unwrap().contains("network team"), "{tls:?}");
    let (reachable, checks) = looked(&base, &authority.tools()).await;
    let tls = of(&checks, Name::Tls);
    assert_eq!((reachable, tls.verdict), (true, Verdict::Warning), "{tls:?}");
    assert!(tls.finding.contains("can read the credential"), "{tls:?}");
}

#[tokio::test]
async fn without_any_roots_it_says_which_package_has_them() {
    let authority = Authority::new("Example Trust");
    let port = authority.serve(&["localhost"], |_| {}).await;
    let tools = Tools { verifier: Err("no roots".to_owned()), ..tools() };
    let (_, checks) = looked(&format!("https://localhost:{port}"), &tools).await;
    assert!(of(&checks, Name::Tls).next_step.as_deref().unwrap().contains("ca-certificates"), "{checks:#?}");
}

#[tokio::test]
async fn a_server_that_is_silent_is_not_waited_for_without_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let tools = Tools { step: Duration::from_millis(50), ..tools() };
    let (reachable, checks) = looked(&format!("https://localhost:{port}"), &tools).await;
    assert!(!reachable && of(&checks, Name::Tls).finding.contains("no TLS handshake within"), "{checks:#?}");
    drop(listener);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_by_how_it_refuses() {
    let user = "http://me:hunter2@";
    for (answer, user, finding, next) in [
        ("HTTP/1.1 407 Who are you\r\n\r\n", "http://", "wants a user and a password", "USER:PASSWORD@"),
        ("HTTP/1.1 407 Who are you\r\n\r\n", user, "refuses its user or password", "%40"),
        ("HTTP/1.1 403 Not \x1b[31mhere\r\n\r\n", user, "HTTP status 403 Not [31mhere", "NO_PROXY"),
        ("SSH-2.0-OpenSSH_9\r\n\r\n", user, "its answer is no HTTP", "names an HTTP proxy"),
        ("", user, "it closed the connection", "names an HTTP proxy"),
    ] {
        let (place, asked) = proxy(answer, None).await;
        let url = format!("{user}{place}");
        let variable = |name: &str| (name == "HTTPS_PROXY").then(|| url.clone());
        let tools = through(&url, tools());
        let (reachable, checks) = looked_with("https://atlas.test", &tools, variable).await;
        let tls = of(&checks, Name::Tls);
        assert!(!reachable && tls.finding.contains(finding), "{finding} in {tls:?}");
        assert!(tls.next_step.as_deref().unwrap().contains(next), "{next} in {tls:?}");
        assert!(!format!("{checks:?}").contains("hunter2"), "{checks:?}");
        let asked = asked.lock().unwrap();
        assert!(asked.starts_with("CONNECT atlas.test:443 HTTP/1.1\r\n"), "{asked}");
        // `me:hunter2` for the proxy itself, and for nobody else.
        assert_eq!(asked.contains("Proxy-Authorization: Basic bWU6aHVudGVyMg=="), user.contains('@'));
    }
}

#[tokio::test]
async fn through_a_proxy_the_certificate_is_that_of_atlas() {
    let authority = Authority::new("Example Trust");
    let port = authority.serve(&["atlas.test"], |_| {}).await;
    let (place, _) = proxy("HTTP/1.1 200 OK\r\n\r\n", Some(port)).await;
    let tools = through(&format!("http://{place}"), authority.tools());
    let (reachable, checks) = looked("https://atlas.test", &tools).await;
    assert!(reachable, "{checks:#?}");
    assert!(of(&checks, Name::Tls).finding.contains("atlas.test by Example Trust"), "{checks:#?}");
    assert!(of(&checks, Name::Dns).finding.contains("the proxy; it finds Atlas itself"), "{checks:#?}");
}
