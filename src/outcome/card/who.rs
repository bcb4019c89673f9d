//! Whom a policy is for.

use super::{Both, NOBODY, Said, only_excluded, values};
use crate::finding::joined;
use crate::policy::{Assigned, Fact, Guests, Id, List, Policy, UserType, Users, Words};
use crate::tenant::Tenant;

/// Users, or the service principals and agents that it is for in place of users.
pub(super) fn of(tenant: &Tenant, policy: &Policy) -> Both {
    let conditions = &policy.conditions;
    let users = &conditions.users;
    let mut both = Both { include: Vec::new(), exclude: Vec::new(), nothing: None };
    for doubt in [conditions.doubt, users.doubt].into_iter().flatten() {
        both.include.push(Said::unknown("users that are", doubt));
    }
    let list = |list: &List<Id>, kind: &str| values(list, &format!("{kind} that is"), |id| principal(tenant, kind, id));
    for (include, exclude, kind) in [
        (&users.include_users, &users.exclude_users, "the user"),
        (&users.include_groups, &users.exclude_groups, "the group"),
        (&users.include_roles, &users.exclude_roles, "holders of the role"),
    ] {
        both.include.extend(list(include, kind));
        both.exclude.extend(list(exclude, kind));
    }
    both.include.extend(guests(&users.include_guests));
    both.exclude.extend(guests(&users.exclude_guests));
    if let Fact::Unknown(reason) = conditions.workload_identities {
        both.include.push(Said::unknown("service principals that are", reason));
    }
    if let Some(identities) = &conditions.identities {
        if let Some(reason) = identities.doubt {
            both.include.push(Said::unknown("service principals that are", reason));
        }
        assigned(tenant, &mut both, &identities.service_principals, "the service principal");
        assigned(tenant, &mut both, &identities.agents, "the agent identity");
    }
    // The literal changes nothing beside others, and excludes nobody.
    both.include.retain(|said| said.short != NOBODY);
    both.exclude.retain(|said| said.short != NOBODY);
    both.nothing = nobody(policy, &both);
    if both.include.is_empty() {
        both.include.push(Said::plain(NOBODY));
    }
    both
}

/// Why a policy is for nobody, if that is sure.
fn nobody(policy: &Policy, both: &Both) -> Option<&'static str> {
    let conditions = &policy.conditions;
    let is_for_users = conditions.workload_identities == Fact::Known(false) && conditions.identities.is_none();
    if both.include.is_empty() {
        let users = "it includes no users";
        return Some(if is_for_users { users } else { "it includes no service principals or agent identities" });
    }
    let users = &conditions.users;
    if !is_for_users || conditions.doubt.or(users.doubt).is_some() {
        return None;
    }
    if users.exclude_users.position(|id| id.is("All")).is_some() {
        return Some("it excludes all users");
    }
    excludes_everybody(users).then_some("it excludes everybody whom it includes")
}

/// Whether all who are included are excluded by the same words.
fn excludes_everybody(users: &Users) -> bool {
    let lists = [
        (&users.include_users, &users.exclude_users),
        (&users.include_groups, &users.exclude_groups),
        (&users.include_roles, &users.exclude_roles),
    ];
    let is_gone = |(include, exclude): (&List<Id>, &List<Id>)| include.is_empty() || only_excluded(include, exclude);
    users.include_guests == Fact::Known(None) && lists.into_iter().all(is_gone)
}

fn principal(tenant: &Tenant, kind: &str, id: &Id) -> Said {
    if let Some(description) = tenant.description(id) {
        return Said { short: description.to_owned(), long: format!("{description} ({id})") };
    }
    for (literal, said) in [
        ("All", "all users"),
        ("None", NOBODY),
        ("GuestsOrExternalUsers", "all guests and external users"),
        ("AllAgentIdUsers", "all user accounts of agents"),
    ] {
        if id.is(literal) {
            return Said::plain(said);
        }
    }
    Said::object(kind, id, tenant.name(id))
}

fn guests(guests: &Fact<Option<Box<Guests>>>) -> Vec<Said> {
    let guests = match guests {
        Fact::Known(None) => return Vec::new(),
        Fact::Known(Some(guests)) => guests,
        Fact::Unknown(reason) => return vec![Said::unknown("guests that are", *reason)],
    };
    let types = values(&guests.types, "a type that is", |kind| Said::plain(kind.word()));
    let types: Vec<&str> = types.iter().map(|said| said.long.as_str()).collect();
    let mut all = UserType::WORDS.iter().filter(|(_, kind)| *kind != UserType::Member);
    let is_in = |(_, kind): &(&str, UserType)| guests.types.position(|one| one == kind).is_some();
    let is_all = guests.tenants.is_none() && all.all(is_in);
    let short = if is_all { "all guests and external users" } else { "guests of some types" }.to_owned();
    let of = match &guests.tenants {
        None => String::new(),
        Some(tenants) => {
            let tenants = values(tenants, "a tenant that is", |id| Said::plain(id.to_string()));
            let tenants: Vec<&str> = tenants.iter().map(|said| said.long.as_str()).collect();
            format!(" of the tenants {}", joined(&tenants, usize::MAX))
        }
    };
    vec![Said { short, long: format!("guests: {}{of}", joined(&types, usize::MAX)) }]
}

fn assigned(tenant: &Tenant, both: &mut Both, assigned: &Assigned, kind: &str) {
    let say = |id: &Id| {
        if id.is("ServicePrincipalsInMyTenant") {
            Said::plain("all service principals of the tenant")
        } else if id.is("All") {
            Said::plain("all agent identities")
        } else if id.is("None") {
            Said::plain(NOBODY)
        } else {
            Said::object(kind, id, tenant.name(id))
        }
    };
    let unknown = format!("{kind} that is");
    both.include.extend(values(&assigned.include, &unknown, say));
    both.exclude.extend(values(&assigned.exclude, &unknown, say));
    match &assigned.filter {
        Fact::Known(None) => {}
        Fact::Known(Some(filter)) => both.include.push(super::conditions::filtered("attributes", filter)),
        Fact::Unknown(reason) => both.include.push(Said::unknown("a filter that is", *reason)),
    }
}
