//! Sign-ins and causes in an administrator's words.

use crate::coverage::Coordinate;
use crate::finding::{PolicyRef, quoted};
use crate::policy::{
    ClientAppType, Fact, GrantControl, Id, InsiderRiskLevel, Platform, Policy, RiskLevel, TransferMethod, UserType,
    Words,
};
use crate::rules::TenantFacts;
use crate::signin::{Cause, SignIn, Why};

/// Who gets through, with as much of how as matters.
pub(super) fn who(facts: &TenantFacts<'_>, sign_in: &SignIn, causes: &[Cause]) -> String {
    let named = |id: &Id| facts.tenant.name(id).map_or_else(|| quoted(&id.to_string()), quoted);
    let mut who = if let Some(user) = &sign_in.user {
        format!("the user {}", named(user))
    } else if let Some(group) = sign_in.groups.first() {
        format!("any member of {}", named(group))
    } else if let Some(role) = sign_in.roles.first() {
        format!("any holder of the role {}", named(role))
    } else {
        match sign_in.user_type {
            UserType::Member => "any ordinary user".to_owned(),
            UserType::InternalGuest => "any internal guest".to_owned(),
            UserType::B2bCollaborationGuest => "any B2B collaboration guest".to_owned(),
            UserType::B2bCollaborationMember => "any B2B collaboration member".to_owned(),
            UserType::B2bDirectConnectUser => "any B2B direct connect user".to_owned(),
            UserType::OtherExternalUser => "any other external user".to_owned(),
            UserType::ServiceProvider => "any service provider's technician".to_owned(),
        }
    };
    if let Some(tenant) = sign_in
        .external_tenant
        .as_ref()
        .filter(|tenant| facts.tenant.policies.iter().any(|policy| mentions_tenant(policy, tenant)))
    {
        who.push_str(&format!(" from tenant {}", named(tenant)));
    }
    if !sign_in.locations.is_empty() {
        let trusted = sign_in.locations.iter().any(|id| id.is("AllTrusted"));
        let others: Vec<String> = sign_in.locations.iter().filter(|id| !id.is("AllTrusted")).map(&named).collect();
        who.push_str(&match (trusted, others.as_slice()) {
            (_, [location, ..]) => format!(" in the location {location}"),
            (_, []) => " in a trusted location".to_owned(),
        });
    } else if causes.iter().any(|cause| cause.why == Why::LocationNotIncluded) {
        who.push_str(" outside of every named location");
    }
    let asks = |why| causes.iter().any(|cause| cause.why == why);
    if sign_in.platform != Platform::Unknown {
        who.push_str(&format!(" whose client claims to run on {}", sign_in.platform.word()));
    } else if asks(Why::PlatformNotIncluded) {
        who.push_str(" on a platform that Entra does not recognise");
    }
    match (sign_in.device.compliant, sign_in.device.hybrid_joined) {
        (true, _) => who.push_str(" on a compliant device"),
        (false, true) => who.push_str(" on a hybrid joined device"),
        (false, false) => {}
    }
    if asks(Why::RiskNotIncluded)
        && sign_in.sign_in_risk == RiskLevel::None
        && sign_in.user_risk == RiskLevel::None
        && sign_in.insider_risk == InsiderRiskLevel::None
    {
        who.push_str(" whom Entra does not rate as risky");
    }
    for (what, level) in [("sign-in", sign_in.sign_in_risk), ("user", sign_in.user_risk)] {
        if level != RiskLevel::None {
            who.push_str(&format!(" at {} {what} risk", level.word()));
        }
    }
    if sign_in.insider_risk != InsiderRiskLevel::None {
        who.push_str(&format!(" at {} insider risk", sign_in.insider_risk.word()));
    }
    if sign_in.flow != TransferMethod::None {
        who.push_str(&format!(" by {}", sign_in.flow.word()));
    }
    if sign_in.client_app == ClientAppType::Browser {
        who.push_str(", in a browser,");
    } else if asks(Why::ClientAppNotIncluded) || asks(Why::AdminPortals) {
        who.push_str(", with the Azure CLI, PowerShell or REST,");
    }
    who
}

fn mentions_tenant(policy: &Policy, tenant: &Id) -> bool {
    let users = &policy.conditions.users;
    [&users.include_guests, &users.exclude_guests].into_iter().any(|guests| {
        matches!(guests, Fact::Known(Some(guests)) if guests.tenants.as_ref().is_some_and(|tenants| tenants.position(|id| id == tenant).is_some()))
    })
}

/// What is to be seen where a policy lets the sign-in through.
pub(super) fn seen(facts: &TenantFacts<'_>, policy: &Policy, cause: &Cause) -> String {
    let name = PolicyRef::to(policy).label();
    let element = element_name(facts, policy, cause);
    match cause.why {
        Why::Disabled => format!("{name} is disabled"),
        Why::ReportOnly => format!("{name} is report-only: evaluated, never enforced"),
        Why::Deleted => format!("{name} is deleted"),
        Why::Contradicted => format!("{name} is here twice, with different content"),
        Why::UserNotIncluded => format!("{name} does not include every user"),
        Why::OnlyIncludedGroups => format!("{name} includes only members of these groups"),
        Why::UserExcluded => format!("{element} is excluded here"),
        Why::GroupExcluded => format!("members of {element} are excluded here"),
        Why::RoleExcluded => format!("everybody with the role {element} is excluded here"),
        Why::GuestsExcluded => "guests and external users are excluded here".to_owned(),
        Why::ResourceNotIncluded => format!("{name} targets other resources"),
        Why::ResourceExcluded => "the management API is excluded here".to_owned(),
        Why::WorkloadIdentities => format!("{name} governs workload identities"),
        Why::ClientAppNotIncluded => "other client apps are left out".to_owned(),
        Why::PlatformNotIncluded => "any other platform is left out, and a client can claim any".to_owned(),
        Why::PlatformExcluded => "excluded here, and a client can claim any platform".to_owned(),
        Why::LocationNotIncluded => "every other place is left out".to_owned(),
        Why::LocationExcluded => "sign-ins from here are left out".to_owned(),
        Why::RiskNotIncluded => "sign-ins without that risk are left out".to_owned(),
        Why::FlowNotIncluded => "ordinary sign-ins are left out".to_owned(),
        Why::NoGrantControls => format!("{name} demands nothing"),
        Why::Alternative => format!("{} without MFA", alternative(policy, cause)),
        Why::OperatorMissing => "several controls and no operator".to_owned(),
        Why::AdminPortals
        | Why::ApplicationFilter
        | Why::DeviceFilter
        | Why::Opaque
        | Why::LocationUndefined
        | Why::StrengthUndefined
        | Why::Doubt(_) => unknown(facts, policy, cause),
    }
}

fn alternative(policy: &Policy, cause: &Cause) -> &'static str {
    let control = cause.at.index.and_then(|index| policy.grant.built_in.items().get(index)?.known());
    match (cause.at.property, control) {
        ("/grantControls/builtInControls", Some(GrantControl::CompliantDevice)) => "a compliant device is enough,",
        ("/grantControls/builtInControls", Some(GrantControl::DomainJoinedDevice)) => {
            "a hybrid joined device is enough,"
        }
        (
            "/grantControls/builtInControls",
            Some(GrantControl::ApprovedApplication | GrantControl::CompliantApplication),
        ) => "an approved or protected app is enough,",
        ("/grantControls/termsOfUse", _) => "accepting the terms of use is enough,",
        ("/grantControls/customAuthenticationFactors", _) => "a custom control is enough,",
        ("/grantControls/authenticationStrength", _) => "this strength can be met with one factor,",
        _ => "this is enough,",
    }
}

/// What cannot be told, as a clause.
pub(super) fn unknown(facts: &TenantFacts<'_>, policy: &Policy, cause: &Cause) -> String {
    let place = format!("`{}`", cause.pointer(policy).dotted());
    let element = element_name(facts, policy, cause);
    match cause.why {
        Why::AdminPortals => {
            "Microsoft does not document how the admin portals and the management API overlap".to_owned()
        }
        Why::ApplicationFilter => "a filter for apps depends on attributes that are not in the files".to_owned(),
        Why::DeviceFilter => "a filter for devices narrows the policy".to_owned(),
        Why::Opaque => format!("the condition {place} has no model in caplint"),
        Why::LocationUndefined => "the files do not say which named locations are trusted".to_owned(),
        Why::StrengthUndefined => "the files do not define the authentication strength".to_owned(),
        Why::OperatorMissing => "several controls have no operator".to_owned(),
        Why::Contradicted => "two copies of the policy differ".to_owned(),
        Why::Doubt(crate::policy::Reason::Unrecognised) if cause.at.index.is_some() && !element.is_empty() => {
            format!("{element} in {place} is not an id that caplint can tell apart")
        }
        Why::Doubt(reason) => format!("{place} is not known, because {}", reason.because()),
        _ => format!("{place} cannot be told"),
    }
}

/// The smallest change to a policy that removes a cause.
pub(super) fn remedy(policy: &Policy, cause: &Cause) -> Option<String> {
    let value = cause.pointer(policy).dotted();
    Some(match cause.why {
        Why::Disabled | Why::ReportOnly => "set `state` to \"enabled\"".to_owned(),
        Why::UserNotIncluded | Why::OnlyIncludedGroups => "include \"All\" users".to_owned(),
        Why::UserExcluded
        | Why::GroupExcluded
        | Why::RoleExcluded
        | Why::GuestsExcluded
        | Why::ResourceExcluded
        | Why::PlatformExcluded
        | Why::LocationExcluded => format!("remove the exclusion `{value}`"),
        Why::ClientAppNotIncluded => "set `conditions.clientAppTypes` to [\"all\"]".to_owned(),
        Why::PlatformNotIncluded => "remove the platform condition".to_owned(),
        Why::LocationNotIncluded => "remove the location condition".to_owned(),
        Why::RiskNotIncluded => format!("require MFA at every risk, in a policy of its own without `{value}`"),
        Why::FlowNotIncluded => "require MFA in ordinary sign-ins too, in a policy of its own".to_owned(),
        Why::DeviceFilter => "remove the device filter".to_owned(),
        Why::NoGrantControls => "add \"mfa\" to the grant controls".to_owned(),
        Why::Alternative => match cause.at.property {
            "/grantControls/authenticationStrength" => {
                "use a strength whose combinations are all multifactor".to_owned()
            }
            _ => format!("set `grantControls.operator` to \"AND\", or remove `{value}`"),
        },
        Why::OperatorMissing => "set `grantControls.operator` to \"AND\"".to_owned(),
        Why::ApplicationFilter => "name the API or all resources instead of a filter".to_owned(),
        Why::StrengthUndefined => "export the authentication strengths beside the policies".to_owned(),
        Why::LocationUndefined => "export the named locations beside the policies".to_owned(),
        Why::Opaque | Why::AdminPortals | Why::Deleted | Why::ResourceNotIncluded | Why::WorkloadIdentities => {
            return None;
        }
        Why::Contradicted => "keep the copy that the tenant has, and leave the other out".to_owned(),
        Why::Doubt(_) => format!("mend `{value}`"),
    })
}

/// The groups that coverage hinges on, as the subject of "… contains every user".
pub(super) fn groups(facts: &TenantFacts<'_>, policies: &[usize]) -> String {
    let mut ids: Vec<&Id> = policies
        .iter()
        .flat_map(|index| facts.tenant.policies[*index].conditions.users.include_groups.known().map(|(_, id)| id))
        .collect();
    ids.sort();
    ids.dedup();
    let names: Vec<String> =
        ids.iter().take(4).map(|id| facts.tenant.name(id).map_or_else(|| quoted(&id.to_string()), quoted)).collect();
    let more = if ids.len() > 4 { format!(" and {} more", ids.len() - 4) } else { String::new() };
    match names.as_slice() {
        [one] => format!("the group {one} contains"),
        _ => format!("the groups {}{more} together contain", names.join(", ")),
    }
}

/// The element that a cause names, by its name where the files tell it.
fn element_name(facts: &TenantFacts<'_>, policy: &Policy, cause: &Cause) -> String {
    let users = &policy.conditions.users;
    let list = match cause.at.property {
        "/conditions/users/excludeUsers" => &users.exclude_users,
        "/conditions/users/excludeGroups" => &users.exclude_groups,
        "/conditions/users/excludeRoles" => &users.exclude_roles,
        "/conditions/applications/includeApplications" => &policy.conditions.applications.include,
        "/conditions/applications/excludeApplications" => &policy.conditions.applications.exclude,
        _ => return String::new(),
    };
    let id = cause.at.index.and_then(|index| list.items().get(index)?.known());
    id.map_or_else(String::new, |id| facts.tenant.name(id).map_or_else(|| quoted(&id.to_string()), quoted))
}

/// The coordinate of a sign-in that a cause is about.
pub(super) fn coordinate(why: Why) -> Option<Coordinate> {
    match why {
        Why::UserNotIncluded | Why::UserExcluded => Some(Coordinate::User),
        Why::OnlyIncludedGroups | Why::GroupExcluded => Some(Coordinate::Groups),
        Why::RoleExcluded => Some(Coordinate::Roles),
        Why::GuestsExcluded => Some(Coordinate::UserType),
        Why::ClientAppNotIncluded | Why::AdminPortals => Some(Coordinate::ClientApp),
        Why::PlatformNotIncluded | Why::PlatformExcluded => Some(Coordinate::Platform),
        Why::LocationNotIncluded | Why::LocationExcluded | Why::LocationUndefined => Some(Coordinate::Locations),
        Why::DeviceFilter => Some(Coordinate::Device),
        Why::FlowNotIncluded => Some(Coordinate::Flow),
        _ => None,
    }
}
