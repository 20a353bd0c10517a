//! A token from a program of the user's: run without a shell, and what it prints is the token.
//!
//! It gets the whole environment, since it may need credentials of its own; nothing to read, so that it cannot ask; and
//! half a minute. Only what it writes to its error output is ever shown.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::token::LONGEST;
use crate::api::error::{ApiError, CommandFault, ErrorKind};
use crate::child::{Order, Running};
use crate::domain::text::clean;

/// Room for the line's end, and for a blank or two.
const OUTPUT: usize = LONGEST + 64;

/// Runs it to its end, or to the end of its time. It is killed when nobody waits for it any more.
///
/// # Errors
/// What went wrong, with the first line of its error output.
pub(super) async fn run(words: &[String], limit: Duration) -> Result<Zeroizing<String>, ApiError> {
    let program = program(words);
    let failed = |fault, detail: Option<String>| {
        let program = program.clone();
        ApiError::new(ErrorKind::TokenCommand { program, fault }, detail)
    };
    let (end, ended) = oneshot::channel();
    let words = words.to_vec();
    let started = spawn_blocking(move || {
        let order = Order {
            name: "token",
            command: &words,
            variables: Vec::new(),
            may_know_secrets: true,
            input: None,
            output: Some(OUTPUT),
            limit,
        };
        // Nobody listens any more if it was given up.
        Running::start(order, move || end.send(()).unwrap_or_default()).map(Watched::new)
    });
    let mut child = match started.await {
        Ok(Ok(child)) => child,
        Ok(Err(error)) => {
            return Err(failed(CommandFault::NotStarted, Some(clean(&error.to_string()).into_owned())));
        }
        Err(_) => return Err(failed(CommandFault::NotStarted, None)),
    };
    if tokio::time::timeout(limit, ended).await.is_err() {
        child.kill();
    }
    let reaped = spawn_blocking(move || child.reap()).await;
    let output = match reaped {
        Ok(Some(Ok(output))) => output,
        Ok(Some(Err(error))) => {
            let fault = if error.late { CommandFault::Late } else { CommandFault::Failed };
            return Err(failed(fault, Some(error.why)));
        }
        Ok(None) | Err(_) => return Err(failed(CommandFault::Failed, None)),
    };
    let text = std::str::from_utf8(&output).map_err(|_| failed(CommandFault::NoToken, None))?;
    match text.trim_ascii() {
        "" => Err(failed(CommandFault::Silent, None)),
        token => Ok(Zeroizing::new(token.to_owned())),
    }
}

fn program(words: &[String]) -> String {
    clean(words.first().map_or("", String::as_str)).into_owned()
}

/// What it printed cannot be a token.
pub(super) fn no_token(words: &[String]) -> ApiError {
    let kind = ErrorKind::TokenCommand { program: program(words), fault: CommandFault::NoToken };
    ApiError::new(kind, None)
}

/// A command that does not outlive whoever waits for it.
struct Watched(Option<Running>);

impl Watched {
    fn new(child: Running) -> Self {
        Self(Some(child))
    }

    fn kill(&mut self) {
        if let Some(child) = &mut self.0 {
            child.kill();
        }
    }

    fn reap(mut self) -> Option<Result<Zeroizing<Vec<u8>>, crate::child::Failed>> {
        self.0.take().map(Running::reap)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.kill();
    }
}
