//! A restore job as Atlas answers it, in the shape shared by serverless instances and dedicated clusters.

use std::sync::Arc;

use jiff::Timestamp;

/// How the data is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryType {
    Automated,
    Download,
    PointInTime,
    /// A word the published list does not have, cleaned for display.
    Other(String),
}

impl DeliveryType {
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "automated" => Self::Automated,
            "download" => Self::Download,
            "pointInTime" => Self::PointInTime,
            other => Self::Other(super::text::clean(other).into_owned()),
        }
    }

    /// Atlas's own word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Automated => "automated",
            Self::Download => "download",
            Self::PointInTime => "pointInTime",
            Self::Other(word) => word,
        }
    }
}

/// A restore job with flags instead of a status. Every field may be absent; all text is already clean.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestoreJob {
    pub id: Option<String>,
    pub delivery_type: Option<DeliveryType>,
    pub cancelled: Option<bool>,
    pub expired: Option<bool>,
    pub failed: Option<bool>,
    pub finished_at: Option<Timestamp>,
    /// When the download link ends; recorded as one hour after it appeared. Absent on automated v2 jobs.
    pub expires_at: Option<Timestamp>,
    /// `timestamp` on the wire: when the snapshot was taken, not when the job began.
    pub snapshot_taken_at: Option<Timestamp>,
    pub snapshot_id: Option<String>,
    pub target_name: Option<String>,
    pub target_deployment_item: Option<String>,
    pub target_project_id: Option<String>,
    pub delivery_urls: Vec<String>,
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
