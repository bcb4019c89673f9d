//! Users who cannot sign in, and accounts that are there in case nobody can.

use crate::finding::Finding;

/// What was looked for, and how much of it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockOutReport {
    /// Findings of its rules, before levels, ignores and the baseline decide which are reported.
    found: usize,
    /// Emergency access accounts were looked for: the files hold every policy, as far as they tell.
    pub has_break_glass: bool,
}

impl LockOutReport {
    /// The rules that report lock-outs.
    pub const RULES: [&str; 3] = ["everybody-blocked", "locked-out", "no-break-glass"];

    /// Whether a finding is about a lock-out.
    #[must_use]
    pub fn is_one(finding: &Finding) -> bool {
        Self::RULES.contains(&finding.rule)
    }

    /// Of all findings of a tenant, before any is left out.
    #[must_use]
    pub fn of(findings: &[Finding], has_break_glass: bool) -> Self {
        Self { found: findings.iter().filter(|finding| Self::is_one(finding)).count(), has_break_glass }
    }

    /// How many of them are not among those that are reported.
    #[must_use]
    pub fn hidden(self, reported: &[Finding]) -> usize {
        self.found.saturating_sub(reported.iter().filter(|finding| Self::is_one(finding)).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Draft, Level, Location};

    #[test]
    fn what_is_left_out_is_counted() {
        let finding = |rule: &'static str| {
            Draft::new(rule, Level::Error, String::new()).at("tenant", Location::beginning("a".to_owned()))
        };
        let all = [finding("locked-out"), finding("no-break-glass"), finding("letter-case")];
        let report = LockOutReport::of(&all, true);
        assert_eq!([report.hidden(&all), report.hidden(&all[1..]), report.hidden(&all[2..])], [0, 1, 2]);
        assert_eq!(LockOutReport::of(&all[2..], true).hidden(&[]), 0);
    }
}
