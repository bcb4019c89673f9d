//! A policy as the value that is validated: keys in Graph's letter case, annotations left out.

use super::vocabulary::Vocabulary;
use crate::syntax::{Node, Pointer, is_annotation};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};

/// If a key appears twice, the first value is taken. The repetition is a separate violation.
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

/// So many elements of a list are validated at once. A validator keeps all of its errors together, and each takes a
/// kilobyte.
const AT_ONCE: usize = 1_000;

/// A part of a long list, in a policy that says nothing else.
pub(super) struct Piece {
    /// The policy.
    pub(super) policy: Value,
    /// The list.
    list: Pointer,
    /// How many elements stand before it.
    before: usize,
}

impl Piece {
    /// A pointer to one of its elements, or into one, as a pointer into the whole list; none if it leads elsewhere.
    pub(super) fn outside(&self, pointer: &Pointer) -> Option<Pointer> {
        let inside = pointer.as_str().strip_prefix(self.list.as_str())?.strip_prefix('/')?;
        let end = inside.find('/').unwrap_or(inside.len());
        let index: usize = inside[..end].parse().ok()?;
        Some(self.list.index(self.before + index).join(&Pointer::new(&inside[end..])))
    }
}

/// Cuts long lists down to what is validated at once. Returns the rest of them in pieces.
pub(super) fn cut(policy: &mut Value) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let Value::Object(members) = policy else { return pieces };
    cut_below(members, &Pointer::root(), &mut pieces);
    pieces
}

fn cut_below(members: &mut Map<String, Value>, pointer: &Pointer, pieces: &mut Vec<Piece>) {
    for (key, member) in members {
        let pointer = pointer.key(key);
        match member {
            Value::Object(members) => cut_below(members, &pointer, pieces),
            Value::Array(elements) if elements.len() > AT_ONCE => {
                let mut rest = elements.split_off(AT_ONCE).into_iter();
                elements.shrink_to_fit();
                let mut before = AT_ONCE;
                while rest.len() > 0 {
                    let list = Value::Array(rest.by_ref().take(AT_ONCE).collect());
                    let steps: Vec<String> = pointer.steps().map(std::borrow::Cow::into_owned).collect();
                    let around = |inner, key| Value::Object(Map::from_iter([(key, inner)]));
                    let policy = steps.into_iter().rfold(list, around);
                    pieces.push(Piece { policy, list: pointer.clone(), before });
                    before += AT_ONCE;
                }
            }
            Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// Everything in a policy that is not told.
pub(super) struct UntoldPlaces(HashSet<String>);

impl UntoldPlaces {
    pub(super) fn of(node: &Node<'_>) -> Self {
        let mut places = HashSet::new();
        gather_untold(node, &mut String::new(), &mut places);
        Self(places)
    }

    /// Whether the value at a pointer, or one that contains it, is not stated.
    pub(super) fn hold(&self, pointer: &Pointer) -> bool {
        // Only infrastructure code has values that are not stated.
        if self.0.is_empty() {
            return false;
        }
        let pointer = pointer.as_str().to_ascii_lowercase();
        let mut ends = pointer.match_indices('/').map(|(at, _)| at).chain([pointer.len()]);
        ends.any(|end| self.0.contains(&pointer[..end]))
    }
}

fn gather_untold(node: &Node<'_>, pointer: &mut String, places: &mut HashSet<String>) {
    let length = pointer.len();
    match node {
        Node::Reference(_) | Node::Secret(_) | Node::Untold(_) => {
            places.insert(pointer.clone());
        }
        Node::Object(object) => {
            // If a key appears twice, the last value counts.
            let members: BTreeMap<String, &Node<'_>> =
                object.members.iter().map(|(key, node)| (key.to_ascii_lowercase(), node)).collect();
            for (key, node) in members {
                pointer.push_str(Pointer::root().key(&key).as_str());
                gather_untold(node, pointer, places);
                pointer.truncate(length);
            }
        }
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                if matches!(element, Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Raw(_)) {
                    continue;
                }
                pointer.push_str(Pointer::root().index(index).as_str());
                gather_untold(element, pointer, places);
                pointer.truncate(length);
            }
        }
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Raw(_) => {}
    }
}
