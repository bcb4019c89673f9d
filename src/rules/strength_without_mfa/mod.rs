//! An authentication strength that is none.

use super::{Rule, declare, described};
use crate::finding::{Draft, Label, Level, PolicyRef};
use crate::policy::{Fact, GrantControl, Policy};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare!(
    StrengthWithoutMfa,
    "strength-without-mfa",
    Warning,
    "0.1.0",
    Gaps,
    "A policy demands an authentication strength that a single factor satisfies."
);

impl Rule for StrengthWithoutMfa {
    described!("doc.md");

    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        let Fact::Known(Some(strength)) = &policy.grant.strength else { return };
        if tenant.tenant.allowed(strength).implies_mfa() != Fact::Known(Some(false)) {
            return;
        }
        let is_open = tenant.leaves_mfa_out(policy, |policy| {
            policy.grant.strength = Fact::Known(None);
            policy.grant.built_in = std::iter::once(Fact::Known(GrantControl::Mfa)).collect();
        });
        if !is_open {
            return;
        }
        let message = format!(
            "{} demands an authentication strength that can be met with a single factor, and no other policy asks for MFA. A \
             strength is not MFA by itself.",
            PolicyRef::to(policy).label()
        );
        drafts.push(
            Draft::new(Self::ID, Level::Warning, message)
                .help("Take single factors out of the strength's `allowedCombinations`, or demand a built-in strength.")
                .policy(policy)
                .label(Label::in_policy(
                    policy,
                    &Pointer::new("/grantControls/authenticationStrength"),
                    "a single factor is enough",
                )),
        );
    }
}
