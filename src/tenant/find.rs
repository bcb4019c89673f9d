//! Objects by what somebody calls them.

use super::{Companions, Tenant, User};
use crate::catalog;
use crate::policy::{Id, List};

/// A kind of object that policies name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A directory role.
    Role,
    /// A named location.
    Location,
    /// An app.
    App,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// One object.
    One(Id),
    /// Several objects have this name.
    Several(Vec<Id>),
    /// Nothing in the files is called like this.
    Nothing,
}

impl Tenant {
    /// The object that a policy or another file calls by this name or id, whatever the letter case.
    #[must_use]
    pub fn find(&self, kind: ObjectKind, written: &str) -> Found {
        let id = Id::new(written);
        let is_user = |id: &Id| id.guid().is_some_and(|id| self.directory.find(id).is_some());
        let Companions { names, further_names, descriptions, .. } = &self.companions;
        if self.is_named(kind, &id) || names.contains_key(&id) || descriptions.contains_key(&id) || is_user(&id) {
            return Found::One(id);
        }
        let is_meant = |name: &str| name.to_lowercase() == written.to_lowercase();
        let names = names.iter().filter(|(_, name)| is_meant(name)).map(|(id, _)| id);
        let further = further_names.iter().filter(|(name, _)| is_meant(name)).map(|(_, id)| id);
        let mut found: Vec<Id> = names.chain(further).cloned().collect();
        let is_called = |user: &User| [&user.name, &user.sign_in_name].into_iter().flatten().any(|name| is_meant(name));
        found.extend(self.directory.users().filter(|(_, user)| is_called(user)).map(|(_, user)| user.as_id()));
        if kind == ObjectKind::App {
            found.extend(catalog::app_named(written));
        }
        found.sort();
        found.dedup();
        match found.as_slice() {
            [] => Found::Nothing,
            [one] => Found::One(one.clone()),
            _ => Found::Several(found),
        }
    }

    /// Whether a list of some policy holds this id or name.
    fn is_named(&self, kind: ObjectKind, id: &Id) -> bool {
        self.policies.iter().map(|policy| &policy.conditions).any(|conditions| {
            let users = &conditions.users;
            let lists: [&List<Id>; 2] = match kind {
                ObjectKind::User => [&users.include_users, &users.exclude_users],
                ObjectKind::Group => [&users.include_groups, &users.exclude_groups],
                ObjectKind::Role => [&users.include_roles, &users.exclude_roles],
                ObjectKind::Location => [&conditions.locations.include, &conditions.locations.exclude],
                ObjectKind::App => [&conditions.applications.include, &conditions.applications.exclude],
            };
            lists.into_iter().any(|list| list.position(|one| one == id).is_some())
        }) || (kind == ObjectKind::Location && self.companions.named_locations.contains_key(id))
    }
}
