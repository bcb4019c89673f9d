//! Literals of PowerShell: resources of a [Desired State Configuration], and [data files].
//!
//! This is no reader of programs. Whatever is no literal is a value that the text does not state.
//!
//! [Desired State Configuration]: https://learn.microsoft.com/powershell/dsc/configurations/configurations
//! [data files]: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_data_files

use super::cursor::{CUT_OFF, Cursor, spot};
use super::error::{SyntaxError, SyntaxProblem};
use super::node::{Node, Untold};
use super::spot::{Holds, Spot};
use std::borrow::Cow;

/// Blocks of a configuration that are always run.
const PLAIN: [&str; 2] = ["configuration", "node"];

/// Whether a text is a data file, or opens a configuration.
pub(super) fn is_powershell(text: &str) -> bool {
    let mut cursor = Cursor { text: text.strip_prefix('\u{feff}').unwrap_or(text), at: 0 };
    blanks(&mut cursor);
    if cursor.is_at("@{") {
        return true;
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let word = line.split_ascii_whitespace().next().unwrap_or_default();
        let mut opens = || line.ends_with('{') || lines.peek().is_some_and(|next| next.starts_with('{'));
        if PLAIN.iter().any(|name| word.eq_ignore_ascii_case(name)) && line.len() > word.len() && opens() {
            return true;
        }
    }
    false
}

/// Reads a data file as it is, and a configuration as an object that has, by the name of the type, an array of its
/// resources. Of a resource inside of a condition or a loop, `Ensure` is not stated.
pub(super) fn read(text: &str) -> Result<Spot, SyntaxError> {
    let mut cursor = Cursor { text, at: 0 };
    cursor.takes("\u{feff}");
    blanks(&mut cursor);
    let start = cursor.at;
    if cursor.takes("@{") {
        let mut data = PowerShell { cursor, nested: 0 };
        let root = data.properties(start, 0)?;
        blanks(&mut data.cursor);
        return if data.cursor.rest().is_empty() { Ok(root) } else { Err(data.cursor.error("more than one table")) };
    }
    PowerShell { cursor, nested: 0 }.configuration()
}

/// What stands in front of a `{`.
#[derive(Default)]
struct Header {
    start: usize,
    words: Vec<(String, bool)>,
    end: usize,
}

struct PowerShell<'t> {
    cursor: Cursor<'t>,
    /// Strings around this place whose expressions it is in.
    nested: usize,
}

/// Skips white space, line breaks and comments.
fn blanks(cursor: &mut Cursor<'_>) {
    loop {
        if cursor.takes("<#") {
            cursor.pass("#>");
        } else if cursor.is_at("#") {
            cursor.pass("\n");
        } else if cursor.is_at("`\n") || cursor.is_at("`\r\n") || cursor.peek().is_some_and(char::is_whitespace) {
            cursor.step();
        } else {
            return;
        }
    }
}

/// Skips white space and comments on a line. A backtick at its end lets the line go on.
fn spaces(cursor: &mut Cursor<'_>) {
    loop {
        if cursor.takes("<#") {
            cursor.pass("#>");
        } else if cursor.is_at("#") {
            let rest = cursor.rest();
            cursor.at += rest.find('\n').unwrap_or(rest.len());
        } else if cursor.takes("`\n") || cursor.takes("`\r\n") {
        } else if cursor.peek().is_some_and(|next| next.is_whitespace() && next != '\n') {
            cursor.step();
        } else {
            return;
        }
    }
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-')
}

impl PowerShell<'_> {
    fn configuration(&mut self) -> Result<Spot, SyntaxError> {
        let mut types: Vec<(String, Spot)> = Vec::new();
        let (mut header, mut is_plain, mut has_line) = (Header::default(), Vec::new(), false);
        while let Some(next) = self.cursor.peek() {
            let start = self.cursor.at;
            if next == '\n' {
                has_line = true;
                self.cursor.step();
                continue;
            }
            if next.is_whitespace() || next == '#' || self.cursor.is_at("<#") {
                let from = self.cursor.at;
                spaces(&mut self.cursor);
                if self.cursor.at == from {
                    self.cursor.step();
                }
                continue;
            }
            if std::mem::take(&mut has_line) && next != '{' {
                header = Header::default();
            }
            match next {
                '{' => {
                    self.cursor.step();
                    let header = std::mem::take(&mut header);
                    let name = header.resource().filter(|_| self.starts_properties());
                    let Some(name) = name else {
                        let first = header.words.first().map_or("", |(word, _)| word.as_str());
                        is_plain.push(PLAIN.iter().any(|plain| first.eq_ignore_ascii_case(plain)));
                        self.cursor.deeper(is_plain.len().saturating_sub(1))?;
                        continue;
                    };
                    let mut resource = self.properties(start, 1)?;
                    resource.place.key = Some(header.start..header.end);
                    if is_plain.contains(&false) {
                        resource.hide("Ensure");
                    }
                    let known = types.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&name));
                    match known {
                        Some((_, Spot { holds: Holds::Elements(resources), .. })) => resources.push(resource),
                        _ => types.push((name, spot(start..start, Holds::Elements(vec![resource])))),
                    }
                }
                '}' => {
                    self.cursor.step();
                    header = Header::default();
                    if is_plain.pop().is_none() {
                        self.cursor.at = start;
                        return Err(self.cursor.error("a bracket that closes nothing"));
                    }
                }
                ';' => {
                    self.cursor.step();
                    header = Header::default();
                }
                '"' | '\'' => {
                    self.string()?;
                    header.push(self.cursor.text, start, self.cursor.at, false);
                }
                _ if self.cursor.is_at("@\"") || self.cursor.is_at("@'") => {
                    self.string()?;
                    header.push(self.cursor.text, start, self.cursor.at, false);
                }
                '(' | '[' => {
                    self.brackets()?;
                    header.push(self.cursor.text, start, self.cursor.at, false);
                }
                _ if self.cursor.takes("@{") => {
                    self.cursor.at = start + 1;
                    self.brackets()?;
                    header = Header::default();
                }
                _ => {
                    let word = self.cursor.word(|one| !one.is_whitespace() && !"{}()[];\"'#".contains(one));
                    if word.is_empty() {
                        self.cursor.step();
                    }
                    header.push(self.cursor.text, start, self.cursor.at, word.chars().all(is_of_word));
                }
            }
        }
        if !is_plain.is_empty() {
            return Err(SyntaxError { problem: SyntaxProblem::InvalidLiteral(CUT_OFF), at: self.cursor.at });
        }
        Ok(spot(0..0, Holds::Members(types)))
    }

    /// Whether what is inside of a block is `name = value`, or nothing.
    fn starts_properties(&self) -> bool {
        let mut ahead = self.cursor;
        blanks(&mut ahead);
        if ahead.is_at("}") {
            return true;
        }
        let quote = ahead.peek().filter(|one| matches!(one, '"' | '\''));
        if quote.is_some() {
            ahead.step();
        }
        let has_name = !ahead.word(is_of_word).is_empty();
        if quote.is_some() {
            ahead.step();
        }
        spaces(&mut ahead);
        has_name && ahead.is_at("=") && !ahead.is_at("==")
    }

    /// The properties of a block that has been opened, and its end.
    fn properties(&mut self, start: usize, depth: usize) -> Result<Spot, SyntaxError> {
        let depth = self.cursor.deeper(depth)?;
        let mut members = Vec::new();
        loop {
            blanks(&mut self.cursor);
            let key_start = self.cursor.at;
            if self.cursor.takes("}") {
                return Ok(spot(start..self.cursor.at, Holds::Members(members)));
            }
            if self.cursor.takes(";") {
                continue;
            }
            let key = match self.cursor.peek() {
                Some('"' | '\'') => match self.string()? {
                    Node::String(key) => key.into_owned(),
                    _ => return Err(self.cursor.error("a name that is no literal")),
                },
                _ => self.cursor.word(is_of_word).to_owned(),
            };
            let key_end = self.cursor.at;
            spaces(&mut self.cursor);
            if key.is_empty() || !self.cursor.takes("=") {
                self.cursor.at = if key.is_empty() { key_start } else { self.cursor.at };
                return Err(self.cursor.error("`name = value` is expected"));
            }
            blanks(&mut self.cursor);
            let mut value = self.value(depth, false)?;
            value.place.key = Some(key_start..key_end);
            members.push((key, value));
        }
    }

    /// A value, up to what ends it.
    fn value(&mut self, depth: usize, in_list: bool) -> Result<Spot, SyntaxError> {
        let start = self.cursor.at;
        let first = self.primary(depth)?;
        if self.ends(in_list) {
            return Ok(first);
        }
        if !in_list && self.cursor.is_at(",") {
            // A list without brackets.
            let mut elements = vec![first];
            while self.cursor.takes(",") {
                blanks(&mut self.cursor);
                elements.push(self.primary(depth)?);
                spaces(&mut self.cursor);
            }
            if self.ends(false) {
                return Ok(spot(start..start, Holds::Elements(elements)));
            }
        }
        self.expression(start, in_list)
    }

    /// Whether a value ends here. Steps over blanks in front of what ends it.
    fn ends(&mut self, in_list: bool) -> bool {
        spaces(&mut self.cursor);
        match self.cursor.peek() {
            None | Some('\n' | ';' | '}' | ')') => true,
            Some(',') => in_list,
            Some(_) => false,
        }
    }

    fn primary(&mut self, depth: usize) -> Result<Spot, SyntaxError> {
        let start = self.cursor.at;
        if self.cursor.takes("@(") {
            return self.list(start, depth);
        }
        if self.cursor.takes("@{") {
            return self.properties(start, depth);
        }
        if self.cursor.is_at("@\"") || self.cursor.is_at("@'") || matches!(self.cursor.peek(), Some('"' | '\'')) {
            let node = self.string()?;
            return Ok(self.cursor.spot(start, node));
        }
        let word = self.cursor.word(|one| is_of_word(one) || matches!(one, '$' | '.' | ':'));
        let node = match word.to_ascii_lowercase().as_str() {
            "$true" => Node::Bool(true),
            "$false" => Node::Bool(false),
            "$null" => Node::Null,
            number if number.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
                number.parse().map_or(Node::Untold(Untold::Expression), Node::Number)
            }
            "" => Node::Untold(Untold::Expression),
            name if name.chars().all(is_of_word) => {
                // An instance of a class: `MSFT_X { … }`.
                let end = self.cursor.at;
                let mut ahead = self.cursor;
                blanks(&mut ahead);
                if ahead.takes("{") {
                    self.cursor = ahead;
                    if self.starts_properties() {
                        return self.properties(ahead.at - 1, depth);
                    }
                    self.cursor.at = end;
                }
                Node::Untold(Untold::Expression)
            }
            _ => Node::Untold(Untold::Expression),
        };
        Ok(self.cursor.spot(start, node))
    }

    fn list(&mut self, start: usize, depth: usize) -> Result<Spot, SyntaxError> {
        let depth = self.cursor.deeper(depth)?;
        let mut elements = Vec::new();
        loop {
            blanks(&mut self.cursor);
            if self.cursor.takes(")") {
                return Ok(spot(start..self.cursor.at, Holds::Elements(elements)));
            }
            if self.cursor.takes(",") || self.cursor.takes(";") {
                continue;
            }
            let before = self.cursor.at;
            elements.push(self.value(depth, true)?);
            if self.cursor.at == before {
                return Err(self.cursor.error("`)` is expected"));
            }
        }
    }

    /// An expression, up to what ends it. What it is worth the text does not state.
    fn expression(&mut self, start: usize, in_list: bool) -> Result<Spot, SyntaxError> {
        let mut is_open = false;
        loop {
            let from = self.cursor.at;
            spaces(&mut self.cursor);
            match self.cursor.peek() {
                Some(',') if in_list => break,
                // An operator at the end of a line lets it go on.
                Some('\n') if is_open => blanks(&mut self.cursor),
                None | Some(';' | '}' | ')' | '\n') => break,
                Some('(' | '[' | '{') => {
                    self.brackets()?;
                    is_open = false;
                }
                Some('"' | '\'') => {
                    self.string()?;
                    is_open = false;
                }
                Some(_) if self.cursor.is_at("@\"") || self.cursor.is_at("@'") => {
                    self.string()?;
                    is_open = false;
                }
                Some(other) => {
                    is_open = matches!(other, '+' | '|' | ',' | '=' | '*' | '/' | '-');
                    self.cursor.step();
                }
            }
            if self.cursor.at == from {
                break;
            }
        }
        Ok(self.cursor.untold(start))
    }

    /// Skips brackets and everything inside.
    fn brackets(&mut self) -> Result<(), SyntaxError> {
        let mut open = 0_usize;
        loop {
            blanks(&mut self.cursor);
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
                Some('"' | '\'') => _ = self.string()?,
                Some(_) if self.cursor.is_at("@\"") || self.cursor.is_at("@'") => _ = self.string()?,
                Some(_) => self.cursor.step(),
            }
        }
    }

    /// A string: in quotes, or a here-string.
    fn string(&mut self) -> Result<Node<'static>, SyntaxError> {
        let start = self.cursor.at;
        let is_here = self.cursor.takes("@");
        let quote = self.cursor.peek().unwrap_or('"');
        self.cursor.step();
        if is_here {
            return self.here_string(start, quote);
        }
        let (mut text, mut is_told, mut has_code) = (String::new(), true, false);
        loop {
            let Some(next) = self.cursor.peek() else {
                return Err(SyntaxError { problem: SyntaxProblem::InvalidLiteral(CUT_OFF), at: start });
            };
            self.cursor.step();
            // PowerShell takes typographic quotes for plain ones.
            let closes = next == quote
                || (quote == '"' && matches!(next, '\u{201c}' | '\u{201d}' | '\u{201e}'))
                || (quote == '\'' && matches!(next, '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}'));
            match next {
                _ if closes && self.cursor.peek() == Some(quote) => {
                    self.cursor.step();
                    text.push(quote);
                }
                _ if closes => break,
                '`' if quote == '"' => {
                    let escaped = self.cursor.peek();
                    self.cursor.step();
                    text.extend(escaped.and_then(unescaped));
                }
                '$' if quote == '"' && self.is_variable() => {
                    is_told = false;
                    if self.cursor.is_at("(") {
                        has_code = true;
                        self.nested = self.cursor.deeper(self.nested)?;
                        self.brackets()?;
                        self.nested -= 1;
                    }
                }
                other => text.push(other),
            }
        }
        // Exports write `admin@$OrganizationName` for users, who are as good as named: one user, the same wherever the
        // same stands.
        let inside = self.cursor.text.get(start + 1..self.cursor.at - 1).unwrap_or_default();
        let is_user =
            !has_code && inside.split_once('@').is_some_and(|(user, _)| !user.is_empty() && !user.contains('$'));
        Ok(match (is_told, is_user) {
            (true, _) => Node::String(Cow::Owned(text)),
            (false, true) => Node::Reference(Cow::Owned(inside.to_owned())),
            (false, false) => Node::Untold(Untold::Expression),
        })
    }

    /// Whether what follows a dollar sign makes it a variable or an expression.
    fn is_variable(&self) -> bool {
        self.cursor.peek().is_some_and(|next| next.is_alphanumeric() || "_({:?^$".contains(next))
    }

    fn here_string(&mut self, start: usize, quote: char) -> Result<Node<'static>, SyntaxError> {
        let cut_off = SyntaxError { problem: SyntaxProblem::InvalidLiteral(CUT_OFF), at: start };
        if !self.cursor.pass("\n") {
            return Err(cut_off);
        }
        let inside = self.cursor.at;
        // It ends where the quote is the first character of a line, which may be the first.
        let end = format!("\n{quote}@");
        let from = inside - 1;
        let Some(length) = self.cursor.text[from..].find(&end) else { return Err(cut_off) };
        self.cursor.at = from + length + end.len();
        let text = self.cursor.text.get(inside..from + length).unwrap_or_default();
        let text = text.strip_suffix('\r').unwrap_or(text);
        // Its escapes are not worth reading.
        let is_told = quote == '\'' || !text.contains(['$', '`']);
        Ok(if is_told { Node::String(Cow::Owned(text.to_owned())) } else { Node::Untold(Untold::Expression) })
    }
}

impl Header {
    fn push(&mut self, text: &str, start: usize, end: usize, is_word: bool) {
        if self.words.is_empty() {
            self.start = start;
        }
        self.end = end;
        self.words.push((text.get(start..end).unwrap_or_default().to_owned(), is_word));
    }

    /// The type of the resource that it opens: a word and the name of the instance.
    fn resource(&self) -> Option<String> {
        let [(first, true), _] = self.words.as_slice() else { return None };
        let is_name = first.starts_with(char::is_alphabetic) && !first.contains('-');
        let is_other = [
            "if", "elseif", "else", "foreach", "for", "while", "switch", "function", "filter", "class", "try", "catch",
            "do", "trap", "data", "enum", "param", "workflow",
        ];
        let is_keyword = |word: &&str| first.eq_ignore_ascii_case(word);
        (is_name && !PLAIN.iter().any(is_keyword) && !is_other.iter().any(is_keyword)).then(|| first.clone())
    }
}

impl Spot {
    /// Lets a member be one that the text does not state.
    fn hide(&mut self, name: &str) {
        let value = self.place.value.start..self.place.value.start;
        if let Holds::Members(members) = &mut self.holds {
            members.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
            members.push((name.to_owned(), spot(value, Holds::Scalar(Node::Untold(Untold::Expression)))));
        }
    }
}

/// What a character behind a backtick stands for.
fn unescaped(character: char) -> Option<char> {
    match character {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        '0' => Some('\0'),
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'e' => Some('\u{1b}'),
        'f' => Some('\u{c}'),
        'v' => Some('\u{b}'),
        // The line goes on.
        '\n' | '\r' => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Locator, Pointer};
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> serde_json::Value {
        read(text).unwrap().into_node().to_json()
    }

    #[test]
    fn literals_are_values_and_anything_else_is_not_stated() {
        let untold = || json!({"untold": true});
        for (text, expected) in [
            ("'it''s $x'", json!("it's $x")),
            ("\"a `\"b`\" \"\"c\"\" `$x 5$ `n\"", "a \"b\" \"c\" $x 5$ \n".into()),
            ("\"admin@$Domain\"", json!({"reference": "admin@$Domain"})),
            ("\"admin@$(Get-Domain)\"", untold()),
            ("\"$user@$Domain\"", untold()),
            ("\"x$(Get-Date -Format \"y\")z\"", untold()),
            ("@'\na\n 'b' $c\n'@", "a\n 'b' $c".into()),
            ("@\"\r\na\r\n\"@", "a".into()),
            ("@\"\na $b\n\"@", untold()),
            ("$True", true.into()),
            ("$false", false.into()),
            ("$null", json!(null)),
            ("12", 12.into()),
            ("-1.5", json!(-1.5)),
            ("@()", json!([])),
            ("@(\"a\",'b'\n \"c\" # why\n)", json!(["a", "b", "c"])),
            ("@('a', $b, ('c' + 'd'), \"e$f\")", json!(["a", untold(), untold(), untold()])),
            ("'a','b'", json!(["a", "b"])),
            ("$ConfigurationData.NonNodeData.Apps", untold()),
            ("'a' + 'b'", untold()),
            ("'a' +\n  'b'", untold()),
            ("'{0}' -f $x", untold()),
            ("@('a') + $b", untold()),
            ("[string[]]@('a')", untold()),
            ("if ($a) { 'b' } else { 'c' }", untold()),
            ("@{ a = 1; 'b c' = @{ d = $true } }", json!({"a": 1, "b c": {"d": true}})),
            ("MSFT_X {\n a = 1\n}", json!({"a": 1})),
            ("enabled", untold()),
        ] {
            assert_eq!(value(&format!("@{{\n  x = {text}\n  y = 1;\n}}\n")), json!({"x": expected, "y": 1}), "{text}");
        }
    }

    const TEXT: &str = r#"# Generated with Microsoft365DSC
param (
    [parameter()]
    [System.Management.Automation.PSCredential] $Credential
)

Configuration M365TenantConfig
{
    param ( [parameter()] $Credential )
    <# if ($x) { #>
    $Name = $ConfigurationData.NonNodeData.OrganizationName
    Import-DscResource -ModuleName 'Microsoft365DSC' -ModuleVersion '1.0'
    Node localhost
    {
        AADConditionalAccessPolicy "Ü - MFA {all}"
        {
            DisplayName   = "Ü - MFA";
            IncludeUsers  = @("All");
            ExcludeGroups = @("Break glass","ü 2");
            Credential    = $Credscredential;
        }
        if ($x) {
            AADConditionalAccessPolicy 'other' { Ensure = 'Present' }
        }
        Get-Something | ForEach-Object { $_.Name }
        TeamsX 1a2b-c { Ensure = "Absent" }
    }
}

M365TenantConfig -ConfigurationData .\ConfigurationData.psd1 -Credential $Credential
"#;

    #[test]
    fn resources_stand_under_their_types_and_one_that_may_not_be_made_says_so() {
        let expected = json!({
            "AADConditionalAccessPolicy": [
                {"DisplayName": "Ü - MFA", "IncludeUsers": ["All"], "ExcludeGroups": ["Break glass", "ü 2"], "Credential": {"untold": true}},
                {"Ensure": {"untold": true}},
            ],
            "TeamsX": [{"Ensure": "Absent"}],
        });
        assert_eq!(value(TEXT), expected);
    }

    #[test]
    fn a_pointer_leads_to_the_very_characters() {
        let mut locator = Locator::new(TEXT);
        let mut find = |pointer: &str| {
            let place = locator.find(0, &Pointer::new(format!("/AADConditionalAccessPolicy/0{pointer}"))).remove(0);
            &TEXT[place.mark(TEXT)]
        };
        assert_eq!(find("/ExcludeGroups/1"), "\"ü 2\"");
        assert_eq!(find("/excludegroups"), "ExcludeGroups");
        assert_eq!(find("/DisplayName"), "\"Ü - MFA\"");
        assert_eq!(find("/Missing"), "AADConditionalAccessPolicy \"Ü - MFA {all}\"");
    }

    #[test]
    fn what_is_not_closed_or_out_of_place_is_refused() {
        for text in [
            "@{ a = 1",
            "@{ a = @('x'",
            "@{ a = 'x",
            "@{ a }",
            "@{ a = 1 } @{ b = 2 }",
            "Configuration X {\n Node y {\n",
            "Configuration X {\n A 'x' { b = @'\n }\n}",
            "Configuration X {\n}\n}",
        ] {
            let error = read(text).map(|_| ()).unwrap_err();
            assert!(error.at <= text.len(), "{text}");
        }
        let many = |unit: &str| unit.repeat(10_000);
        for deep in [
            format!("@{{ a = {}", many("@(")),
            many("@{ a = "),
            format!("Configuration X {{\n{}", many("if ($a) {\n")),
            format!("Configuration X {{\n A 'b' {{ c = {}", many("(")),
        ] {
            assert!(read(&deep).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[ \n\"'{}()@$`#<>=,;a1-])*") {
            for text in [text.clone(), format!("@{{ a = {text}"), format!("Configuration X {{\n A 'b' {{ c = {text}\n}}\n}}")] {
                let _ = read(&text);
                let _ = Locator::new(&text).find(0, &Pointer::new("/A/0/c"));
            }
        }

        #[test]
        fn a_cut_off_configuration_is_read_or_refused(length in 0_usize..TEXT.len()) {
            if let Some(text) = TEXT.get(..length) {
                let _ = read(text);
            }
        }
    }
}
