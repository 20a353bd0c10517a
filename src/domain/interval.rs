//! Bounds of the refresh interval, for whoever reads one and whoever keeps to it.

use std::time::Duration;

/// Until the user changes it.
pub const DEFAULT: Duration = Duration::from_secs(3);
/// More often than once a second only burns the rate budget.
pub const SHORTEST: Duration = Duration::from_secs(1);
/// Less often is no watching.
pub const LONGEST: Duration = Duration::from_secs(60 * 60);
