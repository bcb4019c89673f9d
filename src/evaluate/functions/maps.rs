//! Maps and objects.

use super::{Call, Function, MANY, Takes, lenient, strict};
use crate::evaluate::collection::{key_text, obscure};
use crate::evaluate::error::Evaluated;
use crate::evaluate::source::Source;
use crate::evaluate::types::convert;
use crate::evaluate::value::{Kind, MappingKind, Member, SequenceKind, Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "keys" => lenient(1, 1, keys),
        "values" => lenient(1, 1, values),
        "merge" => lenient(0, MANY, merge),
        "zipmap" => lenient(2, 2, zipmap),
        "transpose" => strict(&[Takes::Any], transpose),
        _ => return None,
    })
}

fn keys(call: &Call<'_>) -> Evaluated<Value> {
    let mapping = match call.mapping(0)? {
        Ok(mapping) => mapping,
        Err(why) => return Ok(Value::unknown(why)),
    };
    let keys = mapping.members.iter();
    let keys = keys.map(|(name, member)| Value::string(Arc::clone(name)).at(member.key.clone())).collect();
    let kind = match mapping.kind {
        MappingKind::Map(_) => SequenceKind::List(Type::String),
        MappingKind::Object => SequenceKind::Tuple,
    };
    Ok(Value::sequence(kind, keys, mapping.rest))
}

fn values(call: &Call<'_>) -> Evaluated<Value> {
    let mapping = match call.mapping(0)? {
        Ok(mapping) => mapping,
        Err(why) => return Ok(Value::unknown(why)),
    };
    let values = mapping.members.values().map(|member| member.value.clone()).collect();
    let kind = match &mapping.kind {
        MappingKind::Map(of) => SequenceKind::List(of.clone()),
        MappingKind::Object => SequenceKind::Tuple,
    };
    Ok(Value::sequence(kind, values, mapping.rest))
}

fn merge(call: &Call<'_>) -> Evaluated<Value> {
    let (mut members, mut rest, mut types, mut is_map) = (BTreeMap::new(), None, Vec::new(), true);
    for (at, argument) in call.arguments.iter().enumerate() {
        if argument.is_null() {
            continue;
        }
        let mapping = match call.mapping(at)? {
            Ok(mapping) => mapping,
            Err(why) => {
                // It may have other values for the same names.
                obscure(&mut members, why);
                rest = Some(why);
                continue;
            }
        };
        if let Some(why) = mapping.rest {
            obscure(&mut members, why);
            rest = Some(why);
        }
        match &mapping.kind {
            MappingKind::Map(of) => types.push(of.clone()),
            MappingKind::Object => is_map = false,
        }
        members.extend(mapping.members.iter().map(|(name, member)| (Arc::clone(name), member.clone())));
    }
    let of = if is_map && types.windows(2).all(|pair| pair[0] == pair[1]) { types.pop() } else { None };
    let kind = of.map_or(MappingKind::Object, MappingKind::Map);
    Ok(Value::mapping(kind, members, rest))
}

fn zipmap(call: &Call<'_>) -> Evaluated<Value> {
    let (keys, values) = match (call.sequence(0)?, call.sequence(1)?) {
        (Ok(keys), Ok(values)) => (keys, values),
        (Err(why), _) | (_, Err(why)) => return Ok(Value::unknown(why)),
    };
    if let Some(why) = keys.rest.or(values.rest) {
        return Ok(Value::unknown(why));
    }
    if keys.elements.len() != values.elements.len() {
        return Err(call.refused("the two lists must have the same length"));
    }
    let (mut members, mut rest) = (BTreeMap::new(), None);
    for (key, value) in keys.elements.iter().zip(&values.elements) {
        match key_text(key)? {
            Ok(name) => _ = members.insert(name, Member { key: key.source.clone(), value: value.clone() }),
            Err(why) => {
                obscure(&mut members, why);
                rest = Some(why);
            }
        }
    }
    let kind = match &values.kind {
        SequenceKind::List(of) | SequenceKind::Set(of) => MappingKind::Map(of.clone()),
        SequenceKind::Tuple => MappingKind::Object,
    };
    Ok(Value::mapping(kind, members, rest))
}

fn transpose(call: &Call<'_>) -> Evaluated<Value> {
    let texts = Type::List(Box::new(Type::String));
    let map = convert(&call.arguments[0], &Type::Map(Box::new(texts.clone())))?;
    let Kind::Mapping(map) = &map.kind else { return Err(call.refused("a map is required")) };
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (name, member) in map.members.iter() {
        let Kind::Sequence(list) = &member.value.kind else { return Err(call.refused("null is in the map")) };
        for element in &list.elements {
            let Kind::String(text) = &element.kind else { return Err(call.refused("null is in a list")) };
            turned.entry(text.shared()).or_default().push(Value::string(Arc::clone(name)).at(member.key.clone()));
        }
    }
    let members = turned.into_iter().map(|(name, mut list)| {
        list.sort_by(|one, two| one.as_str().cmp(&two.as_str()));
        let value = Value::sequence(SequenceKind::List(Type::String), list, None);
        (name, Member { key: Source::None, value })
    });
    Ok(Value::mapping(MappingKind::Map(texts), members.collect::<Vec<_>>(), None))
}
