//! How many policies are on.

use crate::policy::{Fact, Policy, State};

/// Policies by the state that they are judged in. Copies that say the same are counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct States {
    /// On, or assumed to be.
    pub on: usize,
    /// In report-only mode.
    pub report_only: usize,
    /// Off.
    pub off: usize,
    /// In the recycle bin, whatever their state says.
    pub deleted: usize,
    /// It is not known whether they are on.
    pub unknown: usize,
}

impl States {
    /// Counts policies.
    #[must_use]
    pub fn of(policies: &[Policy]) -> Self {
        let mut states = Self::default();
        for policy in policies {
            let number = match policy.judged_state() {
                _ if policy.deleted => &mut states.deleted,
                Fact::Known(State::Enabled) => &mut states.on,
                Fact::Known(State::ReportOnly) => &mut states.report_only,
                Fact::Known(State::Disabled) => &mut states.off,
                Fact::Unknown(_) => &mut states.unknown,
            };
            *number += 1;
        }
        states
    }

    /// Adds those of another tenant.
    pub fn add(&mut self, other: Self) {
        let Self { on, report_only, off, deleted, unknown } = other;
        self.on += on;
        self.report_only += report_only;
        self.off += off;
        self.deleted += deleted;
        self.unknown += unknown;
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> usize {
        let Self { on, report_only, off, deleted, unknown } = self;
        on + report_only + off + deleted + unknown
    }

    /// There are policies, and it is certain of each that it is not on.
    #[must_use]
    pub fn none_is_on(self) -> bool {
        self.total() > 0 && self.on + self.unknown == 0
    }
}
