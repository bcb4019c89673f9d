//! Bicep and the ARM templates that it becomes, with policies as resources of the [Microsoft Graph extension].
//!
//! [Microsoft Graph extension]: https://learn.microsoft.com/graph/templates/bicep/overview-bicep-templates-for-graph

use super::graph::Listing;
use super::{DocumentKind, DocumentReader, Here, translate};
use crate::syntax::{Node, Object, Untold};
use std::borrow::Cow;

/// Properties of a resource that are about its deployment.
const ABOUT: [&str; 8] = ["type", "apiVersion", "import", "extension", "condition", "copy", "dependsOn", "scope"];

/// Reads a template. False if it deploys no policy.
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, root: &Node<'a>, here: &Here) -> bool {
    let before = reader.taken.policies;
    if let Some(template) = root.as_object() {
        read_template(reader, template, here, false);
    }
    let found = reader.taken.policies > before;
    if found {
        let is_bicep = !reader.text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
        reader.taken.kind = if is_bicep { DocumentKind::BicepTemplate } else { DocumentKind::ArmTemplate };
        reader.taken.is_infrastructure = true;
    }
    found
}

/// `may_be_left_out` says that a deployment around this template may not take place.
fn read_template(reader: &mut DocumentReader<'_, '_>, template: &Object<'_>, here: &Here, may_be_left_out: bool) {
    let Some((key, resources)) = template.members.iter().find(|(key, _)| key.eq_ignore_ascii_case("resources")) else {
        return;
    };
    let here = here.at(here.pointer.key(key));
    match resources {
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                read_resource(reader, element, &here.at(here.pointer.index(index)), may_be_left_out);
            }
        }
        Node::Object(object) => {
            for (name, element) in &object.members {
                read_resource(reader, element, &here.at(here.pointer.key(name)), may_be_left_out);
            }
        }
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => {}
    }
}

fn read_resource(reader: &mut DocumentReader<'_, '_>, node: &Node<'_>, here: &Here, may_be_left_out: bool) {
    let Node::Object(resource) = node else { return };
    let type_name = resource.get("type").and_then(Node::as_str).unwrap_or_default().to_ascii_lowercase();
    let properties = resource.members.iter().find(|(key, _)| key.eq_ignore_ascii_case("properties"));
    let is_certain = matches!(resource.get("condition"), None | Some(Node::Bool(true)))
        && resource.get("copy").is_none()
        && !may_be_left_out;
    if matches!(resource.get("condition"), Some(Node::Bool(false))) {
        return;
    }
    if let (true, Some((key, Node::Object(deployment)))) =
        (type_name.starts_with("microsoft.resources/deployments"), properties)
    {
        let here = here.at(here.pointer.key(key));
        if let Some((key, Node::Object(template))) =
            deployment.members.iter().find(|(key, _)| key.eq_ignore_ascii_case("template"))
        {
            read_template(reader, template, &here.at(here.pointer.key(key)), !is_certain);
        }
        return;
    }
    let is_policy = type_name.starts_with("microsoft.graph/conditionalaccesspolic")
        || type_name.starts_with("microsoft.graph/identity/conditionalaccess/policies")
        || type_name.starts_with("microsoft.graph/identity/conditionalaccesspolic");
    if !is_policy {
        return;
    }
    let (at, body) = match properties {
        Some((key, Node::Object(body))) => (here.at(here.pointer.key(key)), body),
        _ => (here.clone(), resource),
    };
    let members = body.members.iter().filter(|(key, _)| !ABOUT.iter().any(|about| about.eq_ignore_ascii_case(key)));
    let mut policy = Object { members: members.map(|(key, node)| (key.clone(), told(node))).collect() };
    // The name by which a deployment finds an object that it has made before.
    policy.members.retain(|(key, _)| !key.eq_ignore_ascii_case("uniqueName"));
    // Something that is no literal may set any property.
    let has_spread = policy.members.iter().any(|(key, _)| key == "...");
    policy.members.retain(|(key, _)| key != "...");
    if !is_certain || has_spread {
        translate::perhaps(&mut policy);
    }
    reader.policy(&Node::Object(policy), &at, &Listing::default());
}

/// A value without what only a deployment evaluates.
fn told<'a>(node: &Node<'a>) -> Node<'a> {
    match node {
        Node::String(text) if text.starts_with("[[") => Node::String(Cow::Owned(text[1..].to_owned())),
        Node::String(text) if text.starts_with('[') && text.ends_with(']') => Node::Untold(Untold::Expression),
        Node::Array(elements) => Node::Array(elements.iter().map(told).collect()),
        Node::Object(object) if object.members.iter().any(|(key, _)| key == "..." || key == "copy") => {
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
    use crate::dialect::{DocumentKind, Taken, read};
    use crate::policy::{FileIndex, Policy, lower};
    use crate::syntax::Notation;

    fn read_all(text: &str) -> (Vec<Policy>, Taken) {
        let root = Notation::of(text).parse(text).unwrap();
        let mut found = Vec::new();
        let taken = read(text, &root, FileIndex(0), &mut |policy| {
            found.push(lower(policy.node, policy.origin.clone()).policy);
        });
        (found, taken)
    }

    #[test]
    fn a_policy_of_bicep_is_read() {
        let text = "extension microsoftGraphBeta\nparam on bool\nresource mfa 'Microsoft.Graph/conditionalAccessPolicies@beta' = {\n  displayName: 'MFA'\n  state: 'enabled'\n  conditions: {\n    users: { includeUsers: ['All'], excludeGroups: [group.id] }\n    applications: { includeApplications: ['All'] }\n  }\n  grantControls: { operator: 'OR', builtInControls: ['mfa'] }\n}\nresource other 'Microsoft.Graph/conditionalAccessPolicies@beta' = if (on) {\n  displayName: 'x'\n  state: 'enabled'\n  conditions: { users: { includeUsers: ['All'] } }\n}\n";
        let (found, taken) = read_all(text);
        assert_eq!((taken.policies, taken.kind), (2, DocumentKind::BicepTemplate));
        assert_eq!(found[0].origin.pointer.as_str(), "/resources/mfa/properties");
        assert!(found[0].state.known().is_some() && found[1].state.known().is_none());
        assert!(found[0].conditions.users.exclude_groups.first_unknown().is_some());
    }

    #[test]
    fn a_policy_of_a_template_is_read() {
        let policy = r#"{"type": "Microsoft.Graph/conditionalAccessPolicies@beta", "properties": {"displayName": "p", "state": "[parameters('s')]",
            "conditions": {"users": {"includeUsers": ["All", "[[x]"]}}, "grantControls": {"builtInControls": ["mfa"]}}}"#;
        let schema = r#""$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#""#;
        let nested = format!(
            r#"{{{schema}, "resources": [{{"type": "Microsoft.Resources/deployments", "properties": {{"template": {{"resources": {{"p": {policy}}}}}}}}}]}}"#
        );
        for (text, pointer) in [
            (format!(r#"{{{schema}, "resources": {{"p": {policy}}}}}"#), "/resources/p/properties"),
            (nested, "/resources/0/properties/template/resources/p/properties"),
        ] {
            let (found, taken) = read_all(&text);
            assert_eq!((found.len(), taken.kind), (1, DocumentKind::ArmTemplate));
            assert_eq!(found[0].origin.pointer.as_str(), pointer);
            assert!(found[0].state.known().is_none());
            let users =
                found[0].conditions.users.include_users.known().map(|(_, id)| id.to_string()).collect::<Vec<_>>();
            assert_eq!(users, ["All", "[x]"]);
        }
    }
}
