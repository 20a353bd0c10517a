//! What becomes of one job: its scenes, and when each begins.
//!
//! Knows no ids, no dates and no JSON. Seconds count from the start of the server; negative ones lie before it.

use std::borrow::Cow;
use std::time::Duration;

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 24 * HOUR;

/// How long the server takes to set the flag of a link that has ended.
pub const FLAG_DELAY: i64 = 5;

/// How long a cluster is busy with itself after a restore into it.
const SETTLING: i64 = 12;

/// How a job hands over its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Into a cluster.
    Cluster,
    /// As files behind links.
    Download,
    /// Collections of a dedicated cluster into another one, so many documents in all.
    Collections { documents: u64 },
}

/// What a job looks like for a while. Each kind of job tells it in the words that it has: the flags of a dedicated
/// job know no more of what is under way than that it is.
#[derive(Debug, Clone, Copy)]
pub enum Scene {
    Pending,
    Queued,
    Running,
    /// Documents are counted, evenly between two seconds; `total` is the estimate of the moment.
    Counting {
        from: i64,
        until: i64,
        total: u64,
    },
    /// All documents are there, their indexes are not.
    Finalizing,
    /// Completed when the scene began.
    Completed,
    /// Completed when the scene began, but for an index of one collection.
    Flawed,
    /// Failed when the scene began.
    Failed,
    /// Cancelled when the scene began. Of a dedicated cluster it was recorded once, with `failed` set as well.
    Cancelled,
    /// A download link is live until this second. Nothing else changes when it is over.
    Link {
        until: i64,
    },
    /// The link ended at this second, and the server says so.
    Expired {
        at: i64,
    },
    /// 503, from the endpoint of the cluster: its list fails too.
    Unavailable,
    /// 429 likewise, and `Retry-After` says how long the scene lasts.
    Limited,
    /// Atlas knows the cluster, but no such job.
    Unknown,
}

/// The life of a job.
#[derive(Debug, Clone)]
pub struct Course {
    pub delivery: Delivery,
    pub created: i64,
    /// How long before its creation the snapshot was taken.
    pub snapshot_age: i64,
    /// Each scene with the second at which it begins, in order. The last one holds.
    pub scenes: Cow<'static, [(i64, Scene)]>,
}

/// The scene at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub scene: Scene,
    /// When the scene began.
    pub since: i64,
    /// Now.
    pub second: i64,
    /// How long the scene lasts yet, if it ends.
    pub left: Option<u64>,
}

impl Course {
    /// Where the job stands `elapsed` after the start.
    pub fn at(&self, elapsed: Duration) -> Moment {
        let second = i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
        let begun = self.scenes.partition_point(|(from, _)| *from <= second);
        let (since, scene) = begun
            .checked_sub(1)
            .and_then(|at| self.scenes.get(at))
            .copied()
            .unwrap_or((second, Scene::Running));
        let left = self.scenes.get(begun).and_then(|(end, _)| u64::try_from(end - second).ok());
        Moment { scene, since, second, left }
    }

    /// Whether it writes into a cluster.
    pub fn is_restore(&self) -> bool {
        !matches!(self.delivery, Delivery::Download)
    }

    pub fn is_of_collections(&self) -> bool {
        matches!(self.delivery, Delivery::Collections { .. })
    }
}

impl Moment {
    /// Whether the cluster that it writes into is not idle.
    pub fn keeps_busy(&self) -> bool {
        match self.scene {
            Scene::Completed | Scene::Flawed => self.second - self.since < SETTLING,
            Scene::Pending
            | Scene::Queued
            | Scene::Failed
            | Scene::Cancelled
            | Scene::Link { .. }
            | Scene::Expired { .. }
            | Scene::Unknown => false,
            Scene::Running
            | Scene::Counting { .. }
            | Scene::Finalizing
            | Scene::Unavailable
            | Scene::Limited => true,
        }
    }

    /// Documents restored, and the estimate of how many there are, of `documents` in the end.
    pub fn counted(&self, documents: u64) -> (u64, u64) {
        match self.scene {
            Scene::Counting { from, until, total } => {
                let gone = u64::try_from(self.second - from).unwrap_or_default();
                let whole = u64::try_from(until - from).unwrap_or_default().max(1);
                (total.saturating_mul(gone.min(whole)) / whole, total)
            }
            // Nothing is known of a job that has not begun.
            Scene::Pending | Scene::Queued | Scene::Running => (0, 0),
            _ => (documents, documents),
        }
    }
}
