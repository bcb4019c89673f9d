//! The assignments of a policy, one function each. Exclude beats include; nothing said is no condition.
//!
//! Source: <https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policies> and the
//! pages on users, cloud apps and conditions that it links.

mod applications;
mod identities;
mod users;

use super::{At, Cause, Lens, Match, SignIn, Undefined, View, Why, device};
use crate::policy::{
    ClientAppType, Fact, Id, InsiderRiskLevel, List, Platform, Policy, Property, RiskLevel, State, TransferMethod,
};
use crate::requirement::Identities;

use applications::applications;
pub(super) use users::{may_include, users};

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
fn find<T>(property: Property, list: &List<T>, test: impl FnMut(&T) -> bool) -> Found {
    match (list.position(test), list.first_unknown()) {
        (Some(index), _) => Found::At(At::element(property, index)),
        (None, Some((index, reason))) => Found::Perhaps(Cause { at: At { property, index }, why: Why::Doubt(reason) }),
        (None, None) => Found::Absent,
    }
}

/// The same of objects by their ids, where `may_be` says that one of them may be what is looked for.
fn perhaps_same(
    property: Property,
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

fn in_force(_: &View<'_>, policy: &Policy, _: &SignIn, _: Lens) -> Match {
    let state = At::property(Property::State);
    if policy.deleted {
        return no(At::property(Property::DeletedDateTime), Why::Deleted);
    }
    let outcome = match policy.judged_state() {
        Fact::Known(State::Enabled) => Match::Yes,
        Fact::Known(State::ReportOnly) => no(state, Why::ReportOnly),
        Fact::Known(State::Disabled) => no(state, Why::Disabled),
        Fact::Unknown(reason) => unknown(state, Why::Doubt(reason)),
    };
    match (outcome, policy.conditions.doubt) {
        (Match::No(_), _) => outcome,
        (_, Some(reason)) => unknown(At::property(Property::Conditions), Why::Doubt(reason)),
        _ if policy.foreign => unknown(At::property(Property::DisplayName), Why::Foreign),
        _ if policy.contradicted => unknown(At::property(Property::PolicyId), Why::Contradicted),
        _ => outcome,
    }
}

fn workload_identities(_: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    match sign_in.identities {
        Identities::Users | Identities::AgentUsers => {}
        // Whom it is for says this, too.
        Identities::ServicePrincipals | Identities::AgentIdentities => return Match::Yes,
    }
    let at = At::property(Property::ClientApplications);
    match policy.conditions.workload_identities {
        Fact::Known(false) => Match::Yes,
        Fact::Known(true) => no(at, Why::WorkloadIdentities),
        Fact::Unknown(reason) => unknown(at, Why::Doubt(reason)),
    }
}

fn client_app_types(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    let types = &policy.conditions.client_app_types;
    if sign_in.identities != Identities::Users {
        return identities::client_app_types(types);
    }
    // Policies older than August 2020 have an empty list and mean the modern clients.
    let modern = ClientAppType::MODERN.contains(&sign_in.client_app);
    let property = Property::ClientAppTypes;
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
        return unknown(At::property(Property::Platforms), Why::EmptyCondition);
    }
    if platforms.is_empty() {
        return Match::Yes;
    }
    if identities::is_service_principal(sign_in) {
        return identities::undocumented(Property::Platforms);
    }
    if let Some(reason) = platforms.doubt {
        return unknown(At::property(Property::Platforms), Why::Doubt(reason));
    }
    let (include, exclude) = (Property::IncludePlatforms, Property::ExcludePlatforms);
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
        return unknown(At::property(Property::Locations), Why::EmptyCondition);
    }
    if locations.is_empty() {
        return Match::Yes;
    }
    if let Some(reason) = locations.doubt {
        return unknown(At::property(Property::Locations), Why::Doubt(reason));
    }
    let (include, exclude) = (Property::IncludeLocations, Property::ExcludeLocations);
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
    (include, not_included): (Property, Why),
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
    if identities::is_service_principal(sign_in) && policy.conditions.device_filter != Fact::Known(None) {
        return identities::undocumented(Property::DeviceFilter);
    }
    device::filtered(policy, &sign_in.device, view.undefined)
}

fn listed<T: PartialEq>(property: Property, list: &List<T>, value: &T, why: Why) -> Match {
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
    if sign_in.identities != Identities::Users && !policy.conditions.sign_in_risk_levels.is_empty() {
        return identities::undocumented(Property::SignInRiskLevels);
    }
    risk(view, Property::SignInRiskLevels, &policy.conditions.sign_in_risk_levels, sign_in.sign_in_risk)
}

fn user_risk(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    if sign_in.identities != Identities::Users && !policy.conditions.user_risk_levels.is_empty() {
        return identities::undocumented(Property::UserRiskLevels);
    }
    risk(view, Property::UserRiskLevels, &policy.conditions.user_risk_levels, sign_in.user_risk)
}

fn risk(view: &View<'_>, property: Property, list: &List<RiskLevel>, level: RiskLevel) -> Match {
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
    if sign_in.identities != Identities::Users && !policy.conditions.insider_risk_levels.is_empty() {
        return identities::undocumented(Property::InsiderRiskLevels);
    }
    let list = &policy.conditions.insider_risk_levels;
    listed::<InsiderRiskLevel>(Property::InsiderRiskLevels, list, &sign_in.insider_risk, Why::RiskNotIncluded)
}

fn authentication_flows(_: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    if sign_in.identities != Identities::Users && !policy.conditions.transfer_methods.is_empty() {
        return identities::undocumented(Property::TransferMethods);
    }
    let property = Property::TransferMethods;
    listed::<TransferMethod>(property, &policy.conditions.transfer_methods, &sign_in.flow, Why::FlowNotIncluded)
}

fn opaque(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    let risk = identities::risk_levels(policy, sign_in)
        .map_or(Match::Yes, |(property, levels)| risk(view, property, levels, sign_in.user_risk));
    if let Match::No(_) = risk {
        return risk;
    }
    let has_risk_of_principals = !policy.conditions.service_principal_risk_levels.is_empty();
    if has_risk_of_principals && sign_in.identities != Identities::ServicePrincipals {
        return unknown(At::property(Property::ServicePrincipalRiskLevels), Why::Opaque);
    }
    let of_agents = matches!(sign_in.identities, Identities::AgentUsers | Identities::AgentIdentities);
    let opaque = policy.conditions.opaque.iter().position(|opaque| !(of_agents && opaque.is_agent_risk));
    opaque.map_or(risk, |index| unknown(At::element(Property::Conditions, index), Why::Opaque))
}
