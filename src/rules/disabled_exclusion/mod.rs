//! Excluded accounts with which nobody can sign in.

use super::excluded::labelled;
use super::{Rule, declare};
use crate::coverage::PrincipalKind;
use crate::finding::{DraftFix, Drafts, PolicyRef, Safety, joined};
use crate::policy::{GrantControl, Policy, Property};
use crate::rules::TenantFacts;
use crate::rules::control::named;
use crate::syntax::{Pointer, Rewrite};
use std::collections::BTreeMap;

declare! {
    rule: DisabledExclusion,
    id: "disabled-exclusion",
    levels: [Info],
    since: "0.1.0",
    category: Exclusions,
    fix: Unsafe,
    summary: "A policy excludes an account that is disabled or deleted.",
    doc: "doc.md",
}

/// Policies that a finding points at.
const SHOWN: usize = 3;

impl Rule for DisabledExclusion {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let directory = &facts.tenant.directory;
        let is_disabled = |id: &crate::policy::Id| {
            let user = id.guid().and_then(|id| directory.find(id));
            user.is_some_and(|user| directory.user(user).is_enabled == Some(false))
        };
        let mut excluding: BTreeMap<&crate::policy::Id, Vec<_>> = BTreeMap::new();
        for policy in facts.tenant.policies.iter().filter(|policy| facts.is_on(policy) && !policy.deleted) {
            for (index, id) in policy.conditions.users.exclude_users.known().filter(|(_, id)| is_disabled(id)) {
                excluding.entry(id).or_default().push((policy, index));
            }
        }
        for (id, places) in excluding {
            let names: Vec<String> = places.iter().map(|(policy, _)| PolicyRef::to(policy).label()).collect();
            let message = format!(
                "The account {} is disabled or deleted, and {} excludes it.",
                named(facts, id),
                joined(&names, SHOWN)
            );
            let draft = Self::draft(message)
                .help("Remove the exclusion. If the account is enabled again, it is let off at once.")
                .about(format!("user {id}"));
            // Nothing proves that nobody is left whom a policy would block, and where the first fix is refused no other is tried.
            let blocks =
                |policy: &Policy| policy.grant.built_in.position(|grant| *grant == GrantControl::Block).is_some();
            let first = places.iter().min_by_key(|(policy, _)| blocks(policy));
            let draft = draft.fix(first.and_then(|(policy, index)| fix(policy, *index, id)));
            let places = places.into_iter().take(SHOWN);
            drafts.push(labelled(draft, PrincipalKind::User, places, "nobody can sign in with it"));
        }
    }
}

/// Removes the exclusion from one policy. The next run says where else there is one.
fn fix(policy: &Policy, index: usize, id: &crate::policy::Id) -> Option<DraftFix> {
    let list = Pointer::new(Property::ExcludeUsers);
    let what = (Safety::Unsafe, format!("Remove the exclusion of {id} from {}", PolicyRef::to(policy).label()));
    DraftFix::in_policy(policy, &list, what, Rewrite::Elements(vec![(index, id.to_string())]))
}
