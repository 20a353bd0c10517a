//! Puts what the settings know of a credential into the words of the dashboard, which holds no secret.

use std::sync::mpsc::SyncSender;

use crate::api::Credential;
use crate::app::Message;
use crate::app::account::{Access, Method};
use crate::config::Access as Found;
use crate::domain::profile::Profile;
use crate::runtime::Event;

/// How requests are signed with what was found.
#[must_use]
pub fn signs_with(found: &Found) -> Access {
    match (&found.credential, &found.half_pair) {
        (Some(credential), _) => Access::Signed {
            by: credential.value.name(),
            method: if matches!(credential.value, Credential::Key(_)) {
                Method::Digest
            } else {
                Method::Bearer
            },
        },
        (None, Some(why)) => Access::Half { why: why.clone() },
        (None, None) => Access::Missing,
    }
}

/// Tells the loop what a profile turned out to sign in with. It waits for the loop, so it is for other threads.
pub(super) fn tell(sender: &SyncSender<Event>, profile: Option<&Profile>, found: &Found) {
    let message = Message::SignedIn { profile: profile.cloned(), access: signs_with(found) };
    let _ = sender.send(message.into());
}
