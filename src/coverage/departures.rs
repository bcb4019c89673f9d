//! Sign-ins to try: what an attacker tries first, then everything that departs from it in one or two coordinates along
//! lines that the policies themselves draw.

use super::{Coordinate, PrincipalKind};
use crate::policy::{
    ClientAppType, Fact, GrantControl, Id, InsiderRiskLevel, List, Platform, Policy, RiskLevel, TransferMethod,
    UserType,
};
use crate::signin::{Device, SignIn};
use crate::tenant::Tenant;
use std::collections::BTreeSet;

/// Home tenant of an external user where no policy names one.
const SOME_TENANT: &str = "99999999-9999-4999-8999-999999999999";

/// Beyond this many single departures, pairs are not tried.
const PAIRS_UP_TO: usize = 24;

const GUESTS: [UserType; 6] = [
    UserType::B2bCollaborationGuest,
    UserType::InternalGuest,
    UserType::B2bCollaborationMember,
    UserType::OtherExternalUser,
    UserType::ServiceProvider,
    UserType::B2bDirectConnectUser,
];

/// Two departures at once; none where there are too many to try.
pub(super) fn pairs(from: &SignIn, singles: &[SignIn]) -> Vec<SignIn> {
    let mut all = Vec::new();
    for (index, one) in singles.iter().enumerate().filter(|_| singles.len() <= PAIRS_UP_TO) {
        let of_one = between(from, one);
        for two in &singles[index + 1..] {
            let of_two = between(from, two);
            if of_one.iter().all(|coordinate| !of_two.contains(coordinate)) {
                all.push(merged(one, two, &of_two));
            }
        }
    }
    all
}

/// Everything one step away that could make things worse. Being a user or in a group that is excluded one by one is at
/// worst an exemption, and being included only adds force: neither is tried.
pub(super) fn singles(from: &SignIn, policies: &[(usize, &Policy)], tenant: &Tenant) -> Vec<SignIn> {
    let mut found = Vec::new();
    let any = |test: &dyn Fn(&Policy) -> bool| policies.iter().any(|(_, policy)| test(policy));
    found.push(SignIn { client_app: ClientAppType::Browser, ..from.clone() });
    if any(&|policy| !policy.conditions.platforms.is_empty()) {
        for platform in [
            Platform::Linux,
            Platform::Windows,
            Platform::MacOs,
            Platform::Android,
            Platform::Ios,
            Platform::WindowsPhone,
        ] {
            found.push(SignIn { platform, ..from.clone() });
        }
    }
    if any(&|policy| !policy.conditions.transfer_methods.is_empty()) {
        for flow in [TransferMethod::DeviceCodeFlow, TransferMethod::AuthenticationTransfer] {
            found.push(SignIn { flow, ..from.clone() });
        }
    }
    for id in mentioned(policies, |policy| [&policy.conditions.locations.include, &policy.conditions.locations.exclude])
    {
        if !id.is("All") {
            let trusted = tenant.is_trusted_location(&id) == Some(true);
            let locations = trusted.then(|| Id::new("AllTrusted")).into_iter().chain([id]).collect();
            found.push(SignIn { locations, ..from.clone() });
        }
    }
    for user_type in GUESTS {
        let home = (user_type != UserType::InternalGuest).then(|| Id::new(SOME_TENANT));
        found.push(SignIn { user_type, external_tenant: home, ..from.clone() });
    }
    for tenant in external_tenants(policies) {
        let user_type = UserType::B2bCollaborationGuest;
        found.push(SignIn { user_type, external_tenant: Some(tenant), ..from.clone() });
    }
    // A name or placeholder may be any role; that makes the policy unknown, not a role of that name a way in.
    let roles = mentioned(policies, |policy| [&policy.conditions.users.exclude_roles]);
    for role in roles.into_iter().filter(|role| role.guid().is_some()) {
        found.push(principal(from, PrincipalKind::Role, &role));
    }
    if any(&|policy| {
        let controls = [GrantControl::CompliantDevice, GrantControl::DomainJoinedDevice];
        policy.grant.built_in.position(|control| controls.contains(control)).is_some()
    }) {
        found.push(SignIn { device: Device { compliant: true, hybrid_joined: false }, ..from.clone() });
        found.push(SignIn { device: Device { compliant: false, hybrid_joined: true }, ..from.clone() });
    }
    let risky = [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High];
    if any(&|policy| !policy.conditions.sign_in_risk_levels.is_empty()) {
        found.extend(risky.map(|sign_in_risk| SignIn { sign_in_risk, ..from.clone() }));
    }
    if any(&|policy| !policy.conditions.user_risk_levels.is_empty()) {
        found.extend(risky.map(|user_risk| SignIn { user_risk, ..from.clone() }));
    }
    if any(&|policy| !policy.conditions.insider_risk_levels.is_empty()) {
        let levels = [InsiderRiskLevel::Minor, InsiderRiskLevel::Moderate, InsiderRiskLevel::Elevated];
        found.extend(levels.map(|insider_risk| SignIn { insider_risk, ..from.clone() }));
    }
    found
}

/// The same sign-in by this user, member of this group or holder of this role.
pub(super) fn principal(from: &SignIn, kind: PrincipalKind, id: &Id) -> SignIn {
    let mut sign_in = from.clone();
    match kind {
        PrincipalKind::User => sign_in.user = Some(id.clone()),
        PrincipalKind::Group => _ = sign_in.groups.insert(id.clone()),
        PrincipalKind::Role => _ = sign_in.roles.insert(id.clone()),
    }
    sign_in
}

fn external_tenants(policies: &[(usize, &Policy)]) -> BTreeSet<Id> {
    let lists = policies.iter().flat_map(|(_, policy)| {
        let users = &policy.conditions.users;
        [&users.include_guests, &users.exclude_guests].into_iter().filter_map(|guests| match guests {
            Fact::Known(Some(guests)) => guests.tenants.as_ref(),
            _ => None,
        })
    });
    lists.flat_map(|list| list.known().map(|(_, id)| id.clone())).collect()
}

fn mentioned<'p, const N: usize>(
    policies: &[(usize, &'p Policy)],
    lists: impl Fn(&'p Policy) -> [&'p List<Id>; N],
) -> BTreeSet<Id> {
    policies
        .iter()
        .flat_map(|(_, policy)| lists(policy))
        .flat_map(|list| list.known().map(|(_, id)| id.clone()))
        .collect()
}

/// `one`, with the coordinates of `two` in which that departs.
fn merged(one: &SignIn, two: &SignIn, departs: &[Coordinate]) -> SignIn {
    let mut sign_in = one.clone();
    let two = two.clone();
    for coordinate in departs {
        match coordinate {
            Coordinate::User => sign_in.user.clone_from(&two.user),
            Coordinate::UserType => sign_in.user_type = two.user_type,
            Coordinate::ExternalTenant => sign_in.external_tenant.clone_from(&two.external_tenant),
            Coordinate::Groups => sign_in.groups.clone_from(&two.groups),
            Coordinate::Roles => sign_in.roles.clone_from(&two.roles),
            Coordinate::ClientApp => sign_in.client_app = two.client_app,
            Coordinate::Platform => sign_in.platform = two.platform,
            Coordinate::Locations => sign_in.locations.clone_from(&two.locations),
            Coordinate::Device => sign_in.device = two.device,
            Coordinate::SignInRisk => sign_in.sign_in_risk = two.sign_in_risk,
            Coordinate::UserRisk => sign_in.user_risk = two.user_risk,
            Coordinate::InsiderRisk => sign_in.insider_risk = two.insider_risk,
            Coordinate::Flow => sign_in.flow = two.flow,
        }
    }
    sign_in
}

/// The coordinates in which two sign-ins differ.
pub(super) fn between(one: &SignIn, two: &SignIn) -> Vec<Coordinate> {
    [
        (Coordinate::User, one.user != two.user),
        (Coordinate::UserType, one.user_type != two.user_type),
        (Coordinate::ExternalTenant, one.external_tenant != two.external_tenant),
        (Coordinate::Groups, one.groups != two.groups),
        (Coordinate::Roles, one.roles != two.roles),
        (Coordinate::ClientApp, one.client_app != two.client_app),
        (Coordinate::Platform, one.platform != two.platform),
        (Coordinate::Locations, one.locations != two.locations),
        (Coordinate::Device, one.device != two.device),
        (Coordinate::SignInRisk, one.sign_in_risk != two.sign_in_risk),
        (Coordinate::UserRisk, one.user_risk != two.user_risk),
        (Coordinate::InsiderRisk, one.insider_risk != two.insider_risk),
        (Coordinate::Flow, one.flow != two.flow),
    ]
    .into_iter()
    .filter_map(|(coordinate, differs)| differs.then_some(coordinate))
    .collect()
}
