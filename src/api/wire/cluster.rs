//! A cluster, of which one word is wanted.

use serde::Deserialize;

use super::member::Text;
use super::{Malformed, shortened, wrong_shape};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a cluster")]
struct Body {
    state_name: Option<Text>,
}

/// Decodes what a cluster is doing: Atlas's own word, cleaned and never long.
///
/// # Errors
/// As [`super::restore_job`]; `WrongShape` where there is no such word.
pub fn cluster_state(body: &[u8]) -> Result<String, Malformed> {
    let body: Body = super::decode(super::text(body)?)?;
    let word = body.state_name.and_then(|Text(word)| word).map(|word| shortened(&word));
    word.filter(|word| !word.is_empty()).ok_or_else(|| wrong_shape("stateName", "a text", "nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ErrorKind;

    #[test]
    fn the_word_is_read_cleaned_and_missed() {
        let read = |body: &str| cluster_state(body.as_bytes());
        assert_eq!(read(r#"{"stateName":"IDLE","links":[]}"#).unwrap(), "IDLE");
        assert_eq!(read("{\"stateName\":\"UP\\u001bDATING\"}").unwrap(), "UPDATING");
        for body in ["{}", r#"{"stateName":null}"#, r#"{"stateName":""}"#] {
            let error = read(body).unwrap_err();
            assert!(
                matches!(error.kind, ErrorKind::WrongShape { field, .. } if field == "stateName"),
                "{body}"
            );
        }
        assert_eq!(read("<html>").unwrap_err().kind, ErrorKind::NotJson);
    }
}
