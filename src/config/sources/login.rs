//! The token that `atlas auth login` left behind: when it ends. It is used while it lasts and never renewed here,
//! because renewing it gives out another refresh token, and the CLI would be logged out.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::secret::{ExposeSecret, Secret};

/// The claims that matter.
#[derive(Deserialize)]
struct Claims {
    /// Seconds since 1970 (RFC 7519, 4.1.4).
    exp: Option<f64>,
}

/// When a token ends, by its own word; `None` when it is no JWT or does not say. Nothing is verified: Atlas does that.
#[must_use]
pub fn end(token: &Secret) -> Option<Timestamp> {
    let engine = GeneralPurpose::new(
        &base64::alphabet::URL_SAFE,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let claims = token.expose_secret().split('.').nth(1)?;
    let claims: Claims = serde_json::from_slice(&engine.decode(claims).ok()?).ok()?;
    let seconds = claims.exp?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is out of range becomes the outermost, and no time"
    )]
    Timestamp::from_second(seconds as i64).ok()
}

#[cfg(test)]
pub(in crate::config) fn token_ending(at: Timestamp) -> String {
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let claims = format!("{{\"sub\":\"me\",\"exp\":{}}}", at.as_second());
    format!("e30.{}.c2ln", engine.encode(claims))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_when_it_ends_and_anything_else_says_nothing() {
        let at: Timestamp = "2026-11-28T04:00:00Z".parse().unwrap();
        assert_eq!(end(&token_ending(at).into()), Some(at));
        for text in ["", "opaque", "a.b.c", "e30.e30.x", "e30.eyJleHAiOjFlMzB9.x", "e30.eyJleHAiOiJ4In0.x"] {
            assert_eq!(end(&text.to_owned().into()), None, "{text}");
        }
    }
}
