//! What needs no solver, which is most tenants: one policy for everybody, or none for the first sign-in that an attacker
//! would try. Each answer is exact; where it takes more than one policy, there is none.

use super::formula::{Formula, Term};
use super::holes::{exceptions, hole};
use super::region::Class;
use super::space::{Meaning, Space};
use super::{Decision, PrincipalKind, Reason, Regions, Verdict, decided};
use crate::policy::{Fact, State};
use std::collections::BTreeSet;

pub(super) fn decide(space: &Space<'_>, regions: &Regions) -> Option<Decision> {
    let is_off = |policy: &usize| space.view.tenant.policies[*policy].state != Fact::Known(State::Enabled);
    if let Some(policy) = covering(regions, Class::Exempt).min_by_key(is_off) {
        return Some(decided(Verdict::Enforced, Reason::Policies(vec![policy])));
    }
    if covering(regions, Class::Membership).next().is_some() {
        return all_but_exceptions(space, regions);
    }
    let nothing = BTreeSet::new();
    let is_open = regions.of(Class::Gap).all(|region| !region.holds(&|_| false));
    (is_open && space.first_is_possible()).then(|| {
        // Whatever else gets through departs further.
        let holes = space.sign_in(&nothing).map(|sign_in| hole(space, &nothing, sign_in)).into_iter().collect();
        let reason = if space.view.tenant.policies.is_empty() { Reason::NoPolicies } else { Reason::Witness };
        Decision { holes, ..decided(Verdict::NotEnforced, reason) }
    })
}

/// Policies that cover everything alone.
fn covering(regions: &Regions, class: Class) -> impl Iterator<Item = usize> {
    let of_class = regions.of(class).zip(&regions.policies);
    of_class.filter(|(region, _)| **region == Formula::Always).map(|(_, policy)| *policy)
}

/// A policy that covers everybody but whom it excludes one by one: if each of these gets through by that alone, they are
/// all the exceptions there are.
fn all_but_exceptions(space: &Space<'_>, regions: &Regions) -> Option<Decision> {
    let tenant = space.view.tenant;
    let excluded = |policy: usize| -> Vec<Term> {
        let meanings = [PrincipalKind::User, PrincipalKind::Group, PrincipalKind::Role].into_iter().flat_map(|kind| {
            kind.excluded_by(&tenant.policies[policy]).known().map(move |(_, id)| match kind {
                PrincipalKind::User => Meaning::User(id.clone()),
                PrincipalKind::Group => Meaning::Group(id.clone()),
                PrincipalKind::Role => Meaning::Role(id.clone()),
            })
        });
        let terms: BTreeSet<Term> = meanings.filter_map(|meaning| space.known(&meaning)).collect();
        terms.into_iter().collect()
    };
    if !space.first_is_possible() {
        return None;
    }
    let carriers = covering(regions, Class::Membership).map(|policy| (policy, excluded(policy)));
    let is_off = |policy: usize| tenant.policies[policy].state != Fact::Known(State::Enabled);
    let (carrier, terms) = carriers.min_by_key(|(policy, terms)| (is_off(*policy), terms.len()))?;
    let mut holes = Vec::new();
    for term in terms {
        let alone = BTreeSet::from([term]);
        if regions.of(Class::Exempt).any(|region| region.holds(&|other| other == term)) {
            return None;
        }
        holes.push((alone.clone(), space.sign_in(&alone).ok()?));
    }
    let holes = holes.into_iter().map(|(terms, sign_in)| (hole(space, &terms, sign_in), terms)).collect();
    let reason = Reason::Policies(vec![carrier]);
    Some(Decision { exceptions: exceptions(space, holes), ..decided(Verdict::EnforcedExcept, reason) })
}
