//! What a JSON Schema says of a place: what it is called and means, which keys stand there, and which values.

use serde_json::{Map, Value};

/// References that are followed on the way to one place. Schemas of policies nest a dozen levels deep.
const MOST_STEPS: usize = 64;

/// A schema.
pub(super) struct Schema(Value);

/// Something that can be written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// What it means, in Markdown.
    pub(super) about: Option<String>,
    /// It is text, and stands in quotes.
    pub(super) is_text: bool,
    /// It is no longer used.
    pub(super) is_deprecated: bool,
}

impl Schema {
    /// Reads a schema.
    pub(super) fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// What holds at the place that these keys lead to. Elements of lists are stepped into. What the keys begin with may be no part of
    /// what the schema is about, such as the list that an export keeps its policies in.
    pub(super) fn at(&self, keys: &[String]) -> Option<Place<'_>> {
        (0..=keys.len()).find_map(|from| {
            let mut places = self.unfolded(&self.0);
            for key in &keys[from..] {
                places = places.into_iter().flat_map(|place| self.step(place, key)).collect();
            }
            (!places.is_empty()).then_some(Place { schemas: places })
        })
    }

    fn step<'s>(&'s self, place: &'s Map<String, Value>, key: &str) -> Vec<&'s Map<String, Value>> {
        let named = place.get("properties").and_then(Value::as_object).into_iter().flatten();
        let named = named.filter(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, schema)| schema);
        let found: Vec<&Value> = named.collect();
        let any = place.get("additionalProperties").filter(|any| found.is_empty() && any.is_object());
        let found = if found.is_empty() { any.into_iter().collect() } else { found };
        found.into_iter().flat_map(|schema| self.unfolded(schema)).collect()
    }

    /// A schema with everything that it refers to or leaves the choice of, and of a list what its elements are.
    fn unfolded<'s>(&'s self, schema: &'s Value) -> Vec<&'s Map<String, Value>> {
        let (mut found, mut next, mut steps) = (Vec::new(), vec![schema], 0);
        while let Some(schema) = next.pop() {
            let Some(object) = schema.as_object().filter(|_| steps < MOST_STEPS) else { continue };
            steps += 1;
            found.push(object);
            let pointer = object.get("$ref").and_then(Value::as_str).and_then(|own| own.strip_prefix('#'));
            next.extend(pointer.and_then(|pointer| self.0.pointer(pointer)));
            for word in ["anyOf", "oneOf", "allOf"] {
                next.extend(object.get(word).and_then(Value::as_array).into_iter().flatten().rev());
            }
            next.extend(object.get("items"));
        }
        found
    }
}

/// A place in a document, as a schema has it.
pub(super) struct Place<'s> {
    schemas: Vec<&'s Map<String, Value>>,
}

impl Place<'_> {
    /// Its title and what it means, in Markdown.
    pub(super) fn about(&self) -> Option<String> {
        let text = |word: &str| self.schemas.iter().find_map(|schema| schema.get(word)?.as_str());
        match (text("title"), text("description")) {
            (Some(title), Some(description)) => Some(format!("**{title}**: {description}")),
            (Some(text), None) | (None, Some(text)) => Some(text.to_owned()),
            (None, None) => None,
        }
    }

    /// Whether it is a list.
    pub(super) fn is_list(&self) -> bool {
        self.schemas.iter().any(|schema| schema.get("type").and_then(Value::as_str) == Some("array"))
    }

    /// Whether it has keys, or each element of it has.
    pub(super) fn has_keys(&self) -> bool {
        let has = |word: &str| self.schemas.iter().any(|schema| schema.get(word).is_some_and(Value::is_object));
        has("properties") || has("additionalProperties")
    }

    /// The keys that stand there.
    pub(super) fn keys(&self) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for (key, schema) in self.schemas.iter().filter_map(|schema| schema.get("properties")?.as_object()).flatten() {
            if words.iter().all(|known| known.text != *key) {
                let about = schema.get("description").or_else(|| schema.get("title")).and_then(Value::as_str);
                words.push(Word {
                    text: key.clone(),
                    about: about.map(str::to_owned),
                    is_text: true,
                    is_deprecated: schema.get("deprecated") == Some(&Value::Bool(true)),
                });
            }
        }
        words
    }

    /// The values that stand there.
    pub(super) fn values(&self) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for schema in &self.schemas {
            let about = schema.get("description").and_then(Value::as_str);
            let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
            let is_bool = schema.get("type").and_then(Value::as_str) == Some("boolean");
            let bools = [Value::Bool(true), Value::Bool(false)];
            for value in schema.get("const").into_iter().chain(listed).chain(bools.iter().filter(|_| is_bool)) {
                let (text, is_text) = match value {
                    Value::String(text) => (text.clone(), true),
                    Value::Bool(_) | Value::Number(_) => (value.to_string(), false),
                    Value::Null | Value::Array(_) | Value::Object(_) => continue,
                };
                if words.iter().all(|known| known.text != text) {
                    words.push(Word { text, about: about.map(str::to_owned), is_text, is_deprecated: false });
                }
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{AZUREAD_SCHEMA, CONFIG_SCHEMA, POLICY_SCHEMA};

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    fn texts(words: &[Word]) -> Vec<&str> {
        words.iter().map(|word| word.text.as_str()).collect()
    }

    #[test]
    fn a_place_is_found_below_whatever_an_export_wraps_policies_in() {
        let schema = Schema::read(POLICY_SCHEMA);
        for wrapped in [&["state"][..], &["value", "state"], &["body", "value", "State"]] {
            let place = schema.at(&keys(wrapped)).unwrap();
            assert!(texts(&place.values()).contains(&"enabledForReportingButNotEnforced"), "{wrapped:?}");
            assert!(place.about().unwrap().contains("Report-only"), "{wrapped:?}");
        }
        assert!(texts(&schema.at(&[]).unwrap().keys()).contains(&"grantControls"));
    }

    #[test]
    fn elements_of_lists_have_values() {
        let schema = Schema::read(POLICY_SCHEMA);
        let place = schema.at(&keys(&["grantControls", "builtInControls"])).unwrap();
        assert!(texts(&place.values()).contains(&"compliantDevice"));
        let azuread = Schema::read(AZUREAD_SCHEMA);
        let place = azuread.at(&keys(&["resource", "grant_controls", "built_in_controls"])).unwrap();
        assert!(texts(&place.values()).contains(&"mfa"));
    }

    #[test]
    fn the_configuration_has_keys() {
        let schema = Schema::read(CONFIG_SCHEMA);
        assert!(texts(&schema.at(&keys(&["exception"])).unwrap().keys()).contains(&"owner"));
        assert!(texts(&schema.at(&keys(&["rules", "letter-case"])).unwrap().values()).contains(&"off"));
    }
}
