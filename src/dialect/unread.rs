//! Forms that hold policies and are recognised, so that they are never passed over in silence, but not read.

use super::Unread;
use crate::syntax::{Node, Object};

/// What a document of another kind is.
pub(super) struct Other {
    pub(super) kind: &'static str,
    pub(super) form: Option<Unread>,
    pub(super) is_infrastructure: bool,
}

const PULUMI_TYPE: &str = "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy";

const EXPORT_INSTEAD: &str =
    "export the policies from Microsoft Graph (GET /identity/conditionalAccess/policies) and check that file";

/// Recognises a document by its top-level keys.
pub(super) fn recognise(root: &Node<'_>, text: &str) -> Option<Other> {
    let object = root.as_object()?;
    if inner(object, "deployment").is_some_and(|deployment| deployment.get("resources").is_some()) {
        let form = text.contains(PULUMI_TYPE).then_some(Unread { form: "a Pulumi stack", instead: EXPORT_INSTEAD });
        return Some(Other { kind: "a Pulumi stack", form, is_infrastructure: true });
    }
    None
}

fn inner<'n, 'a>(object: &'n Object<'a>, name: &str) -> Option<&'n Object<'a>> {
    object.get(name)?.as_object()
}
