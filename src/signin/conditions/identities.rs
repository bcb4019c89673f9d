//! Service principals and agents: whom a policy is for, and conditions that mean something else for them.
//!
//! Sources: <https://learn.microsoft.com/graph/api/resources/conditionalaccessclientapplications> and
//! <https://learn.microsoft.com/entra/identity/conditional-access/workload-identity>. What these pages leave open is unknown.

use super::{Found, find, is, may_be, no, perhaps_same, unknown};
use crate::policy::{Assigned, ClientAppType, Fact, Id, List, Policy, Property, Reason, RiskLevel, Users};
use crate::requirement::Identities;
use crate::signin::{At, Cause, Lens, Match, SignIn, View, Why};

/// Whether the sign-in is one of a service principal, that of an agent among them.
pub(super) fn is_service_principal(sign_in: &SignIn) -> bool {
    match sign_in.identities {
        Identities::Users | Identities::AgentUsers => false,
        Identities::ServicePrincipals | Identities::AgentIdentities => true,
    }
}

pub(super) fn undocumented(property: Property) -> Match {
    unknown(At::property(property), Why::IdentitiesPerhaps)
}

/// Exports of such policies say `all`. What other words mean for clients that are no users is not documented.
pub(super) fn client_app_types(types: &List<ClientAppType>) -> Match {
    if types.position(|kind| *kind == ClientAppType::All).is_some() {
        Match::Yes
    } else {
        undocumented(Property::ClientAppTypes)
    }
}

/// The condition on the risk of who signs in, apart from that of users.
pub(super) fn risk_levels<'p>(policy: &'p Policy, sign_in: &SignIn) -> Option<(Property, &'p List<RiskLevel>)> {
    let conditions = &policy.conditions;
    match sign_in.identities {
        Identities::Users => None,
        Identities::ServicePrincipals => {
            Some((Property::ServicePrincipalRiskLevels, &conditions.service_principal_risk_levels))
        }
        Identities::AgentUsers | Identities::AgentIdentities => {
            let levels = &conditions.identities.as_ref()?.agent_risk_levels;
            Some((Property::AgentIdRiskLevels, levels))
        }
    }
}

/// Whether a policy includes an agent user. Whether groups and roles bring in agent users is not documented.
pub(super) fn included_agent_user(view: &View<'_>, users: &Users, sign_in: &SignIn) -> Match {
    let user = sign_in.user.as_ref();
    let by_user = perhaps_same(
        Property::IncludeUsers,
        &users.include_users,
        |id| may_be(view, user, id),
        |id| is(sign_in, user, id) || id.is("AllAgentIdUsers"),
    );
    match by_user {
        Found::At(_) => Match::Yes,
        Found::Perhaps(cause) => Match::Unknown(cause),
        Found::Absent if !users.include_groups.is_empty() => undocumented(Property::IncludeGroups),
        Found::Absent if !users.include_roles.is_empty() => undocumented(Property::IncludeRoles),
        Found::Absent => no(At::property(Property::IncludeUsers), Why::UserNotIncluded),
    }
}

/// Whether a policy is for a service principal or an agent identity.
pub(super) fn identities(view: &View<'_>, policy: &Policy, sign_in: &SignIn, lens: Lens) -> Match {
    let conditions = &policy.conditions;
    let whole = At::property(Property::ClientApplications);
    match conditions.workload_identities {
        Fact::Known(false) => return no(whole, Why::OtherIdentities),
        Fact::Unknown(reason) => return unknown(whole, Why::Doubt(reason)),
        Fact::Known(true) => {}
    }
    let Some(identities) = &conditions.identities else { return unknown(whole, Why::Opaque) };
    let (assigned, word, [include, exclude, filter]) = if sign_in.identities == Identities::ServicePrincipals {
        let properties =
            [Property::IncludeServicePrincipals, Property::ExcludeServicePrincipals, Property::ServicePrincipalFilter];
        (&identities.service_principals, "ServicePrincipalsInMyTenant", properties)
    } else {
        let properties = [
            Property::IncludeAgentIdServicePrincipals,
            Property::ExcludeAgentIdServicePrincipals,
            Property::AgentIdServicePrincipalFilter,
        ];
        (&identities.agents, "All", properties)
    };
    if is_empty(assigned) && identities.doubt.is_none() {
        return no(whole, Why::OtherIdentities);
    }
    let who = sign_in.user.as_ref();
    let tracked = lens != Lens::Plain;
    // The id of a blueprint stands for every agent of it.
    let is_it = |id: &Id| is(sign_in, who, id) || sign_in.groups.contains(id);
    let may_be_excluded = |id: &Id| !tracked && may_be(view, who, id);
    let excluded =
        perhaps_same(exclude, &assigned.exclude, may_be_excluded, |id| (is_it(id) && !tracked) || id.is(word));
    let included = perhaps_same(include, &assigned.include, |id| may_be(view, who, id), |id| is_it(id) || id.is(word));
    let odd = |property, list: &List<Id>| {
        let is_odd = |id: &Id| id.may_be_class() || !id.is_one_object();
        find(property, list, |id| is_odd(id) && !id.is(word) && !id.is("None"))
    };
    let mut perhaps = identities.doubt.map(|reason| Cause { at: whole, why: Why::Doubt(reason) });
    match excluded {
        Found::At(at) => return no(at, Why::UserExcluded),
        Found::Perhaps(cause) => _ = perhaps.get_or_insert(cause),
        Found::Absent => {}
    }
    if let Found::At(at) = odd(exclude, &assigned.exclude) {
        perhaps.get_or_insert(Cause { at, why: Why::Doubt(Reason::Unrecognised) });
    }
    if names_users(&conditions.users) {
        perhaps.get_or_insert(Cause { at: At::property(Property::Users), why: Why::IdentitiesPerhaps });
    }
    if assigned.filter != Fact::Known(None) {
        perhaps.get_or_insert(Cause { at: At::property(filter), why: Why::IdentitiesPerhaps });
        return perhaps.map_or(Match::Yes, Match::Unknown);
    }
    match (included, odd(include, &assigned.include), identities.doubt) {
        // A property that is not understood may include more.
        (Found::At(_), ..) | (Found::Absent, Found::Absent | Found::Perhaps(_), Some(_)) => {}
        (Found::Perhaps(cause), ..) => _ = perhaps.get_or_insert(cause),
        (Found::Absent, Found::At(at), _) => {
            perhaps.get_or_insert(Cause { at, why: Why::Doubt(Reason::Unrecognised) });
        }
        (Found::Absent, Found::Absent | Found::Perhaps(_), None) => {
            return no(At::property(include), Why::UserNotIncluded);
        }
    }
    perhaps.map_or(Match::Yes, Match::Unknown)
}

fn is_empty(assigned: &Assigned) -> bool {
    assigned.include.is_empty() && assigned.filter == Fact::Known(None)
}

/// Whether a policy says something of users. The service refuses it beside service principals.
fn names_users(users: &Users) -> bool {
    let is_nobody = users.include_users.first_unknown().is_none()
        && users.include_users.known().all(|(_, id)| id.is("None"))
        && users.include_groups.is_empty()
        && users.include_roles.is_empty();
    users.doubt.is_some() || !is_nobody || users.include_guests != Fact::Known(None)
}
