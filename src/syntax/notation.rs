//! In which notation a text is written, as far as its own characters tell.

use super::error::SyntaxError;
use super::node::Node;
use super::spot::Spot;
use super::{bicep, hcl, powershell, relaxed, yaml};

/// How a text is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// JSON, strict or not.
    Json,
    /// HCL.
    Hcl,
    /// Configurations and data of PowerShell's Desired State Configuration.
    PowerShell,
    /// Bicep.
    Bicep,
    /// YAML, which nearly any text is.
    Yaml,
}

impl Notation {
    /// The notation of a text. What has the marks of no other is YAML if anything.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if hcl::is_hcl(text) {
            return Self::Hcl;
        }
        if without_comments(text).starts_with(['{', '[']) {
            return Self::Json;
        }
        if powershell::is_powershell(text) {
            return Self::PowerShell;
        }
        if bicep::is_bicep(text) {
            return Self::Bicep;
        }
        Self::Yaml
    }

    /// Reads a text of this notation as one tree. JSON is read as leniently as [`super::parse_relaxed`] does, and as YAML
    /// where it is none: a flow collection begins like JSON.
    ///
    /// # Errors
    /// [`SyntaxError`] with the first invalid character.
    pub fn parse(self, text: &str) -> Result<Node<'static>, SyntaxError> {
        self.read(text).map(Spot::into_node)
    }

    pub(super) fn read(self, text: &str) -> Result<Spot, SyntaxError> {
        match self {
            Self::Json => relaxed::read(text).or_else(|error| yaml::read(text).map_err(|_| error)),
            Self::Hcl => hcl::read(text),
            Self::PowerShell => powershell::read(text),
            Self::Bicep => bicep::read(text),
            Self::Yaml => yaml::read(text),
        }
    }
}

/// A text from its first character that is neither white space nor in a comment of the kind that JSON5 has.
fn without_comments(text: &str) -> &str {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    loop {
        let after = if let Some(line) = rest.strip_prefix("//") {
            line.split_once('\n').map(|(_, after)| after)
        } else if let Some(block) = rest.strip_prefix("/*") {
            block.split_once("*/").map(|(_, after)| after)
        } else {
            return rest;
        };
        rest = after.unwrap_or_default().trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_by_its_characters() {
        for (text, notation) in [
            ("{}", Notation::Json),
            ("\u{feff} // c\n/* d */ [1]", Notation::Json),
            ("resource \"a\" \"b\" {\n}", Notation::Hcl),
            ("resource g 'Microsoft.Graph/groups@v1.0' = {\n}", Notation::Bicep),
            (
                "// c\nextension microsoftGraphBeta\nresource g 'Microsoft.Graph/groups@v1.0' existing = {\n}",
                Notation::Bicep,
            ),
            ("Configuration X\n{\n  Node localhost\n  {\n  }\n}", Notation::PowerShell),
            ("# c\n@{\n  a = 1\n}", Notation::PowerShell),
            ("a: 1\n", Notation::Yaml),
            ("\"a\": 1\n", Notation::Yaml),
            ("configuration: x\nnode: y\n", Notation::Yaml),
            ("- resource: 'a@b'\n", Notation::Yaml),
            ("", Notation::Yaml),
        ] {
            assert_eq!(Notation::of(text), notation, "{text}");
        }
    }
}
