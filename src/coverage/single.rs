//! Does one policy alone cover every sign-in, tracked exclusions aside?

use super::{PrincipalKind, Search};
use crate::policy::{ClientAppType, Fact, GrantControl, Id, List, Platform, Policy, RiskLevel};
use crate::signin::{Device, Lens, Match, SignIn, Why};

/// Whether `policy` forces MFA on every sign-in of every user, save users, groups and tracked roles that it excludes
/// one by one. Looks at the policy, not at sign-ins: this is a proof, and each line of it leaves out one axis.
pub(super) fn covers_all(search: &Search<'_>, policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    let users = &conditions.users;
    let all_users = users.doubt.is_none()
        && users.include_users.position(|id| id.is("All")).is_some()
        && readable(&users.exclude_users)
        && readable(&users.exclude_groups)
        && readable(&users.exclude_roles)
        && users.exclude_users.position(|id| id.is("All") || id.is("GuestsOrExternalUsers")).is_none()
        && users.exclude_roles.position(|id| !search.view.tracked_roles.contains(id)).is_none()
        && users.exclude_guests == Fact::Known(None);
    let all_clients = {
        let has = |kind| conditions.client_app_types.position(|listed| *listed == kind).is_some();
        conditions.client_app_types.is_empty()
            || has(ClientAppType::All)
            || (has(ClientAppType::Browser) && has(ClientAppType::MobileAppsAndDesktopClients))
    };
    let all_platforms = conditions.platforms.is_empty()
        || (conditions.platforms.doubt.is_none()
            && conditions.platforms.exclude.is_empty()
            && conditions.platforms.include.position(|platform| *platform == Platform::All).is_some());
    let all_locations = conditions.locations.is_empty()
        || (conditions.locations.doubt.is_none()
            && conditions.locations.exclude.is_empty()
            && conditions.locations.include.position(|id| id.is("All")).is_some());
    let every_condition = all_users
        && all_clients
        && all_platforms
        && all_locations
        && all_levels(&conditions.sign_in_risk_levels)
        && all_levels(&conditions.user_risk_levels)
        && conditions.insider_risk_levels.is_empty()
        && conditions.transfer_methods.is_empty();
    // What is left (state, resource, workload identities, device filter, opaque conditions, grant) does not depend on
    // the coordinates above, or is worst on the device that satisfies most: two evaluations settle it.
    let best_device = Device { compliant: true, hybrid_joined: true };
    every_condition
        && [ClientAppType::MobileAppsAndDesktopClients, ClientAppType::Browser].into_iter().all(|client_app| {
            let sign_in = SignIn { client_app, device: best_device, ..SignIn::attacker(search.resource.clone()) };
            search.view.forces_mfa(policy, &sign_in, Lens::Plain) == Match::Yes
        })
}

fn readable(list: &List<Id>) -> bool {
    list.first_unknown().is_none()
}

fn all_levels(list: &List<RiskLevel>) -> bool {
    let has = |level| list.position(|listed| *listed == level).is_some();
    list.is_empty() || [RiskLevel::None, RiskLevel::Low, RiskLevel::Medium, RiskLevel::High].into_iter().all(has)
}

/// Everybody whom a policy excludes one by one.
pub(super) fn exclusions(policy: &Policy) -> Vec<(PrincipalKind, &Id)> {
    let mut all: Vec<_> = [PrincipalKind::User, PrincipalKind::Group, PrincipalKind::Role]
        .into_iter()
        .flat_map(|kind| exclude_list(policy, kind).known().map(move |(_, id)| (kind, id)))
        .collect();
    all.sort();
    all.dedup();
    all
}

/// The policy's list of exclusions of one kind.
pub(super) fn exclude_list(policy: &Policy, kind: PrincipalKind) -> &List<Id> {
    match kind {
        PrincipalKind::User => &policy.conditions.users.exclude_users,
        PrincipalKind::Group => &policy.conditions.users.exclude_groups,
        PrincipalKind::Role => &policy.conditions.users.exclude_roles,
    }
}

/// Whether a policy asks for MFA, among other things or if what cannot be read does.
pub(super) fn asks_for_mfa(policy: &Policy) -> bool {
    let grant = &policy.grant;
    grant.doubt.is_some()
        || grant.built_in.first_unknown().is_some()
        || grant.built_in.position(|control| *control == GrantControl::Mfa).is_some()
        || grant.strength != Fact::Known(None)
}

/// Reasons that no other sign-in to the resource overcomes.
pub(super) fn is_beyond_reach(why: Why) -> bool {
    matches!(
        why,
        Why::Disabled
            | Why::ReportOnly
            | Why::Deleted
            | Why::ResourceNotIncluded
            | Why::ResourceExcluded
            | Why::WorkloadIdentities
            | Why::NoGrantControls
            // On an unregistered device: another device only opens more alternatives.
            | Why::Alternative
    )
}

/// Reasons that look at who signs in.
pub(super) fn is_about_users(why: Why) -> bool {
    matches!(
        why,
        Why::UserNotIncluded
            | Why::OnlyIncludedGroups
            | Why::UserExcluded
            | Why::GroupExcluded
            | Why::RoleExcluded
            | Why::GuestsExcluded
    )
}

/// Reasons that make a policy none of the requirement's business.
pub(super) fn is_elsewhere(why: Why) -> bool {
    matches!(why, Why::Deleted | Why::ResourceNotIncluded | Why::WorkloadIdentities)
}
