//! The plot: what happens to each lookup of the demonstration, and when. A new phase to show is a new row.
//!
//! Knows no ids, no dates and no JSON.

use std::time::Duration;

/// What a job looks like for a while.
#[derive(Debug, Clone, Copy)]
pub enum Scene {
    /// All flags down, no link, no `finishedAt`.
    Running,
    /// Finished when the scene began.
    Completed,
    /// Failed when the scene began.
    Failed,
    /// Cancelled when the scene began.
    Cancelled,
    /// A download link is live until this second since the start. Nothing else changes when it is over.
    Link { until: i64 },
    /// The link ended at this second since the start, and the server says so.
    Expired { at: i64 },
    /// 503.
    Unavailable,
    /// 429, and `Retry-After` says how long the scene lasts.
    Limited,
    /// Atlas knows the instance, but no such job.
    Unknown,
}

/// One lookup and its scenes. Seconds count from the start of the server; negative ones lie before it.
pub struct Script {
    pub label: &'static str,
    pub instance: &'static str,
    pub delivery: &'static str,
    pub created: i64,
    /// How long before its creation the snapshot was taken.
    pub snapshot_age: i64,
    /// Each scene with the second at which it begins, in order. The last one holds.
    scenes: &'static [(i64, Scene)],
    /// The scenes begin anew after so many seconds.
    cycle: Option<i64>,
}

pub const AUTOMATED: &str = "automated";
const DOWNLOAD: &str = "download";
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How long the server takes to set the flag of a link that has ended.
const FLAG_DELAY: i64 = 5;

/// The moments are chosen for somebody who watches for a minute or two: something happens every few seconds,
/// and each phase and each severity of a countdown is on the screen at some time.
pub const SCRIPTS: [Script; 10] = [
    Script {
        label: "orders-restore",
        instance: "orders-305",
        delivery: AUTOMATED,
        created: -120,
        snapshot_age: 229,
        scenes: &[(-120, Scene::Running), (40, Scene::Completed)],
        cycle: None,
    },
    Script {
        label: "archive-dump",
        instance: "archive-02",
        delivery: DOWNLOAD,
        created: -244,
        snapshot_age: 340,
        // The link lives an hour and twenty seconds, so that it falls below the hour while somebody watches.
        scenes: &[
            (-244, Scene::Running),
            (12, Scene::Link { until: 12 + HOUR + 20 }),
            (12 + HOUR + 20 + FLAG_DELAY, Scene::Expired { at: 12 + HOUR + 20 }),
        ],
        cycle: None,
    },
    Script {
        label: "customers-dump",
        instance: "customers-11",
        delivery: DOWNLOAD,
        created: -3190,
        snapshot_age: 415,
        // Below ten minutes after twenty-five seconds.
        scenes: &[(-2975, Scene::Link { until: 625 }), (625 + FLAG_DELAY, Scene::Expired { at: 625 })],
        cycle: None,
    },
    Script {
        label: "sessions-dump",
        instance: "sessions-04",
        delivery: DOWNLOAD,
        created: -3702,
        snapshot_age: 188,
        scenes: &[(-3525, Scene::Link { until: 75 }), (75 + FLAG_DELAY, Scene::Expired { at: 75 })],
        cycle: None,
    },
    Script {
        label: "eu-nightly",
        instance: "billing-eu",
        delivery: AUTOMATED,
        created: -318,
        snapshot_age: 150,
        scenes: &[(-318, Scene::Running), (25, Scene::Failed)],
        cycle: None,
    },
    Script {
        label: "billing-copy",
        instance: "billing-us",
        delivery: AUTOMATED,
        created: -3 * DAY - 4271,
        snapshot_age: 205,
        scenes: &[(-3 * DAY - 4020, Scene::Completed)],
        cycle: None,
    },
    Script {
        label: "ledger-rehearsal",
        instance: "ledger-01",
        delivery: AUTOMATED,
        created: -47 * 60,
        snapshot_age: 263,
        scenes: &[(-44 * 60, Scene::Cancelled)],
        cycle: None,
    },
    Script {
        label: "audit-dump",
        instance: "audit-2025",
        delivery: DOWNLOAD,
        created: -3 * HOUR - 253,
        snapshot_age: 310,
        scenes: &[(-2 * HOUR, Scene::Expired { at: -2 * HOUR })],
        cycle: None,
    },
    Script {
        label: "events-restore",
        instance: "events-eu",
        delivery: AUTOMATED,
        created: -391,
        snapshot_age: 177,
        scenes: &[(0, Scene::Running), (18, Scene::Unavailable), (30, Scene::Limited)],
        cycle: Some(42),
    },
    Script {
        label: "july-report",
        instance: "reports-07",
        delivery: AUTOMATED,
        created: -26 * DAY,
        snapshot_age: 240,
        scenes: &[(0, Scene::Unknown)],
        cycle: None,
    },
];

impl Script {
    /// The scene at `elapsed`, the second at which it began, and how many seconds it lasts yet, if it ends.
    pub fn scene(&self, elapsed: Duration) -> (i64, Scene, Option<u64>) {
        let seconds = i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
        let now = self.cycle.map_or(seconds, |cycle| seconds % cycle);
        let begun = self.scenes.partition_point(|(from, _)| *from <= now);
        let (since, scene) =
            begun.checked_sub(1).and_then(|at| self.scenes.get(at)).copied().unwrap_or((now, Scene::Running));
        let end = self.scenes.get(begun).map(|(from, _)| *from).or(self.cycle);
        let left = end.and_then(|end| u64::try_from(end - now).ok());
        (since, scene, left)
    }
}
