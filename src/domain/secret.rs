//! A secret that cannot be printed by accident and is wiped when dropped.

pub use secrecy::ExposeSecret;

/// A private key. `Debug` shows `[REDACTED]`; only the client's signing code exposes it.
pub type Secret = secrecy::SecretString;
