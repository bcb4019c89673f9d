//! What the values of a block depend on, where they are not stated: the block itself, and all of the configuration around it.

use super::part::{Part, resources};
use super::{Folders, Kind, kind};
use crate::policy::Digest;
use crate::syntax::{Node, Object};
use std::cell::OnceCell;
use std::path::Path;

/// Everything in a tenant's configuration but its policies: variables, locals, module calls, data, other resources.
pub struct Surroundings<'f> {
    folders: &'f Folders,
    digest: OnceCell<Option<Digest>>,
}

impl<'f> Surroundings<'f> {
    /// Nothing is computed before a block asks.
    #[must_use]
    pub fn of(folders: &'f Folders) -> Self {
        Self { folders, digest: OnceCell::new() }
    }

    /// A digest that is the same for two blocks only if whatever they do not state is the same; none for a block that
    /// states everything, and where that cannot be told.
    pub(super) fn source(&self, block: &Object<'static>, evaluated: &Node<'_>) -> Option<Digest> {
        if !has_unstated(evaluated) {
            return None;
        }
        let around = (*self.digest.get_or_init(|| self.digest()))?;
        Digest::of(&Node::Object(block.clone())).map(|block| block.and(around))
    }

    fn digest(&self) -> Option<Digest> {
        let mut digest = Digest::of_text("");
        let above = self.folders.keys().next().cloned().unwrap_or_default();
        let is_above = |folder: &&Path| self.folders.keys().all(|other| other.starts_with(folder));
        let common = above.ancestors().find(is_above).unwrap_or(Path::new(""));
        for (folder, parts) in self.folders {
            // Where the whole lies does not matter.
            let folder = folder.strip_prefix(common).unwrap_or(folder);
            digest = digest.and(Digest::of_text(&folder.to_string_lossy()));
            for part in parts {
                digest = digest.and(of_part(part)?);
            }
        }
        Some(digest)
    }
}

fn of_part(part: &Part) -> Option<Digest> {
    let mut digest = Digest::of_text(part.name());
    for (key, node) in part.root().members.iter().filter(|(key, _)| key != "resource") {
        digest = digest.and(Digest::of_text(key)).and(Digest::of(node)?);
    }
    for (type_name, name, block) in resources(part.root()) {
        if matches!(kind(type_name, Some(block)), Some(Kind::Policy(_))) {
            continue;
        }
        let named = Digest::of_text(type_name).and(Digest::of_text(name));
        digest = digest.and(named).and(Digest::of(&Node::Object(block.clone()))?);
    }
    Some(digest)
}

/// Whether a value, or a part of it, is not stated.
fn has_unstated(node: &Node<'_>) -> bool {
    match node {
        Node::Untold(_) => true,
        Node::Array(elements) => elements.iter().any(has_unstated),
        Node::Object(object) => object.members.iter().any(|(_, node)| has_unstated(node)),
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_) => false,
    }
}
