//! Edits made on one list and applied to another.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// The `n`th target, all of one kind.
fn target(n: u8) -> Target {
    format!("serverless/6a793f6b2c88faeba59bae37/orders-305/6a794733c0eb9e7a177400{n:02x}").parse().unwrap()
}

fn lookup(n: u8, label: &str) -> Lookup {
    Lookup { label: label.to_owned(), target: target(n) }
}

fn list(numbers: &[u8]) -> Vec<Lookup> {
    numbers.iter().map(|n| lookup(*n, "")).collect()
}

/// The list after one edit, as numbers, and whether it changed.
fn after(numbers: &[u8], edit: &Edit) -> (Vec<u8>, bool) {
    let mut list = list(numbers);
    let changed = apply(&mut list, edit);
    let number = |lookup: &Lookup| u8::from_str_radix(&lookup.target.job.as_str()[22..], 16).unwrap();
    (list.iter().map(number).collect(), changed)
}

#[test]
fn a_lookup_without_label_goes_by_its_instance() {
    assert_eq!(lookup(0x63, "").name(), "orders-305 …0063");
    assert_eq!(lookup(0x63, "nightly").name(), "nightly");
}

#[test]
fn insert() {
    let insert = |at, n| Edit::Insert { at, lookup: lookup(n, "") };
    assert_eq!(after(&[1, 2], &insert(0, 9)), (vec![9, 1, 2], true));
    assert_eq!(after(&[1, 2], &insert(1, 9)), (vec![1, 9, 2], true));
    assert_eq!(after(&[1, 2], &insert(77, 9)), (vec![1, 2, 9], true));
    assert_eq!(after(&[1, 2], &insert(0, 2)), (vec![1, 2], false));
}

#[test]
fn replace() {
    let replace = |old, n| Edit::Replace { old: target(old), lookup: lookup(n, "") };
    assert_eq!(after(&[1, 2, 3], &replace(2, 9)), (vec![1, 9, 3], true));
    assert_eq!(after(&[1, 2, 3], &replace(2, 2)), (vec![1, 2, 3], false));
    assert_eq!(after(&[1, 3], &replace(2, 9)), (vec![1, 3, 9], true), "nothing typed is lost");
    assert_eq!(after(&[1, 2, 3], &replace(2, 3)), (vec![1, 2, 3], false), "no job twice, none lost");
}

#[test]
fn replace_keeps_what_was_typed() {
    let mut kept = list(&[1, 2]);
    assert!(apply(&mut kept, &Edit::Replace { old: target(2), lookup: lookup(2, "nightly") }));
    assert_eq!(kept, [lookup(1, ""), lookup(2, "nightly")]);

    // Two instances lead different lookups to one job: the label typed last stays, and an empty one yields.
    assert!(apply(&mut kept, &Edit::Replace { old: target(1), lookup: lookup(2, "weekly") }));
    assert!(!apply(&mut kept, &Edit::Replace { old: target(1), lookup: lookup(2, "") }));
    assert_eq!(kept, [lookup(1, ""), lookup(2, "weekly")]);

    // But a label taken away from the lookup itself is gone.
    assert!(apply(&mut kept, &Edit::Replace { old: target(2), lookup: lookup(2, "") }));
    assert_eq!(kept, list(&[1, 2]));
}

#[test]
fn another_kind_is_the_same_job() {
    let mut kept = list(&[1, 2]);
    let flex =
        Lookup { target: Target { kind: super::super::target::Kind::Flex, ..target(2) }, ..lookup(2, "") };
    assert!(!apply(&mut kept, &Edit::Insert { at: 0, lookup: flex.clone() }));
    assert!(apply(&mut kept, &Edit::Replace { old: target(2), lookup: flex.clone() }));
    assert_eq!(kept, [lookup(1, ""), flex]);
    assert!(apply(&mut kept, &Edit::Remove { target: target(2) }));
    assert_eq!(kept, list(&[1]));
}

#[test]
fn remove() {
    let remove = |n| Edit::Remove { target: target(n) };
    assert_eq!(after(&[1, 2, 3], &remove(2)), (vec![1, 3], true));
    assert_eq!(after(&[1, 3], &remove(2)), (vec![1, 3], false));
    assert_eq!(after(&[], &remove(2)), (vec![], false));
}

#[test]
fn relocation() {
    let relocate = |n, before: Option<u8>| Edit::Move { target: target(n), before: before.map(target) };
    assert_eq!(after(&[1, 2, 3], &relocate(3, Some(1))), (vec![3, 1, 2], true));
    assert_eq!(after(&[1, 2, 3], &relocate(1, Some(3))), (vec![2, 1, 3], true));
    assert_eq!(after(&[1, 2, 3], &relocate(1, None)), (vec![2, 3, 1], true));
    assert_eq!(after(&[1, 2, 3], &relocate(1, Some(9))), (vec![2, 3, 1], true), "its neighbour is gone");
    assert_eq!(after(&[1, 2, 3], &relocate(1, Some(2))), (vec![1, 2, 3], false), "there already");
    assert_eq!(after(&[1, 2, 3], &relocate(2, Some(2))), (vec![1, 2, 3], false));
    assert_eq!(after(&[1, 2, 3], &relocate(9, Some(1))), (vec![1, 2, 3], false), "gone itself");
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let target = || (0_u8..8).prop_map(target);
    let lookup = || (0_u8..8, "[ab]?").prop_map(|(n, label)| lookup(n, &label));
    prop_oneof![
        (0_usize..12, lookup()).prop_map(|(at, lookup)| Edit::Insert { at, lookup }),
        (target(), lookup()).prop_map(|(old, lookup)| Edit::Replace { old, lookup }),
        target().prop_map(|target| Edit::Remove { target }),
        (target(), proptest::option::of(target())).prop_map(|(target, before)| Edit::Move { target, before }),
    ]
}

proptest! {
    #[test]
    fn no_job_twice_and_none_lost(edits in proptest::collection::vec(any_edit(), 0..40)) {
        let mut list = Vec::new();
        for edit in &edits {
            let before = list.clone();
            let changed = apply(&mut list, edit);
            prop_assert_eq!(changed, list != before);

            let jobs: BTreeSet<_> = list.iter().map(|lookup| lookup.target.job).collect();
            prop_assert_eq!(jobs.len(), list.len(), "a job twice");
            let mut expected: BTreeSet<_> = before.iter().map(|lookup| lookup.target.job).collect();
            match edit {
                Edit::Insert { lookup, .. } => drop(expected.insert(lookup.target.job)),
                Edit::Replace { old, lookup } => {
                    // What it becomes takes its place, unless that has a place of its own.
                    if expected.insert(lookup.target.job) && old.job != lookup.target.job {
                        expected.remove(&old.job);
                    }
                }
                Edit::Remove { target } => drop(expected.remove(&target.job)),
                Edit::Move { .. } => {}
            }
            prop_assert_eq!(jobs, expected, "a lookup lost");
        }
    }
}
