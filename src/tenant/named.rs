//! Which objects users and groups are that files tell of by their names, once all files are read.
//!
//! A name stands for an object with an id where exactly one bears it. Where no file has ids, the name stands for itself:
//! a tenant has a `userPrincipalName` once, and a group without an id is found by its display name. Nothing is guessed: a name
//! that may be that of another object stays unknown, and with it who is no member.

use super::Companions;
use super::bearers::{Bearer, Bearers};
use super::directory::{
    Directory, DirectoryParts, Extent, GroupKeepers, Holding, ListedAt, Member, MemberKind, NamedGroup, NamedParts,
    NamedUser, Names, User, UserKinds,
};
use crate::policy::{FileIndex, Id, List, Policy};
use std::collections::{BTreeMap, BTreeSet};
use uuid::{Uuid, uuid};

/// The namespace of ids that stand for names. No object of a tenant has them, and no report shows them.
const NAMES: Uuid = uuid!("3f0c2a52-6d0b-4a9e-9d7b-8f6f1f5b7c11");

impl Companions {
    /// The directory that all files make, beside these policies.
    pub fn take_directory(&mut self, policies: &[Policy]) -> Directory {
        let named = std::mem::take(self.directory.named());
        let variables_of = named.only_variables();
        if !named.is_empty() {
            let settling = Settling::of(self, policies, &named);
            settling.settle(&mut self.directory, named);
        }
        let mut directory = std::mem::take(&mut self.directory).directory();
        directory.variables_of = variables_of;
        directory
    }
}

impl NamedParts {
    /// The file in which a variable stands for the domain of users, if there is but one.
    fn only_variables(&self) -> Option<FileIndex> {
        self.variables_of.first().copied().filter(|_| self.variables_of.len() == 1)
    }
}

/// What names stand for.
struct Settling {
    /// Users by `userPrincipalName` in lower case; none where it is not known who it is.
    users: BTreeMap<String, Option<User>>,
    /// Display names of users in lower case.
    display_names: BTreeSet<String>,
    groups: Bearers,
    /// Names that several groups without ids have, in lower case.
    several: BTreeSet<String>,
    gone: BTreeSet<Box<str>>,
}

impl Settling {
    fn of(companions: &mut Companions, policies: &[Policy], named: &NamedParts) -> Self {
        let users = users(companions, policies, named);
        let several = name_groups(companions, policies, named);
        let real = companions.directory.users().filter_map(|user| user.name.as_deref());
        let display_names = real.chain(named.users.iter().filter_map(|user| user.name.as_deref()));
        Self {
            users,
            display_names: display_names.map(str::to_lowercase).collect(),
            groups: Bearers::of(companions, std::iter::empty()),
            several,
            gone: named.gone.clone(),
        }
    }

    /// Adds users and groups with what is known of them.
    fn settle(&self, parts: &mut DirectoryParts, named: NamedParts) {
        for user in self.users.values().flatten() {
            parts.add_user(user.clone());
        }
        for NamedUser { sign_in_name, name, kinds, member_of, at } in named.users {
            let Some(user) = self.user(&sign_in_name) else { continue };
            let id = user.id;
            parts.add_user(User { name, kinds, ..user.clone() });
            self.add_to_groups(parts, &member_of, Member { id, kind: MemberKind::User }, &at);
        }
        for group in &named.groups {
            self.settle_group(parts, group);
        }
    }

    fn settle_group(&self, parts: &mut DirectoryParts, group: &NamedGroup) {
        let is_one_of_several = self.several.contains(&group.name.to_lowercase());
        let by_name = || self.group(&group.name).filter(|_| !is_one_of_several);
        let Some(id) = group.id.or_else(by_name) else { return };
        let direct = group.members.names.iter().map(|name| self.member(name));
        let nested = group.groups.names.iter().map(|name| {
            let id = self.group(name)?;
            Some(Member { id, kind: MemberKind::Group })
        });
        let members: Vec<Option<Member>> = direct.chain(nested).collect();
        let is_whole = group.members.is_whole && group.groups.is_whole && members.iter().all(Option::is_some);
        let members: Vec<Member> = members.into_iter().flatten().collect();
        if is_whole || !members.is_empty() {
            parts.add_members(id, members, if is_whole { Extent::Whole } else { Extent::Part }, group.at.clone());
        }
        self.add_to_groups(parts, &group.member_of, Member { id, kind: MemberKind::Group }, &group.at);
        let owners: BTreeSet<Uuid> = group.owners.names.iter().filter_map(|name| Some(self.user(name)?.id)).collect();
        if group.is_role_assignable.is_some() || !owners.is_empty() {
            parts.add_keepers(id, GroupKeepers { is_role_assignable: group.is_role_assignable, owners });
        }
        for role in &group.roles {
            parts.add_holders(*role, Holding::Active, vec![id], Extent::Part, group.at.clone());
        }
    }

    fn add_to_groups(&self, parts: &mut DirectoryParts, groups: &Names, member: Member, at: &ListedAt) {
        for group in groups.names.iter().filter_map(|name| self.group(name)) {
            parts.add_members(group, vec![member], Extent::Part, at.clone());
        }
    }

    fn user(&self, sign_in_name: &str) -> Option<&User> {
        self.users.get(&sign_in_name.to_lowercase())?.as_ref()
    }

    fn group(&self, name: &str) -> Option<Uuid> {
        if self.gone.contains(name.to_lowercase().as_str()) {
            return None;
        }
        self.groups.only(Bearer::Principal, name)?.guid()
    }

    /// A member that is no group: a user by `userPrincipalName`, or an application by its display name.
    fn member(&self, name: &str) -> Option<Member> {
        if is_sign_in_name(name) {
            return Some(Member { id: self.user(name)?.id, kind: MemberKind::User });
        }
        let may_be_user = name.contains('@') || self.display_names.contains(&name.to_lowercase());
        (!may_be_user).then(|| Member { id: id_of("application", name), kind: MemberKind::Other })
    }
}

/// Who the users are that have no ids here.
fn users(companions: &Companions, policies: &[Policy], named: &NamedParts) -> BTreeMap<String, Option<User>> {
    let mut known: BTreeMap<String, Option<User>> = BTreeMap::new();
    for user in companions.directory.users() {
        if let Some(name) = &user.sign_in_name {
            known.entry(name.to_lowercase()).and_modify(|known| *known = None).or_insert_with(|| Some(user.clone()));
        }
    }
    // Where some user has an id, another name may be theirs.
    let is_user = |list: &List<Id>| list.known().any(|(_, id)| id.guid().is_some());
    let have_ids = companions.directory.users().next().is_some()
        || companions.people.iter().any(|id| id.guid().is_some())
        || policies
            .iter()
            .map(|policy| &policy.conditions.users)
            .any(|users| [&users.include_users, &users.exclude_users].into_iter().any(is_user));
    let in_groups = named.groups.iter().flat_map(|group| group.members.names.iter().chain(&group.owners.names));
    let all: BTreeMap<String, &str> = named
        .users
        .iter()
        .map(|user| &user.sign_in_name)
        .chain(in_groups)
        .filter(|name| is_sign_in_name(name))
        .map(|name| (name.to_lowercase(), name.as_ref()))
        .collect();
    // `ada@$OrganizationName` may be `ada@contoso.com`.
    let mut stems: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    for name in all.keys() {
        let (count, has_variable) = stems.entry(stem(name)).or_default();
        *count += 1;
        *has_variable |= name.contains('$');
    }
    let is_open = |lower: &str| stems.get(stem(lower)).is_some_and(|(count, has_variable)| *count > 1 && *has_variable);
    let mut users = BTreeMap::new();
    for (lower, name) in &all {
        let is_variable = lower.contains('$') && named.only_variables().is_none();
        let is_unclear = named.gone.contains(lower.as_str()) || is_variable || (!have_ids && is_open(lower));
        let user = match known.get(lower) {
            Some(known) => known.clone(),
            None => (!have_ids).then(|| User {
                id: id_of("user", name),
                goes_by: Some((*name).into()),
                sign_in_name: Some((*name).into()),
                ..User::unknown(UserKinds::of(None, Some(name), None))
            }),
        };
        users.insert(lower.clone(), user.filter(|_| !is_unclear));
    }
    users
}

/// Gives groups without an id one that stands for their name, unless exactly one group with an id bears it: Microsoft365DSC
/// looks for a group of that name then. Returns the names that several groups without ids have.
fn name_groups(companions: &mut Companions, policies: &[Policy], named: &NamedParts) -> BTreeSet<String> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let with_ids = Bearers::of(companions, std::iter::empty());
    let without_id = || named.groups.iter().filter(|group| group.id.is_none());
    // A group that a policy has by its id alone may be any of them.
    let is_nameless =
        |list: &List<Id>| list.known().any(|(_, id)| id.guid().is_some() && !companions.names.contains_key(id));
    let has_nameless = policies
        .iter()
        .map(|policy| &policy.conditions.users)
        .any(|users| [&users.include_groups, &users.exclude_groups].into_iter().any(is_nameless));
    for group in without_id() {
        *count.entry(group.name.to_lowercase()).or_default() += 1;
    }
    for group in without_id() {
        let is_one = count.get(&group.name.to_lowercase()) == Some(&1);
        let is_nobody_elses = !has_nameless && !with_ids.bears(Bearer::Principal, &group.name);
        // Several must not be taken for one.
        let kinds: &[&str] = match (is_one, is_nobody_elses) {
            (true, true) => &["group"],
            (true, false) => &[],
            (false, _) => &["group", "another group"],
        };
        for kind in kinds {
            let id = Id::Spelt(Box::new((id_of(kind, &group.name), group.name.clone())));
            companions.names.insert(id, group.name.clone());
        }
    }
    count.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
}

fn id_of(kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&NAMES, format!("{kind} {}", name.to_lowercase()).as_bytes())
}

/// Whether a name is a `userPrincipalName`, with a domain that may stand for itself: `ada@$OrganizationName`.
fn is_sign_in_name(name: &str) -> bool {
    let parts = name.rsplit_once('@');
    parts.is_some_and(|(user, domain)| !user.is_empty() && !domain.is_empty() && !user.contains('$'))
        && !name.contains(char::is_whitespace)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('@').map_or(name, |(user, _)| user)
}
