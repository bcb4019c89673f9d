//! Guests or administrators outside of MFA.

use super::{Rule, declare};
use crate::catalog::{self, Known};
use crate::finding::{Drafts, Label, PolicyRef, joined, quoted};
use crate::policy::{Fact, GrantControl, Guests, Id, List, Policy, Property, UserType};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: ClassExcluded,
    id: "class-excluded",
    levels: [Warning],
    since: "0.1.0",
    category: Gaps,
    summary: "A policy that requires MFA excludes guests or a privileged role, and no other policy requires MFA from them.",
    doc: "doc.md",
}

/// Roles that a message names and that are marked.
const SHOWN: usize = 3;

impl Rule for ClassExcluded {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        // Guests cannot change a password here, and a policy that has them changed is not there for MFA.
        let remedies =
            |control: &GrantControl| matches!(control, GrantControl::PasswordChange | GrantControl::RiskRemediation);
        if !policy.grant.asks_for_mfa() || policy.grant.built_in.position(remedies).is_some() {
            return;
        }
        guests(policy, tenant, drafts);
        roles(policy, tenant, drafts);
    }
}

fn guests(policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
    let users = &policy.conditions.users;
    let literal = users.exclude_users.position(|id| id.is("GuestsOrExternalUsers"));
    if literal.is_none() && !matches!(users.exclude_guests, Fact::Known(Some(_))) {
        return;
    }
    let is_open = tenant.leaves_mfa_out(policy, |policy| {
        let users = &mut policy.conditions.users;
        users.exclude_guests = Fact::Known(None);
        users.exclude_users = without(&users.exclude_users, |id| id.is("GuestsOrExternalUsers"));
    });
    if is_open {
        let (place, whom) = match (literal, &users.exclude_guests) {
            (None, Fact::Known(Some(guests))) => {
                (Pointer::new(Property::ExcludeGuestsOrExternalUsers), described(guests))
            }
            (index, _) => {
                let place = Pointer::new(Property::ExcludeUsers).index(index.unwrap_or(0));
                (place, "guests and external users".to_owned())
            }
        };
        let message = format!(
            "{} excludes {whom}, and no other policy requires MFA from all of them: their password is enough.",
            PolicyRef::to(policy).label()
        );
        drafts.push(
            ClassExcluded::draft(message)
                .help(
                    "Remove the exclusion, or require MFA from guests in a separate policy that names every type \
                    of guest.",
                )
                .policy(policy)
                .about("guests")
                .label(Label::in_policy(policy, &place, "no MFA for them")),
        );
    }
}

/// The types and tenants of these guests.
fn described(guests: &Guests) -> String {
    let kind = |kind: &UserType| match kind {
        UserType::Member => "members",
        UserType::InternalGuest => "internal guests",
        UserType::B2bCollaborationGuest => "B2B collaboration guests",
        UserType::B2bCollaborationMember => "B2B collaboration members",
        UserType::B2bDirectConnectUser => "B2B direct connect users",
        UserType::OtherExternalUser => "other external users",
        UserType::ServiceProvider => "service providers",
    };
    let kinds: Vec<String> = guests.types.known().map(|(_, one)| kind(one).to_owned()).collect();
    let of = if guests.tenants.is_some() { " of the tenants that it names" } else { "" };
    format!("{}{of}", joined(&kinds, kinds.len()))
}

fn roles(policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
    let is_privileged = |id: &Id| matches!(catalog::known(id), Some(Known::Role(role)) if role.is_privileged);
    let is_synchronization = catalog::is_synchronization_role;
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
    let names: Vec<String> = privileged.iter().map(|(_, id)| quoted(catalog::name(id).unwrap_or_default())).collect();
    let message = format!(
        "{} excludes holders of the privileged {} {}, and no other policy requires MFA from all of them.",
        PolicyRef::to(policy).label(),
        if names.len() == 1 { "role" } else { "roles" },
        joined(&names, SHOWN)
    );
    let draft = ClassExcluded::draft(message)
        .help(
            "Exclude break-glass accounts individually instead of a role. The exclusion of a role applies to \
            everybody who is assigned it.",
        )
        .policy(policy)
        .about("roles");
    drafts.push(privileged.iter().take(SHOWN).fold(draft, |draft, (index, _)| {
        let place = Pointer::new(Property::ExcludeRoles).index(*index);
        draft.label(Label::in_policy(policy, &place, "no MFA for its holders"))
    }));
}

fn without(list: &List<Id>, drop: impl Fn(&Id) -> bool) -> List<Id> {
    let kept = list.items().iter().filter(|item| !item.known().is_some_and(&drop));
    kept.cloned().collect()
}
