//! YAML as nodes: scalars by the [core schema] of YAML 1.2, anchors and merge keys (`<<`) as what they stand for, and
//! several documents as an array of them.
//!
//! [core schema]: https://yaml.org/spec/1.2.2/#103-core-schema

use super::error::{MAX_DEPTH, SyntaxError, SyntaxProblem};
use super::node::{Node, Untold};
use super::node_span::{NodeSpan, boundary};
use super::spot::{Holds, Spot};
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// So many values may be repeated by aliases. A few lines of aliases of aliases could stand for more than memory holds.
const REPEATED: usize = 50_000;

/// Reads a text: its one document, or an array of several. Documents without content are left out.
///
/// A value with a tag that is not of YAML's own core schema (`!vault`, `!Ref`) is not stated.
///
/// # Errors
/// [`SyntaxError`] with the first invalid character, or where aliases stand for too much.
pub fn parse_yaml(text: &str) -> Result<Node<'static>, SyntaxError> {
    read(text).map(Spot::into_node)
}

pub(super) fn read(text: &str) -> Result<Spot, SyntaxError> {
    let mut reader =
        YamlReader { text, bytes: Bytes::of(text), open: Vec::new(), anchors: HashMap::new(), repeated: 0 };
    let mut documents = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let is_too_deep = error.info() == "recursion limit exceeded";
            let invalid = || SyntaxProblem::InvalidYaml(error.info().to_owned());
            let problem = if is_too_deep { SyntaxProblem::TooDeep } else { invalid() };
            SyntaxError { problem, at: boundary(text, reader.bytes.at(error.marker().index())) }
        })?;
        let range = reader.bytes.at(span.start.index())..reader.bytes.at(span.end.index());
        documents.extend(reader.take(event, range)?);
    }
    documents.retain(|document| !matches!(document.holds, Holds::Scalar(Node::Null)));
    if documents.len() == 1 {
        return Ok(documents.remove(0));
    }
    let holds = if documents.is_empty() { Holds::Scalar(Node::Null) } else { Holds::Elements(documents) };
    Ok(Spot { place: NodeSpan { key: None, value: 0..0 }, holds })
}

/// From characters, which the parser counts, to bytes.
enum Bytes {
    Ascii(usize),
    Starts(Vec<usize>),
}

impl Bytes {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii(text.len());
        }
        Self::Starts(text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
    }

    fn at(&self, character: usize) -> usize {
        match self {
            Self::Ascii(length) => character.min(*length),
            Self::Starts(starts) => starts.get(character).or(starts.last()).copied().unwrap_or_default(),
        }
    }
}

/// A collection that is being read.
struct Open {
    place: NodeSpan,
    anchor: usize,
    /// Its tag says that it is something else than it looks.
    is_foreign: bool,
    holds: Held,
}

enum Held {
    Elements(Vec<Spot>),
    Members {
        members: Vec<(String, Spot)>,
        /// A key whose value is still to come.
        key: Option<(String, Range<usize>)>,
        /// What the merge keys bring.
        merged: Vec<(String, Spot)>,
    },
}

struct YamlReader<'t> {
    text: &'t str,
    bytes: Bytes,
    open: Vec<Open>,
    anchors: HashMap<usize, Spot>,
    repeated: usize,
}

impl YamlReader<'_> {
    /// Takes an event. Returns the document that it ends.
    fn take(&mut self, event: Event<'_>, range: Range<usize>) -> Result<Option<Spot>, SyntaxError> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(None)
            }
            Event::Alias(anchor) => {
                let Some(spot) = self.anchors.get(&anchor) else {
                    return Err(invalid("an alias stands inside of what it names", range.start));
                };
                let mut spot = spot.clone();
                self.count(&spot, self.open.len(), range.start)?;
                spot.place = NodeSpan { key: None, value: range };
                self.place(spot)
            }
            Event::Scalar(value, style, anchor, tag) => {
                let at = self.trimmed(range.clone());
                if let Some(Held::Members { key: key @ None, .. }) = self.open.last_mut().map(|open| &mut open.holds) {
                    let is_plain = matches!(style, ScalarStyle::Plain);
                    // A quoted `<<` is a key like others.
                    let name = if !is_plain && value == "<<" { " <<".to_owned() } else { value.clone().into_owned() };
                    *key = Some((name, at));
                    if anchor > 0 {
                        self.anchors.insert(anchor, self.scalar(&value, style, None, range));
                    }
                    return Ok(None);
                }
                let spot = self.scalar(&value, style, tag.as_deref(), range);
                if anchor > 0 {
                    self.anchors.insert(anchor, spot.clone());
                }
                self.place(spot)
            }
            Event::SequenceStart(anchor, tag) => {
                self.start(Held::Elements(Vec::new()), anchor, tag.as_deref(), range).map(|()| None)
            }
            Event::MappingStart(anchor, tag) => {
                let holds = Held::Members { members: Vec::new(), key: None, merged: Vec::new() };
                self.start(holds, anchor, tag.as_deref(), range).map(|()| None)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&range),
        }
    }

    fn start(&mut self, holds: Held, anchor: usize, tag: Option<&Tag>, range: Range<usize>) -> Result<(), SyntaxError> {
        if let Some(Open { holds: Held::Members { key: None, .. }, .. }) = self.open.last() {
            return Err(invalid("a key that is no text", range.start));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(SyntaxError { problem: SyntaxProblem::TooDeep, at: range.start });
        }
        let is_foreign = tag.is_some_and(|tag| !tag.is_yaml_core_schema());
        self.open.push(Open {
            place: NodeSpan { key: None, value: range.start..range.start },
            anchor,
            is_foreign,
            holds,
        });
        Ok(())
    }

    fn end(&mut self, range: &Range<usize>) -> Result<Option<Spot>, SyntaxError> {
        let Some(mut open) = self.open.pop() else { return Ok(None) };
        // Only a flow collection has brackets to mark.
        let start = open.place.value.start;
        if self.text[start..].starts_with(['{', '[']) && range.end > start {
            open.place.value.end = range.end;
        }
        let holds = match open.holds {
            _ if open.is_foreign => Holds::Scalar(Node::Untold(Untold::Expression)),
            Held::Elements(elements) => Holds::Elements(elements),
            Held::Members { mut members, merged, .. } => {
                // A key of the mapping itself comes before the same key of one that it merges, and the first of those
                // before the others.
                let mut known: HashSet<String> = if merged.is_empty() {
                    HashSet::new()
                } else {
                    members.iter().map(|(name, _)| name.clone()).collect()
                };
                members.extend(merged.into_iter().filter(|(name, _)| known.insert(name.clone())));
                Holds::Members(members)
            }
        };
        let spot = Spot { place: open.place, holds };
        if open.anchor > 0 {
            self.anchors.insert(open.anchor, spot.clone());
        }
        self.place(spot)
    }

    /// Puts a value where it belongs. Returns it if it is a document.
    fn place(&mut self, mut spot: Spot) -> Result<Option<Spot>, SyntaxError> {
        let Some(open) = self.open.last_mut() else { return Ok(Some(spot)) };
        match &mut open.holds {
            Held::Elements(elements) => elements.push(spot),
            Held::Members { members, key, merged } => {
                let Some((name, at)) = key.take() else {
                    return Err(invalid("a key that is no text", spot.place.value.start));
                };
                if name == "<<" {
                    let at = spot.place.value.start;
                    merged.append(&mut mergeable(spot).ok_or_else(|| invalid("`<<` merges mappings only", at))?);
                } else {
                    spot.place.key = Some(at);
                    members.push((if name == " <<" { "<<".to_owned() } else { name }, spot));
                }
            }
        }
        Ok(None)
    }

    /// Counts what an alias repeats, and how deep that makes the document.
    fn count(&mut self, spot: &Spot, depth: usize, at: usize) -> Result<(), SyntaxError> {
        self.repeated += 1;
        if self.repeated > REPEATED {
            return Err(invalid("aliases stand for more than 50,000 values", at));
        }
        if depth > MAX_DEPTH {
            return Err(SyntaxError { problem: SyntaxProblem::TooDeep, at });
        }
        match &spot.holds {
            Holds::Scalar(_) => Ok(()),
            Holds::Elements(elements) => elements.iter().try_for_each(|one| self.count(one, depth + 1, at)),
            Holds::Members(members) => members.iter().try_for_each(|(_, one)| self.count(one, depth + 1, at)),
        }
    }

    fn scalar(&self, value: &str, style: ScalarStyle, tag: Option<&Tag>, range: Range<usize>) -> Spot {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let text = || Node::String(Cow::Owned(value.to_owned()));
        let node = match tag {
            Some(tag) if tag.is_yaml_core_schema() => match tag.suffix.as_str() {
                "str" => text(),
                _ => by_core_schema(value).unwrap_or_else(text),
            },
            // The non-specific tag: a text.
            Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => text(),
            Some(_) => Node::Untold(Untold::Expression),
            None if matches!(style, ScalarStyle::Plain) => by_core_schema(value).unwrap_or_else(text),
            None => text(),
        };
        // A block of lines is marked by its key, like a collection.
        let value = if is_block { range.start..range.start } else { self.trimmed(range) };
        Spot { place: NodeSpan { key: None, value }, holds: Holds::Scalar(node) }
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = self.text.get(range.clone()).unwrap_or_default();
        range.start..range.start + text.trim_end().len()
    }
}

/// The members that a merge key brings: those of a mapping, or of each in a list of them.
fn mergeable(spot: Spot) -> Option<Vec<(String, Spot)>> {
    match spot.holds {
        Holds::Members(members) => Some(members),
        Holds::Elements(elements) => {
            let mappings: Option<Vec<_>> = elements.into_iter().map(mergeable).collect();
            Some(mappings?.into_iter().flatten().collect())
        }
        Holds::Scalar(_) => None,
    }
}

/// What a plain scalar is, if it is no text.
fn by_core_schema(text: &str) -> Option<Node<'static>> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Node::Null),
        "true" | "True" | "TRUE" => return Some(Node::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Node::Bool(false)),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.bytes().next().is_none_or(|first| !first.is_ascii_digit() && first != b'.') {
        return None;
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return i64::from_str_radix(octal, 8).ok().map(|number| Node::Number(number.into()));
    }
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return i64::from_str_radix(hexadecimal, 16).ok().map(|number| Node::Number(number.into()));
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(Node::Number(number.into()));
    }
    let is_float = digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let number = is_float.then(|| text.parse::<f64>().ok()).flatten()?;
    serde_json::Number::from_f64(number).map(Node::Number)
}

fn invalid(what: &str, at: usize) -> SyntaxError {
    SyntaxError { problem: SyntaxProblem::InvalidYaml(what.to_owned()), at }
}

#[cfg(test)]
mod tests {
    use super::super::{Locator, Pointer};
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> serde_json::Value {
        parse_yaml(text).unwrap().to_json()
    }

    #[test]
    fn scalars_are_what_the_core_schema_says() {
        for (text, expected) in [
            ("null", json!(null)),
            ("~", json!(null)),
            ("", json!(null)),
            ("True", true.into()),
            ("FALSE", false.into()),
            // YAML 1.1 has these as Booleans.
            ("on", "on".into()),
            ("No", "No".into()),
            ("12", 12.into()),
            ("-7", (-7).into()),
            ("0o17", 15.into()),
            ("0x1F", 31.into()),
            ("1.5e3", json!(1500.0)),
            ("99999999999999999999", json!(99_999_999_999_999_999_999.0)),
            (".inf", ".inf".into()),
            ("1.2.3", "1.2.3".into()),
            ("2024-01-01", "2024-01-01".into()),
            ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000001".into()),
            ("'12'", "12".into()),
            ("\"a\\tb\\u00fc\"", "a\tbü".into()),
            ("!!str 12", "12".into()),
            ("!!int '12'", 12.into()),
            ("! 12", "12".into()),
            ("!vault x", json!({"untold": true})),
            ("!Ref [a]", json!({"untold": true})),
            ("|\n  a\n   b\n", "a\n b\n".into()),
            (">-\n  a\n  b\n", "a b".into()),
        ] {
            assert_eq!(value(&format!("x: {text}\n"))["x"], expected, "{text}");
        }
    }

    #[test]
    fn aliases_and_merge_keys_are_what_they_stand_for() {
        let text = "base: &base {a: 1, b: [x]}\none: *base\ntwo:\n  <<: *base\n  a: 2\nthree:\n  <<: [*base, {a: 3, c: 4}]\n\
                    four: {'<<': 1}\n";
        let expected = json!({
            "base": {"a": 1, "b": ["x"]}, "one": {"a": 1, "b": ["x"]}, "two": {"a": 2, "b": ["x"]},
            "three": {"a": 1, "b": ["x"], "c": 4}, "four": {"<<": 1},
        });
        assert_eq!(value(text), expected);
        assert_eq!(value("a: &x on\nb: *x\n"), json!({"a": "on", "b": "on"}));
    }

    #[test]
    fn several_documents_are_an_array_and_duplicate_keys_are_kept() {
        assert_eq!(value("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n"), json!([{"a": 1}, {"b": 2}]));
        assert_eq!(value("---\na: 1\n"), json!({"a": 1}));
        assert_eq!(value("# nothing\n"), json!(null));
        let node = parse_yaml("a: 1\na: 2\nA: 3\n").unwrap();
        assert_eq!(node.as_object().unwrap().members.len(), 3);
    }

    const TEXT: &str = "# Zürich 😀\ndisplayName: \"MFA für alle\"\nconditions:\n  users:\n    includeUsers: [All, 'é']\n    \
                        excludeGroups:\n      - ü1   # why\n      - id: two\n  note: |\n    a\n    b\nstate: enabled\nstate: 'on'\nlast: {a: 1}\n";

    fn marks(text: &str, pointer: &str) -> Vec<String> {
        let places = Locator::new(text).find(0, &Pointer::new(pointer));
        places.into_iter().map(|place| text[place.mark(text)].to_owned()).collect()
    }

    #[test]
    fn a_pointer_leads_to_the_very_characters() {
        for (pointer, mark) in [
            ("/displayName", "\"MFA für alle\""),
            ("/conditions", "conditions"),
            ("/conditions/users", "users"),
            ("/conditions/users/includeUsers", "includeUsers"),
            ("/conditions/users/includeUsers/0", "All"),
            ("/conditions/users/INCLUDEUSERS/1", "'é'"),
            ("/conditions/users/excludeGroups", "excludeGroups"),
            ("/conditions/users/excludeGroups/0", "ü1"),
            ("/conditions/users/excludeGroups/1", "i"),
            ("/conditions/users/excludeGroups/1/id", "two"),
            ("/conditions/users/excludeUsers/0", "users"),
            ("/conditions/note", "note"),
            ("/last", "last"),
            ("/last/a", "1"),
            ("/displayName/0", "\"MFA für alle\""),
        ] {
            assert_eq!(marks(TEXT, pointer), [mark], "{pointer}");
        }
        assert_eq!(marks(TEXT, "/state"), ["enabled", "'on'"]);
        let documents = "a: 1\n---\nb:\n- c: ü\n";
        assert_eq!(marks(documents, "/1/b/0/c"), ["ü"]);
        // What an alias stands for is marked where it is used, and what a merge brings where it is written.
        let merged = "x: &x\n  a: 1\ny: *x\nz:\n  <<: *x\n";
        assert_eq!((marks(merged, "/y"), marks(merged, "/z/a")), (vec!["*x".to_owned()], vec!["1".to_owned()]));
    }

    #[test]
    fn the_offending_character_is_named() {
        for text in
            ["a: ü\nb: [1, 2\n", "a: 1\n b: 2\n", "é: \"x\n", "a: *nobody\n", "a: &a [*a]\n", "? [x]\n: 1\n", "<<: 1\n"]
        {
            let error = parse_yaml(text).unwrap_err();
            assert!(
                matches!(error.problem, SyntaxProblem::InvalidYaml(_)) && text.is_char_boundary(error.at),
                "{text}"
            );
        }
        assert_eq!(parse_yaml("a: ü\nb: }\n").unwrap_err().at, "a: ü\nb: ".len());
    }

    #[test]
    fn hostile_documents_are_refused_in_time() {
        let refused = |text: String| parse_yaml(&text).unwrap_err().problem;
        let blocks = (0..2_000).map(|depth| " ".repeat(depth) + "a:\n").collect::<Vec<_>>().concat();
        for deep in [
            "[".repeat(10_000),
            "{a: ".repeat(10_000),
            "- ".repeat(10_000),
            format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
            blocks,
        ] {
            assert_eq!(refused(deep), SyntaxProblem::TooDeep);
        }
        // Nine lines that stand for a thousand million values.
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let below = format!("*a{}, ", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
        }
        assert!(matches!(refused(bomb), SyntaxProblem::InvalidYaml(what) if what.contains("aliases")));
        let mut deep = "a0: &a0 [x]\n".to_owned();
        for level in 1..200 {
            deep.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert_eq!(refused(deep), SyntaxProblem::TooDeep);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[ \n\"'{}\\[\\]:,&*!|>#?a1-])*") {
            let _ = parse_yaml(&text);
            let _ = Locator::new(&text).find(0, &Pointer::new("/a/0"));
        }

        #[test]
        fn a_cut_off_document_is_read_or_refused(length in 0_usize..TEXT.len()) {
            let _ = parse_yaml(&TEXT[..boundary(TEXT, length)]);
        }
    }
}
