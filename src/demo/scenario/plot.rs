//! The plot: a night on which a release has damaged the orders, as twelve restore jobs over five clusters.
//!
//! A new phase to show is a new row. Knows no ids, no dates and no JSON.

use std::borrow::Cow;

use super::course::{Course, DAY, Delivery, FLAG_DELAY, HOUR, Scene};
use crate::domain::target::Kind;

/// What a cluster is, which decides on the endpoints that know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// With so many shards; a replica set has none.
    Dedicated { shards: usize },
    /// Some of them were serverless instances until January 2026, and kept name and jobs.
    Flex,
}

/// A cluster and what else was ever restored from it.
pub struct Cluster {
    pub name: &'static str,
    pub tenancy: Tenancy,
    /// Where its restores go.
    pub target: &'static str,
    /// How many jobs it has had before those of the plot.
    pub past: u32,
}

/// A job that somebody watches.
pub struct Part {
    pub label: &'static str,
    /// By the name of its cluster.
    pub cluster: &'static str,
    /// As what it is looked up, which need not be what it is.
    pub kind: Kind,
    pub course: Course,
}

pub const CLUSTERS: [Cluster; 5] = [
    Cluster {
        name: "orders-prod",
        tenancy: Tenancy::Dedicated { shards: 3 },
        target: "orders-recovery",
        past: 600,
    },
    Cluster {
        name: "billing-eu",
        tenancy: Tenancy::Dedicated { shards: 0 },
        target: "billing-recovery",
        past: 42,
    },
    Cluster {
        name: "events-eu",
        tenancy: Tenancy::Dedicated { shards: 0 },
        target: "events-recovery",
        past: 3,
    },
    // As many as a recorded cluster had.
    Cluster { name: "staging", tenancy: Tenancy::Flex, target: "staging-nightly", past: 2158 },
    Cluster { name: "reports-07", tenancy: Tenancy::Flex, target: "reports-08", past: 9 },
];

const fn course(
    delivery: Delivery,
    created: i64,
    snapshot_age: i64,
    scenes: &'static [(i64, Scene)],
) -> Course {
    Course { delivery, created, snapshot_age, scenes: Cow::Borrowed(scenes) }
}

/// The documents of the collection restore, once they are counted.
const ORDER_LINES: u64 = 1_311_542;

/// The moments are chosen for somebody who watches for two minutes: something happens every few seconds, each phase
/// and each severity of a countdown is on the screen at some time, and then it holds.
pub const PARTS: [Part; 12] = [
    Part {
        label: "orders-restore",
        cluster: "orders-prod",
        kind: Kind::Dedicated,
        course: course(Delivery::Cluster, -120, 229, &[(-120, Scene::Running), (40, Scene::Completed)]),
    },
    Part {
        label: "orders-lines",
        cluster: "orders-prod",
        kind: Kind::Collection,
        // The estimate is put right on the way.
        course: course(
            Delivery::Collections { documents: ORDER_LINES },
            -9,
            540,
            &[
                (-9, Scene::Pending),
                (5, Scene::Counting { from: 5, until: 96, total: 1_284_000 }),
                (47, Scene::Counting { from: 5, until: 96, total: ORDER_LINES }),
                (96, Scene::Finalizing),
                (110, Scene::Flawed),
            ],
        ),
    },
    Part {
        label: "orders-shards",
        cluster: "orders-prod",
        kind: Kind::Dedicated,
        // The links live an hour and twenty seconds, so that they fall below the hour while somebody watches.
        course: course(
            Delivery::Download,
            -244,
            340,
            &[
                (-244, Scene::Running),
                (12, Scene::Link { until: 12 + HOUR + 20 }),
                (12 + HOUR + 20 + FLAG_DELAY, Scene::Expired { at: 12 + HOUR + 20 }),
            ],
        ),
    },
    Part {
        label: "billing-dump",
        cluster: "billing-eu",
        kind: Kind::Dedicated,
        // Below ten minutes after twenty-five seconds.
        course: course(
            Delivery::Download,
            -3190,
            415,
            &[(-2975, Scene::Link { until: 625 }), (625 + FLAG_DELAY, Scene::Expired { at: 625 })],
        ),
    },
    Part {
        label: "invoices-dump",
        cluster: "billing-eu",
        kind: Kind::Auto,
        course: course(
            Delivery::Download,
            -3702,
            188,
            &[(-3525, Scene::Link { until: 75 }), (75 + FLAG_DELAY, Scene::Expired { at: 75 })],
        ),
    },
    Part {
        label: "ledger-rehearsal",
        cluster: "billing-eu",
        kind: Kind::Dedicated,
        // As it was recorded: both flags, 27 minutes after the creation.
        course: course(
            Delivery::Download,
            -47 * 60,
            263,
            &[(-47 * 60, Scene::Running), (-20 * 60, Scene::Cancelled)],
        ),
    },
    Part {
        label: "audit-dump",
        cluster: "billing-eu",
        kind: Kind::Dedicated,
        course: course(
            Delivery::Download,
            -3 * HOUR - 253,
            310,
            &[(-2 * HOUR, Scene::Expired { at: -2 * HOUR })],
        ),
    },
    Part {
        label: "july-report",
        cluster: "billing-eu",
        kind: Kind::Dedicated,
        course: course(Delivery::Cluster, -131 * DAY, 240, &[(-131 * DAY, Scene::Unknown)]),
    },
    Part {
        label: "events-restore",
        cluster: "events-eu",
        kind: Kind::Dedicated,
        course: course(
            Delivery::Cluster,
            -391,
            177,
            &[
                (-391, Scene::Running),
                (18, Scene::Unavailable),
                (30, Scene::Limited),
                (42, Scene::Running),
                (52, Scene::Unavailable),
                (66, Scene::Limited),
                (73, Scene::Running),
                (89, Scene::Unavailable),
                (102, Scene::Limited),
                (114, Scene::Running),
                (121, Scene::Completed),
            ],
        ),
    },
    Part {
        label: "staging-refresh",
        cluster: "staging",
        kind: Kind::Flex,
        course: course(
            Delivery::Cluster,
            -2,
            21_600,
            &[(-2, Scene::Pending), (3, Scene::Queued), (8, Scene::Running), (59, Scene::Completed)],
        ),
    },
    Part {
        label: "eu-nightly",
        cluster: "staging",
        kind: Kind::Flex,
        course: course(Delivery::Cluster, -318, 25_200, &[(-318, Scene::Running), (22, Scene::Failed)]),
    },
    Part {
        label: "reports-copy",
        cluster: "reports-07",
        kind: Kind::Serverless,
        course: course(
            Delivery::Cluster,
            -3 * DAY - 4271,
            14_400,
            &[(-3 * DAY - 4271, Scene::Running), (-3 * DAY - 4020, Scene::Completed)],
        ),
    },
];
