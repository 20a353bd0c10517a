//! What kept an answer from coming at all: names, connections, TLS, proxies, time.
//!
//! The causes are dug out of the chain of sources that reqwest wraps around them.

use std::error::Error;
use std::io;

use super::error::ErrorKind;
use crate::domain::text::clean;

/// When in an exchange it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Before the head of the answer was there.
    Head,
    /// Within the body.
    Body,
}

/// hyper's own words for a head that came and is none of HTTP. It has no kind for them that reqwest shows.
const NO_HTTP: [&str; 4] =
    ["invalid HTTP ", "content-length parsed", "transfer-encoding parsed", "message head is too large"];

/// The kind of a failed exchange, and its innermost cause in words: clean, without URL or password.
pub(super) fn failure(error: &reqwest::Error, stage: Stage) -> (ErrorKind, Option<String>) {
    let causes = causes(error);
    let says =
        |words: &[&str]| causes.iter().any(|cause| words.iter().any(|word| cause.to_string().contains(word)));
    let is_tls = || causes.iter().any(|cause| cause.is::<rustls::Error>());
    let kind = if error.is_timeout() {
        ErrorKind::Timeout
    } else if stage == Stage::Body {
        // A body that does not decompress is damaged, unless it just ends.
        if error.is_decode() && !ends_early(&causes) { ErrorKind::NotJson } else { ErrorKind::Cut }
    } else if is_tls() {
        ErrorKind::Tls
    } else if says(&NO_HTTP) {
        ErrorKind::NotJson
    } else if says(&["tunnel error", "proxy", "socks"]) {
        ErrorKind::Proxy
    } else if error.is_dns() || says(&["dns error"]) {
        ErrorKind::Dns
    } else if error.is_builder() {
        ErrorKind::Internal
    } else {
        ErrorKind::Connect
    };
    (kind, causes.last().map(|cause| sentence(&cause.to_string())))
}

fn ends_early(causes: &[&(dyn Error + 'static)]) -> bool {
    causes.iter().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof)
            // hyper's own error for a connection that closed within a body.
            || cause.to_string().contains("end of file before message length reached")
    })
}

/// All causes, outermost first. An `io::Error` that wraps another error hides it from `source`.
fn causes<'a>(error: &'a reqwest::Error) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes: Vec<&'a (dyn Error + 'static)> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        };
    }
    causes
}

/// Clean, and without the user and password of any URL in it.
fn sentence(text: &str) -> String {
    let mut clean = clean(text).into_owned();
    while let Some((start, end)) = userinfo(&clean) {
        clean.replace_range(start..end, "");
    }
    clean
}

/// Where `user:password@` stands in the first URL that has it.
fn userinfo(text: &str) -> Option<(usize, usize)> {
    text.match_indices("://").find_map(|(at, separator)| {
        let start = at + separator.len();
        let rest = text.get(start..)?;
        let authority = rest.split(|c: char| c.is_whitespace() || "/?#\"'`)".contains(c)).next()?;
        authority.rfind('@').map(|length| (start, start + length + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sentence_holds_a_password_or_an_escape() {
        for (text, expected) in [
            ("proxy http://me:secret@proxy:80/ said no", "proxy http://proxy:80/ said no"),
            ("a://x@y@h and b://u:p@h", "a://h and b://h"),
            ("mail a@b about https://h/p@q", "mail a@b about https://h/p@q"),
            ("\u{1b}[2Jrefused", "[2Jrefused"),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }
}
