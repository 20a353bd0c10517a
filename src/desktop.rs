//! The desktop's own notifications, in builds that have them (feature `desktop-notifications`).
//!
//! Must not know what is told. Never waits: the bus is spoken to in a thread, which starts with the first one.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// Whether this build has them.
pub const AVAILABLE: bool = cfg!(feature = "desktop-notifications");

/// Notifications on their way to a desktop that is slow to take them. What does not fit is old by then.
const WAITING: usize = 4;

#[derive(Debug, Default)]
pub struct Desktop {
    helper: Option<SyncSender<String>>,
}

impl Desktop {
    /// Shows a text. `failed` hears why the first one could not be shown; those after it fail in silence.
    pub fn show(&mut self, text: &str, failed: impl FnOnce(String) + Send + 'static) {
        if AVAILABLE {
            let helper = self.helper.get_or_insert_with(|| spawn_helper(failed));
            let _ = helper.try_send(text.to_owned());
        }
    }
}

fn spawn_helper(failed: impl FnOnce(String) + Send + 'static) -> SyncSender<String> {
    let (sender, receiver) = sync_channel::<String>(WAITING);
    let mut failed = Some(failed);
    let _ = thread::Builder::new().name("desktop".to_owned()).spawn(move || {
        for text in receiver {
            if let (Err(why), Some(failed)) = (system::show(&text), failed.take()) {
                failed(format!("the desktop shows no notifications: {why}"));
            }
        }
    });
    sender
}

#[cfg(feature = "desktop-notifications")]
mod system {
    //! By notify-rust.

    pub(super) fn show(text: &str) -> Result<(), String> {
        // All in the summary: a body may be read as markup, and a label is anybody's text.
        let shown = notify_rust::Notification::new().appname("atlas-tui").summary(text).show();
        shown.map(drop).map_err(|error| error.to_string())
    }
}

#[cfg(not(feature = "desktop-notifications"))]
mod system {
    //! Not in this build.

    #[expect(clippy::unnecessary_wraps, reason = "the other build's signature")]
    pub(super) fn show(_: &str) -> Result<(), String> {
        Ok(())
    }
}
