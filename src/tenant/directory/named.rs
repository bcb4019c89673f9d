//! Users and groups as files tell of them that have names where others have ids.

use super::{ListedAt, UserKinds};
use crate::policy::FileIndex;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What files tell of users and groups by their names.
#[derive(Debug, Clone, Default)]
pub struct NamedParts {
    /// Users.
    pub users: Vec<NamedUser>,
    /// Groups.
    pub groups: Vec<NamedGroup>,
    /// Names, in lower case, of users and groups that a file removes, or perhaps does not make.
    pub gone: BTreeSet<Box<str>>,
    /// Files in which a variable stands for the domain of users. Another file may have another value of it.
    pub variables_of: BTreeSet<FileIndex>,
}

/// A user.
#[derive(Debug, Clone)]
pub struct NamedUser {
    /// `userPrincipalName`
    pub sign_in_name: Box<str>,
    /// `displayName`
    pub name: Option<Box<str>>,
    /// What kind of user it may be.
    pub kinds: UserKinds,
    /// Display names of groups that it is in, as far as the files tell.
    pub member_of: Names,
    /// Where it stands.
    pub at: ListedAt,
}

/// A group.
#[derive(Debug, Clone)]
pub struct NamedGroup {
    /// `id`, if the file has it.
    pub id: Option<Uuid>,
    /// `displayName`
    pub name: Box<str>,
    /// Its members that are no groups: users by `userPrincipalName`, and applications by their display names.
    pub members: Names,
    /// Display names of the groups in it.
    pub groups: Names,
    /// Display names of groups that it is in.
    pub member_of: Names,
    /// Owners: users by `userPrincipalName`.
    pub owners: Names,
    /// `isAssignableToRole`
    pub is_role_assignable: Option<bool>,
    /// Roles that it holds in the whole tenant, by their templates.
    pub roles: BTreeSet<Uuid>,
    /// Where it stands.
    pub at: ListedAt,
}

/// A list of names.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Those that the file states.
    pub names: Vec<Box<str>>,
    /// There are no others.
    pub is_whole: bool,
}

impl NamedParts {
    /// Whether nothing is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty() && self.gone.is_empty()
    }

    /// Adds what another file tells.
    pub(super) fn absorb(&mut self, other: Self) {
        self.users.extend(other.users);
        self.groups.extend(other.groups);
        self.gone.extend(other.gone);
        self.variables_of.extend(other.variables_of);
    }
}
