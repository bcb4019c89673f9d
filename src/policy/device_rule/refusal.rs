//! What Microsoft Graph refuses in the rule of a filter for devices, although its meaning is plain.
//!
//! Source: the table of attributes in
//! <https://learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices>.

use super::{COLLECTIONS, Token, device_attribute, named, tokens};

/// One thing that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A value in single quotes.
    SingleQuotes,
    /// An attribute that devices do not have.
    Attribute(String),
    /// An operator that the attribute does not have, as they are written.
    Operator {
        /// The attribute as Microsoft spells it.
        attribute: &'static str,
        /// The operator.
        operator: String,
        /// Those that it has.
        allowed: &'static [&'static str],
    },
}

const EQUAL: &[&str] = &["-eq", "-ne"];
const EQUAL_OR_IN: &[&str] = &["-eq", "-ne", "-in", "-notIn"];
const HOLDS: &[&str] = &["-contains", "-notContains"];
const ANY: &[&str] = &[
    "-eq",
    "-ne",
    "-startsWith",
    "-notStartsWith",
    "-endsWith",
    "-notEndsWith",
    "-contains",
    "-notContains",
    "-in",
    "-notIn",
];

/// The operators of an attribute.
fn operators(attribute: &str) -> &'static [&'static str] {
    match attribute {
        "deviceOwnership" | "isCompliant" | "trustType" => EQUAL,
        // The table gives profileType two operators, and an example of a third one.
        "deviceId" | "mdmAppId" | "profileType" => EQUAL_OR_IN,
        collection if COLLECTIONS.contains(&collection) => HOLDS,
        _ => ANY,
    }
}

/// Everything that is refused in a rule, each once.
#[must_use]
pub fn refusals(rule: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut add = |refusal| {
        if !refusals.contains(&refusal) {
            refusals.push(refusal);
        }
    };
    let Some(tokens) = tokens(rule) else { return refusals };
    for token in &tokens {
        if matches!(token, Token::Quoted { quote: '\'', .. }) {
            add(Refusal::SingleQuotes);
        }
    }
    for pair in tokens.windows(2) {
        let [Token::Word(subject), Token::Word(operator)] = pair else { continue };
        let Some(name) = named(subject) else { continue };
        match device_attribute(name) {
            None => add(Refusal::Attribute(name.to_owned())),
            Some(attribute) => {
                let allowed = operators(attribute);
                // PowerShell's words are taken with their hyphens, and with other ones.
                let is_allowed = allowed.iter().any(|known| {
                    let (known, operator) = (known.trim_start_matches('-'), operator.trim_start_matches('-'));
                    known.eq_ignore_ascii_case(operator) || long(known).eq_ignore_ascii_case(operator)
                });
                if !is_allowed {
                    add(Refusal::Operator { attribute, operator: operator.clone(), allowed });
                }
            }
        }
    }
    refusals
}

/// The word of the table for what rules abbreviate.
fn long(operator: &str) -> &str {
    match operator {
        "eq" => "equals",
        "ne" => "notEquals",
        operator => operator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(attribute: &'static str, operator: &str, allowed: &'static [&'static str]) -> Refusal {
        Refusal::Operator { attribute, operator: operator.to_owned(), allowed }
    }

    #[test]
    fn what_the_table_does_not_have_is_refused() {
        for (rule, expected) in [
            (r#"device.model -startsWith "Surface" -and device.isCompliant -eq True"#, vec![]),
            (r#"device.profileType -notIn ["Printer", "Shared"] -or not (device.trustType -ne "ServerAD")"#, vec![]),
            (r"device.model -eq 'Surface' -or device.model -eq 'Pro'", vec![Refusal::SingleQuotes]),
            (r#"device.TrustType -in ["ServerAD"]"#, vec![operator("trustType", "-in", EQUAL)]),
            (r#"device.physicalIds -eq "[ZTDId]:x""#, vec![operator("physicalIds", "-eq", HOLDS)]),
            (r#"device.model -matches "x""#, vec![operator("model", "-matches", ANY)]),
            (r#"device.colour -eq "red""#, vec![Refusal::Attribute("colour".to_owned())]),
        ] {
            assert_eq!(refusals(rule), expected, "{rule}");
        }
    }
}
