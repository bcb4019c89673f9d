//! The assignments of a policy, one function each. Exclude beats include; nothing said is no condition.
//!
//! Source: <https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policies> and the
//! pages on users, cloud apps and conditions that it links.

use super::{AssumeEnabled, At, Cause, Lens, Match, SignIn, Undefined, View, Why, device};
use crate::catalog;
use crate::policy::{
    ClientAppType, Fact, Guests, Id, InsiderRiskLevel, List, Platform, Policy, RiskLevel, State, TransferMethod,
    UserType, Users,
};
use crate::requirement::Resource;

type Check = fn(&View<'_>, &Policy, &SignIn, Lens) -> Match;

/// All of them must match. The cheap and often decisive ones come first.
pub(super) const CHECKS: [Check; 13] = [
    in_force,
    applications,
    users,
    workload_identities,
    client_app_types,
    platforms,
    locations,
    devices,
    sign_in_risk,
    user_risk,
    insider_risk,
    authentication_flows,
    opaque,
];

/// Whether a policy is in force and applies.
pub(super) fn apply(view: &View<'_>, policy: &Policy, sign_in: &SignIn, lens: Lens) -> Match {
    let mut unknown = None;
    for check in CHECKS {
        match check(view, policy, sign_in, lens) {
            Match::Yes => {}
            Match::Unknown(cause) => {
                unknown.get_or_insert(cause);
            }
            no @ Match::No(_) => return no,
        }
    }
    unknown.map_or(Match::Yes, Match::Unknown)
}

fn no(at: At, why: Why) -> Match {
    Match::No(Cause { at, why })
}

fn unknown(at: At, why: Why) -> Match {
    Match::Unknown(Cause { at, why })
}

/// Looks for a member of a list: found, surely not there, or hidden by an unknown part.
fn find<T>(property: &'static str, list: &List<T>, test: impl FnMut(&T) -> bool) -> Found {
    match (list.position(test), list.first_unknown()) {
        (Some(index), _) => Found::At(At::element(property, index)),
        (None, Some((index, reason))) => Found::Perhaps(Cause { at: At { property, index }, why: Why::Doubt(reason) }),
        (None, None) => Found::Absent,
    }
}

#[derive(Clone, Copy)]
enum Found {
    At(At),
    Perhaps(Cause),
    Absent,
}

fn in_force(view: &View<'_>, policy: &Policy, _: &SignIn, _: Lens) -> Match {
    let state = At::property("/state");
    if policy.deleted {
        return no(At::property("/deletedDateTime"), Why::Deleted);
    }
    let outcome = match policy.state {
        Fact::Known(State::Enabled) => Match::Yes,
        Fact::Known(State::ReportOnly) if view.assume_enabled != AssumeEnabled::Neither => Match::Yes,
        Fact::Known(State::Disabled) if view.assume_enabled == AssumeEnabled::All => Match::Yes,
        Fact::Known(State::ReportOnly) => no(state, Why::ReportOnly),
        Fact::Known(State::Disabled) => no(state, Why::Disabled),
        Fact::Unknown(reason) => unknown(state, Why::Doubt(reason)),
    };
    match (outcome, policy.conditions.doubt) {
        (Match::No(_), _) => outcome,
        (_, Some(reason)) => unknown(At::property("/conditions"), Why::Doubt(reason)),
        _ if policy.contradicted => unknown(At::property("/id"), Why::Contradicted),
        _ => outcome,
    }
}

const INCLUDE_APPLICATIONS: &str = "/conditions/applications/includeApplications";
const EXCLUDE_APPLICATIONS: &str = "/conditions/applications/excludeApplications";

fn applications(_: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    let applications = &policy.conditions.applications;
    if let Some(reason) = applications.doubt {
        return unknown(At::property("/conditions/applications"), Why::Doubt(reason));
    }
    if let Resource::UserAction(action) = &sign_in.resource {
        const ACTIONS: &str = "/conditions/applications/includeUserActions";
        return match find(ACTIONS, &applications.user_actions, |listed| listed == action) {
            Found::At(_) => Match::Yes,
            Found::Perhaps(cause) => Match::Unknown(cause),
            Found::Absent => no(resource_targets(policy), Why::ResourceNotIncluded),
        };
    }
    let filter = match &applications.filter {
        Fact::Known(None) => None,
        Fact::Known(Some(_)) => Some(Why::ApplicationFilter),
        Fact::Unknown(reason) => Some(Why::Doubt(*reason)),
    };
    let filter = filter.map(|why| Cause { at: At::property("/conditions/applications/applicationFilter"), why });
    let excluded = targeted(EXCLUDE_APPLICATIONS, &applications.exclude, sign_in);
    if let Found::At(at) = excluded {
        return no(at, Why::ResourceExcluded);
    }
    match (targeted(INCLUDE_APPLICATIONS, &applications.include, sign_in), excluded, filter) {
        (Found::Absent, _, None) => no(resource_targets(policy), Why::ResourceNotIncluded),
        (Found::Perhaps(cause), _, _) | (_, Found::Perhaps(cause), _) | (_, _, Some(cause)) => Match::Unknown(cause),
        (Found::At(_), _, None) => Match::Yes,
    }
}

/// Whether a list of apps holds what a token is asked for.
fn targeted(property: &'static str, list: &List<Id>, sign_in: &SignIn) -> Found {
    let surely = |id: &Id| {
        id.is("All")
            || match &sign_in.resource {
                Resource::App(app) => id == app || (id.is("Office365") && in_office_365(app) == Some(true)),
                Resource::OfSuite(suite) => id.is(suite),
                Resource::Every | Resource::Other | Resource::UserAction(_) => false,
            }
    };
    let found = find(property, list, surely);
    let Resource::App(app) = &sign_in.resource else { return found };
    let Found::Absent = found else { return found };
    let perhaps = |index, why| Found::Perhaps(Cause { at: At::element(property, index), why });
    if let Some(index) = list.position(|id| id.guid().is_none() && !is_resource_literal(id)) {
        let placeholder = list.known().any(|(at, id)| at == index && id.placeholder().is_some());
        let why = if placeholder { crate::policy::Reason::Placeholder } else { crate::policy::Reason::Unrecognised };
        return perhaps(index, Why::Doubt(why));
    }
    if let Some(index) = list.position(|id| id.is("Office365")).filter(|_| in_office_365(app).is_none()) {
        return perhaps(index, Why::SuitePerhaps);
    }
    // The command line and REST reach an API without a portal; in a browser it may be the portal that asks.
    let portals = list.position(|id| id.is("MicrosoftAdminPortals"));
    if let Some(index) = portals.filter(|_| sign_in.client_app == ClientAppType::Browser) {
        return perhaps(index, Why::AdminPortals);
    }
    Found::Absent
}

/// Whether an app is in the suite, as far as Microsoft's list tells; the tenant's own apps are unknown here.
fn in_office_365(app: &Id) -> Option<bool> {
    catalog::app(app).and_then(|known| known.in_office_365)
}

/// The list that says what is targeted instead.
fn resource_targets(policy: &Policy) -> At {
    let applications = &policy.conditions.applications;
    At::property(if !applications.include.is_empty() {
        "/conditions/applications/includeApplications"
    } else if !applications.user_actions.is_empty() {
        "/conditions/applications/includeUserActions"
    } else if !applications.authentication_contexts.is_empty() {
        "/conditions/applications/includeAuthenticationContextClassReferences"
    } else {
        "/conditions/applications"
    })
}

fn is_resource_literal(id: &Id) -> bool {
    ["All", "None", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"].iter().any(|literal| id.is(literal))
}

fn users(view: &View<'_>, policy: &Policy, sign_in: &SignIn, lens: Lens) -> Match {
    let users = &policy.conditions.users;
    if let Some(reason) = users.doubt {
        return unknown(At::property("/conditions/users"), Why::Doubt(reason));
    }
    let guest = sign_in.user_type != UserType::Member;
    let is_user = |id: &Id| sign_in.user.as_ref() == Some(id);
    let in_group = |id: &Id| sign_in.groups.contains(id);
    let has_role = |id: &Id| sign_in.roles.contains(id);
    let tracked = lens != Lens::Plain;

    let mut perhaps = None;
    let excluded = [
        (
            find("/conditions/users/excludeUsers", &users.exclude_users, |id| {
                (is_user(id) && !tracked) || id.is("All") || (guest && id.is("GuestsOrExternalUsers"))
            }),
            if guest && sign_in.user.is_none() { Why::GuestsExcluded } else { Why::UserExcluded },
        ),
        (
            find("/conditions/users/excludeGroups", &users.exclude_groups, |id| in_group(id) && !tracked),
            Why::GroupExcluded,
        ),
        (
            find("/conditions/users/excludeRoles", &users.exclude_roles, |id| {
                has_role(id) && !(tracked && view.requirement.tracked_roles.contains(id))
            }),
            Why::RoleExcluded,
        ),
        (guests("/conditions/users/excludeGuestsOrExternalUsers", &users.exclude_guests, sign_in), Why::GuestsExcluded),
    ];
    for (found, why) in excluded {
        match found {
            Found::At(at) => return no(at, why),
            Found::Perhaps(cause) => {
                perhaps.get_or_insert(cause);
            }
            Found::Absent => {}
        }
    }
    // A role that is named instead of identified may be any role, this user's included.
    if let Some((index, _)) = users.exclude_roles.known().find(|(_, id)| id.guid().is_none()) {
        let at = At::element("/conditions/users/excludeRoles", index);
        perhaps.get_or_insert(Cause { at, why: Why::Doubt(crate::policy::Reason::Unrecognised) });
    }
    let included = included_user(users, sign_in, lens, guest);
    let partner = matches!(sign_in.user_type, UserType::ServiceProvider | UserType::B2bDirectConnectUser);
    if partner && included == Match::Yes && !view.assumptions.all_users_includes_partners {
        let all = users.include_users.position(|id| id.is("All"));
        let others = Users { include_users: List::default(), ..users.clone() };
        if let (Some(index), Match::No(_)) = (all, included_user(&others, sign_in, lens, guest)) {
            let at = At::element("/conditions/users/includeUsers", index);
            perhaps.get_or_insert(Cause { at, why: Why::PartnersPerhaps });
        }
    }
    match included {
        Match::Yes => perhaps.map_or(Match::Yes, Match::Unknown),
        other => other,
    }
}

fn included_user(users: &Users, sign_in: &SignIn, lens: Lens, guest: bool) -> Match {
    let is_user = |id: &Id| sign_in.user.as_ref() == Some(id);
    let included = [
        find("/conditions/users/includeUsers", &users.include_users, |id| {
            is_user(id) || id.is("All") || (guest && id.is("GuestsOrExternalUsers"))
        }),
        find("/conditions/users/includeGroups", &users.include_groups, |id| {
            sign_in.groups.contains(id) || lens == Lens::InIncludedGroups
        }),
        find("/conditions/users/includeRoles", &users.include_roles, |id| sign_in.roles.contains(id)),
        guests("/conditions/users/includeGuestsOrExternalUsers", &users.include_guests, sign_in),
    ];
    let mut perhaps = None;
    for found in included {
        match found {
            Found::At(_) => return Match::Yes,
            Found::Perhaps(cause) => {
                perhaps.get_or_insert(cause);
            }
            Found::Absent => {}
        }
    }
    if let Some(cause) = perhaps {
        return Match::Unknown(cause);
    }
    if !users.include_groups.is_empty() {
        return no(At::property("/conditions/users/includeGroups"), Why::OnlyIncludedGroups);
    }
    let property = if !users.include_roles.is_empty() {
        "/conditions/users/includeRoles"
    } else if users.include_guests != Fact::Known(None) {
        "/conditions/users/includeGuestsOrExternalUsers"
    } else if users.include_users.is_empty() {
        "/conditions/users"
    } else {
        "/conditions/users/includeUsers"
    };
    no(At::property(property), Why::UserNotIncluded)
}

fn guests(property: &'static str, condition: &Fact<Option<Box<Guests>>>, sign_in: &SignIn) -> Found {
    let guests = match condition {
        Fact::Known(None) => return Found::Absent,
        Fact::Known(Some(guests)) => guests,
        Fact::Unknown(reason) => {
            return match sign_in.user_type {
                UserType::Member => Found::Absent,
                _ => Found::Perhaps(Cause { at: At::property(property), why: Why::Doubt(*reason) }),
            };
        }
    };
    if sign_in.user_type == UserType::Member {
        return Found::Absent;
    }
    let of_type = match find(property, &guests.types, |kind| *kind == sign_in.user_type) {
        // The types are one string: the label marks the object.
        Found::At(_) => Found::At(At::property(property)),
        other => other,
    };
    // External tenants say nothing about guests whose account is the tenant's own.
    let tenants = match (&guests.tenants, &sign_in.external_tenant) {
        (Some(tenants), Some(home)) if sign_in.user_type != UserType::InternalGuest => {
            find(property, tenants, |tenant| tenant == home)
        }
        _ => return of_type,
    };
    match (of_type, tenants) {
        (Found::Absent, _) | (_, Found::Absent) => Found::Absent,
        (perhaps @ Found::Perhaps(_), _) | (_, perhaps @ Found::Perhaps(_)) => perhaps,
        (at, Found::At(_)) => at,
    }
}

fn workload_identities(_: &View<'_>, policy: &Policy, _: &SignIn, _: Lens) -> Match {
    let at = At::property("/conditions/clientApplications");
    match policy.conditions.workload_identities {
        Fact::Known(false) => Match::Yes,
        Fact::Known(true) => no(at, Why::WorkloadIdentities),
        Fact::Unknown(reason) => unknown(at, Why::Doubt(reason)),
    }
}

fn client_app_types(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    let types = &policy.conditions.client_app_types;
    // Policies older than August 2020 have an empty list and mean the modern clients.
    let modern = matches!(sign_in.client_app, ClientAppType::Browser | ClientAppType::MobileAppsAndDesktopClients);
    let property = "/conditions/clientAppTypes";
    if types.is_empty() && modern {
        if view.assumptions.empty_client_apps_is_modern {
            return Match::Yes;
        }
        return unknown(At::property(property), Why::NoClientApps);
    }
    match find(property, types, |kind| *kind == ClientAppType::All || *kind == sign_in.client_app) {
        Found::At(_) => Match::Yes,
        Found::Perhaps(cause) => Match::Unknown(cause),
        Found::Absent => no(At::property(property), Why::ClientAppNotIncluded),
    }
}

fn platforms(_: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    let platforms = &policy.conditions.platforms;
    if platforms.is_empty() {
        return Match::Yes;
    }
    if let Some(reason) = platforms.doubt {
        return unknown(At::property("/conditions/platforms"), Why::Doubt(reason));
    }
    let (include, exclude) = ("/conditions/platforms/includePlatforms", "/conditions/platforms/excludePlatforms");
    within(
        find(include, &platforms.include, |platform| *platform == Platform::All || *platform == sign_in.platform),
        find(exclude, &platforms.exclude, |platform| *platform == Platform::All || *platform == sign_in.platform),
        (include, Why::PlatformNotIncluded),
        Why::PlatformExcluded,
        platforms.include.is_empty(),
    )
}

fn locations(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    let locations = &policy.conditions.locations;
    if locations.is_empty() {
        return Match::Yes;
    }
    if let Some(reason) = locations.doubt {
        return unknown(At::property("/conditions/locations"), Why::Doubt(reason));
    }
    let (include, exclude) = ("/conditions/locations/includeLocations", "/conditions/locations/excludeLocations");
    let trusted = sign_in.locations.iter().any(|id| id.is("AllTrusted"));
    let inside = |id: &Id| id.is("All") || (id.is("AllTrusted") && trusted) || sign_in.locations.contains(id);
    // An address in a location whose definition is not in the files may be trusted or not.
    let undefined = |list: &List<Id>, property| {
        let index = list.position(|id| id.is("AllTrusted")).filter(|_| !trusted)?;
        if view.undefined == Undefined::AsTheSignInSays {
            return None;
        }
        let doubtful = sign_in.locations.iter().any(|id| view.tenant.is_trusted_location(id).is_none());
        doubtful.then_some(Found::Perhaps(Cause { at: At::element(property, index), why: Why::LocationUndefined }))
    };
    let included = match find(include, &locations.include, inside) {
        Found::Absent => undefined(&locations.include, include).unwrap_or(Found::Absent),
        found => found,
    };
    let excluded = match find(exclude, &locations.exclude, inside) {
        Found::Absent => undefined(&locations.exclude, exclude).unwrap_or(Found::Absent),
        found => found,
    };
    within(included, excluded, (include, Why::LocationNotIncluded), Why::LocationExcluded, locations.include.is_empty())
}

/// Include minus exclude. Excluding from nothing is not documented.
fn within(
    included: Found,
    excluded: Found,
    (include, not_included): (&'static str, Why),
    is_excluded: Why,
    nothing_included: bool,
) -> Match {
    match (included, excluded) {
        (_, Found::At(at)) => no(at, is_excluded),
        (Found::Absent, _) if nothing_included => {
            unknown(At::property(include), Why::Doubt(crate::policy::Reason::Missing))
        }
        (Found::Absent, _) => no(At::property(include), not_included),
        (Found::Perhaps(cause), _) | (_, Found::Perhaps(cause)) => Match::Unknown(cause),
        (Found::At(_), Found::Absent) => Match::Yes,
    }
}

fn devices(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    device::filtered(policy, &sign_in.device, view.undefined)
}

fn listed<T: PartialEq>(property: &'static str, list: &List<T>, value: &T, why: Why) -> Match {
    if list.is_empty() {
        return Match::Yes;
    }
    match find(property, list, |item| item == value) {
        Found::At(_) => Match::Yes,
        Found::Perhaps(cause) => Match::Unknown(cause),
        Found::Absent => no(At::property(property), why),
    }
}

fn sign_in_risk(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    risk(view, "/conditions/signInRiskLevels", &policy.conditions.sign_in_risk_levels, sign_in.sign_in_risk)
}

fn user_risk(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    risk(view, "/conditions/userRiskLevels", &policy.conditions.user_risk_levels, sign_in.user_risk)
}

fn risk(view: &View<'_>, property: &'static str, list: &List<RiskLevel>, level: RiskLevel) -> Match {
    match listed(property, list, &level, Why::RiskNotIncluded) {
        // Without Entra ID P2 there is no risk, not even none.
        Match::Yes
            if !list.is_empty() && !view.assumptions.all_risk_levels_is_no_condition && level == RiskLevel::None =>
        {
            unknown(At::property(property), Why::EveryRiskLevel)
        }
        outcome => outcome,
    }
}

fn insider_risk(_: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    let list = &policy.conditions.insider_risk_levels;
    listed::<InsiderRiskLevel>("/conditions/insiderRiskLevels", list, &sign_in.insider_risk, Why::RiskNotIncluded)
}

fn authentication_flows(_: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    let property = "/conditions/authenticationFlows/transferMethods";
    listed::<TransferMethod>(property, &policy.conditions.transfer_methods, &sign_in.flow, Why::FlowNotIncluded)
}

fn opaque(_: &View<'_>, policy: &Policy, _: &SignIn, _: Lens) -> Match {
    if !policy.conditions.service_principal_risk_levels.is_empty() {
        return unknown(At::property("/conditions/servicePrincipalRiskLevels"), Why::Opaque);
    }
    if policy.conditions.opaque.is_empty() { Match::Yes } else { unknown(At::element("/conditions", 0), Why::Opaque) }
}
