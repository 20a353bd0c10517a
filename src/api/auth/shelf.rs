//! The file through which running programs share the token of one service account.
//!
//! It is ours alone (mode 0600), and says for which origin and account its token is; what it says otherwise, what
//! others could have read or written, and what is no token, is as good as nothing. It is replaced whole, by whoever
//! holds the lock beside it. Nothing that is wrong with it is an error: a token can always be asked for.
//!
//! All of this may wait for a disk, so it is called where waiting is allowed.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::token::{LIFE_MAX, LONGEST, Life, Token};
use crate::api::base_url::BaseUrl;
use crate::private::{self, Lock, Trust};

/// The version of the file's form.
const SCHEMA: u32 = 1;

/// More than a file with the longest token has, but for escapes that none needs.
const LIMIT: u64 = 2 * LONGEST as u64;

/// A token from the future is one of a clock that was set back. So far two processes may differ.
const FUTURE: Duration = Duration::from_secs(60);

/// How much of a name goes into that of the file.
const NAME_MAX: usize = 60;

/// Where the token of one account is kept.
pub(super) struct Shelf {
    file: PathBuf,
    base_url: String,
    client_id: String,
}

/// What there is to do about a token.
pub(super) enum Step {
    /// Use this one.
    Use(Token),
    /// Ask for one, and put it there while the lock is held.
    Ask(Lock),
    /// Somebody else is asking.
    Wait,
    /// Ask for one, and keep it: there is no place to share it.
    Keep,
}

#[derive(Serialize, Deserialize)]
struct Saved<'a> {
    schema: u32,
    #[serde(borrow)]
    base_url: Cow<'a, str>,
    #[serde(borrow)]
    client_id: Cow<'a, str>,
    /// Seconds since 1970, by this machine's clock.
    made_at: i64,
    over_at: i64,
    #[serde(borrow)]
    access_token: Cow<'a, str>,
}

impl Shelf {
    pub(super) fn new(directory: &Path, base: &BaseUrl, client_id: &str) -> Self {
        // Two accounts with one name would take turns, and not take each other's token.
        let name = format!("{}_{}.json", plain(base.place()), plain(client_id));
        Self {
            file: directory.join(name),
            base_url: base.as_str().to_owned(),
            client_id: client_id.to_owned(),
        }
    }

    /// Looks for a token that is fresh and not the refused one, and takes the lock when there is none.
    pub(super) fn step(&self, refused: Option<&Token>, now: Timestamp, lot: f64) -> Step {
        let good = |token: &Token| token.is_fresh(now) && refused.is_none_or(|refused| !token.is(refused));
        if let Some(token) = self.find(now, lot).filter(good) {
            return Step::Use(token);
        }
        let Some(directory) = self.file.parent() else { return Step::Keep };
        if private::make_directory(directory).is_err() {
            return Step::Keep;
        }
        match Lock::try_take(&self.file.with_extension("lock")) {
            Err(_) => Step::Keep,
            Ok(None) => Step::Wait,
            // Meanwhile another one may have put one there, and gone.
            Ok(Some(lock)) => match self.find(now, lot) {
                Some(token) if good(&token) => Step::Use(token),
                Some(_) | None => {
                    if refused.is_some() {
                        // It is that one, or worth no more.
                        let _ = std::fs::remove_file(&self.file);
                    }
                    Step::Ask(lock)
                }
            },
        }
    }

    /// The token in the file, if it is ours and not over.
    fn find(&self, now: Timestamp, lot: f64) -> Option<Token> {
        let file = private::open(&self.file, Trust::Secret).ok()?;
        let bytes = read(file)?;
        let saved: Saved<'_> = serde_json::from_slice(&bytes).ok()?;
        if saved.schema != SCHEMA || saved.base_url != self.base_url || saved.client_id != self.client_id {
            return None;
        }
        let made_at = Timestamp::from_second(saved.made_at).ok()?;
        let length = u64::try_from(saved.over_at.checked_sub(saved.made_at)?).ok()?;
        let length = Duration::from_secs(length);
        if length > LIFE_MAX || made_at > now.saturating_add(FUTURE).ok()? {
            return None;
        }
        let text = Zeroizing::new(saved.access_token.into_owned());
        let token = Token::new(&text, Life::new(made_at, length, lot), Some(made_at), true)?;
        Some(token).filter(|token| !token.is_over(now))
    }

    /// Puts the token there, for others. Whether that worked.
    pub(super) fn store(&self, token: &Token) -> bool {
        let Some(made_at) = token.made_at else { return false };
        let saved = Saved {
            schema: SCHEMA,
            base_url: Cow::Borrowed(&self.base_url),
            client_id: Cow::Borrowed(&self.client_id),
            made_at: made_at.as_second(),
            over_at: token.life().over.as_second(),
            access_token: Cow::Borrowed(token.text()),
        };
        // As large as it gets: what is outgrown is not wiped.
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(LIMIT).unwrap_or_default()));
        serde_json::to_writer(&mut *bytes, &saved).is_ok() && private::replace(&self.file, &bytes).is_ok()
    }
}

fn read(file: File) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(LIMIT).unwrap_or_default()));
    file.take(LIMIT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What of a text can stand in a file's name on every system.
fn plain(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    text.chars().take(NAME_MAX).map(plain).collect()
}
