//! Exports that have names beside ids or in place of them: `includeApplicationNames`, `excludeGroupNames`, …

use crate::policy::{Detour, FileIndex, Place, Property};
use crate::syntax::{Node, Object, Pointer};
use std::borrow::Cow;

/// Parts of the conditions with what their lists of names stand for.
const LISTS: [(Property, &str, Property); 10] = [
    (Property::Applications, "includeApplicationNames", Property::IncludeApplications),
    (Property::Applications, "excludeApplicationNames", Property::ExcludeApplications),
    (Property::Users, "includeUserNames", Property::IncludeUsers),
    (Property::Users, "excludeUserNames", Property::ExcludeUsers),
    (Property::Users, "includeGroupNames", Property::IncludeGroups),
    (Property::Users, "excludeGroupNames", Property::ExcludeGroups),
    (Property::Users, "includeRoleNames", Property::IncludeRoles),
    (Property::Users, "excludeRoleNames", Property::ExcludeRoles),
    (Property::Locations, "includeLocationNames", Property::IncludeLocations),
    (Property::Locations, "excludeLocationNames", Property::ExcludeLocations),
];

/// The policy with its names where Graph has ids, and where they stand in the document; none if it has no names, or
/// ids beside all of them.
pub(super) fn in_place_of_ids<'a>(policy: &Node<'a>, file: FileIndex, at: &Pointer) -> Option<(Node<'a>, Vec<Detour>)> {
    let conditions = policy.as_object()?.get("conditions")?.as_object()?;
    let lists: Vec<_> = LISTS.iter().filter(|list| stands_alone(conditions, list)).collect();
    if lists.is_empty() {
        return None;
    }
    let mut policy = policy.as_object()?.clone();
    let (key, Node::Object(conditions)) = member(&mut policy, "conditions")? else { return None };
    let (at, mut detours) = (at.key(key), Vec::new());
    for (part, names, ids) in lists {
        let Some((part_key, Node::Object(object))) = member(conditions, part.key()) else { continue };
        // An empty list of ids says nothing beside the names.
        object.members.retain(|(key, _)| !key.eq_ignore_ascii_case(ids.key()));
        let Some((key, _)) = object.members.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(names)) else {
            continue;
        };
        let from = Pointer::new(*ids);
        detours.push(Detour { from, to: Place::pointer(file, at.key(part_key).key(key)), key_only: false });
        *key = Cow::Borrowed(ids.key());
    }
    Some((Node::Object(policy), detours))
}

fn stands_alone(conditions: &Object<'_>, (part, names, ids): &(Property, &str, Property)) -> bool {
    let part = conditions.get(part.key()).and_then(Node::as_object);
    let says = |name| part.and_then(|part| part.get(name)).is_some_and(|node| !node.is_void());
    says(names) && !says(ids.key())
}

/// A member under the key as it is spelt.
fn member<'o, 'a>(object: &'o mut Object<'a>, name: &str) -> Option<(&'o str, &'o mut Node<'a>)> {
    let member = object.members.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some((&*member.0, &mut member.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    #[test]
    fn names_take_the_place_of_ids_that_are_not_there() {
        let text = r#"{"state": "enabled", "conditions": {
            "applications": {"includeApplications": [], "includeApplicationNames": ["Microsoft Azure Management"]},
            "users": {"includeUsers": ["All"], "includeUserNames": ["All"], "excludeGroupNames": ["Break glass"]}}}"#;
        let node = parse(text).unwrap();
        let (read, detours) = in_place_of_ids(&node, FileIndex(0), &Pointer::root()).unwrap();
        let conditions = read.as_object().unwrap().get("conditions").and_then(Node::as_object).unwrap();
        let keys = |name: &str| -> Vec<String> {
            let part = conditions.get(name).and_then(Node::as_object).unwrap();
            part.members.iter().map(|(key, _)| key.to_string()).collect()
        };
        assert_eq!(keys("applications"), ["includeApplications"]);
        assert_eq!(keys("users"), ["includeUsers", "includeUserNames", "excludeGroups"]);
        assert_eq!(detours[1].from.as_str(), "/conditions/users/excludeGroups");
        let to = Place::pointer(FileIndex(0), Pointer::new("/conditions/users/excludeGroupNames"));
        assert_eq!(detours[1].to, to);
    }

    #[test]
    fn a_policy_with_ids_is_left_alone() {
        let node = parse(r#"{"conditions": {"users": {"includeUsers": ["All"]}, "displayNames": ["x"]}}"#).unwrap();
        assert!(in_place_of_ids(&node, FileIndex(0), &Pointer::root()).is_none());
    }
}
