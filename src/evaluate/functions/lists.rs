//! Lists, sets and tuples.

use super::{Call, Function, MANY, Takes, lenient, strict};
use crate::evaluate::error::Evaluated;
use crate::evaluate::number::Number;
use crate::evaluate::operator::number;
use crate::evaluate::types::{convert, unify};
use crate::evaluate::value::{Handle, Kind, Sequence, SequenceKind, Type, Value};
use crate::syntax::Untold;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "concat" => lenient(1, MANY, concat),
        "flatten" => lenient(1, 1, flatten),
        "distinct" => lenient(1, 1, distinct),
        "compact" => lenient(1, 1, compact),
        "element" => lenient(2, 2, element),
        "index" => lenient(2, 2, index_of),
        "reverse" => lenient(1, 1, reverse),
        "slice" => lenient(3, 3, slice),
        "sort" => strict(&[Takes::Texts], |call| {
            let mut texts = call.list(0)?.elements.clone();
            call.texts(0)?;
            texts.sort_by(|one, two| one.as_str().cmp(&two.as_str()));
            Ok(Value::sequence(SequenceKind::List(Type::String), texts, None))
        }),
        "chunklist" => strict(&[Takes::Lists, Takes::Number], chunks),
        "range" => super::variadic(&[Takes::Number], Takes::Number, range),
        "matchkeys" => strict(&[Takes::Lists, Takes::Lists, Takes::Lists], matchkeys),
        _ => return None,
    })
}

/// A list of elements of one type, or a tuple where they have none.
fn list_or_tuple(kind: &SequenceKind, elements: Vec<Value>, rest: Option<Untold>) -> Value {
    let kind = match kind {
        SequenceKind::List(of) | SequenceKind::Set(of) => SequenceKind::List(of.clone()),
        SequenceKind::Tuple => SequenceKind::Tuple,
    };
    Value::sequence(kind, elements, rest)
}

fn concat(call: &Call<'_>) -> Evaluated<Value> {
    let (mut elements, mut rest, mut types, mut is_list) = (Vec::new(), None, Vec::new(), true);
    let mut is_loose = false;
    for at in 0..call.arguments.len() {
        let sequence = match call.sequence(at)? {
            Ok(sequence) => sequence,
            Err(why) => {
                rest = Some(why);
                continue;
            }
        };
        match &sequence.kind {
            SequenceKind::List(of) => types.push(of.clone()),
            SequenceKind::Tuple => is_list = false,
            SequenceKind::Set(_) => return Err(call.refused("a set has no order: use tolist or setunion")),
        }
        elements.extend(sequence.elements.iter().cloned());
        rest = rest.or(sequence.rest);
        is_loose |= sequence.is_loose();
    }
    let of = if is_list { unify(&types, true) } else { None };
    match of {
        Some(of) => {
            let elements = elements.iter().map(|element| convert(element, &of)).collect::<Evaluated<_>>()?;
            Ok(Value::sequence(SequenceKind::List(of), elements, rest).loose_if(is_loose))
        }
        None => Ok(Value::sequence(SequenceKind::Tuple, elements, rest).loose_if(is_loose)),
    }
}

fn flatten(call: &Call<'_>) -> Evaluated<Value> {
    let sequence = match call.sequence(0)? {
        Ok(sequence) => sequence,
        Err(why) => return Ok(Value::unknown(why)),
    };
    if !call.names.effort().spend(call.arguments[0].weight()) {
        return Ok(Value::unknown(Untold::Expression));
    }
    let (mut flat, mut rest) = (Vec::new(), sequence.rest);
    add_flat(sequence, &mut flat, &mut rest);
    let is_inner = |element: &Value| matches!(&element.kind, Kind::Sequence(inner) if inner.is_loose());
    let is_loose = sequence.is_loose() || sequence.elements.iter().any(is_inner);
    Ok(Value::sequence(SequenceKind::Tuple, flat, rest).loose_if(is_loose))
}

fn add_flat(sequence: &Sequence, flat: &mut Vec<Value>, rest: &mut Option<Untold>) {
    *rest = rest.or(sequence.rest);
    for element in &sequence.elements {
        match &element.kind {
            Kind::Sequence(inner) => add_flat(inner, flat, rest),
            // It may be a list.
            Kind::Unknown(why) => *rest = Some(*why),
            Kind::Handle(Handle::Instances(..) | Handle::Undeclared(_)) => *rest = Some(Untold::AfterApply),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Mapping(_)
            | Kind::Reference(..)
            | Kind::Handle(_) => flat.push(element.clone()),
        }
    }
}

fn distinct(call: &Call<'_>) -> Evaluated<Value> {
    call.sequence(0)?.ok();
    let list = convert(&call.arguments[0], &Type::List(Box::new(Type::Any)))?;
    let Kind::Sequence(sequence) = &list.kind else {
        return Ok(Value::unknown(list.why_unknown().unwrap_or(Untold::Expression)));
    };
    let (mut once, mut rest): (Vec<Value>, _) = (Vec::new(), sequence.rest);
    let mut is_loose = sequence.is_loose();
    for element in &sequence.elements {
        // Each is compared with all that are there already.
        if !call.names.effort().spend(element.weight().saturating_mul(once.len())) {
            return Ok(Value::unknown(Untold::Expression));
        }
        let equal = once.iter().map(|other| other.equals(element)).find(|equal| *equal != Some(false));
        match equal {
            None => once.push(element.clone()),
            Some(Some(_)) => {}
            // Two names of objects may be one object: who is in the list is known, and how many there are is not.
            Some(None) if matches!(element.kind, Kind::Reference(..)) => {
                is_loose = true;
                once.push(element.clone());
            }
            Some(None) => rest = rest.or(element.why_partly_unknown()).or(Some(Untold::Expression)),
        }
    }
    Ok(list_or_tuple(&sequence.kind, once, rest).loose_if(is_loose))
}

fn compact(call: &Call<'_>) -> Evaluated<Value> {
    call.sequence(0)?.ok();
    let list = convert(&call.arguments[0], &Type::List(Box::new(Type::String)))?;
    let Kind::Sequence(sequence) = &list.kind else {
        return Ok(Value::unknown(list.why_unknown().unwrap_or(Untold::Expression)));
    };
    let (mut left, mut rest) = (Vec::new(), sequence.rest);
    for element in &sequence.elements {
        match &element.kind {
            Kind::Null => {}
            Kind::String(text) if text.as_str().is_empty() => {}
            // It may be empty.
            Kind::Unknown(why) => rest = Some(*why),
            Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Sequence(_)
            | Kind::Mapping(_)
            | Kind::Reference(..)
            | Kind::Handle(_) => left.push(element.clone()),
        }
    }
    Ok(Value::sequence(SequenceKind::List(Type::String), left, rest).loose_if(sequence.is_loose()))
}

/// The number of an argument, where neither it nor the list is unknown.
macro_rules! stated {
    ($value:expr) => {
        match $value {
            Ok(stated) => stated,
            Err(why) => return Ok(Value::unknown(why)),
        }
    };
}

fn element(call: &Call<'_>) -> Evaluated<Value> {
    let sequence = stated!(call.sequence(0)?);
    let index = stated!(number(&call.arguments[1])?);
    if matches!(sequence.kind, SequenceKind::Set(_)) {
        return Err(call.refused("a set has no order"));
    }
    if let Some(why) = sequence.why_unordered() {
        return Ok(Value::unknown(why));
    }
    let index = index.as_i64().ok_or_else(|| call.refused("a whole number is required"))?;
    let length = i64::try_from(sequence.elements.len()).unwrap_or(i64::MAX);
    if length == 0 {
        return Err(call.refused("there is no such element"));
    }
    let index = usize::try_from(index.rem_euclid(length)).unwrap_or(0);
    Ok(sequence.elements[index].clone())
}

fn index_of(call: &Call<'_>) -> Evaluated<Value> {
    let sequence = stated!(call.sequence(0)?);
    if call.arguments[1].is_null() || matches!(sequence.kind, SequenceKind::Set(_)) {
        return Err(call.refused("null cannot be looked for, and a set has no order"));
    }
    if let Some(why) = sequence.why_unordered() {
        return Ok(Value::unknown(why));
    }
    for (index, element) in sequence.elements.iter().enumerate() {
        match element.equals(&call.arguments[1]) {
            Some(true) => return Ok(Value::number(index)),
            Some(false) => {}
            None => return Ok(Value::unknown(Untold::Expression)),
        }
    }
    Err(call.refused("the value is not in the list"))
}

fn reverse(call: &Call<'_>) -> Evaluated<Value> {
    let sequence = stated!(call.sequence(0)?);
    let elements = sequence.elements.iter().rev().cloned().collect();
    Ok(list_or_tuple(&sequence.kind, elements, sequence.rest).loose_if(sequence.is_loose()))
}

fn slice(call: &Call<'_>) -> Evaluated<Value> {
    let sequence = stated!(call.sequence(0)?);
    let (start, end) = (stated!(number(&call.arguments[1])?), stated!(number(&call.arguments[2])?));
    if matches!(sequence.kind, SequenceKind::Set(_)) {
        return Err(call.refused("a set has no order"));
    }
    if let Some(why) = sequence.why_unordered() {
        return Ok(Value::unknown(why));
    }
    let range = start.as_usize().zip(end.as_usize()).filter(|(start, end)| start <= end);
    let part = range.and_then(|(start, end)| sequence.elements.get(start..end));
    let part = part.ok_or_else(|| call.refused("there are no such elements"))?;
    Ok(list_or_tuple(&sequence.kind, part.to_vec(), None))
}

fn chunks(call: &Call<'_>) -> Evaluated<Value> {
    let list = call.list(0)?;
    let size = usize::try_from(call.whole(1)?).map_err(|_| call.refused("the size is below zero"))?;
    let whole = Value::sequence(list.kind.clone(), Vec::new(), None).type_of();
    let chunk = |part: &[Value]| Value::sequence(list.kind.clone(), part.to_vec(), None);
    let parts = match size {
        0 if list.elements.is_empty() => Vec::new(),
        0 => vec![chunk(&list.elements)],
        size => list.elements.chunks(size).map(chunk).collect(),
    };
    Ok(Value::sequence(SequenceKind::List(whole), parts, None))
}

/// The most numbers that Terraform makes.
const MAX_RANGE: usize = 1024;

fn range(call: &Call<'_>) -> Evaluated<Value> {
    let (start, end, step) = match call.arguments.len() {
        1 => (Number::from(0_i64), call.number(0)?.clone(), None),
        2 => (call.number(0)?.clone(), call.number(1)?.clone(), None),
        3 => (call.number(0)?.clone(), call.number(1)?.clone(), Some(call.number(2)?.clone())),
        _ => return Err(call.refused("one to three numbers are required")),
    };
    let falls = end < start;
    let step = step.unwrap_or_else(|| Number::from(if falls { -1_i64 } else { 1 }));
    if step.signum() == 0 || (falls != (step.signum() < 0) && start != end) {
        return Err(call.refused("the step does not lead there"));
    }
    let (mut numbers, mut at) = (Vec::new(), start);
    while if step.signum() < 0 { at > end } else { at < end } {
        if numbers.len() >= MAX_RANGE {
            return Err(call.refused("more than 1,024 numbers"));
        }
        numbers.push(Value::number(at.clone()));
        at = stated!(at.plus(&step).ok_or(Untold::Expression));
    }
    Ok(Value::sequence(SequenceKind::List(Type::Number), numbers, None))
}

fn matchkeys(call: &Call<'_>) -> Evaluated<Value> {
    let (values, keys, wanted) = (call.list(0)?, call.list(1)?, call.list(2)?);
    if values.elements.len() != keys.elements.len() {
        return Err(call.refused("the first two lists must have the same length"));
    }
    if !call.names.effort().spend(keys.elements.len().saturating_mul(wanted.elements.len())) {
        return Ok(Value::unknown(Untold::Expression));
    }
    let of = |sequence: &Sequence| match &sequence.kind {
        SequenceKind::List(of) | SequenceKind::Set(of) => of.clone(),
        SequenceKind::Tuple => Type::Any,
    };
    let of = unify(&[of(keys), of(wanted)], true).ok_or_else(|| call.refused("the keys have different types"))?;
    let all =
        |sequence: &Sequence| sequence.elements.iter().map(|one| convert(one, &of)).collect::<Evaluated<Vec<_>>>();
    let (own, wanted) = (all(keys)?, all(wanted)?);
    let is_wanted = |key: &Value| wanted.iter().any(|one| one.equals(key) == Some(true));
    let chosen = values.elements.iter().zip(&own).filter(|(_, key)| is_wanted(key));
    Ok(Value::sequence(values.kind.clone(), chosen.map(|(value, _)| value.clone()).collect(), None))
}
