//! Copying out of the program and opening links in the browser, with words for what was done.
//!
//! A copy goes to the terminal (OSC 52), which works over SSH and inside multiplexers, and to the system
//! clipboard where there is one on this side. It must not write to the terminal: the loop does, between frames.
//! Nothing here blocks: what may take its time runs in threads of its own.

use std::fmt;
use std::sync::mpsc::{self, Sender};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::{Host, Url};

use crate::terminal::Multiplexer;

/// Base64 that terminals are known to take: xterm's limit of 100,000 bytes is the largest that is common, and
/// 74,994 is what k9s found to pass everywhere.
const OSC52_LIMIT: usize = 74_994;

/// What the surroundings can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Surroundings {
    pub multiplexer: Option<Multiplexer>,
    /// The person sits at another machine, so this one's clipboard and browser are not theirs.
    pub ssh: bool,
    /// There is a desktop on this machine.
    pub desktop: bool,
}

impl Surroundings {
    /// As the environment says.
    #[must_use]
    pub fn of_process() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            multiplexer: Multiplexer::around(set),
            ssh: set("SSH_CONNECTION") || set("SSH_TTY"),
            desktop: cfg!(any(windows, target_os = "macos")) || set("DISPLAY") || set("WAYLAND_DISPLAY"),
        }
    }
}

/// How a text was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CopyOutcome {
    /// Sent to the terminal. Whether it obeyed is not known: terminals do not say.
    pub terminal: bool,
    pub system: bool,
}

impl fmt::Display for CopyOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.terminal, self.system) {
            (true, true) => "copied to the system clipboard, and sent to the terminal's (OSC 52)",
            (true, false) => "sent to the terminal's clipboard (OSC 52; tmux needs set-clipboard on)",
            (false, true) => "copied to the system clipboard; it is too long for the terminal's",
            (false, false) => {
                "not copied: it is too long for the terminal's clipboard, and there is no other here"
            }
        })
    }
}

type Done = Box<dyn FnOnce(bool) + Send>;

/// Both clipboards.
#[derive(Debug, Default)]
pub struct Clipboard {
    surroundings: Surroundings,
    /// The thread that holds the system clipboard: on X11 and Wayland a copy lasts as long as its owner.
    helper: Option<Sender<(String, Done)>>,
}

impl Clipboard {
    #[must_use]
    pub fn new(surroundings: Surroundings) -> Self {
        Self { surroundings, helper: None }
    }

    /// The bytes to write to the terminal (none if the text is too long for it). `done` is called once, from
    /// here or from the helper thread, as soon as it is known how the text was copied.
    pub fn copy(&mut self, text: &str, done: impl FnOnce(CopyOutcome) + Send + 'static) -> Vec<u8> {
        let sequence = osc52(text, self.surroundings);
        let terminal = sequence.is_some();
        let done: Done = Box::new(move |system| done(CopyOutcome { terminal, system }));
        if self.surroundings.ssh || !self.surroundings.desktop {
            done(false);
        } else {
            self.copy_to_system(text.to_owned(), done);
        }
        sequence.unwrap_or_default()
    }

    fn copy_to_system(&mut self, text: String, done: Done) {
        let helper = self.helper.get_or_insert_with(spawn_helper);
        if let Err(mpsc::SendError((_, done))) = helper.send((text, done)) {
            done(false);
        }
    }
}

/// Sends to it fail if it could not be started.
fn spawn_helper() -> Sender<(String, Done)> {
    // Unbounded, as each entry is one press of a key, and a copy is never worth waiting for.
    let (sender, receiver) = mpsc::channel::<(String, Done)>();
    let _ = thread::Builder::new().name("clipboard".to_owned()).spawn(move || {
        let mut system = system::Clipboard::default();
        for (text, done) in receiver {
            done(system.set(text));
        }
    });
    sender
}

#[cfg(feature = "clipboard")]
mod system {
    //! The desktop's clipboard by arboard.

    #[derive(Default)]
    pub(super) struct Clipboard(Option<arboard::Clipboard>);

    impl Clipboard {
        /// Whether it took the text. A connection that broke is made anew with the next copy.
        pub(super) fn set(&mut self, text: String) -> bool {
            if self.0.is_none() {
                self.0 = arboard::Clipboard::new().ok();
            }
            let taken = self.0.as_mut().is_some_and(|clipboard| clipboard.set_text(text).is_ok());
            if !taken {
                self.0 = None;
            }
            taken
        }
    }
}

#[cfg(not(feature = "clipboard"))]
mod system {
    //! No desktop's clipboard in this build.

    #[derive(Default)]
    pub(super) struct Clipboard(());

    impl Clipboard {
        #[expect(clippy::unused_self, reason = "the other build's signature")]
        pub(super) fn set(&mut self, _: String) -> bool {
            false
        }
    }
}

/// The sequence that asks the terminal to copy `text`; `None` if it is too long. It ends in BEL and not in ST, as
/// crossterm's command does: inside GNU screen's wrapping an ST would end the wrapping.
fn osc52(text: &str, surroundings: Surroundings) -> Option<Vec<u8>> {
    let encoded = STANDARD.encode(text);
    if encoded.len() > OSC52_LIMIT {
        return None;
    }
    let plain = format!("\x1b]52;c;{encoded}\x07");
    let sequence = match surroundings.multiplexer {
        None => plain,
        // Plain for `set-clipboard on`, wrapped for `allow-passthrough on`: either may be off, both are harmless.
        Some(Multiplexer::Tmux) => format!("{plain}{}", Multiplexer::Tmux.wrap(&plain)),
        Some(Multiplexer::Screen) => Multiplexer::Screen.wrap(&plain),
    };
    Some(sequence.into_bytes())
}

/// Opens a link in the browser. `done` is called once with what came of it, from here or from another thread.
///
/// Only https is opened, and http to this machine: the text comes from the network, and a desktop would hand
/// `file:` or stranger schemes to whatever has registered for them.
pub fn open_link(link: &str, surroundings: Surroundings, done: impl FnOnce(String) + Send + 'static) {
    let url = match browsable(link) {
        Ok(url) => url,
        Err(reason) => return done(reason),
    };
    if surroundings.ssh {
        return done(
            "not opened: the browser is on your side of the connection; copy the link instead".to_owned(),
        );
    }
    if !surroundings.desktop {
        return done("not opened: there is no desktop on this machine; copy the link instead".to_owned());
    }
    let _ = thread::Builder::new().name("browser".to_owned()).spawn(move || {
        let host = url.host_str().unwrap_or_default().to_owned();
        done(match open::that_detached(url.as_str()) {
            Ok(()) => format!("opened {host} in the browser"),
            Err(error) => format!("not opened: no browser could be started ({error}); copy the link instead"),
        });
    });
}

fn browsable(link: &str) -> Result<Url, String> {
    let url = Url::parse(link).map_err(|error| format!("not opened: this is no link ({error})"))?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        scheme => Err(format!("not opened: only https links are opened, and this is {scheme}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Surroundings = Surroundings { multiplexer: None, ssh: false, desktop: false };

    const TMUX: Surroundings = Surroundings { multiplexer: Some(Multiplexer::Tmux), ..PLAIN };
    const SCREEN: Surroundings = Surroundings { multiplexer: Some(Multiplexer::Screen), ..PLAIN };

    fn sequence(text: &str, surroundings: Surroundings) -> String {
        String::from_utf8(osc52(text, surroundings).unwrap()).unwrap().replace('\x1b', "ESC")
    }

    #[test]
    fn a_copy_is_wrapped_for_the_multiplexer_around() {
        assert_eq!(sequence("foo", PLAIN), "ESC]52;c;Zm9v\x07");
        assert_eq!(sequence("foo", TMUX), "ESC]52;c;Zm9v\x07ESCPtmux;ESCESC]52;c;Zm9v\x07ESC\\");
        assert_eq!(sequence("foo", SCREEN), "ESCPESC]52;c;Zm9v\x07ESC\\");
    }

    #[test]
    fn a_long_copy_goes_through_screen_in_pieces_that_it_passes_on() {
        let wrapped = sequence(&"x".repeat(3000), SCREEN);
        let pieces: Vec<_> =
            wrapped.split_terminator("ESC\\").map(|piece| piece.strip_prefix("ESCP").unwrap()).collect();
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() <= 768));
        assert_eq!(pieces.concat(), sequence(&"x".repeat(3000), PLAIN));
    }

    #[test]
    fn without_a_desktop_the_terminal_alone_copies_and_the_outcome_says_so() {
        for (text, said) in [
            ("x".to_owned(), "sent to the terminal's clipboard (OSC 52; tmux needs set-clipboard on)"),
            (
                "x".repeat(60_000),
                "not copied: it is too long for the terminal's clipboard, and there is no other here",
            ),
        ] {
            let (sender, receiver) = mpsc::channel();
            let sequence = Clipboard::new(PLAIN).copy(&text, move |outcome| sender.send(outcome).unwrap());
            let outcome = receiver.try_recv().unwrap();
            assert_eq!(outcome.to_string(), said);
            assert_eq!(sequence.is_empty(), !outcome.terminal);
        }
    }

    #[test]
    fn over_ssh_this_machines_clipboard_is_left_alone() {
        let mut clipboard = Clipboard::new(Surroundings { ssh: true, desktop: true, ..PLAIN });
        clipboard.copy("x", |outcome| assert!(!outcome.system));
        assert!(clipboard.helper.is_none());
    }

    #[test]
    fn only_https_and_this_machine_are_opened() {
        for link in
            ["https://restore-6a79.example.net:27017/x.tar.gz", "http://127.0.0.1:8080/", "http://[::1]/"]
        {
            assert_eq!(browsable(link).unwrap().as_str(), link);
        }
        for link in [
            "http://example.net/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "--help",
            "",
            "ssh://localhost/",
        ] {
            assert!(browsable(link).unwrap_err().starts_with("not opened: "), "{link}");
        }
    }

    #[test]
    fn a_refused_link_says_why_at_once() {
        let (sender, receiver) = mpsc::channel();
        open_link("file:///etc/passwd", PLAIN, move |said| sender.send(said).unwrap());
        assert_eq!(receiver.try_recv().unwrap(), "not opened: only https links are opened, and this is file");
    }
}
