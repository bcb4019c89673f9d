//! What may be shown of a file. Passwords and tokens stand beside policies in states, plans and variables, and a report
//! goes to logs that many people read.

use crate::source::Showing;
use crate::syntax;

/// Ends of names of files that hold values, outputs or states.
const NAMES: [&str; 4] = [".tfvars", ".tfvars.json", ".tfstate", ".tfstate.backup"];

/// Keys that plans, states and their logs have.
const PLANS: [&str; 7] = [
    "\"terraform_version\"",
    "\"format_version\"",
    "\"resource_changes\"",
    "\"planned_values\"",
    "\"prior_state\"",
    "\"lineage\"",
    "\"@level\"",
];

/// Ends of keys whose values are secrets, in small letters and without what joins words.
const SECRETS: [&str; 12] = [
    "secret",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "token",
    "apikey",
    "accesskey",
    "accountkey",
    "privatekey",
    "credential",
    "connectionstring",
];

/// Letters that are enough to tell the longest of them in the plural, and more.
const LONGEST: usize = 20;

/// Words that are about secrets wherever they stand.
const WORDS: [&str; 4] = ["secret", "credential", "sensitive", "-----begin"];

/// Words that files about policies have.
const POLICIES: [&str; 7] = [
    "conditionalaccess",
    "conditional_access",
    "grantcontrols",
    "grant_controls",
    "conditions",
    "namedlocation",
    "displayname",
];

/// What may be shown of a text. Where it was not understood, no reader can tell a secret from a policy: it is shown if
/// it is about policies and nothing in it is about secrets.
#[must_use]
pub fn showing(path: &str, text: &str, is_understood: bool) -> Showing {
    let is_of_values = NAMES.iter().any(|name| path.ends_with(name)) || PLANS.iter().any(|mark| text.contains(mark));
    if is_understood {
        // In Terraform's own language, whoever names a secret gives it a line of its own.
        let is_beside_secrets = || !syntax::is_hcl(text) && names_secret(text);
        return if is_of_values || is_beside_secrets() { Showing::Marked } else { Showing::Lines };
    }
    if !is_of_values && !text.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return Showing::Lines;
    }
    let lower = text.to_ascii_lowercase();
    let is_about_policies = POLICIES.iter().any(|word| lower.contains(word));
    let is_about_secrets = || WORDS.iter().any(|word| lower.contains(word)) || names_secret(text);
    if is_of_values || !is_about_policies || is_about_secrets() { Showing::Nothing } else { Showing::Lines }
}

/// Whether what stands before some `:` or `=` is the name of a secret.
fn names_secret(text: &str) -> bool {
    memchr::memchr2_iter(b':', b'=', text.as_bytes()).any(|at| {
        // Most keys are done with here.
        if !may_end_a_secret(&text.as_bytes()[..at]) {
            return false;
        }
        let before =
            text[..at].trim_end_matches(|character: char| character.is_whitespace() || "\"'\\".contains(character));
        let is_of_key = |character: &char| character.is_alphanumeric() || "_-".contains(*character);
        let letters = before.chars().rev().take_while(is_of_key).filter(|character| !"_-".contains(*character));
        // A letter that is not ASCII is in none of the words.
        let letters = letters.map(|character| u8::try_from(character).unwrap_or_default().to_ascii_lowercase());
        let mut key: Vec<u8> = letters.take(LONGEST).collect();
        key.reverse();
        let is_secret = |key: &[u8]| SECRETS.iter().any(|secret| key.ends_with(secret.as_bytes()));
        // A page of Graph's is no secret.
        (is_secret(&key) || key.strip_suffix(b"s").is_some_and(is_secret)) && key != b"skiptoken"
    })
}

/// Whether the last two letters of a key are those of a secret, or may be. The key ends where white space and quotes begin.
fn may_end_a_secret(before: &[u8]) -> bool {
    let is_around = |byte: u8| byte.is_ascii_whitespace() || b"\x0b\"'\\".contains(&byte);
    let Some(end) = before.iter().rposition(|byte| !is_around(*byte)) else { return false };
    let mut letters = before[..=end].iter().rev().filter(|byte| !b"_-".contains(byte));
    let (last, other) = match (letters.next(), letters.next()) {
        (Some(last), Some(other)) => (*last, *other),
        (None, _) | (_, None) => return false,
    };
    if !(last.is_ascii() && other.is_ascii()) {
        return true;
    }
    let pair = [other.to_ascii_lowercase(), last.to_ascii_lowercase()];
    pair[1] == b's' || SECRETS.iter().any(|secret| secret.as_bytes().ends_with(&pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_values_shows_no_more_than_what_is_pointed_at() {
        for (path, text) in [
            ("a.tfvars", "x = 1"),
            ("a.auto.tfvars.json", "{}"),
            ("terraform.tfstate", "{}"),
            ("plan.json", "{\"format_version\": \"1.2\"}"),
            (
                "main.tf.json",
                "{\"provider\": {\"azuread\": {\"client_secret\": \"x\"}}, \"resource\": {\"azuread_conditional_access_policy\": {}}}",
            ),
            ("a.json", "{\"conditions\": {}, \"adminPassword\" : \"x\"}"),
        ] {
            assert_eq!(showing(path, text, true), Showing::Marked, "{path}");
            assert_eq!(showing(path, text, false), Showing::Nothing, "{path}");
        }
    }

    #[test]
    fn a_text_that_was_not_understood_is_shown_if_it_is_about_policies_alone() {
        for (text, shown) in [
            ("{\"conditions\": {}, \"grantControls\": {\"builtInControls\": [\"passwordChange\"]}", Showing::Lines),
            ("resource \"azuread_conditional_access_policy\" \"p\" {", Showing::Lines),
            ("{\"conditions\": {}, \"note\": \"the secret is x\"", Showing::Nothing),
            ("{\"appId\": \"a\" \"key\": \"x\"}", Showing::Nothing),
            ("variable \"x\" {\n sensitive = true\n} conditions", Showing::Nothing),
            ("", Showing::Lines),
        ] {
            assert_eq!(showing("a.json", text, false), shown, "{text}");
        }
    }

    #[test]
    fn a_policy_names_no_secret() {
        let policy = r#"{"displayName": "p", "grantControls": {"builtInControls": ["passwordChange"], "authenticationStrength":
            {"allowedCombinations": ["password,softwareOath", "temporaryAccessPassOneTime"]}}"#;
        assert_eq!(showing("policy.json", policy, false), Showing::Lines);
        assert!(!names_secret("{\"sessionControls\": {\"tokenProtection\": null}, \"x\": \"passwordChange\"}"));
        assert!(!names_secret("https://graph.microsoft.com/v1.0/x?$skiptoken=x"));
        for text in
            ["access_token=x", "  \"clientSecret\"\n : 1", "{\\\"clientSecret\\\": 1", "API-KEY: abc", "credentials: ["]
        {
            assert!(names_secret(text), "{text}");
        }
    }
}
