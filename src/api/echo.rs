//! Takes what a request was signed with out of an answer that repeats it, before anybody reads the answer: a gateway
//! that shows what it was sent, on a page of its own, must not have a secret shown or saved by us.
//!
//! Knows a secret only as it was sent, and as JSON may spell it. Who means to give it away otherwise has it already.

use reqwest::header::{HeaderMap, HeaderValue};

const TAKEN_OUT: &str = "[secret]";

/// Anything shorter is in half the answers there are, and no secret of Atlas's.
const LEAST: usize = 8;

/// Takes them out of what the headers say.
pub(super) fn out_of_headers(headers: &mut HeaderMap, secrets: &[&str]) {
    for value in headers.values_mut() {
        let mut bytes = value.as_bytes().to_vec();
        if out_of(&mut bytes, secrets) {
            let rest = HeaderValue::from_bytes(&bytes);
            *value = rest.unwrap_or_else(|_| HeaderValue::from_static(TAKEN_OUT));
        }
    }
}

/// Takes them out of a body. Whether one was in it.
pub(super) fn out_of(bytes: &mut Vec<u8>, secrets: &[&str]) -> bool {
    let mut found = false;
    for secret in secrets.iter().filter(|secret| secret.len() >= LEAST) {
        found |= replace(bytes, secret);
        if secret.contains('/') {
            found |= replace(bytes, &secret.replace('/', "\\/"));
        }
    }
    found
}

fn replace(bytes: &mut Vec<u8>, secret: &str) -> bool {
    let secret = secret.as_bytes();
    let mut found = false;
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| position(rest, secret)) {
        let start = from + at;
        bytes.splice(start..start + secret.len(), TAKEN_OUT.bytes());
        from = start + TAKEN_OUT.len();
        found = true;
    }
    found
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_taken_out_wherever_it_stands_and_nothing_else_changes() {
        for (text, rest) in [
            ("ab/cdefgh", "[secret]"),
            ("xab/cdefghab/cdefghy", "x[secret][secret]y"),
            (r#"{"detail":"ab\/cdefgh"}"#, r#"{"detail":"[secret]"}"#),
            ("ab/cdefg", "ab/cdefg"),
            ("short short", "short short"),
            ("", ""),
        ] {
            let mut bytes = text.as_bytes().to_vec();
            assert_eq!(out_of(&mut bytes, &["ab/cdefgh", "short"]), text != rest);
            assert_eq!(String::from_utf8(bytes).unwrap(), rest);
        }
    }
}
