//! What the schema itself tells about names: properties and their letter case, words of flags.

use crate::syntax::Pointer;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Something that is valid and yet worth a remark.
pub(super) enum Remark {
    /// A property that says something and that the schema does not list where it stands.
    UnknownProperty(String),
    /// The sentinel of an enumeration: the export has lost the value.
    Hidden,
}

/// Names that a schema knows.
pub(super) struct Vocabulary {
    schema: Value,
    spellings: BTreeMap<String, String>,
    flags: BTreeMap<String, Vec<String>>,
}

impl Vocabulary {
    pub(super) fn of(schema: Value) -> Self {
        let (mut spellings, mut flags) = (BTreeMap::new(), BTreeMap::new());
        collect(&schema, &mut spellings, &mut flags);
        Self { schema, spellings, flags }
    }

    /// A property's name in the schema's letter case.
    pub(super) fn spelling(&self, key: &str) -> Option<&str> {
        self.spellings.get(&key.to_ascii_lowercase()).map(String::as_str)
    }

    /// Names of all properties.
    pub(super) fn properties(&self) -> impl Iterator<Item = &str> {
        self.spellings.values().map(String::as_str)
    }

    /// The words of a flags enumeration, by the pattern of its string.
    pub(super) fn flags(&self, pattern: &str) -> Option<&[String]> {
        self.flags.get(pattern).map(Vec::as_slice)
    }

    /// What is valid and yet worth a remark, with the pointer to each.
    pub(super) fn remarks(&self, value: &Value) -> Vec<(Pointer, Remark)> {
        let mut found = Vec::new();
        self.walk(value, &self.schema, &Pointer::root(), &mut found);
        found
    }

    fn walk(&self, value: &Value, schema: &Value, pointer: &Pointer, found: &mut Vec<(Pointer, Remark)>) {
        let mut branches = Vec::new();
        self.resolve(schema, &mut branches);
        match value {
            Value::Object(members) => {
                let known: Vec<&Map<String, Value>> =
                    branches.iter().filter_map(|branch| branch.get("properties")?.as_object()).collect();
                if known.is_empty() {
                    return;
                }
                for (key, member) in members.iter().filter(|(_, member)| !is_void(member)) {
                    let pointer = pointer.key(key);
                    match known.iter().find_map(|properties| properties.get(key)) {
                        Some(schema) => self.walk(member, schema, &pointer, found),
                        None => found.push((pointer, Remark::UnknownProperty(key.clone()))),
                    }
                }
            }
            Value::Array(elements) => {
                for schema in branches.iter().filter_map(|branch| branch.get("items")) {
                    for (index, element) in elements.iter().enumerate() {
                        self.walk(element, schema, &pointer.index(index), found);
                    }
                }
            }
            Value::String(text) => {
                let sentinel = Value::from("unknownFutureValue");
                let words = branches.iter().flat_map(|branch| [branch.get("enum"), branch.get("x-members")]).flatten();
                let evolves = words.filter_map(Value::as_array).any(|words| words.contains(&sentinel));
                if evolves && text.split(',').any(|word| word.trim() == "unknownFutureValue") {
                    found.push((pointer.clone(), Remark::Hidden));
                }
            }
            _ => {}
        }
    }

    /// A schema and the schemas that it refers to, including the branches of unions.
    fn resolve<'s>(&'s self, schema: &'s Value, branches: &mut Vec<&'s Value>) {
        branches.push(schema);
        let reference = schema.get("$ref").and_then(Value::as_str);
        let referred =
            reference.and_then(|reference| self.schema.get("$defs")?.get(reference.strip_prefix("#/$defs/")?));
        if let Some(referred) = referred {
            self.resolve(referred, branches);
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            for branch in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                self.resolve(branch, branches);
            }
        }
    }
}

fn collect(schema: &Value, spellings: &mut BTreeMap<String, String>, flags: &mut BTreeMap<String, Vec<String>>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                let names: BTreeSet<&String> = properties.keys().collect();
                spellings.extend(names.into_iter().map(|name| (name.to_ascii_lowercase(), name.clone())));
            }
            if let (Some(Value::String(pattern)), Some(Value::Array(words))) =
                (members.get("pattern"), members.get("x-members"))
            {
                let words = words.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                flags.insert(pattern.clone(), words);
            }
            members.values().for_each(|member| collect(member, spellings, flags));
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, spellings, flags)),
        _ => {}
    }
}

fn is_void(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.iter().all(is_void),
        Value::Object(members) => members.values().all(is_void),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
