//! Atlas as the worker sees it: each question is asked with the client of the profile that it is for.
//!
//! A client is made when its profile is first asked for, on the thread that asks: finding the credential and
//! loading the platform's roots take time. Knows profiles and clients; what to ask and when is the worker's.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::api::client::{Client, Limits};
use crate::api::{
    Answer, ApiError, Batch, ClusterApi, ClusterState, ErrorKind, ListApi, Listing, Meta, Page, RestoreApi,
};
use crate::config::access::Accounts;
use crate::domain::id::{InstanceName, ObjectId};
use crate::domain::job::RestoreJob;
use crate::domain::profile::Profile;
use crate::domain::target::{Cluster, Target, Tenancy};

/// A client, or why there is none.
type Made = Result<Arc<Client>, ApiError>;

/// All the clients of a session.
pub struct Atlas {
    accounts: Accounts,
    /// Those made so far, and why one could not be.
    clients: Mutex<BTreeMap<Option<Profile>, Made>>,
    now: fn() -> Timestamp,
}

impl Atlas {
    /// `now` as for [`Client::new`]. Asks for nothing yet.
    #[must_use]
    pub fn new(accounts: Accounts, now: fn() -> Timestamp) -> Self {
        Self { accounts, clients: Mutex::default(), now }
    }

    fn client(&self, profile: Option<&Profile>) -> Made {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let made = clients.entry(profile.cloned()).or_insert_with(|| self.make(profile).map(Arc::new));
        made.clone()
    }

    fn make(&self, profile: Option<&Profile>) -> Result<Client, ApiError> {
        let access = self.accounts.access(profile);
        if let Some(why) = access.half_pair {
            return Err(no_credentials(why));
        }
        let credential = access.credential.map(|credential| credential.value);
        Client::new(&access.base_url.value, credential, Limits::default(), self.now)
    }
}

/// Nothing to sign with, and why.
fn no_credentials(why: String) -> ApiError {
    ApiError {
        kind: ErrorKind::NoCredentials,
        code: None,
        detail: Some(why),
        retry_after: None,
        meta: Meta::default(),
    }
}

impl RestoreApi for Atlas {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        let client = self.client(target.profile.as_ref())?;
        client.restore_job(target).await
    }

    async fn restore_jobs(&self, batch: &Batch) -> Result<Listing, ApiError> {
        let client = self.client(batch.cluster.profile.as_ref())?;
        client.restore_jobs(batch).await
    }
}

impl ClusterApi for Atlas {
    async fn cluster_state(&self, cluster: &Cluster) -> Result<ClusterState, ApiError> {
        let client = self.client(cluster.profile.as_ref())?;
        client.cluster_state(cluster).await
    }
}

impl ListApi for Atlas {
    async fn jobs(&self, cluster: &Cluster, items: u16, number: u32) -> Result<Page<RestoreJob>, ApiError> {
        let client = self.client(cluster.profile.as_ref())?;
        client.jobs(cluster, items, number).await
    }

    async fn clusters(
        &self,
        project: ObjectId,
        profile: Option<&Profile>,
        tenancy: Tenancy,
        number: u32,
    ) -> Result<Page<InstanceName>, ApiError> {
        let client = self.client(profile)?;
        client.clusters(project, profile, tenancy, number).await
    }
}
