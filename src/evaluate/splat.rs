//! `[*]` and `.*`.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/splat>

use super::error::{Evaluated, error};
use super::value::{Handle, Kind, SequenceKind, Value};
use crate::syntax::Untold;

/// The same of each element. A single value is taken for a list of it, and `null` for an empty one.
pub(super) fn each(value: Value, inner: impl Fn(Value) -> Evaluated<Value>) -> Evaluated<Value> {
    match &value.kind {
        Kind::Null if value.is_null_list => Err(error("a splat does not take null in place of a list", &value.source)),
        Kind::Null => Ok(Value::tuple(Vec::new())),
        Kind::Unknown(why) => Ok(Value::unknown(*why)),
        Kind::Handle(Handle::Instances(..) | Handle::Undeclared(_)) => Ok(Value::unknown(Untold::AfterApply)),
        Kind::Sequence(sequence) => {
            let elements = sequence.elements.iter().map(|element| inner(element.clone())).collect::<Evaluated<_>>()?;
            Ok(Value::sequence(SequenceKind::Tuple, elements, sequence.rest).loose_if(sequence.is_loose()))
        }
        Kind::Bool(_)
        | Kind::Number(_)
        | Kind::String(_)
        | Kind::Mapping(_)
        | Kind::Reference(..)
        | Kind::Handle(_) => Ok(Value::tuple(vec![inner(value)?])),
    }
}
