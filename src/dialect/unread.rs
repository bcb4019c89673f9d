//! Forms that hold policies and are recognised, so that they are never passed over in silence, but not read.

use super::Unread;
use crate::syntax::{Node, Object};

/// What a document of another kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// In a few words.
    pub kind: &'static str,
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
    kind: "policies in the words of a Terraform module",
    form: Some(Unread {
        form: "a file of policies in the words of a Terraform module",
        instead: "check the plan that the module makes of it (`terraform show -json`)",
    }),
    is_infrastructure: false,
};

/// Names that only policies have, in texts that are not JSON; what the text is, and what to do instead.
const MARKS: [(&[&str], Other); 9] = [
    (
        &["AADConditionalAccessPolicy", "Node "],
        other("a Microsoft365DSC configuration", "a Microsoft365DSC configuration"),
    ),
    (
        &["AADConditionalAccessPolicy", "Configuration "],
        other("a Microsoft365DSC configuration", "a Microsoft365DSC configuration"),
    ),
    (
        &["instance of MSFT_AADConditionalAccessPolicy"],
        other("a compiled DSC configuration", "a compiled DSC configuration"),
    ),
    (&["conditionalaccess.azuread", "kind: AccessPolicy"], other("a Crossplane manifest", "a Crossplane manifest")),
    (&["conditions:", "included_applications:", "grant_controls:"], LIBRARY),
    (&["azuread:ConditionalAccessPolicy"], other("a Pulumi program", "a Pulumi program")),
    (&["azuread:index/conditionalAccessPolicy"], other("a Pulumi program", "a Pulumi program")),
    (
        &["displayName:", "conditions:", "grantControls:", "builtInControls:"],
        other("a Graph policy in YAML", "a Graph policy in YAML"),
    ),
    (
        &["@odata.type: '#microsoft.graph.conditionalAccessPolicy'"],
        other("a Graph policy in YAML", "a Graph policy in YAML"),
    ),
];

const fn other(kind: &'static str, form: &'static str) -> Other {
    Other { kind, form: Some(Unread { form, instead: EXPORT }), is_infrastructure: false }
}

/// Recognises a text that is neither JSON nor HCL.
#[must_use]
pub fn glance(text: &str) -> Option<Other> {
    let first = text.trim_start().lines().next().unwrap_or_default();
    if first.starts_with("{\"@level\"") {
        let kind = "the log of `terraform plan -json`";
        return Some(Other { kind, form: Some(PLAN_STREAM), is_infrastructure: true });
    }
    MARKS.iter().find(|(marks, _)| marks.iter().all(|mark| text.contains(mark))).map(|(_, other)| *other)
}

/// Recognises a document by its top-level keys.
pub(super) fn recognise(root: &Node<'_>, text: &str) -> Option<Other> {
    if is_road_tools(root) {
        return Some(other(
            "a dump of ROADtools",
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
        return Some(Other { kind: "a Pulumi stack", form, is_infrastructure: true });
    }
    if is_library(object) {
        return Some(LIBRARY);
    }
    if word("kind") == "AccessPolicy" && word("apiVersion").starts_with("conditionalaccess.azuread") {
        return Some(other("a Crossplane manifest", "a Crossplane manifest"));
    }
    // Logic apps embed the JSON Schema of a policy, which is none.
    word("$schema").contains("deploymentTemplate").then_some(Other {
        kind: "an ARM template, which deploys no policy",
        form: None,
        is_infrastructure: false,
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
    use super::*;
    use crate::dialect::read;
    use crate::syntax::parse;

    #[test]
    fn texts_with_policies_are_named() {
        for (text, kind) in [
            (
                "Node localhost\n{\n  AADConditionalAccessPolicy \"CA001\"\n  {\n    State = \"enabled\";\n",
                "a Microsoft365DSC configuration",
            ),
            ("instance of MSFT_AADConditionalAccessPolicy as $x\n{\n};", "a compiled DSC configuration"),
            ("apiVersion: conditionalaccess.azuread.upbound.io/v1beta2\nkind: AccessPolicy\n", "a Crossplane manifest"),
            ("resources:\n  mfa:\n    type: azuread:ConditionalAccessPolicy\n", "a Pulumi program"),
            (
                "displayName: a\nconditions:\n  users: {}\ngrantControls:\n  builtInControls: [mfa]\n",
                "a Graph policy in YAML",
            ),
            (
                "'101':\n  conditions:\n    applications:\n      included_applications: [All]\n  grant_controls:\n",
                "policies in the words of a Terraform module",
            ),
            (
                "{\"@level\":\"info\",\"type\":\"version\"}\n{\"@level\":\"info\"}\n",
                "the log of `terraform plan -json`",
            ),
        ] {
            let other = glance(text).unwrap();
            assert_eq!(other.kind, kind);
            assert!(other.form.is_some());
        }
    }

    #[test]
    fn scripts_and_manifests_of_another_kind_are_none() {
        for text in [
            "$policy = @{ displayName = 'x' }\nNew-MgIdentityConditionalAccessPolicy -BodyParameter $policy",
            "kind: Deployment\nmetadata:\n  displayName: x\n",
            "",
        ] {
            assert_eq!(glance(text), None, "{text}");
        }
    }

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
            let taken = read(text, &parse(text).unwrap(), 0, &mut |_| panic!("{text}"));
            assert!(taken.unread.is_some_and(|unread| unread.form.contains(form)), "{text}");
        }
        let template = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": [{"properties": {"conditions": {"users": {}}, "state": "enabled"}}]}"#;
        let taken = read(template, &parse(template).unwrap(), 0, &mut |_| panic!("a template is no policy"));
        assert_eq!((taken.unread, taken.policies), (None, 0));
    }
}
