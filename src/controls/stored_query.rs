//! The other reading of a control: its query, to the letter, as a JSON Schema over one policy.

use super::{Quantifier, StoredQueryFile};
use crate::policy::{Fact, Id, List, Policy, Property, Words};
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// A query that policies match one by one.
#[derive(Debug)]
pub struct StoredQuery {
    quantifier: Quantifier,
    schema: Value,
    /// Lists that the schema demands word by word: what most policies fail, at no cost.
    demanded: Vec<(Property, Vec<String>)>,
    compiled: OnceLock<Validator>,
}

impl StoredQuery {
    /// A query; compiled when the first policy comes near it.
    ///
    /// # Errors
    /// If the schema is not JSON.
    pub fn new(file: &StoredQueryFile) -> Result<Self, serde_json::Error> {
        let schema: Value = serde_json::from_str(&file.schema)?;
        let mut demanded = Vec::new();
        demands(&schema, "", &mut demanded);
        Ok(Self { quantifier: file.quantifier, schema, demanded, compiled: OnceLock::new() })
    }

    /// Whether the policies of a tenant pass.
    #[must_use]
    pub fn passes(&self, policies: &[Policy]) -> bool {
        match self.quantifier {
            Quantifier::Some => {
                policies.iter().any(|policy| self.comes_near(policy) && self.matches(&as_graph(policy)))
            }
        }
    }

    /// Whether a policy has the lists that are demanded word by word.
    fn comes_near(&self, policy: &Policy) -> bool {
        // It compares letter by letter.
        !policy.respelt
            && self.demanded.iter().all(|(property, words)| {
                LISTS.iter().find(|(known, _)| known == property).is_none_or(|(_, list)| {
                    let list = list(policy);
                    list.len() == words.len() && list.iter().zip(words).all(|(one, two)| one.as_deref() == Some(two))
                })
            })
    }

    /// Whether one policy, in Graph's words, matches.
    ///
    /// # Panics
    /// If the schema is not one, which the controls' test excludes.
    #[must_use]
    pub fn matches(&self, policy: &Value) -> bool {
        let compiled = self.compiled.get_or_init(|| {
            let options = jsonschema::options().offline().with_pattern_options(jsonschema::PatternOptions::regex());
            options.build(&self.schema).unwrap_or_else(|error| panic!("stored query: {error}"))
        });
        compiled.is_valid(policy)
    }
}

/// Collects `const` lists of required properties.
fn demands(schema: &Value, pointer: &str, found: &mut Vec<(Property, Vec<String>)>) {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if !required.contains(&name.as_str()) {
            continue;
        }
        let pointer = format!("{pointer}/{name}");
        if let Some(words) = property["const"].as_array() {
            let words = words.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            found.extend(Property::of(&pointer).map(|property| (property, words)));
        } else {
            demands(property, &pointer, found);
        }
    }
}

/// A list as it is spelt in its file; what could not be read equals nothing that a query names.
type Spelt = Vec<Option<String>>;

/// A list and how to get it.
type NamedList = (Property, fn(&Policy) -> Spelt);

/// The lists of a policy that a query may ask for.
const LISTS: [NamedList; 10] = [
    (Property::IncludeUsers, |policy| ids(&policy.conditions.users.include_users)),
    (Property::ExcludeUsers, |policy| ids(&policy.conditions.users.exclude_users)),
    (Property::IncludeGroups, |policy| ids(&policy.conditions.users.include_groups)),
    (Property::ExcludeGroups, |policy| ids(&policy.conditions.users.exclude_groups)),
    (Property::IncludeRoles, |policy| ids(&policy.conditions.users.include_roles)),
    (Property::ExcludeRoles, |policy| ids(&policy.conditions.users.exclude_roles)),
    (Property::IncludeApplications, |policy| ids(&policy.conditions.applications.include)),
    (Property::ExcludeApplications, |policy| ids(&policy.conditions.applications.exclude)),
    (Property::ClientAppTypes, |policy| words(&policy.conditions.client_app_types)),
    (Property::BuiltInControls, |policy| words(&policy.grant.built_in)),
];

fn ids(list: &List<Id>) -> Spelt {
    spelt(list, Id::to_string)
}

fn words<W: Words>(list: &List<W>) -> Spelt {
    spelt(list, |word| word.word().to_owned())
}

fn spelt<T>(list: &List<T>, spell: impl Fn(&T) -> String) -> Spelt {
    match list.doubt() {
        Some(_) => vec![None],
        None => list
            .items()
            .iter()
            .map(|item| match item {
                Fact::Known(known) => Some(spell(known)),
                Fact::Unknown(_) => None,
            })
            .collect(),
    }
}

/// Those lists as Graph's JSON; `null` and missing are the empty list.
fn as_graph(policy: &Policy) -> Value {
    let mut root = Value::Object(Map::new());
    for (property, list) in LISTS {
        let mut place = &mut root;
        for step in property.as_str().split('/').skip(1) {
            place = &mut place[step];
        }
        *place = list(policy).into_iter().map(|word| word.map_or(Value::Null, Value::String)).collect();
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls;

    #[test]
    fn what_is_demanded_word_by_word_is_found_in_the_schema() {
        let query = controls::find(controls::DEFAULT).unwrap().stored_query.as_ref().unwrap();
        let demanded: Vec<Property> = query.demanded.iter().map(|(property, _)| *property).collect();
        assert_eq!(
            demanded,
            [
                Property::IncludeApplications,
                Property::ClientAppTypes,
                Property::IncludeUsers,
                Property::BuiltInControls,
            ]
        );
        for property in demanded {
            assert!(LISTS.iter().any(|(known, _)| *known == property));
        }
    }
}
