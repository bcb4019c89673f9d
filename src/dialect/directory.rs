//! Users, groups and assignments of roles, in the objects and lists of Microsoft Graph.
//!
//! Shapes: <https://learn.microsoft.com/graph/api/resources/user>, `group`, `directoryObject`, `unifiedRoleAssignment` and
//! `unifiedRoleEligibilityScheduleInstance` there.

use super::context::split_select;
use crate::policy::Id;
use crate::syntax::{Node, Object};
use crate::tenant::{Assignment, DirectoryParts, Extent, GroupKeepers, Holding, Member, MemberKind, User, UserKinds};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many members a group has at most in an answer that [expands] them: the rest is left out without a word.
///
/// [expands]: https://learn.microsoft.com/graph/query-parameters#expand
const MOST_EXPANDED: usize = 20;

/// What a list holds, as its `@odata.context` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum ListOf {
    /// All users.
    Users,
    /// Members of a group.
    Members(Uuid),
    /// Members of a group, and of the groups in it.
    MembersWithNested(Uuid),
    /// Groups, perhaps with their members.
    Groups,
    /// Roles that somebody has or once had, perhaps with their holders.
    Roles,
    /// Assignments of roles that are active.
    Assignments,
    /// Those that can be activated.
    Eligibilities,
    /// Objects that were deleted.
    Deleted,
    /// Anything else.
    #[default]
    Other,
}

impl ListOf {
    fn of(context: &str) -> Self {
        let context = context.to_ascii_lowercase();
        let Some((_, set)) = context.split_once('#') else { return Self::Other };
        let (path, _) = split_select(set);
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            ["users"] => Self::Users,
            ["groups"] => Self::Groups,
            ["directoryroles"] => Self::Roles,
            [group, "members"] => key(group, "groups").map_or(Self::Other, Self::Members),
            [group, "transitivemembers"] => key(group, "groups").map_or(Self::Other, Self::MembersWithNested),
            ["directory", "deleteditems", ..] => Self::Deleted,
            [.., "roleassignments" | "roleassignmentscheduleinstances"] => Self::Assignments,
            [.., "roleeligibilityscheduleinstances"] => Self::Eligibilities,
            _ => Self::Other,
        }
    }
}

/// A list that is being read.
#[derive(Debug, Default)]
pub(super) struct OpenList {
    of: ListOf,
    members: Vec<Member>,
    /// Elements that were understood.
    understood: usize,
}

impl OpenList {
    /// A list with this `@odata.context` begins.
    pub(super) fn of(context: &str) -> Self {
        Self { of: ListOf::of(context), ..Self::default() }
    }

    /// All users.
    pub(super) fn of_users() -> Self {
        Self { of: ListOf::Users, ..Self::default() }
    }

    /// Assignments of roles that are active.
    pub(super) fn of_assignments() -> Self {
        Self { of: ListOf::Assignments, ..Self::default() }
    }

    /// Assignments of roles that can be activated.
    pub(super) fn of_eligibilities() -> Self {
        Self { of: ListOf::Eligibilities, ..Self::default() }
    }

    /// Elements that were understood.
    pub(super) fn understood(&self) -> usize {
        self.understood
    }

    /// Whether it is of users, members or assignments of roles: no policies are on its other pages.
    pub(super) fn is_of_directory(&self) -> bool {
        self.of != ListOf::Other
    }

    /// The list ends after so many elements. `ends` says that no page follows.
    pub(super) fn end(self, parts: &mut DirectoryParts, elements: usize, ends: bool) {
        let is_whole = ends && self.understood == elements;
        let extent = |whole| if is_whole { whole } else { Extent::Part };
        match self.of {
            ListOf::Users if is_whole => parts.end_users(),
            ListOf::Assignments | ListOf::Roles if is_whole => parts.end_assignments(Holding::Active),
            ListOf::Eligibilities if is_whole => parts.end_assignments(Holding::Eligible),
            ListOf::Members(group) => parts.add_members(group, self.members, extent(Extent::Whole)),
            ListOf::MembersWithNested(group) => {
                parts.add_members(group, self.members, extent(Extent::WholeWithNested));
            }
            ListOf::Users
            | ListOf::Groups
            | ListOf::Roles
            | ListOf::Assignments
            | ListOf::Eligibilities
            | ListOf::Deleted
            | ListOf::Other => {}
        }
    }
}

/// The key of a segment such as `groups('00000000-…')`.
fn key(segment: &str, set: &str) -> Option<Uuid> {
    let key = segment.strip_prefix(set)?.strip_prefix("('")?.strip_suffix("')")?;
    Id::new(key).guid()
}

/// Takes note of a user, a group with its members, a role with its holders, or an assignment of a role.
pub(super) fn read(parts: &mut DirectoryParts, object: &Object<'_>, list: &mut OpenList) {
    if let Some((assignment, is_for_all)) = assignment(object, list.of) {
        list.understood += 1;
        if is_for_all {
            parts.add_assignment(assignment);
        }
        return;
    }
    let Some(id) = guid(object, "id") else { return };
    // A role whose holders are not told leaves open who holds it.
    list.understood += usize::from(list.of != ListOf::Roles);
    if matches!(list.of, ListOf::Members(_) | ListOf::MembersWithNested(_)) {
        list.members.push(Member { id, kind: kind(object) });
    }
    if kind(object) == MemberKind::User {
        parts.add_user(user(object, id, list.of == ListOf::Deleted), list.of == ListOf::Users);
        return;
    }
    note_keepers(parts, object, id);
    let Some(members) = object.get("members").and_then(Node::as_array) else { return };
    let goes_on = object.get("members@odata.nextLink").is_some();
    let members: Vec<Option<Member>> = members.iter().map(|member| self::member(parts, member)).collect();
    let is_whole = !goes_on && members.len() != MOST_EXPANDED && members.iter().all(Option::is_some);
    let members: Vec<Member> = members.into_iter().flatten().collect();
    if let Some(role) = guid(object, "roleTemplateId") {
        for member in members {
            parts.add_assignment(Assignment { role, principal: member.id, holding: Holding::Active });
        }
        if is_whole {
            parts.end_role(role);
            list.understood += usize::from(list.of == ListOf::Roles);
        }
        return;
    }
    parts.add_members(id, members, if is_whole { Extent::Whole } else { Extent::Part });
}

/// Takes note of who can change a group.
fn note_keepers(parts: &mut DirectoryParts, object: &Object<'_>, group: Uuid) {
    let is_role_assignable = match object.get("isAssignableToRole") {
        Some(Node::Bool(is_assignable)) => Some(*is_assignable),
        // Graph has null where nobody has chosen.
        Some(Node::Null) => Some(false),
        _ => None,
    };
    let owners = object.get("owners").and_then(Node::as_array).unwrap_or_default();
    let owners: BTreeSet<Uuid> = owners.iter().filter_map(|owner| Some(member(parts, owner)?.id)).collect();
    if is_role_assignable.is_some() || !owners.is_empty() {
        parts.add_keepers(group, GroupKeepers { is_role_assignable, owners });
    }
}

/// A member of a list, with what is told of it in passing.
pub(super) fn member(parts: &mut DirectoryParts, node: &Node<'_>) -> Option<Member> {
    let object = match node {
        Node::Object(object) => object,
        Node::String(id) => return Some(Member { id: Id::new(id).guid()?, kind: MemberKind::Unknown }),
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::Array(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => return None,
    };
    let id = guid(object, "id")?;
    let kind = kind(object);
    if kind == MemberKind::User {
        parts.add_user(user(object, id, false), false);
    }
    Some(Member { id, kind })
}

fn kind(object: &Object<'_>) -> MemberKind {
    let type_name = object.get("@odata.type").and_then(Node::as_str).unwrap_or_default();
    match type_name.strip_prefix("#microsoft.graph.") {
        Some("user") => MemberKind::User,
        Some("group") => MemberKind::Group,
        Some("servicePrincipal" | "device" | "orgContact") => MemberKind::Other,
        _ if object.get("userPrincipalName").is_some() => MemberKind::User,
        _ if object.get("groupTypes").is_some() || object.get("securityEnabled").is_some() => MemberKind::Group,
        _ if object.get("appId").is_some() => MemberKind::Other,
        _ => MemberKind::Unknown,
    }
}

fn user(object: &Object<'_>, id: Uuid, is_deleted: bool) -> User {
    let text = |name| object.get(name).and_then(Node::as_str).filter(|text| !text.is_empty());
    let is_deleted = is_deleted || object.get("deletedDateTime").is_some_and(|date| !date.is_void());
    let is_enabled = match object.get("accountEnabled") {
        Some(Node::Bool(is_enabled)) => Some(*is_enabled),
        _ => None,
    };
    User {
        id,
        name: text("displayName").map(Into::into),
        sign_in_name: text("userPrincipalName").map(Into::into),
        kinds: kinds(text("userType"), text("userPrincipalName"), text("creationType")),
        is_enabled: if is_deleted { Some(false) } else { is_enabled },
    }
}

/// What kinds of users these properties leave possible. [An account elsewhere] has `#EXT#` in its name here, unless somebody
/// has changed that.
///
/// [An account elsewhere]: https://learn.microsoft.com/entra/external-id/user-properties
fn kinds(user_type: Option<&str>, name: Option<&str>, creation: Option<&str>) -> UserKinds {
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
    UserKinds {
        member: member && is_external != Some(true),
        internal_guest: guest && is_external != Some(true),
        external_guest: guest && is_external != Some(false),
        external_member: member && is_external == Some(true),
    }
}

/// An assignment of a role, and whether it is for the whole tenant. Conditional Access [does not count] one for a part of it.
///
/// [does not count]: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-users-groups
fn assignment(object: &Object<'_>, list: ListOf) -> Option<(Assignment, bool)> {
    let (role, principal) = (guid(object, "roleDefinitionId")?, guid(object, "principalId")?);
    let type_name = object.get("@odata.type").and_then(Node::as_str).unwrap_or_default();
    let is_eligible = list == ListOf::Eligibilities || type_name.to_ascii_lowercase().contains("eligib");
    let scope = object.get("directoryScopeId").and_then(Node::as_str).unwrap_or("/");
    let holding = if is_eligible { Holding::Eligible } else { Holding::Active };
    Some((Assignment { role, principal, holding }, scope == "/"))
}

fn guid(object: &Object<'_>, name: &str) -> Option<Uuid> {
    Id::new(object.get(name)?.as_str()?).guid()
}
