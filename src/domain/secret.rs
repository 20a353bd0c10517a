//! A secret that cannot be printed by accident and is wiped when dropped.

pub use secrecy::ExposeSecret;
/// For what holds a secret on its way into a [`Secret`].
pub use secrecy::zeroize::Zeroizing;

/// A private key, a token, a client secret. `Debug` shows `[REDACTED]`; only the code that signs exposes it.
pub type Secret = secrecy::SecretString;
