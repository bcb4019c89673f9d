//! The assignments of a policy, one function each. Exclude beats include; nothing said is no condition.
//!
//! Source: <https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policies> and the
//! pages on users, cloud apps and conditions that it links.

use super::{AppFact, AssumeEnabled, At, Cause, Lens, Match, SignIn, Undefined, View, Why, device};
use crate::catalog::{self, Suite};
use crate::policy::{
    ClientAppType, Fact, Filter, FilterMode, Guests, Id, InsiderRiskLevel, List, Platform, Policy, RiskLevel, State,
    TransferMethod, UserType, Users,
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

/// The same of objects by their ids, where `may_be` says that one of them may be what is looked for.
fn perhaps_same(
    property: &'static str,
    list: &List<Id>,
    may_be: impl FnMut(&Id) -> bool,
    test: impl FnMut(&Id) -> bool,
) -> Found {
    match find(property, list, test) {
        Found::Absent => {}
        found @ (Found::At(_) | Found::Perhaps(_)) => return found,
    }
    list.position(may_be).map_or(Found::Absent, |index| {
        Found::Perhaps(Cause { at: At::element(property, index), why: Why::PerhapsTheSame })
    })
}

/// Whether an id in a list is that of the user or home tenant of a sign-in.
fn is(sign_in: &SignIn, object: Option<&Id>, listed: &Id) -> bool {
    object.is_some_and(|object| object == listed || (listed.is_unresolved() && sign_in.also.contains(listed)))
}

/// Whether an id in a list may be that of an object besides: one of the two is a name, a placeholder or a reference.
fn may_be(view: &View<'_>, object: Option<&Id>, listed: &Id) -> bool {
    view.undefined == Undefined::Unknown && object.is_some_and(|object| object != listed && object.may_be(listed))
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
        _ if policy.foreign => unknown(At::property("/displayName"), Why::Foreign),
        _ if policy.contradicted => unknown(At::property("/id"), Why::Contradicted),
        _ => outcome,
    }
}

const INCLUDE_APPLICATIONS: &str = "/conditions/applications/includeApplications";
const EXCLUDE_APPLICATIONS: &str = "/conditions/applications/excludeApplications";

fn applications(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    const FILTER: &str = "/conditions/applications/applicationFilter";
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
    let excluded = targeted(view, EXCLUDE_APPLICATIONS, &applications.exclude, sign_in);
    if let Found::At(at) = excluded {
        return no(at, Why::ResourceExcluded);
    }
    let named = targeted(view, INCLUDE_APPLICATIONS, &applications.include, sign_in);
    let included = match &applications.filter {
        Fact::Known(None) => named,
        Fact::Known(Some(filter)) => match filtered(view, filter, is_nothing(&applications.include), named, sign_in) {
            Ok(found) => found,
            Err(why) => return no(At::property(FILTER), why),
        },
        Fact::Unknown(reason) => Found::Perhaps(Cause { at: At::property(FILTER), why: Why::Doubt(*reason) }),
    };
    match (included, excluded) {
        (Found::Absent, _) => no(resource_targets(policy), Why::ResourceNotIncluded),
        (Found::Perhaps(cause), _) | (_, Found::Perhaps(cause)) => Match::Unknown(cause),
        (Found::At(_), Found::Absent | Found::At(_)) => Match::Yes,
    }
}

/// Whether a list of apps names none.
fn is_nothing(list: &List<Id>) -> bool {
    list.first_unknown().is_none() && list.known().all(|(_, id)| id.is("None"))
}

/// What a filter for apps leaves of those that are named, or adds to them. It looks at custom security attributes of the
/// app, which are in no file: <https://learn.microsoft.com/entra/identity/conditional-access/concept-filter-for-applications>.
fn filtered(
    view: &View<'_>,
    filter: &Filter,
    names_nothing: bool,
    named: Found,
    sign_in: &SignIn,
) -> Result<Found, Why> {
    const RULE: &str = "/conditions/applications/applicationFilter/rule";
    let perhaps = Found::Perhaps(Cause { at: At::property(RULE), why: Why::ApplicationFilter });
    let matches = match view.undefined {
        Undefined::Unknown => None,
        Undefined::AsTheSignInSays => Some(sign_in.app.contains(&AppFact::matches(&filter.rule))),
    };
    match (filter.mode, matches) {
        (Fact::Unknown(reason), _) => Ok(Found::Perhaps(Cause { at: At::property(RULE), why: Why::Doubt(reason) })),
        (Fact::Known(FilterMode::Exclude), Some(false)) => Ok(named),
        (Fact::Known(FilterMode::Exclude), Some(true)) => Err(Why::ApplicationFilter),
        (Fact::Known(FilterMode::Exclude), None) => Ok(match named {
            Found::Absent => Found::Absent,
            Found::At(_) | Found::Perhaps(_) => perhaps,
        }),
        (Fact::Known(FilterMode::Include), Some(true)) if names_nothing => Ok(Found::At(At::property(RULE))),
        (Fact::Known(FilterMode::Include), Some(false)) if names_nothing => Err(Why::ApplicationFilter),
        // Whether a filter narrows the apps that are named beside it or adds to them is not documented.
        (Fact::Known(FilterMode::Include), Some(true)) => Ok(match named {
            Found::At(at) => Found::At(at),
            Found::Absent | Found::Perhaps(_) => perhaps,
        }),
        (Fact::Known(FilterMode::Include), Some(false)) => Ok(match named {
            Found::Absent => Found::Absent,
            Found::At(_) | Found::Perhaps(_) => perhaps,
        }),
        (Fact::Known(FilterMode::Include), None) => Ok(perhaps),
    }
}

/// Whether a list of apps holds what a token is asked for.
fn targeted(view: &View<'_>, property: &'static str, list: &List<Id>, sign_in: &SignIn) -> Found {
    let including = property == INCLUDE_APPLICATIONS;
    let surely = |id: &Id| {
        id.is("All")
            || match &sign_in.resource {
                Resource::App(app) => id == app || Suite::of(id).is_some_and(|suite| suite.holds(app) == Some(true)),
                Resource::OfSuite(suite) => id.is(suite.word()),
                Resource::Every | Resource::Other | Resource::UserAction(_) => false,
            }
    };
    // Each suite has apps of its own; that an app of one is in the other as well, the sign-in tells.
    let of_suite = matches!(sign_in.resource, Resource::OfSuite(_));
    let says = |fact: &AppFact| sign_in.app.contains(fact);
    let counts = view.undefined == Undefined::AsTheSignInSays || (of_suite && including);
    let found =
        find(property, list, |id| surely(id) || (counts && doubt(id, sign_in).is_some_and(|(fact, _)| says(&fact))));
    match found {
        Found::Absent if !counts => {}
        Found::Absent | Found::At(_) | Found::Perhaps(_) => return found,
    }
    let doubts = list.known().filter_map(|(index, id)| Some((index, doubt(id, sign_in)?)));
    let mut doubts = doubts.filter(|(_, (fact, _))| !of_suite || says(fact));
    doubts
        .next()
        .map_or(Found::Absent, |(index, (_, why))| Found::Perhaps(Cause { at: At::element(property, index), why }))
}

/// What would have to be true of the app for an id to mean it, where the files do not tell.
fn doubt(id: &Id, sign_in: &SignIn) -> Option<(AppFact, Why)> {
    let in_browser = sign_in.client_app == ClientAppType::Browser;
    let app = match &sign_in.resource {
        Resource::App(app) => app,
        Resource::OfSuite(own) => {
            let other = Suite::of(id).filter(|suite| suite != own)?;
            return Some((AppFact::InSuite(other), Why::SuitePerhaps(other)));
        }
        Resource::Every | Resource::Other | Resource::UserAction(_) => return None,
    };
    if let Some(suite) = Suite::of(id) {
        return match (suite.holds(app), suite) {
            (None, _) => Some((AppFact::InSuite(suite), Why::SuitePerhaps(suite))),
            // The command line and REST reach an API without a portal; in a browser it may be the portal that asks.
            (Some(false), Suite::AdminPortals) if in_browser => Some((AppFact::InSuite(suite), Why::AdminPortals)),
            (Some(_), _) => None,
        };
    }
    if catalog::is_azure_portal(id) && catalog::is_management_api(app) && in_browser {
        return Some((AppFact::InSuite(Suite::AdminPortals), Why::AdminPortals));
    }
    if id.guid().is_some() || id == app || is_resource_literal(id) {
        return None;
    }
    let reason = id.placeholder().map_or(crate::policy::Reason::Unrecognised, |_| crate::policy::Reason::Placeholder);
    Some((AppFact::Is(id.clone()), Why::Doubt(reason)))
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
    ["All", "None", "AllAgentIdResources"].iter().any(|literal| id.is(literal))
}

fn users(view: &View<'_>, policy: &Policy, sign_in: &SignIn, lens: Lens) -> Match {
    let users = &policy.conditions.users;
    if let Some(reason) = users.doubt {
        return unknown(At::property("/conditions/users"), Why::Doubt(reason));
    }
    let guest = sign_in.user_type != UserType::Member;
    let is_user = |id: &Id| is(sign_in, sign_in.user.as_ref(), id);
    let in_group = |id: &Id| sign_in.groups.contains(id);
    let has_role = |id: &Id| sign_in.roles.contains(id);
    let tracked = lens != Lens::Plain;

    let mut perhaps = None;
    let may_be_user = |id: &Id| !tracked && may_be(view, sign_in.user.as_ref(), id);
    let excluded = [
        (
            perhaps_same("/conditions/users/excludeUsers", &users.exclude_users, may_be_user, |id| {
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
        (
            guests(view, "/conditions/users/excludeGuestsOrExternalUsers", &users.exclude_guests, sign_in),
            Why::GuestsExcluded,
        ),
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
    // A word that is none of Microsoft's may be one of tomorrow's, for a class that this user is in.
    if let Some(index) = users.exclude_users.position(Id::may_be_class) {
        let at = At::element("/conditions/users/excludeUsers", index);
        perhaps.get_or_insert(Cause { at, why: Why::Doubt(crate::policy::Reason::Unrecognised) });
    }
    let included = included_user(view, users, sign_in, lens, guest);
    let partner = matches!(sign_in.user_type, UserType::ServiceProvider | UserType::B2bDirectConnectUser);
    if partner && included == Match::Yes && !view.assumptions.all_users_includes_partners {
        let all = users.include_users.position(|id| id.is("All"));
        let others = Users { include_users: List::default(), ..users.clone() };
        if let (Some(index), Match::No(_)) = (all, included_user(view, &others, sign_in, lens, guest)) {
            let at = At::element("/conditions/users/includeUsers", index);
            perhaps.get_or_insert(Cause { at, why: Why::PartnersPerhaps });
        }
    }
    match included {
        Match::Yes => perhaps.map_or(Match::Yes, Match::Unknown),
        other => other,
    }
}

fn included_user(view: &View<'_>, users: &Users, sign_in: &SignIn, lens: Lens, guest: bool) -> Match {
    let is_user = |id: &Id| is(sign_in, sign_in.user.as_ref(), id);
    let included = [
        perhaps_same(
            "/conditions/users/includeUsers",
            &users.include_users,
            |id| may_be(view, sign_in.user.as_ref(), id),
            |id| is_user(id) || id.is("All") || (guest && id.is("GuestsOrExternalUsers")),
        ),
        find("/conditions/users/includeGroups", &users.include_groups, |id| {
            sign_in.groups.contains(id) || lens == Lens::InIncludedGroups
        }),
        // A name may be that of any role which the user holds.
        perhaps_same(
            "/conditions/users/includeRoles",
            &users.include_roles,
            |id| id.guid().is_none() && !sign_in.roles.is_empty(),
            |id| sign_in.roles.contains(id),
        ),
        guests(view, "/conditions/users/includeGuestsOrExternalUsers", &users.include_guests, sign_in),
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

fn guests(view: &View<'_>, property: &'static str, condition: &Fact<Option<Box<Guests>>>, sign_in: &SignIn) -> Found {
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
        (Some(tenants), Some(home)) if sign_in.user_type != UserType::InternalGuest => perhaps_same(
            property,
            tenants,
            |tenant| may_be(view, Some(home), tenant),
            |tenant| is(sign_in, Some(home), tenant),
        ),
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

fn platforms(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    let platforms = &policy.conditions.platforms;
    if platforms.is_written_empty() && !view.assumptions.empty_conditions_are_none {
        return unknown(At::property("/conditions/platforms"), Why::EmptyCondition);
    }
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
    if locations.is_written_empty() && !view.assumptions.empty_conditions_are_none {
        return unknown(At::property("/conditions/locations"), Why::EmptyCondition);
    }
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
