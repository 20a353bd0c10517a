//! Atlas as the worker sees it: each question is asked with the client of the profile that it is for.
//!
//! A client is made when its profile is first asked for, on the thread that asks: finding the credential and
//! loading the platform's roots take time. A profile that has to wait for the keyring keeps no other one waiting.
//!
//! What was found is not found for ever. Where there is nothing to sign in with, and where Atlas refuses what there is,
//! the accounts are asked once more: a person may have signed in again meanwhile, in another window. Knows profiles and
//! clients; what to ask and when is the worker's.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::api::base_url::BaseUrl;
use crate::api::client::{Answered, Client, Limits};
use crate::api::probe::{Probe, ProbeApi, Seen};
use crate::api::{
    Answer, ApiError, Batch, ClusterApi, ClusterState, Credential, ErrorKind, ListApi, Listing, Page,
    RestoreApi,
};
use crate::config::SignIn as Means;
use crate::config::access::{Access, Accounts};
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::job::RestoreJob;
use crate::domain::profile::Profile;
use crate::domain::target::{Cluster, Target, Tenancy};

/// How long what the accounts said is not asked for again, so that a hundred lookups that fail at once ask once.
const AGAIN: Duration = Duration::from_secs(3);

/// A client, or why there is none.
type Made = Result<Arc<Client>, ApiError>;

/// Who says how each profile reaches Atlas: the accounts, or a test.
pub trait Ledger: Clone + Send + Sync + 'static {
    /// Whether [`Ledger::access`] may take time, so that it is asked on a thread that may wait.
    fn may_wait(&self, profile: Option<&Profile>) -> bool;

    fn access(&self, profile: Option<&Profile>, now: Timestamp) -> Access;
}

impl Ledger for Accounts {
    fn may_wait(&self, profile: Option<&Profile>) -> bool {
        self.may_wait(profile)
    }

    fn access(&self, profile: Option<&Profile>, now: Timestamp) -> Access {
        self.access(profile, now)
    }
}

/// How a profile signs in, in words for people. Told when it is found out, and when it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// `None`: the session without a profile.
    pub profile: Option<Profile>,
    /// Host of Atlas, and its port if that is not the scheme's own.
    pub place: String,
    /// The origin of all its addresses.
    pub base_url: String,
    /// What it signs with, and where that was found: `API key abcd…`, `keyring`.
    pub with: Option<(String, String)>,
    /// The same by its kind; of what cannot sign, half a pair, which is missing the same as long as nobody mends it.
    pub means: Option<Means>,
    /// What a person should know though it works: a keyring that is locked (once), a half that was passed over.
    pub notes: Vec<String>,
}

/// Hears of it, without waiting.
type Tell = Box<dyn Fn(SignIn) + Send + Sync>;

/// All the clients of a session.
pub struct Atlas<L = Accounts> {
    accounts: L,
    slots: Mutex<BTreeMap<Option<Profile>, Arc<Slot>>>,
    limits: Limits,
    now: fn() -> Timestamp,
    /// Where tokens are shared with other running programs.
    tokens: Option<PathBuf>,
    tell: Option<Tell>,
}

/// What one profile has. Whoever holds it looks into the accounts; the others of this profile wait for what is found.
type Slot = tokio::sync::Mutex<Option<Kept>>;

struct Kept {
    made: Made,
    base: BaseUrl,
    credential: Option<Credential>,
    /// When the accounts were asked.
    asked_at: Timestamp,
}

impl<L: Ledger> Atlas<L> {
    /// `now` as for [`Client::new`]. Asks for nothing yet.
    #[must_use]
    pub fn new(accounts: L, now: fn() -> Timestamp) -> Self {
        Self { accounts, slots: Mutex::default(), limits: Limits::default(), now, tokens: None, tell: None }
    }

    /// Shares the tokens of service accounts with other running programs, through files in this directory.
    #[must_use]
    pub fn sharing_tokens(self, directory: PathBuf) -> Self {
        Self { tokens: Some(directory), ..self }
    }

    /// Tells how each profile signs in. Called on the thread that asks, which must not be made to wait.
    #[must_use]
    pub fn telling(self, tell: impl Fn(SignIn) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Box::new(tell)), ..self }
    }

    /// Ends the tokens that nobody will use. Call it when the last question is answered; it takes a second at the
    /// most, and mostly nothing.
    pub async fn leave(&self) {
        let slots: Vec<_> = self.slots().values().cloned().collect();
        for slot in slots {
            // One that is in use is about to be dropped with whoever waits for it.
            let made = slot.try_lock().ok().and_then(|kept| kept.as_ref()?.made.clone().ok());
            if let Some(client) = made {
                client.leave().await;
            }
        }
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<Option<Profile>, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, profile: Option<&Profile>) -> Arc<Slot> {
        Arc::clone(self.slots().entry(profile.cloned()).or_default())
    }

    async fn client(&self, profile: Option<&Profile>) -> Made {
        let slot = self.slot(profile);
        let mut kept = slot.lock().await;
        match &*kept {
            Some(known) if known.made.is_ok() || self.is_recent(known) => known.made.clone(),
            _ => {
                let found = self.find(profile).await;
                let made = found.made.clone();
                *kept = Some(found);
                made
            }
        }
    }

    /// Asks with the client of this profile; where it is refused, once more with another one, if there is one by now.
    async fn ask<T, F>(
        &self,
        profile: Option<&Profile>,
        question: impl Fn(Arc<Client>) -> F + Send,
    ) -> Result<T, ApiError>
    where
        T: Answered,
        F: Future<Output = Result<T, ApiError>> + Send,
    {
        let client = self.client(profile).await?;
        let refused = match question(Arc::clone(&client)).await {
            Err(error) => error,
            answer => return answer,
        };
        let Some(client) = self.another(profile, &client, &refused).await else { return Err(refused) };
        let mut answer = question(client).await;
        let meta = answer.as_mut().map_or_else(|error| &mut error.meta, Answered::meta);
        meta.requests += refused.meta.requests;
        answer
    }

    /// Another client than the one that met this error, if the accounts have another credential by now.
    async fn another(
        &self,
        profile: Option<&Profile>,
        former: &Arc<Client>,
        error: &ApiError,
    ) -> Option<Arc<Client>> {
        let may_mend = error.kind.is_refusal_of_the_credential() || error.kind == ErrorKind::NoCredentials;
        if !may_mend {
            return None;
        }
        let slot = self.slot(profile);
        let mut kept = slot.lock().await;
        let known = kept.as_mut()?;
        match &known.made {
            // Another question has found it already.
            Ok(client) if !Arc::ptr_eq(client, former) => return Some(Arc::clone(client)),
            _ if self.is_recent(known) => return None,
            _ => {}
        }
        let access = self.access(profile).await;
        known.asked_at = (self.now)();
        let same = match (&known.credential, &access.credential) {
            (Some(old), Some(new)) => old.is(&new.value),
            // What is gone may be there again in a moment, as when the keyring is locked: the old one was refused, and
            // is again.
            (_, None) => true,
            (None, Some(_)) => false,
        };
        if same && known.base == access.base_url.value {
            return None;
        }
        let found = self.make(profile, access);
        let made = found.made.clone().ok();
        *kept = Some(found);
        made
    }

    fn is_recent(&self, kept: &Kept) -> bool {
        let now = (self.now)();
        now < kept.asked_at.saturating_add(AGAIN).unwrap_or(Timestamp::MAX)
    }

    async fn find(&self, profile: Option<&Profile>) -> Kept {
        let access = self.access(profile).await;
        self.make(profile, access)
    }

    /// What the accounts say, without keeping others waiting for the keyring.
    async fn access(&self, profile: Option<&Profile>) -> Access {
        if self.accounts.may_wait(profile) {
            let (accounts, asked) = (self.accounts.clone(), profile.cloned());
            let now = (self.now)();
            let access = tokio::task::spawn_blocking(move || accounts.access(asked.as_ref(), now));
            if let Ok(access) = access.await {
                return access;
            }
        }
        self.accounts.access(profile, (self.now)())
    }

    fn make(&self, profile: Option<&Profile>, access: Access) -> Kept {
        let base = access.base_url.value;
        if let Some(tell) = &self.tell {
            let with = access.credential.as_ref();
            let half = || access.half_pair.clone().map(Means::Half);
            let means = with.map(|found| (&found.value).into()).or_else(half);
            let with = with.map(|found| (found.value.name(), found.source.to_string()));
            let notes = access.notes;
            let (place, base_url) = (base.place().to_owned(), base.to_string());
            tell(SignIn { profile: profile.cloned(), place, base_url, with, means, notes });
        }
        let credential = access.credential.map(|credential| credential.value);
        let made = match (&credential, access.half_pair.or(access.refused)) {
            (None, why) => Err(ApiError::new(ErrorKind::NoCredentials, why)),
            (Some(credential), _) => Client::new(&base, Some(credential.clone()), self.limits, self.now),
        };
        let made = made.map(|client| match &self.tokens {
            Some(directory) => Arc::new(client.sharing_tokens(directory)),
            None => Arc::new(client),
        });
        Kept { made, base, credential, asked_at: (self.now)() }
    }
}

impl<L: Ledger> RestoreApi for Atlas<L> {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        let ask = move |client: Arc<Client>| async move { client.restore_job(target).await };
        self.ask(target.profile.as_ref(), ask).await
    }

    async fn restore_jobs(&self, batch: &Batch) -> Result<Listing, ApiError> {
        let ask = move |client: Arc<Client>| async move { client.restore_jobs(batch).await };
        self.ask(batch.cluster.profile.as_ref(), ask).await
    }
}

impl<L: Ledger> ClusterApi for Atlas<L> {
    async fn cluster_state(&self, cluster: &Cluster) -> Result<ClusterState, ApiError> {
        let client = self.client(cluster.profile.as_ref()).await?;
        client.cluster_state(cluster).await
    }
}

/// Asked by commands that end: what is refused is not asked for anew.
impl<L: Ledger> ListApi for Atlas<L> {
    async fn jobs(&self, cluster: &Cluster, items: u16, number: u32) -> Result<Page<RestoreJob>, ApiError> {
        let client = self.client(cluster.profile.as_ref()).await?;
        client.jobs(cluster, items, number).await
    }

    async fn clusters(
        &self,
        project: ObjectId,
        profile: Option<&Profile>,
        tenancy: Tenancy,
        number: u32,
    ) -> Result<Page<InstanceName>, ApiError> {
        let client = self.client(profile).await?;
        client.clusters(project, profile, tenancy, number).await
    }
}

impl<L: Ledger> ProbeApi for Atlas<L> {
    async fn probe(&self, profile: Option<&Profile>, probe: &Probe) -> Result<Seen, ApiError> {
        let ask = move |client: Arc<Client>| async move { client.probe(profile, probe).await };
        self.ask(profile, ask).await
    }
}
