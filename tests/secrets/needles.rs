//! Looking for a secret in what came out: whole or in part, plain or in a form that gives it away.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The shortest piece of a secret that is looked for: what a narrow column would leave of it.
const PIECE: usize = 8;

/// All texts that must not be found for this secret, each with its name.
fn needles(secret: &str) -> Vec<(&'static str, String)> {
    assert!(secret.is_ascii() && secret.len() >= 2 * PIECE, "{secret} is not distinctive enough");
    let pieces = (0..=secret.len() - PIECE).map(|at| ("in plain", secret[at..at + PIECE].to_lowercase()));
    // Whatever stands before it: base 64 has three alignments, and its ends depend on the neighbours.
    let aligned = (0..3).map(|before| {
        let encoded = STANDARD_NO_PAD.encode(format!("{}{secret}", "x".repeat(before)));
        ("in base 64", encoded[4..encoded.len() - 4].to_lowercase())
    });
    pieces.chain(aligned).chain([("in hex", hex(secret))]).collect()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Fails where `text` holds one of the secrets.
pub fn assert_without(secrets: &[&str], what: &str, text: &str) {
    let lower = text.to_lowercase();
    for secret in secrets {
        for (form, needle) in needles(secret) {
            assert!(!lower.contains(&needle), "{what} holds a secret {form} ({needle}):\n{text}");
        }
    }
}

/// The same for every file below the directory, but for those that it was given in.
pub fn assert_files_without(secrets: &[&str], directory: &Path, given: &[&str]) -> usize {
    let mut read = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read += assert_files_without(secrets, &path, given);
        } else if !given.iter().any(|given| path.ends_with(given)) {
            let bytes = fs::read(&path).unwrap();
            assert_without(secrets, path.to_str().unwrap(), &String::from_utf8_lossy(&bytes));
            read += 1;
        }
    }
    read
}

#[test]
fn a_secret_is_found_in_every_form() {
    let secret = "e3b7c19f-52d8-4fa6-9c07-d41b8e6a2f93";
    let found = |text: &str| std::panic::catch_unwind(|| assert_without(&[secret], "it", text)).is_err();
    for text in [
        format!("key={secret}\n"),
        secret.to_uppercase(),
        "…52d8-4fa6…".to_owned(),
        STANDARD_NO_PAD.encode(format!("abcdefgh:{secret}")),
        STANDARD_NO_PAD.encode(format!("a:{secret} and more")),
        hex(secret).to_uppercase(),
    ] {
        assert!(found(&text), "{text}");
    }
    assert!(!found("e3b7c19 and 52d8-4f"));
}
