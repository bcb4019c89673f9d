//! From a pointer back to characters.

use super::embedded::Embedded;
use super::node_span::NodeSpan;
use super::notation::Notation;
use super::parse::Key;
use super::pointer::Pointer;
use super::relaxed;
use super::spot::Spot;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

/// Finds the characters that pointers name. What has been read once on the way to one place serves for the next, so
/// that a thousand findings in one file cost no more than reading it.
pub struct Locator<'a> {
    text: &'a str,
    /// By the bytes of the value: of several documents, the first begins where the whole text does.
    levels: HashMap<(usize, usize), Rc<Level>>,
    notation: Notation,
    /// The text as a tree, if it is no strict JSON and somebody has asked.
    tree: OnceCell<Option<Spot>>,
}

/// One level of a value: the members of an object with their keys, or the elements of an array.
#[derive(Default)]
struct Level {
    /// It is no strict JSON.
    is_broken: bool,
    /// By their names in lower case.
    members: HashMap<String, Vec<NodeSpan>>,
    elements: Vec<Range<usize>>,
}

impl<'a> Locator<'a> {
    /// Locates in `text`, which must be valid, at least from where it is asked.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, levels: HashMap::new(), notation: Notation::of(text), tree: OnceCell::new() }
    }

    /// The text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// How the text is written.
    pub(super) fn notation(&self) -> Notation {
        self.notation
    }

    /// What the steps lead to in a text that is no strict JSON. None if it is no text of its notation either.
    fn find_in_tree(&self, steps: &[String]) -> Option<Vec<NodeSpan>> {
        let tree = self.tree.get_or_init(|| self.notation.read(self.text).ok());
        Some(tree.as_ref()?.find(steps))
    }

    /// What `pointer` names from the value that starts at `offset`; every occurrence where the last key stands more
    /// than once. Letter case of keys does not matter. Where a step leads nowhere (a missing property, an index into a
    /// value that stands for a list of one), the place reached so far; nothing where there is no value at all. A string
    /// that holds JSON is stepped into.
    pub fn find(&mut self, offset: usize, pointer: &Pointer) -> Vec<NodeSpan> {
        let steps: Vec<String> = pointer.steps().map(Cow::into_owned).collect();
        if self.notation != Notation::Json {
            return self.find_in_tree(&steps).unwrap_or_default();
        }
        let Some(root) = self.value_at(offset) else { return Vec::new() };
        let mut places = vec![NodeSpan { key: None, value: root }];
        for (index, step) in steps.iter().enumerate() {
            let mut value = places[0].value.clone();
            if let Some(embedded) = self.text.get(value.clone()).and_then(Embedded::of) {
                let rest = steps[index..].iter().fold(Pointer::root(), |pointer, step| pointer.key(step));
                let inside = Locator::new(&embedded.text).find(0, &rest);
                return inside.into_iter().map(|place| embedded.outside(&place, value.start)).collect();
            }
            let mut level = self.level(&value);
            if level.is_broken
                && index == 0
                && offset == 0
                && let Some(found) = self.find_in_tree(&steps)
            {
                return found;
            }
            // A plan writes a block as an array of one.
            if let Some(only) = level.elements.first().filter(|_| step.parse::<usize>().is_err()) {
                value = only.clone();
                level = self.level(&value);
            }
            let found = level.find(step);
            if found.is_empty() {
                places.truncate(1);
                break;
            }
            places = found;
        }
        places
    }

    /// The same pointer with the steps that [`Self::find`] takes by itself, into arrays of one, as other readers of the
    /// document need it.
    pub fn spelt_out(&mut self, offset: usize, pointer: &Pointer) -> Pointer {
        let mut spelt = Pointer::root();
        let mut value = self.value_at(offset).filter(|_| self.notation == Notation::Json);
        for step in pointer.steps() {
            if let Some(at) = &value {
                let level = self.level(at);
                if level.find(&step).is_empty() && step.parse::<usize>().is_err() && !level.elements.is_empty() {
                    spelt = spelt.index(0);
                    value = level.elements.first().cloned();
                }
            }
            value = value.and_then(|at| Some(self.level(&at).find(&step).first()?.value.clone()));
            spelt = spelt.key(&step);
        }
        spelt
    }

    /// The value that starts at or after `offset`.
    fn value_at(&self, offset: usize) -> Option<Range<usize>> {
        let rest = self.text.get(offset..)?;
        let start = offset + (rest.len() - rest.trim_ascii_start().len());
        if offset == 0 {
            return Some(start..self.text.trim_ascii_end().len().max(start));
        }
        // An element of a list: what follows it belongs to its neighbours.
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let value = values.next()?.ok()?;
        Some(start..start + value.get().len())
    }

    fn level(&mut self, value: &Range<usize>) -> Rc<Level> {
        let key = (value.start, value.end);
        if let Some(level) = self.levels.get(&key) {
            return Rc::clone(level);
        }
        let level = Rc::new(Level::of(self.text, value));
        self.levels.insert(key, Rc::clone(&level));
        level
    }
}

impl Level {
    fn of(text: &str, value: &Range<usize>) -> Self {
        let base = value.start;
        let value = &text[value.clone()];
        let shallow = match value.as_bytes().first() {
            Some(b'{' | b'[' | b'/') => match serde_json::from_str::<Shallow<'_>>(value) {
                Ok(shallow) => shallow,
                Err(_) => return Self::of_lines(text, value.len()),
            },
            _ => Shallow::default(),
        };
        let range = |raw: &RawValue| {
            let start = base + raw.get().as_ptr() as usize - value.as_ptr() as usize;
            start..start + raw.get().len()
        };
        let mut after_previous = base + 1;
        let mut members: HashMap<String, Vec<NodeSpan>> = HashMap::new();
        for (key, raw) in &shallow.members {
            let value = range(raw);
            let place = NodeSpan { key: key_between(text, after_previous, value.start), value: value.clone() };
            after_previous = value.end;
            members.entry(key.0.to_ascii_lowercase()).or_default().push(place);
        }
        let elements = shallow.elements.iter().map(|raw| range(raw)).collect();
        Self { is_broken: false, members, elements }
    }

    /// What is no JSON, or a JSON document a line if it is the whole text.
    fn of_lines(text: &str, length: usize) -> Self {
        let lines = (length == text.trim().len()).then(|| relaxed::lines(text)).flatten();
        Self { is_broken: lines.is_none(), elements: lines.unwrap_or_default(), ..Self::default() }
    }

    /// The element or the members that `step` names.
    fn find(&self, step: &str) -> Vec<NodeSpan> {
        if let Some(element) = step.parse().ok().and_then(|index: usize| self.elements.get(index)) {
            return vec![NodeSpan { key: None, value: element.clone() }];
        }
        self.members.get(&step.to_ascii_lowercase()).cloned().unwrap_or_default()
    }
}

/// The key of a value. Between them there is only white space and a colon, and before them at most a comma.
fn key_between(text: &str, from: usize, to: usize) -> Option<Range<usize>> {
    let between = &text[from..to];
    let start = from + between.find('"')?;
    let end = from + between.rfind('"')? + 1;
    (start + 1 < end).then_some(start..end)
}

/// One level as `serde_json` reads it.
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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#" {"a": [1, {"State" : "on"}], "na\u006de": "x", "a/b": {}, "twice": 1, "twice": [2]} "#;

    fn key_and_value(pointer: &str) -> (Option<&str>, &str) {
        let place = Locator::new(TEXT).find(0, &Pointer::new(pointer)).remove(0);
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
    fn an_array_of_one_is_stepped_into_where_a_member_is_asked_for() {
        let text = r#"{"conditions": [{"users": [{"included_users": ["All"]}]}]}"#;
        let (mut locator, pointer) = (Locator::new(text), Pointer::new("/conditions/users/included_users/0"));
        assert_eq!(&text[locator.find(0, &pointer).remove(0).value], "\"All\"");
        assert_eq!(locator.spelt_out(0, &pointer).as_str(), "/conditions/0/users/0/included_users/0");
    }

    #[test]
    fn a_missing_step_ends_at_what_should_hold_it() {
        assert_eq!(key_and_value("/a/1/missing").1, r#"{"State" : "on"}"#);
        assert_eq!(key_and_value("/name/0").1, "\"x\"");
    }

    #[test]
    fn the_first_of_several_documents_begins_where_the_text_does() {
        let text = "{\"a\": 1}\n{\"a\": 2}\n";
        let mut locator = Locator::new(text);
        let mut find =
            |offset, pointer: &str| text[locator.find(offset, &Pointer::new(pointer)).remove(0).value].to_owned();
        assert_eq!([find(0, "/a"), find(0, "/1/a"), find(0, "/0/a"), find(9, "/a")], ["1", "2", "1", "2"]);
    }

    #[test]
    fn every_duplicate_is_found() {
        let places = Locator::new(TEXT).find(0, &Pointer::new("/twice"));
        let values: Vec<_> = places.into_iter().map(|place| &TEXT[place.value]).collect();
        assert_eq!(values, ["1", "[2]"]);
    }

    #[test]
    fn a_pointer_may_lead_from_the_middle_and_a_text_that_has_changed_is_no_harm() {
        let offset = TEXT.find("{\"State").unwrap();
        let mut locator = Locator::new(TEXT);
        assert_eq!(&TEXT[locator.find(offset, &Pointer::new("/state")).remove(0).value], "\"on\"");
        assert!(locator.find(TEXT.len() + 5, &Pointer::new("/state")).is_empty());
        assert!(Locator::new("{ not json").find(0, &Pointer::new("/state/0"))[0].value.start == 0);
    }
}
