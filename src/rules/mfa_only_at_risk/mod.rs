//! MFA only when Entra thinks that it is needed.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{GrantControl, List, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: MfaOnlyAtRisk,
    id: "mfa-only-at-risk",
    levels: [Warning],
    since: "0.1.0",
    category: Gaps,
    summary: "The only policy that requires MFA applies to risky sign-ins or risky users only.",
    doc: "doc.md",
}

impl Rule for MfaOnlyAtRisk {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let conditions = &policy.conditions;
        let at = [
            (!conditions.sign_in_risk_levels.is_empty(), Property::SignInRiskLevels),
            (!conditions.user_risk_levels.is_empty(), Property::UserRiskLevels),
            (!conditions.insider_risk_levels.is_empty(), Property::InsiderRiskLevels),
        ];
        let Some((_, risk)) = at.into_iter().find(|(is_set, _)| *is_set) else { return };
        // A policy that has passwords changed or risks remediated is not there for MFA.
        let remedies =
            |control: &GrantControl| matches!(control, GrantControl::PasswordChange | GrantControl::RiskRemediation);
        if !policy.grant.asks_for_mfa() || policy.grant.built_in.position(remedies).is_some() {
            return;
        }
        let is_open = tenant.leaves_mfa_out(policy, |policy| {
            policy.conditions.sign_in_risk_levels = List::default();
            policy.conditions.user_risk_levels = List::default();
            policy.conditions.insider_risk_levels = List::default();
        });
        if !is_open {
            return;
        }
        let message = format!(
            "{} requires MFA only at the risk levels that it lists. For any other sign-in a password is enough, and \
             no other policy requires MFA.",
            PolicyRef::to(policy).label()
        );
        drafts.push(
            Self::draft(message)
                .help(
                    "Require MFA for every sign-in in a policy without a risk condition, and keep this policy in \
                     addition.",
                )
                .policy(policy)
                .label(Label::in_policy(policy, &Pointer::new(risk), "all other sign-ins are not covered")),
        );
    }
}
