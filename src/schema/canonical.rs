//! A policy as the value that is validated: keys in Graph's letter case, annotations left out.

use super::vocabulary::Vocabulary;
use crate::syntax::{Node, Pointer, is_annotation};
use serde_json::{Map, Value};

/// Of a key that stands twice the first value is taken; that it does is a violation of its own.
pub(super) fn value(node: &Node<'_>, vocabulary: &Vocabulary) -> Value {
    match node {
        Node::Null | Node::Reference(_) | Node::Secret(_) | Node::Untold(_) => Value::Null,
        Node::Bool(value) => Value::Bool(*value),
        Node::Number(number) => Value::Number(number.clone()),
        Node::String(text) => Value::String(text.to_string()),
        Node::Array(elements) => Value::Array(elements.iter().map(|element| value(element, vocabulary)).collect()),
        Node::Object(object) => {
            let mut members = Map::new();
            for (key, node) in &object.members {
                if !is_annotation(key) {
                    let key = vocabulary.spelling(key).unwrap_or(key);
                    members.entry(key).or_insert_with(|| value(node, vocabulary));
                }
            }
            Value::Object(members)
        }
        Node::Raw(raw) => serde_json::from_str(raw.get()).unwrap_or_default(),
    }
}

/// Whether what stands at a pointer, or around it, is not told.
pub(super) fn is_untold(node: &Node<'_>, pointer: &Pointer) -> bool {
    let mut node = node;
    for step in pointer.steps() {
        let inner = match node {
            Node::Object(object) => object.get(&step),
            Node::Array(elements) => step.parse().ok().and_then(|index: usize| elements.get(index)),
            _ => None,
        };
        let Some(inner) = inner else { break };
        node = inner;
    }
    matches!(node, Node::Reference(_) | Node::Secret(_) | Node::Untold(_))
}
