//! Terraform and `OpenTofu`: resources of two providers, in whatever document they stand.
//!
//! Every document hands its resources over as [`Declared`], with their attributes in the provider's words, blocks as
//! objects, and what the document does not tell as [`Node::Untold`] or [`Node::Reference`]. From there the way is one.

mod address;
mod aliases;
mod block;
mod configuration;
mod graph;
mod inputs;
mod made;
mod modules;
mod part;
mod plan;
mod references;
mod resource;
mod state;
mod surroundings;
mod values;

pub use configuration::{Configuration, Evaluation};
pub use inputs::{Data, Given};
pub use modules::{Folders, assemble, local_folder};
pub use part::{Part, gives_values, read_hcl, read_values, read_variables};
pub use plan::{Modules, block as declared_by};

use super::unread::EXPORT;
use super::{DocumentReader, Here, Taken, Unread, companion};
use crate::policy::{Declaration, FileIndex, Id, Origin, Wording};
use crate::syntax::{Node, Object};
use address::is_id;

/// What a type of resource is to Conditional Access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResourceKind {
    Policy(Wording),
    NamedLocation(Wording),
    Strength(Wording),
    Named,
    /// A policy in a form that is recognised but not read.
    Unread(Unread),
}

const REST_RESOURCE: Unread =
    Unread { form: "a policy as a request of the Terraform provider microsoft/msgraph", instead: EXPORT };

/// Types of resources that are read, with what each is.
const TYPES: [(&str, ResourceKind); 10] = [
    ("azuread_conditional_access_policy", ResourceKind::Policy(Wording::Azuread)),
    (
        "microsoft365_graph_beta_identity_and_access_conditional_access_policy",
        ResourceKind::Policy(Wording::Microsoft365),
    ),
    ("azuread_named_location", ResourceKind::NamedLocation(Wording::Azuread)),
    ("microsoft365_graph_beta_identity_and_access_named_location", ResourceKind::NamedLocation(Wording::Microsoft365)),
    ("azuread_authentication_strength_policy", ResourceKind::Strength(Wording::Azuread)),
    (
        "microsoft365_graph_beta_identity_and_access_authentication_strength_policy",
        ResourceKind::Strength(Wording::Microsoft365),
    ),
    ("azuread_group", ResourceKind::Named),
    ("azuread_user", ResourceKind::Named),
    ("microsoft365_graph_beta_groups_group", ResourceKind::Named),
    // Graph's names in snake case, too.
    ("microsoft365wp_conditional_access_policy", ResourceKind::Policy(Wording::Microsoft365)),
];

fn kind(type_name: &str, values: Option<&Object<'_>>) -> Option<ResourceKind> {
    if type_name == "msgraph_resource" {
        let url = match values.and_then(|values| values.get("url")) {
            Some(Node::String(url)) => url.to_ascii_lowercase(),
            Some(Node::Untold(_)) if values.is_some_and(has_policy) => {
                return Some(ResourceKind::Unread(REST_RESOURCE));
            }
            _ => return None,
        };
        return url.contains("conditionalaccess/policies").then_some(ResourceKind::Unread(REST_RESOURCE));
    }
    TYPES.iter().find(|(name, _)| *name == type_name).map(|(_, kind)| *kind)
}

/// Whether the body of a request looks like a policy.
fn has_policy(values: &Object<'_>) -> bool {
    let body = values.get("body").and_then(Node::as_object);
    body.is_some_and(|body| body.get("conditions").is_some() && body.get("grantControls").is_some())
}

impl ResourceKind {
    /// In whose words its attributes are.
    fn wording(self) -> Wording {
        match self {
            Self::Policy(wording) | Self::NamedLocation(wording) | Self::Strength(wording) => wording,
            Self::Named | Self::Unread(_) => Wording::Azuread,
        }
    }
}

/// What a plan repeats.
pub(super) const UNREAD: [&str; 6] =
    ["before", "before_sensitive", "planned_values", "prior_state", "relevant_attributes", "resource_drift"];

/// A resource that a document declares.
struct Declared<'a> {
    kind: ResourceKind,
    /// `module.ca["x"].azuread_conditional_access_policy.mfa[0]`
    address: String,
    /// Name of its provider's configuration, if the document spans several tenants.
    tenant: Option<String>,
    /// Attributes in the provider's words.
    values: Node<'a>,
    /// Names that stand for what is not told or not to be told, with what each means.
    unnamed: Vec<(String, &'static str)>,
    /// How it comes to be there; without its address.
    declaration: Declaration,
}

impl DocumentReader<'_, '_> {
    /// Takes a resource of a document whose names belong to `root`.
    fn declare(&mut self, declared: Declared<'_>, here: &Here, root: FileIndex) {
        let Some(wording) = self.taken.declare(&declared, root) else { return };
        let graph = graph::policy(&declared.values, wording);
        let Here { pointer, offset, base } = here.clone();
        let found = super::Found {
            node: &graph,
            written: &declared.values,
            origin: Origin { file: self.file, pointer, offset, base, wording, root },
            declaration: Some(Declaration { address: Some(declared.address.into()), ..declared.declaration }),
            tenant: declared.tenant.as_deref(),
        };
        (self.visit)(found);
    }
}

impl Taken {
    /// Takes note of a resource of a document whose names belong to `root`. What is left to read is a policy, in these
    /// words.
    fn declare(&mut self, declared: &Declared<'_>, root: FileIndex) -> Option<Wording> {
        let wording = match declared.kind {
            ResourceKind::Policy(wording) => wording,
            ResourceKind::Unread(unread) => {
                self.unread = Some(unread);
                return None;
            }
            other => {
                self.companion(declared, other, root);
                return None;
            }
        };
        self.policies += 1;
        let companions = self.companions_of(declared.tenant.as_deref());
        for (name, description) in &declared.unnamed {
            let id = Id::Reference(Box::new((root, name.as_str().into())));
            companions.descriptions.insert(id, (*description).into());
        }
        Some(wording)
    }

    fn companion(&mut self, declared: &Declared<'_>, kind: ResourceKind, root: FileIndex) {
        let object = match kind {
            ResourceKind::NamedLocation(wording) => graph::named_location(&declared.values, wording, &declared.address),
            ResourceKind::Strength(_) => graph::strength(&declared.values, &declared.address),
            ResourceKind::Named | ResourceKind::Policy(_) | ResourceKind::Unread(_) => {
                graph::named(&declared.values, &declared.address)
            }
        };
        companion::read(self.companions_of(declared.tenant.as_deref()), &object, root);
    }
}

/// Reads a document of Terraform's own JSON. False if it is none.
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, root: &Node<'a>, here: &Here) -> bool {
    let Some(object) = root.as_object() else { return false };
    plan::read(reader, object, here) || state::read(reader, object, here) || part::keep(reader, root)
}

#[cfg(test)]
mod tests;
