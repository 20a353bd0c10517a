//! How go-keyring wraps a value for macOS, so that any bytes pass through a command line.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::KeyringError;
use crate::domain::secret::Zeroizing;

const BASE64: &str = "go-keyring-base64:";
/// Of older versions: in hexadecimal digits.
const HEX: &str = "go-keyring-encoded:";

/// The value; one that another program has put there has no wrapping.
pub(super) fn unwrapped(output: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
    let broken = || KeyringError::Other("an entry is not as the Atlas CLI writes it".to_owned());
    let text = std::str::from_utf8(output).map_err(|_| broken())?.trim();
    if let Some(text) = text.strip_prefix(BASE64) {
        return STANDARD.decode(text).map(Zeroizing::new).map_err(|_| broken());
    }
    let Some(digits) = text.strip_prefix(HEX) else { return Ok(Zeroizing::new(text.as_bytes().to_vec())) };
    if !digits.is_ascii() || !digits.len().is_multiple_of(2) {
        return Err(broken());
    }
    let pairs = (0..digits.len()).step_by(2).map(|at| digits.get(at..at + 2).unwrap_or_default());
    let bytes: Result<Vec<u8>, _> = pairs.map(|pair| u8::from_str_radix(pair, 16)).collect();
    bytes.map(Zeroizing::new).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_wrappings_and_none_come_off() {
        for (output, value) in [
            ("go-keyring-base64:aHVudGVyMg==\n", "hunter2"),
            ("go-keyring-encoded:68756e74657232\n", "hunter2"),
            ("hunter2\n", "hunter2"),
            ("go-keyring-base64:\n", ""),
        ] {
            assert_eq!(unwrapped(output.as_bytes()).unwrap().as_slice(), value.as_bytes(), "{output}");
        }
        for output in
            ["go-keyring-base64:?", "go-keyring-encoded:6", "go-keyring-encoded:zz", "go-keyring-encoded:éa"]
        {
            let error = unwrapped(output.as_bytes()).unwrap_err().to_string();
            assert!(!error.contains(output), "{error}");
        }
        assert!(unwrapped(b"\xff").is_err());
    }
}
