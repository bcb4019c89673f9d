//! The tree.

use serde_json::value::RawValue;
use std::borrow::Cow;

/// A JSON value that borrows its strings from the text.
#[derive(Debug, Clone)]
pub enum Node<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number.
    Number(serde_json::Number),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object.
    Object(Object<'a>),
    /// An element of an array that [`super::parse_outline`] has left unread.
    Raw(&'a RawValue),
    /// An object that the text names instead of giving its id: `azuread_group.break_glass`. Equal names are one object.
    Reference(Cow<'a, str>),
    /// An id that must not be shown, and the name that is shown in its place.
    Secret(Box<(String, String)>),
    /// A value that the text does not state.
    Untold(Untold),
}

/// Why a text does not state a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Untold {
    /// Known only after `terraform apply`.
    AfterApply,
    /// Terraform marks it as sensitive.
    Sensitive,
    /// An input variable that is given at run time.
    Variable,
    /// `for_each` decides it.
    ForEach,
    /// `count` decides it.
    Count,
    /// A `dynamic` block decides it.
    Dynamic,
    /// The folder is a module that no block calls.
    Uncalled,
    /// An override file changes it.
    Overridden,
    /// A file of the same folder could not be read.
    Unreadable,
    /// An expression decides it.
    Expression,
    /// `$select` did not ask for it.
    NotSelected,
}

/// A JSON object: members in the file's order, duplicates kept.
#[derive(Debug, Clone, Default)]
pub struct Object<'a> {
    /// Keys as they are spelt, with their values.
    pub members: Vec<(Cow<'a, str>, Node<'a>)>,
}

impl<'a> Node<'a> {
    /// The object, if it is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node<'a>]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The same, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Node<'static> {
        match self {
            Self::Null => Node::Null,
            Self::Bool(value) => Node::Bool(value),
            Self::Number(number) => Node::Number(number),
            Self::String(text) => Node::String(Cow::Owned(text.into_owned())),
            Self::Array(elements) => Node::Array(elements.into_iter().map(Node::into_owned).collect()),
            Self::Object(object) => {
                let members = object.members.into_iter();
                let owned = members.map(|(key, node)| (Cow::Owned(key.into_owned()), node.into_owned()));
                Node::Object(Object { members: owned.collect() })
            }
            // Only long lists have these, and nobody keeps one.
            Self::Raw(_) => Node::Untold(Untold::Expression),
            Self::Reference(name) => Node::Reference(Cow::Owned(name.into_owned())),
            Self::Secret(secret) => Node::Secret(secret),
            Self::Untold(untold) => Node::Untold(untold),
        }
    }

    /// Whether nothing is said: `null`, `""`, `[]`, or an object or array of such.
    #[must_use]
    pub fn is_void(&self) -> bool {
        match self {
            Self::Null => true,
            Self::String(text) => text.is_empty(),
            Self::Array(elements) => elements.iter().all(Node::is_void),
            Self::Object(object) => object.is_void(),
            Self::Bool(_) | Self::Number(_) | Self::Raw(_) | Self::Reference(_) | Self::Secret(_) | Self::Untold(_) => {
                false
            }
        }
    }

    /// What JSON calls it, with its article.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a Boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
            Self::Raw(_) | Self::Reference(_) | Self::Secret(_) | Self::Untold(_) => "a value",
        }
    }
}

impl Node<'_> {
    /// Whether two nodes say the same: numbers by their digits. Values that are not stated are never equal.
    #[must_use]
    pub fn says(&self, other: &Self) -> bool {
        match (self, other) {
            (Node::Null, Node::Null) => true,
            (Node::Bool(one), Node::Bool(other)) => one == other,
            (Node::Number(one), Node::Number(other)) => one == other,
            (Node::String(one), Node::String(other)) | (Node::Reference(one), Node::Reference(other)) => one == other,
            (Node::Array(one), Node::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.says(other))
            }
            (Node::Object(one), Node::Object(other)) => {
                one.members.len() == other.members.len()
                    && one
                        .members
                        .iter()
                        .zip(&other.members)
                        .all(|((name, one), (other_name, other))| name == other_name && one.says(other))
            }
            (Node::Raw(one), Node::Raw(other)) => one.get() == other.get(),
            (
                Node::Null
                | Node::Bool(_)
                | Node::Number(_)
                | Node::String(_)
                | Node::Array(_)
                | Node::Object(_)
                | Node::Raw(_)
                | Node::Untold(_)
                | Node::Reference(_)
                | Node::Secret(_),
                _,
            ) => false,
        }
    }
}

#[cfg(test)]
impl Node<'_> {
    /// As JSON has it, for tests to compare.
    pub(super) fn to_json(&self) -> serde_json::Value {
        use serde_json::json;
        match self {
            Node::Null => json!(null),
            Node::Bool(value) => json!(value),
            Node::Number(value) => json!(value),
            Node::String(text) => json!(text),
            Node::Array(elements) => elements.iter().map(Node::to_json).collect(),
            Node::Object(object) => {
                object.members.iter().map(|(key, node)| (key.to_string(), node.to_json())).collect()
            }
            Node::Raw(text) => json!({ "raw": text.get() }),
            Node::Reference(name) => json!({ "reference": name }),
            Node::Secret(_) => json!({ "secret": true }),
            Node::Untold(_) => json!({ "untold": true }),
        }
    }
}

impl<'a> Object<'a> {
    /// The last member of that name, whatever its letter case: exporters differ only in that, and of a key that stands
    /// twice most readers take the last.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.members.iter().rfind(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, node)| node)
    }

    /// Whether none of its members says anything.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.properties().all(|(_, node)| node.is_void())
    }

    /// Members that are not `OData` annotations.
    pub fn properties(&self) -> impl Iterator<Item = &(Cow<'a, str>, Node<'a>)> {
        self.members.iter().filter(|(key, _)| !is_annotation(key))
    }
}

/// Whether a key is no property of the resource but an `OData` annotation (`@odata.type`, `x@odata.context`), an action
/// (`#microsoft.graph.restore`), or the `AdditionalProperties` that the Graph PowerShell SDK adds to every object.
#[must_use]
pub fn is_annotation(key: &str) -> bool {
    key.starts_with('#')
        // Most keys have none, and looking for a letter is cheaper than looking for a word.
        || (key.as_bytes().contains(&b'@') && (key.contains("@odata.") || key.starts_with("@microsoft.")))
        || key.eq_ignore_ascii_case("additionalProperties")
}
