//! A document as a tree that knows where each of its values stands, for notations whose parsers tell.

use super::node::{Node, Object};
use super::node_span::NodeSpan;
use std::borrow::Cow;

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) place: NodeSpan,
    pub(super) holds: Holds,
}

#[derive(Debug, Clone)]
pub(super) enum Holds {
    Scalar(Node<'static>),
    Elements(Vec<Spot>),
    Members(Vec<(String, Spot)>),
}

impl Spot {
    pub(super) fn into_node(self) -> Node<'static> {
        match self.holds {
            Holds::Scalar(node) => node,
            Holds::Elements(elements) => Node::Array(elements.into_iter().map(Self::into_node).collect()),
            Holds::Members(members) => {
                let members = members.into_iter().map(|(key, spot)| (Cow::Owned(key), spot.into_node()));
                Node::Object(Object { members: members.collect() })
            }
        }
    }

    /// What a step leads to: every member of that name, and first those that are spelt alike.
    fn step(&self, step: &str) -> Vec<&Self> {
        match &self.holds {
            Holds::Elements(elements) => match step.parse::<usize>() {
                Ok(index) => elements.get(index).into_iter().collect(),
                Err(_) => elements.first().map(|first| first.step(step)).unwrap_or_default(),
            },
            Holds::Members(members) => {
                let named = members.iter().filter(|(key, _)| key.eq_ignore_ascii_case(step));
                let (exact, other): (Vec<_>, Vec<_>) = named.partition(|(key, _)| key == step);
                exact.into_iter().chain(other).map(|(_, spot)| spot).collect()
            }
            Holds::Scalar(_) => Vec::new(),
        }
    }

    /// What the steps lead to, every occurrence where the last key stands more than once, or the place reached so far.
    pub(super) fn find(&self, steps: &[String]) -> Vec<NodeSpan> {
        let mut spots = vec![self];
        for step in steps {
            let next = spots[0].step(step);
            if next.is_empty() {
                spots.truncate(1);
                break;
            }
            spots = next;
        }
        spots.into_iter().map(|spot| spot.place.clone()).collect()
    }
}
