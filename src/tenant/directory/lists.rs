//! Lists of the members of a group or of the holders of a role, and what several of them come to.

use crate::policy::FileIndex;
use crate::syntax::Pointer;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where a list stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedAt {
    /// The file.
    pub file: FileIndex,
    /// Where in it.
    pub pointer: Pointer,
}

impl ListedAt {
    /// In the file that is being read: [`super::DirectoryParts::stamp`] tells which one.
    #[must_use]
    pub fn here(pointer: Pointer) -> Self {
        Self { file: FileIndex(0), pointer }
    }
}

/// How much of a group a list of members is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Every direct member.
    Whole,
    /// Every member, those of nested groups among them.
    WholeWithNested,
    /// Some direct members.
    Part,
    /// Some members, perhaps of nested groups.
    PartWithNested,
}

impl Extent {
    /// How much of it is there if the list may go on.
    #[must_use]
    pub fn cut(self) -> Self {
        match self {
            Self::Whole | Self::Part => Self::Part,
            Self::WholeWithNested | Self::PartWithNested => Self::PartWithNested,
        }
    }

    /// Whether whoever is on a list of another extent must be on one of this extent.
    fn holds(self, other: Self) -> bool {
        match (self, other) {
            (Self::Whole, Self::Whole | Self::Part) | (Self::WholeWithNested, _) => true,
            (Self::Whole, Self::WholeWithNested | Self::PartWithNested) | (Self::Part | Self::PartWithNested, _) => {
                false
            }
        }
    }

    fn is_whole(self) -> bool {
        match self {
            Self::Whole | Self::WholeWithNested => true,
            Self::Part | Self::PartWithNested => false,
        }
    }
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

impl MemberKind {
    /// What two copies tell together.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, Self::Unknown) => one,
            (Self::Unknown, other) => other,
            (one, other) if one == other => one,
            (Self::User | Self::Group | Self::Other, Self::User | Self::Group | Self::Other) => Self::Unknown,
        }
    }
}

/// Members of a group, or holders of a role, as one file lists them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct List {
    /// In order, each once.
    pub(super) members: Vec<Member>,
    pub(super) extent: Extent,
    pub(super) at: ListedAt,
}

impl List {
    pub(super) fn new(mut members: Vec<Member>, extent: Extent, at: ListedAt) -> Self {
        members.sort_unstable();
        members.dedup_by_key(|member| member.id);
        Self { members, extent, at }
    }

    /// Whether another list says the same, wherever it stands.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.extent == other.extent && self.members == other.members
    }

    fn names(&self, id: Uuid) -> bool {
        self.members.binary_search_by_key(&id, |member| member.id).is_ok()
    }
}

/// Two lists that cannot both be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// One that was read to its end.
    pub whole: ListedAt,
    /// Another one.
    pub other: ListedAt,
    /// Those whom only the other one names.
    pub only: Vec<Uuid>,
}

/// What several lists come to.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// Those whom they surely name.
    pub(super) members: Vec<Member>,
    /// Nobody else is one.
    pub(super) is_whole: bool,
    /// Those of nested groups are among them.
    pub(super) holds_nested: bool,
    pub(super) contradiction: Option<Contradiction>,
}

/// What lists of one group or role come to. Where one that is whole contradicts another, only those whom all that are whole
/// name are surely there, and nobody is surely not.
pub(super) fn settle(mut lists: Vec<List>) -> Settled {
    if let [_] = lists.as_slice() {
        let list = lists.remove(0);
        let holds_nested = list.extent == Extent::WholeWithNested;
        return Settled { members: list.members, is_whole: list.extent.is_whole(), holds_nested, contradiction: None };
    }
    lists.sort_unstable_by(|one, other| one.at.cmp(&other.at).then_with(|| one.cmp(other)));
    let mut named: BTreeMap<Uuid, MemberKind> = BTreeMap::new();
    for member in lists.iter().flat_map(|list| &list.members) {
        named.entry(member.id).and_modify(|kind| *kind = kind.and(member.kind)).or_insert(member.kind);
    }
    let whole = || lists.iter().filter(|list| list.extent.is_whole());
    let contradiction = whole().find_map(|list| lists.iter().find_map(|other| list.contradicted_by(other)));
    if contradiction.is_some() {
        named.retain(|id, _| whole().all(|list| list.names(*id)));
    }
    let agrees = contradiction.is_none();
    Settled {
        members: named.into_iter().map(|(id, kind)| Member { id, kind }).collect(),
        is_whole: agrees && whole().next().is_some(),
        holds_nested: agrees && whole().any(|list| list.extent == Extent::WholeWithNested),
        contradiction,
    }
}

impl List {
    fn contradicted_by(&self, other: &Self) -> Option<Contradiction> {
        if !self.extent.holds(other.extent) {
            return None;
        }
        let only: Vec<Uuid> = other.members.iter().map(|member| member.id).filter(|id| !self.names(*id)).collect();
        (!only.is_empty()).then(|| Contradiction { whole: self.at.clone(), other: other.at.clone(), only })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lists come to: who is surely there, whether nobody else is, and whom one of two that disagree has alone.
    fn of(lists: &[(&[u128], Extent)]) -> (Vec<u128>, bool, Option<Vec<u128>>) {
        let member = |id: &u128| Member { id: Uuid::from_u128(*id), kind: MemberKind::User };
        let list = |(number, (members, extent)): (usize, &(&[u128], Extent))| {
            let at = ListedAt { file: FileIndex(number), pointer: Pointer::root() };
            List::new(members.iter().map(member).collect(), *extent, at)
        };
        let settled = settle(lists.iter().enumerate().map(list).collect());
        let numbers = |ids: &mut dyn Iterator<Item = Uuid>| ids.map(|id| id.as_u128()).collect::<Vec<_>>();
        let only = settled.contradiction.map(|found| numbers(&mut found.only.into_iter()));
        (numbers(&mut settled.members.iter().map(|member| member.id)), settled.is_whole, only)
    }

    #[test]
    fn lists_that_contradict_each_other_say_what_all_say() {
        use Extent::{Part, PartWithNested, Whole, WholeWithNested};
        assert_eq!(of(&[]), (vec![], false, None));
        assert_eq!(of(&[(&[1], Part)]), (vec![1], false, None));
        assert_eq!(of(&[(&[1, 2], Whole), (&[2], Part)]), (vec![1, 2], true, None));
        assert_eq!(of(&[(&[1, 2], Whole), (&[3], Part)]), (vec![1, 2], false, Some(vec![3])));
        assert_eq!(of(&[(&[1, 2], Whole), (&[2, 3], Whole)]), (vec![2], false, Some(vec![3])));
        // Whom the shorter one has lost is told by the longer one.
        assert_eq!(of(&[(&[1, 2], Whole), (&[2], Whole)]), (vec![2], false, Some(vec![1])));
        // Those of nested groups are no direct members, and direct members are among those with nested ones.
        assert_eq!(of(&[(&[1], Whole), (&[1, 2], WholeWithNested)]), (vec![1, 2], true, None));
        assert_eq!(of(&[(&[1], Whole), (&[2], PartWithNested)]), (vec![1, 2], true, None));
        assert_eq!(of(&[(&[1], Whole), (&[2], WholeWithNested)]), (vec![], false, Some(vec![1])));
    }

    #[test]
    fn a_copy_that_does_not_say_what_a_member_is_contradicts_none_that_does() {
        let list = |kind, file| {
            let at = ListedAt { file: FileIndex(file), pointer: Pointer::root() };
            List::new(vec![Member { id: Uuid::from_u128(1), kind }], Extent::Whole, at)
        };
        for (one, other, together) in [
            (MemberKind::User, MemberKind::Unknown, MemberKind::User),
            (MemberKind::Unknown, MemberKind::Group, MemberKind::Group),
            (MemberKind::User, MemberKind::Group, MemberKind::Unknown),
        ] {
            let settled = settle(vec![list(one, 0), list(other, 1)]);
            assert_eq!((settled.members[0].kind, settled.is_whole), (together, true));
        }
    }
}
