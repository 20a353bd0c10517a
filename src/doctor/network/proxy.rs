//! Which proxy requests go through, decided by the same rules as the client's: those of hyper-util, which reads
//! `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` in either case, and on macOS and Windows the system's settings.

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;

use crate::api::BaseUrl;
use crate::doctor::check::{Blame, Check, Name};
use crate::domain::text::clean;

/// The variables of a proxy for https, the first that is set decides. In the order of hyper-util.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// A proxy on the way.
#[derive(Clone)]
pub struct Proxy {
    pub host: String,
    pub port: u16,
    /// Whether TLS is spoken to the proxy itself.
    pub secure: bool,
    /// The value of `Proxy-Authorization`. Never shown.
    pub credentials: Option<HeaderValue>,
    /// The variable that names it; `None` where the system's settings do.
    variable: Option<&'static str>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// How Atlas is reached.
#[derive(Debug, Clone)]
pub enum Route {
    Direct,
    Through(Proxy),
    /// By a way that the client does not have.
    Unusable,
}

impl Proxy {
    /// Without user and password.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Finds the way to `base`. `matcher` is that of the process; `variable` looks an environment variable up.
#[must_use]
pub fn route(base: &BaseUrl, matcher: &Matcher, variable: impl Fn(&str) -> Option<String>) -> (Route, Check) {
    let set = VARIABLES.into_iter().find(|name| variable(name).is_some_and(|value| !value.trim().is_empty()));
    if base.is_loopback() {
        let finding = "none: this machine is reached without one".to_owned();
        return (Route::Direct, Name::Proxy.ok(finding));
    }
    let found = base.as_str().parse::<Uri>().ok().and_then(|uri| matcher.intercept(&uri));
    let Some(found) = found else {
        let check = match set {
            Some(name) => match excused(base, &variable) {
                Some(excuse) => Name::Proxy.ok(format!("none: {excuse} excepts {}", base.place())),
                None => Name::Proxy.warning(
                    format!("{name} is set to something that is no proxy, and is ignored"),
                    format!("Write {name} as http://HOST:PORT, or unset it."),
                ),
            },
            None => Name::Proxy.ok("none"),
        };
        return (Route::Direct, check);
    };
    let scheme = found.uri().scheme_str().unwrap_or("http");
    let secure = scheme == "https";
    let host = clean(found.uri().host().unwrap_or_default()).into_owned();
    let port = found.uri().port_u16().unwrap_or(if secure { 443 } else { 80 });
    let by = set.map_or_else(|| "the system's settings".to_owned(), str::to_owned);
    if scheme.starts_with("socks") {
        let check = Name::Proxy.failure(
            Blame::Usage,
            format!("{by} names a SOCKS proxy, {host}:{port}, which atlas-tui cannot use"),
            format!("Name an HTTP proxy in {by}, or except Atlas: export NO_PROXY={}", base.place()),
        );
        return (Route::Unusable, check);
    }
    let proxy = Proxy { host, port, secure, credentials: found.basic_auth().cloned(), variable: set };
    let signed = if proxy.credentials.is_some() { ", with a user and a password (not shown)" } else { "" };
    let check = Name::Proxy.ok(format!("{} (by {by}){signed}", proxy.place()));
    (Route::Through(proxy), check)
}

/// The variable that excepts Atlas from the proxy.
fn excused(base: &BaseUrl, variable: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let name = ["NO_PROXY", "no_proxy"].into_iter().find(|name| variable(name).is_some())?;
    let only = Matcher::builder().all("http://proxy.invalid:1").no(variable(name)?).build();
    let uri = base.as_str().parse::<Uri>().ok()?;
    only.intercept(&uri).is_none().then_some(name)
}

impl Proxy {
    /// What to look at when this proxy fails.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        self.variable.unwrap_or("the system's proxy settings")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Verdict;

    fn found(base: &str, variables: &[(&str, &str)]) -> (Route, Check) {
        let value = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let first = |names: &[&str]| names.iter().find_map(|name| value(name)).unwrap_or_default();
        let matcher = Matcher::builder()
            .https(first(&["HTTPS_PROXY", "https_proxy"]))
            .all(first(&["ALL_PROXY", "all_proxy"]))
            .no(first(&["NO_PROXY", "no_proxy"]))
            .build();
        route(&base.parse().unwrap(), &matcher, value)
    }

    const ATLAS: &str = "https://cloud.mongodb.com";

    #[test]
    fn a_proxy_is_named_with_its_variable_and_without_its_password() {
        let (route, check) = found(ATLAS, &[("HTTPS_PROXY", "http://zoe:hunter2@proxy.example:3128")]);
        let Route::Through(proxy) = &route else { panic!("{route:?}") };
        assert!(proxy.credentials.is_some());
        assert_eq!(proxy.place(), "proxy.example:3128");
        assert!(check.finding.contains("HTTPS_PROXY") && check.finding.contains("not shown"), "{check:?}");
        let shown = format!("{route:?} {check:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("zoe"), "{shown}");
    }

    #[test]
    fn an_exception_is_told_from_no_proxy_and_from_a_wrong_one() {
        let (_, check) = found(ATLAS, &[]);
        assert_eq!((check.verdict, check.finding.as_str()), (Verdict::Ok, "none"));
        let proxy = ("https_proxy", "http://proxy.example:3128");
        let (route, check) = found(ATLAS, &[proxy, ("NO_PROXY", ".mongodb.com")]);
        assert!(matches!(route, Route::Direct));
        assert_eq!(check.finding, "none: NO_PROXY excepts cloud.mongodb.com");
        let (_, check) = found(ATLAS, &[("HTTPS_PROXY", "ftp://proxy.example")]);
        assert_eq!(check.verdict, Verdict::Warning);
        let (_, check) = found("http://127.0.0.1:8080", &[proxy]);
        assert!(check.finding.contains("this machine"), "{check:?}");
    }

    #[test]
    fn socks_is_refused_with_the_way_out() {
        let (route, check) = found(ATLAS, &[("ALL_PROXY", "socks5h://127.0.0.1:1080")]);
        assert!(matches!(route, Route::Unusable));
        assert_eq!(check.verdict, Verdict::Failure(Blame::Usage));
        assert!(check.next_step.unwrap().contains("NO_PROXY=cloud.mongodb.com"));
    }
}
