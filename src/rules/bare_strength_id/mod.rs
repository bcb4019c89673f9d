//! azuread's id of a strength is a path.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: BareStrengthId,
    id: "bare-strength-id",
    levels: [Warning],
    since: "0.1.0",
    category: Terraform,
    summary: "An `authentication_strength_policy_id` is a GUID, which version 3 of the azuread provider rejects.",
    doc: "doc.md",
}

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
                .help("Put \"/policies/authenticationStrengthPolicies/\" in front of the GUID.")
                .policy(policy)
                .label(Label::in_policy(policy, &id, "no path")),
        );
    }
}
