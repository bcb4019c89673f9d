//! The users that a policy is about.

use super::Leniency;
use super::Reader;
use crate::coverage::formula::Formula;
use crate::coverage::space::{Meaning, Named, has_unknown};
use crate::policy::{Fact, Guests, Id, List, UserType};
use std::collections::BTreeSet;

impl Reader<'_, '_, '_> {
    pub(super) fn users(&mut self) -> Formula {
        let users = &self.policy.conditions.users;
        if users.doubt.is_some() {
            return self.perhaps();
        }
        let one_by_one = self.leniency == Leniency::AsWritten;
        let named_role = users.exclude_roles.known().any(|(_, id)| id.guid().is_none());
        let perhaps_a_group_of_users = users.exclude_users.known().any(|(_, id)| id.may_be_class());
        let not_excluded = [
            self.not_excluded(&users.exclude_users, Self::everybody),
            if one_by_one {
                self.one_of(&users.exclude_users, false, |named| &named.users, Meaning::User).not()
            } else {
                Formula::Always
            },
            self.not_excluded(&users.exclude_groups, |reader, id| {
                if one_by_one { reader.space.is(Meaning::Group(id.clone())) } else { Formula::Never }
            }),
            self.not_excluded(&users.exclude_roles, |reader, id| {
                let tracked = reader.space.view.requirement.tracked_roles.contains(id);
                if tracked && !one_by_one { Formula::Never } else { reader.role(id) }
            }),
            self.guests(&users.exclude_guests, self.sure).not(),
            // A name may be that of any role, and a word that of any class.
            if named_role || perhaps_a_group_of_users { self.perhaps() } else { Formula::Always },
        ];
        let every_group = self.leniency >= Leniency::InEveryGroup;
        let included = [
            self.included(&users.include_users, Self::everybody_included),
            self.one_of(&users.include_users, !self.sure, |named| &named.users, Meaning::User),
            self.included(&users.include_groups, |reader, id| {
                if every_group { Formula::Always } else { reader.space.is(Meaning::Group(id.clone())) }
            }),
            self.included(&users.include_roles, Self::role),
            if self.sure { Formula::Never } else { self.holder_of_a_named_role(&users.include_roles) },
            self.guests(&users.include_guests, !self.sure),
        ];
        Formula::all(not_excluded.into_iter().chain([Formula::any(included)]))
    }

    /// The objects that a list names, of those that are `named` anywhere. With `perhaps`, also what may be one of them.
    fn one_of(
        &mut self,
        list: &List<Id>,
        perhaps: bool,
        named: fn(&Named) -> &BTreeSet<Id>,
        meaning: fn(Id) -> Meaning,
    ) -> Formula {
        let is_object = |id: &&Id| id.is_one_object();
        let listed: BTreeSet<Id> = list.known().map(|(_, id)| id).filter(is_object).cloned().collect();
        let lists_open = listed.iter().any(Id::is_unresolved);
        if !perhaps || listed.is_empty() {
            return self.space.is_any(listed, meaning);
        }
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
        if list.known().all(|(_, id)| id.guid().is_some()) {
            return Formula::Never;
        }
        let roles: Vec<Id> = self.space.named().roles.iter().filter(|id| id.guid().is_some()).cloned().collect();
        self.space.is_any(roles, Meaning::Role)
    }

    fn everybody(&mut self, id: &Id) -> Formula {
        if id.is("All") {
            Formula::Always
        } else if id.is("GuestsOrExternalUsers") {
            self.space.is_guest()
        } else {
            Formula::Never
        }
    }

    fn everybody_included(&mut self, id: &Id) -> Formula {
        if id.is("All") && !self.space.view.assumptions.all_users_includes_partners && self.sure {
            let partners = [UserType::ServiceProvider, UserType::B2bDirectConnectUser];
            return Formula::any(partners.map(|kind| self.space.user_type(kind))).not();
        }
        self.everybody(id)
    }

    fn guests(&mut self, condition: &Fact<Option<Box<Guests>>>, hidden: bool) -> Formula {
        let guests = match condition {
            Fact::Known(None) => return Formula::Never,
            Fact::Known(Some(guests)) => guests,
            Fact::Unknown(_) => return Formula::all([Formula::constant(hidden), self.space.is_guest()]),
        };
        let of_type = self.holds(&guests.types, hidden, |reader, kind| reader.space.user_type(*kind));
        let Some(tenants) = &guests.tenants else { return Formula::all([of_type, self.space.is_guest()]) };
        let named = self.one_of(tenants, hidden && !self.sure, |named| &named.tenants, Meaning::ExternalTenant);
        let of_tenant = Formula::any([named, Formula::constant(has_unknown(tenants) && hidden)]);
        // The account of an internal guest is the tenant's own.
        let internal = self.space.user_type(UserType::InternalGuest);
        Formula::all([of_type, self.space.is_guest(), Formula::any([internal, of_tenant])])
    }
}
