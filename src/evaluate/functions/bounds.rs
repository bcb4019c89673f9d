//! What a call may cost.

use super::Call;
use crate::evaluate::error::Evaluated;
use crate::evaluate::value::{Kind, Value};
use crate::syntax::Untold;

/// Makes the result if what was made before leaves room for it.
pub(super) fn bounded(call: &Call<'_>, make: fn(&Call<'_>) -> Evaluated<Value>) -> Evaluated<Value> {
    let effort = call.names.effort();
    let taken: usize = call.arguments.iter().map(size).sum();
    if !effort.spend(taken) {
        return Ok(Value::unknown(Untold::Expression));
    }
    let value = make(call)?;
    let value = effort.within_bounds(value);
    if effort.spend(size(&value)) { Ok(value) } else { Ok(Value::unknown(Untold::Expression)) }
}

/// Characters and elements of a value, one level deep: what lies deeper was paid for when it was made.
fn size(value: &Value) -> usize {
    match &value.kind {
        Kind::String(text) => 1 + text.as_str().len() / 16,
        Kind::Sequence(sequence) => 1 + sequence.elements.len(),
        Kind::Mapping(mapping) => 1 + mapping.members.len(),
        Kind::Unknown(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Reference(..) | Kind::Handle(_) => 1,
    }
}
