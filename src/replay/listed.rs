//! Groups and roles of the users in an exported directory.

use super::coordinates::{Directory, Memberships};
use crate::policy::{Id, List};
use crate::tenant::{Alike, Tenant};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The users of a tenant's directory of whom it is known which groups and roles they have, of those that policies name.
///
/// They are those of the export. At the time of a sign-in, somebody may have had others.
pub struct Listed<'t> {
    kinds: Vec<&'t Alike>,
    /// The kind of each user, by its place.
    users: HashMap<Uuid, usize>,
}

impl<'t> Listed<'t> {
    /// Those of a tenant.
    #[must_use]
    pub fn of(tenant: &'t Tenant) -> Self {
        let people = &tenant.people;
        let mut roles: BTreeSet<Uuid> = BTreeSet::new();
        for users in tenant.policies.iter().map(|policy| &policy.conditions.users) {
            let guids = |list: &List<Id>| list.known().filter_map(|(_, id)| id.guid()).collect::<Vec<_>>();
            roles.extend([&users.include_roles, &users.exclude_roles].into_iter().flat_map(guids));
        }
        let is_known = |alike: &&Alike| {
            // Whether somebody who can activate a role or a membership had done so is not known.
            people.by.groups.iter().all(|id| people.in_group(alike, *id).is_some())
                && roles.iter().all(|id| people.has_role(alike, *id).is_some())
        };
        let kinds: Vec<&Alike> = people.alike.iter().filter(is_known).collect();
        let users = kinds
            .iter()
            .enumerate()
            .flat_map(|(place, alike)| alike.users.iter().map(move |user| (tenant.directory.user(*user).id, place)));
        Self { users: users.collect(), kinds }
    }
}

impl Directory for Listed<'_> {
    fn memberships(&self, user: &Id) -> Option<Memberships> {
        self.kind(user).map(|kind| self.of_kind(kind))
    }

    fn kind(&self, user: &Id) -> Option<usize> {
        self.users.get(&user.guid()?).copied()
    }

    fn of_kind(&self, kind: usize) -> Memberships {
        let ids = |ids: &BTreeSet<Uuid>| ids.iter().map(|id| Id::Guid(*id)).collect();
        let alike = self.kinds[kind];
        Memberships { groups: ids(&alike.groups), roles: ids(&alike.roles) }
    }
}
