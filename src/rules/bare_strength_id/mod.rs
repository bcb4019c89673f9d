//! azuread's id of a strength is a path.

use super::{Rule, declare};
use crate::finding::{DraftFix, Drafts, Label, PolicyRef, Safety};
use crate::policy::{Fact, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::{Pointer, Rewrite};

declare! {
    rule: BareStrengthId,
    id: "bare-strength-id",
    levels: [Warning],
    since: "0.1.0",
    category: Terraform,
    fix: Safe,
    summary: "An `authentication_strength_policy_id` is a GUID, which version 3 of the azuread provider rejects.",
    doc: "doc.md",
}

/// What the provider expects in front of the id.
const PATH: &str = "/policies/authenticationStrengthPolicies/";

impl Rule for BareStrengthId {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        if !policy.block().is_some_and(|block| block.has_bare_strength) {
            return;
        }
        let message = format!(
            "{} refers to its authentication strength by a GUID. Version 3 of the provider azuread requires a path \
             and rejects the plan, so the policy is neither created nor changed.",
            PolicyRef::to(policy).label()
        );
        let id = Pointer::new(Property::AuthenticationStrengthId);
        drafts.push(
            Self::draft(message)
                .help(format!("Put \"{PATH}\" in front of the GUID."))
                .policy(policy)
                .label(Label::in_policy(policy, &id, "no path"))
                .fix(fix(policy, &id)),
        );
    }
}

/// What Terraform makes of both is the same strength.
fn fix(policy: &Policy, place: &Pointer) -> Option<DraftFix> {
    let Fact::Known(Some(strength)) = &policy.grant.strength else { return None };
    let id = strength.id.as_ref()?.to_string();
    let rewrite = Rewrite::Word { to: format!("{PATH}{id}"), from: id };
    DraftFix::in_policy(policy, place, (Safety::Safe, "Put the path in front of the id"), rewrite)
}
