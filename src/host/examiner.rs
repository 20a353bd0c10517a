//! The look for a fault: on a thread and a runtime of its own, so that it disturbs no lookup and none waits for it.
//! One at a time; it ends when its [`Examiner`] is dropped.

use std::sync::mpsc::SyncSender;
use std::thread;

use tokio::sync::oneshot;

use super::Connection;
use crate::app::Message;
use crate::atlas::Atlas;
use crate::clock::{Clock, SystemClock};
use crate::doctor::network::Tools;
use crate::doctor::{self, Case, Machine, Subject};
use crate::domain::profile::Profile;
use crate::domain::target::Target;
use crate::runtime::Event;
use crate::terminal;

/// A look that goes on until this is dropped.
#[derive(Debug)]
pub(super) struct Examiner {
    _stop: oneshot::Sender<()>,
}

impl Examiner {
    /// Begins a run. What it finds is told to the loop; `None` when the system refuses a thread.
    pub fn start(
        run: u64,
        case: (Option<Profile>, Option<Target>),
        connection: Connection,
        machine: Machine,
        events: SyncSender<Event>,
    ) -> Option<Self> {
        let (stop, stopped) = oneshot::channel::<()>();
        let look = move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = look(run, case, connection, machine, &events) => {}
                }
            });
            // A name that is being looked up, or a keyring's dialogue, cannot be cut short.
            runtime.shutdown_background();
        };
        thread::Builder::new().name("doctor".to_owned()).spawn(look).ok()?;
        Some(Self { _stop: stop })
    }
}

async fn look(
    run: u64,
    (profile, target): (Option<Profile>, Option<Target>),
    connection: Connection,
    machine: Machine,
    events: &SyncSender<Event>,
) {
    let Connection { accounts, tokens, .. } = connection;
    let atlas = Atlas::new(accounts.clone(), || SystemClock.now()).sharing_tokens(tokens);
    let case = Case {
        profile,
        accounts,
        subject: target.map_or(Subject::Account, Subject::Job),
        machine: Machine { size: terminal::size().ok().map(|size| (size.width, size.height)), ..machine },
    };
    let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    // A loop that has left hears nothing any more, which is no fault.
    let tell = |check: &doctor::Check| {
        let _ = events.send(Message::Checked { run, check: check.clone() }.into());
    };
    doctor::examine(case, &atlas, Tools::of_process(), variable, || SystemClock.now(), tell).await;
    atlas.leave().await;
    let _ = events.send(Message::Examined { run }.into());
}
