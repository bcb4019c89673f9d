//! TODO: which tool writes this, with a link, and how a document is recognised.

use super::graph::Listing;
use super::{DocumentKind, DocumentReader, Here};
use crate::syntax::Node;

/// Reads a document. False if it is none of this tool.
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, root: &Node<'a>, here: &Here) -> bool {
    // TODO: a member that nobody else writes.
    let Some(object) = root.as_object().filter(|object| object.get("TODO").is_some()) else { return false };
    // TODO: where the policy stands. It must have Graph's shape.
    let Some((key, policy)) = object.members.iter().find(|(key, _)| key == "policy") else { return false };
    // TODO: a kind of its own in kind.rs, which says what `caplint files` calls it.
    reader.taken.kind = DocumentKind::GraphPolicy;
    reader.policy(policy, &here.at(here.pointer.key(key)), &Listing::default());
    true
}
