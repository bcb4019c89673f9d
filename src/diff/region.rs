//! The sign-ins of a change in words of policies: the scope of the policy that refused, narrowed by what lets go.

use super::demand::Mode;
use super::difference::{DeviceFact, Dimension, Principal, Property, Region, Resources, Scope, Which};
use super::grant::DeviceState;
use crate::catalog;
use crate::coverage::Facet;
use crate::policy::{
    ClientAppType, Fact, FilterMode, Guests, Id, InsiderRiskLevel, List, Platform, Policy, RiskLevel, TransferMethod,
    Users, Words,
};
use crate::requirement::Resource;
use std::collections::BTreeSet;

/// The scope of a policy, of which its successor does not cover what `property` says. What is surely so is read as no more
/// than what is certain of both; what is perhaps so as all that may be. A location that is defined differently on both sides
/// may be one of those that let go even if both policies list it.
pub(super) fn shown(
    (policy, successor): (&Policy, Option<&Policy>),
    property: Property,
    device: &[DeviceFact],
    (mode, is_redefined): (Mode, &dyn Fn(&Id) -> bool),
) -> Region {
    let facet = match property {
        Property::Facet(facet) => Some(facet),
        Property::Policy | Property::GrantControls | Property::SessionControls => None,
    };
    let narrowed = |wanted: Facet| successor.filter(|_| facet == Some(wanted)).map(|other| &other.conditions);
    let own = &policy.conditions;
    let perhaps = mode == Mode::Possible;
    let mut region = Region { device: device.to_vec(), ..Region::default() };
    region.users = users(&own.users, perhaps);
    if let Some(other) = narrowed(Facet::IncludeUsers) {
        region.users.none_of.extend(included(&other.users));
        if !perhaps && is_unsure(&other.users.include_guests) {
            region.users.none_of.push(Principal::Guests(GUESTS.to_vec(), None));
        }
    }
    if let Some(other) = narrowed(Facet::ExcludeUsers).filter(|other| !(perhaps && may_exclude_more(&other.users))) {
        let known = excluded(&own.users);
        let added: Vec<Principal> = excluded(&other.users).into_iter().filter(|one| !known.contains(one)).collect();
        if !added.is_empty() {
            region.users.all_of.push(added);
        }
    }
    region.locations = locations(&own.locations, perhaps);
    if let Some(other) = narrowed(Facet::IncludeLocations) {
        region.locations.none_of.extend(other.locations.include.known().map(|(_, id)| id.clone()));
    }
    let other = narrowed(Facet::ExcludeLocations).map(|other| &other.locations.exclude);
    if let Some(other) = other.filter(|other| !(perhaps && other.first_unknown().is_some())) {
        let none_of = &mut region.locations.none_of;
        let added = other.known().map(|(_, id)| id).filter(|id| !none_of.contains(id) || is_redefined(id));
        let added: Vec<Id> = added.cloned().collect();
        none_of.retain(|id| !added.contains(id));
        region.locations.all_of.push(added);
    }
    let clients = |policy: &crate::policy::Conditions, unknown: bool| {
        let list = &policy.client_app_types;
        values(list, &CLIENTS, unknown, |client| {
            (list.is_empty() && matches!(client, ClientAppType::Browser | ClientAppType::MobileAppsAndDesktopClients))
                || list.position(|one| *one == ClientAppType::All || *one == client).is_some()
        })
    };
    // What the successor covers is read the other way round.
    let mut add = |dimension: Dimension, own: Vec<&'static str>, other: Option<Vec<&'static str>>, all: usize| {
        let other = other.unwrap_or_default();
        let values: Vec<&'static str> = own.into_iter().filter(|value| !other.contains(value)).collect();
        if values.len() < all {
            region.values.push((dimension, values));
        }
    };
    let other = narrowed(Facet::ClientAppTypes).map(|other| clients(other, !perhaps));
    add(Dimension::ClientAppTypes, clients(own, perhaps), other, CLIENTS.len());
    let by_platform = narrowed(Facet::IncludePlatforms).or(narrowed(Facet::ExcludePlatforms));
    let other = by_platform.map(|other| platforms(&other.platforms, !perhaps));
    add(Dimension::DevicePlatforms, platforms(&own.platforms, perhaps), other, PLATFORMS.len());
    let risks = |list: &List<RiskLevel>, unknown| values(list, &RISKS, unknown, |one| is_listed(list, one));
    let other = narrowed(Facet::SignInRisk).map(|other| risks(&other.sign_in_risk_levels, !perhaps));
    add(Dimension::SignInRiskLevels, risks(&own.sign_in_risk_levels, perhaps), other, RISKS.len());
    let other = narrowed(Facet::UserRisk).map(|other| risks(&other.user_risk_levels, !perhaps));
    add(Dimension::UserRiskLevels, risks(&own.user_risk_levels, perhaps), other, RISKS.len());
    let insider =
        |list: &List<InsiderRiskLevel>, unknown| values(list, &INSIDER_RISKS, unknown, |one| is_listed(list, one));
    let other = narrowed(Facet::InsiderRisk).map(|other| insider(&other.insider_risk_levels, !perhaps));
    add(Dimension::InsiderRiskLevels, insider(&own.insider_risk_levels, perhaps), other, INSIDER_RISKS.len());
    let flows = |list: &List<TransferMethod>, unknown| values(list, &FLOWS, unknown, |one| is_listed(list, one));
    let other = narrowed(Facet::Flows).map(|other| flows(&other.transfer_methods, !perhaps));
    add(Dimension::AuthenticationFlows, flows(&own.transfer_methods, perhaps), other, FLOWS.len());
    region.device.extend(filter(policy, true));
    let successor = successor.filter(|_| facet == Some(Facet::Devices));
    region.device.extend(successor.and_then(|other| filter(other, false)));
    region
}

/// The scope of a part of the security defaults, but for its resources.
pub(super) fn of_defaults(which: Which, is_by_role: bool) -> Region {
    let mut region = Region::default();
    if which == Which::DefaultsBlock {
        let legacy = [ClientAppType::ExchangeActiveSync, ClientAppType::Other].map(ClientAppType::word);
        region.values.push((Dimension::ClientAppTypes, legacy.to_vec()));
    }
    if is_by_role {
        let roles = catalog::role_set("security-defaults").map(|role| Principal::Role(role.id.clone()));
        region.users.all_of.push(roles.collect());
    }
    region
}

/// Takes browsers out of a region.
pub(super) fn leave_browsers_out(region: &mut Region) {
    let browser = ClientAppType::Browser.word();
    if let Some((_, clients)) = region.values.iter_mut().find(|(known, _)| *known == Dimension::ClientAppTypes) {
        clients.retain(|client| *client != browser);
    } else {
        let others = CLIENTS.iter().map(|client| client.word()).filter(|client| *client != browser);
        region.values.insert(0, (Dimension::ClientAppTypes, others.collect()));
    }
}

/// The resources among these, as a list or as all but a list.
pub(super) fn resources(all: &[Resource], wanted: &[Resource]) -> Option<Resources> {
    if wanted.len() == all.len() {
        return None;
    }
    let known: BTreeSet<&Resource> = wanted.iter().collect();
    let left_out: Vec<&Resource> = all.iter().filter(|one| !known.contains(one)).collect();
    // An app that is left out by a name may be one of the others.
    let is_name = |resource: &&Resource| matches!(resource, Resource::App(app) if app.is_unresolved());
    if known.contains(&Resource::Other) && !left_out.iter().any(is_name) {
        return Some(Resources::AllBut(left_out.into_iter().cloned().collect()));
    }
    Some(Resources::These(wanted.to_vec()))
}

/// What a set of device states has in common, as few sets of facts that together hold exactly these states.
pub(super) fn cubes(states: &[DeviceState]) -> Vec<Vec<DeviceFact>> {
    let candidates: [&[DeviceFact]; 9] = [
        &[],
        &[DeviceFact::Compliant(true)],
        &[DeviceFact::Compliant(false)],
        &[DeviceFact::HybridJoined(true)],
        &[DeviceFact::HybridJoined(false)],
        &[DeviceFact::Compliant(true), DeviceFact::HybridJoined(true)],
        &[DeviceFact::Compliant(true), DeviceFact::HybridJoined(false)],
        &[DeviceFact::Compliant(false), DeviceFact::HybridJoined(true)],
        &[DeviceFact::Compliant(false), DeviceFact::HybridJoined(false)],
    ];
    let mut left: Vec<DeviceState> = states.to_vec();
    let mut found = Vec::new();
    for facts in candidates {
        let held: Vec<DeviceState> = DeviceState::ALL.into_iter().filter(|state| holds(facts, *state)).collect();
        let is_inside = held.iter().all(|state| states.contains(state));
        if is_inside && held.iter().any(|state| left.contains(state)) {
            left.retain(|state| !held.contains(state));
            found.push(facts.to_vec());
        }
    }
    found
}

/// Whether a device state is as these facts say.
pub(super) fn holds(facts: &[DeviceFact], state: DeviceState) -> bool {
    facts.iter().all(|fact| match fact {
        DeviceFact::Compliant(is) => *is == state.is_compliant,
        DeviceFact::HybridJoined(is) => *is == state.is_hybrid_joined,
        DeviceFact::Rule(..) => true,
    })
}

fn users(users: &Users, perhaps: bool) -> Scope<Principal> {
    let included = included(users);
    let is_everybody = included.contains(&Principal::All) || (perhaps && may_include_more(users));
    let all_of = if is_everybody { Vec::new() } else { vec![included] };
    let mut none_of = excluded(users);
    if !perhaps && is_unsure(&users.exclude_guests) {
        none_of.push(Principal::Guests(GUESTS.to_vec(), None));
    }
    Scope { all_of, none_of }
}

fn is_name(list: &List<Id>) -> bool {
    list.known().any(|(_, id)| id.guid().is_none())
}

/// Whether something unknown may be among those who are included.
fn may_include_more(users: &Users) -> bool {
    let lists = [&users.include_users, &users.include_groups, &users.include_roles];
    users.doubt.is_some()
        || lists.iter().any(|list| list.first_unknown().is_some())
        || is_name(&users.include_roles)
        || is_unsure(&users.include_guests)
}

/// The same of those who are excluded.
fn may_exclude_more(users: &Users) -> bool {
    let lists = [&users.exclude_users, &users.exclude_groups, &users.exclude_roles];
    users.doubt.is_some()
        || lists.iter().any(|list| list.first_unknown().is_some())
        || is_name(&users.exclude_roles)
        || users.exclude_users.position(Id::may_be_class).is_some()
        || is_unsure(&users.exclude_guests)
}

fn is_unsure(guests: &Fact<Option<Box<Guests>>>) -> bool {
    match guests {
        Fact::Unknown(_) => true,
        Fact::Known(None) => false,
        Fact::Known(Some(guests)) => guests.first_unknown().is_some(),
    }
}

fn included(users: &Users) -> Vec<Principal> {
    principals(&users.include_users, &users.include_groups, &users.include_roles, &users.include_guests)
}

fn excluded(users: &Users) -> Vec<Principal> {
    principals(&users.exclude_users, &users.exclude_groups, &users.exclude_roles, &users.exclude_guests)
}

fn principals(
    users: &List<Id>,
    groups: &List<Id>,
    roles: &List<Id>,
    guests: &Fact<Option<Box<Guests>>>,
) -> Vec<Principal> {
    let mut all = Vec::new();
    for (_, id) in users.known() {
        if id.is("All") {
            all.push(Principal::All);
        } else if id.is("GuestsOrExternalUsers") {
            all.push(Principal::Guests(GUESTS.to_vec(), None));
        } else if !id.is("None") {
            all.push(Principal::User(id.clone()));
        }
    }
    all.extend(groups.known().map(|(_, id)| Principal::Group(id.clone())));
    all.extend(roles.known().map(|(_, id)| Principal::Role(id.clone())));
    if let Fact::Known(Some(guests)) = guests {
        let tenants = guests.tenants.as_ref().map(|list| list.known().map(|(_, id)| id.clone()).collect());
        all.push(Principal::Guests(guests.types.known().map(|(_, kind)| *kind).collect(), tenants));
    }
    all
}

fn locations(scope: &crate::policy::Scope<Id>, perhaps: bool) -> Scope<Id> {
    let ids = |list: &List<Id>| -> Vec<Id> { list.known().map(|(_, id)| id.clone()).collect() };
    let list = &scope.include;
    let is_anywhere = list.is_empty()
        || list.position(|id| id.is("All")).is_some()
        || (perhaps && (list.first_unknown().is_some() || scope.doubt.is_some()));
    Scope { all_of: if is_anywhere { Vec::new() } else { vec![ids(list)] }, none_of: ids(&scope.exclude) }
}

fn filter(policy: &Policy, applies: bool) -> Option<DeviceFact> {
    let filter = policy.conditions.device_filter.known()?.as_ref()?;
    let mode = filter.mode.known()?;
    Some(DeviceFact::Rule(filter.rule.clone(), (*mode == FilterMode::Include) == applies))
}

const GUESTS: [crate::policy::UserType; 6] = {
    use crate::policy::UserType;
    [
        UserType::InternalGuest,
        UserType::B2bCollaborationGuest,
        UserType::B2bCollaborationMember,
        UserType::B2bDirectConnectUser,
        UserType::OtherExternalUser,
        UserType::ServiceProvider,
    ]
};
const CLIENTS: [ClientAppType; 4] = [
    ClientAppType::Browser,
    ClientAppType::MobileAppsAndDesktopClients,
    ClientAppType::ExchangeActiveSync,
    ClientAppType::Other,
];
const PLATFORMS: [Platform; 7] = [
    Platform::Android,
    Platform::Ios,
    Platform::Windows,
    Platform::WindowsPhone,
    Platform::MacOs,
    Platform::Linux,
    Platform::Unknown,
];
const RISKS: [RiskLevel; 4] = [RiskLevel::None, RiskLevel::Low, RiskLevel::Medium, RiskLevel::High];
const INSIDER_RISKS: [InsiderRiskLevel; 4] =
    [InsiderRiskLevel::None, InsiderRiskLevel::Minor, InsiderRiskLevel::Moderate, InsiderRiskLevel::Elevated];
const FLOWS: [TransferMethod; 3] =
    [TransferMethod::None, TransferMethod::DeviceCodeFlow, TransferMethod::AuthenticationTransfer];

/// The values that pass a test. What is unknown in the list may be any of them, if that counts.
fn values<T: Words>(list: &List<T>, all: &[T], unknown: bool, test: impl Fn(T) -> bool) -> Vec<&'static str> {
    let is_any = unknown && list.first_unknown().is_some();
    all.iter().filter(|value| is_any || test(**value)).map(|value| value.word()).collect()
}

fn is_listed<T: PartialEq + Copy>(list: &List<T>, value: T) -> bool {
    list.is_empty() || list.position(|one| *one == value).is_some()
}

fn platforms(scope: &crate::policy::Scope<Platform>, unknown: bool) -> Vec<&'static str> {
    let holds = |list: &List<Platform>, value: Platform, unknown: bool| {
        list.position(|one| *one == Platform::All || *one == value).is_some()
            || (unknown && list.first_unknown().is_some())
    };
    let applies = |value: &&Platform| {
        if scope.doubt.is_some() {
            return unknown;
        }
        // Excluding from nothing is not documented.
        let is_included = if scope.include.is_empty() { unknown } else { holds(&scope.include, **value, unknown) };
        scope.is_empty() || (is_included && !holds(&scope.exclude, **value, !unknown))
    };
    PLATFORMS.iter().filter(applies).map(|value| value.word()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_about_devices_hold_exactly_the_states() {
        for bits in 0..16_usize {
            let is_in = |index: &usize| bits >> index & 1 == 1;
            let states: Vec<DeviceState> = (0..4).filter(is_in).map(|index| DeviceState::ALL[index]).collect();
            let cubes = cubes(&states);
            let held: Vec<DeviceState> =
                DeviceState::ALL.into_iter().filter(|state| cubes.iter().any(|facts| holds(facts, *state))).collect();
            assert_eq!(held, states);
        }
        assert_eq!(cubes(&DeviceState::ALL), [vec![]]);
    }
}
