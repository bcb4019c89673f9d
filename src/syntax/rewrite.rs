//! How a part of a text is written otherwise, in the notation of the text. What does not stand there in so many words is left
//! alone: a template, a variable, a string within a string.

use super::locate::Locator;
use super::node::Node;
use super::node_span::NodeSpan;
use super::notation::Notation;
use super::pointer::Pointer;
use super::relaxed::parse_relaxed;
use hcl_edit::expr::Expression;
use serde::de::IgnoredAny;
use std::ops::Range;

/// What becomes of the place that a pointer names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewrite {
    /// A word of a string, which is the whole string or stands between commas. Nothing is written if the other one stands beside it, and
    /// of several alike the first is written.
    Word {
        /// As the file has it.
        from: String,
        /// What is written instead.
        to: String,
    },
    /// The key. Nothing is written if the other one stands beside it.
    Key {
        /// As the file has it.
        from: String,
        /// What is written instead.
        to: String,
    },
    /// The member is removed.
    Member,
    /// Every occurrence of the member but the first is removed.
    RepeatedMembers,
    /// Elements are removed from the list: each by its index, with the string that it is in whatever letter case.
    Elements(Vec<(usize, String)>),
    /// The string becomes a list of one.
    List,
}

/// Bytes of a text, and what stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The bytes. They are empty where something is inserted.
    pub bytes: Range<usize>,
    /// What is written there. It is empty where something is removed.
    pub text: String,
    /// What nothing else may write beside it.
    pub unique: Option<Unique>,
}

/// A value that a list has once, or a key that an object has once. It is not there before it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unique {
    /// The bytes of the list or object.
    pub within: Range<usize>,
    /// The value or key, in lower case.
    pub word: String,
}

impl Replacement {
    fn one(bytes: Range<usize>, text: impl Into<String>) -> Vec<Self> {
        vec![Self { bytes, text: text.into(), unique: None }]
    }
}

impl Locator<'_> {
    /// What a text needs in order to read otherwise where `pointer` leads from `offset`. None where the text does not say what
    /// is expected there in so many words, and in notations that nothing is written in.
    pub fn rewrite(&mut self, offset: usize, pointer: &Pointer, rewrite: &Rewrite) -> Option<Vec<Replacement>> {
        let notation = self.notation();
        match notation {
            Notation::Json | Notation::Hcl => {}
            Notation::PowerShell | Notation::Bicep | Notation::Yaml => return None,
        }
        let places = self.find(offset, pointer);
        let text = self.text();
        let script = Script { text, notation };
        let first = places.first()?;
        match rewrite {
            Rewrite::Word { from, to } => {
                let bytes = trimmed(text, &first.value);
                let words = replaced(&script.string(&bytes)?, from, to)?;
                let mut unique = None;
                if first.key.is_none() {
                    let within = trimmed(text, &self.find(offset, &pointer.parent()).first()?.value);
                    if script.strings(&within)?.iter().any(|other| is_in_the_way(other, from, to)) {
                        return None;
                    }
                    unique = Some(Unique { within, word: to.to_ascii_lowercase() });
                }
                Some(vec![Replacement { bytes, text: script.quoted(&words), unique }])
            }
            Rewrite::Key { from, to } => {
                let bytes = first.key.clone()?;
                let is_bare = script.key(&bytes)? == *from && !text.get(bytes.clone())?.starts_with('"');
                if script.key(&bytes)? != *from {
                    return None;
                }
                let object = pointer.parent();
                let renamed = object.key(to);
                let around = self.find(offset, &object).first()?.clone();
                let others = self.find(offset, &renamed);
                // Where there is no such key, what is found is what is around it.
                if others.iter().any(|other| *other != around && other != first && script.is_named(other, &renamed)) {
                    return None;
                }
                let unique = Some(Unique { within: around.value, word: to.to_ascii_lowercase() });
                let text = if is_bare { to.clone() } else { script.quoted(to) };
                Some(vec![Replacement { bytes, text, unique }])
            }
            Rewrite::Member => script.without(&[script.member(first, pointer)?]),
            Rewrite::RepeatedMembers => {
                let repeated = places.get(1..).filter(|repeated| !repeated.is_empty())?;
                let members: Option<Vec<_>> = repeated.iter().map(|place| script.member(place, pointer)).collect();
                script.without(&members?)
            }
            Rewrite::Elements(elements) => {
                let ranges = elements.iter().map(|(index, element)| {
                    let place = self.find(offset, &pointer.index(*index)).into_iter().next()?;
                    let bytes = trimmed(text, &place.value);
                    // A string that stands for a list of one is no element.
                    let is_it = place.key.is_none() && script.string(&bytes)?.eq_ignore_ascii_case(element);
                    is_it.then_some(bytes)
                });
                script.without(&ranges.collect::<Option<Vec<_>>>()?)
            }
            Rewrite::List => {
                let bytes = trimmed(text, &first.value);
                script.string(&bytes)?;
                if !script.is_named(first, pointer) {
                    return None;
                }
                let bracket = |at: usize, bracket| Replacement::one(at..at, bracket);
                Some([bracket(bytes.start, "["), bracket(bytes.end, "]")].concat())
            }
        }
    }
}

/// The words of a string with another one in the place of one; none if that does not occur.
fn replaced(string: &str, from: &str, to: &str) -> Option<String> {
    if string == from {
        return Some(to.to_owned());
    }
    let mut words: Vec<String> = string.split(',').map(str::to_owned).collect();
    if words.iter().any(|word| is_in_the_way(word.trim(), from, to)) {
        return None;
    }
    let word = words.iter_mut().find(|word| word.trim() == from)?;
    *word = word.replacen(from, to, 1);
    Some(words.join(","))
}

/// Whether a list with this value would have it twice if `to` stood beside it. Values that differ in letter case are the same one. Of
/// several that are so spelt, one is written otherwise.
fn is_in_the_way(other: &str, from: &str, to: &str) -> bool {
    if from.eq_ignore_ascii_case(to) { other == to } else { other.eq_ignore_ascii_case(to) }
}

/// A range without white space at its ends.
fn trimmed(text: &str, range: &Range<usize>) -> Range<usize> {
    let inside = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}

/// A text in a notation that is written.
struct Script<'t> {
    text: &'t str,
    notation: Notation,
}

impl Script<'_> {
    /// The string that stands there, if a literal does.
    fn string(&self, bytes: &Range<usize>) -> Option<String> {
        let written = self.text.get(bytes.clone())?;
        match self.notation {
            Notation::Json => serde_json::from_str(written).ok(),
            Notation::Hcl if written.starts_with('"') => match written.parse::<Expression>().ok()? {
                Expression::String(string) => Some(string.value().clone()),
                _ => None,
            },
            Notation::Hcl | Notation::PowerShell | Notation::Bicep | Notation::Yaml => None,
        }
    }

    /// The strings of a list; none if no list stands there in so many words.
    fn strings(&self, list: &Range<usize>) -> Option<Vec<String>> {
        let written = self.text.get(list.clone())?;
        match self.notation {
            Notation::Json => {
                let Node::Array(elements) = parse_relaxed(written).ok()? else { return None };
                Some(elements.iter().filter_map(|element| element.as_str().map(str::to_owned)).collect())
            }
            Notation::Hcl => {
                let list = written.parse::<Expression>().ok()?;
                Some(list.as_array()?.iter().filter_map(|element| element.as_str().map(str::to_owned)).collect())
            }
            Notation::PowerShell | Notation::Bicep | Notation::Yaml => None,
        }
    }

    /// The key that stands there.
    fn key(&self, bytes: &Range<usize>) -> Option<String> {
        let written = self.text.get(bytes.clone())?;
        let is_bare = |written: &str| {
            written.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !written.is_empty()
        };
        if is_bare(written) { Some(written.to_owned()) } else { self.string(bytes) }
    }

    /// A string as the notation has it.
    fn quoted(&self, string: &str) -> String {
        // HCL has JSON's escapes for everything that JSON must escape, but for two control characters that no value has.
        let quoted = serde_json::Value::from(string).to_string();
        match self.notation {
            Notation::Hcl => quoted.replace("${", "$${").replace("%{", "%%{"),
            Notation::Json | Notation::PowerShell | Notation::Bicep | Notation::Yaml => quoted,
        }
    }

    /// Whether a place is that of the member that a pointer names, and not of something around it.
    fn is_named(&self, place: &NodeSpan, pointer: &Pointer) -> bool {
        let key = place.key.as_ref().and_then(|key| self.key(key));
        key.zip(pointer.steps().last()).is_some_and(|(key, step)| key.eq_ignore_ascii_case(&step))
    }

    /// The bytes of a member, if nothing goes with it when it is removed.
    fn member(&self, place: &NodeSpan, pointer: &Pointer) -> Option<Range<usize>> {
        let key = place.key.as_ref().filter(|_| self.is_named(place, pointer))?;
        let value = trimmed(self.text, &place.value);
        let between = self.text.get(key.end..value.start)?;
        // A comment in the member would go with it.
        let is_plain = |written: &str| serde_json::from_str::<IgnoredAny>(written).is_ok();
        if between.trim() != ":" || !is_plain(self.text.get(value.clone())?) {
            return None;
        }
        match self.notation {
            Notation::Json => Some(key.start..value.end),
            // A block and an argument of HCL have no commas, and what stands on their lines may belong to them.
            Notation::Hcl | Notation::PowerShell | Notation::Bicep | Notation::Yaml => None,
        }
    }

    /// Removes members of one object or elements of one list. Those that follow each other share commas, and go as one.
    fn without(&self, all: &[Range<usize>]) -> Option<Vec<Replacement>> {
        let mut all = all.to_vec();
        all.sort_by_key(|bytes| bytes.start);
        let mut runs: Vec<Range<usize>> = Vec::new();
        for bytes in all {
            match runs.last_mut() {
                Some(run) if self.text.get(run.end..bytes.start)?.trim() == "," => run.end = bytes.end,
                Some(_) | None => runs.push(bytes),
            }
        }
        let removed: Option<Vec<_>> = runs.iter().map(|run| self.without_run(run)).collect();
        Some(removed?.concat())
    }

    /// Removes a run with its comma, and with its lines if nothing else stands there.
    fn without_run(&self, bytes: &Range<usize>) -> Option<Vec<Replacement>> {
        let (before, after) = (&self.text[..bytes.start], &self.text[bytes.end..]);
        let space = after.len() - after.trim_start().len();
        let next = after[space..].chars().next()?;
        let previous = before.trim_end();
        match (next, previous.chars().next_back()?) {
            (',', ',' | '[' | '{') => {
                let end = bytes.end + space + 1;
                let rest = &self.text[end..];
                let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                let line = previous.len() + before[previous.len()..].rfind('\n').map_or(0, |at| at + 1);
                let is_first_on_line = line > previous.len();
                let newline = ["\r\n", "\n"].into_iter().find(|newline| rest[blank..].starts_with(newline));
                match newline {
                    Some(newline) if is_first_on_line => Some(Replacement::one(line..end + blank + newline.len(), "")),
                    Some(_) => Some(Replacement::one(previous.len()..end, "")),
                    None => Some(Replacement::one(bytes.start..end + blank, "")),
                }
            }
            (']' | '}', ',') => Some(Replacement::one(previous.len() - 1..bytes.end, "")),
            (']' | '}', '[' | '{') => Some(Replacement::one(previous.len()..bytes.end + space, "")),
            // A comment stands there.
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rewritten(text: &str, pointer: &str, rewrite: &Rewrite) -> Option<String> {
        let replacements = Locator::new(text).rewrite(0, &Pointer::new(pointer), rewrite)?;
        let mut written = text.to_owned();
        for replacement in replacements.iter().rev() {
            written.replace_range(replacement.bytes.clone(), &replacement.text);
        }
        Some(written)
    }

    fn word(from: &str, to: &str) -> Rewrite {
        Rewrite::Word { from: from.to_owned(), to: to.to_owned() }
    }

    #[test]
    fn a_word_that_stands_beside_it_is_not_written_again() {
        let word = word("mfaa", "mfa");
        for text in [
            r#"{"a": ["mfa", "mfaa"]}"#,
            r#"{"a": ["mfaa", 1, "mfa"]}"#,
            r#"{"a": ["mfaa", "MFA"]}"#,
            "{\"a\": [\"mfa\", // c\n\"mfaa\",]}",
            r#"{"a": ["mfaa", /* c */ 'mfa']}"#,
            "resource \"t\" \"n\" {\n  a = [\"mfa\", # c\n\"mfaa\",]\n}",
        ] {
            let list = if text.starts_with('{') { "/a" } else { "/resource/t/n/a" };
            for index in 0..3 {
                assert_eq!(rewritten(text, &format!("{list}/{index}"), &word), None, "{text}");
            }
        }
        for text in ["mfa,mfaa", "mfaa, MFA"] {
            assert_eq!(rewritten(&format!(r#"{{"a": "{text}"}}"#), "/a", &word), None, "{text}");
        }
        let written = rewritten(r#"{"a": ["block", "mfaa"], "mfa": "mfa"}"#, "/a/1", &word);
        assert_eq!(written.as_deref(), Some(r#"{"a": ["block", "mfa"], "mfa": "mfa"}"#));
        let written = rewritten(r#"{"a": "mfaa, mfaa"}"#, "/a", &word);
        assert_eq!(written.as_deref(), Some(r#"{"a": "mfa, mfaa"}"#));
    }

    /// Of values that differ in letter case only, one is written as it should be.
    #[test]
    fn a_value_in_another_letter_case_may_stand_beside_it() {
        let word = word("MFA", "mfa");
        let text = r#"{"a": ["Mfa", "MFA"]}"#;
        assert_eq!(rewritten(text, "/a/1", &word).as_deref(), Some(r#"{"a": ["Mfa", "mfa"]}"#));
        assert_eq!(rewritten(r#"{"a": ["mfa", "MFA"]}"#, "/a/1", &word), None);
    }

    #[test]
    fn a_key_that_stands_beside_it_is_not_written_again() {
        let key = Rewrite::Key { from: "bb".to_owned(), to: "b".to_owned() };
        for text in [
            r#"{"a": {"bb": 1, "b": 2}}"#,
            r#"{"a": {"B": 2, "bb": 1}}"#,
            "{a: {b: 2, bb: 1}}",
            "{\"a\": {\"bb\": 1, // c\n\"b\": 2}}",
        ] {
            assert_eq!(rewritten(text, "/a/bb", &key), None, "{text}");
        }
        let text = "resource \"t\" \"n\" {\n  b = 2\n  bb = 1\n}";
        assert_eq!(rewritten(text, "/resource/t/n/bb", &key), None);
        let written = rewritten(r#"{"b": {"bb": 1}}"#, "/b/bb", &key);
        assert_eq!(written.as_deref(), Some(r#"{"b": {"b": 1}}"#));
    }

    /// Whoever writes the same elsewhere in the list or the object can tell.
    #[test]
    fn a_replacement_says_what_stands_there_once() {
        let unique = |text: &str, pointer: &str, rewrite: &Rewrite| {
            let all = Locator::new(text).rewrite(0, &Pointer::new(pointer), rewrite).unwrap();
            all.into_iter().next().unwrap().unique
        };
        let text = r#"{"a": ["mfaa", "mffa"], "b": "mfaa", "cc": 1, "ccc": 2}"#;
        let [one, other] = [("/a/0", "mfaa"), ("/a/1", "mffa")].map(|(at, from)| unique(text, at, &word(from, "mfa")));
        assert!(one.is_some() && one == other);
        assert_eq!(unique(text, "/b", &word("mfaa", "mfa")), None);
        let key = |from: &str, to: &str| {
            unique(text, &format!("/{from}"), &Rewrite::Key { from: from.to_owned(), to: to.to_owned() })
        };
        assert!(key("cc", "c").is_some() && key("cc", "c") == key("ccc", "c") && key("cc", "c") != key("ccc", "d"));
    }

    #[test]
    fn a_word_is_written_where_it_stands_in_so_many_words() {
        let cases = [
            (r#"{"a": ["All"]}"#, "/a/0", Some(r#"{"a": ["all"]}"#)),
            (r#"{"a": "x, All"}"#, "/a", Some(r#"{"a": "x, all"}"#)),
            (r#"{"a": "\u0041ll"}"#, "/a", Some(r#"{"a": "all"}"#)),
            ("{a: 'All'}", "/a", None),
            ("// c\n{a: \"All\",}", "/a", Some("// c\n{a: \"all\",}")),
            (r#"{"a": "{\"b\": \"All\"}"}"#, "/a/b", None),
            (
                "resource \"a\" \"b\" {\n  c = \"All\" # d\n}",
                "/resource/a/b/c",
                Some("resource \"a\" \"b\" {\n  c = \"all\" # d\n}"),
            ),
            ("resource \"a\" \"b\" {\n  c = (\"All\")\n}", "/resource/a/b/c", None),
            ("resource \"a\" \"b\" {\n  c = \"${var.All}\"\n}", "/resource/a/b/c", None),
            ("resource \"a\" \"b\" {\n  c = var.All\n}", "/resource/a/b/c", None),
            ("a: All\n", "/a", None),
        ];
        for (text, pointer, written) in cases {
            assert_eq!(rewritten(text, pointer, &word("All", "all")).as_deref(), written, "{text}");
        }
    }

    #[test]
    fn a_string_is_written_with_the_escapes_of_its_notation() {
        let to = "\"${x} %{y} \\";
        let json = rewritten(r#"{"a": "b"}"#, "/a", &word("b", to)).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["a"], to);
        let hcl = rewritten("resource \"a\" \"b\" {\n  c = \"b\"\n}", "/resource/a/b/c", &word("b", to)).unwrap();
        assert_eq!(hcl, "resource \"a\" \"b\" {\n  c = \"\\\"$${x} %%{y} \\\\\"\n}");
    }

    #[test]
    fn a_key_is_written_as_it_was() {
        let key = Rewrite::Key { from: "b".to_owned(), to: "c".to_owned() };
        for (text, pointer, written) in [
            (r#"{"a": {"b": 1}}"#, "/a/b", Some(r#"{"a": {"c": 1}}"#)),
            ("{a: {b: 1}}", "/a/b", Some("{a: {c: 1}}")),
            (r#"{"a": {"B": 1}}"#, "/a/b", None),
            (r#"{"a": {}}"#, "/a/b", None),
            ("resource \"x\" \"y\" {\n  b = 1\n}", "/resource/x/y/b", Some("resource \"x\" \"y\" {\n  c = 1\n}")),
        ] {
            assert_eq!(rewritten(text, pointer, &key).as_deref(), written, "{text}");
        }
    }

    #[test]
    fn a_member_goes_with_its_comma_and_its_line() {
        for (text, written) in [
            (r#"{"b": 1}"#, Some("{}")),
            (r#"{"a": 1, "b": 2}"#, Some(r#"{"a": 1}"#)),
            (r#"{"b": 1, "a": 2}"#, Some(r#"{"a": 2}"#)),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}", Some("{\n  \"a\": 1\n}")),
            ("{\r\n  \"b\": 1,\r\n  \"a\": 2\r\n}", Some("{\r\n  \"a\": 2\r\n}")),
            ("{\n  \"a\": 1, \"b\": 2,\n  \"c\": 3\n}", Some("{\n  \"a\": 1,\n  \"c\": 3\n}")),
            ("{\"a\": 1, /* c */ \"b\": 2}", None),
            ("{\"b\": 2 /* c */, \"a\": 1}", None),
            ("{\"b\": /* c */ 2, \"a\": 1}", None),
            ("{\"b\": [2, // c\n3], \"a\": 1}", None),
            ("{\"b\": [2, 3], // c\n\"a\": 1}", Some("{// c\n\"a\": 1}")),
            (r#"{"c": 2}"#, None),
        ] {
            assert_eq!(rewritten(text, "/b", &Rewrite::Member).as_deref(), written, "{text}");
        }
        let text = r#"{"b": 1, "a": 0, "B": 1}"#;
        assert_eq!(rewritten(text, "/b", &Rewrite::RepeatedMembers).unwrap(), r#"{"b": 1, "a": 0}"#);
    }

    #[test]
    fn an_element_goes_with_its_comma() {
        for (text, pointer, written) in [
            (r#"{"a": ["x"]}"#, "/a/0", Some(r#"{"a": []}"#)),
            (r#"{"a": ["y", "x"]}"#, "/a/1", Some(r#"{"a": ["y"]}"#)),
            (r#"{"a": ["x", "y"]}"#, "/a/0", Some(r#"{"a": ["y"]}"#)),
            (r#"{"a": ["y", "x"]}"#, "/a/0", None),
            (r#"{"a": "x"}"#, "/a/0", None),
            (
                "resource \"t\" \"n\" {\n  a = [\"x\", \"y\"]\n}",
                "/resource/t/n/a/0",
                Some("resource \"t\" \"n\" {\n  a = [\"y\"]\n}"),
            ),
            ("resource \"t\" \"n\" {\n  a = [\n    \"x\", # one\n    \"y\",\n  ]\n}", "/resource/t/n/a/0", None),
        ] {
            let written = written.map(str::to_owned);
            let (list, index) = pointer.rsplit_once('/').unwrap();
            let element = Rewrite::Elements(vec![(index.parse().unwrap(), "x".to_owned())]);
            match rewritten(text, list, &element) {
                // What stands behind the comma stays.
                Some(other) if written.is_none() => assert!(other.contains("# one"), "{other}"),
                other => assert_eq!(other, written, "{text}"),
            }
        }
    }

    #[test]
    fn neighbours_go_together() {
        let written = |text: &str, removed: &[usize]| {
            let list = if text.starts_with('{') { "/a" } else { "/resource/t/n/a" };
            rewritten(text, list, &Rewrite::Elements(removed.iter().map(|at| (*at, "x".to_owned())).collect()))
        };
        for (text, removed, expected) in [
            (r#"{"a": ["x", "x"]}"#, [0, 1].as_slice(), Some(r#"{"a": []}"#)),
            (r#"{"a": ["y", "x", "x"]}"#, &[2, 1], Some(r#"{"a": ["y"]}"#)),
            (r#"{"a": ["x", "x", "y", "x", "x"]}"#, &[0, 1, 3, 4], Some(r#"{"a": ["y"]}"#)),
            (r#"{"a": ["x", "y", "x"]}"#, &[0, 1], None),
            (r#"{"a": ["x", /* why */ "x"]}"#, &[0, 1], None),
            ("{\"a\": [\n  \"x\",\n  \"x\",\n  \"y\",\n  \"x\"\n]}", &[0, 1, 3], Some("{\"a\": [\n  \"y\"\n]}")),
            (
                "resource \"t\" \"n\" {\n  a = [\"x\", \"x\", \"y\"]\n}",
                &[0, 1],
                Some("resource \"t\" \"n\" {\n  a = [\"y\"]\n}"),
            ),
        ] {
            assert_eq!(written(text, removed).as_deref(), expected, "{text}");
        }
        let members = |text: &str| rewritten(text, "/b", &Rewrite::RepeatedMembers);
        let text = r#"{"b": 1, "a": 0, "B": 1, "b": 1, "c": 2, "b": 1}"#;
        assert_eq!(members(text).as_deref(), Some(r#"{"b": 1, "a": 0, "c": 2}"#));
        assert_eq!(members(r#"{"b": 1}"#), None);
    }

    #[test]
    fn a_string_becomes_a_list() {
        assert_eq!(rewritten(r#"{"a": "x"}"#, "/a", &Rewrite::List).unwrap(), r#"{"a": ["x"]}"#);
        assert_eq!(rewritten(r#"{"a": ["x"]}"#, "/a", &Rewrite::List), None);
        assert_eq!(rewritten(r#"{"a": "x"}"#, "/b", &Rewrite::List), None);
        assert_eq!(rewritten(r#"{"a": 1}"#, "/a", &Rewrite::List), None);
    }

    proptest! {
        /// What is left is JSON without the one member or these elements, and nothing else has changed.
        #[test]
        fn a_member_or_elements_are_removed_and_nothing_else(
            keys in proptest::collection::btree_set("[a-d]", 1..4),
            strings in proptest::collection::vec("[x-z,\\]}\"]{0,3}", 1..5),
            pretty: bool,
            newline in prop_oneof![Just("\n"), Just("\r\n")],
            chosen: proptest::sample::Index,
            removes: u8,
        ) {
            let members: serde_json::Map<String, serde_json::Value> =
                keys.iter().map(|key| (key.clone(), serde_json::json!(strings))).collect();
            let value = serde_json::Value::Object(members);
            let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            let text = text.replace('\n', newline);
            let key = keys.iter().nth(chosen.index(keys.len())).unwrap();
            let mut without = value.clone();
            without.as_object_mut().unwrap().remove(key);
            let written = rewritten(&text, &format!("/{key}"), &Rewrite::Member).unwrap();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), without);

            let mut without = value.clone();
            let mut removed: Vec<(usize, String)> = strings.iter().cloned().enumerate().collect();
            removed.retain(|(index, _)| (removes >> index) & 1 == 1);
            for (index, _) in removed.iter().rev() {
                without[key].as_array_mut().unwrap().remove(*index);
            }
            let written = rewritten(&text, &format!("/{key}"), &Rewrite::Elements(removed)).unwrap();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), without);
        }
    }
}
