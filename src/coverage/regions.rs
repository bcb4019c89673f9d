//! What the policies of a tenant cover, at each leniency.

use super::formula::Formula;
use super::region::{self, Leniency, Reading, read_except_users, read_included, read_not_excluded};
use super::space::Space;
use super::verdict::Reason;
use crate::tenant::PolicyIndex;
use std::rc::Rc;

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
    pub(super) by_leniency: [Option<Vec<Region>>; 4],
    /// What policies say of whom they exclude, of whom they include, of everything else, and in all, as they were last read:
    /// most say the same at each leniency.
    not_excluded: Readings,
    included: Readings,
    except_users: Readings,
    all: Readings,
}

/// What covers something, with what it covers.
pub(super) type Region = (Carrier, Rc<Formula>);

impl Regions {
    /// What covers something at a leniency, with what it covers.
    pub(super) fn of(&mut self, space: &mut Space<'_>, leniency: Leniency) -> &[Region] {
        let tenant = space.view.tenant;
        if self.by_leniency[leniency.index()].is_none() {
            let mut regions: Vec<Region> = Vec::new();
            for (index, _) in tenant.indexed() {
                if *self.except_users(space, index, leniency) != Formula::Never {
                    regions.push((Carrier::Policy(index), self.all(space, index, leniency)));
                }
            }
            let defaults = region::security_defaults(space, leniency != Leniency::UnknownsHelp);
            regions.push((Carrier::SecurityDefaults, Rc::new(defaults)));
            if leniency == Leniency::UnknownsHelp {
                // No policy's: what may be none of the requirement's business.
                regions.push((Carrier::Elsewhere, Rc::new(region::may_be_out_of_scope(space))));
            }
            regions.retain(|(_, region)| **region != Formula::Never);
            self.by_leniency[leniency.index()] = Some(regions);
        }
        self.by_leniency[leniency.index()].as_deref().unwrap_or_default()
    }

    /// What a policy says apart from its users.
    pub(super) fn except_users(&mut self, space: &mut Space<'_>, index: PolicyIndex, leniency: Leniency) -> &Formula {
        let policy = &space.view.tenant[index];
        &self.except_users.of(index, leniency, || read_except_users(space, policy, leniency)).formula
    }

    /// What a policy says of users.
    pub(super) fn users(&mut self, space: &mut Space<'_>, index: PolicyIndex, leniency: Leniency) -> Formula {
        let policy = &space.view.tenant[index];
        let not_excluded = self.not_excluded.of(index, leniency, || read_not_excluded(space, policy, leniency));
        let included = self.included.of(index, leniency, || read_included(space, policy, leniency));
        Formula::all([not_excluded, included].map(|reading| Formula::clone(&reading.formula)))
    }

    /// What a policy says.
    fn all(&mut self, space: &mut Space<'_>, index: PolicyIndex, leniency: Leniency) -> Rc<Formula> {
        let policy = &space.view.tenant[index];
        let Self { not_excluded, included, except_users, all, .. } = self;
        let all = all.of(index, leniency, || {
            Reading::all([
                not_excluded.of(index, leniency, || read_not_excluded(space, policy, leniency)),
                included.of(index, leniency, || read_included(space, policy, leniency)),
                except_users.of(index, leniency, || read_except_users(space, policy, leniency)),
            ])
        });
        Rc::clone(&all.formula)
    }
}

/// What policies say, as they were last read.
#[derive(Default)]
struct Readings(Vec<Option<Reading>>);

impl Readings {
    /// What a policy says, which is not read again if it says the same at this leniency.
    fn of(&mut self, policy: PolicyIndex, leniency: Leniency, read: impl FnOnce() -> Reading) -> &Reading {
        if self.0.len() <= policy.0 {
            self.0.resize_with(policy.0 + 1, || None);
        }
        let last = &mut self.0[policy.0];
        if !last.as_ref().is_some_and(|reading| reading.is_same_at(leniency)) {
            *last = None;
        }
        last.get_or_insert_with(read)
    }
}
