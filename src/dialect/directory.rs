//! Users, groups and assignments of roles, in the objects and lists of Microsoft Graph.
//!
//! Shapes: <https://learn.microsoft.com/graph/api/resources/user>, `group`, `directoryObject`, `unifiedRoleAssignment` and
//! `unifiedRoleEligibilityScheduleInstance` there.

use super::context::split_select;
use crate::policy::Id;
use crate::syntax::{Node, Object, Pointer};
use crate::tenant::{DirectoryParts, Extent, GroupKeepers, Holding, ListedAt, Member, MemberKind, User, UserKinds};
use std::collections::BTreeSet;
use time::Date;
use time::macros::format_description;
use uuid::Uuid;

/// How many members a group has at most in an answer that [expands] them: the rest is left out without a word.
///
/// [expands]: https://learn.microsoft.com/graph/query-parameters#expand
const MOST_EXPANDED: usize = 20;

/// Properties of a user that say when something happened.
const DAYS: [&str; 5] = [
    "createdDateTime",
    "deletedDateTime",
    "lastPasswordChangeDateTime",
    "onPremisesLastSyncDateTime",
    "signInSessionsValidFromDateTime",
];

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
    /// Those who can activate their membership of a group.
    EligibleMembers,
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
            [.., "privilegedaccess", "group", "eligibilityscheduleinstances" | "eligibilityschedules"] => {
                Self::EligibleMembers
            }
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
    users: BTreeSet<Uuid>,
    /// Roles with those who hold them.
    holders: BTreeSet<(Uuid, Uuid)>,
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

    /// The list ends after so many elements. `ends` says that no page follows; `at` where it stands.
    pub(super) fn end(self, parts: &mut DirectoryParts, elements: usize, ends: bool, at: &Pointer) {
        let is_whole = ends && self.understood == elements;
        let extent = |whole: Extent| if is_whole { whole } else { whole.cut() };
        let at = ListedAt::here(at.clone());
        match self.of {
            ListOf::Users if is_whole => parts.end_users(self.users.len(), at),
            ListOf::Assignments | ListOf::Roles => parts.add_assignments(Holding::Active, self.holders, is_whole, at),
            ListOf::Eligibilities => parts.add_assignments(Holding::Eligible, self.holders, is_whole, at),
            ListOf::Members(group) => parts.add_members(group, self.members, extent(Extent::Whole), at),
            ListOf::MembersWithNested(group) => {
                parts.add_members(group, self.members, extent(Extent::WholeWithNested), at);
            }
            ListOf::Users | ListOf::Groups | ListOf::EligibleMembers | ListOf::Deleted | ListOf::Other => {}
        }
    }
}

/// The key of a segment such as `groups('00000000-…')`.
fn key(segment: &str, set: &str) -> Option<Uuid> {
    let key = segment.strip_prefix(set)?.strip_prefix("('")?.strip_suffix("')")?;
    Id::new(key).guid()
}

/// Takes note of a user, a group with its members, a role with its holders, or an assignment of a role, which stands at `at`.
pub(super) fn read(parts: &mut DirectoryParts, object: &Object<'_>, list: &mut OpenList, at: &Pointer) {
    if let Some(assignment) = assignment(object) {
        list.understood += 1;
        if let Some(principal) = object.get("principal") {
            member(parts, principal);
        }
        let Assignment { role, principal, holding, is_for_all } = assignment;
        let is_of_list =
            list.of == ListOf::Eligibilities || (list.of, holding) == (ListOf::Assignments, Holding::Active);
        if is_for_all && is_of_list {
            list.holders.insert((role, principal));
        } else if is_for_all {
            parts.add_holders(role, holding, vec![principal], Extent::Part, ListedAt::here(at.clone()));
        }
        return;
    }
    if let (Some(group), Some(principal)) = (guid(object, "groupId"), guid(object, "principalId"))
        && list.of == ListOf::EligibleMembers
    {
        list.understood += 1;
        // Whoever can become an owner is none of the policies' business.
        if object.get("accessId").and_then(Node::as_str).is_none_or(|access| access.eq_ignore_ascii_case("member")) {
            parts.add_eligible_member(group, principal);
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
        let is_deleted =
            list.of == ListOf::Deleted || object.get("deletedDateTime").is_some_and(|date| !date.is_void());
        parts.add_user(user(object, id, is_deleted));
        DAYS.iter().filter_map(|name| day(object.get(name)?.as_str()?)).for_each(|day| parts.note_day(day));
        if is_deleted {
            parts.add_deleted(id);
        }
        if list.of == ListOf::Users {
            list.users.insert(id);
        }
        return;
    }
    if kind(object) == MemberKind::Other {
        parts.add_other(id);
    }
    note_keepers(parts, object, id);
    let Some(members) = object.get("members").and_then(Node::as_array) else { return };
    let goes_on = object.get("members@odata.nextLink").is_some();
    let members: Vec<Option<Member>> = members.iter().map(|member| self::member(parts, member)).collect();
    // Who may not see hidden members is told that there are none.
    let is_hidden = object.get("visibility").and_then(Node::as_str) == Some("HiddenMembership") && members.is_empty();
    let is_cut = goes_on || is_hidden || members.len() == MOST_EXPANDED;
    let is_whole = !is_cut && members.iter().all(Option::is_some);
    let members: Vec<Member> = members.into_iter().flatten().collect();
    let extent = if is_whole { Extent::Whole } else { Extent::Part };
    let at = ListedAt::here(at.clone());
    if let Some(role) = guid(object, "roleTemplateId") {
        let holders: Vec<Uuid> = members.into_iter().map(|member| member.id).collect();
        list.holders.extend(holders.iter().map(|holder| (role, *holder)));
        list.understood += usize::from(is_whole && list.of == ListOf::Roles);
        parts.add_holders(role, Holding::Active, holders, extent, at);
        return;
    }
    parts.add_members(id, members, extent, at);
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
    match kind {
        MemberKind::User => parts.add_user(user(object, id, false)),
        MemberKind::Other => parts.add_other(id),
        MemberKind::Group | MemberKind::Unknown => {}
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

/// The day of a time such as `2026-10-04T09:12:33Z`.
fn day(text: &str) -> Option<Date> {
    Date::parse(text.get(..10)?, format_description!("[year]-[month]-[day]")).ok()
}

fn user(object: &Object<'_>, id: Uuid, is_deleted: bool) -> User {
    let text = |name| object.get(name).and_then(Node::as_str).filter(|text| !text.is_empty());
    let is_enabled = match object.get("accountEnabled") {
        Some(Node::Bool(is_enabled)) => Some(*is_enabled),
        _ => None,
    };
    User {
        id,
        goes_by: None,
        name: text("displayName").map(Into::into),
        sign_in_name: text("userPrincipalName").map(Into::into),
        kinds: UserKinds::of(text("userType"), text("userPrincipalName"), text("creationType")),
        is_enabled: if is_deleted { Some(false) } else { is_enabled },
        is_synchronized: match object.get("onPremisesSyncEnabled") {
            Some(Node::Bool(is_synchronized)) => Some(*is_synchronized),
            // Graph has null for an account that never was.
            Some(Node::Null) => Some(false),
            _ => None,
        },
        has_mailbox: object.get("assignedPlans").and_then(Node::as_array).map(|plans| plans.iter().any(is_exchange)),
    }
}

/// Whether a plan is that of a mailbox.
fn is_exchange(plan: &Node<'_>) -> bool {
    let says = |name, value: &str| {
        let text = plan.as_object().and_then(|plan| plan.get(name)?.as_str());
        text.is_some_and(|text| text.eq_ignore_ascii_case(value))
    };
    says("service", "exchange") && says("capabilityStatus", "Enabled")
}

/// An assignment of a role.
struct Assignment {
    role: Uuid,
    principal: Uuid,
    holding: Holding,
    /// It is for the whole tenant. Conditional Access [does not count] one for a part of it.
    ///
    /// [does not count]: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-users-groups
    is_for_all: bool,
}

fn assignment(object: &Object<'_>) -> Option<Assignment> {
    let (role, principal) = (guid(object, "roleDefinitionId")?, guid(object, "principalId")?);
    let type_name = object.get("@odata.type").and_then(Node::as_str).unwrap_or_default();
    let is_eligible = type_name.to_ascii_lowercase().contains("eligib");
    let scope = object.get("directoryScopeId").and_then(Node::as_str).unwrap_or("/");
    let holding = if is_eligible { Holding::Eligible } else { Holding::Active };
    Some(Assignment { role, principal, holding, is_for_all: scope == "/" })
}

fn guid(object: &Object<'_>, name: &str) -> Option<Uuid> {
    Id::new(object.get(name)?.as_str()?).guid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::read as read_document;
    use crate::policy::FileIndex;
    use crate::syntax::parse;
    use crate::tenant::Directory;
    use serde_json::{Value, json};

    const CONTEXT: &str = "https://graph.microsoft.com/v1.0/$metadata#";

    fn id(number: usize) -> String {
        format!("a0000000-0000-4000-8000-{number:012}")
    }

    fn guid(number: usize) -> Uuid {
        Id::new(&id(number)).guid().unwrap()
    }

    fn directory(documents: &[Value]) -> Directory {
        let mut parts = DirectoryParts::default();
        for document in documents {
            let text = document.to_string();
            let root = parse(&text).unwrap();
            parts.absorb(read_document(&text, &root, FileIndex(0), &mut |_| {}).companions.directory);
        }
        parts.directory()
    }

    fn user(number: usize) -> Value {
        json!({ "@odata.type": "#microsoft.graph.user", "id": id(number), "userPrincipalName": format!("u{number}@contoso.com") })
    }

    fn list(context: &str, elements: &[Value]) -> Value {
        json!({ "@odata.context": format!("{CONTEXT}{context}"), "value": elements })
    }

    #[test]
    fn a_list_of_users_is_of_all_if_nobody_else_is_told_of() {
        let all = list("users(id)", &[user(1), user(2)]);
        assert!(directory(std::slice::from_ref(&all)).lists_every_user());
        assert!(directory(&[all.clone(), list("users", &[user(2)])]).lists_every_user());
        // Members of two groups, each asked for as users.
        assert!(!directory(&[list("users", &[user(1)]), list("users", &[user(2)])]).lists_every_user());
        assert!(
            !directory(&[all.clone(), list(&format!("groups('{}')/members", id(9)), &[user(3)])]).lists_every_user()
        );
        assert!(
            directory(&[all.clone(), list("directory/deletedItems/microsoft.graph.user", &[user(3)])])
                .lists_every_user()
        );
        let mut page = all.clone();
        page["@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/users?$skiptoken=x");
        assert!(!directory(&[page]).lists_every_user());
        // A script's array, which may hold anybody.
        assert!(!directory(&[json!([user(1)])]).lists_every_user());
        assert!(!directory(&[list("users", &[user(1), json!({ "displayName": "no id" })])]).lists_every_user());
    }

    #[test]
    fn a_list_of_members_is_whole_unless_it_may_be_cut() {
        let group = |members: Vec<Value>, more: (&str, Value)| {
            let mut group = json!({ "id": id(100), "displayName": "g", "groupTypes": [], "members": members });
            group[more.0] = more.1;
            directory(&[list("groups(members())", &[group])]).members(guid(100))
        };
        let users = |count: usize| (0..count).map(user).collect::<Vec<_>>();
        let none = ("description", json!(null));
        for (members, is_whole) in [(0, true), (3, true), (19, true), (20, false), (21, true)] {
            let found = group(users(members), none.clone());
            assert_eq!((found.users.len(), found.is_whole), (members, is_whole), "{members}");
        }
        assert!(!group(users(1), ("members@odata.nextLink", json!("https://graph.microsoft.com/x"))).is_whole);
        assert!(!group(users(0), ("visibility", json!("HiddenMembership"))).is_whole);
        assert!(!group(vec![json!({ "displayName": "no id" })], none.clone()).is_whole);
        // It may be a group whose members are not known.
        assert!(!group(vec![json!({ "id": id(101) })], none.clone()).is_whole);
        assert!(!group(vec![json!({ "id": id(101), "@odata.type": "#microsoft.graph.group" })], none.clone()).is_whole);
        let application = json!({ "id": id(101), "@odata.type": "#microsoft.graph.servicePrincipal" });
        let found = group(vec![application], none);
        assert_eq!((found.users.len(), found.others.len(), found.is_whole), (0, 1, true));
    }

    #[test]
    fn a_membership_that_can_be_activated_is_told_apart() {
        let eligible = |group: usize, principal: usize, access: &str| json!({ "id": "x", "accessId": access, "groupId": id(group), "principalId": id(principal) });
        let members = |group: usize, members: &[Value]| list(&format!("groups('{}')/members", id(group)), members);
        let group = |number: usize| json!({ "@odata.type": "#microsoft.graph.group", "id": id(number) });
        let context = "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances";
        let files = [
            list("users", &[user(1), user(2), user(3), user(4)]),
            members(100, &[user(1), group(101)]),
            members(101, &[]),
            members(102, &[user(3)]),
            // The second is of a group in the group, the third is a group whose members can get in.
            list(context, &[eligible(100, 1, "member"), eligible(101, 2, "member"), eligible(100, 102, "member")]),
            list(context, &[eligible(100, 4, "owner")]),
        ];
        let found = directory(&files).members(guid(100));
        let numbers =
            |users: &BTreeSet<crate::tenant::UserIndex>| users.iter().map(|user| user.0 + 1).collect::<Vec<_>>();
        assert_eq!((numbers(&found.users), numbers(&found.eligible)), (vec![1], vec![2, 3]));
        assert!(found.is_whole);
    }

    #[test]
    fn an_application_that_holds_a_role_is_known_whichever_file_is_read_first() {
        let role = "62e90394-69f5-4237-9190-012177145e10";
        let holder = |holder: &str| json!({ "roleDefinitionId": role, "principalId": holder, "directoryScopeId": "/" });
        let applications = list("servicePrincipals", &[json!({ "id": id(200), "appId": id(201) })]);
        let assignments = list("roleManagement/directory/roleAssignments", &[holder(&id(1)), holder(&id(200))]);
        let users = list("users", &[user(1), user(2)]);
        let role = Id::new(role).guid().unwrap();
        let mut files = [applications, users, assignments];
        for _ in 0..files.len() {
            files.rotate_left(1);
            let (active, _) = directory(&files).holders(role);
            assert_eq!((active.users.len(), active.is_whole), (1, true), "{files:?}");
        }
        assert!(!directory(&files[1..]).holders(role).0.is_whole);
    }

    #[test]
    fn contexts_say_what_a_list_holds() {
        let group = guid(1);
        for (context, of) in [
            ("users", ListOf::Users),
            ("users(id,displayName)", ListOf::Users),
            ("users('x')/memberOf", ListOf::Other),
            ("directoryObjects", ListOf::Other),
            (&format!("groups('{}')/members", id(1)), ListOf::Members(group)),
            (&format!("groups('{}')/transitiveMembers(id)", id(1)), ListOf::MembersWithNested(group)),
            (&format!("groups('{}')/owners", id(1)), ListOf::Other),
            ("roleManagement/directory/roleAssignments", ListOf::Assignments),
            ("roleManagement/directory/roleEligibilityScheduleInstances", ListOf::Eligibilities),
            ("directoryRoles(members())", ListOf::Roles),
            ("identityGovernance/privilegedAccess/group/eligibilityScheduleInstances", ListOf::EligibleMembers),
        ] {
            assert_eq!(ListOf::of(&format!("{CONTEXT}{context}")), of, "{context}");
        }
    }

    #[test]
    fn what_kind_of_user_it_may_be_is_told_as_far_as_properties_tell() {
        let types = |user_type, name, creation| UserKinds::of(user_type, name, creation).types().count();
        assert_eq!(types(Some("Member"), Some("ada@contoso.com"), None), 1);
        assert_eq!(types(Some("Guest"), Some("ada_x.com#EXT#@contoso.com"), None), 1);
        assert_eq!(types(Some("Guest"), None, Some("Invitation")), 1);
        assert_eq!(types(None, Some("ada@contoso.com"), None), 2);
        assert_eq!(types(None, None, None), 4);
    }
}
