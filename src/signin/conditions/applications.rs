//! Target resources: apps, suites, filters for apps, user actions.

use super::{Found, find, no, unknown};
use crate::catalog::{self, Suite};
use crate::policy::{ClientAppType, Fact, Filter, FilterMode, Id, List, Policy, Property};
use crate::requirement::Resource;
use crate::signin::{AppFact, At, Cause, Lens, Match, SignIn, Undefined, View, Why};

const INCLUDE_APPLICATIONS: Property = Property::IncludeApplications;
const EXCLUDE_APPLICATIONS: Property = Property::ExcludeApplications;

pub(super) fn applications(view: &View<'_>, policy: &Policy, sign_in: &SignIn, _: Lens) -> Match {
    const FILTER: Property = Property::ApplicationFilter;
    let applications = &policy.conditions.applications;
    if let Some(reason) = applications.doubt {
        return unknown(At::property(Property::Applications), Why::Doubt(reason));
    }
    let listed = match &sign_in.resource {
        Resource::UserAction(action) => {
            Some(find(Property::IncludeUserActions, &applications.user_actions, |listed| listed == action))
        }
        Resource::AuthenticationContext(context) => {
            let contexts = &applications.authentication_contexts;
            Some(find(Property::IncludeAuthenticationContextClassReferences, contexts, |listed| listed == context))
        }
        Resource::Every | Resource::App(_) | Resource::OfSuite(_) | Resource::Other => None,
    };
    match listed {
        Some(Found::At(_)) => return Match::Yes,
        Some(Found::Perhaps(cause)) => return Match::Unknown(cause),
        Some(Found::Absent) => return no(resource_targets(policy), Why::ResourceNotIncluded),
        None => {}
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
    const RULE: Property = Property::ApplicationFilterRule;
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
fn targeted(view: &View<'_>, property: Property, list: &List<Id>, sign_in: &SignIn) -> Found {
    let including = property == INCLUDE_APPLICATIONS;
    let surely = |id: &Id| {
        id.is("All")
            || match &sign_in.resource {
                Resource::App(app) => id == app || Suite::of(id).is_some_and(|suite| suite.holds(app) == Some(true)),
                Resource::OfSuite(suite) => id.is(suite.word()),
                Resource::Every | Resource::Other | Resource::UserAction(_) | Resource::AuthenticationContext(_) => {
                    false
                }
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
        Resource::Every | Resource::Other | Resource::UserAction(_) | Resource::AuthenticationContext(_) => {
            return None;
        }
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
        Property::IncludeApplications
    } else if !applications.user_actions.is_empty() {
        Property::IncludeUserActions
    } else if !applications.authentication_contexts.is_empty() {
        Property::IncludeAuthenticationContextClassReferences
    } else {
        Property::Applications
    })
}

fn is_resource_literal(id: &Id) -> bool {
    ["All", "None", "AllAgentIdResources"].iter().any(|literal| id.is(literal))
}
