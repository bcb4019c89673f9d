//! The users that a policy is about.

use super::Reader;
use crate::coverage::doubt::{Doubt, Doubts};
use crate::coverage::formula::Formula;
use crate::coverage::space::{Meaning, Named};
use crate::policy::{Digest, Fact, Guests, Id, List, Property, Reason, UserType};
use crate::requirement::Identities;
use crate::signin::{At, Why};
use std::collections::BTreeSet;

impl Reader<'_, '_, '_> {
    pub(super) fn users(&mut self) -> Formula {
        let not_excluded = self.users_not_excluded();
        let included = self.users_included();
        Formula::all([not_excluded, included])
    }

    pub(super) fn users_not_excluded(&mut self) -> Formula {
        if self.is_about_service_principals() {
            return self.identities_not_excluded();
        }
        let users = &self.policy.conditions.users;
        if users.doubt.is_some() {
            // Said once, with those who are included.
            return Formula::Always;
        }
        let excludes_some = [&users.exclude_users, &users.exclude_groups, &users.exclude_roles]
            .into_iter()
            .any(|list| list.known().next().is_some());
        // Of those who can sign in at all, nobody is an exception.
        let is_for_the_rest = self.policy.blocks_everybody_else() && !self.space.view.requirement.tracks_the_unblocked;
        let one_by_one = excludes_some && (is_for_the_rest || self.excludes_one_by_one.get());
        let named_role = users.exclude_roles.known().any(|(_, id)| id.guid().is_none());
        let perhaps_a_group_of_users = users.exclude_users.known().any(|(_, id)| id.may_be_class());
        let unrecognised = Why::Doubt(Reason::Unrecognised);
        let not_excluded = [
            self.not_excluded(Property::ExcludeUsers, &users.exclude_users, Self::everybody),
            if one_by_one {
                self.one_of(&users.exclude_users, false, |named| &named.users, Meaning::User).not()
            } else {
                Formula::Always
            },
            self.not_excluded(Property::ExcludeGroups, &users.exclude_groups, |reader, id| {
                if one_by_one { reader.space.is(Meaning::Group(id.clone())) } else { Formula::Never }
            }),
            self.not_excluded(Property::ExcludeRoles, &users.exclude_roles, |reader, id| {
                let tracked = reader.space.view.requirement.tracked_roles.contains(id);
                if tracked && !one_by_one { Formula::Never } else { reader.role(id) }
            }),
            self.guests(Property::ExcludeGuestsOrExternalUsers, &users.exclude_guests, false).not(),
            // A name may be that of any role, and a word that of any class.
            if named_role {
                self.named(Property::ExcludeRoles, &users.exclude_roles, |id| id.guid().is_none(), unrecognised)
            } else {
                Formula::Always
            },
            if perhaps_a_group_of_users {
                self.named(Property::ExcludeUsers, &users.exclude_users, Id::may_be_class, unrecognised)
            } else {
                Formula::Always
            },
        ];
        Formula::all(not_excluded)
    }

    pub(super) fn users_included(&mut self) -> Formula {
        if self.is_about_service_principals() {
            return self.identities_included();
        }
        let users = &self.policy.conditions.users;
        if let Some(reason) = users.doubt {
            return self.perhaps(Property::Users, Why::Doubt(reason));
        }
        if self.class() == Identities::AgentUsers {
            return self.agent_users_included();
        }
        let included = [
            self.included(Property::IncludeUsers, &users.include_users, Self::everybody_included),
            self.one_of(&users.include_users, true, |named| &named.users, Meaning::User),
            self.included(Property::IncludeGroups, &users.include_groups, |reader, id| {
                let every_group = reader.fills_groups.get();
                reader.space.included_member(id, every_group)
            }),
            self.included(Property::IncludeRoles, &users.include_roles, Self::role),
            self.holder_of_a_named_role(&users.include_roles),
            self.guests(Property::IncludeGuestsOrExternalUsers, &users.include_guests, true),
        ];
        Formula::any(included)
    }

    /// Whether names that may mean anything leave a sign-in with the policy.
    fn named(&mut self, property: Property, list: &List<Id>, is_name: fn(&Id) -> bool, why: Why) -> Formula {
        let names: BTreeSet<String> =
            list.known().map(|(_, id)| id).filter(|id| is_name(id)).map(ToString::to_string).collect();
        let digest = Digest::of_text(&names.into_iter().collect::<Vec<_>>().join("\n"));
        self.doubt(At::property(property), why, || Some(Doubt::Written(property, digest)), true)
    }

    /// The objects that a list names, of those that are `named` anywhere. If it is one `including`, and the policy applies
    /// wherever it may, also what may be one of them.
    pub(super) fn one_of(
        &mut self,
        list: &List<Id>,
        including: bool,
        named: fn(&Named) -> &BTreeSet<Id>,
        meaning: fn(Id) -> Meaning,
    ) -> Formula {
        let objects = || list.known().map(|(_, id)| id).filter(|id| id.is_one_object());
        if objects().next().is_none() || !including || self.doubts.get() != Doubts::Cover {
            return self.space.is_any(objects().cloned(), meaning);
        }
        let listed: BTreeSet<Id> = objects().cloned().collect();
        let lists_open = listed.iter().any(Id::is_unresolved);
        let others = named(self.space.named()).iter().filter(|id| id.is_one_object() && !listed.contains(id)).cloned();
        let (open, known): (BTreeSet<Id>, BTreeSet<Id>) = others.partition(Id::is_unresolved);
        let mut any = |ids: BTreeSet<Id>| self.space.is_any(ids, meaning);
        // What a list leaves open may be anything that has a name. What is open itself may be what is listed, unless it has
        // an id that is not.
        let may_be = match (lists_open, open.is_empty()) {
            (true, _) => Formula::any([any(open), any(known)]),
            (false, true) => Formula::Never,
            (false, false) => Formula::all([any(open), any(known).not()]),
        };
        Formula::any([any(listed), may_be])
    }

    /// Holders of a role; what is a name instead of an id is no role of its own.
    fn role(&mut self, id: &Id) -> Formula {
        if id.guid().is_some() { self.space.is(Meaning::Role(id.clone())) } else { Formula::Never }
    }

    /// Holders of any role, where a list has a name instead of an id: it may be that role's.
    fn holder_of_a_named_role(&mut self, list: &List<Id>) -> Formula {
        if list.known().all(|(_, id)| id.guid().is_some()) || self.doubts.get() == Doubts::NoCover {
            return Formula::Never;
        }
        let is_name = |id: &Id| id.guid().is_none();
        let perhaps = self.named(Property::IncludeRoles, list, is_name, Why::Doubt(Reason::Unrecognised));
        let roles: Vec<Id> = self.space.named().roles.iter().filter(|id| id.guid().is_some()).cloned().collect();
        let holder = self.space.is_any(roles, Meaning::Role);
        Formula::all([perhaps, holder])
    }

    fn everybody(&mut self, id: &Id) -> Formula {
        if id.is("All") {
            Formula::Always
        } else if id.is("AllAgentIdUsers") {
            Formula::constant(self.class() == Identities::AgentUsers)
        } else if id.is("GuestsOrExternalUsers") {
            self.space.is_guest()
        } else {
            Formula::Never
        }
    }

    fn everybody_included(&mut self, id: &Id) -> Formula {
        if id.is("All") && !self.space.view.assumptions.all_users_includes_partners {
            let partners = [UserType::ServiceProvider, UserType::B2bDirectConnectUser];
            let others = Formula::any(partners.map(|kind| self.space.user_type(kind))).not();
            let what = "all-users-includes-partners";
            return Formula::any([others, self.undocumented(Property::IncludeUsers, Why::PartnersPerhaps, what)]);
        }
        self.everybody(id)
    }

    fn guests(&mut self, property: Property, condition: &Fact<Option<Box<Guests>>>, including: bool) -> Formula {
        let guests = match condition {
            Fact::Known(None) => return Formula::Never,
            Fact::Known(Some(guests)) => guests,
            Fact::Unknown(reason) => {
                let policy = self.policy;
                let what = || Doubt::of(policy, property);
                let perhaps = self.doubt(At::property(property), Why::Doubt(*reason), what, including);
                return Formula::all([perhaps, self.space.is_guest()]);
            }
        };
        let of_type = self.holds(property, &guests.types, including, |reader, kind| reader.space.user_type(*kind));
        let Some(tenants) = &guests.tenants else { return Formula::all([of_type, self.space.is_guest()]) };
        let named = self.one_of(tenants, including, |named| &named.tenants, Meaning::ExternalTenant);
        let of_tenant = Formula::any([named, self.hidden(property, tenants, including)]);
        // The account of an internal guest is the tenant's own.
        let internal = self.space.user_type(UserType::InternalGuest);
        Formula::all([of_type, self.space.is_guest(), Formula::any([internal, of_tenant])])
    }
}
