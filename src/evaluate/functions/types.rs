//! Conversions.

use super::{Call, Function, lenient};
use crate::evaluate::error::Evaluated;
use crate::evaluate::types::convert;
use crate::evaluate::value::{Type, Value};
use crate::syntax::Untold;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "tobool" => lenient(1, 1, |call| converted(call, &Type::Bool)),
        "tonumber" => lenient(1, 1, |call| converted(call, &Type::Number)),
        "tostring" => lenient(1, 1, |call| converted(call, &Type::String)),
        "tolist" => lenient(1, 1, |call| converted(call, &Type::List(Box::new(Type::Any)))),
        "toset" => lenient(1, 1, |call| converted(call, &Type::Set(Box::new(Type::Any)))),
        "tomap" => lenient(1, 1, |call| converted(call, &Type::Map(Box::new(Type::Any)))),
        "nonsensitive" | "ephemeralasnull" => lenient(1, 1, |call| Ok(call.arguments[0].clone())),
        // What is marked is not shown.
        "sensitive" => lenient(1, 1, |_| Ok(Value::unknown(Untold::Sensitive))),
        _ => return None,
    })
}

fn converted(call: &Call<'_>, to: &Type) -> Evaluated<Value> {
    if !call.names.effort().spend(call.arguments[0].weight()) {
        return Ok(Value::unknown(Untold::Expression));
    }
    convert(&call.arguments[0], to).map_err(|error| error.or_at(call.source))
}
