//! From requirement and tenant to a decision: by a look where that is enough, else by the solver.

use super::options::Options;
use super::regions::Regions;
use super::space::Space;
use super::verdict::{Decision, Reason, Verdict};
use super::{holes, obvious};
use crate::requirement::Requirement;
use crate::signin::{Undefined, View};
use crate::tenant::Tenant;

/// How the sign-ins of a tenant are looked at for a requirement.
#[must_use]
pub fn view<'t>(requirement: &'t Requirement, tenant: &'t Tenant, options: Options) -> View<'t> {
    View { tenant, requirement, assumptions: options.assumptions, undefined: Undefined::Unknown }
}

/// Decides.
#[must_use]
pub fn decide(requirement: &Requirement, tenant: &Tenant, options: Options) -> Decision {
    let decision = decide_by_policies(view(requirement, tenant, options), options);
    match (decision.verdict, tenant.missing.first()) {
        // Policies that were not exported could only add force.
        (Verdict::NotEnforced, Some(missing)) => {
            Decision { verdict: Verdict::Undecided, reason: Reason::MissingPolicies(missing.why), ..decision }
        }
        _ => decision,
    }
}

/// Decides whether the requirement holds, for everybody or all but exceptions. None if there is a gap or may be one: no
/// example of it is looked for, which takes most of the time of [`decide`].
#[must_use]
pub fn decide_if_held(requirement: &Requirement, tenant: &Tenant, options: Options) -> Option<Decision> {
    let mut space = Space::new(view(requirement, tenant, options));
    let mut regions = Regions::default();
    match obvious::decide(&mut space, &mut regions) {
        Some(decision) => match decision.verdict {
            Verdict::Enforced | Verdict::EnforcedExcept => Some(decision),
            Verdict::NotEnforced | Verdict::Undecided => None,
        },
        None => holes::proof(&mut space, &mut regions, options.effort).ok().flatten(),
    }
}

fn decide_by_policies(view: View<'_>, options: Options) -> Decision {
    let mut space = Space::with_people(view);
    let mut regions = Regions::default();
    if let Some(decision) = obvious::decide(&mut space, &mut regions) {
        return decision;
    }
    holes::decide(&mut space, &mut regions, options)
        .unwrap_or_else(|_| Decision::without_examples(Verdict::Undecided, Reason::TooIntricate))
}
