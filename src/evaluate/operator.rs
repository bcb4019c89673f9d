//! Operators and conditions.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/operators>

use super::error::{Evaluated, error};
use super::number::Number;
use super::types::convert;
use super::value::{Kind, SequenceKind, Type, Value};
use crate::syntax::Untold;
use hcl_edit::expr::{BinaryOperator, UnaryOperator};

/// An operator in front of a value.
pub(super) fn unary(operator: UnaryOperator, operand: &Value) -> Evaluated<Value> {
    match operator {
        UnaryOperator::Not => Ok(match truth(operand)? {
            Ok(truth) => Value::bool(!truth),
            Err(why) => Value::unknown(why),
        }),
        UnaryOperator::Neg => Ok(match number(operand)? {
            Ok(number) => Value::number(number.negated()),
            Err(why) => Value::unknown(why),
        }),
    }
}

/// An operator between two values.
pub(super) fn binary(operator: BinaryOperator, left: Evaluated<Value>, right: Evaluated<Value>) -> Evaluated<Value> {
    // One side may decide, whatever becomes of the other.
    let decides = match operator {
        BinaryOperator::And => Some(false),
        BinaryOperator::Or => Some(true),
        BinaryOperator::Eq
        | BinaryOperator::NotEq
        | BinaryOperator::Less
        | BinaryOperator::LessEq
        | BinaryOperator::Greater
        | BinaryOperator::GreaterEq
        | BinaryOperator::Plus
        | BinaryOperator::Minus
        | BinaryOperator::Mul
        | BinaryOperator::Div
        | BinaryOperator::Mod => None,
    };
    if let (Some(decisive), Ok(known), Err(_)) | (Some(decisive), Err(_), Ok(known)) = (decides, &left, &right)
        && truth(known)? == Ok(decisive)
    {
        return Ok(Value::bool(decisive));
    }
    let (left, right) = (left?, right?);
    let truths = || -> Evaluated<_> { Ok((truth(&left)?, truth(&right)?)) };
    let compared = |is: fn(&Number, &Number) -> bool| -> Evaluated<Value> {
        Ok(match (number(&left)?, number(&right)?) {
            (Ok(one), Ok(two)) => Value::bool(is(&one, &two)),
            (Err(why), _) | (_, Err(why)) => Value::unknown(why),
        })
    };
    let calculated = |make: fn(&Number, &Number) -> Option<Number>| -> Evaluated<Value> {
        Ok(match (number(&left)?, number(&right)?) {
            (Ok(one), Ok(two)) => Value::number_or_unknown(make(&one, &two)),
            (Err(why), _) | (_, Err(why)) => Value::unknown(why),
        })
    };
    let unknown = || {
        let why = left.why_partly_unknown().or_else(|| right.why_partly_unknown());
        Value::unknown(why.unwrap_or(Untold::Expression))
    };
    match operator {
        BinaryOperator::Eq => Ok(left.equals(&right).map_or_else(unknown, Value::bool)),
        BinaryOperator::NotEq => Ok(left.equals(&right).map_or_else(unknown, |equal| Value::bool(!equal))),
        // Whatever the other one is, it makes no difference.
        BinaryOperator::And => Ok(match truths()? {
            (Ok(false), _) | (_, Ok(false)) => Value::bool(false),
            (Ok(true), Ok(true)) => Value::bool(true),
            (Err(why), _) | (_, Err(why)) => Value::unknown(why),
        }),
        BinaryOperator::Or => Ok(match truths()? {
            (Ok(true), _) | (_, Ok(true)) => Value::bool(true),
            (Ok(false), Ok(false)) => Value::bool(false),
            (Err(why), _) | (_, Err(why)) => Value::unknown(why),
        }),
        BinaryOperator::Less => compared(|one, two| one < two),
        BinaryOperator::LessEq => compared(|one, two| one <= two),
        BinaryOperator::Greater => compared(|one, two| one > two),
        BinaryOperator::GreaterEq => compared(|one, two| one >= two),
        BinaryOperator::Plus => calculated(Number::plus),
        BinaryOperator::Minus => calculated(Number::minus),
        BinaryOperator::Mul => calculated(Number::times),
        BinaryOperator::Div | BinaryOperator::Mod => {
            let is_zero =
                |value: &Value| -> Evaluated<bool> { Ok(number(value)?.is_ok_and(|number| number.signum() == 0)) };
            // Terraform has infinite numbers, and refuses only to write them.
            if is_zero(&right)? && (is_zero(&left)? || operator == BinaryOperator::Mod) {
                return Err(error("a division by zero", &right.source));
            }
            calculated(if operator == BinaryOperator::Div { Number::divided_by } else { Number::modulo })
        }
    }
}

/// A truth, or why it is not stated.
///
/// # Errors
/// If it is none.
pub(super) fn truth(value: &Value) -> Evaluated<Result<bool, Untold>> {
    if value.is_null() {
        return Err(error("null is neither true nor false", &value.source));
    }
    match convert(value, &Type::Bool)?.kind {
        Kind::Bool(truth) => Ok(Ok(truth)),
        other => Ok(Err(Value::from(other).why_unknown().unwrap_or(Untold::Expression))),
    }
}

/// A number, or why it is not stated.
///
/// # Errors
/// If it is none.
pub(super) fn number(value: &Value) -> Evaluated<Result<Number, Untold>> {
    if value.is_null() {
        return Err(error("null is no number", &value.source));
    }
    match convert(value, &Type::Number)?.kind {
        Kind::Number(number) => Ok(Ok(number)),
        other => Ok(Err(Value::from(other).why_unknown().unwrap_or(Untold::Expression))),
    }
}

/// One of two values, nobody knows which: what both of them have.
pub(super) fn either(yes: Option<Value>, no: Option<Value>, why: Untold) -> Value {
    // If one of them is refused, the other is what it is, or there is nothing.
    let (yes, no) = match (yes, no) {
        (Some(yes), Some(no)) => (yes, no),
        (Some(only), None) | (None, Some(only)) => return only,
        (None, None) => return Value::unknown(why),
    };
    if yes.equals(&no) == Some(true) {
        return yes;
    }
    match (&yes.kind, &no.kind) {
        (Kind::Sequence(one), Kind::Sequence(two))
            if one.elements.len().saturating_mul(two.elements.len()) < 1 << 20 =>
        {
            let is_in_both = |element: &&Value| two.elements.iter().any(|other| other.equals(element) == Some(true));
            let elements = one.elements.iter().filter(is_in_both).cloned().collect();
            Value::sequence(SequenceKind::Tuple, elements, Some(why))
        }
        _ => Value::unknown(why),
    }
}
