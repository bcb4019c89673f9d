//! Users and groups: [`AADUser`] and [`AADGroup`], which go by their names.
//!
//! An export lists [all direct members] of a group unless it is dynamic: users by `userPrincipalName` and applications by their
//! display names in `Members`, groups in `GroupAsMembers`. Old exports have no `GroupAsMembers`, so groups may be missing there.
//! A configuration that leaves a list out says nothing about it. `Roles` of a user are not read: they may be
//! assigned for a part of the tenant only, which Conditional Access does not count.
//!
//! [`AADUser`]: https://microsoft365dsc.com/resources/azure-ad/AADUser/
//! [`AADGroup`]: https://microsoft365dsc.com/resources/azure-ad/AADGroup/
//! [all direct members]: https://learn.microsoft.com/graph/api/group-list-members

use crate::catalog;
use crate::dialect::{DocumentReader, Here, companion};
use crate::policy::Id;
use crate::syntax::{Node, Object};
use crate::tenant::{ListedAt, NamedGroup, NamedUser, Names, UserKinds};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Takes note of a user.
pub(super) fn user(reader: &mut DocumentReader<'_, '_>, body: &Object<'_>, here: &Here) {
    let Some(sign_in_name) = body.get("UserPrincipalName").and_then(name_of) else { return };
    note_variables(reader, body);
    let at = ListedAt { file: reader.file, pointer: here.pointer.clone() };
    let named = reader.taken.companions.directory.named();
    if !surely_exists(body) {
        named.gone.insert(sign_in_name.to_lowercase().into());
        return;
    }
    named.users.push(NamedUser {
        sign_in_name: sign_in_name.into(),
        name: text(body, "DisplayName").map(Into::into),
        kinds: UserKinds::of(text(body, "UserType"), Some(sign_in_name), None),
        member_of: names(body, "MemberOf"),
        at,
    });
}

/// Takes note of a group with its members.
pub(super) fn group(reader: &mut DocumentReader<'_, '_>, body: &Object<'_>, here: &Here) {
    let Some(name) = text(body, "DisplayName") else { return };
    if !surely_exists(body) {
        reader.taken.companions.directory.named().gone.insert(name.to_lowercase().into());
        return;
    }
    note_variables(reader, body);
    let id = text(body, "Id");
    if let Some(id) = id {
        let text = |text: &str| Node::String(Cow::Owned(text.to_owned()));
        let members = [("id", text(id)), ("displayName", text(name)), ("groupTypes", Node::Array(Vec::new()))];
        let members = members.into_iter().map(|(key, node)| (Cow::Borrowed(key), node)).collect();
        companion::read(&mut reader.taken.companions, &Object { members }, reader.file);
    }
    let id = match id.map(|id| Id::new(id).guid()) {
        Some(None) => return,
        Some(id) => id,
        None if body.get("Id").is_some_and(|id| !id.is_void()) => return,
        None => None,
    };
    let mut members = names(body, "Members");
    // Its rule decides who is a member, and whoever may not see hidden members is told that there are none.
    let is_dynamic = ["MembershipRule", "MembershipRuleProcessingState"]
        .iter()
        .any(|name| body.get(name).is_some_and(|node| !node.is_void() && node.as_str() != Some("")));
    let is_hidden = text(body, "Visibility") == Some("HiddenMembership") && members.names.is_empty();
    members.is_whole &= !is_dynamic && !is_hidden;
    let roles = names(body, "AssignedToRole").names;
    let roles = roles.iter().filter_map(|name| catalog::role(name)?.id.guid());
    let group = NamedGroup {
        id,
        name: name.into(),
        members,
        groups: names(body, "GroupAsMembers"),
        member_of: names(body, "MemberOf"),
        owners: names(body, "Owners"),
        is_role_assignable: match body.get("IsAssignableToRole") {
            Some(Node::Bool(is_assignable)) => Some(*is_assignable),
            _ => None,
        },
        roles: roles.collect::<BTreeSet<_>>(),
        at: ListedAt { file: reader.file, pointer: here.pointer.clone() },
    };
    reader.taken.companions.directory.named().groups.push(group);
}

/// Whether a resource is made, and not removed. That of a condition or loop does not say.
fn surely_exists(body: &Object<'_>) -> bool {
    match body.get("Ensure") {
        None | Some(Node::Null) => true,
        Some(Node::String(ensure)) => ensure.eq_ignore_ascii_case("Present"),
        Some(_) => false,
    }
}

/// Takes note that users stand here whose domain is a variable of this file: `ada@$OrganizationName`.
fn note_variables(reader: &mut DocumentReader<'_, '_>, body: &Object<'_>) {
    let is_variable = |node: &Node<'_>| matches!(node, Node::Reference(_));
    let nodes = body.members.iter().map(|(_, node)| node);
    if { nodes }.any(|node| is_variable(node) || node.as_array().unwrap_or_default().iter().any(is_variable)) {
        reader.taken.companions.directory.named().variables_of.insert(reader.file);
    }
}

/// A name, in which a variable may stand for the domain.
fn name_of<'o>(node: &'o Node<'_>) -> Option<&'o str> {
    let text = match node {
        Node::String(text) | Node::Reference(text) => text.as_ref(),
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::Array(_)
        | Node::Object(_)
        | Node::Raw(_)
        | Node::Secret(_)
        | Node::Untold(_) => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

fn text<'o>(body: &'o Object<'_>, name: &str) -> Option<&'o str> {
    body.get(name).and_then(Node::as_str).filter(|text| !text.trim().is_empty())
}

/// A list, which is whole if the file states all of it.
fn names(body: &Object<'_>, name: &str) -> Names {
    let stated = |node: &Node<'_>| name_of(node).map(Into::into);
    match body.get(name) {
        Some(Node::Array(elements)) => {
            let names: Vec<Box<str>> = elements.iter().filter_map(stated).collect();
            Names { is_whole: names.len() == elements.len(), names }
        }
        // PowerShell takes a single value for a list of one.
        Some(node) => Names { names: stated(node).into_iter().collect(), is_whole: stated(node).is_some() },
        None => Names::default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::read;
    use crate::policy::{FileIndex, Id, Policy, lower};
    use crate::syntax::Notation;
    use crate::tenant::{Members, Tenant};

    /// The tenant of these files, each a configuration of resources or JSON.
    fn tenant(files: &[&str]) -> Tenant {
        let mut tenant = Tenant::default();
        for file in files {
            let text = if file.starts_with(['{', '[']) {
                (*file).to_owned()
            } else {
                format!("Configuration X\n{{\n Node localhost\n {{\n{file}\n }}\n}}\n")
            };
            let root = Notation::of(&text).parse(&text).unwrap();
            let mut found: Vec<Policy> = Vec::new();
            let taken =
                read(&text, &root, FileIndex(0), &mut |policy| found.push(lower(policy.node, policy.origin).policy));
            tenant.policies.extend(found);
            tenant.companions.absorb(taken.companions);
        }
        tenant.directory = tenant.companions.take_directory(&tenant.policies);
        tenant.resolve_names();
        tenant
    }

    /// The first group that the first policy excludes.
    fn excluded(tenant: &Tenant) -> Id {
        tenant.policies[0].conditions.users.exclude_groups.known().next().unwrap().1.clone()
    }

    /// Its members: whether there is nobody else, users by name, and how many others.
    fn members(tenant: &Tenant) -> Option<(bool, Vec<String>, usize)> {
        let Members { users, others, is_whole, .. } = tenant.directory.members(excluded(tenant).guid()?);
        let names = users.into_iter().map(|user| tenant.directory.user(user).as_id().to_string());
        Some((is_whole, names.collect(), others.len()))
    }

    const POLICY: &str =
        "AADConditionalAccessPolicy 'p' { DisplayName = 'p'; State = 'enabled'; ExcludeGroups = @('G') }";
    const ID: &str = "b0000000-0000-4000-8000-000000000001";

    fn group(more: &str) -> Option<(bool, Vec<String>, usize)> {
        members(&tenant(&[POLICY, &format!("AADGroup 'g' {{ DisplayName = 'G'; Id = '{ID}'; {more} }}")]))
    }

    #[test]
    fn members_are_all_members_if_every_kind_of_them_is_listed() {
        let ada = || vec!["ada@contoso.com".to_owned()];
        for (more, expected) in [
            ("Members = @('ada@contoso.com'); GroupAsMembers = @()", (true, ada(), 0)),
            ("Members = 'ada@contoso.com', 'Backup'; GroupAsMembers = @(); Ensure = 'Present'", (true, ada(), 1)),
            ("Members = @(); GroupAsMembers = @()", (true, vec![], 0)),
            // An old export says nothing of groups in it, and a configuration may leave lists out.
            ("Members = @('ada@contoso.com')", (false, ada(), 0)),
            ("GroupAsMembers = @()", (false, vec![], 0)),
            ("Members = @('ada@contoso.com', $more); GroupAsMembers = @()", (false, ada(), 0)),
            ("Members = @('ada@contoso.com'); GroupAsMembers = @('Unheard of')", (false, ada(), 0)),
            ("Members = @('ada@contoso.com'); GroupAsMembers = @(); MembershipRule = 'x'", (false, ada(), 0)),
            ("Members = @(); GroupAsMembers = @(); Visibility = 'HiddenMembership'", (false, vec![], 0)),
            ("Members = @(); GroupAsMembers = @(); Ensure = 'Absent'", (false, vec![], 0)),
        ] {
            let found = group(more);
            // Nothing has the name of a group that is removed.
            let expected = (!more.contains("Absent")).then_some(expected);
            assert_eq!(found, expected, "{more}");
        }
    }

    #[test]
    fn groups_in_a_group_go_by_their_names() {
        let outer = format!(
            "{POLICY}\nAADGroup 'g' {{ DisplayName = 'G'; Id = '{ID}'; Members = @(); GroupAsMembers = @('Inner') }}"
        );
        let inner = |id: &str| {
            format!(
                "AADGroup 'i' {{ DisplayName = 'inner'; Id = '{id}'; Members = @('ada@contoso.com'); GroupAsMembers = @() }}"
            )
        };
        let one = inner("b0000000-0000-4000-8000-000000000002");
        let ada = || vec!["ada@contoso.com".to_owned()];
        assert_eq!(members(&tenant(&[&outer, &one])), Some((true, ada(), 0)));
        let other = inner("b0000000-0000-4000-8000-000000000003");
        assert_eq!(members(&tenant(&[&outer, &one, &other])), Some((false, vec![], 0)));
        // The one that is in the group says so itself, as old exports have it.
        let told = "AADGroup 'j' { DisplayName = 'J'; Members = @('bo@contoso.com'); GroupAsMembers = @(); MemberOf = @('G') }";
        assert_eq!(
            members(&tenant(&[POLICY, &format!("AADGroup 'g' {{ DisplayName = 'G'; Id = '{ID}' }}\n{told}")])),
            Some((false, vec!["bo@contoso.com".to_owned()], 0))
        );
    }

    #[test]
    fn a_group_without_an_id_is_shown_by_its_name_and_two_are_none() {
        let block = "AADGroup 'g' { DisplayName = 'G'; Members = @('ada@contoso.com'); GroupAsMembers = @() }";
        let one = tenant(&[POLICY, block]);
        assert_eq!((excluded(&one).to_string(), members(&one).unwrap().0), ("G".to_owned(), true));
        assert_eq!(tenant(&[POLICY, block, block]).directory.users().count(), 1);
        assert_eq!(members(&tenant(&[POLICY, block, block])), None);
        // Microsoft365DSC looks for the group of that name.
        let exported = format!(r#"{{"id": "{ID}", "displayName": "G", "groupTypes": []}}"#);
        let known = tenant(&[POLICY, block, &exported]);
        assert_eq!((excluded(&known).to_string(), members(&known).unwrap().0), (ID.to_owned(), true));
        let twin = exported.replace("0001\"", "0002\"");
        assert_eq!(members(&tenant(&[POLICY, block, &exported, &twin])), None);
        // A policy has an id that may be that of this group.
        let by_id = POLICY.replace("'G'", &format!("'G', '{ID}'"));
        assert_eq!(members(&tenant(&[&by_id, block])), None);
    }

    #[test]
    fn a_user_has_the_id_of_the_one_user_of_that_name() {
        let block = format!(
            "{POLICY}\nAADGroup 'g' {{ DisplayName = 'G'; Id = '{ID}'; Members = @('ada@contoso.com'); GroupAsMembers = @() }}"
        );
        let user = |number: u32, name: &str| {
            format!(
                r#"{{"id": "a0000000-0000-4000-8000-{number:012}", "userPrincipalName": "{name}", "userType": "Member"}}"#
            )
        };
        let known = tenant(&[&block, &user(1, "Ada@contoso.com")]);
        assert_eq!(members(&known), Some((true, vec!["a0000000-0000-4000-8000-000000000001".to_owned()], 0)));
        // Ada may have another name by now.
        assert_eq!(members(&tenant(&[&block, &user(2, "bo@contoso.com")])), Some((false, vec![], 0)));
        let twice = [user(1, "ada@contoso.com"), user(2, "ada@contoso.com")];
        assert_eq!(members(&tenant(&[&block, &twice[0], &twice[1]])), Some((false, vec![], 0)));
        // A policy has an id that may be Ada's.
        let by_id =
            block.replace("ExcludeGroups", "ExcludeUsers = 'a0000000-0000-4000-8000-000000000009'; ExcludeGroups");
        assert_eq!(members(&tenant(&[&by_id])), Some((false, vec![], 0)));
    }

    #[test]
    fn names_that_may_be_the_same_user_are_nobody() {
        let group = |listed: &str, more: &str| {
            let block = format!(
                "AADGroup 'g' {{ DisplayName = 'G'; Id = '{ID}'; Members = @({listed}); GroupAsMembers = @() }}\n{more}"
            );
            let (is_whole, users, _) = members(&tenant(&[POLICY, &block])).unwrap();
            (is_whole, users.len())
        };
        assert_eq!(group("\"ada@$OrganizationName\", \"bo@$OrganizationName\"", ""), (true, 2));
        assert_eq!(group("\"ada@$OrganizationName\", 'ada@contoso.com', 'bo@contoso.com'", ""), (false, 1));
        assert_eq!(
            group("'ada@contoso.com'", "AADUser 'u' { UserPrincipalName = 'ada@contoso.com'; Ensure = 'Absent' }"),
            (false, 0)
        );
        // A name without a domain is that of an application, unless somebody is called so.
        assert_eq!(group("'Ada'", ""), (true, 0));
        let ada = "AADUser 'u' { UserPrincipalName = 'ada@contoso.com'; DisplayName = 'ada' }";
        assert_eq!(group("'Ada'", ada), (false, 0));
        assert_eq!(group("", &ada.replace("DisplayName", "MemberOf = 'G'; DisplayName")), (false, 0));
    }
}
