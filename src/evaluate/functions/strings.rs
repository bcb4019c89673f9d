//! Strings. Terraform counts characters as readers see them: grapheme clusters.

use super::{Call, Function, Takes, strict, variadic};
use crate::evaluate::error::Evaluated;
use crate::evaluate::text::TextBuilder;
use crate::evaluate::value::{Kind, SequenceKind, Type, Value};
use crate::syntax::Untold;
use unicode_segmentation::UnicodeSegmentation;

const TEXT: &[Takes] = &[Takes::Text];
const TWO_TEXTS: &[Takes] = &[Takes::Text, Takes::Text];

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "chomp" => strict(TEXT, |call| Ok(made(call, call.text(0).trim_end_matches(['\n', '\r'])))),
        "lower" => strict(TEXT, |call| Ok(made(call, &call.text(0).chars().map(lower).collect::<String>()))),
        "upper" => strict(TEXT, |call| Ok(made(call, &call.text(0).chars().map(upper).collect::<String>()))),
        "title" => strict(TEXT, |call| Ok(made(call, &title(call.text(0))))),
        "trimspace" => strict(TEXT, |call| Ok(made(call, call.text(0).trim()))),
        "strrev" => strict(TEXT, |call| Ok(made(call, &call.text(0).graphemes(true).rev().collect::<String>()))),
        "indent" => strict(&[Takes::Number, Takes::Text], indent),
        "join" => variadic(&[Takes::Text, Takes::Texts], Takes::Texts, join),
        "split" => strict(TWO_TEXTS, |call| Ok(split(call))),
        "substr" => strict(&[Takes::Text, Takes::Number, Takes::Number], substr),
        "trim" => strict(TWO_TEXTS, |call| Ok(made(call, call.text(0).trim_matches(|one| call.text(1).contains(one))))),
        "trimprefix" => {
            strict(TWO_TEXTS, |call| Ok(made(call, call.text(0).strip_prefix(call.text(1)).unwrap_or(call.text(0)))))
        }
        "trimsuffix" => {
            strict(TWO_TEXTS, |call| Ok(made(call, call.text(0).strip_suffix(call.text(1)).unwrap_or(call.text(0)))))
        }
        "startswith" => strict(TWO_TEXTS, |call| Ok(Value::bool(call.text(0).starts_with(call.text(1))))),
        "endswith" => strict(TWO_TEXTS, |call| Ok(Value::bool(call.text(0).ends_with(call.text(1))))),
        "strcontains" => strict(TWO_TEXTS, |call| Ok(Value::bool(call.text(0).contains(call.text(1))))),
        _ => return None,
    })
}

/// What becomes of the first argument. It stays where it is, and what is left as it was keeps all of its places.
pub(super) fn made(call: &Call<'_>, text: &str) -> Value {
    let Some(first) = call.arguments.first() else { return Value::string(text) };
    if first.as_str() == Some(text) { first.clone() } else { Value::string(text).at(first.source.clone()) }
}

/// One character for one, as Go has it.
fn lower(one: char) -> char {
    one.to_lowercase().next().unwrap_or(one)
}

fn upper(one: char) -> char {
    let mut upper = one.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        (_, _) => one,
    }
}

fn title(text: &str) -> String {
    let mut starts = true;
    let letters = text.chars().map(|one| {
        let made = match one {
            'ǆ' | 'Ǆ' if starts => 'ǅ',
            'ǉ' | 'Ǉ' if starts => 'ǈ',
            'ǌ' | 'Ǌ' if starts => 'ǋ',
            'ǳ' | 'Ǳ' if starts => 'ǲ',
            one if starts => upper(one),
            one => one,
        };
        starts = !(one.is_alphanumeric() || one == '_');
        made
    });
    letters.collect()
}

fn indent(call: &Call<'_>) -> Evaluated<Value> {
    let spaces = usize::try_from(call.whole(0)?).map_err(|_| call.refused("the number of spaces is below zero"))?;
    let lines = call.text(1).matches('\n').count();
    if !call.names.effort().allows(spaces.saturating_mul(lines) / 16) {
        return Ok(Value::unknown(Untold::Expression));
    }
    Ok(Value::string(call.text(1).replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

fn join(call: &Call<'_>) -> Evaluated<Value> {
    let separator = call.placed_text(0);
    let mut builder = TextBuilder::default();
    let mut is_first = true;
    for index in 1..call.arguments.len() {
        for element in &call.list(index)?.elements {
            let Kind::String(text) = &element.kind else { return Err(call.refused("null is in the list")) };
            if !is_first {
                builder.push_value(&separator, &call.arguments[0].source);
            }
            builder.push_value(text, &element.source);
            if !call.names.effort().allows_text(builder.len()) {
                return Ok(Value::unknown(Untold::Expression));
            }
            is_first = false;
        }
    }
    Ok(Kind::String(builder.finish()).into())
}

fn split(call: &Call<'_>) -> Value {
    let (separator, whole) = (call.text(0), call.placed_text(1));
    let text = whole.as_str();
    let part = |part: &str| {
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        let source = whole.source_of(&(start..start + part.len()), &call.arguments[1].source);
        Value::string(part).at(source)
    };
    let parts: Vec<Value> = if separator.is_empty() {
        text.graphemes(true).map(part).collect()
    } else if text.is_empty() {
        vec![part(text)]
    } else {
        text.split(separator).map(part).collect()
    };
    Value::sequence(SequenceKind::List(Type::String), parts, None)
}

fn substr(call: &Call<'_>) -> Evaluated<Value> {
    let characters: Vec<&str> = call.text(0).graphemes(true).collect();
    let total = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    let (offset, length) = (call.whole(1)?, call.whole(2)?);
    let start = if offset < 0 { (total + offset).max(0) } else { offset.min(total) };
    let end = if length < 0 { total } else { start.saturating_add(length).min(total) };
    let range = usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
    Ok(made(call, &characters.get(range).unwrap_or_default().concat()))
}
