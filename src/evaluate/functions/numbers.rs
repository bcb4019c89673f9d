//! Numbers.

use super::{Call, Function, Takes, strict, variadic};
use crate::evaluate::error::Evaluated;
use crate::evaluate::number::Number;
use crate::evaluate::types::convert;
use crate::evaluate::value::{Kind, Type, Value};
use crate::syntax::Untold;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "abs" => strict(&[Takes::Number], |call| Ok(Value::number(call.number(0)?.abs()))),
        "ceil" => strict(&[Takes::Number], |call| Ok(Value::number(call.number(0)?.ceil()))),
        "floor" => strict(&[Takes::Number], |call| Ok(Value::number(call.number(0)?.floor()))),
        "signum" => strict(&[Takes::Number], |call| Ok(Value::number(call.number(0)?.signum()))),
        "max" => variadic(&[Takes::Number], Takes::Number, |call| extreme(call, |one, best| one > best)),
        "min" => variadic(&[Takes::Number], Takes::Number, |call| extreme(call, |one, best| one < best)),
        "log" => strict(&[Takes::Number, Takes::Number], |_| Ok(Value::unknown(Untold::Expression))),
        "pow" => strict(&[Takes::Number, Takes::Number], pow),
        "parseint" => strict(&[Takes::Any, Takes::Number], parseint),
        "sum" => strict(&[Takes::Lists], sum),
        _ => return None,
    })
}

fn extreme(call: &Call<'_>, is_better: fn(&Number, &Number) -> bool) -> Evaluated<Value> {
    let mut best = call.number(0)?;
    for index in 1..call.arguments.len() {
        let one = call.number(index)?;
        if is_better(one, best) {
            best = one;
        }
    }
    Ok(Value::number(best.clone()))
}

/// Terraform computes powers with 64 bits of floating point: only what these hold is known.
fn pow(call: &Call<'_>) -> Evaluated<Value> {
    let (base, exponent) = (call.number(0)?, call.number(1)?);
    let Some(exponent) = exponent.as_i64().and_then(|exponent| u32::try_from(exponent).ok()) else {
        return Ok(Value::unknown(Untold::Expression));
    };
    let whole = base.as_i64().and_then(|base| base.checked_pow(exponent));
    let exact = whole.filter(|result| result.unsigned_abs() <= 1 << 53).map(Number::from);
    Ok(Value::number_or_unknown(exact))
}

fn parseint(call: &Call<'_>) -> Evaluated<Value> {
    let base = call.whole(1)?;
    let base = u32::try_from(base).ok().filter(|base| (2..=62).contains(base));
    let base = base.ok_or_else(|| call.refused("the base must be between 2 and 62"))?;
    if base > 36 {
        return Ok(Value::unknown(Untold::Expression));
    }
    if !matches!(call.arguments[0].kind, Kind::String(_)) {
        return Err(call.refused("a string is required"));
    }
    let text = call.text(0);
    let number =
        Number::parse_in_base(text.strip_prefix('+').filter(|rest| !rest.starts_with('-')).unwrap_or(text), base);
    number.map(Value::number).ok_or_else(|| call.refused(format!("{:?} is no number in that base", call.text(0))))
}

fn sum(call: &Call<'_>) -> Evaluated<Value> {
    let mut total: Option<Number> = None;
    for element in &call.list(0)?.elements {
        let Kind::Number(number) = convert(element, &Type::Number)?.kind else {
            return Err(call.refused("null is in the list"));
        };
        total = match total {
            None => Some(number),
            Some(so_far) => match so_far.plus(&number) {
                Some(total) => Some(total),
                None => return Ok(Value::unknown(Untold::Expression)),
            },
        };
    }
    total.map(Value::number).ok_or_else(|| call.refused("the list is empty"))
}
