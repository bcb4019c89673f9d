//! What the policies of a tenant cover, at each leniency.

use super::formula::Formula;
use super::region::{self, Leniency, Reading, read_except_users, read_users};
use super::space::Space;
use super::verdict::Reason;
use crate::tenant::PolicyIndex;
use std::collections::HashMap;

/// What covers a region of the sign-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    /// A policy.
    Policy(PolicyIndex),
    /// Security defaults.
    SecurityDefaults,
    /// That it may be none of the requirement's business.
    Elsewhere,
}

impl Carrier {
    pub(super) fn policy(self) -> Option<PolicyIndex> {
        match self {
            Self::Policy(index) => Some(index),
            Self::SecurityDefaults | Self::Elsewhere => None,
        }
    }
}

/// The reason of a verdict that these carry.
pub(super) fn carried(by: &[Carrier]) -> Reason {
    let policies = by.iter().filter_map(|carrier| carrier.policy()).collect();
    if by.contains(&Carrier::SecurityDefaults) {
        Reason::SecurityDefaults(policies)
    } else {
        Reason::Policies(policies)
    }
}

/// What each policy covers, at each leniency. It is computed when a leniency is first asked about, because most tenants need one or two.
#[derive(Default)]
pub(super) struct Regions {
    pub(super) by_leniency: [Option<Vec<(Carrier, Formula)>>; 4],
    /// What policies say apart from their users, and of these, as they were last read: most say the same at each leniency.
    except_users: Readings,
    users: Readings,
}

impl Regions {
    /// What covers something at a leniency, with what it covers.
    pub(super) fn of(&mut self, space: &mut Space<'_>, leniency: Leniency) -> &[(Carrier, Formula)] {
        let tenant = space.view.tenant;
        if self.by_leniency[leniency.index()].is_none() {
            let mut regions: Vec<(Carrier, Formula)> = Vec::new();
            for (index, _) in tenant.indexed() {
                let except_users = self.except_users(space, index, leniency);
                if except_users != Formula::Never {
                    let users = self.users(space, index, leniency);
                    regions.push((Carrier::Policy(index), Formula::all([users, except_users])));
                }
            }
            regions.push((
                Carrier::SecurityDefaults,
                region::security_defaults(space, leniency != Leniency::UnknownsHelp),
            ));
            if leniency == Leniency::UnknownsHelp {
                // No policy's: what may be none of the requirement's business.
                regions.push((Carrier::Elsewhere, region::may_be_out_of_scope(space)));
            }
            regions.retain(|(_, region)| *region != Formula::Never);
            self.by_leniency[leniency.index()] = Some(regions);
        }
        self.by_leniency[leniency.index()].as_deref().unwrap_or_default()
    }

    /// What a policy says apart from its users.
    pub(super) fn except_users(&mut self, space: &mut Space<'_>, index: PolicyIndex, leniency: Leniency) -> Formula {
        let policy = &space.view.tenant[index];
        self.except_users.of(index, leniency, || read_except_users(space, policy, leniency))
    }

    /// What a policy says of users.
    pub(super) fn users(&mut self, space: &mut Space<'_>, index: PolicyIndex, leniency: Leniency) -> Formula {
        let policy = &space.view.tenant[index];
        self.users.of(index, leniency, || read_users(space, policy, leniency))
    }
}

/// What policies say, as they were last read.
#[derive(Default)]
struct Readings(HashMap<PolicyIndex, Reading>);

impl Readings {
    /// What a policy says, which is not read again if it says the same at this leniency.
    fn of(&mut self, policy: PolicyIndex, leniency: Leniency, read: impl FnOnce() -> Reading) -> Formula {
        match self.0.get(&policy) {
            Some(reading) if reading.is_same_at(leniency) => reading.formula.clone(),
            Some(_) | None => {
                let reading = read();
                let formula = reading.formula.clone();
                self.0.insert(policy, reading);
                formula
            }
        }
    }
}
