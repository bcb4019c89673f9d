//! The other reading of a control: its query, to the letter, as a JSON Schema over one policy.

use super::{Quantifier, StoredQueryFile};
use crate::policy::{Fact, Id, List, Policy, Words};
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::fmt::Display;
use std::sync::OnceLock;

/// A query that policies match one by one.
#[derive(Debug)]
pub struct StoredQuery {
    quantifier: Quantifier,
    schema: String,
    compiled: OnceLock<Validator>,
}

impl StoredQuery {
    /// A query; compiled when first asked.
    #[must_use]
    pub fn new(file: &StoredQueryFile) -> Self {
        Self { quantifier: file.quantifier, schema: file.schema.clone(), compiled: OnceLock::new() }
    }

    /// Whether the policies of a tenant pass.
    #[must_use]
    pub fn passes(&self, policies: &[Policy]) -> bool {
        match self.quantifier {
            Quantifier::Some => policies.iter().any(|policy| self.matches(&as_graph(policy))),
        }
    }

    /// Whether one policy, in Graph's words, matches.
    ///
    /// # Panics
    /// If the schema is not one, which the controls' test excludes.
    #[must_use]
    pub fn matches(&self, policy: &Value) -> bool {
        let compiled = self.compiled.get_or_init(|| {
            let schema = serde_json::from_str(&self.schema).unwrap_or_else(|error| panic!("stored query: {error}"));
            let options = jsonschema::options().offline().with_pattern_options(jsonschema::PatternOptions::regex());
            options.build(&schema).unwrap_or_else(|error| panic!("stored query: {error}"))
        });
        compiled.is_valid(policy)
    }
}

/// The parts of a policy that a query may ask for, spelt as in its file; `null` and missing are the empty list.
fn as_graph(policy: &Policy) -> Value {
    let conditions = &policy.conditions;
    let users = &conditions.users;
    let applications = &conditions.applications;
    object([
        (
            "conditions",
            object([
                (
                    "users",
                    object([
                        ("includeUsers", ids(&users.include_users)),
                        ("excludeUsers", ids(&users.exclude_users)),
                        ("includeGroups", ids(&users.include_groups)),
                        ("excludeGroups", ids(&users.exclude_groups)),
                        ("includeRoles", ids(&users.include_roles)),
                        ("excludeRoles", ids(&users.exclude_roles)),
                    ]),
                ),
                (
                    "applications",
                    object([
                        ("includeApplications", ids(&applications.include)),
                        ("excludeApplications", ids(&applications.exclude)),
                    ]),
                ),
                ("clientAppTypes", words(&conditions.client_app_types)),
            ]),
        ),
        ("grantControls", object([("builtInControls", words(&policy.grant.built_in))])),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}

fn ids(list: &List<Id>) -> Value {
    strings(list, Id::to_string)
}

fn words<W: Words>(list: &List<W>) -> Value {
    strings(list, |word| word.word())
}

/// What could not be read equals nothing that a query names.
fn strings<T, S: Display>(list: &List<T>, spelt: impl Fn(&T) -> S) -> Value {
    if list.doubt.is_some() {
        return Value::Null;
    }
    let item = |item: &Fact<T>| item.known().map_or(Value::Null, |known| Value::String(spelt(known).to_string()));
    Value::Array(list.items.iter().map(item).collect())
}
