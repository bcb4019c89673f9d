//! What the policies of a tenant cover, at each leniency.

use super::formula::Formula;
use super::region::{self, Leniency};
use super::space::Space;
use super::verdict::Reason;
use crate::tenant::PolicyIndex;

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
    /// What policies surely cover of those that they are about, the same for all but the last.
    surely: Option<Vec<(PolicyIndex, Formula)>>,
}

impl Regions {
    /// What covers something at a leniency, with what it covers.
    pub(super) fn of(&mut self, space: &mut Space<'_>, leniency: Leniency) -> &[(Carrier, Formula)] {
        let tenant = space.view.tenant;
        let apart_from_users = |space: &mut Space<'_>, sure| -> Vec<(PolicyIndex, Formula)> {
            let regions =
                tenant.indexed().map(|(index, policy)| (index, region::applies_except_users(space, policy, sure)));
            regions.filter(|(_, region)| *region != Formula::Never).collect()
        };
        let Self { by_leniency, surely } = self;
        by_leniency[leniency.index()].get_or_insert_with(|| {
            let perhaps;
            let regions = if leniency == Leniency::UnknownsHelp {
                perhaps = apart_from_users(space, false);
                &perhaps
            } else {
                surely.get_or_insert_with(|| apart_from_users(space, true))
            };
            let regions = regions.iter().map(|(index, region)| {
                let users = region::users(space, &tenant[*index], leniency);
                (Carrier::Policy(*index), Formula::all([users, region.clone()]))
            });
            let mut regions: Vec<(Carrier, Formula)> = regions.collect();
            regions.push((
                Carrier::SecurityDefaults,
                region::security_defaults(space, leniency != Leniency::UnknownsHelp),
            ));
            if leniency == Leniency::UnknownsHelp {
                // No policy's: what may be none of the requirement's business.
                regions.push((Carrier::Elsewhere, region::may_be_out_of_scope(space)));
            }
            regions.retain(|(_, region)| *region != Formula::Never);
            regions
        })
    }
}
