//! Users of the directory who are locked out.

use crate::access::LockedOut;
use crate::coverage;
use crate::policy::{Id, Policy};
use crate::requirement::{Grant, Requirement};
use crate::rules::TenantFacts;
use crate::signin::{Match, SignIn};
use crate::tenant::{Alike, UserIndex};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Those who surely are, as the policies that lock them out are surely for them; none if there is no directory, or if
/// everybody is meant.
pub(super) fn people(facts: &TenantFacts<'_>, found: &LockedOut, policies: &[&Policy]) -> Option<BTreeSet<UserIndex>> {
    if facts.tenant.people.alike.is_empty() || found.is_of_ordinary_users() {
        return None;
    }
    let everywhere = Requirement::everywhere(Grant::Mfa);
    let view = coverage::view(&everywhere, facts.tenant, facts.options());
    let is_locked_out = |alike: &&Alike| {
        is_meant(found, alike)
            && alike.kinds.types().all(|user_type| {
                [false, true].into_iter().all(|has_all| {
                    let sign_in = SignIn { user_type, ..facts.sign_in_of(alike, has_all) };
                    policies.iter().all(|policy| view.is_for(policy, &sign_in) == Match::Yes)
                })
            })
    };
    let kinds = facts.tenant.people.alike.iter().filter(is_locked_out);
    Some(kinds.flat_map(|alike| alike.users.iter().copied()).collect())
}

/// Whether users are among those who are locked out, as the finding has them.
fn is_meant(found: &LockedOut, alike: &Alike) -> bool {
    let has =
        |ids: &BTreeSet<Id>, had: &BTreeSet<Uuid>| ids.iter().all(|id| id.guid().is_some_and(|id| had.contains(&id)));
    let who = &found.who;
    let is_user = who.user.as_ref().is_none_or(|user| user.guid().is_some() && user.guid() == alike.user);
    let is_of_type = alike.kinds.types().all(|kind| kind == who.user_type || found.also.contains(&kind));
    is_user && is_of_type && has(&who.groups, &alike.groups) && has(&who.roles, &alike.roles)
}
