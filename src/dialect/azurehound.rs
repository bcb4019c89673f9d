//! Collections of [AzureHound]: objects and relations, each with its kind.
//!
//! [AzureHound]: https://github.com/SpecterOps/AzureHound

use super::directory::{OpenList, member, read as read_object};
use super::{DocumentKind, DocumentReader, Here, companion};
use crate::policy::{FileIndex, Id};
use crate::syntax::{Node, Object, Pointer};
use crate::tenant::{Companions, Extent, ListedAt};

/// The elements of a collection; none if the document is none.
pub(super) fn elements<'n, 'a>(root: &'n Node<'a>) -> Option<&'n [Node<'a>]> {
    let root = root.as_object()?;
    let meta = root.get("meta")?.as_object()?;
    (meta.get("type")?.as_str()? == "azure").then(|| root.get("data")?.as_array()).flatten()
}

/// Reads a collection. False if it is none.
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, root: &Node<'a>, here: &Here) -> bool {
    let (Some(elements), Some(root)) = (elements(root), root.as_object()) else { return false };
    reader.taken.kind = DocumentKind::AzureHound;
    let here = here.at(here.pointer.key("data"));
    let mut lists = Lists {
        users: OpenList::of_users(),
        assignments: OpenList::of_assignments(),
        eligibilities: OpenList::of_eligibilities(),
        has_assignments: false,
    };
    for (index, element) in elements.iter().enumerate() {
        let here = here.at(here.pointer.index(index));
        reader.element(element, &here, |reader, node, here| {
            if let Some(object) = node.as_object() {
                one(&mut reader.taken.companions, object, &mut lists, reader.file, &here.pointer);
            }
        });
    }
    // It collects all of a kind or nothing, and counts the elements at the end.
    let count = root.get("meta").and_then(Node::as_object).and_then(|meta| match meta.get("count") {
        Some(Node::Number(count)) => count.as_u64(),
        _ => None,
    });
    let is_whole = count.and_then(|count| usize::try_from(count).ok()) == Some(elements.len());
    let is_whole = is_whole && reader.taken.broken.is_empty();
    let parts = &mut reader.taken.companions.directory;
    let of = |list: &OpenList, is_there: bool| (is_there || list.understood() > 0).then(|| list.understood());
    let counts =
        [of(&lists.users, false), of(&lists.assignments, lists.has_assignments), of(&lists.eligibilities, false)];
    for (list, count) in [lists.users, lists.assignments, lists.eligibilities].into_iter().zip(counts) {
        if let Some(count) = count {
            list.end(parts, count, is_whole, &here.pointer);
        }
    }
    true
}

/// The lists that a collection has in pieces.
struct Lists {
    users: OpenList,
    assignments: OpenList,
    eligibilities: OpenList,
    /// There is an object for each role, even for one that nobody holds.
    has_assignments: bool,
}

fn one(companions: &mut Companions, object: &Object<'_>, lists: &mut Lists, file: FileIndex, at: &Pointer) {
    let Some(data) = object.get("data").and_then(Node::as_object) else { return };
    let list = |name: &str| data.get(name).and_then(Node::as_array).unwrap_or_default();
    // Groups and users have names.
    companion::read(companions, data, file);
    let parts = &mut companions.directory;
    match object.get("kind").and_then(Node::as_str) {
        Some("AZUser") => read_object(parts, data, &mut lists.users, at),
        Some("AZGroupMember") => {
            let Some(group) = data.get("groupId").and_then(Node::as_str).and_then(|id| Id::new(id).guid()) else {
                return;
            };
            let members: Vec<_> =
                list("members").iter().map(|one| member(parts, one.as_object()?.get("member")?)).collect();
            let extent = if members.iter().all(Option::is_some) { Extent::Whole } else { Extent::Part };
            parts.add_members(group, members.into_iter().flatten().collect(), extent, ListedAt::here(at.clone()));
        }
        Some("AZRoleAssignment") => {
            // There is one of these for each role.
            for assignment in list("roleAssignments").iter().filter_map(Node::as_object) {
                read_object(parts, assignment, &mut lists.assignments, at);
            }
            lists.has_assignments = true;
        }
        Some("AZRoleEligibilityScheduleInstance") => read_object(parts, data, &mut lists.eligibilities, at),
        _ => {}
    }
}
