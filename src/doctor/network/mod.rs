//! The way to Atlas, step by step: proxy, name, connection, TLS. Each step needs the one before it.
//!
//! It looks at what the client does not show: addresses, times, the certificate. Nothing of Atlas's API is asked here,
//! and no credential for it goes out. Each step ends within `STEP`.

pub mod certificate;
pub mod proxy;
pub mod tls;
mod tunnel;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use jiff::Timestamp;
use rustls::client::danger::ServerCertVerifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use self::certificate::Summary;
use self::proxy::{Proxy, Route};
use self::tls::{Handshake, Trust};
use self::tunnel::Refusal;
use super::check::{Blame, Check, Name};
use crate::api::BaseUrl;
use crate::domain::text::{clean, shortened};

/// The longest that a step may take. The client gives a connection as long.
const STEP: Duration = Duration::from_secs(5);

/// A certificate that ends within so many days is worth a word: public ones are renewed a month ahead.
const DAYS_SHORT: i64 = 7;

/// Addresses shown of a name.
const ADDRESSES_MAX: usize = 4;

/// What the way is looked at with.
#[derive(Clone)]
pub struct Tools {
    pub matcher: Arc<Matcher>,
    /// `Err` when the platform has no usable roots.
    pub verifier: Result<Arc<dyn ServerCertVerifier>, String>,
    pub step: Duration,
}

impl Tools {
    /// Those of the process. Loads the platform's roots, which takes milliseconds.
    #[must_use]
    pub fn of_process() -> Self {
        Self { matcher: Arc::new(Matcher::from_system()), verifier: tls::platform_verifier(), step: STEP }
    }
}

/// Host and port of an origin.
struct Place<'a> {
    host: &'a str,
    port: u16,
}

/// Looks at the whole way, and tells each check as it is made. Whether Atlas can be asked at the end of it.
pub async fn look(
    base: &BaseUrl,
    tools: &Tools,
    variable: impl Fn(&str) -> Option<String>,
    now: fn() -> Timestamp,
    tell: &mut impl FnMut(Check),
) -> bool {
    let (route, check) = proxy::route(base, &tools.matcher, variable);
    let name = check.name.label();
    tell(check);
    let proxy = match &route {
        Route::Unusable => {
            skip(&[Name::Dns, Name::Tcp, Name::Tls], name, tell);
            return false;
        }
        Route::Direct => None,
        Route::Through(proxy) => Some(proxy),
    };
    let atlas = place(base);
    let first = proxy.map_or(Place { ..atlas }, |proxy| Place { host: &proxy.host, port: proxy.port });
    let addresses = match resolve(&first, proxy, tools.step).await {
        Ok((addresses, check)) => {
            tell(check);
            addresses
        }
        Err(check) => {
            tell(check);
            skip(&[Name::Tcp, Name::Tls], Name::Dns.label(), tell);
            return false;
        }
    };
    let stream = match connect(&first, proxy, &addresses, tools.step).await {
        Ok((stream, check)) => {
            tell(check);
            stream
        }
        Err(check) => {
            tell(check);
            skip(&[Name::Tls], Name::Tcp.label(), tell);
            return false;
        }
    };
    if !base.is_secure() {
        tell(Name::Tls.skipped("plain http, which stays on this machine"));
        return true;
    }
    let check = match timeout(tools.step, secure(stream, &atlas, proxy, tools, now())).await {
        Ok(check) => check,
        Err(_) => Name::Tls.failure(
            Blame::Unreachable,
            format!("no TLS handshake within {} s", tools.step.as_secs()),
            "Check the firewall and any VPN: the connection opens, and then nothing comes.",
        ),
    };
    let trusted = !check.is_failure();
    tell(check);
    trusted
}

fn place(base: &BaseUrl) -> Place<'_> {
    let place = base.place();
    let default = if base.is_secure() { 443 } else { 80 };
    // The colons of an IPv6 address stand within brackets.
    match place.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((host, port)) => Place { host, port: port.parse().unwrap_or(default) },
        None => Place { host: place, port: default },
    }
}

fn skip(names: &[Name], after: &str, tell: &mut impl FnMut(Check)) {
    for name in names {
        tell(name.skipped(format!("not tried, as {after} failed")));
    }
}

async fn resolve(
    place: &Place<'_>,
    proxy: Option<&Proxy>,
    step: Duration,
) -> Result<(Vec<SocketAddr>, Check), Check> {
    let host = place.host.trim_matches(['[', ']']);
    let failed = |why: String| {
        let next = match proxy {
            Some(proxy) => format!("Check the host in {}: getent hosts {host}", proxy.setting()),
            None => format!("Check DNS server, VPN and base URL: getent hosts {host}"),
        };
        Name::Dns.failure(Blame::Unreachable, why, next)
    };
    let started = Instant::now();
    let found = match timeout(step, tokio::net::lookup_host((host, place.port))).await {
        Err(_) => return Err(failed(format!("no answer for {host} within {} s", step.as_secs()))),
        Ok(Err(error)) => return Err(failed(format!("{host} was not found: {}", brief(&error.to_string())))),
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
    };
    if found.is_empty() {
        return Err(failed(format!("{host} has no address")));
    }
    let shown: Vec<String> =
        found.iter().take(ADDRESSES_MAX).map(|address| address.ip().to_string()).collect();
    let more = found.len().saturating_sub(ADDRESSES_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let whose = if proxy.is_some() { " (the proxy; it finds Atlas itself)" } else { "" };
    let millis = started.elapsed().as_millis();
    let finding = format!("{host} is {}{more}, in {millis} ms{whose}", shown.join(", "));
    Ok((found, Name::Dns.ok(finding)))
}

async fn connect(
    place: &Place<'_>,
    proxy: Option<&Proxy>,
    addresses: &[SocketAddr],
    step: Duration,
) -> Result<(TcpStream, Check), Check> {
    let Place { host, port } = place;
    let next = match proxy {
        Some(proxy) => format!("Check that the proxy runs, and the port in {}.", proxy.setting()),
        None => {
            format!("Check firewall and VPN: port {port} of {host} must be open. Try: nc -vz {host} {port}")
        }
    };
    let started = Instant::now();
    let why = match timeout(step, TcpStream::connect(addresses)).await {
        Ok(Ok(stream)) => {
            let millis = started.elapsed().as_millis();
            let to = stream.peer_addr().map_or_else(|_| format!("{host}:{port}"), |to| to.to_string());
            let whose = if proxy.is_some() { "the proxy, " } else { "" };
            return Ok((stream, Name::Tcp.ok(format!("connected to {whose}{to} in {millis} ms"))));
        }
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            format!("{host} refuses connections at port {port}")
        }
        Ok(Err(error)) => format!("no connection to {host}, port {port}: {}", brief(&error.to_string())),
        Err(_) => format!("no connection to {host}, port {port}, within {} s", step.as_secs()),
    };
    Err(Name::Tcp.failure(Blame::Unreachable, why, next))
}

async fn secure(
    mut stream: TcpStream,
    atlas: &Place<'_>,
    proxy: Option<&Proxy>,
    tools: &Tools,
    now: Timestamp,
) -> Check {
    let verifier = match &tools.verifier {
        Ok(verifier) => Arc::clone(verifier),
        Err(why) => {
            return Name::Tls.failure(
                Blame::Unreachable,
                format!("this platform has no usable root certificates: {}", brief(why)),
                "Install them (Debian: apt-get install ca-certificates), or set SSL_CERT_FILE to a file of them.",
            );
        }
    };
    let Some(proxy) = proxy else { return shake(stream, atlas, verifier, now).await };
    if !proxy.secure {
        return match tunnel::open(&mut stream, proxy, atlas.host, atlas.port).await {
            Ok(()) => shake(stream, atlas, verifier, now).await,
            Err(refusal) => refused(&refusal, proxy, atlas),
        };
    }
    match tls::connect(stream, &proxy.host, Arc::clone(&verifier)).await {
        Ok(mut stream) => match tunnel::open(&mut stream, proxy, atlas.host, atlas.port).await {
            Ok(()) => shake(stream, atlas, verifier, now).await,
            Err(refusal) => refused(&refusal, proxy, atlas),
        },
        Err(why) => Name::Tls.failure(
            Blame::Unreachable,
            format!("no TLS with the proxy {}: {}", proxy.place(), brief(&why)),
            format!("Check {}: many proxies are http:// although Atlas is https.", proxy.setting()),
        ),
    }
}

fn refused(refusal: &Refusal, proxy: &Proxy, atlas: &Place<'_>) -> Check {
    let (place, setting, host) = (proxy.place(), proxy.setting(), atlas.host);
    let (finding, next) = match refusal {
        Refusal::Credentials if proxy.credentials.is_none() => (
            format!("the proxy {place} wants a user and a password (HTTP status 407)"),
            format!("Put them into {setting}: http://USER:PASSWORD@{place}"),
        ),
        Refusal::Credentials => (
            format!("the proxy {place} refuses its user or password (HTTP status 407)"),
            format!("Correct them in {setting}; characters like @ and : are written %40 and %3A there."),
        ),
        Refusal::Status(status, reason) => {
            let reason = if reason.is_empty() { String::new() } else { format!(" {reason}") };
            (
                format!("the proxy {place} lets nobody through to {host} (HTTP status {status}{reason})"),
                format!("Ask whoever runs it to allow {host}:{}, or go around it with NO_PROXY.", atlas.port),
            )
        }
        Refusal::NoAnswer(why) => (
            format!("the proxy {place} opens no tunnel: {}", brief(why)),
            format!("Check that {setting} names an HTTP proxy, and its port."),
        ),
    };
    Name::Tls.failure(Blame::Unreachable, finding, next)
}

async fn shake<S>(
    stream: S,
    atlas: &Place<'_>,
    verifier: Arc<dyn ServerCertVerifier>,
    now: Timestamp,
) -> Check
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match tls::shake_hands(stream, atlas.host, verifier).await {
        Ok(handshake) => judge(&handshake, atlas, now),
        Err(why) => Name::Tls.failure(
            Blame::Unreachable,
            format!("the TLS handshake broke off: {}", brief(&why)),
            format!("Check that {} speaks https, and whether a firewall cuts TLS.", atlas.host),
        ),
    }
}

/// What a handshake is worth.
fn judge(handshake: &Handshake, atlas: &Place<'_>, now: Timestamp) -> Check {
    let Place { host, port } = *atlas;
    let Handshake { trust, certificate, version } = handshake;
    let Some(certificate) = certificate else {
        return match trust {
            Trust::Trusted => Name::Tls.ok(format!("{version}, trusted by this platform's roots")),
            _ => Name::Tls.failure(
                Blame::Unreachable,
                "a certificate came that cannot be read",
                format!("Look at it: openssl s_client -connect {host}:{port}"),
            ),
        };
    };
    let (issuer, days) = (&certificate.issuer, certificate.days_left(now));
    let until = day(certificate.not_after);
    let what = format!("the certificate is for {}, by {issuer}, until {until}", certificate.whom());
    let failure = |finding: String, next: String| Name::Tls.failure(Blame::Unreachable, finding, next);
    match trust {
        Trust::Trusted => trusted(certificate, version, days, host),
        Trust::UnknownIssuer => match certificate.inspector() {
            Some(maker) => failure(
                format!("a TLS-inspecting proxy ({maker}) answers for {host}, and its root is not trusted here"),
                "Install its root certificate on this machine, or set SSL_CERT_FILE to a file with it; ask your \
                 network team for it."
                    .to_owned(),
            ),
            None if certificate.self_signed => failure(
                format!("{host} shows a certificate that it issued itself; {what}"),
                "Check the base URL; if the certificate is your own, set SSL_CERT_FILE to it.".to_owned(),
            ),
            None => failure(
                format!("nobody whom this machine trusts vouches for {host}; {what}"),
                format!(
                    "If “{issuer}” is your company's, install its root certificate or set SSL_CERT_FILE to it; else \
                     leave this network."
                ),
            ),
        },
        Trust::Expired => failure(
            format!("the certificate ended on {until}, and this machine's clock says {}", day(now)),
            "Set the clock if that date is wrong (date -u); else the server's certificate must be renewed."
                .to_owned(),
        ),
        Trust::NotYetValid => failure(
            format!(
                "the certificate begins on {}, and this machine's clock says {}",
                day(certificate.not_before),
                day(now)
            ),
            "Set this machine's clock: date -u shows it, timedatectl set-ntp true keeps it right.".to_owned(),
        ),
        Trust::WrongName => failure(
            format!("another host answers for {host}: {what}"),
            "Check the base URL, and whether this network has a sign-in page.".to_owned(),
        ),
        // A root shown as the certificate of a server, as the usual tools make one.
        Trust::Refused(_) if certificate.self_signed => failure(
            format!("{host} shows a certificate that it issued itself; {what}"),
            format!(
                "Check the base URL, and whether this network has a sign-in page; if the certificate is your own, let \
                 a root of yours sign one for {host}."
            ),
        ),
        Trust::Refused(why) => failure(
            format!("TLS is refused: {}; {what}", brief(why)),
            format!("Look at it: openssl s_client -connect {host}:{port} -servername {host}"),
        ),
    }
}

fn trusted(certificate: &Summary, version: &str, days: i64, host: &str) -> Check {
    let (issuer, until) = (&certificate.issuer, day(certificate.not_after));
    let finding = format!("{version}, {} by {issuer}, until {until} ({days} days)", certificate.whom());
    if let Some(maker) = certificate.inspector() {
        return Name::Tls.warning(
            format!("a TLS-inspecting proxy ({maker}) answers for {host}, trusted here: it can read the credential"),
            "Nothing, if it is your company's; else leave this network, and make a new key.",
        );
    }
    if days < DAYS_SHORT {
        return Name::Tls.warning(finding, "Tell whoever runs that server that its certificate ends soon.");
    }
    Name::Tls.ok(finding)
}

fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

fn brief(text: &str) -> String {
    shortened(&clean(text), 160).into_owned()
}
