//! [Pulumi YAML]: resources `azuread:ConditionalAccessPolicy`, whose properties are those of the Terraform provider in
//! camel case.
//!
//! [Pulumi YAML]: https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/

use super::{DocumentKind, DocumentReader, Here, translate};
use crate::policy::Wording;
use crate::syntax::{Node, Object, Untold};
use std::borrow::Cow;

const TYPES: [&str; 2] =
    ["azuread:conditionalaccesspolicy", "azuread:index/conditionalaccesspolicy:conditionalaccesspolicy"];

/// Reads a program. False if it has no policy.
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, root: &Node<'a>, here: &Here) -> bool {
    let member = |object: &Object<'a>, name: &str| {
        let member = object.members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        member.map(|(key, node)| (key.clone(), node.clone()))
    };
    let Some((resources_key, Node::Object(resources))) = root.as_object().and_then(|root| member(root, "resources"))
    else {
        return false;
    };
    let here = here.at(here.pointer.key(&resources_key));
    let before = reader.taken.policies;
    for (name, node) in &resources.members {
        let Node::Object(resource) = node else { continue };
        let type_name = resource.get("type").and_then(Node::as_str).unwrap_or_default().to_ascii_lowercase();
        if !TYPES.contains(&type_name.as_str()) {
            continue;
        }
        let resource_at = here.at(here.pointer.key(name));
        let (at, written) = match member(resource, "properties") {
            Some((key, properties)) => (resource_at.at(resource_at.pointer.key(&key)), told(&properties)),
            None => (resource_at, Node::Object(Object::default())),
        };
        let graph = match &written {
            Node::Object(properties) => Node::Object(translate::policy(properties, Wording::Pulumi)),
            other => other.clone(),
        };
        reader.worded(&written, &graph, Wording::Pulumi, &at);
    }
    let found = reader.taken.policies > before;
    if found {
        reader.taken.kind = DocumentKind::PulumiYaml;
        reader.taken.is_infrastructure = true;
    }
    found
}

/// A value without what only Pulumi evaluates. The id of another resource is a name for that object.
fn told<'a>(node: &Node<'a>) -> Node<'a> {
    match node {
        Node::String(text) if text.contains("${") => {
            let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            let ids = [".objectId", ".id"];
            match inner.and_then(|inner| ids.iter().find_map(|end| inner.strip_suffix(end))) {
                Some(name) if name.chars().all(|one| one.is_alphanumeric() || "_-".contains(one)) => {
                    Node::Reference(Cow::Owned(name.to_owned()))
                }
                _ if text.replace("$${", "").contains("${") => Node::Untold(Untold::Expression),
                _ => Node::String(Cow::Owned(text.replace("$${", "${"))),
            }
        }
        // A block that may stand several times, and does so once.
        Node::Array(elements) if matches!(elements.as_slice(), [Node::Object(_)]) => {
            elements.iter().map(told).next().unwrap_or(Node::Null)
        }
        Node::Array(elements) => Node::Array(elements.iter().map(told).collect()),
        Node::Object(object) if object.members.iter().any(|(key, _)| key.to_ascii_lowercase().starts_with("fn::")) => {
            Node::Untold(Untold::Expression)
        }
        Node::Object(object) => {
            let members = object.members.iter().map(|(key, node)| (key.clone(), told(node)));
            Node::Object(Object { members: members.collect() })
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::{DocumentKind, read};
    use crate::policy::{Fact, FileIndex, Policy, Property, State, lower};
    use crate::syntax::{Pointer, parse_yaml};

    const TEXT: &str = "name: ca\nruntime: yaml\nresources:\n  breakGlass:\n    type: azuread:Group\n  mfa:\n    type: azuread:ConditionalAccessPolicy\n    properties:\n      displayName: MFA\n      state: enabled\n      conditions:\n        clientAppTypes: [all]\n        applications:\n          includedApplications: [All]\n        users:\n          includedUsers: [All]\n          excludedGroups: ['${breakGlass.objectId}', '${config}']\n          excludedGuestsOrExternalUsers:\n          - guestOrExternalUserTypes: [internalGuest]\n      grantControls:\n        operator: OR\n        builtInControls: [mfa]\n";

    #[test]
    fn a_policy_is_read_in_the_words_of_its_provider() {
        let mut found: Vec<Policy> = Vec::new();
        let taken = read(TEXT, &parse_yaml(TEXT).unwrap(), FileIndex(0), &mut |policy| {
            assert_eq!(crate::schema::violations(policy.written, policy.origin.wording), []);
            found.push(lower(policy.node, policy.origin.clone()).policy);
        });
        assert_eq!((taken.policies, taken.kind), (1, DocumentKind::PulumiYaml));
        let policy = &found[0];
        assert_eq!(policy.state, Fact::Known(State::Enabled));
        let groups = &policy.conditions.users.exclude_groups;
        assert_eq!(groups.known().map(|(_, id)| id.to_string()).collect::<Vec<_>>(), ["breakGlass"]);
        assert!(groups.first_unknown().is_some());
        assert!(policy.conditions.users.exclude_guests.known().is_some_and(Option::is_some));
        assert_eq!(policy.origin.pointer.as_str(), "/resources/mfa/properties");
        let place = policy.origin.wording.of_graph(&Pointer::new(Property::ExcludeGroups).index(1));
        assert_eq!(place.as_str(), "/conditions/users/excludedGroups/1");
    }
}
