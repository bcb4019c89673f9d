//! The values of an edited property, for groups of equal edits.

use super::difference::{Change, Property, Which};
use crate::coverage::Facet;
use crate::policy::{Fact, Guests, Id, List, Policy, Users, Words};
use crate::tenant::Tenant;
use std::collections::BTreeSet;

/// The values that the edit behind a change removes and adds.
pub(super) fn of(tenants: [&Tenant; 2], change: &Change) -> (Vec<String>, Vec<String>) {
    let cause = change.causes.iter().find(|cause| cause.property == change.property).or(change.causes.first());
    let Some(cause) = cause else { return (Vec::new(), Vec::new()) };
    let listed = |tenant: &Tenant, which: Option<Which>| match which {
        Some(Which::Policy(index)) => {
            tenant.policies.get(index).map(|policy| values(policy, change.property)).unwrap_or_default()
        }
        Some(Which::DefaultsBlock | Which::DefaultsAsk) => BTreeSet::from(["securityDefaults".to_owned()]),
        None => BTreeSet::new(),
    };
    let (before, after) = (listed(tenants[0], cause.before), listed(tenants[1], cause.after));
    (before.difference(&after).cloned().collect(), after.difference(&before).cloned().collect())
}

fn values(policy: &Policy, property: Property) -> BTreeSet<String> {
    let conditions = &policy.conditions;
    let facet = match property {
        Property::Policy => return BTreeSet::from([name(policy)]),
        Property::GrantControls => return controls(policy),
        Property::SessionControls => {
            let session = policy.session.known().map(AsRef::as_ref).unwrap_or_default();
            return session.iter().map(ToString::to_string).collect();
        }
        Property::Facet(facet) => facet,
    };
    match facet {
        Facet::State => policy.state.known().map(|state| state.word().to_owned()).into_iter().collect(),
        Facet::Applications => {
            let applications = &conditions.applications;
            let mut all = ids("", &applications.include);
            all.extend(ids("not ", &applications.exclude));
            all.extend(ids("", &applications.user_actions));
            all.extend(ids("", &applications.authentication_contexts));
            let filter = applications.filter.known().and_then(Option::as_ref);
            all.extend(filter.map(|filter| format!("filter {}", filter.rule)));
            all
        }
        Facet::IncludeUsers => included(&conditions.users),
        Facet::ExcludeUsers => excluded(&conditions.users),
        Facet::ClientAppTypes => words(&conditions.client_app_types),
        Facet::IncludePlatforms => words(&conditions.platforms.include),
        Facet::ExcludePlatforms => words(&conditions.platforms.exclude),
        Facet::IncludeLocations => ids("", &conditions.locations.include),
        Facet::ExcludeLocations => ids("", &conditions.locations.exclude),
        Facet::Devices => {
            let filter = conditions.device_filter.known().and_then(Option::as_ref);
            let mode = |filter: &crate::policy::Filter| filter.mode.known().map_or("", |mode| mode.word());
            filter.map(|filter| format!("{} {}", mode(filter), filter.rule)).into_iter().collect()
        }
        Facet::SignInRisk => words(&conditions.sign_in_risk_levels),
        Facet::UserRisk => words(&conditions.user_risk_levels),
        Facet::InsiderRisk => words(&conditions.insider_risk_levels),
        Facet::Flows => words(&conditions.transfer_methods),
        Facet::Others => conditions.opaque.iter().map(|opaque| opaque.name.to_string()).collect(),
    }
}

fn name(policy: &Policy) -> String {
    let id = || policy.id.as_ref().map(ToString::to_string);
    policy.display_name.known().map(ToString::to_string).or_else(id).unwrap_or_default()
}

fn words<T: Words>(list: &List<T>) -> BTreeSet<String> {
    list.known().map(|(_, value)| value.word().to_owned()).collect()
}

fn ids(before: &str, list: &List<Id>) -> BTreeSet<String> {
    list.known().map(|(_, id)| format!("{before}{id}")).collect()
}

fn guests(fact: &Fact<Option<Box<Guests>>>) -> BTreeSet<String> {
    let Fact::Known(Some(guests)) = fact else { return BTreeSet::new() };
    words(&guests.types)
}

fn included(users: &Users) -> BTreeSet<String> {
    let lists = [&users.include_users, &users.include_groups, &users.include_roles];
    lists.into_iter().flat_map(|list| ids("", list)).chain(guests(&users.include_guests)).collect()
}

fn excluded(users: &Users) -> BTreeSet<String> {
    let lists = [&users.exclude_users, &users.exclude_groups, &users.exclude_roles];
    lists.into_iter().flat_map(|list| ids("", list)).chain(guests(&users.exclude_guests)).collect()
}

fn controls(policy: &Policy) -> BTreeSet<String> {
    let grant = &policy.grant;
    let mut all = words(&grant.built_in);
    all.extend(ids("custom:", &grant.custom));
    all.extend(ids("tou:", &grant.terms_of_use));
    if let Fact::Known(Some(strength)) = &grant.strength {
        all.extend(strength.id.as_ref().map(|id| format!("strength:{id}")));
        all.extend(strength.combinations.known().map(|(_, combination)| combination.to_string()));
    }
    if all.len() > 1 {
        all.extend(grant.operator.known().copied().flatten().map(|operator| operator.word().to_owned()));
    }
    all
}
