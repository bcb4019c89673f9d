//! What `for`, `for_each` and `dynamic` go through.

use super::error::{Evaluated, error};
use super::source::Source;
use super::types::to_text;
use super::value::{Kind, Member, SequenceKind, Value};
use crate::syntax::Untold;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The text of a key, or why it is not stated.
///
/// # Errors
/// If it is `null`, or has no text.
pub(super) fn key_text(value: &Value) -> Evaluated<Result<Arc<str>, Untold>> {
    if value.is_null() {
        return Err(error("null is no key", &value.source));
    }
    if let Some(why) = value.why_unknown() {
        return Ok(Err(why));
    }
    let text = to_text(value)?;
    match text.kind {
        Kind::String(text) => Ok(Ok(text.shared())),
        _ => Err(error("a key must be a string", &value.source)),
    }
}

/// A name that is not stated may be any of these, and have another value.
pub(super) fn obscure(members: &mut BTreeMap<Arc<str>, Member>, why: Untold) {
    for member in members.values_mut() {
        member.value = Value::unknown(why);
    }
}

/// Keys and values of what `for` goes through, and why there may be others.
type Pairs = (Vec<(Value, Value)>, Option<Untold>);

/// Keys and values of what `for` goes through; or why it is not stated.
///
/// # Errors
/// If it is no collection.
pub(super) fn pairs(collection: &Value, source: &Source) -> Evaluated<Result<Pairs, Untold>> {
    let pairs = match &collection.kind {
        Kind::Sequence(sequence) => {
            let is_set = matches!(sequence.kind, SequenceKind::Set(_));
            let pair = |(index, element): (usize, &Value)| {
                // With others among them, nobody knows which number an element has.
                let key = match (is_set, sequence.why_unordered()) {
                    (true, _) => element.clone(),
                    (false, Some(why)) => Value::unknown(why),
                    (false, None) => Value::number(index).at(element.source.clone()),
                };
                (key, element.clone())
            };
            (sequence.elements.iter().enumerate().map(pair).collect(), sequence.rest)
        }
        Kind::Mapping(mapping) => {
            let pair = |(name, member): (&Arc<str>, &Member)| {
                (Value::string(Arc::clone(name)).at(member.key.clone()), member.value.clone())
            };
            (mapping.members.iter().map(pair).collect(), mapping.rest)
        }
        Kind::Unknown(why) => return Ok(Err(*why)),
        Kind::Handle(_) => return Ok(Err(Untold::AfterApply)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Reference(..) => {
            return Err(error(
                format!("`for` needs a list, set or map, and this is {}", collection.described()),
                source,
            ));
        }
    };
    Ok(Ok(pairs))
}
