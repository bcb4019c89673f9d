//! A tenant in which nobody can sign in.

use super::{Rule, declare};
use crate::coverage::Verdict;
use crate::finding::{Draft, Drafts, Label, PolicyRef, joined};
use crate::policy::{GrantControl, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: EverybodyBlocked,
    id: "everybody-blocked",
    levels: [Error],
    since: "0.1.0",
    category: Exclusions,
    summary: "Policies block every sign-in of everybody who is not excluded one by one.",
    doc: "doc.md",
}

/// Policies that a message names and a finding points at.
const SHOWN: usize = 3;

impl Rule for EverybodyBlocked {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let Some((verdict, policies)) = facts.everybody_blocked() else { return };
        let policies: Vec<&Policy> = policies.iter().map(|index| &facts.tenant[*index]).collect();
        let names: Vec<String> = policies.iter().map(|policy| PolicyRef::to(policy).label()).collect();
        let block = if policies.len() == 1 { "blocks" } else { "block" };
        let whom = if *verdict == Verdict::Enforced {
            "of every user, administrators and emergency access accounts too"
        } else {
            "of everybody but the users and groups that are excluded"
        };
        let message = format!(
            "{} {block} every sign-in {whom}, at every resource: nobody else can sign in, and nobody can fix it. Controls hold \
             here because nobody gets in.",
            joined(&names, SHOWN)
        );
        let mut draft = Self::draft(message).help(
            "Set the policy to report-only now, from an account that is excluded. Then narrow it to what was meant to be \
             blocked: countries, legacy clients, a flow. Empty lists of locations or platforms are no condition.",
        );
        for policy in policies.iter().take(SHOWN) {
            let at = policy.grant.built_in.position(|control| *control == GrantControl::Block);
            let pointer = Pointer::new(Property::BuiltInControls);
            let pointer = at.map_or(pointer.clone(), |index| pointer.index(index));
            draft = draft.policy(policy).label(Label::in_policy(policy, &pointer, "blocks"));
        }
        drafts.push(Draft { is_of_tenant: true, ..draft });
    }
}
