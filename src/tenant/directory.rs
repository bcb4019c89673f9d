//! Users, groups and roles: who is a member of what, as far as the files tell.
//!
//! A [list of members] is knowledge in both directions only if it is whole: whoever is not on it is no member. What the
//! files leave open stays open.
//!
//! [list of members]: https://learn.microsoft.com/graph/api/group-list-members

mod alike;
mod lists;
mod named;
mod parts;

pub use alike::{Alike, People, Principals};
pub use lists::{Contradiction, Extent, ListedAt, Member, MemberKind};
pub use named::{NamedGroup, NamedParts, NamedUser, Names};
pub use parts::{DirectoryParts, Holding};

use crate::policy::{FileIndex, Id, UserType};
use std::collections::{BTreeMap, BTreeSet};
use time::Date;
use uuid::Uuid;

/// A user, by the place in [`Directory::users`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserIndex(pub u32);

/// The users, groups and roles of a tenant.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Every user that the files tell of, by id.
    users: Vec<User>,
    /// The only file in which a variable stands for the domain of users.
    pub(super) variables_of: Option<FileIndex>,
    /// A list of all users was read to its end, and nothing tells of one who is not on it.
    lists_every_user: bool,
    /// The longest list of users that was read to its end: how many it has, and where it stands.
    longest_list_of_users: Option<(usize, ListedAt)>,
    groups: BTreeMap<Uuid, Group>,
    keepers: BTreeMap<Uuid, GroupKeepers>,
    /// Users and groups that can activate their membership of a group.
    eligible: BTreeMap<Uuid, BTreeSet<Uuid>>,
    roles: BTreeMap<Uuid, Role>,
    /// Roles that are not among them are held by nobody: actively, and by those who can activate them.
    lists_every_role: [bool; 2],
    contradictions: BTreeMap<Contradicted, Contradiction>,
    /// Users whose accounts are disabled in the first of these files and enabled in the other.
    torn: BTreeMap<Uuid, [FileIndex; 2]>,
    /// Principals that are neither users nor groups: applications.
    others: BTreeSet<Uuid>,
    last_day: Option<Date>,
}

/// Of what two lists contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contradicted {
    /// Members of a group.
    Group(Uuid),
    /// Holders of a role.
    Role(Uuid, Holding),
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// `id`, or what stands for its name.
    pub id: Uuid,
    /// The name that stands in place of an id, which the files do not have.
    pub goes_by: Option<Box<str>>,
    /// `displayName`
    pub name: Option<Box<str>>,
    /// `userPrincipalName`
    pub sign_in_name: Option<Box<str>>,
    /// What kind of user it may be.
    pub kinds: UserKinds,
    /// Somebody can sign in with it: `accountEnabled`, and false in the recycle bin; none if the files do not say.
    pub is_enabled: Option<bool>,
    /// It comes from another directory: `onPremisesSyncEnabled`; none if the files do not say.
    pub is_synchronized: Option<bool>,
    /// Exchange is among its enabled `assignedPlans`; none if the files do not say.
    pub has_mailbox: Option<bool>,
}

impl User {
    /// A user of whom nothing else is known.
    pub(super) fn unknown(kinds: UserKinds) -> Self {
        Self {
            id: Uuid::nil(),
            goes_by: None,
            name: None,
            sign_in_name: None,
            kinds,
            is_enabled: None,
            is_synchronized: None,
            has_mailbox: None,
        }
    }

    /// The id, which shows the name if the files have none.
    #[must_use]
    pub fn as_id(&self) -> Id {
        match &self.goes_by {
            Some(name) => Id::Spelt(Box::new((self.id, name.clone()))),
            None => Id::Guid(self.id),
        }
    }
}

/// Kinds of users that have an object in the directory. Those that have none are in no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserKinds {
    /// An ordinary member.
    pub member: bool,
    /// A guest whose account is the tenant's own.
    pub internal_guest: bool,
    /// A guest with an account elsewhere.
    pub external_guest: bool,
    /// A member with an account elsewhere.
    pub external_member: bool,
}

impl UserKinds {
    /// Nothing is known.
    pub const ANY: Self = Self { member: true, internal_guest: true, external_guest: true, external_member: true };
    /// None.
    const NONE: Self = Self { member: false, internal_guest: false, external_guest: false, external_member: false };

    /// What kinds of users these properties leave possible. [An account elsewhere] has `#EXT#` in its name here, unless somebody
    /// has changed that.
    ///
    /// [An account elsewhere]: https://learn.microsoft.com/entra/external-id/user-properties
    #[must_use]
    pub fn of(user_type: Option<&str>, name: Option<&str>, creation: Option<&str>) -> Self {
        let is_marked = name.map(|name| name.to_ascii_uppercase().contains("#EXT#"));
        let is_invited = creation.is_some_and(|creation| creation.eq_ignore_ascii_case("Invitation"));
        let is_external = if is_invited { Some(true) } else { is_marked };
        let is_guest = user_type.and_then(|kind| {
            if kind.eq_ignore_ascii_case("Guest") {
                Some(true)
            } else {
                kind.eq_ignore_ascii_case("Member").then_some(false)
            }
        });
        let (guest, member) = (is_guest != Some(false), is_guest != Some(true));
        Self {
            member: member && is_external != Some(true),
            internal_guest: guest && is_external != Some(true),
            external_guest: guest && is_external != Some(false),
            external_member: member && is_external != Some(false),
        }
    }

    /// The types that policies know these kinds by.
    pub fn types(self) -> impl Iterator<Item = UserType> + Clone {
        let all = [
            (self.member, UserType::Member),
            (self.internal_guest, UserType::InternalGuest),
            (self.external_guest, UserType::B2bCollaborationGuest),
            (self.external_member, UserType::B2bCollaborationMember),
        ];
        all.into_iter().filter_map(|(may_be, kind)| may_be.then_some(kind))
    }

    /// Those of either.
    fn or(self, other: Self) -> Self {
        Self {
            member: self.member || other.member,
            internal_guest: self.internal_guest || other.internal_guest,
            external_guest: self.external_guest || other.external_guest,
            external_member: self.external_member || other.external_member,
        }
    }

    /// What two copies leave possible; if they contradict each other, what either says.
    fn narrowed(self, other: Self) -> Self {
        let both = Self {
            member: self.member && other.member,
            internal_guest: self.internal_guest && other.internal_guest,
            external_guest: self.external_guest && other.external_guest,
            external_member: self.external_member && other.external_member,
        };
        if both == Self::NONE { self.or(other) } else { both }
    }
}

/// A group.
#[derive(Debug, Clone, Default)]
struct Group {
    members: Vec<Member>,
    /// Whoever is not among them is no member.
    is_whole: bool,
    /// Members of groups in it are among them.
    holds_nested: bool,
}

/// Who can change a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupKeepers {
    /// `isAssignableToRole`: only its owners and few administrators can change its members.
    pub is_role_assignable: Option<bool>,
    /// Its owners, as far as the files tell.
    pub owners: BTreeSet<Uuid>,
}

/// A role.
#[derive(Debug, Clone, Default)]
struct Role {
    /// Users and groups to whom it is assigned in the whole tenant, and those who can activate it. Whether nobody else is one.
    holders: [(BTreeSet<Uuid>, bool); 2],
}

/// The users of a group or role, members of nested groups among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    /// Those who surely are, by their places.
    pub users: BTreeSet<UserIndex>,
    /// Those who are none now, and can become one: they [activate] their membership.
    ///
    /// [activate]: https://learn.microsoft.com/entra/id-governance/privileged-identity-management/concept-pim-for-groups
    pub eligible: BTreeSet<UserIndex>,
    /// Applications and other members that are no users.
    pub others: BTreeSet<Uuid>,
    /// Nobody else is.
    pub is_whole: bool,
}

impl Directory {
    /// Whether it tells anything that a verdict can rest on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty() && self.roles.is_empty()
    }

    /// A user, by the place.
    #[must_use]
    pub fn user(&self, index: UserIndex) -> &User {
        &self.users[index.0 as usize]
    }

    /// Forgets what users are called.
    pub(super) fn forget_names(&mut self) -> Vec<Box<str>> {
        let names = self.users.iter_mut().enumerate().flat_map(|(index, user)| {
            let goes_by =
                user.goes_by.as_mut().map(|name| std::mem::replace(name, format!("user {}", index + 1).into()));
            [user.name.take(), user.sign_in_name.take(), goes_by]
        });
        names.flatten().collect()
    }

    /// Every user with the place.
    pub fn users(&self) -> impl Iterator<Item = (UserIndex, &User)> {
        (0..).map(UserIndex).zip(&self.users)
    }

    /// How many groups the files tell of.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The last day that something in the directory tells of: it was not exported earlier.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.last_day
    }

    /// The place of a user.
    #[must_use]
    pub fn find(&self, id: Uuid) -> Option<UserIndex> {
        let place = self.users.binary_search_by_key(&id, |user| user.id).ok()?;
        u32::try_from(place).ok().map(UserIndex)
    }

    /// Whether the files list all users.
    #[must_use]
    pub fn lists_every_user(&self) -> bool {
        self.lists_every_user
    }

    /// Where the longest list of users stands, if it was read to its end and is not one of all users.
    #[must_use]
    pub fn partial_list_of_users(&self) -> Option<&(usize, ListedAt)> {
        self.longest_list_of_users.as_ref().filter(|_| !self.lists_every_user)
    }

    /// Lists that contradict each other.
    pub fn contradictions(&self) -> impl Iterator<Item = (Contradicted, &Contradiction)> {
        self.contradictions.iter().map(|(of, found)| (*of, found))
    }

    /// Users whose accounts are disabled in one file and enabled in another, in this order.
    pub fn torn(&self) -> impl Iterator<Item = (Uuid, [FileIndex; 2])> {
        self.torn.iter().map(|(id, files)| (*id, *files))
    }

    /// Who can change a group, if the files tell.
    #[must_use]
    pub fn keepers(&self, group: Uuid) -> Option<&GroupKeepers> {
        self.keepers.get(&group)
    }

    /// The members of a group, and of the groups in it.
    #[must_use]
    pub fn members(&self, group: Uuid) -> Members {
        let mut members = Members { is_whole: true, ..Members::default() };
        self.add_members([group], &mut members);
        members
    }

    /// These groups, and those in them.
    #[must_use]
    pub fn groups_within(&self, groups: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
        let mut seen: BTreeSet<Uuid> = BTreeSet::new();
        let mut waiting: Vec<Uuid> = groups.iter().copied().collect();
        while let Some(id) = waiting.pop() {
            if seen.insert(id) {
                let members = self.groups.get(&id).into_iter().flat_map(|group| &group.members);
                waiting.extend(members.filter(|member| self.groups.contains_key(&member.id)).map(|member| member.id));
            }
        }
        seen
    }

    /// Adds the members of groups, and those who can become one. Groups may be in one another.
    fn add_members(&self, groups: impl IntoIterator<Item = Uuid>, found: &mut Members) {
        let (mut members, mut eligible) = (BTreeSet::new(), BTreeSet::new());
        let mut waiting: Vec<(Uuid, bool)> = groups.into_iter().map(|group| (group, true)).collect();
        while let Some((id, is_member)) = waiting.pop() {
            let seen = if is_member { &mut members } else { &mut eligible };
            if !seen.insert(id) {
                continue;
            }
            for principal in self.eligible.get(&id).into_iter().flatten() {
                match self.find(*principal) {
                    Some(user) => _ = found.eligible.insert(user),
                    // One that is not known may be a group, which is then found to be unknown.
                    None => waiting.push((*principal, false)),
                }
            }
            let Some(group) = self.groups.get(&id) else {
                found.is_whole = false;
                continue;
            };
            found.is_whole &= group.is_whole;
            let users = if is_member { &mut found.users } else { &mut found.eligible };
            for member in &group.members {
                match (member.kind, self.find(member.id)) {
                    (MemberKind::User | MemberKind::Unknown, Some(user)) => _ = users.insert(user),
                    // Those who can become members of it are told of nowhere else.
                    (MemberKind::Group, _) => {
                        let is_told = group.holds_nested && !self.eligible.contains_key(&member.id);
                        waiting.extend((!is_told).then_some((member.id, is_member)));
                    }
                    (MemberKind::Unknown, None) if self.groups.contains_key(&member.id) => {
                        waiting.extend((!group.holds_nested).then_some((member.id, is_member)));
                    }
                    (MemberKind::Other, _) => _ = found.others.insert(member.id),
                    // It may be a group whose members are not known.
                    (MemberKind::User | MemberKind::Unknown, None) => found.is_whole = false,
                }
            }
        }
        found.eligible.retain(|user| !found.users.contains(user));
    }

    /// Who holds a role in the whole tenant, directly or through a group; and who can activate it.
    #[must_use]
    pub fn holders(&self, role: Uuid) -> (Members, Members) {
        let of = |holding: Holding| {
            let Some(role) = self.roles.get(&role) else {
                return Members { is_whole: self.lists_every_role[holding.index()], ..Members::default() };
            };
            let (principals, is_whole) = &role.holders[holding.index()];
            let mut members = Members { is_whole: *is_whole, ..Members::default() };
            let (users, others): (Vec<Uuid>, Vec<Uuid>) = principals.iter().partition(|id| self.find(**id).is_some());
            members.users.extend(users.into_iter().filter_map(|id| self.find(id)));
            let (groups, unknown): (Vec<Uuid>, Vec<Uuid>) =
                others.into_iter().partition(|id| self.groups.contains_key(id));
            // A principal that is neither may be a group whose members are not known.
            members.is_whole &= unknown.iter().all(|id| self.others.contains(id));
            self.add_members(groups, &mut members);
            members
        };
        let (mut active, mut eligible) = (of(Holding::Active), of(Holding::Eligible));
        // Who can get into a group that holds the role can get the role.
        eligible.users.append(&mut active.eligible);
        eligible.users.append(&mut eligible.eligible);
        (active, eligible)
    }
}
