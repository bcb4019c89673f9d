//! Names that stand in place of ids, and the objects of the files that bear them.

use super::{Companions, Tenant, User};
use crate::policy::{Conditions, Id, List, Policy};
use std::collections::{BTreeSet, HashMap};

/// What bears a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bearer {
    /// A user or group.
    Principal,
    /// A named location.
    Location,
}

/// Which objects of the files bear which names.
#[derive(Debug, Default)]
pub struct Bearers {
    /// By the name in lower case; none where several bear it.
    objects: HashMap<(Bearer, String), Option<Id>>,
    roles: BTreeSet<Box<str>>,
}

impl Bearers {
    /// Those that these companions tell of, and these users.
    #[must_use]
    pub fn of<'u>(companions: &Companions, users: impl Iterator<Item = &'u User>) -> Self {
        let mut objects: HashMap<(Bearer, String), Option<Id>> = HashMap::new();
        let mut add = |bearer, name: &str, id: &Id| {
            let also = |known: &mut Option<Id>| {
                if known.as_ref() != Some(id) {
                    *known = None;
                }
            };
            objects.entry((bearer, name.to_lowercase())).and_modify(also).or_insert_with(|| Some(id.clone()));
        };
        let further = companions.further_names.iter().map(|(name, id)| (id, name));
        for (id, name) in companions.names.iter().chain(further) {
            let is_location = companions.named_locations.contains_key(id);
            add(if is_location { Bearer::Location } else { Bearer::Principal }, name, id);
        }
        for user in users {
            for name in [&user.name, &user.sign_in_name].into_iter().flatten() {
                add(Bearer::Principal, name, &user.as_id());
            }
        }
        Self { objects, roles: companions.roles.clone() }
    }

    /// The one object of its kind that bears a name.
    #[must_use]
    pub fn only(&self, bearer: Bearer, name: &str) -> Option<&Id> {
        self.objects.get(&(bearer, name.to_lowercase()))?.as_ref()
    }

    /// Whether exactly one or several objects bear a name.
    #[must_use]
    pub(super) fn bears(&self, bearer: Bearer, name: &str) -> bool {
        self.objects.contains_key(&(bearer, name.to_lowercase()))
    }

    /// Whether the files have a role of that name.
    #[must_use]
    pub fn has_role(&self, name: &str) -> bool {
        self.roles.contains(name.to_lowercase().as_str())
    }
}

impl Tenant {
    /// Takes names of users, groups and locations that stand in place of ids for the one object in the files that bears
    /// each. A name that none bears, or several, stays a name.
    pub fn resolve_names(&mut self) {
        let variables_of = self.directory.variables_of;
        let is_name = |id: &Id| match id {
            Id::Text(_) => true,
            Id::Reference(reference) => variables_of == Some(reference.0),
            Id::Guid(_) | Id::Spelt(_) | Id::Literal(_) => false,
        };
        let has_names =
            self.policies.iter_mut().flat_map(named_lists).any(|(_, list)| list.known().any(|(_, id)| is_name(id)));
        if !has_names {
            return;
        }
        let bearers = Bearers::of(&self.companions, self.directory.users().map(|(_, user)| user));
        for (bearer, list) in self.policies.iter_mut().flat_map(named_lists) {
            *list = std::mem::take(list).map(|id| match &id {
                Id::Text(name) => bearers.only(bearer, name).cloned().unwrap_or(id),
                // A user whose domain is a variable, which has one value in that file.
                Id::Reference(reference) if variables_of == Some(reference.0) => {
                    bearers.only(bearer, &reference.1).filter(|_| reference.1.contains('@')).cloned().unwrap_or(id)
                }
                Id::Guid(_) | Id::Spelt(_) | Id::Literal(_) | Id::Reference(_) => id,
            });
        }
    }
}

/// The lists that hold ids of users, groups and named locations.
fn named_lists(policy: &mut Policy) -> [(Bearer, &mut List<Id>); 6] {
    let Conditions { users, locations, .. } = &mut policy.conditions;
    [
        (Bearer::Principal, &mut users.include_users),
        (Bearer::Principal, &mut users.exclude_users),
        (Bearer::Principal, &mut users.include_groups),
        (Bearer::Principal, &mut users.exclude_groups),
        (Bearer::Location, &mut locations.include),
        (Bearer::Location, &mut locations.exclude),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::{NamedLocation, Place};

    #[test]
    fn a_name_is_that_of_the_one_object_of_its_kind_that_bears_it() {
        let id = |number: u32| Id::new(&format!("00000000-0000-4000-8000-{number:012}"));
        let mut companions = Companions::default();
        for (number, name) in [(1, "HQ"), (2, "hq"), (3, "Twice"), (4, "twice"), (5, "Ada")] {
            companions.names.insert(id(number), name.into());
        }
        companions.named_locations.insert(id(2), NamedLocation { trusted: None, place: Place::Undefined });
        companions.further_names.insert(("ada@contoso.com".into(), id(5)));
        let bearers = Bearers::of(&companions, std::iter::empty());
        assert_eq!(bearers.only(Bearer::Principal, "hq"), Some(&id(1)));
        assert_eq!(bearers.only(Bearer::Location, "HQ"), Some(&id(2)));
        assert_eq!(bearers.only(Bearer::Principal, "Twice"), None);
        assert_eq!(bearers.only(Bearer::Principal, "Ada@contoso.com"), Some(&id(5)));
        assert_eq!(bearers.only(Bearer::Location, "Ada"), None);
    }
}
