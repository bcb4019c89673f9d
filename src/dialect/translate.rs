//! From the words of a file to Graph's shape, for dialects that have words of their own.

use super::{DocumentReader, Found, Here};
use crate::policy::{Origin, Wording};
use crate::syntax::{Node, Object, Pointer};
use std::borrow::Cow;

impl DocumentReader<'_, '_> {
    /// Hands over a policy that is not written in Graph's words.
    pub(super) fn worded(&mut self, written: &Node<'_>, graph: &Node<'_>, wording: Wording, here: &Here) {
        self.taken.policies += 1;
        let Here { pointer, offset, base } = here.clone();
        let origin = Origin { file: self.file, pointer, offset, base, wording, root: self.file };
        (self.visit)(Found { node: graph, written, origin, declaration: None, tenant: None });
    }
}

/// A policy in Graph's shape: each value where Graph has what the file calls so. A block may be an array of one.
pub(super) fn policy<'a>(written: &Object<'a>, wording: Wording) -> Object<'a> {
    let mut graph = Object::default();
    for (key, node) in &written.members {
        place(&mut graph, node, &Pointer::root().key(key), wording);
    }
    graph
}

fn place<'a>(graph: &mut Object<'a>, node: &Node<'a>, own: &Pointer, wording: Wording) {
    match node {
        Node::Object(object) if !object.members.is_empty() => {
            for (key, node) in &object.members {
                place(graph, node, &own.key(key), wording);
            }
        }
        Node::Array(elements) if matches!(elements.as_slice(), [Node::Object(_)]) => {
            for only in elements {
                place(graph, only, own, wording);
            }
        }
        node => {
            let steps: Vec<String> = wording.to_graph(own).steps().collect();
            insert(graph, &steps, node.clone());
        }
    }
}

/// Puts a value at the end of a path.
pub(super) fn insert<'a>(object: &mut Object<'a>, steps: &[String], node: Node<'a>) {
    let Some((first, rest)) = steps.split_first() else { return };
    if rest.is_empty() {
        return object.members.push((Cow::Owned(first.clone()), node));
    }
    let is_it = |(key, node): &(Cow<'_, str>, Node<'_>)| key == first && matches!(node, Node::Object(_));
    let index = object.members.iter().position(is_it).unwrap_or_else(|| {
        object.members.push((Cow::Owned(first.clone()), Node::Object(Object::default())));
        object.members.len() - 1
    });
    if let Node::Object(inner) = &mut object.members[index].1 {
        insert(inner, rest, node);
    }
}

/// A policy of which the file does not say whether it exists: whether it is on is not known.
pub(super) fn perhaps(policy: &mut Object<'_>) {
    let untold = Node::Untold(crate::syntax::Untold::Expression);
    policy.members.retain(|(key, _)| !key.eq_ignore_ascii_case("state"));
    policy.members.push((Cow::Borrowed("state"), untold));
}
