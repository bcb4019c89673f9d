//! Users whom no policy includes.

use super::{Rule, declare};
use crate::coverage;
use crate::finding::{Drafts, Label};
use crate::policy::Id;
use crate::requirement::{Grant, Requirement, Resource};
use crate::rules::TenantFacts;
use crate::rules::control::people;
use crate::signin::SignIn;
use crate::tenant::{Alike, SecurityDefaults, UserIndex};
use std::collections::BTreeSet;

declare! {
    rule: UnreachedUser,
    id: "unreached-user",
    levels: [Warning],
    since: "0.1.0",
    category: Gaps,
    summary: "No policy that is on includes a user of the directory.",
    doc: "doc.md",
}

/// Policies that a finding points at.
const SHOWN: usize = 3;

impl Rule for UnreachedUser {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let is_protected = facts.tenant.security_defaults() != SecurityDefaults::Off;
        if !facts.is_whole || is_protected || !facts.tenant.policies.iter().any(|policy| facts.is_on(policy)) {
            return;
        }
        let kinds = facts.tenant.people.alike.iter();
        let unreached: BTreeSet<UserIndex> =
            kinds.filter(|alike| is_unreached(facts, alike)).flat_map(|alike| alike.users.iter().copied()).collect();
        if unreached.is_empty() {
            return;
        }
        let message = format!(
            "No policy that is on includes {}: nothing is asked of {} anywhere.",
            people(facts, &unreached),
            if unreached.len() == 1 { "this user" } else { "them" }
        );
        let draft = Self::draft(message)
            .help("Include `All` users in the policies that are meant for everybody, and exclude those who must be outside.")
            .about("users");
        let on = facts.tenant.policies.iter().filter(|policy| facts.is_on(policy) && !policy.deleted);
        let place = |policy| Label::naming(policy, "includes others");
        drafts.push(on.take(SHOWN).fold(draft, |draft, policy| draft.label(place(policy))));
    }
}

/// Whether surely no policy includes these users, whatever groups and roles they have that the files do not show.
fn is_unreached(facts: &TenantFacts<'_>, alike: &Alike) -> bool {
    let everywhere = Requirement::everywhere(Grant::Mfa);
    let view = coverage::view(&everywhere, facts.tenant, facts.options());
    let people = &facts.tenant.people;
    let open_roles = people.by.roles.difference(&people.whole.roles);
    let sign_in = SignIn {
        user: alike.users.first().map(|user| facts.tenant.directory.user(*user).as_id()),
        // Roles and memberships that they can activate count.
        groups: alike.groups.iter().chain(&alike.eligible).copied().map(Id::Guid).collect(),
        roles: alike.roles.iter().chain(&alike.eligible).chain(open_roles).copied().map(Id::Guid).collect(),
        ..SignIn::attacker(Resource::Other)
    };
    alike.kinds.types().all(|user_type| {
        let sign_in = SignIn { user_type, ..sign_in.clone() };
        let on = facts.tenant.policies.iter().filter(|policy| facts.is_on(policy) && !policy.deleted);
        { on }.all(|policy| !view.may_include(policy, &sign_in))
    })
}
