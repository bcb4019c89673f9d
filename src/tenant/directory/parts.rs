//! What single files tell of the directory, and how that comes together.

use super::{Directory, Group, GroupKeepers, NamedParts, Role, User};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What files tell of users, groups and roles.
#[derive(Debug, Clone, Default)]
pub struct DirectoryParts {
    users: BTreeMap<Uuid, User>,
    /// Users in the longest list of users that was read to its end. A list of some users looks the same as one of all.
    longest_list_of_users: usize,
    /// Users in the recycle bin: no list of users has them.
    deleted: BTreeSet<Uuid>,
    groups: BTreeMap<Uuid, Vec<GroupPart>>,
    keepers: BTreeMap<Uuid, GroupKeepers>,
    assignments: BTreeSet<Assignment>,
    /// Roles of which all holders were read.
    whole_roles: BTreeSet<Uuid>,
    /// Lists of all assignments that were read to their ends: active, and eligible.
    whole_lists_of_assignments: [usize; 2],
    exported: Exported,
    named: NamedParts,
}

/// What an export says that has a file for each object.
#[derive(Debug, Clone, Default)]
struct Exported {
    users: BTreeSet<Uuid>,
    members: BTreeMap<Uuid, BTreeSet<Member>>,
    /// Templates of roles, by the ids of their objects in the tenant.
    roles: BTreeMap<Uuid, Uuid>,
    holders: BTreeMap<Uuid, BTreeSet<Uuid>>,
}

/// Members of a group, as one file lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct GroupPart {
    members: Vec<Member>,
    extent: Extent,
}

/// How much of a group a list of members is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every direct member.
    Whole,
    /// Every member, those of nested groups among them.
    WholeWithNested,
    /// Some.
    Part,
}

/// A member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// `id`
    pub id: Uuid,
    /// What it is.
    pub kind: MemberKind,
}

/// What a member of a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MemberKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// An application, a device or a contact: policies for users do not reach it.
    Other,
    /// The files do not say.
    Unknown,
}

/// An assignment of a role in the whole tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// The template of the role: what policies name it by.
    pub role: Uuid,
    /// The user or group.
    pub principal: Uuid,
    /// Whether it is active.
    pub holding: Holding,
}

/// Whether an assignment is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    /// It is.
    Active,
    /// Its holder can activate it.
    Eligible,
}

impl Holding {
    const fn index(self) -> usize {
        match self {
            Self::Active => 0,
            Self::Eligible => 1,
        }
    }
}

impl DirectoryParts {
    /// Whether nothing is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Exported { users, members, roles, holders } = &self.exported;
        let nothing_exported = users.is_empty() && members.is_empty() && roles.is_empty() && holders.is_empty();
        nothing_exported
            && self.named.is_empty()
            && self.users.is_empty()
            && self.groups.is_empty()
            && self.keepers.is_empty()
            && self.assignments.is_empty()
    }

    /// Every user so far.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// What is told by names.
    pub fn named(&mut self) -> &mut NamedParts {
        &mut self.named
    }

    /// Adds a user.
    pub fn add_user(&mut self, user: User) {
        match self.users.entry(user.id) {
            Entry::Vacant(new) => _ = new.insert(user),
            Entry::Occupied(mut known) => known.get_mut().absorb(user),
        }
    }

    /// Says that a user who was added is in the recycle bin.
    pub fn add_deleted(&mut self, id: Uuid) {
        self.deleted.insert(id);
    }

    /// A list of so many users ends.
    pub fn end_users(&mut self, count: usize) {
        self.longest_list_of_users = self.longest_list_of_users.max(count);
    }

    /// Adds members of a group.
    pub fn add_members(&mut self, group: Uuid, mut members: Vec<Member>, extent: Extent) {
        members.sort_unstable();
        members.dedup();
        let parts = self.groups.entry(group).or_default();
        let part = GroupPart { members, extent };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }

    /// Adds what is told of those who can change a group. Of two copies that disagree, the one that protects less counts.
    pub fn add_keepers(&mut self, group: Uuid, keepers: GroupKeepers) {
        let known = self.keepers.entry(group).or_default();
        known.is_role_assignable = match (known.is_role_assignable, keepers.is_role_assignable) {
            (Some(one), Some(two)) => Some(one && two),
            (one, two) => one.or(two),
        };
        known.owners.extend(keepers.owners);
    }

    /// Takes a user who was added for one of all users, each of whom has a file.
    pub fn list_user(&mut self, id: Uuid) {
        self.exported.users.insert(id);
    }

    /// Adds a member of a group each of whose members has a file.
    pub fn add_exported_member(&mut self, group: Uuid, member: Member) {
        self.exported.members.entry(group).or_default().insert(member);
    }

    /// Says which template a role in the tenant was made from.
    pub fn add_exported_role(&mut self, role: Uuid, template: Uuid) {
        self.exported.roles.insert(role, template);
    }

    /// Adds a holder of a role each of whose holders has a file.
    pub fn add_exported_holder(&mut self, role: Uuid, holder: Uuid) {
        self.exported.holders.entry(role).or_default().insert(holder);
    }

    /// Adds an assignment of a role.
    pub fn add_assignment(&mut self, assignment: Assignment) {
        self.assignments.insert(assignment);
    }

    /// All who hold a role were read.
    pub fn end_role(&mut self, role: Uuid) {
        self.whole_roles.insert(role);
    }

    /// A list of all assignments of roles ends.
    pub fn end_assignments(&mut self, holding: Holding) {
        self.whole_lists_of_assignments[holding.index()] += 1;
    }

    /// Adds what another file tells.
    pub fn absorb(&mut self, other: Self) {
        if self.is_empty() && self.longest_list_of_users == 0 && self.whole_lists_of_assignments == [0; 2] {
            *self = other;
            return;
        }
        for user in other.users.into_values() {
            self.add_user(user);
        }
        self.longest_list_of_users = self.longest_list_of_users.max(other.longest_list_of_users);
        self.exported.users.extend(other.exported.users);
        self.deleted.extend(other.deleted);
        self.named.absorb(other.named);
        for (id, parts) in other.groups {
            for part in parts {
                self.add_members(id, part.members, part.extent);
            }
        }
        for (id, keepers) in other.keepers {
            self.add_keepers(id, keepers);
        }
        self.assignments.extend(other.assignments);
        self.whole_roles.extend(other.whole_roles);
        for (known, further) in self.whole_lists_of_assignments.iter_mut().zip(other.whole_lists_of_assignments) {
            *known += further;
        }
        for (group, members) in other.exported.members {
            self.exported.members.entry(group).or_default().extend(members);
        }
        self.exported.roles.extend(other.exported.roles);
        for (role, holders) in other.exported.holders {
            self.exported.holders.entry(role).or_default().extend(holders);
        }
    }

    /// The directory that all parts make.
    #[must_use]
    pub fn directory(mut self) -> Directory {
        // A group without members has no file that says so.
        let exported = std::mem::take(&mut self.exported);
        let longest = self.longest_list_of_users.max(exported.users.len());
        for (group, members) in exported.members {
            self.add_members(group, members.into_iter().collect(), Extent::Whole);
        }
        // Roles that nobody has ever had are not exported.
        self.whole_lists_of_assignments[Holding::Active.index()] += usize::from(!exported.roles.is_empty());
        let mut open: Vec<Uuid> = Vec::new();
        for (role, template) in &exported.roles {
            let holders = exported.holders.get(role);
            open.extend(holders.is_none().then_some(*template));
            for principal in holders.into_iter().flatten() {
                self.add_assignment(Assignment { role: *template, principal: *principal, holding: Holding::Active });
            }
        }
        let groups: BTreeMap<Uuid, Group> =
            self.groups.into_iter().map(|(id, parts)| (id, Group::of(&parts))).collect();
        let mut roles: BTreeMap<Uuid, Role> = BTreeMap::new();
        for assignment in self.assignments {
            let role = roles.entry(assignment.role).or_default();
            match assignment.holding {
                Holding::Active => role.active.insert(assignment.principal),
                Holding::Eligible => role.eligible.insert(assignment.principal),
            };
        }
        for id in self.whole_roles {
            roles.entry(id).or_default().is_whole = true;
        }
        for id in open {
            let role = roles.entry(id).or_default();
            role.is_open = !role.is_whole;
        }
        Directory {
            // Whoever is told of elsewhere and not on it shows that the list is not of all users.
            lists_every_user: !self.users.is_empty() && longest == self.users.len() - self.deleted.len(),
            users: self.users.into_values().collect(),
            variables_of: None,
            groups,
            keepers: self.keepers,
            roles,
            lists_every_assignment: self.whole_lists_of_assignments.map(|lists| lists > 0),
        }
    }
}

impl User {
    /// Adds what another copy tells. Of two names either would do; the choice must not depend on the order of reading. An
    /// account that one copy has enabled counts as enabled.
    fn absorb(&mut self, other: Self) {
        let choose = |known: &mut Option<Box<str>>, other: Option<Box<str>>| {
            if let Some(other) = other
                && known.as_ref().is_none_or(|known| other < *known)
            {
                *known = Some(other);
            }
        };
        self.goes_by = self.goes_by.take().filter(|_| other.goes_by.is_some());
        choose(&mut self.name, other.name);
        choose(&mut self.sign_in_name, other.sign_in_name);
        self.kinds = self.kinds.narrowed(other.kinds);
        let either = |one: Option<bool>, two: Option<bool>| match (one, two) {
            (Some(one), Some(two)) => Some(one || two),
            (one, two) => one.or(two),
        };
        self.is_enabled = either(self.is_enabled, other.is_enabled);
        self.is_synchronized = either(self.is_synchronized, other.is_synchronized);
        self.has_mailbox = either(self.has_mailbox, other.has_mailbox);
    }
}

impl Group {
    /// What several lists of one group come to. Where a list that is whole contradicts another one, only those whom all of
    /// them name are surely members, and nobody is surely none.
    fn of(parts: &[GroupPart]) -> Self {
        let of_extent = |extent: Extent| parts.iter().filter(move |part| part.extent == extent);
        let is_whole = |extent: Extent| {
            let mut lists = of_extent(extent);
            let first = lists.next();
            first.is_some_and(|first| lists.all(|other| other.members == first.members))
        };
        let named: BTreeSet<Member> = parts.iter().flat_map(|part| &part.members).copied().collect();
        let is_named_by_all = |member: &Member| {
            let lists = parts.iter().filter(|part| part.extent != Extent::Part);
            { lists }.all(|part| part.members.binary_search(member).is_ok())
        };
        let every = |extent: Extent| of_extent(extent).next().map(|part| part.members.len());
        let (direct, nested) = (every(Extent::Whole), every(Extent::WholeWithNested));
        // The longest list that is whole must hold all that others name.
        let agrees = match (direct, nested) {
            (None, None) => false,
            (Some(direct), None) => is_whole(Extent::Whole) && direct == named.len(),
            (_, Some(nested)) => {
                is_whole(Extent::WholeWithNested)
                    && nested == named.len()
                    && (direct.is_none() || is_whole(Extent::Whole))
            }
        };
        let members = if agrees || (direct, nested) == (None, None) {
            named.into_iter().collect()
        } else {
            named.into_iter().filter(is_named_by_all).collect()
        };
        Self { members, is_whole: agrees, holds_nested: agrees && nested.is_some() }
    }
}
