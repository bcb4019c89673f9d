//! An authentication strength that is none.

use super::{Rule, declare};
use crate::catalog;
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{Fact, GrantControl, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: StrengthWithoutMfa,
    id: "strength-without-mfa",
    levels: [Warning],
    since: "0.1.0",
    category: Gaps,
    summary: "A policy requires an authentication strength that a single factor satisfies.",
    doc: "doc.md",
}

impl Rule for StrengthWithoutMfa {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let Fact::Known(Some(strength)) = &policy.grant.strength else { return };
        // Microsoft's own are MFA.
        if strength.id.as_ref().and_then(catalog::known).is_some() {
            return;
        }
        let allowed = tenant.tenant.allowed(strength);
        if allowed.implies_mfa() != Fact::Known(Some(false)) {
            return;
        }
        let is_open = tenant.leaves_mfa_out(policy, |policy| {
            policy.grant.strength = Fact::Known(None);
            policy.grant.built_in = std::iter::once(Fact::Known(GrantControl::Mfa)).collect();
        });
        if !is_open {
            return;
        }
        let weak = allowed.single_factor();
        let met = match weak {
            Some(weak) => format!("can be met without MFA, by `{weak}`"),
            None => "is not meant to be MFA: its `requirementsSatisfied` is `none`".to_owned(),
        };
        let message = format!(
            "{} requires an authentication strength that {met}. No other policy requires MFA for all of these \
             sign-ins.",
            PolicyRef::to(policy).label()
        );
        let place = Pointer::new(Property::AuthenticationStrength);
        let place = match strength.combinations.known().find(|(_, one)| Some(**one) == weak) {
            Some((index, _)) => place.key("allowedCombinations").index(index),
            None => place,
        };
        drafts.push(
            Self::draft(message)
                .help(
                    "Remove single factors from the strength's `allowedCombinations`, or require a built-in \
                    strength.",
                )
                .policy(policy)
                .label(Label::in_policy(policy, &place, "enough without MFA")),
        );
    }
}
