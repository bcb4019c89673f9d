//! Forms that hold policies and are recognised, so that they are never passed over in silence, but not read.

use super::Unread;
use crate::syntax::{Node, Object};

/// What a document of another kind is.
pub(super) struct Other {
    pub(super) kind: &'static str,
    pub(super) form: Option<Unread>,
    pub(super) is_infrastructure: bool,
}

const POLICY_TYPES: [&str; 3] = [
    "azuread_conditional_access_policy",
    "microsoft365_graph_beta_identity_and_access_conditional_access_policy",
    "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
];

const EXPORT_INSTEAD: &str =
    "export the policies from Microsoft Graph (GET /identity/conditionalAccess/policies) and check that file";

/// Recognises a document by its top-level keys.
pub(super) fn recognise(root: &Node<'_>, text: &str) -> Option<Other> {
    let object = root.as_object()?;
    let infrastructure = |kind, form| {
        let holds_policies = POLICY_TYPES.iter().any(|name| text.contains(name));
        let form = holds_policies.then_some(Unread { form, instead: EXPORT_INSTEAD });
        Some(Other { kind, form, is_infrastructure: true })
    };
    let has = |name| object.get(name).is_some();
    if has("resource_changes") || (has("format_version") && (has("planned_values") || has("values"))) {
        return infrastructure("a Terraform plan or state", "a Terraform plan or state");
    }
    if has("lineage") && matches!(object.get("version"), Some(Node::Number(_))) {
        return infrastructure("a Terraform state", "a Terraform state");
    }
    if inner(object, "resource").is_some_and(|resources| resources.get(POLICY_TYPES[0]).is_some()) {
        return infrastructure("Terraform configuration in JSON", "Terraform configuration in JSON");
    }
    if inner(object, "deployment").is_some_and(|deployment| deployment.get("resources").is_some()) {
        return infrastructure("a Pulumi stack", "a Pulumi stack");
    }
    None
}

fn inner<'n, 'a>(object: &'n Object<'a>, name: &str) -> Option<&'n Object<'a>> {
    object.get(name)?.as_object()
}
