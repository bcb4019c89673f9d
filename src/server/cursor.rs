//! What stands at a place of a text that somebody is writing, and may be broken: the keys that lead there, and the word under the
//! cursor. A parser gives up where a bracket is missing; here everything in front of the cursor counts as it stands.

use std::ops::Range;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    Json,
    Hcl,
    Toml,
    Yaml,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The keys that lead there; elements of lists have none. The last is the key itself, or the one whose value it is.
    pub(super) keys: Vec<String>,
    /// It is a key, or where one would be written.
    pub(super) is_key: bool,
    /// The word there without its quotes; empty between words.
    pub(super) word: Range<usize>,
    /// It stands in quotes.
    pub(super) is_quoted: bool,
    /// The other keys of the same object or block, or the other elements of the same list, above and below.
    pub(super) siblings: Vec<String>,
    /// The other keys of the outermost object.
    pub(super) roots: Vec<String>,
    /// The first label of the outermost block of HCL, such as the type of a resource.
    pub(super) block: Option<String>,
    /// It is in a header of TOML, between this many brackets.
    pub(super) header: Option<usize>,
}

/// What stands at a byte.
pub(super) fn at(text: &str, offset: usize, notation: Notation) -> Cursor {
    match notation {
        Notation::Json | Notation::Hcl | Notation::Toml => Braced::new(text, offset, notation).run(),
        Notation::Yaml => yaml(text, offset),
    }
}

/// An object, block or list that has begun.
#[derive(Default)]
struct Frame {
    is_list: bool,
    /// The key whose value comes, or has just come.
    key: Option<String>,
    /// The key has got its sign, and a value is due.
    is_value_due: bool,
    siblings: Vec<String>,
    /// The first label of the block of HCL that is being named.
    label: Option<String>,
}

/// Reads notations with brackets from the beginning to the cursor.
struct Braced<'t> {
    text: &'t str,
    offset: usize,
    notation: Notation,
    at: usize,
    frames: Vec<Frame>,
    /// Keys of TOML's header, which lead to what follows it.
    header: Vec<String>,
}

impl<'t> Braced<'t> {
    fn new(text: &'t str, offset: usize, notation: Notation) -> Self {
        // A body of HCL or TOML is an object without brackets.
        let frames = match notation {
            Notation::Json | Notation::Yaml => Vec::new(),
            Notation::Hcl | Notation::Toml => vec![Frame::default()],
        };
        Self { text, offset, notation, at: 0, frames, header: Vec::new() }
    }

    fn run(mut self) -> Cursor {
        while self.at < self.offset.min(self.text.len()) {
            if let Some(found) = self.step() {
                return found;
            }
        }
        let offset = self.offset.min(self.text.len());
        self.found(offset..offset, false)
    }

    /// Reads one more piece of the text, unless the cursor is in it.
    fn step(&mut self) -> Option<Cursor> {
        let rest = &self.text[self.at..];
        let Some(character) = rest.chars().next() else {
            self.at = self.text.len();
            return None;
        };
        if let Some(length) = self.comment(rest) {
            self.at += length;
            // Nothing that stands in a comment could be completed. The comment of a line goes on where it ends.
            let is_in = self.at > self.offset || (self.at == self.offset && !rest.starts_with("/*"));
            return is_in.then(|| Cursor::nowhere(self.offset));
        }
        match character {
            '"' | '\'' if character == '"' || self.notation == Notation::Toml => {
                let (word, end) = quoted(self.text, self.at, character);
                if end > self.offset || (word.end == end && end == self.offset) {
                    return Some(self.found(word, true));
                }
                self.word(word);
                self.at = end;
            }
            '[' if self.is_header() => {
                let line = rest.split(['\n', '\r']).next().unwrap_or_default();
                if self.offset <= self.at + line.len() {
                    return Some(self.in_header(line));
                }
                let keys = line.trim_matches(['[', ']', ' ']).split('.');
                self.header = keys.map(|key| key.trim_matches(['"', ' ']).to_owned()).collect();
                self.frames = vec![Frame::default()];
                self.at += line.len();
            }
            '{' | '[' => {
                self.frames.push(Frame { is_list: character == '[', ..Frame::default() });
                self.at += 1;
            }
            '}' | ']' => {
                if self.frames.len() > usize::from(self.notation != Notation::Json) {
                    self.frames.pop();
                }
                self.value_came();
                self.at += 1;
            }
            ':' | '=' => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.is_value_due = true;
                }
                self.at += 1;
            }
            ',' => {
                self.value_came();
                self.at += 1;
            }
            '\n' => {
                let ends_entries = self.notation != Notation::Json;
                if ends_entries && self.frames.last().is_some_and(|frame| !frame.is_list) {
                    self.value_came();
                }
                self.at += 1;
            }
            _ if is_of_word(character) => {
                let end = rest.find(|character| !is_of_word(character)).map_or(self.text.len(), |end| self.at + end);
                if end >= self.offset {
                    let start = self.at;
                    return Some(self.found(start..end, false));
                }
                self.word(self.at..end);
                self.at = end;
            }
            _ => self.at += character.len_utf8(),
        }
        None
    }

    /// The place in a header of TOML, which itself names keys.
    fn in_header(&self, line: &str) -> Cursor {
        let brackets = line.bytes().take_while(|byte| *byte == b'[').count();
        let start = self.at + brackets.min(self.offset - self.at);
        let before = &self.text[start..self.offset];
        let word_start = before.rfind('.').map_or(start, |dot| start + dot + 1);
        let rest = &self.text[self.offset..self.at + line.len()];
        let word_end = self.offset + rest.find(['.', ']', ' ']).unwrap_or(rest.len());
        let word = word_start..word_end.max(word_start);
        let mut keys: Vec<String> = before.split('.').map(|key| key.trim_matches(['"', ' ']).to_owned()).collect();
        keys.pop();
        keys.push(self.text[word.clone()].to_owned());
        let is_table = |line: &&str| line.starts_with('[') && !line.starts_with("[[");
        let of_others = [&self.text[..self.at], &self.text[self.at + line.len()..]];
        let tables = of_others.into_iter().flat_map(str::lines).map(str::trim).filter(is_table);
        let siblings = tables.map(|table| table.trim_matches(['[', ']', ' ']).to_owned()).collect();
        Cursor { siblings, header: Some(brackets), word, keys, is_key: true, ..Cursor::nowhere(self.offset) }
    }

    /// The length of a comment that begins here.
    fn comment(&self, rest: &str) -> Option<usize> {
        let has_signs = self.notation != Notation::Json;
        let is_line = rest.starts_with("//") && self.notation != Notation::Toml || rest.starts_with('#') && has_signs;
        if is_line {
            return Some(rest.find('\n').unwrap_or(rest.len()));
        }
        let is_block = rest.starts_with("/*") && self.notation != Notation::Toml;
        is_block.then(|| rest.find("*/").map_or(rest.len(), |end| end + 2))
    }

    /// Whether a bracket here begins a header of TOML.
    fn is_header(&self) -> bool {
        let before = self.text[..self.at].rsplit('\n').next().unwrap_or_default();
        let is_due = self.frames.last().is_some_and(|frame| frame.is_value_due);
        self.notation == Notation::Toml && self.frames.len() == 1 && !is_due && before.trim().is_empty()
    }

    /// A word came: a key where one is due, or an element of a list. The second word of a block of HCL is its label.
    fn word(&mut self, word: Range<usize>) {
        let notation = self.notation;
        let Some(frame) = self.frames.last_mut() else { return };
        let text = &self.text[word];
        if frame.is_list {
            frame.siblings.push(text.to_owned());
        } else if !frame.is_value_due && frame.key.is_none() {
            frame.siblings.push(text.to_owned());
            frame.key = Some(text.to_owned());
        } else if notation == Notation::Hcl && !frame.is_value_due && frame.label.is_none() {
            frame.label = Some(text.to_owned());
        }
    }

    /// The value of the last key is over.
    fn value_came(&mut self) {
        if let Some(frame) = self.frames.last_mut().filter(|frame| !frame.is_list) {
            frame.key = None;
            frame.label = None;
            frame.is_value_due = false;
        }
    }

    /// The place of a word, once the keys below it are read as well.
    fn found(&mut self, word: Range<usize>, is_quoted: bool) -> Cursor {
        let last = self.frames.last();
        let is_key = last.is_some_and(|frame| !frame.is_list && !frame.is_value_due && frame.key.is_none());
        let is_in_list = last.is_some_and(|frame| frame.is_list);
        let mut keys = self.header.clone();
        keys.extend(self.frames.iter().filter_map(|frame| frame.key.clone()));
        if is_key {
            keys.push(self.text[word.clone()].to_owned());
        }
        let block = self.frames.first().and_then(|frame| frame.label.clone());
        let after = word.end + usize::from(is_quoted && self.text[word.end..].starts_with(['"', '\'']));
        let mut siblings = self.frames.last().map(|frame| frame.siblings.clone()).unwrap_or_default();
        let mut roots = self.frames.first().map(|frame| frame.siblings.clone()).unwrap_or_default();
        let below = Self::below(self.text, after, self.notation, std::mem::take(&mut self.frames), is_key);
        siblings.extend(below.0);
        roots.extend(below.1);
        if self.notation == Notation::Toml && self.header.is_empty() && is_key {
            // Tables that have headers are keys of the outermost object.
            let headers = self.text.lines().map(str::trim).filter(|line| line.starts_with('['));
            let names = headers.map(|line| line.trim_matches(['[', ']', ' ']).split('.').next().unwrap_or_default());
            siblings.extend(names.map(|name| name.trim_matches('"').to_owned()));
        }
        if !is_key && !is_in_list {
            siblings.clear();
        }
        Cursor { keys, is_key, word, is_quoted, siblings, roots, block, header: None }
    }

    /// The keys and elements that come after a byte, of the innermost frame and of the outermost.
    fn below(
        text: &'t str,
        at: usize,
        notation: Notation,
        mut frames: Vec<Frame>,
        is_key: bool,
    ) -> (Vec<String>, Vec<String>) {
        for frame in &mut frames {
            frame.siblings.clear();
        }
        // The word under the cursor is a key that has a value already, or one that is being written above another.
        let rest = text[at..].trim_start_matches([' ', '\t']);
        if let Some(frame) = frames.last_mut().filter(|_| is_key && rest.starts_with([':', '=', '{'])) {
            frame.key = Some(String::new());
        }
        let depth = frames.len();
        let mut reader = Self { text, offset: usize::MAX, notation, at, frames, header: Vec::new() };
        let mut siblings = None;
        while let Some(character) = text[reader.at..].chars().next() {
            let is_end = matches!(character, '}' | ']');
            // The next header begins another table. A body of HCL has no end.
            let is_over = (character == '[' && reader.is_header())
                || (is_end && reader.frames.len() == 1 && notation == Notation::Json);
            if siblings.is_none() && reader.frames.len() == depth && (is_end || is_over) {
                siblings = reader.frames.last().map(|frame| frame.siblings.clone());
            }
            if is_over {
                break;
            }
            let found = reader.step();
            debug_assert!(found.is_none(), "no cursor is left");
        }
        let left = |at: usize| reader.frames.get(at).map(|frame| frame.siblings.clone()).unwrap_or_default();
        (siblings.unwrap_or_else(|| left(depth.saturating_sub(1))), left(0))
    }
}

impl Cursor {
    /// A place where nothing can be written.
    fn nowhere(at: usize) -> Self {
        Self {
            keys: Vec::new(),
            is_key: false,
            word: at..at,
            is_quoted: false,
            siblings: Vec::new(),
            roots: Vec::new(),
            block: None,
            header: None,
        }
    }
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '/' | '@' | '+')
}

/// The text between quotes that begin at a byte, and where it ends; at the end of the line where they are not closed.
fn quoted(text: &str, start: usize, quote: char) -> (Range<usize>, usize) {
    let mut is_escaped = false;
    for (at, character) in text[start + 1..].char_indices().map(|(at, character)| (start + 1 + at, character)) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if quote == '"' => is_escaped = true,
            '\n' => return (start + 1..at, at),
            _ if character == quote => return (start + 1..at, at + 1),
            _ => {}
        }
    }
    (start + 1..text.len(), text.len())
}

/// A place in YAML: lines that are indented less lead to it.
fn yaml(text: &str, offset: usize) -> Cursor {
    let offset = offset.min(text.len());
    let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |end| offset + end);
    let own = Line::of(&text[start..end]);
    let value_starts = own.key.map(|key| start + own.indent + key.len() + 1);
    let is_key = value_starts.is_none_or(|value| offset < value) && !(own.is_element && own.key.is_none());
    let mut keys: Vec<String> = Vec::new();
    let mut siblings = Vec::new();
    let mut indent = own.indent;
    // An element of a list may stand as far left as the key of the list.
    let mut may_be_level = own.is_element;
    let is_plain_element = own.is_element && own.key.is_none();
    // An element of a list that begins with a key is an object by itself.
    let mut is_of_object = !(own.is_element && own.key.is_some());
    for line in text[..start].lines().rev().map(Line::of).filter(|line| !line.is_empty) {
        let Some(key) = line.key else {
            if is_plain_element && line.is_element && line.indent == own.indent && keys.is_empty() {
                siblings.push(line.text.to_owned());
            }
            continue;
        };
        let is_parent = line.indent < indent || (may_be_level && line.indent == indent && !line.is_element);
        if is_parent {
            keys.insert(0, key.to_owned());
            indent = line.dash.unwrap_or(line.indent);
            may_be_level = line.is_element;
        } else if line.indent == own.indent && keys.is_empty() && is_of_object && !is_plain_element {
            siblings.push(key.to_owned());
            is_of_object = !line.is_element;
        }
    }
    siblings.reverse();
    let mut roots: Vec<String> = Vec::new();
    let mut is_below = false;
    for (at, line) in lines_with_starts(text) {
        let line = Line::of(line);
        if line.is_empty || at == start {
            is_below |= at == start;
            continue;
        }
        if let Some(key) = line.key.filter(|_| line.indent == 0) {
            roots.push(key.to_owned());
        }
        if at > start && is_below {
            // An element of the same list that begins with a key is another object.
            let is_level = line.indent == own.indent;
            is_below = line.indent >= own.indent && !(is_level && line.is_element && line.key.is_some());
            let is_plain = line.is_element && line.key.is_none();
            let sibling = if is_plain_element { Some(line.text).filter(|_| is_plain) } else { line.key };
            siblings.extend(sibling.filter(|_| is_below && is_level).map(str::to_owned));
        }
    }
    let word = word_around(text, offset, start..end);
    if is_key {
        keys.push(own.key.map_or_else(|| text[word.clone()].to_owned(), str::to_owned));
    } else {
        keys.extend(own.key.map(str::to_owned));
    }
    let is_quoted = text[..word.start].ends_with(['"', '\'']);
    if !is_key && !is_plain_element {
        siblings.clear();
    }
    Cursor { keys, is_key, word, is_quoted, siblings, roots, block: None, header: None }
}

/// The lines of a text, each with the byte that it begins at.
fn lines_with_starts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

/// A line of YAML.
struct Line<'l> {
    /// Columns in front of its key or value.
    indent: usize,
    /// Columns in front of the dash of an element.
    dash: Option<usize>,
    key: Option<&'l str>,
    is_element: bool,
    is_empty: bool,
    /// It without its dash and quotes.
    text: &'l str,
}

impl<'l> Line<'l> {
    fn of(line: &'l str) -> Self {
        let rest = line.trim_start();
        let outer = line.len() - rest.len();
        let inner = rest.strip_prefix("- ").map(str::trim_start);
        let is_element = inner.is_some() || rest == "-";
        let rest = inner.unwrap_or(rest);
        let indent = line.len() - rest.len();
        let key = rest.split_once(':').filter(|(_, value)| value.is_empty() || value.starts_with(' '));
        let key = key.map(|(key, _)| key.trim_matches(['"', '\'']));
        let is_empty = rest.is_empty() || rest.starts_with('#');
        let text = rest.trim_end().trim_matches(['"', '\'']);
        Self { indent, dash: is_element.then_some(outer), key, is_element, is_empty, text }
    }
}

/// The word around a place of a line.
fn word_around(text: &str, offset: usize, line: Range<usize>) -> Range<usize> {
    let before = text[line.start..offset].rfind(|character| !is_of_word(character));
    let start = before
        .map_or(line.start, |at| line.start + at + text[line.start + at..].chars().next().map_or(1, char::len_utf8));
    let end = text[offset..line.end].find(|character| !is_of_word(character)).map_or(line.end, |at| offset + at);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The place that `|` marks.
    fn at_mark(marked: &str, notation: Notation) -> (String, bool, String, Vec<String>) {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let Cursor { keys, is_key, word, siblings, .. } = at(&text, offset, notation);
        (keys.join("/"), is_key, text[word].to_owned(), siblings)
    }

    fn place(marked: &str, notation: Notation) -> (String, bool, String) {
        let (keys, is_key, word, _) = at_mark(marked, notation);
        (keys, is_key, word)
    }

    fn said(keys: &str, is_key: bool, word: &str) -> (String, bool, String) {
        (keys.to_owned(), is_key, word.to_owned())
    }

    #[test]
    fn keys_and_values_of_json() {
        let json = |marked: &str| place(marked, Notation::Json);
        assert_eq!(json(r#"{"state": "ena|bled"}"#), said("state", false, "enabled"));
        assert_eq!(json(r#"{"st|ate": "enabled"}"#), said("state", true, "state"));
        assert_eq!(
            json(r#"{"value": [{"grantControls": {"builtInControls": ["mfa", "|"]}}]}"#),
            said("value/grantControls/builtInControls", false, "")
        );
        assert_eq!(json(r#"{"a": {"b": 1}, "c|": [2]}"#), said("c", true, "c"));
        assert_eq!(json("{\"a\": {\"b\": 1}, |"), said("", true, ""));
    }

    #[test]
    fn a_text_that_is_being_written_is_broken() {
        let json = |marked: &str| place(marked, Notation::Json);
        assert_eq!(json("{\n  \"state\": \"|\n}"), said("state", false, ""));
        assert_eq!(json("{\"conditions\": {\"users\": {\"|"), said("conditions/users/", true, ""));
        assert_eq!(json("// \"a\": {\n{\"b\": /* } */ [\"|c\"]"), said("b", false, "c"));
    }

    #[test]
    fn blocks_of_hcl() {
        let hcl = |marked: &str| place(marked, Notation::Hcl);
        let text = |end: &str| {
            format!("# one\nresource \"azuread_conditional_access_policy\" \"x\" {{\n  state = \"enabled\"\n  {end}")
        };
        assert_eq!(
            hcl(&text("conditions {\n client_app_types = [\"all\", \"bro|\"]\n } }")),
            said("resource/conditions/client_app_types", false, "bro")
        );
        assert_eq!(hcl(&text("dis|")), said("resource/dis", true, "dis"));
        assert_eq!(at_mark(&text("|\n}"), Notation::Hcl).3, ["state"]);
        assert_eq!(
            hcl(&text("conditions {\n } \n grant_controls {\n oper|ator = \"OR\" }")),
            said("resource/grant_controls/operator", true, "operator")
        );
    }

    #[test]
    fn what_stands_above_and_below_in_the_same_object_or_list() {
        let table: [(Notation, &str, &[&str]); 22] = [
            (Notation::Json, r#"{"a": 1, "|", "b": {"c": [2]}, "d": null} {"e": 1}"#, &["a", "b", "d"]),
            (Notation::Json, r#"{"a": 1, "|" "b": 2}"#, &["a", "b"]),
            (Notation::Json, r#"{"a": 1, | "b": "x"}"#, &["a", "b"]),
            (Notation::Json, r#"{"a|": 1, "b": 2}"#, &["b"]),
            (Notation::Json, r#"{"a": {"b": 1, "|"}, "c": 2}"#, &["b"]),
            (Notation::Json, r#"{"a": "|", "b": 2}"#, &[]),
            (Notation::Json, r#"{"a": ["x", "|", "y"], "b": ["z"]}"#, &["x", "y"]),
            (Notation::Json, "{\"a\": 1, \"|\n \"b\": 2, // \"c\": 3\n \"d\": \"}\"}", &["a", "b", "d"]),
            (Notation::Hcl, "a = 1\nb {\n  |\n  c = 2\n  d { e = 3 }\n}\nf = 4", &["c", "d"]),
            (Notation::Hcl, "b {\n  x|\n  c = 2\n}\nf = 4", &["c"]),
            (Notation::Hcl, "b { | }\nf = 4", &[]),
            (Notation::Hcl, "|\nf = 4 # g = 5\nresource \"h\" \"i\" {\n j = 6\n}", &["f", "resource"]),
            (Notation::Hcl, "a = [\"x\", \"|\", \"y\"]", &["x", "y"]),
            (Notation::Toml, "[[t]]\na = 1\n|\nb = 2\n[u]\nc = 3", &["a", "b"]),
            (Notation::Toml, "a = ['x', '|']\nb = 1", &["x"]),
            (Notation::Toml, "|\na = 1\n[t]\nb = 2\n[[u.v]]", &["a", "t", "u"]),
            (Notation::Yaml, "a: 1\n|\nb:\n  c: 2\nd: 3", &["a", "b", "d"]),
            (Notation::Yaml, "a:\n  b: 1\n  x|\n  c:\n    d: 2\ne: 3", &["b", "c"]),
            (Notation::Yaml, "- a: 1\n  b: 2\n- c: 3\n  x|\n  d: 4\n- e: 5", &["c", "d"]),
            (Notation::Yaml, "- a: 1\n- x|: 1\n  d: 4\n- e: 5", &["d"]),
            (Notation::Yaml, "l:\n  - a\n  - x|\n  - b\nm:\n  - c", &["a", "b"]),
            (Notation::Yaml, "a: x|\nb: 1", &[]),
        ];
        for (notation, marked, siblings) in table {
            assert_eq!(at_mark(marked, notation).3, siblings, "{marked}");
        }
    }

    #[test]
    fn a_header_of_toml_names_tables() {
        for (marked, header, word, keys) in [
            ("[a]\n[[x|]]\n[b]\n[[c]]", Some(2), "x", "x"),
            ("[|]", Some(1), "", ""),
            ("[a.b|c", Some(1), "bc", "a/bc"),
            ("a = [|]", None, "", "a"),
        ] {
            let offset = marked.find('|').unwrap();
            let text = marked.replacen('|', "", 1);
            let found = at(&text, offset, Notation::Toml);
            assert_eq!(
                (found.header, &text[found.word], found.keys.join("/").as_str()),
                (header, word, keys),
                "{marked}"
            );
        }
    }

    #[test]
    fn headers_of_toml() {
        let toml = |marked: &str| place(marked, Notation::Toml);
        assert_eq!(toml("fail = 1\n[[exception]]\nuser = 'x'\now|"), said("exception/ow", true, "ow"));
        assert_eq!(toml("[rules]\n\"letter-case\" = \"o|ff\""), said("rules/letter-case", false, "off"));
        assert_eq!(toml("[controls]\nselect = [\n  \"a\",\n  \"|\",\n]"), said("controls/select", false, ""));
    }

    #[test]
    fn indentation_of_yaml() {
        let yaml = |marked: &str| place(marked, Notation::Yaml);
        let text = "state: enabled\ngrantControls:\n  operator: OR\n  builtInControls:\n  - mf|a\n";
        assert_eq!(yaml(text), said("grantControls/builtInControls", false, "mfa"));
        assert_eq!(yaml("value:\n- displayName: x\n  sta|te: on"), said("value/state", true, "state"));
        assert_eq!(yaml("value:\n- displayName: x\n  state: o|n"), said("value/state", false, "on"));
        assert_eq!(at_mark("a: 1\nb:\n  c: 2\n  d|", Notation::Yaml).3, ["c"]);
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_panics(text in "[{}\\[\\]\":=,.a# \\-\n\\\\ä😀]{0,40}", offset in 0..40_usize, kind in 0..4_usize) {
            let notation = [Notation::Json, Notation::Hcl, Notation::Toml, Notation::Yaml][kind];
            let offset = text.char_indices().map(|(at, _)| at).chain([text.len()]).take_while(|at| *at <= offset).last().unwrap_or(0);
            let found = at(&text, offset, notation);
            prop_assert!(text.get(found.word).is_some());
        }
    }
}
