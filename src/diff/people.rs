//! The users of a directory whose sign-ins change.

use super::difference::{Change, Principal, Region, Scope};
use crate::policy::{Id, UserType};
use crate::tenant::{Directory, Members, User, UserIndex};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Answers who in a directory is one of the users of a region. Groups are looked up once.
pub struct Listed<'d> {
    directory: &'d Directory,
    groups: RefCell<HashMap<Id, Rc<Members>>>,
    roles: RefCell<HashMap<Id, Rc<Members>>>,
}

/// Those of a directory whose sign-ins change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Among {
    /// They surely are.
    pub users: BTreeSet<UserIndex>,
    /// Of others the files do not say.
    pub perhaps_others: bool,
}

/// Whether somebody is one of those whom a principal stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Is {
    No,
    /// The files do not say, or it is up to the user: a role can be activated.
    Perhaps,
    Yes,
}

impl Is {
    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Perhaps => Self::Perhaps,
            Self::Yes => Self::No,
        }
    }

    fn from_set(users: &BTreeSet<UserIndex>, perhaps: &BTreeSet<UserIndex>, is_whole: bool, user: UserIndex) -> Self {
        if users.contains(&user) {
            Self::Yes
        } else if is_whole && !perhaps.contains(&user) {
            Self::No
        } else {
            Self::Perhaps
        }
    }
}

impl<'d> Listed<'d> {
    /// Those of a directory.
    #[must_use]
    pub fn of(directory: &'d Directory) -> Self {
        Self { directory, groups: RefCell::default(), roles: RefCell::default() }
    }

    /// The users of the directory who can sign in and are surely among those of a change; none if it is about everybody.
    /// Policies that still ask are left aside, as in the region.
    #[must_use]
    pub fn among(&self, change: &Change) -> Option<Among> {
        let Region { users, .. } = &change.region;
        let is_everybody =
            users.none_of.is_empty() && users.all_of.iter().all(|clause| clause.contains(&Principal::All));
        if is_everybody || self.directory.is_empty() {
            return None;
        }
        let mut among = Among::default();
        for (index, user) in self.directory.users().filter(|(_, user)| user.is_enabled != Some(false)) {
            match self.is_in(users, index, user) {
                Is::Yes => _ = among.users.insert(index),
                Is::Perhaps => among.perhaps_others = true,
                Is::No => {}
            }
        }
        Some(among)
    }

    fn is_in(&self, users: &Scope<Principal>, index: UserIndex, user: &User) -> Is {
        let is = |principal: &Principal| self.is_one(principal, index, user);
        let clauses = users.all_of.iter().map(|clause| clause.iter().map(is).max().unwrap_or(Is::No));
        let others = users.none_of.iter().map(|principal| is(principal).not());
        clauses.chain(others).min().unwrap_or(Is::Yes)
    }

    fn is_one(&self, principal: &Principal, index: UserIndex, user: &User) -> Is {
        match principal {
            Principal::All => Is::Yes,
            Principal::User(id) => match id.guid() {
                Some(id) if id == user.id => Is::Yes,
                Some(_) => Is::No,
                None => Is::Perhaps,
            },
            Principal::Group(id) => {
                let members = self.members(id);
                Is::from_set(&members.users, &members.eligible, members.is_whole, index)
            }
            Principal::Role(id) => {
                let holders = self.holders(id);
                Is::from_set(&holders.users, &holders.eligible, holders.is_whole, index)
            }
            Principal::Guests(types, tenants) => {
                let mut kinds = user.kinds.types();
                let is_meant = |kind: UserType| types.contains(&kind);
                if kinds.clone().any(is_meant) {
                    // Where an account comes from is not told.
                    let is_of_any_tenant = |kind| tenants.is_none() || kind == UserType::InternalGuest;
                    let is_surely = kinds.all(|kind| is_meant(kind) && is_of_any_tenant(kind));
                    if is_surely { Is::Yes } else { Is::Perhaps }
                } else {
                    Is::No
                }
            }
        }
    }

    fn members(&self, group: &Id) -> Rc<Members> {
        let find = || group.guid().map(|id| self.directory.members(id)).unwrap_or_default();
        Rc::clone(self.groups.borrow_mut().entry(group.clone()).or_insert_with(|| Rc::new(find())))
    }

    /// Those who hold a role, and as eligible ones those who can activate it.
    fn holders(&self, role: &Id) -> Rc<Members> {
        let find = || {
            let (active, eligible) = role.guid().map(|id| self.directory.holders(id)).unwrap_or_default();
            Members { eligible: eligible.users, is_whole: active.is_whole && eligible.is_whole, ..active }
        };
        Rc::clone(self.roles.borrow_mut().entry(role.clone()).or_insert_with(|| Rc::new(find())))
    }
}
