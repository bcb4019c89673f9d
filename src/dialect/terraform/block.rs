//! What the block of a policy says that its values do not: what it leaves to others, and what it has in so many words.

use super::part::{Part, blocks, labelled};
use crate::catalog;
use crate::policy::{Block, Id, Property, Wording};
use crate::syntax::{Node, Object, Pointer};

/// Lists that hold ids of a tenant's own objects.
const LISTS: [Property; 6] = [
    Property::IncludeUsers,
    Property::ExcludeUsers,
    Property::IncludeGroups,
    Property::ExcludeGroups,
    Property::IncludeLocations,
    Property::ExcludeLocations,
];

/// Reads a block as it is written.
pub(super) fn read(block: &Object<'static>, wording: Wording) -> Block {
    Block {
        ignored_changes: ignored_changes(block),
        literal_ids: LISTS.iter().flat_map(|list| literal_ids(block, wording, *list)).collect(),
        sources: Box::default(),
        has_bare_strength: false,
    }
}

fn ignored_changes(block: &Object<'static>) -> Vec<Box<str>> {
    let named = blocks(block.get("lifecycle")).filter_map(|lifecycle| lifecycle.get("ignore_changes"));
    let named = named.flat_map(|node| match node {
        Node::Array(several) => several.as_slice(),
        one => std::slice::from_ref(one),
    });
    named.filter_map(Node::as_str).map(|text| reference(text).into()).collect()
}

/// The value of a template that is a single reference.
fn reference(text: &str) -> &str {
    text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).unwrap_or(text).trim()
}

fn literal_ids(block: &Object<'static>, wording: Wording, list: Property) -> Vec<Pointer> {
    let own = wording.of_graph(&Pointer::new(list));
    let mut steps = own.steps();
    let first = steps.next().and_then(|step| block.get(&step));
    let elements = steps.try_fold(first, |node, step| Some(blocks(node).next()?.get(&step))).flatten();
    let elements = elements.and_then(Node::as_array).unwrap_or_default().iter().enumerate();
    elements.filter(|(_, element)| is_of_one_tenant(element)).map(|(index, _)| own.index(index)).collect()
}

/// Whether an element is an id that only one tenant has. The location of all zeros is that of MFA's trusted IPs.
fn is_of_one_tenant(element: &Node<'_>) -> bool {
    let Some(text) = element.as_str() else { return false };
    let id = Id::new(text.rsplit('/').next().unwrap_or(text));
    id.guid().is_some_and(|guid| !guid.is_nil()) && catalog::name(&id).is_none()
}

/// Whether the id of a strength in these values is a GUID alone.
pub(super) fn has_bare_strength(values: &Node<'_>) -> bool {
    let own = Wording::Azuread.of_graph(&Pointer::new(Property::AuthenticationStrengthId));
    let id = own.steps().try_fold(values, |node, step| node.as_object()?.get(&step));
    id.and_then(Node::as_str).is_some_and(|id| Id::new(id).guid().is_some())
}

/// Whether a module asks for a version of azuread before 3, to which the id of a strength was its GUID.
pub(super) fn wants_old_azuread(parts: &[Part]) -> bool {
    let settings = parts.iter().flat_map(|part| blocks(part.root().get("terraform")));
    let mut providers = settings.flat_map(|settings| blocks(settings.get("required_providers")));
    providers.any(|providers| {
        let version = match providers.get("azuread") {
            Some(Node::Object(provider)) => provider.get("version").and_then(Node::as_str),
            version => version.and_then(Node::as_str),
        };
        version.is_some_and(|version| version.split(',').any(is_below_3))
    })
}

/// Whether one constraint keeps out version 3: `~> 2.53`, `2.53.1`, `< 3.0`.
fn is_below_3(constraint: &str) -> bool {
    let constraint = constraint.trim();
    let version = constraint.trim_start_matches(['=', '~', '<', '>', '!', ' ']);
    let Ok(major) = version.split('.').next().unwrap_or_default().parse::<u32>() else { return false };
    match constraint[..constraint.len() - version.len()].trim() {
        "" | "=" | "~>" | "<=" => major < 3,
        "<" => major <= 3,
        _ => false,
    }
}

impl Part {
    /// What the block of a policy says in addition to its attributes.
    #[must_use]
    pub fn block(&self, type_name: &str, name: &str) -> Option<Block> {
        let types = blocks(self.root().get("resource")).filter_map(|types| types.get(type_name));
        let mut named = types.flat_map(|named| labelled(Some(named))).filter(|(label, _)| *label == name);
        let (_, block) = named.next()?;
        Some(read(block, super::kind(type_name, Some(block))?.wording()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_before_3_are_told() {
        for constraint in ["~> 2.53", "2.53.1", "= 2.47.0", "< 3.0.0", "<= 2.99"] {
            assert!(is_below_3(constraint), "{constraint}");
        }
        for constraint in [">= 2.53", "~> 3.0", "3.1.0", "< 4.0", "!= 2.1.0", "", "latest"] {
            assert!(!is_below_3(constraint), "{constraint}");
        }
    }
}
