//! Two risks in one policy.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{Fact, List, Policy, Property, RiskLevel, State};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: UserAndSignInRisk,
    id: "user-and-sign-in-risk",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy combines user risk and sign-in risk, so it applies only when both are present.",
    doc: "doc.md",
}

impl Rule for UserAndSignInRisk {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        let (sign_in, user) = (&policy.conditions.sign_in_risk_levels, &policy.conditions.user_risk_levels);
        if !narrows(sign_in) || !narrows(user) || policy.state == Fact::Known(State::Disabled) {
            return;
        }
        let message = format!(
            "{} has a condition for user risk and one for sign-in risk. Both must be met, so the policy does not \
             apply to a risky sign-in of a user without risk, or to a risky user whose sign-in is not risky.",
            PolicyRef::to(policy).label()
        );
        drafts.push(
            Self::draft(message)
                .help("Split it into two policies, one for each risk.")
                .policy(policy)
                .label(Label::in_policy(policy, &Pointer::new(Property::UserRiskLevels), "this risk"))
                .label(Label::in_policy(
                    policy,
                    &Pointer::new(Property::SignInRiskLevels),
                    "and this one: both must be met",
                )),
        );
    }
}

/// Whether some levels are listed, and not all of them.
fn narrows(list: &List<RiskLevel>) -> bool {
    let listed = |level| list.position(|one| *one == level).is_some();
    let all = [RiskLevel::None, RiskLevel::Low, RiskLevel::Medium, RiskLevel::High].into_iter().all(listed);
    list.first_unknown().is_none() && list.known().next().is_some() && !all
}
