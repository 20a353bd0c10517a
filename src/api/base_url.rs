//! Where Atlas is: one origin, over TLS unless it is this machine. Knows nothing of requests.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::domain::text::clean;

/// The public Atlas.
pub const DEFAULT: &str = "https://cloud.mongodb.com";

/// The origin that all requests go to, in normal form and without user, path or query. Plain http is held for
/// this machine only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    origin: String,
    place: String,
    secure: bool,
    loopback: bool,
}

impl BaseUrl {
    /// Scheme, host and port, the port left out when it is the scheme's own; no trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// Host, and port if it is not the scheme's own: what a person calls the place.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether it is https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether it is this machine: 127.0.0.0/8, `::1` or `localhost`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        let place = DEFAULT.trim_start_matches("https://").to_owned();
        Self { origin: DEFAULT.to_owned(), place, secure: true, loopback: false }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.origin)
    }
}

/// Why a text is no base URL. Never repeats a user name or password that stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseUrlError {
    /// Not a URL of scheme and host. The text, cleaned and cut; empty when it may hold a password.
    NotUrl(String),
    /// Neither https nor http.
    OtherScheme(String),
    /// Plain http to another machine.
    PlainHttp { host: String },
    /// A user name or password before the host.
    UserInfo,
    /// More than an origin: its path, query or fragment.
    TooMuch { part: &'static str },
}

impl fmt::Display for BaseUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the base URL ")?;
        match self {
            Self::NotUrl(text) if text.is_empty() => f.write_str("cannot be read")?,
            Self::NotUrl(text) => write!(f, "`{text}` cannot be read")?,
            Self::OtherScheme(scheme) => write!(f, "begins with `{scheme}:`")?,
            Self::PlainHttp { host } => {
                return write!(
                    f,
                    "would send requests to {host} in plain http, which is allowed to this machine only; \
                     write https://{host}"
                );
            }
            Self::UserInfo => {
                return f.write_str(
                    "holds a user name or password; take it out, and give the keys in \
                     MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY",
                );
            }
            Self::TooMuch { part } => write!(f, "has a {part} after the host")?,
        }
        write!(f, "; write it as {DEFAULT}")
    }
}

impl std::error::Error for BaseUrlError {}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        let unreadable = || {
            let shown = if text.contains('@') { "" } else { text };
            BaseUrlError::NotUrl(clean(shown).chars().take(80).collect())
        };
        let url = Url::parse(text).map_err(|_| unreadable())?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            other if text.contains("://") => return Err(BaseUrlError::OtherScheme(other.to_owned())),
            // `localhost:8080` parses as scheme and path.
            _ => return Err(unreadable()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::UserInfo);
        }
        let loopback = match url.host() {
            None => return Err(unreadable()),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
        };
        let origin = url.origin().ascii_serialization();
        let place = origin.split_once("://").map_or("", |(_, place)| place).to_owned();
        if !secure && !loopback {
            return Err(BaseUrlError::PlainHttp { host: place });
        }
        if url.fragment().is_some() {
            return Err(BaseUrlError::TooMuch { part: "fragment" });
        }
        if url.query().is_some() {
            return Err(BaseUrlError::TooMuch { part: "query" });
        }
        if !matches!(url.path(), "" | "/") {
            return Err(BaseUrlError::TooMuch { part: "path" });
        }
        Ok(Self { origin, place, secure, loopback })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BaseUrl, BaseUrlError> {
        text.parse()
    }

    #[test]
    fn an_origin_takes_its_normal_form() {
        for (text, origin, place) in [
            ("https://cloud.mongodb.com", DEFAULT, "cloud.mongodb.com"),
            (" HTTPS://Cloud.MongoDB.com:443/ ", DEFAULT, "cloud.mongodb.com"),
            ("https://localhost:8443", "https://localhost:8443", "localhost:8443"),
            ("http://127.0.0.1:4100/", "http://127.0.0.1:4100", "127.0.0.1:4100"),
            ("http://127.8.9.1", "http://127.8.9.1", "127.8.9.1"),
            ("http://[::1]:80", "http://[::1]", "[::1]"),
        ] {
            let url = read(text).unwrap();
            assert_eq!((url.as_str(), url.place()), (origin, place), "{text}");
        }
        assert_eq!(BaseUrl::default(), read(DEFAULT).unwrap());
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for text in [
            "http://cloud.mongodb.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://0.0.0.0",
            "http://[::ffff:10.0.0.1]",
        ] {
            assert!(matches!(read(text), Err(BaseUrlError::PlainHttp { .. })), "{text}");
        }
        let sentence = read("http://atlas.example:81").unwrap_err().to_string();
        assert!(sentence.contains("write https://atlas.example:81"), "{sentence}");
    }

    #[test]
    fn anything_but_an_origin_is_refused_with_its_reason() {
        assert_eq!(read("https://h/api/"), Err(BaseUrlError::TooMuch { part: "path" }));
        assert_eq!(read("https://h?x"), Err(BaseUrlError::TooMuch { part: "query" }));
        assert_eq!(read("https://h#x"), Err(BaseUrlError::TooMuch { part: "fragment" }));
        assert_eq!(read("ftp://h"), Err(BaseUrlError::OtherScheme("ftp".into())));
        for text in ["", "cloud.mongodb.com", "localhost:8080", "https://", "https://a b"] {
            assert!(matches!(read(text), Err(BaseUrlError::NotUrl(_))), "{text}");
        }
    }

    #[test]
    fn no_refusal_repeats_a_password_or_an_escape() {
        for text in
            ["https://user:hunter2@h", "user:hunter2@h", "https://user:hunter2@", "http://a:hunter2@h"]
        {
            let error = read(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
        assert!(!read("\u{1b}[31mx").unwrap_err().to_string().contains('\u{1b}'));
    }
}
