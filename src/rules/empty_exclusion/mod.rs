//! Excluded groups in which nobody is.

use super::excluded::labelled;
use super::{Rule, declare};
use crate::coverage::PrincipalKind;
use crate::finding::{Drafts, PolicyRef, joined};
use crate::rules::TenantFacts;
use crate::rules::control::named;
use std::collections::BTreeSet;

declare! {
    rule: EmptyExclusion,
    id: "empty-exclusion",
    levels: [Info],
    since: "0.1.0",
    category: Exclusions,
    summary: "A policy excludes a group that has no members.",
    doc: "doc.md",
}

/// Policies that a finding points at.
const SHOWN: usize = 3;

impl Rule for EmptyExclusion {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let whole = &facts.tenant.people.whole.groups;
        let on = || facts.tenant.policies.iter().filter(|policy| facts.is_on(policy) && !policy.deleted);
        let excluded = on().flat_map(|policy| policy.conditions.users.exclude_groups.known().map(|(_, id)| id));
        let known: BTreeSet<_> = excluded.filter(|id| id.guid().is_some_and(|id| whole.contains(&id))).collect();
        for group in known {
            let members = group.guid().map(|id| facts.tenant.directory.members(id)).unwrap_or_default();
            if !(members.users.is_empty() && members.eligible.is_empty() && members.others.is_empty()) {
                continue;
            }
            let excluding = on().filter_map(|policy| {
                let index = policy.conditions.users.exclude_groups.position(|id| id == group)?;
                Some((policy, index))
            });
            let excluding: Vec<_> = excluding.collect();
            let names: Vec<String> = excluding.iter().map(|(policy, _)| PolicyRef::to(policy).label()).collect();
            let message = format!(
                "The group {} has no members, and {} excludes it. Whoever gets into it is let off at once.",
                named(facts, group),
                joined(&names, SHOWN)
            );
            let draft = Self::draft(message)
                .help("Remove the exclusion if nobody needs it, or protect the group and say in `caplint.toml` what it is for.")
                .about(format!("group {group}"));
            let places = excluding.into_iter().take(SHOWN);
            drafts.push(labelled(draft, PrincipalKind::Group, places, "no members"));
        }
    }
}
