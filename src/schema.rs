//! The JSON Schemas in `schemas/`, and each deviation from them as one precise [`Violation`].

mod canonical;
mod expectation;
mod vocabulary;

use crate::policy::{Placeholder, Wording, camel_case};
use crate::syntax::{Node, Pointer};
use canonical::UntoldPlaces;
use expectation::Expectation;
use jsonschema::Validator;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use vocabulary::{Remark, Vocabulary};

/// The schema of one policy in Graph's words.
pub const POLICY_SCHEMA: &str = include_str!("../schemas/conditional-access-policy.schema.json");
/// The schema of one policy in the words of the Terraform provider hashicorp/azuread.
pub const AZUREAD_SCHEMA: &str = include_str!("../schemas/azuread-conditional-access-policy.schema.json");
/// The schema of one policy in the words of the Terraform provider deploymenttheory/microsoft365.
pub const MICROSOFT365_SCHEMA: &str = include_str!("../schemas/microsoft365-conditional-access-policy.schema.json");
/// The schema of one policy in the words of Microsoft365DSC.
pub const MICROSOFT365_DSC_SCHEMA: &str =
    include_str!("../schemas/microsoft365dsc-conditional-access-policy.schema.json");
/// The schema of the configuration.
pub const CONFIG_SCHEMA: &str = include_str!("../schemas/config.schema.json");
/// Of a file of expectations.
pub const EXPECTATIONS_SCHEMA: &str = include_str!("../schemas/expectations.schema.json");
/// The schema of the JSON report.
pub const REPORT_SCHEMA: &str = include_str!("../schemas/report.schema.json");

/// The JSON Schema of the JSON report of `caplint replay`.
pub const REPLAY_SCHEMA: &str = include_str!("../schemas/replay.schema.json");

/// The schema of what `caplint benchmarks --format json` writes.
pub const BENCHMARKS_SCHEMA: &str = include_str!("../schemas/benchmarks.schema.json");

/// The schema of what `caplint check --statistics --format json` writes.
pub const STATISTICS_SCHEMA: &str = include_str!("../schemas/statistics.schema.json");

/// A place where a policy violates the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, in Graph's words, from the policy's root.
    pub pointer: Pointer,
    /// What is wrong there.
    pub kind: ViolationKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViolationKind {
    /// Another JSON type.
    WrongType {
        /// What Graph has there, with its article.
        expected: String,
        /// What the file has there.
        found: &'static str,
    },
    /// A value that is probably a misspelled member.
    Misspelt {
        /// As written in the file.
        value: String,
        /// What was probably meant.
        meant: String,
    },
    /// No member of an enumeration that Microsoft will not extend.
    NotAllowed {
        /// As written in the file.
        value: String,
        /// The members.
        allowed: Vec<String>,
    },
    /// A member in another letter case.
    LetterCase {
        /// As written in the file.
        value: String,
        /// As Graph spells it.
        canonical: String,
    },
    /// No known member of an enumeration that Microsoft extends.
    Unrecognised {
        /// As written in the file.
        value: String,
    },
    /// `unknownFutureValue`: the export hides what the tenant has.
    Hidden,
    /// Neither a GUID nor a literal.
    NotAnId {
        /// As written in the file.
        value: String,
        /// Literals that are allowed there. The violations of one list share them.
        literals: Arc<[String]>,
    },
    /// A template's placeholder.
    Placeholder {
        /// As written in the file.
        value: String,
    },
    /// A required property is missing.
    Missing {
        /// Its name.
        property: String,
    },
    /// A property that the schema does not know.
    UnknownProperty {
        /// Its name.
        name: String,
        /// A known one with a similar spelling.
        meant: Option<String>,
    },
    /// A single value where a list is expected.
    SingleValue,
    /// What `ConvertTo-Json` writes at its depth limit.
    Truncated {
        /// As written in the file.
        value: String,
    },
    /// A key appears more than once.
    DuplicateKey {
        /// The key.
        key: String,
        /// All its values are equal.
        equal: bool,
    },
}

impl ViolationKind {
    /// What distinguishes it from others in the same place, the same in every version of caplint.
    #[must_use]
    pub fn mark(&self) -> String {
        match self {
            Self::WrongType { found, .. } => format!("type {found}"),
            Self::Misspelt { value, .. } => format!("misspelt {value}"),
            Self::NotAllowed { value, .. } => format!("not allowed {value}"),
            Self::LetterCase { value, .. } => format!("letter case {value}"),
            Self::Unrecognised { value } => format!("unrecognised {value}"),
            Self::Hidden => "hidden".to_owned(),
            Self::NotAnId { value, .. } => format!("no id {value}"),
            Self::Placeholder { value } => format!("placeholder {value}"),
            Self::Missing { property } => format!("missing {property}"),
            Self::UnknownProperty { name, .. } => format!("unknown property {name}"),
            Self::SingleValue => "single value".to_owned(),
            Self::Truncated { value } => format!("truncated {value}"),
            Self::DuplicateKey { key, equal } => {
                format!("duplicate {key} {}", if *equal { "equal" } else { "different" })
            }
        }
    }

    /// Has the literals of another that are the same.
    fn share_literals(&mut self, other: &Self) {
        if let (Self::NotAnId { literals, .. }, Self::NotAnId { literals: others, .. }) = (self, other)
            && literals == others
        {
            *literals = Arc::clone(others);
        }
    }
}

struct Schema {
    validator: Validator,
    vocabulary: Vocabulary,
}

/// The schema of a policy, compiled when the first policy with a deviation needs it.
fn schema(wording: Wording) -> &'static Schema {
    static SCHEMAS: [OnceLock<Schema>; 5] = [const { OnceLock::new() }; 5];
    let (index, text) = match wording {
        Wording::Graph => (0, POLICY_SCHEMA),
        Wording::Azuread => (1, AZUREAD_SCHEMA),
        Wording::Microsoft365 => (2, MICROSOFT365_SCHEMA),
        Wording::Microsoft365Dsc => (3, MICROSOFT365_DSC_SCHEMA),
        Wording::Pulumi => (4, AZUREAD_SCHEMA),
    };
    SCHEMAS[index].get_or_init(|| {
        // Compiled in, and checked by a test.
        let mut document: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        if wording == Wording::Pulumi {
            in_camel_case(&mut document);
        }
        let options = jsonschema::options().offline().with_pattern_options(jsonschema::PatternOptions::regex());
        let validator = options.build(&document).unwrap_or_else(|error| panic!("{error}"));
        Schema { validator, vocabulary: Vocabulary::of(document) }
    })
}

/// Lets a schema have its properties in camel case.
fn in_camel_case(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                let own = std::mem::take(properties).into_iter();
                *properties = own.map(|(name, schema)| (camel_case(&name), schema)).collect();
            }
            if let Some(Value::Array(required)) = members.get_mut("required") {
                let names = required.iter().filter_map(Value::as_str).map(|name| camel_case(name).into());
                *required = names.collect();
            }
            members.values_mut().for_each(in_camel_case);
        }
        Value::Array(elements) => elements.iter_mut().for_each(in_camel_case),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a policy conforms to the schema.
#[must_use]
pub fn is_valid(node: &Node<'_>, wording: Wording) -> bool {
    let schema = schema(wording);
    schema.validator.is_valid(&canonical::value(node, &schema.vocabulary))
}

/// All violations of the schema in a policy, in the order of the file, at most one per place.
#[must_use]
pub fn violations(node: &Node<'_>, wording: Wording) -> Vec<Violation> {
    let schema = schema(wording);
    let mut value = canonical::value(node, &schema.vocabulary);
    let mut found = Vec::new();
    let pieces = canonical::cut(&mut value);
    schema.hold_against(&value, &|at| Some(at.clone()), &mut found);
    for piece in pieces {
        schema.hold_against(&piece.policy, &|at| piece.outside(at), &mut found);
    }
    duplicate_keys(node, &Pointer::root(), &mut found);
    found.extend(bound_strength(node));
    found.dedup();
    // A value that is not stated cannot be wrong.
    let untold = UntoldPlaces::of(node);
    found.retain(|violation| !untold.hold(&violation.pointer));
    found
}

/// Unknown properties of a policy that are compared with every known one. Nobody reads the findings behind them.
const SUGGESTIONS: usize = 1_000;

impl Schema {
    /// Notes how a value deviates. `outside` turns a pointer into the value into one into the policy, if it is to be noted.
    fn hold_against(&self, value: &Value, outside: &dyn Fn(&Pointer) -> Option<Pointer>, found: &mut Vec<Violation>) {
        for error in self.validator.iter_errors(value) {
            for (pointer, expectation) in Expectation::of(&error, &self.vocabulary) {
                let Some(at) = outside(&pointer) else { continue };
                let mut judged = judge(&at, value.pointer(pointer.as_str()), &expectation);
                if let (Some(last), Some(next)) = (found.last(), judged.first_mut()) {
                    next.kind.share_literals(&last.kind);
                }
                found.append(&mut judged);
            }
        }
        let mut suggestions = SUGGESTIONS;
        for (pointer, remark) in self.vocabulary.remarks(value) {
            let kind = match remark {
                Remark::UnknownProperty(name) => {
                    let meant = (suggestions > 0).then(|| nearest(&name, self.vocabulary.properties())).flatten();
                    suggestions = suggestions.saturating_sub(1);
                    ViolationKind::UnknownProperty { name, meant }
                }
                Remark::Hidden => ViolationKind::Hidden,
            };
            found.extend(outside(&pointer).map(|pointer| Violation { pointer, kind }));
        }
    }
}

/// Compares a value with what is expected in its place.
fn judge(pointer: &Pointer, value: Option<&Value>, expectation: &Expectation) -> Vec<Violation> {
    let one = |kind| vec![Violation { pointer: pointer.clone(), kind }];
    if let Some(property) = &expectation.missing {
        return one(ViolationKind::Missing { property: property.clone() });
    }
    let Some(value) = value else { return Vec::new() };
    let Value::String(text) = value else {
        let expected = expectation.described();
        return one(ViolationKind::WrongType { expected, found: kind(value) });
    };
    if crate::policy::is_type_name(text) || (expectation.list() && crate::policy::is_truncated(text)) {
        return one(ViolationKind::Truncated { value: text.clone() });
    }
    if expectation.list() && !expectation.string() {
        return one(ViolationKind::SingleValue);
    }
    if !expectation.string() {
        let expected = expectation.described();
        return one(ViolationKind::WrongType { expected, found: kind(value) });
    }
    if expectation.flags {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let wrong = words.filter(|word| !expectation.words.iter().any(|known| known == word));
        return wrong.map(|word| Violation { pointer: pointer.clone(), kind: judge_word(word, expectation) }).collect();
    }
    one(judge_word(text, expectation))
}

fn judge_word(word: &str, expectation: &Expectation) -> ViolationKind {
    let value = word.to_owned();
    if word == "unknownFutureValue" {
        return ViolationKind::Hidden;
    }
    if Placeholder::of(word).is_some() {
        return ViolationKind::Placeholder { value };
    }
    if let Some(canonical) = expectation.words.iter().find(|known| known.eq_ignore_ascii_case(word)) {
        return ViolationKind::LetterCase { value, canonical: canonical.clone() };
    }
    if let Some(meant) = nearest(word, expectation.words.iter().map(String::as_str)) {
        return ViolationKind::Misspelt { value, meant };
    }
    if expectation.id {
        return ViolationKind::NotAnId { value, literals: expectation.words.clone().into() };
    }
    if expectation.evolvable() {
        return ViolationKind::Unrecognised { value };
    }
    ViolationKind::NotAllowed { value, allowed: expectation.words.clone() }
}

/// A known word with a similar spelling: few edits relative to its length.
fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<String> {
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    // An edit changes the length by one, and counting is cheaper than comparing.
    let is_as_long = |candidate: &&str| candidate.chars().count().abs_diff(length) <= 2;
    known
        .filter(|candidate| *candidate != "unknownFutureValue")
        .filter(is_as_long)
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 2 && distance * 3 <= candidate.len().min(word.len()))
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// A strength by `@odata.bind`, which the service has been observed to ignore. All other code treats it as an annotation.
fn bound_strength(node: &Node<'_>) -> Option<Violation> {
    const KEY: &str = "authenticationStrength@odata.bind";
    let value = node.as_object()?.get("grantControls")?.as_object()?.get(KEY)?.as_str()?.to_owned();
    let pointer = Pointer::root().key("grantControls").key(KEY);
    Some(Violation { pointer, kind: ViolationKind::Unrecognised { value } })
}

fn duplicate_keys(node: &Node<'_>, pointer: &Pointer, found: &mut Vec<Violation>) {
    match node {
        Node::Object(object) => {
            let mut namesakes: HashMap<String, Vec<&Node<'_>>> = HashMap::new();
            for (key, node) in object.properties() {
                namesakes.entry(key.to_ascii_lowercase()).or_default().push(node);
            }
            for (key, node) in object.properties() {
                // Handled at the first of them.
                let Some(nodes) = namesakes.remove(&key.to_ascii_lowercase()) else { continue };
                let pointer = pointer.key(key);
                if nodes.len() > 1 {
                    let equal = nodes.iter().all(|other| other.says(node));
                    let kind = ViolationKind::DuplicateKey { key: key.to_string(), equal };
                    found.push(Violation { pointer: pointer.clone(), kind });
                }
                duplicate_keys(node, &pointer, found);
            }
        }
        Node::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                duplicate_keys(element, &pointer.index(index), found);
            }
        }
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => {}
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a Boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
