//! Users, groups, roles and guests.

use super::{Found, find, identities, is, may_be, no, perhaps_same, unknown};
use crate::policy::{Fact, Guests, Id, List, Policy, Property, UserType, Users};
use crate::requirement::Identities;
use crate::signin::{At, Cause, Lens, Match, SignIn, View, Why};

pub(in crate::signin) fn users(view: &View<'_>, policy: &Policy, sign_in: &SignIn, lens: Lens) -> Match {
    if identities::is_service_principal(sign_in) {
        return identities::identities(view, policy, sign_in, lens);
    }
    let users = &policy.conditions.users;
    if let Some(reason) = users.doubt {
        return unknown(At::property(Property::Users), Why::Doubt(reason));
    }
    let guest = sign_in.user_type != UserType::Member;
    let agent = sign_in.identities == Identities::AgentUsers;
    let is_user = |id: &Id| is(sign_in, sign_in.user.as_ref(), id);
    let in_group = |id: &Id| sign_in.groups.contains(id);
    let has_role = |id: &Id| sign_in.roles.contains(id);
    let is_for_the_rest = policy.blocks_everybody_else() && !view.requirement.tracks_the_unblocked;
    let tracked = lens != Lens::Plain && !is_for_the_rest;

    let mut perhaps = None;
    let may_be_user = |id: &Id| !tracked && may_be(view, sign_in.user.as_ref(), id);
    let excluded = [
        (
            perhaps_same(Property::ExcludeUsers, &users.exclude_users, may_be_user, |id| {
                (is_user(id) && !tracked)
                    || id.is("All")
                    || (agent && id.is("AllAgentIdUsers"))
                    || (guest && id.is("GuestsOrExternalUsers"))
            }),
            if guest && sign_in.user.is_none() { Why::GuestsExcluded } else { Why::UserExcluded },
        ),
        (find(Property::ExcludeGroups, &users.exclude_groups, |id| in_group(id) && !tracked), Why::GroupExcluded),
        (
            find(Property::ExcludeRoles, &users.exclude_roles, |id| {
                has_role(id) && !(tracked && view.requirement.tracked_roles.contains(id))
            }),
            Why::RoleExcluded,
        ),
        (guests(view, Property::ExcludeGuestsOrExternalUsers, &users.exclude_guests, sign_in), Why::GuestsExcluded),
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
        let at = At::element(Property::ExcludeRoles, index);
        perhaps.get_or_insert(Cause { at, why: Why::Doubt(crate::policy::Reason::Unrecognised) });
    }
    // A word that is none of Microsoft's may be one of tomorrow's, for a class that this user is in.
    if let Some(index) = users.exclude_users.position(Id::may_be_class) {
        let at = At::element(Property::ExcludeUsers, index);
        perhaps.get_or_insert(Cause { at, why: Why::Doubt(crate::policy::Reason::Unrecognised) });
    }
    let included = included_user(view, users, sign_in, lens, guest);
    let partner = matches!(sign_in.user_type, UserType::ServiceProvider | UserType::B2bDirectConnectUser);
    if partner && included == Match::Yes && !view.assumptions.all_users_includes_partners {
        let all = users.include_users.position(|id| id.is("All"));
        let others = Users { include_users: List::default(), ..users.clone() };
        if let (Some(index), Match::No(_)) = (all, included_user(view, &others, sign_in, lens, guest)) {
            let at = At::element(Property::IncludeUsers, index);
            perhaps.get_or_insert(Cause { at, why: Why::PartnersPerhaps });
        }
    }
    match included {
        Match::Yes => perhaps.map_or(Match::Yes, Match::Unknown),
        other => other,
    }
}

/// Whether a policy may include the user, its exclusions left aside.
pub(in crate::signin) fn may_include(view: &View<'_>, policy: &Policy, sign_in: &SignIn) -> bool {
    let users = &policy.conditions.users;
    let guest = sign_in.user_type != UserType::Member;
    users.doubt.is_some()
        || match included_user(view, users, sign_in, Lens::InIncludedGroups, guest) {
            Match::Yes | Match::Unknown(_) => true,
            Match::No(_) => false,
        }
}

fn included_user(view: &View<'_>, users: &Users, sign_in: &SignIn, lens: Lens, guest: bool) -> Match {
    let is_user = |id: &Id| is(sign_in, sign_in.user.as_ref(), id);
    if sign_in.identities == Identities::AgentUsers {
        return identities::included_agent_user(view, users, sign_in);
    }
    let included = [
        perhaps_same(
            Property::IncludeUsers,
            &users.include_users,
            |id| may_be(view, sign_in.user.as_ref(), id),
            |id| is_user(id) || id.is("All") || (guest && id.is("GuestsOrExternalUsers")),
        ),
        find(Property::IncludeGroups, &users.include_groups, |id| {
            let may_be_member = lens == Lens::InIncludedGroups && !view.is_known_non_member(sign_in, id);
            sign_in.groups.contains(id) || may_be_member
        }),
        // A name may be that of any role which the user holds.
        perhaps_same(
            Property::IncludeRoles,
            &users.include_roles,
            |id| id.guid().is_none() && !sign_in.roles.is_empty(),
            |id| sign_in.roles.contains(id),
        ),
        guests(view, Property::IncludeGuestsOrExternalUsers, &users.include_guests, sign_in),
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
        return no(At::property(Property::IncludeGroups), Why::OnlyIncludedGroups);
    }
    let property = if !users.include_roles.is_empty() {
        Property::IncludeRoles
    } else if users.include_guests != Fact::Known(None) {
        Property::IncludeGuestsOrExternalUsers
    } else if users.include_users.is_empty() {
        Property::Users
    } else {
        Property::IncludeUsers
    };
    no(At::property(property), Why::UserNotIncluded)
}

fn guests(view: &View<'_>, property: Property, condition: &Fact<Option<Box<Guests>>>, sign_in: &SignIn) -> Found {
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
