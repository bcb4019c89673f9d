//! Resources of [Bicep] with their literals, in the shape that a compiled template has.
//!
//! This is no reader of programs. Whatever is no literal is a value that the text does not state.
//!
//! [Bicep]: https://learn.microsoft.com/azure/azure-resource-manager/bicep/file

use super::cursor::{CUT_OFF, Cursor, spot};
use super::error::{SyntaxError, SyntaxProblem};
use super::node::{Node, Untold};
use super::spot::{Holds, Spot};
use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

/// Whether some line opens a resource: `resource name 'type@version'`.
pub(super) fn is_bicep(text: &str) -> bool {
    text.lines().any(|line| opened(line).is_some())
}

/// The name of the resource that a line opens.
fn opened(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("resource ")?.trim_start();
    let after = rest.trim_start_matches(is_of_word);
    (after.len() < rest.len() && after.trim_start().starts_with('\'')).then(|| &rest[..rest.len() - after.len()])
}

fn declared(text: &str) -> HashSet<String> {
    text.lines().filter_map(opened).map(str::to_owned).collect()
}

/// Reads `{"resources": {name: {"type": …, "properties": …}}}`. A resource that is made on a condition or in a loop has a
/// `condition` that the text does not state. Resources that are there already are left out.
pub(super) fn read(text: &str) -> Result<Spot, SyntaxError> {
    let mut bicep = Bicep { cursor: Cursor { text, at: 0 }, nested: 0, resources: Rc::new(declared(text)) };
    let mut resources = Vec::new();
    let mut starts_line = true;
    while let Some(next) = bicep.cursor.peek() {
        if next.is_whitespace() {
            starts_line |= next == '\n';
            bicep.cursor.step();
        } else if bicep.comment() {
        } else if next == '\'' {
            bicep.string()?;
            starts_line = false;
        } else {
            let start = bicep.cursor.at;
            let word = bicep.cursor.word(is_of_word);
            if word.is_empty() {
                bicep.cursor.step();
            }
            if starts_line && word == "resource" {
                resources.extend(bicep.resource(start)?);
            }
            starts_line = false;
        }
    }
    let resources = spot(0..0, Holds::Members(resources));
    Ok(spot(0..0, Holds::Members(vec![("resources".to_owned(), resources)])))
}

struct Bicep<'t> {
    cursor: Cursor<'t>,
    /// Strings around this place whose expressions it is in.
    nested: usize,
    /// Names of the resources of this text.
    resources: Rc<HashSet<String>>,
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

impl Bicep<'_> {
    fn comment(&mut self) -> bool {
        if self.cursor.takes("//") {
            let rest = self.cursor.rest();
            self.cursor.at += rest.find('\n').unwrap_or(rest.len());
            return true;
        }
        self.cursor.takes("/*") && {
            self.cursor.pass("*/");
            true
        }
    }

    /// Skips white space and comments, and line breaks if they mean nothing here.
    fn blanks(&mut self, is_across_lines: bool) {
        while self.comment()
            || self.cursor.peek().is_some_and(|next| next.is_whitespace() && (is_across_lines || next != '\n'))
        {
            if self.cursor.peek().is_some_and(|next| next.is_whitespace() && (is_across_lines || next != '\n')) {
                self.cursor.step();
            }
        }
    }

    /// What follows the word `resource`.
    fn resource(&mut self, start: usize) -> Result<Option<(String, Spot)>, SyntaxError> {
        self.blanks(false);
        let name = self.cursor.word(is_of_word).to_owned();
        self.blanks(false);
        if name.is_empty() || !self.cursor.is_at("'") {
            return Ok(None);
        }
        let type_at = self.cursor.at;
        let type_name = self.string()?;
        let mut type_name = self.cursor.spot(type_at, type_name);
        let header = start..self.cursor.at;
        self.blanks(false);
        let is_there = self.cursor.takes("existing");
        self.blanks(false);
        if !self.cursor.takes("=") {
            return Ok(None);
        }
        self.blanks(true);
        let body_at = self.cursor.at;
        // The first bracket of an object is the body of `if (…) { … }` and of `[for x in y: { … }]`.
        let is_plain = self.cursor.is_at("{");
        if !is_plain {
            self.go_to_body()?;
        }
        if !self.cursor.is_at("{") {
            self.cursor.at = body_at;
            return Err(self.cursor.error("`{` is expected"));
        }
        let mut body = self.value(0, false)?;
        body.place.key = Some(header.clone());
        type_name.place.key = Some(header.clone());
        let mut members = vec![("type".to_owned(), type_name), ("properties".to_owned(), body)];
        if !is_plain {
            members.push(("condition".to_owned(), self.cursor.untold(body_at)));
        }
        let mut resource = spot(header.end..header.end, Holds::Members(members));
        resource.place.key = Some(header);
        Ok((!is_there).then_some((name, resource)))
    }

    /// Goes to the body of a condition or loop.
    fn go_to_body(&mut self) -> Result<(), SyntaxError> {
        let mut open = 0_usize;
        loop {
            self.blanks(true);
            match self.cursor.peek() {
                None => {
                    return Err(SyntaxError { problem: SyntaxProblem::InvalidLiteral(CUT_OFF), at: self.cursor.at });
                }
                Some('{') if open == 0 => return Ok(()),
                Some('\'') => _ = self.string()?,
                Some('(') => {
                    open += 1;
                    self.cursor.step();
                }
                Some(')') => {
                    open = open.saturating_sub(1);
                    self.cursor.step();
                }
                Some(_) => self.cursor.step(),
            }
        }
    }

    fn value(&mut self, depth: usize, in_list: bool) -> Result<Spot, SyntaxError> {
        let start = self.cursor.at;
        let first = self.primary(depth)?;
        self.blanks(false);
        let mut ahead = Bicep { cursor: self.cursor, nested: self.nested, resources: Rc::clone(&self.resources) };
        ahead.blanks(true);
        // A condition may go on on the next line.
        let goes_on = ahead.cursor.is_at("?");
        match self.cursor.peek() {
            None | Some('\n' | '}' | ']') if !goes_on => Ok(first),
            Some(',') if in_list || depth > 0 => Ok(first),
            _ => self.expression(start),
        }
    }

    fn primary(&mut self, depth: usize) -> Result<Spot, SyntaxError> {
        let start = self.cursor.at;
        match self.cursor.peek() {
            Some('{') => self.object(start, depth),
            Some('[') => self.array(start, depth),
            Some('\'') => {
                let node = self.string()?;
                Ok(self.cursor.spot(start, node))
            }
            _ => {
                let word = self.cursor.word(|one| is_of_word(one) || one == '-');
                let node = match word {
                    "true" => Node::Bool(true),
                    "false" => Node::Bool(false),
                    "null" => Node::Null,
                    number => number
                        .parse::<i64>()
                        .map_or(Node::Untold(Untold::Expression), |number| Node::Number(number.into())),
                };
                Ok(self.cursor.spot(start, node))
            }
        }
    }

    fn object(&mut self, start: usize, depth: usize) -> Result<Spot, SyntaxError> {
        let depth = self.cursor.deeper(depth)?;
        self.cursor.step();
        let mut members = Vec::new();
        loop {
            self.blanks(true);
            let key_at = self.cursor.at;
            if self.cursor.takes("}") {
                return Ok(spot(start..self.cursor.at, Holds::Members(members)));
            }
            if self.cursor.takes(",") {
                continue;
            }
            if self.cursor.peek().is_none() {
                return Err(SyntaxError { problem: SyntaxProblem::InvalidLiteral(CUT_OFF), at: self.cursor.at });
            }
            let key = match self.cursor.peek() {
                Some('\'') => match self.string()? {
                    Node::String(key) => Some(key.into_owned()),
                    _ => None,
                },
                _ => Some(self.cursor.word(is_of_word).to_owned()).filter(|key| !key.is_empty()),
            };
            let key_end = self.cursor.at;
            self.blanks(false);
            let Some(key) = key.filter(|_| self.cursor.takes(":")) else {
                // A resource inside of this one, a spread, or a key that is no literal.
                self.expression(key_at)?;
                if self.cursor.at == key_at {
                    return Err(self.cursor.error("`name: value` is expected"));
                }
                members.push(("...".to_owned(), self.cursor.untold(key_at)));
                continue;
            };
            self.blanks(true);
            let mut value = self.value(depth, false)?;
            value.place.key = Some(key_at..key_end);
            members.push((key, value));
        }
    }

    fn array(&mut self, start: usize, depth: usize) -> Result<Spot, SyntaxError> {
        let depth = self.cursor.deeper(depth)?;
        self.cursor.step();
        let mut ahead = Bicep { cursor: self.cursor, nested: self.nested, resources: Rc::clone(&self.resources) };
        ahead.blanks(true);
        if ahead.cursor.word(is_of_word) == "for" {
            self.cursor.at = start;
            self.brackets()?;
            return Ok(self.cursor.untold(start));
        }
        let mut elements = Vec::new();
        loop {
            self.blanks(true);
            let before = self.cursor.at;
            if self.cursor.takes("]") {
                return Ok(spot(start..self.cursor.at, Holds::Elements(elements)));
            }
            if self.cursor.takes(",") {
                continue;
            }
            elements.push(self.value(depth, true)?);
            if self.cursor.at == before {
                return Err(self.cursor.error("`]` is expected"));
            }
        }
    }

    /// An expression, up to the end of the line or what else ends it.
    fn expression(&mut self, start: usize) -> Result<Spot, SyntaxError> {
        loop {
            self.blanks(false);
            match self.cursor.peek() {
                None | Some(',' | '}' | ']' | ')') => break,
                Some('\n') => {
                    let mut ahead =
                        Bicep { cursor: self.cursor, nested: self.nested, resources: Rc::clone(&self.resources) };
                    ahead.blanks(true);
                    if !ahead.cursor.is_at("?") && !ahead.cursor.is_at(":") {
                        break;
                    }
                    self.cursor = ahead.cursor;
                }
                Some('(' | '[' | '{') => self.brackets()?,
                Some('\'') => _ = self.string()?,
                Some(_) => self.cursor.step(),
            }
        }
        let mut untold = self.cursor.untold(start);
        // The id of a resource of this file is a name for that object.
        let text = self.cursor.text.get(untold.place.value.clone()).unwrap_or_default();
        if let Some(name) = text.strip_suffix(".id").filter(|name| self.resources.contains(*name)) {
            untold.holds = Holds::Scalar(Node::Reference(Cow::Owned(name.to_owned())));
        }
        Ok(untold)
    }

    /// Skips brackets and everything inside.
    fn brackets(&mut self) -> Result<(), SyntaxError> {
        let mut open = 0_usize;
        loop {
            self.blanks(true);
            match self.cursor.peek() {
                None => {
                    return Err(SyntaxError { problem: SyntaxProblem::InvalidLiteral(CUT_OFF), at: self.cursor.at });
                }
                Some('(' | '[' | '{') => {
                    open += 1;
                    self.cursor.step();
                }
                Some(')' | ']' | '}') => {
                    open = open.saturating_sub(1);
                    self.cursor.step();
                    if open == 0 {
                        return Ok(());
                    }
                }
                Some('\'') => _ = self.string()?,
                Some(_) => self.cursor.step(),
            }
        }
    }

    /// A string, of one line or several. One with an expression in it is not stated.
    fn string(&mut self) -> Result<Node<'static>, SyntaxError> {
        let start = self.cursor.at;
        let cut_off = SyntaxError { problem: SyntaxProblem::InvalidLiteral(CUT_OFF), at: start };
        if self.cursor.takes("'''") {
            let inside = self.cursor.at;
            if !self.cursor.pass("'''") {
                return Err(cut_off);
            }
            // More quotes at the end belong to the text.
            while self.cursor.takes("'") {}
            let text = &self.cursor.text[inside..self.cursor.at - 3];
            let text = text.strip_prefix("\r\n").or(text.strip_prefix('\n')).unwrap_or(text);
            return Ok(Node::String(Cow::Owned(text.to_owned())));
        }
        self.cursor.step();
        let (mut text, mut is_told) = (String::new(), true);
        loop {
            let Some(next) = self.cursor.peek().filter(|next| *next != '\n') else { return Err(cut_off) };
            self.cursor.step();
            match next {
                '\'' => break,
                '\\' => {
                    let escaped = self.cursor.peek();
                    self.cursor.step();
                    match escaped {
                        Some('n') => text.push('\n'),
                        Some('r') => text.push('\r'),
                        Some('t') => text.push('\t'),
                        Some('u') if self.cursor.takes("{") => {
                            let code = u32::from_str_radix(self.cursor.word(|one| one.is_ascii_hexdigit()), 16);
                            text.push(code.ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
                            self.cursor.takes("}");
                        }
                        other => text.extend(other),
                    }
                }
                '$' if self.cursor.is_at("{") => {
                    is_told = false;
                    self.nested = self.cursor.deeper(self.nested)?;
                    self.brackets()?;
                    self.nested -= 1;
                }
                other => text.push(other),
            }
        }
        Ok(if is_told { Node::String(Cow::Owned(text)) } else { Node::Untold(Untold::Expression) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Locator, Pointer};
    use super::*;
    use serde_json::json;

    const TEXT: &str = r"// resource no 'x@y' = {
extension microsoftGraphBeta
param groups array = [
  'x'
]
var text = '''
resource no 'x@y' = {
'''

@description('ü')
resource mfa 'Microsoft.Graph/conditionalAccessPolicies@beta' = {
  displayName: 'it\'s ü \u{e9}'
  state: state // why
  'conditions': {
    users: { includeUsers: [ 'All', 'ü' ], excludeGroups: groups }
    clientAppTypes: [
      'all'
      'x${y}'
    ]
    list: [for group in groups: {
      a: 1
    }]
  }
  value: isProd ? 'a'
    : 'b'
  sessionControls: null
  number: -1
  call: union({ a: 1 }, x)
  dependsOn: [ other ]
  excludeGroups: [ old.id, unheard.id, old.name ]
}
resource old 'a/b@1' existing = {
  name: 'x'
}
resource maybe 'a/b@1' = if (isProd && x == '{') {
  name: 'x'
}
resource many 'a/b@1' = [for x in y: {
  name: x
}]
";

    #[test]
    fn literals_are_values_and_anything_else_is_not_stated() {
        let untold = json!({"untold": true});
        let read = read(TEXT).unwrap().into_node().to_json();
        let mfa = &read["resources"]["mfa"];
        assert_eq!(mfa["type"], "Microsoft.Graph/conditionalAccessPolicies@beta");
        let expected = json!({
            "displayName": "it's ü é", "state": untold,
            "conditions": {
                "users": {"includeUsers": ["All", "ü"], "excludeGroups": untold},
                "clientAppTypes": ["all", untold], "list": untold,
            },
            "value": untold, "sessionControls": null, "number": -1, "call": untold, "dependsOn": [untold],
            "excludeGroups": [{"reference": "old"}, untold, untold],
        });
        assert_eq!(mfa["properties"], expected);
        let names: Vec<&String> = read["resources"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["many", "maybe", "mfa"]);
        assert_eq!((&mfa["condition"], &read["resources"]["maybe"]["condition"]), (&json!(null), &untold));
        assert_eq!(read["resources"]["many"]["condition"], untold);
    }

    #[test]
    fn a_pointer_leads_to_the_very_characters() {
        let mut locator = Locator::new(TEXT);
        let mut find = |pointer: &str| {
            let place = locator.find(0, &Pointer::new(format!("/resources/mfa/properties{pointer}"))).remove(0);
            &TEXT[place.mark(TEXT)]
        };
        assert_eq!(find("/conditions/users/includeUsers/1"), "'ü'");
        assert_eq!(find("/conditions/clientAppTypes"), "clientAppTypes");
        assert_eq!(find("/state"), "state");
        assert_eq!(find("/grantControls"), "resource mfa 'Microsoft.Graph/conditionalAccessPolicies@beta'");
    }

    #[test]
    fn what_is_not_closed_is_refused() {
        let open = "resource a 'b@1' = {\n";
        for text in [open.to_owned(), format!("{open}a: 'x\n}}"), format!("{open}a: [\n"), format!("{open}a: f(\n}}")] {
            let error = read(&text).map(|_| ()).unwrap_err();
            assert!(error.at <= text.len(), "{text}");
        }
        for unit in ["{ a: ", "[ ", "(", "'${"] {
            assert!(read(&format!("{open}a: {}", unit.repeat(5_000))).is_err(), "{unit}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[ \n'{}()\\[\\]$:,/*?a1-])*") {
            for text in [text.clone(), format!("resource a 'b@1' = {{\nc: {text}\n}}")] {
                let _ = read(&text);
                let _ = Locator::new(&text).find(0, &Pointer::new("/resources/a/properties/c"));
            }
        }

        #[test]
        fn a_cut_off_template_is_read_or_refused(length in 0_usize..TEXT.len()) {
            if let Some(text) = TEXT.get(..length) {
                let _ = read(text);
            }
        }
    }
}
