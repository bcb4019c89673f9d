//! Text to nodes, by `serde_json`.

use super::error::{MAX_DEPTH, SyntaxError, SyntaxProblem};
use super::node::{Node, Object};
use super::node_span::boundary;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

const TOO_DEEP: &str = "nested too deeply";

/// How much of a document is read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outline {
    /// All of it.
    Everything,
    /// Elements of arrays stay [`Node::Raw`], so that a long list is split rather than held as one tree.
    RawElements,
    /// Members of these names stay [`Node::Raw`], wherever they are.
    Without(&'static [&'static str]),
}

/// Reads a whole document.
///
/// # Errors
/// [`SyntaxError`] with the first offending character.
pub fn parse(text: &str) -> Result<Node<'_>, SyntaxError> {
    parse_with(text, Outline::Everything)
}

/// Reads a document but leaves the elements of arrays unread.
///
/// # Errors
/// [`SyntaxError`] with the first offending character; escapes inside of unread elements are checked only when those
/// are parsed.
pub fn parse_outline(text: &str) -> Result<Node<'_>, SyntaxError> {
    parse_with(text, Outline::RawElements)
}

/// Reads a document but leaves members of these names unread.
///
/// # Errors
/// As [`parse_outline`].
pub fn parse_without<'a>(text: &'a str, unread: &'static [&'static str]) -> Result<Node<'a>, SyntaxError> {
    parse_with(text, Outline::Without(unread))
}

fn parse_with(text: &str, outline: Outline) -> Result<Node<'_>, SyntaxError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // Depth is counted below, where it can be told apart from other errors.
    deserializer.disable_recursion_limit();
    Seed { outline, depth: 0 }
        .deserialize(&mut deserializer)
        .and_then(|node| deserializer.end().map(|()| node))
        .map_err(|error| describe(text, &error))
}

fn describe(text: &str, error: &serde_json::Error) -> SyntaxError {
    let at = offset(text, error.line(), error.column());
    if text.trim_ascii().is_empty() {
        return SyntaxError { problem: SyntaxProblem::Empty, at: 0 };
    }
    let message = error.to_string();
    let message = message.rfind(" at line ").map_or(message.as_str(), |end| &message[..end]);
    let problem = match message {
        TOO_DEEP => SyntaxProblem::TooDeep,
        _ if error.is_eof() => SyntaxProblem::CutOff,
        _ => SyntaxProblem::Invalid(message.to_owned()),
    };
    SyntaxError { problem, at }
}

/// `serde_json` counts lines by `\n` and columns in bytes, the offending byte included.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let line_start = match line {
        0 | 1 => 0,
        _ => text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').nth(line - 2).map_or(0, |(at, _)| at + 1),
    };
    boundary(text, line_start + column.saturating_sub(1))
}

#[derive(Clone, Copy)]
struct Seed {
    outline: Outline,
    depth: usize,
}

impl Seed {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(TOO_DEEP));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        serde_json::Number::from_f64(value).map(Node::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Node::String(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Node::String(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let inner = self.deeper()?;
        let mut elements = Vec::new();
        if self.outline == Outline::RawElements {
            while let Some(raw) = seq.next_element::<&RawValue>()? {
                elements.push(Node::Raw(raw));
            }
        } else {
            while let Some(element) = seq.next_element_seed(inner)? {
                elements.push(element);
            }
        }
        Ok(Node::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let inner = self.deeper()?;
        // Most objects of a policy have four to eight members.
        let mut members = Vec::with_capacity(8);
        while let Some(Key(key)) = map.next_key()? {
            let value = match self.outline {
                Outline::Without(unread) if unread.contains(&key.as_ref()) => Node::Raw(map.next_value()?),
                _ => map.next_value_seed(inner)?,
            };
            members.push((key, value));
        }
        Ok(Node::Object(Object { members }))
    }
}

/// An object's key, borrowed where it holds no escapes.
pub(super) struct Key<'a>(pub(super) Cow<'a, str>);

impl<'de> de::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(value.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (SyntaxProblem, &str) {
        let error = parse(text).unwrap_err();
        (error.problem, &text[error.at..])
    }

    #[test]
    fn members_keep_their_order_and_duplicates() {
        let node = parse(r#"{"b": 1, "a": "\u0041", "b": null}"#).unwrap();
        let object = node.as_object().unwrap();
        let keys: Vec<_> = object.members.iter().map(|(key, _)| key.as_ref()).collect();
        assert_eq!(keys, ["b", "a", "b"]);
        assert_eq!(object.get("A").and_then(Node::as_str), Some("A"));
    }

    #[test]
    fn the_offending_character_is_named() {
        let trailing_comma = SyntaxProblem::Invalid("trailing comma".into());
        assert_eq!(error("{\r\n  \"a\": 1,\r\n}"), (trailing_comma, "}"));
        let missing_comma = SyntaxProblem::Invalid("expected `,` or `}`".into());
        assert_eq!(error("{\"ü\": 1 \"b\": 2}"), (missing_comma, "\"b\": 2}"));
        assert_eq!(error("[1] x").1, "x");
    }

    #[test]
    fn an_empty_or_cut_off_file_is_said_to_be_so() {
        assert_eq!(error(" \n").0, SyntaxProblem::Empty);
        assert_eq!(error("{\"a\": [1, 2").0, SyntaxProblem::CutOff);
    }

    #[test]
    fn a_hundred_and_twenty_eight_levels_are_read_and_no_more() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(error(&nested(MAX_DEPTH + 1)).0, SyntaxProblem::TooDeep);
        assert_eq!(parse(&"[".repeat(1_000_000)).unwrap_err().problem, SyntaxProblem::TooDeep);
    }

    #[test]
    fn an_outline_leaves_elements_unread() {
        let node = parse_outline(r#"{"value": [{"a": 1}, {"a": 2}]}"#).unwrap();
        let Some(Node::Array(elements)) = node.as_object().unwrap().get("value") else { panic!("no list") };
        assert!(matches!(elements[1], Node::Raw(raw) if raw.get() == r#"{"a": 2}"#));
    }
}
