//! A restore job as Atlas answers it, in any of its three shapes: flags (serverless instances and dedicated
//! clusters), a status (Flex clusters), a state with counts (collections of a dedicated cluster).

use std::sync::Arc;

use jiff::Timestamp;

/// How the data is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryType {
    Automated,
    Download,
    PointInTime,
    /// Into a Flex cluster.
    Restore,
    /// A word the published list does not have, cleaned for display.
    Other(String),
}

impl DeliveryType {
    /// Flex clusters write the words in capitals.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "automated" => Self::Automated,
            "download" | "DOWNLOAD" => Self::Download,
            "pointInTime" => Self::PointInTime,
            "RESTORE" => Self::Restore,
            other => Self::Other(super::text::clean(other).into_owned()),
        }
    }

    /// One word for one thing, whatever the kind of the cluster; else Atlas's own.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Automated => "automated",
            Self::Download => "download",
            Self::PointInTime => "pointInTime",
            Self::Restore => "restore",
            Self::Other(word) => word,
        }
    }
}

/// By what an answer tells where its job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// By `cancelled`, `expired`, `failed` and what else is set.
    Flags,
    /// By `status`.
    Status,
    /// By `state`.
    State,
}

/// A restore job. Every field may be absent; all text is already clean.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestoreJob {
    pub id: Option<String>,
    pub delivery_type: Option<DeliveryType>,
    pub cancelled: Option<bool>,
    pub expired: Option<bool>,
    pub failed: Option<bool>,
    /// Of Flex jobs, Atlas's own word.
    pub status: Option<String>,
    /// Of collection restores.
    pub collections: Option<Box<CollectionRestore>>,
    /// `createdAt` or `restoreScheduledDate`. The id tells it as well.
    pub created_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// When the download link ends; recorded as one hour after it appeared. Absent on automated v2 jobs.
    pub expires_at: Option<Timestamp>,
    /// `expirationDate` of a Flex restore: how long Atlas keeps its record, six hours in every recording. Nothing is
    /// lost then, so it is no expiry of the restore. (Of a Flex download it is the link's end: `expires_at`.)
    pub record_kept_until: Option<Timestamp>,
    /// When the snapshot was taken, not when the job began: `timestamp` or `snapshotFinishedDate`.
    pub snapshot_taken_at: Option<Timestamp>,
    pub snapshot_id: Option<String>,
    /// `targetClusterName`; of a Flex job `targetDeploymentItemName`, which is the name of the cluster there.
    pub target_name: Option<String>,
    pub target_deployment_item: Option<String>,
    pub target_project_id: Option<String>,
    pub delivery_urls: Vec<String>,
    /// The parts of a sharded cluster's backup.
    pub components: Vec<Component>,
    /// The same data through private endpoints.
    pub private_urls: Vec<PrivateUrl>,
    pub links: Vec<Link>,
    pub desired_timestamp: Option<DesiredTimestamp>,
    /// Seconds since 1970 of the oplog entry to restore to.
    pub oplog_ts: Option<i64>,
    pub oplog_inc: Option<i64>,
    /// Seconds since 1970.
    pub point_in_time_utc_seconds: Option<i64>,
    /// Names of the fields we do not know; their values are in `raw`.
    pub unknown_fields: Vec<String>,
    pub raw: RawJson,
}

/// One shard's part of a download.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Component {
    /// `replicaSetName`: the only thing that tells which URL is which shard.
    pub replica_set: Option<String>,
    pub url: Option<String>,
    pub private_urls: Vec<PrivateUrl>,
}

/// A download through a private endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrivateUrl {
    pub url: Option<String>,
    pub endpoint_id: Option<String>,
}

/// What is particular to a restore of collections or databases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CollectionRestore {
    /// Atlas's own word.
    pub state: Option<String>,
    pub restored_documents: Option<i64>,
    /// An estimate, which may change.
    pub total_documents: Option<i64>,
    pub error_message: Option<String>,
    pub index_state: Option<String>,
    pub failed_collection_count: Option<i64>,
    pub write_strategy: Option<String>,
    pub index_strategy: Option<String>,
}

/// One thing to download, and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Download<'a> {
    pub url: &'a str,
    /// The replica set whose data it is.
    pub shard: Option<&'a str>,
    /// The private endpoint that it goes through.
    pub endpoint: Option<&'a str>,
}

impl RestoreJob {
    /// By what it is judged. A flag that is there decides, since only the answers with flags have none left out.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let flagged = [self.cancelled, self.expired, self.failed].iter().any(Option::is_some);
        if flagged {
            Shape::Flags
        } else if self.collections.as_ref().is_some_and(|restore| restore.state.is_some()) {
            Shape::State
        } else if self.status.is_some() {
            Shape::Status
        } else {
            Shape::Flags
        }
    }

    /// All links, each once: those for everybody first, then those through private endpoints.
    #[must_use]
    pub fn downloads(&self) -> Vec<Download<'_>> {
        let own = self.delivery_urls.iter().map(|url| Download { url, shard: None, endpoint: None });
        let shards = self.components.iter().filter_map(|component| {
            Some(Download {
                url: component.url.as_deref()?,
                shard: component.replica_set.as_deref(),
                endpoint: None,
            })
        });
        let private = self.private_urls.iter().map(|private| (private, None));
        let private_shards = self.components.iter().flat_map(|component| {
            component.private_urls.iter().map(|private| (private, component.replica_set.as_deref()))
        });
        let private = private.chain(private_shards).filter_map(|(private, shard)| {
            let endpoint = Some(private.endpoint_id.as_deref().unwrap_or("private endpoint"));
            Some(Download { url: private.url.as_deref()?, shard, endpoint })
        });
        let mut downloads: Vec<Download<'_>> = Vec::new();
        for download in own.chain(shards).chain(private).filter(|download| !download.url.trim().is_empty()) {
            match downloads.iter_mut().find(|known| known.url == download.url) {
                // Atlas lists a shard's URL twice: among all, and with its name.
                Some(known) => known.shard = known.shard.or(download.shard),
                None => downloads.push(download),
            }
        }
        downloads
    }

    /// How much is restored, in thousandths: by documents, where Atlas counts them. The total is an estimate that
    /// may be too low.
    #[must_use]
    pub fn progress(&self) -> Option<u16> {
        let restore = self.collections.as_ref()?;
        let (restored, total) = (restore.restored_documents?, restore.total_documents?);
        if restored < 0 || total <= 0 {
            return None;
        }
        u16::try_from(i128::from(restored) * 1000 / i128::from(total))
            .map_or(Some(1000), |part| Some(part.min(1000)))
    }
}

/// A link of an answer. Its host is often wrong (recorded as `localhost:8080`), so it is shown, never followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub rel: String,
    pub href: String,
}

/// The point in time asked for. Recorded with all members null on every dedicated job.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DesiredTimestamp {
    pub date: Option<Timestamp>,
    pub increment: Option<i64>,
    /// Seconds since 1970.
    pub time: Option<i64>,
}

/// The whole answer as JSON text, exactly as it came: known to be valid JSON, **not** clean.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RawJson(Option<Arc<str>>);

impl RawJson {
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Some(text.into()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("{}")
    }
}

impl std::fmt::Debug for RawJson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawJson({} bytes)", self.as_str().len())
    }
}
