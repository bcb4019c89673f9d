//! What the values of a block depend on, where they are not stated: the block itself, and all of the configuration around it.

use super::inputs::Data;
use super::part::{Part, resources};
use super::{Folders, ResourceKind, kind};
use crate::policy::Digest;
use crate::syntax::{Node, Object, Pointer};
use std::cell::OnceCell;
use std::path::Path;

/// Everything in a tenant's configuration but its policies: variables, locals, module calls, data, other resources.
pub(super) struct Surroundings<'f> {
    folders: &'f Folders,
    /// The data that expressions read.
    data: &'f dyn Data,
    digest: OnceCell<Option<Digest>>,
}

impl<'f> Surroundings<'f> {
    /// Nothing is computed before a block asks.
    #[must_use]
    pub(super) fn of(folders: &'f Folders, data: &'f dyn Data) -> Self {
        Self { folders, data, digest: OnceCell::new() }
    }

    /// The places where a block does not state a value, each with a digest that is the same for two values only if they
    /// are the same. A place is left out where that cannot be told.
    ///
    /// `own` is the address of this instance, if there are other instances of the block.
    pub(super) fn sources(
        &self,
        block: &Object<'static>,
        evaluated: &Node<'_>,
        own: Option<&str>,
    ) -> Box<[(Pointer, Digest)]> {
        if !is_unstated(evaluated) {
            return Box::default();
        }
        let mut unstated = Vec::new();
        add_unstated(evaluated, &Pointer::root(), &mut unstated);
        if unstated.is_empty() {
            return Box::default();
        }
        let Some(around) = *self.digest.get_or_init(|| self.digest()) else { return Box::default() };
        let around = own.map_or(around, |own| around.and(Digest::of_text(own)));
        let digest = |pointer: &Pointer| {
            // A block that is not there may be made by a dynamic one.
            let written = match written(block, pointer) {
                Some(written) => Digest::of(written)?,
                None => Digest::of(&Node::Object(block.clone()))?,
            };
            // How often there is such a block decides whether the policy is on.
            let repeated = ["count", "for_each", "lifecycle", "state"].iter().map(|name| block.get(name));
            let repeated = repeated.map(|node| node.map_or_else(|| Some(Digest::of_text("")), Digest::of));
            match pointer.steps().next().as_deref() {
                Some("state") => {
                    repeated.chain([Some(written)]).try_fold(around, |digest, part| Some(digest.and(part?)))
                }
                Some(_) | None => Some(around.and(written)),
            }
        };
        unstated.into_iter().filter_map(|pointer| Some((pointer.clone(), digest(&pointer)?))).collect()
    }

    fn digest(&self) -> Option<Digest> {
        let mut digest = self.data.digest();
        let above = self.folders.keys().next().cloned().unwrap_or_default();
        let is_above = |folder: &&Path| self.folders.keys().all(|other| other.starts_with(folder));
        let common = above.ancestors().find(is_above).unwrap_or(Path::new(""));
        for (folder, parts) in self.folders {
            // Where the whole lies does not matter.
            let folder = folder.strip_prefix(common).unwrap_or(folder);
            digest = digest.and(Digest::of_text(&folder.to_string_lossy()));
            // What a policy says is not among what is around, unless somebody asks it.
            if parts.iter().any(|part| mentions_policy(&Node::Object(part.root().clone()))) {
                return None;
            }
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
        if matches!(kind(type_name, Some(block)), Some(ResourceKind::Policy(_))) {
            continue;
        }
        let named = Digest::of_text(type_name).and(Digest::of_text(name));
        digest = digest.and(named).and(Digest::of(&Node::Object(block.clone()))?);
    }
    Some(digest)
}

/// Whether an expression asks a policy for one of its attributes.
fn mentions_policy(node: &Node<'_>) -> bool {
    match node {
        Node::String(text) => text.contains("conditional_access_policy.") && text.contains("${"),
        Node::Array(elements) => elements.iter().any(mentions_policy),
        Node::Object(object) => object.members.iter().any(|(_, node)| mentions_policy(node)),
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => false,
    }
}

/// Whether some value is not stated. Most are, and a place costs more than a look.
pub(super) fn is_unstated(node: &Node<'_>) -> bool {
    match node {
        Node::Untold(_) => true,
        Node::Array(elements) => elements.iter().any(is_unstated),
        Node::Object(object) => object.members.iter().any(|(_, node)| is_unstated(node)),
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_) => false,
    }
}

/// The places of values that are not stated.
fn add_unstated(node: &Node<'_>, at: &Pointer, found: &mut Vec<Pointer>) {
    match node {
        Node::Untold(_) => found.push(at.clone()),
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                add_unstated(element, &at.index(index), found);
            }
        }
        Node::Object(object) => {
            for (key, node) in &object.members {
                add_unstated(node, &at.key(key), found);
            }
        }
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_) => {}
    }
}

/// What a block has at a place, or where the way there ends: a list that is written as one expression has no elements.
fn written<'n>(block: &'n Object<'static>, pointer: &Pointer) -> Option<&'n Node<'static>> {
    let mut steps = pointer.steps();
    let mut node = block.get(&steps.next()?)?;
    for step in steps {
        let next = match node {
            Node::Array(elements) => match step.parse::<usize>() {
                Ok(index) => elements.get(index),
                Err(_) => elements.first().and_then(|first| first.as_object()?.get(&step)),
            },
            Node::Object(object) if step.parse::<usize>().is_err() => object.get(&step),
            // One block stands for a list of one.
            Node::Object(_) => Some(node),
            Node::Null
            | Node::Bool(_)
            | Node::Number(_)
            | Node::String(_)
            | Node::Raw(_)
            | Node::Reference(_)
            | Node::Secret(_)
            | Node::Untold(_) => None,
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    Some(node)
}
