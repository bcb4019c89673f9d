//! Users whom policies cannot tell apart, so that a verdict over a large directory looks at each kind of user once.

use super::{Directory, Members, UserIndex, UserKinds};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Users, groups and roles that policies name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principals {
    /// Users.
    pub users: BTreeSet<Uuid>,
    /// Groups.
    pub groups: BTreeSet<Uuid>,
    /// Roles, by their templates.
    pub roles: BTreeSet<Uuid>,
}

/// The users of a directory who can sign in, those alike together.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// What they may differ in.
    pub by: Principals,
    /// Groups and roles of which it is known of everybody whether they have them.
    pub whole: Principals,
    /// Those alike, in the order of the first of each.
    pub alike: Vec<Alike>,
}

/// Users who are the same in everything that policies name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The user, if policies name them.
    pub user: Option<Uuid>,
    /// What kinds of users they may be.
    pub kinds: UserKinds,
    /// Groups that they are in.
    pub groups: BTreeSet<Uuid>,
    /// Roles that they hold.
    pub roles: BTreeSet<Uuid>,
    /// Roles and memberships of groups that they can activate.
    pub eligible: BTreeSet<Uuid>,
    /// Who they are, by their places in the directory.
    pub users: Vec<UserIndex>,
}

impl People {
    /// Whether users are in a group. None if the files do not say, or if they can activate it.
    #[must_use]
    pub fn in_group(&self, alike: &Alike, group: Uuid) -> Option<bool> {
        alike.has(&alike.groups, &self.whole.groups, group)
    }

    /// The same of a role.
    #[must_use]
    pub fn has_role(&self, alike: &Alike, role: Uuid) -> Option<bool> {
        alike.has(&alike.roles, &self.whole.roles, role)
    }
}

impl Alike {
    fn has(&self, had: &BTreeSet<Uuid>, whole: &BTreeSet<Uuid>, id: Uuid) -> Option<bool> {
        if had.contains(&id) {
            return Some(true);
        }
        (whole.contains(&id) && !self.eligible.contains(&id)).then_some(false)
    }
}

/// What sets a user apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Marks {
    user: Option<Uuid>,
    groups: Vec<Uuid>,
    roles: Vec<Uuid>,
    eligible: Vec<Uuid>,
}

impl Directory {
    /// Its users who can sign in, told apart by what policies name.
    #[must_use]
    pub fn people(&self, by: Principals) -> People {
        let mut whole = Principals::default();
        let mut marks: BTreeMap<UserIndex, Marks> = BTreeMap::new();
        for id in &by.users {
            if let Some(user) = self.find(*id) {
                marks.entry(user).or_default().user = Some(*id);
            }
        }
        let mut mark = |members: Members, note: fn(&mut Marks) -> &mut Vec<Uuid>, id: Uuid| {
            for user in members.users {
                note(marks.entry(user).or_default()).push(id);
            }
        };
        for id in &by.groups {
            let members = self.members(*id);
            whole.groups.extend(members.is_whole.then_some(*id));
            let eligible = Members { users: members.eligible.clone(), ..Members::default() };
            mark(members, |marks| &mut marks.groups, *id);
            mark(eligible, |marks| &mut marks.eligible, *id);
        }
        for id in &by.roles {
            let (active, eligible) = self.holders(*id);
            // Whoever can activate a role may hold it at any time.
            whole.roles.extend((active.is_whole && eligible.is_whole).then_some(*id));
            mark(active, |marks| &mut marks.roles, *id);
            mark(eligible, |marks| &mut marks.eligible, *id);
        }
        let unmarked = Marks::default();
        let mut places: BTreeMap<(&Marks, UserKinds), usize> = BTreeMap::new();
        let mut alike: Vec<Alike> = Vec::new();
        for (index, user) in self.users().filter(|(_, user)| user.is_enabled != Some(false)) {
            let marks = marks.get(&index).unwrap_or(&unmarked);
            let place = *places.entry((marks, user.kinds)).or_insert_with(|| {
                let set = |ids: &[Uuid]| ids.iter().copied().collect();
                alike.push(Alike {
                    user: marks.user,
                    kinds: user.kinds,
                    groups: set(&marks.groups),
                    roles: set(&marks.roles),
                    eligible: set(&marks.eligible),
                    users: Vec::new(),
                });
                alike.len() - 1
            });
            alike[place].users.push(index);
        }
        People { by, whole, alike }
    }
}
