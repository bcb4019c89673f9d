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
    /// The keys of the same object or block that stand in front of it.
    pub(super) siblings: Vec<String>,
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
            let rest = &self.text[self.at..];
            let Some(character) = rest.chars().next() else { break };
            if let Some(length) = self.comment(rest) {
                if self.at + length > self.offset {
                    break;
                }
                self.at += length;
                continue;
            }
            match character {
                '"' | '\'' if character == '"' || self.notation == Notation::Toml => {
                    let (word, end) = quoted(self.text, self.at, character);
                    if end > self.offset || (word.end == end && end == self.offset) {
                        return self.found(word, true);
                    }
                    self.word(word);
                    self.at = end;
                }
                '[' if self.is_header() => {
                    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
                    let keys = line.trim_matches(['[', ']', ' ']).split('.');
                    self.header = keys.map(|key| key.trim_matches(['"', ' ']).to_owned()).collect();
                    self.frames = vec![Frame::default()];
                    self.at += line.len();
                    if self.at >= self.offset {
                        // The header itself names keys.
                        let offset = self.offset;
                        return self.found(offset..offset, false);
                    }
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
                    let end =
                        rest.find(|character| !is_of_word(character)).map_or(self.text.len(), |end| self.at + end);
                    if end >= self.offset {
                        let start = self.at;
                        return self.found(start..end, false);
                    }
                    self.word(self.at..end);
                    self.at = end;
                }
                _ => self.at += character.len_utf8(),
            }
        }
        let offset = self.offset.min(self.text.len());
        self.found(offset..offset, false)
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

    /// A word came: a key where one is due. The second word of a block of HCL is its label.
    fn word(&mut self, word: Range<usize>) {
        let Some(frame) = self.frames.last_mut() else { return };
        if !frame.is_list && !frame.is_value_due && frame.key.is_none() {
            let key = self.text[word].to_owned();
            frame.siblings.push(key.clone());
            frame.key = Some(key);
        }
    }

    /// The value of the last key is over.
    fn value_came(&mut self) {
        if let Some(frame) = self.frames.last_mut().filter(|frame| !frame.is_list) {
            frame.key = None;
            frame.is_value_due = false;
        }
    }

    fn found(mut self, word: Range<usize>, is_quoted: bool) -> Cursor {
        let last = self.frames.last();
        let is_key = last.is_some_and(|frame| !frame.is_list && !frame.is_value_due && frame.key.is_none());
        let mut keys = std::mem::take(&mut self.header);
        keys.extend(self.frames.iter().filter_map(|frame| frame.key.clone()));
        if is_key {
            keys.push(self.text[word.clone()].to_owned());
        }
        let siblings = self.frames.pop().map(|frame| frame.siblings).unwrap_or_default();
        Cursor { keys, is_key, word, is_quoted, siblings }
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
    for line in text[..start].lines().rev().map(Line::of).filter(|line| !line.is_empty) {
        let Some(key) = line.key else { continue };
        let is_parent = line.indent < indent || (may_be_level && line.indent == indent && !line.is_element);
        if is_parent {
            keys.insert(0, key.to_owned());
            indent = line.dash.unwrap_or(line.indent);
            may_be_level = line.is_element;
        } else if line.indent == own.indent && keys.is_empty() {
            siblings.push(key.to_owned());
        }
    }
    siblings.reverse();
    let word = word_around(text, offset, start..end);
    if is_key {
        keys.push(own.key.map_or_else(|| text[word.clone()].to_owned(), str::to_owned));
    } else {
        keys.extend(own.key.map(str::to_owned));
    }
    let is_quoted = text[..word.start].ends_with(['"', '\'']);
    Cursor { keys, is_key, word, is_quoted, siblings }
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
        Self { indent, dash: is_element.then_some(outer), key, is_element, is_empty }
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
