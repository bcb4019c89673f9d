//! The sign-ins of a change in words of policies: the scope of the policy that refused, narrowed by what lets go.

use super::difference::{DeviceFact, Principal, Property, Region, Resources, Scope};
use super::grant::DeviceState;
use crate::coverage::Facet;
use crate::policy::{
    ClientAppType, Fact, FilterMode, Guests, Id, InsiderRiskLevel, List, Platform, Policy, RiskLevel, TransferMethod,
    Users, Words,
};
use crate::requirement::Resource;

/// The scope of `policy`, of which `successor` does not cover what `property` says.
pub(super) fn shown(policy: &Policy, successor: Option<&Policy>, property: Property, device: &[DeviceFact]) -> Region {
    let facet = match property {
        Property::Facet(facet) => Some(facet),
        Property::Policy | Property::GrantControls | Property::SessionControls => None,
    };
    let narrowed = |wanted: Facet| successor.filter(|_| facet == Some(wanted)).map(|other| &other.conditions);
    let own = &policy.conditions;
    let mut region = Region { device: device.to_vec(), ..Region::default() };
    region.users = users(&own.users);
    if let Some(other) = narrowed(Facet::IncludeUsers) {
        region.users.none_of.extend(included(&other.users));
    }
    if let Some(other) = narrowed(Facet::ExcludeUsers) {
        let known = excluded(&own.users);
        let added: Vec<Principal> = excluded(&other.users).into_iter().filter(|one| !known.contains(one)).collect();
        if !added.is_empty() {
            region.users.all_of.push(added);
        }
    }
    region.locations = Scope {
        all_of: clause(&own.locations.include),
        none_of: own.locations.exclude.known().map(|(_, id)| id.clone()).collect(),
    };
    if let Some(other) = narrowed(Facet::IncludeLocations) {
        region.locations.none_of.extend(other.locations.include.known().map(|(_, id)| id.clone()));
    }
    if let Some(other) = narrowed(Facet::ExcludeLocations) {
        let excluded = other.locations.exclude.known().map(|(_, id)| id);
        let added: Vec<Id> = excluded.filter(|id| !region.locations.none_of.contains(id)).cloned().collect();
        if added.is_empty() {
            // The same list holds other addresses now.
            region.locations.all_of.push(other.locations.exclude.known().map(|(_, id)| id.clone()).collect());
            region.locations.none_of.clear();
        } else {
            region.locations.all_of.push(added);
        }
    }
    let clients = |policy: &crate::policy::Conditions| {
        let list = &policy.client_app_types;
        values(list, &CLIENTS, |client| {
            (list.is_empty() && matches!(client, ClientAppType::Browser | ClientAppType::MobileAppsAndDesktopClients))
                || list.position(|one| *one == ClientAppType::All || *one == client).is_some()
        })
    };
    let listed = |own: Vec<&'static str>, other: Option<Vec<&'static str>>| -> Vec<&'static str> {
        let other = other.unwrap_or_default();
        own.into_iter().filter(|value| !other.contains(value)).collect()
    };
    let mut add = |name: &'static str, own: Vec<&'static str>, other: Option<Vec<&'static str>>, all: usize| {
        let values = listed(own, other);
        if values.len() < all {
            region.values.push((name, values));
        }
    };
    add("clientAppTypes", clients(own), narrowed(Facet::ClientAppTypes).map(clients), CLIENTS.len());
    let platforms = |policy: &crate::policy::Conditions| platforms(&policy.platforms);
    let by_platform = narrowed(Facet::IncludePlatforms).or(narrowed(Facet::ExcludePlatforms));
    add("devicePlatforms", platforms(own), by_platform.map(platforms), PLATFORMS.len());
    let risks = |list: &List<RiskLevel>| values(list, &RISKS, |one| is_listed(list, one));
    let sign_in = narrowed(Facet::SignInRisk).map(|other| risks(&other.sign_in_risk_levels));
    add("signInRiskLevels", risks(&own.sign_in_risk_levels), sign_in, RISKS.len());
    let user = narrowed(Facet::UserRisk).map(|other| risks(&other.user_risk_levels));
    add("userRiskLevels", risks(&own.user_risk_levels), user, RISKS.len());
    let insider = |list: &List<InsiderRiskLevel>| values(list, &INSIDER_RISKS, |one| is_listed(list, one));
    let other = narrowed(Facet::InsiderRisk).map(|other| insider(&other.insider_risk_levels));
    add("insiderRiskLevels", insider(&own.insider_risk_levels), other, INSIDER_RISKS.len());
    let flows = |list: &List<TransferMethod>| values(list, &FLOWS, |one| is_listed(list, one));
    let other = narrowed(Facet::Flows).map(|other| flows(&other.transfer_methods));
    add("authenticationFlows", flows(&own.transfer_methods), other, FLOWS.len());
    region.device.extend(filter(policy, true));
    let successor = successor.filter(|_| facet == Some(Facet::Devices));
    region.device.extend(successor.and_then(|other| filter(other, false)));
    region
}

/// The resources among these, as a list or as all but a list.
pub(super) fn resources(all: &[Resource], wanted: &[Resource]) -> Option<Resources> {
    if wanted.len() == all.len() {
        return None;
    }
    if wanted.contains(&Resource::Other) {
        return Some(Resources::AllBut(all.iter().filter(|one| !wanted.contains(one)).cloned().collect()));
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

fn users(users: &Users) -> Scope<Principal> {
    let included = included(users);
    // What cannot be read may include anybody.
    let is_unknown = users.doubt.is_some()
        || [&users.include_users, &users.include_groups, &users.include_roles]
            .into_iter()
            .any(|list| list.first_unknown().is_some())
        || matches!(users.include_guests, Fact::Unknown(_));
    let all_of = if is_unknown || included.contains(&Principal::All) { Vec::new() } else { vec![included] };
    Scope { all_of, none_of: excluded(users) }
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

/// A list of which one must hold; none if it holds everything.
fn clause(list: &List<Id>) -> Vec<Vec<Id>> {
    if list.is_empty() || list.first_unknown().is_some() || list.position(|id| id.is("All")).is_some() {
        return Vec::new();
    }
    vec![list.known().map(|(_, id)| id.clone()).collect()]
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

/// The values that pass a test. What is unknown in the list restricts nothing.
fn values<T: Words>(list: &List<T>, all: &[T], test: impl Fn(T) -> bool) -> Vec<&'static str> {
    let is_unknown = list.first_unknown().is_some();
    all.iter().filter(|value| is_unknown || test(**value)).map(|value| value.word()).collect()
}

fn is_listed<T: PartialEq + Copy>(list: &List<T>, value: T) -> bool {
    list.is_empty() || list.position(|one| *one == value).is_some()
}

fn platforms(scope: &crate::policy::Scope<Platform>) -> Vec<&'static str> {
    let is_unknown =
        scope.doubt.is_some() || scope.include.first_unknown().is_some() || scope.exclude.first_unknown().is_some();
    let holds =
        |list: &List<Platform>, value: Platform| list.position(|one| *one == Platform::All || *one == value).is_some();
    let applies = |value: &&Platform| {
        is_unknown
            || scope.is_empty()
            || ((scope.include.is_empty() || holds(&scope.include, **value)) && !holds(&scope.exclude, **value))
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
