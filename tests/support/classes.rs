//! What the policies of a tenant make of one sign-in, by the specification of a policy alone.

use caplint::coverage::Verdict;
use caplint::signin::{Lens, Match, SignIn, Undefined, View};

/// What becomes of a sign-in, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Covered,
    Exempt,
    Membership,
    Unknown,
    Gap,
}

/// Classifies a sign-in.
pub(crate) fn classify(view: &View<'_>, sign_in: &SignIn) -> Class {
    let said = View { undefined: Undefined::AsTheSignInSays, ..*view };
    let policies = &view.tenant.policies;
    let surely = |lens| policies.iter().any(|policy| said.forces(policy, sign_in, lens) == Match::Yes);
    if surely(Lens::Plain) {
        Class::Covered
    } else if surely(Lens::WithoutTrackedExclusions) {
        Class::Exempt
    } else if policies.iter().all(|policy| matches!(view.forces(policy, sign_in, Lens::InIncludedGroups), Match::No(_)))
    {
        Class::Gap
    } else if surely(Lens::InIncludedGroups) {
        Class::Membership
    } else {
        Class::Unknown
    }
}

/// The verdict on a tenant in which this is the worst that can be done.
pub(crate) fn verdict(worst: Class) -> Verdict {
    match worst {
        Class::Covered => Verdict::Enforced,
        Class::Exempt => Verdict::EnforcedExcept,
        Class::Membership | Class::Unknown => Verdict::Undecided,
        Class::Gap => Verdict::NotEnforced,
    }
}
