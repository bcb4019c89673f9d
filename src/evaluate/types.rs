//! Types, and how Terraform converts values to them.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion>

use super::error::{Evaluated, error};
use super::number::Number;
use super::source::Source;
use super::value::{Attribute, Kind, Mapping, MappingKind, Member, Sequence, SequenceKind, Type, Value};
use crate::syntax::Untold;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The type that values of all these types can be converted to; none if there is none.
///
/// <https://github.com/zclconf/go-cty/blob/main/cty/convert/unify.go>
#[must_use]
pub(super) fn unify(types: &[Type], lossy: bool) -> Option<Type> {
    let is_any = types.contains(&Type::Any);
    let known: Vec<&Type> = types.iter().filter(|one| **one != Type::Any).collect();
    let Some(first) = known.first() else { return (!types.is_empty()).then_some(Type::Any) };
    if !is_any && known.iter().all(|one| one == first) {
        return Some((*first).clone());
    }
    let unified = if known.iter().all(|one| matches!(one, Type::Object(_))) {
        unify_objects(&known, lossy)
    } else if known.iter().all(|one| matches!(one, Type::Tuple(_))) {
        unify_tuples(&known, lossy)
    } else if known.iter().all(|one| matches!(one, Type::Map(_) | Type::Object(_))) {
        unify_elements(&known, lossy).map(|inner| Type::Map(Box::new(inner)))
    } else if known.iter().all(|one| matches!(one, Type::Set(_) | Type::Tuple(_))) {
        unify_elements(&known, lossy).map(|inner| Type::Set(Box::new(inner)))
    } else if known.iter().all(|one| matches!(one, Type::List(_) | Type::Tuple(_))) {
        unify_elements(&known, lossy).map(|inner| Type::List(Box::new(inner)))
    } else {
        // What takes in most comes first: a string takes a number, and only perhaps the other way round.
        let general = |one: &&&Type| known.iter().all(|other| one.takes(other, false));
        let possible = |one: &&&Type| lossy && known.iter().all(|other| one.takes(other, true));
        known.iter().find(general).or_else(|| known.iter().find(possible)).map(|one| (*one).clone())
    };
    if is_any { unified.map(|_| Type::Any) } else { unified }
}

fn unify_objects(types: &[&Type], lossy: bool) -> Option<Type> {
    let objects: Vec<&BTreeMap<Arc<str>, Attribute>> = types
        .iter()
        .filter_map(|one| match one {
            Type::Object(attributes) => Some(attributes),
            Type::Any
            | Type::Bool
            | Type::Number
            | Type::String
            | Type::List(_)
            | Type::Set(_)
            | Type::Map(_)
            | Type::Tuple(_) => None,
        })
        .collect();
    let first = objects.first()?;
    if objects.iter().any(|other| !other.keys().eq(first.keys())) {
        return unify_elements(types, lossy).map(|inner| Type::Map(Box::new(inner)));
    }
    let attribute = |name: &Arc<str>| {
        let of: Vec<Type> = objects.iter().filter_map(|object| Some(object.get(name)?.of.clone())).collect();
        Some((Arc::clone(name), Attribute::required(unify(&of, lossy)?)))
    };
    first.keys().map(attribute).collect::<Option<_>>().map(Type::Object)
}

fn unify_tuples(types: &[&Type], lossy: bool) -> Option<Type> {
    let lengths = types.iter().map(|one| if let Type::Tuple(inner) = one { inner.len() } else { 0 });
    let length = lengths.clone().next()?;
    if lengths.clone().any(|other| other != length) {
        return unify_elements(types, lossy).map(|inner| Type::List(Box::new(inner)));
    }
    let element = |index: usize| {
        let of: Vec<Type> = types
            .iter()
            .filter_map(|one| if let Type::Tuple(inner) = one { inner.get(index).cloned() } else { None })
            .collect();
        unify(&of, lossy)
    };
    (0..length).map(element).collect::<Option<_>>().map(Type::Tuple)
}

/// The type of all elements of all these.
fn unify_elements(types: &[&Type], lossy: bool) -> Option<Type> {
    let mut elements = Vec::new();
    for one in types {
        match one {
            Type::List(inner) | Type::Set(inner) | Type::Map(inner) => elements.push(inner.as_ref().clone()),
            Type::Tuple(inner) => elements.extend(inner.iter().cloned()),
            Type::Object(attributes) => elements.extend(attributes.values().map(|attribute| attribute.of.clone())),
            Type::Any | Type::Bool | Type::Number | Type::String => return None,
        }
    }
    if elements.is_empty() { Some(Type::Any) } else { unify(&elements, lossy) }
}

/// Converts a value. `null` is of every type, and what is not stated stays so.
///
/// # Errors
/// If no value of its kind can be converted.
pub fn convert(value: &Value, to: &Type) -> Evaluated<Value> {
    if value.is_null() && matches!(to, Type::List(_) | Type::Set(_)) {
        return Ok(Value { is_null_list: true, ..value.clone() });
    }
    let source = &value.source;
    let refused = || error(format!("{} is required here, and this is {}", to.described(), value.described()), source);
    let made = match (to, &value.kind) {
        (Type::Any, _)
        | (_, Kind::Null | Kind::Unknown(_) | Kind::Handle(_))
        | (Type::String, Kind::Reference(..) | Kind::String(_))
        | (Type::Bool, Kind::Bool(_))
        | (Type::Number, Kind::Number(_)) => return Ok(value.clone()),
        // An id of Microsoft's is no number and no truth.
        (Type::Bool | Type::Number, Kind::Reference(..)) => return Ok(Value::unknown(Untold::AfterApply)),
        (Type::String, Kind::Bool(truth)) => Value::string(truth.to_string()),
        (Type::String, Kind::Number(number)) => Value::string(number.to_string()),
        (Type::Number, Kind::String(text)) => match Number::parse(text.as_str()) {
            Some(number) => Kind::Number(number).into(),
            None => return Err(refused()),
        },
        (Type::Bool, Kind::String(text)) => match text.as_str() {
            "true" | "1" => Value::bool(true),
            "false" | "0" => Value::bool(false),
            _ => return Err(refused()),
        },
        (Type::List(inner), Kind::Sequence(sequence)) => {
            let (elements, inner) = convert_all(&sequence.elements.iter(), inner)?;
            Value::sequence(SequenceKind::List(inner), elements, sequence.rest).loose_if(sequence.is_loose())
        }
        (Type::Set(inner), Kind::Sequence(sequence)) => {
            let (elements, inner) = convert_all(&sequence.elements.iter(), inner)?;
            set(elements, inner, sequence.rest).loose_if(sequence.is_loose())
        }
        (Type::Map(inner), Kind::Mapping(mapping)) => {
            let (values, inner) = convert_all(&mapping.members.values().map(|member| &member.value), inner)?;
            let members = mapping.members.iter().zip(values);
            let members =
                members.map(|((name, member), value)| (Arc::clone(name), Member { key: member.key.clone(), value }));
            Value::mapping(MappingKind::Map(inner), members.collect::<Vec<_>>(), mapping.rest)
        }
        (Type::Tuple(types), Kind::Sequence(sequence)) if sequence.kind == SequenceKind::Tuple => {
            if sequence.rest.is_some() {
                return Ok(value.clone());
            }
            if types.len() != sequence.elements.len() {
                return Err(error(format!("a tuple of {} elements is required here", types.len()), source));
            }
            let elements = sequence.elements.iter().zip(types).map(|(element, of)| convert(element, of));
            Value::tuple(elements.collect::<Evaluated<_>>()?)
        }
        (Type::Object(attributes), Kind::Mapping(mapping)) => convert_object(mapping, attributes, source)?,
        (
            Type::Bool
            | Type::Number
            | Type::String
            | Type::List(_)
            | Type::Set(_)
            | Type::Map(_)
            | Type::Tuple(_)
            | Type::Object(_),
            Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Reference(..)
            | Kind::Sequence(_)
            | Kind::Mapping(_),
        ) => return Err(refused()),
    };
    Ok(made.at(source.clone()))
}

fn convert_object(mapping: &Mapping, attributes: &BTreeMap<Arc<str>, Attribute>, source: &Source) -> Evaluated<Value> {
    let mut members = BTreeMap::new();
    for (name, attribute) in attributes {
        let given = mapping.members.get(name);
        let key = given.map(|member| member.key.clone()).unwrap_or_default();
        let value = match (given, &attribute.default) {
            // A default takes the place of null, too.
            (Some(member), Some(default)) if member.value.is_null() => default.clone(),
            (Some(member), _) => convert(&member.value, &attribute.of)?,
            (None, _) if mapping.rest.is_some() => Value::unknown(mapping.rest.unwrap_or(Untold::Expression)),
            (None, Some(default)) => default.clone(),
            (None, None) if attribute.is_optional => Kind::Null.into(),
            (None, None) => return Err(error(format!("the attribute {name:?} is required here"), source)),
        };
        members.insert(Arc::clone(name), Member { key, value });
    }
    Ok(Value::mapping(MappingKind::Object, members, None))
}

/// Converts elements to one type: the given one, or where that is `any`, the one that all of them can have.
fn convert_all<'v>(elements: &(impl Iterator<Item = &'v Value> + Clone), to: &Type) -> Evaluated<(Vec<Value>, Type)> {
    let given = elements.clone().map(|element| convert(element, to)).collect::<Evaluated<Vec<_>>>()?;
    if !to.holds_any() {
        return Ok((given, to.clone()));
    }
    let types: Vec<Type> = given.iter().map(Value::type_of).collect();
    let own = match unify(&types, true) {
        // Those that are not stated may be of the type that the others have.
        Some(Type::Any) => {
            let stated: Vec<Type> = types.into_iter().filter(|one| *one != Type::Any).collect();
            unify(&stated, true).unwrap_or(Type::Any)
        }
        Some(one) => one,
        None if types.is_empty() => Type::Any,
        None => {
            let source = given.first().map(|first| first.source.clone()).unwrap_or_default();
            return Err(error("all elements must have the same type", &source));
        }
    };
    let converted = given.iter().map(|element| convert(element, &own)).collect::<Evaluated<_>>()?;
    Ok((converted, own))
}

/// A set: each element once, in Terraform's order.
#[must_use]
pub(super) fn set(elements: Vec<Value>, inner: Type, rest: Option<Untold>) -> Value {
    let mut rest = rest;
    let mut known: BTreeMap<Place, Value> = BTreeMap::new();
    let mut unknown: Vec<Value> = Vec::new();
    for element in elements {
        if element.why_partly_unknown().is_none() {
            known.entry(Place::of(&element)).or_insert(element);
        } else if matches!(element.kind, Kind::Reference(..)) {
            // It may be one of the others: who is in the set is known, and how many there are is not.
            if unknown.iter().all(|other| other.equals(&element) != Some(true)) {
                unknown.push(element);
            }
        } else {
            rest = rest.or(element.why_partly_unknown());
        }
    }
    let is_loose = !unknown.is_empty() && known.len() + unknown.len() > 1;
    let elements = known.into_values().chain(unknown).collect();
    Value::sequence(SequenceKind::Set(inner), elements, rest).loose_if(is_loose)
}

/// Where an element stands in a set: by its value, or by what Terraform writes down of it; `null` last.
///
/// <https://github.com/zclconf/go-cty/blob/main/cty/set_internals.go>
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Written(String),
    Null,
}

impl Place {
    fn of(value: &Value) -> Self {
        match &value.kind {
            Kind::Null => Self::Null,
            Kind::Bool(truth) => Self::Bool(*truth),
            Kind::Number(number) => Self::Number(number.clone()),
            Kind::String(text) => Self::String(text.shared()),
            Kind::Unknown(_) | Kind::Sequence(_) | Kind::Mapping(_) | Kind::Reference(..) | Kind::Handle(_) => {
                let mut written = String::new();
                write_down(value, &mut written);
                Self::Written(written)
            }
        }
    }
}

fn write_down(value: &Value, out: &mut String) {
    match &value.kind {
        Kind::Unknown(_) | Kind::Reference(..) | Kind::Handle(_) => out.push('?'),
        Kind::Null => out.push('~'),
        Kind::Bool(truth) => out.push(if *truth { 'T' } else { 'F' }),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(text) => out.push_str(&format!("{:?}", text.as_str())),
        Kind::Sequence(sequence) => {
            let (open, close) = if sequence.kind == SequenceKind::Tuple { ('<', '>') } else { ('[', ']') };
            out.push(open);
            for element in &sequence.elements {
                write_down(element, out);
                out.push(';');
            }
            out.push(close);
        }
        Kind::Mapping(mapping) => {
            let is_map = matches!(mapping.kind, MappingKind::Map(_));
            out.push(if is_map { '{' } else { '<' });
            for (name, member) in mapping.members.iter() {
                if is_map {
                    out.push_str(&format!("{name:?}:"));
                }
                write_down(&member.value, out);
                out.push(';');
            }
            out.push(if is_map { '}' } else { '>' });
        }
    }
}

/// A string of what a template or `join` takes in.
///
/// # Errors
/// If it is no string, number or truth.
pub(super) fn to_text(value: &Value) -> Evaluated<Value> {
    if value.is_null() {
        return Err(error("null has no text", &value.source));
    }
    convert(value, &Type::String)
}

/// The elements of a list, set or tuple, or why they are not stated.
///
/// # Errors
/// If it is none.
pub(super) fn elements<'v>(value: &'v Value, what: &str) -> Evaluated<Result<&'v Sequence, Untold>> {
    match &value.kind {
        Kind::Sequence(sequence) => Ok(Ok(sequence)),
        Kind::Unknown(why) => Ok(Err(*why)),
        Kind::Handle(_) => Ok(Err(Untold::AfterApply)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Mapping(_) | Kind::Reference(..) => {
            Err(error(format!("{what} needs a list or set, and this is {}", value.described()), &value.source))
        }
    }
}
