//! A tenant in which nobody can sign in.

use super::{Rule, declare};
use crate::access::LockedOut;
use crate::coverage::{PrincipalKind, Verdict};
use crate::finding::{Draft, Drafts, Label, PolicyRef, joined};
use crate::policy::{Id, Policy, Property};
use crate::rules::TenantFacts;
use crate::rules::control::principal;
use crate::syntax::Pointer;
use std::collections::BTreeSet;

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
        let excluded: BTreeSet<(PrincipalKind, &Id)> =
            policies.iter().flat_map(|policy| PrincipalKind::excluded(policy)).collect();
        let excluded: Vec<String> = excluded.into_iter().map(|(kind, id)| principal(facts, kind, id)).collect();
        let names = joined(&names, SHOWN);
        let (message, help) = if *verdict == Verdict::Enforced || excluded.is_empty() {
            let whom = "every user, including administrators and emergency access accounts";
            (
                format!(
                    "{names} {block} every sign-in of {whom}, for every resource: nobody can sign in, and nobody can fix it. \
                     Controls hold here because nobody can sign in."
                ),
                "Ask Microsoft's support for help if nobody can sign in any more. ".to_owned(),
            )
        } else {
            let excluded = joined(&excluded, SHOWN);
            (
                format!(
                    "{names} {block} every sign-in of everybody except {excluded}, for every resource: nobody else can sign in. \
                     Controls are judged for those who can."
                ),
                format!(
                    "This is as it should be only if everybody who works here is among {excluded}. If not, set the policy to \
                     report-only now, from an excluded account. "
                ),
            )
        };
        let mut draft = Self::draft(message).help(format!(
            "{help}Narrow the policy to what it should block, such as countries, legacy clients or a flow. Empty lists of \
             locations or platforms do not count as a condition."
        ));
        for policy in policies.iter().take(SHOWN) {
            let at = policy.grant.block();
            let pointer = Pointer::new(Property::BuiltInControls);
            let pointer = at.map_or(pointer.clone(), |index| pointer.index(index));
            draft = draft.policy(policy).label(Label::in_policy(policy, &pointer, "blocks"));
            for kind in PrincipalKind::ALL.into_iter().filter(|kind| !kind.excluded_by(policy).is_empty()) {
                let list = Pointer::new(kind.exclude_list());
                draft = draft.label(Label::in_policy(policy, &list, "only these can sign in"));
            }
        }
        drafts.push(Draft { is_of_tenant: true, ..draft });
    }
}
