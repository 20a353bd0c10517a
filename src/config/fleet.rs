//! The size of a fleet of made-up jobs: `20x50`.
//!
//! Bounded, because the jobs are made before the server answers and stay in memory.

/// The most jobs that a fleet may have: some tens of megabytes.
const MOST: u32 = 100_000;

/// Reads clusters, and jobs of each.
///
/// # Errors
/// A sentence that says what is wanted.
pub fn parse(text: &str) -> Result<(u16, u16), String> {
    let number = |text: &str| text.trim().parse::<u16>().ok().filter(|number| *number > 0);
    let fleet = text.split_once('x').and_then(|(clusters, jobs)| number(clusters).zip(number(jobs)));
    fleet
        .filter(|(clusters, jobs)| u32::from(*clusters) * u32::from(*jobs) <= MOST)
        .ok_or_else(|| format!("give clusters and jobs of each, as in 20x50; {MOST} jobs at most"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_is_two_numbers_within_bounds() {
        assert_eq!(parse("20x50"), Ok((20, 50)));
        assert_eq!(parse(" 1 x 65535 "), Ok((1, 65535)));
        assert_eq!(parse("200x500"), Ok((200, 500)));
        for text in ["", "x", "20", "20x", "x50", "0x50", "20x0", "-1x5", "20x50x2", "201x500", "65535x65535"]
        {
            assert!(parse(text).unwrap_err().contains("20x50"), "{text}");
        }
    }
}
