//! One run of the hook's command: a call on its way, and whose it was.

use std::time::{Duration, Instant};

use super::{Call, Failure};
use crate::child::{self, Order};
use crate::domain::text::clean;

pub(super) struct Running {
    pub number: u64,
    lookup: String,
    child: child::Running,
}

impl Running {
    /// Starts the command. `ended` is called once, when it has ended and waits for [`Running::reap`].
    pub fn start(
        command: &[String],
        call: Call,
        number: u64,
        limit: Duration,
        ended: impl FnOnce() + Send + 'static,
    ) -> Result<Self, Failure> {
        let Call { lookup, input, variables } = call;
        let since = Instant::now();
        let order = Order {
            name: "hook",
            command,
            variables,
            // It has no business with them.
            may_know_secrets: false,
            input: Some(input),
            output: None,
            limit,
        };
        match child::Running::start(order, ended) {
            Ok(child) => Ok(Self { number, lookup, child }),
            Err(error) => Err(Failure {
                lookup,
                why: format!("cannot be started: {}", clean(&error.to_string())),
                took: since.elapsed(),
            }),
        }
    }

    /// When it is to be killed; `None` once it is.
    pub fn late_at(&self) -> Option<Instant> {
        self.child.late_at()
    }

    /// It must end within `grace` from now, if not sooner.
    pub fn leave_within(&mut self, grace: Duration) {
        self.child.leave_within(grace);
    }

    pub fn kill_if_late(&mut self, now: Instant) {
        self.child.kill_if_late(now);
    }

    /// Takes the end of one that has ended.
    pub fn reap(self) -> Result<(), Failure> {
        let Self { lookup, child, .. } = self;
        let took = child.took();
        child.reap().map(drop).map_err(|failed| Failure { lookup, why: failed.why, took })
    }
}
