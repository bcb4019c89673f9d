//! The rule of a [filter for devices]: `device.isCompliant -eq True -and -not (device.model -startsWith "Surface")`.
//!
//! [filter for devices]: https://learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices

mod refusal;

pub use refusal::{Refusal, refusals};

use std::iter::Peekable;
use std::vec::IntoIter;

/// A rule, with every negative operator as the negation of its positive one.
///
/// All attributes of an unregistered device are null, and null is neither equal to anything nor starts, ends or contains
/// it: so positive operators never match such a device and negative ones always do, as the page's table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceRule {
    /// All of them.
    And(Vec<DeviceRule>),
    /// One of them.
    Or(Vec<DeviceRule>),
    /// Not this.
    Not(Box<DeviceRule>),
    /// An attribute compared with a value.
    Is(Comparison),
    /// Something that caplint cannot interpret; the same text is the same truth.
    Opaque(Box<str>),
}

/// An attribute compared with a value, without regard to letter case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The attribute as Microsoft spells it, without `device.`.
    pub attribute: &'static str,
    /// How.
    pub test: Test,
    /// With what.
    pub value: Box<str>,
}

/// A positive operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// `-eq`, and each element of `-in`
    Equals,
    /// `-startsWith`
    StartsWith,
    /// `-endsWith`
    EndsWith,
    /// `-contains` of a text
    Contains,
    /// `-contains` of a [collection](COLLECTIONS): one of its strings is this
    Holds,
}

/// Attributes that are collections of strings. Of these, the page says, `-contains` "indicates whether a specified string
/// matches one of the whole strings in the collection". They have no other operator.
pub const COLLECTIONS: [&str; 2] = ["physicalIds", "systemLabels"];

const ATTRIBUTES: [&str; 29] = [
    "deviceId",
    "displayName",
    "deviceOwnership",
    "enrollmentProfileName",
    "isCompliant",
    "manufacturer",
    "mdmAppId",
    "model",
    "operatingSystem",
    "operatingSystemVersion",
    "physicalIds",
    "profileType",
    "systemLabels",
    "trustType",
    "extensionAttribute1",
    "extensionAttribute2",
    "extensionAttribute3",
    "extensionAttribute4",
    "extensionAttribute5",
    "extensionAttribute6",
    "extensionAttribute7",
    "extensionAttribute8",
    "extensionAttribute9",
    "extensionAttribute10",
    "extensionAttribute11",
    "extensionAttribute12",
    "extensionAttribute13",
    "extensionAttribute14",
    "extensionAttribute15",
];

/// Rules are at most 3,072 characters long. Longer ones are not worth a stack.
const LONGEST: usize = 64 << 10;
const DEEPEST: usize = 100;

impl DeviceRule {
    /// Reads a rule. What cannot be interpreted is opaque, the whole of it if need be.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let opaque = || Self::Opaque(text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().into());
        if text.len() > LONGEST {
            return opaque();
        }
        let Some(tokens) = tokens(text) else { return opaque() };
        let mut parser = Parser { tokens: tokens.into_iter().peekable(), depth: 0 };
        match parser.either() {
            Some(rule) if parser.tokens.peek().is_none() => rule,
            _ => opaque(),
        }
    }

    /// The first part that caplint cannot interpret.
    #[must_use]
    pub fn first_opaque(&self) -> Option<&str> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().find_map(Self::first_opaque),
            Self::Not(part) => part.first_opaque(),
            Self::Is(_) => None,
            Self::Opaque(text) => Some(text),
        }
    }
}

/// Whether an attribute has a value only on a device that is compliant, managed by Intune or hybrid joined, as the page
/// has it of `extensionAttribute1` to `extensionAttribute15`.
#[must_use]
pub fn needs_managed_device(attribute: &str) -> bool {
    attribute.starts_with("extensionAttribute")
}

/// `mdmAppId` of a device that Intune manages: the app id of Microsoft Intune.
pub const INTUNE: &str = "0000000a-0000-0000-c000-000000000000";

/// The attribute as Microsoft spells it.
#[must_use]
pub fn device_attribute(name: &str) -> Option<&'static str> {
    // The table of attributes and the examples beside it call this one by two names.
    let name = if name.eq_ignore_ascii_case("devicePhysicalIds") { "physicalIds" } else { name };
    ATTRIBUTES.into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

/// What follows `device.`, if a word starts with that.
fn named(subject: &str) -> Option<&str> {
    let (prefix, name) = subject.split_at_checked("device.".len())?;
    prefix.eq_ignore_ascii_case("device.").then_some(name)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    Word(String),
    Quoted { text: String, quote: char },
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        tokens.push(match character {
            _ if character.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenList,
            ']' => Token::CloseList,
            ',' => Token::Comma,
            '"' | '\'' => {
                let mut quoted = String::new();
                loop {
                    match characters.next()? {
                        end if end == character => break,
                        // Backslashes and backticks escape, PowerShell's way or JSON's.
                        '\\' | '`' if characters.peek() == Some(&character) => quoted.extend(characters.next()),
                        other => quoted.push(other),
                    }
                }
                Token::Quoted { text: quoted, quote: character }
            }
            _ => {
                let mut word = String::from(character);
                while let Some(next) = characters.next_if(|next| !next.is_whitespace() && !"()[],\"'".contains(*next)) {
                    word.push(next);
                }
                Token::Word(word)
            }
        });
    }
    Some(tokens)
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    /// Whether the next token is this operator, with or without its hyphen.
    fn operator(&mut self, name: &str) -> bool {
        let is_it = |token: &Token| matches!(token, Token::Word(word) if word.trim_start_matches('-').eq_ignore_ascii_case(name));
        self.tokens.next_if(is_it).is_some()
    }

    fn either(&mut self) -> Option<DeviceRule> {
        let mut parts = vec![self.both()?];
        while self.operator("or") {
            parts.push(self.both()?);
        }
        Some(one_or(parts, DeviceRule::Or))
    }

    fn both(&mut self) -> Option<DeviceRule> {
        let mut parts = vec![self.one()?];
        while self.operator("and") {
            parts.push(self.one()?);
        }
        Some(one_or(parts, DeviceRule::And))
    }

    fn one(&mut self) -> Option<DeviceRule> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let rule = if self.operator("not") {
            DeviceRule::Not(Box::new(self.one()?))
        } else if self.tokens.next_if_eq(&Token::Open).is_some() {
            let rule = self.either()?;
            self.tokens.next_if_eq(&Token::Close)?;
            rule
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Some(rule)
    }

    fn comparison(&mut self) -> Option<DeviceRule> {
        let (Token::Word(subject), Token::Word(operator)) = (self.tokens.next()?, self.tokens.next()?) else {
            return None;
        };
        let values = self.values()?;
        let name = named(&subject);
        let operator = operator.trim_start_matches('-').to_ascii_lowercase();
        let (negated, test) = match operator.as_str() {
            "eq" | "equals" | "in" => (false, Some(Test::Equals)),
            "ne" | "notequals" | "notin" => (true, Some(Test::Equals)),
            "startswith" => (false, Some(Test::StartsWith)),
            "notstartswith" => (true, Some(Test::StartsWith)),
            "endswith" => (false, Some(Test::EndsWith)),
            "notendswith" => (true, Some(Test::EndsWith)),
            "contains" => (false, Some(Test::Contains)),
            "notcontains" => (true, Some(Test::Contains)),
            _ => (false, None),
        };
        let is_null = |value: &Value| !value.quoted && value.text.eq_ignore_ascii_case("null");
        let attribute = name.and_then(device_attribute);
        let is_collection = attribute.is_some_and(|attribute| COLLECTIONS.contains(&attribute));
        let test = test.map(|test| if is_collection && test == Test::Contains { Test::Holds } else { test });
        let rule = match (attribute, test) {
            (Some(attribute), Some(test))
                if values.iter().all(|value| !is_null(value) && fits(attribute, test, value)) =>
            {
                let comparisons = values
                    .into_iter()
                    .map(|value| DeviceRule::Is(Comparison { attribute, test, value: value.text.into() }));
                one_or(comparisons.collect(), DeviceRule::Or)
            }
            (_, test) => {
                let values: Vec<String> = values.iter().map(|value| format!("{:?}", value.text)).collect();
                let operator = test.map_or(operator, |test| format!("{test:?}"));
                DeviceRule::Opaque(format!("{subject} -{operator} {}", values.join(", ")).to_lowercase().into())
            }
        };
        Some(if negated { DeviceRule::Not(Box::new(rule)) } else { rule })
    }

    fn values(&mut self) -> Option<Vec<Value>> {
        if self.tokens.next_if_eq(&Token::OpenList).is_none() {
            return Some(vec![self.value()?]);
        }
        let mut values = vec![self.value()?];
        while self.tokens.next_if_eq(&Token::Comma).is_some() {
            values.push(self.value()?);
        }
        self.tokens.next_if_eq(&Token::CloseList)?;
        Some(values)
    }

    fn value(&mut self) -> Option<Value> {
        match self.tokens.next()? {
            Token::Word(text) => Some(Value { text, quoted: false }),
            Token::Quoted { text, .. } => Some(Value { text, quoted: true }),
            _ => None,
        }
    }
}

/// Whether an attribute can be compared so.
fn fits(attribute: &str, test: Test, value: &Value) -> bool {
    let is_truth = ["true", "false"].iter().any(|truth| value.text.eq_ignore_ascii_case(truth));
    let is_meant = if COLLECTIONS.contains(&attribute) {
        test == Test::Holds
    } else {
        attribute != "isCompliant" || (test == Test::Equals && is_truth)
    };
    is_meant && !value.text.is_empty()
}

struct Value {
    text: String,
    quoted: bool,
}

fn one_or(mut parts: Vec<DeviceRule>, several: impl FnOnce(Vec<DeviceRule>) -> DeviceRule) -> DeviceRule {
    if parts.len() == 1 { parts.remove(0) } else { several(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(attribute: &'static str, test: Test, value: &str) -> DeviceRule {
        DeviceRule::Is(Comparison { attribute, test, value: value.into() })
    }

    #[test]
    fn and_binds_closer_than_or_and_negative_operators_are_negations() {
        let rule =
            "device.isCompliant -eq True -or device.trustType -ne \"ServerAD\" -and device.model -startsWith 'Surface'";
        let expected = DeviceRule::Or(vec![
            is("isCompliant", Test::Equals, "True"),
            DeviceRule::And(vec![
                DeviceRule::Not(Box::new(is("trustType", Test::Equals, "ServerAD"))),
                is("model", Test::StartsWith, "Surface"),
            ]),
        ]);
        assert_eq!(DeviceRule::read(rule), expected);
    }

    #[test]
    fn lists_are_alternatives() {
        let two =
            DeviceRule::Or(vec![is("profileType", Test::Equals, "Printer"), is("profileType", Test::Equals, "IoT")]);
        assert_eq!(DeviceRule::read("device.profileType -in [\"Printer\", \"IoT\"]"), two);
        let none = DeviceRule::Not(Box::new(two));
        assert_eq!(DeviceRule::read("(device.ProfileType -notIn [\"Printer\",\"IoT\"])"), none);
    }

    #[test]
    fn collections_hold_whole_strings_and_have_no_other_operator() {
        let labelled = DeviceRule::read("device.systemLabels -contains \"AzureResource\"");
        assert_eq!(labelled, is("systemLabels", Test::Holds, "AzureResource"));
        let autopilot = DeviceRule::read("device.devicePhysicalIds -notContains \"[ZTDId]:1\"");
        assert_eq!(autopilot, DeviceRule::Not(Box::new(is("physicalIds", Test::Holds, "[ZTDId]:1"))));
        for operator in ["-eq", "-startsWith", "-endsWith", "-ne"] {
            let rule = format!("device.systemLabels {operator} \"AzureResource\"");
            assert!(DeviceRule::read(&rule).first_opaque().is_some(), "{rule}");
        }
    }

    #[test]
    fn what_cannot_be_interpreted_is_opaque_and_the_same_text_is_the_same() {
        let unknown = DeviceRule::read("device.colour -eq \"red\"");
        assert_eq!(unknown, DeviceRule::read("device.Colour  -EQ 'Red'"));
        assert_eq!(DeviceRule::read("device.colour -ne \"red\""), DeviceRule::Not(Box::new(unknown)));
        for rule in ["device.model -like \"x\"", "device.model -eq null", "device.model -eq", "(device.model -eq 1", ""]
        {
            assert!(DeviceRule::read(rule).first_opaque().is_some(), "{rule}");
        }
        let deep = "(".repeat(60_000);
        assert!(DeviceRule::read(&deep).first_opaque().is_some());
    }
}
