//! Users whom no policy includes.

use super::{Rule, declare};
use crate::coverage;
use crate::finding::{Drafts, Label};
use crate::requirement::{Grant, Requirement};
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
        let everywhere = Requirement::everywhere(Grant::Mfa);
        let view = coverage::view(&everywhere, facts.tenant, facts.options());
        let on = || facts.tenant.policies.iter().filter(|policy| facts.is_on(policy) && !policy.deleted);
        // Most tenants have a policy for all users.
        if on().any(|policy| policy.conditions.users.include_users.position(|id| id.is("All")).is_some()) {
            return;
        }
        // Surely no policy includes them, whatever groups and roles they have that the files do not show.
        let is_unreached = |alike: &&Alike| {
            let sign_in = facts.sign_in_of(alike, true);
            alike.kinds.types().all(|user_type| {
                let sign_in = SignIn { user_type, ..sign_in.clone() };
                on().all(|policy| !view.may_include(policy, &sign_in))
            })
        };
        let kinds = facts.tenant.people.alike.iter().filter(is_unreached);
        let unreached: BTreeSet<UserIndex> = kinds.flat_map(|alike| alike.users.iter().copied()).collect();
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
        let place = |policy| Label::naming(policy, "includes others");
        drafts.push(on().take(SHOWN).fold(draft, |draft, policy| draft.label(place(policy))));
    }
}
