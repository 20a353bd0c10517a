//! A report as people and as programs read it. Pure; whoever shows it decides where.

mod json;
mod text;

pub use json::json;
pub use text::{Style, ending, line, plain};

/// What the checks come to, in one line: what to do first.
#[must_use]
pub fn summary(checks: &[super::Check]) -> String {
    use super::Verdict;
    let count = |wanted: fn(&Verdict) -> bool| checks.iter().filter(|check| wanted(&check.verdict)).count();
    let failures = count(|verdict| matches!(verdict, Verdict::Failure(_)));
    let skipped = count(|verdict| *verdict == Verdict::Skipped);
    match super::check::first_step(checks) {
        Some(check) => {
            let first = check.next_step.as_deref().unwrap_or("look at it");
            format!("First: {}: {first}", check.name.label())
        }
        None if failures == 0 && skipped == 0 => "Everything is as it should be.".to_owned(),
        None => "Nothing is wrong with what could be checked.".to_owned(),
    }
}
