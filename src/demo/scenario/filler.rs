//! Jobs that nobody wrote down one by one: what the clusters of the plot restored before, and fleets for load tests.
//!
//! All of them follow from a number by arithmetic. Knows no ids, no dates and no JSON.

use std::borrow::Cow;

use fastrand::Rng;

use super::course::{Course, DAY, Delivery, FLAG_DELAY, HOUR, Scene};
use super::plot::Tenancy;

/// Extra clusters, each with as many jobs, for tests under load. Their lookups are labelled `job-0001` and so on.
/// Every other cluster is a Flex cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fleet {
    pub clusters: u16,
    pub jobs_per_cluster: u16,
}

impl Fleet {
    /// What the cluster of that number is, from 1.
    pub(super) fn tenancy(cluster: u16) -> Tenancy {
        if cluster.is_multiple_of(2) { Tenancy::Flex } else { Tenancy::Dedicated { shards: 0 } }
    }
}

/// How far the jobs of the past lie apart, give or take [`SPREAD`]: a nightly rehearsal, and what else comes up.
const APART: i64 = 5 * HOUR;
const SPREAD: i64 = 3 * HOUR;

/// The `number`-th job before those of the plot, the newest first. All are over.
pub fn past(number: u32, tenancy: Tenancy, rng: &mut Rng) -> Course {
    let created = -2 * DAY - i64::from(number) * APART - rng.i64(0..SPREAD);
    // Flex clusters were recorded to take a minute or two, dedicated ones 3 to 6 minutes.
    let lasts = match tenancy {
        Tenancy::Flex => rng.i64(50..121),
        Tenancy::Dedicated { .. } => rng.i64(180..360),
    };
    let end = created + lasts;
    let download = matches!(tenancy, Tenancy::Dedicated { .. }) && rng.u8(..) < 64;
    let delivery = if download { Delivery::Download } else { Delivery::Cluster };
    let (since, last) = match rng.u8(..) {
        ..8 => (end, Scene::Failed),
        _ if download => (end + HOUR + FLAG_DELAY, Scene::Expired { at: end + HOUR }),
        _ => (end, Scene::Completed),
    };
    Course { delivery, created, snapshot_age: rng.i64(120..7200), scenes: Cow::Owned(vec![(since, last)]) }
}

/// The `number`-th job of a fleet, from 1. They were created in the half hour before the start; a third of them are
/// over by then, and the rest end one after the other for most of an hour.
pub fn of_fleet(number: u32, tenancy: Tenancy) -> Course {
    let number = i64::from(number);
    let created = -60 - number * 37 % 1740;
    let end = created + 120 + number * 53 % 3000;
    let download = number % 7 == 0 && tenancy != Tenancy::Flex;
    let delivery = if download { Delivery::Download } else { Delivery::Cluster };
    let mut scenes = vec![(created, Scene::Running)];
    if number % 10 == 0 {
        scenes.push((end, Scene::Failed));
    } else if download {
        scenes.push((end, Scene::Link { until: end + HOUR }));
        scenes.push((end + HOUR + FLAG_DELAY, Scene::Expired { at: end + HOUR }));
    } else {
        scenes.push((end, Scene::Completed));
    }
    Course { delivery, created, snapshot_age: 300, scenes: Cow::Owned(scenes) }
}
