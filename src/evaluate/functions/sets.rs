//! Sets.

use super::{Call, Function, MANY, lenient};
use crate::evaluate::error::Evaluated;
use crate::evaluate::types::{convert, set, unify};
use crate::evaluate::value::{Kind, Sequence, SequenceKind, Type, Value};
use crate::syntax::Untold;
use std::sync::Arc;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "setunion" => lenient(1, MANY, union),
        "setintersection" => lenient(1, MANY, intersection),
        "setsubtract" => lenient(2, 2, subtract),
        "setproduct" => lenient(1, MANY, product),
        _ => return None,
    })
}

/// A set, or why it is not stated.
type Stated = Result<Arc<Sequence>, Untold>;

/// The arguments as sets of one type; those that are not stated say why.
fn sets(call: &Call<'_>) -> Evaluated<(Vec<Stated>, Type)> {
    let any = Type::Set(Box::new(Type::Any));
    let first = call
        .arguments
        .iter()
        .map(|argument| if argument.is_null() { Err(call.refused("takes no null")) } else { convert(argument, &any) });
    let first = first.collect::<Evaluated<Vec<_>>>()?;
    let of = |value: &Value| match &value.kind {
        Kind::Sequence(sequence) => match &sequence.kind {
            SequenceKind::Set(of) if !sequence.elements.is_empty() || *of != Type::Any => Some(of.clone()),
            SequenceKind::Set(_) | SequenceKind::List(_) | SequenceKind::Tuple => None,
        },
        _ => None,
    };
    let types: Vec<Type> = first.iter().filter_map(of).collect();
    let of = if types.is_empty() { Some(Type::Any) } else { unify(&types, true) };
    let of = of.ok_or_else(|| call.refused("the elements have types that do not go together"))?;
    let to = Type::Set(Box::new(of.clone()));
    let sets = first.iter().map(|value| {
        let value = convert(value, &to)?;
        Ok(match value.kind {
            Kind::Sequence(sequence) => Ok(sequence),
            other => Err(Value::from(other).why_unknown().unwrap_or(Untold::Expression)),
        })
    });
    Ok((sets.collect::<Evaluated<_>>()?, of))
}

fn union(call: &Call<'_>) -> Evaluated<Value> {
    let (sets, of) = sets(call)?;
    let (mut elements, mut rest) = (Vec::new(), None);
    for one in sets {
        match one {
            Ok(sequence) => {
                elements.extend(sequence.elements.iter().cloned());
                rest = rest.or(sequence.rest);
            }
            Err(why) => rest = Some(why),
        }
    }
    Ok(set(elements, of, rest))
}

/// Whether a value is among those of a set; none if that is not known.
fn holds(set: &Stated, value: &Value) -> Result<bool, Untold> {
    let set = match set {
        Ok(set) => set,
        Err(why) => return Err(*why),
    };
    let mut unknown = set.rest;
    for element in &set.elements {
        match element.equals(value) {
            Some(true) => return Ok(true),
            Some(false) => {}
            None => unknown = unknown.or(Some(Untold::Expression)),
        }
    }
    unknown.map_or(Ok(false), Err)
}

/// Whether so many elements may be held against all those of the sets.
fn may_compare(call: &Call<'_>, elements: usize, sets: &[Stated]) -> bool {
    let compared = sets.iter().flatten().map(|set| set.elements.len()).fold(0, usize::saturating_add);
    call.names.effort().spend(elements.saturating_mul(compared))
}

fn intersection(call: &Call<'_>) -> Evaluated<Value> {
    let (sets, of) = sets(call)?;
    let Some((first, others)) = sets.split_first() else { return Err(call.refused("needs a set")) };
    let first = match first {
        Ok(first) => first,
        Err(why) => return Ok(Value::unknown(*why)),
    };
    if !may_compare(call, first.elements.len(), &sets) {
        return Ok(Value::unknown(Untold::Expression));
    }
    let (mut elements, mut rest) = (Vec::new(), first.rest);
    for element in &first.elements {
        let mut unknown = None;
        let is_out = others.iter().any(|other| match holds(other, element) {
            Ok(holds) => !holds,
            Err(why) => {
                unknown = Some(why);
                false
            }
        });
        match (is_out, unknown) {
            (true, _) => {}
            (false, None) => elements.push(element.clone()),
            (false, Some(why)) => rest = Some(why),
        }
    }
    Ok(set(elements, of, rest))
}

fn subtract(call: &Call<'_>) -> Evaluated<Value> {
    let (sets, of) = sets(call)?;
    let [first, second] = sets.as_slice() else { return Err(call.refused("needs two sets")) };
    let first = match first {
        Ok(first) => first,
        Err(why) => return Ok(Value::unknown(*why)),
    };
    if !may_compare(call, first.elements.len(), &sets) {
        return Ok(Value::unknown(Untold::Expression));
    }
    let (mut elements, mut rest) = (Vec::new(), first.rest);
    for element in &first.elements {
        match holds(second, element) {
            Ok(true) => {}
            Ok(false) => elements.push(element.clone()),
            Err(why) => rest = Some(why),
        }
    }
    Ok(set(elements, of, rest))
}

fn product(call: &Call<'_>) -> Evaluated<Value> {
    if call.arguments.len() < 2 {
        return Err(call.refused("needs two sets or lists"));
    }
    let mut tuples: Vec<Vec<Value>> = vec![Vec::new()];
    let (mut rest, mut is_set, mut types) = (None, false, Vec::new());
    for at in 0..call.arguments.len() {
        let sequence = match call.sequence(at)? {
            Ok(sequence) => sequence,
            Err(why) => return Ok(Value::unknown(why)),
        };
        rest = rest.or(sequence.rest);
        is_set |= matches!(sequence.kind, SequenceKind::Set(_));
        types.push(match &sequence.kind {
            SequenceKind::List(of) | SequenceKind::Set(of) => of.clone(),
            SequenceKind::Tuple => {
                let types: Vec<Type> = sequence.elements.iter().map(Value::type_of).collect();
                if types.is_empty() { Type::Any } else { unify(&types, true).unwrap_or(Type::Any) }
            }
        });
        let amount = tuples.len().saturating_mul(sequence.elements.len());
        if !call.names.effort().spend(amount.saturating_mul(call.arguments.len())) {
            return Ok(Value::unknown(Untold::Expression));
        }
        let of = types.last().cloned().unwrap_or(Type::Any);
        let elements = sequence.elements.iter().map(|element| convert(element, &of)).collect::<Evaluated<Vec<_>>>()?;
        tuples = tuples
            .iter()
            .flat_map(|tuple| {
                elements.iter().map(move |element| [tuple.as_slice(), std::slice::from_ref(element)].concat())
            })
            .collect();
    }
    let tuples: Vec<Value> = tuples.into_iter().map(Value::tuple).collect();
    let of = Type::Tuple(types);
    Ok(if is_set { set(tuples, of, rest) } else { Value::sequence(SequenceKind::List(of), tuples, rest) })
}
