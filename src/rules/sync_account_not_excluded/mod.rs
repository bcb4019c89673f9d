//! The account of Entra Connect cannot do MFA.

use super::no_break_glass::stops_everybody;
use super::{Rule, declare};
use crate::catalog;
use crate::coverage::PrincipalKind;
use crate::finding::{Draft, Drafts, Label, PolicyRef, joined};
use crate::policy::{Id, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: SyncAccountNotExcluded,
    id: "sync-account-not-excluded",
    levels: [Info],
    since: "0.1.0",
    category: Exclusions,
    summary: "A policy for all users and all resources applies to the account that Entra Connect uses for synchronization.",
    doc: "doc.md",
}

/// Policies that the finding names.
const SHOWN: usize = 3;

impl Rule for SyncAccountNotExcluded {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let Some(role) = catalog::synchronization_role() else { return };
        if !facts.is_whole {
            return;
        }
        let policies = facts.tenant.policies.iter();
        let stopping = policies
            .filter(|policy| facts.is_on(policy) && stops_everybody(policy) && !may_exclude(facts, policy, &role.id));
        let stopping: Vec<&Policy> = stopping.collect();
        let Some(first) = stopping.first() else { return };
        let names: Vec<String> = stopping.iter().map(|policy| PolicyRef::to(policy).label()).collect();
        let message = format!(
            "{} {} not exclude the role Directory Synchronization Accounts. If Entra Connect signs in with such an \
             account and no excluded group contains it, synchronization fails.",
            joined(&names, SHOWN),
            if stopping.len() == 1 { "does" } else { "do" },
        );
        let list = Pointer::new(PrincipalKind::Role.exclude_list());
        let help = format!(
            "Configure Entra Connect to sign in as an application, as newer versions do, or add the role's id, {}, \
             to `{}`.",
            role.id,
            first.place(&list)
        );
        let mut draft = Self::draft(message).help(help).policy(first);
        for policy in stopping.iter().take(SHOWN) {
            let is_empty = policy.conditions.users.exclude_roles.is_empty();
            let place = if is_empty { Pointer::new(Property::Users) } else { list.clone() };
            draft = draft.label(Label::in_policy(policy, &place, "the role is not excluded"));
        }
        drafts.push(Draft { is_of_tenant: true, ..draft });
    }
}

/// Whether the role is excluded, or the account may be: by a name that says so, or by what could not be read.
fn may_exclude(facts: &TenantFacts<'_>, policy: &Policy, role: &Id) -> bool {
    let is_for_sync = |kind: PrincipalKind, id: &Id| {
        id == role || id.to_string().to_lowercase().contains("sync") || {
            facts.name(kind, id).is_some_and(|name| name.to_lowercase().contains("sync"))
        }
    };
    PrincipalKind::ALL.iter().any(|kind| {
        let excluded = kind.excluded_by(policy);
        excluded.first_unknown().is_some() || excluded.position(|id| is_for_sync(*kind, id)).is_some()
    })
}
