//! Collections of any kind.

use super::{Call, Function, MANY, lenient};
use crate::evaluate::access::attribute;
use crate::evaluate::collection::key_text;
use crate::evaluate::error::Evaluated;
use crate::evaluate::types::{convert, elements, unify};
use crate::evaluate::value::{Kind, Mapping, MappingKind, Sequence, Type, Value};
use crate::syntax::Untold;
use unicode_segmentation::UnicodeSegmentation;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "length" => lenient(1, 1, length),
        "lookup" => lenient(2, 3, lookup),
        "contains" => lenient(2, 2, contains),
        "coalesce" => lenient(1, MANY, coalesce),
        "coalescelist" => lenient(1, MANY, coalesce_list),
        "alltrue" => lenient(1, 1, |call| quantified(call, false)),
        "anytrue" => lenient(1, 1, |call| quantified(call, true)),
        "one" => lenient(1, 1, one),
        _ => return None,
    })
}

/// A collection, or why it is not stated.
pub(super) enum Collection<'v> {
    Sequence(&'v Sequence),
    Mapping(&'v Mapping),
    Unknown(Untold),
}

impl Call<'_> {
    /// A list, set or tuple.
    pub(super) fn sequence(&self, at: usize) -> Evaluated<Result<&Sequence, Untold>> {
        elements(&self.arguments[at], self.name).map_err(|error| error.or_at(self.source))
    }

    /// A map or object.
    pub(super) fn mapping(&self, at: usize) -> Evaluated<Result<&Mapping, Untold>> {
        match self.collection(at)? {
            Collection::Mapping(mapping) => Ok(Ok(mapping)),
            Collection::Unknown(why) => Ok(Err(why)),
            Collection::Sequence(_) => Err(self.refused("a map is required")),
        }
    }

    pub(super) fn collection(&self, at: usize) -> Evaluated<Collection<'_>> {
        match &self.arguments[at].kind {
            Kind::Sequence(sequence) => Ok(Collection::Sequence(sequence)),
            Kind::Mapping(mapping) => Ok(Collection::Mapping(mapping)),
            Kind::Unknown(why) => Ok(Collection::Unknown(*why)),
            Kind::Handle(_) => Ok(Collection::Unknown(Untold::AfterApply)),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Reference(..) => {
                Err(self.refused(format!("{} is no collection", self.arguments[at].described())))
            }
        }
    }
}

fn length(call: &Call<'_>) -> Evaluated<Value> {
    match &call.arguments[0].kind {
        Kind::String(text) => Ok(Value::number(text.as_str().graphemes(true).count())),
        Kind::Reference(..) => Ok(Value::unknown(Untold::AfterApply)),
        _ => Ok(match call.collection(0)? {
            Collection::Unknown(why) => Value::unknown(why),
            Collection::Sequence(Sequence { rest: Some(why), .. })
            | Collection::Mapping(Mapping { rest: Some(why), .. }) => Value::unknown(*why),
            Collection::Sequence(sequence) if sequence.is_loose() => Value::unknown(Untold::AfterApply),
            Collection::Sequence(sequence) => Value::number(sequence.elements.len()),
            Collection::Mapping(mapping) => Value::number(mapping.members.len()),
        }),
    }
}

fn lookup(call: &Call<'_>) -> Evaluated<Value> {
    let mapping = match call.mapping(0)? {
        Ok(mapping) => mapping,
        Err(why) => return Ok(Value::unknown(why)),
    };
    let key = match key_text(&call.arguments[1])? {
        Ok(key) => key,
        Err(why) => return Ok(Value::unknown(why)),
    };
    let found = match (mapping.get(&key), mapping.rest, call.arguments.get(2)) {
        (Some(member), _, _) => member.clone(),
        (None, Some(why), _) => return Ok(Value::unknown(why)),
        (None, None, Some(default)) => default.clone(),
        (None, None, None) => return attribute(&call.arguments[0], &key, call.source),
    };
    match &mapping.kind {
        MappingKind::Map(of) => convert(&found, of),
        MappingKind::Object => Ok(found),
    }
}

fn contains(call: &Call<'_>) -> Evaluated<Value> {
    let sequence = match call.sequence(0)? {
        Ok(sequence) => sequence,
        Err(why) => return Ok(Value::unknown(why)),
    };
    let wanted = &call.arguments[1];
    if wanted.is_null() {
        return Err(call.refused("null cannot be looked for"));
    }
    let mut unknown = sequence.rest;
    for element in &sequence.elements {
        match element.equals(wanted) {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => {
                let why = element.why_partly_unknown().or_else(|| wanted.why_partly_unknown());
                unknown = unknown.or(why).or(Some(Untold::Expression));
            }
        }
    }
    Ok(unknown.map_or_else(|| Value::bool(false), Value::unknown))
}

fn coalesce(call: &Call<'_>) -> Evaluated<Value> {
    let has_null = call.arguments.iter().any(Value::is_null);
    let stated = call.arguments.iter().filter(|argument| !argument.is_null());
    let of = unify(&stated.map(Value::type_of).collect::<Vec<_>>(), true);
    for argument in call.arguments {
        match &argument.kind {
            Kind::Null => {}
            Kind::String(text) if text.as_str().is_empty() => {}
            Kind::Unknown(why) => return Ok(Value::unknown(*why)),
            Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Sequence(_)
            | Kind::Mapping(_)
            | Kind::Reference(..)
            | Kind::Handle(_) => {
                return match of {
                    // A null may have a type, which would count, or none.
                    Some(of) if !has_null || of == argument.type_of() => convert(argument, &of),
                    Some(_) | None => Ok(Value::unknown(Untold::Expression)),
                };
            }
        }
    }
    Err(call.refused("no argument says anything"))
}

fn coalesce_list(call: &Call<'_>) -> Evaluated<Value> {
    for (at, argument) in call.arguments.iter().enumerate() {
        if matches!(argument.type_of(), Type::Set(_)) {
            return Err(call.refused("a set has no order"));
        }
        match call.sequence(at)? {
            Err(why) => return Ok(Value::unknown(why)),
            Ok(sequence) if !sequence.elements.is_empty() => return Ok(argument.clone()),
            Ok(sequence) => {
                if let Some(why) = sequence.rest {
                    return Ok(Value::unknown(why));
                }
            }
        }
    }
    Err(call.refused("no list has elements"))
}

/// `anytrue` looks for a true element, `alltrue` for one that is not.
fn quantified(call: &Call<'_>, wanted: bool) -> Evaluated<Value> {
    let sequence = match call.sequence(0)? {
        Ok(sequence) => sequence,
        Err(why) => return Ok(Value::unknown(why)),
    };
    let mut unknown = sequence.rest;
    for element in &sequence.elements {
        match convert(element, &Type::Bool)?.kind {
            Kind::Bool(truth) if truth == wanted => return Ok(Value::bool(wanted)),
            Kind::Null if !wanted => return Ok(Value::bool(false)),
            Kind::Bool(_) | Kind::Null => {}
            other => unknown = unknown.or(Value::from(other).why_unknown()),
        }
    }
    Ok(unknown.map_or_else(|| Value::bool(!wanted), Value::unknown))
}

fn one(call: &Call<'_>) -> Evaluated<Value> {
    match call.sequence(0)? {
        Err(why) => Ok(Value::unknown(why)),
        Ok(sequence) => match (sequence.elements.as_slice(), sequence.why_unordered()) {
            (_, Some(why)) => Ok(Value::unknown(why)),
            ([], None) => Ok(Kind::Null.into()),
            ([only], None) => Ok(only.clone()),
            (_, None) => Err(call.refused("there is more than one element")),
        },
    }
}
