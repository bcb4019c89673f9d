//! Forms that hold policies and are recognised, so that they are never passed over in silence, but not read.

mod text;

pub(super) use text::holds_quoted_policy;
pub use text::{glance, glance_beside, glance_bytes};

use super::{DocumentKind, Unread};
use crate::syntax::{Node, Object};

/// What a document of another kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// What it is.
    pub kind: DocumentKind,
    /// The form of the policies in it, if it holds any.
    pub form: Option<Unread>,
    /// It is a plan or state of infrastructure.
    pub is_infrastructure: bool,
}

pub(super) const EXPORT: &str =
    "export the policies from Microsoft Graph (GET /identity/conditionalAccess/policies) and check that file";

const PLAN_STREAM: Unread = Unread {
    form: "the log of `terraform plan -json`, which has no values in it",
    instead: "save the plan and print it: `terraform plan -out plan && terraform show -json plan > plan.json`",
};

const AZUREAD_MODULE: Unread = Unread {
    form: "an export of the AzureAD PowerShell module, which has numbers where Microsoft Graph has words",
    instead: "export again with `Get-MgIdentityConditionalAccessPolicy -All | ConvertTo-Json -Depth 10`",
};

const LIBRARY: Other = Other {
    kind: DocumentKind::TerraformModuleLibrary,
    form: Some(Unread {
        form: "a file of policies in the words of a Terraform module",
        instead: "check the plan that the module makes of it (`terraform show -json`)",
    }),
    is_infrastructure: false,
};

const fn other(kind: DocumentKind, form: &'static str) -> Other {
    Other { kind, form: Some(Unread { form, instead: EXPORT }), is_infrastructure: false }
}

/// Recognises a document by its top-level keys.
pub(super) fn recognise(root: &Node<'_>, text: &str) -> Option<Other> {
    if is_road_tools(root) {
        return Some(other(
            DocumentKind::RoadTools,
            "a dump of ROADtools, which has policies of the retired Azure AD Graph",
        ));
    }
    let object = root.as_object()?;
    let word = |name| object.get(name).and_then(Node::as_str).unwrap_or_default();
    if object.get("@level").is_some() && object.get("@module").is_some() {
        return glance(text);
    }
    if inner(object, "deployment").is_some_and(|deployment| deployment.get("resources").is_some()) {
        let holds = text.contains("azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy");
        let form = holds.then_some(Unread { form: "a Pulumi stack", instead: EXPORT });
        return Some(Other { kind: DocumentKind::PulumiStack, form, is_infrastructure: true });
    }
    if is_library(object) {
        return Some(LIBRARY);
    }
    if word("kind") == "AccessPolicy" && word("apiVersion").starts_with("conditionalaccess.azuread") {
        return Some(other(DocumentKind::CrossplaneManifest, "a Crossplane manifest"));
    }
    if !word("$schema").contains("deploymentTemplate") {
        return None;
    }
    // What Bicep makes of a policy. Logic apps embed the JSON Schema of one, which is none.
    let small = text.to_ascii_lowercase();
    let deploys = small.contains("microsoft.graph/conditionalaccesspolic")
        || small.contains("microsoft.graph/identity/conditionala");
    Some(if deploys {
        other(DocumentKind::ArmTemplate, "an ARM template that Bicep has made of policies")
    } else {
        Other { kind: DocumentKind::OtherArmTemplate, form: None, is_infrastructure: false }
    })
}

/// Policies in snake case that a module reads with `jsondecode`: one, or several by their names.
fn is_library(object: &Object<'_>) -> bool {
    let is_policy = |object: &Object<'_>| {
        let part = |name| inner(object, "conditions").and_then(|conditions| inner(conditions, name));
        let parts = ["users", "applications"].into_iter().filter_map(part);
        object.get("state").is_some()
            && parts
                .flat_map(|part| &part.members)
                .any(|(key, _)| key.starts_with("included_") || key.starts_with("include_"))
    };
    is_policy(object) || object.members.iter().filter_map(|(_, node)| node.as_object()).any(is_policy)
}

/// Whether a policy is as the retired `AzureAD` module writes it.
pub(super) fn is_azuread_module(policy: &Object<'_>) -> Option<Unread> {
    let grant = inner(policy, "grantControls");
    let has_numbers = |object: Option<&Object<'_>>, name: &str| {
        let elements = object.and_then(|object| object.get(name)?.as_array()).unwrap_or_default();
        elements.iter().any(|element| matches!(element, Node::Number(_)))
    };
    let is = grant.is_some_and(|grant| grant.get("_Operator").is_some())
        || has_numbers(grant, "builtInControls")
        || has_numbers(inner(policy, "conditions"), "clientAppTypes");
    is.then_some(AZUREAD_MODULE)
}

/// `policyDetail` is a list of JSON texts in a vocabulary of its own.
fn is_road_tools(root: &Node<'_>) -> bool {
    let is = |node: &Node<'_>| {
        let detail = node.as_object().and_then(|object| object.get("policyDetail")?.as_array());
        detail.is_some_and(|detail| {
            detail.iter().any(|text| text.as_str().is_some_and(|text| text.contains("\"Conditions\"")))
        })
    };
    match root {
        Node::Array(elements) => elements.iter().any(is),
        node => {
            is(node)
                || node
                    .as_object()
                    .and_then(|object| object.get("value")?.as_array())
                    .is_some_and(|list| list.iter().any(is))
        }
    }
}

fn inner<'n, 'a>(object: &'n Object<'a>, name: &str) -> Option<&'n Object<'a>> {
    object.get(name)?.as_object()
}

#[cfg(test)]
mod tests {
    use crate::dialect::read;
    use crate::policy::FileIndex;
    use crate::syntax::parse;

    #[test]
    fn documents_with_policies_are_named() {
        for (text, form) in [
            (r#"[{"policyDetail": ["{\"State\":\"Enabled\",\"Conditions\":{}}"], "displayName": "x"}]"#, "ROADtools"),
            (
                r#"[{"Id": "1", "DisplayName": "x", "State": "enabled", "Conditions": {"ClientAppTypes": [0]}, "GrantControls": {"_Operator": "OR", "BuiltInControls": [1]}}]"#,
                "AzureAD PowerShell",
            ),
            (
                r#"{"apiVersion": "conditionalaccess.azuread.m.upbound.io/v1beta1", "kind": "AccessPolicy"}"#,
                "Crossplane",
            ),
            (
                r#"{"100": {"state": "enabled", "conditions": {"users": {"included_users": ["All"]}}}}"#,
                "Terraform module",
            ),
            (r#"{"@level": "info", "@module": "terraform.ui", "type": "version"}"#, "terraform plan -json"),
            (
                r#"{"deployment": {"resources": [{"type": "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy"}]}}"#,
                "Pulumi",
            ),
        ] {
            let taken = read(text, &parse(text).unwrap(), FileIndex(0), &mut |_| panic!("{text}"));
            assert!(taken.unread.is_some_and(|unread| unread.form.contains(form)), "{text}");
        }
        let template = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": [{"properties": {"conditions": {"users": {}}, "state": "enabled"}}]}"#;
        let taken = read(template, &parse(template).unwrap(), FileIndex(0), &mut |_| panic!("a template is no policy"));
        assert_eq!((taken.unread, taken.policies), (None, 0));
    }
}
