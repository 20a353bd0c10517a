//! Which challenge of a refusal is answered: the first one for HTTP digest that we can answer.
//!
//! A server may send several, in headers of their own or in one, and a proxy may put its own before them. Pure:
//! headers in, a challenge out; who answers it is `auth`'s business.

use digest_auth::WwwAuthenticateHeader;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// The first challenge that can be answered, in the order of the headers.
pub(super) fn digest(headers: &HeaderMap) -> Option<WwwAuthenticateHeader> {
    // Visible ASCII only, which is all that digest has; the parser slices at bytes.
    let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let challenges = values.flat_map(challenges);
    let mut digests = challenges.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Digest"));
    digests.find_map(|(_, parameters)| digest_auth::parse(&parameters).ok())
}

/// The challenges of one header: scheme and parameters. Commas separate both, so a scheme is known by being a word
/// that no `=` follows.
fn challenges(value: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let (item, after) = rest.split_at(end_of_item(rest));
        let item = item.trim();
        let word = item.split([' ', '\t', '=', '"']).next().unwrap_or_default();
        let behind = item.strip_prefix(word).unwrap_or_default().trim_start();
        if !word.is_empty() && !behind.starts_with('=') {
            found.push((word, behind.to_owned()));
        } else if let Some((_, parameters)) = found.last_mut() {
            parameters.push_str(", ");
            parameters.push_str(item);
        }
        rest = after.strip_prefix(',').unwrap_or_default();
    }
    found
}

/// Up to the next comma that stands in no quotes.
fn end_of_item(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    let comma = text.find(|c| match c {
        _ if std::mem::take(&mut escaped) => false,
        '\\' if quoted => {
            escaped = true;
            false
        }
        '"' => {
            quoted = !quoted;
            false
        }
        c => c == ',' && !quoted,
    });
    comma.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIGEST: &str = r#"Digest realm="MMS, Public \"API\"", domain="", nonce="a,b", algorithm=MD5, qop="auth,auth-int", stale=false"#;

    fn chosen(values: &[&str]) -> Option<WwwAuthenticateHeader> {
        let values = values.iter().map(|value| (WWW_AUTHENTICATE, value.parse().unwrap()));
        digest(&values.collect::<HeaderMap>())
    }

    #[test]
    fn the_first_digest_that_can_be_answered_is_chosen() {
        let unknown = DIGEST.replace("MD5", "FOO");
        let sha = DIGEST.replace("MD5", "SHA-256").replace("a,b", "other");
        let in_one = format!("Basic realm=\"x, Digest y\", {DIGEST}, Negotiate abc==");
        for (values, nonce) in [
            (vec![DIGEST], Some("a,b")),
            (vec!["Basic realm=\"x\"", DIGEST], Some("a,b")),
            (vec!["Negotiate", "NTLM", DIGEST], Some("a,b")),
            (vec![&in_one], Some("a,b")),
            (vec![&unknown, &sha, DIGEST], Some("other")),
            (vec!["dIGEST  realm = \"r\",nonce=n"], None),
            (vec!["digest realm=\"r\",nonce=n"], Some("n")),
            (vec!["Digest nonce=\"n\""], None),
            (vec!["Digest \"\"\"\"\""], None),
            (vec!["Basic realm=\"x\""], None),
            (vec![""], None),
            (vec![], None),
        ] {
            assert_eq!(chosen(&values).map(|challenge| challenge.nonce).as_deref(), nonce, "{values:?}");
        }
        assert_eq!(chosen(&[&in_one]), chosen(&[DIGEST]));
        assert_eq!(chosen(&[DIGEST]).unwrap().realm, "MMS, Public \"API\"");
    }

    proptest! {
        #[test]
        fn no_header_is_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = reqwest::header::HeaderValue::from_bytes(&bytes) {
                let _ = digest(&HeaderMap::from_iter([(WWW_AUTHENTICATE, value)]));
            }
        }

        #[test]
        fn a_header_of_the_right_pieces_harms_nothing(text in "(Digest |Basic |realm|nonce|=|,|\"|\\\\| |a){0,40}") {
            let _ = chosen(&[text.trim()]);
        }
    }
}
