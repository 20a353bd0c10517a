//! The order and the clusters follow every change.

use proptest::prelude::*;

use super::*;
use crate::domain::target::{Kind, Target};
use crate::worker::protocol::RequestId;
use crate::worker::watch::Demand;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn target(kind: Kind, n: u64) -> Target {
    let instance = if n.is_multiple_of(2) { "even" } else { "odd" };
    format!("{kind}/6a793f6b2c88faeba59bae37/{instance}/{n:024x}").parse().unwrap()
}

#[derive(Debug, Clone)]
enum Step {
    Insert(u64),
    Remove(u64),
    Due(u64, Option<i64>),
    Demand(u64, bool),
    Fly(u64, bool),
    Kind(u64, bool),
}

fn any_step() -> impl Strategy<Value = Step> {
    let id = || 0_u64..8;
    prop_oneof![
        id().prop_map(Step::Insert),
        id().prop_map(Step::Remove),
        (id(), proptest::option::of(0_i64..100)).prop_map(|(id, due)| Step::Due(id, due)),
        (id(), any::<bool>()).prop_map(|(id, at_once)| Step::Demand(id, at_once)),
        (id(), any::<bool>()).prop_map(|(id, flies)| Step::Fly(id, flies)),
        (id(), any::<bool>()).prop_map(|(id, flex)| Step::Kind(id, flex)),
    ]
}

fn take(watches: &mut Watches, step: &Step) {
    match *step {
        Step::Insert(id) => drop(watches.insert(WatchId(id), Watch::new(target(Kind::Auto, id), at(0)))),
        Step::Remove(id) => drop(watches.remove(WatchId(id))),
        Step::Due(id, due) => {
            watches.change(WatchId(id), |watch| {
                watch.due = due.map(at);
                watch.demand = Demand::None;
            });
        }
        Step::Demand(id, at_once) => {
            let demand = if at_once { Demand::AtOnce } else { Demand::Queued(at(5)) };
            watches.change(WatchId(id), |watch| watch.demand = demand);
        }
        Step::Fly(id, flies) => {
            watches.change(WatchId(id), |watch| watch.flight = flies.then_some(RequestId(1)));
        }
        Step::Kind(id, flex) => {
            let kind = if flex { Kind::Flex } else { Kind::Dedicated };
            watches.change(WatchId(id), |watch| watch.target.kind = kind);
        }
    }
}

proptest! {
    #[test]
    fn both_indexes_hold_what_a_look_at_all_would_find(steps in proptest::collection::vec(any_step(), 0..60)) {
        let mut watches = Watches::default();
        for step in &steps {
            take(&mut watches, step);
        }
        let mut due: BTreeMap<Scope, BTreeSet<(Timestamp, WatchId)>> = BTreeMap::new();
        for (scope, place) in watches.all.iter().filter_map(|(id, watch)| place(*id, watch)) {
            due.entry(scope).or_default().insert(place);
        }
        prop_assert_eq!(watches.is_idle(), due.is_empty());
        prop_assert_eq!(&watches.due, &due);

        let mut clusters: BTreeMap<Cluster, BTreeSet<WatchId>> = BTreeMap::new();
        for (id, watch) in &watches.all {
            clusters.entry(watch.target.cluster()).or_default().insert(*id);
        }
        prop_assert_eq!(&watches.clusters, &clusters);
    }
}
