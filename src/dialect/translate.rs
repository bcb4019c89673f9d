//! From the words of a file to Graph's shape, for dialects that have words of their own.

use super::{DocumentReader, Found, Here};
use crate::policy::{Origin, Property, Wording};
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
    place_members(&mut graph, written, &mut Pointer::root(), wording);
    graph
}

fn place_members<'a>(graph: &mut Object<'a>, object: &Object<'a>, own: &mut Pointer, wording: Wording) {
    for (key, node) in &object.members {
        let outer = own.enter(key);
        place(graph, node, own, wording);
        own.back(outer);
    }
}

fn place<'a>(graph: &mut Object<'a>, node: &Node<'a>, own: &mut Pointer, wording: Wording) {
    match node {
        Node::Object(object) if !object.members.is_empty() => place_members(graph, object, own, wording),
        Node::Array(elements) if matches!(elements.as_slice(), [Node::Object(_)]) => {
            for only in elements {
                place(graph, only, own, wording);
            }
        }
        node => insert(graph, &wording.to_graph(own), node.clone()),
    }
}

/// Puts a value where a pointer leads.
pub(super) fn insert<'a>(object: &mut Object<'a>, pointer: &Pointer, node: Node<'a>) {
    insert_at(object, pointer.steps().map(|step| Cow::Owned(step.into_owned())), node);
}

/// Puts a value where Graph has a property.
pub(super) fn insert_property<'a>(object: &mut Object<'a>, property: Property, node: Node<'a>) {
    insert_at(object, property.as_str().split('/').skip(1).map(Cow::Borrowed), node);
}

fn insert_at<'a>(mut object: &mut Object<'a>, steps: impl Iterator<Item = Cow<'a, str>>, node: Node<'a>) {
    let mut steps = steps.peekable();
    while let Some(step) = steps.next() {
        if steps.peek().is_none() {
            object.members.push((step, node));
            return;
        }
        let is_it = |(key, node): &(Cow<'_, str>, Node<'_>)| *key == step && matches!(node, Node::Object(_));
        let index = object.members.iter().position(is_it).unwrap_or_else(|| {
            object.members.push((step, Node::Object(Object::default())));
            object.members.len() - 1
        });
        let Node::Object(inner) = &mut object.members[index].1 else { return };
        object = inner;
    }
}

/// A policy of which the file does not say whether it exists: whether it is on is not known.
pub(super) fn perhaps(policy: &mut Object<'_>) {
    let untold = Node::Untold(crate::syntax::Untold::Expression);
    policy.members.retain(|(key, _)| !key.eq_ignore_ascii_case("state"));
    policy.members.push((Cow::Borrowed("state"), untold));
}
