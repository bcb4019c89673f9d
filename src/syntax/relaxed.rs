//! Kinds of JSON that strict readers refuse: with comments, trailing commas, single quotes or bare keys ([JSON5]), and a
//! document a line ([JSON Lines]).
//!
//! [JSON5]: https://spec.json5.org
//! [JSON Lines]: https://jsonlines.org

use super::error::{MAX_DEPTH, SyntaxError, SyntaxProblem};
use super::node::Node;
use super::node_span::{NodeSpan, boundary};
use super::parse::parse;
use super::spot::{Holds, Spot};
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::ops::Range;

/// Reads JSON with comments and what else people write for people.
///
/// # Errors
/// [`SyntaxError`] with the first character that JSON5 has no place for either.
pub fn parse_relaxed(text: &str) -> Result<Node<'static>, SyntaxError> {
    read(text).map(Spot::into_node)
}

pub(super) fn read(text: &str) -> Result<Spot, SyntaxError> {
    // Numbers are as in JSON, and a missing comma is a mistake in JSON5, too.
    let options = ParseOptions {
        allow_missing_commas: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        ..ParseOptions::default()
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| {
        let problem = SyntaxProblem::Invalid(error.kind().to_string());
        SyntaxError { problem, at: boundary(text, error.range().start) }
    })?;
    let value = parsed.value.ok_or(SyntaxError { problem: SyntaxProblem::Empty, at: 0 })?;
    spot(value, None, 0)
}

fn spot(value: Value<'_>, key: Option<Range<usize>>, depth: usize) -> Result<Spot, SyntaxError> {
    let range = value.range();
    if depth > MAX_DEPTH {
        return Err(SyntaxError { problem: SyntaxProblem::TooDeep, at: range.start });
    }
    let holds = match value {
        Value::StringLit(string) => Holds::Scalar(Node::String(Cow::Owned(string.value.into_owned()))),
        Value::NumberLit(number) => {
            let text = || Node::String(Cow::Owned(number.value.to_owned()));
            Holds::Scalar(number.value.parse().map_or_else(|_| text(), Node::Number))
        }
        Value::BooleanLit(boolean) => Holds::Scalar(Node::Bool(boolean.value)),
        Value::NullKeyword(_) => Holds::Scalar(Node::Null),
        Value::Array(array) => {
            let elements = array.elements.into_iter().map(|element| spot(element, None, depth + 1));
            Holds::Elements(elements.collect::<Result<_, _>>()?)
        }
        Value::Object(object) => {
            let members = object.properties.into_iter().map(|property| {
                let (name, at) = match property.name {
                    ObjectPropName::String(string) => (string.value.into_owned(), string.range),
                    ObjectPropName::Word(word) => (word.value.to_owned(), word.range),
                };
                Ok((name, spot(property.value, Some(at.start..at.end), depth + 1)?))
            });
            Holds::Members(members.collect::<Result<_, _>>()?)
        }
    };
    Ok(Spot { place: NodeSpan { key, value: range.start..range.end }, holds })
}

/// The lines that are not blank, if the text is a JSON document a line.
pub(super) fn lines(text: &str) -> Option<Vec<Range<usize>>> {
    let mut at = 0;
    let mut lines = text.split_inclusive('\n').filter_map(|line| {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        let trimmed = line.trim();
        (!trimmed.is_empty()).then(|| start..start + trimmed.len())
    });
    let first = lines.next()?;
    let is_document = |line: &Range<usize>| {
        let line = &text[line.clone()];
        line.starts_with(['{', '[']) && parse(line).is_ok()
    };
    if !is_document(&first) {
        return None;
    }
    let all: Vec<Range<usize>> = std::iter::once(first).chain(lines).collect();
    (all.len() > 1).then_some(all)
}

/// Reads a JSON document a line as an array of them, which stay unread, and says which lines are none. None if the text is
/// not of that kind.
#[must_use]
pub fn parse_lines(text: &str) -> Option<(Node<'_>, Vec<(usize, SyntaxError)>)> {
    let (mut documents, mut broken) = (Vec::new(), Vec::new());
    for line in lines(text)? {
        if let Ok(raw) = serde_json::from_str::<&RawValue>(&text[line.clone()]) {
            documents.push(Node::Raw(raw));
        } else {
            // One element a line, so that a line's number among them is the element's index.
            documents.push(Node::Null);
            broken.extend(parse(&text[line.clone()]).err().map(|error| (line.start, error)));
        }
    }
    Some((Node::Array(documents), broken))
}

#[cfg(test)]
mod tests {
    use super::super::{Locator, Pointer};
    use super::*;

    const TEXT: &str =
        "// ü\n{\n  /* who */ 'users': [\"All\",], // all\n  state: \"on\",\n  \"n\": -1.5e3, \"n\": null,\n}\n";

    #[test]
    fn what_people_write_for_people_is_read() {
        let node = parse_relaxed(TEXT).unwrap();
        let object = node.as_object().unwrap();
        let keys: Vec<_> = object.members.iter().map(|(key, _)| key.as_ref()).collect();
        assert_eq!(keys, ["users", "state", "n", "n"]);
        assert!(matches!(&object.members[2].1, Node::Number(number) if number.as_f64() == Some(-1500.0)));
    }

    #[test]
    fn a_pointer_leads_to_the_very_characters() {
        let mut locator = Locator::new(TEXT);
        let mut find = |pointer: &str| {
            let places = locator.find(0, &Pointer::new(pointer));
            places.into_iter().map(|place| &TEXT[place.mark(TEXT)]).collect::<Vec<_>>()
        };
        assert_eq!(find("/Users/0"), ["\"All\""]);
        assert_eq!(find("/users"), ["'users'"]);
        assert_eq!(find("/state"), ["\"on\""]);
        assert_eq!(find("/n"), ["-1.5e3", "null"]);
    }

    #[test]
    fn what_is_no_json_of_any_kind_is_refused() {
        for (text, at) in [("{\"a\": 1 \"b\": 2}", 8), ("{\"a\": [1, 2", 6), ("{\"a\": é}", 6), ("{\"a\": 0x1F}", 6)] {
            let error = parse_relaxed(text).unwrap_err();
            assert!(text.is_char_boundary(error.at) && error.at >= at - 6, "{text}: {}", error.at);
        }
        assert_eq!(parse_relaxed("// nothing\n").unwrap_err().problem, SyntaxProblem::Empty);
        for deep in ["[".repeat(200) + &"]".repeat(200), "[".repeat(10_000), "{\"a\":".repeat(10_000)] {
            assert!(parse_relaxed(&deep).is_err());
        }
    }

    #[test]
    fn lines_are_documents_and_a_broken_one_is_named() {
        let text = "{\"a\": 1}\n\n  {\"a\": 2\n{\"a\": \"ü\"}\r\n";
        let (node, broken) = parse_lines(text).unwrap();
        let kinds: Vec<_> = node.as_array().unwrap().iter().map(|node| matches!(node, Node::Raw(_))).collect();
        assert_eq!((kinds, broken.len()), (vec![true, false, true], 1));
        assert_eq!(broken[0].0, text.find("{\"a\": 2").unwrap());
        let mut locator = Locator::new(text);
        let place = locator.find(0, &Pointer::new("/2/a")).remove(0);
        assert_eq!(&text[place.value], "\"ü\"");
        for other in ["{\"a\": 1}", "{\n\"a\": 1}\n", "1\n2\n", "", "{\"a\": 1 // x\n}\n"] {
            assert!(parse_lines(other).is_none(), "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[ \n\"'{}\\[\\]:,/*a1-])*") {
            let _ = (parse_relaxed(&text), parse_lines(&text));
            let _ = Locator::new(&text).find(0, &Pointer::new("/a/0"));
        }
    }
}
