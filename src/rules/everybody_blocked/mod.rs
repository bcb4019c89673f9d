//! A tenant in which nobody can sign in.

use super::{Rule, declare};
use crate::access::LockedOut;
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
    summary: "Policies block every sign-in of every user who is not individually excluded.",
    doc: "doc.md",
}

/// Policies that a message names and a finding points at.
const SHOWN: usize = 3;

impl Rule for EverybodyBlocked {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let Some((verdict, policies)) = facts.everybody_blocked() else { return };
        // What several policies do together is told by `locked-out`.
        let is_told = |found: &LockedOut| found.resource.is_none() && found.is_of_ordinary_users();
        if policies.len() > 1 && facts.locked_out.iter().any(is_told) {
            return;
        }
        let policies: Vec<&Policy> = policies.iter().map(|index| &facts.tenant[*index]).collect();
        let names: Vec<String> = policies.iter().map(|policy| PolicyRef::to(policy).label()).collect();
        let block = if policies.len() == 1 { "blocks" } else { "block" };
        let whom = if *verdict == Verdict::Enforced {
            "of every user, including administrators and emergency access accounts"
        } else {
            "of everybody except the excluded users and groups"
        };
        let message = format!(
            "{} {block} every sign-in {whom}, for every resource: nobody else can sign in, and nobody can fix it. \
             Controls hold here because nobody can sign in.",
            joined(&names, SHOWN)
        );
        let mut draft = Self::draft(message).help(
            "Set the policy to report-only now, from an excluded account. Then narrow it to what it should block, \
             such as countries, legacy clients or a flow. Empty lists of locations or platforms do not count as a \
             condition.",
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
