//! Spans of time as people type them: numbers with a unit each.

use jiff::SignedDuration;

/// Reads `45s`, `90m`, `1h30m`, `3d` or `1w`; `None` for anything else. `sec` and `min` are units too.
#[must_use]
pub fn parse(text: &str) -> Option<SignedDuration> {
    let mut seconds: i64 = 0;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at_checked(digits)?;
        let letters = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, after) = behind.split_at_checked(letters)?;
        let factor = match unit {
            "s" | "sec" => 1,
            "m" | "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return None,
        };
        seconds = seconds.checked_add(number.parse::<i64>().ok()?.checked_mul(factor)?)?;
        rest = after;
    }
    Some(SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_read_and_nothing_else_is() {
        for (text, seconds) in [
            ("45s", 45),
            ("45sec", 45),
            ("90m", 5_400),
            ("1h30m", 5_400),
            ("3d", 259_200),
            ("1w", 604_800),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Some(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in
            ["", "5", "m", "1x", "1h30", "-1h", "1 h", "99999999999999999999s", "9223372036854775807w"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
