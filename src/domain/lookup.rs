//! Saved lookups and the edits made to them. An edit is a value, so that it can be applied to a newer list
//! than the one it was made on: two instances do not lose each other's work.

use super::target::Target;

/// A saved target under a name of the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// Empty when the user gave none.
    pub label: String,
    pub target: Target,
}

impl Lookup {
    /// The label, or else the instance with the end of the job id: `orders-305 …0663`.
    #[must_use]
    pub fn name(&self) -> String {
        if self.label.is_empty() {
            let job = self.target.job.as_str();
            format!("{} …{}", self.target.instance, job.get(job.len() - 4..).unwrap_or(job))
        } else {
            self.label.clone()
        }
    }
}

/// One change to the list. Lookups are known by the job they name ([`Target::same_job`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// At `at`, or at the end when the list is shorter. Does nothing when the job is there already.
    Insert {
        at: usize,
        lookup: Lookup,
    },
    /// In place; appended when the old one is gone, so that nothing typed is lost.
    Replace {
        old: Target,
        lookup: Lookup,
    },
    Remove {
        target: Target,
    },
    /// To the place before which `before` stands; to the end when that is `None` or gone.
    Move {
        target: Target,
        before: Option<Target>,
    },
}

/// Applies an edit; whether the list changed.
pub fn apply(list: &mut Vec<Lookup>, edit: &Edit) -> bool {
    match edit {
        Edit::Insert { at, lookup } => {
            let is_new = place(list, &lookup.target).is_none();
            if is_new {
                list.insert(list.len().min(*at), lookup.clone());
            }
            is_new
        }
        Edit::Replace { old, lookup } => replace(list, old, lookup),
        Edit::Remove { target } => {
            let before = list.len();
            list.retain(|kept| !kept.target.same_job(target));
            list.len() != before
        }
        Edit::Move { target, before } => relocate(list, target, before.as_ref()),
    }
}

fn place(list: &[Lookup], target: &Target) -> Option<usize> {
    list.iter().position(|lookup| lookup.target.same_job(target))
}

fn replace(list: &mut Vec<Lookup>, old: &Target, lookup: &Lookup) -> bool {
    let Some(at) = place(list, &lookup.target).or_else(|| place(list, old)) else {
        list.push(lookup.clone());
        return true;
    };
    let Some(slot) = list.get_mut(at) else { return false };
    let mut lookup = lookup.clone();
    // The new job is in the list already, put there by another instance: its lookup takes the words typed here,
    // and the old one stays, for a list must neither name a job twice nor lose one without being told to.
    if !slot.target.same_job(old) && lookup.label.is_empty() {
        lookup.label.clone_from(&slot.label);
    }
    let changed = *slot != lookup;
    *slot = lookup;
    changed
}

fn relocate(list: &mut Vec<Lookup>, target: &Target, before: Option<&Target>) -> bool {
    if before.is_some_and(|before| before.same_job(target)) {
        return false;
    }
    let Some(from) = place(list, target) else { return false };
    let moved = list.remove(from);
    let to = before.and_then(|before| place(list, before)).unwrap_or(list.len());
    list.insert(to, moved);
    from != to
}

#[cfg(test)]
mod tests;
