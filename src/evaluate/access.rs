//! Attributes and elements of values.

use super::error::{Evaluated, error};

use super::source::Source;
use super::types::convert;
use super::value::{Kind, SequenceKind, Type, Value};
use crate::syntax::Untold;

/// An attribute of an object or map.
///
/// # Errors
/// If there is none.
pub(super) fn attribute(value: &Value, name: &str, source: &Source) -> Evaluated<Value> {
    match &value.kind {
        Kind::Mapping(mapping) => match (mapping.get(name), mapping.rest) {
            (Some(member), _) => Ok(member.clone()),
            (None, Some(why)) => Ok(Value::unknown(why)),
            (None, None) => Err(error(format!("there is no {name:?} here"), source)),
        },
        Kind::Unknown(why) => Ok(Value::unknown(*why)),
        Kind::Handle(_) => Ok(Value::unknown(Untold::AfterApply)),
        Kind::Null => Err(error(format!("null has no {name:?}"), source)),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Sequence(_) | Kind::Reference(..) => {
            Err(error(format!("{} has no attribute {name:?}", value.described()), source))
        }
    }
}

/// An element of a list, tuple, map or object.
///
/// # Errors
/// If there is none.
pub(super) fn index(value: &Value, key: &Value, source: &Source) -> Evaluated<Value> {
    if key.is_null() {
        return Err(error("null is no index", source));
    }
    match &value.kind {
        Kind::Sequence(sequence) => {
            if matches!(sequence.kind, SequenceKind::Set(_)) {
                return Err(error("the elements of a set have no numbers", source));
            }
            let Kind::Number(number) = convert(key, &Type::Number)?.kind else {
                return Ok(Value::unknown(key.why_unknown().unwrap_or(Untold::Expression)));
            };
            if let Some(why) = sequence.why_unordered() {
                return Ok(Value::unknown(why));
            }
            let element = number.as_usize().and_then(|index| sequence.elements.get(index));
            element.cloned().ok_or_else(|| error(format!("there is no element {number} here"), source))
        }
        Kind::Mapping(mapping) => {
            let Kind::String(name) = convert(key, &Type::String)?.kind else {
                return Ok(Value::unknown(key.why_unknown().unwrap_or(Untold::Expression)));
            };
            match (mapping.get(name.as_str()), mapping.rest) {
                (Some(member), _) => Ok(member.clone()),
                (None, Some(why)) => Ok(Value::unknown(why)),
                (None, None) => Err(error(format!("there is no {:?} here", name.as_str()), source)),
            }
        }
        Kind::Unknown(why) => Ok(Value::unknown(*why)),
        Kind::Handle(_) => Ok(Value::unknown(Untold::AfterApply)),
        Kind::Null => Err(error("null has no elements", source)),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Reference(..) => {
            Err(error(format!("{} has no elements", value.described()), source))
        }
    }
}
