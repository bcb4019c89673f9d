//! What is expected where a validator reports an error. A union is taken as one expectation, so that `anyOf [null, …]` yields
//! the one objection that matters, at the value that is wrong.

use super::vocabulary::Vocabulary;
use crate::syntax::Pointer;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::types::JsonType;
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that the schema allows in one place.
#[derive(Debug, Default)]
pub(super) struct Expectation {
    types: Vec<JsonType>,
    /// Members of an enumeration, or literals that are allowed in addition to ids.
    pub(super) words: Vec<String>,
    /// A GUID may stand here.
    pub(super) id: bool,
    /// The words are joined by commas in one string.
    pub(super) flags: bool,
    /// A property is missing here.
    pub(super) missing: Option<String>,
}

impl Expectation {
    /// Takes an error apart into places and what belongs there.
    pub(super) fn of(error: &ValidationError<'_>, vocabulary: &Vocabulary) -> BTreeMap<Pointer, Self> {
        let mut found = BTreeMap::new();
        gather(error, vocabulary, &mut found);
        found
    }

    /// Whether a list belongs here. Where an object does, the schema allows the empty array, too.
    pub(super) fn list(&self) -> bool {
        self.types.contains(&JsonType::Array) && !self.types.contains(&JsonType::Object)
    }

    /// Whether a string may stand here at all.
    pub(super) fn string(&self) -> bool {
        !self.words.is_empty() || self.id || self.types.contains(&JsonType::String)
    }

    /// Whether Microsoft adds members to this enumeration.
    pub(super) fn evolvable(&self) -> bool {
        self.words.iter().any(|word| word == "unknownFutureValue")
    }

    /// In words, with the article.
    pub(super) fn described(&self) -> String {
        let mut kinds: Vec<&str> = Vec::new();
        let mut add = |kind| {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        };
        for kind in &self.types {
            match kind {
                JsonType::Null => {}
                JsonType::Array if !self.list() => {}
                JsonType::Array => add("an array"),
                JsonType::Boolean => add("true or false"),
                JsonType::Integer | JsonType::Number => add("a number"),
                JsonType::Object => add("an object"),
                JsonType::String => add("a string"),
            }
        }
        if !self.words.is_empty() || self.id {
            add("a string");
        }
        if kinds.is_empty() { "another type".to_owned() } else { kinds.join(" or ") }
    }
}

fn gather(error: &ValidationError<'_>, vocabulary: &Vocabulary, found: &mut BTreeMap<Pointer, Expectation>) {
    let pointer = Pointer::new(error.instance_path().as_str());
    let mut here = |change: &mut dyn FnMut(&mut Expectation)| change(found.entry(pointer.clone()).or_default());
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            for error in relevant(error, context).into_iter().flatten() {
                gather(error, vocabulary, found);
            }
        }
        ValidationErrorKind::Type { kind } => here(&mut |place| {
            let types: Vec<JsonType> = match kind {
                TypeKind::Single(kind) => vec![*kind],
                TypeKind::Multiple(kinds) => kinds.iter().collect(),
            };
            place.types.extend(types);
        }),
        ValidationErrorKind::Enum { options } => here(&mut |place| {
            let words = options.as_array().into_iter().flatten().filter_map(Value::as_str);
            place.words.extend(words.map(str::to_owned));
        }),
        ValidationErrorKind::Constant { expected_value } => here(&mut |place| {
            place.words.extend(expected_value.as_str().map(str::to_owned));
        }),
        ValidationErrorKind::Pattern { pattern } => here(&mut |place| match vocabulary.flags(pattern) {
            Some(words) => {
                place.flags = true;
                place.words.extend_from_slice(words);
            }
            None => place.id = true,
        }),
        ValidationErrorKind::Required { property } => here(&mut |place| {
            place.missing = property.as_str().map(str::to_owned);
        }),
        // The schema allows an empty array where real exports have one for an object.
        ValidationErrorKind::MaxItems { .. } => here(&mut |place| place.types.push(JsonType::Object)),
        _ => here(&mut |place| place.types.push(JsonType::Null)),
    }
}

/// The branches of a union that the value could have meant: those that do not fail on its type outright. If all do,
/// all of them, so that their types add up.
fn relevant<'e>(
    union: &ValidationError<'_>,
    context: &'e [Vec<ValidationError<'static>>],
) -> Vec<&'e [ValidationError<'static>]> {
    let fails_outright = |branch: &&Vec<ValidationError<'static>>| {
        branch.iter().any(|error| {
            error.instance_path() == union.instance_path()
                && (matches!(error.kind(), ValidationErrorKind::Type { .. }) || is_enum_of_strings(error))
        })
    };
    let meant: Vec<&[ValidationError<'static>]> =
        context.iter().filter(|branch| !fails_outright(branch)).map(Vec::as_slice).collect();
    if meant.is_empty() { context.iter().map(Vec::as_slice).collect() } else { meant }
}

/// An enumeration of strings fails outright on anything that is not one.
fn is_enum_of_strings(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Enum { .. }) && !error.instance().is_string()
}
