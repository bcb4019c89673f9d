//! What single files tell of the directory, and how that comes together.

use super::lists::{self, Extent, List, ListedAt, Member, MemberKind};
use super::{Contradicted, Directory, Group, GroupKeepers, NamedParts, Role, User};
use crate::policy::FileIndex;
use crate::syntax::Pointer;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use time::Date;
use uuid::Uuid;

/// What files tell of users, groups and roles.
#[derive(Debug, Clone, Default)]
pub struct DirectoryParts {
    users: BTreeMap<Uuid, Account>,
    /// Users in the longest list of users that was read to its end, and where it stands. A list of some users looks the same
    /// as one of all.
    longest_list_of_users: Option<(usize, ListedAt)>,
    /// Users in the recycle bin: no list of users has them.
    deleted: BTreeSet<Uuid>,
    groups: BTreeMap<Uuid, Vec<List>>,
    keepers: BTreeMap<Uuid, GroupKeepers>,
    /// Users and groups that can activate their membership of a group.
    eligible: BTreeMap<Uuid, BTreeSet<Uuid>>,
    /// Holders of single roles.
    holders: BTreeMap<(Uuid, Holding), Vec<List>>,
    /// Lists of the assignments of all roles that were read to their ends.
    assignments: Vec<Assignments>,
    exported: Exported,
    named: NamedParts,
    /// Principals that are neither users nor groups: applications.
    others: BTreeSet<Uuid>,
    /// The last day that something in it tells of.
    last_day: Option<Date>,
}

/// A user, and the first file that has the account enabled, or disabled.
#[derive(Debug, Clone)]
struct Account {
    user: User,
    told_by: [Option<FileIndex>; 2],
}

/// Every assignment of roles, as one file lists them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Assignments {
    holding: Holding,
    of: BTreeSet<(Uuid, Uuid)>,
    at: ListedAt,
}

/// What an export says that has a file for each object.
#[derive(Debug, Clone, Default)]
struct Exported {
    users: BTreeSet<Uuid>,
    members: BTreeMap<Uuid, BTreeSet<Member>>,
    /// Templates of roles, by the ids of their objects in the tenant.
    roles: BTreeMap<Uuid, Uuid>,
    holders: BTreeMap<Uuid, BTreeSet<Uuid>>,
    /// The first of its files.
    first: Option<FileIndex>,
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
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Active, Self::Eligible];

    pub(super) const fn index(self) -> usize {
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
        let Exported { users, members, roles, holders, first: _ } = &self.exported;
        let nothing_exported = users.is_empty() && members.is_empty() && roles.is_empty() && holders.is_empty();
        let is_only_of_lists = self.named.is_empty()
            && self.users.is_empty()
            && self.groups.is_empty()
            && self.keepers.is_empty()
            && self.eligible.is_empty()
            && self.holders.is_empty();
        nothing_exported && is_only_of_lists && self.assignments.iter().all(|list| list.of.is_empty())
    }

    /// Every user so far.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values().map(|account| &account.user)
    }

    /// What is told by names.
    pub fn named(&mut self) -> &mut NamedParts {
        &mut self.named
    }

    /// Adds a user.
    pub fn add_user(&mut self, user: User) {
        let id = user.id;
        let told_by = [false, true].map(|is| (user.is_enabled == Some(is)).then_some(FileIndex(0)));
        self.add_account(id, Account { user, told_by });
    }

    fn add_account(&mut self, id: Uuid, account: Account) {
        match self.users.entry(id) {
            Entry::Vacant(new) => _ = new.insert(account),
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.user.absorb(account.user);
                for (known, other) in known.told_by.iter_mut().zip(account.told_by) {
                    *known = known.iter().copied().chain(other).min();
                }
            }
        }
    }

    /// Says that a user who was added is in the recycle bin.
    pub fn add_deleted(&mut self, id: Uuid) {
        self.deleted.insert(id);
    }

    /// A list of so many users ends.
    pub fn end_users(&mut self, count: usize, at: ListedAt) {
        self.end_list_of_users(Some((count, at)));
    }

    /// Of two that are as long, the first counts.
    fn end_list_of_users(&mut self, list: Option<(usize, ListedAt)>) {
        let lists = self.longest_list_of_users.take().into_iter().chain(list);
        self.longest_list_of_users =
            lists.min_by(|(one, one_at), (two, two_at)| two.cmp(one).then_with(|| one_at.cmp(two_at)));
    }

    /// Adds members of a group.
    pub fn add_members(&mut self, group: Uuid, members: Vec<Member>, extent: Extent, at: ListedAt) {
        add_list(self.groups.entry(group).or_default(), List::new(members, extent, at));
    }

    /// Says that a user or a group can activate its membership of a group.
    pub fn add_eligible_member(&mut self, group: Uuid, principal: Uuid) {
        self.eligible.entry(group).or_default().insert(principal);
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

    /// Adds holders of a role.
    pub fn add_holders(&mut self, role: Uuid, holding: Holding, holders: Vec<Uuid>, extent: Extent, at: ListedAt) {
        add_list(self.holders.entry((role, holding)).or_default(), List::of_holders(holders, extent, at));
    }

    /// Adds assignments of roles. `is_whole` says that they are all that there are.
    pub fn add_assignments(&mut self, holding: Holding, of: BTreeSet<(Uuid, Uuid)>, is_whole: bool, at: ListedAt) {
        if is_whole {
            self.assignments.push(Assignments { holding, of, at });
            return;
        }
        for (role, principal) in of {
            self.add_holders(role, holding, vec![principal], Extent::Part, at.clone());
        }
    }

    /// Says that a principal is neither a user nor a group.
    pub fn add_other(&mut self, id: Uuid) {
        self.others.insert(id);
    }

    /// Something happened on this day.
    pub fn note_day(&mut self, day: Date) {
        self.last_day = self.last_day.max(Some(day));
    }

    /// Says which file everything is from that was added so far.
    pub fn stamp(&mut self, file: FileIndex) {
        self.users.values_mut().flat_map(|account| account.told_by.iter_mut().flatten()).for_each(|of| *of = file);
        let lists = self.groups.values_mut().chain(self.holders.values_mut()).flatten();
        let at = lists.map(|list| &mut list.at).chain(self.assignments.iter_mut().map(|list| &mut list.at));
        at.chain(self.longest_list_of_users.as_mut().map(|(_, at)| at)).for_each(|at| at.file = file);
        self.exported.first = Some(file);
    }

    /// Adds what another file tells.
    pub fn absorb(&mut self, other: Self) {
        let tells_of_lists = self.longest_list_of_users.is_some() || !self.assignments.is_empty();
        let tells_of_others = !self.others.is_empty() || !self.deleted.is_empty() || self.last_day.is_some();
        if self.is_empty() && !tells_of_lists && !tells_of_others {
            *self = other;
            return;
        }
        for (id, account) in other.users {
            self.add_account(id, account);
        }
        self.end_list_of_users(other.longest_list_of_users);
        self.exported.users.extend(other.exported.users);
        self.deleted.extend(other.deleted);
        self.named.absorb(other.named);
        for (id, lists) in other.groups {
            let known = self.groups.entry(id).or_default();
            for list in lists {
                add_list(known, list);
            }
        }
        for (of, lists) in other.holders {
            let known = self.holders.entry(of).or_default();
            for list in lists {
                add_list(known, list);
            }
        }
        for (id, keepers) in other.keepers {
            self.add_keepers(id, keepers);
        }
        for (group, principals) in other.eligible {
            self.eligible.entry(group).or_default().extend(principals);
        }
        self.assignments.extend(other.assignments);
        self.others.extend(other.others);
        for (group, members) in other.exported.members {
            self.exported.members.entry(group).or_default().extend(members);
        }
        self.exported.roles.extend(other.exported.roles);
        for (role, holders) in other.exported.holders {
            self.exported.holders.entry(role).or_default().extend(holders);
        }
        self.exported.first = self.exported.first.into_iter().chain(other.exported.first).min();
        self.last_day = self.last_day.max(other.last_day);
    }

    /// The directory that all parts make.
    #[must_use]
    pub fn directory(mut self) -> Directory {
        let exported = std::mem::take(&mut self.exported);
        let at = ListedAt { file: exported.first.unwrap_or(FileIndex(0)), pointer: Pointer::root() };
        if !exported.users.is_empty() {
            self.end_users(exported.users.len(), at.clone());
        }
        for (group, members) in exported.members {
            // A group without members has no file that says so.
            self.add_members(group, members.into_iter().collect(), Extent::Whole, at.clone());
        }
        for (role, template) in &exported.roles {
            if let Some(holders) = exported.holders.get(role) {
                let holders = holders.iter().copied().collect();
                self.add_holders(*template, Holding::Active, holders, Extent::Whole, at.clone());
            }
        }
        let mut contradictions: BTreeMap<Contradicted, lists::Contradiction> = BTreeMap::new();
        let mut note = |of: Contradicted, found: Option<lists::Contradiction>| {
            contradictions.extend(found.map(|found| (of, found)));
        };
        let mut groups: BTreeMap<Uuid, Group> = BTreeMap::new();
        for (id, lists) in self.groups {
            let settled = lists::settle(lists);
            note(Contradicted::Group(id), settled.contradiction);
            let (members, is_whole, holds_nested) = (settled.members, settled.is_whole, settled.holds_nested);
            groups.insert(id, Group { members, is_whole, holds_nested });
        }
        let listed = self.assignments.iter().flat_map(|list| list.of.iter().map(|(role, _)| *role));
        let told = self.holders.keys().map(|(role, _)| *role);
        // Roles that nobody has ever had are not exported. Of one without holders the files do not say who holds it.
        let named: BTreeSet<Uuid> = listed.chain(told).chain(exported.roles.values().copied()).collect();
        let mut roles: BTreeMap<Uuid, Role> = BTreeMap::new();
        for id in named {
            let role = roles.entry(id).or_default();
            for holding in Holding::ALL {
                let mut lists = self.holders.remove(&(id, holding)).unwrap_or_default();
                for list in self.assignments.iter().filter(|list| list.holding == holding) {
                    let holders = list.of.range((id, Uuid::nil())..=(id, Uuid::max())).map(|(_, holder)| *holder);
                    lists.push(List::of_holders(holders.collect(), Extent::Whole, list.at.clone()));
                }
                let settled = lists::settle(lists);
                note(Contradicted::Role(id, holding), settled.contradiction);
                let holders = settled.members.into_iter().map(|member| member.id).collect();
                role.holders[holding.index()] = (holders, settled.is_whole);
            }
        }
        let lists_every_role = |holding: Holding| {
            let is_exported = holding == Holding::Active && !exported.roles.is_empty();
            is_exported || self.assignments.iter().any(|list| list.holding == holding)
        };
        let torn = self.users.iter().filter_map(|(id, account)| match account.told_by {
            [Some(disabled), Some(enabled)] => Some((*id, [disabled, enabled])),
            [None, _] | [_, None] => None,
        });
        Directory {
            torn: torn.collect(),
            others: self.others,
            last_day: self.last_day,
            // Whoever is told of elsewhere and not on it shows that the list is not of all users.
            lists_every_user: !self.users.is_empty()
                && self.longest_list_of_users.as_ref().map_or(0, |(count, _)| *count)
                    == self.users.len() - self.deleted.len(),
            longest_list_of_users: self.longest_list_of_users,
            users: self.users.into_values().map(|account| account.user).collect(),
            variables_of: None,
            groups,
            keepers: self.keepers,
            eligible: self.eligible,
            roles,
            lists_every_role: Holding::ALL.map(lists_every_role),
            contradictions,
        }
    }
}

/// Adds a list, unless it says what one says that is there already. Of two that say the same, the first counts.
fn add_list(lists: &mut Vec<List>, list: List) {
    match lists.iter_mut().find(|known| known.says_the_same(&list)) {
        Some(known) if known.at > list.at => known.at = list.at,
        Some(_) => {}
        None => lists.push(list),
    }
}

impl List {
    fn of_holders(holders: Vec<Uuid>, extent: Extent, at: ListedAt) -> Self {
        let member = |id| Member { id, kind: MemberKind::Unknown };
        Self::new(holders.into_iter().map(member).collect(), extent, at)
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
