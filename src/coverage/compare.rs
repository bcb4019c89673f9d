//! Policies held against one another: what one of them would stop that no other does, and whether it stops anything that
//! the others do not.

use super::formula::{Formula, Term};
use super::region::{self, Class};
use super::space::Space;
use super::{Options, Regions, view};
use crate::policy::Policy;
use crate::requirement::{Grant, Requirement};
use crate::tenant::Tenant;
use std::collections::BTreeSet;

/// More policies than these are not held against one another: [Microsoft] allows 240 in a tenant.
///
/// [Microsoft]: https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions
const MOST_POLICIES: usize = 240;

/// Conflicts that one comparison may take. What takes longer is taken for no news.
const EFFORT: u64 = 5_000;

/// The policies of a tenant, read once for a requirement.
pub struct Comparison<'t> {
    space: Space<'t>,
    regions: Regions,
}

impl<'t> Comparison<'t> {
    /// Nothing is read before the first question.
    #[must_use]
    pub fn new(requirement: &'t Requirement, tenant: &'t Tenant, options: Options) -> Self {
        Self { space: Space::new(view(requirement, tenant, options)), regions: Regions::default() }
    }

    /// Whether `mended` would surely stop a sign-in that surely no policy of the tenant stops now.
    #[must_use]
    pub fn would_add(&mut self, mended: &Policy) -> bool {
        let Self { space, regions } = self;
        let view = space.view;
        let by_defaults = view.requirement.grant.contains(&Grant::Mfa)
            && view.requirement.security_defaults
            && view.tenant.companions.security_defaults == Some(true);
        if by_defaults || view.tenant.policies.len() > MOST_POLICIES {
            return false;
        }
        let users = region::users(space, mended, Class::Exempt);
        let wanted = Formula::all([users, region::whoever(space, mended, true)]);
        if wanted == Formula::Never {
            return false;
        }
        let others: Vec<&Formula> = regions.of(space, Class::Gap).iter().map(|(_, region)| region).collect();
        is_outside(space, &wanted, &others)
    }

    /// Whether the other policies surely stop whatever this one may stop.
    #[must_use]
    pub fn is_redundant(&mut self, index: usize) -> bool {
        let Self { space, regions } = self;
        let policies = &space.view.tenant.policies;
        if policies.len() > MOST_POLICIES {
            return false;
        }
        let generous = region::whoever(space, &policies[index], false);
        let users = region::users(space, &policies[index], Class::Gap);
        let wanted = Formula::all([users, generous]);
        let sure = regions.of(space, Class::Exempt);
        let others: Vec<&Formula> =
            sure.iter().filter(|(other, _)| *other != index).map(|(_, region)| region).collect();
        wanted != Formula::Never && is_inside(space, &wanted, &others)
    }
}

/// Whether something is in one region and in none of the others.
fn is_outside(space: &mut Space<'_>, wanted: &Formula, others: &[&Formula]) -> bool {
    !others.iter().any(|other| **other == Formula::Always) && ask(space, wanted, others) == Some(true)
}

/// Whether everything of one region is in one of the others.
fn is_inside(space: &mut Space<'_>, wanted: &Formula, others: &[&Formula]) -> bool {
    if others.iter().any(|other| **other == Formula::Always || *other == wanted) {
        return true;
    }
    // Most are told apart by the first sign-in that comes to mind.
    let model = easiest(wanted);
    let is_true = |term: Term| model.contains(&term);
    let apart = !others.iter().any(|other| other.holds(&is_true));
    if others.is_empty() || (apart && wanted.holds(&is_true) && model.len() <= 1) {
        return false;
    }
    ask(space, wanted, others) == Some(false)
}

/// Terms that make a formula hold, if the first of all alternatives does.
fn easiest(formula: &Formula) -> BTreeSet<Term> {
    match formula {
        Formula::Always | Formula::Never | Formula::IsNot(_) => BTreeSet::new(),
        Formula::Is(term) => BTreeSet::from([*term]),
        Formula::All(parts) => parts.iter().flat_map(easiest).collect(),
        Formula::Any(parts) => parts.iter().map(easiest).min_by_key(BTreeSet::len).unwrap_or_default(),
    }
}

/// Whether a sign-in exists that is in one region and in none of the others; none if that takes too long to tell.
fn ask(space: &mut Space<'_>, wanted: &Formula, others: &[&Formula]) -> Option<bool> {
    let mut solver = space.solver().ok()?;
    solver.allow(EFFORT);
    let asked = solver.variable();
    solver.demand(asked, wanted);
    for other in others {
        solver.demand(asked, &(*other).clone().not());
    }
    while solver.solve(&[asked]).ok()? {
        let model = solver.model();
        let Err((one, other)) = space.sign_in(&model) else { return Some(true) };
        let (first, second) = (solver.literal(one), solver.literal(other));
        solver.clause([!first, second.apply_sign(!model.contains(&other))]);
    }
    Some(false)
}
