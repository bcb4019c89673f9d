//! Guests or administrators outside of MFA.

use super::{Rule, declare, described};
use crate::catalog::{self, Known};
use crate::finding::{Draft, Label, Level, PolicyRef, quoted};
use crate::policy::{Fact, GrantControl, Id, List, Policy};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare!(
    ClassExcluded,
    "class-excluded",
    Warning,
    "0.1.0",
    Gaps,
    "A policy that asks for MFA excludes guests or a privileged role, and no other policy asks them."
);

impl Rule for ClassExcluded {
    described!("doc.md");

    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        // Guests cannot change a password here, and a policy that has them changed is not there for MFA.
        let remedies = |control: &GrantControl| {
            matches!(control, GrantControl::PasswordChange | GrantControl::RiskRemediation)
        };
        if !policy.grant.asks_for_mfa() || policy.grant.built_in.position(remedies).is_some() {
            return;
        }
        guests(policy, tenant, drafts);
        roles(policy, tenant, drafts);
    }
}

fn guests(policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
    let users = &policy.conditions.users;
    let literal = users.exclude_users.position(|id| id.is("GuestsOrExternalUsers"));
    let place = match (literal, &users.exclude_guests) {
        (Some(index), _) => Pointer::new("/conditions/users/excludeUsers").index(index),
        (None, Fact::Known(Some(_))) => Pointer::new("/conditions/users/excludeGuestsOrExternalUsers"),
        _ => return,
    };
    let is_open = tenant.leaves_mfa_out(policy, |policy| {
        let users = &mut policy.conditions.users;
        users.exclude_guests = Fact::Known(None);
        users.exclude_users = without(&users.exclude_users, |id| id.is("GuestsOrExternalUsers"));
    });
    if is_open {
        let message = format!(
            "{} excludes guests and external users, and no other policy asks all of them for MFA: a guest's password is enough.",
            PolicyRef::to(policy).label()
        );
        drafts.push(
            Draft::new(ClassExcluded::ID, Level::Warning, message)
                .help("Remove the exclusion, or ask guests for MFA in a policy of their own that names every kind of them.")
                .policy(policy)
                .about("guests")
                .label(Label::in_policy(policy, &place, "no MFA for them")),
        );
    }
}

fn roles(policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
    let is_privileged = |id: &Id| matches!(catalog::known(id), Some(Known::Role(role)) if role.is_privileged);
    let is_synchronization = |id: &Id| catalog::name(id) == Some("Directory Synchronization Accounts");
    let excluded = &policy.conditions.users.exclude_roles;
    let privileged: Vec<(usize, &Id)> =
        excluded.known().filter(|(_, id)| is_privileged(id) && !is_synchronization(id)).collect();
    if privileged.is_empty() {
        return;
    }
    let is_open = tenant.leaves_mfa_out(policy, |policy| {
        let users = &mut policy.conditions.users;
        users.exclude_roles = without(&users.exclude_roles, |id| is_privileged(id) && !is_synchronization(id));
    });
    if !is_open {
        return;
    }
    let names: Vec<String> =
        privileged.iter().take(3).map(|(_, id)| quoted(catalog::name(id).unwrap_or_default())).collect();
    let more = if privileged.len() > 3 { format!(" and {} more", privileged.len() - 3) } else { String::new() };
    let message = format!(
        "{} excludes holders of privileged roles, and no other policy asks all of them for MFA: {}{more}.",
        PolicyRef::to(policy).label(),
        names.join(", ")
    );
    let draft = Draft::new(ClassExcluded::ID, Level::Warning, message)
        .help("Exclude break-glass accounts one by one instead of a role: whoever is given the role drops out, too.")
        .policy(policy)
        .about("roles");
    drafts.push(privileged.iter().take(3).fold(draft, |draft, (index, _)| {
        let place = Pointer::new("/conditions/users/excludeRoles").index(*index);
        draft.label(Label::in_policy(policy, &place, "no MFA for its holders"))
    }));
}

fn without(list: &List<Id>, drop: impl Fn(&Id) -> bool) -> List<Id> {
    let kept = list.items().iter().filter(|item| !item.known().is_some_and(&drop));
    kept.cloned().collect()
}
