//! Folders of [Entra Exporter]: one object a file, and where it lies says whose member it is.
//!
//! [Entra Exporter]: https://github.com/microsoft/EntraExporter

use super::Taken;
use super::directory::member;
use crate::policy::Id;
use crate::syntax::Node;
use crate::tenant::GroupKeepers;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Where an object lies in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Folder {
    /// `Users/ID/ID.json`
    User,
    /// `Groups/ID/Members/ID/ID.json`
    MemberOf(Uuid),
    /// `Groups/ID/Owners/ID/ID.json`
    OwnerOf(Uuid),
    /// `DirectoryRoles/ID/ID.json`
    Role(Uuid),
    /// `DirectoryRoles/ID/Members/ID/ID.json`
    HolderOf(Uuid),
}

/// Takes note of what the folder of a file says of the object in it. `path` has slashes.
pub fn read_folder(path: &str, root: &Node<'_>, taken: &mut Taken) {
    let Some(folder) = folder(path) else { return };
    let parts = &mut taken.companions.directory;
    let Some(member) = member(parts, root).filter(|member| is_named_after(path, member.id)) else { return };
    match folder {
        Folder::User => parts.list_user(member.id),
        Folder::MemberOf(group) => parts.add_exported_member(group, member),
        Folder::OwnerOf(group) => {
            let owners = BTreeSet::from([member.id]);
            parts.add_keepers(group, GroupKeepers { owners, ..GroupKeepers::default() });
        }
        Folder::Role(id) => {
            let template = root.as_object().and_then(|role| Id::new(role.get("roleTemplateId")?.as_str()?).guid());
            if let Some(template) = template {
                parts.add_exported_role(id, template);
            }
        }
        Folder::HolderOf(role) => parts.add_exported_holder(role, member.id),
    }
}

fn folder(path: &str) -> Option<Folder> {
    let segments: Vec<&str> = path.rsplit('/').take(6).collect();
    match segments.as_slice() {
        [_, _, "Users", ..] => Some(Folder::User),
        [_, _, "Members", group, "Groups", ..] => Id::new(group).guid().map(Folder::MemberOf),
        [_, _, "Owners", group, "Groups", ..] => Id::new(group).guid().map(Folder::OwnerOf),
        [_, _, "Members", role, "DirectoryRoles", ..] => Id::new(role).guid().map(Folder::HolderOf),
        [_, role, "DirectoryRoles", ..] => Id::new(role).guid().map(Folder::Role),
        _ => None,
    }
}

/// Whether a file and its folder have the name of an object.
fn is_named_after(path: &str, id: Uuid) -> bool {
    let mut segments = path.rsplit('/');
    let file = segments.next().and_then(|name| Id::new(name.strip_suffix(".json")?).guid());
    let folder = segments.next().and_then(|name| Id::new(name).guid());
    file == Some(id) && folder == Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_says_whose_member_an_object_is() {
        let id = "a0000000-0000-4000-8000-000000000001";
        let of = "b0000000-0000-4000-8000-000000000001";
        let group = Id::new(of).guid().unwrap();
        for (path, expected) in [
            (format!("export/Users/{id}/{id}.json"), Some(Folder::User)),
            (format!("Groups/{of}/Members/{id}/{id}.json"), Some(Folder::MemberOf(group))),
            (format!("Groups/{of}/Owners/{id}/{id}.json"), Some(Folder::OwnerOf(group))),
            (format!("Groups/staff/Members/{id}/{id}.json"), None),
            (format!("x/DirectoryRoles/{of}/Members/{id}/{id}.json"), Some(Folder::HolderOf(group))),
            (format!("x/DirectoryRoles/{of}/{of}.json"), Some(Folder::Role(group))),
            (format!("Groups/{of}/{of}.json"), None),
        ] {
            assert_eq!(folder(&path), expected, "{path}");
        }
        assert!(is_named_after(&format!("Users/{id}/{id}.json"), Id::new(id).guid().unwrap()));
        assert!(!is_named_after(&format!("Users/{id}/{of}.json"), Id::new(id).guid().unwrap()));
    }
}
