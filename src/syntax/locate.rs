//! From a pointer back to characters.

use super::parse::Key;
use super::pointer::Pointer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Where a value stands. Ranges are bytes of the text given to [`locate`], quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its key, if it is a member of an object.
    pub key: Option<Range<usize>>,
    /// The value itself.
    pub value: Range<usize>,
}

impl Place {
    /// What a label marks: a value that fits into a word, else the key in front of it, else its opening bracket.
    #[must_use]
    pub fn mark(&self, text: &str) -> Range<usize> {
        let value = &text[self.value.clone()];
        let nested = value.starts_with(['{', '[']);
        match &self.key {
            Some(key) if nested && value.len() > 2 => key.clone(),
            None if nested => self.value.start..self.value.start + 1,
            _ => self.value.clone(),
        }
    }
}

/// Finds what `pointer` names in `text`, which must be valid JSON; letter case of keys does not matter. Where a step
/// leads nowhere (a missing property, an index into a value that stands for a list of one), the place reached so far.
#[must_use]
pub fn locate(text: &str, pointer: &Pointer) -> Option<Place> {
    locate_all(text, pointer).into_iter().next()
}

/// As [`locate`], with every member where the last key stands more than once.
#[must_use]
pub fn locate_all(text: &str, pointer: &Pointer) -> Vec<Place> {
    let start = text.len() - text.trim_ascii_start().len();
    let mut places = vec![Place { key: None, value: start..text.trim_ascii_end().len().max(start) }];
    for step in pointer.steps() {
        let Some(found) = places.first().map(|place| members(text, place, &step)) else { break };
        if found.is_empty() {
            places.truncate(1);
            break;
        }
        places = found;
    }
    places
}

/// The members or the element of the value at `place` that `step` names.
fn members(text: &str, place: &Place, step: &str) -> Vec<Place> {
    let value = &text[place.value.clone()];
    let base = place.value.start;
    let shallow = match value.as_bytes().first() {
        Some(b'{' | b'[') => serde_json::from_str::<Shallow<'_>>(value).unwrap_or_default(),
        _ => Shallow::default(),
    };
    let range = |raw: &RawValue| {
        let start = raw.get().as_ptr() as usize - value.as_ptr() as usize;
        base + start..base + start + raw.get().len()
    };
    if let Some(element) = step.parse().ok().and_then(|index: usize| shallow.elements.get(index)) {
        return vec![Place { key: None, value: range(element) }];
    }
    let mut after_previous = base + 1;
    let mut found = Vec::new();
    for (key, raw) in &shallow.members {
        let value = range(raw);
        if key.0.eq_ignore_ascii_case(step) {
            found.push(Place { key: key_between(text, after_previous, value.start), value: value.clone() });
        }
        after_previous = value.end;
    }
    found
}

/// The key in front of a value: between them and what came before stand only white space, a comma and a colon.
fn key_between(text: &str, from: usize, to: usize) -> Option<Range<usize>> {
    let between = &text[from..to];
    let start = from + between.find('"')?;
    let end = from + between.rfind('"')? + 1;
    (start + 1 < end).then_some(start..end)
}

/// One level of a value.
#[derive(Default)]
struct Shallow<'a> {
    members: Vec<(Key<'a>, &'a RawValue)>,
    elements: Vec<&'a RawValue>,
}

impl<'de> de::Deserialize<'de> for Shallow<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShallowVisitor;
        impl<'de> Visitor<'de> for ShallowVisitor {
            type Value = Shallow<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array or an object")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut shallow = Shallow::default();
                while let Some(element) = seq.next_element()? {
                    shallow.elements.push(element);
                }
                Ok(shallow)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut shallow = Shallow::default();
                while let Some(member) = map.next_entry()? {
                    shallow.members.push(member);
                }
                Ok(shallow)
            }
        }
        deserializer.deserialize_any(ShallowVisitor)
    }
}

impl Default for Key<'_> {
    fn default() -> Self {
        Self(Cow::Borrowed(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#" {"a": [1, {"State" : "on"}], "na\u006de": "x", "a/b": {}, "twice": 1, "twice": [2]} "#;

    fn key_and_value(pointer: &str) -> (Option<&str>, &str) {
        let place = locate(TEXT, &Pointer::new(pointer)).unwrap();
        (place.key.map(|key| &TEXT[key]), &TEXT[place.value])
    }

    #[test]
    fn keys_and_values_are_found_whatever_their_case_and_escapes() {
        assert_eq!(key_and_value("/a/1/state"), (Some("\"State\""), "\"on\""));
        assert_eq!(key_and_value("/name"), (Some(r#""na\u006de""#), "\"x\""));
        assert_eq!(key_and_value("/a~1b"), (Some("\"a/b\""), "{}"));
        assert_eq!(key_and_value("/a/0"), (None, "1"));
        assert_eq!(key_and_value("").1, TEXT.trim());
    }

    #[test]
    fn a_missing_step_ends_at_what_should_hold_it() {
        assert_eq!(key_and_value("/a/1/missing").1, r#"{"State" : "on"}"#);
        assert_eq!(key_and_value("/name/0").1, "\"x\"");
    }

    #[test]
    fn every_duplicate_is_found() {
        let places = locate_all(TEXT, &Pointer::new("/twice"));
        let values: Vec<_> = places.into_iter().map(|place| &TEXT[place.value]).collect();
        assert_eq!(values, ["1", "[2]"]);
    }
}
