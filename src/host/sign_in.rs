//! Puts what the settings know of profiles into the words of the dashboard, which holds no secret.

use std::sync::mpsc::SyncSender;

use crate::app::Message;
use crate::app::account::{Access, Account, Method};
use crate::app::screen::Role;
use crate::atlas;
use crate::config::sources::AuthType;
use crate::config::{Accounts, SignIn, Summary};
use crate::runtime::Event;

/// The session's account, and all that there are to choose from: what flags and environment sign in with among them,
/// where the session begins with that. Waits for nothing.
#[must_use]
pub fn accounts(accounts: &Accounts) -> (Account, Vec<Account>) {
    let session = account(accounts.summary(accounts.active()));
    let unnamed = session.profile.is_none().then(|| session.clone());
    let all = unnamed.into_iter().chain(accounts.profiles().into_iter().map(account)).collect();
    (session, all)
}

fn account(summary: Summary) -> Account {
    let Summary { profile, sign_in, base_url, project, .. } = summary;
    let base = base_url.value;
    Account {
        profile,
        host: base.place().to_owned(),
        base_url: base.to_string(),
        access: access(sign_in),
        project,
    }
}

fn access(sign_in: SignIn) -> Access {
    let method = method(&sign_in);
    let by = sign_in.to_string();
    match sign_in {
        SignIn::Half(why) => Access::Half { why },
        SignIn::Refused(why) => Access::Refused { why },
        SignIn::Missing => Access::Missing,
        SignIn::Keyring(_) => Access::Unasked { by, method },
        SignIn::Key { .. } | SignIn::ServiceAccount { .. } | SignIn::Token | SignIn::Command { .. } => {
            Access::Signed { by, method }
        }
    }
}

fn method(sign_in: &SignIn) -> Method {
    match sign_in {
        SignIn::ServiceAccount { .. }
        | SignIn::Token
        | SignIn::Command { .. }
        | SignIn::Keyring(Some(AuthType::ServiceAccount | AuthType::UserAccount)) => Method::Bearer,
        _ => Method::Digest,
    }
}

/// Tells the loop what a profile turned out to sign in with, and what a person should know of it. It waits for the
/// loop, as reports do, so it is for the worker's thread.
pub(super) fn tell(sender: &SyncSender<Event>, told: atlas::SignIn) {
    let atlas::SignIn { profile, place, base_url, means, notes, .. } = told;
    let access = means.map_or(Access::Missing, access);
    let account = Account { profile, host: place, base_url, access, project: None };
    let _ = sender.send(Message::SignedIn(Box::new(account)).into());
    for text in notes {
        let _ = sender.send(Message::Said { text, role: Role::Warning }.into());
    }
}
