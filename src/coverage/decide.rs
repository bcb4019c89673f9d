//! From requirement and tenant to a decision: by a look where that is enough, else by the solver.

use super::listed::Listed;
use super::options::Options;
use super::regions::Regions;
use super::space::Space;
use super::verdict::{Decision, Reason, Verdict};
use super::work::Work;
use super::{holes, obvious};
use crate::requirement::Requirement;
use crate::signin::{Undefined, View};
use crate::tenant::Tenant;
use std::cell::OnceCell;
use std::rc::Rc;

/// How the sign-ins of a tenant are looked at for a requirement.
#[must_use]
pub fn view<'t>(requirement: &'t Requirement, tenant: &'t Tenant, options: Options) -> View<'t> {
    View { tenant, requirement, assumptions: options.assumptions, undefined: Undefined::Unknown }
}

/// Decides.
#[must_use]
pub fn decide(requirement: &Requirement, tenant: &Tenant, options: Options) -> Decision {
    Decider::of(tenant, options).decide(requirement)
}

/// Decides about one tenant, one requirement after the other. What they have in common is looked up once.
pub struct Decider<'t> {
    tenant: &'t Tenant,
    options: Options,
    listed: Rc<OnceCell<Listed<'t>>>,
}

impl<'t> Decider<'t> {
    /// About a tenant.
    #[must_use]
    pub fn of(tenant: &'t Tenant, options: Options) -> Self {
        Self { tenant, options, listed: Rc::default() }
    }

    /// Decides.
    #[must_use]
    pub fn decide(&self, requirement: &'t Requirement) -> Decision {
        let space = Space::with_people(view(requirement, self.tenant, self.options)).sharing(&self.listed);
        let decision = decide_by_policies(space, self.options);
        match (decision.verdict, self.tenant.missing.first()) {
            // Policies that were not exported could only add force.
            (Verdict::NotEnforced, Some(missing)) => {
                Decision { verdict: Verdict::Undecided, reason: Reason::MissingPolicies(missing.why), ..decision }
            }
            _ => decision,
        }
    }
}

/// Decides whether the requirement holds, for everybody or all but exceptions. None if there is a gap or may be one: no
/// example of it is looked for, which takes most of the time of [`decide`].
#[must_use]
pub fn decide_if_held(requirement: &Requirement, tenant: &Tenant, options: Options) -> Option<Decision> {
    let mut space = Space::new(view(requirement, tenant, options));
    space.work = Work::of(options.work);
    let mut regions = Regions::default();
    obvious::by_one_plain_policy(&mut space, &mut regions)
        .or_else(|| obvious::held(&mut space, &mut regions))
        .or_else(|| holes::proof(&mut space, &mut regions, options.effort).ok().flatten())
}

fn decide_by_policies(mut space: Space<'_>, options: Options) -> Decision {
    space.work = Work::of(options.work);
    let mut regions = Regions::default();
    if let Some(decision) = obvious::by_one_plain_policy(&mut space, &mut regions) {
        return decision;
    }
    let mut is_covered_at_best = Ok(());
    if !obvious::is_covered_at_best(&mut space, &mut regions) {
        if let Some(decision) = obvious::open(&mut space, &mut regions) {
            return decision;
        }
        match holes::surely_open(&mut space, &mut regions, options) {
            Ok(Some(decision)) => return decision,
            Ok(None) => {}
            Err(hardest) => is_covered_at_best = Err(hardest),
        }
    }
    if let Some(decision) = obvious::held(&mut space, &mut regions) {
        return decision;
    }
    holes::decide(&mut space, &mut regions, options, is_covered_at_best)
        .unwrap_or_else(|hardest| Decision::without_examples(Verdict::Undecided, Reason::TooIntricate(hardest)))
}
