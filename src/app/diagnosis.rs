//! The checks of one look for a fault, as they come in. Which they are and what they say is the doctor's.

use crate::doctor::{Check, Name};
use crate::domain::target::Target;

/// One run of the checks, open over the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Checks of an earlier run come too late.
    pub run: u64,
    /// Of the lookup; empty when it is about the sign-in alone.
    pub name: String,
    pub target: Option<Target>,
    /// In the order of the report.
    checks: Vec<Check>,
    pub done: bool,
    /// Lines above the window.
    pub above: usize,
}

impl Diagnosis {
    #[must_use]
    pub fn new(run: u64, name: String, target: Option<Target>) -> Self {
        Self { run, name, target, checks: Vec::new(), done: false, above: 0 }
    }

    /// Takes a check in at its place.
    pub fn take(&mut self, check: Check) {
        match self.checks.binary_search_by_key(&check.name, |known| known.name) {
            Ok(at) => {
                if let Some(known) = self.checks.get_mut(at) {
                    *known = check;
                }
            }
            Err(at) => self.checks.insert(at, check),
        }
    }

    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Every check there is, and what came of it so far.
    pub fn all(&self) -> impl Iterator<Item = (Name, Option<&Check>)> {
        Name::ALL.into_iter().map(|name| (name, self.checks.iter().find(|check| check.name == name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_stand_in_the_order_of_the_report_however_they_come() {
        let mut diagnosis = Diagnosis::new(1, String::new(), None);
        for check in [Name::Tls.ok("a"), Name::Credentials.ok("b"), Name::Tls.ok("c")] {
            diagnosis.take(check);
        }
        let seen: Vec<_> = diagnosis.checks().iter().map(|check| check.finding.as_str()).collect();
        assert_eq!(seen, ["b", "c"]);
        assert_eq!(diagnosis.all().filter(|(_, check)| check.is_none()).count(), Name::ALL.len() - 2);
    }
}
